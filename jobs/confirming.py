"""Courses of which nobody said that they were given: the coordinators are asked, once, the day after the last one.

At the team's hour, by its own clock. One message a coordinator, however many patients it is about. Whoever answers,
answers for all: the others' messages are rewritten in place.
"""

import logging
from datetime import date, datetime, time, timedelta

from sqlmodel import Session

from jobs import due
from storage import courses, outbox, queued, teams
from storage.models import Course, MessageKind, Patient, Team
from storage.upcoming import Upcoming

log = logging.getLogger(__name__)
PUT_OFF = timedelta(hours=1)
STILL_WORTH_SENDING = timedelta(hours=36)
# After an outage too; what has been open for longer is seen in the roster.
LONGEST_OPEN = timedelta(days=7)


def next_question(team: Team, after: datetime) -> datetime:
    return due.next_local_moment(team.time_zone, team.confirmation_time, after)


def would_come(team: Team, at: time, now: datetime) -> datetime:
    """The next one, if the hour were changed to this now.

    Its day stays, so that none is asked about twice and none is left out; where the new hour of that day has passed, it
    still comes as it would have.
    """
    following = team.next_confirmation_at
    if following is None or following <= now:
        return following or due.next_local_moment(team.time_zone, at, now)
    wanted = due.local_moment(team.time_zone, due.local_date(team.time_zone, following), at)
    return wanted if wanted > now else following


def is_too_far(team: Team, now: datetime) -> bool:
    """Later than tomorrow: only a clock that ran ahead can have put it there."""
    following, tomorrow = team.next_confirmation_at, due.local_date(team.time_zone, now) + timedelta(days=1)
    return following is not None and due.local_date(team.time_zone, following) > tomorrow


def run(session: Session, now: datetime) -> bool:
    """Every team whose hour has come; always the whole lot, so there is never more waiting."""
    for team in teams.teams_due_a_confirmation(session, now):
        moment = team.next_confirmation_at
        try:
            following = next_question(team, now)
        except Exception:
            # Whatever is wrong with one team's clock, the others are asked.
            log.exception("When a team is asked about its courses cannot be computed; tried again in an hour")
            teams.move_confirmation(session, team, now + PUT_OFF)
            continue
        if not teams.move_confirmation(session, team, following) or moment is None:
            continue
        while (later := next_question(team, moment)) <= now:
            moment = later
        _ask(session, team, moment)
    return False


def pass_over(session: Session, until: datetime) -> None:
    """After a restore: by then the teams were asked by the instance before.

    What was answered is lost, so which courses it was about is not noted: the next day asks about those that nobody
    has confirmed in the diary as it stands.
    """
    for team in teams.teams_due_a_confirmation(session, until):
        try:
            following = next_question(team, until)
        except Exception:
            log.exception("When a team is asked about its courses cannot be computed; tried again in an hour")
            following = until + PUT_OFF
        teams.move_confirmation(session, team, following)
    session.flush()
    session.expire_all()


def _ask(session: Session, team: Team, moment: datetime) -> None:
    today, coordinators = due.local_date(team.time_zone, moment), teams.coordinators_of(session, team.id)
    open_ = _open_at(session, team, moment)
    if not coordinators or not open_:
        return
    for course in open_:
        course.asked_on = today
        session.add(course)
    keys = [(each.chat_id, f"confirmation_asked:{team.id}:{today.isoformat()}:{each.id}") for each in coordinators]
    _enqueue(session, MessageKind.CONFIRMATION_ASKED, team.id, today, keys, moment)


def next_asked(session: Session) -> Upcoming | None:
    """When a team will next be asked, as things stand: not each day, but the one on which a course is over."""
    for team in teams.by_next_confirmation(session):
        moment = team.next_confirmation_at
        if moment is not None and _open_at(session, team, moment):
            return Upcoming(moment, "confirmation", team.name)
    return None


def _open_at(session: Session, team: Team, moment: datetime) -> list[Course]:
    over = _over(session, team, due.local_date(team.time_zone, moment))
    return [course for course, patient in over if _is_over_for(patient, course, moment)]


def _over(session: Session, team: Team, today: date) -> list[tuple[Course, Patient]]:
    """Over since a few days at most, never asked about, and planned before they were over: what was entered or brought
    in afterwards is history. Not while the patient's time zone cannot be read: no answer could be noted."""
    found = courses.planned_and_not_asked_about(session, team.id, before=today)
    return [
        (course, patient)
        for course, patient in found
        if today - LONGEST_OPEN <= courses.last_day(course) < today
        and due.is_zone(patient.time_zone)
        and due.local_date(patient.time_zone, course.created_at) <= courses.last_day(course)
    ]


def _is_over_for(patient: Patient, course: Course, moment: datetime) -> bool:
    """By the patient's own clock; where it is still the last day, they are asked about a day later."""
    return courses.last_day(course) < due.local_date(patient.time_zone, moment)


def show_anew(session: Session, course: Course, now: datetime, asked_on: date | None = None) -> None:
    """What was sent about this course shows how it stands now; what is still to be sent is worded when it is sent.

    `asked_on`: where the course itself no longer says when it was asked about.
    """
    day = asked_on or course.asked_on
    if day is None:
        return
    chats = queued.chats_asked_to_confirm(session, course.team_id, day)
    show_anew_in(session, course.team_id, day, now, *chats)


def show_anew_in(session: Session, team_id: int, day: date, now: datetime, *chat_ids: int) -> None:
    """Once for many changes: what waits to be sent is worded when it is sent."""
    earlier = queued.confirmations_changed(session, team_id, day)
    waiting = {message.chat_id for message in earlier if message.state in outbox.CLAIMABLE}
    begins = f"confirmation_changed:{team_id}:{day.isoformat()}"
    keys = [(chat_id, f"{begins}:{chat_id}:{len(earlier)}") for chat_id in chat_ids if chat_id not in waiting]
    _enqueue(session, MessageKind.CONFIRMATION_CHANGED, team_id, day, keys, now)


def _enqueue(
    session: Session, kind: MessageKind, team_id: int, day: date, to: list[tuple[int, str]], now: datetime
) -> None:
    drafts = [
        outbox.draft(
            kind=kind,
            team_id=team_id,
            chat_id=chat_id,
            diary_date=day,
            dedupe_key=key,
            due_at=now,
            expires_at=now + STILL_WORTH_SENDING,
        )
        for chat_id, key in to
    ]
    outbox.enqueue(session, *drafts)
