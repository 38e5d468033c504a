"""Changes to a schedule: what is impossible changes nothing, and what is changed is changed throughout."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from jobs import check_in_time, daily_prompt, lead_times, schedule
from jobs.refusals import Refusal
from jobs.schedule import CoursePlan
from storage import audit, courses
from storage.database import Database
from storage.models import (
    AuditEntry,
    Course,
    DiaryDay,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
)
from tests.storage.support import NOW, committing, everything_in, joined_patient, rows_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY = "staff:1"
TODAY = NOW.date()
SOON = date(2026, 3, 20)
Attempt = Callable[[Session, Patient, list[Course]], Any]


def plan(start: date = SOON, days: int = 2, dose: float = 0.4) -> CoursePlan:
    return CoursePlan(start, days, dose)


def planned(session: Session, *plans: CoursePlan) -> tuple[Patient, list[Course]]:
    patient = joined_patient(session, 1)
    return patient, schedule.plan_courses(session, BY, patient, plans or (plan(),), NOW)


def planning(*plans: CoursePlan) -> Attempt:
    return lambda session, patient, known: schedule.plan_courses(session, BY, patient, plans, NOW)


def moving(to: date) -> Attempt:
    return lambda session, patient, known: schedule.move_course(session, BY, patient, known[0], to, NOW)


def giving(start: date, days: int = 2, dose: float = 0.4, now: datetime = NOW + (SOON - TODAY)) -> Attempt:
    return lambda session, patient, known: schedule.mark_given(session, BY, patient, known[0], start, days, dose, now)


def reminding(*leads: int) -> Attempt:
    return lambda session, patient, known: lead_times.change_reminder_leads(session, BY, patient, leads, NOW)


def reopening(now: datetime) -> Attempt:
    return lambda session, patient, known: schedule.reopen_course(session, BY, patient, known[0], now)


IMPOSSIBLE: dict[str, tuple[Attempt, str]] = {
    "a course in the past": (planning(plan(TODAY - DAY)), "refusal.course_in_the_past"),
    "a course years ahead": (planning(plan(TODAY + 731 * DAY)), "refusal.course_too_far"),
    "a course without days": (planning(plan(days=0)), "refusal.course_days"),
    "a course of eleven days": (planning(plan(days=11)), "refusal.course_days"),
    "no dose": (planning(plan(TODAY, dose=0)), "refusal.dose"),
    "a negative dose": (planning(plan(TODAY, dose=-0.4)), "refusal.dose"),
    "a dose of six": (planning(plan(TODAY, dose=6)), "refusal.dose"),
    "a dose that is no number": (planning(plan(TODAY, dose=float("nan"))), "refusal.dose"),
    "a course into another's first day": (planning(plan(SOON - DAY)), "refusal.course_overlaps"),
    "a course on another's last day": (planning(plan(SOON + DAY)), "refusal.course_overlaps"),
    "a series of which one meets another": (
        planning(plan(SOON - 28 * DAY + 11 * DAY), plan(SOON)),
        "refusal.course_overlaps",
    ),
    "a series that meets itself": (
        planning(plan(SOON + 30 * DAY, 5), plan(SOON + 34 * DAY, 5)),
        "refusal.series_overlaps",
    ),
    "a move into the past": (moving(TODAY - DAY), "refusal.course_in_the_past"),
    "a move years ahead": (moving(TODAY + 731 * DAY), "refusal.course_too_far"),
    "a move to where it is": (moving(SOON), "refusal.course_is_there_already"),
    "a move onto another": (moving(SOON + 29 * DAY), "refusal.course_overlaps"),
    "given while it is still to come": (giving(TODAY - DAY, now=NOW), "refusal.given_before_planned"),
    "given tomorrow": (giving(SOON), "refusal.given_in_the_future"),
    "given months ago": (giving(SOON - 61 * DAY), "refusal.given_too_long_ago"),
    "given in no time": (giving(SOON, days=0), "refusal.course_days"),
    "given nothing": (giving(SOON - DAY, dose=0), "refusal.dose"),
    "six reminders": (reminding(1, 2, 3, 4, 5, 6), "refusal.leads"),
    "a reminder after the course": (reminding(-1), "refusal.leads"),
    "a reminder months before": (reminding(61), "refusal.leads"),
    "planned again though it was not given": (reopening(NOW), "refusal.gone"),
}


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_what_is_impossible_is_refused_and_changes_nothing(sqlite_database: Database, what: str) -> None:
    attempt, key = IMPOSSIBLE[what]
    with committing(sqlite_database) as session:
        patient, known = planned(session, plan(), plan(SOON + 28 * DAY))
        before = everything_in(session)
        with pytest.raises(Refusal) as refused:
            attempt(session, patient, known)
        assert refused.value.key == key
        assert everything_in(session) == before


POSSIBLE: dict[str, Attempt] = {
    "a course today": planning(plan(TODAY)),
    "a course two years ahead": planning(plan(TODAY + 730 * DAY)),
    "a course of one day": planning(plan(TODAY, days=1)),
    "a course of ten days": planning(plan(TODAY, days=10)),
    "the largest dose": planning(plan(TODAY, dose=5.0)),
    "a small dose": planning(plan(TODAY, dose=0.05)),
    "a course until the day before another": planning(plan(SOON - 2 * DAY)),
    "a course from the day after another": planning(plan(SOON + 2 * DAY)),
    "a series without a day between": planning(plan(SOON + 40 * DAY, 5), plan(SOON + 45 * DAY, 5)),
    "a move to today": moving(TODAY),
    "a move two years ahead": moving(TODAY + 730 * DAY),
    "a move over its own days": moving(SOON + DAY),
    "given until today": giving(SOON - DAY),
    "given sixty days before": giving(SOON - 60 * DAY),
    "given on ten days": giving(SOON - 9 * DAY, days=10),
    "given the largest dose": giving(SOON - DAY, dose=5.0),
}


@pytest.mark.parametrize("what", POSSIBLE)
def test_what_is_just_possible_is_done(sqlite_database: Database, what: str) -> None:
    with committing(sqlite_database) as session:
        patient, known = planned(session, plan(), plan(SOON + 28 * DAY))
        before = everything_in(session)
        POSSIBLE[what](session, patient, known)
        assert everything_in(session) != before


@pytest.mark.parametrize("state", ["given", "cancelled"])
@pytest.mark.parametrize("what", ["move", "give", "cancel"])
def test_a_course_that_is_over_is_not_changed_any_more(sqlite_database: Database, state: str, what: str) -> None:
    with committing(sqlite_database) as session:
        patient, (course,) = planned(session, plan(TODAY, 1))
        if state == "given":
            schedule.mark_given(session, BY, patient, course, TODAY, 1, 0.4, NOW)
        else:
            schedule.cancel_course(session, BY, patient, course, NOW)
        before = everything_in(session)
        attempts: dict[str, Callable[[], None]] = {
            "move": lambda: schedule.move_course(session, BY, patient, course, SOON, NOW + HOUR),
            "give": lambda: schedule.mark_given(session, BY, patient, course, TODAY, 1, 0.4, NOW + HOUR),
            "cancel": lambda: schedule.cancel_course(session, BY, patient, course, NOW + HOUR),
        }
        with pytest.raises(Refusal) as refused:
            attempts[what]()
        assert refused.value.key == f"refusal.course_is_{state}"
        assert everything_in(session) == before


def test_a_series_is_planned_whole_or_not_at_all(sqlite_database: Database) -> None:
    with committing(sqlite_database) as session:
        patient, _ = planned(session)
        series = schedule.series(plan(SOON + 7 * DAY), every_days=28, times=6)
        made = schedule.plan_courses(session, BY, patient, series, NOW)
        assert [course.planned_start for course in made] == [SOON + 7 * DAY + k * 28 * DAY for k in range(6)]
        before = everything_in(session)
        with pytest.raises(Refusal):
            schedule.plan_courses(session, BY, patient, schedule.series(plan(SOON + 8 * DAY), 28, 26), NOW)
        assert everything_in(session) == before


@pytest.mark.parametrize("times", [0, 27, -1])
def test_a_series_has_one_to_twenty_six_courses(times: int) -> None:
    with pytest.raises(Refusal) as refused:
        schedule.series(plan(), 28, times)
    assert (refused.value.key, refused.value.arguments) == ("refusal.series_times", {"most": 26})


def history(session: Session) -> list[AuditEntry]:
    return [entry for entry in rows_of(session, AuditEntry) if entry.actor == BY]


def test_every_change_of_a_course_is_kept_with_who_when_and_from_what_to_what(database: Database) -> None:
    with committing(database) as session:
        patient, (first, second) = planned(session, plan(TODAY, 2), plan(SOON))
        schedule.move_course(session, BY, patient, second, SOON + DAY, NOW + HOUR)
        schedule.cancel_course(session, BY, patient, second, NOW + 2 * HOUR)
        schedule.mark_given(session, BY, patient, first, TODAY, 1, 0.5, NOW + 3 * HOUR)
        entries = history(session)
        assert [(entry.action, entry.at, entry.course_id) for entry in entries] == [
            ("course_planned", NOW, first.id),
            ("course_planned", NOW, second.id),
            ("course_moved", NOW + HOUR, second.id),
            ("course_cancelled", NOW + 2 * HOUR, second.id),
            ("course_given", NOW + 3 * HOUR, first.id),
        ]
        assert {(entry.patient_id, entry.team_id) for entry in entries} == {(patient.id, patient.team_id)}
        moved, cancelled, given_ = entries[2:]
        assert moved.before
        assert moved.after
        assert (moved.before["start"], moved.after["start"]) == ("2026-03-20", "2026-03-21")
        assert cancelled.before == moved.after
        assert cancelled.after == {**moved.after, "status": "cancelled"}
        assert given_.after == {
            "status": "given",
            "start": "2026-03-02",
            "days": 2,
            "grams_per_kg_per_day": 0.5,
            "given_start": "2026-03-02",
            "given_end": "2026-03-02",
        }


def test_a_change_of_prompt_time_or_lead_times_is_kept_too(database: Database) -> None:
    with committing(database) as session:
        patient, _ = planned(session)
        check_in_time.change_prompt_time(session, BY, patient, time(20, 30), NOW)
        lead_times.change_reminder_leads(session, BY, patient, [3, 10, 3], NOW)
        assert [(entry.action, entry.before, entry.after) for entry in history(session)[1:]] == [
            ("prompt_time_changed", {"prompt_time": "18:00"}, {"prompt_time": "20:30"}),
            ("reminder_leads_changed", {"leads": [7, 1, 0], "as_team": True}, {"leads": [10, 3], "as_team": False}),
        ]


def test_what_was_planned_is_kept_beside_what_was_given(database: Database) -> None:
    with committing(database) as session:
        patient, (course,) = planned(session, plan(TODAY + 2 * DAY, 3))
        late = NOW + 6 * DAY
        schedule.mark_given(session, BY, patient, course, TODAY + 3 * DAY, 2, 0.6, late)
        assert (course.planned_start, course.planned_days) == (TODAY + 2 * DAY, 3)
        assert (course.given_start, course.given_end) == (TODAY + 3 * DAY, TODAY + 4 * DAY)
        assert (courses.first_day(course), courses.last_day(course)) == (course.given_start, course.given_end)


def test_what_was_marked_given_is_planned_again_as_it_was_with_its_reminders(database: Database) -> None:
    with committing(database) as session:
        patient, (today, course) = planned(session, plan(TODAY, 1), plan(TODAY + 9 * DAY, 3))
        waits = today.next_reminder_at
        assert waits is not None
        schedule.mark_given(session, BY, patient, today, TODAY, 1, 0.6, NOW + HOUR)
        assert today.next_reminder_at is None
        schedule.reopen_course(session, BY, patient, today, NOW + 2 * HOUR)
        assert today.next_reminder_at == waits
        late = NOW + 12 * DAY
        schedule.mark_given(session, BY, patient, course, TODAY + 9 * DAY, 1, 0.6, late)
        schedule.reopen_course(session, BY, patient, course, late + HOUR)
        assert (course.planned_days, course.grams_per_kg_per_day, course.given_start) == (3, 0.4, None)
        assert course.next_reminder_at is None, "those have passed"
        assert [entry.action for entry in history(session)] == [
            "course_planned", "course_planned", "course_given", "course_not_given", "course_given", "course_not_given"
        ]  # fmt: skip


def test_what_was_marked_given_more_than_a_day_ago_stays_given(sqlite_database: Database) -> None:
    with committing(sqlite_database) as session:
        patient, (course,) = planned(session, plan(TODAY, 1))
        schedule.mark_given(session, BY, patient, course, TODAY, 1, 0.4, NOW)
        before = everything_in(session)
        with pytest.raises(Refusal) as refused:
            schedule.reopen_course(session, BY, patient, course, NOW + DAY)
        assert (refused.value.key, refused.value.arguments) == ("refusal.given_is_final", {"most": 24})
        assert everything_in(session) == before


def changes(session: Session) -> list[OutboxMessage]:
    session.flush()
    session.expire_all()
    waiting = [m for m in rows_of(session, OutboxMessage) if m.state is MessageState.PENDING]
    return [message for message in waiting if message.kind is MessageKind.COURSES_CHANGED]


def test_planning_is_no_news_moving_and_cancelling_are(database: Database) -> None:
    with committing(database) as session:
        patient, (course,) = planned(session)
        assert changes(session) == []
        schedule.move_course(session, BY, patient, course, SOON + DAY, NOW)
        assert [(m.chat_id, m.patient_id, m.due_at) for m in changes(session)] == [(patient.chat_id, patient.id, NOW)]
        schedule.cancel_course(session, BY, patient, course, NOW + HOUR)
        assert [message.due_at for message in changes(session)] == [NOW + HOUR]


def test_cancelling_is_news_of_what_the_patient_has_heard_of_and_of_nothing_else(database: Database) -> None:
    with committing(database) as session:
        start = TODAY + 9 * DAY
        patient, (course,) = planned(session, plan(start))
        reminder = NOW.replace(hour=9) + 2 * DAY
        assert not schedule.is_cancelling_news(session, patient, course, reminder - HOUR)
        assert schedule.is_cancelling_news(session, patient, course, reminder), "a reminder may have gone"
        course.told_start = start
        assert schedule.is_cancelling_news(session, patient, course, NOW)
        assert not schedule.is_cancelling_news(session, patient, course, NOW + 11 * DAY), "it is over"


def prompt_after(session: Session, at: time, now: datetime) -> datetime | None:
    patient = joined_patient(session, 1)
    session.flush()
    session.expire_all()
    daily_prompt.run(session, now)
    session.flush()
    session.expire_all()
    check_in_time.change_prompt_time(session, BY, patient, at, now)
    return patient.next_prompt_at


def on(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("new", "now", "next_prompt"),
    [
        (time(20, 0), on(2, 12), on(2, 20)),
        (time(13, 0), on(2, 12), on(2, 13)),
        (time(11, 0), on(2, 12), on(2, 12)),
        (time(20, 0), on(2, 19), on(3, 20)),
        (time(8, 0), on(2, 19), on(3, 8)),
        (time(18, 0), on(2, 12), on(2, 18)),
    ],
    ids=["later today", "earlier, still ahead", "passed: at once", "asked already", "earlier tomorrow", "the same"],
)
def test_a_new_prompt_time_holds_from_the_next_question_on(
    database: Database, new: time, now: datetime, next_prompt: datetime
) -> None:
    with committing(database) as session:
        assert prompt_after(session, new, now) == next_prompt


def test_a_day_that_is_open_stays_open_until_the_question_after_it(database: Database) -> None:
    with committing(database) as session:
        prompt_after(session, time(8, 0), on(2, 19))
        (day,) = rows_of(session, DiaryDay)
        assert day.closes_at == on(3, 8)


def test_an_hour_moved_in_an_outage_loses_no_day(database: Database) -> None:
    """The bot was away for three days, and the coordinator's message is read before the first tick."""
    with committing(database) as session:
        patient = joined_patient(session, 1)
        now = NOW + 3 * DAY + 9 * HOUR
        check_in_time.change_prompt_time(session, audit.OPERATOR, patient, time(8, 0), now)
        session.flush()
        session.expire_all()
        daily_prompt.run(session, now)
        assert [day.diary_date.day for day in rows_of(session, DiaryDay)] == [2, 3, 4, 5]
        assert [day.asked_at for day in rows_of(session, DiaryDay)] == [None] * 4


@pytest.mark.parametrize(
    ("away_until", "at", "asked_at"),
    [
        (on(2, 23, 30), time(8), None),
        (on(2, 23, 30), time(22), on(2, 22)),
        (on(2, 22, 30), time(23), on(2, 23)),
        (on(2, 21, 30), time(8), on(2, 21, 30)),
    ],
    ids=["too late by either hour", "in time by the new one", "the new one is to come", "in time by the old one"],
)
def test_an_hour_moved_after_hours_away_asks_nobody_in_the_night(
    database: Database, away_until: datetime, at: time, asked_at: datetime | None
) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        check_in_time.change_prompt_time(session, BY, patient, at, away_until)
        for minutes in (0, 45):
            session.flush()
            session.expire_all()
            daily_prompt.run(session, away_until + timedelta(minutes=minutes))
        asked = [row.due_at for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.DAILY_PROMPT]
        assert asked == ([asked_at] if asked_at else [])
        assert [day.diary_date for day in rows_of(session, DiaryDay)] == [TODAY]
