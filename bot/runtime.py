"""The running bot: everything wired together, started and stopped."""

import asyncio
import contextlib
import functools
import gc
import logging
import ssl
from collections.abc import Collection
from enum import StrEnum
from typing import Any

import httpx
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot
from telegram.request import HTTPXRequest

from bot import routes
from bot.application import Handlers, build
from bot.drawing.draughtsman import Draughtsman
from bot.drawing.rendering import Renderer
from bot.settings import Settings
from bot.texts import FALLBACK, texts_in
from bot.traffic import disowning
from bot.traffic.courier import Courier
from bot.traffic.disowning import Disowning
from bot.traffic.heard import Heard
from bot.traffic.intake import Intake
from bot.traffic.leader import Leader, Work
from bot.traffic.pacer import IN_FLIGHT, TELEGRAMS, BannedError, Pace, Pacer, Priority
from bot.traffic.shared_pace import Budget
from bot.traffic.speaker import Speaker
from bot.traffic.webhook import Webhook
from bot.watching.measurements import Measurements
from jobs import (
    alert_escalation,
    confirming,
    daily_prompt,
    follow_up,
    infusion_reminder,
    retention,
    undelivered,
    upkeep,
    weekly_summary,
)
from jobs.clock import Clock, Ticker
from jobs.lights import CLOCK_OFF, Why
from storage import teams
from storage.database import Database
from storage.locks import Lock, poller
from storage.pace import SharedPace
from storage.writer import Writer

log = logging.getLogger(__name__)
WAIT_FOR_TELEGRAM, LONGEST_WAIT_FOR_TELEGRAM = 5.0, 60.0
# Those who stop a service wait ten seconds for it, as a rule, and then kill it.
PATIENCE_AT_THE_END = 5.0
TICKS = (
    *(daily_prompt.run, follow_up.run, infusion_reminder.run, confirming.run, weekly_summary.run),
    *(alert_escalation.run, undelivered.run, upkeep.run),
)


@functools.cache
def _trusted() -> ssl.SSLContext:
    """Whom this process believes to be Telegram: read once, and not once a client."""
    return httpx.create_ssl_context()


def make_bot(settings: Settings, pacer: Pacer | None = None, heard: Heard | None = None) -> ExtBot[Priority]:
    """The bot as Telegram knows it. As many connections as requests in flight: more only makes them wait."""
    hooks = {"response": [heard]} if heard is not None else {}
    return ExtBot(
        settings.token,
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=_request(hooks, connection_pool_size=IN_FLIGHT, pool_timeout=10),
        get_updates_request=_request(hooks, connection_pool_size=2),
        rate_limiter=pacer,
    )


def _request(hooks: dict[str, list[Heard]], **limits: Any) -> HTTPXRequest:
    known = {"verify": _trusted(), "event_hooks": hooks}
    return HTTPXRequest(read_timeout=20, connect_timeout=10, httpx_kwargs=known, **limits)


def leave_to_stand() -> None:
    """Once a process has what it needs: the collector walked through it for 70 ms at a time, with the loop waiting."""
    gc.collect()
    gc.freeze()


class Role(StrEnum):
    """What a process does; by itself it does all four, and among replicas they can be split."""

    INTAKE = "intake"
    CLOCK = "clock"
    COURIER = "courier"
    RENDER = "render"


