"""A table of values or steroid doses, pasted or a file, pure: every line read, or every fault by line and column.

Cells are apart by tabs, semicolons or commas. Without a header the columns are `VALUE_COLUMNS`; with one, those of
jobs.csv_files and `patient` beside them.
"""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from jobs import measured, reading
from jobs.csv_files import DAY_FORM, KINASE_NAMES, LAB_COLUMNS, STEROID_COLUMNS, times, units_in
from jobs.csv_table import Fault, FaultCode, Faults, Row, header_holds, lines_of
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.measured import Value
from jobs.steroids import SteroidStep

PATIENT = "patient"
VALUE_COLUMNS = (PATIENT, *LAB_COLUMNS, "upper_limit")
DOSE_COLUMNS = (PATIENT, *STEROID_COLUMNS)
_OTHER_NAMES = {"pseudonym": PATIENT, "code": PATIENT}
_NUMBERS = frozenset({"value", "upper_limit", "dose_mg", "alternate_dose_mg"})
_FIRST = frozenset({"date", "analyte", "value", "from"})
_OPTIONAL = frozenset({"upper_limit", "to", "alternate_dose_mg"})
_WEIGHT_NAMES = frozenset({"weight", "poids", "gewicht"})
# A message of Telegram's holds about a hundred lines, a file these: more would hold up everybody's answers.
MOST_BYTES, MOST_LINES = 100_000, 500
# Twelve and a half, or twelve thousand five hundred, as it is written elsewhere: a thousandfold error.
_THOUSANDS = re.compile(r"([1-9][0-9]{0,2})\.([0-9]{3})")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True)
class Line:
    """`number`: from 1, as it was pasted. `code`: the patient's, as typed. `entry`: None where it has a fault."""

    number: int
    code: str
    entry: Value | SteroidStep | None

    def fault(self, column: str, code: FaultCode, found: str, expected: str = "") -> Fault:
        return Fault("", self.number, column, code, found, expected)


@dataclass(frozen=True)
class _Days:
    """How days are read: `locales` as in `reading.parse_date`."""

    today: date
    locales: tuple[str, ...]

    def read(self, row: Row, column: str) -> date | None:
        """Only a day with its year. None for an empty cell, without a fault."""
        text = row.text(column)
        if not text:
            return None
        found = reading.parse_date(text, self.today, self.locales) if _YEAR.search(text) else None
        last = reading.last_of_its_month(text, self.today, self.locales) if _YEAR.search(text) else None
        if last is not None:
            row.fault(column, "no_such_day", last.isoformat())
        elif found is None:
            row.fault(column, "not_a_date", DAY_FORM)
        return found

    def past(self, row: Row, column: str) -> date | None:
        day = self.read(row, column)
        if day is not None and day > self.today:
            row.fault(column, "in_future")
        elif day is not None and day < self.today - measured.FARTHEST_BACK:
            row.fault(column, "long_ago")
        else:
            return day
        return None


def text_of(content: bytes) -> str | Fault:
    """Of a file in UTF-8, with its byte order mark or without. A fault for any other, at the first line that is not."""
    at = content.find(0)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start
    # What no text holds is in UTF-16, and in what is no text.
    if at < 0:
        return text
    return Fault("", content.count(b"\n", 0, at) + 1, None, "not_utf8", "", "UTF-8")


def read(text: str, today: date, locales: tuple[str, ...]) -> tuple[list[Line], list[Fault]]:
    """The lines that have a patient's code, and every fault, in order.

    A day is an ISO date, or has its year: `12.3.2026`.
    """
    faults, separator = Faults(), _separator(text)
    days = _Days(today, locales)
    found: list[Line] = []
    lines = list(lines_of(io.StringIO(text, newline=""), "", faults, separator))
    if len(lines) > MOST_LINES:
        return [], [Fault("", None, None, "too_many_lines", str(len(lines)), str(MOST_LINES))]
    for row in _rows(lines, separator, faults):
        known = row.required(PATIENT, "~P-7KQ4")
        entry = _dose(row, days) if "drug" in row.cells else _value(row, days)
        if row.faults is not faults:
            # Behind a missing cell nothing stands where it should.
            faults.found += [each for each in row.faults.found if each.column in _FIRST and each.code != "cell_empty"]
            entry = None
        if known:
            found.append(Line(row.line, row.text(PATIENT), entry))
    _note_twice(found, faults)
    if not found and not faults.found:
        faults.add("", None, None, "empty_file", expected=",".join(VALUE_COLUMNS))
    return found, sorted(faults.found, key=lambda fault: (fault.line or 0, fault.column or ""))


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return next((mark for mark in ("\t", ";") if mark in first), ",")


