"""What one replica alone may do, such as polling: whoever holds the lock does it, and the next one takes over."""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from jobs.clock import Pulse
from storage.locks import Lock

log = logging.getLogger(__name__)
LOOK_EVERY = 5.0


class Work(Protocol):
    async def run(self) -> None:
        """Until told to stop."""

    def stop(self) -> None: ...

    @property
    def pulse(self) -> Pulse:
        """It beats while the work goes on."""


class Leader:
    """Does the work while it holds the lock, each time with what `make` makes; stands by while another does."""

    def __init__(self, lock: Lock, what: str, make: Callable[[], Work]) -> None:
        self._lock, self._what, self._make = lock, what, make
        self._work: Work | None = None
        self._stopping = asyncio.Event()
        self._standing_by = Pulse()
        self._is_away = False

    @property
    def leads(self) -> bool:
        return self._work is not None

    @property
    def pulse(self) -> Pulse:
        return self._standing_by if self._work is None else self._work.pulse

    def stop(self) -> None:
        self._stopping.set()
        if self._work is not None:
            self._work.stop()

    async def run(self) -> None:
        """Until told to stop, or the work ends by itself, or raises."""
        try:
            while not self._stopping.is_set():
                self._standing_by.beat(LOOK_EVERY)
                if await self._acquired():
                    log.info("This replica is %s now", self._what)
                    if await self._lead():
                        return
                    log.error("The lock for %s was lost; whoever gets it next goes on", self._what)
                await self._pause()
        finally:
            await asyncio.to_thread(self._lock.release)

    async def _acquired(self) -> bool:
        try:
            held = await asyncio.to_thread(self._lock.acquire)
        except DBAPIError as fault:
            # Once, and not at each try while the database is away.
            if not self._is_away:
                log.warning("The lock for %s could not be asked for: %s", self._what, type(fault).__name__)
            self._is_away = True
            return False
        self._is_away = False
        return held

    async def _lead(self) -> bool:
        """False when the lock was lost: somebody else may hold it by now, and two must not do it at once."""
        self._work = self._make()
        working = asyncio.ensure_future(self._work.run())
        try:
            while not working.done():
                await asyncio.wait({working}, timeout=LOOK_EVERY)
                if not working.done() and not await asyncio.to_thread(self._lock.held):
                    return False
            working.result()
            return True
        finally:
            self._work = None
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), LOOK_EVERY)
        except TimeoutError:
            return
