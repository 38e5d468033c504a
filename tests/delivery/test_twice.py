"""Updates told twice, late, or out of order change nothing that they should not."""

import random
from datetime import timedelta

import pytest

from bot.local.faults import Fault, Kind
from bot.traffic import intake
from storage.models import Answer, MessageState
from tests.delivery import support
from tests.delivery.support import (
    asked,
    becomes_evening,
    commits_fail,
    evening_of_one,
    last_update,
    outbox_of,
    the_buttons,
    while_away,
)
from tests.support import Bot, Clinic

DAY = "2026-03-02"
ITEMS = ("pain", "tiredness", "weakness", "exertion_pain")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "WAIT_AFTER_FAULT", 0.05)


def test_an_update_told_twice_changes_nothing(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = evening_of_one(clinic)
    anna.presses("7")
    shown = anna.sees
    for _ in range(3):
        clinic.world.redeliver(last_update(clinic))
        clinic.calm()
    assert anna.answers == [(DAY, "pain", 1, 7)]
    assert anna.sees == shown
    assert len(anna.messages) == 1


def test_a_line_told_twice_answers_one_question(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = evening_of_one(clinic)
    anna.says("7")
    clinic.world.redeliver(last_update(clinic))
    clinic.calm()
    clinic.world.duplicate(last_update(clinic))
    clinic.calm()
    assert anna.answers == [(DAY, "pain", 1, 7)]
    assert "2 of 4" in anna.sees


def test_the_same_press_under_a_new_id_changes_nothing(clinic: Clinic) -> None:
    anna = evening_of_one(clinic)
    anna.presses("7")
    clinic.world.duplicate(last_update(clinic))
    clinic.calm()
    assert anna.answers == [(DAY, "pain", 1, 7)]


def test_an_old_press_told_again_does_not_undo_the_correction(clinic: Clinic) -> None:
    anna = evening_of_one(clinic)
    anna.presses("7")
    first = last_update(clinic)
    for _ in range(3):
        anna.presses("Skip")
    anna.presses("Change")
    anna.presses("Pain: 7")
    anna.presses("2")
    for again in (clinic.world.redeliver, clinic.world.duplicate):
        again(first)
        clinic.calm()
        assert [answer for answer in anna.answers if answer[1] == "pain"] == [(DAY, "pain", 1, 7), (DAY, "pain", 2, 2)]
        assert "Pain: 2 of 10" in anna.sees


def test_lines_typed_in_a_row_answer_the_questions_in_their_order(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    members = support.patients(clinic, 5)
    becomes_evening(clinic)
    with while_away(clinic):
        for value in range(4):
            for k, member in enumerate(members):
                clinic.world.say(member.account, str(value + k))
    for k, member in enumerate(members):
        assert [value for *_, value in member.answers] == [k, k + 1, k + 2, k + 3]
        assert "Thank you" in member.sees or "noted" in member.sees.lower()


@pytest.mark.parametrize("seed", range(5))
def test_presses_that_come_out_of_order_and_twice_leave_one_answer_each(clinic: Clinic, seed: int) -> None:
    anna = evening_of_one(clinic)
    message, buttons = the_buttons(anna)
    pain = buttons["7"]
    presses = [pain.replace(":answer:0:7", f":answer:{k}:{k + 3}") for k in range(4)]
    assert len(set(presses)) == 4
    with while_away(clinic):
        for data in presses:
            clinic.world.press(anna.account, message, data, forge=True)
            clinic.world.duplicate(last_update(clinic))
        clinic.world.shuffle_pending(seed)
    assert sorted(anna.answers) == sorted((DAY, item, 1, k + 3) for k, item in enumerate(ITEMS))
    assert "7" not in anna.buttons, "all is answered"
    assert "Pain: 3 of 10" in anna.sees


def test_after_a_days_gap_old_presses_are_told_that_they_are_too_late(clinic: Clinic) -> None:
    anna = evening_of_one(clinic)
    message, buttons = the_buttons(anna)
    clinic.bot.__exit__()
    press = clinic.world.press(anna.account, message, buttons["7"])
    clinic.world.callback_lifetime = timedelta(days=2)
    clinic.clock.move_to(clinic.local("2026-03-03 18:30"))
    clinic.bot = Bot(clinic.database, clinic.server.url, clinic.clock, clinic.pace)
    clinic.bot.__enter__()
    clinic.calm()
    assert anna.answers == []
    assert anna.toast_of(press).startswith("This day is closed")
    today = asked(anna)[-1]
    anna.presses("5", today)
    assert anna.answers == [("2026-03-03", "pain", 1, 5)]


@pytest.mark.parametrize("seed", range(3))
def test_under_a_storm_of_faults_every_answer_is_stored_once(clinic: Clinic, seed: int) -> None:
    """Commits that fail, requests that break, updates told twice: ten patients answer all the same."""
    chance = random.Random(seed)
    members = support.patients(clinic, 10)
    becomes_evening(clinic)
    clinic.calm()
    kinds: list[Kind] = ["reset_after_accepting", "reset_before", "server_error", "reset_mid_response"]
    with commits_fail(clinic.database, 6):
        for item in range(4):
            for member in members:
                message = asked(member)[0]["message_id"] if item == 0 else member.last["message_id"]
                data = f"c:{0}:{DAY.replace('-', '')}:answer:{item}:{chance.randrange(11)}"
                clinic.world.press(member.account, message, data, forge=True)
                if chance.random() < 0.3:
                    clinic.world.duplicate(last_update(clinic))
                if chance.random() < 0.2:
                    method = chance.choice(["editMessageText", "answerCallbackQuery", "getUpdates"])
                    clinic.world.misbehave(Fault(chance.choice(kinds), method))
    clinic.calm()
    clinic.world.behave()
    clinic.calm()
    stored = clinic.rows(Answer)
    assert len(stored) == 40
    assert {answer.revision for answer in stored} == {1}
    pressed = {(query.user_id, *query.data.split(":")[4:6]) for query in clinic.world.callbacks.values()}
    assert len(pressed) == 40
    assert {row.state for row in outbox_of(clinic)} == {MessageState.SENT}
