"""What lies ahead of a patient: the courses to come, their reminders, and what the patient has heard of them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due, infusion_reminder
from storage import courses, teams
from storage.models import Course, CourseStatus, Patient


@dataclass(frozen=True)
class Replaced:
    """Reminders that were to come and fall away, and those that come instead."""

    gone: int
    new: int


def coming(known: Iterable[Course], today: date) -> list[Course]:
    """Planned and not over yet, in the order given."""
    return [course for course in known if course.status is CourseStatus.PLANNED and courses.last_day(course) >= today]


def unconfirmed(known: Iterable[Course], today: date) -> list[Course]:
    """Planned, over, and not yet said to be given."""
    return [course for course in known if course.status is CourseStatus.PLANNED and courses.last_day(course) < today]


def days_with_a_course(known: Iterable[Course]) -> frozenset[date]:
    return frozenset(
        courses.first_day(course) + timedelta(days=k)
        for course in known
        for k in range((courses.last_day(course) - courses.first_day(course)).days + 1)
    )


def nearest(known: Iterable[Course], start: date, end: date, within: timedelta) -> tuple[Course, int] | None:
    """The course nearest to the days from `start` to `end`, and how many days lie from the one to the other.

    None when it is further away than `within`. The days meet no course: that is refused before.
    """
    gaps = [
        (max((start - courses.last_day(course)).days, (courses.first_day(course) - end).days), course)
        for course in known
    ]
    days, course = min(gaps, key=lambda gap: gap[0], default=(within.days + 1, None))
    return (course, days) if course is not None and days <= within.days else None


def untold(session: Session, patient: Patient, now: datetime) -> list[Course]:
    """What the patient is to be told of; nothing of a course of which both the day told and the new day are over."""
    today = due.local_date(patient.time_zone, now)
    known = courses.courses_to_tell(session, patient.team_id, patient.id)
    return [each for each in known if max(courses.last_day(each), each.told_start or date.min) >= today]


def is_reminder_left(session: Session, patient: Patient, start: date, now: datetime) -> bool:
    """Whether a course that begins on `start` will still be reminded of."""
    return any(moment > _worth_sending_since(now) for moment in moments_of_reminders(session, patient, start))


def has_heard_of(session: Session, patient: Patient, course: Course, now: datetime) -> bool:
    """Whether the patient was told of the course, or may have been: a reminder may have arrived unnoticed."""
    since = _worth_sending_since(course.created_at)
    reminders = moments_of_reminders(session, patient, course.planned_start)
    return course.told_start is not None or any(since < moment <= now for moment in reminders)


def moments_of_reminders(session: Session, patient: Patient, start: date) -> list[datetime]:
    leads, at = infusion_reminder.leads_of(session, patient), teams.team_by_id(session, patient.team_id).reminder_time
    return [moment for _, moment in due.reminder_moments(patient.time_zone, start, leads, at)]


def _worth_sending_since(now: datetime) -> datetime:
    """A reminder whose hour has just passed is sent at once."""
    return now - infusion_reminder.STILL_WORTH_SENDING


def told(of: Sequence[Course]) -> Callable[[Session], None]:
    """What writes down that the patient now knows of these courses, once the message that says so has gone."""
    known = {course.id: None if course.status is CourseStatus.CANCELLED else course.planned_start for course in of}

    def note(session: Session) -> None:
        for course in courses.courses_by_id(session, known):
            course.told_start, course.to_announce = known[course.id], False
            course.told_cancelled = known[course.id] is None
            session.add(course)

    return note
