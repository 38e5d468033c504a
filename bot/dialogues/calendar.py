"""A month of days as buttons, pure."""

import calendar
import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.texts import Html, Texts

NOTHING = "-"
# Telegram refuses a button whose text is only a space. What the signs mean stands above, in words (`legend`).
BLANK = "–"
MARK, FULL = "*", "!"
SIGNS = MARK + FULL


@dataclass(frozen=True)
class Day:
    """A cell: a day as ISO date, a month to turn to as `2026-03`, or nothing."""

    label: str
    value: str


@dataclass(frozen=True)
class Days:
    """The days that can be chosen, the one whose month is shown first, and those with something on them already.

    `full`: those from one day to another, both included, for which the clinic has no place left; asked month by month.
    """

    first: date
    shown: date
    last: date | None = None
    marked: frozenset[date] = frozenset()
    full: Callable[[date, date], Collection[date]] = lambda _first, _last: ()


def is_month(value: str) -> bool:
    # Not the very first and last years: their months have no neighbours to turn to.
    return re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])", value) is not None


def month_of_days(days: Days, month: str | None, texts: Texts) -> list[list[Day]]:
    """Rows: the month with its neighbours, the weekdays, and the weeks. Days that cannot be chosen are blank.

    `month`: the page turned to, as `2026-03`; without one, that of `days.shown`.
    """
    first, last = days.first, days.last
    shown = date.fromisoformat(f"{month}-01") if month and is_month(month) else days.shown.replace(day=1)
    earlier, later = shown - timedelta(days=1), (shown + timedelta(days=32)).replace(day=1)
    turn_back, turn_on = Day(BLANK, NOTHING), Day(BLANK, NOTHING)
    if earlier >= first:
        turn_back = Day(f"‹ {texts.short_month(earlier)}", f"{earlier:%Y-%m}")
    if last is None or later <= last:
        turn_on = Day(f"{texts.short_month(later)} ›", f"{later:%Y-%m}")
    header = [turn_back, Day(texts.month(shown), NOTHING), turn_on]
    monday = date(2024, 1, 1)
    names = [Day(texts.short_weekday(monday + timedelta(days=k)), NOTHING) for k in range(7)]
    dates = calendar.Calendar().monthdatescalendar(shown.year, shown.month)
    full = days.full(shown, later - timedelta(days=1))
    weeks = [[_cell(day, shown, days, full) for day in week] for week in dates]
    return [header, names, *(week for week in weeks if any(day.value != NOTHING for day in week))]


def legend(rows: list[list[Day]], texts: Texts) -> Html:
    """What the signs on this page mean; to be read, and to be heard by whoever has the screen read out."""
    labels = [cell.label for row in rows for cell in row]
    signs = {MARK: "calendar.marked", FULL: "calendar.full", BLANK: "calendar.blank"}
    return Html("\n".join(texts(key, sign=sign) for sign, key in signs.items() if _is_on(sign, labels)))


def _is_on(sign: str, labels: Sequence[str]) -> bool:
    return any(sign in label for label in labels)


def _cell(day: date, shown: date, days: Days, full: Collection[date]) -> Day:
    if day.month != shown.month or day < days.first or (days.last is not None and day > days.last):
        return Day(BLANK, NOTHING)
    signs = f"{MARK if day in days.marked else ''}{FULL if day in full else ''}"
    return Day(f"{day.day}{signs}", day.isoformat())
