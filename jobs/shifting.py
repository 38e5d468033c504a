"""The later courses go with one: when it is moved, and when it was given on another day than planned."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlmodel import Session

from jobs import due, infusion_reminder, outlook, schedule
from jobs.outlook import Replaced
from jobs.refusals import Refusal
from storage import audit, courses
from storage.models import Course, CourseStatus, Patient

Moves = Sequence[tuple[Course, date]]


def later_than(known: Iterable[Course], course: Course) -> list[Course]:
    """The patient's planned courses after this one, by the days on which they were planned."""
    return [each for each in known if each.status is CourseStatus.PLANNED and each.planned_start > course.planned_start]


def passed(known: Iterable[Course], course: Course, start: date) -> list[Course]:
    """The patient's planned courses between where this one is and where it moves alone."""
    low, high = sorted((course.planned_start, start))
    return [each for each in known if each.status is CourseStatus.PLANNED and low < each.planned_start < high]


def with_later(known: Iterable[Course], course: Course, start: date) -> Moves:
    """The course to its new day, and those after it by as many days."""
    shift = start - course.planned_start
    return [(course, start), *((each, each.planned_start + shift) for each in later_than(known, course))]


def after_given(known: Iterable[Course], course: Course) -> Moves:
    """Those after a course that was given earlier or later than planned, by as many days; none where it was on time."""
    shift = courses.first_day(course) - course.planned_start
    return [(each, each.planned_start + shift) for each in later_than(known, course)] if shift else []


def check_after_given(session: Session, patient: Patient, course: Course, now: datetime) -> Moves:
    """What is to move. Refusal where there is nothing, or where a later course was moved since: once is enough."""
    marked = schedule.given_lately(session, patient, now).get(course.id)
    moves = after_given(courses.courses_of(session, patient.team_id, patient.id), course)
    if course.status is not CourseStatus.GIVEN or marked is None or not moves:
        raise Refusal("refusal.gone")
    moving = {each.id for each, _ in moves}
    history = audit.history_of_patient(session, patient.team_id, patient.id)
    if any(entry.action == schedule.MOVED and entry.course_id in moving and entry.id > marked.id for entry in history):
        raise Refusal("refusal.gone")
    schedule.check_moves(session, patient, moves, due.local_date(patient.time_zone, now))
    return moves


def reminders_replaced(session: Session, patient: Patient, moves: Moves, now: datetime) -> Replaced:
    worth_sending = now - infusion_reminder.STILL_WORTH_SENDING
    gone = [
        at
        for course, _ in moves
        for at in outlook.moments_of_reminders(session, patient, course.planned_start)
        if at > now
    ]
    new = [
        at for _, start in moves for at in outlook.moments_of_reminders(session, patient, start) if at > worth_sending
    ]
    return Replaced(len(gone), len(new))


def days_moved(moves: Moves) -> int:
    """By how many days; negative: to the front."""
    course, start = moves[0]
    return (start - course.planned_start).days
