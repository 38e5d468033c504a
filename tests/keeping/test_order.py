"""What a restore puts in order, each by itself, on each engine: messages, days, forms, summaries, alerts, numbers."""

from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session

from jobs import daily_prompt, lead_times, pausing, restoring, schedule, weekly_summary
from jobs.schedule import CoursePlan
from storage import backups, dialogues, diary, numbers, outbox, queued, restored
from storage.database import Database
from storage.models import (
    Alert,
    AlertKind,
    AlertRule,
    Course,
    Dialogue,
    DiaryDay,
    Item,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Role,
    Staff,
    Team,
    Way,
)
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of

# The backup is of Monday at ten; the bot before went on until Monday at nine in the evening.
STOPPED = NOW + timedelta(hours=11)
EVENING = NOW + timedelta(hours=8)


def put_in_order(session: Session, stopped: datetime = STOPPED) -> restoring.Ordered:
    session.flush()
    return restoring.put_in_order(session, NOW, stopped, stopped)


def message(session: Session, patient: Patient, kind: MessageKind, due_at: datetime, **more: object) -> OutboxMessage:
    assert patient.chat_id is not None
    draft = outbox.draft(
        kind=kind,
        team_id=patient.team_id,
        chat_id=patient.chat_id,
        patient_id=patient.id,
        dedupe_key=f"{kind}:{due_at.isoformat()}",
        due_at=due_at,
        expires_at=due_at + timedelta(days=2),
    )
    outbox.enqueue(session, {**draft, **more})
    return rows_of(session, OutboxMessage)[-1]  # type: ignore[no-any-return]


@pytest.mark.parametrize("state", [MessageState.PENDING, MessageState.UNSURE, MessageState.SENDING])
def test_what_was_due_is_not_sent_and_what_was_not_is(database: Database, state: MessageState) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        was_due = message(session, anna, MessageKind.COURSES_CHANGED, NOW, state=state, owner="before")
        to_come = message(session, anna, MessageKind.COURSES_CHANGED, STOPPED + timedelta(minutes=1))
        done = put_in_order(session)
        session.refresh(was_due)
        session.refresh(to_come)
        assert done.messages == 1
        assert (was_due.state, was_due.fault, was_due.owner) == (MessageState.EXPIRED, restored.BEFORE_RESTORE, None)
        assert not was_due.untold, "nobody is told that it did not arrive: it did"
        assert to_come.state is MessageState.PENDING
        assert queued.dates_in_doubt(session, anna.team_id, anna.id), "the next says how things stand"


def test_a_message_on_its_way_at_the_backup_was_sent_whenever_it_was_due_again(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        row = message(session, anna, MessageKind.ALERT_NOTICE, NOW, state=MessageState.SENDING, owner="before")
        put_in_order(session, NOW + timedelta(seconds=1))
        session.refresh(row)
        assert row.state is MessageState.EXPIRED


def test_news_that_was_on_its_way_is_no_news_any_more(database: Database) -> None:
    """Whoever was told of the move hears of nothing again by itself; the next reminder says the day."""
    with committing(database) as session:
        anna = joined_patient(session, 1)
        (course,) = schedule.plan_courses(session, "operator", anna, [CoursePlan(date(2026, 4, 1), 2, 0.4)], NOW)
        course.told_start = date(2026, 4, 1)
        schedule.move_course(session, "operator", anna, course, date(2026, 4, 8), NOW)
        put_in_order(session)
        session.refresh(course)
        assert course.told_start == date(2026, 4, 8)
        assert not course.to_announce


def test_a_reminder_of_the_lost_time_is_under_its_key_and_its_patient_has_heard_of_the_course(
    database: Database,
) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1, now=NOW - timedelta(hours=5))
        plans = [CoursePlan(date(2026, 3, 3), 2, 0.4)]
        (course,) = schedule.plan_courses(session, "operator", anna, plans, NOW - timedelta(hours=3))
        assert course.next_reminder_at == NOW - timedelta(hours=1), "nine, the day before"
        restoring.put_in_order(session, NOW - timedelta(hours=2), STOPPED, STOPPED)
        session.refresh(course)
        assert course.next_reminder_at == NOW + timedelta(hours=23), "nine, the day itself"
        assert course.told_start == date(2026, 3, 3)
        reminder = next(row for row in rows_of(session, OutboxMessage) if row.course_id == course.id)
        assert (reminder.state, reminder.fault) == (MessageState.EXPIRED, restored.BEFORE_RESTORE)
        # Whoever changes the lead times an hour later must not have it sent again.
        lead_times.change_reminder_leads(session, "operator", anna, [1, 0], STOPPED)
        session.flush()
        due = [row for row in rows_of(session, OutboxMessage) if row.state is MessageState.PENDING and row.course_id]
        assert due == []


