"""Courses of infusions."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, and_, bindparam
from sqlalchemy import select as select_columns
from sqlmodel import Session, col, func, or_, select, update

from storage.models import Course, CourseStatus, Patient
from storage.patients import LEFT, STOPPED

# No course, imported ones included, is longer.
LONGEST = timedelta(days=366)
# What the clock asks each second is put together once.
_DUE_A_REMINDER = (
    select(Course)
    .where(col(Course.next_reminder_at) <= bindparam("now"))
    .order_by(col(Course.next_reminder_at), col(Course.id))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


def first_day(course: Course) -> date:
    """The day it was given, or the planned one while that stands in."""
    return course.given_start or course.planned_start


def last_day(course: Course) -> date:
    return course.given_end or first_day(course) + timedelta(days=course.planned_days - 1)


def planned_dose(course: Course) -> float:
    """In g/kg a day, also of one that was given otherwise."""
    planned = course.planned_grams_per_kg_per_day
    return course.grams_per_kg_per_day if planned is None else planned


def course_of_team(session: Session, team_id: int, course_id: int) -> Course | None:
    return session.exec(select(Course).where(Course.team_id == team_id, Course.id == course_id)).first()


def courses_of(session: Session, team_id: int, patient_id: int) -> list[Course]:
    """Planned and given, not cancelled, by their first day."""
    known = all_courses_of(session, team_id, patient_id)
    return [course for course in known if course.status is not CourseStatus.CANCELLED]


def all_courses_of(session: Session, team_id: int, patient_id: int) -> list[Course]:
    """The cancelled ones too, by their first day."""
    query = select(Course).where(Course.team_id == team_id, Course.patient_id == patient_id)
    return sorted(session.exec(query), key=first_day)


def planned_of(session: Session, team_id: int, patient_ids: Collection[int]) -> list[tuple[int, int, date, int]]:
    """(course id, patient id, planned start, planned days) of these patients' planned courses, by their start.

    Without rows as objects: a team has plans for months.
    """
    query = (
        select(col(Course.id), col(Course.patient_id), col(Course.planned_start), col(Course.planned_days))
        .where(Course.team_id == team_id, Course.status == CourseStatus.PLANNED)
        .where(col(Course.patient_id).in_(patient_ids))
        .order_by(col(Course.planned_start), col(Course.id))
    )
    return [(course, patient, start, days) for course, patient, start, days in session.exec(query)]


def name_of_regimen(session: Session, team_id: int, patient_id: int, days: int, dose: float) -> str | None:
    """The name that courses planned with these days and this dose, in g/kg a day, bear by now; None: they have none."""
    planned_dose = func.coalesce(Course.planned_grams_per_kg_per_day, Course.grams_per_kg_per_day)
    query = (
        select(Course.regimen)
        .where(
            Course.team_id == team_id,
            Course.patient_id == patient_id,
            Course.planned_days == days,
            planned_dose == dose,
        )
        .order_by(col(Course.id).desc())
        .limit(1)
    )
    return session.exec(query).first()


def planned_courses_of_team(session: Session, team_id: int) -> list[tuple[Course, Patient]]:
    """With whose they are; not those of patients who have left."""
    query = (
        select(Course, Patient)
        .join(Patient, col(Course.patient_id) == col(Patient.id))
        .where(Course.team_id == team_id, Course.status == CourseStatus.PLANNED, col(Patient.status).not_in(LEFT))
        .order_by(col(Course.id))
    )
    return list(session.exec(query))


def planned_and_not_asked_about(session: Session, team_id: int, before: date) -> list[tuple[Course, Patient]]:
    """Planned to begin before this day, with whose they are; not those of patients who have left.

    What was asked about by a clock that ran ahead is to be asked about again.
    """
    query = (
        select(Course, Patient)
        .join(Patient, col(Course.patient_id) == col(Patient.id))
        .where(
            Course.team_id == team_id,
            Course.status == CourseStatus.PLANNED,
            Course.planned_start < before,
            or_(col(Course.asked_on).is_(None), col(Course.asked_on) > before),
            col(Patient.status).not_in(LEFT),
        )
        .order_by(col(Course.id))
    )
    return list(session.exec(query))


def planned_to_begin_before(session: Session, team_id: int, before: date) -> list[tuple[Course, Patient]]:
    """Not said to be given, with whose they are, by their start; not those of patients who have left."""
    query = (
        select(Course, Patient)
        .join(Patient, col(Course.patient_id) == col(Patient.id))
        .where(
            Course.team_id == team_id,
            Course.status == CourseStatus.PLANNED,
            Course.planned_start < before,
            col(Patient.status).not_in(LEFT),
        )
        .order_by(col(Course.planned_start), Patient.pseudonym)
    )
    return list(session.exec(query))


def asked_about_on(session: Session, team_id: int, day: date) -> list[tuple[Course, Patient]]:
    """Whatever became of them since, with whose they are; not those of patients who have left. By pseudonym."""
    query = (
        select(Course, Patient)
        .join(Patient, col(Course.patient_id) == col(Patient.id))
        .where(Course.team_id == team_id, Course.asked_on == day, col(Patient.status).not_in(LEFT))
        .order_by(Patient.pseudonym, col(Course.id))
    )
    return list(session.exec(query))


def patients_with_a_course_between(
    session: Session, patient_ids: Collection[int], first: date, last: date
) -> frozenset[int]:
    """Of these patients, those with a course planned to begin on one of these days."""
    if not patient_ids:
        return frozenset()
    query = select(Course.patient_id).where(
        col(Course.patient_id).in_(patient_ids),
        Course.status == CourseStatus.PLANNED,
        Course.planned_start >= first,
        Course.planned_start <= last,
    )
    return frozenset(session.exec(query))


def _have_a_day_between(team_id: int, first: date, last: date) -> ColumnElement[bool]:
    """Planned and given courses of whoever comes for infusions; a few that end before `first` are among them."""
    begins = func.coalesce(Course.given_start, Course.planned_start)
    ends_later = or_(
        col(Course.given_end) >= first,
        col(Course.given_end).is_(None) & (begins > first - LONGEST),
    )
    comes = or_(col(Patient.status).not_in(LEFT), STOPPED)
    coming = select(Patient.id).where(Patient.team_id == team_id, comes)
    theirs = and_(col(Course.team_id) == team_id, col(Course.patient_id).in_(coming))
    return and_(theirs, col(Course.status) != CourseStatus.CANCELLED, begins <= last, ends_later)


def courses_between(session: Session, team_id: int, first: date, last: date) -> list[tuple[Course, Patient]]:
    """Planned and given, with an infusion on one of these days, with whose they are; also of who has stopped the diary.

    By their first day, then by pseudonym.
    """
    query = (
        select(Course, Patient)
        .join(Patient, and_(col(Course.patient_id) == Patient.id, col(Course.team_id) == Patient.team_id))
        .where(_have_a_day_between(team_id, first, last))
    )
    found = [pair for pair in session.exec(query) if last_day(pair[0]) >= first]
    return sorted(found, key=lambda pair: (first_day(pair[0]), pair[1].pseudonym, pair[0].id))


def course_days_between(session: Session, team_id: int, first: date, last: date) -> list[tuple[int, bool, date, date]]:
    """(patient id, whether it was given, first day, last day) of the same. Without rows as objects."""
    query = select_columns(
        col(Course.patient_id),
        col(Course.status) == CourseStatus.GIVEN,
        col(Course.planned_start),
        col(Course.planned_days),
        col(Course.given_start),
        col(Course.given_end),
    ).where(_have_a_day_between(team_id, first, last))
    found = []
    for patient, given, planned, days, given_start, given_end in session.connection().execute(query):
        begins = given_start or planned
        found.append((patient, given, begins, given_end or begins + timedelta(days=days - 1)))
    return [each for each in found if each[3] >= first]


def courses_by_id(session: Session, ids: Iterable[int]) -> list[Course]:
    """Those of courses that were found for their team before."""
    return list(session.exec(select(Course).where(col(Course.id).in_(list(ids)))))


def courses_to_tell(session: Session, team_id: int, patient_id: int) -> list[Course]:
    """Courses of which the patient has not been told: that they are planned, their first day, that they are not.

    Or that they take place after all.
    """
    planned = col(Course.status) == CourseStatus.PLANNED
    has_heard = col(Course.told_start).is_not(None)
    query = (
        select(Course)
        .where(
            Course.team_id == team_id,
            Course.patient_id == patient_id,
            or_(
                has_heard & planned & (Course.told_start != Course.planned_start),
                planned & col(Course.told_cancelled),
                has_heard & (col(Course.status) == CourseStatus.CANCELLED),
                planned & col(Course.to_announce),
            ),
        )
        .order_by(col(Course.planned_start))
    )
    return list(session.exec(query))


def courses_due_a_reminder(session: Session, now: datetime, limit: int) -> list[Course]:
    """Of all teams, the longest due first, save those another worker has in hand: for the clock alone."""
    return list(session.exec(_DUE_A_REMINDER, params={"now": now, "most": limit}))


def move_reminder(session: Session, course: Course, to: tuple[int, datetime] | None) -> bool:
    """Moves the next reminder on to (days before, moment); False when another worker has done so already."""
    lead, at = to if to is not None else (None, None)
    statement = (
        update(Course)
        .where(col(Course.id) == course.id, col(Course.next_reminder_at) == course.next_reminder_at)
        .values(next_reminder_at=at, next_reminder_lead=lead)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
