"""From what is held on a patient to the lines of the tables."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from jobs.inputs import WEIGHT
from jobs.own_data.facts import AnswerRow, AuditRow, CourseRow, OwnData
from jobs.research import schema
from jobs.research.columns import FORMS
from jobs.research.schema import Table
from jobs.scores import ITEMS

Line = list[str]


def lines_of(table: Table, data: OwnData) -> Iterator[Line]:
    """The patient's lines of a table, in the order of its columns."""
    for line in lines_of_rows(table, _rows(table, data), data):
        yield [data.who.pseudonym, *line] if table.about_patient else line


def lines_of_rows(table: Table, rows: Sequence[Any], data: OwnData | None = None) -> Iterator[Line]:
    """The same without the patient's column; of what is the team's, without `data`."""
    made = _MADE.get(table.file, {})
    columns = [(column.written, column.of, made.get(column.name)) for column in table.columns]
    for number, row in enumerate(rows, 1):
        yield [
            written(getattr(row, field)) if make is None else make(row, data, number)
            for written, field, make in columns
        ]


def _rows(table: Table, data: OwnData) -> Sequence[Any]:
    if table is schema.PATIENTS:
        return (data.who,)
    rows: Sequence[Any] = getattr(data, table.rows)
    if table is schema.SETS:
        return [each for each in rows if each.of == "patient"]
    if table is schema.SETTINGS:
        return [each for each in rows if each.action in schema.CHANGES]
    return rows


def _weight(course: CourseRow, data: OwnData) -> str:
    last = course.given_end or course.given_start or course.planned_start
    known = [each.value for each in data.measurements if each.analyte == WEIGHT and each.taken_on <= last]
    return _WEIGHT.written(known[-1] if known else None)


_WEIGHT = next(column for column in schema.COURSES.columns if column.name == "weight_kg")


def _setting(entry: AuditRow, facts: Mapping[str, Any] | None) -> str:
    """Of what the audit keeps as JSON, the one value that the change is about."""
    name, kind = schema.CHANGES[entry.action]
    value = (facts or {}).get(name)
    if value is None:
        return ""
    if kind == "yes_no":
        return "yes" if value else "no"
    return str(value)


_MADE: dict[str, dict[str, Callable[[Any, Any, int], str]]] = {
    schema.COURSES.file: {
        "number": lambda _row, _data, number: str(number),
        "weight_kg": lambda row, data, _number: _weight(row, data),
    },
    schema.SETS.file: {
        "patient": lambda row, data, _number: "" if row.of == "team" else data.who.pseudonym,
    },
    schema.SETTINGS.file: {
        "from": lambda row, _data, _number: _setting(row, row.before),
        "to": lambda row, _data, _number: _setting(row, row.after),
    },
}


def diary_lines(data: OwnData, further: Sequence[str]) -> Iterator[Line]:
    """A line a day that was asked or answered, with the answers that count; `further`: of what beside the four."""
    answers: dict[date, dict[str, AnswerRow]] = {}
    for (day, item), answer in data.latest_answers().items():
        answers.setdefault(day, {})[item] = answer
    asked = {day.diary_date: day.asked_at for day in data.days}
    columns = schema.diary_columns(further)
    for day in sorted({*asked, *answers}):
        given = answers.get(day, {})
        values = [
            data.who.pseudonym,
            day,
            asked.get(day),
            max((answer.answered_at for answer in given.values()), default=None),
            " ".join(sorted({answer.way for answer in given.values()})) or None,
            None if not given else "late" if any(answer.late for answer in given.values()) else "on_time",
            *(given[item].value if item in given else None for item in (*ITEMS, *further)),
        ]
        yield [column.written(value) for column, value in zip(columns, values, strict=True)]


def dictionary_lines(further: Sequence[str], *, with_notes: bool) -> Iterator[Line]:
    """A line a column of every file."""
    yield ["file", "column", "type", "meaning", "unit", "allowed", "empty", "code", "imported"]
    tables = {table.file: table.all_columns for table in schema.TABLES if with_notes or table is not schema.NOTES}
    beside = {
        schema.DIARY: schema.diary_columns(further),
        schema.WORDINGS: schema.WORDING_COLUMNS,
        schema.ABOUT: schema.ABOUT_COLUMNS,
    }
    for file, columns in {**tables, **beside}.items():
        for column in columns:
            yield [
                *(file, column.name, FORMS[column.kind], column.meaning, column.unit, column.allowed),
                *(column.empty or "never", column.code, "no" if column.is_made or file in beside else "yes"),
            ]
