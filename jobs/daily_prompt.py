"""The daily check-in: who is due gets one outbox message, and the next local moment."""

import logging
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from jobs import due, follow_up
from storage import ahead, audit, courses, diary, outbox, patients, restored, teams
from storage.models import Chat, MessageKind, Patient, PatientStatus

log = logging.getLogger(__name__)
BATCH = 200
# A question that comes hours late would ask at night about a day that is over.
STILL_WORTH_ASKING = timedelta(hours=4)
MOST_CAUGHT_UP = timedelta(days=400)
_DAY, _MOMENT = timedelta(days=1), timedelta(microseconds=1)
PUT_OFF = timedelta(hours=1)


def run(session: Session, now: datetime) -> bool:
    """Asks everyone who is due. True when the batch was full."""
    waiting = patients.patients_due_a_prompt(session, now, BATCH)
    treated = courses.patients_with_a_course_between(
        session, [patient.id for patient, _ in waiting], now.date() - _DAY, now.date() + 2 * _DAY
    )
    days: list[dict[str, Any]] = []
    messages: list[dict[str, Any]] = []
    for patient, chat in waiting:
        asked_for = _taken(session, patient, now)
        if asked_for is None:
            continue
        _end_a_pause(session, patient, now)
        for moment, closes_at in _moments_due(patient, asked_for, now):
            day = _day(patient, moment, closes_at)
            days.append(day)
            if now < moment + STILL_WORTH_ASKING and chat.unreachable_since is None:
                messages.append(_message(patient, chat, day, moment, soon=patient.id in treated))
    # A day without `asked_at` is one that the bot did not ask: it never counts against the patient.
    diary.open_days(session, days)
    outbox.enqueue(session, *messages)
    return len(waiting) == BATCH


def _taken(session: Session, patient: Patient, now: datetime) -> datetime | None:
    """The first moment that was due, with the clock moved past all of them; None where another worker has done so."""
    first = patient.next_prompt_at
    try:
        following = next_prompt(patient, now)
    except Exception:
        # Whatever is wrong with one patient's schedule, everybody else is asked.
        log.exception("A prompt's next moment cannot be computed; tried again in an hour")
        patients.move_prompt(session, patient, now + PUT_OFF)
        return None
    return first if patients.move_prompt(session, patient, following) else None


def pass_over(session: Session, until: datetime) -> None:
    """After a restore: what was due by then was asked by the instance before, and whether it was answered is not known.

    So the days are open and their buttons work, they are asked about no more, and count as not asked. A follow-up that
    falls after it still comes.
    """
    while waiting := patients.patients_due_a_prompt(session, until, BATCH):
        for patient, chat in waiting:
            first = _taken(session, patient, until)
            if first is None:
                continue
            _end_a_pause(session, patient, until)
            for moment, closes_at in _moments_due(patient, first, until):
                _asked_elsewhere(session, patient, chat, moment, closes_at, until)
        session.flush()
        session.expire_all()


def _asked_elsewhere(
    session: Session, patient: Patient, chat: Chat, moment: datetime, closes_at: datetime, until: datetime
) -> None:
    day = _day(patient, moment, closes_at)
    opened = diary.open_day(session, **day)
    if chat.unreachable_since is not None:
        return
    restored.note_as_sent(session, _message(patient, chat, day, moment, soon=False))
    again_at = follow_up.follow_up_at(teams.team_by_id(session, patient.team_id), patient, opened, moment)
    if again_at is not None and again_at > until and opened.next_follow_up_at is None:
        opened.next_follow_up_at = again_at
        session.add(opened)


def next_prompt(patient: Patient, after: datetime) -> datetime:
    """The next moment at which the patient is asked: on no day off."""
    moment = _next(patient, after)
    while _is_off(patient, moment):
        moment = _next(patient, moment)
    return moment


def prompt_from(patient: Patient, first: date) -> datetime:
    """The same on that local date, or on the first after it that is no day off."""
    return next_prompt(patient, due.local_moment(patient.time_zone, first, patient.prompt_time) - _MOMENT)


def next_to_be_asked(session: Session, patient: Patient, now: datetime) -> datetime:
    """Of a day after all that were opened. One that the patient alone opened is still to be asked."""
    moment = next_prompt(patient, now)
    latest = ahead.latest_day_opened_by(session, patient.team_id, patient.id, now)
    if latest is None:
        return moment
    by_the_patient = latest.asked_at is None and latest.message_id is not None
    first = latest.diary_date if by_the_patient else latest.diary_date + _DAY
    while due.local_date(patient.time_zone, moment) < first:
        moment = next_prompt(patient, moment)
    return moment


def _is_off(patient: Patient, moment: datetime) -> bool:
    return str(due.local_date(patient.time_zone, moment).weekday()) in patient.days_off


def _next(patient: Patient, after: datetime) -> datetime:
    return due.next_local_moment(patient.time_zone, patient.prompt_time, after)


def _moments_due(patient: Patient, first: datetime, now: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each prompt's moment until `now`, with the one that ends its window: several after an outage.

    A window ends with the next day's hour, whether that day is off or not.

    A clock that was years behind for a while leaves `first` there: no day is from before the diary began.
    """
    earliest = max(now - MOST_CAUGHT_UP, patient.consented_at or patient.created_at)
    # On its first day a diary may be due before the hour at which it was begun.
    moment = first if first > earliest - _DAY else _next(patient, earliest)
    while moment <= now:
        following = _next(patient, moment)
        if not _is_off(patient, moment):
            yield moment, following
        moment = following


def _end_a_pause(session: Session, patient: Patient, now: datetime) -> None:
    if patient.status is PatientStatus.PAUSED:
        patient.status, patient.paused_until = PatientStatus.ACTIVE, None
        session.add(patient)
        audit.record_about(session, patient, now, actor=audit.CLOCK, action="pause_ended")


def _day(patient: Patient, moment: datetime, closes_at: datetime) -> dict[str, Any]:
    return diary.new_day(
        team_id=patient.team_id,
        patient_id=patient.id,
        diary_date=due.diary_date(patient.time_zone, moment),
        time_zone=patient.time_zone,
        opened_at=moment,
        closes_at=closes_at,
    )


def _message(patient: Patient, chat: Chat, day: dict[str, Any], moment: datetime, *, soon: bool) -> dict[str, Any]:
    """`soon`: around a course, when a day missed is missed most."""
    return outbox.draft(
        soon=soon,
        kind=MessageKind.DAILY_PROMPT,
        team_id=patient.team_id,
        chat_id=chat.id,
        patient_id=patient.id,
        diary_date=day["diary_date"],
        dedupe_key=f"daily_prompt:{patient.id}:{day['diary_date'].isoformat()}",
        due_at=moment,
        expires_at=min(moment + STILL_WORTH_ASKING, day["closes_at"]),
    )
