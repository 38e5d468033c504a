"""The desk's own web server, beside whatever else the bot does in its loop."""

import asyncio
import logging
import socket
from typing import Self

from bot.desk.application import desk_application
from bot.desk.visits import Desk
from bot.runtime import Running
from bot.settings import Settings
from bot.traffic.connections import GuardedPages
from bot.traffic.listening import Server, listen

log = logging.getLogger(__name__)
SETTING = "DESK_LISTEN"
# The end of the bot does not wait for pages that are kept open to hear of changes.
PATIENCE_AT_THE_END = 2.0


class DeskServer:
    """For the time of an `async with` block, within that of the running bot."""

    def __init__(self, running: Running, origin: str, listening: socket.socket) -> None:
        """`origin`: under which browsers ask; `listening`: the caller's to close."""
        self._desk, self._listening = Desk(running, origin), listening
        self._server = Server(desk_application(self._desk), patience=1, guarded=GuardedPages)

    async def __aenter__(self) -> Self:
        self._serving = asyncio.create_task(self._server.serve([self._listening]))
        log.info("The desk is served for %s", self._desk.origin)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        await asyncio.wait({self._serving}, timeout=PATIENCE_AT_THE_END)
        self._serving.cancel()
        await asyncio.gather(self._serving, return_exceptions=True)
        await self._desk.close()


def desk_socket(settings: Settings) -> socket.socket | None:
    """CannotListenError; None where there is no desk."""
    return None if settings.desk_url is None else listen(SETTING, settings.desk_listen)
