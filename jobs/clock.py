"""The time, and what happens on it. APScheduler ticks; a tick claims what is due and calls `run(session, now)`."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlmodel import Session

from storage.writer import Writer

log = logging.getLogger(__name__)

# Does what is due, in one transaction; returns whether more may be waiting.
Tick = Callable[[Session, datetime], bool]


class Clock(Protocol):
    """The only thing that reads the time."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class AlignedClock:
    """The machine's own time, set right by another clock: among replicas the database's, whatever their machines say.

    `ask` gives that clock's present instant. The time between two calls of `align` is the machine's own.
    """

    def __init__(self, ask: Callable[[], datetime]) -> None:
        self._ask, self._ahead = ask, timedelta(0)

    def align(self) -> timedelta:
        """By how much that clock is ahead of this machine's."""
        before = datetime.now(UTC)
        told = self._ask()
        after = datetime.now(UTC)
        self._ahead = told - (before + (after - before) / 2)
        return self._ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead


class MovableClock:
    """A clock for tests and for the demo. It stands still, or flows on from where it was put; never backwards."""

    def __init__(self, start: datetime, *, flowing: bool = False) -> None:
        self._start, self._flowing, self._began = start.astimezone(UTC), flowing, time.monotonic()

    def now(self) -> datetime:
        gone = time.monotonic() - self._began if self._flowing else 0.0
        return self._start + timedelta(seconds=gone)

    def move_to(self, instant: datetime) -> None:
        """ValueError when `instant` has passed: nothing here is made to live a day twice."""
        if instant < self.now():
            raise ValueError(f"the clock cannot go back to {instant.isoformat()}")
        self._start, self._began = instant.astimezone(UTC), time.monotonic()


class Pulse:
    """That something goes on, as its own loop shows: for whoever watches it."""

    def __init__(self) -> None:
        self._expected = time.monotonic()

    def beat(self, resting: float = 0.0) -> None:
        """It is alive; it means to rest for so many seconds, and is not missed before."""
        self._expected = time.monotonic() + resting

    @property
    def age(self) -> float:
        """For how many seconds it has been missed."""
        return max(0.0, time.monotonic() - self._expected)


class Ticker:
    """Calls every tick each second. One that fails is logged and tried again at the next second."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        ticks: Sequence[Tick],
        done: Callable[[], None] = lambda: None,
        ran: Callable[[str, float], None] = lambda job, seconds: None,
    ) -> None:
        """`done` is called when something was committed; `ran` after each job, with the seconds that it took."""
        self._writer, self._clock, self._ticks, self._done, self._ran = writer, clock, ticks, done, ran
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._ticking, self._stopping = asyncio.Lock(), False
        self.last_tick_at: datetime | None = None
        self.pulse = Pulse()
        # By the job that fails: since when, by `time.monotonic`.
        self._failing: dict[str, float] = {}

    @property
    def failing(self) -> dict[str, float]:
        """The jobs that fail at each try, with for how many seconds they have."""
        now = time.monotonic()
        return {job: now - since for job, since in self._failing.items()}

    def start(self) -> None:
        self._scheduler.add_job(
            self.run_due,
            "interval",
            seconds=1,
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
            # At once: what is due has waited for the start.
            next_run_time=datetime.now(UTC),
        )
        self.pulse.beat()
        self._scheduler.start()

    async def stop(self) -> None:
        """Ends between two batches. The scheduler by itself would cut the tick short, and call that an error."""
        self._stopping = True
        async with self._ticking:
            if self._scheduler.running:
                self._scheduler.shutdown(wait=False)

    async def run_due(self) -> None:
        """Everything that is due now, in batches: other work gets its turn between two of them."""
        async with self._ticking:
            for tick in self._ticks:
                await self._run(tick)
            self.last_tick_at = self._clock.now()
        self._done()

    async def run_together(self) -> None:
        """The same in few transactions, for whoever waits for it and then looks for themselves at what came of it."""
        async with self._ticking:
            # Their first batches wait for the writer together, in their order, and are committed together.
            await asyncio.gather(*(self._run(tick) for tick in self._ticks))
            self.last_tick_at = self._clock.now()

    async def _run(self, tick: Tick) -> None:
        # The module's name; of a partial one, that of what it calls.
        job = getattr(tick, "func", tick).__module__.rpartition(".")[2]
        began = time.monotonic()
        try:
            while not self._stopping and await self._writer.run(lambda session: tick(session, self._clock.now())):
                # There is more; whoever does what it found out need not wait for the rest.
                self._done()
            if self._failing.pop(job, None) is not None:
                log.warning("A tick works again: %s", job)
        except Exception:
            # Once, and not each second while a database is away: such a log has filled disks.
            if job not in self._failing:
                log.exception("A tick failed and is tried again: %s", job)
            self._failing.setdefault(job, began)
        # After each: while a database hangs, all of them together take minutes, and none of them hangs by itself.
        self.pulse.beat()
        self._ran(job, time.monotonic() - began)
