"""The outbox: what is to be sent and when, and what became of it.

`pending → sending → sent | unsure | failed | expired | withdrawn`. A claim is committed before the request
goes out; what a lease leaves behind is unsure, and an unsure message is sent once more, never twice more: what is
in doubt a second time has failed.
"""

import zlib
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, bindparam, case
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, delete, exists, or_, select, text, true, update

from storage.database import insert_ignoring_duplicates
from storage.models import (
    BEING_SENT,
    SETTLED,
    TO_EXPIRE,
    TO_SEND,
    Chat,
    Course,
    CourseStatus,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
)
from storage.types import UtcDateTime

CLAIMABLE = (MessageState.PENDING, MessageState.UNSURE)
NOT_SETTLED = (MessageState.WAITING, MessageState.SENDING, *CLAIMABLE)
# Who goes first of all that is due: whoever waits for an answer, and an alert; then what is about an infusion, then the
# questions.
RANKS = {
    MessageKind.CHART_ASKED: 0,
    MessageKind.SUMMARY_ASKED: 0,
    MessageKind.OWN_COPY_ASKED: 0,
    MessageKind.OWN_CHART_ASKED: 0,
    MessageKind.EXPORT_ASKED: 0,
    MessageKind.ALERT: 0,
    MessageKind.ALERT_UNSEEN: 0,
    MessageKind.INFUSION_REMINDER: 2,
    MessageKind.COURSES_CHANGED: 2,
    MessageKind.DIARY_RESTORED: 1,
    MessageKind.ALERT_NOTICE: 1,
    MessageKind.COURSE_DECLINED: 1,
    MessageKind.COURSE_ACCEPTED: 1,
    MessageKind.CONFIRMATION_ASKED: 2,
    MessageKind.CONFIRMATION_CHANGED: 2,
    MessageKind.PROMPT_TIME_CHANGED: 2,
    MessageKind.PATIENT_JOINED: 2,
    MessageKind.PATIENT_UNREACHABLE: 2,
    MessageKind.PATIENT_WITHDREW: 2,
    MessageKind.PATIENT_CAME_BACK: 2,
    MessageKind.PATIENT_ERASED: 2,
    MessageKind.PATIENT_ERASURE_COMING: 2,
    MessageKind.PATIENT_ERASED_AT_TERM: 2,
    MessageKind.NOT_DELIVERED: 2,
    MessageKind.ALERT_CHANGED: 2,
    MessageKind.STAFF_CHANGED: 2,
    MessageKind.STAFF_LEFT: 2,
    MessageKind.STAFF_JOINED: 2,
    MessageKind.DAILY_PROMPT: 4,
    MessageKind.FOLLOW_UP: 4,
    MessageKind.WEEKLY_SUMMARY: 6,
    MessageKind.SUMMARY_PICTURE: 7,
    MessageKind.SUMMARY_PDF: 8,
}
# They have to reach somebody, whatever became of one of their readers.
ALERTS = (MessageKind.ALERT, MessageKind.ALERT_UNSEEN)
# Of which the clinic hears when they never arrived: an infusion missed, or a question refused for good.
MATTERS_WHEN_EXPIRED = (MessageKind.INFUSION_REMINDER, MessageKind.COURSES_CHANGED, *ALERTS)
MATTERS_WHEN_FAILED = (*MATTERS_WHEN_EXPIRED, MessageKind.DAILY_PROMPT)
LONGEST_KEY = 120
# The fault of a message that was sent twice, and nobody knows whether it arrived.
IN_DOUBT = "unsure"
# The chat is closed to the bot; of that the clinic hears by itself.
FORBIDDEN = "forbidden"


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
    drawing_id: int | None = None,
    alert_id: int | None = None,
    staff_id: int | None = None,
    soon: bool = False,
    asked: bool = False,
    follows: str | None = None,
) -> dict[str, Any]:
    """A message to be added; with a drawing it waits until that is drawn. `soon`: before others of its kind.

    `asked`: of a kind that comes by itself too, and was asked for. `follows`: the key of the one before it in a letter.
    """
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
        "drawing_id": drawing_id,
        "alert_id": alert_id,
        "staff_id": staff_id,
        "rank": 1 if asked else RANKS[kind] - soon,
        "follows": follows,
        "spread": zlib.crc32(dedupe_key.encode()) >> 1,
        "untold": False,
        "parked": False,
        "state": MessageState.PENDING if drawing_id is None else MessageState.WAITING,
        "attempts": 0,
        "doubtful": False,
    }


def enqueue(session: Session, *drafts: dict[str, Any]) -> int:
    """Adds the messages whose keys are new; returns how many those were."""
    return insert_ignoring_duplicates(session, OutboxMessage, drafts)


def enqueue_again(session: Session, draft: dict[str, Any]) -> None:
    """Adds the message; one that was withdrawn under this key waits again, in doubt if it was."""
    if enqueue(session, draft):
        return
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.team_id) == draft["team_id"],
            col(OutboxMessage.dedupe_key) == draft["dedupe_key"],
            col(OutboxMessage.state) == MessageState.WITHDRAWN,
        )
        .values(
            untold=False,
            state=case((col(OutboxMessage.doubtful), MessageState.UNSURE.value), else_=MessageState.PENDING.value),
            due_at=draft["due_at"],
            expires_at=draft["expires_at"],
        )
    )
    session.connection().execute(statement)


