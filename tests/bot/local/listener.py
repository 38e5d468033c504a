"""The bot's side of a webhook, for the tests of the local Telegram's."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.local.bells import Changed
from bot.local.running import RunningServer
from bot.local.webhook import Waits
from bot.local.world import World

from .support import world_with_two_people

PATIENCE = 30
QUICK = Waits(first=0.01, most=0.05)


class Listener:
    """The bot's side: takes what is posted, answers as it was told to, 200 otherwise."""

    def __init__(self) -> None:
        self.url = ""
        self.paths: list[str] = []
        self.secrets: list[str | None] = []
        self.updates: list[dict[str, Any]] = []
        self.at: list[float] = []
        self.answers: deque[Callable[[Request], Any]] = deque()
        self.most_at_once = self._now = 0
        self._open = True
        self._news = Changed()

    async def take(self, request: Request) -> Response:
        update = await request.json()
        assert request.headers["content-type"] == "application/json"
        with self._news:
            self.paths.append(str(request.url).removeprefix(self.url))
            self.secrets.append(request.headers.get("x-telegram-bot-api-secret-token"))
            self.updates.append(update)
            self.at.append(time.monotonic())
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            answer = self.answers.popleft() if self.answers else None
            self._news.notify_all()
        with self._news.ringing() as bell:
            while not self._open:
                await bell.wait()
        self._now -= 1
        if answer is None:
            return Response()
        made = answer(request)
        response: Response = made if isinstance(made, Response) else await made
        return response

    def shut(self, is_shut: bool = True) -> None:
        """While it is shut, what arrives is not answered."""
        with self._news:
            self._open = not is_shut
            self._news.notify_all()

    def open(self) -> None:
        self.shut(False)

    def wait_for(self, number: int) -> list[dict[str, Any]]:
        """What has arrived, once it is so many."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.updates) >= number, PATIENCE), self.updates
            return list(self.updates)


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    app = Starlette(routes=[Route("/{path:path}", listener.take, methods=["POST"])])
    with RunningServer(app) as server:
        listener.url = server.url
        yield listener
        listener.open()


def answering(status: int, **headers: str) -> Callable[[Request], Response]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(status_code=status, headers=given)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def taken(world: World) -> None:
    """Waits until nothing is left to be posted."""
    world.wait_for(lambda w: not w.waiting_updates, PATIENCE)


def quick_world() -> World:
    world = world_with_two_people()
    world.webhook_waits = QUICK
    return world
