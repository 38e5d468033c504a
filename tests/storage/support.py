"""Rows to begin with, made through the jobs that make them in earnest, and what the tables hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time
from typing import Any

from sqlmodel import Session, SQLModel, select

from jobs import admission
from storage import audit, chats
from storage.database import Database
from storage.models import Patient, Role, Staff, Team

# A Monday, in the morning.
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
TEAM = "Neuromuscular clinic"


@contextmanager
def committing(database: Database) -> Iterator[Session]:
    """A session as the writer gives it; committed on leaving."""
    with (
        database.writing() as connection,
        Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session,
    ):
        yield session
        session.commit()


def team_of(session: Session, name: str = TEAM, zone: str = "Europe/London", now: datetime = NOW) -> Team:
    return admission.team_called(session, name, zone, None, now)[0]


def joined_patient(
    session: Session,
    account: int,
    at: time = time(18, 0),
    zone: str = "Europe/London",
    now: datetime = NOW,
    team: str = TEAM,
) -> Patient:
    """A patient who has opened the invitation and consented."""
    token = admission.invite_patient(session, audit.OPERATOR, team_of(session, team, now=now), now).token
    chat = chats.open_chat(session, account, "en", now)
    invitation = admission.open_invitation(session, token, chat, now)
    return admission.join_patient(session, invitation, chat, zone, at, now)


def joined_staff(session: Session, account: int, role: Role, now: datetime = NOW, team: str = TEAM) -> Staff:
    token = admission.invite_staff(session, audit.OPERATOR, team_of(session, team, now=now), role, now).token
    chat = chats.open_chat(session, account, "en", now)
    return admission.join_staff(session, admission.open_invitation(session, token, chat, now), chat, now)


def everything_in(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, by table: what a refusal must leave as it was."""
    session.flush()
    connection = session.connection()
    return {
        table.name: sorted((tuple(row) for row in connection.execute(table.select())), key=repr)
        for table in SQLModel.metadata.sorted_tables
    }


def rows_of(session: Session, table: type[Any]) -> list[Any]:
    """All rows of a table, by id."""
    return list(session.exec(select(table).order_by(table.id)))
