"""What never arrived is told to the coordinators, once, and nothing else is."""

from datetime import date, timedelta

import pytest
from sqlmodel import Session

from jobs import infusion_reminder, schedule, undelivered
from jobs.schedule import CoursePlan
from storage import audit, outbox
from storage.database import Database
from storage.models import MessageKind, MessageState, OutboxMessage, Patient, PatientStatus, Role
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of

MORNING = NOW.replace(day=13, hour=9, minute=0)


def reminded(session: Session) -> tuple[Patient, OutboxMessage]:
    """A coordinator, and a patient whose reminder waits to be sent."""
    joined_staff(session, 1, Role.COORDINATOR)
    joined_staff(session, 2, Role.COORDINATOR)
    joined_staff(session, 3, Role.CLINICIAN)
    patient = joined_patient(session, 4)
    schedule.plan_courses(session, audit.OPERATOR, patient, [CoursePlan(date(2026, 3, 20), 2, 0.4)], NOW)
    session.flush()
    infusion_reminder.run(session, MORNING)
    session.flush()
    session.expire_all()
    (message,) = [row for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.INFUSION_REMINDER]
    return patient, message


def told(session: Session) -> list[OutboxMessage]:
    session.flush()
    session.expire_all()
    undelivered.run(session, MORNING)
    session.flush()
    return [row for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.NOT_DELIVERED]


def test_a_reminder_that_expired_is_told_to_every_coordinator_once(database: Database) -> None:
    with committing(database) as session:
        patient, message = reminded(session)
        assert told(session) == []
        outbox.claim(session, owner="me", now=MORNING + timedelta(hours=12), lease=timedelta(1), limit=9)
        notices = told(session)
        assert len(notices) == 2
        assert {(n.patient_id, n.course_id) for n in notices} == {(patient.id, message.course_id)}
        assert len(told(session)) == 2, "once"


@pytest.mark.parametrize(
    ("fault", "tells"), [("bad_request", True), (outbox.IN_DOUBT, True), (outbox.FORBIDDEN, False)]
)
def test_what_failed_is_told_unless_the_closed_chat_says_so_itself(database: Database, fault: str, tells: bool) -> None:
    with committing(database) as session:
        _, message = reminded(session)
        outbox.settle(session, message, MessageState.FAILED, fault=fault)
        assert bool(told(session)) is tells


def test_an_unsure_one_that_a_kill_left_in_doubt_a_second_time_is_told(database: Database) -> None:
    with committing(database) as session:
        _, message = reminded(session)
        message.state, message.doubtful, message.owner = MessageState.SENDING, True, "dead"
        session.add(message)
        session.flush()
        outbox.leave_behind(session, "dead")
        assert len(told(session)) == 2


def test_a_withdrawn_patient_is_nobodys_business_any_more(database: Database) -> None:
    with committing(database) as session:
        patient, message = reminded(session)
        outbox.settle(session, message, MessageState.FAILED, fault="bad_request")
        patient.status = PatientStatus.WITHDRAWN
        session.add(patient)
        assert told(session) == []
