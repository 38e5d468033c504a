"""Alerts: a rule that a patient's answers meet is told to the team soon, once, and acknowledged by one for all.

Soon, and not at once: what was a slip of the thumb, and is corrected within `GRACE`, is told to nobody.
"""

import logging
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import alert_rules, daytime
from jobs.alert_rules import Rule, Run
from storage import alerts, audit, diary, outbox, patients, queued, restored, teams
from storage.models import Alert, AlertRule, DiaryDay, MessageKind, MessageState, OutboxMessage, Patient, Staff, Team

log = logging.getLogger(__name__)
# From the answer to the telling: time to finish the check-in, to see a wrong number in its summary and to change it,
# with stiff fingers too; and nothing beside the hours in which somebody reads it.
GRACE = timedelta(minutes=3)
STAYS_NEWS = timedelta(days=2)
ON_ITS_WAY = (MessageState.PENDING, MessageState.SENDING, MessageState.UNSURE, MessageState.SENT)


def look(session: Session, day: DiaryDay, items: Iterable[str], cause: str, now: datetime) -> None:
    """Answers of a day were stored, on time or late, new or corrected: `cause` is what the patient did.

    What nobody was told yet and is not so any more is taken back; whoever was told is shown what was corrected, and
    how the run went on; a run that is long enough now, and untold, is told when `GRACE` is over.
    """
    stored = set(items)
    rules = [rule for rule in alerts.rules_of(session, day.team_id) if rule.item in stored]
    if rules:
        # Two answers at once, of two days, would each not see the other's.
        patients.hold(session, day.team_id, day.patient_id)
    for item in stored:
        for alert in alerts.alerts_up_to(session, day.team_id, day.patient_id, item, day.diary_date):
            if not _taken_back(session, alert, now) and day.diary_date.isoformat() in alert.seen:
                show_anew(session, alert, f"corrected:{cause}", now)
    for rule in rules:
        _look_by(session, rule, day, cause, now)


def _taken_back(session: Session, alert: Alert, now: datetime) -> bool:
    """Takes an alert back that nobody has heard of, where the answers do not meet its rule any more."""
    if alert.told_patient and now >= alert.raised_at + GRACE:
        return False
    messages = queued.messages_of_alert(session, alert.team_id, alert.id, hold=True)
    if any(map(_may_have_been_heard, messages)) or _holds(session, alert):
        return False
    for message in messages:
        message.state, message.alert_id = MessageState.WITHDRAWN, None
        session.add(message)
    session.flush()
    if not alerts.forget(session, alert.team_id, alert.id):
        return True
    _record(session, alert, "alert_taken_back", audit.patient_actor(alert.patient_id), now, rule=alert.rule_id)
    return True


def _may_have_been_heard(message: OutboxMessage) -> bool:
    """Not of one that is still to be sent, nor of one whose reader left before it ever was tried."""
    left_before = message.state is MessageState.WITHDRAWN and message.attempts == 0
    return message.state is not MessageState.PENDING and not left_before


def has_or_gets_it(message: OutboxMessage) -> bool:
    """Whether the reader of an alert's message has it, or will."""
    return message.state in ON_ITS_WAY or message.fault == restored.BEFORE_RESTORE


def _holds(session: Session, alert: Alert) -> bool:
    row = alerts.rule_of_team(session, alert.team_id, alert.rule_id)
    assert row is not None  # never deleted
    return bool(_runs_told_by(alert, row, values_for(session, alert, row)))


def values_for(session: Session, alert: Alert, row: AlertRule) -> dict[date, int | None]:
    """What the patient's diary says now of the item that the alert is about, by day."""
    return diary.values_of(session, alert.team_id, alert.patient_id, row.item)


def further_days(alert: Alert, row: AlertRule, values: dict[date, int | None]) -> dict[date, int]:
    """The run's days that were entered after it was told: those for which nothing is told anew."""
    days = [pair for run in _runs_told_by(alert, row, values) for pair in run.days]
    return {day: value for day, value in days if day.isoformat() not in alert.seen}


