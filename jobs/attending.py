"""A patient says whether they come to a course. That they cannot is told to the coordinators at once."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due
from jobs.refusals import Refusal
from storage import attendance, audit, courses, outbox, patients, queued, teams, withdrawing
from storage.models import Course, CourseStatus, MessageKind, Patient, Team

STILL_WORTH_TELLING = timedelta(days=3)


def course_on(session: Session, patient: Patient, course_id: int, start: date, now: datetime) -> Course:
    """The patient's course, while it stands on that day and is to come. Refusal for one that has changed meanwhile."""
    course = courses.course_of_team(session, patient.team_id, course_id)
    if course is None or course.patient_id != patient.id or patient.status not in patients.LIVING:
        raise Refusal("infusions.gone")
    is_over = courses.last_day(course) < due.local_date(patient.time_zone, now)
    if course.status is not CourseStatus.PLANNED or course.planned_start != start or is_over:
        raise Refusal("infusions.gone")
    return course


def say(session: Session, patient: Patient, course: Course, now: datetime, *, is_coming: bool) -> bool:
    """Whether coordinators hear of it. Said twice, it changes nothing."""
    before = attendance.said_of(session, course)
    if before is is_coming:
        return False
    attendance.say(session, course, now, is_coming=is_coming)
    audit.record_about(
        session,
        patient,
        now,
        actor=audit.patient_actor(patient.id),
        action="attendance_said",
        course_id=course.id,
        before={"is_coming": before},
        after={"is_coming": is_coming},
    )
    return _tell(session, patient, course, now, before, is_coming=is_coming)


def can_be_told(session: Session, team: Team) -> bool:
    """Whether a coordinator's chat can be written to."""
    return any(staff.coordinator for staff in teams.reachable_staff_of(session, team.id))


def _tell(
    session: Session, patient: Patient, course: Course, now: datetime, before: bool | None, *, is_coming: bool
) -> bool:
    """The latest alone is true: what waits of the other kind is taken back."""
    kind, other = MessageKind.COURSE_DECLINED, MessageKind.COURSE_ACCEPTED
    if is_coming:
        kind, other = other, kind
    withdrawing.withdraw(session, other, team_id=course.team_id, patient_id=patient.id, course_id=course.id)
    to_tell = teams.coordinators_of(session, patient.team_id)
    if is_coming:
        if before is None:
            return False
        # That somebody comes is news to whoever was told that they do not.
        heard = queued.heard_last(session, (kind, other), team_id=course.team_id, course_id=course.id)
        to_tell = [coordinator for coordinator in to_tell if heard.get(coordinator.chat_id) is other]
    for coordinator in to_tell:
        message = outbox.draft(
            kind=kind,
            team_id=course.team_id,
            chat_id=coordinator.chat_id,
            patient_id=patient.id,
            course_id=course.id,
            dedupe_key=f"{kind.value}:{course.id}:{now.isoformat()}:{coordinator.id}",
            due_at=now,
            expires_at=now + STILL_WORTH_TELLING,
        )
        outbox.enqueue(session, message)
    return bool(to_tell)
