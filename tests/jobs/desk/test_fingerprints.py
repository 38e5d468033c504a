"""What was computed of a patient holds until something is new that it was computed from."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from jobs import measuring, schedule
from jobs.desk.fingerprints import Fingerprint, fingerprints
from jobs.inputs import CREATINE_KINASE
from jobs.measured import Value
from jobs.schedule import CoursePlan
from jobs.steroids import SteroidStep
from storage import courses
from storage.database import Database
from storage.models import Course, Patient, Team
from tests.jobs.desk.test_caseload import a_day
from tests.jobs.test_standing import counted
from tests.storage.support import NOW, committing, joined_patient

DAY, TODAY = timedelta(days=1), NOW.date()
LATER = NOW + timedelta(minutes=5)
BY = "staff:7"


def prints(session: Session, *people: Patient, days_later: int = 0) -> list[Fingerprint]:
    session.flush()
    team = session.get_one(Team, people[0].team_id)
    return list(fingerprints(session, team, people, NOW + days_later * DAY).values())


def course_of(session: Session, patient: Patient) -> Course:
    (course,) = courses.courses_of(session, patient.team_id, patient.id)
    return course


def moves(session: Session, patient: Patient) -> None:
    schedule.move_course(session, BY, patient, course_of(session, patient), date(2026, 3, 22), LATER)


def cancels(session: Session, patient: Patient) -> None:
    schedule.cancel_course(session, BY, patient, course_of(session, patient), LATER)


CHANGES: dict[str, Callable[[Session, Patient], object]] = {
    "an answer": lambda s, p: a_day(s, p, TODAY, asked=True, pain=[5]),
    "a correction": lambda s, p: a_day(s, p, TODAY - DAY, asked=True, pain=[5]),
    "an answer taken back": lambda s, p: a_day(s, p, TODAY - DAY, asked=True, pain=[None]),
    "a course moved": moves,
    "a course cancelled": cancels,
    "a course planned": lambda s, p: schedule.plan_courses(s, BY, p, [CoursePlan(date(2026, 5, 1), 1, 0.4)], LATER),
    "a CK": lambda s, p: measuring.add_value(s, BY, p, Value(CREATINE_KINASE, TODAY, 400.0, 195.0), LATER),
    "a steroid": lambda s, p: measuring.add_step(s, BY, p, SteroidStep(TODAY, None, "prednisone", 20.0, None), LATER),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_is_new_makes_another_one_of_that_patient_alone(database: Database, change: str) -> None:
    with committing(database) as session:
        people = [joined_patient(session, account) for account in (1, 2)]
        for patient in people:
            a_day(session, patient, TODAY - DAY, asked=True, pain=[3])
            schedule.plan_courses(session, BY, patient, [CoursePlan(date(2026, 3, 20), 2, 0.4)], NOW)
        before = prints(session, *people)
        assert prints(session, *people) == before
        CHANGES[change](session, people[0])
        after = prints(session, *people)
    assert [old == new for old, new in zip(before, after, strict=True)] == [False, True]


def test_the_day_makes_another_one_too(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        assert prints(session, patient) != prints(session, patient, days_later=1)


def test_two_queries_however_many_patients(database: Database) -> None:
    with committing(database) as session:
        people = [joined_patient(session, account) for account in range(1, 31)]
        session.flush()
        team = session.get_one(Team, people[0].team_id)
        with counted(session) as said:
            found = fingerprints(session, team, people, NOW)
    assert (len(found), len(said)) == (30, 2)
