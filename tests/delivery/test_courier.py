"""Messages out, over real HTTP, against everything that a network and Telegram do to a bot sooner or later."""

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot import letters, runtime
from bot.local.faults import Fault, Kind
from bot.traffic import courier
from storage import audit, outbox
from storage.database import Database
from storage.models import (
    Answer,
    Chat,
    DiaryDay,
    MessageKind,
    MessageState,
    OutboxMessage,
)
from tests.delivery import support
from tests.delivery.support import asked, becomes_evening, fails_to_connect, later, outbox_of, the_prompt, with_course
from tests.support import PATIENCE, Clinic

BY = audit.OPERATOR


@pytest.fixture
def short_timeouts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second where the running bot waits for twenty."""

    def impatient(**arguments: Any) -> HTTPXRequest:
        return HTTPXRequest(**{**arguments, "read_timeout": 1})

    monkeypatch.setattr(runtime, "HTTPXRequest", impatient)


@pytest.fixture
def impatient_clinic(short_timeouts: None, sqlite_database: Database) -> Iterator[Clinic]:
    with Clinic(sqlite_database) as running:
        yield running


def test_a_batch_reaches_everybody_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    members = support.patients(clinic, 40)
    evening = becomes_evening(clinic)
    clinic.calm()
    assert [len(asked(member)) for member in members] == [1] * 40
    rows = outbox_of(clinic)
    assert {(row.state, row.attempts, row.doubtful, row.owner, row.lease_until) for row in rows} == {
        (MessageState.SENT, 1, False, None, None)
    }
    assert {row.message_id for row in rows} == {member.last["message_id"] for member in members}
    days = clinic.rows(DiaryDay)
    assert {day.asked_at for day in days} == {evening}
    assert all(day.message_id for day in days)


def test_yesterdays_questions_are_closed_once_all_of_todays_are_out(clinic: Clinic) -> None:
    members = support.patients(clinic, 40)
    becomes_evening(clinic)
    clinic.calm()
    before = len(clinic.world.requests)
    later(clinic, days=1)
    clinic.calm()
    methods = [one.method for one in clinic.world.requests[before:]]
    assert methods == ["sendMessage"] * 40 + ["editMessageText"] * 40
    assert all("Not answered.\n\nThis day is closed." in member.everything[-2] for member in members)


def test_an_old_question_whose_closing_hangs_holds_up_nobody(clinic: Clinic) -> None:
    anna, ben = support.patients(clinic, 2)
    becomes_evening(clinic)
    clinic.world.misbehave(Fault("latency", "editMessageText", chat_id=anna.account, delay=6.0))
    clinic.clock.move_to(clinic.local("2026-03-03 18:00"))
    clinic.bot.do(clinic.bot.running.ticker.run_due())
    clinic.world.wait_for(lambda _: "Tue 3 Mar" in anna.sees and "Tue 3 Mar" in ben.sees, PATIENCE)
    time.sleep(1.5)  # by then the courier has found nothing else to do
    before = time.monotonic()
    with_course(clinic, ben.account)
    clinic.clock.move_to(clinic.local("2026-03-04 09:00"))
    clinic.bot.do(clinic.bot.running.ticker.run_due())
    clinic.world.wait_for(lambda _: "is tomorrow" in ben.sees, PATIENCE)
    assert time.monotonic() - before < 4, "sooner than the hanging edit ends"


def test_too_many_requests_silences_the_whole_bot_and_loses_nothing(clinic: Clinic) -> None:
    members = support.patients(clinic, 20)
    clinic.world.misbehave(Fault("too_many_requests", "sendMessage", retry_after=2))
    began = time.monotonic()
    becomes_evening(clinic)
    at_first = [len(asked(member)) for member in members].count(1)
    assert at_first < 8, "no more than were on their way"
    waiting = [row for row in outbox_of(clinic) if row.state is not MessageState.SENT]
    assert {row.state for row in waiting} == {MessageState.PENDING}
    clinic.clock.move_to(clinic.clock.now() + timedelta(seconds=5))
    clinic.world.wait_for(lambda _: all(asked(member) for member in members), PATIENCE)
    assert time.monotonic() - began >= 2.0
    clinic.calm()
    assert [len(asked(member)) for member in members] == [1] * 20
    assert {(row.state, row.attempts) for row in outbox_of(clinic)} == {(MessageState.SENT, 1)}, "a ban is no attempt"


def test_a_blocked_chat_is_given_up_the_coordinator_hears_once_and_start_brings_it_back(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("forbidden", "sendMessage", chat_id=anna.account, times=None))
    evening = becomes_evening(clinic)
    clinic.calm()
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.fault, prompt.attempts) == (MessageState.FAILED, "forbidden", 1)
    assert f"{anna.code} cannot be reached any more" in coordinator.sees
    for _ in range(3):
        later(clinic, days=1)
    assert len([text for text in coordinator.everything if "cannot be reached" in text]) == 1
    assert len(outbox_of(clinic, MessageKind.DAILY_PROMPT)) == 1, "nothing is sent to a closed door"
    assert [day.asked_at for day in clinic.rows(DiaryDay)] == [None] * 4

    clinic.world.behave()
    anna.says("/start")
    assert clinic.clock.now() > evening
    later(clinic, days=1)
    assert len(asked(anna)) == 1


def test_whoever_blocks_the_bot_is_reported_by_the_block_itself(clinic: Clinic) -> None:
    """Telegram tells of a block at once: there is no failed message to learn it from."""
    coordinator = clinic.coordinator()
    (anna,) = support.patients(clinic)
    anna.says("/today")
    clinic.world.block(anna.account)
    clinic.calm()
    assert f"{anna.code} cannot be reached any more" in coordinator.sees
    becomes_evening(clinic)
    assert outbox_of(clinic, MessageKind.DAILY_PROMPT) == []

    clinic.world.unblock(anna.account)
    later(clinic, days=1)
    assert len(outbox_of(clinic, MessageKind.DAILY_PROMPT)) == 1
    assert len([text for text in coordinator.everything if "cannot be reached" in text]) == 1


def test_a_chat_that_is_gone_is_as_good_as_blocked(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("bad_request", "sendMessage", chat_id=anna.account))
    becomes_evening(clinic)
    clinic.calm()
    assert the_prompt(clinic).state is MessageState.FAILED
    assert "cannot be reached any more" in coordinator.sees
    assert next(chat for chat in clinic.rows(Chat) if chat.telegram_id == anna.account).unreachable_since


def test_a_message_that_telegram_refuses_is_not_tried_again(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("bad_request", "sendMessage", description="can't parse entities"))
    becomes_evening(clinic)
    for _ in range(3):
        later(clinic, minutes=20)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.fault, prompt.attempts) == (MessageState.FAILED, "bad_request", 1)
    assert asked(anna) == []


@pytest.mark.parametrize(
    ("kind", "copies"),
    [
        ("server_error", 1),
        ("reset_before", 1),
        ("bad_gateway_after_accepting", 2),
        ("reset_after_accepting", 2),
        ("reset_mid_response", 2),
    ],
)
def test_what_may_have_arrived_is_unsure_and_sent_once_more(clinic: Clinic, kind: Kind, copies: int) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault(kind, "sendMessage"))
    becomes_evening(clinic)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.doubtful, prompt.attempts) == (MessageState.UNSURE, True, 1)
    assert len(asked(anna)) == copies - 1
    later(clinic, minutes=1)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.attempts, prompt.message_id) == (MessageState.SENT, 2, anna.last["message_id"])
    later(clinic, hours=2)
    assert len(asked(anna)) == copies


def test_a_hanging_request_is_unsure_when_the_bots_patience_ends(impatient_clinic: Clinic) -> None:
    clinic = impatient_clinic
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("hang_after_accepting", "sendMessage"))
    becomes_evening(clinic)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.fault) == (MessageState.UNSURE, "TimedOut")
    later(clinic, minutes=1)
    assert the_prompt(clinic).state is MessageState.SENT
    assert len(asked(anna)) == 2


def test_of_two_copies_either_can_be_used_and_both_show_the_same(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage"))
    becomes_evening(clinic)
    later(clinic, minutes=1)
    first, second = asked(anna)
    anna.presses("7", first)
    anna.presses("7", second)
    assert "tiredness" in anna.message(first["message_id"])["text"]
    assert anna.message(first["message_id"])["text"] == anna.message(second["message_id"])["text"]
    assert anna.answers == [("2026-03-02", "pain", 1, 7)]


def test_a_tap_proves_that_it_arrived_and_no_second_one_is_sent(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage"))
    evening = becomes_evening(clinic)
    assert the_prompt(clinic).state is MessageState.UNSURE
    (only,) = asked(anna)
    anna.presses("7")
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.message_id) == (MessageState.SENT, only["message_id"])
    (day,) = clinic.rows(DiaryDay)
    assert (day.asked_at, day.message_id) == (evening, only["message_id"])
    later(clinic, minutes=30)
    anna.says("4")
    assert len(anna.messages) == 1, "what is typed goes into the one that is there"
    assert anna.answers == [("2026-03-02", "pain", 1, 7), ("2026-03-02", "tiredness", 1, 4)]


def test_what_is_unsure_twice_is_not_sent_a_third_time(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", times=None))
    becomes_evening(clinic)
    for _ in range(4):
        later(clinic, minutes=10)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.fault, prompt.attempts) == (MessageState.FAILED, "unsure", 2)
    assert len(asked(anna)) == 2


def reminders(member: Any) -> list[str]:
    return [text for text in member.everything if "infusion" in text.lower() and "How " not in text]


def test_a_reminder_sent_again_says_so(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    with_course(clinic, anna.account)
    clinic.clock.move_to(clinic.local("2026-03-04 08:59"))
    clinic.calm()
    clinic.world.misbehave(Fault("bad_gateway_after_accepting", "sendMessage"))
    clinic.becomes(clinic.local("2026-03-04 09:00"))
    later(clinic, minutes=1)
    first, second = reminders(anna)
    assert "twice" not in first
    assert "This may reach you twice." in second
    assert first in second


def test_what_certainly_did_not_arrive_is_tried_again_and_is_in_no_doubt(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = support.patients(clinic)
    fails_to_connect(clinic, monkeypatch, 3)
    becomes_evening(clinic)
    waits = []
    for _ in range(3):
        prompt = the_prompt(clinic)
        assert (prompt.state, prompt.doubtful) == (MessageState.PENDING, False)
        waits.append((prompt.due_at - clinic.clock.now()).total_seconds())
        clinic.becomes(prompt.due_at)
    assert waits == sorted(waits)
    assert waits[0] < waits[-1], "each time a little later"
    assert the_prompt(clinic).state is MessageState.SENT
    assert len(asked(anna)) == 1


def test_a_network_that_is_away_for_long_loses_nothing_that_is_still_worth_sending(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = support.patients(clinic)
    fails_to_connect(clinic, monkeypatch, 1000)
    becomes_evening(clinic)
    for _ in range(3 * courier.MOST_ATTEMPTS):
        later(clinic, minutes=5)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.fault) == (MessageState.PENDING, "NetworkError")
    assert prompt.attempts > 2 * courier.MOST_ATTEMPTS
    monkeypatch.undo()
    later(clinic, minutes=5)
    assert the_prompt(clinic).state is MessageState.SENT
    assert len(asked(anna)) == 1


def test_telegram_out_of_order_for_a_while_does_not_use_up_the_once_more(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("server_error", times=None))
    becomes_evening(clinic)
    for _ in range(6):
        later(clinic, minutes=5)
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.doubtful) == (MessageState.UNSURE, True)
    clinic.world.behave()
    later(clinic, minutes=5)
    assert the_prompt(clinic).state is MessageState.SENT
    assert len(asked(anna)) == 1


def test_an_answer_that_cannot_be_read_is_no_proof_that_nothing_was_sent(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = support.patients(clinic)
    speaker = clinic.bot.running.courier._speaker
    send = speaker.send

    async def garbled(*given: Any) -> int:
        await send(*given)
        raise TelegramError("Invalid server response")

    monkeypatch.setattr(speaker, "send", garbled)
    becomes_evening(clinic)
    for _ in range(6):
        later(clinic, minutes=5)
    assert len(asked(anna)) == 2, "once, and once more"
    prompt = the_prompt(clinic)
    assert (prompt.state, prompt.fault) == (MessageState.FAILED, outbox.IN_DOUBT)


def test_killed_twice_while_sending_it_is_not_sent_a_third_time(clinic: Clinic) -> None:
    support.patients(clinic)
    evening = becomes_evening(clinic)
    clinic.calm()
    prompt = the_prompt(clinic)

    def left_behind(session: Any) -> int:
        found = outbox.message_by_id(session, prompt.id)
        assert found is not None
        found.state, found.doubtful, found.due_at = MessageState.SENDING, True, evening
        session.add(found)
        session.flush()
        return outbox.leave_behind(session, "") + outbox.take_up_left_behind(session)

    clinic.write(left_behind)
    assert (the_prompt(clinic).state, the_prompt(clinic).fault) == (MessageState.FAILED, outbox.IN_DOUBT)


def test_past_its_time_a_question_is_expired_and_the_day_not_asked(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    (anna,) = support.patients(clinic)
    fails_to_connect(clinic, monkeypatch, 1)
    becomes_evening(clinic)
    later(clinic, hours=4)
    assert the_prompt(clinic).state is MessageState.EXPIRED
    assert asked(anna) == []
    assert [day.asked_at for day in clinic.rows(DiaryDay)] == [None]


def test_a_message_that_cannot_be_written_is_parked_and_holds_up_nobody(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlucky, *others = support.patients(clinic, 5)
    write = letters.write

    def stumbles(session: Any, message: OutboxMessage, now: Any) -> Any:
        if message.patient_id == unlucky_id:
            raise ZeroDivisionError
        return write(session, message, now)

    unlucky_id = unlucky.row.id
    monkeypatch.setattr(letters, "write", stumbles)
    becomes_evening(clinic)
    assert [len(asked(member)) for member in others] == [1] * 4
    for _ in range(courier.MOST_ATTEMPTS + 1):
        later(clinic, minutes=11)
    (failed,) = [row for row in outbox_of(clinic) if row.patient_id == unlucky_id]
    assert (failed.state, failed.fault) == (MessageState.FAILED, "ZeroDivisionError")
    assert clinic.rows(Answer) == []
