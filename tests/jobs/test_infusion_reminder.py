"""Reminders before a course follow it wherever it goes, and none of an earlier plan survives."""

import threading
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session

from jobs import infusion_reminder, lead_times, schedule, undelivered
from jobs.schedule import CoursePlan
from storage import audit, outbox
from storage.database import Database
from storage.models import (
    Course,
    CourseStatus,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Role,
)
from tests.postgres import PostgresServer
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of, team_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = date(2026, 3, 20)
BY = audit.OPERATOR


def morning(day: int, month: int = 3) -> datetime:
    """The team's hour for reminders, nine in London, before and after the change to summer time."""
    return datetime(2026, month, day, 9 if (month, day) < (3, 29) else 8, 0, tzinfo=UTC)


def tick(session: Session, now: datetime) -> bool:
    session.flush()
    session.expire_all()
    more = infusion_reminder.run(session, now)
    session.flush()
    session.expire_all()
    return more


def planned(session: Session, start: date = START, now: datetime = NOW) -> tuple[Patient, Course]:
    patient = joined_patient(session, 1)
    (course,) = schedule.plan_courses(session, BY, patient, [CoursePlan(start, 2, 0.4)], now)
    return patient, course


def reminders(session: Session, *states: MessageState) -> list[datetime]:
    """When those in one of these states, or all of them, are due."""
    session.flush()
    session.expire_all()
    return [
        message.due_at
        for message in rows_of(session, OutboxMessage)
        if message.kind is MessageKind.INFUSION_REMINDER and (message.state in states or not states)
    ]


def test_a_planned_course_waits_for_its_first_reminder(database: Database) -> None:
    with committing(database) as session:
        _, course = planned(session)
        assert (course.next_reminder_lead, course.next_reminder_at) == (7, morning(13))


def test_a_week_a_day_and_on_the_morning_itself(database: Database) -> None:
    with committing(database) as session:
        _, course = planned(session)
        for hour in range(30 * 24):
            tick(session, NOW + hour * HOUR)
        assert reminders(session) == [morning(13), morning(19), morning(20)]
        assert (course.next_reminder_lead, course.next_reminder_at) == (None, None)
        assert {m.expires_at - m.due_at for m in rows_of(session, OutboxMessage)} == {12 * HOUR}


def test_what_has_passed_long_ago_is_not_made_up_for(database: Database) -> None:
    """A course planned for the day after tomorrow: the week before it is over."""
    with committing(database) as session:
        _, course = planned(session, date(2026, 3, 4))
        assert (course.next_reminder_lead, course.next_reminder_at) == (1, morning(3))


def test_a_course_planned_for_today_soon_after_the_hour_is_reminded_of_at_once(database: Database) -> None:
    with committing(database) as session:
        _, course = planned(session, NOW.date())
        assert (course.next_reminder_lead, course.next_reminder_at) == (0, morning(2))
        tick(session, NOW)
        (message,) = rows_of(session, OutboxMessage)
        assert message.expires_at == morning(2) + infusion_reminder.STILL_WORTH_SENDING


def test_late_in_the_evening_it_is_too_late_for_that(database: Database) -> None:
    evening = NOW.replace(hour=22)
    with committing(database) as session:
        patient = joined_patient(session, 1)
        plan = CoursePlan(NOW.date(), 2, 0.4)
        (course,) = schedule.plan_courses(session, BY, patient, [plan], evening)
        assert course.next_reminder_at is None


def test_a_reminder_that_waits_stays_while_it_is_wanted_and_comes_back_when_it_is_wanted_again(
    database: Database,
) -> None:
    with committing(database) as session:
        patient, course = planned(session)
        tick(session, morning(13))

        def states() -> list[MessageState]:
            session.flush()
            session.expire_all()
            return [row.state for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.INFUSION_REMINDER]

        assert states() == [MessageState.PENDING]
        lead_times.change_reminder_leads(session, BY, patient, [7, 2], morning(13) + HOUR)
        assert states() == [MessageState.PENDING], "still wanted: it stays"
        start = course.planned_start
        schedule.move_course(session, BY, patient, course, start + timedelta(days=1), morning(13) + HOUR)
        assert states() == [MessageState.WITHDRAWN]
        schedule.move_course(session, BY, patient, course, start, morning(13) + HOUR)
        tick(session, morning(13) + HOUR)
        assert states()[0] is MessageState.PENDING


