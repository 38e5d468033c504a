"""The one door out to Telegram: every request but getUpdates passes here, within Telegram's limits.

At most 29 requests in any second, evenly, and 8 in flight; answers before broadcasts, and broadcasts at most one a
second a chat; during a ban nobody goes. Figures and reasons: docs/decisions.md, "Pacing".
"""

import asyncio
import heapq
import itertools
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.shared_pace import Budget

PER_SECOND = 29
IN_FLIGHT = 8
# Taps of a coordinator who turns pages, with room: nobody taps so often for half a minute.
AT_ONCE = 30
# A hair over a second, so that no second by anybody's clock holds more.
A_SECOND = 1.01
CHATS_REMEMBERED = 10_000
# By so much a timer may be late without the pace being slower for it. The 30th leaves at least 29 steps less this after
# the first: more than a second, so that no second holds more than 29.
LATENESS = 0.005


@dataclass(frozen=True)
class Pace:
    """`per_second`: requests of the whole bot; `between`: seconds between two broadcasts to one chat.

    `at_once`: how much one person may do without a pause and be answered.
    """

    per_second: float = PER_SECOND
    between: float = 1.0
    at_once: float = AT_ONCE


TELEGRAMS = Pace()
# Where the clock is moved, nobody waits true seconds.
UNHURRIED = Pace(math.inf, 0.0, math.inf)


class Priority(IntEnum):
    ANSWER = 0
    BROADCAST = 1
    # What nobody waits for, such as taking the buttons off yesterday's question.
    TIDYING = 2


class BannedError(Exception):
    """A broadcast that was not sent because Telegram told the bot to wait; `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__(f"told to wait {seconds:.0f} s")


@dataclass(order=True)
class _Waiting:
    priority: Priority
    order: int
    chat: object = field(compare=False)
    turn: "asyncio.Future[None]" = field(compare=False)


class Pacer(BaseRateLimiter[Priority]):
    """python-telegram-bot's rate limiter; `rate_limit_args` is the Priority, an answer unless said otherwise."""

    def __init__(self, pace: Pace = TELEGRAMS, in_flight: int = IN_FLIGHT, budget: Budget | None = None) -> None:
        """`budget`: what all replicas of this bot share; without it this process alone sends."""
        self._most_in_flight, self._budget = in_flight, budget
        self._waiting: list[_Waiting] = []
        self._order = itertools.count()
        self._between = pace.between
        self._step, self._next_step = A_SECOND / pace.per_second, -math.inf
        self._chats: dict[object, float] = {}
        self._in_flight = 0
        self._banned_until = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    @property
    def ban_left(self) -> float:
        """Seconds for which Telegram wants silence; 0 when it does not."""
        try:
            return max(0.0, self._banned_until - asyncio.get_running_loop().time())
        except RuntimeError:
            return 0.0

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Any]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: Priority | None,
    ) -> Any:
        """Waits for its turn. An answer outlasts a ban; a broadcast is given back as BannedError."""
        priority = Priority.ANSWER if rate_limit_args is None else rate_limit_args
        while True:
            await self._turn(priority, data.get("chat_id"))
            try:
                await self._common_moment()
                if self.ban_left:
                    # Begun since this one was let in, here or at another replica.
                    if priority is not Priority.ANSWER:
                        raise BannedError(self.ban_left)
                    continue
                return await callback(*args, **kwargs)
            except RetryAfter as ban:
                self._ban(seconds_of(ban))
                if self._budget is not None:
                    await self._budget.ban(seconds_of(ban))
                if priority is not Priority.ANSWER:
                    raise BannedError(self.ban_left) from ban
            finally:
                self._in_flight -= 1
                self._let_in()

    async def _common_moment(self) -> None:
        """Waits for a moment of the common budget, or hears of a ban that another replica ran into."""
        if self._budget is None:
            return
        slot = await self._budget.take()
        if slot.ban:
            self._ban(slot.ban)
        await asyncio.sleep(slot.wait)

    async def _turn(self, priority: Priority, chat: object) -> None:
        if priority is not Priority.ANSWER and self.ban_left:
            raise BannedError(self.ban_left)
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiting(priority, next(self._order), chat, turn))
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled() and turn.exception() is None:
                self._in_flight -= 1
                self._let_in()
            raise

    def _let_in(self) -> None:
        """Gives turns while there is room; otherwise looks again when there may be."""
        now = asyncio.get_running_loop().time()
        put_back, soonest = [], None
        while self._waiting and self._in_flight < self._most_in_flight:
            soonest = self._room_at()
            if soonest > now:
                break
            waiting = heapq.heappop(self._waiting)
            if waiting.turn.done():
                continue
            if (free_at := self._chat_free_at(waiting)) > now:
                put_back.append((free_at, waiting))
                continue
            self._in_flight += 1
            self._note(waiting.chat, now)
            waiting.turn.set_result(None)
        for _, waiting in put_back:
            heapq.heappush(self._waiting, waiting)
        wait_for = [free_at for free_at, _ in put_back] + ([soonest] if soonest is not None and soonest > now else [])
        self._look_again(min(wait_for, default=None))

    def _room_at(self) -> float:
        return max(self._next_step, self._banned_until)

    def _chat_free_at(self, waiting: _Waiting) -> float:
        if waiting.priority is Priority.ANSWER or waiting.chat is None:
            return 0.0
        return self._chats.get(waiting.chat, -math.inf) + self._between

    def _note(self, chat: object, now: float) -> None:
        # In even steps: 29 that leave at once may arrive in one second with 29 of the next.
        self._next_step = max(self._next_step, now - LATENESS) + self._step
        if chat is not None:
            self._chats.pop(chat, None)
            self._chats[chat] = now
            if len(self._chats) > CHATS_REMEMBERED:
                del self._chats[next(iter(self._chats))]

    def _look_again(self, at: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if at is not None:
            self._timer = asyncio.get_running_loop().call_at(at, self._let_in)

    def _ban(self, seconds: float) -> None:
        self._banned_until = max(self._banned_until, asyncio.get_running_loop().time() + seconds)
        for waiting in self._waiting:
            if waiting.priority is not Priority.ANSWER and not waiting.turn.done():
                waiting.turn.set_exception(BannedError(seconds))


def seconds_of(ban: RetryAfter) -> float:
    """How long Telegram wants silence."""
    after = ban.retry_after
    return float(after) if isinstance(after, int) else after.total_seconds()
