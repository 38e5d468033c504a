"""The outbox: what is to be sent and when, and what became of it.

`pending → sending → sent | unsure | failed | expired | withdrawn`. A claim is committed before the request
goes out; what a lease leaves behind is unsure, and an unsure message is sent once more, never twice more.
"""

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select, true, update

from storage.database import insert_ignoring_duplicates
from storage.models import MessageKind, MessageState, OutboxMessage

CLAIMABLE = (MessageState.PENDING, MessageState.UNSURE)


def draft(
    *,
    kind: MessageKind,
    team_id: int,
    chat_id: int,
    dedupe_key: str,
    due_at: datetime,
    expires_at: datetime,
    patient_id: int | None = None,
    course_id: int | None = None,
    diary_date: date | None = None,
) -> dict[str, Any]:
    """A message to be added."""
    return {
        "kind": kind,
        "team_id": team_id,
        "chat_id": chat_id,
        "dedupe_key": dedupe_key,
        "due_at": due_at,
        "expires_at": expires_at,
        "patient_id": patient_id,
        "course_id": course_id,
        "diary_date": diary_date,
        "state": MessageState.PENDING,
        "attempts": 0,
        "doubtful": False,
    }


def enqueue(session: Session, *drafts: dict[str, Any]) -> int:
    """Adds the messages whose keys are new; returns how many those were."""
    return insert_ignoring_duplicates(session, OutboxMessage, drafts)


def claim(session: Session, *, owner: str, now: datetime, lease: timedelta, limit: int) -> list[OutboxMessage]:
    """Takes up to `limit` due messages for `owner`; of several workers each message goes to one."""
    _settle_abandoned(session, now)
    query = (
        select(OutboxMessage)
        .where(col(OutboxMessage.state).in_(CLAIMABLE), OutboxMessage.due_at <= now)
        .order_by(col(OutboxMessage.due_at), col(OutboxMessage.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    messages = list(session.exec(query))
    for message in messages:
        message.state, message.owner, message.lease_until = MessageState.SENDING, owner, now + lease
        message.attempts += 1
        session.add(message)
    return messages


def take_up_left_behind(session: Session, due_at: datetime | None = None) -> int:
    """At a start: whatever a killed process was sending is unsure, and due again at `due_at`; returns how many.

    On SQLite alone, where one process sends. On PostgreSQL another replica may be at it: there the lease decides.
    """
    if session.get_bind().dialect.name != "sqlite":
        return 0
    return _leave(session, None, due_at)


def leave_behind(session: Session, owner: str) -> int:
    """At an end: what `owner` was still sending is unsure; returns how many that were."""
    return _leave(session, owner, None)


def _leave(session: Session, owner: str | None, due_at: datetime | None) -> int:
    values = {"state": MessageState.UNSURE, "doubtful": True, "owner": None, "lease_until": None}
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.state) == MessageState.SENDING,
            true() if owner is None else col(OutboxMessage.owner) == owner,
        )
        .values(values if due_at is None else {**values, "due_at": due_at})
    )
    return session.connection().execute(statement).rowcount


def _settle_abandoned(session: Session, now: datetime) -> None:
    """A lease that ran out: it may have been sent. What is past its expiry is not sent any more."""
    connection = session.connection()
    abandoned = (
        update(OutboxMessage)
        .where(col(OutboxMessage.state) == MessageState.SENDING, col(OutboxMessage.lease_until) <= now)
        .values(state=MessageState.UNSURE, doubtful=True, owner=None, lease_until=None)
    )
    connection.execute(abandoned)
    expired = (
        update(OutboxMessage)
        .where(col(OutboxMessage.state).in_(CLAIMABLE), col(OutboxMessage.expires_at) <= now)
        .values(state=MessageState.EXPIRED)
    )
    connection.execute(expired)


def message_by_id(session: Session, message_id: int) -> OutboxMessage | None:
    return session.exec(select(OutboxMessage).where(OutboxMessage.id == message_id)).first()


def settle(
    session: Session,
    message: OutboxMessage,
    state: MessageState,
    *,
    due_at: datetime | None = None,
    fault: str | None = None,
) -> None:
    """Ends a claim: to a final state, or back to be sent again at `due_at`."""
    message.state, message.owner, message.lease_until, message.fault = state, None, None, fault
    if due_at is not None:
        message.due_at = due_at
    session.add(message)


def note_sent(session: Session, message: OutboxMessage, telegram_message_id: int, now: datetime) -> None:
    settle(session, message, MessageState.SENT)
    message.message_id, message.sent_at = telegram_message_id, now


def prove_delivered(session: Session, message: OutboxMessage, telegram_message_id: int, now: datetime) -> bool:
    """A tap on the message proves that it arrived. True when that was in doubt; it is not sent again."""
    waits_again = message.state is MessageState.PENDING and message.doubtful
    if message.state not in {MessageState.UNSURE, MessageState.SENDING} and not waits_again:
        return False
    note_sent(session, message, telegram_message_id, now)
    return True


def withdraw(
    session: Session, kind: MessageKind, *, course_id: int | None = None, patient_id: int | None = None
) -> int:
    """Withdraws what is still waiting of this kind about a course or a patient; returns how many that were."""
    about = (
        col(OutboxMessage.course_id) == course_id
        if course_id is not None
        else col(OutboxMessage.patient_id) == patient_id
    )
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.kind) == kind,
            about,
            col(OutboxMessage.state).in_(CLAIMABLE),
        )
        .values(state=MessageState.WITHDRAWN)
        .execution_options(synchronize_session="fetch")
    )
    return session.connection().execute(statement).rowcount
