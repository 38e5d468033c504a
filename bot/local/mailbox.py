"""Updates that wait for the bot, with the true meaning of getUpdates' offset."""

from __future__ import annotations

import asyncio
import contextlib
import random
from typing import Any

from bot.local.records import Json

FIRST_UPDATE_ID = 100_000_001
ON_REQUEST_ONLY = {"chat_member", "message_reaction", "message_reaction_count"}


class Mailbox:
    """Not thread-safe by itself: the world's lock guards it, except for the waiting of polls."""

    def __init__(self) -> None:
        self.pending: dict[int, Json] = {}
        self.history: dict[int, Json] = {}
        self.allowed: frozenset[str] | None = None
        self._again: list[Json] = []
        self._again_handed_out: list[Json] = []
        self._next_id = FIRST_UPDATE_ID
        self._polls: dict[object, tuple[asyncio.AbstractEventLoop, asyncio.Event]] = {}
        self.newest_poll: object = None

    def add(self, kind: str, content: Any) -> int | None:
        """The new update's id, or None when the bot has not asked for updates of this kind."""
        wanted = kind not in ON_REQUEST_ONLY if self.allowed is None else kind in self.allowed
        if not wanted:
            return None
        return self._append({kind: content})

    def duplicate(self, update_id: int) -> int:
        """The same content once more, under a new update id."""
        return self._append({k: v for k, v in self.history[update_id].items() if k != "update_id"})

    def redeliver(self, update_id: int) -> None:
        """The same update once more, even if the bot has already confirmed it."""
        if update_id not in self.pending:
            self._again.append(self.history[update_id])
            self.wake()

    def shuffle(self, seed: int) -> None:
        """What waits is delivered in another order. Ids still increase: getUpdates could not say otherwise."""
        contents = [{k: v for k, v in u.items() if k != "update_id"} for u in self.pending.values()]
        random.Random(seed).shuffle(contents)  # noqa: S311
        for update_id, content in zip(list(self.pending), contents, strict=True):
            self.pending[update_id] = self.history[update_id] = {"update_id": update_id, **content}

    def confirm(self, offset: int) -> None:
        """Forget what lies below the offset; a negative one keeps only that many of the newest.

        What was redelivered has no place below an offset: the next getUpdates after it was handed out confirms it.
        """
        self._again_handed_out.clear()
        if offset > 0:
            self.pending = {i: u for i, u in self.pending.items() if i >= offset}
        elif offset < 0:
            self.pending = dict(list(self.pending.items())[offset:])

    def take(self, limit: int) -> list[Json]:
        again, self._again = self._again[:limit], self._again[limit:]
        self._again_handed_out += again
        return again + list(self.pending.values())[: limit - len(again)]

    def forget_all(self) -> None:
        self.pending.clear()
        self._again.clear()
        self._again_handed_out.clear()

    @property
    def waiting(self) -> int:
        """How many the bot has not confirmed, handed out or not."""
        return len(self.pending) + len(self._again) + len(self._again_handed_out)

    def _append(self, content: Json) -> int:
        update_id = self._next_id
        self._next_id += 1
        self.pending[update_id] = self.history[update_id] = {"update_id": update_id, **content}
        self.wake()
        return update_id

    def wake(self) -> None:
        for loop, event in list(self._polls.values()):
            with contextlib.suppress(RuntimeError):  # the poll's loop has closed
                loop.call_soon_threadsafe(event.set)

    def open_poll(self, poll: object) -> asyncio.Event:
        """An event that is set when something arrives. Only the newest poll may go on waiting."""
        event = asyncio.Event()
        self._polls[poll] = (asyncio.get_running_loop(), event)
        self.newest_poll = poll
        self.wake()
        return event

    def close_poll(self, poll: object) -> None:
        self._polls.pop(poll, None)

    @property
    def open_polls(self) -> int:
        return len(self._polls)
