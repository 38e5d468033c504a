"""Several processes on one PostgreSQL: they share the work, one polls, and no death of any of them loses anything."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.local.faults import Fault
from bot.traffic.courier import BATCH
from bot.traffic.pacer import PER_SECOND
from storage import locks
from storage.database import Database
from storage.locks import Lock
from storage.models import Answer, DiaryDay, MessageState, OutboxMessage
from storage.pace import SharedPace
from tests.delivery.process import PATIENCE, Service, press_data
from tests.forked import Forked
from tests.postgres import PostgresServer

TAKEN_OVER_WITHIN = 30


@pytest.fixture
def shared(postgres: PostgresServer) -> Iterator[Database]:
    with postgres.new_database() as database:
        yield database


@pytest.fixture
def replicas(shared: Database, tmp_path: Path) -> Iterator[Service]:
    """A service whose `start` may be called again for another process beside the first."""
    with Service(shared, tmp_path) as running:
        yield running
        for process in processes(running):
            process.kill()
            process.wait(PATIENCE)


def processes(service: Service) -> list[Forked]:
    return service.all_processes


def polling(service: Service) -> None:
    service.world.wait_for(lambda world: world.mailbox.open_polls, PATIENCE)


def both_run(service: Service) -> None:
    service.until(lambda: service.log.read_text().count("is running") == 2)


def all_sent(service: Service) -> None:
    service.until(lambda: {row.state for row in service.rows(OutboxMessage)} == {MessageState.SENT})


def test_one_polls_and_the_next_takes_over_when_it_dies(replicas: Service) -> None:
    service = replicas
    service.start()
    service.start(wait=False)
    both_run(service)
    first, second = processes(service)
    assert "This replica is polling now" in service.log.read_text()
    assert service.log.read_text().count("This replica is polling now") == 1
    first.kill()
    first.wait(PATIENCE)
    service.until(lambda: service.log.read_text().count("This replica is polling now") == 2, TAKEN_OVER_WITHIN)
    polling(service)
    assert "Another program is polling" not in service.log.read_text()
    second.terminate()
    assert second.wait(PATIENCE) == 0


def test_killed_while_they_share_the_sending_each_patient_is_asked_and_few_twice(replicas: Service) -> None:
    service, many = replicas, 90
    service.patients_due(many)
    # Nothing leaves before both have taken some: else the first would be done before a slow machine has started both.
    service.world.misbehave(Fault("too_many_requests", "sendMessage", times=None))
    service.start()
    service.start(wait=False)
    owners: set[str] = set()

    def both_are_at_it() -> bool:
        owners.update(row.owner for row in service.rows(OutboxMessage) if row.owner)
        return len(owners) == 2

    service.until(both_are_at_it)
    service.world.behave()
    service.world.misbehave(Fault("latency", "sendMessage", times=None, delay=0.2))
    service.world.wait_for(lambda _: sum(service.asked(many)) >= 20, PATIENCE)
    processes(service)[0].kill()
    service.world.behave()
    service.until(lambda: sum(service.asked(many)) >= many - BATCH)
    with service.database.writing() as connection:
        # Five minutes later the leases of the dead have run out.
        connection.execute(text("UPDATE outbox SET lease_until = now() WHERE state = 'sending'"))
    all_sent(service)
    counts = service.asked(many)
    assert min(counts) == 1
    assert sum(counts) - many <= 16, "no more than were on their way"
    assert all(day.asked_at for day in service.rows(DiaryDay))


def test_postgresql_restarted_at_once_loses_no_answer(replicas: Service, postgres: PostgresServer) -> None:
    service, people = replicas, 20
    day = service.patients_due(people)
    service.start()
    service.start(wait=False)
    both_run(service)
    all_sent(service)
    for round_ in range(4):
        for account in range(1, people + 1):
            (message,) = service.messages(account)[:1]
            service.world.press(
                account, message["message_id"], press_data(day, round_, (account + round_) % 11), forge=True
            )
        if round_ < 3:
            postgres.restart_at_once()
    service.world.wait_for(lambda world: not world.waiting_updates, PATIENCE)
    answers = service.rows(Answer)
    assert len(answers) == 4 * people
    assert {answer.revision for answer in answers} == {1}


def test_the_common_pace_holds_for_all_who_ask(shared: Database) -> None:
    """Four at once, fifty moments each: together they take as long as one would, at 29 a second."""
    moments: list[float] = []

    def ask() -> None:
        pace = SharedPace(shared, 7, PER_SECOND)
        for _ in range(50):
            slot = pace.take()
            with guard:
                moments.append(slot.wait + (shared.time() - began).total_seconds())
        pace.close()

    guard, began = threading.Lock(), shared.time()
    askers = [threading.Thread(target=ask) for _ in range(4)]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join(PATIENCE)
    with shared.writing() as connection:
        last = connection.execute(text("SELECT next_at FROM pace WHERE bot_id = 7")).scalar_one()
    assert len(moments) == 200
    assert (last - began) >= timedelta(seconds=200 / PER_SECOND)


def test_a_ban_that_one_ran_into_silences_all(shared: Database) -> None:
    one, other = SharedPace(shared, 7, PER_SECOND), SharedPace(shared, 7, PER_SECOND)
    elsewhere = SharedPace(shared, 8, PER_SECOND)
    assert one.take().ban == 0
    one.ban(30)
    assert 25 < other.take().ban <= 30
    one.ban(5)
    assert other.take().ban > 20, "a shorter ban does not end a longer one"
    assert elsewhere.take().ban == 0, "another bot's token is another budget"
    for pace in (one, other, elsewhere):
        pace.close()


def test_a_lock_has_one_holder_and_dies_with_its_connection(database: Database) -> None:
    one, other = Lock(database, "poller"), Lock(database, "poller")
    elsewhere = Lock(database, "another")
    assert one.acquire()
    assert one.acquire()
    assert one.held()
    assert not other.acquire()
    assert elsewhere.acquire()
    one.release()
    assert not one.held()
    assert other.acquire()
    other.release()
    elsewhere.release()


def test_a_lock_whose_connection_was_cut_is_not_held_any_more(shared: Database, postgres: PostgresServer) -> None:
    one, other = Lock(shared, "poller"), Lock(shared, "poller")
    assert one.acquire()
    postgres.restart_at_once()
    assert not one.held()
    assert other.acquire()
    other.release()
    assert "keepalives_idle" in locks.KEEPALIVES
