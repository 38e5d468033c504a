"""An export's files read again: what each line says, and every fault in them by file and line."""

import re
from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from jobs import due
from jobs.csv_files import KINASE_UNIT, LONGEST_COURSE
from jobs.csv_table import Fault, Faults, Row, rows_in
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.own_data.facts import WEEKDAYS
from jobs.research import schema
from jobs.research.columns import Column
from jobs.research.schema import Table
from jobs.scores import ITEMS, SCALE_HIGH, STAIRS

# By field of the row, and `patient`: what a line says.
Values = dict[str, Any]
_PSEUDONYM = re.compile("P-[0-9A-Z]{1,10}", re.ASCII)
_OWN = re.compile("own:[1-9][0-9]{0,5}", re.ASCII)
DAY = timedelta(days=1)
# Columns of courses, and the status with which alone they say anything.
_ONLY_OF = (
    ("start", "given"),
    ("end", "given"),
    ("planned_dose_g_per_kg_per_day", "given"),
    ("cancelled_because", "cancelled"),
)
_UNITS = {CREATINE_KINASE: KINASE_UNIT, WEIGHT: "kg"}


@dataclass
class Known:
    """What lines may refer to, and the keys that were seen in a file; `latest`: the last day that can have been."""

    latest: date
    patients: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=lambda: {*ITEMS, STAIRS})
    for_others: set[str] = field(default_factory=set)
    spans: dict[str, list[tuple[date, date]]] = field(default_factory=dict)
    _numbers: dict[Any, int] = field(default_factory=dict)
    _keys: set[int] = field(default_factory=set)

    def begin(self) -> None:
        """Another file."""
        self._keys.clear()

    def is_new(self, parts: tuple[Any, ...]) -> bool:
        """Whether no line had this key before. A key is one whole number, since a million of them are held."""
        key = 0
        for part in parts:
            key = key << 24 | self._numbers.setdefault(part, len(self._numbers))
        known = len(self._keys)
        self._keys.add(key)
        return len(self._keys) > known


def is_export(folder: Path) -> bool:
    """Whether it says that it is one: else it may be in the form of the case."""
    return (folder / schema.ABOUT).exists() or (folder / schema.PATIENTS.file).exists()


def check(folder: Path, now: datetime) -> list[Fault]:
    """Every fault in an export's files, by file and line; none where it can be stored as it is."""
    # Somewhere it is tomorrow already.
    faults, known = Faults(), Known(now.astimezone(UTC).date() + DAY)
    about = rows_in(folder, schema.ABOUT, ("name", "value"), faults)
    versions = [row for row in about if row.text("name") == "schema_version"]
    for row in versions:
        if row.text("value") != schema.VERSION:
            row.fault("value", "not_a_choice", schema.VERSION)
    if not versions and not faults.found:
        faults.add(schema.ABOUT, None, None, "cell_empty", expected=f"schema_version {schema.VERSION}")
    for table in schema.TABLES:
        known.begin()
        for row, values in read(folder, table, faults):
            _check(table, row, values, known)
    files = (schema.ABOUT, *(table.file for table in schema.TABLES))
    return sorted(faults.found, key=lambda each: (files.index(each.file), each.line or 0, each.column or ""))


def read(folder: Path, table: Table, faults: Faults) -> Iterator[tuple[Row, Values]]:
    """Line after line. What a cell should not hold is None, and a fault."""
    columns = [column for column in table.all_columns if not column.is_made]
    names = [column.name for column in columns]
    for row in rows_in(folder, table.file, names, faults, may_be_absent=table is schema.NOTES, as_written=True):
        yield row, {column.of: column.read(row) for column in columns}


def _check(table: Table, row: Row, values: Values, known: Known) -> None:
    """What no cell can say by itself."""
    if table.about_patient and table is not schema.PATIENTS:
        _refers(row, "patient", values["patient"], known.patients, schema.PATIENTS.file)
    if table.file in _CHECKS:
        _CHECKS[table.file](row, values, known)
    if table.key and not known.is_new(tuple(row.text(name) for name in table.key)):
        row.fault(table.key[-1], "twice")


def _refers(row: Row, column: str, value: str | None, known: set[str], file: str) -> None:
    if value is not None and value not in known:
        row.fault(column, "not_known", file)


def _zone(row: Row, values: Values) -> None:
    try:
        due.zone_of(values["time_zone"] or "UTC")
    except ValueError:
        row.fault("time_zone", "not_a_choice", "Europe/Zurich")


def _patient(row: Row, values: Values, known: Known) -> None:
    pseudonym = values["patient"]
    if pseudonym is not None and not _PSEUDONYM.fullmatch(pseudonym):
        row.fault("patient", "not_a_choice", "P-7KQ4")
    known.patients.add(pseudonym)
    _zone(row, values)
    if values["days_off"] is not None and not _is_days_off(values["days_off"]):
        row.fault("days_off", "not_a_choice", "none|Saturday Sunday")
    if values["status"] == "paused":
        row.required("paused_until", "YYYY-MM-DD")


