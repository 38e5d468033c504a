"""Names that a coordinator gives to a patient's regimens. Without one a regimen is called by its days and its dose."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from jobs import holding, record
from jobs.refusals import Refusal
from storage import audit, courses
from storage.models import Course, CourseStatus, Patient

LONGEST = 24
# In the audit, and looked for there.
NAMED = "regimen_named"


Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Regimen:
    """`key` tells it from the patient's others. `name`: given by hand. `courses`: by date, the cancelled ones too."""

    key: str
    name: str | None
    courses: tuple[Course, ...]

    @property
    def begun_with(self) -> record.Dose:
        return record.dose_of(self.courses[0])

    @property
    def counted(self) -> int:
        """Courses that were not cancelled."""
        return sum(course.status is not CourseStatus.CANCELLED for course in self.courses)


def regimens_of(session: Session, patient: Patient) -> list[Regimen]:
    """Those with a course that was not cancelled, in order of first use."""
    found: dict[str, list[Course]] = {}
    for course in courses.all_courses_of(session, patient.team_id, patient.id):
        found.setdefault(record.dose_of(course).regimen, []).append(course)
    every = [Regimen(key, of[0].regimen, tuple(of)) for key, of in found.items()]
    return [regimen for regimen in every if regimen.counted]


def read_name(typed: str, regimen: Regimen, others: Iterable[Regimen]) -> str:
    """The name as it will stand. Refusal for none, a long one, signs that cannot be shown, or another regimen's."""
    name = " ".join(typed.split())
    if not 0 < len(name) <= LONGEST or not name.isprintable():
        raise Refusal("refusal.regimen_name", most=LONGEST)
    taken = {each.key.casefold() for each in others if each.key != regimen.key}
    if name.casefold() in taken:
        raise Refusal("refusal.regimen_name_taken", name=name)
    if name == regimen.name:
        raise Refusal("refusal.set_like_that_already")
    return name


def name_regimen(
    session: Session, actor: str, patient: Patient, regimen: Regimen, name: str | None, now: datetime
) -> None:
    """All its courses bear the name, and those that are planned later with the same days and dose; None: none."""
    set_names(session, actor, patient, regimen.courses, name, now)


def set_names(
    session: Session, actor: str, patient: Patient, named: Sequence[Course], name: str | None, now: datetime
) -> None:
    holding.hold_patient(session, patient)
    before = facts_of(named)
    for course in named:
        course.regimen = name
        session.add(course)
    session.flush()
    audit.record_about(session, patient, now, actor=actor, action=NAMED, before=before, after=facts_of(named))


def facts_of(named: Sequence[Course]) -> Facts:
    """As the audit has it. All these courses have one name, or none."""
    first = named[0]
    dose = record.dose_of(first)
    return {
        "courses": [course.id for course in named],
        "days": dose.days,
        "grams_per_kg_per_day": dose.grams_per_kg_per_day,
        "name": first.regimen,
    }


def facts_now(session: Session, patient: Patient, after: Facts) -> Facts:
    """The same of the courses of an entry as they stand: other facts where they no longer have one name."""
    named = _courses(session, patient, after)
    if len({course.regimen for course in named}) != 1 or len(named) != len(after["courses"]):
        return {}
    return facts_of(named)


def take_back(session: Session, actor: str, patient: Patient, before: Facts, now: datetime) -> None:
    """With the courses that were planned under the name since."""
    named = _courses(session, patient, before)
    name, ids = named[0].regimen, {course.id for course in named}
    since = [
        course
        for course in courses.all_courses_of(session, patient.team_id, patient.id)
        if name is not None and course.regimen == name and course.id not in ids
    ]
    set_names(session, actor, patient, [*named, *since], before["name"], now)


def _courses(session: Session, patient: Patient, facts: Facts) -> list[Course]:
    known = {course.id: course for course in courses.all_courses_of(session, patient.team_id, patient.id)}
    return [known[number] for number in facts["courses"] if number in known]
