"""A course is confirmed as given, as planned or otherwise; and taken back, where that was a mistake."""

from storage.models import Course, CourseStatus
from tests.journeys.scenes import course_open, told
from tests.support import Clinic, Someone


def course_to_be_confirmed(clinic: Clinic) -> tuple[Someone, Someone]:
    """A coordinator who looks at the course of 3 March, two days after it began, and the patient."""
    coordinator, anna = course_open(clinic, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    clinic.becomes(clinic.local("2026-03-05 12:00"))
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 3 Mar")
    return coordinator, anna


def test_a_course_is_marked_given_with_its_true_days_and_dose(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = course_to_be_confirmed(clinic)
    coordinator.presses("Was given")
    coordinator.presses("3*")
    assert coordinator.sees == f"{anna.code}, from Tue 3 Mar 2026: on how many days in a row?"
    coordinator.presses("3 days")
    coordinator.says("0.5 g/kg a day")
    assert "noted as given from Tue 3 Mar 2026, 3 days, 0.5 g/kg a day, 1.5 g/kg a course" in coordinator.sees
    coordinator.presses("Yes, do it")
    (course,) = clinic.rows(Course)
    assert course.status is CourseStatus.GIVEN
    assert (str(course.planned_start), course.planned_days) == ("2026-03-03", 2), "the plan is kept"
    assert (str(course.given_start), str(course.given_end)) == ("2026-03-03", "2026-03-05")
    assert course.grams_per_kg_per_day == 0.5
    actor, action, before, after = clinic.history(anna.row)[-1]
    assert (actor, action) == ("staff:1", "course_given")
    assert (before["given_start"], before["grams_per_kg_per_day"]) == (None, 0.4)
    assert (after["given_end"], after["grams_per_kg_per_day"]) == ("2026-03-05", 0.5)
    coordinator.presses(f"‹ {anna.code}")
    assert "1 course given" in coordinator.sees
    assert "Tue 3 Mar 2026" not in coordinator.buttons
    assert told(anna) == []


def test_a_course_that_went_as_planned_is_confirmed_in_one_press(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 3 Mar")
    coordinator.presses("Was given")
    assert "As planned" not in " ".join(coordinator.buttons), "its last day is still to come"
    clinic.becomes(clinic.local("2026-03-05 12:00"))
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 3 Mar 2026")
    coordinator.presses("Was given")
    assert "It was planned for Tue 3 Mar 2026, 2 days, 0.4 g/kg a day, 0.8 g/kg a course." in coordinator.sees
    assert coordinator.buttons[0] == "As planned: Tue 3 Mar 2026, 2 days, 0.4 g/kg"
    coordinator.presses("As planned")
    assert (
        "noted as given from Tue 3 Mar 2026, 2 days, 0.4 g/kg a day, 0.8 g/kg a course. Is that right?"
        in coordinator.sees
    )
    coordinator.presses("Yes, do it")
    (course,) = clinic.rows(Course)
    assert (course.status, str(course.given_start), str(course.given_end)) == (
        CourseStatus.GIVEN, "2026-03-03", "2026-03-04"
    )  # fmt: skip


def test_a_course_that_is_still_to_come_was_not_given_and_one_given_early_is_moved_first(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic, "2026-03-03")
    (course,) = anna.courses
    assert "Was given" not in coordinator.buttons
    assert "From that day on you can say here that it was given." in coordinator.sees
    before = clinic.stored()
    refused = coordinator.forges(f"o:give_course:{course.id}")
    assert refused.startswith("It is planned for Tue 3 Mar 2026, which is still to come. Given earlier")
    assert clinic.stored() == before, "an old button changes nothing"
    coordinator.presses("Move")
    coordinator.says("today")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Mon 2 Mar")
    coordinator.presses("Was given")
    for typed in ("yesterday", "2", "0.4"):
        coordinator.says(typed)
    coordinator.presses("Yes, do it")
    (course,) = clinic.rows(Course)
    assert (course.status, str(course.given_start), str(course.given_end)) == (
        CourseStatus.GIVEN, "2026-03-01", "2026-03-02"
    )  # fmt: skip


def marked_given_by_mistake(clinic: Clinic) -> tuple[Someone, Someone]:
    """A coordinator who has just noted the course of 3 March as given, with another dose, and the patient."""
    coordinator, anna = course_to_be_confirmed(clinic)
    coordinator.presses("Was given")
    for typed in ("3 Mar", "1", "0.5"):
        coordinator.says(typed)
    coordinator.presses("Yes, do it")
    return coordinator, anna


def test_a_course_marked_given_by_mistake_is_planned_again(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = marked_given_by_mistake(clinic)
    assert coordinator.buttons == ["Not given after all", f"‹ {anna.code}"]
    coordinator.presses("Not given after all")
    assert coordinator.sees == (
        f"{anna.code}: the course was noted as given from Tue 3 Mar 2026. "
        "That is taken back, and it is planned for Tue 3 Mar 2026 again. Is that right?"
    )
    assert clinic.rows(Course)[0].status is CourseStatus.GIVEN
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith(f"Done: {anna.code}'s course was not given")
    (course,) = clinic.rows(Course)
    assert (course.status, course.given_start, course.given_end) == (CourseStatus.PLANNED, None, None)
    assert (course.planned_days, course.grams_per_kg_per_day) == (2, 0.4), "as it was planned"
    actor, action, before, after = clinic.history(anna.row)[-1]
    assert (actor, action) == ("staff:1", "course_not_given")
    assert (before["status"], before["given_start"], after["status"]) == ("given", "2026-03-03", "planned")
    coordinator.says(f"/patient {anna.code}")
    assert "Tue 3 Mar 2026: was it given?" in coordinator.buttons
    assert told(anna) == []


def test_it_can_be_taken_back_from_the_card_for_a_day_and_no_longer(clinic: Clinic) -> None:
    coordinator, anna = marked_given_by_mistake(clinic)
    clinic.passes(hours=23)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 3 Mar 2026: not given after all?")
    assert "Is that right?" in coordinator.sees
    clinic.passes(hours=2)
    coordinator.presses("Yes, do it")
    assert coordinator.sees == "This course was marked as given more than 24 hours ago, so it stays given."
    coordinator.says(f"/patient {anna.code}")
    assert "not given after all" not in " ".join(coordinator.buttons)
    assert clinic.rows(Course)[0].status is CourseStatus.GIVEN


def test_it_is_not_taken_back_onto_a_course_that_was_planned_meanwhile(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic, "2026-03-05")
    clinic.becomes(clinic.local("2026-03-05 12:00"))
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Thu 5 Mar")
    coordinator.presses("Was given")
    for typed in ("4 Mar", "1", "0.4"):
        coordinator.says(typed)
    coordinator.presses("Yes, do it")
    clinic.planned(anna, "2026-03-06", days=1)
    assert coordinator.presses("Not given after all").startswith("There is a course on Fri 6 Mar 2026 already.")
    assert [course.status for course in clinic.rows(Course)] == [CourseStatus.GIVEN, CourseStatus.PLANNED]


def test_a_course_cannot_be_given_before_its_last_day_or_long_ago(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic, "2026-03-02")
    coordinator.presses("Was given")
    coordinator.says("tomorrow")
    assert "The course would end on Tue 3 Mar 2026, which is still to come." in coordinator.sees
    coordinator.says("2025-12-31")
    assert "Wed 31 Dec 2025 is more than 60 days ago." in coordinator.sees
    coordinator.says("today")
    coordinator.presses("2 days")
    assert "The course would end on Tue 3 Mar 2026" in coordinator.sees
    assert [course.status for course in clinic.rows(Course)] == [CourseStatus.PLANNED]
    assert anna.starts == ["2026-03-02"]
