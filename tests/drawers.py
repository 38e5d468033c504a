"""The process that draws, handed on from one bot of the tests to the next: to start it takes a second of work."""

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from unittest.mock import patch

from bot import runtime
from bot.desk import visits
from bot.drawing.rendering import Renderer

_IDLE: list[ProcessPoolExecutor] = []


class HandedOn(Renderer):
    """Takes the process of one that was closed, and leaves its own unless that is busy or broken."""

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None and _IDLE:
            self._pool = _IDLE.pop()
        return super()._workers()

    def close(self) -> None:
        pool = self._pool
        if pool is not None and not pool._broken and not pool._pending_work_items:
            self._pool = None
            _IDLE.append(pool)
        super().close()


@contextmanager
def drawers_handed_on() -> Iterator[None]:
    """Of each bot and each desk that begins within."""
    with patch.object(runtime, "Renderer", HandedOn), patch.object(visits, "Renderer", HandedOn):
        yield
