"""A page that a clinician asks for: drawn by whoever has time, and sent before everything else."""

from datetime import datetime, timedelta

from sqlmodel import Session

from storage import drawings, outbox
from storage.models import Chat, MessageKind, Patient, Staff

STILL_WANTED = timedelta(hours=1)


def ask(session: Session, staff: Staff, chat: Chat, patient: Patient | None, request: str, now: datetime) -> None:
    """The team's page, or one patient's. `request`: what tells this asking from another; told twice it is one."""
    key = f"asked:{chat.id}:{request}"[: outbox.LONGEST_KEY]
    drawing = drawings.wanted(
        session,
        team_id=staff.team_id,
        patient_id=patient.id if patient is not None else None,
        language=chat.language,
        as_of=now,
        dedupe_key=key,
        expires_at=now + STILL_WANTED,
    )
    outbox.enqueue(
        session,
        outbox.draft(
            kind=MessageKind.SUMMARY_ASKED if patient is None else MessageKind.CHART_ASKED,
            team_id=staff.team_id,
            chat_id=chat.id,
            patient_id=patient.id if patient is not None else None,
            drawing_id=drawing,
            dedupe_key=key,
            due_at=now,
            expires_at=now + STILL_WANTED,
        ),
    )
