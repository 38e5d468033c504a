"""An alert that nobody has seen in time is told to others as well, once: the chosen member, or the coordinators."""

import logging
from datetime import datetime

from sqlmodel import Session

from jobs import alerts as alert_jobs
from jobs.alerts import has_or_gets_it
from storage import alerts, audit, queued, teams
from storage.models import Alert, MessageKind, OutboxMessage, Staff, Team

log = logging.getLogger(__name__)
BATCH = 50


def run(session: Session, now: datetime) -> bool:
    """True when the batch was full."""
    waiting = alerts.alerts_to_escalate(session, now, BATCH)
    for alert in waiting:
        if alerts.take_escalation(session, alert, now):
            _escalate(session, alert, now)
    return len(waiting) == BATCH


def _escalate(session: Session, alert: Alert, now: datetime) -> None:
    audit.record(
        session,
        team_id=alert.team_id,
        at=now,
        actor=audit.CLOCK,
        action="alert_unseen",
        patient_id=alert.patient_id,
        after={"alert": alert.id},
    )
    # Those who have it read in it that others are told.
    alert_jobs.show_anew(session, alert, "unseen", now)
    _tell(session, alert, now)


def pass_over(session: Session, until: datetime) -> None:
    """After a restore: by then the instance before has told others, unless somebody had seen it: which, is lost.

    The alert itself stays unseen, in the roster and under its buttons.
    """
    while waiting := alerts.alerts_to_escalate(session, until, BATCH):
        for alert in waiting:
            alert.escalate_at = None
            session.add(alert)
        session.flush()


def whom_to_tell(reachable: list[Staff], have_it: set[int], tried: set[int]) -> list[Staff]:
    """The first that there are of: the chosen one; coordinators who do not have it, by chat; all of them; anybody.

    Where everybody has it, the same are told again: a second sound is all that is left. `tried`: not those once more.
    """
    left = [staff for staff in reachable if staff.chat_id not in tried]
    coordinators = [staff for staff in left if staff.coordinator]
    groups = (
        [staff for staff in left if staff.hears_of_unseen],
        [staff for staff in coordinators if staff.chat_id not in have_it],
        coordinators,
        left,
    )
    return next((group for group in groups if group), [])


def _tell(session: Session, alert: Alert, now: datetime) -> None:
    messages = queued.messages_of_alert(session, alert.team_id, alert.id)
    have_it = {each.chat_id for each in messages if has_or_gets_it(each)}
    tried = {each.chat_id for each in messages if each.kind is MessageKind.ALERT_UNSEEN}
    readers = whom_to_tell(teams.reachable_staff_of(session, alert.team_id), have_it, tried)
    if not readers:
        log.warning("An alert that nobody has seen reaches nobody else on its team")
    keys = [(reader.chat_id, f"alert_unseen:{alert.id}:{reader.id}") for reader in readers]
    alert_jobs.enqueue(session, MessageKind.ALERT_UNSEEN, alert, keys, now)


def not_delivered(session: Session, message: OutboxMessage, now: datetime) -> None:
    """One of them was not reached. Where none was, the next are told."""
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    if alert is None or alert.acknowledged_at is not None:
        return
    others = queued.messages_of_alert(session, alert.team_id, alert.id)
    if not any(each.kind is MessageKind.ALERT_UNSEEN and has_or_gets_it(each) for each in others):
        _tell(session, alert, now)


def count_anew(session: Session, team: Team, now: datetime) -> None:
    """The team has set another delay, or none: it holds for alerts too that were raised before and nobody has seen."""
    for alert in alerts.unseen_alerts(session, team.id, now - alert_jobs.STAYS_NEWS):
        is_due = alert.escalate_at is not None and alert.escalate_at <= now
        if alert.escalated_at is None and not is_due:
            moment = alert_jobs.escalates_at(team, alert.raised_at)
            alert.escalate_at = max(moment, now) if moment is not None else None
            session.add(alert)


def hurry(session: Session, team_id: int, now: datetime) -> None:
    """Somebody has left the team: what they alone were told is told to others now, whatever the team has set.

    Not once it is no news any more. What never reached them is told to others as any that does not arrive.
    """
    on_team = {staff.chat_id for staff, _ in teams.members_of(session, team_id)}
    for alert in alerts.unseen_alerts(session, team_id, now - alert_jobs.STAYS_NEWS):
        messages = queued.messages_of_alert(session, team_id, alert.id)
        has_it = any(each.chat_id in on_team and has_or_gets_it(each) for each in messages)
        if not has_it and not any(each.untold for each in messages):
            alert.escalate_at = now
            session.add(alert)
