"""The two windows of the question "do symptoms return in the week before each course?"

The definitions are those of the method (Words), with S and E the first and last infusion day of a course:
- pre-infusion window of course k+1: S_{k+1} - 7 .. S_{k+1} - 1;
- reference window of cycle k: E_k + 4 .. min(E_k + 17, S_{k+1} - 8);
- a cycle with S_{k+1} - E_k < 15 is too short for both;
- a window counts with at least 4 observed days.
No statistics here: which days, and the observed scores on them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.cycle import Course

DAYS_BEFORE = 7
SETTLING_DAYS = 4
LONGEST_REFERENCE = 14
SHORTEST_CYCLE = 15
FEWEST_DAYS = 4

Scores = Mapping[date, int | float | None]


@dataclass(frozen=True)
class Window:
    """Whole days, both ends included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError(f"a window from {self.first} to {self.last} has no day")

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def days(self) -> tuple[date, ...]:
        return tuple(self.first + timedelta(days=step) for step in range(len(self)))

    def observed(self, scores: Scores) -> tuple[tuple[date, float], ...]:
        """(day, score) of each day in the window that has a score, by day."""
        pairs = ((day, scores.get(day)) for day in self.days())
        return tuple((day, float(score)) for day, score in pairs if score is not None)


def pre_infusion_window(course: Course) -> Window:
    """The seven days before the course's first infusion."""
    return Window(course.start - timedelta(days=DAYS_BEFORE), course.start - timedelta(days=1))


def settled_days(course: Course, following: Course | None) -> Window | None:
    """The settled days of the cycle that `course` begins, of a short one those that there are; None without any.

    Without a following course: the full fourteen days, whether or not they have come yet.
    """
    first = course.end + timedelta(days=SETTLING_DAYS)
    last = first + timedelta(days=LONGEST_REFERENCE - 1)
    if following is not None:
        last = min(last, following.start - timedelta(days=DAYS_BEFORE + 1))
    return Window(first, last) if first <= last else None


def reference_window(course: Course, following: Course | None) -> Window | None:
    """The settled days to compare with; None where the cycle is too short for both windows."""
    if following is not None and (following.start - course.end).days < SHORTEST_CYCLE:
        return None
    return settled_days(course, following)
