"""Which courses go along when one is moved or was given on another day, and to where."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest

from jobs import shifting
from storage.models import Course, CourseStatus

DAY = timedelta(days=1)
SECOND = date(2026, 3, 30)


def course(start: date, status: CourseStatus = CourseStatus.PLANNED, given_start: date | None = None) -> Course:
    return Course(
        team_id=1,
        patient_id=1,
        planned_start=start,
        planned_days=2,
        grams_per_kg_per_day=0.4,
        status=status,
        given_start=given_start,
        created_at=datetime(2026, 1, 5, tzinfo=UTC),
    )


@dataclass(frozen=True)
class Schedule:
    """A course every four weeks, the second on SECOND; one that was cancelled and one that was given among them."""

    first: Course = field(default_factory=lambda: course(SECOND - 28 * DAY))
    second: Course = field(default_factory=lambda: course(SECOND))
    third: Course = field(default_factory=lambda: course(SECOND + 28 * DAY))
    fourth: Course = field(default_factory=lambda: course(SECOND + 56 * DAY))
    cancelled: Course = field(default_factory=lambda: course(SECOND + 7 * DAY, CourseStatus.CANCELLED))
    given: Course = field(default_factory=lambda: course(SECOND + 9 * DAY, CourseStatus.GIVEN, SECOND - 40 * DAY))

    @property
    def known(self) -> list[Course]:
        return [self.first, self.second, self.cancelled, self.given, self.third, self.fourth]


def test_a_course_moves_with_all_that_are_planned_after_it_by_as_many_days() -> None:
    of = Schedule()
    assert shifting.with_later(of.known, of.second, SECOND + 3 * DAY) == [
        (of.second, SECOND + 3 * DAY),
        (of.third, SECOND + 31 * DAY),
        (of.fourth, SECOND + 59 * DAY),
    ]
    to_the_front = shifting.with_later(of.known, of.third, SECOND + 26 * DAY)
    assert to_the_front == [(of.third, SECOND + 26 * DAY), (of.fourth, SECOND + 54 * DAY)]


@pytest.mark.parametrize(("days", "passed"), [(27, []), (28, []), (29, ["third"]), (60, ["third", "fourth"])])
def test_alone_a_course_passes_those_between_its_old_day_and_its_new_one(days: int, passed: list[str]) -> None:
    of = Schedule()
    assert shifting.passed(of.known, of.second, SECOND + days * DAY) == [getattr(of, name) for name in passed]


def test_to_the_front_too_it_passes_what_is_planned_and_neither_what_was_given_nor_cancelled() -> None:
    of = Schedule()
    assert shifting.passed(of.known, of.third, SECOND - 30 * DAY) == [of.first, of.second]
    assert shifting.passed(of.known, of.third, SECOND) == []


@pytest.mark.parametrize("days", [-3, 1])
def test_what_was_given_early_or_late_moves_those_after_it_and_itself_stays(days: int) -> None:
    of = Schedule()
    of.second.status, of.second.given_start = CourseStatus.GIVEN, SECOND + days * DAY
    moves = shifting.after_given(of.known, of.second)
    assert moves == [(of.third, SECOND + (28 + days) * DAY), (of.fourth, SECOND + (56 + days) * DAY)]
    assert shifting.days_moved(moves) == days


def test_what_was_given_on_its_day_moves_nothing() -> None:
    of = Schedule()
    of.second.status, of.second.given_start = CourseStatus.GIVEN, SECOND
    assert shifting.after_given(of.known, of.second) == []
