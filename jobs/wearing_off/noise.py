"""How noisy one patient's days are: their scatter (sigma) and how alike adjacent days are (rho).

The model within a window is a straight line plus first-order autoregressive noise: days that lie `lag` apart
correlate by rho^lag. Detrending a short window makes adjacent residuals look less alike than the days are; the ratio
of their expectations under each rho, linear between the points of a grid, undoes that. Source: the method, "The noise
of one patient, per regimen"; matching expectations of quadratic forms is how variance components are estimated without
a likelihood (Searle, Casella and McCulloch, Variance Components, 1992).

Everything depends on rho through rho^lag alone, so each pattern of observed days is reduced once to one coefficient
a lag, and kept: a year of windows then costs a few dot products.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.windows import FEWEST_DAYS, LONGEST_REFERENCE, Scores, Window

Array = NDArray[np.float64]

GRID = np.arange(20) * 0.05
LAGS = np.arange(LONGEST_REFERENCE)
_GRID_POWERS = GRID[:, None] ** LAGS
# Residuals below this share of the scores themselves are rounding, not noise.
_ROUNDING = 1e-18


@dataclass(frozen=True)
class Noise:
    """`rho`: correlation of adjacent days, 0 to 0.9. `sigma`: standard deviation of a day, points.

    `pairs`: of adjacent observed days. `raw_rho`: before it was drawn to the usual value; None with nothing to
    estimate it from.
    """

    rho: float
    sigma: float
    pairs: int
    raw_rho: float | None


@dataclass(frozen=True)
class Pattern:
    """Which days of a window were observed, reduced. Arrays have one element a lag (0 to 13 days) where not said.

    `residuals`: (n, n), takes scores to residuals about their line. `trace`, `adjacent`: coefficients of the
    expectation of the residuals' squares, and of the products of adjacent ones. `of_mean`: of the mean's variance.
    `since_first`, `until_last`: shares of the days that lie so many days from the first and the last observed one.
    """

    residuals: Array
    firsts: NDArray[np.intp]
    trace: Array
    adjacent: Array
    of_mean: Array
    since_first: Array
    until_last: Array


@lru_cache(maxsize=8192)
def pattern(offsets: tuple[int, ...]) -> Pattern:
    """`offsets`: days since the first observed one, rising from 0 to at most 13; at least two."""
    days = np.array(offsets)
    design = np.column_stack((np.ones(len(days)), days))
    residuals = np.eye(len(days)) - design @ np.linalg.solve(design.T @ design, design.T)
    firsts = np.flatnonzero(np.diff(days) == 1)
    lags = np.abs(np.subtract.outer(days, days)).ravel()

    def by_lag(weights: Array) -> Array:
        return np.bincount(lags, weights.ravel(), len(LAGS)).astype(np.float64)

    return Pattern(
        residuals=residuals,
        firsts=firsts,
        # P is symmetric and idempotent, so trace(P R P) = sum of P * R.
        trace=by_lag(residuals),
        adjacent=by_lag(residuals[firsts].T @ residuals[firsts + 1]),
        of_mean=by_lag(np.ones_like(residuals)) / len(days) ** 2,
        since_first=np.bincount(offsets, minlength=len(LAGS)) / len(days),
        until_last=np.bincount([offsets[-1] - day for day in offsets], minlength=len(LAGS)) / len(days),
    )


@dataclass(frozen=True)
class Observed:
    """The observed days of one window: `days` as ordinals, rising; `scores` 0-10 beside them; at least one."""

    window: Window
    days: tuple[int, ...]
    scores: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.days)

    @cached_property
    def mean(self) -> float:
        return sum(self.scores) / len(self.scores)

    @cached_property
    def mean_day(self) -> float:
        """Mean ordinal of the observed days."""
        return self.days[0] + sum(day - self.days[0] for day in self.days) / len(self.days)

    @cached_property
    def pattern(self) -> Pattern:
        return pattern(tuple(day - self.days[0] for day in self.days))

    @property
    def counts(self) -> bool:
        return len(self) >= FEWEST_DAYS


def observe(window: Window | None, scores: Scores) -> Observed | None:
    """None without a window, and without an observed day in it."""
    if window is None:
        return None
    first = window.first.toordinal()
    found = [
        (day, float(score))
        for day in range(first, first + len(window))
        if (score := scores.get(date.fromordinal(day))) is not None
    ]
    return Observed(window, tuple(day for day, _ in found), tuple(score for _, score in found)) if found else None


def estimate_noise(windows: Iterable[Observed], thresholds: Thresholds = DEFAULTS) -> Noise:
    """From the windows of one regimen; those with fewer than 4 observed days are passed over."""
    used = [window for window in windows if window.counts]
    squares = products = size = 0.0
    trace, adjacent, pairs = np.zeros(len(LAGS)), np.zeros(len(LAGS)), 0
    for window in used:
        reduced, scores = window.pattern, np.array(window.scores)
        residual = reduced.residuals @ scores
        squares += float(residual @ residual)
        size += float(scores @ scores)
        products += float(residual[reduced.firsts] @ residual[reduced.firsts + 1])
        trace += reduced.trace
        adjacent += reduced.adjacent
        pairs += len(reduced.firsts)
    if squares <= _ROUNDING * size:
        return Noise(thresholds.usual_rho, thresholds.least_sigma, pairs, None)
    traces = _GRID_POWERS @ trace
    raw = _root((_GRID_POWERS @ adjacent) / traces, products / squares) if pairs else None
    rho = min(_drawn(raw, pairs, thresholds), thresholds.largest_rho)
    sigma = float(np.sqrt(squares / np.interp(rho, GRID, traces)))
    return Noise(rho, max(sigma, thresholds.least_sigma), pairs, raw)


def _drawn(raw: float | None, pairs: int, thresholds: Thresholds) -> float:
    """Few pairs of days say little about rho: the usual value counts as so many pairs more."""
    if raw is None:
        return thresholds.usual_rho
    weight = thresholds.usual_rho_pairs
    return (pairs * raw + weight * thresholds.usual_rho) / (pairs + weight)


def _root(ratios: Array, observed: float) -> float:
    """The rho at which the expected ratio first reaches the observed one, linear between the points of the grid."""
    if observed <= ratios[0]:
        return float(GRID[0])
    above = np.flatnonzero(ratios >= observed)
    if not len(above):
        return float(GRID[-1])
    right = int(above[0])
    left = right - 1
    share = (observed - ratios[left]) / (ratios[right] - ratios[left])
    return float(GRID[left] + share * (GRID[right] - GRID[left]))


def covariance_of_means(windows: Sequence[Observed], rho: float) -> Array:
    """(n, n): covariances of the windows' means where a day has variance 1 and days correlate by rho^lag.

    `windows`: disjoint, by date. Between two windows rho^lag splits into the days to the end of the earlier one,
    the gap, and the days since the start of the later one, so nothing larger than a window is ever built.
    """
    powers = rho**LAGS
    patterns = [window.pattern for window in windows]
    since_first = np.array([pattern.since_first for pattern in patterns]) @ powers
    until_last = np.array([pattern.until_last for pattern in patterns]) @ powers
    first = np.array([window.days[0] for window in windows])
    last = np.array([window.days[-1] for window in windows])
    gaps = np.maximum(first[None, :] - last[:, None], 0)
    covariance: Array = np.triu(until_last[:, None] * since_first * rho**gaps)
    covariance += covariance.T
    np.fill_diagonal(covariance, np.array([pattern.of_mean for pattern in patterns]) @ powers)
    return covariance
