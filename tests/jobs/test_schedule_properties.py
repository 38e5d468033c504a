"""Whatever a coordinator does, and whenever the bot was away: what must be true of a schedule is true."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from jobs import check_in_time, daily_prompt, due, infusion_reminder, lead_times, schedule
from jobs.refusals import Refusal
from jobs.schedule import CoursePlan
from storage import outbox
from storage.database import Database
from storage.models import (
    Course,
    CourseStatus,
    DiaryDay,
    OutboxMessage,
)
from tests.storage.support import joined_patient, rows_of
from tests.whole import so_often

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY = "staff:1"

# What a coordinator may do within some weeks, with days as steps of time and outages among them.
DAYS_AHEAD = st.integers(0, 40)
ACTIONS = st.one_of(
    st.tuples(st.just("plan"), DAYS_AHEAD, st.integers(1, 3)),
    st.tuples(st.just("move"), st.integers(0, 5), DAYS_AHEAD),
    st.tuples(st.just("cancel"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("given"), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.just("leads"), st.lists(st.integers(0, 10), max_size=4), st.just(0)),
    st.tuples(st.just("prompt"), st.integers(0, 23), st.integers(0, 59)),
    st.tuples(st.just("wait"), st.integers(1, 30), st.just(True)),
    st.tuples(st.just("outage"), st.integers(1, 100), st.just(False)),
    st.tuples(st.just("outage"), st.integers(20, 50), st.just(False)),
)


class Diary:
    """One patient's schedule under whatever a coordinator does, with ticks as the clock gives them."""

    def __init__(self, session: Session, zone: str, now: datetime) -> None:
        self.session, self.now = session, now
        self.patient = joined_patient(session, 1, zone=zone, now=now)
        self.zone = zone
        self.settle()

    def settle(self) -> None:
        self.session.flush()
        self.session.expire_all()

    def tick(self) -> None:
        for run in (daily_prompt.run, infusion_reminder.run):
            run(self.session, self.now)
            self.settle()

    def does(self, action: tuple[Any, Any, Any]) -> None:
        name, first, second = action
        try:
            with self.session.begin_nested():
                self._does(name, first, second)
        except Refusal:
            self.settle()
        self.settle()

    def _does(self, name: str, first: Any, second: Any) -> None:
        session, patient, now = self.session, self.patient, self.now
        today = due.local_date(self.zone, now)
        known = rows_of(session, Course)
        course = known[first % len(known)] if known and isinstance(first, int) else None
        if name == "plan":
            schedule.plan_courses(session, BY, patient, [CoursePlan(today + first * DAY, second, 0.4)], now)
        elif name == "move" and course:
            schedule.move_course(session, BY, patient, course, today + second * DAY, now)
        elif name == "cancel" and course:
            schedule.cancel_course(session, BY, patient, course, now)
        elif name == "given" and course:
            schedule.mark_given(session, BY, patient, course, today - second * DAY, 1, 0.4, now)
        elif name == "leads":
            lead_times.change_reminder_leads(session, BY, patient, first, now)
        elif name == "prompt":
            check_in_time.change_prompt_time(session, BY, patient, time(first, second), now)
        elif name == "wait":
            for _ in range(first):
                self.now += HOUR
                self.tick()
        elif name == "outage":
            self.now += first * HOUR

    def holds(self) -> None:
        """What must be true whenever a tick has been."""
        patient, today = self.patient, due.local_date(self.zone, self.now)
        leads = infusion_reminder.leads_of(self.session, patient)
        for course in rows_of(self.session, Course):
            waiting = [
                message
                for message in rows_of(self.session, OutboxMessage)
                if message.course_id == course.id and message.state in outbox.CLAIMABLE
            ]
            if course.status is not CourseStatus.PLANNED:
                assert waiting == []
                assert (course.next_reminder_at, course.next_reminder_lead) == (None, None)
                continue
            expected = due.next_reminder(self.zone, course.planned_start, leads, time(9, 0), self.now)
            assert (course.next_reminder_lead, course.next_reminder_at) == (expected or (None, None))
            for message in waiting:
                assert f":{course.planned_start.isoformat()}:" in message.dedupe_key, "of the date as it is now"
        assert patient.next_prompt_at is not None
        assert patient.next_prompt_at > self.now
        days = [day.diary_date for day in rows_of(self.session, DiaryDay)]
        first = due.local_date(self.zone, patient.consented_at or self.now)
        known = sorted(days)
        assert known == sorted(set(days)), "no date twice"
        assert known == [known[0] + k * DAY for k in range(len(known))] if known else True, "no date skipped"
        assert not known or (known[0] - first).days in {0, 1}
        coming = due.local_date(self.zone, patient.next_prompt_at)
        assert coming == (known[-1] + DAY if known else coming), "the next one is about the next date"
        assert coming <= today + DAY


@given(
    zone=st.sampled_from(["Europe/London", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]),
    hour=st.integers(0, 23),
    actions=st.lists(ACTIONS, min_size=5, max_size=14),
)
@settings(
    max_examples=so_often(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_a_coordinator_does_no_reminder_is_wrong_and_no_date_is_skipped_or_doubled(
    sqlite_database: Database, zone: str, hour: int, actions: list[tuple[Any, Any, Any]]
) -> None:
    """Clocks change on 8 March in New York, 29 March in London and 5 April on Lord Howe."""
    with sqlite_database.engine.connect() as connection, Session(connection) as session:
        diary = Diary(session, zone, datetime(2026, 3, 5, hour, 17, tzinfo=UTC))
        for action in actions:
            diary.does(action)
            # After an outage, what somebody did meanwhile may be read before the first tick.
            if action[0] != "outage":
                diary.tick()
                diary.holds()
        session.rollback()
