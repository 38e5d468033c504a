"""A local Telegram on a real port, for the tests of its own strictness."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from PIL import Image

from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.specification import Reading
from bot.local.world import World
from tests.bot.loopback import NO_CERTIFICATES

TOKEN = "123456:local"
ANN, BEN, STRANGER = 7, 8, 99
GROUP = -100_500
BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = BEGIN

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


def world_with_two_people(clock: Clock | None = None) -> World:
    """Ann has started the bot and the update is still waiting; Ben has not started it."""
    world = World(TOKEN, "diary_bot", clock or Clock())
    world.person(ANN, "Ann")
    world.person(BEN, "Ben", "de")
    world.say(ANN, "/start")
    return world


class Caller:
    """Calls methods as bare HTTP."""

    def __init__(self, client: httpx.Client, url: str) -> None:
        self.client = client
        self.url = f"{url}/bot{TOKEN}"

    def __call__(self, method: str, files: Any = None, **fields: Any) -> dict[str, Any]:
        """The whole answer, ok or not: fields as JSON, or as a form when there are files."""
        if files is None:
            answer = self.client.post(f"{self.url}/{method}", json=fields)
        else:
            answer = self.client.post(f"{self.url}/{method}", data=fields, files=files)
        body: dict[str, Any] = answer.json()
        assert answer.status_code == body.get("error_code", 200)
        return body

    def result(self, method: str, files: Any = None, **fields: Any) -> Any:
        body = self(method, files, **fields)
        assert body["ok"], body
        return body["result"]


@contextmanager
def served(world: World) -> Iterator[Caller]:
    with RunningServer(application(world)) as server, httpx.Client(timeout=30, verify=NO_CERTIFICATES) as client:
        yield Caller(client, server.url)
    assert world.failures == []


def picture(width: int = 40, height: int = 30, kind: str = "PNG") -> bytes:
    drawn = io.BytesIO()
    Image.new("L", (width, height), 128).save(drawn, kind)
    return drawn.getvalue()


def assert_true_to_the_specification(value: Any, kind: str) -> None:
    """Every required field is there, every field is known, every type is right."""
    reading = Reading({})
    reading.value(value, (kind,), kind)
    assert reading.ignored == []
