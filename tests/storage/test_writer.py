"""One thread writes, what waits is committed together, and nobody hears of a result that is not on disk."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session

from storage.database import BrokenTransactionError, Database
from storage.models import Chat
from storage.writer import MOST_AT_ONCE, NotCommittedError, Writer
from tests.postgres import PostgresServer
from tests.storage.support import NOW, rows_of

PATIENCE = 30
Work = Callable[[Session], Any]


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    running = Writer(database)
    yield running
    running.close()


def adds(telegram_id: int) -> Work:
    def work(session: Session) -> int:
        session.add(Chat(telegram_id=telegram_id, created_at=NOW))
        session.flush()
        return telegram_id

    return work


def stored(database: Database) -> list[int]:
    with database.reading() as session:
        return [chat.telegram_id for chat in rows_of(session, Chat)]


@contextmanager
def held_up(writer: Writer) -> Iterator[Future[None]]:
    """The writer is busy inside; what is submitted meanwhile waits, and is then taken together."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(_session: Session) -> None:
        begun.set()
        assert go_on.wait(PATIENCE)

    future = writer.submit(hold)
    assert begun.wait(PATIENCE)
    try:
        yield future
    finally:
        go_on.set()


@contextmanager
def commits_of(engine: Engine, note: Callable[[], Any]) -> Iterator[list[Any]]:
    """What `note` gives just before each commit."""
    noted: list[Any] = []

    def before_commit(_connection: Any) -> None:
        noted.append(note())

    event.listen(engine, "commit", before_commit)
    try:
        yield noted
    finally:
        event.remove(engine, "commit", before_commit)


def test_all_that_waits_is_committed_at_once(database: Database, writer: Writer) -> None:
    with commits_of(database.engine, lambda: None) as commits:
        with held_up(writer):
            futures = [writer.submit(adds(k)) for k in range(30)]
        assert [future.result(PATIENCE) for future in futures] == list(range(30))
    assert len(commits) == 2, "one for what held the writer up, one for the thirty"


def test_a_crowd_is_divided_so_that_the_first_need_not_wait_for_the_last(database: Database, writer: Writer) -> None:
    many = 2 * MOST_AT_ONCE + 1
    with commits_of(database.engine, lambda: None) as commits:
        with held_up(writer):
            futures = [writer.submit(adds(k)) for k in range(many)]
        for future in futures:
            future.result(PATIENCE)
    assert len(commits) == 1 + 3
    assert stored(database) == list(range(many))


def test_results_are_told_only_after_the_commit(database: Database, writer: Writer) -> None:
    futures: list[Future[Any]] = []
    with commits_of(database.engine, lambda: [future.done() for future in futures]) as done_at_commit:
        with held_up(writer):
            futures += [writer.submit(adds(k)) for k in range(3)]
        for future in futures:
            future.result(PATIENCE)
    assert done_at_commit[-1] == [False, False, False]
    assert stored(database) == [0, 1, 2]


def test_work_is_done_in_the_order_in_which_it_was_given(writer: Writer) -> None:
    done: list[int] = []

    def noting(k: int, _session: Session) -> None:
        done.append(k)

    with held_up(writer):
        futures = [writer.submit(partial(noting, k)) for k in range(100)]
    for future in futures:
        future.result(PATIENCE)
    assert done == list(range(100))


def test_work_sees_what_was_done_before_it_in_the_same_commit(writer: Writer) -> None:
    with held_up(writer):
        writer.submit(adds(1))
        seen = writer.submit(lambda session: [chat.telegram_id for chat in rows_of(session, Chat)])
    assert seen.result(PATIENCE) == [1]


def test_one_that_fails_undoes_its_own_work_and_nobody_elses(database: Database, writer: Writer) -> None:
    def adds_and_fails(session: Session) -> None:
        adds(99)(session)
        raise LookupError("on purpose")

    with held_up(writer):
        first, failing = writer.submit(adds(1)), writer.submit(adds_and_fails)
        twice, last = writer.submit(adds(1)), writer.submit(adds(2))
    assert (first.result(PATIENCE), last.result(PATIENCE)) == (1, 2)
    with pytest.raises(LookupError, match="on purpose"):
        failing.result(PATIENCE)
    with pytest.raises(DBAPIError):
        twice.result(PATIENCE)
    assert stored(database) == [1, 2]


