"""Pictures, drawn in a process of their own: a chart must not make a patient wait."""

import asyncio
import multiprocessing
import multiprocessing.process
import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from bot.replies import Drawn, Picture


def _end_with_parent() -> None:
    """A worker whose parent was killed would wait for work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent,), daemon=True).start()


def _exit_after(parent: multiprocessing.process.BaseProcess) -> None:
    parent.join()
    os._exit(1)


class Renderer:
    """One worker process, started when the first picture is wanted."""

    def __init__(self) -> None:
        self._pool: ProcessPoolExecutor | None = None

    async def draw(self, picture: Picture) -> Drawn:
        """The picture, with its caption if it has one. A worker that died is replaced once."""
        drawn = await self._made(picture)
        return drawn if isinstance(drawn, Drawn) else Drawn(drawn)

    async def _made(self, picture: Picture) -> bytes | Drawn:
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._workers(), picture.draw, picture.facts)
        except BrokenProcessPool:
            self.close()
            return await loop.run_in_executor(self._workers(), picture.draw, picture.facts)

    def _workers(self) -> ProcessPoolExecutor:
        if self._pool is None:
            # spawn: a fork would carry the database's connections and threads along.
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(1, mp_context=context, initializer=_end_with_parent)
        return self._pool

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None
