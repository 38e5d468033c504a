"""Messages that the instance before a restore has sent, as far as anybody can know."""

from datetime import datetime
from typing import Any

from sqlmodel import Session, col, or_, select, text, update

from storage.database import insert_ignoring_duplicates
from storage.models import BEING_SENT, TO_EXPIRE, MessageState, OutboxMessage

# The fault of a message that the instance before a restore has sent, as far as can be known.
BEFORE_RESTORE = "before_restore"
_SENT_BEFORE_A_RESTORE: dict[str, Any] = {
    "state": MessageState.EXPIRED,
    "fault": BEFORE_RESTORE,
    # It may have arrived: the next message about the same things says how they stand.
    "doubtful": True,
    "untold": False,
    "owner": None,
    "lease_until": None,
}


def settle_as_sent(session: Session, until: datetime) -> list[OutboxMessage]:
    """After a restore: what was due by then is not sent, since the instance before has sent it; returns the messages.

    Nor is of any earlier one told that it never arrived: that was told as well.
    """
    was_due = TO_EXPIRE.self_group() & (col(OutboxMessage.due_at) <= until)
    found = list(session.exec(select(OutboxMessage).where(or_(BEING_SENT, was_due)).order_by(col(OutboxMessage.id))))
    for message in found:
        for column, value in _SENT_BEFORE_A_RESTORE.items():
            setattr(message, column, value)
        session.add(message)
    session.flush()
    session.connection().execute(update(OutboxMessage).where(text("untold")).values(untold=False))
    return found


def note_as_sent(session: Session, *drafts: dict[str, Any]) -> None:
    """What that instance must have sent and is not known here: under its key it is never sent again."""
    rows = [{**draft, **_SENT_BEFORE_A_RESTORE} for draft in drafts]
    insert_ignoring_duplicates(session, OutboxMessage, rows)
