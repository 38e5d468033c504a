"""What served its purpose is forgotten, and nothing else."""

from datetime import date, datetime, time, timedelta

import pytest
from sqlmodel import Session, select

from jobs import check_in_time, confirming, daily_prompt, infusion_reminder, schedule, upkeep, weekly_summary
from jobs.schedule import CoursePlan
from storage import audit, chats
from storage.database import Database
from storage.models import Course, DiaryDay, MessageKind, OutboxMessage, Patient, Receipt, Role, Staff, Team
from tests.storage.support import NOW, committing, everything_in, joined_patient, joined_staff, rows_of, team_of

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EVENING = NOW.replace(hour=18)


def test_receipts_are_kept_for_as_long_as_an_update_can_come_again(database: Database) -> None:
    with committing(database) as session:
        chat = chats.open_chat(session, 1, "en", NOW)
        for hours in (0, 24, 47, 48, 49, 72):
            chats.note_receipt(session, chat.id, f"message:{hours}", NOW - hours * HOUR)
        assert upkeep.run(session, NOW) is False
        kept = [receipt.received_at for receipt in session.exec(select(Receipt))]
        assert sorted((NOW - at) // HOUR for at in kept) == [0, 24, 47, 48]


def test_a_day_after_its_receipt_a_message_still_counts_as_known(database: Database) -> None:
    with committing(database) as session:
        chat = chats.open_chat(session, 1, "en", NOW)
        chats.note_receipt(session, chat.id, "message:5", NOW)
        upkeep.run(session, NOW + 25 * HOUR)
        assert not chats.note_receipt(session, chat.id, "message:5", NOW + 25 * HOUR)


def test_nothing_but_receipts_is_touched(database: Database) -> None:
    with committing(database) as session:
        joined_patient(session, 1)
        before = everything_in(session)
        upkeep.run(session, NOW + 10_000 * HOUR)
        assert everything_in(session) == before


def ticks(session: Session, now: datetime) -> None:
    """All that a second brings."""
    for run in (daily_prompt.run, infusion_reminder.run, confirming.run, weekly_summary.run, upkeep.run):
        session.flush()
        session.expire_all()
        while run(session, now):
            session.expire_all()
    session.flush()
    session.expire_all()


def kept(session: Session) -> tuple[list[datetime], ...]:
    """When each patient, each course, each member of staff and each team is due next."""
    return (
        [patient.next_prompt_at for patient in rows_of(session, Patient)],
        [course.next_reminder_at for course in rows_of(session, Course)],
        [member.next_summary_at for member in rows_of(session, Staff)],
        [team.next_confirmation_at for team in rows_of(session, Team)],
    )


def clinic_in(session: Session) -> None:
    """A clinician, and a patient with a course in nine days; another team without any."""
    joined_staff(session, 1, Role.CLINICIAN)
    patient = joined_patient(session, 2)
    schedule.plan_courses(session, audit.OPERATOR, patient, [CoursePlan(NOW.date() + 9 * DAY, 2, 0.4)], NOW)
    team_of(session, "Rheumatology", "Asia/Tokyo")


@pytest.mark.parametrize("ahead", [DAY, 20 * DAY, 3 * 365 * DAY], ids=["a day", "weeks", "three years"])
def test_a_clock_that_ran_ahead_by_mistake_and_came_back_has_moved_nothing(
    database: Database, ahead: timedelta
) -> None:
    with committing(database) as session:
        clinic_in(session)
        ticks(session, NOW)
        before = kept(session)
        ticks(session, NOW + ahead)
        assert kept(session) != before
        ticks(session, NOW)
        assert kept(session) == before
        assert rows_of(session, DiaryDay) == []
        for hour in range(8 * 24):
            ticks(session, NOW + hour * HOUR)
        asked = [row.diary_date for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.DAILY_PROMPT]
        assert asked == [NOW.date() + k * DAY for k in range(8)]


def test_a_day_that_was_asked_is_not_asked_again_because_the_clock_came_back(database: Database) -> None:
    with committing(database) as session:
        clinic_in(session)
        ticks(session, EVENING)
        (day,) = rows_of(session, DiaryDay)
        day.asked_at = EVENING
        session.add(day)
        ticks(session, EVENING + 20 * DAY)
        for minute in range(0, 48 * 60, 10):
            ticks(session, EVENING - HOUR + timedelta(minutes=minute))
        asked = [row.diary_date for row in rows_of(session, OutboxMessage) if row.kind is MessageKind.DAILY_PROMPT]
        assert [day for day in asked if day < NOW.date() + 10 * DAY] == [NOW.date(), NOW.date() + DAY]


def test_days_that_a_wrong_clock_opened_do_not_keep_an_hour_that_was_changed_since(database: Database) -> None:
    """Otherwise what is typed at noon would be about the day before, whose window the old hour closes."""
    with committing(database) as session:
        clinic_in(session)
        ticks(session, NOW + 20 * DAY)
        ticks(session, NOW)
        (patient,) = rows_of(session, Patient)
        check_in_time.change_prompt_time(session, audit.OPERATOR, patient, time(11), NOW)
        ticks(session, NOW + HOUR)
        ticks(session, NOW + 25 * HOUR)
        assert [(day.diary_date, day.opened_at) for day in rows_of(session, DiaryDay)] == [
            (date(2026, 3, 2), NOW + HOUR),
            (date(2026, 3, 3), NOW + 25 * HOUR),
        ]


def test_many_come_back_in_batches(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "BATCH", 2)
    with committing(database) as session:
        for account in range(5):
            joined_patient(session, account)
        for patient in rows_of(session, Patient):
            patient.next_prompt_at = EVENING + 700 * DAY
        session.flush()
        found = []
        for _ in range(4):
            session.expire_all()
            found.append(upkeep.run(session, NOW))
        assert found == [True, True, False, False]
        session.expire_all()
        assert {patient.next_prompt_at for patient in rows_of(session, Patient)} == {EVENING}


def test_whoever_is_asked_late_for_a_good_reason_stays_so(database: Database) -> None:
    """Asked at six today, and from tomorrow on at eleven in the evening."""
    with committing(database) as session:
        patient = joined_patient(session, 1)
        ticks(session, EVENING)
        (day,) = rows_of(session, DiaryDay)
        day.asked_at = EVENING
        session.add(day)
        check_in_time.change_prompt_time(session, audit.OPERATOR, patient, time(23), EVENING + HOUR)
        session.flush()
        assert kept(session)[0] == [EVENING + 29 * HOUR]
        ticks(session, EVENING + 2 * HOUR)
        assert kept(session)[0] == [EVENING + 29 * HOUR]
