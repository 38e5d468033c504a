"""What somebody asks for and waits for, a page or a copy of their own data: made at once, and sent first."""

from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import research
from storage import audit, drawings, outbox, teams
from storage.models import Chat, DrawingKind, MessageKind, Patient, Staff, SummaryBrings

STILL_WANTED = timedelta(hours=1)


# What `/summary` brings: as the weekly one, but the PDF on its own button.
SUMMARY_PARTS = (MessageKind.SUMMARY_ASKED, MessageKind.SUMMARY_PICTURE)


def ask_chart(session: Session, staff: Staff, chat: Chat, patient: Patient, request: str, now: datetime) -> None:
    """One patient's page. `request`: what tells this asking from another; told twice it is one."""
    _ask(session, MessageKind.CHART_ASKED, staff.team_id, chat, patient, request, now)


def ask_summary(session: Session, staff: Staff, chat: Chat, request: str, now: datetime) -> None:
    """The team as it is now, in words and as a picture: everybody, or whoever needs a look."""
    drawn = DrawingKind.LOOK if staff.summary_brings is SummaryBrings.LOOK else DrawingKind.SUMMARY
    before: str | None = None
    for kind in SUMMARY_PARTS:
        before = _ask(session, kind, staff.team_id, chat, None, request, now, drawn, follows=before)


def ask_picture(session: Session, staff: Staff, chat: Chat, page: int, request: str, now: datetime) -> None:
    """A further page of the team's picture."""
    drawn = DrawingKind.LOOK if staff.summary_brings is SummaryBrings.LOOK else DrawingKind.SUMMARY
    _ask(session, MessageKind.SUMMARY_PICTURE, staff.team_id, chat, None, request, now, drawn, page)


def ask_pdf(session: Session, staff: Staff, chat: Chat, request: str, now: datetime) -> None:
    """The same on paper, with a page a patient."""
    drawn = DrawingKind.LOOK_PDF if staff.summary_brings is SummaryBrings.LOOK else DrawingKind.SUMMARY_PDF
    _ask(session, MessageKind.SUMMARY_PDF, staff.team_id, chat, None, request, now, drawn)


def ask_own_chart(session: Session, patient: Patient, chat: Chat, request: str, now: datetime) -> None:
    """The patient's own numbers as a picture, for the patient."""
    kind = MessageKind.OWN_CHART_ASKED
    _ask(session, kind, patient.team_id, chat, patient, request, now, DrawingKind.OWN_CHART)


def ask_own_copy(session: Session, patient: Patient, chat: Chat, request: str, now: datetime) -> None:
    """Everything that is held on the patient, for the patient. Health data leaves the house: that is written down."""
    audit.record_about(session, patient, now, actor=audit.patient_actor(patient.id), action="own_copy_asked")
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
    page: int = 1,
    follows: str | None = None,
) -> str:
    """What is drawn alike for several messages is drawn once. Returns the message's key, for what follows it."""
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
        page=page,
    )
    own_key = f"{kind.value}:{key}"[: outbox.LONGEST_KEY]
    outbox.enqueue(
        session,
        outbox.draft(
            kind=kind,
            team_id=team_id,
            chat_id=chat.id,
            patient_id=patient_id,
            drawing_id=drawing,
            dedupe_key=own_key,
            due_at=now,
            expires_at=now + STILL_WANTED,
            asked=kind in (MessageKind.SUMMARY_PICTURE, MessageKind.SUMMARY_PDF),
            follows=follows,
        ),
    )
    return own_key
