"""Where each chat stands in a form."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, select

from storage.models import Dialogue

# Asked at each press and each line: put together once.
_OF_CHAT = select(Dialogue).where(Dialogue.chat_id == bindparam("chat_id"))


def dialogue_of(session: Session, chat_id: int) -> Dialogue | None:
    return session.exec(_OF_CHAT, params={"chat_id": chat_id}).first()


def keep_dialogue(
    session: Session, chat_id: int, form: str, state: Mapping[str, Any], now: datetime, message_id: int | None
) -> None:
    """Replaces what was kept: a chat is in one form at a time."""
    dialogue = dialogue_of(session, chat_id) or Dialogue(chat_id=chat_id, form=form, updated_at=now)
    dialogue.form, dialogue.state = form, dict(state)
    dialogue.message_id, dialogue.updated_at = message_id, now
    session.add(dialogue)


def end_dialogue(session: Session, chat_id: int) -> None:
    dialogue = dialogue_of(session, chat_id)
    if dialogue is not None:
        session.delete(dialogue)
