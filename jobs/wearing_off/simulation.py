"""Diaries with a known answer, for proving the method: who draws them, and what the method makes of them.

One diary: courses at random intervals, a level with a linear trend, before every course but the first a ramp that
peaks the day before and is gone two days after, autoregressive noise, whole scores from 0 to 10, missing days.
Source: the method, "The simulation to reproduce". Every diary has its own random stream, (seed, cell, diary), so
results depend neither on the number of processes nor on their order.
"""

import zlib
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from math import isnan
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr  # type: ignore[import-untyped]

from jobs.cycle import Course
from jobs.wearing_off import estimates
from jobs.wearing_off.contrast import Contrast, cycle_windows, known_courses
from jobs.wearing_off.pooling import PooledRegimen
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.windows import Scores

Array = NDArray[np.float64]

FIRST_DAY = date(2001, 1, 1)
DAYS_AFTER_LAST = 21
SHARE_ON_COURSE = (0.67, 0.33)
WHEN_WELL = (1.5, 0.5)
MIDPOINTS = np.arange(10) + 0.5

Missing = Literal["at_random", "when_well"]


@dataclass(frozen=True)
class Part:
    """`cycles` cycles in a row under one regimen, with a ramp of `rise` points at its peak."""

    regimen: str
    cycles: int
    rise: float = 0.0


@dataclass(frozen=True)
class Moving:
    """A course is brought forward once the mean of three days has reached `score`, in the `days` before its planned
    date; it is then given `notice` days later."""

    score: float
    days: int = 10
    notice: int = 2


@dataclass(frozen=True)
class Flares:
    """One begins on a day with probability 1 / `every`, and adds `points` for `days`."""

    points: float = 3.0
    days: int = 7
    every: int = 40


@dataclass(frozen=True)
class Cell:
    """One line of the table. `trend`: points over the whole diary, centred. `sd`, `rho`: of the noise."""

    name: str
    parts: tuple[Part, ...]
    mean: float = 3.0
    trend: float = 0.0
    sd: float = 1.2
    rho: float = 0.65
    course_days: int = 2
    intervals: tuple[int, int] = (21, 42)
    missing: float = 0.0
    missing_how: Missing = "at_random"
    flares: Flares | None = None
    moving: Moving | None = None

    @property
    def regimens(self) -> tuple[str, ...]:
        """Of each course; the last course takes the regimen of the cycle before it."""
        each = tuple(part.regimen for part in self.parts for _ in range(part.cycles))
        return (*each, each[-1])

    @property
    def rises(self) -> tuple[float, ...]:
        """Before each course; none before the first."""
        return (0.0, *(part.rise for part in self.parts for _ in range(part.cycles)))


@dataclass(frozen=True)
class SimulatedDiary:
    """`scores`: 0-10 by day since FIRST_DAY, nan where missing. `expected`: what they would be on average,
    without noise and trend."""

    courses: tuple[Course, ...]
    scores: Array
    expected: Array

    @property
    def by_day(self) -> dict[date, float]:
        return by_day(self.scores)

    @property
    def last_day(self) -> date:
        return FIRST_DAY + timedelta(days=len(self.scores) - 1)


def draw(cell: Cell, seed: int, number: int) -> SimulatedDiary:
    """Diary `number` of a cell, always the same for the same seed."""
    random = np.random.default_rng([seed, zlib.crc32(cell.name.encode()), number])
    count = len(cell.regimens)
    gaps = random.integers(cell.intervals[0], cell.intervals[1] + 1, count - 1)
    planned = np.concatenate(([0], np.cumsum(gaps)))
    length = int(planned[-1]) + cell.course_days + DAYS_AFTER_LAST
    noise = _noise(cell, random, length)
    if cell.flares is not None:
        noise = noise + _flares(cell.flares, random, length)
    starts = planned if cell.moving is None else _moved(cell, planned, noise)
    length = int(starts[-1]) + cell.course_days + DAYS_AFTER_LAST
    signal = _signal(cell, starts, length)
    trend = cell.trend * (np.arange(length) / (length - 1) - 0.5)
    scores = np.clip(np.rint(signal + trend + noise[:length]), 0, 10)
    scores[_missing(cell, random, scores)] = np.nan
    return SimulatedDiary(
        courses=tuple(_course(cell, k, int(starts[k]), int(planned[k])) for k in range(count)),
        scores=scores,
        expected=ndtr((signal[:, None] - MIDPOINTS) / cell.sd).sum(axis=1),
    )


