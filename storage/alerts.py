"""Alert rules of a team, and the alerts that they have raised."""

from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select, update

from storage.models import Alert, AlertRule

# Asked at every answer: put together once.
_RULES_OF = (
    select(AlertRule)
    .where(AlertRule.team_id == bindparam("team_id"), col(AlertRule.ended_at).is_(None))
    .order_by(col(AlertRule.id))
)
_CAUSED_BY = (
    select(Alert)
    .where(
        Alert.team_id == bindparam("team_id"),
        Alert.patient_id == bindparam("patient_id"),
        Alert.cause == bindparam("cause"),
    )
    .order_by(col(Alert.id))
)

_THAT_SAW = (
    select(Alert)
    .join(AlertRule, col(Alert.rule_id) == col(AlertRule.id))
    .where(
        Alert.team_id == bindparam("team_id"),
        Alert.patient_id == bindparam("patient_id"),
        AlertRule.item == bindparam("item"),
        Alert.first_day <= bindparam("day"),
        Alert.last_day >= bindparam("day"),
    )
    .order_by(col(Alert.id))
)


def rules_of(session: Session, team_id: int) -> list[AlertRule]:
    """Those in force, the oldest first."""
    return list(session.exec(_RULES_OF, params={"team_id": team_id}))


def rule_of_team(session: Session, team_id: int, rule_id: int) -> AlertRule | None:
    """In force or ended."""
    return session.exec(select(AlertRule).where(AlertRule.team_id == team_id, AlertRule.id == rule_id)).first()


def alert_of_team(session: Session, team_id: int, alert_id: int) -> Alert | None:
    return session.exec(select(Alert).where(Alert.team_id == team_id, Alert.id == alert_id)).first()


def alerts_caused_by(session: Session, team_id: int, patient_id: int, cause: str) -> list[Alert]:
    """What one press or one line of the patient's has raised."""
    wanted = {"team_id": team_id, "patient_id": patient_id, "cause": cause}
    return list(session.exec(_CAUSED_BY, params=wanted))


def alerts_of_rule(session: Session, team_id: int, patient_id: int, rule_id: int) -> list[Alert]:
    query = select(Alert).where(Alert.team_id == team_id, Alert.patient_id == patient_id, Alert.rule_id == rule_id)
    return list(session.exec(query.order_by(col(Alert.id))))


def alerts_that_saw(session: Session, team_id: int, patient_id: int, item: str, day: date) -> list[Alert]:
    """Of any rule about this item, also of one that has ended."""
    wanted = {"team_id": team_id, "patient_id": patient_id, "item": item, "day": day}
    return [alert for alert in session.exec(_THAT_SAW, params=wanted) if day.isoformat() in alert.seen]


def acknowledge(session: Session, team_id: int, alert_id: int, staff_id: int, now: datetime) -> bool:
    """False when somebody has done so before: one for all."""
    statement = (
        update(Alert)
        .where(col(Alert.team_id) == team_id, col(Alert.id) == alert_id, col(Alert.acknowledged_at).is_(None))
        .values(acknowledged_at=now, acknowledged_by=staff_id, escalate_at=None)
    )
    return session.connection().execute(statement).rowcount == 1


def alerts_to_escalate(session: Session, now: datetime, limit: int) -> list[Alert]:
    """Those that nobody has seen in time, of all teams."""
    query = select(Alert).where(col(Alert.escalate_at) <= now).order_by(col(Alert.escalate_at), col(Alert.id))
    return list(session.exec(query.limit(limit)))


def alerts_that_wait(session: Session, team_id: int) -> list[Alert]:
    """Those of a team that will be escalated unless somebody sees them."""
    query = select(Alert).where(Alert.team_id == team_id, col(Alert.escalate_at).is_not(None))
    return list(session.exec(query.order_by(col(Alert.id))))


def take_escalation(session: Session, alert: Alert, now: datetime) -> bool:
    """False when it has been seen meanwhile, or another worker has taken it."""
    statement = (
        update(Alert)
        .where(col(Alert.id) == alert.id, col(Alert.escalate_at) == alert.escalate_at)
        .values(escalate_at=None, escalated_at=now)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
