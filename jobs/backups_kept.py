"""Which backups are kept: the newest of each of the last days, and of each of the last weeks."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

_SHAPE = re.compile(r"(?:([1-9][0-9]{0,2})d)?\s*(?:([1-9][0-9]{0,2})w)?", re.IGNORECASE)


@dataclass(frozen=True)
class Kept:
    """So many days and weeks, today and this week among them. A week is one of the calendar, from Monday."""

    days: int
    weeks: int

    @property
    def longest(self) -> timedelta:
        """After that long nothing is left of what a backup held: what was erased is gone from all of them."""
        return timedelta(days=max(self.days, 7 * self.weeks))


def read(written: str) -> Kept | None:
    """From `7d 4w`, `7d` or `4w`. None for nothing: no backups are made. ValueError for anything else."""
    if not written.strip():
        return None
    found = _SHAPE.fullmatch(written.strip())
    if found is None:
        raise ValueError("not such as 7d 4w")
    return Kept(int(found[1] or 0), int(found[2] or 0))


def superseded(moments: Iterable[datetime], kept: Kept, now: datetime) -> set[datetime]:
    """Those of the backups that need not be kept any more. The newest of all stays, however old it is."""
    newest_first = sorted(moments, reverse=True)
    of_day: dict[date, datetime] = {}
    of_week: dict[date, datetime] = {}
    for moment in newest_first:
        of_day.setdefault(moment.date(), moment)
        of_week.setdefault(_monday(moment.date()), moment)
    first_day = now.date() - timedelta(days=kept.days - 1)
    first_week = _monday(now.date()) - timedelta(weeks=kept.weeks - 1)
    wanted = {moment for day, moment in of_day.items() if day >= first_day}
    wanted |= {moment for week, moment in of_week.items() if week >= first_week}
    return set(newest_first) - wanted - set(newest_first[:1])


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