def _is_days_off(days: tuple[str, ...]) -> bool:
    """In order, each once, and one day of the week at least is asked."""
    return days == tuple(day for day in WEEKDAYS if day in days) and len(days) < len(WEEKDAYS)


def _question(row: Row, values: Values, known: Known) -> None:
    item = values["item"]
    if item is None:
        return
    if not _OWN.fullmatch(item):
        row.fault("item", "not_a_choice", "own:1")
    if values["for_others"] and item in known.for_others:
        row.fault("for_others", "twice")
    known.items.add(item)
    known.for_others |= {item} if values["for_others"] else set()


def _set(row: Row, values: Values, known: Known) -> None:
    _refers(row, "patient", values["of"], known.patients, schema.PATIENTS.file)
    unknown = set(values["items"] or ()) - (known.items - set(ITEMS))
    if unknown or len(set(values["items"] or ())) < len(values["items"] or ()):
        row.fault("items", "not_known", schema.QUESTIONS.file)


def _been(row: Row, column: str, day: date | None, known: Known) -> None:
    """Of what nobody can have seen yet nothing is known."""
    if day is not None and day > known.latest:
        row.fault(column, "in_future")


def _day(row: Row, values: Values, known: Known) -> None:
    _zone(row, values)
    _been(row, "date", values["diary_date"], known)
    opened, closes = values["opened_at"], values["closes_at"]
    if opened is not None and closes is not None and closes < opened:
        row.fault("closes_at", "ends_before_start", f">={opened.isoformat()}")


def _answer(row: Row, values: Values, known: Known) -> None:
    _refers(row, "item", values["item"], known.items, schema.QUESTIONS.file)
    _been(row, "date", values["diary_date"], known)
    value = values["value"]
    if value is not None and value > SCALE_HIGH and values["item"] != STAIRS:
        row.fault("value", "out_of_range", f"0..{SCALE_HIGH}")


def _course(row: Row, values: Values, known: Known) -> None:
    start, end, status = values["given_start"], values["given_end"], values["status"]
    for column, only in _ONLY_OF:
        if row.text(column) and status not in {None, only}:
            row.fault(column, "not_empty", f"status={only}")
    if status == "given":
        row.required("start", "YYYY-MM-DD")
        row.required("end", "YYYY-MM-DD")
    if start is not None and end is not None and end < start:
        row.fault("end", "ends_before_start", f">={start.isoformat()}")
    if start is not None and end is not None and end - start >= LONGEST_COURSE:
        row.fault("end", "out_of_range", f"<{(start + LONGEST_COURSE).isoformat()}")
    _been(row, "end", end, known)
    if status != "cancelled":
        _room(row, values, known)


def _room(row: Row, values: Values, known: Known) -> None:
    """No course of a patient meets another: no cycle day could be told."""
    if values["status"] == "given":
        first, last, column = values["given_start"], values["given_end"], "start"
    else:
        first, days, column = values["planned_start"], values["planned_days"], "planned_start"
        last = None if first is None or days is None else first + (days - 1) * DAY
    if first is None or last is None or last < first:
        return
    # In order, and none meets another: so it is one of the two beside it, if any.
    spans = known.spans.setdefault(values["patient"], [])
    at = bisect(spans, (first, last))
    met = next((end for start, end in spans[max(at - 1, 0) : at + 1] if first <= end and start <= last), None)
    if met is None:
        spans.insert(at, (first, last))
    else:
        row.fault(column, "overlap", f">{met.isoformat()}")


def _measurement(row: Row, values: Values, known: Known) -> None:
    _been(row, "date", values["taken_on"], known)
    unit = _UNITS.get(values["analyte"])
    if unit is not None and values["unit"] not in {None, unit}:
        row.fault("unit", "not_a_choice", unit)


def _note(row: Row, values: Values, known: Known) -> None:
    _been(row, "date", values["diary_date"], known)


def _steroid(row: Row, values: Values, _known: Known) -> None:
    start, end = values["starts_on"], values["ends_on"]
    if start is not None and end is not None and end < start:
        row.fault("to", "ends_before_start", f">={start.isoformat()}")


def _setting(row: Row, values: Values, _known: Known) -> None:
    if values["action"] is not None:
        kind = schema.CHANGES[values["action"]][1]
        # A pause alone comes from nothing.
        empty, choices = "nothing" if kind == "date" else "", WEEKDAYS if kind == "list" else ()
        for side in ("from", "to"):
            Column(side, kind, "", empty=empty, choices=choices).read(row)


_CHECKS: Mapping[str, Callable[[Row, Values, Known], None]] = {
    schema.PATIENTS.file: _patient,
    schema.QUESTIONS.file: _question,
    schema.SETS.file: _set,
    schema.DAYS.file: _day,
    schema.ANSWERS.file: _answer,
    schema.COURSES.file: _course,
    schema.MEASUREMENTS.file: _measurement,
    schema.STEROIDS.file: _steroid,
    schema.SETTINGS.file: _setting,
    schema.NOTES.file: _note,
}
