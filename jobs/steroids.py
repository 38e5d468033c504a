"""Steroid doses as steps in time, alternate-day schedules averaged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class SteroidStep:
    """`drug` from `start` to `end`, both included: `dose_mg` a day, or alternating with `alternate_dose_mg`.

    `end` is None while it is still taken.
    """

    start: date
    end: date | None
    drug: str
    dose_mg: float
    alternate_dose_mg: float | None = None

    def __post_init__(self) -> None:
        if self.last < self.start:
            raise ValueError(f"{self.drug} from {self.start} ends before it starts, on {self.end}")
        if min(self.dose_mg, self.alternate_dose_mg or self.dose_mg) < 0:
            raise ValueError(f"{self.drug} from {self.start}: a dose below 0 mg")

    @property
    def last(self) -> date:
        return self.end or date.max

    @property
    def mean_dose(self) -> float:
        """mg a day, over both days of an alternating schedule."""
        return self.dose_mg if self.alternate_dose_mg is None else (self.dose_mg + self.alternate_dose_mg) / 2


@dataclass(frozen=True)
class DoseChange:
    """`day`: the first on the new dose. mg a day, of one drug."""

    day: date
    drug: str
    before: float
    after: float


def dose_on(steps: Iterable[SteroidStep], day: date) -> dict[str, float]:
    """mg a day by drug; a drug not taken that day is absent."""
    doses: dict[str, float] = {}
    for step in steps:
        if step.start <= day <= step.last:
            doses[step.drug] = doses.get(step.drug, 0.0) + step.mean_dose
    return doses


def dose_changes(steps: Iterable[SteroidStep], last_known: date) -> tuple[DoseChange, ...]:
    """By day, between the first step's start and `last_known`. Starting and stopping are changes too.

    The first step of all is no change: what was taken before it is not known.
    """
    known = tuple(steps)
    if not known:
        return ()
    first = min(step.start for step in known)
    edges = {step.start for step in known} | {step.end + timedelta(days=1) for step in known if step.end}
    found = []
    for day in sorted(edge for edge in edges if first < edge <= last_known):
        before, after = dose_on(known, day - timedelta(days=1)), dose_on(known, day)
        found += [
            DoseChange(day, drug, before.get(drug, 0.0), after.get(drug, 0.0))
            for drug in sorted(before | after)
            if before.get(drug, 0.0) != after.get(drug, 0.0)
        ]
    return tuple(found)


def mean_dose(steps: Iterable[SteroidStep], first: date, last: date) -> dict[str, float]:
    """mg a day by drug, averaged over `first` to `last`, both included; days without the drug count as 0.

    Doses of different drugs are not added: no equivalence is assumed.
    """
    days = (last - first).days + 1
    totals: dict[str, float] = {}
    for step in steps:
        overlap = (min(step.last, last) - max(step.start, first)).days + 1
        if overlap > 0:
            totals[step.drug] = totals.get(step.drug, 0.0) + overlap * step.mean_dose
    return {drug: total / days for drug, total in totals.items()}
