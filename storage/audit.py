"""Who changed what, when, from what to what."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, or_, select, true

from storage.models import AuditEntry, Patient, PatientStatus

OPERATOR = "operator"
STAFF = "staff:"
CLOCK = "clock"
# What was changed elsewhere, before it was brought in.
IMPORT = "import"
# That a patient had everything erased is all that is left of them.
ERASED = "patient_erased"
# In a session's own notes.
_TAKES_BACK, _MADE = "takes_back", "entries_made"


def staff_actor(staff_id: int) -> str:
    return f"{STAFF}{staff_id}"


def patient_actor(patient_id: int) -> str:
    return f"patient:{patient_id}"


def record(
    session: Session,
    *,
    team_id: int,
    at: datetime,
    actor: str,
    action: str,
    patient_id: int | None = None,
    course_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Adds one entry, in the transaction of the change itself. Values must be JSON's."""
    entry = AuditEntry(
        team_id=team_id,
        at=at,
        actor=actor,
        action=action,
        patient_id=patient_id,
        course_id=course_id,
        before=dict(before) if before is not None else None,
        after=dict(after) if after is not None else None,
        takes_back=session.info.get(_TAKES_BACK),
    )
    session.add(entry)
    session.info.setdefault(_MADE, []).append(entry)


def record_about(
    session: Session,
    patient: Patient,
    at: datetime,
    *,
    actor: str,
    action: str,
    course_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """The same, of a patient."""
    about: dict[str, Any] = {"team_id": patient.team_id, "patient_id": patient.id, "course_id": course_id}
    record(session, at=at, actor=actor, action=action, before=before, after=after, **about)


@contextmanager
def taking_back(session: Session, entry: AuditEntry) -> Iterator[None]:
    """The change that is made within undoes `entry`, and its own entry says so."""
    session.info[_TAKES_BACK] = entry.id
    try:
        yield
        session.flush()
    finally:
        del session.info[_TAKES_BACK]


def entry_of_team(session: Session, team_id: int, entry_id: int) -> AuditEntry | None:
    return session.exec(select(AuditEntry).where(AuditEntry.team_id == team_id, AuditEntry.id == entry_id)).first()


def made_together_with(session: Session, team_id: int, entry: AuditEntry, first: int) -> list[AuditEntry]:
    """The entry with those of the same change, such as a series of courses that was planned at once; in their order.

    `first`: the id of the change's first entry. On a clock that stands still two changes are made at one moment.
    """
    query = select(AuditEntry).where(
        AuditEntry.team_id == team_id,
        AuditEntry.patient_id == entry.patient_id,
        AuditEntry.actor == entry.actor,
        AuditEntry.action == entry.action,
        AuditEntry.at == entry.at,
        col(AuditEntry.id).between(first, entry.id),
    )
    return list(session.exec(query.order_by(col(AuditEntry.id))))


def made_between(session: Session, team_id: int, first: int, last: AuditEntry) -> list[AuditEntry]:
    """From the entry with the id `first` to `last`, what its actor changed at that moment, of whichever patients."""
    query = select(AuditEntry).where(
        AuditEntry.team_id == team_id,
        AuditEntry.actor == last.actor,
        AuditEntry.at == last.at,
        col(AuditEntry.id).between(first, last.id),
    )
    return list(session.exec(query.order_by(col(AuditEntry.id))))


def latest_of_courses(session: Session, team_id: int, first: int, last: int, actor: str) -> AuditEntry | None:
    """What this actor changed last of a course, of the entries with these ids and those between."""
    query = select(AuditEntry).where(
        AuditEntry.team_id == team_id,
        AuditEntry.actor == actor,
        col(AuditEntry.id).between(first, last),
        col(AuditEntry.course_id).is_not(None),
    )
    return session.exec(query.order_by(col(AuditEntry.id).desc()).limit(1)).first()


def is_taken_back(session: Session, team_id: int, entry_id: int) -> bool:
    query = select(AuditEntry.id).where(AuditEntry.team_id == team_id, AuditEntry.takes_back == entry_id)
    return session.exec(query).first() is not None


def that_take_back(session: Session, team_id: int, entry_ids: Collection[int]) -> list[AuditEntry]:
    """What undid these, in its order."""
    query = select(AuditEntry).where(AuditEntry.team_id == team_id, col(AuditEntry.takes_back).in_(entry_ids))
    return list(session.exec(query.order_by(col(AuditEntry.id))))


def made_in(session: Session, actor: str) -> tuple[int, int]:
    """The ids of the first and the last of what this actor changed in this transaction. IndexError for nothing."""
    session.flush()
    made: list[AuditEntry] = [entry for entry in session.info.get(_MADE, []) if entry.actor == actor]
    return made[0].id, made[-1].id


def later_about(session: Session, team_id: int, entry: AuditEntry) -> list[AuditEntry]:
    """What was changed after it of the same course, patient or team; not what undid something, nor what was undone."""
    undone = select(AuditEntry.takes_back).where(AuditEntry.team_id == team_id, col(AuditEntry.takes_back) > entry.id)
    query = select(AuditEntry).where(
        AuditEntry.team_id == team_id,
        AuditEntry.patient_id == entry.patient_id,
        AuditEntry.course_id == entry.course_id,
        col(AuditEntry.id) > entry.id,
        col(AuditEntry.takes_back).is_(None),
        col(AuditEntry.id).not_in(undone),
    )
    return list(session.exec(query))


def newest_of(session: Session, team_id: int, action: str) -> AuditEntry | None:
    query = select(AuditEntry).where(AuditEntry.team_id == team_id, AuditEntry.action == action)
    return session.exec(query.order_by(col(AuditEntry.id).desc()).limit(1)).first()


def newest_about(session: Session, team_id: int, patient_id: int, action: str) -> AuditEntry | None:
    query = select(AuditEntry).where(
        AuditEntry.team_id == team_id, AuditEntry.patient_id == patient_id, AuditEntry.action == action
    )
    return session.exec(query.order_by(col(AuditEntry.id).desc()).limit(1)).first()


def latest_of(
    session: Session, team_id: int, patient_id: int | None, limit: int, but: Collection[str], before: int | None = None
) -> list[tuple[AuditEntry, Patient | None]]:
    """The team's latest entries, or a patient's, with whom they are about; newest first, save the actions in `but`.

    `before`: the older ones than this entry. Of whoever had everything erased, there is only that it was erased.
    """
    query = (
        select(AuditEntry, Patient)
        .outerjoin(Patient, (col(AuditEntry.patient_id) == Patient.id) & (col(Patient.team_id) == team_id))
        .where(
            AuditEntry.team_id == team_id,
            true() if patient_id is None else col(AuditEntry.patient_id) == patient_id,
            col(AuditEntry.action).not_in(but),
            true() if before is None else col(AuditEntry.id) < before,
            or_(
                col(Patient.id).is_(None),
                col(Patient.status) != PatientStatus.ERASED,
                AuditEntry.action == ERASED,
            ),
        )
    )
    return list(session.exec(query.order_by(col(AuditEntry.id).desc()).limit(limit)))


def newest_of_patients(session: Session, team_id: int) -> dict[int, tuple[int, int]]:
    """By patient id: the newest entry's number, and how many there are."""
    query = (
        select(col(AuditEntry.patient_id), func.max(AuditEntry.id), func.count(col(AuditEntry.id)))
        .where(
            # An entry is found by whom it is about.
            col(AuditEntry.patient_id).in_(select(Patient.id).where(Patient.team_id == team_id))
        )
        .group_by(col(AuditEntry.patient_id))
    )
    return {patient_id: (newest, many) for patient_id, newest, many in session.exec(query) if patient_id is not None}


def history_of_patient(session: Session, team_id: int, patient_id: int) -> list[AuditEntry]:
    """Oldest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.team_id == team_id, AuditEntry.patient_id == patient_id)
        .order_by(col(AuditEntry.id))
    )
    return list(session.exec(query))