def test_a_day_of_the_lost_time_is_open_not_asked_and_asked_once_more_only_by_the_follow_up(
    database: Database,
) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        team = session.get_one(Team, anna.team_id)
        team.follow_up_after = 180
        put_in_order(session, EVENING + timedelta(minutes=30))
        (day,) = rows_of(session, DiaryDay)
        assert (day.diary_date, day.asked_at) == (date(2026, 3, 2), None)
        assert day.opened_at == EVENING
        assert day.next_follow_up_at == EVENING + timedelta(hours=3)
        session.refresh(anna)
        assert anna.next_prompt_at == EVENING + timedelta(days=1)
        # At another hour of the same day it is not asked again.
        daily_prompt.run(session, EVENING + timedelta(hours=2))
        assert {row.state for row in rows_of(session, OutboxMessage)} == {MessageState.EXPIRED}


def test_a_day_that_was_open_and_unanswered_counts_against_nobody_and_an_answered_one_stays(
    database: Database,
) -> None:
    with committing(database) as session:
        for account, answers in ((1, True), (2, False)):
            patient = joined_patient(session, account)
            day = diary.open_day(
                session,
                team_id=patient.team_id,
                patient_id=patient.id,
                diary_date=date(2026, 3, 1),
                time_zone="Europe/London",
                opened_at=NOW - timedelta(hours=16),
                closes_at=NOW + timedelta(hours=8),
            )
            day.asked_at, day.noting = NOW - timedelta(hours=16), True
            if answers:
                facts = {"answered_at": NOW, "received_at": NOW, "late": True, "way": Way.BUTTON}
                diary.record_answer(session, day=day, item=Item.PAIN, value=3, known={}, **facts)  # type: ignore[arg-type]
        put_in_order(session, NOW + timedelta(hours=1))
        assert [(day.asked_at is not None, day.noting) for day in rows_of(session, DiaryDay)] == [
            (True, False),
            (False, False),
        ]


def test_a_pause_that_ended_in_the_lost_time_is_over(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1, now=NOW - timedelta(days=3))
        pausing.pause(session, "operator", anna, date(2026, 3, 2), NOW - timedelta(days=1))
        put_in_order(session)
        session.refresh(anna)
        assert (anna.status, anna.paused_until) == (PatientStatus.ACTIVE, None)
        assert anna.next_prompt_at == EVENING + timedelta(days=1)


def test_a_week_whose_summary_was_sent_has_had_it(database: Database) -> None:
    with committing(database) as session:
        clinician = joined_staff(session, 7, Role.CLINICIAN, now=NOW - timedelta(days=5))
        first = clinician.next_summary_at
        assert first == NOW - timedelta(hours=2), "Monday at eight"
        restoring.put_in_order(session, NOW - timedelta(days=1), STOPPED, STOPPED)
        session.refresh(clinician)
        assert clinician.next_summary_at == first + timedelta(weeks=1)
        assert clinician.last_summary_at == first
        team = session.get_one(Team, clinician.team_id)
        team.summary_weekday = 4
        weekly_summary.follow(session, team, STOPPED)
        assert clinician.next_summary_at > NOW + timedelta(days=7), "nor does a change of the day bring it again"


def test_an_alert_of_the_lost_time_is_not_told_nor_escalated_again_and_is_still_unseen(database: Database) -> None:
    with committing(database) as session:
        anna, clinician = joined_patient(session, 1), joined_staff(session, 7, Role.CLINICIAN)
        rule = AlertRule(team_id=anna.team_id, item="pain", kind=AlertKind.VALUE, threshold=8, days=1, created_at=NOW)
        session.add(rule)
        session.flush()
        alert = Alert(
            team_id=anna.team_id,
            patient_id=anna.id,
            rule_id=rule.id,
            first_day=date(2026, 3, 1),
            last_day=date(2026, 3, 1),
            seen={"2026-03-01": 9},
            raised_at=NOW,
            told_team=True,
            escalate_at=NOW + timedelta(hours=2),
        )
        session.add(alert)
        session.flush()
        told = message(
            session, anna, MessageKind.ALERT, NOW + timedelta(minutes=3), chat_id=clinician.chat_id, alert_id=alert.id
        )
        message(session, anna, MessageKind.ALERT_NOTICE, NOW + timedelta(minutes=3))
        put_in_order(session)
        session.refresh(alert)
        session.refresh(told)
        assert (alert.escalate_at, alert.acknowledged_at, alert.told_patient) == (None, None, True)
        assert told.fault == restored.BEFORE_RESTORE


