"""Calls on the clock, the courier and the draughtsman when something is due: the product looks each second."""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from bot.runtime import TICKS
from jobs import confirming, daily_prompt, follow_up, infusion_reminder, undelivered, weekly_summary
from jobs.clock import Tick, Ticker
from tests.simulation.memory import instant, stored
from tests.simulation.parts import NEVER

if TYPE_CHECKING:
    from tests.simulation.life import Life

# Never twice in a second.
LOOKS_EVERY = 1.0
DUE = """
SELECT (SELECT min(next_prompt_at) FROM patient), (SELECT min(next_reminder_at) FROM course),
 (SELECT min(next_summary_at) FROM staff),
 (SELECT min(next_follow_up_at) FROM diaryday), (SELECT min(next_confirmation_at) FROM team),
 (SELECT 1 FROM outbox WHERE untold LIMIT 1),
 (SELECT min(due_at) FROM outbox WHERE state IN ('pending', 'unsure')),
 (SELECT min(expires_at) FROM outbox WHERE state IN ('waiting', 'pending', 'unsure')),
 (SELECT min(lease_until) FROM outbox WHERE state = 'sending'),
 (SELECT min(CASE state WHEN 'waiting' THEN '2000-01-01' ELSE lease_until END) FROM drawing
 WHERE state IN ('waiting', 'drawing') AND expires_at > ?)
"""
# Of ticks that have nothing to do, so many are called all the same.
FOR_NOTHING = 0.1


class Looking:
    """For one life."""

    def __init__(self, life: "Life") -> None:
        self._life = life
        self._soon = False
        self._looked_at = -NEVER
        self._timer: asyncio.TimerHandle | None = None
        self._ticker: Ticker | None = None

    def soon(self) -> None:
        """What is due next may be something else than it was."""
        if not self._soon and not self._life.dead and self._life.loop is not None:
            self._soon = True
            self._life.loop.call_soon(self._look)

    async def stop(self) -> None:
        """Ends between two batches, as the product's own ticker does."""
        if self._ticker is not None:
            await self._ticker.stop()

    def _look(self) -> None:
        """Calls on them when something is due, or sees to it that they will be."""
        self._soon = False
        life = self._life
        if life.running is None or life.loop is None or life.is_ending:
            return
        if self._timer is not None:
            self._timer.cancel()
        now, rested = life.time.seconds, self._looked_at + LOOKS_EVERY
        clock, messages = (max(at, rested) for at in self._next_due())
        if min(clock, messages) > now:
            if min(clock, messages) < NEVER:
                self._timer = life.loop.call_at(min(clock, messages), self._look)
            return
        self._looked_at = now
        if clock <= now:
            life.loop.create_task(self._ticks())
        else:
            self._committed()
            self.soon()

    def _committed(self) -> None:
        """As the product does after each commit: there may be pages to draw and messages to send."""
        if self._life.running is not None:
            self._life.running.draughtsman.wake()
            self._life.running.courier.wake()

    async def _ticks(self) -> None:
        life = self._life
        assert life.running is not None
        *due, untold, _, _, _, _ = life.memory.one(DUE, stored(life.time.now()))
        now = life.time.seconds
        busy = {
            tick: self._seconds(at) <= now
            for tick, at in zip(
                (daily_prompt.run, infusion_reminder.run, weekly_summary.run, follow_up.run, confirming.run),
                due,
                strict=True,
            )
        }
        busy[undelivered.run] = bool(untold)
        called: list[Tick] = [tick for tick in TICKS if busy.get(tick) or life.rng.random() < FOR_NOTHING]
        self._ticker = Ticker(life.running.writer, life.time, called, self._committed)
        await self._ticker.run_due()
        self.soon()

    def _next_due(self) -> tuple[float, float]:
        """When the clock has something to do, and when the courier or the draughtsman has."""
        *ticks, untold, due, expires, lease, drawing = self._life.memory.one(DUE, stored(self._life.time.now()))
        clock = 0.0 if untold else min(self._seconds(at) for at in ticks)
        # In a ban nothing is sent, however long it has been due.
        sending = max(self._seconds(due), self._life.banned_until)
        return clock, min(sending, *(self._seconds(at) for at in (expires, lease, drawing)))

    def _seconds(self, at: str | None) -> float:
        found: datetime | None = instant(at)
        return NEVER if found is None else self._life.time.seconds_at(found)
