"""What the demo begins with: the case up to its fifteenth course, and three other patients in other states."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.local import case_data
from bot.local.case_data import CREATINE_KINASE_LIMIT as LIMIT
from jobs import admission, due, pausing, schedule
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.record import UNIT
from jobs.schedule import CoursePlan
from storage import audit, diary
from storage.models import (
    Answer,
    Chat,
    Course,
    CourseStatus,
    DiaryDay,
    Item,
    Measurement,
    Patient,
    PatientStatus,
    Role,
    SteroidDose,
    Team,
    Way,
)

ZONE = "Europe/London"
# A number set aside for fiction: nobody is called by mistake.
TELEPHONE = "+44 20 7946 0123"
START = datetime(1999, 8, 12, 17, 55, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
PROMPT = time(18, 0)
COURSES_GIVEN = 15
CASE_PATIENT, SILENT_PATIENT, PAUSED_PATIENT = 1001, 1002, 1003
CASE_PSEUDONYM = "P-7KQ4"
SILENT_SINCE = timedelta(days=9)
PAUSED_FOR = timedelta(days=11)
OTHERS_BEGAN = timedelta(days=75)


@dataclass(frozen=True)
class Seeded:
    """The tokens by which the demo's staff join, and the patients' Telegram accounts."""

    coordinator_token: str
    clinician_token: str
    accounts: tuple[int, ...]


def plant(session: Session, team_name: str) -> Seeded:
    """Fills an empty database, as it stands at START."""
    team, _ = admission.team_called(session, team_name, ZONE, TELEPHONE, START)
    team.prompt_time = PROMPT
    _the_case(session, team)
    _silent(session, team)
    _paused(session, team)
    admission.invite_patient(session, audit.OPERATOR, team, START - timedelta(days=1))
    coordinator = admission.invite_staff(session, audit.OPERATOR, team, Role.COORDINATOR, START)
    clinician = admission.invite_staff(session, audit.OPERATOR, team, Role.CLINICIAN, START)
    return Seeded(coordinator.token, clinician.token, (CASE_PATIENT, SILENT_PATIENT, PAUSED_PATIENT))


def _patient(session: Session, team: Team, account: int, pseudonym: str, began: date) -> Patient:
    joined = due.local_moment(ZONE, began, time(10, 0))
    chat = Chat(telegram_id=account, created_at=joined)
    session.add(chat)
    session.flush()
    patient = Patient(
        team_id=team.id,
        chat_id=chat.id,
        pseudonym=pseudonym,
        status=PatientStatus.ACTIVE,
        time_zone=ZONE,
        prompt_time=PROMPT,
        next_prompt_at=due.next_local_moment(ZONE, PROMPT, START),
        consent_version=admission.CONSENT,
        consented_at=joined,
        created_at=joined,
    )
    session.add(patient)
    session.flush()
    audit.record(
        session,
        team_id=team.id,
        at=joined,
        actor=audit.patient_actor(patient.id),
        action="patient_joined",
        patient_id=patient.id,
    )
    return patient


def _the_case(session: Session, team: Team) -> None:
    today = due.local_date(ZONE, START)
    patient = _patient(session, team, CASE_PATIENT, CASE_PSEUDONYM, case_data.first_day())
    asked = _days(case_data.first_day(), today)
    entries = [entry for day, entry in case_data.entries().items() if day < today]
    _diary(session, patient, asked, entries)
    all_courses = case_data.courses()
    for course in all_courses[:COURSES_GIVEN]:
        _given(session, patient, course)
    coming = all_courses[COURSES_GIVEN:]
    plans = [CoursePlan(course.start, _length(course), course.grams_per_kg_per_day) for course in coming]
    made = schedule.plan_courses(session, audit.OPERATOR, patient, plans, START)
    for planned, course in zip(made, coming, strict=True):
        planned.regimen = course.regimen
    _measured(session, patient, today)


def _measured(session: Session, patient: Patient, today: date) -> None:
    values = [
        (WEIGHT, case_data.first_day(), case_data.WEIGHT_KG, "kg", None),
        *((CREATINE_KINASE, day, value, UNIT, LIMIT) for day, value in case_data.creatine_kinase()),
    ]
    session.add_all(
        Measurement(
            team_id=patient.team_id,
            patient_id=patient.id,
            analyte=analyte,
            taken_on=day,
            value=value,
            unit=unit,
            upper_limit=limit,
            received_at=due.local_moment(ZONE, day, time(12, 0)),
        )
        for analyte, day, value, unit, limit in values
        if day < today
    )
    session.add_all(
        SteroidDose(
            team_id=patient.team_id,
            patient_id=patient.id,
            drug=dose.drug,
            starts_on=dose.start,
            ends_on=dose.end,
            dose_mg=dose.dose_mg,
            alternate_dose_mg=dose.alternate_dose_mg,
            received_at=due.local_moment(ZONE, dose.start, time(12, 0)),
        )
        for dose in case_data.steroids()
        if dose.start < today
    )


def _length(course: case_data.CaseCourse) -> int:
    return (course.end - course.start).days + 1


def _given(session: Session, patient: Patient, course: case_data.CaseCourse) -> None:
    session.add(
        Course(
            team_id=patient.team_id,
            patient_id=patient.id,
            planned_start=course.planned_start,
            planned_days=_length(course),
            given_start=course.start,
            given_end=course.end,
            grams_per_kg_per_day=course.grams_per_kg_per_day,
            regimen=course.regimen,
            status=CourseStatus.GIVEN,
            told_start=course.planned_start,
            created_at=due.local_moment(ZONE, course.planned_start - timedelta(days=20), time(12, 0)),
        )
    )


def _days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=k) for k in range((until - first).days)]


def _diary(session: Session, patient: Patient, asked: Iterable[date], entries: Iterable[case_data.CaseEntry]) -> None:
    """Days as asked at the prompt's time, and the entries made on them."""
    for day in asked:
        at = due.local_moment(ZONE, day, PROMPT)
        session.add(
            DiaryDay(
                team_id=patient.team_id,
                patient_id=patient.id,
                diary_date=day,
                time_zone=ZONE,
                opened_at=at,
                closes_at=due.next_local_moment(ZONE, PROMPT, at),
                asked_at=at,
            )
        )
    for entry in entries:
        at = entry.entered_at.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
        session.add_all(
            Answer(
                team_id=patient.team_id,
                patient_id=patient.id,
                diary_date=entry.day,
                item=item,
                revision=1,
                value=value,
                answered_at=at,
                received_at=at,
                late=entry.late,
                way=Way.IMPORTED,
                wording=diary.WORDING,
            )
            for item, value in entry.values.items()
        )


