"""A process of the bot, from its start to its end: in good order, or killed at a boundary or at a moment."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr
from telegram.ext import ExtBot

from bot import runtime
from bot.application import Handlers
from bot.runtime import Running
from bot.settings import Settings
from bot.traffic.pacer import Pacer, Priority
from storage.database import Database
from tests.simulation.disk import InlineWriter, Trouble
from tests.simulation.journal import Journal
from tests.simulation.looking import Looking
from tests.simulation.memory import Killed, Memory
from tests.simulation.parts import Courier, Draughtsman, NoPictures
from tests.simulation.posting import URL, PostedTo
from tests.simulation.telegram import Telegram
from tests.simulation.timeline import Timeline
from tests.simulation.wire import Door
from tests.support import TOKEN

POLLING = Settings(_env_file=None, telegram_bot_token=SecretStr(TOKEN))  # type: ignore[call-arg]
POSTED = POLLING.model_copy(update={"webhook_url": URL})


@dataclass
class Machine:
    """What a process stands on, and what is wrong with it: nothing, unless the seed says so."""

    trouble: Callable[[], Trouble | None] = lambda: None
    bad_work: Callable[[int], int | None] = lambda _works: None
    draws_nothing: Callable[[], bool] = lambda: False
    # How the process that starts next hears of updates.
    by_webhook: Callable[[], bool] = lambda: False


class Life:
    """One process. `run` returns when it has ended; `killed` says how."""

    def __init__(
        self,
        number: int,
        time: Timeline,
        memory: Memory,
        telegram: Telegram,
        journal: Journal,
        machine: Machine,
        rng: random.Random,
    ) -> None:
        self.number, self.time, self.memory, self.telegram, self.journal = number, time, memory, telegram, journal
        self.dead, self.killed = False, False
        self.banned_until = 0.0
        self.passed: list[str] = []
        self.dies_after: int | None = None
        # After so many boundaries it stops for so many seconds, and then goes on as if nothing had been.
        self.stops_after: tuple[int, float] | None = None
        self.machine, self.rng = machine, rng
        self.running: Running | None = None
        self.loop: asyncio.AbstractEventLoop | None = None
        self.looking = Looking(self)
        self._ending: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Until it is killed, or has ended in good order."""
        loop = self.loop = self.time.alive()
        loop.set_exception_handler(self._unhandled)
        try:
            starting = loop.create_task(self._start())
            loop.run_forever()
        finally:
            self.dead = True
            _bury(loop)
            self.time.dead()
            loop.set_exception_handler(lambda _loop, _context: None)
            loop.close()
        del starting

    def boundary(self, where: str) -> None:
        """A point at which a SIGKILL makes a difference, or a SIGSTOP."""
        if self.dead:
            raise Killed
        self.passed.append(where)
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                self.kill(where)
                raise Killed
        if self.stops_after is not None:
            left, seconds = self.stops_after
            if left > 0:
                self.stops_after = left - 1, seconds
            elif where != "commit":
                # Not in a transaction: the operator's own jobs would be locked out for as long.
                self.stops_after = None
                self.stop(where, seconds)

    def stop(self, where: str, seconds: float) -> None:
        """As SIGSTOP does, and SIGCONT after so long: everybody else goes on meanwhile."""
        seconds = min(seconds, self.time.calm_from - self.time.seconds - 1.0)
        if seconds < 1.0:
            return
        self.journal.note("STOPPED (life %s) for %s s at %s", self.number, int(seconds), where)
        self.journal.stopped.append((self.time.seconds, self.time.seconds + seconds))
        self.time.pass_standing_still(seconds)
        self.time.stood_still()
        self.journal.note("goes on (life %s)", self.number)
        if self.dead:
            raise Killed

    def kill(self, where: str) -> None:
        """As SIGKILL does: nothing more is done, and nothing put in order."""
        if self.dead:
            return
        self.journal.kills += 1
        self.journal.note("KILLED (life %s) at %s", self.number, where)
        self.dead = self.killed = True
        if self.loop is not None:
            self.loop.stop()

    def end(self) -> None:
        """As SIGTERM does: in good order."""
        if not self.dead and self._ending is None and self.loop is not None:
            self.journal.note("told to end (life %s)", self.number)
            self._ending = self.loop.create_task(self._end())

    @property
    def is_ending(self) -> bool:
        return self.dead or self._ending is not None

    def changed(self) -> None:
        """Something was committed: what is due next may be something else."""
        self.looking.soon()

    def trouble(self) -> Trouble | None:
        return self.machine.trouble()

    def bad_work(self, works: int) -> int | None:
        return self.machine.bad_work(works)

    def commit_takes(self) -> float:
        """Mostly no time in which anything else happens."""
        return self.rng.uniform(0.001, 0.05) if self.rng.random() < 0.1 else 0.0

    async def _start(self) -> None:
        self.journal.note("started (life %s)", self.number)
        with self._put_together():
            settings = POSTED if self.machine.by_webhook() else POLLING
            try:
                self.running = Running(settings, self.memory.database, self.time, ticking=False)
            except TypeError as fault:
                # The product's parts have got other parameters: nothing at all would happen, and nothing go wrong.
                self.journal.wrong(f"it could not be put together: {fault}")
                raise
        await self.running.__aenter__()
        self.changed()
        await self._finished(self.running)

    async def _finished(self, running: Running) -> None:
        """No part of it ends by itself: the whole bot would end with it."""
        try:
            await running.finished()
            why = "without a word"
        except Exception as fault:
            why = repr(fault)
        if not self.is_ending:
            self.journal.wrong(f"a part of the bot ended by itself: {why}")

    @contextmanager
    def _put_together(self) -> Iterator[None]:
        def writer(database: Database) -> InlineWriter:
            return InlineWriter(database, self)

        def renderer() -> NoPictures:
            return NoPictures(self.machine.draws_nothing)

        def posted_to(application: Any, handlers: Handlers, settings: Settings) -> PostedTo:
            return PostedTo(application, handlers, settings, self.telegram, self)

        with patch.multiple(
            runtime,
            Writer=writer,
            Renderer=renderer,
            make_bot=self._made_bot,
            Courier=Courier,
            Draughtsman=Draughtsman,
            Webhook=posted_to,
        ):
            yield

    def _made_bot(self, _settings: Settings, pacer: Pacer | None = None, _heard: object = None) -> ExtBot[Priority]:
        door = Door(self.telegram, self)
        return ExtBot(TOKEN, "https://telegram/bot", request=door, get_updates_request=door, rate_limiter=pacer)

    async def _end(self) -> None:
        await self.looking.stop()
        if self.running is not None:
            await self.running.__aexit__()
        self.dead = True
        if self.loop is not None:
            self.loop.stop()

    def _unhandled(self, _loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        if not self.dead:
            self.journal.wrong(f"unhandled: {context.get('message')} {context.get('exception')!r}")


def _bury(loop: asyncio.AbstractEventLoop) -> None:
    """Closes what the process was doing. Everything leads to doors that are closed by now."""
    asyncio._set_running_loop(loop)
    try:
        _close_tasks(loop)
    finally:
        asyncio._set_running_loop(None)


def _close_tasks(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        coroutine = task.get_coro()
        for _ in range(20):
            try:
                coroutine.close()
                break
            except BaseException:  # noqa: S112  (it waits for something in a finally, and is closed there again)
                continue
        with suppress(AttributeError):
            task._log_destroy_pending = False  # type: ignore[attr-defined]
