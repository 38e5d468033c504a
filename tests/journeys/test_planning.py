"""A coordinator plans courses: one by the calendar, one by typing, a series; and what is refused."""

import pytest

from storage.models import Course
from tests.support import Clinic, Someone


def planning(clinic: Clinic, form: str = "Plan a course") -> tuple[Someone, Someone]:
    """A coordinator with this form open about a patient, and the patient."""
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(form)
    return coordinator, anna


def test_one_course_by_the_calendar(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic)
    form = coordinator.last["message_id"]
    assert f"{anna.code}: on which day does the course begin?" in coordinator.sees
    assert coordinator.buttons[:10] == ["·", "March 2026", "›", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    assert coordinator.buttons[10] == "2", "days that have passed are not offered"
    coordinator.presses("›")
    assert coordinator.buttons[:3] == ["‹", "April 2026", "›"]
    coordinator.presses("‹")
    coordinator.presses("›")
    coordinator.presses("16")
    assert "On how many days in a row?" in coordinator.sees
    coordinator.presses("2 days")
    assert "Which dose on each day" in coordinator.sees
    coordinator.presses("0.8 g/kg")
    assert (
        f"{anna.code}: a course of 2 days, 0.8 g/kg a day, will be planned for\n– Thu 16 Apr 2026" in coordinator.sees
    )
    assert anna.courses == [], "nothing is stored before it is confirmed"
    coordinator.presses("Yes, do it")
    assert f"Done: 1 course planned for {anna.code}, on Thu 16 Apr 2026." in coordinator.sees
    assert coordinator.last["message_id"] == form, "one message, edited in place"
    (course,) = anna.courses
    assert (course.planned_start.isoformat(), course.planned_days, course.grams_per_kg_per_day) == (
        "2026-04-16", 2, 0.8
    )  # fmt: skip
    actor, action, before, after = clinic.history(anna.row)[-1]
    assert (actor, action, before) == ("staff:1", "course_planned", None)
    assert after["start"] == "2026-04-16"
    anna.says("/infusions")
    assert anna.sees == "Your next infusions\n– Thu 16 Apr 2026, 2 days"


def test_one_course_by_typing(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    for typed in ("12 Mar", "3", "0,4"):
        coordinator.says(typed)
    assert "a course of 3 days, 0.4 g/kg a day, will be planned for\n– Thu 12 Mar 2026" in coordinator.sees
    coordinator.says("yes")
    assert "Please press “Yes, do it” or “Cancel, change nothing”." in coordinator.sees
    assert anna.starts == []
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-12"]


def test_a_series_shows_all_its_dates_first(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic, "Plan a series")
    coordinator.says("2026-03-12")
    coordinator.presses("5 days")
    coordinator.presses("0.4 g/kg")
    coordinator.presses("every 4 weeks")
    coordinator.presses("3")
    assert (
        "3 courses of 5 days, 0.4 g/kg a day, will be planned for\n"
        "– Thu 12 Mar 2026\n– Thu 9 Apr 2026\n– Thu 7 May 2026" in coordinator.sees
    )
    assert anna.starts == []
    coordinator.presses("Yes, do it")
    assert f"Done: 3 courses planned for {anna.code}, the first on Thu 12 Mar 2026." in coordinator.sees
    assert anna.starts == ["2026-03-12", "2026-04-09", "2026-05-07"]
    assert [action for _, action, _, _ in clinic.history(anna.row)].count("course_planned") == 3


def test_a_confirmation_that_comes_twice_plans_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic, "Plan a series")
    for typed in ("12 Mar", "2", "0.4", "4", "6"):
        coordinator.says(typed)
    coordinator.presses("Yes, do it")
    press = max(clinic.world.updates)
    clinic.world.redeliver(press)
    clinic.calm()
    clinic.world.duplicate(press)
    clinic.calm()
    assert len(anna.courses) == 6


def test_a_line_that_comes_twice_answers_one_question_of_a_form(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic)
    coordinator.says("12 Mar")
    coordinator.says("2")
    line = max(clinic.world.updates)
    clinic.world.redeliver(line)
    clinic.calm()
    clinic.world.duplicate(line)
    clinic.calm()
    assert "Which dose on each day" in coordinator.sees
    coordinator.says("0.4")
    coordinator.presses("Yes, do it")
    assert [(course.planned_days, course.grams_per_kg_per_day) for course in anna.courses] == [(2, 0.4)]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1 Mar 2026", "Sun 1 Mar 2026 is in the past."),
        ("yesterday", "Sun 1 Mar 2026 is in the past."),
        ("2028-03-02", "Thu 2 Mar 2028 is more than two years ahead."),
        ("9999-12-31", "is more than two years ahead."),
        ("31 Feb", "I cannot read “31 Feb” as a date. Please type one such as 12 Mar"),
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
    assert "on which day does the course begin?" in coordinator.sees, "the question stays"
    assert anna.starts == ["2026-03-10"]


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
        ("nan", "A dose is above 0"),
        ("inf", "A dose is above 0"),
        ("-1", "A dose is above 0"),
        ("a lot", "I cannot read “a lot” as a dose."),
        ("0.0004", "I cannot read “0.0004” as a dose."),
        ("1e-9", "I cannot read “1e-9” as a dose."),
    ):
        coordinator.says(typed)
        assert said in coordinator.sees
    coordinator.says("0.8 g/kg")
    coordinator.says("0")
    assert "The interval is from 1 to 26 weeks." in coordinator.sees
    coordinator.says("1")
    assert "How many courses in all?" in coordinator.sees
    coordinator.says("27")
    assert "A series has from 1 to 26 courses." in coordinator.sees
    coordinator.says("2")
    assert "The course of Thu 19 Mar 2026 would begin before the one before it ends." in coordinator.sees
    assert anna.starts == []


