"""Gathers the facts from which it follows which lights are red."""

import asyncio
import functools
import logging
import time
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from telegram.error import TelegramError

from bot.runtime import Role, Running
from bot.settings import Settings
from bot.traffic.pacer import PER_SECOND, BannedError, Priority
from bot.watching.facts import fault_of, machine_facts, stored_facts
from jobs import lights, load
from jobs.lights import Facts, Light, MachineFacts, ProcessFacts, StoredFacts, TelegramFacts
from jobs.load import Rush
from storage import patients, watching
from storage.models import MessageState

log = logging.getLogger(__name__)
T = TypeVar("T")
# Whoever takes longer to answer is away, whatever they say later.
PATIENCE = 10.0
FRESH = 2.0
# A quiet Telegram is asked something once a minute, so that its silence means something.
ASKED_AFTER = 60.0
RUSH_EVERY = timedelta(hours=1)
# A process writes twice a minute that it lives.
ROLE_MISSED_AFTER = timedelta(minutes=3)


@dataclass(frozen=True)
class Seen:
    """The lights at a moment, and what they follow from.

    `unsettled`: messages still to be sent, by state; `waiting`: how much waits for the writer.
    """

    at: datetime
    lights: list[Light]
    facts: Facts
    unsettled: Mapping[MessageState, int]
    waiting: int


class Lookout:
    """Looks when asked to, but not twice in two seconds: whoever asks meanwhile sees the same."""

    def __init__(self, running: Running, settings: Settings, process: str) -> None:
        """`process`: what this one is called among several."""
        self._running, self._settings, self._process = running, settings, process
        self._looking = asyncio.Lock()
        self._seen: Seen | None = None
        self._seen_at = 0.0
        self._pending: dict[str, asyncio.Task[Any]] = {}
        self._unsettled: Mapping[MessageState, int] = {}
        self._rush: tuple[datetime, Rush | None] | None = None
        self._webhook = TelegramFacts(None)
        self._expected: str | None = None

    async def look(self) -> Seen:
        async with self._looking:
            if self._seen is None or time.monotonic() - self._seen_at > FRESH:
                self._seen = await self._look()
                self._seen_at = time.monotonic()
            return self._seen

    def of_the_process(self) -> tuple[datetime, list[Light]]:
        """What is known without asking anybody, and so at once."""
        return self._running.clock.now(), lights.of_process(self._of_process())

    async def close(self) -> None:
        for task in self._pending.values():
            task.cancel()
        await asyncio.gather(*self._pending.values(), return_exceptions=True)

    async def _look(self) -> Seen:
        await self._ask_telegram()
        stored = await self._stored()
        # After those, which may have taken a while.
        now = self._running.clock.now()
        machine = await self._machine(now)
        facts = Facts(now, stored, machine, self._of_process(), self._of_telegram())
        return Seen(now, lights.lights(facts), facts, self._unsettled, self._running.writer.waiting)

    async def _machine(self, now: datetime) -> MachineFacts:
        """Unknown where a disk does not answer: the rest of the bot does not wait for it."""
        try:
            work = functools.partial(asyncio.to_thread, machine_facts, self._running.database, self._settings, now)
            return await self._within("machine", work)
        except TimeoutError:
            return MachineFacts()

    def _of_process(self) -> ProcessFacts:
        running = self._running
        if not running.started:
            # It waits for Telegram: nothing has begun that could be missed.
            return ProcessFacts(running.writer.alive, begun=False)

        def missed(role: Role, age: float) -> float | None:
            return age if role in running.roles else None

        return ProcessFacts(
            running.writer.alive,
            tick=running.ticker.pulse.age if running.ticks else None,
            courier=missed(Role.COURIER, running.courier.pulse.age),
            intake=missed(Role.INTAKE, running.intake.pulse.age),
            drawing=missed(Role.RENDER, running.draughtsman.pulse.age),
            failing=running.ticker.failing,
            keeping=running.keeping if running.database.is_sqlite else None,
        )

    def _of_telegram(self) -> TelegramFacts:
        running = self._running
        return replace(
            self._webhook,
            silent=running.heard.silent if running.started else None,
            ban=running.pacer.ban_left,
            clock_off=running.heard.clock_off,
        )

    async def _ask_telegram(self) -> None:
        """Something small, where nothing else was asked lately; with a webhook, how the posting goes."""
        running = self._running
        silent = running.heard.silent
        if not running.started:
            return
        try:
            if running.posts:
                await self._within("telegram", self._ask_for_webhook)
            elif silent is None or silent > ASKED_AFTER:
                await self._within("telegram", lambda: running.bot.get_me(rate_limit_args=Priority.TIDYING))
        except (TelegramError, BannedError, TimeoutError) as fault:
            log.info("Telegram could not be asked how it is: %s", type(fault).__name__)

    async def _ask_for_webhook(self) -> None:
        info = await self._running.bot.get_webhook_info(rate_limit_args=Priority.TIDYING)
        self._webhook = TelegramFacts(
            None,
            webhook_error_at=info.last_error_date,
            webhook_error=info.last_error_message or "",
            webhook_waiting=info.pending_update_count,
        )

    async def _stored(self) -> StoredFacts | str:
        """The facts, or the fault for which there are none."""
        writer, now = self._running.writer, self._running.clock.now()
        # While it waits for Telegram it does nothing yet.
        roles = ",".join(sorted(self._running.roles)) if self._running.started else ""
        began = time.monotonic()
        try:
            beat = functools.partial(watching.beat, process=self._process, roles=roles, now=now)
            await self._within("write", lambda: writer.run(beat))
            seconds = time.monotonic() - began
            facts = await self._within("read", lambda: asyncio.to_thread(self._read, now))
        except TimeoutError:
            return f"no answer within {PATIENCE:.0f} seconds"
        except Exception as fault:
            log.debug("The database could not be looked at: %s", type(fault).__name__)
            return fault_of(fault)
        return replace(facts, seconds=seconds)

    def _read(self, now: datetime) -> StoredFacts:
        database = self._running.database
        if self._expected is None:
            self._expected = database.expected_revision()
        found = database.revision()
        with database.reading() as session:
            if self._rush is None or now - self._rush[0] >= RUSH_EVERY:
                self._rush = now, load.worst(patients.prompts_by_moment(session), PER_SECOND)
            self._unsettled = watching.unsettled(session)
            stored = stored_facts(session, now, found, self._expected, self._rush[1])
            held = watching.roles_held(session, now - ROLE_MISSED_AFTER)
            return replace(stored, roles_missing=tuple(role for role in Role if role not in held))

    async def _within(self, name: str, begin: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What `begin` gives. TimeoutError: it goes on, and as long as it does it is not begun once more."""
        task: asyncio.Task[T] | None = self._pending.get(name)
        if task is None or task.done():
            # What has come too late says how it was then. It is begun anew, and its fault is nobody's any more.
            if task is not None and not task.cancelled():
                task.exception()
            task = self._pending[name] = asyncio.create_task(begin())
        await asyncio.wait({task}, timeout=PATIENCE)
        if not task.done():
            raise TimeoutError
        del self._pending[name]
        return task.result()
