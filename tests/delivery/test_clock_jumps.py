"""The machine's clock is wrong for a while: nobody is asked twice, and what is typed belongs to the question above."""

from datetime import datetime, timedelta

import pytest

from storage.models import Course, DiaryDay, Patient, Staff
from tests.delivery import support
from tests.delivery.support import asked, becomes_evening
from tests.support import Clinic, Someone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def is_set(clinic: Clinic, to: datetime) -> None:
    """The machine's clock, also backwards; Telegram's goes on by itself."""
    clinic.clock._start = to
    clinic.calm()


def days(member: Someone) -> list[str]:
    """The days that the chat shows a check-in of, open or closed."""
    found = [text.split("\n")[0].split(" · ")[0] for text in member.everything if "2026" in text or "2029" in text]
    return [day for day in found if day.count(" ") == 3]


@pytest.mark.parametrize("minutes", [10, 60])
def test_by_a_clock_that_is_ahead_what_is_typed_below_the_question_is_about_its_day(
    clinic: Clinic, minutes: int
) -> None:
    (anna,) = support.patients(clinic)
    becomes_evening(clinic)
    ahead = timedelta(minutes=minutes)
    clinic.world.now = lambda: clinic.clock.now() - ahead
    clinic.passes(days=1)
    anna.says("7")
    clinic.passes(minutes=1)
    anna.says("6")
    assert [(day, item, value) for day, item, _, value in anna.answers] == [
        ("2026-03-03", "pain", 7),
        ("2026-03-03", "tiredness", 6),
    ]


def test_by_a_clock_that_is_put_back_too_and_nobody_is_asked_again(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    evening = becomes_evening(clinic)
    clinic.passes(days=1)
    assert len(asked(anna)) == 1
    is_set(clinic, evening + DAY - HOUR)
    anna.says("7")
    assert anna.answers == [("2026-03-03", "pain", 1, 7)]
    for minute in range(0, 150, 10):
        is_set(clinic, evening + DAY - HOUR + timedelta(minutes=minute))
    assert days(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026"]
    clinic.becomes(evening + 2 * DAY)
    assert days(anna)[-1] == "Wed 4 Mar 2026"


def test_a_line_from_before_the_question_that_is_read_after_it_is_about_the_day_before(clinic: Clinic) -> None:
    """The other side of it: what waited while the bot was away keeps its own day."""
    (anna,) = support.patients(clinic)
    becomes_evening(clinic)
    clinic.passes(hours=23)
    with support.while_away(clinic):
        clinic.world.say(anna.account, "7")
        clinic.clock.move_to(clinic.clock.now() + 2 * HOUR)
    assert [(day, value) for day, _, _, value in anna.answers] == [("2026-03-02", 7)]


def test_an_hour_ahead_by_mistake_asks_an_hour_early_and_once(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    evening = clinic.local(support.EVENING)
    is_set(clinic, evening - HOUR / 2)
    is_set(clinic, evening + HOUR / 2)
    assert len(asked(anna)) == 1
    for minutes in range(-30, 120, 10):
        is_set(clinic, evening + timedelta(minutes=minutes))
    assert days(anna) == ["Mon 2 Mar 2026"]
    clinic.becomes(evening + DAY)
    assert days(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026"]


@pytest.mark.parametrize("ahead", [DAY, 3 * 365 * DAY + 2 * HOUR], ids=["a day", "three years"])
def test_far_ahead_by_mistake_and_back_again_changes_nothing(clinic_on_each: Clinic, ahead: timedelta) -> None:
    clinic = clinic_on_each
    clinic.coordinator()
    (anna,) = support.patients(clinic)
    support.with_course(clinic, anna.account)
    now = clinic.clock.now()
    clinic.calm()

    def planned() -> list[datetime | None]:
        prompts = [row.next_prompt_at for row in clinic.rows(Patient)]
        return [
            *prompts,
            *(row.next_reminder_at for row in clinic.rows(Course)),
            *(row.next_summary_at for row in clinic.rows(Staff)),
        ]

    before = planned()
    is_set(clinic, now + ahead)
    is_set(clinic, now)
    assert planned() == before
    assert [day.opened_at for day in clinic.rows(DiaryDay) if day.asked_at is None] == []
    evening = clinic.local(support.EVENING)
    for hours in (0, 24, 39, 48):
        clinic.becomes(evening + hours * HOUR)
    asked_of = [day.diary_date.isoformat() for day in clinic.rows(DiaryDay) if day.asked_at is not None]
    assert [day for day in asked_of if day < "2027"] == ["2026-03-02", "2026-03-03", "2026-03-04"]
    assert len([text for text in anna.everything if "Your infusion is" in text and "tomorrow" in text]) == 1


def test_a_machine_that_wakes_in_1970_asks_nobody_and_loses_no_day(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    now = clinic.clock.now()
    is_set(clinic, datetime(1970, 1, 1, tzinfo=now.tzinfo))
    assert anna.messages == []
    is_set(clinic, now)
    becomes_evening(clinic)
    assert days(anna) == ["Mon 2 Mar 2026"]
    assert [day.diary_date.isoformat() for day in clinic.rows(DiaryDay)] == ["2026-03-02"]
