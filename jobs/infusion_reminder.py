"""Reminders before a course, and the one message that says that courses are planned, have moved or are cancelled."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from jobs import due
from storage import courses, outbox, patients, restored, teams, withdrawing
from storage.models import Course, CourseStatus, MessageKind, Patient, Team

log = logging.getLogger(__name__)
BATCH = 200
PUT_OFF = timedelta(hours=1)
STILL_WORTH_SENDING = timedelta(hours=12)
CHANGE_STILL_WORTH_SENDING = timedelta(days=3)


def leads_of(session: Session, patient: Patient) -> list[int]:
    """Days before the course on which this patient is reminded: the patient's own, or the team's."""
    return _leads_in(teams.team_by_id(session, patient.team_id), patient)


def _leads_in(team: Team, patient: Patient) -> list[int]:
    return team.reminder_leads if patient.reminder_leads is None else patient.reminder_leads


def key_of(course: Course) -> str:
    """How the keys of all reminders of this course begin, as long as it stays where it is."""
    return f"infusion_reminder:{course.id}:{course.planned_start.isoformat()}:"


def schedule(session: Session, patient: Patient, course: Course, now: datetime) -> None:
    """Sets the course's next reminder anew; what waits to be sent for it and is no longer wanted is withdrawn."""
    withdrawing.withdraw(
        session,
        MessageKind.INFUSION_REMINDER,
        team_id=patient.team_id,
        patient_id=patient.id,
        course_id=course.id,
        but=_set_next(session, teams.team_by_id(session, patient.team_id), patient, course, now),
    )


def schedule_together(session: Session, team: Team, planned: Sequence[tuple[Course, Patient]], now: datetime) -> None:
    """The same for many courses of the team's, each with whose it is: a team may have thousands."""
    wanted = {course.id: _set_next(session, team, patient, course, now) for course, patient in planned}
    withdrawing.withdraw_of_courses(session, MessageKind.INFUSION_REMINDER, team_id=team.id, but=wanted)


def _set_next(session: Session, team: Team, patient: Patient, course: Course, now: datetime) -> list[str]:
    """Returns the keys of all its reminders."""
    leads = _leads_in(team, patient) if _is_reminded_of(course, patient) else []
    # One whose hour has just passed is still worth sending; if it was sent already, its key says so.
    after = now - STILL_WORTH_SENDING
    following = due.next_reminder(patient.time_zone, course.planned_start, leads, team.reminder_time, after)
    course.next_reminder_lead, course.next_reminder_at = following if following else (None, None)
    session.add(course)
    return [f"{key_of(course)}{lead}" for lead in leads]


def schedule_all(session: Session, patient: Patient, now: datetime) -> None:
    """The same for every planned course of the patient, as when lead times change."""
    for course in courses.courses_of(session, patient.team_id, patient.id):
        schedule(session, patient, course, now)


def follow(session: Session, patient: Patient, now: datetime) -> None:
    """The same when the patient has moved to another zone: a reminder whose hour was lost on the way comes at once."""
    for course in courses.courses_of(session, patient.team_id, patient.id):
        lead, waited_for = course.next_reminder_lead, course.next_reminder_at
        schedule(session, patient, course, now)
        is_passed_over = lead is not None and (course.next_reminder_lead is None or course.next_reminder_lead < lead)
        if is_passed_over and waited_for is not None and waited_for > now - STILL_WORTH_SENDING:
            course.next_reminder_lead, course.next_reminder_at = lead, now


def _next_reminder(session: Session, patient: Patient, course: Course, after: datetime) -> tuple[int, datetime] | None:
    if not _is_reminded_of(course, patient):
        return None
    team = teams.team_by_id(session, patient.team_id)
    leads = _leads_in(team, patient)
    return due.next_reminder(patient.time_zone, course.planned_start, leads, team.reminder_time, after)


def _is_reminded_of(course: Course, patient: Patient) -> bool:
    return course.status is CourseStatus.PLANNED and patient.status not in patients.LEFT


