"""When a patient is asked: the hour and the zone, what changing them does to the days, and what the patient is told."""

import re
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from jobs import daily_prompt, due, infusion_reminder
from jobs.refusals import Refusal
from storage import audit, diary, outbox, patients, questions, withdrawing
from storage.models import MessageKind, Patient, PatientStatus

STILL_WORTH_TELLING = timedelta(days=3)
MOST_DAYS_OFF = 6


def change_prompt_time(
    session: Session, actor: str, patient: Patient, at: time, now: datetime, *, is_theirs: bool = False
) -> None:
    """The day that waits to be asked is asked at the new time: at once, when that has just passed.

    `is_theirs`: the patient did it, sees it, and need not be told.
    """
    before = patient.prompt_time
    patient.told_prompt_time = None if is_theirs else patient.told_prompt_time or before
    patients.set_prompt(session, patient, at, _next_prompt(patient, patient.time_zone, at, now))
    _keep_open(session, patient, now)
    _announce(session, patient, now)
    audit.record_about(
        session,
        patient,
        now,
        actor=actor,
        action="prompt_time_changed",
        before={"prompt_time": before.isoformat("minutes")},
        after={"prompt_time": at.isoformat("minutes")},
    )


def change_time_zone(
    session: Session, actor: str, patient: Patient, zone: str, now: datetime, *, is_theirs: bool = False
) -> None:
    """The patient has moved. No date is asked twice; one that the journey swallowed is not asked, and visibly so.

    `is_theirs`: the patient did it, sees it, and need not be told.
    """
    before = patient.time_zone
    patient.told_time_zone = None if is_theirs else patient.told_time_zone or before
    following = _next_prompt(patient, zone, patient.prompt_time, now)
    patient.time_zone = zone
    patients.set_prompt(session, patient, patient.prompt_time, following)
    _keep_open(session, patient, now)
    infusion_reminder.follow(session, patient, now)
    _announce(session, patient, now)
    audit.record_about(
        session,
        patient,
        now,
        actor=actor,
        action="time_zone_changed",
        before={"time_zone": before},
        after={"time_zone": zone},
    )


def coming_prompt(session: Session, patient: Patient, now: datetime) -> datetime | None:
    """The next question that will come: of no day that is complete already.

    Nor one that an outage has run over, which the next tick puts aside.
    """
    coming = patient.next_prompt_at
    if coming is not None and coming < now:
        coming = daily_prompt.next_prompt(patient, now)
    while coming is not None and _is_complete(session, patient, due.local_date(patient.time_zone, coming)):
        coming = daily_prompt.next_prompt(patient, coming)
    return coming


def _is_complete(session: Session, patient: Patient, diary_date: date) -> bool:
    day = diary.day_of(session, patient.team_id, patient.id, diary_date)
    if day is None:
        return False
    asked = questions.asked_on(session, patient.team_id, patient.id, diary_date)
    return {each.key for each in asked} <= diary.noted_on(session, day).keys()


def change_days_off(session: Session, actor: str, patient: Patient, days_off: str, now: datetime) -> None:
    """`days_off`: as the column has it. One day of the week, at least, is asked."""
    check_days_off(days_off)
    following = prompt_with(session, patient, days_off, now)
    before, patient.days_off = patient.days_off, days_off
    patient.next_prompt_at = following
    session.add(patient)
    audit.record_about(
        session,
        patient,
        now,
        actor=actor,
        action="days_off_changed",
        before={"days_off": before},
        after={"days_off": days_off},
    )


def check_days_off(days_off: str) -> None:
    if not re.fullmatch("0?1?2?3?4?5?6?", days_off) or len(days_off) > MOST_DAYS_OFF:
        raise Refusal("refusal.days_off")


def prompt_with(session: Session, patient: Patient, days_off: str, now: datetime) -> datetime | None:
    """When the next question comes if these are the days off."""
    changed, waiting = Patient(**{**patient.model_dump(), "days_off": days_off}), patient.next_prompt_at
    if patient.chat_id is None:
        return None
    if patient.status is PatientStatus.PAUSED and patient.paused_until is not None:
        return daily_prompt.prompt_from(changed, patient.paused_until)
    if patient.status is PatientStatus.ACTIVE and waiting is not None and waiting > now:
        return daily_prompt.next_to_be_asked(session, changed, now)
    return waiting


def change_follow_up(session: Session, actor: str, patient: Patient, now: datetime, *, wanted: bool) -> None:
    """Whether they are asked once more when they have not answered; of what is queued, nothing unwanted is sent."""
    before, patient.follow_up = patient.follow_up, wanted
    session.add(patient)
    audit.record_about(
        session,
        patient,
        now,
        actor=actor,
        action="follow_up_changed",
        before={"follow_up": before},
        after={"follow_up": wanted},
    )


def _next_prompt(patient: Patient, zone: str, at: time, now: datetime) -> datetime | None:
    """The day that was waiting keeps its question: at the new moment, or at once when that has just passed.

    A day that was run over, by an outage or by a journey, stays due: the tick marks it as not asked.
    """
    waiting = patient.next_prompt_at
    if waiting is None or patient.status not in patients.LIVING:
        return waiting
    day = due.local_date(patient.time_zone, waiting)
    moment = due.local_moment(zone, day, at)
    is_lost = day < due.local_date(zone, now) or waiting + daily_prompt.STILL_WORTH_ASKING <= now
    return moment if is_lost else max(moment, now)


def _keep_open(session: Session, patient: Patient, now: datetime) -> None:
    """What is open stays so until the next question comes: it has moved too."""
    for day in diary.days_open_at(session, patient.team_id, patient.id, now):
        own = due.local_moment(patient.time_zone, day.diary_date, patient.prompt_time)
        day.closes_at = max(due.next_local_moment(patient.time_zone, patient.prompt_time, own), now)
        session.add(day)


def is_news(session: Session, patient: Patient, at: time, zone: str) -> bool:
    """Whether the patient, as far as is known, believes that it is another hour or another zone."""
    believed = patient.told_prompt_time or patient.prompt_time, patient.told_time_zone or patient.time_zone
    return believed != (at, zone) or patients.prompt_time_in_doubt(session, patient.team_id, patient.id)


def announce_if_news(session: Session, patient: Patient, now: datetime) -> None:
    """As when a chat can be written to again."""
    if is_news(session, patient, patient.prompt_time, patient.time_zone):
        _announce(session, patient, now)


def _announce(session: Session, patient: Patient, now: datetime) -> None:
    """Queues the line that tells the patient; several changes make one, and a change that is taken back makes none."""
    if patient.status not in patients.LIVING or patient.chat_id is None:
        return
    withdrawing.withdraw(session, MessageKind.PROMPT_TIME_CHANGED, team_id=patient.team_id, patient_id=patient.id)
    if not is_news(session, patient, patient.prompt_time, patient.time_zone):
        return
    outbox.enqueue_again(
        session,
        outbox.draft(
            kind=MessageKind.PROMPT_TIME_CHANGED,
            team_id=patient.team_id,
            chat_id=patient.chat_id,
            patient_id=patient.id,
            dedupe_key=f"prompt_time_changed:{patient.id}:{now.isoformat()}:{patient.prompt_time:%H%M}",
            due_at=now,
            expires_at=now + STILL_WORTH_TELLING,
        ),
    )
