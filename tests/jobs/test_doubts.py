"""A course that is far more or far less than usual is asked about once more, and says beside what."""

import pytest

from jobs.doubts import Doubt, doubt_of_course
from jobs.shortfall import Amount

ONE_GRAM = Amount(1, 1.0)


@pytest.mark.parametrize(("new", "is_doubted"), [(Amount(5, 0.8), False), (Amount(5, 0.81), True)])
def test_a_first_course_is_asked_about_above_four_grams_per_kilogram(new: Amount, is_doubted: bool) -> None:
    doubt = Doubt("plan.doubt.high", {"total": 4.05, "limit": 4.0})
    assert doubt_of_course(new, []) == (doubt if is_doubted else None)


@pytest.mark.parametrize(
    ("new", "is_doubted"),
    [
        *((Amount(2, 1.0), False), (Amount(2, 1.01), True)),
        *((Amount(1, 0.5), False), (Amount(1, 0.49), True)),
        (Amount(10, 0.1), False),
    ],
)
def test_twice_or_half_of_the_last_course_is_taken_and_what_is_beyond_is_asked_about(
    new: Amount, is_doubted: bool
) -> None:
    assert (doubt_of_course(new, [ONE_GRAM]) is not None) == is_doubted


def test_among_different_courses_the_largest_and_the_smallest_count_and_the_last_is_said() -> None:
    last_ones = [Amount(2, 1.0), Amount(1, 0.4), ONE_GRAM]
    assert doubt_of_course(Amount(2, 2.0), last_ones) is None
    assert doubt_of_course(Amount(1, 0.2), last_ones) is None
    assert doubt_of_course(Amount(1, 0.19), last_ones) == Doubt("plan.doubt.change", {"total": 0.19, "last": 1.0})
    assert doubt_of_course(Amount(5, 1.0), last_ones) == Doubt("plan.doubt.change", {"total": 5.0, "last": 1.0})


def test_after_a_large_course_as_large_a_one_is_usual() -> None:
    assert doubt_of_course(Amount(5, 1.0), [Amount(5, 1.0)]) is None