def _noise(cell: Cell, random: np.random.Generator, length: int) -> Array:
    shocks = random.normal(0.0, cell.sd, length)
    shocks[1:] *= (1 - cell.rho**2) ** 0.5
    rho = cell.rho
    return np.array(list(accumulate(shocks.tolist(), lambda before, shock: rho * before + shock)))


def _flares(flares: Flares, random: np.random.Generator, length: int) -> Array:
    begun = random.random(length) < 1 / flares.every
    under_way = np.convolve(begun, np.ones(flares.days))[:length] > 0
    return np.asarray(flares.points * under_way, dtype=np.float64)


def _signal(cell: Cell, starts: NDArray[np.int64], length: int) -> Array:
    """Without the trend."""
    signal = np.full(length, float(cell.mean))
    for k in range(1, len(starts)):
        signal += _ramp(cell.rises[k], int(starts[k]), int(starts[k - 1]) + cell.course_days - 1, length)
    return signal


def _ramp(rise: float, start: int, previous_end: int, length: int) -> Array:
    ramp = np.zeros(length)
    for days in range(1, 8):
        if previous_end + 1 < start - days < length:
            ramp[start - days] = rise * (8 - days) / 7
    for day, share in enumerate(SHARE_ON_COURSE, start):
        if day < length:
            ramp[day] = rise * share
    return ramp


def _moved(cell: Cell, planned: NDArray[np.int64], noise: Array) -> NDArray[np.int64]:
    """Actual starts: each course as planned from the previous actual one, or earlier because of symptoms."""
    if cell.moving is None:
        return planned
    starts = [0]
    for k, gap in enumerate(np.diff(planned), start=1):
        due = starts[-1] + int(gap)
        ramp = _ramp(cell.rises[k], due, starts[-1] + cell.course_days - 1, due)
        scores = np.clip(np.rint(cell.mean + ramp + noise[:due]), 0, 10)
        earliest = due - cell.moving.days
        asked = [day for day in range(earliest, due) if scores[day - 2 : day + 1].mean() >= cell.moving.score]
        starts.append(min(due, asked[0] + cell.moving.notice) if asked else due)
    return np.array(starts)


def _missing(cell: Cell, random: np.random.Generator, scores: Array) -> NDArray[np.bool_]:
    chance = np.full(len(scores), cell.missing)
    if cell.missing_how == "when_well":
        chance *= np.where(scores <= np.median(scores), *WHEN_WELL)
    return np.asarray(random.random(len(scores)) < chance)


def _course(cell: Cell, k: int, start: int, planned: int) -> Course:
    first = FIRST_DAY + timedelta(days=start)
    return Course(
        number=k + 1,
        start=first,
        end=first + timedelta(days=cell.course_days - 1),
        regimen=cell.regimens[k],
        status="given",
        planned_start=FIRST_DAY + timedelta(days=planned),
    )


@dataclass(frozen=True)
class Look:
    """What the method says on one day: contrasts by date, and each regimen's pooled courses."""

    contrasts: tuple[Contrast, ...]
    regimens: dict[str, PooledRegimen | None]


def by_day(scores: Array) -> dict[date, float]:
    """`scores`: by day since FIRST_DAY, nan where missing."""
    first = FIRST_DAY.toordinal()
    return {date.fromordinal(first + k): score for k, score in enumerate(scores.tolist()) if not isnan(score)}


def look(courses: tuple[Course, ...], scores: Scores, today: date, settings: Thresholds = DEFAULTS) -> Look:
    """The product's own estimates of one symptom, as they stand on `today`."""
    cycles = cycle_windows(known_courses(courses, today), scores, today)
    found, _, pools = estimates(cycles, today, settings)
    return Look(found, pools)
