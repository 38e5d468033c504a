"""Cycle days and the days to the next course: derived, in whatever order the courses come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cycle import Course, cycle_day, cycles, days_to_next_course, in_order, next_course


def course(number: int, start: date, days: int = 1, status: str = "given") -> Course:
    end = start + timedelta(days=days - 1)
    return Course(number, start, end, "1", status)  # type: ignore[arg-type]


FIRST = course(1, date(2026, 1, 5), days=5)
SECOND = course(2, date(2026, 2, 2), days=2)
THIRD = course(3, date(2026, 3, 2), status="planned")
COURSES = (THIRD, FIRST, SECOND)


@pytest.mark.parametrize(
    ("day", "number", "cycle", "to_next"),
    [
        (date(2026, 1, 5), 1, 1, 28),
        (date(2026, 1, 9), 1, 5, 24),
        (date(2026, 2, 1), 1, 28, 1),
        (date(2026, 2, 2), 2, 1, 28),
        (date(2026, 3, 1), 2, 28, 1),
        (date(2026, 3, 2), 3, 1, None),
        (date(2026, 4, 30), 3, 60, None),
    ],
)
def test_a_cycle_runs_from_its_first_infusion_to_the_next_course(
    day: date, number: int, cycle: int, to_next: int | None
) -> None:
    found = cycle_day(COURSES, day)
    assert found is not None
    assert (found.course.number, found.number, found.days_to_next) == (number, cycle, to_next)


def test_before_the_first_course_there_is_no_cycle_day() -> None:
    assert cycle_day(COURSES, date(2026, 1, 4)) is None
    assert cycle_day((), date(2026, 1, 4)) is None


def test_a_planned_course_stands_in_and_says_that_it_is_planned() -> None:
    found = cycle_day(COURSES, date(2026, 2, 20))
    assert found is not None
    assert found.next_course is not None
    assert (found.days_to_next, found.next_course.status) == (10, "planned")


def test_a_moved_course_moves_the_cycle_day() -> None:
    moved = course(3, date(2026, 2, 26), status="planned")
    found = cycle_day((FIRST, SECOND, moved), date(2026, 2, 27))
    assert found is not None
    assert (found.course.number, found.number) == (3, 2)


def test_the_days_to_the_next_course_are_nought_on_its_first_day_only() -> None:
    assert days_to_next_course(COURSES, date(2026, 1, 1)) == 4
    assert days_to_next_course(COURSES, date(2026, 1, 5)) == 0
    assert days_to_next_course(COURSES, date(2026, 1, 6)) == 27
    assert days_to_next_course(COURSES, date(2026, 3, 3)) is None
    assert next_course(COURSES, date(2026, 2, 3)) == THIRD


def test_the_latest_cycle_is_open() -> None:
    assert cycles(COURSES) == ((FIRST, SECOND), (SECOND, THIRD), (THIRD, None))
    assert cycles(()) == ()
    assert cycles((FIRST,)) == ((FIRST, None),)


@given(st.permutations([course(number, date(2026, 1, 1) + timedelta(days=21 * number)) for number in range(1, 8)]))
def test_any_order_in_gives_the_same_cycles(shuffled: list[Course]) -> None:
    assert [each.number for each in in_order(shuffled)] == [1, 2, 3, 4, 5, 6, 7]
    day = date(2026, 4, 1)
    assert cycle_day(shuffled, day) == cycle_day(in_order(shuffled), day)


def test_courses_that_overlap_are_named() -> None:
    with pytest.raises(
        ValueError, match=r"course 2 \(2026-01-09\) starts before course 1 \(2026-01-05 to 2026-01-09\)"
    ):
        in_order((course(2, date(2026, 1, 9)), FIRST))


def test_courses_on_one_day_are_named() -> None:
    with pytest.raises(ValueError, match=r"course 1 .* and course 2 .* start on the same day"):
        in_order((course(2, date(2026, 1, 5), days=5), FIRST))


def test_two_courses_of_one_number_are_named() -> None:
    with pytest.raises(ValueError, match="have the same number"):
        in_order((FIRST, course(1, date(2026, 3, 1))))


def test_a_cancelled_course_never_gets_in() -> None:
    with pytest.raises(ValueError, match="only planned and given"):
        course(4, date(2026, 4, 1), status="cancelled")


def test_a_course_that_ends_before_it_starts_and_a_number_of_nought_are_refused() -> None:
    with pytest.raises(ValueError, match="ends before it starts"):
        Course(1, date(2026, 1, 2), date(2026, 1, 1), "1", "given")
    with pytest.raises(ValueError, match="numbered from 1"):
        course(0, date(2026, 1, 1))