def test_one_schedule_that_cannot_be_computed_holds_up_nobody_else(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with committing(database) as session:
        broken, course = planned(session)
        broken.time_zone = "Mars/Olympus"
        patient = joined_patient(session, 2)
        schedule.plan_courses(session, BY, patient, [CoursePlan(date(2026, 3, 20), 2, 0.4)], NOW)
        session.flush()
        tick(session, morning(13))
        assert [row.patient_id for row in rows_of(session, OutboxMessage)] == [patient.id]
        session.expire_all()
        assert course.next_reminder_at == morning(13) + HOUR
    assert "tried again in an hour" in caplog.text


def test_own_lead_times_go_before_the_teams(database: Database) -> None:
    with committing(database) as session:
        patient, course = planned(session)
        lead_times.change_reminder_leads(session, BY, patient, [2, 14], NOW)
        assert (course.next_reminder_lead, course.next_reminder_at) == (14, morning(6))
        lead_times.change_reminder_leads(session, BY, patient, [], NOW)
        assert course.next_reminder_at is None


def test_a_moved_course_is_reminded_of_at_its_new_date_alone(database: Database) -> None:
    with committing(database) as session:
        patient, course = planned(session)
        tick(session, morning(13))
        assert reminders(session, MessageState.PENDING) == [morning(13)]
        schedule.move_course(session, BY, patient, course, date(2026, 4, 10), morning(13) + HOUR)
        assert reminders(session, MessageState.PENDING) == []
        assert reminders(session, MessageState.WITHDRAWN) == [morning(13)]
        for hour in range(40 * 24):
            tick(session, morning(13) + hour * HOUR)
        assert reminders(session, MessageState.PENDING) == [morning(3, 4), morning(9, 4), morning(10, 4)]


def test_a_course_moved_away_and_back_is_reminded_of_as_at_first(database: Database) -> None:
    with committing(database) as session:
        patient, course = planned(session)
        schedule.move_course(session, BY, patient, course, date(2026, 4, 10), NOW)
        schedule.move_course(session, BY, patient, course, START, NOW + HOUR)
        for hour in range(30 * 24):
            tick(session, NOW + hour * HOUR)
        assert reminders(session, MessageState.PENDING) == [morning(13), morning(19), morning(20)]


@pytest.mark.parametrize("what", ["cancelled", "given"])
def test_no_reminder_survives_a_course_that_is_cancelled_or_given(database: Database, what: str) -> None:
    with committing(database) as session:
        patient, course = planned(session)
        tick(session, morning(20))
        now = morning(20) + HOUR
        if what == "cancelled":
            schedule.cancel_course(session, BY, patient, course, now)
        else:
            schedule.mark_given(session, BY, patient, course, START, 1, 0.4, now)
        assert reminders(session, MessageState.PENDING) == []
        assert (course.next_reminder_at, course.next_reminder_lead) == (None, None)
        tick(session, now + 40 * DAY)
        assert reminders(session, MessageState.PENDING) == []


@pytest.mark.parametrize(
    ("back_at", "sendable"),
    [
        (morning(13) + HOUR, [morning(13)]),
        (morning(13) + 13 * HOUR, []),
        (morning(19) + HOUR, [morning(19)]),
        (morning(20) + HOUR, [morning(20)]),
        (morning(20) + 13 * HOUR, []),
        (morning(20) + 40 * DAY, []),
    ],
    ids=["late", "too late", "over the first", "over the first two", "over all", "long after"],
)
def test_after_an_outage_the_latest_reminder_comes_and_no_older_one(
    database: Database, back_at: datetime, sendable: list[datetime]
) -> None:
    with committing(database) as session:
        _, course = planned(session)
        tick(session, back_at)
        claimed = outbox.claim(session, owner="me", now=back_at, lease=HOUR, limit=9)
        assert [message.due_at for message in claimed] == sendable
        assert course.next_reminder_at is None or course.next_reminder_at > back_at


@pytest.mark.parametrize(
    ("back_at", "told"),
    [
        (morning(13) + 13 * HOUR, 1),
        (morning(18), 1),
        (morning(19) + HOUR, 0),
        (morning(19) + 13 * HOUR, 1),
        (morning(20) + 13 * HOUR, 1),
        (morning(21) + 13 * HOUR, 1),
        (morning(22), 0),
        (morning(20) + 40 * DAY, 0),
    ],
    ids=[
        "the first",
        "the first, days ago",
        "a later one goes",
        "two",
        "all three",
        "its last day",
        "over",
        "long over",
    ],
)
def test_of_reminders_that_an_outage_swallowed_a_coordinator_hears_once_while_the_course_is_not_over(
    database: Database, back_at: datetime, told: int
) -> None:
    with committing(database) as session:
        joined_staff(session, 2, Role.COORDINATOR)
        _, course = planned(session)
        tick(session, back_at)
        outbox.claim(session, owner="me", now=back_at, lease=HOUR, limit=9)
        session.flush()
        session.expire_all()
        undelivered.run(session, back_at)
        notices = [row for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.NOT_DELIVERED]
        assert [notice.course_id for notice in notices] == [course.id] * told


@pytest.mark.parametrize("status", [PatientStatus.WITHDRAWN, PatientStatus.INVITED])
def test_whoever_keeps_no_diary_is_not_reminded(database: Database, status: PatientStatus) -> None:
    with committing(database) as session:
        patient, _ = planned(session)
        patient.status = status
        tick(session, morning(13))
        assert reminders(session) == []


def test_a_pause_of_the_diary_is_none_of_the_infusions(database: Database) -> None:
    with committing(database) as session:
        patient, _ = planned(session)
        patient.status = PatientStatus.PAUSED
        tick(session, morning(13))
        assert reminders(session) == [morning(13)]


def test_many_courses_are_done_in_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(infusion_reminder, "BATCH", 2)
    with committing(database) as session:
        for account in range(5):
            patient = joined_patient(session, account)
            schedule.plan_courses(session, BY, patient, [CoursePlan(START, 1, 0.4)], NOW)
        assert [tick(session, morning(13)) for _ in range(3)] == [True, True, False]
        assert reminders(session) == [morning(13)] * 5


def test_reminders_keep_the_patients_own_hours(database: Database) -> None:
    with committing(database) as session:
        team_of(session)
        patient = joined_patient(session, 1, time(18, 0), "Asia/Tokyo")
        (course,) = schedule.plan_courses(session, BY, patient, [CoursePlan(START, 2, 0.4)], NOW)
        assert course.next_reminder_at == datetime(2026, 3, 13, 0, 0, tzinfo=UTC)


def test_of_two_workers_in_the_same_second_one_reminds(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        with committing(database) as session:
            planned(session)
        ready, faults = threading.Barrier(2), list[BaseException]()

        def work() -> None:
            try:
                ready.wait(20)
                with committing(database) as session:
                    tick(session, morning(13))
            except BaseException as fault:
                faults.append(fault)

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert faults == []
        with committing(database) as session:
            assert reminders(session) == [morning(13)]
            (course,) = rows_of(session, Course)
            assert (course.status, course.next_reminder_at) == (CourseStatus.PLANNED, morning(19))


def test_several_changes_make_one_message_and_it_is_the_latest(database: Database) -> None:
    with committing(database) as session:
        patient, course = planned(session)
        for k, day in enumerate((24, 25, 26)):
            schedule.move_course(session, BY, patient, course, date(2026, 3, day), NOW + k * HOUR)
        session.flush()
        session.expire_all()
        changes = [m for m in rows_of(session, OutboxMessage) if m.kind is MessageKind.COURSES_CHANGED]
        assert [message.state for message in changes] == [
            MessageState.WITHDRAWN,
            MessageState.WITHDRAWN,
            MessageState.PENDING,
        ]
