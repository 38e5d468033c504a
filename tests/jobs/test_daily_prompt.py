"""Every evening, each patient is asked once: not twice, not late in the night, and never for days gone by."""

import threading
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlmodel import Session

from jobs import daily_prompt, due
from storage import chats, outbox
from storage.database import Database
from storage.models import (
    AuditEntry,
    DiaryDay,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
)
from tests.postgres import PostgresServer
from tests.storage.support import NOW, committing, joined_patient, rows_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# The first prompt of somebody who joined at NOW and is asked at 18:00 in London.
EVENING = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


def tick(session: Session, now: datetime) -> bool:
    """One tick, which sees the rows afresh as it does in earnest."""
    session.flush()
    session.expire_all()
    more = daily_prompt.run(session, now)
    session.flush()
    session.expire_all()
    return more


def prompts(session: Session) -> list[OutboxMessage]:
    return [message for message in rows_of(session, OutboxMessage) if message.kind is MessageKind.DAILY_PROMPT]


def days(session: Session) -> list[date]:
    return [day.diary_date for day in rows_of(session, DiaryDay)]


def test_a_patient_who_is_due_gets_one_message_and_the_next_moment(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        assert patient.next_prompt_at == EVENING
        assert tick(session, EVENING - timedelta(seconds=1)) is False
        assert prompts(session) == []

        assert tick(session, EVENING) is False
        (message,) = prompts(session)
        assert message.chat_id == patient.chat_id
        assert message.diary_date == date(2026, 3, 2)
        assert (message.due_at, message.expires_at) == (EVENING, EVENING + 4 * HOUR)
        (day,) = rows_of(session, DiaryDay)
        assert (day.diary_date, day.closes_at, day.asked_at) == (date(2026, 3, 2), EVENING + DAY, None)
        assert patient.next_prompt_at == EVENING + DAY


def test_the_tick_of_the_same_second_asks_nobody_again(database: Database) -> None:
    with committing(database) as session:
        joined_patient(session, 1)
        for later in range(5):
            tick(session, EVENING + timedelta(seconds=later))
        assert len(prompts(session)) == 1


def test_a_tick_put_back_by_hand_still_asks_once_a_day(database: Database) -> None:
    """As after a restore of an older row: the key of patient and day keeps the second message out."""
    with committing(database) as session:
        patient = joined_patient(session, 1)
        tick(session, EVENING)
        patient.next_prompt_at = EVENING
        tick(session, EVENING + HOUR)
        assert len(prompts(session)) == 1
        assert days(session) == [date(2026, 3, 2)]


@pytest.mark.parametrize(
    ("back_at", "not_asked", "asked"),
    [
        (EVENING + timedelta(minutes=5), [], [2]),
        (EVENING + timedelta(hours=3, minutes=59), [], [2]),
        (EVENING + 4 * HOUR, [2], []),
        (EVENING + 23 * HOUR, [2], []),
        (EVENING + DAY, [2], [3]),
        (EVENING + 3 * DAY + HOUR, [2, 3, 4], [5]),
        (EVENING + 3 * DAY + 5 * HOUR, [2, 3, 4, 5], []),
        (EVENING + 20 * DAY, list(range(2, 22)), [22]),
    ],
    ids=["minutes", "hours", "too late", "most of a day", "a day", "days", "days and hours", "weeks"],
)
def test_after_an_outage_late_days_are_not_asked_and_nothing_comes_in_a_burst(
    database: Database, back_at: datetime, not_asked: list[int], asked: list[int]
) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        while tick(session, back_at):
            pass
        assert [message.diary_date.day for message in prompts(session) if message.diary_date] == asked
        assert [day.day for day in days(session)] == not_asked + asked
        assert all(day.asked_at is None for day in rows_of(session, DiaryDay)), "asked is what was sent"
        assert patient.next_prompt_at is not None
        assert back_at < patient.next_prompt_at <= back_at + DAY
        sendable = outbox.claim(session, owner="me", now=back_at, lease=HOUR, limit=100)
        assert len(sendable) == len(asked) <= 1


def test_many_are_asked_in_batches_the_longest_due_first(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily_prompt, "BATCH", 3)
    with committing(database) as session:
        for account in range(7):
            joined_patient(session, account, at=time(18, 6 - account))
        last = EVENING + timedelta(minutes=30)
        assert [tick(session, last) for _ in range(3)] == [True, True, False]
        assert [message.due_at.minute for message in prompts(session)] == list(range(7))
        assert len({message.patient_id for message in prompts(session)}) == 7


def test_a_full_batch_back_from_a_month_away_fits_the_engine(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daily_prompt, "BATCH", 40)
    with committing(database) as session:
        for account in range(40):
            joined_patient(session, account)
        back_at = EVENING + 30 * DAY
        assert tick(session, back_at) is True
        assert tick(session, back_at) is False
        # By summer time, six in the evening has been an hour ago.
        assert Counter(message.due_at for message in prompts(session)) == {back_at - HOUR: 40}
        assert Counter(days(session)) == Counter({date(2026, 3, 2) + k * DAY: 40 for k in range(31)})


@pytest.mark.parametrize("back", [3 * 365 * DAY, 56 * 365 * DAY], ids=["three years", "to 1970"])
def test_a_clock_that_was_years_behind_leaves_no_days_from_before_the_diary(
    sqlite_database: Database, back: timedelta
) -> None:
    with committing(sqlite_database) as session:
        patient = joined_patient(session, 1)
        patient.next_prompt_at = EVENING - back
        tick(session, EVENING + 2 * DAY + HOUR)
        assert [day.day for day in days(session)] == [2, 3, 4]
        assert [message.diary_date.day for message in prompts(session) if message.diary_date] == [4]


def test_after_more_than_a_year_away_today_is_asked_all_the_same(sqlite_database: Database) -> None:
    with committing(sqlite_database) as session:
        joined_patient(session, 1)
        tick(session, EVENING + 730 * DAY + HOUR)
        assert [message.diary_date for message in prompts(session)] == [date(2028, 3, 1)]
        assert len(days(session)) == 400


def test_a_pause_that_is_over_ends_with_the_next_question(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        patient.status, patient.paused_until = PatientStatus.PAUSED, date(2026, 3, 9)
        patient.next_prompt_at = EVENING + 7 * DAY
        for k in range(7):
            tick(session, EVENING + k * DAY)
        assert days(session) == []

        tick(session, EVENING + 7 * DAY)
        assert [message.diary_date for message in prompts(session)] == [date(2026, 3, 9)]
        (patient,) = rows_of(session, Patient)
        assert patient.status is PatientStatus.ACTIVE
        assert patient.paused_until is None
        ended = [entry for entry in rows_of(session, AuditEntry) if entry.action == "pause_ended"]
        assert [(entry.actor, entry.patient_id, entry.at) for entry in ended] == [
            ("clock", patient.id, EVENING + 7 * DAY)
        ]


def test_a_pause_without_an_end_asks_nothing(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        patient.status, patient.next_prompt_at = PatientStatus.PAUSED, None
        tick(session, EVENING + 30 * DAY)
        assert (prompts(session), days(session)) == ([], [])


def test_whoever_cannot_be_reached_is_not_asked_until_back(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        chat = chats.chat_by_id(session, patient.chat_id or 0)
        chats.mark_unreachable(session, chat, NOW)
        tick(session, EVENING)
        assert prompts(session) == []
        assert days(session) == [date(2026, 3, 2)]

        chats.mark_reachable(session, chat)
        tick(session, EVENING + DAY)
        assert [message.diary_date for message in prompts(session)] == [date(2026, 3, 3)]


def test_of_two_workers_in_the_same_second_one_asks_each_patient(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        with committing(database) as session:
            for account in range(30):
                joined_patient(session, account)
        ready, faults = threading.Barrier(2), list[BaseException]()

        def work() -> None:
            try:
                ready.wait(20)
                with committing(database) as session:
                    tick(session, EVENING)
            except BaseException as fault:
                faults.append(fault)

        workers = [threading.Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join(60)
        assert faults == []
        with committing(database) as session:
            assert Counter(message.patient_id for message in prompts(session)) == Counter(range(1, 31))
            assert {patient.next_prompt_at for patient in rows_of(session, Patient)} == {EVENING + DAY}


@pytest.mark.parametrize(
    ("zone", "at", "change"),
    [
        ("Europe/London", time(1, 30), date(2026, 3, 29)),
        ("Europe/London", time(1, 30), date(2026, 10, 25)),
        ("Europe/Berlin", time(2, 0), date(2026, 3, 29)),
        ("America/New_York", time(18, 0), date(2026, 3, 8)),
        ("Africa/Cairo", time(0, 0), date(2026, 4, 24)),
        ("America/Santiago", time(0, 0), date(2026, 9, 6)),
        ("Australia/Lord_Howe", time(2, 15), date(2026, 10, 4)),
        ("Pacific/Apia", time(23, 59), date(2026, 4, 5)),
    ],
)
def test_across_a_clock_change_every_local_date_is_asked_once(
    sqlite_database: Database, zone: str, at: time, change: date
) -> None:
    start = datetime.combine(change - 3 * DAY, time(12), UTC)
    with committing(sqlite_database) as session:
        joined_patient(session, 1, at=at, zone=zone, now=start)
        for quarter in range(6 * 24 * 4):
            tick(session, start + quarter * timedelta(minutes=15))
        asked = [message.diary_date for message in prompts(session) if message.diary_date]
        assert asked == [asked[0] + k * DAY for k in range(len(asked))]
        assert len(asked) == 6
        for message in prompts(session):
            assert due.local_date(zone, message.due_at) == message.diary_date


@pytest.mark.parametrize("home", ["Pacific/Auckland", "America/Los_Angeles", "Pacific/Kiritimati"])
def test_a_zone_changed_while_a_prompt_waits_asks_no_date_twice(sqlite_database: Database, home: str) -> None:
    with committing(sqlite_database) as session:
        patient = joined_patient(session, 1)
        for hour in range(10 * 24):
            if hour in {3 * 24, 6 * 24}:
                patient.time_zone = home if hour == 3 * 24 else "Europe/London"
            tick(session, EVENING + hour * HOUR)
        asked = [message.diary_date for message in prompts(session) if message.diary_date]
        assert asked == sorted(set(asked))
        assert asked[-1] - asked[0] >= 9 * DAY
        assert len(asked) >= 9, "at most the one date that the journey swallowed is missing"


def test_a_prompt_is_never_sendable_past_the_next_one(database: Database) -> None:
    with committing(database) as session:
        joined_patient(session, 1)
        tick(session, EVENING)
        (message,) = prompts(session)
        assert outbox.claim(session, owner="me", now=EVENING + 4 * HOUR, lease=HOUR, limit=9) == []
        session.refresh(message)
        assert message.state is MessageState.EXPIRED
