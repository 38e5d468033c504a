"""What people call time zones: the tz database's names, cities and countries, from data that comes with packages."""

import unicodedata
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale

_AREAS = frozenset(
    ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"]
)
# Fixed offsets all year in the tz database, whereas people who type them mostly live with summer time.
TREACHEROUS = {
    "est": ("America/New_York", "America/Toronto"),
    "mst": ("America/Denver", "America/Phoenix"),
}
# Large cities and their names in the three languages, where the tz database has another name or none. Of a country's
# zones with the same clock, one that is named here stands for them all.
_CITIES = {
    "Europe/Zurich": "geneva, geneve, genf, bern, berne, basel, bale, lausanne, luzern, lucerne",
    "Europe/Berlin": "munich, munchen, muenchen, hamburg, frankfurt, koln, koeln, cologne"
    ", dusseldorf, stuttgart, leipzig",
    "Europe/Paris": "lyon, marseille, toulouse, lille, bordeaux, strasbourg, nice, nantes",
    "Europe/Vienna": "wien, vienne, graz, salzburg, linz, innsbruck",
    "Europe/Brussels": "bruxelles, brussel, antwerp, antwerpen, gent",
    "Europe/London": "londres, manchester, birmingham, edinburgh, glasgow, leeds, liverpool, cardiff, bristol",
    "Europe/Rome": "rom, roma, milan, milano, mailand, turin, torino, naples",
    "Europe/Lisbon": "lissabon, lisbonne, porto",
    "Europe/Copenhagen": "kopenhagen, copenhague",
    "Europe/Warsaw": "warschau, varsovie, krakow, krakau",
    "Europe/Prague": "prag",
    "Europe/Athens": "athen, athenes",
    "Europe/Moscow": "moskau, moscou",
    "America/New_York": "boston, atlanta, miami, washington, philadelphia",
    "America/Chicago": "houston, dallas, minneapolis",
    "America/Denver": "colorado, utah",
    "America/Los_Angeles": "california, san francisco, san diego, seattle, portland",
    "America/Toronto": "ottawa, montreal, quebec",
    "America/Sao_Paulo": "rio de janeiro, brasilia",
    "Asia/Kolkata": "new delhi, delhi, mumbai, bombay, bangalore, bengaluru, chennai, hyderabad",
    "Asia/Shanghai": "beijing, peking, pekin",
    "Asia/Tokyo": "osaka, kyoto",
    "Africa/Johannesburg": "cape town, pretoria, durban",
    "Australia/Sydney": "canberra",
    "Pacific/Auckland": "wellington",
}
# What people say beside the names that a country has in CLDR.
_COUNTRIES = {"GB": "uk, britain, england, scotland, wales", "US": "usa", "NL": "holland", "TR": "turkey"}
_COUNTRY_LANGUAGES = ("en", "fr", "de")
# Two days that tell summer time from none: zones that agree on both are one clock to whoever looks for theirs.
_WINTER, _SUMMER = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)


def plain(text: str) -> str:
    """Lower case and without accents, so that Zürich, ZURICH and zurich are one."""
    decomposed = unicodedata.normalize("NFKD", text.strip().lower().replace("ß", "ss").replace("’", "'"))
    return "".join(sign for sign in decomposed if not unicodedata.combining(sign))


def place(text: str) -> str:
    """A place as the tables below spell it."""
    return " ".join(plain(text).replace("_", " ").split())


@lru_cache(maxsize=1)
def zones_by_name() -> dict[str, str]:
    no_place = {"Factory", "localtime"}
    return {place(zone): zone for zone in sorted(available_timezones() - no_place)}


@lru_cache(maxsize=1)
def zones_by_city() -> dict[str, str]:
    """City -> zone. Where two names hold the same city, they are the same zone, and the shorter name is kept."""
    places = (zone for zone in available_timezones() if zone.split("/", maxsplit=1)[0] in _AREAS)
    zones = sorted(places, key=lambda zone: (len(zone), zone), reverse=True)
    cities = {place(zone.rsplit("/", 1)[1]): zone for zone in zones}
    for zone, names in _CITIES.items():
        cities.update(dict.fromkeys(names.split(", "), zone))
    return cities


@lru_cache(maxsize=1)
def zones_by_country() -> dict[str, tuple[str, ...]]:
    """Country, by its name in any of the languages -> its zones, one for each clock there, the best known first."""
    named: dict[str, tuple[str, ...]] = {}
    for code, zones in _zones_of_countries().items():
        territories = [Locale(language).territories.get(code) for language in _COUNTRY_LANGUAGES]
        also = _COUNTRIES[code].split(", ") if code in _COUNTRIES else []
        for name in (*territories, *also):
            if name is not None:
                named[place(name)] = _a_zone_for_each_clock(zones)
    return named


def _zones_of_countries() -> dict[str, list[str]]:
    """ISO code -> zones, from the tz database's own table."""
    known, found = available_timezones(), dict[str, list[str]]()
    for line in files("tzdata.zoneinfo").joinpath("zone.tab").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            code, _, zone = line.split("\t")[:3]
            found.setdefault(code, []).extend([zone] if zone in known else [])
    return found


def _a_zone_for_each_clock(zones: list[str]) -> tuple[str, ...]:
    # Sorting is stable: the table's order stays among those that are named above, and among the others.
    ordered = sorted(zones, key=lambda zone: zone not in _CITIES)
    clocks: dict[tuple[timedelta | None, ...], str] = {}
    for zone in ordered:
        clocks.setdefault(tuple(day.astimezone(ZoneInfo(zone)).utcoffset() for day in (_WINTER, _SUMMER)), zone)
    return tuple(clocks.values())
