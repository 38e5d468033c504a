"""A process of the bot, from its start to its end: in good order, or killed at a boundary or at a moment."""

import asyncio
import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr
from telegram.ext import ExtBot

from bot import courier, draughtsman, runtime
from bot.pacer import Pacer, Priority
from bot.pictures import Asked, Drawn
from bot.runtime import Running
from bot.settings import Settings
from bot.texts import Html
from jobs import daily_prompt, infusion_reminder, undelivered, weekly_summary
from tests.simulation.journal import Journal
from tests.simulation.memory import InlineWriter, Killed, Memory, instant, memory, stored
from tests.simulation.telegram import Door, Telegram
from tests.simulation.timeline import Timeline
from tests.support import TOKEN

# The product looks for what is due each second. Here it is called when something is, and never twice in a second.
LOOKS_EVERY = 1.0
NEVER = 10.0**9
DUE = """
SELECT (SELECT min(next_prompt_at) FROM patient), (SELECT min(next_reminder_at) FROM course),
 (SELECT min(next_summary_at) FROM team), (SELECT 1 FROM outbox WHERE untold LIMIT 1),
 (SELECT min(due_at) FROM outbox WHERE state IN ('pending', 'unsure')),
 (SELECT min(expires_at) FROM outbox WHERE state IN ('waiting', 'pending', 'unsure')),
 (SELECT min(lease_until) FROM outbox WHERE state = 'sending'),
 (SELECT min(lease_until) FROM drawing WHERE state = 'drawing')
"""
TO_TAKE = """
SELECT 1 FROM outbox WHERE state IN ('pending', 'unsure') AND due_at <= ?
 OR state IN ('waiting', 'pending', 'unsure') AND expires_at <= ? OR state = 'sending' AND lease_until <= ? LIMIT 1
"""
TO_DRAW = "SELECT 1 FROM drawing WHERE state IN ('waiting', 'drawing') LIMIT 1"
# Of ticks that have nothing to do, so many are called all the same.
FOR_NOTHING = 0.1


class NoPictures:
    """In place of the worker process: words alone, at once."""

    async def draw(self, _asked: Asked) -> Drawn:
        return Drawn(None, Html("How the team is"))

    def close(self) -> None:
        """Nothing was begun."""


class _Courier(courier.Courier):
    """Does not open a transaction to find that nothing is due."""

    async def _take(self) -> int:
        now = stored(self._clock.now())
        return await super()._take() if memory().one(TO_TAKE, now, now, now) else 0


class _Draughtsman(draughtsman.Draughtsman):
    """The same."""

    async def draw_one(self) -> bool:
        return await super().draw_one() if memory().one(TO_DRAW) else False


