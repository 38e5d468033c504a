"""What has changed of a patient's treatment and CK within some weeks: pure over a record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from jobs.cycle import Course
from jobs.record import Record
from jobs.shortfall import Shortfall
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
class InPart:
    """A course that was given on fewer days or with a lower dose than planned. `day`: its first."""

    day: date
    shortfall: Shortfall


@dataclass(frozen=True)
class Changes:
    """Within the weeks that were looked at, the latest of each, and every course that was given in part.

    `regimen`: as given. `planned`: since the last given course, and nobody said that it was given.
    """

    regimen: RegimenChange | None
    planned: RegimenChange | None
    in_part: tuple[InPart, ...]
    steroids: tuple[DoseChange, ...]
    kinase: Kinase | None


def given_whole(kept: Record) -> list[Course]:
    """By these a regimen is known: what was planned is no fact, and less than planned is no other regimen."""
    pairs = zip(kept.courses, kept.doses, strict=True)
    return [course for course, dose in pairs if course.status == "given" and dose.shortfall is None]


def given_in_part(kept: Record) -> list[InPart]:
    pairs = zip(kept.courses, kept.doses, strict=True)
    return [InPart(course.start, dose.shortfall) for course, dose in pairs if dose.shortfall is not None]


def changes_within(kept: Record, days: int) -> Changes:
    """Of the last `days` days, today included."""
    since = kept.today - timedelta(days=days)
    whole = given_whole(kept)
    last_given = max((course.start for course in kept.courses if course.status == "given"), default=date.min)
    counted = [course for course in kept.courses if course.counts_by(kept.today)]
    unconfirmed = [course for course in counted if course.start > last_given]
    values = [pair for pair in kept.creatine_kinase if pair[0] <= kept.today]
    kinase = None
    if values and values[-1][0] > since:
        kinase = Kinase(*values[-1], values[-2][1] if len(values) > 1 else None)
    latest = {each.drug: each for each in dose_changes(kept.steroids, kept.today) if each.day > since}
    return Changes(
        regimen=_change_of(whole, since),
        planned=_change_of([*whole[-1:], *unconfirmed], since),
        in_part=tuple(each for each in given_in_part(kept) if each.day > since),
        steroids=tuple(latest.values()),
        kinase=kinase,
    )


def _change_of(courses: Sequence[Course], since: date) -> RegimenChange | None:
    """The latest one, where it began after `since`."""
    found = [
        RegimenChange(later.start, earlier.regimen, later.regimen)
        for earlier, later in pairwise(courses)
        if later.start > since and later.regimen != earlier.regimen
    ]
    return found[-1] if found else None