class Running:
    """One bot on one database. `async with Running(...)` starts everything and stops it in good order.

    `ticking` False: what is due happens when `settle` is called, and at no moment that nobody chose.
    """

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        *,
        ticking: bool = True,
        roles: Collection[Role] = tuple(Role),
        pace: Pace = TELEGRAMS,
    ) -> None:
        self.database, self.clock, self.roles = database, clock, frozenset(roles)
        self.started = False
        self._leads_to_desk = settings.menu_leads_to is not None
        # Whether updates are posted to it, rather than fetched.
        self.posts = settings.webhook_url is not None
        self.ticks = ticking and Role.CLOCK in roles
        self.writer = Writer(database)
        self._budget = None if database.is_sqlite else Budget(SharedPace(database, settings.bot_id, pace.per_second))
        self.pacer = Pacer(pace, budget=self._budget)
        self.heard, self.measured = Heard(clock), Measurements()
        self.bot = make_bot(settings, self.pacer, self.heard)
        self.renderer = Renderer()
        self._speaker = Speaker(self.bot, self.writer, settings.menu_leads_to)
        self.courier = Courier(self._speaker, self.writer, clock, self.pacer, self.measured)
        self.draughtsman = Draughtsman(self.renderer, self.writer, clock, self.courier.wake, self.measured)
        self.handlers = Handlers(
            self.writer, self._speaker, clock, self._look, self.measured, pace.at_once, settings.desk_url
        )
        self.application = build(self.bot, self.handlers)
        self.intake = self._made_intake(settings)
        tidying = functools.partial(retention.run, after_withdrawal=settings.retention_after_withdrawal)
        self.ticker = Ticker(self.writer, clock, (*TICKS, tidying), self._look, self.measured.ran)
        by_role: dict[Role, Work] = {
            Role.INTAKE: self.intake,
            Role.COURIER: self.courier,
            Role.RENDER: self.draughtsman,
        }
        self._working = [work for role, work in by_role.items() if role in roles]
        self._tasks: list[asyncio.Task[None]] = []
        # What of the keeping of its file failed at the latest try, and how.
        self.keeping: dict[Why, str] = {}

    def _made_intake(self, settings: Settings) -> Work:
        """Which way is the configuration's: at its start each takes over from the other."""
        if settings.webhook_url is not None:
            return Webhook(self.application, self.handlers, settings)
        if self.database.is_sqlite:
            return Intake(self.application, self.handlers)
        # Telegram gives updates to one poller: among replicas, to whoever holds the lock of this bot.
        lock = Lock(self.database, poller(settings.bot_id))
        return Leader(lock, "polling", lambda: Intake(self.application, self.handlers, refuses=False))

    async def __aenter__(self) -> "Running":
        try:
            await self._reach_telegram()
        except BaseException:
            await asyncio.to_thread(self._close)
            raise
        self.handlers.in_background(self._speaker.offer_to_all(routes.menu((), texts_in(FALLBACK))))
        if self._leads_to_desk and Role.INTAKE in self.roles:
            self.handlers.in_background(self._offer_desk())
        if self.ticks:
            self.ticker.start()
        self._tasks = [asyncio.create_task(work.run()) for work in self._working]
        self.started = True
        log.info("The bot @%s is running", self.bot.username)
        return self

    async def _offer_desk(self) -> None:
        """To whoever joined before there was one, or while it had another address: a request each, after all else."""

        def reached() -> list[tuple[int, str]]:
            with self.database.reading() as session:
                return [(chat.telegram_id, chat.language) for chat in teams.reachable_staff_chats(session)]

        for telegram_id, language in await asyncio.to_thread(reached):
            try:
                await self._speaker.offer_desk(telegram_id, routes.desk_button(texts_in(language)), Priority.TIDYING)
            except (TelegramError, BannedError) as fault:
                log.info("The button to the desk could not be offered: %s", type(fault).__name__)

    def _look(self) -> None:
        """Something was committed: there may be pages to draw and messages to send."""
        self.draughtsman.wake()
        self.courier.wake()

    async def _reach_telegram(self) -> None:
        """Asks for the bot's name until Telegram answers: after a power cut the network may come later than we do."""
        wait, known = WAIT_FOR_TELEGRAM, Disowning()
        while True:
            try:
                await self.application.initialize()
                return
            except InvalidToken as fault:
                known.another(fault)
                await asyncio.sleep(disowning.WAIT)
            except TelegramError as fault:
                known.over()
                # A proxy's or a captive portal's answer too.
                log.warning("Telegram cannot be reached yet (%s); trying again", type(fault).__name__)
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_FOR_TELEGRAM)

    @property
    def clock_is_right(self) -> bool:
        """As far as Telegram has said: what was dated by a wrong clock would all look old."""
        off = self.heard.clock_off
        return self.heard.silent is not None and (off is None or abs(off) <= CLOCK_OFF)

    async def never_started(self) -> None:
        """Lets go of what it holds already."""
        await asyncio.to_thread(self._close)

    async def __aexit__(self, *_: object) -> None:
        await self.ticker.stop()
        for work in self._working:
            work.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=PATIENCE_AT_THE_END)
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.handlers.end(1.0)
        await self.application.shutdown()
        # It waits for what is being written, which may wait for a lock.
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self.writer.close()
        self.renderer.close()
        if self._budget is not None:
            self._budget.close()

    async def finished(self) -> None:
        """Returns, or raises, when something of its work ends by itself."""
        done, _ = await asyncio.wait(self._tasks or [asyncio.Future()], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()

    async def settle(self) -> None:
        """Does everything that is due now: for the demo and the tests, which move the clock."""
        await self.ticker.run_together()
        while await self.draughtsman.draw_one() or await self.courier.deliver_due():
            pass
        while await self.courier.tidy():
            pass
