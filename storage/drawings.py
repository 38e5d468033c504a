"""Pages to be drawn: claimed like messages, once for everybody who wants the same, and forgotten when they are old."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, or_, select, update

from storage import outbox
from storage.database import insert_ignoring_duplicates
from storage.models import Drawing, DrawingKind, DrawingState, OutboxMessage

MOST_ATTEMPTS = 3
# A page a patient takes minutes for a large team: whoever waits for a picture goes first.
ON_PAPER = (DrawingKind.SUMMARY_PDF, DrawingKind.LOOK_PDF)
# What is asked each second, and after each press, is put together once.
_LONGEST_WAITING = (
    select(Drawing)
    .where(
        or_(
            col(Drawing.state) == DrawingState.WAITING,
            (col(Drawing.state) == DrawingState.DRAWING) & (col(Drawing.lease_until) <= bindparam("now")),
        ),
        col(Drawing.expires_at) > bindparam("now"),
    )
    .order_by(col(Drawing.kind).in_(ON_PAPER), col(Drawing.id))
    .limit(1)
    .with_for_update(skip_locked=True)
)
_EXPIRED = select(Drawing.id).where(col(Drawing.expires_at) <= bindparam("now")).with_for_update()


def wanted(
    session: Session,
    *,
    team_id: int,
    patient_id: int | None,
    language: str,
    as_of: datetime,
    dedupe_key: str,
    expires_at: datetime,
    kind: DrawingKind = DrawingKind.PAGE,
    page: int = 1,
) -> int:
    """The id of the drawing of this key, wanted now or before."""
    row: Mapping[str, Any] = {
        "team_id": team_id,
        "patient_id": patient_id,
        "language": language,
        "as_of": as_of,
        "dedupe_key": dedupe_key,
        "state": DrawingState.WAITING,
        "attempts": 0,
        "kind": kind,
        "page": page,
        "pages": 1,
        "expires_at": expires_at,
    }
    insert_ignoring_duplicates(session, Drawing, [row])
    return session.exec(select(Drawing.id).where(Drawing.team_id == team_id, Drawing.dedupe_key == dedupe_key)).one()


def claim(session: Session, *, owner: str, now: datetime, lease: timedelta) -> Drawing | None:
    """The drawing that has waited longest, or that was begun and left; those on paper after all others.

    Of several workers each goes to one.
    """
    drawing = session.exec(_LONGEST_WAITING, params={"now": now}).first()
    if drawing is None:
        return None
    if drawing.attempts >= MOST_ATTEMPTS:
        # Whoever began it died of it, again and again.
        finish(session, drawing, None, None)
        return claim(session, owner=owner, now=now, lease=lease)
    drawing.state, drawing.owner, drawing.lease_until = DrawingState.DRAWING, owner, now + lease
    drawing.attempts += 1
    session.add(drawing)
    return drawing


def of_team(session: Session, team_id: int, drawing_id: int) -> Drawing | None:
    return session.exec(select(Drawing).where(Drawing.team_id == team_id, Drawing.id == drawing_id)).first()


def finish(
    session: Session,
    drawing: Drawing,
    png: bytes | None,
    caption: str | None,
    archive: bytes | None = None,
    pages: int = 1,
) -> None:
    """What waited for it goes; without a picture and words it has failed."""
    failed = png is None and caption is None
    drawing.state = DrawingState.FAILED if failed else DrawingState.DRAWN
    drawing.png, drawing.caption, drawing.archive, drawing.pages = png, caption, archive, pages
    drawing.owner, drawing.lease_until = None, None
    session.add(drawing)
    session.flush()
    outbox.release(session, drawing.id, drawing.team_id)


def forget_unwanted(session: Session, team_id: int, drawing_ids: Collection[int]) -> None:
    """Of these, those that no message waits for any more: nobody will see them. Half drawn, they come to nothing."""
    still_wanted = select(OutboxMessage.drawing_id).where(
        OutboxMessage.team_id == team_id,
        col(OutboxMessage.drawing_id).in_(drawing_ids),
        col(OutboxMessage.state).in_(outbox.NOT_SETTLED),
    )
    unwanted = set(drawing_ids) - set(session.exec(still_wanted))
    connection = session.connection()
    connection.execute(
        update(OutboxMessage)
        .where(col(OutboxMessage.team_id) == team_id, col(OutboxMessage.drawing_id).in_(unwanted))
        .values(drawing_id=None)
    )
    connection.execute(delete(Drawing).where(col(Drawing.team_id) == team_id, col(Drawing.id).in_(unwanted)))


def leave_behind(session: Session, owner: str | None = None) -> int:
    """What `owner`, or anybody, has begun waits again; returns how many those were."""
    whose = col(Drawing.owner).is_not(None) if owner is None else col(Drawing.owner) == owner
    statement = (
        update(Drawing)
        .where(col(Drawing.state) == DrawingState.DRAWING, whose)
        .values(state=DrawingState.WAITING, owner=None, lease_until=None)
    )
    return session.connection().execute(statement).rowcount


def forget_expired(session: Session, now: datetime) -> None:
    """A page holds health data: it is kept no longer than it is of use."""
    old = list(session.exec(_EXPIRED, params={"now": now}))
    if not old:
        return
    connection = session.connection()
    connection.execute(update(OutboxMessage).where(col(OutboxMessage.drawing_id).in_(old)).values(drawing_id=None))
    connection.execute(delete(Drawing).where(col(Drawing.id).in_(old)))
