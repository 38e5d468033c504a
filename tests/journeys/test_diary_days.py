"""Which day an answer is about: before the question, the evening, the next morning, and after the day is closed."""

from datetime import timedelta

import pytest

from storage.models import Answer, DiaryDay, Role
from tests.support import Clinic, Someone

QUESTION = "How strong was your pain today?"


def evening(clinic: Clinic, day: int) -> None:
    clinic.becomes(clinic.local(f"2026-03-{day:02} 18:00"))


def days_and_values(anna: Someone) -> list[tuple[str, int | None]]:
    return [(day, value) for day, _, _, value in anna.answers]


def test_today_opens_the_check_in_before_the_bot_asks(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    anna.says("/today")
    assert "Mon 2 Mar 2026 · 1 of 4" in anna.sees
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    messages = len(anna.messages)
    evening(clinic, 2)
    assert len(anna.messages) == messages, "whoever has answered is not asked again"
    evening(clinic, 3)
    assert "Tue 3 Mar 2026 · 1 of 4" in anna.sees


def test_a_number_typed_before_anything_was_asked_is_no_answer(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("7")
    assert anna.sees == "No check-in is open now. The next one comes by itself; /today opens today's."
    assert anna.answers == []


def test_today_after_the_question_closes_the_message_that_asked(clinic: Clinic) -> None:
    anna = clinic.patient()
    evening(clinic, 2)
    asked = anna.last["message_id"]
    anna.presses("3")
    anna.says("/today")
    assert "How strong was your tiredness today?" in anna.sees
    assert anna.buttons_of(asked) == {}
    anna.says("2")
    assert "How strong was your weakness today?" in anna.sees


def test_yesterday_can_be_entered_the_next_morning_and_is_marked_late(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    evening(clinic, 2)
    anna.presses("3")
    clinic.becomes(clinic.local("2026-03-02 23:59"))
    anna.presses("4")
    clinic.becomes(clinic.local("2026-03-03 00:00"))
    anna.presses("5")
    clinic.becomes(clinic.local("2026-03-03 17:59"))
    anna.says("6")
    assert [answer.late for answer in clinic.rows(Answer)] == [False, False, True, True]
    assert {day for day, _ in days_and_values(anna)} == {"2026-03-02"}


def test_a_day_is_closed_when_the_next_one_opens(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    evening(clinic, 2)
    old = anna.last["message_id"]
    anna.presses("3")
    buttons = anna.buttons_of(old)
    evening(clinic, 3)
    assert "Tue 3 Mar 2026" in anna.sees
    assert anna.buttons_of(old) == {}
    before = clinic.stored()
    assert anna.taps(old, buttons["9"], forge=True).startswith("This day is closed: a new check-in has begun")
    assert clinic.stored() == before
    assert anna.message(old)["text"] == (
        "Mon 2 Mar 2026\n\nPain: 3 of 10\nTiredness: no answer\nWeakness: no answer\nPain on exertion: no answer\n\n"
        "This day is closed."
    )
    anna.says("8")
    assert days_and_values(anna) == [("2026-03-02", 3), ("2026-03-03", 8)]


def test_yesterday_stays_open_in_its_own_message_after_today_was_opened_early(clinic: Clinic) -> None:
    anna = clinic.patient()
    evening(clinic, 2)
    yesterday = anna.last["message_id"]
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    anna.says("/today")
    assert "Tue 3 Mar 2026" in anna.sees
    todays = anna.last
    anna.taps(yesterday, anna.buttons_of(yesterday)["4"])
    anna.says("6")
    assert days_and_values(anna) == [("2026-03-02", 4), ("2026-03-02", 6)], "what was tapped last is meant"
    anna.presses("3", todays)
    anna.says("5")
    assert days_and_values(anna)[2:] == [("2026-03-03", 3), ("2026-03-03", 5)], "the same the other way round"
    assert [(answer.diary_date.day, answer.late) for answer in clinic.rows(Answer)][1:3] == [(2, True), (3, False)]


def test_changing_is_over_when_the_day_is(clinic: Clinic) -> None:
    anna = clinic.patient()
    evening(clinic, 2)
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    anna.presses("Change")
    anna.presses("Pain: 3")
    old = anna.last["message_id"]
    data = anna.buttons_of(old)["9"]
    evening(clinic, 3)
    anna.says("1")
    assert anna.answers[-1] == ("2026-03-03", "pain", 1, 1)
    anna.taps(old, data, forge=True)
    assert len(anna.answers) == 5


def test_a_day_that_was_never_answered_leaves_its_row_and_no_answer(clinic: Clinic) -> None:
    anna = clinic.patient()
    for day in (2, 3, 4):
        evening(clinic, day)
    assert [(row.diary_date.day, row.asked_at is not None) for row in clinic.rows(DiaryDay)] == [
        (2, True), (3, True), (4, True)
    ]  # fmt: skip
    assert anna.answers == []
    *before, today = anna.everything[-3:]
    assert before == [f"{day}\n\nNot answered.\n\nThis day is closed." for day in ("Mon 2 Mar 2026", "Tue 3 Mar 2026")]
    assert QUESTION in today


def test_days_on_which_the_bot_was_down_are_not_asked_and_not_replayed(clinic: Clinic) -> None:
    anna = clinic.patient()
    messages = len(anna.messages)
    clinic.becomes(clinic.local("2026-03-06 23:30"))
    assert len(anna.messages) == messages, "five hours late is too late"
    assert [row.asked_at for row in clinic.rows(DiaryDay)] == [None] * 5
    evening(clinic, 7)
    assert len(anna.messages) == messages + 1
    assert "Sat 7 Mar 2026" in anna.sees


def test_after_days_without_a_question_the_last_one_that_was_asked_is_closed(clinic: Clinic) -> None:
    anna = clinic.patient()
    evening(clinic, 2)
    last_asked = anna.last["message_id"]
    buttons = anna.buttons_of(last_asked)
    clinic.becomes(clinic.local("2026-03-06 23:30"))
    assert anna.last["message_id"] == last_asked
    evening(clinic, 7)
    assert "Sat 7 Mar 2026" in anna.sees
    assert anna.buttons_of(last_asked) == {}
    assert anna.taps(last_asked, buttons["4"], forge=True).startswith("This day is closed")
    assert anna.message(last_asked)["text"] == "Mon 2 Mar 2026\n\nNot answered.\n\nThis day is closed."


@pytest.mark.parametrize(
    ("city", "zone", "before", "after"),
    [
        # New Zealand put its clocks back on 5 April 2026, Chile on 4 April; London went forward on 29 March.
        ("Auckland", "Pacific/Auckland", "2026-04-04 18:00", "2026-04-05 18:00"),
        ("Santiago", "America/Santiago", "2026-04-04 18:00", "2026-04-05 18:00"),
        ("London", "Europe/London", "2026-03-28 18:00", "2026-03-29 18:00"),
    ],
)
def test_everyone_is_asked_at_six_by_their_own_clock_across_a_clock_change(
    clinic: Clinic, city: str, zone: str, before: str, after: str
) -> None:
    anna = clinic.someone()
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in ("English", "Continue", "I agree"):
        anna.presses(button)
    anna.says(city)
    anna.presses(f"Yes, {zone}")
    anna.presses("18:00")
    assert anna.row.time_zone == zone
    first, second = clinic.local(before, zone), clinic.local(after, zone)
    assert (second - first).total_seconds() != 24 * 3600
    for moment in (first, second):
        clinic.becomes(moment - timedelta(minutes=1))
        messages = len(anna.messages)
        clinic.becomes(moment)
        assert len(anna.messages) == messages + 1
        assert QUESTION in anna.sees
    asked = [row for row in clinic.rows(DiaryDay) if row.asked_at is not None]
    assert [row.diary_date.isoformat() for row in asked[-2:]] == [before[:10], after[:10]]
