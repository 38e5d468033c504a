"""What needs a look, and who has seen it for all."""

from datetime import date, datetime

from sqlmodel import Session, and_, col, func, or_, select, update

from storage.models import Look, Patient
from storage.patients import LEFT


def look_of_team(session: Session, team_id: int, look_id: int) -> Look | None:
    return session.exec(select(Look).where(Look.team_id == team_id, Look.id == look_id)).first()


def latest_looks(session: Session, team_id: int) -> dict[int, Look]:
    """By patient, the latest of each."""
    newest = select(func.max(Look.id)).where(Look.team_id == team_id).group_by(col(Look.patient_id))
    found = session.exec(select(Look).where(Look.team_id == team_id, col(Look.id).in_(newest)))
    return {look.patient_id: look for look in found}


def unseen_looks(session: Session, team_id: int) -> list[tuple[Look, Patient]]:
    """The latest of each patient who is still there, where it holds and nobody has seen it."""
    newest = select(func.max(Look.id)).where(Look.team_id == team_id).group_by(col(Look.patient_id))
    query = (
        select(Look, Patient)
        .join(Patient, (col(Look.patient_id) == col(Patient.id)) & (col(Patient.team_id) == team_id))
        .where(
            Look.team_id == team_id,
            col(Look.id).in_(newest),
            col(Look.seen_at).is_(None),
            col(Look.over_at).is_(None),
            col(Patient.status).not_in(LEFT),
        )
    )
    return list(session.exec(query))


def seen_by(session: Session, team_id: int, staff_id: int, since: datetime) -> list[tuple[Look, Patient]]:
    """The latest of each patient who is still there, where it is this member who has seen it or put it off since."""
    newest = select(func.max(Look.id)).where(Look.team_id == team_id).group_by(col(Look.patient_id))
    query = (
        select(Look, Patient)
        .join(Patient, (col(Look.patient_id) == col(Patient.id)) & (col(Patient.team_id) == team_id))
        .where(
            Look.team_id == team_id,
            col(Look.id).in_(newest),
            Look.seen_by == staff_id,
            col(Look.seen_at) > since,
            col(Patient.status).not_in(LEFT),
        )
        .order_by(col(Look.seen_at), col(Look.id))
    )
    return list(session.exec(query))


def take_back(session: Session, team_id: int, look_id: int, staff_id: int) -> bool:
    """Nobody has seen it any more; False when it is not this member who had."""
    statement = (
        update(Look)
        .where(col(Look.team_id) == team_id, col(Look.id) == look_id, col(Look.seen_by) == staff_id)
        .values(seen_at=None, seen_by=None, not_before=None)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1


def see(
    session: Session, team_id: int, look_id: int, staff_id: int, now: datetime, not_before: date | None = None
) -> bool:
    """False when somebody has done so before: one for all. Whoever has seen it may still put it off."""
    is_mine = and_(col(Look.seen_by) == staff_id, col(Look.not_before).is_distinct_from(not_before))
    may = col(Look.seen_at).is_(None) if not_before is None else or_(col(Look.seen_at).is_(None), is_mine)
    statement = (
        update(Look)
        .where(col(Look.team_id) == team_id, col(Look.id) == look_id, may)
        .values(seen_at=now, seen_by=staff_id, not_before=not_before)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
