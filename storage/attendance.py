"""Whether patients said that they will come: every time they did, about which day."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, and_, col, select

from storage.models import Attendance, Course, CourseStatus


def say(session: Session, course: Course, now: datetime, *, is_coming: bool) -> None:
    said = Attendance(
        team_id=course.team_id,
        patient_id=course.patient_id,
        course_id=course.id,
        planned_start=course.planned_start,
        is_coming=is_coming,
        said_at=now,
    )
    session.add(said)
    session.flush()


def said_of(session: Session, course: Course) -> bool | None:
    """What was said last about the day on which the course stands; None for nothing."""
    return said_of_all(session, course.team_id, [course]).get(course.id)


def said_of_planned(session: Session, team_id: int, patient_ids: Collection[int]) -> dict[int, bool]:
    """By course id, of all that these patients are planned for: what was said last about the day on which it stands."""
    query = (
        select(col(Attendance.course_id), col(Attendance.is_coming))
        .join(Course, and_(col(Attendance.course_id) == Course.id, col(Attendance.team_id) == Course.team_id))
        .where(
            Attendance.team_id == team_id,
            col(Attendance.patient_id).in_(patient_ids),
            Attendance.planned_start == Course.planned_start,
            Course.status == CourseStatus.PLANNED,
        )
        .order_by(col(Attendance.id))
    )
    return dict(session.exec(query).all())


def said_of_all(session: Session, team_id: int, courses: list[Course]) -> dict[int, bool]:
    """By course id, where anything was said about the day on which it stands."""
    where = {course.id: course.planned_start for course in courses}
    query = (
        select(Attendance)
        .where(
            Attendance.team_id == team_id,
            # By whom they are is how it is found; by which course, what is wanted of it.
            col(Attendance.patient_id).in_({course.patient_id for course in courses}),
            col(Attendance.course_id).in_(where),
        )
        .order_by(col(Attendance.id))
    )
    said = [each for each in session.exec(query) if each.planned_start == where[each.course_id]]
    return {each.course_id: each.is_coming for each in said}