def _in_doubt(which: ColumnElement[bool]) -> Update:
    """What was being sent may have arrived: unsure the first time, failed the second."""
    again = col(OutboxMessage.doubtful)
    return (
        update(OutboxMessage)
        .where(BEING_SENT, which)
        .values(
            state=case((again, MessageState.FAILED.value), else_=MessageState.UNSURE.value),
            fault=case((again, IN_DOUBT), else_=None),
            untold=and_(again, col(OutboxMessage.kind).in_(MATTERS_WHEN_FAILED)),
            parked=again,
            doubtful=True,
            owner=None,
            lease_until=None,
        )
    )


# What the courier runs for every message is put together once.
_LEASE_RAN_OUT = _in_doubt(
    and_(
        col(OutboxMessage.lease_until) <= bindparam("now"),
        col(OutboxMessage.id).not_in(bindparam("in_hand", expanding=True)),
    )
)
_EXPIRE = (
    update(OutboxMessage)
    .where(TO_EXPIRE, col(OutboxMessage.expires_at) <= bindparam("now"))
    .values(state=MessageState.EXPIRED, untold=col(OutboxMessage.kind).in_(MATTERS_WHEN_EXPIRED))
)
# A letter keeps its order, whoever sends and however often the first part is tried: what follows waits for its end. Of
# what follows nothing, as patients' messages do, no other row is looked at.
_BEFORE = aliased(OutboxMessage)
_IS_NEXT = or_(
    col(OutboxMessage.follows).is_(None),
    ~exists().where(col(_BEFORE.dedupe_key) == col(OutboxMessage.follows), col(_BEFORE.state).in_(NOT_SETTLED)),
)
_DUE = (
    select(col(OutboxMessage.id))
    .where(TO_SEND, col(OutboxMessage.due_at) <= bindparam("now"), _IS_NEXT)
    .order_by(col(OutboxMessage.rank), col(OutboxMessage.due_at), col(OutboxMessage.spread), col(OutboxMessage.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("due")
    # PostgreSQL might look anew for each row, and take more than was asked for.
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
# Each part has an index of the few rows that it may be true of; of one OR the planners make a walk through all.
_ANYTHING = select(
    or_(
        exists().where(TO_SEND, col(OutboxMessage.due_at) <= bindparam("now", type_=UtcDateTime)),
        exists().where(TO_EXPIRE, col(OutboxMessage.expires_at) <= bindparam("now", type_=UtcDateTime)),
        exists().where(BEING_SENT, col(OutboxMessage.lease_until) <= bindparam("now", type_=UtcDateTime)),
    )
)
_CLAIM = (
    update(OutboxMessage)
    .where(col(OutboxMessage.id).in_(select(_DUE.c.id)))
    .values(
        state=MessageState.SENDING,
        owner=bindparam("claimed_by"),
        lease_until=bindparam("leased_until"),
        attempts=col(OutboxMessage.attempts) + 1,
    )
    .returning(OutboxMessage)
    .execution_options(synchronize_session=False)
)


def claim(
    session: Session, *, owner: str, now: datetime, lease: timedelta, limit: int, in_hand: Collection[int] = ()
) -> list[OutboxMessage]:
    """Takes up to `limit` due messages for `owner`, most urgent first; of several workers each message goes to one.

    `in_hand`: ids that whoever claims is at still, though a process that stood still let their leases run out.
    """
    # Mostly there is nothing: then one look is enough, and not three statements that write.
    if not session.connection().execute(_ANYTHING, {"now": now}).scalar():
        return []
    _settle_abandoned(session, now, in_hand)
    wanted = {"now": now, "most": limit, "claimed_by": owner, "leased_until": now + lease}
    messages = session.exec(_CLAIM, params=wanted).scalars()
    return sorted(messages, key=lambda message: (message.rank, message.due_at, message.spread, message.id))


def take_up_left_behind(session: Session, due_at: datetime | None = None) -> int:
    """At a start: whatever a killed process was sending is unsure, and due again at `due_at`; returns how many.

    On SQLite alone, where one process sends. On PostgreSQL another replica may be at it: there the lease decides.
    """
    if session.get_bind().dialect.name != "sqlite":
        return 0
    return _leave(session, None, due_at)


def put_off(session: Session, kinds: Collection[MessageKind], now: datetime, until: datetime) -> None:
    """What of these kinds is due and was never tried is due at `until`."""
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.state) == MessageState.PENDING,
            col(OutboxMessage.kind).in_(kinds),
            col(OutboxMessage.due_at) <= now,
            col(OutboxMessage.attempts) == 0,
        )
        .values(due_at=until)
    )
    session.connection().execute(statement)


def leave_behind(session: Session, owner: str) -> int:
    """At an end: what `owner` was still sending is unsure; returns how many that were."""
    return _leave(session, owner, None)


