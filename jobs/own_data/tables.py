"""Which CSV files there are, and what stands in each: a header, and a line a row.

`diary.csv`, `courses.csv`, `labs.csv` and `steroids.csv` have the columns that jobs.csv_files reads, and more beside:
with the default separator the folder is one from which `report --from` computes the answer.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from jobs import due
from jobs.csv_files import COURSES, DIARY, LABS, STEROIDS
from jobs.inputs import WEIGHT
from jobs.own_data.facts import (
    AlertRow,
    AnswerRow,
    AttendanceRow,
    AuditRow,
    CourseRow,
    DayRow,
    InvitationRow,
    ItemSetRow,
    LookRow,
    MeasurementRow,
    MessageRow,
    NoteRow,
    OwnData,
    OwnItemRow,
    SteroidRow,
    Who,
)
from jobs.scores import ITEMS

SKIPPED = "skipped"
# Our names of columns in the words of jobs.csv_files.
_COURSE_NAMES = {"given_start": "start", "given_end": "end", "grams_per_kg_per_day": "dose_g_per_kg_per_day"}
_MEASUREMENT_NAMES = {"taken_on": "date"}
_STEROID_NAMES = {"starts_on": "from", "ends_on": "to"}


@dataclass(frozen=True)
class Line:
    """`zone`: in which its instants are told."""

    zone: str
    values: Sequence[object]


@dataclass(frozen=True)
class Table:
    file: str
    columns: Sequence[str]
    lines: Sequence[Line]


def tables(data: OwnData) -> list[Table]:
    """Every file, also where it has no lines: so that nobody wonders whether something was left out."""
    zones, own = data.zones(), data.who.time_zone

    def of_day(row: Any) -> str:
        return data.zone_on(row.diary_date, zones)

    def of_patient(_: Any) -> str:
        return own

    weights = [value for value in data.measurements if value.analyte == WEIGHT]
    labs = [value for value in data.measurements if value.analyte != WEIGHT]
    return [
        _table("patient.csv", Who, [data.who], of_patient),
        _diary(data, zones),
        _table("diary_days.csv", DayRow, data.days, of_day),
        _table("answers.csv", AnswerRow, data.answers, of_day, value=_or_skipped),
        _table("questions.csv", OwnItemRow, data.own_items, of_patient),
        _table("question_sets.csv", ItemSetRow, data.item_sets, of_patient),
        _table("notes.csv", NoteRow, data.notes, of_day),
        _table(COURSES, CourseRow, data.courses, of_patient, _COURSE_NAMES),
        _table("attendance.csv", AttendanceRow, data.attendance, of_patient),
        _table(LABS, MeasurementRow, labs, of_patient, _MEASUREMENT_NAMES),
        _table("weights.csv", MeasurementRow, weights, of_patient, _MEASUREMENT_NAMES),
        _table(STEROIDS, SteroidRow, data.steroids, of_patient, _STEROID_NAMES),
        _table("alerts.csv", AlertRow, data.alerts, of_patient),
        _table("looks.csv", LookRow, data.looks, of_patient),
        _table("messages.csv", MessageRow, data.messages, of_patient),
        _table("changes.csv", AuditRow, data.audit, of_patient),
        _table("invitations.csv", InvitationRow, data.invitations, of_patient),
    ]


def _table(
    file: str,
    kind: type[Any],
    rows: Iterable[Any],
    zone: Callable[[Any], str],
    names: Mapping[str, str] | None = None,
    **instead: Callable[[Any], object],
) -> Table:
    """A column a field, called as `names` has it; `instead` says what stands in a column of another form."""
    known = [field.name for field in fields(kind)]
    lines = [
        Line(zone(row), [instead[name](row) if name in instead else getattr(row, name) for name in known])
        for row in rows
    ]
    return Table(file, [(names or {}).get(name, name) for name in known], lines)


def _or_skipped(answer: AnswerRow) -> int | str:
    """In words: an empty cell would look like a question that nobody answered."""
    return SKIPPED if answer.value is None else answer.value


def _diary(data: OwnData, zones: Mapping[date, str]) -> Table:
    """One line a day with an answer, as it counts: the latest revision of each question, empty where it was skipped."""
    further = data.further_items()
    days: dict[date, dict[str, AnswerRow]] = {}
    for (day, item), answer in data.latest_answers().items():
        days.setdefault(day, {})[item] = answer
    lines = [
        Line(zone, [day, *_scores(answers, further), _entered(answers, zone), _timeliness(answers)])
        for day, answers in days.items()
        for zone in [data.zone_on(day, zones)]
    ]
    return Table(DIARY, ["date", *ITEMS, *further, "entered_at", "timeliness"], lines)


def _scores(answers: Mapping[str, AnswerRow], further: Sequence[str]) -> list[int | None]:
    return [answers[item].value if item in answers else None for item in (*ITEMS, *further)]


def _entered(answers: Mapping[str, AnswerRow], zone: str) -> str:
    """The last answer's time on the wall, as jobs.csv_files reads it: without an offset."""
    last = max(answer.answered_at for answer in answers.values())
    return last.astimezone(due.zone_of(zone)).replace(tzinfo=None).isoformat(timespec="seconds")


def _timeliness(answers: Mapping[str, AnswerRow]) -> str:
    return "late" if any(answer.late for answer in answers.values()) else "on_time"
