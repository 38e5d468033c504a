"""The figures against other implementations: dense matrices, least squares, SciPy."""

import math
import random
from datetime import date
from itertools import pairwise

import numpy as np
import pytest

# Its parts are loaded when they are used, in a second and a half.
import scipy  # type: ignore[import-untyped]

from jobs.wearing_off import estimates
from jobs.wearing_off.comparison import Level, level_differences, levels, pooled_differences, welch
from jobs.wearing_off.contrast import Contrast, CycleWindows, cycle_windows
from jobs.wearing_off.noise import Noise, Observed, covariance_of_means, estimate_noise, observe, pattern
from jobs.wearing_off.pooling import covariance, pool, pool_regimen, quantile
from jobs.wearing_off.thresholds import Thresholds
from jobs.wearing_off.windows import Window
from tests.jobs.wearing_off.examples import CHANGING, courses_on, day, jagged, series

NO_FLOORS = Thresholds(least_sigma=0.0, least_spread=0.0)


def cycles_of_the_jagged_diary() -> tuple[CycleWindows, ...]:
    scores = {day(number): score for number, score in series(jagged, 132).items()}
    return cycle_windows(courses_on(CHANGING), scores, day(131))


def contrasts_of_the_jagged_diary() -> tuple[Contrast, ...]:
    return estimates(cycles_of_the_jagged_diary(), day(131))[0]


def window(offsets: list[int], scores: list[float]) -> Observed:
    found = observe(Window(day(0), day(13)), {day(k): score for k, score in zip(offsets, scores, strict=True)})
    assert found is not None
    return found


@pytest.mark.parametrize("df", [1, 4, 7, 16, 9.92])
@pytest.mark.parametrize("confidence", [0.95, 0.99])
def test_quantiles_are_those_of_scipy(df: float, confidence: float) -> None:
    assert quantile(df, confidence) == pytest.approx(scipy.stats.t.ppf(0.5 + confidence / 2, df), rel=1e-12)


def test_residuals_are_those_of_least_squares() -> None:
    offsets, scores = (0, 1, 3, 4, 8, 13), np.array([3.0, 1, 4, 1, 5, 9])
    design = np.column_stack((np.ones(6), offsets))
    coefficients, *_ = np.linalg.lstsq(design, scores, rcond=None)
    assert pattern(offsets).residuals @ scores == pytest.approx(scores - design @ coefficients)


def test_expectations_of_squares_and_products_are_traces() -> None:
    offsets = (0, 1, 2, 5, 6, 11)
    reduced = pattern(offsets)
    lags = np.abs(np.subtract.outer(np.array(offsets), np.array(offsets)))
    for rho in (0.0, 0.3, 0.95):
        detrended = reduced.residuals @ (rho**lags) @ reduced.residuals
        powers = rho ** np.arange(14)
        assert powers @ reduced.trace == pytest.approx(np.trace(detrended))
        adjacent = sum(detrended[k, k + 1] for k in range(5) if offsets[k + 1] - offsets[k] == 1)
        assert powers @ reduced.adjacent == pytest.approx(adjacent)
        assert powers @ reduced.of_mean == pytest.approx(np.mean(rho**lags))


def test_with_uncorrelated_days_and_no_shrinking_sigma_is_the_residual_standard_error() -> None:
    plain = Thresholds(usual_rho=0.0, usual_rho_pairs=10**12, least_sigma=0.0)
    scores = [[3.0, 1, 4, 1, 5], [9.0, 2, 6, 5, 3, 5], [8.0, 9, 7, 9]]
    windows = [window(list(range(len(own))), own) for own in scores]
    squares = sum(
        scipy.stats.linregress(range(len(own)), own).stderr ** 2 * _sxx(len(own)) * (len(own) - 2) for own in scores
    )
    freedom = sum(len(own) - 2 for own in scores)
    noise = estimate_noise(windows, plain)
    assert noise.rho == pytest.approx(0, abs=1e-9)
    assert noise.sigma == pytest.approx(math.sqrt(squares / freedom))


def _sxx(count: int) -> float:
    days = np.arange(count)
    return float(((days - days.mean()) ** 2).sum())


def test_the_noise_that_was_put_in_comes_out() -> None:
    """Detrending 14 days halves the correlation that is seen; the estimate undoes it."""
    source = np.random.default_rng(5)
    windows = []
    for _ in range(600):
        noise = [source.normal(0, 1.5)]
        for _ in range(13):
            noise.append(0.7 * noise[-1] + source.normal(0, 1.5 * math.sqrt(1 - 0.49)))
        windows.append(window(list(range(14)), noise))
    found = estimate_noise(windows, Thresholds(usual_rho_pairs=0))
    assert found.rho == pytest.approx(0.7, abs=0.03)
    assert found.sigma == pytest.approx(1.5, abs=0.08)
    naive = [np.corrcoef(w.pattern.residuals @ w.scores, np.arange(14))[0, 1] for w in windows[:1]]
    assert abs(naive[0]) < 1e-9


