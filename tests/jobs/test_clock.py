"""The clock: the only thing that reads the time; and the ticks, which nothing stops."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from unittest import mock

import pytest
from sqlmodel import Session, select

from jobs import clock
from jobs.clock import MovableClock, Pulse, SystemClock, Ticker
from storage import chats
from storage.database import Database
from storage.models import Chat
from storage.writer import Writer
from tests.storage.support import NOW


@pytest.fixture
def writer(sqlite_database: Database) -> Iterator[Writer]:
    running = Writer(sqlite_database)
    yield running
    running.close()


def test_the_systems_time_is_aware_and_in_utc() -> None:
    assert SystemClock().now().tzinfo is UTC


def test_a_movable_clock_stands_still_until_it_is_moved() -> None:
    movable = MovableClock(NOW)
    with mock.patch("time.monotonic", return_value=1e9):
        assert movable.now() == NOW
        movable.move_to(NOW + timedelta(days=3))
        assert movable.now() == NOW + timedelta(days=3)


def test_a_flowing_clock_goes_on_from_where_it_was_put() -> None:
    with mock.patch("time.monotonic", return_value=100.0) as monotonic:
        movable = MovableClock(NOW, flowing=True)
        monotonic.return_value = 107.5
        assert movable.now() == NOW + timedelta(seconds=7.5)
        movable.move_to(NOW + timedelta(hours=1))
        monotonic.return_value = 108.5
        assert movable.now() == NOW + timedelta(hours=1, seconds=1)


def test_a_clock_is_never_put_back() -> None:
    movable = MovableClock(NOW)
    with pytest.raises(ValueError, match="cannot go back"):
        movable.move_to(NOW - timedelta(seconds=1))
    assert movable.now() == NOW


def test_a_clock_started_elsewhere_tells_utc() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert MovableClock(datetime(2026, 3, 2, 19, 0, tzinfo=tokyo)).now().isoformat() == "2026-03-02T10:00:00+00:00"


def ticker(writer: Writer, *ticks: clock.Tick, done: list[str] | None = None) -> Ticker:
    return Ticker(writer, MovableClock(NOW), ticks, lambda: done.append("done") if done is not None else None)


def test_a_tick_is_called_with_the_time_until_nothing_waits(writer: Writer) -> None:
    seen: list[datetime] = []

    def tick(_session: Session, now: datetime) -> bool:
        seen.append(now)
        return len(seen) < 3

    done: list[str] = []
    running = ticker(writer, tick, done=done)
    assert running.last_tick_at is None
    asyncio.run(running.run_due())
    assert seen == [NOW] * 3
    assert done == ["done"] * 3, "the courier is woken after each batch: it need not wait for the rest"
    assert running.last_tick_at == NOW


@pytest.mark.parametrize("how", [Ticker.run_due, Ticker.run_together])
def test_one_that_fails_undoes_its_work_and_stops_no_other(
    writer: Writer, caplog: pytest.LogCaptureFixture, how: Callable[[Ticker], Coroutine[Any, Any, None]]
) -> None:
    def fails(session: Session, now: datetime) -> bool:
        chats.open_chat(session, 1, "en", now)
        raise ZeroDivisionError

    def works(session: Session, now: datetime) -> bool:
        chats.open_chat(session, 2, "en", now)
        return False

    asyncio.run(how(ticker(writer, fails, works)))
    found = writer.submit(lambda session: [chat.telegram_id for chat in session.exec(select(Chat))]).result(20)
    assert found == [2]
    assert "A tick failed" in caplog.text


def test_each_batch_is_committed_by_itself(writer: Writer, sqlite_database: Database) -> None:
    seen_from_outside: list[int] = []

    def tick(session: Session, now: datetime) -> bool:
        with sqlite_database.reading() as reader:
            seen_from_outside.append(len(list(reader.exec(select(Chat)))))
        chats.open_chat(session, len(seen_from_outside), "en", now)
        return len(seen_from_outside) < 3

    asyncio.run(ticker(writer, tick).run_due())
    assert seen_from_outside == [0, 1, 2]


def test_together_they_are_called_in_their_order_and_each_until_nothing_waits(writer: Writer) -> None:
    called: list[str] = []

    def first(_session: Session, _now: datetime) -> bool:
        called.append("first")
        return called.count("first") < 3

    def second(_session: Session, _now: datetime) -> bool:
        called.append("second")
        return False

    running = ticker(writer, first, second)
    asyncio.run(running.run_together())
    assert called[:2] == ["first", "second"]
    assert sorted(called) == ["first"] * 3 + ["second"]
    assert running.last_tick_at == NOW


def test_it_ticks_by_itself_each_second_and_a_slow_tick_is_not_piled_up(writer: Writer) -> None:
    async def run() -> int:
        ticked, at_once, most = asyncio.Event(), 0, 0
        running = ticker(writer)

        async def slowly() -> None:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await asyncio.sleep(1.2)
            at_once -= 1
            if running.last_tick_at is not None:
                ticked.set()
            running.last_tick_at = NOW

        with mock.patch.object(running, "run_due", slowly):
            running.start()
        try:
            await asyncio.wait_for(ticked.wait(), 30)
        finally:
            await running.stop()
        return most

    assert asyncio.run(run()) == 1


def test_stopping_what_never_ran_is_no_fault(writer: Writer) -> None:
    asyncio.run(ticker(writer).stop())


def test_stopping_ends_a_tick_between_two_batches_and_calls_it_no_error(
    writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    begun, go_on, batches = threading.Event(), threading.Event(), 0

    def endless(_session: Session, _now: datetime) -> bool:
        nonlocal batches
        batches += 1
        begun.set()
        return go_on.wait(30)

    async def run() -> None:
        running = ticker(writer, endless)
        running.start()
        await asyncio.to_thread(begun.wait, 30)
        stopping = asyncio.create_task(running.stop())
        await asyncio.sleep(0)
        go_on.set()
        await stopping

    asyncio.run(run())
    assert batches == 1
    assert caplog.records == []


async def two_rounds(running: Ticker) -> None:
    for _ in range(2):
        await running.run_due()


def test_a_fault_of_each_second_is_logged_when_it_begins_and_when_it_ends(
    writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    broken = [True]

    def tick(*_: object) -> bool:
        if broken[0]:
            raise ValueError("out of order")
        return False

    running = ticker(writer, tick)
    asyncio.run(two_rounds(running))
    assert caplog.text.count("A tick failed") == 1
    assert list(running.failing) == ["test_clock"]
    assert running.pulse.age < 60, "it goes round all the same"
    broken[0] = False
    asyncio.run(two_rounds(running))
    assert caplog.text.count("A tick works again: test_clock") == 1
    assert running.failing == {}


def test_what_means_to_rest_is_not_missed_before() -> None:
    pulse = Pulse()
    pulse.beat(resting=1000.0)
    assert pulse.age == 0.0
    pulse.beat()
    assert 0.0 <= pulse.age < 60
