"""Where each chat stands in a form, and each pane of the desk that its person has open."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, or_, select

from storage.models import Dialogue, Patient, Staff

# Asked at each press and each line: put together once.
_OF_CHAT = select(Dialogue).where(Dialogue.chat_id == bindparam("chat_id"), Dialogue.pane == bindparam("pane"))


def dialogue_of(session: Session, chat_id: int, pane: int = 0) -> Dialogue | None:
    """`pane`: 0 for the chat itself."""
    return session.exec(_OF_CHAT, params={"chat_id": chat_id, "pane": pane}).first()


def keep_dialogue(
    session: Session,
    chat_id: int,
    form: str,
    state: Mapping[str, Any],
    now: datetime,
    message_id: int | None,
    pane: int = 0,
) -> None:
    """Replaces what was kept: a chat is in one form at a time, and so is a pane."""
    dialogue = dialogue_of(session, chat_id, pane) or Dialogue(chat_id=chat_id, pane=pane, form=form, updated_at=now)
    dialogue.form, dialogue.state = form, dict(state)
    dialogue.message_id, dialogue.updated_at = message_id, now
    session.add(dialogue)


def end_those_of_members(session: Session) -> None:
    """Of everybody who is a patient or on a team, in all teams. Who is still joining goes on."""
    of_staff = select(Staff.chat_id).where(col(Staff.chat_id).is_not(None))
    of_patients = select(Patient.chat_id).where(col(Patient.chat_id).is_not(None))
    known = or_(col(Dialogue.chat_id).in_(of_staff), col(Dialogue.chat_id).in_(of_patients))
    session.flush()
    session.connection().execute(delete(Dialogue).where(known))
    session.expire_all()


def forget_untouched(session: Session, team_id: int, before: datetime) -> int:
    """Forms of the team's members and patients in which nothing was said since then; returns how many."""
    of_staff = select(Staff.chat_id).where(Staff.team_id == team_id, col(Staff.chat_id).is_not(None))
    of_patients = select(Patient.chat_id).where(Patient.team_id == team_id, col(Patient.chat_id).is_not(None))
    of_team = or_(col(Dialogue.chat_id).in_(of_staff), col(Dialogue.chat_id).in_(of_patients))
    statement = delete(Dialogue).where(of_team, col(Dialogue.updated_at) < before)
    return session.connection().execute(statement).rowcount


def end_dialogue(session: Session, chat_id: int, pane: int = 0) -> None:
    dialogue = dialogue_of(session, chat_id, pane)
    if dialogue is not None:
        session.delete(dialogue)


def end_all_of(session: Session, chat_id: int) -> None:
    """In the chat and in every pane."""
    for dialogue in session.exec(select(Dialogue).where(Dialogue.chat_id == chat_id)):
        session.delete(dialogue)
