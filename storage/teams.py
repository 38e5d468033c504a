"""Teams and their staff."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from storage.models import Chat, Staff, Team

# What the clock asks each second, and the handlers at most presses, is put together once.
_DUE_A_SUMMARY = (
    select(Staff, Team, Chat.language)
    .join(Team, col(Staff.team_id) == col(Team.id))
    .join(Chat, col(Staff.chat_id) == col(Chat.id))
    .where(col(Staff.next_summary_at) <= bindparam("now"), col(Staff.clinician))
    .order_by(col(Staff.next_summary_at), col(Staff.id))
)
_BY_ID = select(Team).where(Team.id == bindparam("team_id"))


def team_named(session: Session, name: str) -> Team | None:
    """By its name, however it is capitalised and spaced: a second clinic must not come of a slip."""
    wanted = " ".join(name.split()).casefold()
    known = session.exec(select(Team).order_by(col(Team.id)))
    return next((team for team in known if " ".join(team.name.split()).casefold() == wanted), None)


def team_by_id(session: Session, team_id: int) -> Team:
    return session.exec(_BY_ID, params={"team_id": team_id}).one()


def team_names(session: Session) -> list[str]:
    return list(session.exec(select(Team.name).order_by(Team.name)))


def clinicians_of(session: Session, team_id: int) -> list[tuple[Staff, str]]:
    """With the language of each."""
    query = (
        select(Staff, Chat.language)
        .join(Chat, col(Staff.chat_id) == col(Chat.id))
        .where(Staff.team_id == team_id, col(Staff.clinician))
        .order_by(col(Staff.id))
    )
    return list(session.exec(query))


def coordinators_of(session: Session, team_id: int) -> list[Staff]:
    return list(session.exec(select(Staff).where(Staff.team_id == team_id, col(Staff.coordinator))))


def reachable_staff_of(session: Session, team_id: int) -> list[Staff]:
    """Those whose chats can be written to."""
    query = (
        select(Staff)
        .join(Chat, col(Staff.chat_id) == col(Chat.id))
        .where(Staff.team_id == team_id, col(Chat.unreachable_since).is_(None))
        .order_by(col(Staff.id))
    )
    return list(session.exec(query))


def staff_in_chat(session: Session, team_id: int, chat_id: int) -> Staff | None:
    query = select(Staff).where(Staff.team_id == team_id, Staff.chat_id == chat_id)
    return session.exec(query).first()


def due_a_summary(session: Session, now: datetime) -> list[tuple[Staff, Team, str]]:
    """The clinicians of all teams whose summary is due, the longest due first, with the language of each."""
    return list(session.exec(_DUE_A_SUMMARY, params={"now": now}))


def move_summary(session: Session, staff: Staff, to: datetime, sent: datetime | None = None) -> bool:
    """Moves a clinician's next summary on; False when another worker has done so already.

    `sent`: the moment of the one that comes now.
    """
    moved = {"next_summary_at": to} if sent is None else {"next_summary_at": to, "last_summary_at": sent}
    statement = (
        update(Staff)
        .where(col(Staff.id) == staff.id, col(Staff.next_summary_at) == staff.next_summary_at)
        .values(**moved)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
