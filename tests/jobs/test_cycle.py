"""From when a course counts and which is the next: derived, in whatever order the courses come."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cycle import Course, in_order, next_course


def course(number: int, start: date, days: int = 1, status: str = "given") -> Course:
    end = start + timedelta(days=days - 1)
    return Course(number, start, end, "1", status)  # type: ignore[arg-type]


FIRST = course(1, date(2026, 1, 5), days=5)
SECOND = course(2, date(2026, 2, 2), days=2)
THIRD = course(3, date(2026, 3, 2), status="planned")
COURSES = (THIRD, FIRST, SECOND)


def test_a_given_course_counts_from_its_first_day_and_a_planned_one_once_it_is_over() -> None:
    planned = course(3, date(2026, 3, 2), days=5, status="planned")
    for counted, first in ((FIRST, FIRST.start), (planned, date(2026, 3, 7))):
        assert not counted.counts_by(first - timedelta(days=1))
        assert counted.counts_by(first)


def test_the_next_course_is_the_first_that_starts_on_that_day_or_later() -> None:
    assert next_course(COURSES, date(2026, 1, 1)) == FIRST
    assert next_course(COURSES, date(2026, 1, 5)) == FIRST
    assert next_course(COURSES, date(2026, 1, 6)) == SECOND
    assert next_course(COURSES, date(2026, 2, 3)) == THIRD
    assert next_course(COURSES, date(2026, 3, 3)) is None


@given(st.permutations([course(number, date(2026, 1, 1) + timedelta(days=21 * number)) for number in range(1, 8)]))
def test_any_order_in_gives_the_same_order(shuffled: list[Course]) -> None:
    assert [each.number for each in in_order(shuffled)] == [1, 2, 3, 4, 5, 6, 7]
    day = date(2026, 4, 1)
    assert next_course(shuffled, day) == next_course(in_order(shuffled), day)


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
