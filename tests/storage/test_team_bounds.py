"""Nothing of one team is visible to another: every query says whose rows it means."""

import ast
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, SQLModel

import storage
from jobs import schedule
from jobs.schedule import CoursePlan
from storage import audit, courses, diary, looks, measurements, models, patients, team_diaries, teams
from storage.database import Database
from storage.models import Course, Measurement, Patient, Role, Staff, Team
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of

OWNED = {
    name
    for name, table in inspect.getmembers(models, inspect.isclass)
    if issubclass(table, SQLModel) and "team_id" in getattr(table, "model_fields", {})
}
# A parameter that names an owner, or one row that was found through its owner before.
BOUNDS = {"team_id", "of_team", "patient_id", "patient", "course", "course_id", "message", "day", "team", "invitation"}
# The rest, each with its reason.
UNBOUNDED = {
    "chats._WHO_IS": "asks which team an account belongs to",
    "desk_news.newest": "the highest numbers of all teams, which tell nobody anything",
    "courses.courses_by_id": "ids of courses that were found for their team before",
    "courses._DUE_A_REMINDER": "the clock serves all teams",
    "patients._DUE_A_PROMPT": "the clock serves all teams",
    "diary._DUE_A_FOLLOW_UP": "the clock serves all teams",
    "diary.days_answered": "days that were found for the clock before",
    "ahead._PROMPTED_AFTER": "the clock serves all teams",
    "alerts.alerts_to_escalate": "the clock serves all teams",
    "alerts.take_escalation": "an alert that was found for the clock before",
    "outbox._ANYTHING": "the courier serves all teams",
    "chats.forget_strangers": "whoever is on no team",
    "outbox.put_off": "the courier serves all teams",
    "restored.settle_as_sent": "a restore is of all teams",
    "diary.forget_that_they_were_asked": "a restore is of all teams",
    "diary.forget_what_is_being_entered": "a restore is of all teams",
    "dialogues.end_those_of_members": "a restore is of all teams",
    "outbox._DUE": "the courier serves all teams",
    "outbox._CLAIM": "the courier serves all teams",
    "outbox._CLAIMED_BY": "the courier serves all teams",
    "outbox._EXPIRE": "the courier serves all teams",
    "outbox._in_doubt": "the courier serves all teams",
    "patients.prompts_by_moment": "the operator's doctor looks at all teams, and sees numbers alone",
    "outbox._UNTOLD": "the clock serves all teams",
    "drawings._LONGEST_WAITING": "whoever draws serves all teams",
    "drawings._EXPIRED": "the clock serves all teams",
    "drawings.leave_behind": "whoever draws serves all teams",
    "drawings.forget_expired": "the clock serves all teams",
    "courses.patients_with_a_course_between": "the clock serves all teams",
    "outbox.enqueue_again": "the draft names its team",
    "invitations.invitation_for": "whoever holds the token; it says which team",
    "desk._AT_THE_DESK": "whoever holds the token; it says which team",
    "desk.ticket_for": "whoever holds the token; it says which team",
    "erasing._forget_chat": "a chat of a patient who was found through the team before",
    "teams.reachable_staff_chats": "at its start the bot serves all teams",
    "teams._DUE_A_SUMMARY": "the clock serves all teams",
    "teams.move_summary": "a member of staff who was found before",
    "ahead._SUMMARISED_AFTER": "the clock serves all teams",
    "watching._DUE": "the operator watches all teams, and sees numbers alone",
    "watching._LATEST_LEASE": "the operator watches all teams, and sees numbers alone",
    "watching._OLDEST_PROMPT": "the operator watches all teams, and sees numbers alone",
    "watching._TO_BE_SENT": "the operator watches all teams, and sees numbers alone",
    "parked.by_team": "the operator acts for all teams, and each has an entry of its own",
    "parked.let_go": "the operator acts for all teams, and each has an entry of its own",
    "parked.send_again": "the operator acts for all teams, and each has an entry of its own",
    "departures.newer_than": "what the operator keeps beside the backups, of all teams",
    "upcoming.next_upcoming": "the operator's and the demo's clock",
}


def queries() -> Iterator[tuple[str, ast.stmt]]:
    """What asks for a team's rows: functions of storage/, and statements made beforehand."""
    folder = Path(next(iter(storage.__path__)))
    for path in sorted(folder.glob("*.py")):
        module = ast.parse(path.read_text())
        for node in ast.walk(module):
            if isinstance(node, ast.FunctionDef) and tables_queried(node):
                yield f"{path.stem}.{node.name}", node
        for made in module.body:
            if isinstance(made, ast.Assign) and tables_queried(made):
                (target,) = made.targets
                yield f"{path.stem}.{ast.unparse(target)}", made


