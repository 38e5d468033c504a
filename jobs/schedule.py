"""Changes to a patient's schedule, each with all that follows from it: reminders, the message, the audit entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlmodel import Session

from jobs import confirming, due, holding, infusion_reminder, outlook
from jobs.refusals import Refusal
from storage import audit, courses, patients, queued
from storage.models import AuditEntry, CancelReason, Course, CourseStatus, Patient

LONGEST_COURSE = 10
LARGEST_SERIES = 26
LARGEST_DOSE = 5.0
FARTHEST_AHEAD = timedelta(days=730)
FARTHEST_BACK = timedelta(days=60)
CAN_BE_REOPENED = timedelta(days=1)
# In the audit, and looked for there.
GIVEN, NOT_GIVEN = "course_given", "course_not_given"
PLANNED = "course_planned"
MOVED = "course_moved"
CANCELLED = "course_cancelled"


@dataclass(frozen=True)
class CoursePlan:
    """A course to be planned: `days` infusion days from `start`, `grams_per_kg_per_day` on each."""

    start: date
    days: int
    grams_per_kg_per_day: float


def series(first: CoursePlan, every_days: int, times: int) -> list[CoursePlan]:
    """`times` courses like `first`, from one beginning to the next `every_days` days."""
    check_times(times)
    step = timedelta(days=every_days)
    return [CoursePlan(first.start + k * step, first.days, first.grams_per_kg_per_day) for k in range(times)]


def check_times(times: int) -> None:
    if not 1 <= times <= LARGEST_SERIES:
        raise Refusal("refusal.series_times", most=LARGEST_SERIES)


def check_plans(session: Session, patient: Patient, plans: Sequence[CoursePlan], today: date) -> None:
    """Raises Refusal where a plan is impossible or meets another course."""
    for plan in plans:
        check_days(plan.days)
        check_dose(plan.grams_per_kg_per_day)
        if plan.start < today:
            raise Refusal("refusal.course_in_the_past", date=plan.start)
        if plan.start > today + FARTHEST_AHEAD:
            raise Refusal("refusal.course_too_far", date=plan.start)
    spans = sorted((plan.start, plan.start + timedelta(days=plan.days - 1)) for plan in plans)
    for (_, end), (start, _) in pairwise(spans):
        if start <= end:
            raise Refusal("refusal.series_overlaps", date=start)
    for start, end in spans:
        _check_room(session, patient, start, end)


def check_days(days: int) -> None:
    if not 1 <= days <= LONGEST_COURSE:
        raise Refusal("refusal.course_days", most=LONGEST_COURSE)


def check_dose(dose: float) -> None:
    """In g/kg a day."""
    if not 0 < dose <= LARGEST_DOSE:
        raise Refusal("refusal.dose", most=LARGEST_DOSE)


def _check_room(session: Session, patient: Patient, start: date, end: date, *besides: int) -> None:
    """`besides`: courses that will not be where they are."""
    for course in courses.courses_of(session, patient.team_id, patient.id):
        first, last = courses.first_day(course), courses.last_day(course)
        if course.id not in besides and first <= end and start <= last:
            raise Refusal("refusal.course_overlaps", date=first)


def plan_courses(
    session: Session,
    actor: str,
    patient: Patient,
    plans: Sequence[CoursePlan],
    now: datetime,
    *,
    announced: bool = False,
) -> list[Course]:
    """Plans them all, or none: Refusal where one is impossible. `announced`: the patient hears of all in one message.

    Whoever has not joined is told by whoever plans, as with moves.
    """
    holding.hold_patient(session, patient)
    check_plans(session, patient, plans, due.local_date(patient.time_zone, now))
    made = []
    for plan in plans:
        course = Course(
            team_id=patient.team_id,
            patient_id=patient.id,
            planned_start=plan.start,
            planned_days=plan.days,
            grams_per_kg_per_day=plan.grams_per_kg_per_day,
            to_announce=announced and patient.chat_id is not None,
            regimen=courses.name_of_regimen(session, patient.team_id, patient.id, plan.days, plan.grams_per_kg_per_day),
            created_at=now,
        )
        session.add(course)
        session.flush()
        infusion_reminder.schedule(session, patient, course, now)
        _record(session, actor, PLANNED, course, now, None)
        made.append(course)
    if announced:
        infusion_reminder.announce_changes(session, patient, now)
    return made


def check_moves(session: Session, patient: Patient, moves: Sequence[tuple[Course, date]], today: date) -> None:
    """Raises Refusal where one of these courses cannot begin on its new day; all of them move by as many days."""
    moving = [course.id for course, _ in moves]
    for course, start in moves:
        _check_planned(course)
        if start < today:
            raise Refusal("refusal.course_in_the_past", date=start)
        if start > today + FARTHEST_AHEAD:
            raise Refusal("refusal.course_too_far", date=start)
        if start == course.planned_start:
            raise Refusal("refusal.course_is_there_already", date=start)
        _check_room(session, patient, start, start + timedelta(days=course.planned_days - 1), *moving)


def move_course(session: Session, actor: str, patient: Patient, course: Course, start: date, now: datetime) -> None:
    move_courses(session, actor, patient, [(course, start)], now)


def move_courses(
    session: Session, actor: str, patient: Patient, moves: Sequence[tuple[Course, date]], now: datetime
) -> None:
    """Moves planned courses; their reminders follow, and the patient is told once of all that was and is.

    Of a course that is still to be announced the patient hears the new day alone.
    """
    holding.hold_patient(session, patient)
    check_moves(session, patient, moves, due.local_date(patient.time_zone, now))
    for course, start in moves:
        before, asked_on = facts_of(course), course.asked_on
        if not course.to_announce or outlook.has_heard_of(session, patient, course, now):
            # What the clinic said when it was planned is not known here: the patient may know of the old day.
            course.told_start, course.to_announce = course.told_start or course.planned_start, False
        course.planned_start, course.asked_on = start, None
        course.revision += 1
        infusion_reminder.schedule(session, patient, course, now)
        _record(session, actor, MOVED, course, now, before)
        confirming.show_anew(session, course, now, asked_on)
    infusion_reminder.announce_changes(session, patient, now)


def latest_given(patient: Patient, now: datetime) -> date:
    """The last day that may be noted as one of an infusion: today; of whoever has stopped, the day of that."""
    until = now if patient.withdrawn_at is None else min(now, patient.withdrawn_at)
    return due.local_date(patient.time_zone, until)


def can_be_changed(patient: Patient, course: Course, now: datetime) -> bool:
    """Whether it may be moved or cancelled. Of whoever has stopped, what is still to come: they come to that."""
    if patient.status not in patients.LEFT:
        return True
    return patients.has_stopped(patient) and courses.last_day(course) >= due.local_date(patient.time_zone, now)


def check_can_be_changed(patient: Patient, course: Course, now: datetime) -> None:
    if not can_be_changed(patient, course, now):
        raise change_refused(patient)


def change_refused(patient: Patient) -> Refusal:
    """Of one who has left. Only of one who had kept a diary may something be still to come."""
    key = "refusal.has_left" if patients.has_stopped(patient) else "refusal.keeps_no_diary"
    return Refusal(key, pseudonym=patient.pseudonym)


def is_dropped(patient: Patient, course: Course, now: datetime) -> bool:
    """Planned for after the patient had stopped, and over: nobody will say that it was given."""
    day = dropped_from(patient, course)
    return day is not None and due.local_date(patient.time_zone, now) >= day


def dropped_from(patient: Patient, course: Course) -> date | None:
    """The first day on which it `is_dropped`, where the patient lives; None where nothing says that it will be."""
    if course.status is not CourseStatus.PLANNED or patient.withdrawn_at is None:
        return None
    left_on = due.local_date(patient.time_zone, patient.withdrawn_at)
    if course.planned_start <= left_on:
        return None
    # Whoever never came, comes for no infusion either.
    return courses.last_day(course) + timedelta(days=1) if patients.has_stopped(patient) else left_on


def check_may_be_given(patient: Patient, course: Course, now: datetime) -> None:
    """Not before the day for which it is planned: a course that was given early is moved first, so that all know.

    Nor one that began after the patient had stopped.
    """
    _check_planned(course)
    if course.planned_start > latest_given(patient, now):
        raise _too_late(patient, "refusal.given_before_planned", course.planned_start)


def _too_late(patient: Patient, key: str, day: date) -> Refusal:
    if patient.withdrawn_at is None:
        return Refusal(key, date=day)
    if not patients.has_stopped(patient):
        return change_refused(patient)
    return Refusal("refusal.given_after_leaving", pseudonym=patient.pseudonym, date=day)


def check_given(
    session: Session, patient: Patient, course: Course, start: date, days: int, dose: float, now: datetime
) -> None:
    check_may_be_given(patient, course, now)
    check_days(days)
    check_dose(dose)
    end = start + timedelta(days=days - 1)
    if end > latest_given(patient, now):
        raise _too_late(patient, "refusal.given_in_the_future", end)
    if start < course.planned_start - FARTHEST_BACK:
        raise Refusal("refusal.given_too_long_ago", date=start, most=FARTHEST_BACK.days)
    _check_room(session, patient, start, end, course.id)


def mark_given(
    session: Session,
    actor: str,
    patient: Patient,
    course: Course,
    start: date,
    days: int,
    dose: float,
    now: datetime,
) -> None:
    """Keeps when and how much was really given beside what was planned. The patient is told nothing of it."""
    holding.hold_patient(session, patient)
    check_given(session, patient, course, start, days, dose, now)
    before = facts_of(course)
    course.status = CourseStatus.GIVEN
    course.given_start, course.given_end = start, start + timedelta(days=days - 1)
    course.planned_grams_per_kg_per_day, course.grams_per_kg_per_day = course.grams_per_kg_per_day, dose
    course.revision += 1
    infusion_reminder.schedule(session, patient, course, now)
    _record(session, actor, GIVEN, course, now, before)
    confirming.show_anew(session, course, now)


def cancel_course(
    session: Session,
    actor: str,
    patient: Patient,
    course: Course,
    now: datetime,
    because: CancelReason | None = None,
) -> None:
    """`because`: None where nobody said why."""
    holding.hold_patient(session, patient)
    _check_planned(course)
    before, is_news = facts_of(course), is_cancelling_news(session, patient, course, now)
    course.told_start = (course.told_start or course.planned_start) if is_news else None
    course.to_announce = False
    course.status, course.cancelled_because = CourseStatus.CANCELLED, because
    course.revision += 1
    infusion_reminder.schedule(session, patient, course, now)
    if is_news:
        infusion_reminder.announce_changes(session, patient, now)
    _record(session, actor, CANCELLED, course, now, before)
    confirming.show_anew(session, course, now)


def restore_course(session: Session, actor: str, patient: Patient, course: Course, now: datetime) -> None:
    """It takes place after all, where it stood; a patient who heard that it is cancelled hears of this too."""
    holding.hold_patient(session, patient)
    if course.status is not CourseStatus.CANCELLED:
        raise Refusal("refusal.gone")
    end = course.planned_start + timedelta(days=course.planned_days - 1)
    _check_room(session, patient, course.planned_start, end)
    before = facts_of(course)
    course.status, course.cancelled_because = CourseStatus.PLANNED, None
    # Of which nothing was ever said: that it was planned is still news.
    course.to_announce = course.told_start is None and not course.told_cancelled and patient.chat_id is not None
    course.revision += 1
    infusion_reminder.schedule(session, patient, course, now)
    infusion_reminder.announce_changes(session, patient, now)
    _record(session, actor, "course_restored", course, now, before)
    confirming.show_anew(session, course, now)


def is_cancelling_news(session: Session, patient: Patient, course: Course, now: datetime) -> bool:
    """Not of a course that is over, nor of one that the patient never heard of."""
    is_over = courses.last_day(course) < due.local_date(patient.time_zone, now)
    may_have_arrived = course.to_announce and queued.dates_in_doubt(session, patient.team_id, patient.id)
    return not is_over and (may_have_arrived or outlook.has_heard_of(session, patient, course, now))


def given_lately(session: Session, patient: Patient, now: datetime) -> dict[int, AuditEntry]:
    """By id, the courses that were marked given not long ago, with the entry that says what they were before."""
    history = audit.history_of_patient(session, patient.team_id, patient.id)
    return {
        entry.course_id: entry
        for entry in history
        if entry.action == GIVEN and entry.course_id is not None and entry.at > now - CAN_BE_REOPENED
    }


def check_reopen(session: Session, patient: Patient, course: Course, now: datetime) -> None:
    if course.status is not CourseStatus.GIVEN:
        raise Refusal("refusal.gone")
    if course.id not in given_lately(session, patient, now):
        raise Refusal("refusal.given_is_final", most=CAN_BE_REOPENED // timedelta(hours=1))
    end = course.planned_start + timedelta(days=course.planned_days - 1)
    _check_room(session, patient, course.planned_start, end, course.id)


def reopen_course(session: Session, actor: str, patient: Patient, course: Course, now: datetime) -> None:
    """It was not given after all: it is planned again, as it was before it was marked."""
    holding.hold_patient(session, patient)
    check_reopen(session, patient, course, now)
    marked, before = given_lately(session, patient, now)[course.id], facts_of(course)
    assert marked.before is not None
    course.status, course.given_start, course.given_end = CourseStatus.PLANNED, None, None
    course.grams_per_kg_per_day, course.planned_grams_per_kg_per_day = marked.before["grams_per_kg_per_day"], None
    course.revision += 1
    infusion_reminder.schedule(session, patient, course, now)
    _record(session, actor, NOT_GIVEN, course, now, before)
    confirming.show_anew(session, course, now)


def _check_planned(course: Course) -> None:
    if course.status is not CourseStatus.PLANNED:
        raise Refusal(f"refusal.course_is_{course.status.value}")


def facts_of(course: Course) -> dict[str, Any]:
    """The course as its audit entries have it."""
    given = course.given_start
    return {
        "status": course.status.value,
        "start": course.planned_start.isoformat(),
        "days": course.planned_days,
        "grams_per_kg_per_day": course.grams_per_kg_per_day,
        "given_start": given.isoformat() if given else None,
        "given_end": course.given_end.isoformat() if course.given_end else None,
        **({"cancelled_because": course.cancelled_because.value} if course.cancelled_because else {}),
    }


def _record(
    session: Session, actor: str, action: str, course: Course, now: datetime, before: dict[str, Any] | None
) -> None:
    audit.record(
        session,
        team_id=course.team_id,
        at=now,
        actor=actor,
        action=action,
        patient_id=course.patient_id,
        course_id=course.id,
        before=before,
        after=facts_of(course),
    )
