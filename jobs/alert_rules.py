"""When an alert rule is met, pure: runs of answered days at or over a bar.

A day without an answer, or on which the item was skipped, counts as neither: it is not part of a run and does not break
it, unless more than `MOST_MISSING` of them lie together. The patient's own reference is the median of the answers
before the run, of as many days as the longest mid-cycle window that the answer about courses uses (docs/method.md).
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median
from typing import Literal

# So many days in a row may be missing within a run.
MOST_MISSING = 2
# The reference: of at most so many answered days, at least so many, none earlier than so long before the run.
REFERENCE_DAYS, FEWEST_REFERENCE_DAYS = 14, 7
REFERENCE_REACH = timedelta(days=28)


@dataclass(frozen=True)
class Rule:
    """`value`: `threshold` or more on the scale; `rise`: so many points or more over the own reference."""

    kind: Literal["value", "rise"]
    threshold: int
    days: int


@dataclass(frozen=True)
class Run:
    """Answered days in a row that reach the bar, oldest first, as many as there are. `reference`: of a rise alone."""

    days: tuple[tuple[date, int], ...]
    reference: float | None = None

    @property
    def first(self) -> date:
        return self.days[0][0]

    @property
    def last(self) -> date:
        return self.days[-1][0]

    def days_until(self, day: date) -> int:
        """How many of its days had come by then."""
        return sum(each <= day for each, _ in self.days)


def alerts_in(rule: Rule, values: Mapping[date, int | None]) -> list[Run]:
    """The runs that are long enough, oldest first. `values`: by day; None where the item was skipped."""
    return [run for run in _runs(rule, values) if len(run.days) >= rule.days]


def is_told(rule: Rule, run: Run, told: Collection[date]) -> bool:
    """Whether the run was long enough already when one of the alerts with these last days was told."""
    return any(run.days_until(day) >= rule.days for day in told)


def _runs(rule: Rule, values: Mapping[date, int | None]) -> Iterator[Run]:
    """Whole runs, each as long as it gets, empty ones too: no rule is of no day.

    The reference is that of a run's first day, and stays while it lasts.
    """
    answered = sorted((day, value) for day, value in values.items() if value is not None)
    run: list[tuple[date, int]] = []
    reference: float | None = None
    for k, (day, value) in enumerate(answered):
        if run and (day - run[-1][0]).days <= MOST_MISSING + 1 and value >= _bar(rule, reference):
            run.append((day, value))
            continue
        yield Run(tuple(run), reference)
        run, reference = [], None
        if rule.kind == "rise":
            reference = _reference(day, answered[max(0, k - REFERENCE_DAYS) : k])
            if reference is None:
                continue
        if value >= _bar(rule, reference):
            run = [(day, value)]
    yield Run(tuple(run), reference)


def _bar(rule: Rule, reference: float | None) -> float:
    return rule.threshold + (reference or 0)


def _reference(day: date, before: list[tuple[date, int]]) -> float | None:
    """None where there is not enough data."""
    near = [value for each, value in before if day - each <= REFERENCE_REACH]
    return float(median(near)) if len(near) >= FEWEST_REFERENCE_DAYS else None
