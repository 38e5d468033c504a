"""What people type, read as a time, a date or a number. None for what cannot be read: never a guess.

Names of months and weekdays are CLDR's, of every language that is spoken here; "tomorrow" and the like are read in
English, French and German. All are read whatever the language of the dialogue.
"""

import calendar
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from itertools import product
from typing import Literal

from babel.dates import get_day_names, get_month_names

from jobs.refusals import Refusal
from jobs.zone_names import TREACHEROUS, place, plain, zones_by_city, zones_by_country, zones_by_name

# A day and month without a year is in the recent past up to here, otherwise in the future.
RECENT_DAYS = 60
# How much alike a misspelt place must be, as difflib reckons it, and how long: short names all look alike.
MISSPELT, SHORTEST_MISSPELT = 0.8, 5

_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2})|\s*(?:h|heures?|o'?clock))?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?"
)
_FOUR_DIGITS = re.compile(r"(\d{2})(\d{2})")

# What CLDR's German lacks: Austria's January, and a short form of March.
_MORE_MONTHS = {"janner": 1, "jaenner": 1, "mrz": 3}
# As it is typed where there is no such key; no German month or weekday has another umlaut.
_UMLAUTS = str.maketrans({"ä": "ae"})
SHORTEST_MONTH = 3
# Some languages write a month otherwise beside a day than alone.
_CONTEXTS: tuple[Literal["format", "stand-alone"], ...] = ("format", "stand-alone")
_WIDTHS: tuple[Literal["wide", "abbreviated"], ...] = ("wide", "abbreviated")
_WEEKDAY_WIDTHS: tuple[Literal["wide", "abbreviated", "short"], ...] = (*_WIDTHS, "short")
_NEAR_DAYS = {
    "today": 0,
    "heute": 0,
    "aujourdhui": 0,
    "tomorrow": 1,
    "demain": 1,
    "morgen": 1,
    "day after tomorrow": 2,
    "apres demain": 2,
    "ubermorgen": 2,
    "uebermorgen": 2,
    "yesterday": -1,
    "hier": -1,
    "gestern": -1,
}
# Not what float() takes beside it: no exponent, no underscore, no infinity.
_NUMBER = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]{1,9})?")
_ISO = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\s*([-/.])\s*(?P<month>\d{1,2})(?:\s*\2\s*(?P<year>\d{4}|\d{2}))?\.?")
_DAY_NAME = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?\s*(?:of\s+)?(?P<name>[^\W\d_]+)\.?,?\s*(?P<year>\d{4}|\d{2})?"
)
_NAME_DAY = re.compile(r"(?P<name>[^\W\d_]+)\.?\s*(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?")
_WEEKDAY = re.compile(r"(?P<name>[^\W\d_]+)[.,]*\s+(?P<rest>.+)")


def parse_time(text: str) -> time | None:
    """A wall clock time from "18:00", "18.00", "18h", "18h30", "1830", "18", "6 pm" or "6:30pm"."""
    said = text.strip().lower()
    digits = _FOUR_DIGITS.fullmatch(said)
    if digits:
        return _time(int(digits[1]), int(digits[2]))
    match = _TIME.fullmatch(said)
    if match is None:
        return None
    hour, minute, half = int(match["hour"]), int(match["minute"] or 0), match["half"]
    if half is None:
        return _time(hour, minute)
    return _time(hour % 12 + (12 if half[0] == "p" else 0), minute) if 1 <= hour <= 12 else None


def parse_date(text: str, today: date, locales: tuple[str, ...], recent_days: int = RECENT_DAYS) -> date | None:
    """A date from "2026-03-12", "12.3.2026", "12/3", "Thu 12 Mar", "March 12, 2026", "tomorrow" and the like.

    The day comes before the month: "3/4" is 3 April, and "3/13" is not read. Without a year: such a day of the
    last `recent_days`, otherwise the next one from `today` on; 29 February is none where that February has 28 days. A
    year of two digits is of this century. A weekday before it has to be that day's. `locales`: of the languages whose
    names are read, the reader's own first: what a name means there counts, and one on which the others contradict one
    another is not read.
    """
    said = _said(text)
    near = _NEAR_DAYS.get(said.replace("-", " "))
    if near is not None:
        return today + timedelta(days=near)
    day = _read_day(said, today, locales, recent_days)
    if day is None and (match := _WEEKDAY.fullmatch(said)):
        day = _read_day(match["rest"], today, locales, recent_days)
        return day if day is not None and day.weekday() in _weekdays(locales).get(match["name"], ()) else None
    return day


@dataclass(frozen=True)
class _Meant:
    """A day of a month, whether there is such a day or not. `year` None: it was not said."""

    year: int | None
    month: int
    day: int

    def month_from(self, earliest: date) -> date | None:
        """The last day of the month that is meant: without a year, of the first in which the day is not over by then.

        None for a month that there is not.
        """
        if not (1 <= self.month <= 12 and self.day >= 1):
            return None
        if self.year is not None:
            return _last_day(self.year, self.month) if self.year >= 1 else None
        last = _last_day(earliest.year, self.month)
        is_over = last.replace(day=min(self.day, last.day)) < earliest
        return _last_day(earliest.year + is_over, self.month)


def _said(text: str) -> str:
    return re.sub(r"\s+", " ", plain(text).replace("'", ""))


