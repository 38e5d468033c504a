"""Who may hold a connection to a server of ours, and for how long: each takes one of the files a process may open.

uvicorn waits for ever for a request that was begun. A thousand of those, and no message went out any more.
"""

import asyncio
import socket

from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

# Telegram posts over 40, monitors read over a few, a browser over six.
MOST_CONNECTIONS = 100
# An open page of the desk keeps one to hear of changes; half of what a process may open as a rule.
MOST_OF_PAGES = 500
# Of those that wait to be taken, so many at a time: each is opened before it can be counted.
BACKLOG = 200
# From its first byte, or from the connecting, to its last. Telegram's own are there in one piece.
WHOLE_WITHIN = 15.0
# How long an idle connection is kept for the next request.
IDLE = 5


class Guarded(H11Protocol):
    """A request that is not whole in time is dropped, however slowly it trickles; so is whoever does not read.

    Beyond the most connections, the one goes that has let itself be waited for longest: a monitor still gets in. Where
    all of them are being answered, the new one goes.
    """

    server_state: ServerState
    most = MOST_CONNECTIONS

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        # Head and body are written apart: without this the second waits 40 ms for the first to be acknowledged.
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._too_slow: asyncio.TimerHandle | None = None
        self._waited_for_since = self.loop.time()
        self._expect_the_rest()
        if len(self.connections) > self.most:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._is_whole:
            self._expect_nothing()
        else:
            self._expect_the_rest()

    def pause_writing(self) -> None:
        """Whoever asks and does not read is waited for as well."""
        super().pause_writing()
        self._expect_the_rest()

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._is_whole:
            self._expect_nothing()

    @property
    def _is_whole(self) -> bool:
        """Whether a request is there, and the next move is ours."""
        return str(self.conn.their_state) not in {"IDLE", "SEND_BODY"}

    @property
    def _may_go(self) -> bool:
        return not self._is_whole or self.flow.write_paused

    def _expect_the_rest(self) -> None:
        if self._too_slow is None and not self.transport.is_closing():
            self._waited_for_since = self.loop.time()
            self._too_slow = self.loop.call_later(WHOLE_WITHIN, self.transport.abort)

    def _expect_nothing(self) -> None:
        if self._too_slow is not None:
            self._too_slow.cancel()
            self._too_slow = None

    def _make_room(self) -> None:
        others = [each for each in self.connections if isinstance(each, Guarded) and each is not self and each._may_go]
        goes = min(others, key=lambda each: each._waited_for_since, default=self)
        # It is lost in the loop's next round, and must not be chosen twice until then.
        self.connections.discard(goes)
        goes.transport.abort()


class GuardedPages(Guarded):
    """The same where people have pages open all day."""

    most = MOST_OF_PAGES
