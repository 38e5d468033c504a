"""Two regimens compared: the rise before courses, and the level of symptoms over whole cycles.

Differences are later less earlier, so above zero means worse under the later one. They are confounded with time and
with the steroid dose, which whoever shows them says beside them as far as the doses are known. Degrees of freedom:
Welch, Biometrika 1947;34:28; Satterthwaite, Biometrics Bull 1946;2:110.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from statistics import fmean, variance
from typing import Literal

from jobs.cycle import Course
from jobs.steroids import SteroidStep, mean_dose
from jobs.wearing_off.pooling import PooledRegimen, quantile
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.verdict import DIGITS
from jobs.wearing_off.windows import FEWEST_DAYS, Scores

# zero_spread: all units of both are equal, which leaves nothing to make an interval from.
NoInterval = Literal["few_courses", "few_cycles", "zero_spread"]


@dataclass(frozen=True)
class Difference:
    """Points. `worse_excluded`: the interval ends below the margin, 1 point worse; `better_excluded` likewise."""

    difference: float
    se: float
    df: float
    low: float
    high: float
    worse_excluded: bool
    better_excluded: bool


@dataclass(frozen=True)
class PooledDifference:
    """Of the rise before courses: `later` less `earlier`. `courses_...`: settled and usable ones."""

    earlier: str
    later: str
    courses_earlier: int
    courses_later: int
    reason: NoInterval | None
    result: Difference | None


@dataclass(frozen=True)
class Level:
    """The mean of all observed days of each complete cycle, cycle means as units. `mean` None without a cycle."""

    regimen: str
    cycles: int
    mean: float | None
    variance: float | None


@dataclass(frozen=True)
class LevelDifference:
    """Of the level of symptoms: `later` less `earlier`."""

    earlier: Level
    later: Level
    reason: NoInterval | None
    result: Difference | None


def welch(
    difference: float,
    first: tuple[float, float],
    second: tuple[float, float],
    thresholds: Thresholds = DEFAULTS,
) -> Difference | None:
    """`first`, `second`: (variance of the estimate, its degrees of freedom). None where both variances are 0."""
    total = first[0] + second[0]
    if total <= 0:
        return None
    df = total**2 / sum(part**2 / freedom for part, freedom in (first, second))
    se = float(total**0.5)
    half = quantile(df, thresholds.confidence) * se
    low, high = difference - half, difference + half
    margin = thresholds.worse_margin
    worse, better = round(high, DIGITS) < margin, round(low, DIGITS) > -margin
    return Difference(difference, se, df, low, high, worse_excluded=worse, better_excluded=better)


def pooled_differences(
    regimens: Mapping[str, PooledRegimen | None], thresholds: Thresholds = DEFAULTS
) -> tuple[PooledDifference, ...]:
    """Of every two regimens. `regimens`: in order of first use."""
    found = []
    for earlier, later in combinations(regimens, 2):
        a, b = _settled(regimens[earlier]), _settled(regimens[later])
        counts = tuple(0 if pool is None else pool.pooled.courses for pool in (a, b))
        result = None
        if a is not None and b is not None and min(counts) >= thresholds.fewest_courses:
            first, second = a.pooled, b.pooled
            result = welch(
                second.estimate - first.estimate,
                (first.se**2, first.df),
                (second.se**2, second.df),
                thresholds,
            )
        reason: NoInterval | None = "few_courses" if result is None else None
        found.append(PooledDifference(earlier, later, counts[0], counts[1], reason, result))
    return tuple(found)


def levels(courses: tuple[Course, ...], scores: Scores, today: date) -> dict[str, Level]:
    """Of each regimen, in order of first use, from cycles that ended by `today` and have 4 observed days."""
    known = sorted((day, float(score)) for day, score in scores.items() if score is not None)
    days = [day for day, _ in known]
    means: dict[str, list[float]] = {}
    for course, following in zip(courses, (*courses[1:], None), strict=False):
        if not course.counts_by(today):
            break
        own = means.setdefault(course.regimen, [])
        if following is None or not following.counts_by(today):
            continue
        begin, end = bisect_left(days, course.start), bisect_left(days, following.start)
        observed = [score for _, score in known[begin:end]]
        if len(observed) >= FEWEST_DAYS:
            own.append(fmean(observed))
    return {
        regimen: Level(
            regimen=regimen,
            cycles=len(own),
            mean=fmean(own) if own else None,
            variance=variance(own) if len(own) > 1 else None,
        )
        for regimen, own in means.items()
    }


def level_differences(found: Sequence[Level], thresholds: Thresholds = DEFAULTS) -> tuple[LevelDifference, ...]:
    """Of every two regimens. `found`: in order of first use."""
    return tuple(_level_difference(earlier, later, thresholds) for earlier, later in combinations(found, 2))


def steroid_doses(courses: Sequence[Course], steps: Sequence[SteroidStep], today: date) -> dict[str, dict[str, float]]:
    """Mean mg a day by drug under each regimen. `courses`: by date.

    A regimen that began before the first step is left out: what was taken then is not known.
    """
    if not steps:
        return {}
    first_known = min(step.start for step in steps)
    spans: dict[str, list[tuple[date, date]]] = {}
    counted = [course for course in courses if course.counts_by(today)]
    for course, following in zip(counted, (*counted[1:], None), strict=False):
        end = following.start - timedelta(days=1) if following else today
        spans.setdefault(course.regimen, []).append((course.start, end))
    return {name: mean_doses(own, steps) for name, own in spans.items() if own[0][0] >= first_known}


def mean_doses(spans: Sequence[tuple[date, date]], steps: Sequence[SteroidStep]) -> dict[str, float]:
    """mg a day by drug over several spans, each by its days, since a regimen may come back after another one."""
    total = sum((last - first).days + 1 for first, last in spans)
    doses: dict[str, float] = {}
    for first, last in spans:
        for drug, dose in mean_dose(steps, first, last).items():
            doses[drug] = doses.get(drug, 0.0) + dose * ((last - first).days + 1) / total
    return doses


def _level_difference(earlier: Level, later: Level, thresholds: Thresholds) -> LevelDifference:
    if min(earlier.cycles, later.cycles) < thresholds.fewest_courses:
        return LevelDifference(earlier, later, "few_cycles", None)
    assert earlier.mean is not None  # so many cycles have one
    assert later.mean is not None
    result = welch(later.mean - earlier.mean, _of_mean(earlier), _of_mean(later), thresholds)
    return LevelDifference(earlier, later, None if result else "zero_spread", result)


def _of_mean(level: Level) -> tuple[float, float]:
    assert level.variance is not None  # of several cycles
    return level.variance / level.cycles, level.cycles - 1


def _settled(regimen: PooledRegimen | None) -> PooledRegimen | None:
    return None if regimen is None or regimen.provisional else regimen
