"""What has changed of a patient's treatment and CK within some weeks: pure over a record."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from jobs.record import Record
from jobs.steroids import DoseChange, dose_changes


@dataclass(frozen=True)
class RegimenChange:
    """`before` and `after`: regimens, as a course has them. `day`: the first of the later one."""

    day: date
    before: str
    after: str


@dataclass(frozen=True)
class Kinase:
    """The latest CK in U/l, and the one before it."""

    day: date
    value: float
    before: float | None


@dataclass(frozen=True)
class Changes:
    """Within the weeks that were looked at, the latest of each."""

    regimen: RegimenChange | None
    steroids: tuple[DoseChange, ...]
    kinase: Kinase | None


def changes_within(kept: Record, days: int) -> Changes:
    """Of the last `days` days, today included."""
    since = kept.today - timedelta(days=days)
    begun = [course for course in kept.courses if course.start <= kept.today]
    regimen = None
    for earlier, later in pairwise(begun):
        if later.start > since and later.regimen != earlier.regimen:
            regimen = RegimenChange(later.start, earlier.regimen, later.regimen)
    values = [pair for pair in kept.creatine_kinase if pair[0] <= kept.today]
    kinase = None
    if values and values[-1][0] > since:
        kinase = Kinase(*values[-1], values[-2][1] if len(values) > 1 else None)
    latest = {each.drug: each for each in dose_changes(kept.steroids, kept.today) if each.day > since}
    return Changes(regimen, tuple(latest.values()), kinase)
