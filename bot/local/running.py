"""Serving an application on loopback: in a thread of its own, or in the loop of the demo."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import uvicorn
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.traffic.connections import BACKLOG, Guarded

RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # linger on, for no time: the kernel sends RST instead of FIN


class _Protocol(Guarded):
    """Lets the application reach its connection, so that it can drop it as a failing network does."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}


class LocalServer(uvicorn.Server):
    """Ends at once even if polls and streams are open: whoever holds a connection open sees it closed."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        self._up = asyncio.Event()
        super().__init__(
            uvicorn.Config(
                app,
                host="127.0.0.1",
                port=port,
                loop="asyncio",
                http=_Protocol,
                ws="none",
                access_log=False,
                date_header=False,  # the time is the world's own
                log_config=None,
                log_level="critical",
                backlog=BACKLOG,
                timeout_keep_alive=120,  # a bot's idle connection must not be closed under its next request
                timeout_graceful_shutdown=1,
            )
        )

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for whoever runs this: uvicorn would end on them first, and then raise them anew."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._up.set()

    async def wait_until_started(self) -> None:
        """Return once connections are accepted, while serve() runs as another task of the same loop."""
        await self._up.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

    @property
    def port(self) -> int:
        """The port that is listened on, once `started`."""
        return int(self.servers[0].sockets[0].getsockname()[1])


class _ThreadServer(LocalServer):
    """Told of its end by an event rather than by looking ten times a second."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(app)
        self.is_up = threading.Event()
        self._end: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def main_loop(self) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)
        self.is_up.set()
        await self._end.wait()

    def end(self) -> None:
        if self._loop is not None and self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)


class RunningServer:
    """An ASGI application on a free port of 127.0.0.1, in a daemon thread, for the time of a with block."""

    def __init__(self, app: ASGIApp) -> None:
        self._server = _ThreadServer(app)
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        if self._socket is None:
            raise RuntimeError("the server is not running")
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> RunningServer:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="local Telegram", daemon=True
        )
        self._thread.start()
        if not self._server.is_up.wait(timeout=30):
            raise RuntimeError("the local Telegram did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.end()
        if self._thread is not None:
            self._thread.join(timeout=10)
            if self._thread.is_alive():
                raise RuntimeError("the local Telegram did not end")
        self._socket = None


async def gone(request: HttpRequest) -> None:
    """Return when the client has gone, or the server ends."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


class _Nothing(Response):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The client has gone: nothing is left to be sent."""


class _Half(Response):
    """Headers, half of a body, and then a reset."""

    def __init__(self, request: HttpRequest, whole: Response) -> None:
        super().__init__(whole.body, whole.status_code, dict(whole.headers))
        self._request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body[: len(self.body) // 2])
        await send({"type": "http.response.body", "body": half, "more_body": True})
        await drop_connection(self._request)


NOTHING = _Nothing()


def half_of(request: HttpRequest, response: Response) -> Response:
    """The response, broken off in its middle by a reset."""
    return _Half(request, response)


async def drop_connection(request: HttpRequest) -> Response:
    """Reset the connection of this request, so that the client sees neither headers nor a proper end."""
    transport: Any = getattr(request.state, "transport", None)
    if transport is None:
        raise RuntimeError("only a LocalServer or RunningServer can reset connections")
    if not transport.is_closing():  # a client that was killed has done so itself
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
        transport.abort()
    await gone(request)
    return NOTHING
