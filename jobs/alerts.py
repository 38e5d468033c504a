"""Alerts: a rule that a patient's answers meet is told to the team at once, once, and acknowledged by one for all."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import alert_rules, daytime
from jobs.alert_rules import Rule, Run
from storage import alerts, audit, diary, outbox, patients, teams
from storage.models import Alert, AlertRule, DiaryDay, MessageKind, MessageState, OutboxMessage, Staff, Team

log = logging.getLogger(__name__)
STAYS_NEWS = timedelta(days=2)
ON_ITS_WAY = (MessageState.PENDING, MessageState.SENDING, MessageState.UNSURE, MessageState.SENT)


def look(session: Session, day: DiaryDay, items: Iterable[str], cause: str, now: datetime) -> None:
    """Answers of a day were stored, on time or late, new or corrected: `cause` is what the patient did.

    Whoever was told before is shown what was corrected; a run that is long enough now, and untold, is told.
    """
    stored = set(items)
    for item in stored:
        for alert in alerts.alerts_that_saw(session, day.team_id, day.patient_id, item, day.diary_date):
            show_anew(session, alert, f"corrected:{cause}", now)
    rules = [rule for rule in alerts.rules_of(session, day.team_id) if rule.item in stored]
    if rules:
        # Two answers at once, of two days, would each not see the other's.
        patients.hold(session, day.team_id, day.patient_id)
    for rule in rules:
        _look_by(session, rule, day, cause, now)


def rule_of(row: AlertRule) -> Rule:
    return Rule(row.kind.value, row.threshold, row.days)


def _look_by(session: Session, row: AlertRule, day: DiaryDay, cause: str, now: datetime) -> None:
    rule, values = rule_of(row), diary.values_of(session, day.team_id, day.patient_id, row.item)
    # What is over before this day was told in its time, or the rule did not exist yet.
    runs = [run for run in alert_rules.alerts_in(rule, values) if run.last >= day.diary_date]
    if not runs:
        return
    told = {alert.last_day for alert in alerts.alerts_of_rule(session, day.team_id, day.patient_id, row.id)}
    for run in runs:
        if not alert_rules.is_told(rule, run, told):
            _raise(session, row, run, day, cause, now)


def _raise(session: Session, row: AlertRule, run: Run, day: DiaryDay, cause: str, now: datetime) -> None:
    alert = Alert(
        team_id=day.team_id,
        patient_id=day.patient_id,
        rule_id=row.id,
        first_day=run.first,
        last_day=run.last,
        seen={each.isoformat(): value for each, value in run.days},
        reference=run.reference,
        raised_at=now,
        cause=cause,
    )
    session.add(alert)
    session.flush()
    audit.record(
        session,
        team_id=day.team_id,
        at=now,
        actor=audit.patient_actor(day.patient_id),
        action="alert_raised",
        patient_id=day.patient_id,
        after={"alert": alert.id, "rule": row.id},
    )
    team = teams.team_by_id(session, day.team_id)
    readers = whom_to_tell(team, teams.reachable_staff_of(session, day.team_id))
    alert.told_team = bool(readers)
    if team.escalate_after is not None:
        alert.escalate_at = daytime.after(team.time_zone, now, team.escalate_after)
    _tell(session, alert, readers, now)


def whom_to_tell(team: Team, reachable: list[Staff]) -> list[Staff]:
    """The clinicians, and the coordinators where the team wants that; without any clinician the coordinators."""
    chosen = [staff for staff in reachable if staff.clinician or team.alerts_to_coordinators]
    return chosen or [staff for staff in reachable if staff.coordinator]


def _tell(session: Session, alert: Alert, readers: list[Staff], now: datetime) -> None:
    if not readers:
        log.warning("An alert reaches nobody on its team")
    keys = [(reader.chat_id, f"alert:{alert.id}:{reader.id}") for reader in readers]
    enqueue(session, MessageKind.ALERT, alert, keys, now)


def acknowledge(session: Session, staff: Staff, alert: Alert, pressed: int, now: datetime) -> bool:
    """One for all; False when somebody was before. All messages but the one pressed then say so, without a sound."""
    is_first = alerts.acknowledge(session, alert.team_id, alert.id, staff.id, now)
    session.refresh(alert)
    if not is_first:
        return False
    audit.record(
        session,
        team_id=alert.team_id,
        at=now,
        actor=audit.staff_actor(staff.id),
        action="alert_seen",
        patient_id=alert.patient_id,
        after={"alert": alert.id},
    )
    show_anew(session, alert, "seen", now, but=(staff.chat_id, pressed))
    return True


def note_patient_told(session: Session, team_id: int, alert_ids: Iterable[int]) -> None:
    for alert_id in alert_ids:
        alert = alerts.alert_of_team(session, team_id, alert_id)
        if alert is not None:
            alert.told_patient = True
            session.add(alert)


def show_anew(session: Session, alert: Alert, why: str, now: datetime, but: tuple[int, int] | None = None) -> None:
    """What was sent is rewritten in place; what is still to be sent is worded when it is sent.

    `but`: the chat and the message that shows it already.
    """
    sent = [
        message
        for message in outbox.messages_of_alert(session, alert.team_id, alert.id)
        if message.state is MessageState.SENT and (message.chat_id, message.message_id) != but
    ]
    show_anew_in(session, alert, why, now, *(message.chat_id for message in sent))


def show_anew_in(session: Session, alert: Alert, why: str, now: datetime, *chat_ids: int) -> None:
    keys = [(chat_id, f"alert_changed:{alert.id}:{chat_id}:{why}"[: outbox.LONGEST_KEY]) for chat_id in chat_ids]
    enqueue(session, MessageKind.ALERT_CHANGED, alert, keys, now)


def enqueue(session: Session, kind: MessageKind, alert: Alert, to: list[tuple[int, str]], now: datetime) -> None:
    """`to`: chats, and what tells each message from others."""
    drafts = [
        outbox.draft(
            kind=kind,
            team_id=alert.team_id,
            chat_id=chat_id,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            dedupe_key=key,
            due_at=now,
            expires_at=now + STAYS_NEWS,
        )
        for chat_id, key in to
    ]
    outbox.enqueue(session, *drafts)


def not_delivered(session: Session, message: OutboxMessage, now: datetime) -> None:
    """One reader was not reached. Where none was, the coordinators are told in their place."""
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    if alert is None or alert.acknowledged_at is not None:
        return
    others = outbox.messages_of_alert(session, alert.team_id, alert.id)
    if any(other.state in ON_ITS_WAY for other in others):
        return
    tried = {other.chat_id for other in others}
    reachable = teams.reachable_staff_of(session, alert.team_id)
    left = [staff for staff in reachable if staff.coordinator and staff.chat_id not in tried]
    _tell(session, alert, left, now)
