"""The pacer's way to the budget that all replicas share."""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy.exc import DBAPIError

from storage.pace import SharedPace, Slot

log = logging.getLogger(__name__)
T = TypeVar("T")


class Budget:
    """Asks in a thread of its own. While the database is away each replica keeps to its own pace."""

    def __init__(self, pace: SharedPace) -> None:
        self._pace = pace
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="pace")

    async def take(self) -> Slot:
        return await self._asked(self._pace.take, Slot())

    async def ban(self, seconds: float) -> None:
        await self._asked(lambda: self._pace.ban(seconds), None)

    async def _asked(self, question: Callable[[], T], without: T) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, question)
        except DBAPIError as fault:
            log.warning("The common pace could not be asked for (%s); going at an own one", type(fault).__name__)
            await asyncio.get_running_loop().run_in_executor(self._thread, self._pace.close)
            return without

    def close(self) -> None:
        self._thread.submit(self._pace.close)
        self._thread.shutdown()
