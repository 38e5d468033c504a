"""Updates in, by long polling. An update is acknowledged, by the next request's offset, only once it is committed."""

import asyncio
import logging
import warnings
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from telegram import Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.ext import Application

from bot.application import ALLOWED_UPDATES, Handlers
from bot.traffic import disowning
from bot.traffic.disowning import Disowning
from bot.traffic.pacer import seconds_of
from jobs.clock import Pulse

log = logging.getLogger(__name__)
LONG_POLL = 25
WAIT_AFTER_FAULT = 2.0
WAIT_FOR_ANSWERS = 2.0
# Telegram's words in a 409 that has nothing to do with another program.
WEBHOOK_IS_SET = "webhook is active"
# A program that has just been told to end may still be in its last request.
MOST_CONFLICTS_AT_THE_START = 3
# With a database that commits everything else: several minutes.
MOST_TRIES = 60


class PolledElsewhereError(Exception):
    """Another program polls with this bot's token, and was there first."""


class Intake:
    """Polls until told to stop. Order is kept within a chat; chats are handled side by side.

    PolledElsewhereError where somebody else polls already.
    """

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], handlers: Handlers, *, refuses: bool = True
    ) -> None:
        """`refuses` False: a lock says who may poll, and whoever polls beside its holder hears of that by itself."""
        self._application, self._handlers, self._refuses = application, handlers, refuses
        self._offset: int | None = None
        # Handled in this process, but behind one that could not be committed: they will come again.
        self._done: set[int] = set()
        self._tries: Counter[int] = Counter()
        self._conflicts, self._has_polled, self._is_away = 0, False, False
        self._disowning = Disowning()
        self._stopping = asyncio.Event()
        self.pulse = Pulse()

    def stop(self) -> None:
        self._stopping.set()

    async def run(self) -> None:
        while not self._stopping.is_set():
            self.pulse.beat(LONG_POLL)
            updates = await self._ask()
            self.pulse.beat()
            if updates:
                await self.take(updates)
        # What is committed is acknowledged before going, so that it need not be told twice.
        if self._offset is not None:
            await self._quietly(self._application.bot.get_updates(offset=self._offset, timeout=0, limit=1))

    async def _quietly(self, request: Any) -> None:
        try:
            await request
        except TelegramError as fault:
            log.info("A request around the polling did not go through: %s", type(fault).__name__)

    async def _ask(self) -> Sequence[Update]:
        request = asyncio.create_task(
            self._application.bot.get_updates(offset=self._offset, timeout=LONG_POLL, allowed_updates=ALLOWED_UPDATES)
        )
        stopping = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({request, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not request.done():
                request.cancel()
                return ()
            updates: Sequence[Update] = request.result()
            self._has_polled = True
            self._disowning.over()
            if self._is_away:
                self._is_away = False
                log.warning("Telegram can be reached again")
            return updates
        except InvalidToken as fault:
            self._disowning.another(fault)
            await self._pause(disowning.WAIT)
            return ()
        except TelegramError as fault:
            await self._after(fault)
            return ()
        except Exception as fault:
            return await self._one_by_one(fault)
        finally:
            stopping.cancel()

    async def _one_by_one(self, fault: Exception) -> Sequence[Update]:
        """Something that this version cannot read is among the updates: it is stepped over, and the rest is taken."""
        log.error("An update cannot be read (%s)", type(fault).__name__)
        bot = self._application.bot
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # the library would have its own method used, which cannot read it
                raw = await bot.do_api_request("getUpdates", {"offset": self._offset, "timeout": 0})
        except TelegramError as refused:
            await self._after(refused)
            return ()
        self._has_polled, readable = True, []
        for one in raw:
            try:
                readable.append(Update.de_json(one, bot))
            except Exception:
                if not readable:
                    log.error("Stepped over an update that cannot be read")
                    self._offset = one["update_id"] + 1
                break
        return readable

    async def _after(self, fault: TelegramError) -> None:
        wait = WAIT_AFTER_FAULT
        if isinstance(fault, Conflict) and WEBHOOK_IS_SET in str(fault).lower():
            # Left over from before: what is configured now is polling.
            log.info("A webhook is set; it is taken away, since this bot polls")
            await self._quietly(self._application.bot.delete_webhook())
            return
        if isinstance(fault, Conflict):
            self._conflicts += 1
            if self._refuses and not self._has_polled and self._conflicts == MOST_CONFLICTS_AT_THE_START:
                raise PolledElsewhereError
            log.error("Another program is polling with this bot's token. Stop it: each token serves one bot.")
        elif isinstance(fault, RetryAfter):
            wait = seconds_of(fault)
        elif isinstance(fault, NetworkError):
            # Once, and not at each try of an outage.
            if not self._is_away:
                log.warning("Telegram could not be reached (%s); trying again", type(fault).__name__)
            self._is_away = True
        else:
            log.error("Telegram refused getUpdates: %s", fault)
        await self._pause(wait)

    async def _pause(self, seconds: float) -> None:
        self.pulse.beat(seconds)
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return

    async def take(self, updates: Sequence[Update]) -> None:
        """Handles a batch, then lets the offset pass what was committed; the rest comes again."""
        lanes: dict[int, list[Update]] = defaultdict(list)
        for update in updates:
            if update.update_id in self._done:
                continue
            lanes[update.effective_user.id if update.effective_user else 0].append(update)
        await asyncio.gather(*(self._in_order(lane) for lane in lanes.values()))
        missed = self._handlers.not_committed
        if missed:
            await self._give_up_what_never_will(updates)
        latest = max(update.update_id for update in updates) + 1
        self._offset = min(missed) if missed else max(latest, self._offset or 0)
        self._done = {update for update in self._done if update > self._offset}
        if missed:
            missed.clear()
            await asyncio.sleep(WAIT_AFTER_FAULT)
        # A kill between the commit and the answer is mended by the redelivery; so the answers go first.
        await self._handlers.answers_out(WAIT_FOR_ANSWERS)

    async def _in_order(self, updates: Sequence[Update]) -> None:
        for update in updates:
            await self._application.process_update(update)
            if update.update_id in self._handlers.not_committed:
                return
            self._done.add(update.update_id)
            self._tries.pop(update.update_id, None)

    async def _give_up_what_never_will(self, updates: Sequence[Update]) -> None:
        """While the database takes everything but one update, that one must not hold up all others for ever."""
        if not await self._handlers.can_commit():
            return
        missed = self._handlers.not_committed
        self._tries.update(missed)
        for update in updates:
            if update.update_id in missed and self._tries[update.update_id] >= MOST_TRIES:
                log.error("An update was given up after %d tries", MOST_TRIES)
                missed.discard(update.update_id)
                del self._tries[update.update_id]
                self._handlers.apologise(update)
