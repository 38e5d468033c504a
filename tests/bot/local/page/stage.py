"""A small demo for the page's tests: the real local Telegram, three people, and a director that does as it is told."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from bot.local.page import ClockState, Persona, page_routes
from bot.local.running import LocalServer
from bot.local.server import application
from bot.local.world import World
from tests.bot.loopback import NO_CERTIFICATES

TOKEN = "1:local"
BOT = "InfusionDiaryBot"
PATIENT, CLINICIAN, COORDINATOR = 11, 12, 13
GUIDE = ["Answer a check-in.", "Let a day pass.", "Read the summary.", "Ask for a chart.", "Invite someone."]
TEXTS = {
    "page.answer_for_me": "Answer for me",
    "page.answer_for_me_hint": "The patient answers by himself while days pass",
    "page.chat_of": "{role}: {name}",
    "page.clock": "The demo's clock",
    "page.close": "Close",
    "page.commands": "Commands",
    "page.connection_lost": "The connection is lost",
    "page.copied": "Copied",
    "page.day_later": "+1 day",
    "page.document": "Document",
    "page.earlier": "Earlier messages",
    "page.edited": "edited",
    "page.failed": "That did not go through",
    "page.full_size": "At its full size",
    "page.guide": "What to try",
    "page.heading": "Infusion Diary",
    "page.locale": "en-GB",
    "page.menu": "Menu",
    "page.messages_of": "Messages: {name}",
    "page.next_event": "Next event",
    "page.next_is": "Next: {event}",
    "page.next_none": "Nothing is planned",
    "page.nobody_yet": "Nobody yet",
    "page.not_shown": "Not shown here",
    "page.now_is": "It is now {time}",
    "page.ok": "OK",
    "page.open_picture": "Picture: open it large",
    "page.people_of": "{role}: whose chat",
    "page.picture": "Picture",
    "page.role_clinician": "Clinician",
    "page.role_coordinator": "Coordinator",
    "page.role_patient": "Patient",
    "page.roles": "Whose chat",
    "page.running": "Time is passing",
    "page.send": "Send",
    "page.spoiler": "Hidden text",
    "page.start": "Start",
    "page.statement": "Runs on this computer only, with made-up data.",
    "page.title": "Infusion Diary: demo",
    "page.to_latest": "To the latest message (unread: {count})",
    "page.typing": "typing",
    "page.unread": "unread: {count}",
    "page.week_later": "+1 week",
    "page.write": "Message",
}


class StandInDirector:
    """Moves the clock only as far as the test lets it: each day waits for pass_a_day()."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people: list[Persona] = []
        self._state = ClockState("", "", "daily check-in at 18:00", False, False, "Europe/London")
        self._listeners: list[tuple[asyncio.AbstractEventLoop, asyncio.Queue[bool]]] = []
        self._days: asyncio.Queue[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.now = datetime(1999, 8, 12, 16, 55, tzinfo=UTC)

    def add(self, persona: Persona) -> None:
        self._world.person(persona.user_id, persona.name, "en")
        self._people.append(persona)
        self._tell()

    def personas(self) -> list[Persona]:
        return list(self._people)

    def clock(self) -> ClockState:
        local = self.now + timedelta(hours=1)
        return replace(self._state, now_local=local.isoformat(), label=f"{local:%a %d %b %Y, %H:%M}")

    async def next_event(self) -> None:
        await self.advance(1)

    async def advance(self, days: int) -> None:
        self._loop, self._days = asyncio.get_running_loop(), asyncio.Queue()
        self.set(running=True)
        for _ in range(days):
            await self._days.get()
            self.now += timedelta(days=1)
            self._tell()
        self.set(running=False)

    def answer_for_me(self, on: bool) -> None:
        self.set(answering=on)

    def open_invitation(self, start: str) -> Persona:
        if not start.isalnum():
            raise ValueError("start must be an invitation's token")
        user_id = 20 + len(self._people)
        persona = Persona(user_id, f"Invited {user_id}", "patient")
        self.add(persona)
        self._world.say(user_id, f"/start {start}")
        return persona

    async def changes(self) -> AsyncIterator[None]:
        queue: asyncio.Queue[bool] = asyncio.Queue()
        listener = (asyncio.get_running_loop(), queue)
        self._listeners.append(listener)
        try:
            yield None
            while await queue.get():
                yield None
        finally:
            self._listeners.remove(listener)

    def rename(self, user_id: int, name: str) -> None:
        """As when a newcomer joins."""
        self._people = [replace(each, name=name) if each.user_id == user_id else each for each in self._people]
        self._tell()

    def pass_a_day(self) -> None:
        assert self._loop is not None
        assert self._days is not None
        self._loop.call_soon_threadsafe(self._days.put_nowait, None)

    def set(self, **changed: Any) -> None:
        self._state = replace(self._state, **changed)
        self._tell()

    def end(self) -> None:
        self._tell(goes_on=False)

    @property
    def watchers(self) -> int:
        return len(self._listeners)

    def _tell(self, goes_on: bool = True) -> None:
        for loop, queue in list(self._listeners):
            loop.call_soon_threadsafe(queue.put_nowait, goes_on)


class Stage:
    """The page and the bot's API on one port, for the time of a with block."""

    def __init__(self) -> None:
        self.world = World(TOKEN, BOT, lambda: self.director.now)
        self._client = httpx.Client(verify=NO_CERTIFICATES)
        self.director = StandInDirector(self.world)
        self.director.add(Persona(PATIENT, "The patient of the case", "patient"))
        self.director.add(Persona(CLINICIAN, "Dr Adler", "clinician"))
        self.director.add(Persona(COORDINATOR, "Sister Brandt", "coordinator"))

    def app(self) -> Starlette:
        routes = page_routes(self.world, self.director, TEXTS, GUIDE)
        return Starlette(routes=[*routes, Mount("/", application(self.world))])

    def bot(self, method: str, files: Any = None, **fields: Any) -> Any:
        """One request of the bot, as its library would make it; the result."""
        given = {name: json.dumps(v) if isinstance(v, dict | list) else v for name, v in fields.items()}
        answer = self._client.post(f"{self.url}/bot{TOKEN}/{method}", data=given, files=files).json()
        assert answer["ok"], answer
        return answer["result"]

    def start(self) -> None:
        """On the same port every time, so that an open page finds it again."""
        self._server = LocalServer(self.app(), self._port)
        self._thread = threading.Thread(target=self._server.run, name="the page's server", daemon=True)
        self._thread.start()
        wait_until(lambda: self._server.started)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()

    def __enter__(self) -> Stage:
        # Bound and not listening: while the server is down, nobody else is given the port.
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self._port: int = self._held.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._client.close()
        self._held.close()


def wait_until(holds: Callable[[], object], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.01)


def keyboard(*rows: str) -> dict[str, Any]:
    """An inline keyboard; each row's labels stand apart by blanks, and serve as data as well."""
    return {"inline_keyboard": [[{"text": key, "callback_data": key} for key in row.split()] for row in rows]}


SCALE = keyboard("0 1 2 3 4 5", "6 7 8 9 10", "Skip")