def _read_day(said: str, today: date, locales: tuple[str, ...], recent_days: int) -> date | None:
    meant = _meant(said, locales)
    month = meant.month_from(today - timedelta(days=recent_days)) if meant is not None else None
    if meant is None or month is None or meant.day > month.day:
        return None
    return month.replace(day=meant.day)


def _meant(said: str, locales: tuple[str, ...]) -> _Meant | None:
    for pattern in (_ISO, _DAY_FIRST, _DAY_NAME, _NAME_DAY):
        match = pattern.fullmatch(said)
        if match is None:
            continue
        parts = match.groupdict()
        month = _months(locales).get(parts["name"]) if "name" in parts else int(parts["month"])
        if month is None:
            return None
        year = None if parts["year"] is None else int(parts["year"]) + (2000 if len(parts["year"]) == 2 else 0)
        return _Meant(year, month, int(parts["day"]))
    return None


def day_said(text: str, today: date, locales: tuple[str, ...], recent_days: int = RECENT_DAYS) -> date:
    """The date, as `parse_date` reads it. Refusal for what is none, or for a day that its month does not have."""
    day = parse_date(text, today, locales, recent_days)
    if day is not None:
        return day
    last = last_of_its_month(text, today, locales, recent_days)
    if last is not None:
        raise Refusal("form.no_such_day", typed=text.strip(), last=last)
    raise Refusal("form.date_unknown", typed=text.strip(), year=today.year)


def last_of_its_month(text: str, today: date, locales: tuple[str, ...], recent_days: int = RECENT_DAYS) -> date | None:
    """28 February for "31 Feb", or for "29 Feb" where that is in no leap year. None for any other text."""
    said = _said(text)
    weekday = _WEEKDAY.fullmatch(said)
    meant = _meant(said, locales) or (_meant(weekday["rest"], locales) if weekday else None)
    if meant is None:
        return None
    month = meant.month_from(today - timedelta(days=recent_days))
    return month if month is not None and meant.day > month.day else None


@lru_cache
def _months(locales: tuple[str, ...]) -> Mapping[str, int]:
    own, *others = (_months_of(locale) for locale in locales)
    meant: defaultdict[str, set[int]] = defaultdict(set)
    for months in (*others, _MORE_MONTHS):
        for name, month in months.items():
            meant[name].add(month)
    return {**{name: month for name, (month, *more) in meant.items() if not more}, **own}


def _months_of(locale: str) -> dict[str, int]:
    """By name, by short form, and by whatever beginning of a name is no other's."""
    beginnings: defaultdict[str, set[int]] = defaultdict(set)
    names: dict[str, int] = {}
    for context, width in product(_CONTEXTS, _WIDTHS):
        for month, name in get_month_names(width, context, locale).items():
            for spelt in _spelt(name):
                names[spelt] = month
                for length in range(SHORTEST_MONTH, len(spelt)):
                    beginnings[spelt[:length]].add(month)
    return {**{name: month for name, (month, *more) in beginnings.items() if not more}, **names}


@lru_cache
def _weekdays(locales: tuple[str, ...]) -> Mapping[str, set[int]]:
    """Monday is 0. "Di" is Sunday in French and Tuesday in German: the date tells which is meant."""
    meant: defaultdict[str, set[int]] = defaultdict(set)
    for locale in locales:
        for context, width in product(_CONTEXTS, _WEEKDAY_WIDTHS):
            for weekday, name in get_day_names(width, context, locale).items():
                for spelt in _spelt(name):
                    meant[spelt].add(weekday)
    return dict(meant)


def _spelt(name: str) -> Iterator[str]:
    yield plain(name).rstrip(".")
    yield plain(name.lower().translate(_UMLAUTS)).rstrip(".")


def parse_zone(text: str) -> str | None:
    """An IANA zone from its name in any case ("europe/zurich"), a city ("New York"), or a country that has one clock.

    "EST" and "MST" are not taken: the tz database reads them as having no summer time. `zone_suggestions` offers
    the cities instead.
    """
    said = place(text)
    if said in TREACHEROUS:
        return None
    # A country first: the tz database's own names for a few of them are old ones.
    in_country = zones_by_country().get(said, ())
    return in_country[0] if len(in_country) == 1 else (zones_by_name().get(said) or zones_by_city().get(said))


def zone_suggestions(text: str, limit: int) -> tuple[str, ...]:
    """At most `limit` IANA zones that `text` may mean: a country's, then beginnings of cities, then misspellings."""
    said = place(text[:60])
    if said in TREACHEROUS:
        return TREACHEROUS[said][:limit]
    countries = zones_by_country()
    known = {**countries, **{city: (zone,) for city, zone in zones_by_city().items()}}
    meant = [*countries.get(said, ()), *known.get(said, ())]
    for name in sorted(known):
        meant += known[name] if _begins(name, said) else ()
    if not meant and len(said) >= SHORTEST_MISSPELT:
        for name in get_close_matches(said, known, n=max(limit, 1), cutoff=MISSPELT):
            meant += known[name]
    return tuple(dict.fromkeys(meant))[:limit]


def _begins(name: str, said: str) -> bool:
    """Whole words of the name, or half of it at least: with less of it, it would be a guess."""
    return name.startswith(f"{said} ") or (name.startswith(said) and 2 * len(said) >= len(name))


def parse_number(text: str) -> float | None:
    """A number as people write it, with a point or a comma: `0.8`, `0,8`, `62`."""
    said = text.strip()
    return float(said.replace(",", ".")) if _NUMBER.fullmatch(said) else None


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def _last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])