def _runs_told_by(alert: Alert, row: AlertRule, values: dict[date, int | None]) -> list[Run]:
    rule, runs = rule_of(row), alert_rules.alerts_in(rule_of(row), values)
    # Of years ago others may have been long enough, too.
    around = [run for run in runs if run.first <= alert.last_day and run.last >= alert.first_day]
    return [run for run in around if alert_rules.is_told(rule, run, {alert.last_day})]


def rule_of(row: AlertRule) -> Rule:
    return Rule(row.kind.value, row.threshold, row.days)


def _look_by(session: Session, row: AlertRule, day: DiaryDay, cause: str, now: datetime) -> None:
    rule, values = rule_of(row), diary.values_of(session, day.team_id, day.patient_id, row.item)
    # What is over before this day was told in its time, or the rule did not exist yet.
    runs = [run for run in alert_rules.alerts_in(rule, values) if run.last >= day.diary_date]
    earlier = alerts.alerts_of_rule(session, day.team_id, day.patient_id, row.id)
    told = {alert.last_day for alert in earlier}
    for run in runs:
        if not alert_rules.is_told(rule, run, told):
            _raise(session, row, run, day, now)
    if earlier and _may_have_gone_on(session, earlier[-1], row, day, values):
        # What is a slip may still be changed: until then nothing is shown of it.
        show_anew(session, earlier[-1], f"further:{cause}", now + GRACE)


def _may_have_gone_on(
    session: Session, alert: Alert, row: AlertRule, day: DiaryDay, values: dict[date, int | None]
) -> bool:
    """Whether the run has this day now, or may have had it, or days after it, until this answer."""
    if day.diary_date.isoformat() in alert.seen:
        return False
    is_further = day.diary_date in further_days(alert, row, values)
    return is_further or max(values) > day.diary_date or diary.noted_on(session, day)[row.item].revision > 1


def _raise(session: Session, row: AlertRule, run: Run, day: DiaryDay, now: datetime) -> None:
    alert = Alert(
        team_id=day.team_id,
        patient_id=day.patient_id,
        rule_id=row.id,
        first_day=run.first,
        last_day=run.last,
        seen={each.isoformat(): value for each, value in run.days},
        reference=run.reference,
        raised_at=now,
    )
    session.add(alert)
    session.flush()
    _record(session, alert, "alert_raised", audit.patient_actor(day.patient_id), now, rule=row.id)
    team = teams.team_by_id(session, day.team_id)
    readers = whom_to_tell(team, teams.reachable_staff_of(session, day.team_id))
    alert.told_team = bool(readers)
    alert.escalate_at = escalates_at(team, now)
    _tell(session, alert, readers, now + GRACE)
    patient = patients.patient_of_team(session, day.team_id, day.patient_id)
    assert patient is not None  # whose answer it was
    _tell_patient(session, patient, now + GRACE)


def escalates_at(team: Team, raised_at: datetime) -> datetime | None:
    """When others are told, if nobody has seen it by then; None where the team wants that never."""
    if team.escalate_after is None:
        return None
    return daytime.after(team.time_zone, raised_at, team.escalate_after)


def _record(session: Session, alert: Alert, action: str, actor: str, now: datetime, **more: int) -> None:
    audit.record(
        session,
        team_id=alert.team_id,
        at=now,
        actor=actor,
        action=action,
        patient_id=alert.patient_id,
        after={"alert": alert.id, **more},
    )


def whom_to_tell(team: Team, reachable: list[Staff]) -> list[Staff]:
    """The clinicians, and the coordinators where the team wants that; without any clinician the coordinators."""
    chosen = [staff for staff in reachable if staff.clinician or team.alerts_to_coordinators]
    return chosen or [staff for staff in reachable if staff.coordinator]


def _tell(session: Session, alert: Alert, readers: list[Staff], due_at: datetime) -> None:
    if not readers:
        log.warning("An alert reaches nobody on its team")
    keys = [(reader.chat_id, f"alert:{alert.id}:{reader.id}") for reader in readers]
    enqueue(session, MessageKind.ALERT, alert, keys, due_at)