def test_a_series_that_meets_a_course_or_goes_too_far_is_refused_whole(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic, "Plan a series")
    clinic.planned(anna, "2026-05-07")
    for typed in ("12 Mar", "2", "0.4", "4"):
        coordinator.says(typed)
    coordinator.says("3")
    assert "There is a course on Thu 7 May 2026 already." in coordinator.sees
    assert anna.starts == ["2026-05-07"]
    coordinator.presses("‹ Back")
    assert "Every how many weeks?" in coordinator.sees
    coordinator.says("26")
    coordinator.says("6")
    assert "is more than two years ahead" in coordinator.sees
    assert anna.starts == ["2026-05-07"]


def test_back_asks_again_and_cancel_leaves_everything_as_it_was(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    before = clinic.stored()["Course"], clinic.history(anna.row)
    assert "‹ Back" not in coordinator.buttons, "there is nothing before the first question"
    coordinator.says("12 Mar")
    coordinator.presses("2 days")
    coordinator.presses("‹ Back")
    assert "On how many days in a row?" in coordinator.sees
    coordinator.presses("‹ Back")
    assert "on which day does the course begin?" in coordinator.sees
    coordinator.says("13 Mar")
    coordinator.presses("1 day")
    coordinator.presses("0.4")
    assert "Fri 13 Mar 2026" in coordinator.sees
    coordinator.presses("‹ Back")
    assert "Which dose on each day" in coordinator.sees
    coordinator.presses("Cancel")
    assert coordinator.sees == "Cancelled. Nothing was changed."
    assert coordinator.buttons == []
    assert (clinic.stored()["Course"], clinic.history(anna.row)) == before
    assert [dialogue["form"] for dialogue in clinic.stored()["Dialogue"]] == ["join"], "what Anna's said last"


def test_the_buttons_of_a_form_are_old_once_another_is_open(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    first = coordinator.last["message_id"]
    buttons = coordinator.buttons_of(first)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    second = coordinator.last["message_id"]
    coordinator.says("12 Mar")
    third = coordinator.last["message_id"]
    assert coordinator.buttons_of(second) == {}, "the next question stands below what was typed"
    assert coordinator.taps(first, buttons["20"]) == "This button is no longer in use. Nothing was changed."
    assert coordinator.buttons_of(first) == {}
    assert coordinator.taps(second, buttons["20"], forge=True).startswith("This button is no longer in use")
    assert "On how many days" in coordinator.message(third)["text"]
    coordinator.presses("1 day")
    coordinator.presses("0.4")
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-12"]
    done = coordinator.message(third)["text"]
    assert coordinator.taps(third, "f:plan_course:+:+", forge=True) == ""
    assert coordinator.message(third)["text"] == done
    assert done.startswith("Done: 1 course planned")
    assert anna.starts == ["2026-03-12"]


def test_the_roster_can_be_read_while_a_form_is_open(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    coordinator.says("/roster")
    assert anna.code in coordinator.buttons
    coordinator.says("12 Mar")
    assert "On how many days" in coordinator.sees


def test_a_restart_in_the_middle_of_a_form_is_not_noticed(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic)
    coordinator.says("12 Mar")
    clinic.restart()
    coordinator.presses("2 days")
    clinic.restart()
    coordinator.presses("0.4")
    clinic.restart()
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-12"]


def test_two_coordinators_who_plan_the_same_day_plan_it_once(clinic: Clinic) -> None:
    one, anna = planning(clinic)
    other = clinic.coordinator()
    other.says(f"/patient {anna.code}")
    other.presses("Plan a course")
    for coordinator in (one, other):
        for typed in ("12 Mar", "2", "0.4"):
            coordinator.says(typed)
    one.presses("Yes, do it")
    other.presses("Yes, do it")
    assert "There is a course on Thu 12 Mar 2026 already." in other.sees
    assert len(clinic.rows(Course)) == 1


def test_a_dose_is_shown_as_it_is_stored(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    for typed in ("12 Mar", "2", "0.125"):
        coordinator.says(typed)
    assert "a course of 2 days, 0.125 g/kg a day" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert [course.grams_per_kg_per_day for course in anna.courses] == [0.125]


def test_a_course_of_today_can_be_planned_and_the_last_dose_is_offered_first(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    clinic.planned(anna, "2026-04-02", dose=1.25)
    coordinator.says("today")
    coordinator.presses("1 day")
    assert coordinator.buttons[0] == "1.25 g/kg"
    coordinator.presses("1.25")
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-02", "2026-04-02"]
