"""How much better a course made it: the three days before it against days 4 to 10 after its end.

The case's "from 10 to 1, 90 %". No interval: one course's relief holds natural recovery and expectation as well.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.cycle import Course
from jobs.wearing_off.windows import FEWEST_DAYS, SETTLING_DAYS, Scores, Window

DAYS_BEFORE = 3
FEWEST_BEFORE = 2
LAST_DAY_AFTER = 10


@dataclass(frozen=True)
class Relief:
    """Points, 0-10; `per_cent` of the mean before. Means are None below 2 days before and 4 days after.

    `points`: before less after, positive for relief. `per_cent` is None where the mean before was 0.
    """

    course: int
    regimen: str
    n_before: int
    before: float | None
    n_after: int
    after: float | None
    points: float | None
    per_cent: float | None


def relief(course: Course, following: Course | None, scores: Scores) -> Relief:
    """Over one course. Days from the next course on are not counted after this one."""
    before = Window(course.start - timedelta(days=DAYS_BEFORE), course.start - timedelta(days=1))
    first, last = (course.end + timedelta(days=days) for days in (SETTLING_DAYS, LAST_DAY_AFTER))
    if following is not None:
        last = min(last, following.start - timedelta(days=1))
    n_before, mean_before = _mean(before, scores, FEWEST_BEFORE)
    n_after, mean_after = _mean(Window(first, last), scores, FEWEST_DAYS) if first <= last else (0, None)
    points = per_cent = None
    if mean_before is not None and mean_after is not None:
        points = mean_before - mean_after
        per_cent = 100 * points / mean_before if mean_before > 0 else None
    return Relief(
        course=course.number,
        regimen=course.regimen,
        n_before=n_before,
        before=mean_before,
        n_after=n_after,
        after=mean_after,
        points=points,
        per_cent=per_cent,
    )


def reliefs(courses: tuple[Course, ...], scores: Scores, today: date) -> tuple[Relief, ...]:
    """Over every course that counts by `today`. `courses`: by date. `scores`: up to today."""
    return tuple(
        relief(course, following, scores)
        for course, following in zip(courses, (*courses[1:], None), strict=False)
        if course.counts_by(today)
    )


def _mean(window: Window, scores: Scores, fewest: int) -> tuple[int, float | None]:
    found = [score for _, score in window.observed(scores)]
    return len(found), sum(found) / len(found) if len(found) >= fewest else None
