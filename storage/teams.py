"""Teams and their staff."""

from datetime import datetime

from sqlmodel import Session, col, or_, select, update

from storage.models import Chat, Staff, Team


def team_named(session: Session, name: str) -> Team | None:
    """By its name, however it is capitalised and spaced: a second clinic must not come of a slip."""
    wanted = " ".join(name.split()).casefold()
    known = session.exec(select(Team).order_by(col(Team.id)))
    return next((team for team in known if " ".join(team.name.split()).casefold() == wanted), None)


def team_by_id(session: Session, team_id: int) -> Team:
    return session.exec(select(Team).where(Team.id == team_id)).one()


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


def teams_due_a_summary(session: Session, now: datetime) -> list[Team]:
    query = select(Team).where(col(Team.next_summary_at) <= now).order_by(col(Team.next_summary_at))
    return list(session.exec(query))


def move_summary(session: Session, team: Team, to: datetime | None) -> bool:
    """Moves the team's next summary on; False when another worker has done so already."""
    statement = (
        update(Team)
        .where(col(Team.id) == team.id, col(Team.next_summary_at) == team.next_summary_at)
        .values(next_summary_at=to)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1


def teams_due_a_confirmation(session: Session, now: datetime) -> list[Team]:
    """Those too for whom no hour was set yet."""
    due_ = or_(col(Team.next_confirmation_at).is_(None), col(Team.next_confirmation_at) <= now)
    return list(session.exec(select(Team).where(due_).order_by(col(Team.id))))


def move_confirmation(session: Session, team: Team, to: datetime) -> bool:
    """Moves on when the team is next asked about its courses; False when another worker has done so already."""
    statement = (
        update(Team)
        .where(col(Team.id) == team.id, col(Team.next_confirmation_at).is_not_distinct_from(team.next_confirmation_at))
        .values(next_confirmation_at=to)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
