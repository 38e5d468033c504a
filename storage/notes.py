"""What patients write beside the numbers: kept word for word. What they remove stays, and is shown no more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from storage.models import DiaryDay, Note

_ON = (
    select(col(Note.id), col(Note.text))
    .where(
        Note.team_id == bindparam("team_id"),
        Note.patient_id == bindparam("patient_id"),
        Note.diary_date == bindparam("diary_date"),
        col(Note.removed_at).is_(None),
    )
    .order_by(col(Note.id))
)


def notes_on(session: Session, day: DiaryDay) -> dict[int, str]:
    """Their words, by the note's number, in the order in which they were written."""
    wanted = {"team_id": day.team_id, "patient_id": day.patient_id, "diary_date": day.diary_date}
    return {note.id: note.text for note in session.connection().execute(_ON, wanted)}


def latest_notes(session: Session, team_id: int, patient_id: int, most: int) -> Sequence[Note]:
    """The latest, by the day they are about and then as they were written, the newest last."""
    query = (
        select(Note)
        .where(Note.team_id == team_id, Note.patient_id == patient_id, col(Note.removed_at).is_(None))
        .order_by(col(Note.diary_date).desc(), col(Note.id).desc())
        .limit(most)
    )
    return list(session.exec(query))[::-1]


def add_note(
    session: Session, day: DiaryDay, text: str, said_at: datetime, received_at: datetime, *, late: bool
) -> None:
    session.add(
        Note(
            team_id=day.team_id,
            patient_id=day.patient_id,
            diary_date=day.diary_date,
            text=text,
            said_at=said_at,
            received_at=received_at,
            late=late,
        )
    )


def remove_note(session: Session, day: DiaryDay, number: int, now: datetime) -> None:
    """One of the day's notes is shown no more."""
    statement = (
        update(Note)
        .where(
            col(Note.id) == number,
            col(Note.team_id) == day.team_id,
            col(Note.patient_id) == day.patient_id,
            col(Note.diary_date) == day.diary_date,
            col(Note.removed_at).is_(None),
        )
        .values(removed_at=now)
    )
    session.connection().execute(statement)
