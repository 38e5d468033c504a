"""The next local moment of a patient, as a UTC instant.

The rules at clock changes: exactly one moment a local date, in every zone.
- A wall clock time that comes twice counts the first time.
- A wall clock time that is skipped goes to the first valid instant after the gap. Where that instant belongs
  to the next date (Nuuk springs from 22:59 to midnight), it goes to the last minute before the gap: otherwise
  one date would have two diary prompts and its neighbour none.
- A local date that never was (Apia, 30 December 2011) has no moment.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)

# (zone, at) -> (a moment, the one after it). Between the two the answer is the second one, for every patient
# who shares zone and time; so a batch of prompts costs one look-up a patient.
_answers: dict[tuple[str, time], tuple[datetime, datetime]] = {}
_MOST_ANSWERS = 20_000


@lru_cache(maxsize=1024)
def zone_of(zone: str) -> ZoneInfo:
    """The IANA zone by its exact name. ValueError for anything else."""
    try:
        return ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise ValueError(
            f"{zone!r} is not a time zone: give an IANA name such as Europe/Zurich or America/New_York"
        ) from fault


@lru_cache(maxsize=1024)
def is_zone(zone: str) -> bool:
    """Not any more after a mistaken hand in the database, or a tzdata that has lost it."""
    try:
        zone_of(zone)
    except ValueError:
        return False
    return True


def local_date(zone: str, instant: datetime) -> date:
    """The date on the wall in `zone` at `instant` (aware).

    ValueError for a naive instant or an unknown zone.
    """
    return _aware(instant).astimezone(zone_of(zone)).date()


def date_in(zone: str, instant: datetime, *, otherwise: str) -> date:
    """The same, and where `zone` cannot be read, the date in the other one: a team's own instead of a patient's."""
    return local_date(zone if is_zone(zone) else otherwise, instant)


def week_of(zone: str, instant: datetime) -> date:
    """The Monday of the week in which it lies there."""
    day = local_date(zone, instant)
    return day - timedelta(days=day.weekday())


def diary_date(zone: str, asked_at: datetime) -> date:
    """The date an entry is about: the local date of its prompt, however late the answer comes."""
    return local_date(zone, asked_at)


def local_moment(zone: str, day: date, at: time) -> datetime:
    """The UTC instant at which the wall clock in `zone` reads `at` on `day`, by the rules of this module.

    For a date that never was: the first instant after it, since a reminder is better given than lost.
    """
    moment = _moment_within(zone, day, at)
    return moment if moment is not None else _instants_around_gap(zone, day, at)[1]


def next_local_moment(zone: str, at: time, after: datetime) -> datetime:
    """The first UTC instant strictly after `after` (aware) at which the wall clock in `zone` reads `at`.

    Memoised on (zone, at). ValueError for an unknown zone, a naive `after`, or a time that is no plain HH:MM.
    """
    known = _answers.get((zone, at))
    if known is not None and after.tzinfo is not None and known[0] <= after < known[1]:
        return known[1]
    before, following = _moments_around(zone, at, _aware(after))
    if len(_answers) >= _MOST_ANSWERS:
        _answers.clear()
    _answers[(zone, at)] = (before, following)
    return following


def next_weekly_moment(zone: str, weekday: int, at: time, after: datetime) -> datetime:
    """The first moment strictly after `after` on a local date of this weekday (Monday 0 to Sunday 6), in UTC.

    A weekday that fell on a date that never was waits for the next week.
    """
    if not 0 <= weekday <= 6:
        raise ValueError(f"{weekday} is no weekday: Monday is 0, Sunday is 6")
    # A day back: the wall clock can return to yesterday.
    day = local_date(zone, after) - _DAY
    day += (weekday - day.weekday()) % 7 * _DAY
    while True:
        moment = _moment_within(zone, day, at)
        if moment is not None and moment > after:
            return moment
        day += 7 * _DAY


def reminder_moments(
    zone: str, course_start: date, lead_days: Sequence[int], at: time
) -> tuple[tuple[int, datetime], ...]:
    """(days before the course, UTC moment) of each reminder, earliest first.

    0 days before is the morning of the first infusion. A lead time given twice is one reminder.
    ValueError for a negative lead time.
    """
    if any(lead < 0 for lead in lead_days):
        raise ValueError(f"a reminder comes before its course: {sorted(lead_days)} has a negative number of days")
    leads = sorted(set(lead_days), reverse=True)
    return tuple((lead, local_moment(zone, course_start - lead * _DAY, at)) for lead in leads)


def next_reminder(
    zone: str, course_start: date, lead_days: Sequence[int], at: time, after: datetime
) -> tuple[int, datetime] | None:
    """The first of `reminder_moments` strictly after `after` (aware); None once all have passed."""
    _aware(after)
    moments = reminder_moments(zone, course_start, lead_days, at)
    return next(((lead, moment) for lead, moment in moments if moment > after), None)


def _moments_around(zone: str, at: time, instant: datetime) -> tuple[datetime, datetime]:
    """The last moment at or before `instant`, and the first one strictly after it."""
    # Two days back: far enough for a moment that has passed, even beside a date that never was.
    day = local_date(zone, instant) - 2 * _DAY
    before = instant
    while True:
        moment = _moment_within(zone, day, at)
        if moment is not None:
            if moment > instant:
                return before, moment
            before = moment
        day += _DAY


def _moment_within(zone: str, day: date, at: time) -> datetime | None:
    """The moment of a local date, in UTC and within that date; None for a date that never was."""
    if at.tzinfo is not None or at.second or at.microsecond:
        raise ValueError(f"{at!r} is no wall clock time of hours and minutes")
    tz = zone_of(zone)
    # fold=0: of two equal wall clock times, the first.
    moment = datetime.combine(day, at.replace(fold=0), tz).astimezone(UTC)
    back = moment.astimezone(tz)
    if back.date() == day and back.hour == at.hour and back.minute == at.minute:
        return moment
    before, after = _instants_around_gap(zone, day, at)
    if after.astimezone(tz).date() == day:
        return after
    return before if before.astimezone(tz).date() == day else None


def _instants_around_gap(zone: str, day: date, at: time) -> tuple[datetime, datetime]:
    """The last whole minute before and the first instant after the gap that swallows this time."""
    tz = zone_of(zone)
    # Inside a gap, fold 1 reads the clock as already changed and fold 0 as not yet: the change lies between.
    early = datetime.combine(day, at.replace(fold=1), tz).astimezone(UTC)
    late = datetime.combine(day, at.replace(fold=0), tz).astimezone(UTC)
    offset_before = early.astimezone(tz).utcoffset()
    seconds_low, seconds_high = 0, int((late - early).total_seconds())
    while seconds_high - seconds_low > 1:
        middle = (seconds_low + seconds_high) // 2
        if (early + timedelta(seconds=middle)).astimezone(tz).utcoffset() == offset_before:
            seconds_low = middle
        else:
            seconds_high = middle
    change = early + timedelta(seconds=seconds_high)
    return change - _MINUTE, change


def _aware(instant: datetime) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError(f"{instant!r} has no time zone: give an aware instant")
    return instant
