"""The answer as frozen facts: one course, one regimen, one symptom, one patient. Numbers and codes, no wording."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from jobs.cycle import CourseStatus
from jobs.scores import Symptom
from jobs.wearing_off.caveats import Caveat
from jobs.wearing_off.comparison import LevelDifference, PooledDifference
from jobs.wearing_off.contrast import Kind, Reason
from jobs.wearing_off.onset import Onset, OnsetRange
from jobs.wearing_off.relief import Relief
from jobs.wearing_off.thresholds import Thresholds
from jobs.wearing_off.verdict import Verdict


@dataclass(frozen=True)
class CourseEffect:
    """What the week before `course`, which starts on `start`, says about `regimen`, that of the course before.

    `status`: of the course; planned while only a planned date stands in. `n_pre`, `n_ref`, `n_next_ref`: observed
    days of 7, `days_ref` and `days_next_ref` in the week before, the reference window and the next one; where a cycle
    is too short for a reference window, of the settled days that it has.
    `difference`, `low`, `high`: D with its 95 % interval, points; None with a `reason`.
    `share_after`: w. `weight_pre`, `weight_ref`, `weight_next_ref`: of each observed day in D.
    """

    course: int
    regimen: str
    start: date
    status: CourseStatus
    kind: Kind | None
    reason: Reason | None
    n_pre: int
    n_ref: int
    n_next_ref: int
    days_ref: int
    days_next_ref: int
    pre_mean: float | None
    ref_mean: float | None
    next_ref_mean: float | None
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    provisional: bool
    share_after: float | None
    weight_pre: float | None
    weight_ref: float | None
    weight_next_ref: float | None
    onset: Onset | None


@dataclass(frozen=True)
class RegimenEffect:
    """One regimen's courses taken together.

    `courses`: how many were pooled. `of`: how many weeks before a course are over. `usable`: with a difference and
    not provisional. `returning`: those of them that return by themselves. `estimate` and what follows is in points,
    None without a usable course; `low99` is the lower limit of the 99 % interval; `s` stands for a day's standard
    deviation. `low_df_small`, `high_df_small`: the interval with K - 1 degrees of freedom.
    `provisional`: pooled from provisional courses, there being no others.
    """

    regimen: str
    courses: int
    of: int
    usable: int
    returning: int
    estimate: float | None
    se: float | None
    df: int | None
    low: float | None
    high: float | None
    low99: float | None
    low_df_small: float | None
    high_df_small: float | None
    confirmed: bool
    provisional: bool
    rho: float
    sigma: float
    s: float | None
    verdict: Verdict
    onset: OnsetRange | None


@dataclass(frozen=True)
class RunningCourse:
    """The cycle under way, never labelled and never pooled.

    `course`: the latest one that counts. `next_course` and `next_start` are planned; None where nothing is.
    `n_pre`, `pre_mean`: of the week before it, so far. `n_ref`, `ref_mean`: mid-course; a mean of fewer than 4 days
    is None there. `too_short`: the planned date leaves no room.
    """

    course: int
    regimen: str
    next_course: int | None
    next_start: date | None
    too_short: bool
    n_pre: int
    pre_mean: float | None
    n_ref: int
    ref_mean: float | None


@dataclass(frozen=True)
class Counts:
    """Across regimens, only counts: of `of` weeks before a course, `usable` had enough data and were settled.

    `provisional`: usable, but not settled yet; in none of the other counts but `of`.
    """

    of: int
    usable: int
    provisional: int
    returns: int
    small_rise: int
    does_not_return: int
    unclear: int
    not_enough_data: int


@dataclass(frozen=True)
class SymptomAnalysis:
    """`courses`: by date, from the second course on. `regimens`: in order of first use. `onset`: over all regimens."""

    symptom: Symptom
    courses: tuple[CourseEffect, ...]
    regimens: tuple[RegimenEffect, ...]
    running: RunningCourse | None
    counts: Counts
    onset: OnsetRange | None
    reliefs: tuple[Relief, ...]
    pooled_differences: tuple[PooledDifference, ...]
    level_differences: tuple[LevelDifference, ...]
    caveats: tuple[Caveat, ...]

    def regimen(self, name: str) -> RegimenEffect:
        """KeyError for a regimen that no course had."""
        for effect in self.regimens:
            if effect.regimen == name:
                return effect
        raise KeyError(name)


@dataclass(frozen=True)
class Analysis:
    """All symptoms as they look on `today`. `steroids`: by regimen, see `comparison.steroid_doses`."""

    today: date
    thresholds: Thresholds
    symptoms: Mapping[Symptom, SymptomAnalysis]
    steroids: Mapping[str, Mapping[str, float]]
