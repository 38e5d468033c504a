"""Who is asked at another hour hears of it once, in one line, and not of what was taken back before."""

import pytest

from bot.local.faults import Fault
from storage.models import MessageKind, MessageState, OutboxMessage
from tests.delivery.support import fails_to_connect
from tests.support import Clinic, Someone

TOLD = "Your check-in now comes at "


def change(coordinator: Someone, anna: Someone, at: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Check-in time")
    coordinator.says(at)
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith("Done: ")


def told(anna: Someone) -> list[str]:
    return [text for text in anna.everything if text.startswith(TOLD)]


def states(clinic: Clinic) -> list[MessageState]:
    return [row.state for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.PROMPT_TIME_CHANGED]


def test_a_changed_time_is_told_once_in_one_line(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    change(coordinator, anna, "19:00")
    assert anna.sees == "Your check-in now comes at 19:00."
    for day in (2, 3):
        clinic.becomes(clinic.local(f"2026-03-0{day} 19:00"))
    assert told(anna) == ["Your check-in now comes at 19:00."]
    change(coordinator, anna, "20:00")
    change(coordinator, anna, "19:00")
    assert told(anna)[1:] == ["Your check-in now comes at 20:00.", "Your check-in now comes at 19:00."]


def test_what_is_asked_at_once_is_told_of_first(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    change(coordinator, anna, "09:00")
    assert anna.everything[-2] == "Your check-in now comes at 09:00."
    assert "1 of 4" in anna.sees


def test_several_changes_before_it_is_told_make_one_line(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    fails_to_connect(clinic, monkeypatch, 2)
    for at in ("19:00", "20:00", "21:00"):
        change(coordinator, anna, at)
    clinic.passes(minutes=5)
    assert told(anna) == ["Your check-in now comes at 21:00."]


def test_what_was_set_back_before_it_was_told_is_not_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    fails_to_connect(clinic, monkeypatch, 1)
    change(coordinator, anna, "19:00")
    assert coordinator.sees.endswith("The patient is told.")
    assert states(clinic) == [MessageState.PENDING]
    change(coordinator, anna, "18:00")
    assert coordinator.sees.endswith("The patient was last told this time, so nothing is sent.")
    clinic.passes(minutes=5)
    assert (told(anna), states(clinic)) == ([], [MessageState.WITHDRAWN])


def test_what_was_set_back_after_it_may_have_been_told_is_told(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Check-in time")
    coordinator.says("19:00")
    clinic.world.misbehave(Fault("reset_mid_response", "sendMessage", chat_id=anna.account))
    coordinator.presses("Yes, do it")
    assert states(clinic) == [MessageState.UNSURE]
    assert told(anna) == ["Your check-in now comes at 19:00."], "which the bot does not know"
    change(coordinator, anna, "18:00")
    assert told(anna)[-1] == "Your check-in now comes at 18:00."


def test_who_cannot_be_reached_hears_of_it_when_they_are_back(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.world.block(anna.account)
    clinic.calm()
    change(coordinator, anna, "19:00")
    assert coordinator.sees.endswith("The patient cannot be reached here: please tell them yourself.")
    clinic.world.unblock(anna.account)
    clinic.calm()
    assert told(anna) == ["Your check-in now comes at 19:00."]


def test_who_has_not_joined_is_told_by_joining_alone(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    link = coordinator.sees.partition("start=")[2].split()[0]
    coordinator.says("/roster")
    coordinator.presses("P-")
    coordinator.presses("Check-in time")
    coordinator.presses("20:00")
    assert "The patient has not joined yet" in coordinator.sees
    coordinator.presses("Yes, do it")
    anna = clinic.someone()
    anna.says(f"/start {link}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "19:00"):
        anna.presses(button)
    clinic.passes(minutes=1)
    assert told(anna) == []
    assert states(clinic) == []
