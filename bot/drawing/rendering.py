"""Pages, drawn in a process of their own: a chart must not make a patient wait."""

import asyncio
import multiprocessing
import multiprocessing.process
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

from bot.drawing import pictures
from bot.drawing.asked import Asked, AskedVerdicts, Drawn, Verdict

Wanted = TypeVar("Wanted")
Made = TypeVar("Made")


def _begin() -> None:
    """A worker whose parent was killed would wait for work for ever; one that Ctrl+C reaches would break its pool."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent,), daemon=True).start()


def _exit_after(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


class Renderer:
    """One worker process, started when the first page is wanted."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def draw(self, asked: Asked) -> Drawn:
        """The page with its caption. BrokenProcessPool when the worker died of it; the next page gets a new one."""
        return await self.run(pictures.draw, asked)

    async def verdicts(self, asked: AskedVerdicts) -> dict[int, Verdict]:
        """By patient id, of those who are still there. BrokenProcessPool as above."""
        return await self.run(pictures.verdicts, asked)

    async def run(self, work: Callable[[Wanted], Made], wanted: Wanted) -> Made:
        """What a module's function makes of it there. BrokenProcessPool as above."""
        used = self._workers()
        try:
            return await asyncio.get_running_loop().run_in_executor(used, work, wanted)
        except BrokenProcessPool:
            if self._pool is used:
                self.close()
            raise

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawn: a fork would carry the database's connections and threads along.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_begin)
        return self._pool

    def close(self) -> None:
        """At once: a drawing that is under way is given up, and nobody waits for it."""
        pool, self._pool = self._pool, None
        if pool is not None:
            drawing = list((pool._processes or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in drawing:
                process.terminate()