def test_forms_are_closed_save_of_those_who_are_still_joining(database: Database) -> None:
    with committing(database) as session:
        anna, member = joined_patient(session, 1), joined_staff(session, 7, Role.COORDINATOR)
        newcomer = 99
        session.execute(
            text("INSERT INTO chat (id, telegram_id, language, created_at) VALUES (99, 99, 'en', '2026-03-02 10:00')")
        )
        for chat in (anna.chat_id, member.chat_id, newcomer):
            assert chat is not None
            dialogues.keep_dialogue(session, chat, "form", {}, NOW, None)
        put_in_order(session)
        assert [each.chat_id for each in session.exec(select(Dialogue)).scalars()] == [newcomer]  # type: ignore[call-overload]


def test_everybody_on_every_team_is_told_once_and_only_of_their_own(database: Database) -> None:
    with committing(database) as session:
        for account, role, team in ((7, Role.COORDINATOR, "A"), (8, Role.CLINICIAN, "A"), (9, Role.COORDINATOR, "B")):
            joined_staff(session, account, role, team=team)
        assert put_in_order(session).told == 3
        again = restoring.put_in_order(session, NOW, STOPPED, STOPPED)
        assert again.told == 0, "the same restore, put in order twice"
        news = [row for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.DIARY_RESTORED]
        teams = {member.chat_id: member.team_id for member in rows_of(session, Staff)}
        assert [(row.chat_id, row.team_id) for row in news] == list(teams.items())


def test_no_number_of_any_table_is_given_again(database: Database) -> None:
    with committing(database) as session:
        joined_staff(session, 7, Role.COORDINATOR)
        anna = joined_patient(session, 1)
        put_in_order(session)
        later = joined_patient(session, 2)
        (course,) = schedule.plan_courses(session, "operator", later, [CoursePlan(date(2026, 4, 1), 2, 0.4)], STOPPED)
        member = joined_staff(session, 8, Role.CLINICIAN)
        session.flush()
        assert later.id > anna.id + numbers.FAR - 1
        assert course.id > numbers.FAR
        assert member.id > numbers.FAR
        for table in ("audit", "outbox"):
            newest = session.connection().execute(text(f"SELECT max(id) FROM {table}")).scalar_one()  # noqa: S608
            assert newest > numbers.FAR
        assert session.connection().execute(select(func.count()).select_from(Course)).scalar_one() == 1


def test_the_same_backup_restored_twice_gives_no_number_twice(sqlite_database: Database) -> None:
    live = Path(str(sqlite_database.url.database))
    with committing(sqlite_database) as session:
        joined_staff(session, 7, Role.COORDINATOR)
        joined_patient(session, 1)
    backup = backups.make(live, live.parent / "backups", NOW).path
    given: list[tuple[int, int, int]] = []
    for hours in (1, 2, 3):
        sqlite_database.close()
        restoring.restore_file(backup, live, None, NOW + timedelta(hours=hours))
        with committing(sqlite_database) as session:
            anna = joined_patient(session, 2)
            message(session, anna, MessageKind.COURSES_CHANGED, NOW)
            session.flush()
            entries, messages = numbers.highest(session).values()
            given.append((anna.id, entries, messages))
    for earlier, later in pairwise(given):
        assert min(later) > max(earlier)


@pytest.mark.parametrize("spoilt", [b"", b"no database", b"SQLite format 3\0" + bytes(9000)])
def test_a_file_that_cannot_be_read_any_more_holds_no_restore_up(sqlite_database: Database, spoilt: bytes) -> None:
    live = Path(str(sqlite_database.url.database))
    backup = backups.make(live, live.parent / "backups", NOW).path
    sqlite_database.close()
    live.write_bytes(spoilt)
    restoring.restore_file(backup, live, None, NOW + timedelta(hours=1))
    sqlite_database.check_schema()
