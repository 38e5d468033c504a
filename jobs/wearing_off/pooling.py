"""Several courses of one regimen taken together, and the interval of each.

The noise within windows moderates the scatter between courses, which a handful of courses estimates badly: the two
variances are averaged by degrees of freedom, 4 of them for the noise within (the method, "Several courses"; the same
device moderates variances across genes: Smyth, Stat Appl Genet Mol Biol 2004;3:3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.special import stdtrit  # type: ignore[import-untyped]

from jobs.wearing_off.contrast import Contrast
from jobs.wearing_off.noise import Array, Noise, Observed, covariance_of_means
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds


@dataclass(frozen=True)
class Pooled:
    """`courses`: how many went in, K. `spread`: s, the standard deviation that stands for a day's. Points.

    `plain_low`, `plain_high`: the interval with K - 1 degrees of freedom, printed beside for the weak spot of few
    courses and very alike days; None for one course.
    """

    courses: int
    estimate: float
    se: float
    df: int
    spread: float
    low: float
    high: float
    strict_low: float
    plain_low: float | None
    plain_high: float | None


@lru_cache(maxsize=1024)
def quantile(df: float, confidence: float) -> float:
    """The two-sided Student t quantile."""
    return float(stdtrit(df, 0.5 + confidence / 2))


def covariance(courses: Sequence[Contrast], rho: float) -> Array:
    """C = W R W': (K, K), for a day's variance of 1. Courses next to each other share a reference window."""
    windows: dict[int, Observed] = {}
    for course in courses:
        windows |= {part.days[0]: part for part, _ in course.parts}
    starts = sorted(windows)
    column = {start: k for k, start in enumerate(starts)}
    factors = np.zeros((len(courses), len(starts)))
    for row, course in enumerate(courses):
        for part, factor in course.parts:
            factors[row, column[part.days[0]]] = factor
    return np.asarray(factors @ covariance_of_means([windows[start] for start in starts], rho) @ factors.T)


def pool(differences: Sequence[float], c: Array, sigma: float, thresholds: Thresholds = DEFAULTS) -> Pooled:
    """`differences`: D of at least one course. `c`: as `covariance` gives it."""
    d = np.array(differences)
    count = len(d)
    estimate = float(d.mean())
    total = float(c.sum())
    freedom = float(np.trace(c)) - total / count
    between = float(((d - estimate) ** 2).sum()) / freedom if count > 1 else 0.0
    df = count - 1 + thresholds.usual_df
    moderated = ((count - 1) * between + thresholds.usual_df * sigma**2) / df
    spread = max(float(np.sqrt(moderated)), thresholds.least_spread)
    se = spread * float(np.sqrt(total)) / count
    half = quantile(df, thresholds.confidence) * se
    plain = quantile(count - 1, thresholds.confidence) * se if count > 1 else None
    return Pooled(
        courses=count,
        estimate=estimate,
        se=se,
        df=df,
        spread=spread,
        low=estimate - half,
        high=estimate + half,
        strict_low=estimate - quantile(df, thresholds.strict_confidence) * se,
        plain_low=None if plain is None else estimate - plain,
        plain_high=None if plain is None else estimate + plain,
    )


@dataclass(frozen=True)
class PooledRegimen:
    """A regimen's courses taken together. `without_latest`: the same courses but the latest, for the confirmation.

    `members`: the courses pooled, by date. `provisional`: they are provisional, there being no others.
    `intervals`: of every usable course by its number, with the regimen's spread and degrees of freedom.
    """

    members: tuple[Contrast, ...]
    provisional: bool
    noise: Noise
    pooled: Pooled
    without_latest: Pooled | None
    intervals: Mapping[int, tuple[float, float]]


def pool_regimen(usable: Sequence[Contrast], noise: Noise, thresholds: Thresholds = DEFAULTS) -> PooledRegimen | None:
    """`usable`: the courses of one regimen that have a difference, by date. None when there is none."""
    if not usable:
        return None
    settled = [k for k, course in enumerate(usable) if not course.provisional]
    members = settled or list(range(len(usable)))
    c = covariance(usable, noise.rho)
    differences = [course.difference or 0.0 for course in usable]

    def of(chosen: list[int]) -> Pooled:
        return pool([differences[k] for k in chosen], c[np.ix_(chosen, chosen)], noise.sigma, thresholds)

    pooled = of(members)
    half = quantile(pooled.df, thresholds.confidence) * pooled.spread * np.sqrt(np.diag(c))
    return PooledRegimen(
        members=tuple(usable[k] for k in members),
        provisional=not settled,
        noise=noise,
        pooled=pooled,
        without_latest=of(members[:-1]) if len(members) > 1 else None,
        intervals={
            course.course.number: (difference - float(reach), difference + float(reach))
            for course, difference, reach in zip(usable, differences, half, strict=True)
        },
    )
