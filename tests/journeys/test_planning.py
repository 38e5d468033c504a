"""A coordinator plans courses: one by the calendar, one by typing, a series; and what is said before it is done."""

import pytest

from storage.models import Course
from tests.journeys.scenes import planning
from tests.support import Clinic


def test_one_course_by_the_calendar(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic)
    form = coordinator.last["message_id"]
    assert f"{anna.code}: on which day does the course begin?" in coordinator.sees
    assert coordinator.buttons[:10] == ["–", "March 2026", "Apr ›", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    assert coordinator.buttons[10] == "2", "days that have passed are not offered"
    coordinator.presses("Apr ›")
    assert coordinator.buttons[:3] == ["‹ Mar", "April 2026", "May ›"]
    coordinator.presses("‹ Mar")
    coordinator.presses("Apr ›")
    coordinator.presses("16")
    assert ": on how many days in a row?" in coordinator.sees
    coordinator.presses("2 days")
    assert ": which dose on each day" in coordinator.sees
    coordinator.presses("0.8 g/kg")
    assert (
        f"{anna.code}: a course of 2 days, 0.8 g/kg a day, 1.6 g/kg a course, will be planned for\n– Thu 16 Apr 2026"
        in coordinator.sees
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
    assert anna.sees == "Your next infusions\n– Thu 16 Apr 2026, over 2 days"


def test_one_course_by_typing(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    for typed in ("12 Mar", "3", "0,4"):
        coordinator.says(typed)
    assert (
        "a course of 3 days, 0.4 g/kg a day, 1.2 g/kg a course, will be planned for\n– Thu 12 Mar 2026"
        in coordinator.sees
    )
    coordinator.says("yes")
    assert coordinator.sees.startswith(
        "Please press “Yes, do it” or “Cancel, change nothing”. To change an answer, press “‹ Back”."
    )
    assert "– Thu 12 Mar 2026" in coordinator.sees, "what is confirmed is shown"
    assert coordinator.buttons == ["Yes, do it", "‹ Back", "Cancel, change nothing"]
    assert anna.starts == []
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-12"]


def test_a_series_shows_all_its_dates_first(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = planning(clinic, "Plan a series")
    code = anna.code
    assert coordinator.sees.startswith(f"{code}: on which day does the first course begin?")
    coordinator.says("2026-03-12")
    assert coordinator.sees == f"{code}, from Thu 12 Mar 2026: on how many days in a row?"
    coordinator.presses("5 days")
    assert coordinator.sees == f"{code}, from Thu 12 Mar 2026, 5 days: which dose on each day, in g/kg?"
    coordinator.presses("0.4 g/kg")
    assert coordinator.sees.startswith(
        f"{code}, from Thu 12 Mar 2026, 5 days, 0.4 g/kg a day, 2 g/kg a course: every how many weeks?"
    )
    coordinator.presses("every 4 weeks")
    assert (
        coordinator.sees
        == f"{code}, from Thu 12 Mar 2026, 5 days, 0.4 g/kg a day, 2 g/kg a course: how many courses in all?"
    )
    coordinator.presses("3")
    assert (
        "3 courses of 5 days, 0.4 g/kg a day, 2 g/kg a course, will be planned for\n"
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
    assert ": which dose on each day" in coordinator.sees
    coordinator.says("0.4")
    coordinator.presses("Yes, do it")
    assert [(course.planned_days, course.grams_per_kg_per_day) for course in anna.courses] == [(2, 0.4)]


def test_back_asks_again_and_cancel_leaves_everything_as_it_was(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    before = clinic.stored()["Course"], clinic.history(anna.row)
    assert "‹ Back" not in coordinator.buttons, "there is nothing before the first question"
    coordinator.says("12 Mar")
    coordinator.presses("2 days")
    coordinator.presses("‹ Back")
    assert ": on how many days in a row?" in coordinator.sees
    coordinator.presses("‹ Back")
    assert "on which day does the course begin?" in coordinator.sees
    coordinator.says("13 Mar")
    coordinator.presses("1 day")
    coordinator.presses("0.4")
    assert "Fri 13 Mar 2026" in coordinator.sees
    coordinator.presses("‹ Back")
    assert ": which dose on each day" in coordinator.sees
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
    assert coordinator.buttons_of(first) == {}, "it was left when the second was opened"
    pressed = coordinator.taps(first, buttons["20"], forge=True)
    assert pressed == "This button is no longer in use. Nothing was changed."
    assert coordinator.taps(second, buttons["20"], forge=True).startswith("This button is no longer in use")
    assert ": on how many days" in coordinator.message(third)["text"]
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
    assert ": on how many days" in coordinator.sees


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


def test_a_course_of_today_can_be_planned_and_the_last_dose_is_offered_first(clinic: Clinic) -> None:
    coordinator, anna = planning(clinic)
    clinic.planned(anna, "2026-04-02", dose=1.25)
    coordinator.says("today")
    coordinator.presses("1 day")
    assert coordinator.buttons[0] == "1.25 g/kg"
    coordinator.presses("1.25")
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-02", "2026-04-02"]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2 Apr", "Please note: there is a course on Fri 3 Apr 2026 too, the day next to it."),
        ("7 Apr", "Please note: there is a course on Fri 3 Apr 2026 too, only 3 days away."),
        ("8 Apr", None),
        ("31 Mar", "Please note: there is a course on Fri 3 Apr 2026 too, only 3 days away."),
        ("30 Mar", None),
    ],
)
def test_a_plan_close_to_another_course_says_so_before_it_is_confirmed(
    clinic: Clinic, typed: str, said: str | None
) -> None:
    coordinator, anna = planning(clinic)
    clinic.planned(anna, "2026-04-03", days=2)
    for line in (typed, "1", "0.4"):
        coordinator.says(line)
    assert ("Please note" in coordinator.sees) == (said is not None)
    assert (said or "") in coordinator.sees
    coordinator.presses("Yes, do it")
    assert len(anna.courses) == 2, "it is a note, and no refusal"


def test_what_becomes_of_the_reminders_is_said_as_it_is(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    coordinator.says("7 3")
    coordinator.presses("Yes, do it")
    for form, answers, said in (
        ("Plan a course", ("20 Mar", "1", "0.4"), "Reminders are sent as usual. Is that right?"),
        ("Plan a course", ("4 Mar", "1", "0.4"), "No reminder will be sent: it is too late for one. Is that right?"),
        ("Plan a course", ("today", "1", "0.4"), "No reminder will be sent: it is too late for one."),
        (
            "Plan a series",
            ("4 Mar", "1", "0.4", "4", "3"),
            "Reminders are sent as usual, but it is too late for any before Wed 4 Mar 2026.",
        ),
    ):
        coordinator.says(f"/patient {anna.code}")
        coordinator.presses(form)
        for typed in answers:
            coordinator.says(typed)
        assert said in coordinator.sees
        coordinator.presses("Cancel")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    coordinator.says("none")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    for typed in ("20 Mar", "1", "0.4"):
        coordinator.says(typed)
    assert "No reminder will be sent: they are switched off for this patient. Is that right?" in coordinator.sees


def test_a_dose_that_is_far_from_the_last_ones_is_asked_about_again(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-12", days=2, dose=0.4)
    coordinator.says(f"/series {anna.code} every 4 weeks x 3 from 9 Apr 5 x 4 g/kg")
    assert coordinator.sees == (
        "20 g/kg a course is far from what was planned for this patient last: 0.8 g/kg a course. Is it right?"
    )
    coordinator.says("yes, of course")
    assert "Please press a button" in coordinator.sees
    coordinator.presses("‹ Back")
    assert "which dose on each day, in g/kg?" in coordinator.sees
    coordinator.says("0.4")
    assert coordinator.sees.startswith("2 g/kg a course is far from")
    coordinator.presses("Yes, it is right")
    assert "3 courses of 5 days, 0.4 g/kg a day, 2 g/kg a course" in coordinator.sees
    coordinator.presses("Yes, do it")
    coordinator.says(f"/series {anna.code} every 4 weeks x 2 from 9 Jul 1 x 1.8 g/kg")
    assert "Is it right?" not in coordinator.sees, "from there on that is usual"


def test_a_first_course_of_more_than_anybody_is_given_is_asked_about_again(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/series {anna.code} every 4 weeks x 3 from 9 Apr 5 x 4 g/kg")
    assert "20 g/kg a course is unusually much: more than 4 g/kg. Is it right?" in coordinator.sees
    coordinator.presses("Cancel, change nothing")
    coordinator.says(f"/series {anna.code} every 4 weeks x 3 from 9 Apr 5 x 0.4 g/kg")
    assert "Is that right?" in coordinator.sees
