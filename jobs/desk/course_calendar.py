"""All of a team's courses on some days, and how full these days are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session

from jobs import due, schedule
from jobs.chairs import taken_on
from jobs.record import Dose, dose_of
from storage import attendance, courses, patients
from storage.models import Course, CourseStatus, Patient, Team

DAY = timedelta(days=1)


class Kind(StrEnum):
    """How a course stands.

    Unconfirmed: it is over where the patient lives, and nobody has said that it was given. Declined: the patient has
    said that they cannot come on the day on which it stands.
    """

    PLANNED = "planned"
    GIVEN = "given"
    UNCONFIRMED = "unconfirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class CalendarCourse:
    """A course, planned or given, from its first to its last day, and whose it is.

    `dose`: in g/kg body weight a day; `dose.shortfall` where less was given than planned. `stopped`: whether the
    patient has stopped the diary, so that nobody but the clinic tells them the date.
    """

    course_id: int
    patient_id: int
    pseudonym: str
    label: str | None
    start: date
    last_day: date
    kind: Kind
    dose: Dose
    stopped: bool


@dataclass(frozen=True)
class Load:
    """How many patients have an infusion on a day, of how many chairs; None where the team has not set that."""

    taken: int
    chairs: int | None

    @property
    def over(self) -> bool:
        return self.chairs is not None and self.taken > self.chairs


def between(session: Session, team: Team, first: date, last: date, now: datetime) -> list[CalendarCourse]:
    """Those with a day among these, by first day and pseudonym. Two queries, however many courses there are."""
    known = courses.courses_between(session, team.id, first, last)
    found = [(course, patient) for course, patient in known if not _is_dropped(patient, course, now)]
    whose = {patient.id for _, patient in found}
    said = attendance.said_of_planned(session, team.id, whose)
    return [
        _course(course, patient, due.date_in(patient.time_zone, now, otherwise=team.time_zone), said)
        for course, patient in found
    ]


def _is_dropped(patient: Patient, course: Course, now: datetime) -> bool:
    """Shown where it cannot be known."""
    return due.is_zone(patient.time_zone) and schedule.is_dropped(patient, course, now)


def kind_of(course: Course, today: date, said: Mapping[int, bool]) -> Kind:
    """`today`: where the patient lives. `said`: by course id, whether they come (`attendance.said_of_planned`)."""
    if course.status is not CourseStatus.PLANNED:
        return Kind(course.status.value)
    if courses.last_day(course) < today:
        return Kind.UNCONFIRMED
    return Kind.DECLINED if said.get(course.id) is False else Kind.PLANNED


def _course(course: Course, patient: Patient, today: date, said: Mapping[int, bool]) -> CalendarCourse:
    return CalendarCourse(
        course_id=course.id,
        patient_id=patient.id,
        pseudonym=patient.pseudonym,
        label=patient.label,
        start=courses.first_day(course),
        last_day=courses.last_day(course),
        kind=kind_of(course, today, said),
        dose=dose_of(course),
        stopped=patients.has_stopped(patient),
    )


@dataclass(frozen=True)
class Unconfirmed:
    """A course that is over, of which nobody has said that it was given. `asked_on`: when the team was asked."""

    course_id: int
    pseudonym: str
    label: str | None
    start: date
    asked_on: date | None


def unconfirmed(session: Session, team: Team, now: datetime) -> list[Unconfirmed]:
    """The longest over first."""
    # Where a patient lives it may be tomorrow already.
    latest = due.local_date(team.time_zone, now) + 2 * DAY
    return [
        Unconfirmed(course.id, patient.pseudonym, patient.label, course.planned_start, course.asked_on)
        for course, patient in courses.planned_to_begin_before(session, team.id, latest)
        if courses.last_day(course) < due.date_in(patient.time_zone, now, otherwise=team.time_zone)
    ]


def loads(found: Iterable[CalendarCourse], first: date, last: date, chairs: int | None) -> dict[date, Load]:
    """Of each of these days with an infusion. `found`: all courses with a day among them, as `between` gives them."""
    taken = taken_on((each.patient_id, each.start, each.last_day) for each in found)
    return {day: Load(many, chairs) for day, many in sorted(taken.items()) if first <= day <= last}
