"""The CSV files in one zip: the same bytes for the same data, moment and words."""

import csv
import io
import zipfile
from datetime import datetime
from typing import Literal

from jobs import due
from jobs.own_data.cells import cell
from jobs.own_data.facts import OwnData
from jobs.own_data.tables import Table, tables

README = "README.txt"
# Without this mark Excel reads UTF-8 as the machine's old code page.
UTF8 = "utf-8-sig"
Separator = Literal[",", ";"]
# A zip cannot say an earlier year.
FIRST_YEAR = 1980


def csv_zip(data: OwnData, now: datetime, readme: str, *, separator: Separator = ",") -> bytes:
    """A zip of UTF-8 files: `readme` as README.txt, and the CSV files of jobs.own_data.tables.

    `now` (aware) is the files' own time. With `;` decimals have a comma: what a spreadsheet of a language with decimal
    commas opens by a double click; computers want the `,`.
    """
    held = io.BytesIO()
    moment = now.astimezone(due.zone_of(data.who.time_zone))
    with zipfile.ZipFile(held, "w") as archive:
        _put(archive, README, "\r\n".join(readme.splitlines()) + "\r\n", moment)
        for table in tables(data):
            _put(archive, table.file, _csv(table, separator), moment)
    return held.getvalue()


def _csv(table: Table, separator: Separator) -> str:
    """RFC 4180: lines end in CR LF."""
    decimal = "." if separator == "," else ","
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerow(table.columns)
    writer.writerows([cell(value, line.zone, decimal) for value in line.values] for line in table.lines)
    return text.getvalue()


def _put(archive: zipfile.ZipFile, file: str, text: str, moment: datetime) -> None:
    year, *rest = moment.timetuple()[:6]
    entry = zipfile.ZipInfo(file, (max(year, FIRST_YEAR), *rest))  # type: ignore[arg-type]
    entry.compress_type = zipfile.ZIP_DEFLATED
    # Elsewhere than on Unix the default would be another, and so the bytes.
    entry.create_system, entry.external_attr = 3, 0o600 << 16
    archive.writestr(entry, text.encode(UTF8))
