"""A running bot that is watched: its pages over HTTP, as a monitor reads them."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from bot.watching.watch import Watch
from jobs.lights import Name
from tests.support import Clinic, settings_for


@dataclass
class Monitor:
    """Whoever reads the pages of one watched bot."""

    watch: Watch
    url: str

    def asks(self, path: str) -> tuple[int, dict[str, Any]]:
        answer = httpx.get(f"{self.url}{path}", timeout=60)
        return answer.status_code, answer.json()

    def red(self) -> list[str]:
        """What is red at this moment; no earlier look counts."""
        self.watch.lookout._seen = None
        found: list[str] = self.asks("/lights")[1]["red"]
        return found

    def light(self, name: Name) -> dict[str, Any]:
        self.watch.lookout._seen = None
        (light,) = [light for light in self.asks("/lights")[1]["lights"] if light["name"] == name]
        return dict(light)


@contextmanager
def watched(clinic: Clinic, **settings: Any) -> Iterator[Monitor]:
    """The clinic's bot, watched as `python -m bot run` does."""
    with own_place() as where:
        watch = Watch(clinic.bot.running, settings_for(clinic.server.url, watch_listen=where, **settings))
        clinic.bot.do(watch.begin())
        try:
            yield Monitor(watch, f"http://{where}")
        finally:
            clinic.bot.do(watch.end())


@contextmanager
def own_place() -> Iterator[str]:
    """A port that is nobody else's: bound, and not listened to."""
    with socket.socket() as held:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"
