"""The weekly summary: on the team's day and hour, one outbox message a clinician."""

import logging
from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs import due
from storage import drawings, outbox, teams
from storage.models import MessageKind, Team

log = logging.getLogger(__name__)
PUT_OFF = timedelta(hours=1)
STILL_WORTH_SENDING = timedelta(hours=24)


def next_summary(team: Team, after: datetime) -> datetime:
    return next_summary_on(team.time_zone, team.summary_weekday, team.summary_time, after)


def next_summary_on(zone: str, weekday: int, at: time, after: datetime) -> datetime:
    """When a team would get its next one, if it had this day and hour."""
    return due.next_weekly_moment(zone, weekday, at, after)


def run(session: Session, now: datetime) -> bool:
    """Every team that is due; always the whole lot, so there is never more waiting."""
    for team in teams.teams_due_a_summary(session, now):
        moment = team.next_summary_at
        assert moment is not None
        try:
            following = next_summary(team, now)
        except Exception:
            # Whatever is wrong with one team's schedule, the others get their summary.
            log.exception("A summary's next moment cannot be computed; tried again in an hour")
            teams.move_summary(session, team, now + PUT_OFF)
            continue
        if not teams.move_summary(session, team, following):
            continue
        # After an outage of weeks, the latest one is the one that may still be worth sending.
        while (following := next_summary(team, moment)) <= now:
            moment = following
        day = due.local_date(team.time_zone, moment).isoformat()
        for clinician, language in teams.clinicians_of(session, team.id):
            drawing = drawings.wanted(
                session,
                team_id=team.id,
                patient_id=None,
                language=language,
                as_of=now,
                dedupe_key=f"weekly_summary:{team.id}:{day}:{language}",
                expires_at=moment + STILL_WORTH_SENDING,
            )
            outbox.enqueue(
                session,
                outbox.draft(
                    kind=MessageKind.WEEKLY_SUMMARY,
                    team_id=team.id,
                    chat_id=clinician.chat_id,
                    drawing_id=drawing,
                    dedupe_key=f"weekly_summary:{team.id}:{day}:{clinician.id}",
                    due_at=moment,
                    expires_at=moment + STILL_WORTH_SENDING,
                ),
            )
    return False