def _rows(lines: Sequence[tuple[int, list[str]]], separator: str, faults: Faults) -> list[Row]:
    """By the header where there is one; a number's comma is a point unless it parts the cells.

    What is wrong in a row of too few or too many cells is noted with the row alone.
    """
    if not lines:
        return []
    number, cells = lines[0]
    columns = [_OTHER_NAMES.get(cell.lower(), cell.lower()) for cell in cells]
    is_headed = PATIENT in columns or "date" in columns or "drug" in columns
    if is_headed:
        wanted = [name for name in (DOSE_COLUMNS if "drug" in columns else VALUE_COLUMNS[:-1]) if name != "to"]
        if not header_holds("", number, columns, wanted, faults):
            return []
        lines = lines[1:]
    else:
        columns = list(VALUE_COLUMNS)
    # An empty cell at the very end is lost on the way, as blanks at the end of a message are.
    may_be = {len(columns), len(columns) - 1} if columns[-1] in _OPTIONAL else {len(columns)}
    rows = []
    for number, cells in lines:
        is_whole = len(cells) in may_be
        if not is_whole and is_headed:
            faults.add("", number, None, "wrong_number_of_cells", str(len(cells)), str(len(columns)))
        elif not is_whole:
            faults.add("", number, None, "wrong_cells_in_line", str(len(cells)), ",".join(columns))
        filled = dict.fromkeys(columns, "") | dict(zip(columns, cells, strict=False))
        if separator != ",":
            filled |= {name: filled[name].replace(",", ".") for name in _NUMBERS & filled.keys()}
        rows.append(Row("", number, filled, faults if is_whole else Faults()))
    return rows


def _value(row: Row, days: _Days) -> Value | None:
    forms = (DAY_FORM, f"{CREATINE_KINASE}|{WEIGHT}", ">0", "U/l|kg")
    held = [row.required(column, form) for column, form in zip(LAB_COLUMNS, forms, strict=True)]
    day, name = days.past(row, "date"), " ".join(row.text("analyte").split()).casefold()
    before = len(row.faults.found)
    if name in KINASE_NAMES:
        analyte, factor = CREATINE_KINASE, units_in(row)
    elif name in _WEIGHT_NAMES:
        analyte, factor = WEIGHT, 1
        if row.text("unit").casefold() not in ("", "kg"):
            row.fault("unit", "not_a_choice", "kg")
    else:
        if name:
            row.fault("analyte", "not_a_choice", f"{CREATINE_KINASE}|{WEIGHT}")
        return None
    if analyte == CREATINE_KINASE and factor == 1:
        _note_thousands(row, "value", "upper_limit")
    value = row.number("value", 0, measured.MOST[analyte] / factor, above=True)
    limit = row.number("upper_limit", 0, measured.HIGHEST_LIMIT / factor, above=True)
    if not all(held) or day is None or value is None or len(row.faults.found) > before:
        return None
    return Value(analyte, day, times(value, factor), None if limit is None else times(limit, factor))


def _note_thousands(row: Row, *columns: str) -> None:
    """A number that can be read in two ways is not guessed at."""
    for column in columns:
        if found := _THOUSANDS.fullmatch(row.text(column)):
            row.fault(column, "two_numbers", f"{found[1]}{found[2]}|{float(row.text(column)):g}")


def _dose(row: Row, days: _Days) -> SteroidStep | None:
    """An empty `to`: still taken."""
    for column, form in (("from", DAY_FORM), ("drug", "~prednisone"), ("dose_mg", ">0")):
        row.required(column, form)
    before = len(row.faults.found)
    start, end = days.past(row, "from"), days.read(row, "to")
    _note_thousands(row, "dose_mg", "alternate_dose_mg")
    dose = row.number("dose_mg", 0, measured.MOST_STEROID)
    alternate = row.number("alternate_dose_mg", 0, measured.MOST_STEROID)
    if dose == 0 and not alternate:
        row.fault("dose_mg", "out_of_range", f">0..{measured.MOST_STEROID:g}")
    drug = measured.drug_named(row.text("drug"))
    if row.text("drug") and drug is None:
        row.fault("drug", "not_a_choice", "~prednisone")
    if start is not None and end is not None and end < start:
        row.fault("to", "ends_before_start", f">={start.isoformat()}")
    if end is not None and end > days.today + measured.FARTHEST_AHEAD:
        row.fault("to", "out_of_range", f"<{(days.today + measured.FARTHEST_AHEAD).isoformat()}")
    if start is None or drug is None or dose is None or len(row.faults.found) > before:
        return None
    return SteroidStep(start, end, drug, dose, None if alternate == dose else alternate)


def _note_twice(lines: Sequence[Line], faults: Faults) -> None:
    """The same thing said in two lines is a slip of the table, or of whoever pasted it; a value has one upper limit."""
    first: dict[tuple[str, Value | SteroidStep], int] = {}
    for line in lines:
        if line.entry is None:
            continue
        said = replace(line.entry, upper_limit=None) if isinstance(line.entry, Value) else line.entry
        same = (line.code.upper().removeprefix("P-"), said)
        if same in first:
            faults.add("", line.number, None, "line_twice", expected=str(first[same]))
        first.setdefault(same, line.number)
