"""What somebody asks for and waits for, a page or a copy of their own data: made at once, and sent first."""

from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import research
from storage import audit, drawings, outbox, teams
from storage.models import Chat, DrawingKind, MessageKind, Patient, Staff

STILL_WANTED = timedelta(hours=1)


def ask(session: Session, staff: Staff, chat: Chat, patient: Patient | None, request: str, now: datetime) -> None:
    """The team's page, or one patient's. `request`: what tells this asking from another; told twice it is one."""
    kind = MessageKind.SUMMARY_ASKED if patient is None else MessageKind.CHART_ASKED
    _ask(session, kind, staff.team_id, chat, patient, request, now)


def ask_own_chart(session: Session, patient: Patient, chat: Chat, request: str, now: datetime) -> None:
    """The patient's own numbers as a picture, for the patient."""
    kind = MessageKind.OWN_CHART_ASKED
    _ask(session, kind, patient.team_id, chat, patient, request, now, DrawingKind.OWN_CHART)


def ask_own_copy(session: Session, patient: Patient, chat: Chat, request: str, now: datetime) -> None:
    """Everything that is held on the patient, for the patient. Health data leaves the house: that is written down."""
    audit.record(
        session,
        team_id=patient.team_id,
        at=now,
        actor=audit.patient_actor(patient.id),
        action="own_copy_asked",
        patient_id=patient.id,
    )
    kind = MessageKind.OWN_COPY_ASKED
    _ask(session, kind, patient.team_id, chat, patient, request, now, DrawingKind.OWN_COPY)


def ask_export(
    session: Session, staff: Staff, chat: Chat, kind: DrawingKind, patients: int, request: str, now: datetime
) -> None:
    """The diaries of the team's `patients`, for research."""
    team = teams.team_by_id(session, staff.team_id)
    research.note_export(session, team, audit.staff_actor(staff.id), patients, now)
    _ask(session, MessageKind.EXPORT_ASKED, team.id, chat, None, request, now, kind)


def _ask(
    session: Session,
    kind: MessageKind,
    team_id: int,
    chat: Chat,
    patient: Patient | None,
    request: str,
    now: datetime,
    drawn: DrawingKind = DrawingKind.PAGE,
) -> None:
    key = f"asked:{chat.id}:{request}"[: outbox.LONGEST_KEY]
    patient_id = patient.id if patient is not None else None
    drawing = drawings.wanted(
        session,
        team_id=team_id,
        patient_id=patient_id,
        language=chat.language,
        as_of=now,
        dedupe_key=key,
        expires_at=now + STILL_WANTED,
        kind=drawn,
    )
    outbox.enqueue(
        session,
        outbox.draft(
            kind=kind,
            team_id=team_id,
            chat_id=chat.id,
            patient_id=patient_id,
            drawing_id=drawing,
            dedupe_key=key,
            due_at=now,
            expires_at=now + STILL_WANTED,
        ),
    )
