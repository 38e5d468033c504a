"""Courses and the days between them. Nothing here is ever stored: courses move, and these numbers follow.

The words are those of the method (Words): a course k has actual days S_k..E_k; its cycle is [S_k, S_{k+1}).
While only a planned date exists it stands in once the course is over (`Course.counts_by`), and its status says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

CourseStatus = Literal["planned", "given"]


@dataclass(frozen=True)
class Course:
    """One course of infusions.

    `number`: as shown to people, from 1. `start`, `end`: first and last infusion day, actual for a given
    course and planned for a planned one. `regimen`: what tells one regimen from another, such as its key.
    `planned_start`: the day it was planned for, where that is known, for seeing which courses were moved.

    ValueError for a cancelled course: it ends no cycle, so it never gets in.
    """

    number: int
    start: date
    end: date
    regimen: str
    status: CourseStatus
    planned_start: date | None = None

    def __post_init__(self) -> None:
        if self.number < 1:
            raise ValueError(f"course number {self.number}: courses are numbered from 1")
        if self.end < self.start:
            raise ValueError(f"{self} ends before it starts")
        if self.status not in ("planned", "given"):
            raise ValueError(f"{self} is {self.status}: only planned and given courses count")

    def counts_by(self, today: date) -> bool:
        """Whether it ends a cycle and begins one by `today`.

        A planned date stands in only once the days of its course are over: until then it is no omission that nobody
        said that it was given.
        """
        return self.start <= today if self.status == "given" else self.end < today

    def __str__(self) -> str:
        days = f"{self.start}" if self.start == self.end else f"{self.start} to {self.end}"
        return f"course {self.number} ({days})"


def in_order(courses: Iterable[Course]) -> tuple[Course, ...]:
    """The courses by date. ValueError for two courses with a day in common, or two of one number."""
    ordered = tuple(sorted(courses, key=lambda course: (course.start, course.number)))
    for earlier, later in pairwise(ordered):
        if later.start == earlier.start:
            raise ValueError(f"{earlier} and {later} start on the same day")
        if later.start <= earlier.end:
            raise ValueError(f"{later} starts before {earlier} is over")
    numbers: dict[int, Course] = {}
    for course in ordered:
        if course.number in numbers:
            raise ValueError(f"{numbers[course.number]} and {course} have the same number")
        numbers[course.number] = course
    return ordered


def next_course(courses: Iterable[Course], day: date) -> Course | None:
    """The first course that starts on `day` or later. ValueError as `in_order`."""
    return next((course for course in in_order(courses) if course.start >= day), None)
