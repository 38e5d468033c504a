"""Messages that are not to be sent any more: taken back before they go."""

from collections.abc import Collection, Mapping
from datetime import date

from sqlmodel import Session, col, select, true, update

from storage.models import TO_SEND, MessageKind, MessageState, OutboxMessage
from storage.outbox import ALERTS, CLAIMABLE


def withdraw(
    session: Session,
    kind: MessageKind,
    *,
    team_id: int,
    patient_id: int,
    course_id: int | None = None,
    but: Collection[str] = (),
) -> int:
    """Withdraws what still waits of this kind about a patient, or a course of theirs, save the keys in `but`.

    Returns how many there were.
    """
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.team_id) == team_id,
            col(OutboxMessage.patient_id) == patient_id,
            col(OutboxMessage.kind) == kind,
            true() if course_id is None else col(OutboxMessage.course_id) == course_id,
            col(OutboxMessage.state).in_(CLAIMABLE),
            col(OutboxMessage.dedupe_key).not_in(but),
        )
        .values(state=MessageState.WITHDRAWN)
    )
    return session.connection().execute(statement).rowcount


def withdraw_of_courses(
    session: Session, kind: MessageKind, *, team_id: int, but: Mapping[int, Collection[str]]
) -> None:
    """Withdraws what still waits of this kind about the courses in `but`, by id, save the keys that it gives for each.

    Looked through first: few wait at any moment, and a team may have plans for years.
    """
    waits = select(col(OutboxMessage.id), col(OutboxMessage.course_id), col(OutboxMessage.dedupe_key)).where(
        TO_SEND, OutboxMessage.team_id == team_id, OutboxMessage.kind == kind
    )
    unwanted = [
        number
        for number, course, key in session.exec(waits)
        if course is not None and key not in but.get(course, (key,))
    ]
    if unwanted:
        statement = (
            update(OutboxMessage)
            .where(
                col(OutboxMessage.team_id) == team_id,
                col(OutboxMessage.id).in_(unwanted),
                col(OutboxMessage.state).in_(CLAIMABLE),
            )
            .values(state=MessageState.WITHDRAWN)
        )
        session.connection().execute(statement)


def withdraw_from(session: Session, team_id: int, chat_id: int) -> set[int]:
    """Withdraws all that still waits for a member of staff; returns the drawings that it waited for."""
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.team_id) == team_id,
            col(OutboxMessage.chat_id) == chat_id,
            col(OutboxMessage.state).in_((MessageState.WAITING, *CLAIMABLE)),
        )
        .values(state=MessageState.WITHDRAWN, untold=col(OutboxMessage.kind).in_(ALERTS))
        .returning(col(OutboxMessage.drawing_id))
    )
    return {drawing for drawing in session.connection().execute(statement).scalars() if drawing is not None}


def withdraw_rewording(session: Session, team_id: int, day: date, chat_id: int) -> None:
    """What waits to rewrite this chat's question about the courses of a day."""
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.team_id) == team_id,
            col(OutboxMessage.chat_id) == chat_id,
            col(OutboxMessage.kind) == MessageKind.CONFIRMATION_CHANGED,
            col(OutboxMessage.diary_date) == day,
            col(OutboxMessage.state).in_(CLAIMABLE),
        )
        .values(state=MessageState.WITHDRAWN)
        .execution_options(synchronize_session=False)
    )
    session.connection().execute(statement)
