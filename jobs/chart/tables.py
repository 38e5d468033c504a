"""Tables of numbers, for print. What is wider than its column is wrapped, at last broken in blocks: nothing is lost.

Each block begins with the columns that say what a row is about.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from jobs.chart import style
from jobs.chart.answer import Table
from jobs.chart.fitting import wrapped
from jobs.chart.sheet import Sheet, text_width

# As large as leaves every cell in one line; the last one in any case.
_SIZES = (style.PRINTED + 2, style.PRINTED)
_LEADING = 5
_BETWEEN = 20
_BETWEEN_ROWS = 5
_GAP = 11
# In pixels, as far as there is less: a column may become this narrow for its neighbours' sake.
_LONGEST_WORD = 150
_FIRST_COLUMN = 200


@dataclass(frozen=True)
class _Laid:
    """A table in its columns: the lines of its title, and by row and column the lines of each cell."""

    size: int
    title: list[str]
    widths: tuple[float, ...]
    cells: tuple[tuple[list[str], ...], ...]

    @property
    def line(self) -> int:
        return self.size + _LEADING

    def lines(self, row: int) -> int:
        return max(len(lines) for lines in self.cells[row])

    def height(self, row: int) -> int:
        """Rows of several lines stand a little apart."""
        return self.line * self.lines(row) + (_BETWEEN_ROWS if self.wrapped else 0)

    @property
    def rows(self) -> int:
        return len(self.cells) - 1

    @property
    def wrapped(self) -> bool:
        return any(self.lines(row) > 1 for row in range(len(self.cells)))


def draw_tables(
    sheet: Sheet, tables: tuple[Table, ...], left: float, top: float, width: float, bottom: float, last_resort: bool
) -> tuple[tuple[Table, ...], float]:
    """One below the other, as many rows as there is room for; returns what is left over, and where they end.

    Without `last_resort`, a table that would have to be both wrapped and cut off waits for a wider column.
    """
    y, waiting = top, list(tables)
    while waiting:
        block, *others = _blocks(waiting[0], width)
        laid = _laid_out(block, width)
        rows = _rows_that_fit(laid, bottom - y)
        cut = rows < laid.rows
        if not rows or (cut and laid.wrapped and not last_resort):
            break
        y = _draw_table(sheet, laid, rows, left, y, width) + _BETWEEN
        waiting[:1] = [*([replace(block, rows=block.rows[rows:])] if cut else []), *others]
        if cut:
            break
    return tuple(waiting), y


def _blocks(table: Table, width: float) -> list[Table]:
    """The table in as few blocks of columns as keep their words whole, the blocks alike in size."""
    least = _least_widths(table)
    if sum(least) <= width:
        return [table]
    keys, others = table.keys, len(least) - table.keys
    room = max(int((width - sum(least[:keys])) / max(least[keys:])), 1)
    each = ceil(others / ceil(others / room))
    return [
        replace(
            table,
            header=(*table.header[:keys], *table.header[start : start + each]),
            rows=tuple((*row[:keys], *row[start : start + each]) for row in table.rows),
        )
        for start in range(keys, len(least), each)
    ]


def _columns(table: Table) -> list[tuple[str, ...]]:
    return list(zip(table.header, *table.rows, strict=True))


def _natural_widths(table: Table, size: int) -> list[float]:
    return [max(text_width(words, size) for words in column) + _GAP for column in _columns(table)]


def _least_widths(table: Table) -> list[float]:
    """What the words themselves take, at the smallest size."""
    words = [[word for cell in column for word in cell.split()] for column in _columns(table)]
    widest = [max((text_width(word, style.PRINTED) for word in column), default=0.0) for column in words]
    first, *others = (min(width, _LONGEST_WORD) + _GAP for width in widest)
    return [max(first, min(_natural_widths(table, style.PRINTED)[0], _FIRST_COLUMN)), *others]


def _laid_out(table: Table, width: float) -> _Laid:
    size = next((size for size in _SIZES if sum(_natural_widths(table, size)) <= width), _SIZES[-1])
    natural, least = _natural_widths(table, size), _least_widths(table)
    # The widest give way first: to the same width, but no further than their words.
    cap = next((cap for cap in range(ceil(max(natural)), 0, -1) if sum(_capped(natural, least, cap)) <= width), 0)
    widths = _capped(natural, least, cap)
    # Spread over the width, but not so far that a row is no longer read as one.
    spare = min(max(width - sum(widths), 0) / len(widths), 24)
    cells = [
        tuple(wrapped(words, size, room - _GAP) or [""] for words, room in zip(row, widths, strict=True))
        for row in (table.header, *table.rows)
    ]
    title = wrapped(table.title, size, width, bold=True)
    return _Laid(size, title, tuple(room + spare for room in widths), tuple(cells))


def _capped(natural: Sequence[float], least: Sequence[float], cap: float) -> list[float]:
    return [min(wide, max(narrow, cap)) for wide, narrow in zip(natural, least, strict=True)]


def _rows_that_fit(laid: _Laid, height: float) -> int:
    """How many rows fit below the title and the header."""
    free = height - laid.line * len(laid.title) - laid.height(0) - 8
    for row in range(1, len(laid.cells)):
        free -= laid.height(row)
        if free < 0:
            return row - 1
    return laid.rows


def _draw_table(sheet: Sheet, laid: _Laid, rows: int, left: float, top: float, width: float) -> float:
    y = top
    for line in laid.title:
        y += laid.line
        sheet.text(left, y, line, laid.size, style.INK, bold=True)
    for row in range(rows + 1):
        x = left
        for lines, room in zip(laid.cells[row], laid.widths, strict=True):
            for number, words in enumerate(lines, start=1):
                sheet.text(x, y + number * laid.line, words, laid.size, style.INK if row else style.QUIET)
            x += room
        y += laid.height(row)
        if row == 0:
            at = y + (3 if laid.wrapped else 7)
            sheet.lines([[(left, at), (left + width, at)]], style.GRID, 2)
    return y + 6
