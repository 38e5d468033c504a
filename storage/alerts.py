"""Alert rules of a team, and the alerts that they have raised."""

from datetime import date, datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, delete, or_, select, update

from storage.models import Alert, AlertRule

# Asked at every answer: put together once.
_RULES_OF = (
    select(AlertRule)
    .where(AlertRule.team_id == bindparam("team_id"), col(AlertRule.ended_at).is_(None))
    .order_by(col(AlertRule.id))
)
_UP_TO = (
    select(Alert)
    .join(AlertRule, col(Alert.rule_id) == col(AlertRule.id))
    .where(
        Alert.team_id == bindparam("team_id"),
        Alert.patient_id == bindparam("patient_id"),
        AlertRule.item == bindparam("item"),
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


def alerts_of_rule(session: Session, team_id: int, patient_id: int, rule_id: int) -> list[Alert]:
    query = select(Alert).where(Alert.team_id == team_id, Alert.patient_id == patient_id, Alert.rule_id == rule_id)
    return list(session.exec(query.order_by(col(Alert.id))))


def alerts_up_to(session: Session, team_id: int, patient_id: int, item: str, day: date) -> list[Alert]:
    """Those whose runs end on that day or later: of any rule about this item, also of one that has ended."""
    wanted = {"team_id": team_id, "patient_id": patient_id, "item": item, "day": day}
    return list(session.exec(_UP_TO, params=wanted))


def untold_to_patient(session: Session, team_id: int, patient_id: int, since: datetime) -> list[Alert]:
    """Those raised since then of which the patient has not been told, the oldest first."""
    query = select(Alert).where(
        Alert.team_id == team_id,
        Alert.patient_id == patient_id,
        Alert.raised_at >= since,
        col(Alert.told_patient).is_(False),
    )
    return list(session.exec(query.order_by(col(Alert.raised_at), col(Alert.id))))


def forget(session: Session, team_id: int, alert_id: int) -> bool:
    """Takes an alert away of which no message speaks; False when somebody has done so before."""
    statement = delete(Alert).where(col(Alert.team_id) == team_id, col(Alert.id) == alert_id)
    return session.connection().execute(statement).rowcount == 1


def patients_with_unseen_alerts(session: Session, team_id: int, raised_by: datetime) -> set[int]:
    """Of whom an alert was raised until then that nobody has acknowledged."""
    query = select(Alert.patient_id).where(
        Alert.team_id == team_id, Alert.raised_at <= raised_by, col(Alert.acknowledged_at).is_(None)
    )
    return set(session.exec(query.distinct()))


def unseen_of_patient(session: Session, team_id: int, patient_id: int, raised_by: datetime) -> list[Alert]:
    """The same of one, the newest first."""
    query = select(Alert).where(
        Alert.team_id == team_id,
        Alert.patient_id == patient_id,
        col(Alert.acknowledged_at).is_(None),
        col(Alert.raised_at) <= raised_by,
    )
    return list(session.exec(query.order_by(col(Alert.id).desc())))


def alerts_to_report(session: Session, team_id: int, since: datetime, until: datetime) -> list[tuple[Alert, AlertRule]]:
    """With their rules, the oldest first: those raised until then that nobody has seen, or that were raised after
    `since`."""
    query = (
        select(Alert, AlertRule)
        .join(AlertRule, (col(Alert.rule_id) == col(AlertRule.id)) & (col(AlertRule.team_id) == team_id))
        .where(
            Alert.team_id == team_id,
            Alert.raised_at <= until,
            or_(col(Alert.acknowledged_at).is_(None), col(Alert.raised_at) > since),
        )
    )
    return list(session.exec(query.order_by(col(Alert.raised_at), col(Alert.id))))


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


def unseen_alerts(session: Session, team_id: int, raised_after: datetime) -> list[Alert]:
    """Those of a team that nobody has acknowledged."""
    query = select(Alert).where(
        Alert.team_id == team_id, col(Alert.acknowledged_at).is_(None), Alert.raised_at > raised_after
    )
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
