"""The bot was away for minutes, hours, days or weeks: what comes in the first minute after it, and what never does."""

from collections import Counter
from datetime import date, datetime, timedelta

import pytest

from jobs import record, schedule
from jobs.schedule import CoursePlan
from storage import audit, patients
from storage.models import DiaryDay, MessageKind, MessageState, OutboxMessage, Patient
from tests.delivery import support
from tests.support import Clinic, Someone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MANY = 6
# One summary: in words, as a picture, on paper.
SUMMARY = {"weekly_summary": 1, "summary_picture": 1, "summary_pdf": 1}


@pytest.fixture
def team(clinic: Clinic) -> tuple[Clinic, Someone, Someone, list[Someone]]:
    """A coordinator, a clinician, and six patients, each with a course on Thursday the 12th, for two days."""
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    members = support.patients(clinic, MANY)

    def plan(session: object) -> None:
        for member in members:
            patient = patients.patient_of_team(session, 1, member.row.id)  # type: ignore[arg-type]
            assert patient is not None
            plans = [CoursePlan(date(2026, 3, 12), 2, 0.4)]
            schedule.plan_courses(session, audit.OPERATOR, patient, plans, clinic.clock.now())  # type: ignore[arg-type]

    clinic.write(plan)
    return clinic, coordinator, clinician, members


def away(clinic: Clinic, since: datetime, outage: timedelta) -> Counter[str]:
    """All is well until `since`; then the bot is away for so long. What is sent in the first minute after it."""
    for day in range(2, since.day + 1):
        for hour in (8, 9, 18):
            moment = clinic.local(f"2026-03-{day:02} {hour:02}:00")
            if clinic.clock.now() < moment < since:
                clinic.becomes(moment)
    clinic.becomes(since)
    before = len(sent(clinic))
    with support.while_away(clinic):
        clinic.clock.move_to(since + outage)
    for _ in range(6):
        clinic.passes(minutes=1 / 6)
    return Counter(row.kind.value for row in sent(clinic)[before:])


def sent(clinic: Clinic) -> list[OutboxMessage]:
    rows = [row for row in clinic.rows(OutboxMessage) if row.state is MessageState.SENT and row.sent_at is not None]
    return sorted(rows, key=lambda row: str(row.sent_at))


@pytest.mark.parametrize(
    ("since", "outage", "arrives"),
    [
        # Over the question of Monday the 2nd, at 18:00.
        ("2026-03-02 17:55", timedelta(minutes=10), {"daily_prompt": MANY}),
        ("2026-03-02 17:00", 5 * HOUR, {}),
        ("2026-03-02 17:00", 4 * HOUR, {"daily_prompt": MANY}),
        ("2026-03-02 17:00", 2 * DAY, {}),
        ("2026-03-02 17:00", 2 * DAY + 2 * HOUR, {"daily_prompt": MANY}),
        # Over the reminders of the 5th, at 9:00, and the summary of Monday the 9th, at 8:00.
        ("2026-03-02 17:00", 3 * DAY, {"infusion_reminder": MANY}),
        ("2026-03-05 08:55", timedelta(minutes=10), {"infusion_reminder": MANY}),
        ("2026-03-05 08:00", 5 * HOUR, {"infusion_reminder": MANY}),
        ("2026-03-04 20:00", 3 * DAY, {"not_delivered": MANY, "daily_prompt": MANY}),
        ("2026-03-09 07:55", timedelta(minutes=10), SUMMARY),
        ("2026-03-09 07:00", 5 * HOUR, SUMMARY),
        ("2026-03-06 10:00", 3 * DAY, SUMMARY),
        ("2026-03-07 16:00", 3 * DAY, {}),
        # Over the whole course, four questions a day and three summaries.
        ("2026-03-02 10:05", 21 * DAY, SUMMARY),
        ("2026-03-03 10:05", 21 * DAY, {}),
    ],
)
def test_in_the_first_minute_after_an_outage_nobody_gets_a_burst_and_nothing_that_is_too_late(
    team: tuple[Clinic, Someone, Someone, list[Someone]], since: str, outage: timedelta, arrives: dict[str, int]
) -> None:
    clinic, _, _, members = team
    back = clinic.local(since) + outage
    assert away(clinic, clinic.local(since), outage) == arrives
    for member in members:
        in_that_minute = [row for row in sent(clinic) if row.sent_at is not None and row.sent_at >= back]
        own = [row.kind for row in in_that_minute if row.chat_id == member.row.chat_id]
        assert len(own) == len(set(own)), "one question and one reminder at the most"


def test_what_was_not_asked_is_seen_as_that_by_whoever_reads_the_diary(
    team: tuple[Clinic, Someone, Someone, list[Someone]],
) -> None:
    clinic, coordinator, clinician, members = team
    anna = members[0]
    support.becomes_evening(clinic)
    anna.presses("3")
    away(clinic, clinic.local("2026-03-03 10:00"), 21 * DAY)

    def kept(session: object) -> record.Record:
        patient = session.get_one(Patient, anna.row.id)  # type: ignore[attr-defined]
        return record.read(session, patient, clinic.clock.now())  # type: ignore[arg-type]

    found = clinic.read(kept)
    assert found.not_asked == {date(2026, 3, 3) + k * DAY for k in range(21)}
    assert found.answered(28) == (1, 1), "of the one day that was asked: none of the others counts"
    assert {day.asked_at for day in clinic.rows(DiaryDay) if day.diary_date > date(2026, 3, 2)} == {None}
    coordinator.says(f"/patient {anna.code}")
    assert coordinator.sees.startswith(f"{anna.code} · active\n\nlast answer Mon 2 Mar 2026")
    clinician.says(f"/chart {anna.code}")
    assert clinician.last.get("photo")


def test_one_word_to_the_coordinator_a_course_and_it_names_it(
    team: tuple[Clinic, Someone, Someone, list[Someone]],
) -> None:
    clinic, coordinator, _, members = team
    away(clinic, clinic.local("2026-03-04 20:00"), 7 * DAY + 3 * HOUR)
    notices = [text for text in coordinator.everything if "did not get a message from me" in text]
    assert len(notices) == MANY
    assert {notice.split(" ")[0] for notice in notices} == {member.code for member in members}
    assert all("the reminder of the infusion on Thu 12 Mar 2026" in notice for notice in notices)
    assert not [row for row in sent(clinic) if row.kind is MessageKind.INFUSION_REMINDER]