def test_few_pairs_are_drawn_to_the_usual_correlation() -> None:
    own = window(list(range(7)), [0.0, 9, 0, 9, 0, 9, 0])
    noise = estimate_noise([own])
    assert noise.raw_rho == 0.0
    assert noise.rho == pytest.approx((6 * 0.0 + 30 * 0.6) / 36)


def test_the_correlation_is_where_its_expected_ratio_meets_the_one_observed() -> None:
    """And the nearest end of the grid where it meets it nowhere."""
    source = random.Random(2)
    grid, reduced = np.arange(20) * 0.05, pattern(tuple(range(14)))
    powers = grid[:, None] ** np.arange(14)
    expected = (powers @ reduced.adjacent) / (powers @ reduced.trace)
    found = []
    for _ in range(100):
        own = window(list(range(14)), [float(source.randint(0, 10)) for _ in range(14)])
        residuals = reduced.residuals @ own.scores
        observed = (residuals[:-1] @ residuals[1:]) / (residuals @ residuals)
        found.append(estimate_noise([own]).raw_rho)
        assert found[-1] == pytest.approx(np.interp(observed, expected, grid))
    assert any(0 < raw < 0.05 for raw in found if raw is not None)


def test_without_an_observed_day_nothing_is_observed() -> None:
    assert observe(Window(day(0), day(13)), {day(14): 3.0, day(3): None}) is None
    assert observe(None, {day(3): 3.0}) is None


@pytest.mark.parametrize(
    "scores", [[2.0] * 7, [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0], [0.1 * k for k in range(7)], [0.0] * 7]
)
def test_windows_without_any_noise_leave_the_defaults(scores: list[float]) -> None:
    noise = estimate_noise([window(list(range(7)), scores)])
    assert (noise.rho, noise.sigma, noise.raw_rho) == (0.6, 0.5, None)


def test_days_that_are_never_adjacent_say_nothing_about_their_correlation() -> None:
    noise = estimate_noise([window([0, 2, 4, 6, 8], [0.0, 5, 1, 6, 0])])
    assert (noise.rho, noise.pairs, noise.raw_rho) == (0.6, 0, None)
    assert noise.sigma > 0.5


def test_correlation_beyond_nine_tenths_is_held_there() -> None:
    wandering = [0.0, 0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0, 0]
    noise = estimate_noise([window(list(range(14)), wandering)] * 60)
    assert noise.raw_rho is not None
    assert noise.raw_rho > 0.93
    assert noise.rho == 0.9


def test_a_window_of_three_days_says_nothing_about_noise() -> None:
    full = window(list(range(7)), [0.0, 3, 1, 2, 5, 1, 0])
    assert estimate_noise([full, window([0, 1, 2], [9.0, 0, 9])]) == estimate_noise([full])


