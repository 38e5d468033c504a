"""Messages that really go out over HTTP: to the local Telegram, from the bot's own code."""

import asyncio
import logging
import multiprocessing
import os
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot import runtime
from bot.runtime import Running
from bot.settings import Settings
from bot.traffic.pacer import IN_FLIGHT, Pace
from jobs.clock import SystemClock
from storage.database import Database
from tests.bench import filling, scale
from tests.bench.service import TOKEN, Process, Telegram, until
from tests.bench.table import Row, at_most
from tests.bench.wire import most_in_a_second

UNPACED = 2_000
PACED_SECONDS = 30
BEAT = 0.002
KILLED_OF, KILLED_AFTER = 400, 150
RESTARTED, RESTARTED_DUE = 100_000, 18_000


def this_minute() -> datetime:
    """Since when the patients here are due."""
    return (datetime.now(UTC) - timedelta(seconds=5)).replace(second=0, microsecond=0)


def blocking(folder: Path) -> Sequence[Row]:
    """In a process of its own the bot sends what is due, while a heartbeat in its event loop asks for 2 ms of sleep.

    What it gets beyond them is how long the loop was blocked, by itself, by the writer's thread or by the machine. The
    machine's share: the same heartbeat in a loop that has nothing else to do, in another process at the same time.
    """
    rows = []
    many, seconds = scale.of(UNPACED), max(scale.of(PACED_SECONDS), 5)
    for pace, sent, per_second in (("as fast as it goes", many, 100_000), (f"29/s for {seconds} s", 29 * seconds, 29)):
        place = folder / str(per_second)
        place.mkdir()
        database = filling.clinic(place, sent, sent, this_minute())
        with Telegram(range(1, sent + 1)) as telegram:
            context = multiprocessing.get_context("spawn")
            with ProcessPoolExecutor(2, mp_context=context) as processes:
                idle = processes.submit(_idle, place / "over")
                beats = processes.submit(_send_all, str(database.url), telegram.url, sent, per_second, place / "over")
                lags, took = beats.result()
                beside = max(idle.result())
            assert len(telegram.sent()) == sent
        detail = f"{sum(lag > 0.05 for lag in lags)} of {len(lags):,} beats over 50 ms; {sent / took:,.0f} messages/s"
        what = f"the event loop's longest block, {sent:,} messages over HTTP {pace}"
        rows.append(
            at_most(what, max(lags) * 1000, 50, " ms", detail=detail, beside=f"an idle loop: {beside * 1000:.0f} ms")
        )
    return rows


def _idle(over: Path) -> list[float]:
    async def beats() -> list[float]:
        lags = [0.0]
        while not os.path.exists(over):  # noqa: ASYNC240  (a look costs microseconds)
            lags.append(await _beat())
        return lags

    return asyncio.run(beats())


async def _beat() -> float:
    began = time.perf_counter()
    await asyncio.sleep(BEAT)
    return max(time.perf_counter() - began - BEAT, 0.0)


def _send_all(url: str, telegram: str, many: int, per_second: int, over: Path) -> tuple[list[float], float]:
    # Whatever the scheduler says of a second that took longer: how long is what is measured.
    logging.disable(logging.WARNING)
    settings = Settings(  # type: ignore[call-arg]
        _env_file=None, telegram_bot_token=SecretStr(TOKEN), telegram_api_url=telegram
    )
    try:
        return asyncio.run(_beating(settings, Database(url), many, per_second))
    finally:
        over.touch()


async def _beating(settings: Settings, database: Database, many: int, per_second: int) -> tuple[list[float], float]:
    runtime.leave_to_stand()
    running = Running(settings, database, SystemClock(), pace=Pace(per_second))
    lags: list[float] = []
    async with running:
        began, looked = time.perf_counter(), 0.0
        while True:
            lags.append(await _beat())
            if time.perf_counter() - looked > 0.5:
                looked = time.perf_counter()
                if await asyncio.to_thread(_is_over, database, many):
                    break
        took = time.perf_counter() - began
        running.courier.stop()
    return lags, took


def _is_over(database: Database, many: int) -> bool:
    with database.reading() as session:
        query = "SELECT count(*) FROM outbox WHERE state = 'sent'"
        # Yesterday's too.
        return bool(session.connection().exec_driver_sql(query).scalar_one() >= 2 * many)


def cpu(folder: Path) -> Sequence[Row]:
    """`python -m bot run` sends at its own pace to the local Telegram in another process; its CPU time after the start.

    Counted are the user's and the system's seconds, from the tenth message on.
    """
    seconds = max(scale.of(PACED_SECONDS), 5)
    many = 29 * (seconds + 4)
    database = filling.clinic(folder, many, many, this_minute())
    with Telegram(range(1, many + 1)) as telegram, Process(folder, str(database.url), telegram) as process:
        telegram.until_sent(10)
        before, first, began = process.cpu, len(telegram.sent()), time.perf_counter()
        time.sleep(seconds)
        spent, sent, gone = process.cpu - before, len(telegram.sent()) - first, time.perf_counter() - began
        arrived = most_in_a_second(telegram.sent())
    rate = sent / gone
    detail = f"{spent / gone:.1%} at the {rate:.1f}/s sent, {spent / sent * 1000:.1f} ms a message"
    return [
        at_most("CPU at 30 messages/s, of a core", spent / gone * 30 / rate * 100, 10, "%", detail=detail),
        at_most(f"messages that arrive in any second over HTTP, of {first + sent}", arrived, 30, ""),
    ]


def killed(folder: Path) -> Sequence[Row]:
    """kill -9 while `python -m bot run` is sending, and a start on the same database; then the chats are counted."""
    many = max(scale.of(KILLED_OF), 100)
    database = filling.clinic(folder, many, many, this_minute())
    with Telegram(range(1, many + 1)) as telegram:
        with Process(folder, str(database.url), telegram):
            telegram.until_sent(many * KILLED_AFTER // KILLED_OF)
        with Process(folder, str(database.url), telegram):
            until(lambda: _is_over(database, many), "all sent after the kill")
        copies = Counter(telegram.copies())
    twice = sum(held for times, held in copies.items() if times > 1)
    assert max(copies) <= 2
    return [
        at_most(f"prompts lost by a kill -9 while {many} are sent", copies[0], 0, ""),
        at_most("prompts sent twice by it", twice, IN_FLIGHT, ""),
    ]


def restarted(folder: Path) -> Sequence[Row]:
    """A database of 100,000 patients, 18,000 of them due; from the start of the process to the first message's arrival.

    The process's memory is the most that was seen of it in the 15 s after, while it asks and sends.
    """
    many, due = scale.of(RESTARTED), scale.of(RESTARTED_DUE)
    database = filling.clinic(folder, many, due, this_minute())
    with Telegram(range(1, due + 1)) as telegram, Process(folder, str(database.url), telegram) as process:
        telegram.until_sent(1)
        first = telegram.sent()[0] - process.began
        memory, end = 0.0, time.perf_counter() + max(scale.of(15), 3)
        while time.perf_counter() < end:
            memory = max(memory, process.memory)
            time.sleep(0.1)
    return [
        at_most(f"restart with {many:,} patients, {due:,} due: first send after", first, 2, " s"),
        at_most(f"memory with {many:,} patients", memory * 1.048576, 120, " MB"),
    ]
