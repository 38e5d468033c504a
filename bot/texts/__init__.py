"""Every text that a person reads, by key and language, from gettext catalogues.

A catalogue is `<language>/infusion_diary.po` beside this file. A new language is a new folder: no code.
"""

import gettext
import html
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache, lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_day_names
from babel.lists import format_list
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

FOLDER = Path(__file__).parent
DOMAIN = "infusion_diary.po"
FALLBACK = "en"
# A dose is taken with no more than these, so that none is shown otherwise than it is stored.
DECIMALS_SHOWN = 3


@cache
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue."""
    return tuple(sorted(folder.parent.name for folder in FOLDER.glob(f"*/{DOMAIN}")))


def locales(first: str) -> tuple[str, ...]:
    """Babel's names of the languages spoken here, that of the language `first` before the others."""
    own = nearest_language(first)
    return tuple(texts_in(language).locale for language in (own, *(each for each in languages() if each != own)))


def nearest_language(tag: str | None) -> str:
    """The language spoken here for a tag such as `de-CH`; English for one that is not."""
    language = (tag or "").split("-")[0].lower()
    return language if language in languages() else FALLBACK


def catalogue(language: str) -> Catalog:
    with (FOLDER / language / DOMAIN).open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


@cache
def _translations(language: str) -> gettext.GNUTranslations:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(language))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


class Html(str):
    """Text in Telegram's HTML, escaped where it has to be."""

    __slots__ = ()


def plain(text: Html) -> str:
    """The same without markup, for where Telegram takes none: buttons, toasts, commands, pictures."""
    return html.unescape(re.sub(r"</?[a-z]+>", "", text))


class MissingTextError(KeyError):
    """No catalogue has this key."""


class Texts:
    """The texts in one language. `texts("key", name=value)` gives Telegram's HTML; values are escaped."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._translations = _translations(language)

    def __call__(self, key: str, /, **values: object) -> Html:
        """MissingTextError for an unknown key."""
        return self._fill(self._found(key, self._translations.gettext(key)), values)

    def plural(self, key: str, count: int, /, **values: object) -> Html:
        """The form of `key` for `count`, which fills `{count}`."""
        found = self._found(key, self._translations.ngettext(key, key, count))
        return self._fill(found, {"count": count, **values})

    def unfilled(self, prefix: str) -> dict[str, str]:
        """Every text whose key begins with `prefix`, with its placeholders."""
        keys = (message.id for message in catalogue(self.language) if isinstance(message.id, str))
        return {key: self._translations.gettext(key) for key in keys if key.startswith(prefix)}

    def _found(self, key: str, text: str) -> str:
        if text == key:
            raise MissingTextError(key)
        return text

    def _fill(self, text: str, values: Mapping[str, object]) -> Html:
        return Html(text.format(**{name: self.show(value) for name, value in values.items()}))

    def show(self, value: object) -> str:
        """A value as this language writes it. Text is escaped, unless it is Html already."""
        if isinstance(value, Html):
            return str(value)
        if isinstance(value, datetime):
            raise TypeError("show a local date or time, not an instant")
        if isinstance(value, date):
            return self.day(value)
        if isinstance(value, time):
            return self.time(value)
        if isinstance(value, float):
            return format_decimal(value, format=f"#,##0.{'#' * DECIMALS_SHOWN}", locale=self.language)
        return html.escape(str(value), quote=False)

    def day(self, day: date) -> str:
        """`Mon 16 Aug 1999`, as this language writes it; some write the first of a month in a way of its own."""
        key = "date.pattern_first" if day.day == 1 else "date.pattern"
        pattern = self._found(key, self._translations.gettext(key))
        return _written(day, pattern, self.locale)

    def time(self, at: time) -> str:
        return str(format_time(at, format="HH:mm", locale=self.locale))

    def month(self, day: date) -> str:
        return str(format_date(day, format="LLLL y", locale=self.locale))

    def short_month(self, day: date) -> str:
        return str(format_date(day, format="LLL", locale=self.locale))

    def short_weekday(self, day: date) -> str:
        return str(format_date(day, format="EEEEEE", locale=self.locale))

    def weekday(self, number: int) -> str:
        """`Monday` for 0."""
        return str(get_day_names(locale=self.locale)[number])

    def listed(self, words: Sequence[str]) -> str:
        """`Saturday and Sunday`."""
        return str(format_list(words, locale=self.locale))

    def instant(self, instant: datetime, zone: str) -> str:
        """Day and time of an instant in a zone."""
        local = instant.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())}, {self.time(local.time())}"

    @property
    def locale(self) -> str:
        """For Babel."""
        # American order and month names would mislead everyone else who reads English.
        return "en_GB" if self.language == "en" else self.language


# A page of two hundred patients says the same few days hundreds of times.
@lru_cache(10_000)
def _written(day: date, pattern: str, locale: str) -> str:
    return str(format_date(day, format=pattern, locale=locale))


@cache
def texts_in(language: str) -> Texts:
    return Texts(nearest_language(language))
