"""From which cycle day symptoms are back, for the courses before which they return.

The day is the first after the reference window from which the mean of three days stays at least a point above the
reference mean, until the course. "Stays" is our reading of the method: a single bad day in mid-cycle is not an onset.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median

from jobs.wearing_off.contrast import Contrast
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.verdict import DIGITS
from jobs.wearing_off.windows import Scores

DAYS_AVERAGED = 3
# Of the three days: a mean of one day is no mean.
FEWEST_AVERAGED = 2


@dataclass(frozen=True)
class Onset:
    """Of one course. `cycle_day`: 1 on the first infusion day of the course before. `days_before`: until the next."""

    course: int
    day: date
    cycle_day: int
    days_before: int


@dataclass(frozen=True)
class OnsetRange:
    """Cycle days over `courses` of `returning` courses; the others rise in no lasting way."""

    courses: int
    returning: int
    median: float
    earliest: int
    latest: int


def onset(contrast: Contrast, scores: Scores, thresholds: Thresholds = DEFAULTS) -> Onset | None:
    """None where the rise does not last until the course, or there is nothing to compare with.

    Three days of which fewer than two were observed neither begin nor end a rise.
    """
    if contrast.difference is None:
        return None
    assert contrast.reference is not None  # a difference is one from it
    least = contrast.reference.mean + thresholds.onset_rise
    start = contrast.course.start
    found: date | None = None
    day = start - timedelta(days=DAYS_AVERAGED)
    while day > contrast.reference.window.last:
        mean = _mean(day, scores)
        if mean is not None:
            if round(mean - least, DIGITS) < 0:
                break
            found = day
        day -= timedelta(days=1)
    if found is None:
        return None
    return Onset(
        course=contrast.course.number,
        day=found,
        cycle_day=(found - contrast.previous.start).days + 1,
        days_before=(start - found).days,
    )


def onset_range(onsets: Iterable[Onset | None]) -> OnsetRange | None:
    """`onsets`: one for each course that returns, None where none was found. None without a single one."""
    given = tuple(onsets)
    days = [each.cycle_day for each in given if each is not None]
    return OnsetRange(len(days), len(given), median(days), min(days), max(days)) if days else None


def _mean(first: date, scores: Scores) -> float | None:
    found = [score for k in range(DAYS_AVERAGED) if (score := scores.get(first + timedelta(days=k))) is not None]
    return sum(found) / len(found) if len(found) >= FEWEST_AVERAGED else None
