"""Waking coroutines of any loop from any thread, without looking again and again."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator


class Bell:
    """Wakes one coroutine. Make it in the loop that waits; ring it from anywhere."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()

    def ring(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self) -> None:
        """Returns once it has rung since the last time."""
        await self._rung.wait()
        self._rung.clear()


class Changed(threading.Condition):
    """The world's lock and the news that it changed: threads wait for it, and coroutines by a bell."""

    def __init__(self) -> None:
        super().__init__(threading.RLock())
        self._bells: set[Bell] = set()

    def notify_all(self) -> None:
        super().notify_all()
        for bell in self._bells:
            bell.ring()

    @contextlib.contextmanager
    def ringing(self) -> Iterator[Bell]:
        """A bell that rings at every change."""
        bell = Bell()
        with self:
            self._bells.add(bell)
        try:
            yield bell
        finally:
            with self:
                self._bells.discard(bell)
