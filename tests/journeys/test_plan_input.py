"""What a coordinator types and presses when planning: what is read, what is refused, and in which words."""

from datetime import UTC, datetime

import pytest

from storage.database import Database
from tests.journeys.scenes import planning
from tests.support import Clinic


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 Mar 2026", "Sun 1 Mar 2026 is in the past."),
        ("yesterday", "Sun 1 Mar 2026 is in the past."),
        ("2028-03-02", "Thu 2 Mar 2028 is more than two years ahead."),
        ("9999-12-31", "is more than two years ahead."),
        ("31 Feb", "There is no “31 Feb”: that month ends on Sat 28 Feb 2026. Please type the day once more."),
        ("29.2.2026", "There is no “29.2.2026”: that month ends on Sat 28 Feb 2026."),
        ("nowhere", "I cannot read “nowhere” as a date. Please type one such as 12 Mar, 12.3.2026 or 2026-03-12."),
        ("3/13", "I cannot read “3/13” as a date."),
        ("soon", "I cannot read “soon” as a date."),
        ("<i>12 Mar", "I cannot read “<i>12 Mar” as a date."),
        ("11 Mar", "There is a course on Tue 10 Mar 2026 already."),
    ],
)
def test_an_impossible_date_is_said_and_nothing_is_stored(clinic: Clinic, typed: str, said: str) -> None:
    coordinator, anna = planning(clinic)
    clinic.planned(anna, "2026-03-10", days=2)
    coordinator.says(typed)
    assert said in coordinator.sees
    shortly = f"\n\n{anna.code}: on which day does the course begin?\n\nA day with * has a course already."
    assert shortly in coordinator.sees, "the question, in short, and what the signs below it mean"
    assert coordinator.buttons_of(coordinator.messages[-2]["message_id"]) == {}
    assert anna.starts == ["2026-03-10"]


def test_numbers_that_cannot_be_are_said(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic, "Plan a series")
    coordinator.says("12 Mar")
    for typed in ("0", "11", "two", "-1", "1.5"):
        coordinator.says(typed)
        assert "A course lasts from 1 to 10 days." in coordinator.sees
    coordinator.says("10")
    for typed, said in (
        ("0", "A dose is above 0 and at most 5 g/kg a day."),
        ("5.1", "A dose is above 0"),
        ("-1", "A dose is above 0"),
        ("nan", "I cannot read “nan” as a dose."),
        ("0_4", "I cannot read “0_4” as a dose."),
        ("0.4 mg", "I cannot read “0.4 mg” as a dose."),
        ("a lot", "I cannot read “a lot” as a dose."),
        ("0.0004", "I cannot read “0.0004” as a dose."),
        ("1e-9", "I cannot read “1e-9” as a dose."),
    ):
        coordinator.says(typed)
        assert said in coordinator.sees
    coordinator.says("0.4 g/kg")
    coordinator.says("0")
    assert "The interval is from 1 to 26 weeks, or to 182 days" in coordinator.sees
    coordinator.says("1")
    assert ": how many courses in all?" in coordinator.sees
    coordinator.says("27")
    assert "A series has from 1 to 26 courses." in coordinator.sees
    coordinator.says("2")
    assert "The course of Thu 19 Mar 2026 would begin before the one before it ends." in coordinator.sees
    assert anna.starts == []


def test_a_dose_is_shown_as_it_is_stored(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    for typed in ("12 Mar", "2", "0.125"):
        coordinator.says(typed)
    assert "a course of 2 days, 0.125 g/kg a day" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert [course.grams_per_kg_per_day for course in anna.courses] == [0.125]


@pytest.mark.parametrize(
    "typed", ["0.4", "0,4", "0.4 g/kg", "0.4g/kg", "0.4 g/kg/day", "0.4 g/kg a day", "0,4 g/kg/Tag"]
)
def test_a_dose_is_read_as_people_write_it_and_as_the_bot_does(clinic: Clinic, typed: str) -> None:
    coordinator, anna = planning(clinic)
    for line in ("12 Mar", "2", typed):
        coordinator.says(line)
    coordinator.presses("Yes, do it")
    assert [course.grams_per_kg_per_day for course in anna.courses] == [0.4]


def test_a_date_in_the_examples_is_of_this_year(sqlite_database: Database) -> None:
    with Clinic(sqlite_database, datetime(1999, 8, 12, 16, 0, tzinfo=UTC)) as clinic:
        coordinator, _ = planning(clinic)
        coordinator.says("soon")
        assert "Please type one such as 12 Mar, 12.3.1999 or 1999-03-12." in coordinator.sees


def test_a_key_of_the_calendar_that_is_no_day_says_so_and_changes_nothing(clinic: Clinic) -> None:
    coordinator, _ = planning(clinic)
    before, seen = clinic.stored(), coordinator.sees
    for label in ("March 2026", "Mo", "–"):
        dead = coordinator.buttons_of(coordinator.last["message_id"])[label]
        toast = coordinator.taps(coordinator.last["message_id"], dead)
        assert toast == "There is nothing to choose here. Please press a day."
    assert coordinator.sees == seen
    assert clinic.stored() == before


def test_the_calendar_shows_which_days_have_a_course(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-18", days=2)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    assert "A day with * has a course already.\nA – is no day to choose." in coordinator.sees
    assert [label for label in coordinator.buttons if "*" in label] == ["18*", "19*"]


def test_a_course_that_would_run_into_the_next_one_is_refused_when_its_days_are_known(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    clinic.planned(anna, "2026-03-14")
    coordinator.says("12 Mar")
    coordinator.presses("5 days")
    assert "There is a course on Sat 14 Mar 2026 already." in coordinator.sees
    coordinator.presses("2 days")
    coordinator.presses("0.4")
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-12", "2026-03-14"]


def test_a_series_that_meets_a_course_or_goes_too_far_is_refused_whole(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic, "Plan a series")
    clinic.planned(anna, "2026-05-07")
    for typed in ("12 Mar", "2", "0.4", "4"):
        coordinator.says(typed)
    coordinator.says("3")
    assert "There is a course on Thu 7 May 2026 already." in coordinator.sees
    assert anna.starts == ["2026-05-07"]
    coordinator.presses("‹ Back")
    assert ": every how many weeks?" in coordinator.sees
    coordinator.says("26")
    coordinator.says("6")
    assert "is more than two years ahead" in coordinator.sees
    assert anna.starts == ["2026-05-07"]
