"""The pre-infusion and reference windows, to the day, as the method defines them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.cycle import Course
from jobs.wearing_off.windows import (
    Window,
    pre_infusion_window,
    reference_window,
    settled_days,
)

DAY_0 = date(2026, 1, 1)


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def courses_on(*spans: tuple[int, int], planned: int = 0) -> tuple[Course, ...]:
    """Courses by (first, last) day number; the last `planned` of them are planned."""
    return tuple(
        Course(k, day(first), day(last), "A", "planned" if k > len(spans) - planned else "given")
        for k, (first, last) in enumerate(spans, start=1)
    )


def window(first: int, last: int) -> Window:
    return Window(day(first), day(last))


def test_the_week_before_a_course_is_the_seven_days_up_to_its_eve() -> None:
    (first,) = courses_on((28, 29))
    assert pre_infusion_window(first) == window(21, 27)


def test_the_reference_window_begins_four_days_after_the_last_infusion_and_holds_fourteen() -> None:
    first, second = courses_on((0, 4), (40, 40))
    assert reference_window(first, second) == window(8, 21)
    assert len(window(8, 21)) == 14


def test_the_reference_window_never_meets_the_week_before_the_next_course() -> None:
    first, second = courses_on((0, 1), (23, 24))
    assert reference_window(first, second) == window(5, 15)
    assert pre_infusion_window(second) == window(16, 22)


def test_without_a_next_course_the_reference_window_is_full() -> None:
    (only,) = courses_on((0, 1))
    assert reference_window(only, None) == window(5, 18)


def test_fifteen_days_after_the_last_infusion_leave_room_and_fourteen_do_not() -> None:
    assert reference_window(*courses_on((0, 1), (16, 16))) == window(5, 8)
    assert reference_window(*courses_on((0, 1), (15, 15))) is None


@given(st.lists(st.tuples(st.integers(1, 5), st.integers(1, 60)), min_size=1, max_size=12))
def test_no_day_is_in_both_windows_and_every_reference_has_room_for_four_days(gaps: list[tuple[int, int]]) -> None:
    spans, start = [], 0
    for length, gap in gaps:
        spans.append((start, start + length - 1))
        start += length - 1 + gap
    for course, following in pairwise(courses_on(*spans)):
        reference, before = reference_window(course, following), pre_infusion_window(following)
        assert (reference is None) == ((following.start - course.end).days < 15)
        assert before.last < following.start
        if reference is not None:
            assert 4 <= len(reference) <= 14
            assert course.end < reference.first
            assert reference.last < before.first


def test_a_window_without_a_day_is_refused() -> None:
    with pytest.raises(ValueError, match="has no day"):
        window(2, 1)


def test_a_window_holds_its_first_and_its_last_day_and_nothing_beyond() -> None:
    held = window(5, 7)
    assert [number for number in range(10) if day(number) in held] == [5, 6, 7]
    assert held.days() == (day(5), day(6), day(7))
    assert day(6).isoformat() not in held, "a day is a date"


def test_of_a_short_cycle_the_settled_days_are_those_that_there_are() -> None:
    assert settled_days(*courses_on((0, 0), (13, 13))) == window(4, 5)
    assert settled_days(*courses_on((0, 0), (12, 12))) == window(4, 4)
    assert settled_days(*courses_on((0, 0), (11, 11))) is None
