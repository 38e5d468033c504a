"""What a team sets is followed by all its courses at once, in few statements: nobody else is served meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import time, timedelta
from typing import Any

from sqlalchemy import event
from sqlmodel import Session

from jobs import infusion_reminder, lead_times, schedule, team_schedule
from jobs.schedule import CoursePlan
from storage import audit
from storage.database import Database
from storage.models import Course, MessageKind, MessageState, OutboxMessage, Patient
from tests.storage.support import NOW, TEAM, committing, joined_patient, rows_of, team_of

BY = audit.OPERATOR
DAY = timedelta(days=1)


def planned(session: Session, account: int, *in_days: int, team: str = TEAM) -> list[Course]:
    patient = joined_patient(session, account, team=team)
    plans = [CoursePlan(NOW.date() + days * DAY, 1, 0.4) for days in in_days]
    return schedule.plan_courses(session, BY, patient, plans, NOW)


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_many_courses_cost_no_more_statements_than_few(database: Database) -> None:
    took = []
    for patients in (1, 9):
        with committing(database) as session:
            for _ in range(patients):
                planned(session, len(rows_of(session, Course)) + 1, 10, 38, 66)
        for wanted in ({"reminder_time": f"1{patients}:30"}, {"reminder_leads": [patients, 0]}):
            with committing(database) as session:
                team = team_of(session)
                with counted(database) as statements:
                    team_schedule.change(session, BY, team, wanted, NOW)
                    session.flush()
                took.append(len(statements))
    assert took[2:] == took[:2]
    with committing(database) as session:
        moments = {course.next_reminder_at for course in rows_of(session, Course)}
        assert {at.time() for at in moments if at is not None} >= {time(19, 30)}


def test_what_waits_to_be_sent_and_is_not_wanted_any_more_is_withdrawn(database: Database) -> None:
    with committing(database) as session:
        (own,), (as_team,), (other,) = (
            planned(session, 1, 7),
            planned(session, 2, 7),
            planned(session, 3, 7, team="Other"),
        )
        lead_times.change_reminder_leads(session, BY, session.get_one(Patient, own.patient_id), [7], NOW)
        session.flush()
        infusion_reminder.run(session, NOW)
        team_schedule.change(session, BY, team_of(session), {"reminder_leads": [3]}, NOW)
        session.expire_all()
        states = {
            row.course_id: row.state
            for row in rows_of(session, OutboxMessage)
            if row.kind is MessageKind.INFUSION_REMINDER
        }
        waits = MessageState.PENDING
        assert states == {own.id: waits, as_team.id: MessageState.WITHDRAWN, other.id: waits}
        assert (as_team.next_reminder_lead, own.next_reminder_lead, other.next_reminder_lead) == (3, None, 1)
