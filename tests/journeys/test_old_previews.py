"""A preview that another form has come after confirms nothing, also while nobody knows where the new one stands."""

import pytest

from bot import speaker
from bot.local.faults import Fault
from tests.support import Clinic, Someone

CONFIRM = "Yes, do it"
# The bot tries to send an answer so many times.
TRIES = len(speaker.WAITS_BEFORE_TRYING_AGAIN) + 1


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(speaker, "WAITS_BEFORE_TRYING_AGAIN", (0.01,) * (TRIES - 1))


def two_to_be_moved(clinic: Clinic) -> tuple[Someone, Someone, Someone]:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    for each in (anna, ben):
        clinic.planned(each, "2026-03-20")
    return coordinator, anna, ben


def lose_the_next(clinic: Clinic, someone: Someone) -> None:
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=someone.account, times=TRIES))


def test_a_press_under_it_that_came_in_one_batch_with_the_next_line_moves_nobody(clinic: Clinic) -> None:
    coordinator, anna, ben = two_to_be_moved(clinic)
    coordinator.says(f"/move {anna.code} 25 Mar")
    old = coordinator.last["message_id"]
    confirm = coordinator.buttons_of(old)[CONFIRM]

    def meanwhile() -> None:
        clinic.world.say(coordinator.account, f"/move {ben.code} 27 Mar")
        clinic.world.press(coordinator.account, old, confirm)

    clinic.is_down(minutes=1, meanwhile=meanwhile)
    assert (anna.starts, ben.starts) == (["2026-03-20"], ["2026-03-20"])
    assert coordinator.buttons_of(old) == {}, "nothing is left to press under it"
    coordinator.presses(CONFIRM)
    assert (anna.starts, ben.starts) == (["2026-03-20"], ["2026-03-27"]), "the new one is open all the same"


def test_nor_does_it_where_the_next_preview_never_arrived(clinic: Clinic) -> None:
    coordinator, anna, ben = two_to_be_moved(clinic)
    coordinator.says(f"/move {anna.code} 25 Mar")
    old = coordinator.last["message_id"]
    confirm = coordinator.buttons_of(old)[CONFIRM]
    lose_the_next(clinic, coordinator)
    coordinator.says(f"/move {ben.code} 27 Mar")
    assert coordinator.buttons_of(old) == {}
    said = coordinator.taps(old, confirm, forge=True)
    assert said.startswith("This button is no longer in use")
    assert (anna.starts, ben.starts) == (["2026-03-20"], ["2026-03-20"])
    coordinator.says(f"/move {ben.code} 27 Mar")
    coordinator.presses(CONFIRM)
    assert ben.starts == ["2026-03-27"]


def test_nor_where_both_lines_were_read_before_the_first_preview_was_sent(clinic: Clinic) -> None:
    coordinator, anna, ben = two_to_be_moved(clinic)

    def meanwhile() -> None:
        clinic.world.say(coordinator.account, f"/move {anna.code} 25 Mar")
        clinic.world.say(coordinator.account, f"/move {ben.code} 27 Mar")
        # The first goes through.
        clinic.world.misbehave(Fault("latency", "sendMessage", chat_id=coordinator.account))
        lose_the_next(clinic, coordinator)

    clinic.is_down(minutes=1, meanwhile=meanwhile)
    assert anna.code in coordinator.sees, "of the two previews the first alone was seen"
    assert coordinator.presses(CONFIRM).startswith("This button is no longer in use")
    assert (anna.starts, ben.starts) == (["2026-03-20"], ["2026-03-20"])


def test_a_preview_whose_answer_got_lost_can_still_be_confirmed(clinic: Clinic) -> None:
    coordinator, anna, _ = two_to_be_moved(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", chat_id=coordinator.account, times=TRIES))
    coordinator.says(f"/move {anna.code} 25 Mar")
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-25"]
