"""Real processes, killed at the worst moments: nothing is lost, and next to nothing comes twice."""

import random
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.local.faults import Fault
from storage.database import Database
from storage.models import Answer, DiaryDay, Item, MessageState, OutboxMessage
from tests.delivery.process import CLOCK, PATIENCE, Service, elapsed_since, press_data
from tests.delivery.support import QUESTION
from tests.support import TOKEN
from tests.whole import so_often

IN_FLIGHT = 8
ITEMS = list(Item)


@pytest.fixture
def service(sqlite_database: Database, tmp_path: Path) -> Iterator[Service]:
    with Service(sqlite_database, tmp_path) as running:
        yield running


@pytest.fixture
def service_on_each(database: Database, tmp_path: Path) -> Iterator[Service]:
    with Service(database, tmp_path) as running:
        yield running


# A bot that waited for what hangs would take its read timeout of twenty seconds and more.
ENDS_WITHIN = 18


def asked_once(service: Service) -> dict[str, str]:
    """Patient 1 has been asked; the buttons under the question, by label."""
    service.patients_due(1)
    service.start()
    service.until(lambda: {row.state for row in service.rows(OutboxMessage)} == {MessageState.SENT})
    (message,) = service.messages(1)
    assert QUESTION in message["text"]
    return {label: data or "" for label, data in service.world.buttons(message)}


@pytest.mark.parametrize("method", ["answerCallbackQuery", "editMessageText"])
def test_killed_between_the_commit_and_the_reply_it_replies_when_it_is_back(
    service_on_each: Service, method: str
) -> None:
    service = service_on_each
    buttons = asked_once(service)
    (message,) = service.messages(1)
    service.world.misbehave(Fault("reset_before", method, delay=PATIENCE))
    # However slow this machine is: the poll that would acknowledge cannot get through before the kill.
    service.world.misbehave(Fault("reset_before", "getUpdates", times=None, delay=PATIENCE))
    service.world.press(1, message["message_id"], buttons["7"])
    service.world.wait_for(lambda world: world.faults.struck[method], PATIENCE)
    service.until(lambda: len(service.rows(Answer)) == 1)
    service.kill()
    service.world.behave()
    assert service.world.waiting_updates == 1, "not acknowledged: the reply had not gone out"
    assert QUESTION in service.messages(1)[0]["text"]

    service.start()
    service.world.wait_for(lambda world: "tiredness" in world.messages(1)[0]["text"], PATIENCE)
    service.world.wait_for(lambda world: not world.waiting_updates, PATIENCE)
    (answer,) = service.rows(Answer)
    assert (answer.item, answer.revision, answer.value) == ("pain", 1, 7)
    assert len(service.messages(1)) == 1
    assert service.world.unanswered_callbacks() == []


def test_killed_in_the_middle_of_sending_it_asks_everybody_and_few_twice(service_on_each: Service) -> None:
    service, many = service_on_each, 60
    service.patients_due(many)
    service.world.misbehave(Fault("latency", "sendMessage", times=None, delay=0.3))
    service.start()
    service.world.wait_for(lambda _: sum(service.asked(many)) >= 12, PATIENCE)
    service.kill()
    service.world.behave()
    left = [row for row in service.rows(OutboxMessage) if row.state is MessageState.SENDING]
    assert left, "killed while it was sending"

    service.start()
    if not service.database.is_sqlite:
        # Another replica may hold these: only time tells. Five minutes later:
        service.until(lambda: sum(service.asked(many)) >= many - len(left))
        assert {row.state for row in service.rows(OutboxMessage) if row.owner == left[0].owner} == {
            MessageState.SENDING
        }
        with service.database.writing() as connection:
            connection.execute(
                text("UPDATE outbox SET lease_until = :now WHERE owner = :dead"),
                {"now": CLOCK.now(), "dead": left[0].owner},
            )
    service.until(lambda: {row.state for row in service.rows(OutboxMessage)} == {MessageState.SENT})
    counts = service.asked(many)
    assert min(counts) == 1, "nobody was forgotten"
    assert max(counts) <= 2
    assert sum(counts) - many <= IN_FLIGHT
    assert all(day.asked_at for day in service.rows(DiaryDay))


def test_killed_again_and_again_it_keeps_every_answer_that_it_acknowledged(service: Service) -> None:
    """Two hundred presses by fifty people, and five kills (with `--whole`) at moments that nobody chose."""
    people, kills, chance = 50, so_often(5), random.Random(2026)
    day = service.patients_due(people)
    service.start()
    service.until(lambda: {row.state for row in service.rows(OutboxMessage)} == {MessageState.SENT})
    presses = [(account, item) for item in range(4) for account in range(1, people + 1)]
    at = sorted(chance.sample(range(10, len(presses) - 10), kills))
    update_of: dict[int, tuple[int, int]] = {}
    for number, (account, item) in enumerate(presses):
        (message,) = service.messages(account)
        service.world.press(account, message["message_id"], press_data(day, item, (account + item) % 11), forge=True)
        update_of[max(service.world.updates)] = (account, item)
        if number in at:
            with service.world.changed:
                service.world.changed.wait(chance.random() * 0.1)
            service.kill()
            acknowledged = set(update_of) - set(service.world.mailbox.pending)
            stored = [(answer.patient_id, ITEMS.index(answer.item)) for answer in service.rows(Answer)]
            assert {update_of[update] for update in acknowledged} <= set(stored)
            assert len(stored) == len(set(stored))
            service.start(wait=number != at[-1])
    service.world.wait_for(lambda world: not world.waiting_updates, PATIENCE)
    answers = service.rows(Answer)
    assert len(answers) == len(presses)
    assert {answer.revision for answer in answers} == {1}
    for answer in answers:
        item = ITEMS.index(answer.item)
        assert answer.value == (answer.patient_id + item) % 11
    service.world.wait_for(
        lambda _: all("thank you" in service.messages(k)[0]["text"] for k in range(1, people + 1)), PATIENCE
    )
    assert service.asked(people) == [1] * people


