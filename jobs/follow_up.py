"""One follow-up a day to whoever has not answered; and whoever pressed "Later" is asked again when they wished."""

import logging
from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs import due
from storage import diary, outbox
from storage.models import Chat, DiaryDay, MessageKind, Patient, PatientStatus, Team

log = logging.getLogger(__name__)
BATCH = 200
# A new team's: long enough for supper, and before bedtime.
USUAL_DELAY = timedelta(hours=3)
LATER = timedelta(hours=1)
# By the patient's clock: nobody is woken.
LATEST = time(21, 30)
SOONEST_AFTER_ASKING = timedelta(minutes=30)
STILL_WORTH_SENDING = timedelta(hours=1)


def follow_up_at(team: Team, patient: Patient, day: DiaryDay, asked_at: datetime) -> datetime | None:
    """When to ask again, counted from the asking; None where it is not wanted or would come too late in the evening."""
    if team.follow_up_after is None or not patient.follow_up:
        return None
    at = min(asked_at + timedelta(minutes=team.follow_up_after), _latest(day, asked_at))
    return at if at >= asked_at + SOONEST_AFTER_ASKING and at < day.closes_at else None


def later_at(day: DiaryDay, now: datetime) -> datetime | None:
    """When whoever presses "Later" now is asked again; None when the evening is over."""
    at = min(now + LATER, _latest(day, now)).replace(second=0, microsecond=0)
    return at if at >= now + SOONEST_AFTER_ASKING and at < day.closes_at else None


def _latest(day: DiaryDay, now: datetime) -> datetime:
    """That evening's last moment for it."""
    return due.local_moment(day.time_zone, due.local_date(day.time_zone, now), LATEST)


def run(session: Session, now: datetime) -> bool:
    """Asks again whoever is due it. True when the batch was full."""
    waiting = diary.days_due_a_follow_up(session, now, BATCH)
    answered = diary.days_answered(session, [day for day, _, _ in waiting])
    messages = []
    for day, patient, chat in waiting:
        at = day.next_follow_up_at
        if at is None or not diary.take_follow_up(session, day):
            continue
        is_wanted = day.snoozed or (patient.follow_up and day.id not in answered)
        if is_wanted and now < min(at + STILL_WORTH_SENDING, day.closes_at) and _may_be_asked(patient, chat):
            messages.append(_message(day, chat, at))
    outbox.enqueue(session, *messages)
    return len(waiting) == BATCH


def _may_be_asked(patient: Patient, chat: Chat) -> bool:
    return patient.status is PatientStatus.ACTIVE and chat.unreachable_since is None


def _message(day: DiaryDay, chat: Chat, at: datetime) -> dict[str, object]:
    return outbox.draft(
        kind=MessageKind.FOLLOW_UP,
        team_id=day.team_id,
        chat_id=chat.id,
        patient_id=day.patient_id,
        diary_date=day.diary_date,
        dedupe_key=f"follow_up:{day.patient_id}:{day.diary_date.isoformat()}:{at:%H%M}",
        due_at=at,
        expires_at=min(at + STILL_WORTH_SENDING, day.closes_at),
    )
