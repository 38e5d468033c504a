"""Data to be handed out, and the files read back as somebody else would read them."""

import csv
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime, time, timedelta
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from jobs.own_data.cells import unguarded
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

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
LONDON = "Europe/London"
ITEMS = ("pain", "tiredness", "weakness", "exertion_pain")
# File -> field of OwnData, kind of its rows, and the columns that are called otherwise than the fields.
FILES: dict[str, tuple[str, type[Any], dict[str, str]]] = {
    "diary_days.csv": ("days", DayRow, {}),
    "answers.csv": ("answers", AnswerRow, {}),
    "notes.csv": ("notes", NoteRow, {}),
    "attendance.csv": ("attendance", AttendanceRow, {}),
    "questions.csv": ("own_items", OwnItemRow, {}),
    "question_sets.csv": ("item_sets", ItemSetRow, {}),
    "courses.csv": (
        "courses",
        CourseRow,
        {"start": "given_start", "end": "given_end", "dose_g_per_kg_per_day": "grams_per_kg_per_day"},
    ),
    "labs.csv": ("measurements", MeasurementRow, {"date": "taken_on"}),
    "weights.csv": ("measurements", MeasurementRow, {"date": "taken_on"}),
    "steroids.csv": ("steroids", SteroidRow, {"from": "starts_on", "to": "ends_on"}),
    "alerts.csv": ("alerts", AlertRow, {}),
    "looks.csv": ("looks", LookRow, {}),
    "messages.csv": ("messages", MessageRow, {}),
    "changes.csv": ("audit", AuditRow, {}),
    "invitations.csv": ("invitations", InvitationRow, {}),
}


def who(**more: Any) -> Who:
    known: dict[str, Any] = {
        "team": "Neuromuscular clinic",
        "pseudonym": "P-7KQ4",
        "status": "active",
        "time_zone": LONDON,
        "prompt_time": time(18, 0),
        "created_at": datetime(2026, 1, 1, 9, 0, tzinfo=UTC),
        "consent_version": "2026-1",
        "consented_at": datetime(2026, 1, 2, 9, 0, tzinfo=UTC),
        "telegram_id": 987654321012,
        "language": "en",
    }
    return Who(**{**known, **more})


def answer(day: date, item: str, value: int | None, revision: int = 1, **more: Any) -> AnswerRow:
    at = datetime.combine(day, time(19), UTC) + revision * HOUR
    known: dict[str, Any] = {"answered_at": at, "received_at": at, "late": False, "way": "button", "wording": "2026-1"}
    return AnswerRow(day, item, revision, value, **{**known, **more})


def own_item(number: int, *languages: str, **more: Any) -> tuple[OwnItemRow, ...]:
    """A team's own question in these languages, of which the first is for all others."""
    known: dict[str, Any] = {"low": "very badly", "high": "very well", "created_at": NOW}
    return tuple(
        OwnItemRow(f"own:{number}", tag, tag == languages[0], f"Sleep {tag}", **{**known, **more}) for tag in languages
    )


def day_row(day: date, zone: str = LONDON) -> DayRow:
    at = datetime.combine(day, time(18), UTC)
    return DayRow(day, zone, at, at, at + DAY)


def course(number: int, start: date, status: str, days: int = 2, **more: Any) -> CourseRow:
    given = {"given_start": start, "given_end": start + (days - 1) * DAY} if status == "given" else {}
    known: dict[str, Any] = {
        "given_start": None,
        "given_end": None,
        "grams_per_kg_per_day": 0.4,
        "regimen": None,
        "told_start": None,
        "to_announce": False,
        "next_reminder_at": None,
        "next_reminder_lead": None,
        "revision": 0,
        "created_at": NOW - 90 * DAY,
    }
    return CourseRow(number, start, days, status=status, **{**known, **given, **more})


def files_of(archive: bytes) -> dict[str, str]:
    """By name, their text; each begins with the mark that says it is UTF-8."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        contents = {name: opened.read(name) for name in opened.namelist()}
    assert all(content.startswith(b"\xef\xbb\xbf") for content in contents.values())
    return {name: content.decode("utf-8-sig") for name, content in contents.items()}


def lines_of(text: str, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def read_back(archive: bytes, separator: str = ",") -> OwnData:
    """What the files say, as values again; measurements by id."""
    files = files_of(archive)
    found: dict[str, list[Any]] = {name: [] for name, _, _ in FILES.values()}
    for file, (name, kind, names) in FILES.items():
        found[name] += _rows(files[file], kind, names, separator)
    found["measurements"].sort(key=lambda value: value.id)
    (patient,) = _rows(files["patient.csv"], Who, {}, separator)
    return OwnData(patient, **{name: tuple(rows) for name, rows in found.items()})


def _rows(text: str, kind: type[Any], names: Mapping[str, str], separator: str) -> Iterator[Any]:
    header, *lines = lines_of(text, separator)
    hints = get_type_hints(kind)
    columns = [names.get(name, name) for name in header]
    assert columns == [field.name for field in fields(kind)]
    for line in lines:
        cells = zip(columns, line, strict=True)
        yield kind(**{name: _value(unguarded(cell), hints[name], separator) for name, cell in cells})


def _value(text: str, hint: Any, separator: str) -> Any:
    kinds = get_args(hint) if get_origin(hint) is UnionType else (hint,)
    (kind,) = (each for each in kinds if each is not NoneType)
    if text == "" or (kind is int and text == "skipped"):
        assert NoneType in kinds
        return None
    if get_origin(kind) is tuple:
        return () if text == "none" else tuple(get_args(kind)[0](each) for each in text.split(" "))
    readings: dict[Any, Any] = {
        bool: {"yes": True, "no": False}.__getitem__,
        float: lambda cell: float(cell.replace(",", ".") if separator == ";" else cell),
        int: int,
        str: str,
        date: date.fromisoformat,
        datetime: datetime.fromisoformat,
        time: time.fromisoformat,
        Mapping: json.loads,
        Literal: str,
    }
    return readings[get_origin(kind) or kind](text)
