"""One CSV file as rows of named cells, with every fault noted where it stands: file, line, column.

Faults are codes with what was found and what would be right; whoever shows them words them. One fault hides no other:
after a line that is no CSV the reading goes on with the next one.
"""

import csv
import math
import re
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Literal, TypeVar

FaultCode = Literal[
    "no_folder",
    "no_file",
    "not_readable",
    "not_utf8",
    "not_csv",
    "empty_file",
    "wrong_separator",
    "column_missing",
    "column_twice",
    "wrong_number_of_cells",
    "wrong_cells_in_line",
    "cell_empty",
    "not_empty",
    "not_a_date",
    "no_such_day",
    "not_a_moment",
    "not_a_number",
    "two_numbers",
    "not_an_instant",
    "not_a_time",
    "not_whole",
    "out_of_range",
    "too_long",
    "not_a_choice",
    "not_known",
    "ends_before_start",
    "date_twice",
    "twice",
    "overlap",
    "no_such_patient",
    "has_left",
    "in_future",
    "long_ago",
    "line_twice",
    "dose_overlaps",
    "too_many_lines",
]

Choice = TypeVar("Choice", bound=str)
Day = TypeVar("Day", date, datetime)

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII)
_TIME = re.compile(r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
FIRST_YEAR, LAST_YEAR = 1900, 2199
YEARS = f"{FIRST_YEAR}-01-01..{LAST_YEAR}-12-31"
# Of whatever is measured or taken; far above what can be, and still a number that every reader can show.
MOST_AMOUNT = 1e9
SEPARATOR = ","


@dataclass(frozen=True, order=True)
class Fault:
    """`line`: from 1, the header included; None where the whole file is meant, as `column`.

    `found`: as it stands in the file. `expected`: what would be right, in short: `>0`, `>=0`, `0..10`, `>0..5`, and of
    dates `<` as well; choices as `a|b`; an example as `~a`; else a form, column names or a number of cells as it is.
    """

    file: str
    line: int | None
    column: str | None
    code: FaultCode
    found: str
    expected: str


@dataclass
class Faults:
    """Collected, so that all of them are told at once."""

    found: list[Fault] = field(default_factory=list)

    def add(
        self, file: str, line: int | None, column: str | None, code: FaultCode, found: str = "", expected: str = ""
    ) -> None:
        self.found.append(Fault(file, line, column, code, found, expected))


@dataclass(frozen=True)
class Row:
    """One line. Each reading method notes a fault and gives None where the cell does not hold what it should."""

    file: str
    line: int
    cells: dict[str, str]
    faults: Faults

    def text(self, column: str) -> str:
        """Empty where the column is absent."""
        return self.cells.get(column, "")

    def fault(self, column: str, code: FaultCode, expected: str = "") -> None:
        self.faults.add(self.file, self.line, column, code, self.text(column), expected)

    def required(self, column: str, expected: str) -> bool:
        if not self.text(column):
            self.fault(column, "cell_empty", expected)
        return bool(self.text(column))

    def day(self, column: str) -> date | None:
        """None for an empty cell too, without a fault."""
        text = self.text(column)
        if not text:
            return None
        try:
            found = date.fromisoformat(text) if _DATE.fullmatch(text) else None
        except ValueError:
            found = None
        if found is None:
            self.fault(column, "not_a_date", "YYYY-MM-DD")
            return None
        return self._of_our_time(column, found)

    def _of_our_time(self, column: str, found: Day) -> Day | None:
        """None, and a fault, for years with which nobody could reckon."""
        if FIRST_YEAR <= found.year <= LAST_YEAR:
            return found
        self.fault(column, "out_of_range", YEARS)
        return None

    def moment(self, column: str) -> datetime | None:
        """A local time without a zone, as it is written. None for an empty cell too, without a fault."""
        text = self.text(column)
        if not text:
            return None
        try:
            found = datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else None
        except ValueError:
            found = None
        if found is None:
            self.fault(column, "not_a_moment", "YYYY-MM-DDTHH:MM")
            return None
        return self._of_our_time(column, found)

    def instant(self, column: str) -> datetime | None:
        """An instant with its offset, in UTC. None for an empty cell too, without a fault."""
        text = self.text(column)
        try:
            if _INSTANT.fullmatch(text):
                return self._of_our_time(column, datetime.fromisoformat(text).astimezone(UTC))
        except (ValueError, OverflowError):
            pass
        if text:
            self.fault(column, "not_an_instant", "YYYY-MM-DDTHH:MM:SS+00:00")
        return None

    def time(self, column: str) -> time | None:
        """None for an empty cell too, without a fault."""
        text = self.text(column)
        try:
            if _TIME.fullmatch(text):
                return time.fromisoformat(text)
        except ValueError:
            pass
        if text:
            self.fault(column, "not_a_time", "HH:MM")
        return None

    def whole(self, column: str, least: int, most: int) -> int | None:
        """A number without decimals, from `least` to `most`. None for an empty cell too, without a fault."""
        found = self.number(column, least, most)
        if found is not None and not found.is_integer():
            self.fault(column, "not_whole", _range(least, most, above=False))
            return None
        return None if found is None else int(found)

    def number(self, column: str, least: float, most: float, *, above: bool = False) -> float | None:
        """Between `least` and `most`; above `least` if so said. None for an empty cell too, without a fault."""
        text = self.text(column)
        if not text:
            return None
        if not _NUMBER.fullmatch(text):
            self.fault(column, "not_a_number", _range(least, most, above))
            return None
        found = float(text)
        if not math.isfinite(found) or found < least or found > most or (above and found == least):
            self.fault(column, "out_of_range", _range(least, most, above))
            return None
        return found

    def choice(self, column: str, choices: Sequence[Choice]) -> Choice | None:
        text = self.text(column).lower()
        for each in choices:
            if text == each:
                return each
        self.fault(column, "not_a_choice" if text else "cell_empty", "|".join(choices))
        return None


def read_table(
    folder: Path, file: str, required: Sequence[str], faults: Faults, *, may_be_absent: bool = False
) -> list[Row]:
    """The rows of a file without blank lines; none after a fault of the whole file. Further columns are kept."""
    return list(rows_in(folder, file, required, faults, may_be_absent=may_be_absent))


def rows_in(
    folder: Path,
    file: str,
    required: Sequence[str],
    faults: Faults,
    *,
    may_be_absent: bool = False,
    as_written: bool = False,
) -> Iterator[Row]:
    """The same one after the other, for files that memory should not hold.

    `as_written`: with the spaces at the cells' ends, which people's own files have by mistake.
    """
    if not _is_readable(folder, file, required, faults, may_be_absent):
        return
    broken = Faults()
    with (folder / file).open(encoding="utf-8-sig", newline="") as opened:
        lines = lines_of(opened, file, broken, as_written=as_written)
        header_line, header = next(lines, (0, []))
        columns = [cell.strip().lower() for cell in header]
        if not header and not broken.found:
            faults.add(file, None, None, "empty_file", expected=",".join(required))
        # Without its header nothing else in the file has a meaning.
        elif not broken.found and header_holds(file, header_line, columns, required, faults):
            for line, cells in lines:
                if len(cells) != len(columns):
                    faults.add(file, line, None, "wrong_number_of_cells", str(len(cells)), str(len(columns)))
                else:
                    yield Row(file, line, dict(zip(columns, cells, strict=True)), faults)
        for _ in lines:
            # What else is no CSV is told as well.
            continue
    faults.found += broken.found


def _is_readable(folder: Path, file: str, required: Sequence[str], faults: Faults, may_be_absent: bool) -> bool:
    read = 0
    try:
        with (folder / file).open("rb") as opened:
            for line in opened:
                read += 1
                line.decode()
    except FileNotFoundError:
        if not may_be_absent:
            faults.add(file, None, None, "no_file", expected=",".join(required))
        return False
    except OSError as error:
        faults.add(file, None, None, "not_readable", error.strerror or type(error).__name__)
        return False
    except UnicodeDecodeError:
        faults.add(file, read, None, "not_utf8", expected="UTF-8")
        return False
    return True


def lines_of(
    opened: Iterator[str], file: str, faults: Faults, separator: str = SEPARATOR, *, as_written: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that has any, with the number of the line where they begin."""
    back: deque[str] = deque()
    read = 0
    while True:
        taken: list[str] = []
        reader = csv.reader(_noting(back, opened, taken), delimiter=separator, strict=True)
        try:
            for cells in reader:
                begins, read = read + 1, read + len(taken)
                taken.clear()
                if any(cell.strip() for cell in cells):
                    yield begins, cells if as_written else [cell.strip() for cell in cells]
            return
        except csv.Error as error:
            # A quotation mark that nothing closes swallows what follows: that is read once more by itself.
            faults.add(file, read + 1, None, "not_csv", str(error))
            read += 1
            back.extendleft(reversed(taken[1:]))


def _noting(back: deque[str], opened: Iterator[str], taken: list[str]) -> Iterator[str]:
    """Lines that were put back before those that were never read; each is noted in `taken`."""
    while (line := back.popleft() if back else next(opened, None)) is not None:
        taken.append(line)
        yield line


def header_holds(file: str, line: int, columns: list[str], required: Sequence[str], faults: Faults) -> bool:
    """Whether every required column is there, and none twice; a fault for each that is not right."""
    if len(columns) == 1:
        others = [mark for mark in (";", "\t", "|") if mark in columns[0]]
        if others:
            faults.add(file, line, None, "wrong_separator", others[0], SEPARATOR)
            return False
    missing = [name for name in required if name not in columns]
    for name in missing:
        faults.add(file, line, name, "column_missing", ",".join(columns), ",".join(required))
    twice = sorted({name for name in columns if name and columns.count(name) > 1})
    for name in twice:
        faults.add(file, line, name, "column_twice", name)
    return not missing and not twice


def _range(least: float, most: float, above: bool) -> str:
    if most >= MOST_AMOUNT:
        return f">{least:g}" if above else f">={least:g}"
    return f">{least:g}..{most:.10g}" if above else f"{least:g}..{most:.10g}"
