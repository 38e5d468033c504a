"""The weekly summary: on each clinician's day and hour, the team's or their own; each week once.

A week is one of the calendar, from Monday, in the team's time zone. Whoever changes the day or the hour keeps the week
in which the next one would have come: there it comes on the new day, or where that has passed, still as it would have.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs import due
from storage import drawings, outbox, teams
from storage.models import DrawingKind, MessageKind, Staff, SummaryBrings, Team

log = logging.getLogger(__name__)
PUT_OFF = timedelta(hours=1)
STILL_WORTH_SENDING = timedelta(hours=24)
# What a choice brings: messages, each with the drawing that it waits for.
PARTS = {
    SummaryBrings.ALL: (
        (MessageKind.WEEKLY_SUMMARY, DrawingKind.SUMMARY),
        (MessageKind.SUMMARY_PICTURE, DrawingKind.SUMMARY),
        (MessageKind.SUMMARY_PDF, DrawingKind.SUMMARY_PDF),
    ),
    SummaryBrings.LOOK: (
        (MessageKind.WEEKLY_SUMMARY, DrawingKind.LOOK),
        (MessageKind.SUMMARY_PICTURE, DrawingKind.LOOK),
        (MessageKind.SUMMARY_PDF, DrawingKind.LOOK_PDF),
    ),
    SummaryBrings.PDF: ((MessageKind.SUMMARY_PDF, DrawingKind.SUMMARY_PDF),),
}


def schedule_of(team: Team, reader: Staff) -> tuple[int, time]:
    """Day of the week and hour: the clinician's own, or the team's."""
    if reader.summary_weekday is None or reader.summary_time is None:
        return team.summary_weekday, team.summary_time
    return reader.summary_weekday, reader.summary_time


def next_summary(team: Team, reader: Staff, after: datetime) -> datetime:
    return due.next_weekly_moment(team.time_zone, *schedule_of(team, reader), after)


def would_come(team: Team, reader: Staff, weekday: int, at: time, now: datetime) -> datetime:
    """The clinician's next one, if day and hour were changed to these now."""
    following = reader.next_summary_at or next_summary(team, reader, now)
    return moved(team.time_zone, weekday, at, following, reader.last_summary_at, now)


def moved(zone: str, weekday: int, at: time, following: datetime, latest: datetime | None, now: datetime) -> datetime:
    """When the next one comes after a change of day and hour.

    `following`: when it would have come; `latest`: the one before it. This week's is to come only if it has had none.
    """
    this_week, own_week = due.week_of(zone, now), due.week_of(zone, following)
    has_had_one = latest is not None and due.week_of(zone, latest) >= this_week
    for monday in (own_week if has_had_one else min(this_week, own_week), own_week):
        wanted = due.local_moment(zone, monday + timedelta(days=weekday), at)
        if wanted > now:
            return wanted
    return following


def next_of_team(
    session: Session, team: Team, now: datetime, weekday: int | None = None, at: time | None = None
) -> datetime:
    """The first of the clinicians who follow the team's day and hour, as they are, or if they were these."""
    weekday, at = team.summary_weekday if weekday is None else weekday, at or team.summary_time
    coming = [would_come(team, reader, weekday, at, now) for reader in followers(session, team)]
    return min(coming, default=due.next_weekly_moment(team.time_zone, weekday, at, now))


def followers(session: Session, team: Team) -> list[Staff]:
    """The clinicians who have no day and hour of their own."""
    return [reader for reader, _ in teams.clinicians_of(session, team.id) if reader.summary_weekday is None]


def follow(session: Session, team: Team, now: datetime) -> None:
    """The team's day or hour has changed: those clinicians who have none of their own move with it."""
    for reader in followers(session, team):
        reschedule(session, team, reader, now)


def reschedule(session: Session, team: Team, reader: Staff, now: datetime) -> None:
    """Puts the next one where the clinician's day and hour, as they are now, want it."""
    session.flush()
    is_put = False
    while not is_put:
        # Where the clock was quicker, it has moved on by a week: then that one is put right.
        session.refresh(reader)
        if reader.next_summary_at is None:
            return
        to = would_come(team, reader, *schedule_of(team, reader), now)
        is_put = teams.move_summary(session, reader, to)
    session.refresh(reader)


def begin(team: Team, reader: Staff, now: datetime) -> None:
    """Whoever has just become a clinician gets the first one on the team's next day."""
    if reader.clinician and reader.next_summary_at is None:
        reader.next_summary_at = next_summary(team, reader, now)


def is_too_far(team: Team, reader: Staff, now: datetime) -> bool:
    """Later than next week: only a clock that ran ahead can have put it there."""
    following = reader.next_summary_at
    next_week = due.week_of(team.time_zone, now) + timedelta(weeks=1)
    return following is not None and due.week_of(team.time_zone, following) > next_week


def run(session: Session, now: datetime) -> bool:
    """Every clinician who is due; always the whole lot, so there is never more waiting."""
    for reader, team, language in teams.due_a_summary(session, now):
        due_at = reader.next_summary_at
        assert due_at is not None  # found by it
        try:
            following = next_summary(team, reader, now)
        except Exception:
            # Whatever is wrong with one team's schedule, the others get their summary.
            log.exception("A summary's next moment cannot be computed; tried again in an hour")
            teams.move_summary(session, reader, now + PUT_OFF)
            continue
        # After an outage of weeks, the latest one is the one that may still be worth sending.
        while (later := next_summary(team, reader, due_at)) <= now:
            due_at = later
        if not teams.move_summary(session, reader, following, due_at):
            continue
        outbox.enqueue(session, *_messages(session, team, reader, language, due_at, now))
    return False


def pass_over(session: Session, until: datetime) -> None:
    """After a restore: what was due by then was sent by the instance before, and its week has had its summary."""
    for reader, team, _ in teams.due_a_summary(session, until):
        latest = reader.next_summary_at
        assert latest is not None  # found by it
        try:
            following = next_summary(team, reader, until)
            while (later := next_summary(team, reader, latest)) <= until:
                latest = later
        except Exception:
            log.exception("A summary's next moment cannot be computed; tried again in an hour")
            following = until + PUT_OFF
        teams.move_summary(session, reader, following, latest)
    session.flush()
    session.expire_all()


def _messages(
    session: Session, team: Team, reader: Staff, language: str, moment: datetime, now: datetime
) -> Iterator[dict[str, object]]:
    """What the clinician has chosen. Drawn once for all who read the same at the same moment."""
    day = due.local_date(team.time_zone, moment).isoformat()
    expires_at = moment + STILL_WORTH_SENDING
    before: str | None = None
    for kind, drawn in PARTS[reader.summary_brings]:
        drawing = drawings.wanted(
            session,
            team_id=team.id,
            patient_id=None,
            language=language,
            as_of=now,
            dedupe_key=f"weekly_{drawn.value}:{team.id}:{moment:%Y%m%dT%H%M}:{language}",
            expires_at=expires_at,
            kind=drawn,
        )
        key = f"{kind.value}:{team.id}:{day}:{reader.id}"
        yield outbox.draft(
            kind=kind,
            team_id=team.id,
            chat_id=reader.chat_id,
            drawing_id=drawing,
            dedupe_key=key,
            due_at=moment,
            expires_at=expires_at,
            follows=before,
        )
        before = key