def _leave(session: Session, owner: str | None, due_at: datetime | None) -> int:
    whose = true() if owner is None else col(OutboxMessage.owner) == owner
    statement = _in_doubt(whose) if due_at is None else _in_doubt(whose).values(due_at=due_at)
    return session.connection().execute(statement).rowcount


def _settle_abandoned(session: Session, now: datetime, in_hand: Collection[int]) -> None:
    """A lease that ran out: it may have been sent. What is past its expiry is not sent any more."""
    session.connection().execute(_LEASE_RAN_OUT, {"now": now, "in_hand": list(in_hand)})
    session.connection().execute(_EXPIRE, {"now": now})


_CLAIMED_BY = (
    select(OutboxMessage, Chat, Patient)
    .join(Chat, col(Chat.id) == col(OutboxMessage.chat_id))
    .outerjoin(
        Patient,
        and_(col(Patient.id) == col(OutboxMessage.patient_id), col(Patient.team_id) == col(OutboxMessage.team_id)),
    )
    .where(
        BEING_SENT,
        col(OutboxMessage.owner) == bindparam("claimed_by"),
        col(OutboxMessage.id).in_(bindparam("messages", expanding=True)),
    )
)
_BY_ID = select(OutboxMessage).where(OutboxMessage.id == bindparam("message"))
_UNTOLD = (
    select(OutboxMessage)
    .where(text("untold"))
    .order_by(col(OutboxMessage.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_NOTE_SENT = (
    update(OutboxMessage)
    .where(col(OutboxMessage.id) == bindparam("message"))
    .values(
        state=MessageState.SENT,
        message_id=bindparam("telegram_message"),
        sent_at=bindparam("now"),
        owner=None,
        lease_until=None,
        fault=None,
        untold=False,
        parked=False,
    )
)


def claimed_by(
    session: Session, owner: str, message_ids: Sequence[int]
) -> list[tuple[OutboxMessage, Chat, Patient | None]]:
    """Those of the messages that `owner` holds still, with whom they are to and whom they are about."""
    if not message_ids:
        return []
    return list(session.exec(_CLAIMED_BY, params={"claimed_by": owner, "messages": list(message_ids)}))


def message_by_id(session: Session, message_id: int) -> OutboxMessage | None:
    return session.exec(_BY_ID, params={"message": message_id}).first()


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
    message.untold = _is_untold(message.kind, state, fault)
    # A chat that is closed to the bot is its owner's doing, and nothing that an operator could mend.
    message.parked = state is MessageState.FAILED and fault != FORBIDDEN
    if due_at is not None:
        message.due_at = due_at
    session.add(message)


def _is_untold(kind: MessageKind, state: MessageState, fault: str | None) -> bool:
    if kind in ALERTS:
        return state in {MessageState.FAILED, MessageState.WITHDRAWN}
    return state is MessageState.FAILED and fault != FORBIDDEN and kind in MATTERS_WHEN_FAILED


def note_sent(session: Session, message_id: int, telegram_message_id: int, now: datetime) -> None:
    """Ends a claim, or whatever state it was in since: it has arrived."""
    noted = {"message": message_id, "telegram_message": telegram_message_id, "now": now}
    session.connection().execute(_NOTE_SENT, noted)


def prove_delivered(session: Session, message: OutboxMessage, telegram_message_id: int, now: datetime) -> bool:
    """A tap on the message proves that it arrived. True when that was in doubt; it is not sent again."""
    in_doubt = message.doubtful or message.state in {MessageState.UNSURE, MessageState.SENDING}
    if message.state is MessageState.SENT or not in_doubt:
        return False
    note_sent(session, message.id, telegram_message_id, now)
    return True


def release(session: Session, drawing_id: int, team_id: int) -> None:
    """Lets go what waited for a drawing: it is there, or will not be."""
    statement = (
        update(OutboxMessage)
        .where(
            col(OutboxMessage.team_id) == team_id,
            col(OutboxMessage.drawing_id) == drawing_id,
            col(OutboxMessage.state) == MessageState.WAITING,
        )
        .values(state=MessageState.PENDING)
    )
    session.connection().execute(statement)


def forget_settled(session: Session, team_id: int, before: datetime, today: date, limit: int) -> int:
    """Deletes what was due before that and is settled, save what the clinic has still to hear of, and what is about a
    course to come; returns how many.
    """
    to_come = select(Course.id).where(
        Course.team_id == team_id, Course.status == CourseStatus.PLANNED, Course.planned_start >= today
    )
    old = (
        select(OutboxMessage.id)
        .where(
            SETTLED,
            OutboxMessage.team_id == team_id,
            OutboxMessage.due_at < before,
            ~col(OutboxMessage.untold),
            or_(col(OutboxMessage.course_id).is_(None), col(OutboxMessage.course_id).not_in(to_come)),
        )
        .limit(limit)
    )
    return session.connection().execute(delete(OutboxMessage).where(col(OutboxMessage.id).in_(old))).rowcount


def untold(session: Session, limit: int) -> list[OutboxMessage]:
    """What never arrived and of which the clinic has not heard, the oldest first: for the clock alone."""
    return list(session.exec(_UNTOLD, params={"most": limit}))
