"""Tables of numbers, for print."""

from dataclasses import replace

from jobs.chart import style
from jobs.chart.answer import Table
from jobs.chart.sheet import Sheet, first_fitting, text_width

_LINE = 25
_SIZES = (style.PRINTED, style.PRINTED - 2, style.PRINTED - 4, style.PRINTED - 6)


def draw_tables(
    sheet: Sheet, tables: tuple[Table, ...], left: float, top: float, width: float, bottom: float
) -> tuple[tuple[Table, ...], float]:
    """One below the other, as many rows as there is room for; returns what is left over, and where they end."""
    y = top
    for position, table in enumerate(tables):
        room = int((bottom - y - 3 * _LINE) // _LINE)
        if room < 1:
            return tables[position:], y
        y = _draw_table(sheet, replace(table, rows=table.rows[:room]), left, y, width) + 20
        if len(table.rows) > room:
            return (replace(table, rows=table.rows[room:]), *tables[position + 1 :]), y
    return (), y


def _draw_table(sheet: Sheet, table: Table, left: float, top: float, width: float) -> float:
    title, size = first_fitting((table.title,), (style.SMALLEST, *_SIZES), width, bold=True)
    sheet.text(left, top + _LINE, title, size, style.INK, bold=True)
    size = next((size for size in _SIZES if sum(_widths(table, size)) <= width), _SIZES[-1])
    widths = _widths(table, size)
    # Spread over the width, but not so far that a row is no longer read as one.
    spare = min(max(width - sum(widths), 0) / len(widths), 24)
    y = top + 2 * _LINE
    for number, row in enumerate((table.header, *table.rows)):
        x = left
        for column, words in enumerate(row):
            colour = style.QUIET if number == 0 else style.INK
            fitted, at = first_fitting((words,), (size,), widths[column] + spare)
            sheet.text(x, y, fitted, at, colour)
            x += widths[column] + spare
        if number == 0:
            sheet.lines([[(left, y + 7), (left + width, y + 7)]], style.GRID, 2)
        y += _LINE
    return y - _LINE + 6


def _widths(table: Table, size: int) -> list[float]:
    return [
        max(text_width(words, size) for words in column) + 9 for column in zip(table.header, *table.rows, strict=True)
    ]
