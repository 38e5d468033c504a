"""What the method makes of many diaries of one cell, in figures."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from jobs.wearing_off.comparison import pooled_differences
from jobs.wearing_off.contrast import Contrast
from jobs.wearing_off.pooling import PooledRegimen
from jobs.wearing_off.simulation import DAYS_AFTER_LAST, FIRST_DAY, Cell, Look, SimulatedDiary, by_day, draw, look
from jobs.wearing_off.verdict import Verdict, interval_verdict, regimen_verdict

# The true effect is an expectation: as many diaries settle it to a hundredth.
DIARIES_FOR_TRUTH = 400
FEWEST_POOLED = 2


@dataclass(frozen=True)
class Single:
    """One course's own verdict. `half`: of its interval."""

    verdict: Verdict
    one_sided: bool
    half: float


@dataclass(frozen=True)
class Result:
    """One regimen in one diary. `truth`: its estimate from the scores' expectation, nan where not asked for."""

    regimen: str
    courses: int
    estimate: float
    low: float
    high: float
    plain_low: float
    plain_high: float
    truth: float
    verdict: Verdict
    singles: tuple[Single, ...]


@dataclass(frozen=True)
class Compared:
    """Two regimens in one diary: the difference of their rises, later less earlier."""

    earlier: str
    later: str
    difference: float
    low: float
    high: float
    truth: float


@dataclass(frozen=True)
class Outcome:
    results: tuple[Result, ...]
    compared: tuple[Compared, ...]
    moved: int


def measure(cell: Cell, seed: int, number: int) -> Outcome:
    """One diary, looked at on its last day."""
    diary = draw(cell, seed, number)
    seen = look(diary.courses, diary.by_day, diary.last_day)
    truths = _truths(diary) if number < DIARIES_FOR_TRUTH else {}
    results = tuple(
        _result(name, pool, seen, truths.get(name, float("nan")))
        for name, pool in seen.regimens.items()
        if pool is not None and not pool.provisional and pool.pooled.courses >= FEWEST_POOLED
    )
    moved = sum(1 for before, after in _intervals(diary) if after < before)
    return Outcome(results, _compared(seen, truths), moved)


def _truths(diary: SimulatedDiary) -> dict[str, float]:
    expected = look(diary.courses, by_day(diary.expected), diary.last_day)
    return {name: pool.pooled.estimate for name, pool in expected.regimens.items() if pool is not None}


def _intervals(diary: SimulatedDiary) -> Iterable[tuple[int, int]]:
    """(planned, actual) days between courses."""
    starts = [course.start for course in diary.courses]
    planned = [course.planned_start or course.start for course in diary.courses]
    for k in range(1, len(starts)):
        yield (planned[k] - planned[k - 1]).days, (starts[k] - starts[k - 1]).days


def _result(name: str, pool: PooledRegimen, seen: Look, truth: float) -> Result:
    pooled = pool.pooled
    own = [contrast for contrast in seen.contrasts if contrast.regimen == name]
    return Result(
        regimen=name,
        courses=pooled.courses,
        estimate=pooled.estimate,
        low=pooled.low,
        high=pooled.high,
        plain_low=pooled.estimate if pooled.plain_low is None else pooled.plain_low,
        plain_high=pooled.estimate if pooled.plain_high is None else pooled.plain_high,
        truth=truth,
        verdict=regimen_verdict(pool),
        singles=tuple(_singles(own, pool)),
    )


def _singles(own: Sequence[Contrast], pool: PooledRegimen) -> Iterable[Single]:
    for contrast in own:
        if contrast.difference is not None:
            low, high = pool.intervals[contrast.course.number]
            verdict = interval_verdict(contrast.difference, low, high)
            yield Single(verdict, contrast.kind == "one_sided", (high - low) / 2)


