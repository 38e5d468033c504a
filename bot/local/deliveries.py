"""Updates posted to the bot's webhook, as Telegram's own server does it.

In order only within a lane: the messages of one chat are one, the presses of one person another, the changes of
membership in one chat a third. A lane waits for the answer to its first update, and for its next try when the bot
did not take it; the lanes go beside each other, up to max_connections of them. So a press may overtake a message.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import httpx

from bot.local.records import Json
from bot.local.refusal import not_served
from bot.local.webhook import Webhook
from bot.local.world import World

LONGEST_RETRY_AFTER = 3600
# What Telegram itself passes over in an answer, beside all that reads.
IGNORED = {"close", "deletewebhook", "logout", "setwebhook"}
Lane = tuple[str, int]


def lane_of(update: Json) -> Lane:
    for kind in ("message", "edited_message"):
        if kind in update:
            return "message", update[kind]["chat"]["id"]
    if "callback_query" in update:
        return "callback_query", update["callback_query"]["from"]["id"]
    if "my_chat_member" in update:
        return "my_chat_member", update["my_chat_member"]["chat"]["id"]
    return "update", update["update_id"]


@contextlib.asynccontextmanager
async def delivering(world: World) -> AsyncIterator[None]:
    """Delivers for the time of an async with block, whenever a webhook is set."""
    running = asyncio.create_task(_Deliveries(world).run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@dataclass(frozen=True)
class _Failed:
    """A lane whose first update was not taken."""

    update: Json
    times: int
    again_at: float


class _Deliveries:
    def __init__(self, world: World) -> None:
        self._world = world
        self._loop = asyncio.get_running_loop()
        self._client: httpx.AsyncClient | None = None
        self._hook: Webhook | None = None
        self._posts: dict[Lane, asyncio.Task[None]] = {}
        self._failed: dict[Lane, _Failed] = {}

    async def run(self) -> None:
        with self._world.changed.ringing() as bell:
            try:
                while True:
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(self._post_what_may_go()):
                            await bell.wait()
            finally:
                posts = self._break_off()
                await asyncio.gather(*posts, return_exceptions=True)
                if self._client is not None:
                    await self._client.aclose()

    def _post_what_may_go(self) -> float | None:
        """Begins what may begin now; seconds until more may, None when nothing waits for its time."""
        with self._world.changed:
            hook = self._world.webhook
            if hook is not self._hook:
                self._break_off()
                self._hook = hook
            if hook is None:
                return None
            now, soonest, lanes = self._loop.time(), None, set(self._posts)
            for update in self._world.mailbox.to_be_posted():
                lane = lane_of(update)
                if lane in lanes or len(self._posts) >= hook.max_connections:
                    continue
                lanes.add(lane)
                failed = self._failed.get(lane)
                if failed is not None and failed.update is update and failed.again_at > now:
                    soonest = min(failed.again_at, soonest or failed.again_at)
                    continue
                self._world.mailbox.under_way.add(update["update_id"])
                self._posts[lane] = asyncio.create_task(self._post(hook, lane, update))
            return None if soonest is None else soonest - now

    def _break_off(self) -> list[asyncio.Task[None]]:
        """The webhook is gone, or the server is: what is under way stays in the mailbox, and may arrive once more."""
        posts = list(self._posts.values())
        self._posts.clear()
        self._failed.clear()
        self._world.mailbox.under_way.clear()
        for post in posts:
            post.cancel()
        return posts

    async def _post(self, hook: Webhook, lane: Lane, update: Json) -> None:
        world = self._world
        try:
            error, retry_after = await self._posted(hook, update)
        except Exception as failure:
            world.failures.append(failure)
            error, retry_after = type(failure).__name__, 0
        with world.changed:
            if self._posts.get(lane) is not asyncio.current_task():
                return
            del self._posts[lane]
            world.mailbox.under_way.discard(update["update_id"])
            before = self._failed.pop(lane, None)
            if error is None:
                world.mailbox.posted(update)
            else:
                hook.failed(error, world.unix_time())
                times = 1 + (before.times if before is not None and before.update is update else 0)
                wait = retry_after or world.webhook_waits.after(times)
                self._failed[lane] = _Failed(update, times, self._loop.time() + wait)
            world.changed.notify_all()

    async def _posted(self, hook: Webhook, update: Json) -> tuple[str | None, int]:
        """What went wrong, in Telegram's words, and for how many seconds the bot wants to be left alone."""
        headers = {"Content-Type": "application/json"}
        if hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = hook.secret
        body, patience = json.dumps(update).encode(), self._world.webhook_waits.answer
        try:
            answer = await self._connections().post(hook.address, content=body, headers=headers, timeout=patience)
        except httpx.ConnectError:
            return "Connection refused", 0
        except httpx.TimeoutException:
            return "Read timeout expired", 0
        except httpx.TransportError:
            return "Connection closed", 0
        if answer.is_success:
            self._refuse_call(answer)
            return None, 0
        after = answer.headers.get("retry-after", "")
        seconds = min(int(after), LONGEST_RETRY_AFTER) if after.isdecimal() else 0
        return f"Wrong response from the webhook: {answer.status_code} {answer.reason_phrase}", seconds

    def _connections(self) -> httpx.AsyncClient:
        """Made when first needed: reading the machine's certificates takes a while."""
        if self._client is None:
            self._client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None), trust_env=False)
        return self._client

    def _refuse_call(self, answer: httpx.Response) -> None:
        """Telegram would carry out a method that is named in the answer, and tell nobody how it went."""
        try:
            called = answer.json().get("method")
        except (ValueError, AttributeError):
            return
        if not isinstance(called, str) or called.lower() in IGNORED or called.lower().startswith("get"):
            return
        with self._world.changed:
            self._world.failures.append(not_served(f"{called} in the answer to an update"))
            self._world.changed.notify_all()
