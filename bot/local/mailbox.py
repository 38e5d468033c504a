"""Updates that wait for the bot: with the true meaning of getUpdates' offset, or until a webhook has taken them."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from bot.local.records import Json
from bot.local.refusal import OTHER_POLL

FIRST_UPDATE_ID = 100_000_001
ON_REQUEST_ONLY = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass(eq=False)
class Poll:
    """One getUpdates that waits; `ended_by` says why it must give up."""

    ended_by: str | None = None


class Mailbox:
    """Not thread-safe by itself: the world's lock guards it."""

    def __init__(self) -> None:
        self.pending: dict[int, Json] = {}
        self.history: dict[int, Json] = {}
        self.allowed: frozenset[str] | None = None
        self.under_way: set[int] = set()
        self._again: list[Json] = []
        self._again_handed_out: list[Json] = []
        self._next_id = FIRST_UPDATE_ID
        self._polls: list[Poll] = []

    def allow(self, kinds: list[str] | None) -> None:
        """Which updates the bot wants from now on: an empty list means the usual ones, None no change."""
        if kinds is not None:
            self.allowed = frozenset(kinds) or None

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

    def shuffle(self, seed: int) -> None:
        """What waits is delivered in another order. Ids still increase: getUpdates could not say otherwise.

        What is under way to a webhook at this moment keeps its place.
        """
        shuffled = [update_id for update_id in self.pending if update_id not in self.under_way]
        contents = [{k: v for k, v in self.pending[i].items() if k != "update_id"} for i in shuffled]
        random.Random(seed).shuffle(contents)  # noqa: S311
        for update_id, content in zip(shuffled, contents, strict=True):
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

    def to_be_posted(self) -> list[Json]:
        """What a webhook has not taken yet, in the order in which it is to go."""
        return [*self._again, *self.pending.values()]

    def posted(self, update: Json) -> None:
        """The webhook has taken it."""
        for place, again in enumerate(self._again):
            if again is update:
                del self._again[place]
                return
        self.pending.pop(update["update_id"], None)

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
        return update_id

    def end_polls(self, reason: str) -> None:
        """Whoever waits gives up, for this reason; what was handed out again and not confirmed waits anew."""
        self._again[:0] = self._again_handed_out
        self._again_handed_out.clear()
        for poll in self._polls:
            poll.ended_by = poll.ended_by or reason

    def open_poll(self) -> Poll:
        """Only the newest may go on waiting."""
        for other in self._polls:
            other.ended_by = other.ended_by or OTHER_POLL
        poll = Poll()
        self._polls.append(poll)
        return poll

    def close_poll(self, poll: Poll) -> None:
        self._polls.remove(poll)

    @property
    def open_polls(self) -> int:
        return len(self._polls)
