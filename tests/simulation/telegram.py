"""Telegram as the simulation has it: the local Telegram's own world and methods, without a socket, and with weather.

Every request of the bot passes `exchange`; here the weather strikes, here the process may be killed before and after
Telegram has accepted, and here it is seen who is sent what.
"""

import asyncio
import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx
from telegram.error import NetworkError, TelegramError, TimedOut

from bot.local.methods import METHODS
from bot.local.refusal import WEBHOOK_ACTIVE, Refusal
from bot.local.specification import Reading
from bot.local.world import World
from tests.simulation.journal import Begun, Journal, Sent
from tests.simulation.memory import Killed
from tests.simulation.timeline import Timeline
from tests.simulation.watch import Writing, writing
from tests.simulation.weather import Fault, Kind, Weather
from tests.simulation.wire import PATIENCE, NobodyWaits, Process, whose
from tests.support import BOT_NAME, TOKEN

SENDS = frozenset({"sendMessage", "sendPhoto"})
KEPT = timedelta(hours=24)


class Telegram(World):
    """`accepted` is told of every message of the outbox as Telegram takes it; `seen` of every chat that changed."""

    def __init__(self, time: Timeline, journal: Journal, weather: Weather, rng: random.Random) -> None:
        super().__init__(TOKEN, BOT_NAME, time.truly)
        self.changed = NobodyWaits()
        self.time, self.journal, self.weather, self.rng = time, journal, weather, rng
        self.banned_until = 0.0
        self.last_update = 0
        # Until then every request meets this.
        self.away: Kind = "no_connection"
        self.away_until = -1.0
        self.came_at: dict[int, datetime] = {}
        self.origin: dict[int, int] = {}
        # Handed out again after they were confirmed: the next request confirms them anew.
        self._told_again: set[int] = set()
        self.arrived: asyncio.Event | None = None
        self.accepted: Callable[[Sent, Writing], None] = lambda _sent, _writing: None
        self.began: Callable[[Writing, int], None] = lambda _writing, _account: None
        self.seen: Callable[[int], None] = lambda _account: None
        self.handed: Callable[[int], None] = lambda _update: None
        self.acknowledged: Callable[[int], None] = lambda _update: None

    def update(self, kind: str, content: Any) -> int | None:
        update_id = super().update(kind, content)
        if update_id is not None:
            self.last_update = update_id
            self._came(update_id, update_id)
        return update_id

    def again_under_new_id(self, update_id: int) -> None:
        came_at, origin = self.came_at[update_id], self.origin[update_id]
        new = self.mailbox.duplicate(update_id)
        self._came(new, origin)
        self.came_at[new] = came_at

    def again(self, update_id: int) -> None:
        self.mailbox.redeliver(update_id)
        self._ring()

    def latest(self) -> list[int]:
        """What Telegram would still have, and might tell again."""
        oldest = self.now() - KEPT
        return [update for update, at in list(self.came_at.items())[-5:] if at > oldest]

    def _came(self, update_id: int, origin: int) -> None:
        self.came_at[update_id], self.origin[update_id] = self.now(), origin
        self._ring()

    def _ring(self) -> None:
        if self.arrived is not None:
            self.arrived.set()

    async def exchange(self, process: Process, method: str, given: dict[str, Any]) -> tuple[int, bytes]:
        """One request and its answer. Raises what the library raises when there is none."""
        if process.dead:
            raise Killed
        try:
            if method == "getUpdates":
                return await self._poll(process, given)
            return await self._request(process, method, given)
        except Refusal as refusal:
            await self.passes(process, self._latency(None))
            return self._refused(process, method, refusal)
        except (TelegramError, asyncio.CancelledError):
            raise
        except Exception as mistake:
            self.journal.wrong(f"the simulated Telegram failed: {mistake!r}")
            raise

    async def _request(self, process: Process, method: str, given: dict[str, Any]) -> tuple[int, bytes]:
        chat = given.get("chat_id")
        account = chat if isinstance(chat, int) else None
        letter = writing() if method in SENDS else None
        banned = process.banned_until > self.time.seconds
        self.journal.begun.append(
            Begun(self.time.seconds, method, account, process.number, letter.row if letter else None, banned)
        )
        if letter is not None and account is not None:
            self.began(letter, account)
        process.boundary(f"request {method}")
        fault = self.befalls(method, account)
        begun = self.time.seconds
        if fault is not None:
            self.journal.note("%s to %s: %s %s", method, account, fault.kind, fault.seconds)
        await self.passes(process, self._latency(fault))
        if fault is not None:
            await self._before(process, fault)
        result = self._done(method, given, fault)
        sent = None
        if letter is not None and account is not None:
            sent = Sent(
                letter.row, account, process.number, begun, self.time.seconds, str(given.get("text", "")),
                result["message_id"], fault, kind=letter.kind.value, about=frozenset(letter.tells),
            )  # fmt: skip
            self.journal.sent.append(sent)
            self.accepted(sent, letter)
        if account is not None:
            self.seen(account)
        process.boundary(f"accepted {method}")
        await self.passes(process, self._latency(None))
        if fault is not None:
            await self._after(process, fault)
        if sent is not None:
            sent.known = True
        return 200, json.dumps({"ok": True, "result": result}).encode()

    def befalls(self, method: str, account: int | None) -> Fault | None:
        fault = self.weather.next_for(method, account)
        return Fault(self.away) if self.time.seconds < self.away_until else fault

    def _latency(self, fault: Fault | None) -> float:
        return float(fault.seconds) if fault is not None and fault.kind == "slow" else self.rng.uniform(0.01, 0.15)

    async def passes(self, process: Process, seconds: float) -> None:
        await asyncio.sleep(seconds)
        if process.dead:
            raise Killed

    def _done(self, method: str, given: dict[str, Any], fault: Fault | None) -> Any:
        """What was asked, done; or Telegram's refusal."""
        left = self.banned_until - self.time.seconds
        if fault is not None and fault.kind == "too_many_requests" and left <= 0:
            self.banned_until, left = self.time.seconds + fault.seconds, float(fault.seconds)
        if left > 0:
            seconds = int(left) + (left > int(left))
            raise Refusal(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
        if fault is not None and fault.kind == "forbidden":
            raise Refusal(403, "Forbidden: bot was blocked by the user")
        if fault is not None and fault.kind == "bad_request":
            raise Refusal(400, "Bad Request: something about it is wrong")
        return METHODS[method](self, Reading({}).request(method, given))

    def _refused(self, process: Process, method: str, refusal: Refusal) -> tuple[int, bytes]:
        if refusal.parameters is not None:
            until = self.time.seconds + refusal.parameters["retry_after"]
            process.banned_until = max(process.banned_until, until)
        self.journal.note("%s: %s", method, refusal)
        return refusal.code, json.dumps(refusal.as_json()).encode()

    async def _before(self, process: Process, fault: Fault) -> None:
        match fault.kind:
            case "no_connection":
                raise NetworkError("httpx.ConnectError") from httpx.ConnectError("no route")
            case "reset_before":
                raise NetworkError("httpx.ReadError") from httpx.ReadError("reset")
            case "timeout_before":
                await self.passes(process, PATIENCE)
                raise TimedOut from httpx.ReadTimeout("nothing came")
            case "server_error":
                raise Refusal(500, "Internal Server Error")

    async def _after(self, process: Process, fault: Fault) -> None:
        match fault.kind:
            case "bad_gateway_after_accepting":
                raise Refusal(502, "Bad Gateway")
            case "reset_after_accepting":
                raise NetworkError("httpx.ReadError") from httpx.ReadError("reset")
            case "timeout_after_accepting":
                await self.passes(process, PATIENCE)
                raise TimedOut from httpx.ReadTimeout("nothing came")

    async def _poll(self, process: Process, given: dict[str, Any]) -> tuple[int, bytes]:
        """getUpdates. It waits until there is something: after an empty answer it would only be asked again."""
        process.boundary("request getUpdates")
        if self.webhook is not None:
            raise Refusal(409, WEBHOOK_ACTIVE)
        mailbox = self.mailbox
        mailbox.allow(given.get("allowed_updates"))
        offset = given.get("offset", 0)
        for update_id in [*mailbox.pending, *self._told_again]:
            if update_id < offset:
                self.acknowledged(self.origin[update_id])
        self._told_again.clear()
        mailbox.confirm(offset)
        process.boundary("confirmed getUpdates")
        if given.get("timeout"):
            await self.something(process)
        if self.time.seconds < self.away_until:
            # Cut short: in earnest it would be asked every few seconds, each time in vain.
            await self.passes(process, self.away_until - self.time.seconds)
        fault = self.befalls("getUpdates", None)
        await self.passes(process, self._latency(None))
        if fault is not None:
            self.journal.note("getUpdates: %s %s", fault.kind, fault.seconds)
            if fault.kind == "too_many_requests":
                # Of polling alone: everything else may go on.
                refusal = Refusal(429, "Too Many Requests", {"retry_after": fault.seconds})
                return 429, json.dumps(refusal.as_json()).encode()
            await self._before(process, fault)
        updates = mailbox.take(given.get("limit") or 100)
        self._told_again = {update["update_id"] for update in updates} - mailbox.pending.keys()
        for update in updates:
            self.handed(self.origin[update["update_id"]])
        if fault is not None:
            await self._after(process, fault)
        process.boundary("handed getUpdates")
        return 200, json.dumps({"ok": True, "result": updates}).encode()

    async def something(self, process: Process) -> None:
        self.arrived = asyncio.Event()
        self._forget_what_is_old()
        while not self.mailbox.to_be_posted():
            self.arrived.clear()
            await self.arrived.wait()
            if process.dead:
                raise Killed
            self._forget_what_is_old()

    def _forget_what_is_old(self) -> None:
        """Telegram keeps an update for a day."""
        oldest = self.now() - KEPT
        for update_id in [one for one in self.mailbox.pending if self.came_at[one] < oldest]:
            self.journal.note("update %s was kept for a day and is gone", update_id)
            del self.mailbox.pending[update_id]

    def reorder(self) -> None:
        """What waits comes in another order; what is of one chat keeps its own."""
        mailbox = self.mailbox
        # What is under way to a webhook keeps its place.
        ids = [update_id for update_id in mailbox.pending if update_id not in mailbox.under_way]
        lanes: dict[int, list[int]] = {}
        for update_id in ids:
            lanes.setdefault(whose(mailbox.pending[update_id]), []).append(update_id)
        order = [lane for lane, of_lane in lanes.items() for _ in of_lane]
        self.rng.shuffle(order)
        old = {one: (mailbox.pending[one], self.origin[one], self.came_at[one]) for one in ids}
        for update_id, lane in zip(ids, order, strict=True):
            content, self.origin[update_id], self.came_at[update_id] = old[lanes[lane].pop(0)]
            mailbox.pending[update_id] = mailbox.history[update_id] = {**content, "update_id": update_id}
