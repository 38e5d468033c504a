"""A pause has an end, is seen by the team, and counts against nobody."""

import re
from datetime import date
from typing import Any

import pytest

from storage.models import DiaryDay, PatientStatus
from tests.journeys.scenes import reminders
from tests.journeys.test_own_copy import set_language
from tests.support import Clinic


def test_no_questions_until_the_day_that_was_chosen(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    anna.says("/pause")
    assert "The next check-in would come on Mon 2 Mar 2026, 18:00." in anna.sees
    assert anna.buttons == [
        f"Again from {day}" for day in ("Thu 5 Mar 2026", "Mon 9 Mar 2026", "Mon 16 Mar 2026", "Mon 30 Mar 2026")
    ] + ["Cancel, change nothing"]
    anna.presses("Again from Thu 5 Mar 2026")
    assert "The next check-in comes on Thu 5 Mar 2026, 18:00." in anna.sees
    assert anna.buttons == ["End the pause now"]
    clinic.becomes(clinic.local("2026-03-05 17:59"))
    assert clinic.rows(DiaryDay) == []
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    assert "How strong was your pain today?" in anna.sees
    assert anna.row.status is PatientStatus.ACTIVE
    assert [entry[1] for entry in clinic.history(anna.row)][-2:] == ["paused", "pause_ended"]


def test_an_infusion_in_the_pause_is_reminded_of(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-06")
    anna.says("/pause")
    anna.presses("Again from Mon 9 Mar 2026")
    for day in range(3, 7):
        clinic.becomes(clinic.local(f"2026-03-{day:02} 09:00"))
    assert len(reminders(anna)) == 2


def test_the_pause_may_end_before(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    anna.presses("Again from Mon 30 Mar 2026")
    clinic.becomes(clinic.local("2026-03-03 12:00"))
    anna.says("/pause")
    assert "The next check-in comes on Mon 30 Mar 2026, 18:00." in anna.sees
    anna.presses("End the pause now")
    assert anna.sees == "The pause is over. The next check-in comes on Tue 3 Mar 2026, 18:00."
    assert anna.buttons == []
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "How strong was your pain today?" in anna.sees


def test_a_pause_that_ends_on_its_own_day_asks_nothing_twice(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("/pause")
    anna.presses("Again from Thu 5 Mar 2026")
    anna.presses("End the pause now")
    assert "on Tue 3 Mar 2026, 18:00." in anna.sees
    clinic.becomes(clinic.local("2026-03-02 23:00"))
    assert [day.diary_date.isoformat() for day in clinic.rows(DiaryDay)] == ["2026-03-02"]


def test_after_an_outage_the_next_check_in_is_one_that_is_still_to_come(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.clock.move_to(clinic.local("2026-03-05 10:00"))
    anna.says("/pause")
    assert "The next check-in would come on Thu 5 Mar 2026, 18:00." in anna.everything[-1]


def test_whoever_has_joined_has_a_next_check_in_whatever_is_changed(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    for button, value, then in (("Check-in time", "07:30", ()), ("Time zone", "Asia/Tokyo", ("Yes, Asia/Tokyo",))):
        coordinator.says(f"/patient {anna.code}")
        coordinator.presses(button)
        coordinator.says(value)
        for press in (*then, "Yes, do it"):
            coordinator.presses(press)
        for pressed in ("Again from Thu 5 Mar 2026", "End the pause now"):
            anna.says("/pause")
            anna.presses(pressed)
            assert anna.row.next_prompt_at is not None
            assert re.search(r"check-in (comes|would come) on \w+ \d+ Mar 2026, 07:30\.", anna.sees)


def test_no_check_in_is_promised_for_a_day_that_is_complete(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/today")
    anna.says("/withdraw")
    anna.presses("No, keep the diary")
    assert "comes on Mon 2 Mar 2026, 18:00." in anna.sees, "it is not complete yet"
    for typed in ("3", "2", "2", "4"):
        anna.says(typed)
    said = len(anna.messages)
    anna.says("/pause")
    assert "The next check-in would come on Tue 3 Mar 2026, 18:00." in anna.sees
    anna.says("/settings")
    anna.presses("Time zone")
    anna.says("Europe/Zurich")
    anna.presses("Yes, Europe/Zurich")
    assert "The next check-in comes on Tue 3 Mar 2026, 18:00." in anna.sees
    clinic.becomes(clinic.local("2026-03-02 23:00"))
    assert len(anna.messages) == said + 3, "and none came"


def test_the_team_sees_until_when(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    anna.says("/pause")
    anna.presses("Again from Mon 9 Mar 2026")
    coordinator.says(f"/patient {anna.code}")
    assert "Mon 9 Mar 2026" in coordinator.sees


def test_todays_can_be_entered_all_the_same(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    anna.presses("Again from Mon 9 Mar 2026")
    anna.says("/today")
    anna.says("3 2 2 4")
    assert "Noted, thank you" in anna.sees


def but_for_what_came_last(clinic: Clinic) -> dict[str, Any]:
    """All that is stored, without the open form's note of what brought it there."""
    stored = clinic.stored()
    for row in stored["Dialogue"]:
        row["state"] = {key: value for key, value in row["state"].items() if key not in {"by", "after"}}
    return stored


@pytest.mark.parametrize("data", ["2026-03-02", "2025-01-01", "2027-01-01", "2026-13-40", "", "off"])
def test_a_day_that_is_over_or_too_far_changes_nothing(clinic: Clinic, data: str) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    before = but_for_what_came_last(clinic)
    anna.forges(f"f:pause:until:{data}")
    anna.forges(f"pa:{data}")
    assert but_for_what_came_last(clinic) == before
    assert clinic.world.unanswered_callbacks() == []
    assert "From which day on shall I ask again?" in anna.sees


def test_an_old_button_whose_day_has_come_says_which_days_there_are(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    message, data = anna.last["message_id"], anna.buttons_of(anna.last["message_id"])["Again from Thu 5 Mar 2026"]
    clinic.becomes(clinic.local("2026-03-06 10:00"))
    anna.taps(message, data)
    assert "A pause can end from Sat 7 Mar 2026 to" in anna.message(message)["text"]
    assert anna.row.status is PatientStatus.ACTIVE


def test_the_day_can_be_typed(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    anna.says("/pause")
    anna.says("in the summer")
    assert "I cannot read “in the summer” as a date." in anna.sees
    assert anna.row.status is PatientStatus.ACTIVE
    anna.says("1 Mar")
    assert "A pause can end from Tue 3 Mar 2026 to" in anna.sees
    assert anna.buttons[-1] == "Cancel, change nothing"
    anna.says("10 Mar")
    assert "The next check-in comes on Tue 10 Mar 2026, 18:00." in anna.sees
    assert anna.row.paused_until == date(2026, 3, 10)
    assert anna.buttons == ["End the pause now"]


@pytest.mark.parametrize(
    ("language", "typed", "said"),
    [
        ("en", "31 April", "There is no “31 April”: that month ends on Thu 30 Apr 2026."),
        ("fr", "31 avril", "Le «\xa031 avril\xa0» n’existe pas\xa0: ce mois finit le jeu. 30 avr. 2026."),
        ("de", "31. April", "Den „31. April“ gibt es nicht: Dieser Monat endet am Do. 30. Apr. 2026."),
    ],
)
def test_a_day_that_there_is_not_is_said_in_each_language(clinic: Clinic, language: str, typed: str, said: str) -> None:
    anna = clinic.patient()
    set_language(clinic, anna, language)
    anna.says("/pause")
    anna.says(typed)
    assert said in anna.sees
    assert anna.row.status is PatientStatus.ACTIVE


def test_a_day_is_read_in_the_readers_language(clinic: Clinic) -> None:
    anna = clinic.patient()
    set_language(clinic, anna, "fr")
    anna.says("/pause")
    anna.says("5 avril")
    assert anna.row.paused_until == date(2026, 4, 5)


def test_asking_for_a_pause_can_be_cancelled(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    anna.presses("Cancel")
    assert anna.sees == "Cancelled. Nothing was changed."
    assert anna.row.status is PatientStatus.ACTIVE


def test_a_number_answers_the_check_in_all_the_same(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("/pause")
    anna.says("7")
    assert anna.answers == [("2026-03-02", "pain", 1, 7)]
    anna.presses("Again from Thu 5 Mar 2026")
    assert anna.row.status is PatientStatus.PAUSED
