"""Whoever changes the hour or the zone, however often, in whatever outage: each date is asked once, or visibly not."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import available_timezones

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlmodel import Session

from bot import letters
from jobs import check_in_time, daily_prompt, due, record, upkeep
from storage import audit, chats
from storage.database import Database
from storage.models import DiaryDay, MessageKind, MessageState, OutboxMessage, Patient
from tests.storage.support import joined_patient, rows_of
from tests.whole import so_often

HOUR, DAY, QUARTER = timedelta(hours=1), timedelta(days=1), timedelta(minutes=15)
ZONES = sorted(available_timezones() - {"localtime"})
DATE_LINE = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia")
zones = st.one_of(st.sampled_from(ZONES), st.sampled_from(DATE_LINE))
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 59]))
# Over all changes of the clocks of two years.
starts = st.integers(0, 2 * 365 * 24 * 4).map(lambda k: datetime(2025, 1, 1, tzinfo=UTC) + k * QUARTER)
TO_SEND = (MessageState.PENDING, MessageState.UNSURE)


class Asking(RuleBasedStateMachine):
    """One patient, asked by the real jobs and letters; Telegram takes what is sent, while it can be reached."""

    database: Database

    def __init__(self) -> None:
        super().__init__()
        # One transaction, which is never committed: the next story begins with nothing again.
        self.connection = self.database.engine.connect()
        self.session = Session(self.connection)
        self.telegram_is_there = True
        self.sent: list[tuple[date, datetime]] = []
        self.changed_at: list[datetime] = []

    def teardown(self) -> None:
        self.session.close()
        self.connection.close()

    @initialize(zone=zones, at=hours, now=starts)
    def joins(self, zone: str, at: time, now: datetime) -> None:
        self.now = now
        joined_patient(self.session, 1, at, zone, now)
        self.ticks()

    def settle(self) -> None:
        self.session.flush()
        self.session.expire_all()

    def ticks(self) -> None:
        for run in (daily_prompt.run, upkeep.run):
            self.settle()
            run(self.session, self.now)
        self.settle()
        if self.telegram_is_there:
            self.delivers(self.session)
            self.settle()

    def delivers(self, session: Session) -> None:
        for message in rows_of(session, OutboxMessage):
            if message.state not in TO_SEND or message.due_at > self.now:
                continue
            letter = letters.write(session, message, self.now) if message.expires_at > self.now else None
            message.state = MessageState.SENT if letter else MessageState.WITHDRAWN
            if letter is not None:
                letter.sent(session, message.id, self.now)
            if letter is not None and message.kind is MessageKind.DAILY_PROMPT:
                self.sent.append((message.diary_date, self.now))

    @rule(passes=st.integers(1, 60))
    def time_passes(self, passes: int) -> None:
        """From one question to the next; every second between them would be the same."""
        until = self.now + passes * HOUR
        while (following := self.patient.next_prompt_at) is not None and following <= until:
            self.now = max(self.now, following)
            self.ticks()
        self.now = until
        self.ticks()

    @rule(away=st.integers(1, 100))
    def the_bot_is_down(self, away: int) -> None:
        self.now += away * HOUR

    @rule()
    def telegram_comes_or_goes(self) -> None:
        self.telegram_is_there = not self.telegram_is_there

    @rule(ahead=st.integers(1, 200))
    def the_clock_runs_ahead_and_is_set_right(self, ahead: int) -> None:
        """While it is wrong, nothing is sent: what would be sent then is for no date of ours."""
        right, there = self.now, self.telegram_is_there
        self.now, self.telegram_is_there = right + ahead * HOUR, False
        self.ticks()
        self.now, self.telegram_is_there = right, there
        self.changed_at.append(self.now)
        self.ticks()

    @rule(at=hours)
    def the_hour_changes(self, at: time) -> None:
        check_in_time.change_prompt_time(self.session, audit.OPERATOR, self.patient, at, self.now)
        self.changed_at.append(self.now)
        self.settle()

    @rule(zone=zones)
    def the_patient_moves(self, zone: str) -> None:
        check_in_time.change_time_zone(self.session, audit.OPERATOR, self.patient, zone, self.now)
        self.changed_at.append(self.now)
        self.settle()

    @property
    def patient(self) -> Patient:
        someone = chats.who_is(self.session, 1)
        assert someone is not None
        return someone.the_patient

    @invariant()
    def no_date_is_asked_twice_and_none_out_of_order(self) -> None:
        days = [day for day, _ in self.sent]
        assert days == sorted(set(days))

    @invariant()
    def two_questions_are_close_only_where_something_changed(self) -> None:
        for (_, one), (_, other) in zip(self.sent, self.sent[1:], strict=False):
            since = one - daily_prompt.STILL_WORTH_ASKING - QUARTER
            assert other - one >= 12 * HOUR or any(since <= at <= other for at in self.changed_at)

    @invariant()
    def no_date_is_left_out_and_what_was_not_asked_is_seen_to_be(self) -> None:
        self.ticks()
        patient = self.patient
        days = sorted(day.diary_date for day in rows_of(self.session, DiaryDay))
        assert days == [days[0] + k * DAY for k in range(len(days))] if days else True
        assert patient.next_prompt_at is not None
        assert patient.next_prompt_at > self.now
        coming = due.local_date(patient.time_zone, patient.next_prompt_at)
        assert coming == (days[-1] + DAY if days else coming)
        kept = record.read(self.session, patient, self.now)
        past = {day for day in days if kept.diary_from <= day < kept.today}
        assert past - kept.not_asked == {day for day, _ in self.sent} & past


def test_each_date_is_asked_once_or_visibly_not(sqlite_database: Database) -> None:
    machine: Any = type("Asking", (Asking,), {"database": sqlite_database})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=so_often(60), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
