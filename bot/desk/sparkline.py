"""Eight weeks of a patient in half a kilobyte of SVG: a table of two hundred must stay small. Pure.

One unit is a day across and a point upwards; 10 is at the top. Colours and widths are `static/sparkline.css`.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import escape
from itertools import groupby, pairwise

from bot.texts import Html, Texts, plain
from jobs.desk.caseload import DAYS, LEADING, Row

HIGHEST = 10
# Below the lowest number.
NOT_ASKED = HIGHEST + 1
# Room for half the width of a line on each side.
VIEW = f"-1 -1 {DAYS + 1} {HIGHEST + 3}"


def without_numbers(row: Row) -> Row:
    """For whoever does not read answers: that there is one, and not which."""
    return replace(row, days=tuple(None if value is None else float(HIGHEST) / 2 for value in row.days))


def sparkline(row: Row, texts: Texts, *, with_numbers: bool = True) -> str:
    """The symptom as a line that is broken where there is no number; upright lines on the days of infusions.

    Days on which nobody was asked are underlined: such a gap is nobody's.
    """
    row = row if with_numbers else without_numbers(row)
    drawn = [
        _path("c", _upright(row.course_days)),
        _path("p", _upright(row.planned_days)),
        _path("n", "".join(_underlined(row.not_asked))),
        _path("", "".join(_line(stretch) for stretch in _stretches(row.days))),
    ]
    said = escape(plain(label(row, texts, with_numbers=with_numbers)))
    return f'<svg class="spark" viewBox="{VIEW}" role="img" aria-label="{said}">{"".join(drawn)}</svg>'


def label(row: Row, texts: Texts, *, with_numbers: bool = True) -> Html:
    """The same in words."""
    values = [value for value in row.days if value is not None]
    item = texts(f"item.{LEADING}")
    if not with_numbers:
        said = texts.plural("desk.spark.answered", len(values))
    elif values:
        said = texts.plural(
            "desk.spark.numbers",
            len(values),
            item=item,
            low=f"{min(values):g}",
            high=f"{max(values):g}",
            latest=f"{values[-1]:g}",
        )
    else:
        said = texts("desk.spark.none", item=item)
    if row.course_days:
        said = texts("desk.spark.given", numbers=said, days=_days_ago(row.course_days))
    if row.planned_days:
        said = texts("desk.spark.planned", numbers=said, days=_days_ago(row.planned_days))
    return said


def _days_ago(days: Sequence[int]) -> str:
    """Of the first day of each course."""
    return ", ".join(str(DAYS - 1 - first) for first, _ in _runs(days))


def _path(kind: str, data: str) -> str:
    if not data:
        return ""
    return f'<path class="{kind}" d="{data}"/>' if kind else f'<path d="{data}"/>'


def _upright(days: Iterable[int]) -> str:
    return "".join(f"M{day}-1v{HIGHEST + 2}" for day in days)


def _underlined(days: Iterable[int]) -> Iterator[str]:
    for first, last in _runs(sorted(days)):
        yield f"M{first} {NOT_ASKED}h{last - first}"


def _runs(days: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of days in a row."""
    for _, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0]):
        numbers = [day for _, day in run]
        yield numbers[0], numbers[-1]


def _stretches(days: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Days in a row with a number: (day, value)."""
    known = [(day, value) for day, value in enumerate(days) if value is not None]
    for _, stretch in groupby(enumerate(known), lambda pair: pair[1][0] - pair[0]):
        yield [point for _, point in stretch]


def _line(stretch: Sequence[tuple[int, float]]) -> str:
    """Steps are relative, and a level stretch is one of them, which is shorter.

    A day by itself is a line of no length: round ends make it a dot.
    """
    drawn, command = [f"M{stretch[0][0]} {HIGHEST - stretch[0][1]:g}"], "M"
    if len(stretch) == 1:
        return f"{drawn[0]}h0"
    for down, level in groupby(earlier[1] - later[1] for earlier, later in pairwise(stretch)):
        days = len([*level])
        if down == 0:
            drawn.append(f"h{days}")
            command = "h"
            continue
        step = f"1{down:g}" if down < 0 else f"1 {down:g}"
        drawn.append((" " if command == "l" else "l") + " ".join([step] * days))
        command = "l"
    return "".join(drawn)
