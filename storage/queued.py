"""Messages by what they are about: what has reached whom, or may have, or is still to."""

from collections.abc import Collection
from datetime import date

from sqlmodel import Session, col, func, or_, select

from storage.models import MessageKind, MessageState, OutboxMessage
from storage.outbox import ALERTS, CLAIMABLE


def heard_last(
    session: Session, kinds: Collection[MessageKind], *, team_id: int, course_id: int
) -> dict[int, MessageKind]:
    """By chat id, which of these kinds about a course arrived there last, or may have."""
    query = (
        select(OutboxMessage.chat_id, OutboxMessage.kind)
        .where(
            OutboxMessage.team_id == team_id,
            OutboxMessage.course_id == course_id,
            col(OutboxMessage.kind).in_(kinds),
            or_(
                col(OutboxMessage.state).in_((MessageState.SENDING, MessageState.SENT)),
                col(OutboxMessage.doubtful),
            ),
        )
        .order_by(col(OutboxMessage.id))
    )
    return {chat_id: MessageKind(kind) for chat_id, kind in session.exec(query)}


def messages_of_alert(session: Session, team_id: int, alert_id: int, *, hold: bool = False) -> list[OutboxMessage]:
    """The alert itself and that it was not seen, one a reader, whatever became of it.

    `hold`: until the commit none of them is sent.
    """
    query = (
        select(OutboxMessage)
        .where(
            OutboxMessage.team_id == team_id,
            OutboxMessage.alert_id == alert_id,
            col(OutboxMessage.kind).in_(ALERTS),
        )
        .order_by(col(OutboxMessage.id))
    )
    return list(session.exec(query.with_for_update() if hold else query))


def another_is_on_its_way(session: Session, message: OutboxMessage) -> bool:
    """Whether an earlier one of the kind is still to reach the same chat, or may have."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.team_id == message.team_id,
        OutboxMessage.chat_id == message.chat_id,
        OutboxMessage.kind == message.kind,
        col(OutboxMessage.id) < message.id,
        col(OutboxMessage.state).in_((*CLAIMABLE, MessageState.SENDING)),
    )
    return session.exec(query.limit(1)).first() is not None


def anything_sent_after(session: Session, team_id: int, chat_id: int, message_id: int) -> bool:
    """Whether what nobody asked for stands below that message of the chat."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.team_id == team_id,
        OutboxMessage.chat_id == chat_id,
        OutboxMessage.state == MessageState.SENT,
        col(OutboxMessage.message_id) > message_id,
    )
    return session.exec(query.limit(1)).first() is not None


def message_about_confirming(session: Session, team_id: int, day: date, chat_id: int) -> OutboxMessage | None:
    """In which this reader was asked about the courses of a day."""
    query = select(OutboxMessage).where(
        OutboxMessage.team_id == team_id,
        OutboxMessage.chat_id == chat_id,
        OutboxMessage.kind == MessageKind.CONFIRMATION_ASKED,
        OutboxMessage.diary_date == day,
    )
    return session.exec(query).first()


def chats_asked_to_confirm(session: Session, team_id: int, day: date) -> list[int]:
    """Where the question about the courses of a day stands."""
    query = select(OutboxMessage.chat_id).where(
        OutboxMessage.team_id == team_id,
        OutboxMessage.kind == MessageKind.CONFIRMATION_ASKED,
        OutboxMessage.diary_date == day,
        OutboxMessage.state == MessageState.SENT,
    )
    return list(session.exec(query))


def confirmations_changed(session: Session, team_id: int, day: date) -> list[OutboxMessage]:
    """What rewrites, or rewrote, the questions about the courses of a day."""
    query = select(OutboxMessage).where(
        OutboxMessage.team_id == team_id,
        OutboxMessage.kind == MessageKind.CONFIRMATION_CHANGED,
        OutboxMessage.diary_date == day,
    )
    return list(session.exec(query))


def dates_in_doubt(session: Session, team_id: int, patient_id: int) -> bool:
    """Whether a message about changed dates may have arrived, of which nothing was written down."""
    newest_sent = select(func.max(OutboxMessage.id)).where(
        OutboxMessage.team_id == team_id,
        OutboxMessage.patient_id == patient_id,
        OutboxMessage.kind == MessageKind.COURSES_CHANGED,
        OutboxMessage.state == MessageState.SENT,
    )
    known = session.exec(newest_sent).one() or 0
    doubtful = select(OutboxMessage.id).where(
        OutboxMessage.team_id == team_id,
        OutboxMessage.patient_id == patient_id,
        OutboxMessage.kind == MessageKind.COURSES_CHANGED,
        OutboxMessage.state != MessageState.SENT,
        col(OutboxMessage.doubtful),
        col(OutboxMessage.id) > known,
    )
    return session.exec(doubtful.limit(1)).first() is not None
