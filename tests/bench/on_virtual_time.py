"""The whole bot at its full pace for ten minutes and more, in the seconds that its own work takes."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from unittest.mock import patch

from pydantic import SecretStr
from telegram.ext import ExtBot

from bot import runtime
from bot.runtime import Running
from bot.settings import Settings
from bot.traffic.pacer import IN_FLIGHT, PER_SECOND, Pacer, Priority
from storage.database import Database
from tests.bench import filling, scale
from tests.bench.table import Row, at_most
from tests.bench.wire import LATENCY, START, InlineWriter, LoopClock, Wire, most_in_a_second
from tests.delivery.virtual_time import run

TOKEN = "1234567890:made-up-token-for-the-bench"
DUE = 18_000
DUE_THE_FIRST_TIME = 3_000
BANNED = 2_000
BANS = ((2.0, 3), (20.0, 30), (60.0, 10))


def pace(folder: Path) -> Sequence[Row]:
    """The whole bot on virtual time: a request takes 100 ms, a commit 5 ms, and nothing else takes any.

    As on any evening the buttons of yesterday's questions are taken away on the way, which are requests too; beside it,
    an evening on which there are none.
    """
    many, few = scale.of(DUE), scale.of(DUE_THE_FIRST_TIME)
    wire, took = _evening(folder / "pace", many, Wire())
    first, _ = _evening(folder / "first", few, Wire(), yesterday=False)
    ideal, gone = many / PER_SECOND, max(wire.sent) + LATENCY
    beside = f"{few:,} without old buttons: {(max(first.sent) + LATENCY) / (few / PER_SECOND) * 100 - 100:.1f}%"
    detail = f"{gone:.1f} s of virtual time, worked off in {took:.0f} s of true time"
    what = f"{many:,} due in one second, at 29/s: all are sent after, beyond the ideal {ideal:.1f} s"
    return [
        at_most(what, gone / ideal * 100 - 100, 2, "%", detail=detail, beside=beside),
        at_most(f"messages in any second, of {many:,}", most_in_a_second(wire.sent), 30, ""),
        Row(f"requests in any second, of {len(wire.requests):,} of every kind", str(most_in_a_second(wire.requests))),
    ]


def bans(folder: Path) -> Sequence[Row]:
    """The same, while Telegram tells the bot to wait for 3, 30 and 10 seconds, each in the midst of sending."""
    many = scale.of(BANNED)
    wire, _ = _evening(folder / "bans", many, Wire(BANS[: 1 + many // 1000]))
    what = f"requests during a ban, the worst of {len(wire.silences)}, the one that ran into it among them"
    detail = f"all {many:,} sent, each once"
    return [at_most(what, wire.refused_in_a_ban(), IN_FLIGHT, "", detail=detail)]


def _evening(folder: Path, many: int, wire: Wire, *, yesterday: bool = True) -> tuple[Wire, float]:
    """So many are due at the loop's beginning; returns when all are sent."""
    folder.mkdir()
    database = filling.without_the_disk(filling.clinic(folder, many, many, START))
    if not yesterday:
        with database.writing() as connection:
            connection.exec_driver_sql("UPDATE diaryday SET message_id = NULL")
    began = time.perf_counter()
    run(_sends(database, wire, many))
    database.close()
    assert len(wire.sent) == many
    return wire, time.perf_counter() - began


async def _sends(database: Database, wire: Wire, many: int) -> None:
    def made(_settings: Settings, pacer: Pacer | None = None) -> ExtBot[Priority]:
        return ExtBot(TOKEN, "https://telegram/bot", request=wire, get_updates_request=wire, rate_limiter=pacer)

    settings = Settings(_env_file=None, telegram_bot_token=SecretStr(TOKEN))  # type: ignore[call-arg]
    with patch.multiple(runtime, Writer=InlineWriter, make_bot=made):
        running = Running(settings, database, LoopClock(), ticking=False)
    async with running:
        # The scheduler's own clock is the true one; so its second is kept here.
        async with asyncio.timeout(600 + many / 10):
            while len(wire.sent) < many:
                await running.ticker.run_due()
                await asyncio.sleep(1.0)
        await asyncio.sleep(1.0)
        with database.reading() as session:
            assert not session.connection().exec_driver_sql("SELECT 1 FROM outbox WHERE state <> 'sent'").first()
