"""Private chats: where messages go, in which language, and whether they can be reached."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, select, update

from storage.database import insert_ignoring_duplicates
from storage.models import Chat, Dialogue, Invitation, OutboxMessage, Patient, Receipt, Staff, Team

T = TypeVar("T")
LONGEST_RECEIPT = 80


@dataclass(frozen=True)
class Someone:
    """Who a chat belongs to. A stranger has neither `patient` nor `staff`; nobody has both."""

    chat: Chat
    team: Team | None = None
    patient: Patient | None = None
    staff: Staff | None = None

    @property
    def the_patient(self) -> Patient:
        """LookupError for someone who is none: the routes let in patients alone."""
        return _known(self.patient)

    @property
    def the_staff(self) -> Staff:
        return _known(self.staff)

    @property
    def the_team(self) -> Team:
        return _known(self.team)


def _known(role: T | None) -> T:
    if role is None:
        raise LookupError("the routes let nobody in here without this role")
    return role


_WHO_IS = (
    select(Chat, Staff, Patient, Team)
    .outerjoin(Staff, Staff.chat_id == Chat.id)  # type: ignore[arg-type]
    .outerjoin(Patient, Patient.chat_id == Chat.id)  # type: ignore[arg-type]
    .outerjoin(Team, col(Team.id) == func.coalesce(Staff.team_id, Patient.team_id))
    .where(Chat.telegram_id == bindparam("telegram_id"))
)
_FORGET_RECEIPTS = delete(Receipt).where(col(Receipt.received_at) < bindparam("instant"))


def chat_by_id(session: Session, chat_id: int) -> Chat:
    return session.get_one(Chat, chat_id)


def open_chat(session: Session, telegram_id: int, language: str, now: datetime) -> Chat:
    """The chat of this Telegram account, made when it is new."""
    chat = session.exec(select(Chat).where(Chat.telegram_id == telegram_id)).first()
    if chat is None:
        chat = Chat(telegram_id=telegram_id, language=language, created_at=now)
        session.add(chat)
        session.flush()
    return chat


def who_is(session: Session, telegram_id: int) -> Someone | None:
    """Whom this Telegram account belongs to; None for one that has never been let in."""
    row = session.exec(_WHO_IS, params={"telegram_id": telegram_id}).first()
    if row is None:
        return None
    chat, staff, patient, team = row
    return Someone(chat, team, patient, staff)


def mark_unreachable(session: Session, chat: Chat, now: datetime) -> bool:
    """True the first time; False when it was known."""
    if chat.unreachable_since is not None:
        return False
    chat.unreachable_since = now
    session.add(chat)
    return True


def mark_reachable(session: Session, chat: Chat) -> None:
    chat.unreachable_since = None
    session.add(chat)


def forget_receipts_before(session: Session, instant: datetime) -> None:
    session.connection().execute(_FORGET_RECEIPTS, {"instant": instant})


def has_receipt(session: Session, chat_id: int, what: str) -> bool:
    return session.get(Receipt, (chat_id, what)) is not None


def forget_strangers(session: Session, before: datetime) -> None:
    """Accounts, known since before then, that are on no team and keep no diary, and with whom nothing is under way.

    Such as those who opened a link and never agreed.
    """
    members = select(Staff.chat_id).where(col(Staff.chat_id).is_not(None))
    diarists = select(Patient.chat_id).where(col(Patient.chat_id).is_not(None))
    lately = select(Dialogue.chat_id).where(col(Dialogue.updated_at) >= before)
    held = [members, diarists, lately, select(OutboxMessage.chat_id), select(Receipt.chat_id)]
    nobodys = [col(Chat.id).not_in(each) for each in held]
    found = list(session.exec(select(Chat.id).where(Chat.created_at < before, *nobodys)))
    if found:
        connection = session.connection()
        connection.execute(delete(Dialogue).where(col(Dialogue.chat_id).in_(found)))
        connection.execute(update(Invitation).where(col(Invitation.used_by).in_(found)).values(used_by=None))
        connection.execute(delete(Chat).where(col(Chat.id).in_(found)))


def note_receipt(session: Session, chat_id: int, what: str, now: datetime) -> bool:
    """True when this message or press is new; False when it was acted upon before."""
    row = {"chat_id": chat_id, "what": what[:LONGEST_RECEIPT], "received_at": now}
    return insert_ignoring_duplicates(session, Receipt, [row]) == 1