def _compared(seen: Look, truths: dict[str, float]) -> tuple[Compared, ...]:
    nothing = float("nan")
    return tuple(
        Compared(
            earlier=each.earlier,
            later=each.later,
            difference=each.result.difference,
            low=each.result.low,
            high=each.result.high,
            truth=truths.get(each.later, nothing) - truths.get(each.earlier, nothing),
        )
        for each in pooled_differences(seen.regimens)
        if each.result is not None
    )


@dataclass(frozen=True)
class Summary:
    """Of one regimen over `diaries` diaries. `up`: share of all of them with a mean rise and an interval above 0.

    `half`: the median half-width. `plain`: coverage of the interval with K - 1 degrees of freedom. `usable`: share of
    diaries with at least two usable courses, the ones that coverage, mean and half-width are of.
    `verdicts`: shares of all diaries. `single_returns`, `one_sided_returns`: of the single courses.
    """

    diaries: int
    usable: float
    up: float
    coverage: float
    plain: float
    mean: float
    truth: float
    half: float
    verdicts: dict[str, float]
    single_returns: float
    single_half: float
    one_sided_returns: float

    @property
    def up_error(self) -> float:
        """Standard error of `up`."""
        return float(np.sqrt(max(self.up * (1 - self.up), 1 / self.diaries) / self.diaries))


def summary(outcomes: Sequence[Outcome], regimen: str) -> Summary:
    own = [result for outcome in outcomes for result in outcome.results if result.regimen == regimen]
    count = len(outcomes)
    truth = float(np.nanmean([result.truth for result in own]))
    half = np.array([(result.high - result.low) / 2 for result in own])
    error = np.abs([result.estimate - truth for result in own])
    plain = np.array([(result.plain_high - result.plain_low) / 2 for result in own])
    singles = [single for result in own for single in result.singles]
    one_sided = [single for single in singles if single.one_sided]
    verdicts = {result.verdict for result in own}
    return Summary(
        diaries=count,
        usable=len(own) / count,
        up=sum(1 for result in own if result.low > 0) / count,
        coverage=float(np.mean(error <= half)),
        plain=float(np.mean(error <= plain)),
        mean=float(np.mean([result.estimate for result in own])),
        truth=truth,
        half=float(np.median(half)),
        verdicts={name: sum(1 for result in own if result.verdict == name) / count for name in sorted(verdicts)},
        single_returns=_share(singles),
        single_half=float(np.median([single.half for single in singles])),
        one_sided_returns=_share(one_sided),
    )


def _share(singles: Sequence[Single]) -> float:
    return sum(1 for single in singles if single.verdict == "returns") / len(singles) if singles else float("nan")


Looks = tuple[tuple[Verdict, int], ...]


def verdicts_after_each_course(cell: Cell, seed: int, number: int) -> Looks:
    """(verdict, courses completed so far) three weeks after each course, when its reference window is over."""
    diary = draw(cell, seed, number)
    scores = diary.by_day
    days = [course.end + timedelta(days=DAYS_AFTER_LAST) for course in diary.courses[1:]]
    return tuple((_verdict(diary, scores, day)[0], k) for k, day in enumerate(days, start=1))


def verdicts_every_week(cell: Cell, seed: int, number: int) -> Looks:
    """(verdict, courses pooled) every seven days from the first course to the end of the diary."""
    diary = draw(cell, seed, number)
    scores = diary.by_day
    length = (diary.last_day - FIRST_DAY).days
    return tuple(_verdict(diary, scores, FIRST_DAY + timedelta(days=day)) for day in range(7, length + 1, 7))


def _verdict(diary: SimulatedDiary, scores: dict[date, float], today: date) -> tuple[Verdict, int]:
    pool = next(iter(look(diary.courses, scores, today).regimens.values()))
    return regimen_verdict(pool), 0 if pool is None else pool.pooled.courses


def ever(looks: Sequence[Looks], called: frozenset[Verdict], by: int) -> float:
    """The share of diaries in which one of these verdicts was given by so many courses."""
    hits = sum(1 for diary in looks if any(verdict in called and courses <= by for verdict, courses in diary))
    return hits / len(looks)
