"""Erasing a patient: every row about them, in every table that there is or will be.

What stays is the pseudonym, so that nobody else is ever given it, and who did what and when, without what it was.
"""

import json
from datetime import UTC, datetime, time

from sqlmodel import Session, SQLModel, col, delete, select, update

from storage import outbox, patients, wrong_links
from storage.models import (
    AuditEntry,
    Chat,
    Dialogue,
    Drawing,
    DrawingState,
    Invitation,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Receipt,
    Staff,
)

# Before every diary: when an erased patient came is not kept either.
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = {AuditEntry.__tablename__, Patient.__tablename__}


def erase_patient(session: Session, team_id: int, patient_id: int) -> None:
    """Leaves the pseudonym, and audit entries without contents. Their chat goes too: no patient is of the staff."""
    session.flush()
    patients.hold(session, team_id, patient_id, against_rows=True)
    _empty_audit(session, team_id, patient_id)
    _forget_forms(session, team_id, patient_id)
    for table in reversed(SQLModel.metadata.sorted_tables):
        if "patient_id" in table.c and table.name not in KEPT:
            of_patient = (table.c.team_id == team_id) & (table.c.patient_id == patient_id)
            session.connection().execute(table.delete().where(of_patient))
    _draw_team_pages_anew(session, team_id)
    chat_id = session.exec(select(Patient.chat_id).where(Patient.team_id == team_id, Patient.id == patient_id)).one()
    _leave_the_pseudonym(session, team_id, patient_id)
    if chat_id is not None:
        _forget_chat(session, chat_id)
    session.expire_all()


def _empty_audit(session: Session, team_id: int, patient_id: int) -> None:
    """Courses have dates and doses: what was changed, from what to what, is about health."""
    statement = (
        update(AuditEntry)
        .where(col(AuditEntry.team_id) == team_id, col(AuditEntry.patient_id) == patient_id)
        .values(before=None, after=None, course_id=None)
    )
    session.connection().execute(statement)


def _forget_forms(session: Session, team_id: int, patient_id: int) -> None:
    """Forms of the team's staff about the patient, open or finished: their answers, and what they said at the end.

    By id: what was typed may call the patient `7kq4`. And by the code, whatever else may name it.
    """
    query = select(Patient.pseudonym).where(Patient.team_id == team_id, Patient.id == patient_id)
    pseudonym = session.exec(query).one()
    forms = select(Dialogue).join(Staff, col(Staff.chat_id) == col(Dialogue.chat_id)).where(Staff.team_id == team_id)
    for form in session.exec(forms):
        subject = form.state.get("subject", {})
        is_about = patient_id in {subject.get("patient"), *subject.get("patients", ())}
        if is_about or pseudonym in json.dumps(form.state):
            session.delete(form)
    session.flush()


def _draw_team_pages_anew(session: Session, team_id: int) -> None:
    """The team's pages show everybody. What waits to be sent is drawn once more, without the patient."""
    pages = (col(Drawing.team_id) == team_id) & col(Drawing.patient_id).is_(None)
    shown = select(OutboxMessage.drawing_id).where(
        OutboxMessage.team_id == team_id,
        col(OutboxMessage.drawing_id).is_not(None),
        col(OutboxMessage.state).in_(outbox.NOT_SETTLED),
    )
    wanted = {drawing_id for drawing_id in session.exec(shown) if drawing_id is not None}
    anew = pages & col(Drawing.id).in_(wanted) & (col(Drawing.state) != DrawingState.FAILED)
    connection = session.connection()
    connection.execute(
        update(Drawing)
        .where(anew)
        .values(
            state=DrawingState.WAITING, attempts=0, png=None, archive=None, caption=None, owner=None, lease_until=None
        )
    )
    waiting_again = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.team_id) == team_id,
            col(OutboxMessage.drawing_id).in_(select(Drawing.id).where(anew)),
            col(OutboxMessage.state) == MessageState.PENDING,
        )
        .values(state=MessageState.WAITING)
    )
    connection.execute(waiting_again)
    over = select(Drawing.id).where(pages, col(Drawing.id).not_in(wanted))
    connection.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.team_id) == team_id, col(OutboxMessage.drawing_id).in_(over))
        .values(drawing_id=None)
    )
    connection.execute(delete(Drawing).where(pages, col(Drawing.id).not_in(wanted)))


def _leave_the_pseudonym(session: Session, team_id: int, patient_id: int) -> None:
    blank = {
        "chat_id": None,
        "label": None,
        "status": PatientStatus.ERASED,
        "time_zone": "UTC",
        "prompt_time": time(0, 0),
        "next_prompt_at": None,
        "follow_up": True,
        "told_prompt_time": None,
        "told_time_zone": None,
        "reminder_leads": None,
        "paused_until": None,
        "days_off": "",
        "one_column": False,
        "consent_version": None,
        "consented_at": None,
        "withdrawn_at": None,
        "created_at": NO_TIME,
    }
    statement = update(Patient).where(col(Patient.team_id) == team_id, col(Patient.id) == patient_id).values(blank)
    session.connection().execute(statement)


def _forget_chat(session: Session, chat_id: int) -> None:
    """The Telegram account itself. Whoever writes from it afterwards is a stranger."""
    chat = session.get_one(Chat, chat_id)
    wrong_links.forget_of(session, chat.telegram_id)
    # Whoever asked for it is still to be answered, in their language.
    session.expunge(chat)
    connection = session.connection()
    for table in (Receipt, Dialogue):
        connection.execute(delete(table).where(col(table.chat_id) == chat_id))
    connection.execute(update(Invitation).where(col(Invitation.used_by) == chat_id).values(used_by=None))
    connection.execute(delete(OutboxMessage).where(col(OutboxMessage.chat_id) == chat_id))
    connection.execute(delete(Chat).where(col(Chat.id) == chat_id))
