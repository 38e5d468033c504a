"""A coordinator changes when a patient is asked and reminded; a change takes effect at once, and never asks twice."""

import re

import pytest

from storage.models import DiaryDay, MessageKind, MessageState, OutboxMessage
from tests.delivery.support import fails_to_connect
from tests.support import Clinic, Someone

REMINDER = MessageKind.INFUSION_REMINDER
QUESTION, CLOSED = "1 of 4", "This day is closed."


def questions(anna: Someone) -> list[str]:
    """The days on which the first question was asked: it stands there, or what became of it."""
    return [re.split(" · |\n", text)[0] for text in anna.everything if QUESTION in text or CLOSED in text]


def change(coordinator: Someone, anna: Someone, button: str, value: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(button)
    coordinator.says(value)
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith("Done: ")


def test_a_new_prompt_time_shows_old_and_new_and_is_kept_in_the_audit(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Check-in time")
    assert "the daily check-in comes at 18:00 (Europe/London)" in coordinator.sees
    coordinator.says("noon")
    assert "I cannot read “noon” as a time of day." in coordinator.sees
    coordinator.says("8.30 pm")
    assert "the daily check-in moves from 18:00 to 20:30. The patient is told. Is that right?" in coordinator.sees
    assert anna.row.prompt_time.isoformat("minutes") == "18:00"
    coordinator.presses("Yes, do it")
    done = f"Done: {anna.code} is asked at 20:30 each day, next on Mon 2 Mar 2026, 20:30."
    assert coordinator.sees == f"{done} The patient is told."
    assert clinic.history(anna.row)[-1] == (
        "staff:1",
        "prompt_time_changed",
        {"prompt_time": "18:00"},
        {"prompt_time": "20:30"},
    )


def test_a_time_or_lead_times_that_are_so_already_are_said_to_be(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    before = clinic.stored()
    for button, value, said in (
        ("Check-in time", "18:00", "The check-in comes at 18:00 already. Please choose another time, or press Cancel."),
        ("Reminders", "0 1 7", "The reminders come like that already. Please choose others, or press Cancel."),
    ):
        coordinator.says(f"/patient {anna.code}")
        coordinator.presses(button)
        coordinator.says(value)
        assert coordinator.sees.startswith(said)
        assert "Yes, do it" not in coordinator.buttons
        coordinator.presses("Cancel")
    assert clinic.stored() == before


def test_before_the_question_a_new_time_counts_from_today(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    change(coordinator, anna, "Check-in time", "20:00")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert questions(anna) == []
    for day in (2, 3):
        clinic.becomes(clinic.local(f"2026-03-0{day} 20:00"))
    assert questions(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026"]


def test_after_the_question_a_new_time_counts_from_tomorrow(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    change(coordinator, anna, "Check-in time", "20:00")
    assert "next on Tue 3 Mar 2026, 20:00" in coordinator.sees
    clinic.becomes(clinic.local("2026-03-02 20:00"))
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert questions(anna) == ["Mon 2 Mar 2026"]
    clinic.becomes(clinic.local("2026-03-03 20:00"))
    assert questions(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026"]


def test_a_time_that_has_just_passed_asks_today_at_once(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    change(coordinator, anna, "Check-in time", "09:00")
    assert questions(anna) == ["Mon 2 Mar 2026"]
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    assert questions(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026"]


@pytest.mark.parametrize(("first", "second"), [("09:00", "20:00"), ("20:00", "09:00"), ("19:00", "10:00")])
def test_however_often_the_time_changes_each_day_is_asked_exactly_once(clinic: Clinic, first: str, second: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for at in (first, second, "18:15"):
        change(coordinator, anna, "Check-in time", at)
        clinic.passes(hours=1)
    clinic.becomes(clinic.local("2026-03-02 23:30"))
    change(coordinator, anna, "Check-in time", second)
    for day in (3, 4):
        for hour in (9, 10, 19, 20):
            clinic.becomes(clinic.local(f"2026-03-0{day} {hour:02}:00"))
    assert questions(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026", "Wed 4 Mar 2026"]


@pytest.mark.parametrize("at", ["12:00", "21:00"])
def test_a_day_stays_open_until_the_next_question_also_when_that_moves(clinic: Clinic, at: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    data = anna.buttons_of(anna.last["message_id"])
    old = anna.last["message_id"]
    change(coordinator, anna, "Check-in time", at)
    hour, minute = map(int, at.split(":"))
    clinic.becomes(clinic.local(f"2026-03-03 {hour - 1:02}:{59 + minute}"))
    anna.taps(old, data["3"])
    assert [(day, value) for day, _, _, value in anna.answers] == [("2026-03-02", 3)]
    clinic.becomes(clinic.local(f"2026-03-03 {at}"))
    assert anna.taps(old, data["4"], forge=True).startswith("This day is closed")
    assert len(anna.answers) == 1
    assert [day.closes_at for day in clinic.rows(DiaryDay)] == [
        clinic.local(f"2026-03-03 {at}"),
        clinic.local(f"2026-03-04 {at}"),
    ]


def test_the_same_hour_may_be_asked_of_someone_who_has_not_joined(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    link = coordinator.sees.partition("start=")[2].split()[0]
    coordinator.says("/roster")
    coordinator.presses("P-")
    coordinator.presses("Check-in time")
    coordinator.presses("20:00")
    coordinator.presses("Yes, do it")
    assert "will be asked at 20:00 each day" in coordinator.sees
    anna = clinic.someone()
    anna.says(f"/start {link}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "19:00"):
        anna.presses(button)
    assert anna.row.prompt_time.isoformat("minutes") == "19:00", "the patient has the last word"


@pytest.mark.parametrize("typed", ["none", "No", "not at all", "aucun", "AUCUNE", "keine"])
def test_no_reminders_is_understood_in_every_language(clinic: Clinic, typed: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    coordinator.says(typed)
    assert "to not at all. Is that right?" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert anna.row.reminder_leads == []


def test_new_lead_times_replace_every_old_reminder(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-16")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    assert "reminders now come 7 days before, the day before and that morning" in coordinator.sees
    for typed in ("whenever", "1.5", "7.5", "7 1.5", "1-5", "7/1"):
        coordinator.says(typed)
        assert coordinator.sees.startswith(f"I cannot read “{typed}”. Please type whole days before the course")
    for typed in ("61", "1 2 3 4 5 6"):
        coordinator.says(typed)
        assert "At most 5 reminders, from 0 to 60 days before the course." in coordinator.sees
    coordinator.says("5, 2")
    assert "to 5 days before and 2 days before. Is that right?" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert coordinator.sees == f"Done: {anna.code} is reminded 5 days before and 2 days before."
    assert clinic.history(anna.row)[-1] == (
        "staff:1",
        "reminder_leads_changed",
        {"leads": [7, 1, 0], "as_team": True},
        {"leads": [5, 2], "as_team": False},
    )
    reminded = []
    for day in range(9, 17):
        before = len(anna.messages)
        clinic.becomes(clinic.local(f"2026-03-{day:02} 09:00"))
        reminded += [day] if any("Your infusion is" in text for text in anna.everything[before:]) else []
    assert reminded == [11, 14]


def test_no_reminders_at_all_is_a_choice_and_can_be_taken_back(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-16")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    coordinator.presses("not at all")
    coordinator.presses("Yes, do it")
    assert f"Done: {anna.code} is reminded not at all." in coordinator.sees
    clinic.becomes(clinic.local("2026-03-15 09:00"))
    assert "Your infusion is" not in " ".join(anna.everything)
    change(coordinator, anna, "Reminders", "0")
    clinic.becomes(clinic.local("2026-03-16 09:00"))
    assert "Your infusion is today: Mon 16 Mar 2026." in " ".join(anna.everything)


def test_a_reminder_that_waits_to_be_sent_is_gone_when_lead_times_change(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-16")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    coordinator.says("1")
    fails_to_connect(clinic, monkeypatch, 1)
    clinic.becomes(clinic.local("2026-03-09 09:00"))
    assert [row.state for row in clinic.rows(OutboxMessage) if row.kind is REMINDER] == [MessageState.PENDING]
    coordinator.presses("Yes, do it")
    clinic.passes(minutes=5)
    assert [text for text in anna.everything if "Your infusion is" in text] == []
    clinic.becomes(clinic.local("2026-03-15 09:00"))
    assert "Your infusion is tomorrow: Mon 16 Mar 2026." in anna.everything[-1]


def test_a_change_that_is_cancelled_changes_nothing(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    before = clinic.stored()
    for button, value in (("Check-in time", "20:00"), ("Reminders", "5")):
        coordinator.says(f"/patient {anna.code}")
        coordinator.presses(button)
        coordinator.says(value)
        coordinator.presses("Cancel")
        assert coordinator.sees == "Cancelled. Nothing was changed."
    assert clinic.stored() == before