class Life:
    """One process. `run` returns when it has ended; `killed` says how."""

    def __init__(
        self, number: int, time: Timeline, memory: Memory, telegram: Telegram, journal: Journal, rng: random.Random
    ) -> None:
        self.number, self.time, self.memory, self.telegram, self.journal = number, time, memory, telegram, journal
        self.dead, self.killed = False, False
        self.banned_until = 0.0
        self.passed: list[str] = []
        self.dies_after: int | None = None
        self._rng = rng
        self._running: Running | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._looking = False
        self._looked_at = -NEVER
        self._ending: asyncio.Task[None] | None = None

    def run(self) -> None:
        """Until it is killed, or has ended in good order."""
        loop = self._loop = self.time.alive()
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
        """A point at which a SIGKILL makes a difference."""
        if self.dead:
            raise Killed
        self.passed.append(where)
        if self.dies_after is not None:
            self.dies_after -= 1
            if self.dies_after < 0:
                self.kill(where)
                raise Killed

    def kill(self, where: str) -> None:
        """As SIGKILL does: nothing more is done, and nothing put in order."""
        if self.dead:
            return
        self.journal.kills += 1
        self.journal.note("KILLED (life %s) at %s", self.number, where)
        self.dead = self.killed = True
        if self._loop is not None:
            self._loop.stop()

    def end(self) -> None:
        """As SIGTERM does: in good order."""
        if not self.dead and self._ending is None and self._loop is not None:
            self.journal.note("told to end (life %s)", self.number)
            self._ending = self._loop.create_task(self._end())

    def changed(self) -> None:
        """Something was committed: what is due next may be something else."""
        if not self._looking and not self.dead and self._loop is not None:
            self._looking = True
            self._loop.call_soon(self._look)

    async def _start(self) -> None:
        self.journal.note("started (life %s)", self.number)
        with self._put_together():
            self._running = Running(_SETTINGS, self.memory.database, self.time, ticking=False)
        await self._running.__aenter__()
        self.changed()

    @contextmanager
    def _put_together(self) -> Iterator[None]:
        def writer(database: Any) -> InlineWriter:
            return InlineWriter(database, self.boundary, self.changed, self._moment)

        with patch.multiple(
            runtime,
            Writer=writer,
            Renderer=NoPictures,
            make_bot=self._made_bot,
            Courier=_Courier,
            Draughtsman=_Draughtsman,
        ):
            yield

    def _made_bot(self, _settings: Settings, pacer: Pacer | None = None) -> ExtBot[Priority]:
        door = Door(self.telegram, self)
        return ExtBot(TOKEN, "https://telegram/bot", request=door, get_updates_request=door, rate_limiter=pacer)

    def _moment(self) -> float:
        """How long a commit takes: mostly no time in which anything else happens."""
        return self._rng.uniform(0.001, 0.05) if self._rng.random() < 0.1 else 0.0

    async def _end(self) -> None:
        if self._running is not None:
            await self._running.__aexit__()
        self.dead = True
        if self._loop is not None:
            self._loop.stop()

    def _look(self) -> None:
        """Calls on the clock and the courier when something is due, or sees to it that it will."""
        self._looking = False
        if self._running is None or self._loop is None or self.dead or self._ending is not None:
            return
        if self._timer is not None:
            self._timer.cancel()
        now, rested = self.time.seconds, self._looked_at + LOOKS_EVERY
        clock, messages = (max(at, rested) for at in self._next_due())
        if min(clock, messages) > now:
            if min(clock, messages) < NEVER:
                self._timer = self._loop.call_at(min(clock, messages), self._look)
            return
        self._looked_at = now
        if clock <= now:
            self._loop.create_task(self._called_on())
        else:
            self._running._look()
            self.changed()

    async def _called_on(self) -> None:
        assert self._running is not None
        ticker, (*due, untold, _, _, _, _) = self._running.ticker, self.memory.one(DUE)
        now = self.time.seconds
        busy = {
            tick: self._seconds(at) <= now
            for tick, at in zip((daily_prompt.run, infusion_reminder.run, weekly_summary.run), due, strict=True)
        }
        busy[undelivered.run] = bool(untold)
        ticker._ticks = [t for t in runtime.TICKS if busy.get(t) or self._rng.random() < FOR_NOTHING]
        await ticker.run_due()
        self.changed()

    def _next_due(self) -> tuple[float, float]:
        """When the clock has something to do, and when the courier or the draughtsman has."""
        *ticks, untold, due, expires, lease, drawing = self.memory.one(DUE)
        clock = 0.0 if untold else min(self._seconds(at) for at in ticks)
        # In a ban nothing is sent, however long it has been due.
        sending = max(self._seconds(due), self.banned_until)
        return clock, min(sending, *(self._seconds(at) for at in (expires, lease, drawing)))

    def _seconds(self, at: str | None) -> float:
        found: datetime | None = instant(at)
        return NEVER if found is None else self.time.seconds_at(found)

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


_SETTINGS = Settings(_env_file=None, telegram_bot_token=SecretStr(TOKEN))  # type: ignore[call-arg]


class Listener(logging.Handler):
    """What the product logs as an error is one, unless the simulation has caused just that."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self.journal = journal
        self.life: Life | None = None

    def emit(self, record: logging.LogRecord) -> None:
        if self.life is None or self.life.dead:
            return
        said = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            if isinstance(record.exc_info[1], Killed):
                return
            said += f" ({record.exc_info[1]!r})"
        if record.levelno >= logging.ERROR:
            self.journal.wrong(f"logged: {said}")
        else:
            self.journal.note("log: %s", said)


@contextmanager
def patiently() -> Iterator[None]:
    """The courier and the draughtsman wait until they are called, instead of looking each second."""
    with (
        patch.object(courier, "LONGEST_REST", NEVER / 2),
        patch.object(draughtsman, "LONGEST_REST", NEVER / 2),
    ):
        yield
