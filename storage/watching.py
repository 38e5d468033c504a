"""What the operator watches, of all teams: numbers and moments alone, nothing about anybody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, func, or_, select, update

from storage.database import insert_ignoring_duplicates
from storage.models import (
    BEING_SENT,
    TO_EXPIRE,
    TO_SEND,
    Drawing,
    DrawingState,
    Heartbeat,
    MessageState,
    OutboxMessage,
    Patient,
    RedLight,
)
from storage.outbox import NOT_SETTLED

# A process that has not written for so long has ended, and perhaps its machine's name with it.
FORGOTTEN_AFTER = timedelta(days=1)
_DUE = select(func.min(OutboxMessage.due_at), func.count()).where(
    TO_SEND, col(OutboxMessage.due_at) <= bindparam("now")
)
_LATEST_LEASE = select(func.max(OutboxMessage.lease_until)).where(BEING_SENT)
_OLDEST_PROMPT = select(func.min(Patient.next_prompt_at)).where(col(Patient.next_prompt_at) <= bindparam("now"))
_UNDRAWN = (
    select(func.count())
    .select_from(Drawing)
    .where(or_(col(Drawing.state) == DrawingState.FAILED, col(Drawing.undrawn) > 0))
)
# Each by the index that has these rows alone.
_TO_BE_SENT = select(OutboxMessage.state, func.count()).where(TO_EXPIRE).group_by(col(OutboxMessage.state))
_IN_HAND = select(func.count()).select_from(OutboxMessage).where(BEING_SENT)


@dataclass(frozen=True)
class Due:
    """Messages that wait although they are due: since when the oldest, how many; until when the newest claim holds."""

    oldest: datetime | None
    many: int
    lease_until: datetime | None


def messages_due(session: Session, now: datetime) -> Due:
    oldest, many = session.exec(_DUE, params={"now": now}).one()
    return Due(oldest, many, session.exec(_LATEST_LEASE).one())


def oldest_prompt_due(session: Session, now: datetime) -> datetime | None:
    """Since when the question that has waited longest for the clock has been due."""
    return session.exec(_OLDEST_PROMPT, params={"now": now}).one()


def undrawn(session: Session) -> int:
    """Pages and files that could not be made, or had to do without a patient; none that is forgotten since."""
    return session.exec(_UNDRAWN).one()


def beat(session: Session, process: str, roles: str, now: datetime) -> None:
    """Writes down that the process lives: also the proof that something can be written at all.

    What ended long ago is forgotten, with the lights that were its own.
    """
    connection = session.connection()
    long_ago = col(Heartbeat.at) <= now - FORGOTTEN_AFTER
    gone = connection.execute(delete(Heartbeat).where(long_ago, col(Heartbeat.process) != process)).rowcount
    written = connection.execute(update(Heartbeat).where(col(Heartbeat.process) == process).values(at=now, roles=roles))
    if not written.rowcount:
        insert_ignoring_duplicates(session, Heartbeat, [{"process": process, "at": now, "roles": roles}])
    if gone:
        known = select(Heartbeat.process)
        connection.execute(delete(RedLight).where(col(RedLight.whose) != "", col(RedLight.whose).not_in(known)))


def roles_held(session: Session, since: datetime) -> set[str]:
    """By processes that have lived since then."""
    held = session.exec(select(Heartbeat.roles).where(col(Heartbeat.at) >= since))
    return {role for roles in held for role in roles.split(",") if role}


def red_lights(session: Session, whose: Sequence[str]) -> list[RedLight]:
    """Held until the commit: of several processes one tells the operator."""
    query = select(RedLight).where(col(RedLight.whose).in_(whose)).order_by(RedLight.name, RedLight.whose)
    return list(session.exec(query.with_for_update()))


def keep_red_light(session: Session, name: str, whose: str, row: RedLight | None) -> None:
    """The row as it is to be; None: no row. What is so already is not written."""
    found = session.get(RedLight, (name, whose))
    if row is None and found is not None:
        session.delete(found)
    elif row is not None and found is None:
        # Another process may have been faster: then its row stands, and the next look goes by it.
        insert_ignoring_duplicates(session, RedLight, [row.model_dump()])
    elif row is not None and found is not None:
        found.red_since, found.green_since, found.told_at = row.red_since, row.green_since, row.told_at
        found.claimed_at = row.claimed_at
        session.add(found)


def unsettled(session: Session) -> Mapping[MessageState, int]:
    """How many messages are in each state in which one is still to be sent."""
    found = {MessageState(state): many for state, many in session.exec(_TO_BE_SENT)}
    return {state: found.get(state, 0) for state in NOT_SETTLED} | {MessageState.SENDING: session.exec(_IN_HAND).one()}