def _made_up(first: date, until: date, dice: random.Random) -> list[case_data.CaseEntry]:
    """Quiet entries, the same at every start: a level that drifts, and now and then a day without one."""
    made, level = [], 3.0
    for day in _days(first, until):
        level += 0.5 * (3.0 - level) + dice.gauss(0, 0.8)
        if dice.random() < 0.85:
            values: dict[str, int] = {item: round(min(max(level + dice.gauss(0, 0.5), 0), 10)) for item in Item}
            made.append(case_data.CaseEntry(day, values, datetime.combine(day, time(18, 20)), late=False))
    return made


def _silent(session: Session, team: Team) -> None:
    today = due.local_date(ZONE, START)
    began = today - OTHERS_BEGAN
    patient = _patient(session, team, SILENT_PATIENT, "P-3MWE", began)
    _diary(session, patient, _days(began, today), _made_up(began, today - SILENT_SINCE, random.Random(1)))  # noqa: S311
    start = today - timedelta(days=40)
    _given(session, patient, case_data.CaseCourse(start, start, start + timedelta(days=1), 0.5, None))


def _paused(session: Session, team: Team) -> None:
    today = due.local_date(ZONE, START)
    began, paused_on, back_on = today - OTHERS_BEGAN, today - timedelta(days=3), today + PAUSED_FOR
    patient = _patient(session, team, PAUSED_PATIENT, "P-9XRT", began)
    _diary(session, patient, _days(began, paused_on), _made_up(began, paused_on, random.Random(2)))  # noqa: S311
    # As patients pause, so that it stands in the history and in what is handed out for research.
    pausing.pause(session, audit.patient_actor(patient.id), patient, back_on, due.local_moment(ZONE, paused_on, PROMPT))
    for ago in (60, 32):
        start = today - timedelta(days=ago)
        _given(session, patient, case_data.CaseCourse(start, start, start, 1.0, None))
    schedule.plan_courses(session, audit.OPERATOR, patient, [CoursePlan(today + timedelta(days=14), 1, 1.0)], START)