def run(session: Session, now: datetime) -> bool:
    """Reminds of every course that is due a reminder. True when the batch was full."""
    waiting = courses.courses_due_a_reminder(session, now, BATCH)
    for course in waiting:
        lead, moment = course.next_reminder_lead, course.next_reminder_at
        patient = _taken(session, course, now)
        if patient is None:
            continue
        # After an outage several are due. The last may still be worth sending; if not, the clinic hears of it, once.
        while moment is not None and (later := _next_reminder(session, patient, course, moment)) and later[1] <= now:
            lead, moment = later
        is_over = courses.last_day(course) < due.local_date(patient.time_zone, now)
        if moment is not None and not is_over:
            _enqueue(session, patient, course, lead, moment)
    return len(waiting) == BATCH


def _taken(session: Session, course: Course, now: datetime) -> Patient | None:
    """Whose course it is, with its clock moved past what is due; None where another worker has done so."""
    patient = patients.patient_of_team(session, course.team_id, course.patient_id)
    try:
        following = _next_reminder(session, patient, course, now) if patient is not None else None
    except Exception:
        # Whatever is wrong with one patient's schedule, everybody else is reminded.
        log.exception("A reminder's next moment cannot be computed; tried again in an hour")
        courses.move_reminder(session, course, (course.next_reminder_lead or 0, now + PUT_OFF))
        return None
    return patient if courses.move_reminder(session, course, following) else None


def _enqueue(session: Session, patient: Patient, course: Course, lead: int | None, moment: datetime) -> None:
    if patient.status not in patients.LIVING or patient.chat_id is None:
        return
    outbox.enqueue_again(session, _message(patient, patient.chat_id, course, lead, moment))


def _message(patient: Patient, chat_id: int, course: Course, lead: int | None, moment: datetime) -> dict[str, Any]:
    return outbox.draft(
        kind=MessageKind.INFUSION_REMINDER,
        team_id=patient.team_id,
        chat_id=chat_id,
        patient_id=patient.id,
        course_id=course.id,
        dedupe_key=f"{key_of(course)}{lead}",
        due_at=moment,
        expires_at=moment + STILL_WORTH_SENDING,
    )


def pass_over(session: Session, until: datetime) -> list[Course]:
    """After a restore: what was to be reminded of by then was, by the instance before. Returns the courses that their
    patients have heard of by it.
    """
    heard_of: list[Course] = []
    while waiting := courses.courses_due_a_reminder(session, until, BATCH):
        for course in waiting:
            lead, moment = course.next_reminder_lead, course.next_reminder_at
            patient = _taken(session, course, until)
            if patient is None or patient.chat_id is None or patient.status not in patients.LIVING:
                continue
            heard_of.append(course)
            # Under their keys none of them is sent again, as when the lead times are changed an hour later.
            while moment is not None and moment <= until:
                restored.note_as_sent(session, _message(patient, patient.chat_id, course, lead, moment))
                lead, moment = _next_reminder(session, patient, course, moment) or (None, None)
        session.flush()
        session.expire_all()
    return heard_of


def announce_changes(session: Session, patient: Patient, now: datetime) -> None:
    """Queues the message that tells the patient of new, moved and cancelled courses; several changes make one."""
    if patient.status not in patients.LIVING or patient.chat_id is None:
        return
    changes = sum(course.revision + 1 for course in courses.all_courses_of(session, patient.team_id, patient.id))
    # The new one says all that a waiting one would have said.
    withdrawing.withdraw(session, MessageKind.COURSES_CHANGED, team_id=patient.team_id, patient_id=patient.id)
    outbox.enqueue_again(
        session,
        outbox.draft(
            kind=MessageKind.COURSES_CHANGED,
            team_id=patient.team_id,
            chat_id=patient.chat_id,
            patient_id=patient.id,
            dedupe_key=f"courses_changed:{patient.id}:{now.isoformat()}:{changes}",
            due_at=now,
            expires_at=now + CHANGE_STILL_WORTH_SENDING,
        ),
    )
