"""Parked messages: failed, and not looked at by the operator yet. Of all teams, without a word about anybody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, select, text, true, update

from storage.models import MessageKind, MessageState, OutboxMessage

# Word for word as in its index.
PARKED = text("parked")


@dataclass(frozen=True)
class Pile:
    """Parked messages of one kind with one fault. `of_use`: how many would still be worth sending."""

    kind: MessageKind
    fault: str
    many: int
    of_use: int
    oldest: datetime
    newest: datetime


def how_many(session: Session) -> int:
    return session.exec(select(func.count()).select_from(OutboxMessage).where(PARKED)).one()


def piles(session: Session, now: datetime, kind: MessageKind | None = None) -> list[Pile]:
    """The largest first."""
    of_use = func.sum(case((col(OutboxMessage.expires_at) > now, 1), else_=0))
    query = (
        select_columns(
            col(OutboxMessage.kind),
            func.coalesce(OutboxMessage.fault, ""),
            func.count(),
            of_use,
            func.min(OutboxMessage.due_at),
            func.max(OutboxMessage.due_at),
        )
        .where(PARKED, _of_kind(kind))
        .group_by(col(OutboxMessage.kind), col(OutboxMessage.fault))
    )
    found = [Pile(MessageKind(row[0]), *row[1:]) for row in session.connection().execute(query)]
    return sorted(found, key=lambda pile: (-pile.many, pile.kind, pile.fault))


def by_team(session: Session, now: datetime, kind: MessageKind | None = None) -> list[tuple[int, int, int]]:
    """(team id, how many, how many of them still of use); held until the commit."""
    rows = session.exec(
        select(OutboxMessage.team_id, OutboxMessage.expires_at)
        .where(PARKED, _of_kind(kind))
        .order_by(col(OutboxMessage.id))
        .with_for_update()
    ).all()
    teams = sorted({team_id for team_id, _ in rows})
    return [
        (
            team,
            sum(1 for team_id, _ in rows if team_id == team),
            sum(1 for team_id, expires_at in rows if team_id == team and expires_at > now),
        )
        for team in teams
    ]


def let_go(session: Session, kind: MessageKind | None = None) -> None:
    """They have been looked at."""
    session.connection().execute(update(OutboxMessage).where(PARKED, _of_kind(kind)).values(parked=False))


def send_again(session: Session, now: datetime, kind: MessageKind | None = None) -> None:
    """What is still of use is due now, in doubt if it was; of the others nothing changes."""
    statement = (
        update(OutboxMessage)
        .where(PARKED, _of_kind(kind), col(OutboxMessage.expires_at) > now)
        .values(
            state=case((col(OutboxMessage.doubtful), MessageState.UNSURE.value), else_=MessageState.PENDING.value),
            due_at=now,
            attempts=0,
            fault=None,
            untold=False,
            parked=False,
        )
    )
    session.connection().execute(statement)


def _of_kind(kind: MessageKind | None) -> ColumnElement[bool]:
    return true() if kind is None else col(OutboxMessage.kind) == kind
