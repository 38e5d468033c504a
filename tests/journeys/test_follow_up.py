"""One follow-up a day, only for whoever has not answered; and "Later", which the patient chooses."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import Session, update

from bot.local.faults import Fault
from jobs import check_in_time, follow_up
from storage import upcoming
from storage.database import Database
from storage.models import DiaryDay, MessageKind, MessageState, OutboxMessage, Patient
from tests.support import Clinic, Someone

AGAIN = "There is still time for today's questions."


@pytest.fixture
def following_up(database: Database) -> Iterator[Clinic]:
    with Clinic(database, follow_up_after=180) as clinic:
        yield clinic


def asked(clinic: Clinic, prompt_time: str = "18:00") -> Someone:
    anna = clinic.patient(prompt_time)
    clinic.becomes(clinic.local(f"2026-03-02 {prompt_time}"))
    assert "How strong was your pain today?" in anna.sees
    return anna


def times_asked_again(anna: Someone) -> int:
    """The messages themselves change as they are answered and closed."""
    sent = [row for row in anna.clinic.rows(OutboxMessage) if row.state is MessageState.SENT]
    return sum(row.kind is MessageKind.FOLLOW_UP and row.patient_id == anna.row.id for row in sent)


def test_whoever_has_not_answered_is_asked_once_more_and_then_left_alone(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)
    first = anna.last["message_id"]
    clinic.becomes(clinic.local("2026-03-02 20:59"))
    assert times_asked_again(anna) == 0
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    assert anna.sees.startswith(f"{AGAIN}\n\nMon 2 Mar 2026 · 1 of 4")
    assert anna.buttons_of(first) == {}, "one check-in of a day at a time"
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert times_asked_again(anna) == 1
    clinic.becomes(clinic.local("2026-03-03 21:00"))
    assert times_asked_again(anna) == 2, "another day, another follow-up"


def test_its_buttons_answer_the_day(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    assert [answer[0::3] for answer in anna.answers] == [("2026-03-02", value) for value in (3, 2, 2, 4)]
    assert AGAIN not in anna.sees


def test_an_answered_day_is_not_what_comes_next(following_up: Clinic) -> None:
    """As the demo's page says it, and the operator's doctor."""
    clinic = following_up
    anna = asked(clinic)
    assert next_of(clinic) == ("follow_up", clinic.local("2026-03-02 21:00"))
    anna.says("7")
    assert next_of(clinic) == ("prompt", clinic.local("2026-03-03 18:00"))


def test_whoever_pressed_later_is_what_comes_next(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)
    anna.presses("Later")
    assert next_of(clinic) == ("follow_up", clinic.local("2026-03-02 19:00"))


def next_of(clinic: Clinic) -> tuple[str, datetime]:
    following = clinic.read(upcoming.next_upcoming)
    return following.kind, following.at


@pytest.mark.parametrize("said", ["3 2 2 4", "7"])
def test_whoever_has_answered_even_one_question_is_not_asked_again(following_up: Clinic, said: str) -> None:
    clinic = following_up
    anna = asked(clinic)
    anna.says(said)
    clinic.becomes(clinic.local("2026-03-03 17:00"))
    assert times_asked_again(anna) == 0


def test_whoever_does_not_want_it_is_not_asked_again(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)

    def turn_off(session: object) -> None:
        found = session.get(type(anna.row), anna.row.id)  # type: ignore[attr-defined]
        found.follow_up = False

    clinic.write(turn_off)
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    assert times_asked_again(anna) == 0


def test_nobody_is_asked_again_late_in_the_evening(following_up: Clinic) -> None:
    clinic = following_up
    late, too_late = clinic.patient("20:00"), clinic.patient("21:15")
    clinic.becomes(clinic.local("2026-03-02 20:00"))
    clinic.becomes(clinic.local("2026-03-02 21:30"))
    assert times_asked_again(late) == 1, "before three hours are over, since half past nine is the latest"
    clinic.becomes(clinic.local("2026-03-03 12:00"))
    assert times_asked_again(too_late) == 0


def test_after_an_outage_nobody_is_asked_again_at_night(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)
    clinic.becomes(clinic.local("2026-03-03 02:00"))
    assert times_asked_again(anna) == 0
    assert all(day.next_follow_up_at is None for day in clinic.rows(DiaryDay))


def test_later_asks_again_in_an_hour_and_once(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)
    anna.presses("Later")
    assert anna.sees == "Mon 2 Mar 2026\n\nI will ask again at 19:00."
    assert anna.buttons == ["Answer now"]
    clinic.becomes(clinic.local("2026-03-02 19:00"))
    assert times_asked_again(anna) == 1
    clinic.becomes(clinic.local("2026-03-02 21:30"))
    assert times_asked_again(anna) == 1, "it stood for the follow-up"


def test_later_may_be_pressed_again_and_works_where_the_team_follows_nobody_up(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.presses("Later")
    clinic.becomes(clinic.local("2026-03-02 19:00"))
    anna.presses("Later")
    assert "I will ask again at 20:00." in anna.sees
    clinic.becomes(clinic.local("2026-03-02 20:00"))
    assert times_asked_again(anna) == 2
    anna.presses("5")
    assert [answer[3] for answer in anna.answers] == [5]


def test_answer_now_takes_later_back(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.presses("Later")
    anna.presses("Answer now")
    assert "How strong was your pain today?" in anna.sees
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    assert times_asked_again(anna) == 0


def test_a_typed_answer_takes_later_back(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.presses("Later")
    anna.says("3 2 2 4")
    assert "Noted, thank you" in anna.sees
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    assert times_asked_again(anna) == 0


def test_too_late_in_the_evening_there_is_no_later(clinic: Clinic) -> None:
    anna = asked(clinic, "21:15")
    assert "It is too late to ask again this evening." in anna.presses("Later")
    assert "How strong was your pain today?" in anna.sees


def test_a_press_that_comes_twice_puts_off_once(clinic: Clinic) -> None:
    anna = asked(clinic)
    message, data = anna.last["message_id"], anna.buttons_of(anna.last["message_id"])["Later"]
    anna.taps(message, data)
    clinic.passes(minutes=20)
    clinic.world.mailbox.redeliver(max(clinic.world.mailbox.history))
    with clinic.world.changed:
        clinic.world.changed.notify_all()
    clinic.calm()
    assert "I will ask again at 19:00." in anna.message(message)["text"]


def test_where_the_patient_opened_it_there_is_no_later(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/today")
    assert "Later" not in anna.buttons


@pytest.mark.parametrize("prompt_time", ["23:50", "00:10", "03:00"])
def test_nobody_is_asked_again_at_night(following_up: Clinic, prompt_time: str) -> None:
    clinic = following_up
    anna = clinic.patient(prompt_time)
    for hour in range(1, 36):
        clinic.becomes(clinic.local("2026-03-02 18:00") + timedelta(hours=hour))
    assert times_asked_again(anna) == 0


def test_whoever_moves_east_meanwhile_is_not_woken(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)

    def move(session: Session) -> None:
        patient = session.get_one(Patient, anna.row.id)
        check_in_time.change_time_zone(session, "operator", patient, "Asia/Tokyo", clinic.clock.now())

    clinic.write(move)
    assert "too late" in anna.presses("Later"), "it is three in the morning there"
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    assert times_asked_again(anna) == 0


@pytest.mark.parametrize("meanwhile", ["7", "Later", "/settings"])
def test_one_that_waits_to_be_sent_is_not_sent_to_whoever_has_answered(following_up: Clinic, meanwhile: str) -> None:
    clinic = following_up
    anna = asked(clinic, "16:00")
    clinic.clock.move_to(clinic.local("2026-03-02 19:00"))

    def queue_for_later(session: Session) -> None:
        # In one transaction: the courier looks by itself, too.
        follow_up.run(session, clinic.clock.now())
        session.flush()
        session.exec(update(OutboxMessage).values(due_at=clinic.local("2026-03-02 19:05")))

    clinic.write(queue_for_later)
    if meanwhile == "7":
        anna.says("7")
    else:
        if meanwhile == "/settings":
            anna.says(meanwhile)
        anna.presses("Later" if meanwhile == "Later" else "Ask only once a day")
    clinic.becomes(clinic.local("2026-03-02 19:06"))
    assert times_asked_again(anna) == 0


def test_one_that_may_have_arrived_is_not_sent_again(following_up: Clinic) -> None:
    clinic = following_up
    anna = asked(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage"))
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    clinic.passes(minutes=10)
    assert sum(text.startswith(AGAIN) for text in anna.everything) == 1
