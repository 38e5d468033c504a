"""What happens in the chats, told to whoever watches: the demo's page."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType

from bot.local.records import Json


class Subscription:
    """An endless asynchronous iterator of events, filled from any thread, until it is closed.

    Events are {"type": "message" | "edited", "chat_id", "message"}, {"type": "deleted", "chat_id",
    "message_id"}, {"type": "toast", "chat_id", "text", "show_alert"}, {"type": "typing", "chat_id"} and
    {"type": "commands"}. Create it inside the loop that reads it.
    """

    def __init__(self, forget: Callable[[Subscription], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._queue: asyncio.Queue[Json] = asyncio.Queue()
        self._forget = forget

    def deliver(self, event: Json) -> None:
        with contextlib.suppress(RuntimeError):  # the reader's loop has closed
            self._loop.call_soon_threadsafe(self._queue.put_nowait, event)

    async def get(self) -> Json:
        return await self._queue.get()

    def close(self) -> None:
        self._forget(self)

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Json:
        return await self._queue.get()

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
