"""A course is moved with those after it, or was given late: the later ones follow where that is wanted."""

import pytest

from storage.models import Course, CourseStatus
from tests.journeys.scenes import CHANGED, course_open, told
from tests.support import Clinic, Someone

CONFIRM = "Yes, do it"
UNDO = "Undo (for an hour)"


def four_weekly(clinic: Clinic) -> tuple[Someone, Someone]:
    """A coordinator who looks at the first of four courses, and the patient."""
    coordinator, anna = course_open(clinic)
    for start in ("2026-04-09", "2026-05-07", "2026-06-04"):
        clinic.planned(anna, start)
    return coordinator, anna


def test_a_course_and_its_followers_are_moved_by_five_taps_from_the_card(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = four_weekly(clinic)
    coordinator.says(f"/patient {anna.code}")
    for pressed in ("Thu 12 Mar", "Move"):
        coordinator.presses(pressed)
    coordinator.says("17 Mar")
    assert coordinator.sees == (
        f"{anna.code}: the course moves from Thu 12 Mar 2026 to Tue 17 Mar 2026, 5 days later. "
        "There are 3 later courses: shall they move by as many days?"
    )
    coordinator.presses("This and the 3 later ones")
    assert (
        "3 courses after it come 5 days later too: Tue 14 Apr 2026, Tue 12 May 2026, Tue 9 Jun 2026."
        in coordinator.sees
    )
    assert "Their 12 reminders come for the new days." in coordinator.sees
    assert anna.starts[0] == "2026-03-12", "nothing is done yet"
    coordinator.presses(CONFIRM)
    assert coordinator.sees.startswith(f"Done: {anna.code}'s course moved from Thu 12 Mar 2026 to Tue 17 Mar 2026.")
    assert anna.starts == ["2026-03-17", "2026-04-14", "2026-05-12", "2026-06-09"]
    assert len(told(anna)) == 1, "once of all of it"
    assert told(anna)[0].count("– from ") == 4
    coordinator.presses(UNDO)
    assert coordinator.sees.count("course moved: ") == 4
    assert anna.starts == ["2026-03-12", "2026-04-09", "2026-05-07", "2026-06-04"]
    assert len(told(anna)) == 2
    coordinator.says(f"/history {anna.code}")
    assert coordinator.sees.count("you, by undo\ncourse moved") == 1
    assert coordinator.sees.count(", and 3 later courses with it") == 3, "planned, moved, and taken back"


def test_the_later_ones_stay_where_that_is_chosen(clinic: Clinic) -> None:
    coordinator, anna = four_weekly(clinic)
    coordinator.presses("Move")
    coordinator.presses("7 days later")
    coordinator.presses("Only this course")
    assert "Other courses stay." in coordinator.sees
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-19", "2026-04-09", "2026-05-07", "2026-06-04"]
    assert told(anna)[0].count("– from ") == 1


def test_a_course_that_is_moved_past_others_says_so_and_why_they_cannot_stay_or_come(clinic: Clinic) -> None:
    coordinator, anna = four_weekly(clinic)
    coordinator.says(f"/move {anna.code} 20 May")
    coordinator.presses("Only this course")
    assert "2 other planned courses lie between, the first on Thu 9 Apr 2026; they stay." in coordinator.sees
    coordinator.presses("Cancel, change nothing")
    coordinator.says(f"/move {anna.code} 7 May")
    assert "56 days later. There are 3 later courses" in coordinator.sees
    assert "“Only this course” is not possible. There is a course on Thu 7 May 2026 already." in coordinator.sees
    assert "Only this course" not in coordinator.buttons
    coordinator.presses("Cancel, change nothing")
    coordinator.says(f"/move {anna.code} 9 Apr 2026 to 7 Apr")
    assert "Tue 7 Apr 2026, 2 days earlier." in coordinator.sees


def test_without_a_later_course_nobody_is_asked_about_them_and_back_leads_to_the_day(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.presses("Move")
    coordinator.presses("1 day later")
    assert "to Fri 13 Mar 2026" in coordinator.sees
    coordinator.presses("‹ Back")
    assert "moves to which day?" in coordinator.sees
    assert anna.starts == ["2026-03-12"]


@pytest.mark.parametrize(("start", "to"), [("9 Apr", "2026-04-09"), ("16 Mar", "2026-03-16")])
def test_only_what_can_be_is_offered(clinic: Clinic, start: str, to: str) -> None:
    """Alone it would meet the next course; with the later ones it makes them meet nothing."""
    coordinator, anna = four_weekly(clinic)
    coordinator.presses("Move")
    coordinator.says(start)
    alone_is_possible = to != "2026-04-09"
    assert ("Only this course" in coordinator.buttons) == alone_is_possible
    coordinator.says("only")
    assert coordinator.sees.startswith("There is a course on" if not alone_is_possible else f"{anna.code}: the course")
    assert anna.starts[0] == "2026-03-12"


def test_to_the_front_they_follow_too_and_come_back_in_an_order_in_which_none_meets_another(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for start in ("2026-03-17", "2026-03-19", "2026-03-21"):
        clinic.planned(anna, start)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 17 Mar")
    coordinator.presses("Move")
    coordinator.says("15 Mar")
    coordinator.presses("This and the 2 later ones")
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-15", "2026-03-17", "2026-03-19"]
    coordinator.presses(UNDO)
    assert anna.starts == ["2026-03-17", "2026-03-19", "2026-03-21"]
    clinic.passes(minutes=1)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 17 Mar")
    coordinator.presses("Move")
    coordinator.says("19 Mar")
    assert coordinator.buttons[0] == "This and the 2 later ones"
    coordinator.presses("This and the 2 later ones")
    coordinator.presses(CONFIRM)
    coordinator.presses(UNDO)
    assert anna.starts == ["2026-03-17", "2026-03-19", "2026-03-21"]


def test_what_somebody_moved_meanwhile_is_not_moved_by_the_form(clinic: Clinic) -> None:
    one, anna = four_weekly(clinic)
    one.presses("Move")
    one.says("17 Mar")
    other = clinic.coordinator()
    other.says(f"/patient {anna.code}")
    other.presses("Thu 9 Apr")
    other.presses("Move")
    other.says("10 Apr")
    other.presses("Only this course")
    other.presses(CONFIRM)
    before = anna.starts
    one.presses("This and the 3 later ones")
    assert any(said.startswith("This has changed meanwhile") for said in one.everything)
    assert anna.starts == before


def given_late(clinic: Clinic, day: str = "15 Mar") -> tuple[Someone, Someone]:
    """The first course of four was given on another day than planned, and that was just noted."""
    coordinator, anna = four_weekly(clinic)
    for passed in ("2026-03-05 09:00", "2026-03-12 09:00", "2026-03-17 12:00"):
        clinic.becomes(clinic.local(passed))
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Thu 12 Mar")
    coordinator.presses("Was given")
    for said in (day, "2", "0.4"):
        coordinator.says(said)
    coordinator.presses(CONFIRM)
    return coordinator, anna


def test_after_a_course_that_was_given_late_the_later_ones_are_offered_to_follow(clinic_on_each: Clinic) -> None:
    coordinator, anna = given_late(clinic_on_each)
    assert coordinator.buttons == ["Not given after all", "Move the 3 later ones by 3 days too", f"‹ {anna.code}"]
    coordinator.presses("Move the 3 later ones by 3 days too")
    assert "planned for Thu 12 Mar 2026 was given from Sun 15 Mar 2026." in coordinator.sees
    assert (
        "3 courses after it come 3 days later too: Sun 12 Apr 2026, Sun 10 May 2026, Sun 7 Jun 2026."
        in coordinator.sees
    )
    coordinator.presses(CONFIRM)
    assert anna.starts == ["2026-03-15", "2026-04-12", "2026-05-10", "2026-06-07"]
    assert len(told(anna)) == 1
    assert told(anna)[0].startswith(f"{CHANGED}:\n\n– from Thu 9 Apr 2026 to Sun 12 Apr 2026")
    course = clinic_on_each.rows(Course)[0]
    assert (str(course.planned_start), str(course.given_start)) == ("2026-03-12", "2026-03-15"), "both are kept"
    coordinator.presses(UNDO)
    assert anna.starts == ["2026-03-15", "2026-04-09", "2026-05-07", "2026-06-04"]


def test_they_follow_once_whoever_presses_again(clinic: Clinic) -> None:
    coordinator, anna = given_late(clinic)
    offered = coordinator.buttons_of(coordinator.last["message_id"])["Move the 3 later ones by 3 days too"]
    coordinator.presses("Move the 3 later ones")
    coordinator.presses(CONFIRM)
    before = anna.starts
    assert coordinator.forges(offered).startswith("This has changed meanwhile")
    assert anna.starts == before
    assert clinic.rows(Course)[0].status is CourseStatus.GIVEN


def test_on_time_nothing_is_offered(clinic: Clinic) -> None:
    coordinator, anna = given_late(clinic, "12 Mar")
    assert coordinator.buttons == ["Not given after all", f"‹ {anna.code}"]
    assert anna.starts[1] == "2026-04-09"


def test_of_many_that_follow_the_first_are_named_and_the_last(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/series {anna.code} every 4 weeks x 12 from 12 Mar 0.8 g/kg 2 days")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/move {anna.code} 13 Mar and later")
    assert "The 11 courses after it come 1 day later too: Fri 10 Apr 2026, " in coordinator.sees
    assert ", Fri 23 Oct 2026 and 3 more, the last on Fri 15 Jan 2027." in coordinator.sees
