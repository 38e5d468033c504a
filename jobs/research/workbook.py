"""The CSV files as one Excel workbook, a sheet a file: read back from them, so that both say the same."""

import csv
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from jobs.own_data.archive import UTF8
from jobs.own_data.cells import unguarded
from jobs.research import schema

# What a sheet of Excel holds; the rest goes on in another.
MOST_LINES = 1_048_576
LONGEST_CELL = 32_767
_FILES = (schema.ABOUT, schema.DICTIONARY, schema.WORDINGS, schema.DIARY, *(table.file for table in schema.TABLES))


def write_workbook(folder: Path, *, most_lines: int = MOST_LINES) -> None:
    """Beside the CSV files that are there. Text is written as text, so that no cell can run."""
    # Loaded when the first workbook is wanted.
    import xlsxwriter  # noqa: PLC0415

    with xlsxwriter.Workbook(folder / schema.WORKBOOK, {"constant_memory": True}) as book:
        day, bold = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"bold": True})
        for file in (each for each in _FILES if (folder / each).exists()):
            with (folder / file).open(encoding=UTF8, newline="") as opened:
                lines = csv.reader(opened, strict=True)
                _put(book, file.removesuffix(".csv"), next(lines), lines, most_lines, day, bold)


def _put(
    book: Any, name: str, header: list[str], lines: Iterator[list[str]], most_lines: int, day: Any, bold: Any
) -> None:
    """As many sheets as it takes, each with the header."""
    kinds = _kinds(name, header)
    sheet, written, sheets = None, most_lines, 0
    for line in lines:
        if written == most_lines:
            sheets, written = sheets + 1, 1
            sheet = _sheet(book, name, sheets, header, bold)
        for k, cell in enumerate(line):
            if cell:
                _write(sheet, written, k, cell, kinds[k], day)
        written += 1
    if sheet is None:
        _sheet(book, name, 1, header, bold)


def _sheet(book: Any, name: str, which: int, header: Sequence[str], bold: Any) -> Any:
    sheet = book.add_worksheet(name if which == 1 else f"{name} {which}")
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(header) - 1, 14)
    for k, column in enumerate(header):
        sheet.write_string(0, k, column, bold)
    return sheet


def _kinds(name: str, header: Sequence[str]) -> list[str]:
    """The type of each column."""
    table = next((each for each in schema.TABLES if each.file == f"{name}.csv"), None)
    if table is not None:
        return [column.kind for column in table.all_columns]
    if f"{name}.csv" == schema.DIARY:
        return [column.kind for column in schema.diary_columns(header[len(schema.diary_columns(())) :])]
    return ["text"] * len(header)


def _write(sheet: Any, line: int, place: int, cell: str, kind: str, day: Any) -> None:
    match kind:
        case "date":
            sheet.write_datetime(line, place, date.fromisoformat(cell), day)
        case "whole" | "decimal" if cell[0].isdigit():
            sheet.write_number(line, place, float(cell))
        case _:
            # A workbook's text needs no guard against being taken for a formula.
            sheet.write_string(line, place, unguarded(cell)[:LONGEST_CELL])