def test_told_to_end_it_ends_in_order_and_leaves_nothing_claimed(service: Service) -> None:
    many = 60
    service.patients_due(many)
    service.world.misbehave(Fault("latency", "sendMessage", times=None, delay=0.3))
    service.start()
    service.world.wait_for(lambda _: sum(service.asked(many)) >= 12, PATIENCE)
    began = CLOCK.now()
    assert service.terminate(PATIENCE) == 0
    assert elapsed_since(began) < ENDS_WITHIN
    rows = service.rows(OutboxMessage)
    assert {row.state for row in rows} == {MessageState.SENT, MessageState.PENDING}
    assert {(row.owner, row.lease_until, row.doubtful) for row in rows} == {(None, None, False)}
    sent = [row for row in rows if row.state is MessageState.SENT]
    assert len(sent) == sum(service.asked(many))

    service.world.behave()
    service.start()
    service.until(lambda: {row.state for row in service.rows(OutboxMessage)} == {MessageState.SENT})
    assert service.asked(many) == [1] * many


def test_told_to_end_while_telegram_hangs_it_ends_in_ten_seconds_and_says_what_is_unsure(service: Service) -> None:
    service.patients_due(1)
    service.world.misbehave(Fault("hang_after_accepting", "sendMessage"))
    service.start()
    service.world.wait_for(lambda _: service.asked(1) == [1], PATIENCE)
    began = CLOCK.now()
    assert service.terminate(PATIENCE) == 0
    assert elapsed_since(began) < ENDS_WITHIN
    (row,) = service.rows(OutboxMessage)
    assert (row.state, row.doubtful, row.owner) == (MessageState.UNSURE, True, None)


def test_told_to_end_before_it_ever_reached_telegram_it_ends(service: Service) -> None:
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        service.start(wait=False, url=f"http://127.0.0.1:{nobody_listens.getsockname()[1]}")
        service.until(lambda: service.log.exists() and "cannot be reached" in service.log.read_text())
        assert service.terminate(PATIENCE) == 0
    assert "Traceback" not in service.log.read_text()


def test_a_second_bot_with_the_same_token_is_refused_and_the_first_goes_on(service: Service, tmp_path: Path) -> None:
    service.start()
    service.world.person(1, "Anna")
    service.world.say(1, "/help")
    service.until(lambda: service.messages(1))
    folder = tmp_path / "second"
    folder.mkdir()
    second = Service(Database(f"sqlite:///{folder}/other.sqlite"), folder)
    second.start(wait=False, url=service.server.url)
    assert second.running.wait(PATIENCE) == 75
    assert second.log.read_text().splitlines()[-1] == (
        "Another program is polling with this bot's token, and was there first. "
        "Stop it, or give this one a token of its own: each token serves one bot."
    )
    service.world.say(1, "/help")
    service.until(lambda: len(service.messages(1)) == 2)
    assert service.running.poll() is None


def test_its_log_has_neither_the_token_nor_anything_of_a_patient(service: Service) -> None:
    service.level = "DEBUG"
    buttons = asked_once(service)
    (message,) = service.messages(1)
    for method, kind in (("editMessageText", "reset_before"), ("answerCallbackQuery", "server_error")):
        service.world.misbehave(Fault(kind, method))  # type: ignore[arg-type]
    service.world.press(1, message["message_id"], buttons["7"])
    service.world.wait_for(lambda world: "tiredness" in world.messages(1)[0]["text"], PATIENCE)
    service.world.say(1, "an aching left knee, 9/10")
    service.world.say(1, "4")
    service.world.say(1, "/start a-secret-invitation")
    service.until(lambda: len(service.rows(Answer)) == 2)
    service.world.wait_for(lambda world: not world.waiting_updates, PATIENCE)
    with service.database.writing() as connection:
        connection.execute(text("ALTER TABLE answer RENAME TO answers_elsewhere"))
    service.world.say(1, "5")
    service.until(lambda: "could not be committed" in service.log.read_text())
    assert service.terminate(PATIENCE) == 0

    log = service.log.read_text()
    assert "is running" in log
    assert "did not go through" in log
    number, secret = TOKEN.split(":")
    words = (TOKEN, secret, number, "knee", "9/10", "a-secret-invitation", ":answer:", "tiredness", QUESTION)
    assert [word for word in words if word in log] == []
    logged = [line for line in log.splitlines() if "'value': 5" in line or "(5," in line or "pain" in line]
    assert logged == []
