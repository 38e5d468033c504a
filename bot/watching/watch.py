"""Watches the running bot: serves the pages, and looks by itself twice a minute."""

import asyncio
import logging
import socket
from datetime import datetime
from typing import Self

from starlette.applications import Starlette

from bot.listening import Server, listen
from bot.runtime import Running
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from bot.watching.lookout import Lookout, Seen
from bot.watching.operator_chat import OperatorChat
from bot.watching.pages import pages
from bot.watching.words import meaning
from jobs import lights
from jobs.lights import Name

log = logging.getLogger(__name__)
LOOK_EVERY = 30.0
SETTING = "WATCH_LISTEN"
# The end of the bot does not wait for whoever is reading a page.
PATIENCE_AT_THE_END = 2.0


class Watch:
    """Begun before the bot is started, so that a start which waits is seen too; ended after it."""

    def __init__(self, running: Running, settings: Settings) -> None:
        self._running, self._listen, self._zone = running, settings.watch_listen, settings.time_zone
        process = process_name(settings, running)
        self.lookout = Lookout(running, settings, process)
        self._operator = (
            OperatorChat(running.bot, running.writer, settings.operator_chat, process, settings.time_zone)
            if settings.operator_chat is not None
            else None
        )
        self._red_since: dict[Name, datetime] = {}
        self._server: Server | None = None
        self._serving: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def begin(self) -> Self:
        """CannotListenError."""
        if self._listen is not None:
            listening = listen(SETTING, self._listen)
            routes = pages(self.lookout, self._running.measured, self._red_since)
            self._server = Server(Starlette(routes=routes), patience=1)
            self._serving = asyncio.create_task(self._server.serve([listening]))
            log.info("How the bot is can be read at http://%s/lights", self._listen)
        self._watching = asyncio.create_task(self._watch())
        return self

    async def end(self) -> None:
        if self._server is not None and self._serving is not None:
            self._server.should_exit = True
            await asyncio.wait({self._serving}, timeout=PATIENCE_AT_THE_END)
        tasks = [task for task in (self._serving, self._watching) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self.lookout.close()

    async def _watch(self) -> None:
        while True:
            # Not at once: a start takes a moment, and is no fault.
            await asyncio.sleep(LOOK_EVERY)
            try:
                await self.look()
            except Exception:
                log.exception("The watch stumbled and goes on")

    async def look(self) -> None:
        """Once: what has changed is logged, and the operator is told what they should know."""
        seen = await self.lookout.look()
        self._note(seen)
        if self._operator is not None and self._running.started:
            await self._operator.tell(seen)

    def _note(self, seen: Seen) -> None:
        """In the log, once a change."""
        for light in seen.lights:
            if light.red and light.name not in self._red_since:
                self._red_since[light.name] = seen.at
                log.error("A light is red, %s: %s", light.name, plain(meaning(light, texts_in(FALLBACK), self._zone)))
        for name in set(self._red_since) - {light.name for light in lights.red(seen.lights)}:
            del self._red_since[name]
            log.warning("A light is green again: %s", name)


def process_name(settings: Settings, running: Running) -> str:
    """Which of several it is: the machine, and where on it. Two on one machine never listen at one place."""
    where = settings.watch_listen or ",".join(sorted(running.roles))
    return f"{socket.gethostname()} {where}"[:120]
