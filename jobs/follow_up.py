"""One follow-up a day to whoever has not answered; and whoever pressed "Later" is asked again when they wished."""

import logging
from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs import due
from storage import diary, outbox
from storage.models import Chat, DiaryDay, MessageKind, OutboxMessage, Patient, PatientStatus, Team

log = logging.getLogger(__name__)
BATCH = 200
# A new team's: long enough for supper, and before bedtime.
USUAL_DELAY = timedelta(hours=3)
LATER = timedelta(hours=1)
# By the patient's clock: nobody is woken.
EARLIEST, LATEST = time(8, 0), time(21, 30)
SOONEST_AFTER_ASKING = timedelta(minutes=30)
STILL_WORTH_SENDING = timedelta(hours=1)
# How the keys of those begin that the patient asked for.
LATER_KEY = "later:"


def follow_up_at(team: Team, patient: Patient, day: DiaryDay, asked_at: datetime) -> datetime | None:
    """When to ask again, counted from the asking; None where it is not wanted or would come too late in the evening."""
    if team.follow_up_after is None or not patient.follow_up:
        return None
    return _before_night(patient, day, asked_at, asked_at + timedelta(minutes=team.follow_up_after))


def later_at(patient: Patient, day: DiaryDay, now: datetime) -> datetime | None:
    """When whoever presses "Later" now is asked again; None when the evening is over."""
    return _before_night(patient, day, now, (now + LATER).replace(second=0, microsecond=0))


def _before_night(patient: Patient, day: DiaryDay, now: datetime, at: datetime) -> datetime | None:
    """That moment, or the evening's last for it; None where that is too soon, too late or at night."""
    last = due.local_moment(patient.time_zone, due.local_date(patient.time_zone, now), LATEST)
    at = min(at, last)
    fits = now + SOONEST_AFTER_ASKING <= at < day.closes_at and is_day(patient, at)
    return at if fits else None


def is_day(patient: Patient, instant: datetime) -> bool:
    """Whether it is an hour, by the patient's clock, at which one may be asked again."""
    local = instant.astimezone(due.zone_of(patient.time_zone)).time()
    return EARLIEST <= local <= LATEST


def run(session: Session, now: datetime) -> bool:
    """Asks again whoever is due it. True when the batch was full."""
    waiting = diary.days_due_a_follow_up(session, now, BATCH)
    answered = diary.days_answered(session, [day for day, _, _ in waiting])
    snoozed = {day.id: day.snoozed for day, _, _ in waiting}
    messages = []
    for day, patient, chat in waiting:
        at = day.next_follow_up_at
        if at is None or not diary.take_follow_up(session, day):
            continue
        is_later = snoozed[day.id]
        is_wanted = is_later or (patient.follow_up and day.id not in answered)
        if is_wanted and now < min(at + STILL_WORTH_SENDING, day.closes_at) and _may_be_asked(patient, chat, at):
            messages.append(_message(day, chat, at, is_later=is_later))
    outbox.enqueue(session, *messages)
    return len(waiting) == BATCH


def pass_over(session: Session, until: datetime) -> None:
    """After a restore: whoever was to be asked again by then was, by the instance before."""
    while waiting := diary.days_due_a_follow_up(session, until, BATCH):
        for day, _, _ in waiting:
            diary.take_follow_up(session, day)
        session.flush()
        session.expire_all()


def _may_be_asked(patient: Patient, chat: Chat, at: datetime) -> bool:
    """The patient may have moved meanwhile, to where it is night."""
    return patient.status is PatientStatus.ACTIVE and chat.unreachable_since is None and is_day(patient, at)


def is_still_wanted(patient: Patient, day: DiaryDay, message: OutboxMessage, *, begun: bool) -> bool:
    """Whether one that was queued is sent. `begun`: something of the day is answered by now.

    One that may have arrived is not sent again: rather none than two.
    """
    asked_for = message.dedupe_key.startswith(LATER_KEY) or patient.follow_up
    return asked_for and not (begun or day.snoozed or message.doubtful)


def _message(day: DiaryDay, chat: Chat, at: datetime, *, is_later: bool) -> dict[str, object]:
    of = LATER_KEY if is_later else "follow_up:"
    return outbox.draft(
        kind=MessageKind.FOLLOW_UP,
        team_id=day.team_id,
        chat_id=chat.id,
        patient_id=day.patient_id,
        diary_date=day.diary_date,
        dedupe_key=f"{of}{day.patient_id}:{day.diary_date.isoformat()}:{at.isoformat()}",
        due_at=at,
        expires_at=min(at + STILL_WORTH_SENDING, day.closes_at),
    )
