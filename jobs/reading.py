"""What people type, read as a time, a date or a time zone. None for what cannot be read: never a guess.

English, French and German words are read whatever the language of the dialogue: they do not contradict one
another.
"""

import re
import unicodedata
from datetime import date, time, timedelta
from difflib import get_close_matches
from functools import lru_cache
from zoneinfo import available_timezones

# A day and month without a year is in the recent past up to here, otherwise in the future.
RECENT_DAYS = 60

_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s*[:.h]\s*(?P<minute>\d{2})|\s*(?:h|heures?|o'?clock))?"
    r"\s*(?P<half>[ap]\.?m\.?)?(?:\s*uhr)?"
)
_FOUR_DIGITS = re.compile(r"(\d{2})(\d{2})")

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier janv januar janner",
            "feb february fevrier fevr fev februar",
            "mar march mars marz maerz mrz",
            "apr april avril avr",
            "may mai",
            "jun june juin juni",
            "jul july juillet juil juli",
            "aug august aout",
            "sep sept september septembre",
            "oct october octobre oktober okt",
            "nov november novembre",
            "dec december decembre dezember dez",
        ),
        start=1,
    )
    for name in names.split()
}
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
_ISO = re.compile(r"(?P<year>\d{4})([-/.])(?P<month>\d{1,2})\2(?P<day>\d{1,2})")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})\s*([-/.])\s*(?P<month>\d{1,2})(?:\s*\2\s*(?P<year>\d{4}|\d{2}))?\.?")
_DAY_NAME = re.compile(
    r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|\.)?\s*(?:of\s+)?(?P<name>[a-z]+)\.?,?\s*(?P<year>\d{4}|\d{2})?"
)
_NAME_DAY = re.compile(r"(?P<name>[a-z]+)\.?\s*(?P<day>\d{1,2})(?:st|nd|rd|th)?(?:,?\s+(?P<year>\d{4}))?")

_AREAS = frozenset(
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]
)
# Fixed offsets all year in the tz database, whereas people who type them mostly live with summer time.
_TREACHEROUS = {
    "est": ("America/New_York", "America/Toronto"),
    "mst": ("America/Denver", "America/Phoenix"),
}
# Large cities and their names in the three languages, where the tz database has another name or none.
_OTHER_NAMES = {
    "Europe/Zurich": "geneva geneve genf bern berne basel bale lausanne luzern lucerne switzerland schweiz suisse",
    "Europe/Berlin": "munich munchen muenchen hamburg frankfurt koln koeln cologne dusseldorf stuttgart leipzig"
    " germany deutschland allemagne",
    "Europe/Paris": "lyon marseille toulouse lille bordeaux strasbourg nice nantes france frankreich",
    "Europe/Vienna": "wien vienne graz salzburg linz innsbruck austria osterreich autriche",
    "Europe/Brussels": "bruxelles brussel antwerp antwerpen gent belgium belgien belgique",
    "Europe/London": "londres manchester birmingham edinburgh glasgow leeds liverpool cardiff bristol uk england",
    "Europe/Rome": "rom roma milan milano mailand turin torino naples neapel italy italien italie",
    "Europe/Lisbon": "lissabon lisbonne porto",
    "Europe/Copenhagen": "kopenhagen copenhague",
    "Europe/Warsaw": "warschau varsovie krakow krakau",
    "Europe/Prague": "prag",
    "Europe/Athens": "athen athenes",
    "Europe/Luxembourg": "luxemburg",
    "America/New_York": "boston washington philadelphia atlanta miami",
    "America/Chicago": "houston dallas minneapolis",
    "America/Los_Angeles": "seattle portland",
    "America/Toronto": "ottawa montreal quebec",
}


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


def parse_date(text: str, today: date) -> date | None:
    """A date from "2026-03-12", "12.3.2026", "12/3", "12 Mar", "March 12, 2026", "tomorrow" and the like.

    The day comes before the month: "3/4" is 3 April, and "3/13" is not read. Without a year: such a day of the
    last 60 days, otherwise the next one from `today` on. A year of two digits is of this century.
    """
    said = re.sub(r"\s+", " ", _plain(text).replace("'", ""))
    near = _NEAR_DAYS.get(said.replace("-", " "))
    if near is not None:
        return today + timedelta(days=near)
    for pattern in (_ISO, _DAY_FIRST, _DAY_NAME, _NAME_DAY):
        match = pattern.fullmatch(said)
        if match is None:
            continue
        parts = match.groupdict()
        month = _MONTHS.get(parts["name"]) if "name" in parts else int(parts["month"])
        if month is None:
            return None
        if parts["year"] is None:
            return _nearest(int(parts["day"]), month, today)
        century = 2000 if len(parts["year"]) == 2 else 0
        return _date(century + int(parts["year"]), month, int(parts["day"]))
    return None


def parse_zone(text: str) -> str | None:
    """An IANA zone from its name in any case ("europe/zurich") or from a city ("zurich", "New York").

    "EST" and "MST" are not taken: the tz database reads them as having no summer time. `zone_suggestions` offers
    the cities instead.
    """
    said = _zone_key(text)
    return None if said in _TREACHEROUS else (_zones_by_name().get(said) or _zones_by_city().get(said))


def zone_suggestions(text: str, limit: int) -> tuple[str, ...]:
    """At most `limit` IANA zones that `text` may mean: beginnings first, then parts, then misspellings."""
    said = _zone_key(text[:60])
    if said in _TREACHEROUS or not said:
        return _TREACHEROUS.get(said, ())[:limit]
    cities = _zones_by_city()
    close = get_close_matches(said, cities, n=max(limit, 1), cutoff=0.72)
    found = [
        *([cities[said]] if said in cities else ()),
        *(cities[city] for city in sorted(cities) if city.startswith(said)),
        *(cities[city] for city in sorted(cities) if f" {said}" in city),
        *(zone for name, zone in sorted(_zones_by_name().items()) if said in name and _is_a_place(zone)),
        *(cities[city] for city in close),
    ]
    return tuple(dict.fromkeys(found))[:limit]


@lru_cache(maxsize=1)
def _zones_by_name() -> dict[str, str]:
    no_place = {"Factory", "localtime"}
    return {_zone_key(zone): zone for zone in sorted(available_timezones() - no_place)}


@lru_cache(maxsize=1)
def _zones_by_city() -> dict[str, str]:
    """City -> zone. Where two names hold the same city, they are the same zone, and the shorter name is kept."""
    places = filter(_is_a_place, available_timezones())
    zones = sorted(places, key=lambda zone: (len(zone), zone), reverse=True)
    cities = {_zone_key(zone.rsplit("/", 1)[1]): zone for zone in zones}
    for zone, names in _OTHER_NAMES.items():
        cities.update(dict.fromkeys(names.split(), zone))
    return cities


def _is_a_place(zone: str) -> bool:
    return zone.split("/", maxsplit=1)[0] in _AREAS


def _zone_key(text: str) -> str:
    return " ".join(_plain(text).replace("_", " ").split())


def _plain(text: str) -> str:
    """Lower case and without accents, so that Zürich, ZURICH and zurich are one."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower().replace("ß", "ss").replace("’", "'"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def _time(hour: int, minute: int) -> time | None:
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _nearest(day: int, month: int, today: date) -> date | None:
    # Nine years hold a 29 February even around 2100.
    years = range(today.year - 1, today.year + 9)
    found = [found for year in years if (found := _date(year, month, day)) is not None]
    return next((each for each in found if each >= today - timedelta(days=RECENT_DAYS)), None)
