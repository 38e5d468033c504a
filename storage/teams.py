"""Teams and their staff."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, func, or_, select, update

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


def all_teams(session: Session) -> list[Team]:
    """For the operator, and for the clock."""
    return list(session.exec(select(Team).order_by(col(Team.id))))


def team_names(session: Session) -> list[str]:
    return list(session.exec(select(Team.name).order_by(Team.name)))


def hold(session: Session, team_id: int) -> None:
    """Until the commit nobody else of its staff does anything: on PostgreSQL; on SQLite one writes at a time anyway."""
    session.exec(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True)).first()


def members_of(session: Session, team_id: int) -> list[tuple[Staff, Chat]]:
    """Who is on the team now, in the order in which they came."""
    query = (
        select(Staff, Chat)
        .join(Chat, col(Staff.chat_id) == col(Chat.id))
        .where(Staff.team_id == team_id)
        .order_by(col(Staff.number))
    )
    return list(session.exec(query))


def member_of_team(session: Session, team_id: int, staff_id: int) -> Staff | None:
    """As the database has it now; None for whoever has left."""
    query = select(Staff).where(Staff.team_id == team_id, Staff.id == staff_id, col(Staff.chat_id).is_not(None))
    return session.exec(query.execution_options(populate_existing=True)).first()


def everyone_ever_on(session: Session, team_id: int) -> dict[int, Staff]:
    """By id, those who have left too: for the history."""
    return {staff.id: staff for staff in session.exec(select(Staff).where(Staff.team_id == team_id))}


def next_number(session: Session, team_id: int) -> int:
    """No number is given twice."""
    return (session.exec(select(func.max(Staff.number)).where(Staff.team_id == team_id)).one() or 0) + 1


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


def reachable_staff_chats(session: Session) -> list[Chat]:
    """Of everybody on any team, the chats that can be written to."""
    query = select(Chat).join(Staff, col(Staff.chat_id) == col(Chat.id)).where(col(Chat.unreachable_since).is_(None))
    return list(session.exec(query.order_by(col(Chat.id))))


def has_another_coordinator(session: Session, team_id: int, staff_id: int) -> bool:
    """Whether one besides this member can be reached, as the database has it now."""
    query = (
        select(Staff.id)
        .join(Chat, col(Staff.chat_id) == col(Chat.id))
        .where(
            Staff.team_id == team_id,
            Staff.id != staff_id,
            col(Staff.coordinator),
            col(Chat.unreachable_since).is_(None),
        )
    )
    return session.exec(query.limit(1)).first() is not None


def staff_in_chat(session: Session, team_id: int, chat_id: int) -> Staff | None:
    query = select(Staff).where(Staff.team_id == team_id, Staff.chat_id == chat_id)
    return session.exec(query).first()


def teams_due_a_tidying(session: Session, now: datetime) -> list[Team]:
    """Those too for whom no hour was set yet."""
    due_ = or_(col(Team.next_tidying_at).is_(None), col(Team.next_tidying_at) <= now)
    return list(session.exec(select(Team).where(due_).order_by(col(Team.id)).with_for_update(skip_locked=True)))


def move_tidying(session: Session, team: Team, to: datetime) -> None:
    """Held since it was found due."""
    team.next_tidying_at = to
    session.add(team)


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


def teams_due_a_confirmation(session: Session, now: datetime) -> list[Team]:
    """Those too for whom no hour was set yet."""
    due_ = or_(col(Team.next_confirmation_at).is_(None), col(Team.next_confirmation_at) <= now)
    return list(session.exec(select(Team).where(due_).order_by(col(Team.id))))


def by_next_confirmation(session: Session) -> list[Team]:
    """Those for whom an hour is set, the earliest first."""
    hour = col(Team.next_confirmation_at)
    return list(session.exec(select(Team).where(hour.is_not(None)).order_by(hour, col(Team.id))))


def move_confirmation(session: Session, team: Team, to: datetime) -> bool:
    """Moves on when the team is next asked about its courses; False when another worker has done so already."""
    statement = (
        update(Team)
        .where(col(Team.id) == team.id, col(Team.next_confirmation_at).is_not_distinct_from(team.next_confirmation_at))
        .values(next_confirmation_at=to)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
