"""What the simulation found, each as the shortest story that shows it."""

from bot.local.faults import Fault
from storage.models import MessageState
from tests.delivery import support
from tests.delivery.support import asked, later, the_prompt
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