def parameters(node: ast.stmt) -> set[str]:
    """A function's, or the bound parameters of a statement."""
    if isinstance(node, ast.FunctionDef):
        return {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
    return set(re.findall(r"bindparam\('(\w+)'\)", ast.unparse(node)))


def tables_queried(node: ast.stmt) -> set[str]:
    """The tables named inside select, update, delete and session.get."""
    found: set[str] = set()
    for call in ast.walk(node):
        if isinstance(call, ast.Call):
            name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
            if name in {"select", "update", "delete", "get", "join", "outerjoin"}:
                found |= {
                    leaf.id for argument in call.args for leaf in ast.walk(argument) if isinstance(leaf, ast.Name)
                }
    return found & {*OWNED, "OutboxMessage"}


def test_the_tables_that_a_team_owns_are_known() -> None:
    assert {"Patient", "Staff", "Course", "Answer", "DiaryDay", "OutboxMessage", "AuditEntry"} <= OWNED


def test_every_query_of_a_teams_rows_is_bounded_by_team_or_patient() -> None:
    loose = {name for name, node in queries() if not parameters(node) & BOUNDS}
    assert loose - set(UNBOUNDED) == set()


def test_no_exception_is_kept_that_is_not_needed() -> None:
    needed = {name for name, node in queries() if not parameters(node) & BOUNDS}
    assert set(UNBOUNDED) - needed == set()


OTHERS = "Rheumatology"


@pytest.fixture
def two_teams(database: Database) -> Database:
    """Two clinics with a coordinator who is a clinician too, a patient, a course and a value each."""
    with committing(database) as session:
        for k, name in enumerate(("Neuromuscular clinic", OTHERS)):
            member = joined_staff(session, 10 + k, Role.COORDINATOR, team=name)
            member.clinician = True
            patient = joined_patient(session, 20 + k, team=name)
            schedule.plan_courses(session, "operator", patient, [CoursePlan(date(2026, 4, 1), 2, 0.4)], NOW)
            facts: dict[str, Any] = {
                "analyte": "CK",
                "taken_on": date(2026, 2, 1),
                "value": 200.0,
                "unit": "U/l",
                "received_at": NOW,
            }
            session.add(Measurement(team_id=patient.team_id, patient_id=patient.id, **facts))
            session.add(models.Look(team_id=patient.team_id, patient_id=patient.id, state=["silent"], raised_at=NOW))
    return database


Ask = Callable[[Session, int, Any, Any, Any], Any]
# What is asked in one team's name about the other's patient, course and member of staff.
QUESTIONS: dict[str, Ask] = {
    "patient_of_team": lambda s, team, patient, course, staff: patients.patient_of_team(s, team, patient.id),
    "patient_called": lambda s, team, patient, course, staff: patients.patient_called(s, team, patient.pseudonym),
    "patients_of": lambda s, team, patient, course, staff: [p for p in patients.patients_of(s, team) if p is patient],
    "course_of_team": lambda s, team, patient, course, staff: courses.course_of_team(s, team, course.id),
    "courses_of": lambda s, team, patient, course, staff: courses.courses_of(s, team, patient.id),
    "courses_to_tell": lambda s, team, patient, course, staff: courses.courses_to_tell(s, team, patient.id),
    "measurements_of": lambda s, team, patient, course, staff: measurements.measurements_of(s, team, patient.id, "CK"),
    "last_answered_days": lambda s, team, patient, course, staff: (
        patient.id in diary.last_answered_days(s, team, [patient.id])
    ),
    "history_of_patient": lambda s, team, patient, course, staff: audit.history_of_patient(s, team, patient.id),
    "latest_of": lambda s, team, patient, course, staff: audit.latest_of(s, team, patient.id, 15, ()),
    "entry_of_team": lambda s, team, patient, course, staff: audit.entry_of_team(s, team, entry_about(s, patient).id),
    "made_together_with": lambda s, team, patient, course, staff: audit.made_together_with(
        s, team, entry_about(s, patient), 0
    ),
    "planned_courses_of_team": lambda s, team, patient, course, staff: [
        c for c, _ in courses.planned_courses_of_team(s, team) if c is course
    ],
    "planned_and_not_asked_about": lambda s, team, patient, course, staff: [
        c for c, _ in courses.planned_and_not_asked_about(s, team, date(2026, 5, 1)) if c is course
    ],
    "courses_between": lambda s, team, patient, course, staff: [
        c for c, _ in courses.courses_between(s, team, date(2026, 4, 1), date(2026, 5, 1)) if c is course
    ],
    "planned_to_begin_before": lambda s, team, patient, course, staff: [
        c for c, _ in courses.planned_to_begin_before(s, team, date(2026, 5, 1)) if c is course
    ],
    "course_days_between": lambda s, team, patient, course, staff: [
        each for each in courses.course_days_between(s, team, date(2026, 4, 1), date(2026, 5, 1)) if patient.id in each
    ],
    "values_of_team": lambda s, team, patient, course, staff: team_diaries.values_of_team(
        s, team, models.Item.PAIN, date(2026, 3, 1)
    ).get(patient.id),
    "answered_days_of_team": lambda s, team, patient, course, staff: team_diaries.answered_days_of_team(
        s, team, date(2026, 3, 1)
    ).get(patient.id),
    "first_answered_days": lambda s, team, patient, course, staff: team_diaries.first_answered_days(s, team).get(
        patient.id
    ),
    "asked_about_on": lambda s, team, patient, course, staff: asked_about(s, team, course),
    "name_of_regimen": lambda s, team, patient, course, staff: named(s, team, patient, course),
    "unreachable_patients": lambda s, team, patient, course, staff: (
        patient.id in patients.unreachable_patients(s, team)
    ),
    "clinicians_of": lambda s, team, patient, course, staff: [m for m, _ in teams.clinicians_of(s, team) if m is staff],
    "coordinators_of": lambda s, team, patient, course, staff: [
        m for m in teams.coordinators_of(s, team) if m is staff
    ],
    "latest_looks": lambda s, team, patient, course, staff: looks.latest_looks(s, team).get(patient.id),
    "unseen_looks": lambda s, team, patient, course, staff: [p for _, p in looks.unseen_looks(s, team) if p is patient],
    "look_of_team": lambda s, team, patient, course, staff: looks.look_of_team(
        s, team, next(look.id for look in rows_of(s, models.Look) if look.patient_id == patient.id)
    ),
    "members_of": lambda s, team, patient, course, staff: [m for m, _ in teams.members_of(s, team) if m is staff],
    "member_of_team": lambda s, team, patient, course, staff: teams.member_of_team(s, team, staff.id),
    "everyone_ever_on": lambda s, team, patient, course, staff: staff.id in teams.everyone_ever_on(s, team),
    "staff_in_chat": lambda s, team, patient, course, staff: teams.staff_in_chat(s, team, staff.chat_id),
}


def asked_about(session: Session, team: int, course: Course) -> bool:
    course.asked_on = date(2026, 4, 4)
    session.flush()
    return any(found is course for found, _ in courses.asked_about_on(session, team, course.asked_on))


def named(session: Session, team: int, patient: Patient, course: Course) -> str | None:
    course.regimen = "Low dose"
    session.flush()
    return courses.name_of_regimen(session, team, patient.id, course.planned_days, course.grams_per_kg_per_day)


def entry_about(session: Session, patient: Patient) -> models.AuditEntry:
    return audit.history_of_patient(session, patient.team_id, patient.id)[0]


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_team_is_told_nothing_of_anothers(two_teams: Database, name: str) -> None:
    with committing(two_teams) as session:
        mine, theirs = rows_of(session, Team)
        patient = next(p for p in rows_of(session, Patient) if p.team_id == theirs.id)
        course = next(c for c in rows_of(session, Course) if c.team_id == theirs.id)
        staff = next(m for m in rows_of(session, Staff) if m.team_id == theirs.id)
        course.told_start = course.planned_start
        course.planned_start += timedelta(days=1)
        patient_chat = session.get(models.Chat, patient.chat_id)
        assert patient_chat is not None
        patient_chat.unreachable_since = NOW
        answered = diary.open_day(
            session,
            team_id=theirs.id,
            patient_id=patient.id,
            diary_date=date(2026, 3, 2),
            time_zone="Europe/London",
            opened_at=NOW,
            closes_at=NOW + timedelta(days=1),
        )
        facts: dict[str, Any] = {"answered_at": NOW, "received_at": NOW, "late": False, "way": models.Way.BUTTON}
        diary.record_answer(session, day=answered, item=models.Item.PAIN, value=3, known={}, **facts)
        session.flush()
        assert QUESTIONS[name](session, theirs.id, patient, course, staff), "its own team is told"
        assert not QUESTIONS[name](session, mine.id, patient, course, staff)
