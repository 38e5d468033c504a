"""What an export or a case says, into a team: in one transaction, so that all of it is stored or nothing."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from jobs.csv_files import FolderInputs
from jobs.csv_table import Faults
from jobs.own_data.facts import WEEKDAYS
from jobs.refusals import Refusal
from jobs.research import schema
from jobs.research.case_form import CaseLines
from jobs.research.checking import Values, read
from jobs.research.columns import NONE
from jobs.research.schema import Table
from storage import audit, patients, questions, research
from storage.models import (
    Answer,
    AuditEntry,
    Course,
    DiaryDay,
    ItemSet,
    Measurement,
    Note,
    Patient,
    PatientStatus,
    SteroidDose,
    Team,
)

AT_ONCE = 5_000
# By table: where its lines go, and the columns that are the row's as they stand.
_PLAIN: Mapping[Table, type[SQLModel]] = {
    schema.DAYS: DiaryDay,
    schema.ANSWERS: Answer,
    schema.COURSES: Course,
    schema.MEASUREMENTS: Measurement,
    schema.STEROIDS: SteroidDose,
    schema.NOTES: Note,
}
LinesOf = Callable[[Table], Iterable[Values]]


@dataclass(frozen=True)
class Stored:
    """How many came in."""

    patients: int
    days: int
    answers: int


def store_export(session: Session, team: Team, folder: Path, now: datetime) -> Stored:
    """Of files without a fault. Refusal for a team that holds patients or questions of its own already."""
    if not research.holds_nothing(session, team.id):
        raise Refusal("cli.import.not_empty", team=team.name)
    return store(session, team, lambda table: (values for _, values in read(folder, table, Faults())), now)


def store_case(session: Session, team: Team, inputs: FolderInputs, now: datetime) -> tuple[str, Stored]:
    """One patient, under a pseudonym that is drawn; the team may have others. `inputs`: read to be stored."""
    pseudonym = patients.draw_pseudonym(session, team.id)
    lines = CaseLines(inputs, pseudonym, team.time_zone, team.prompt_time, now)
    return pseudonym, store(session, team, lines.of, now)


def store(session: Session, team: Team, lines_of: LinesOf, now: datetime) -> Stored:
    """Patients have no chat, so nothing is sent to them until they join by an invitation; the diary is theirs then."""
    ids = _store_patients(session, team, lines_of(schema.PATIENTS), now)
    items = _store_questions(session, team, lines_of(schema.QUESTIONS))
    of = {pseudonym: {"team_id": team.id, "patient_id": number} for pseudonym, number in ids.items()}
    for values in lines_of(schema.SETS):
        chosen = None if values["items"] is None else [items.get(each, each) for each in values["items"]]
        patient_id = None if values["of"] is None else ids[values["of"]]
        session.add(
            ItemSet(
                team_id=team.id,
                patient_id=patient_id,
                valid_from=values["valid_from"],
                items=chosen,
                created_at=values["created_at"],
            )
        )
        # One by one: of two sets from one day on, the later line counts.
        session.flush()
    counts = {
        table: _insert(session, model, (_row(table, values, of, items) for values in lines_of(table)))
        for table, model in _PLAIN.items()
    }
    _insert(session, AuditEntry, (_changed(values, of) for values in lines_of(schema.SETTINGS)))
    return Stored(len(ids), counts[schema.DAYS], counts[schema.ANSWERS])


def _store_patients(session: Session, team: Team, lines: Iterable[Values], now: datetime) -> dict[str, int]:
    """By pseudonym, their numbers. Their consent of before goes into the audit, since a later one takes its place."""
    ids = {}
    for values in lines:
        known = {name: value for name, value in values.items() if name not in {"patient", "days_off", "status"}}
        patient = Patient(
            team_id=team.id,
            pseudonym=values["patient"],
            status=PatientStatus(values["status"]),
            days_off=_as_digits(values["days_off"]),
            **known,
        )
        session.add(patient)
        session.flush()
        ids[patient.pseudonym] = patient.id
        consented = patient.consented_at.isoformat() if patient.consented_at is not None else None
        audit.record(
            session,
            team_id=team.id,
            at=now,
            actor=audit.OPERATOR,
            action="patient_imported",
            patient_id=patient.id,
            after={"consent_version": patient.consent_version, "consented_at": consented},
        )
    session.flush()
    return ids


def _store_questions(session: Session, team: Team, lines: Iterable[Values]) -> dict[str, str]:
    """By their key in the files, the key that they have here."""
    worded: dict[str, list[Values]] = {}
    for values in lines:
        worded.setdefault(values["item"], []).append(values)
    keys = {}
    for item, each in worded.items():
        wording = {line["language"]: {part: line[part] for part in ("name", "low", "high")} for line in each}
        first = next((line for line in each if line["for_others"]), each[0])
        made = questions.add_own_item(session, team.id, first["language"], wording, first["created_at"])
        keys[item] = made.key
    return keys


def _row(
    table: Table, values: Values, of: Mapping[str, Mapping[str, int]], items: Mapping[str, str]
) -> Mapping[str, Any]:
    owner = of[values.pop("patient")]
    if table is schema.ANSWERS and values["item"] in items:
        values["item"] = items[values["item"]]
    return {**owner, **values}


def _changed(values: Values, of: Mapping[str, Mapping[str, int]]) -> Mapping[str, Any]:
    """An entry of the audit, by the import: who it was is not handed out."""
    name, kind = schema.CHANGES[values["action"]]
    sides = {side: _fact(values[side], kind) for side in ("before", "after")}
    return {
        **of[values["patient"]],
        "at": values["at"],
        "actor": audit.IMPORT,
        "action": values["action"],
        **{side: {name: fact} for side, fact in sides.items()},
    }


def _fact(cell: str | None, kind: str) -> str | bool | None:
    """As the audit has it, as JSON."""
    if cell is not None and kind == "yes_no":
        return cell == "yes"
    if cell is not None and kind == "list":
        return "" if cell == NONE else _as_digits(cell.split())
    return cell


def _as_digits(weekdays: Iterable[str]) -> str:
    """As the patient's row has them: 0 is Monday."""
    return "".join(str(WEEKDAYS.index(day)) for day in weekdays)


def _insert(session: Session, model: type[SQLModel], rows: Iterator[Mapping[str, Any]]) -> int:
    count, statement = 0, insert(model)
    while batch := list(islice(rows, AT_ONCE)):
        session.connection().execute(statement, batch)
        count += len(batch)
    return count
