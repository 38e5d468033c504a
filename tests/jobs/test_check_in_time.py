"""A patient who moves: no date is asked twice, what the journey swallowed is not asked, and reminders come along."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session

from jobs import check_in_time, daily_prompt, due, infusion_reminder, lead_times, schedule
from jobs.schedule import CoursePlan
from storage import audit, courses
from storage.database import Database
from storage.models import AuditEntry, DiaryDay, MessageKind, OutboxMessage, Patient
from tests.storage.support import committing, joined_patient, rows_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY = "staff:1"
KIRITIMATI, PAGO_PAGO, LONDON, TOKYO = "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/London", "Asia/Tokyo"


def ticks(session: Session, now: datetime) -> None:
    for run in (daily_prompt.run, infusion_reminder.run):
        session.flush()
        session.expire_all()
        run(session, now)
    session.flush()
    session.expire_all()


def sent(session: Session, kind: MessageKind) -> list[OutboxMessage]:
    return [row for row in rows_of(session, OutboxMessage) if row.kind is kind]


def lives(session: Session, patient: Patient, zone: str, to: str, moves_at: datetime, until: datetime) -> list[str]:
    """Hour by hour until then, with the move on the way: each question, as its date and its local day and hour."""
    now = patient.consented_at
    assert now is not None
    while now <= until:
        ticks(session, now)
        if now == moves_at:
            check_in_time.change_time_zone(session, BY, patient, to, now)
            ticks(session, now)
        now += HOUR
    return [
        f"{row.diary_date:%d} on {row.due_at.astimezone(due.zone_of(to if row.due_at >= moves_at else zone)):%d %H}"
        for row in sent(session, MessageKind.DAILY_PROMPT)
    ]


@pytest.mark.parametrize(
    ("zone", "to", "local", "questions"),
    [
        # 25 hours on: the tenth, not asked yet, is over there; or it was, and the eleventh is nearly so.
        (PAGO_PAGO, KIRITIMATI, "2026-03-10T10:00", ["09 on 09 18", "11 on 11 18", "12 on 12 18"]),
        (PAGO_PAGO, KIRITIMATI, "2026-03-10T20:00", ["09 on 09 18", "10 on 10 18", "11 on 11 21", "12 on 12 18"]),
        # 25 hours back: the ninth and the tenth come again, and neither is asked again.
        (KIRITIMATI, PAGO_PAGO, "2026-03-10T10:00", ["09 on 09 18", "10 on 10 18", "11 on 11 18", "12 on 12 18"]),
        (KIRITIMATI, PAGO_PAGO, "2026-03-10T20:00", ["09 on 09 18", "10 on 10 18", "11 on 11 18", "12 on 12 18"]),
        (LONDON, TOKYO, "2026-03-10T10:00", ["09 on 09 18", "10 on 10 19", "11 on 11 18", "12 on 12 18"]),
        (LONDON, TOKYO, "2026-03-10T19:00", ["09 on 09 18", "10 on 10 18", "11 on 11 18", "12 on 12 18"]),
        (TOKYO, LONDON, "2026-03-10T17:00", ["09 on 09 18", "10 on 10 18", "11 on 11 18", "12 on 12 18"]),
        (TOKYO, LONDON, "2026-03-10T19:00", ["09 on 09 18", "10 on 10 18", "11 on 11 18", "12 on 12 18"]),
    ],
)
def test_whoever_moves_is_asked_each_date_once_and_next_by_the_clock_there(
    sqlite_database: Database, zone: str, to: str, local: str, questions: list[str]
) -> None:
    moves_at = datetime.fromisoformat(local).replace(tzinfo=due.zone_of(zone)).astimezone(UTC)
    with committing(sqlite_database) as session:
        joined = datetime(2026, 3, 9, 10, tzinfo=due.zone_of(zone)).astimezone(UTC)
        patient = joined_patient(session, 1, time(18), zone, joined)
        until = datetime(2026, 3, 12, 18, tzinfo=due.zone_of(to)).astimezone(UTC)
        assert lives(session, patient, zone, to, moves_at, until) == questions
        assert [day.diary_date.day for day in rows_of(session, DiaryDay)] == [9, 10, 11, 12], "asked or not"


def test_there_and_back_again_asks_each_date_once(database: Database) -> None:
    with committing(database) as session:
        now = datetime(2026, 3, 9, 10, tzinfo=UTC)
        patient = joined_patient(session, 1, time(18), LONDON, now)
        for hour in range(10 * 24):
            if hour % 7 == 0:
                to = (KIRITIMATI, PAGO_PAGO, TOKYO, LONDON)[hour // 7 % 4]
                check_in_time.change_time_zone(session, BY, patient, to, now + hour * HOUR)
            ticks(session, now + hour * HOUR)
        asked = [row.diary_date for row in sent(session, MessageKind.DAILY_PROMPT) if row.diary_date]
        assert asked == sorted(set(asked))
        days = [day.diary_date for day in rows_of(session, DiaryDay)]
        assert days == [days[0] + k * DAY for k in range(len(days))]
        assert len(days) >= 9


def test_a_move_is_kept_in_the_audit_and_told(database: Database) -> None:
    with committing(database) as session:
        now = datetime(2026, 3, 9, 10, tzinfo=UTC)
        patient = joined_patient(session, 1, time(18), LONDON, now)
        check_in_time.change_time_zone(session, BY, patient, TOKYO, now)
        session.flush()
        (entry,) = [entry for entry in rows_of(session, AuditEntry) if entry.action == "time_zone_changed"]
        assert (entry.actor, entry.before, entry.after) == (BY, {"time_zone": LONDON}, {"time_zone": TOKYO})
        (message,) = sent(session, MessageKind.PROMPT_TIME_CHANGED)
        assert (message.patient_id, message.due_at) == (patient.id, now)


@pytest.mark.parametrize(
    ("leads", "zone", "to", "moves_at", "reminded_at"),
    [
        ([1], LONDON, TOKYO, datetime(2026, 3, 18, 10, tzinfo=UTC), datetime(2026, 3, 19, 0, tzinfo=UTC)),
        ([1], TOKYO, LONDON, datetime(2026, 3, 18, 10, tzinfo=UTC), datetime(2026, 3, 19, 9, tzinfo=UTC)),
        # It would have come an hour later; there it is the next day, at half past nine.
        ([1], PAGO_PAGO, KIRITIMATI, datetime(2026, 3, 19, 19, tzinfo=UTC), datetime(2026, 3, 19, 19, tzinfo=UTC)),
        ([1, 0], PAGO_PAGO, KIRITIMATI, datetime(2026, 3, 19, 19, tzinfo=UTC), datetime(2026, 3, 19, 19, tzinfo=UTC)),
        ([1], KIRITIMATI, PAGO_PAGO, datetime(2026, 3, 18, 20, tzinfo=UTC), datetime(2026, 3, 18, 19, tzinfo=UTC)),
    ],
    ids=["eastwards", "westwards", "swallowed", "swallowed with the next", "sent before"],
)
def test_reminders_come_along_and_one_that_the_journey_swallowed_comes_at_once(
    database: Database, leads: list[int], zone: str, to: str, moves_at: datetime, reminded_at: datetime
) -> None:
    with committing(database) as session:
        now = datetime(2026, 3, 17, 10, tzinfo=UTC)
        patient = joined_patient(session, 1, time(18), zone, now)
        lead_times.change_reminder_leads(session, BY, patient, leads, now)
        schedule.plan_courses(session, BY, patient, [CoursePlan(date(2026, 3, 20), 1, 0.4)], now)
        for hour in range(24 * 4):
            ticks(session, now + hour * HOUR)
            if now + hour * HOUR == moves_at:
                check_in_time.change_time_zone(session, BY, patient, to, moves_at)
                ticks(session, moves_at)
        assert [row.due_at for row in sent(session, MessageKind.INFUSION_REMINDER)] == [reminded_at]
        (course,) = courses.courses_of(session, patient.team_id, patient.id)
        assert course.next_reminder_at is None


def test_nobody_is_asked_before_joining_whatever_their_zone(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        patient.next_prompt_at = None
        check_in_time.change_time_zone(session, audit.OPERATOR, patient, TOKYO, datetime(2026, 3, 9, tzinfo=UTC))
        assert patient.next_prompt_at is None
        assert check_in_time.coming_prompt(session, patient, datetime(2026, 3, 9, tzinfo=UTC)) is None