def test_the_neighbours_of_one_that_fails_are_done_twice_and_tell_the_second_result(
    database: Database, writer: Writer
) -> None:
    times = 0

    def counts(session: Session) -> int:
        nonlocal times
        times += 1
        adds(7)(session)
        return times

    def fails(_session: Session) -> None:
        raise LookupError("on purpose")

    with held_up(writer):
        counting, failing = writer.submit(counts), writer.submit(fails)
    assert counting.result(PATIENCE) == 2
    assert isinstance(failing.exception(PATIENCE), LookupError)
    assert stored(database) == [7]


def test_whoever_swallows_a_database_error_fails_and_nobody_else(database: Database, writer: Writer) -> None:
    """On PostgreSQL the transaction is broken then: its COMMIT would undo what others did, and say nothing."""

    def swallows(session: Session) -> str:
        adds(8)(session)
        with suppress(DBAPIError):
            session.connection().execute(text("INSERT INTO chat (id) VALUES (8)"))
        return "fine"

    with held_up(writer):
        first, swallowing, last = writer.submit(adds(1)), writer.submit(swallows), writer.submit(adds(2))
    assert (first.result(PATIENCE), last.result(PATIENCE)) == (1, 2)
    if database.is_sqlite:
        assert swallowing.result(PATIENCE) == "fine"
        assert stored(database) == [1, 8, 2]
    else:
        assert isinstance(swallowing.exception(PATIENCE), BrokenTransactionError)
        assert stored(database) == [1, 2]


def test_a_commit_that_fails_reaches_everybody_who_waited_and_the_writer_goes_on(
    database: Database, writer: Writer
) -> None:
    commits = 0

    def refuse_the_second(_connection: Any) -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise OperationalError("COMMIT", {}, Exception("no space left on device"))

    event.listen(database.engine, "commit", refuse_the_second)
    with held_up(writer) as holding:
        futures = [writer.submit(adds(k)) for k in range(3)]
    holding.result(PATIENCE)
    for future in futures:
        with pytest.raises(NotCommittedError) as failed:
            future.result(PATIENCE)
        assert isinstance(failed.value.__cause__, OperationalError)
    assert writer.submit(adds(51)).result(PATIENCE) == 51
    assert stored(database) == [51]


def test_a_lock_held_too_long_fails_all_who_waited_and_passes(sqlite_database: Database) -> None:
    event.listen(sqlite_database.engine, "connect", lambda made, _: made.execute("PRAGMA busy_timeout=50"))
    writer = Writer(sqlite_database)
    other = sqlite3.connect(str(sqlite_database.url.database), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        futures = [writer.submit(adds(k)) for k in range(5)]
        for future in futures:
            with pytest.raises(NotCommittedError) as failed:
                future.result(PATIENCE)
            assert "locked" in str(failed.value.__cause__)
        other.execute("ROLLBACK")
        assert writer.submit(adds(7)).result(PATIENCE) == 7
        assert stored(sqlite_database) == [7]
    finally:
        other.close()
        writer.close()


def test_a_killed_connection_fails_all_of_its_commit_and_the_writer_takes_a_new_one(postgres: PostgresServer) -> None:
    with postgres.new_database() as database:
        writer = Writer(database)
        with held_up(writer):
            before = writer.submit(adds(1))
            killing = writer.submit(lambda session: _is_killed(session, postgres))
            after = writer.submit(adds(2))
        for future in (before, killing, after):
            with pytest.raises(NotCommittedError):
                future.result(PATIENCE)
        assert writer.submit(adds(3)).result(PATIENCE) == 3
        assert stored(database) == [3]
        writer.close()


def _is_killed(session: Session, server: PostgresServer) -> None:
    pid = session.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
    with server._admin.connect() as connection:
        # Waits, a second at most, until the backend has really gone.
        assert connection.execute(text("SELECT pg_terminate_backend(:pid, 1000)"), {"pid": pid}).scalar_one()


def test_a_caller_who_is_cancelled_leaves_the_work_to_be_committed(database: Database, writer: Writer) -> None:
    async def ask_and_go() -> None:
        asking = asyncio.create_task(writer.run(adds(1)))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    with held_up(writer):
        asyncio.run(ask_and_go())
    assert writer.submit(adds(2)).result(PATIENCE) == 2
    assert stored(database) == [1, 2]


def test_closing_finishes_what_is_queued_and_takes_no_more(database: Database) -> None:
    writer = Writer(database)
    with held_up(writer):
        futures = [writer.submit(adds(k)) for k in range(5)]
        closing = threading.Thread(target=writer.close)
        closing.start()
    closing.join(PATIENCE)
    assert [future.result(0) for future in futures] == list(range(5))
    with pytest.raises(RuntimeError, match="closed"):
        writer.submit(adds(9))
    writer.close()
    assert stored(database) == list(range(5))
