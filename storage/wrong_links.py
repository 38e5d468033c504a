"""Who opened links that are none of ours, and when: of strangers too, for an hour."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select

from storage.chats import LONGEST_RECEIPT
from storage.database import insert_ignoring_duplicates
from storage.models import WrongLink

_FORGET = delete(WrongLink).where(col(WrongLink.tried_at) < bindparam("instant"))


def note(session: Session, telegram_id: int, what: str, now: datetime) -> bool:
    """False for the same thing told again."""
    row = {"telegram_id": telegram_id, "what": what[:LONGEST_RECEIPT], "tried_at": now}
    return insert_ignoring_duplicates(session, WrongLink, [row]) == 1


def by(session: Session, telegram_id: int, since: datetime) -> int:
    """How many this account has opened."""
    mine = select(func.count()).where(WrongLink.telegram_id == telegram_id, WrongLink.tried_at > since)
    return session.exec(mine).one()


def by_anybody(session: Session, since: datetime, most: int) -> int:
    """How many everybody has opened together; counted up to `most`."""
    some = select(WrongLink.what).where(WrongLink.tried_at > since).limit(most).subquery()
    return session.exec(select(func.count()).select_from(some)).one()


def forget_before(session: Session, instant: datetime) -> None:
    session.connection().execute(_FORGET, {"instant": instant})


def forget_of(session: Session, telegram_id: int) -> None:
    session.connection().execute(delete(WrongLink).where(col(WrongLink.telegram_id) == telegram_id))
