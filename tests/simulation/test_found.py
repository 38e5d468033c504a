"""What the simulation found, each as the shortest story that shows it."""

from bot.local.faults import Fault
from storage.models import DiaryDay, MessageState
from tests.delivery import support
from tests.delivery.support import asked, later, the_buttons, the_prompt
from tests.support import Clinic


def test_a_ban_at_the_probe_does_not_use_up_the_once_more(clinic: Clinic) -> None:
    """Seed 1: where that was answered with 429, the row lay until its lease ran out, and failed unsent."""
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("reset_before", "sendMessage", chat_id=anna.account))
    support.becomes_evening(clinic)
    assert the_prompt(clinic).state is MessageState.UNSURE

    clinic.world.misbehave(Fault("too_many_requests", "getMe", retry_after=1))
    later(clinic, minutes=1)
    row = the_prompt(clinic)
    assert (row.state, row.owner, row.attempts) == (MessageState.UNSURE, None, 1)

    clinic.until_no_ban()
    later(clinic, minutes=1)
    assert the_prompt(clinic).state is MessageState.SENT
    assert len(asked(anna)) == 1


def test_a_tap_that_proves_the_older_message_does_not_make_it_the_newest(clinic: Clinic) -> None:
    """A stormy seed 93: the tap on the message in doubt took the day's place from the newer one, and overwrote it."""
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", chat_id=anna.account))
    support.becomes_evening(clinic)
    older, buttons = the_buttons(anna)
    anna.says("/today")
    newer = anna.last["message_id"]
    anna.presses("1", anna.last)
    clinic.world.press(anna.account, older, buttons["3"], forge=True)
    clinic.calm()
    assert the_prompt(clinic).state is MessageState.SENT
    assert [(item, value) for _, item, _, value in anna.answers] == [("pain", 1)]
    (day,) = clinic.rows(DiaryDay)
    assert day.message_id == newer
