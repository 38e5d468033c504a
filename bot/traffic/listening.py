"""A small web server of the bot's own, beside whatever else it does in the loop: its socket, and its end."""

import contextlib
import socket
from collections.abc import Iterator

import uvicorn
from starlette.applications import Starlette

from bot.traffic.connections import BACKLOG, IDLE, Guarded
from jobs.clock import Pulse


class CannotListenError(Exception):
    """Another program listens there, or this one may not. `setting`: which of the settings says where."""

    def __init__(self, setting: str, where: str, why: str) -> None:
        self.setting, self.where, self.why = setting, where, why
        super().__init__(f"{where}: {why}")


class Server(uvicorn.Server):
    """`pulse` beats as long as it serves."""

    def __init__(self, app: Starlette, patience: int, guarded: type[Guarded] = Guarded) -> None:
        """`patience`: seconds that a request in hand is given at the end."""
        super().__init__(
            uvicorn.Config(
                app,
                http=guarded,
                ws="none",
                log_config=None,
                access_log=False,
                lifespan="off",
                backlog=BACKLOG,
                timeout_keep_alive=IDLE,
                timeout_graceful_shutdown=patience,
            )
        )
        self.pulse = Pulse()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for whoever runs the bot: uvicorn would end on them first, and then raise them anew."""
        yield

    async def on_tick(self, counter: int) -> bool:
        self.pulse.beat()
        return await super().on_tick(counter)


def listen(setting: str, where: str) -> socket.socket:
    """Listens at `where`, as host:port. CannotListenError."""
    host, _, port = where.rpartition(":")
    try:
        return socket.create_server((host, int(port)), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as fault:
        raise CannotListenError(setting, where, fault.strerror or type(fault).__name__) from None