def dense_weights(courses: tuple[Contrast, ...]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(weights by course and day, days, scores) over all days used."""
    scores: dict[int, float] = {}
    for course in courses:
        for part, _ in course.parts:
            scores |= dict(zip(part.days, part.scores, strict=True))
    days = sorted(scores)
    weights = np.zeros((len(courses), len(days)))
    for row, course in enumerate(courses):
        for part, factor in course.parts:
            for used in part.days:
                weights[row, days.index(used)] += factor / len(part)
    return weights, np.array(days), np.array([scores[used] for used in days])


@pytest.mark.parametrize("rho", [0.0, 0.2571, 0.6, 0.9])
def test_the_covariance_by_windows_is_the_dense_one(rho: float) -> None:
    courses = contrasts_of_the_jagged_diary()
    weights, days, _ = dense_weights(courses)
    r = rho ** np.abs(np.subtract.outer(days, days))
    assert covariance(courses, rho) == pytest.approx(weights @ r @ weights.T)


def test_a_difference_is_its_weights_times_the_scores_and_the_weights_cancel_a_line() -> None:
    courses = contrasts_of_the_jagged_diary()
    weights, days, scores = dense_weights(courses)
    assert weights @ scores == pytest.approx([course.difference for course in courses])
    assert weights.sum(axis=1) == pytest.approx(0, abs=1e-12)
    slopes = weights @ (days - days[0])
    assert [abs(slope) < 1e-9 for slope in slopes] == [course.kind == "two_sided" for course in courses]


def test_the_mean_of_one_window_has_the_variance_of_a_correlated_mean() -> None:
    own = window(list(range(7)), [1.0] * 7)
    r = scipy.linalg.toeplitz(0.6 ** np.arange(7))
    assert covariance_of_means([own], 0.6)[0, 0] == pytest.approx(r.mean())


@pytest.mark.parametrize("differences", [[1.2, 0.4, 2.2, -0.3, 0.9], [1.2, 0.4]])
def test_pooling_uncorrelated_courses_without_prior_or_floor_is_the_one_sample_t_test(differences: list[float]) -> None:
    count = len(differences)
    found = pool(differences, np.eye(count), 0.0, Thresholds(usual_df=0, least_spread=0.0))
    expected = scipy.stats.ttest_1samp(differences, 0)
    interval = expected.confidence_interval(0.95)
    assert (found.low, found.high, found.df) == pytest.approx((interval.low, interval.high, count - 1))
    assert (found.plain_low, found.plain_high) == pytest.approx((interval.low, interval.high))
    assert found.estimate / found.se == pytest.approx(expected.statistic)
    assert found.strict_low == pytest.approx(expected.confidence_interval(0.99).low)


def test_pooling_is_generalised_least_squares_with_equal_weights() -> None:
    """By hand: y = D, V = s^2 C, contrast 1/K; the residual sum is scaled to be unbiased for s^2 under C."""
    courses = contrasts_of_the_jagged_diary()[:3]
    weights, days, scores = dense_weights(courses)
    r = 0.25 ** np.abs(np.subtract.outer(days, days))
    c = weights @ r @ weights.T
    centring = np.eye(3) - np.ones((3, 3)) / 3
    d = weights @ scores
    unbiased = d @ centring @ d / np.trace(centring @ c)
    spread = math.sqrt((2 * unbiased + 4 * 1.5**2) / 6)
    se = spread * math.sqrt(np.ones(3) @ c @ np.ones(3)) / 3
    found = pool(d.tolist(), covariance(courses, 0.25), 1.5)
    assert (found.spread, found.se) == pytest.approx((spread, se))
    assert (found.low, found.high) == pytest.approx(scipy.stats.t.interval(0.95, 6, loc=d.mean(), scale=se))


def test_the_confirmation_leaves_out_the_latest_course_and_keeps_sigma_and_rho() -> None:
    courses = contrasts_of_the_jagged_diary()[:3]
    noise = Noise(0.3, 1.5, 50, 0.3)
    found = pool_regimen(courses, noise)
    assert found is not None
    differences = [course.difference or 0.0 for course in courses]
    assert found.without_latest == pool(differences[:2], covariance(courses[:2], 0.3), 1.5)
    two, one = (pool_regimen(courses[:count], noise) for count in (2, 1))
    assert two is not None
    assert two.without_latest is not None
    assert (two.without_latest.courses, two.without_latest.estimate) == (1, differences[0])
    assert one is not None
    assert one.without_latest is None


def test_the_teams_own_thresholds_hold_with_and_without_the_latest_course() -> None:
    courses = contrasts_of_the_jagged_diary()[:3]
    found = pool_regimen(courses, Noise(0.3, 1.5, 50, 0.3), Thresholds(least_spread=7.0))
    assert found is not None
    assert found.without_latest is not None
    assert (found.pooled.spread, found.without_latest.spread) == (7.0, 7.0)


def test_the_plain_interval_has_one_degree_of_freedom_less_than_courses() -> None:
    found = pool([1.0, 2.0, 4.0], np.eye(3), 1.0)
    assert found.plain_low is not None
    assert (found.plain_low, found.plain_high) == pytest.approx(
        scipy.stats.t.interval(0.95, 2, loc=found.estimate, scale=found.se)
    )
    assert pool([1.0], np.eye(1), 1.0).plain_low is None


def test_differences_have_welch_intervals_as_scipy_gives_them() -> None:
    source = random.Random(3)
    a, b = ([source.gauss(mean, sd) for _ in range(count)] for mean, sd, count in ((3, 1.4, 4), (2, 0.4, 9)))
    found = welch(
        float(np.mean(b) - np.mean(a)),
        (float(np.var(a, ddof=1)) / 4, 3),
        (float(np.var(b, ddof=1)) / 9, 8),
    )
    expected = scipy.stats.ttest_ind(b, a, equal_var=False)
    assert found is not None
    interval = expected.confidence_interval(0.95)
    assert (found.df, found.low, found.high) == pytest.approx((expected.df, interval.low, interval.high))
    again = scipy.stats.ttest_ind_from_stats(
        np.mean(b), np.std(b, ddof=1), 9, np.mean(a), np.std(a, ddof=1), 4, equal_var=False
    )
    assert found.difference / found.se == pytest.approx(again.statistic)


def test_worse_by_more_than_a_point_is_excluded_by_an_interval_that_ends_below_one() -> None:
    def excluded(difference: float) -> tuple[bool, bool]:
        found = welch(difference, (0.04, 10), (0.04, 10))
        assert found is not None
        assert found.high - found.low == pytest.approx(2 * 0.59, abs=0.01)
        return found.worse_excluded, found.better_excluded

    assert excluded(0.0) == (True, True)
    assert excluded(0.4) == (True, True)
    assert excluded(0.42) == (False, True)
    assert excluded(-0.42) == (True, False)
    middle = welch(0.0, (0.04, 10), (0.04, 10))
    assert middle is not None
    for difference in (1 - middle.high, middle.high - 1):
        touching = welch(difference, (0.04, 10), (0.04, 10))
        assert touching is not None
        assert (touching.worse_excluded, touching.better_excluded) == (difference < 0, difference > 0)


def test_two_regimens_without_any_spread_have_no_interval() -> None:
    assert welch(1.0, (0.0, 3), (0.0, 4)) is None
    spans = tuple((28 * k, 28 * k, "AAABBBB"[k]) for k in range(7))
    flat = {day(number): 2.0 for number in range(190)}
    (found,) = level_differences(tuple(levels(courses_on(spans), flat, day(189)).values()))
    assert (found.earlier.mean, found.later.cycles, found.reason, found.result) == (2.0, 3, "zero_spread", None)


def test_levels_are_means_of_cycle_means_and_the_running_cycle_is_left_out() -> None:
    spans = ((0, 0, "A"), (10, 10, "A"), (40, 40, "A"))
    scores = {day(number): 1.0 if number < 10 else 3.0 for number in range(60)}
    (level,) = levels(courses_on(spans), scores, day(59)).values()
    assert (level.cycles, level.mean, level.variance) == (2, 2.0, 2.0)
    (before,) = levels(courses_on(spans), scores, day(39)).values()
    assert (before.cycles, before.mean, before.variance) == (1, 1.0, None)


def test_a_cycle_counts_from_the_day_it_ends_and_with_four_observed_days() -> None:
    courses = courses_on(((0, 0, "A"), (10, 10, "B")))
    scores: dict[date, float | None] = {day(number): 2.0 for number in range(4)}
    scores[day(4)] = None
    assert levels(courses, scores, day(9)) == {"A": Level("A", 0, None, None)}
    assert levels(courses, scores, day(10)) == {"A": Level("A", 1, 2.0, None), "B": Level("B", 0, None, None)}
    del scores[day(0)]
    assert levels(courses, scores, day(10))["A"].cycles == 0


def test_differences_of_level_are_welch_tests_of_cycle_means_later_less_earlier() -> None:
    earlier, later, few = Level("A", 3, 2.0, 1.0), Level("B", 4, 3.5, 0.5), Level("C", 2, 9.0, 1.0)
    found, left_out, _ = level_differences([earlier, later, few])
    expected = scipy.stats.ttest_ind_from_stats(3.5, math.sqrt(0.5), 4, 2.0, 1.0, 3, equal_var=False)
    assert (found.earlier, found.later, found.reason) == (earlier, later, None)
    assert found.result is not None
    assert found.result.difference == 1.5
    assert found.result.difference / found.result.se == pytest.approx(expected.statistic)
    assert 2 * scipy.stats.t.sf(expected.statistic, found.result.df) == pytest.approx(expected.pvalue)
    assert not found.result.worse_excluded
    assert (left_out.later, left_out.reason, left_out.result) == (few, "few_cycles", None)
    (wide, *_) = level_differences([earlier, later], Thresholds(worse_margin=9.0))
    assert wide.result is not None
    assert wide.result.worse_excluded


def test_a_regimen_with_two_courses_is_compared_with_nothing() -> None:
    _, _, pools = estimates(cycles_of_the_jagged_diary(), day(131))
    (found,) = pooled_differences(pools)
    assert (found.courses_earlier, found.courses_later, found.reason, found.result) == (3, 1, "few_courses", None)


def test_ratios_of_the_grid_rise_for_every_pattern_of_days() -> None:
    """Otherwise the root would not be one: checked for patterns of every length, gaps drawn at random."""
    source = random.Random(1)
    powers = (np.arange(20) * 0.05)[:, None] ** np.arange(14)
    for _ in range(300):
        days = sorted(source.sample(range(14), source.randint(4, 14)))
        reduced = pattern(tuple(used - days[0] for used in days))
        if len(reduced.firsts):
            ratios = (powers @ reduced.adjacent) / (powers @ reduced.trace)
            assert all(later > earlier for earlier, later in pairwise(ratios))
