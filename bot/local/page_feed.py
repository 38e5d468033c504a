"""What one open page is told: first everything, then each change."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence

from bot.local.records import Json
from bot.local.world import World

QUEUE_LIMIT = 512
RETRY_MS = 1000


class Feed:
    """The events of one page. A page that reads too slowly gets a fresh snapshot instead of what it missed.

    `personas` and `clock` give JSON; `changes` yields once when it has begun to listen, then whenever one of them may
    have changed, and its end is the stream's.
    """

    def __init__(
        self,
        world: World,
        guide: Sequence[str],
        *,
        personas: Callable[[], list[Json]],
        clock: Callable[[], Json],
        changes: Callable[[], AsyncIterator[None]],
        limit: int = QUEUE_LIMIT,
    ) -> None:
        self._world = world
        self._guide = list(guide)
        self._personas = personas
        self._clock = clock
        self._changes = changes
        self._limit = limit
        self._waiting: list[Json] = []
        self._missed = False
        self._ended = False
        self._news = asyncio.Event()

    def snapshot(self) -> Json:
        people = self._personas()
        return {
            "type": "snapshot",
            "bot": self._world.username,
            "personas": people,
            "clock": self._clock(),
            "guide": self._guide,
            "chats": [self._chat(person["user_id"]) for person in people],
        }

    async def stream(self) -> AsyncGenerator[Json, None]:
        """What sse-starlette sends on: {"data", "retry"} with the event as JSON in `data`."""
        # Subscribed before the snapshot is taken: an event may be told twice, which changes nothing, never missed.
        with self._world.subscribe() as happenings:
            changes = self._changes()
            await anext(changes)
            first = self.snapshot()
            pumps = [
                asyncio.create_task(self._pump_world(happenings)),
                asyncio.create_task(self._pump_director(changes, first["personas"], first["clock"])),
            ]
            for pump in pumps:
                pump.add_done_callback(lambda _: self._news.set())
            try:
                yield _framed(first)
                while not self._ended:
                    await self._news.wait()
                    for event in self._taken():
                        yield _framed(event)
                    for pump in pumps:
                        if pump.done():
                            pump.result()  # what failed there is to be seen here
            finally:
                for pump in pumps:
                    pump.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await asyncio.gather(*pumps, return_exceptions=True)

    def _taken(self) -> list[Json]:
        self._news.clear()
        if self._missed:
            self._missed = False
            self._waiting.clear()
            return [self.snapshot()]
        taken, self._waiting = self._waiting, []
        return taken

    def _put(self, event: Json) -> None:
        if len(self._waiting) >= self._limit:
            self._missed = True
        else:
            self._waiting.append(event)
        self._news.set()

    async def _pump_world(self, happenings: AsyncIterator[Json]) -> None:
        async for event in happenings:
            if event["type"] == "commands":
                for person in self._personas():
                    self._put(self._commands(person["user_id"]))
            elif event["chat_id"] > 0:  # groups are not shown
                self._put(self._with_keyboard(event))

    async def _pump_director(self, changes: AsyncIterator[None], people: list[Json], clock: Json) -> None:
        async for _ in changes:
            before, people = people, self._personas()
            if people != before:
                self._put({"type": "personas", "personas": people})
                for person in people:
                    if person not in before:
                        self._put(self._commands(person["user_id"]))
            before_clock, clock = clock, self._clock()
            if clock != before_clock:
                self._put({"type": "clock", "clock": clock})
        self._ended = True
        self._news.set()

    def _chat(self, user_id: int) -> Json:
        return {
            "user_id": user_id,
            "messages": self._world.messages(user_id),
            "commands": self._commands(user_id)["commands"],
            "desk": self._desk(user_id),
            "reply_keyboard": self._world.reply_keyboard(user_id),
        }

    def _commands(self, user_id: int) -> Json:
        spoken = (self._world.people[user_id].language_code or "").partition("-")[0]
        return {
            "type": "commands",
            "chat_id": user_id,
            "commands": self._world.commands_for(user_id, spoken),
            "desk": self._desk(user_id),
        }

    def _desk(self, user_id: int) -> str:
        """How the button reads that opens a page; empty: there is none."""
        button = self._world.menu_button(user_id)
        return str(button["text"]) if button["type"] == "web_app" else ""

    def _with_keyboard(self, event: Json) -> Json:
        """A new message may bring or take away the reply keyboard, of which the message itself says nothing."""
        if event["type"] != "message":
            return event
        return event | {"reply_keyboard": self._world.reply_keyboard(event["chat_id"])}


def _framed(event: Json) -> Json:
    return {"data": json.dumps(event, ensure_ascii=False, separators=(",", ":")), "retry": RETRY_MS}