def tell_if_untold(session: Session, patient: Patient, now: datetime) -> None:
    """They can be written to again: what they would have heard meanwhile, while it is news."""
    if to_be_told(session, patient.team_id, patient.id, now):
        _tell_patient(session, patient, now)


def _tell_patient(session: Session, patient: Patient, due_at: datetime) -> None:
    """One message for all that was raised at one moment. Which alerts there are is looked up when it is sent."""
    if patient.chat_id is None:
        return
    notice = outbox.draft(
        kind=MessageKind.ALERT_NOTICE,
        team_id=patient.team_id,
        chat_id=patient.chat_id,
        patient_id=patient.id,
        dedupe_key=f"alert_notice:{patient.id}:{due_at.isoformat()}",
        due_at=due_at,
        expires_at=due_at + STAYS_NEWS,
    )
    outbox.enqueue(session, notice)


def to_be_told(session: Session, team_id: int, patient_id: int, now: datetime) -> list[Alert]:
    """What the patient has not been told of yet; nothing while each may still be taken back."""
    untold = alerts.untold_to_patient(session, team_id, patient_id, now - GRACE - STAYS_NEWS)
    return untold if any(alert.raised_at + GRACE <= now for alert in untold) else []


def reaches_somebody(session: Session, alert: Alert) -> bool:
    """Whether anybody on the team has the alert, or will: who was to be told, or the coordinators in their place."""
    messages = queued.messages_of_alert(session, alert.team_id, alert.id)
    if any(map(has_or_gets_it, messages)):
        return True
    return bool(messages and _left_to_tell(session, alert, messages))


def acknowledge(session: Session, staff: Staff, alert: Alert, pressed: int, now: datetime) -> bool:
    """One for all; False when somebody was before. All messages but the one pressed then say so, without a sound."""
    is_first = alerts.acknowledge(session, alert.team_id, alert.id, staff.id, now)
    session.refresh(alert)
    if not is_first:
        return False
    _record(session, alert, "alert_seen", audit.staff_actor(staff.id), now)
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
        for message in queued.messages_of_alert(session, alert.team_id, alert.id)
        if message.state is MessageState.SENT and (message.chat_id, message.message_id) != but
    ]
    show_anew_in(session, alert, why, now, *(message.chat_id for message in sent))


def show_anew_in(session: Session, alert: Alert, why: str, now: datetime, *chat_ids: int) -> None:
    keys = [(chat_id, f"alert_changed:{alert.id}:{chat_id}:{why}"[: outbox.LONGEST_KEY]) for chat_id in chat_ids]
    enqueue(session, MessageKind.ALERT_CHANGED, alert, keys, now)


def enqueue(session: Session, kind: MessageKind, alert: Alert, to: list[tuple[int, str]], due_at: datetime) -> None:
    """`to`: chats, and what tells each message from others."""
    drafts = [
        outbox.draft(
            kind=kind,
            team_id=alert.team_id,
            chat_id=chat_id,
            patient_id=alert.patient_id,
            alert_id=alert.id,
            dedupe_key=key,
            due_at=due_at,
            expires_at=due_at + STAYS_NEWS,
        )
        for chat_id, key in to
    ]
    outbox.enqueue(session, *drafts)


def not_delivered(session: Session, message: OutboxMessage, now: datetime) -> None:
    """One reader was not reached. Where none was, the coordinators are told in their place."""
    alert = alerts.alert_of_team(session, message.team_id, message.alert_id or 0)
    if alert is None or alert.acknowledged_at is not None:
        return
    others = queued.messages_of_alert(session, alert.team_id, alert.id)
    if not any(map(has_or_gets_it, others)):
        _tell(session, alert, _left_to_tell(session, alert, others), max(now, alert.raised_at + GRACE))


def _left_to_tell(session: Session, alert: Alert, tried: list[OutboxMessage]) -> list[Staff]:
    """The coordinators whom nobody has tried to tell."""
    chats = {message.chat_id for message in tried}
    reachable = teams.reachable_staff_of(session, alert.team_id)
    return [staff for staff in reachable if staff.coordinator and staff.chat_id not in chats]
