"""Updates posted to the bot's webhook: the product's own application, without a socket between it and Telegram."""

import asyncio
import json
from typing import Any

from bot.application import Handlers
from bot.settings import Settings
from bot.traffic.webhook import HEADER, Webhook
from tests.simulation.telegram import Telegram
from tests.simulation.weather import UNSURE
from tests.simulation.wire import Process, whose

URL = "http://127.0.0.1:8080/updates"
# Until an update that was not taken is posted again.
WAITS = (1.0, 2.0, 5.0, 30.0, 60.0)


class PostedTo(Webhook):
    """The product's webhook; what uvicorn and a socket would do is done here."""

    def __init__(
        self, application: Any, handlers: Handlers, settings: Settings, telegram: Telegram, process: Process
    ) -> None:
        super().__init__(application, handlers, settings)
        self._telegram, self._process = telegram, process
        self._ends = asyncio.Event()
        self._posts: dict[int, asyncio.Task[None]] = {}
        self._tries: dict[int, int] = {}
        self._answers = self.app()

    def stop(self) -> None:
        super().stop()
        self._ends.set()

    async def run(self) -> None:
        posting = asyncio.create_task(self._post_what_waits())
        try:
            await self._set()
            await self._ends.wait()
        finally:
            posting.cancel()
            posts = [*self._posts.values()]
            if posts:
                await asyncio.wait(posts, timeout=3.0)
            for post in posts:
                post.cancel()
            self._telegram.mailbox.under_way.clear()

    async def _post_what_waits(self) -> None:
        """Of each chat one at a time, in order; chats side by side."""
        telegram = self._telegram
        while True:
            await telegram.something(self._process)
            assert telegram.arrived is not None
            telegram.arrived.clear()
            if telegram.webhook is not None:
                for update in telegram.mailbox.to_be_posted():
                    lane = whose(update)
                    if lane not in self._posts:
                        telegram.mailbox.under_way.add(update["update_id"])
                        self._posts[lane] = asyncio.create_task(self._post(lane, update))
            await telegram.arrived.wait()

    async def _post(self, lane: int, update: dict[str, Any]) -> None:
        telegram, update_id = self._telegram, update["update_id"]
        taken = await self._is_taken(update)
        if taken:
            telegram.mailbox.posted(update)
            self._tries.pop(update_id, None)
        else:
            tries = self._tries[update_id] = self._tries.get(update_id, 0) + 1
            await telegram.passes(self._process, WAITS[min(tries, len(WAITS)) - 1])
        telegram.mailbox.under_way.discard(update_id)
        del self._posts[lane]
        if telegram.arrived is not None:
            telegram.arrived.set()

    async def _is_taken(self, update: dict[str, Any]) -> bool:
        """Whether Telegram has heard that it was; it may have been and Telegram has not."""
        telegram, process, update_id = self._telegram, self._process, update["update_id"]
        fault = telegram.befalls("post", whose(update))
        await telegram.passes(process, telegram.rng.uniform(0.01, 0.15))
        kind = fault.kind if fault is not None else None
        if kind in {"no_connection", "reset_before", "timeout_before", "server_error"}:
            return False
        process.boundary("post")
        telegram.handed(telegram.origin[update_id])
        status = await self._status(update)
        process.boundary("posted")
        if status == 200:
            telegram.acknowledged(telegram.origin[update_id])
        telegram.journal.note("posted %s: %s %s", update_id, status, kind or "")
        return status == 200 and kind not in UNSURE

    async def _status(self, update: dict[str, Any]) -> int:
        """What the application answers to it."""
        body, answered = json.dumps(update).encode(), []
        hook = self._telegram.webhook
        secret = hook.secret if hook is not None else ""
        scope = {
            "type": "http",
            "http_version": "1.1",
            "method": "POST",
            "path": "/updates",
            "raw_path": b"/updates",
            "query_string": b"",
            "headers": [(HEADER.lower().encode(), secret.encode())],
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                answered.append(message["status"])

        await self._answers(scope, receive, send)
        return int(answered[0])
