"""The demo's page: three chats side by side and a clock to move, over the local Telegram.

`page/` holds what the browser loads, `page_feed` what it is told of, `page_guard` who may ask.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import quote

from sse_starlette.sse import EventSourceResponse
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from bot.local.formatting import HALF_A_CHARACTER
from bot.local.page_feed import Feed
from bot.local.page_guard import Guard
from bot.local.records import Json
from bot.local.refusal import Refusal
from bot.local.world import World
from bot.traffic.bodies import BodyTooLargeError, bounded

FOLDER = Path(__file__).parent / "page"
BODY_LIMIT_BYTES = 64 * 1024
TEXT_LIMIT = 4096
DAYS_LIMIT = 366
SHOWN_IN_PLACE = {"image/png", "image/jpeg", "image/webp", "image/gif", "application/pdf"}


@dataclass(frozen=True)
class Persona:
    """Someone whose chat the page shows. `name` is ready to be read."""

    user_id: int
    name: str
    role: Literal["patient", "clinician", "coordinator"]


@dataclass(frozen=True)
class ClockState:
    """`now_local` is ISO 8601; `label` and `next_event` are ready to be read; `zone` is an IANA name, in which the
    page writes the messages' times."""

    now_local: str
    label: str
    next_event: str | None
    running: bool
    answering: bool
    zone: str = "UTC"


class Director(Protocol):
    """Whoever plays the demo: knows the people, and moves the clock."""

    def personas(self) -> Sequence[Persona]: ...

    def clock(self) -> ClockState: ...

    async def next_event(self) -> None:
        """Returns once the next event has happened."""

    async def advance(self, days: int) -> None:
        """Returns once the days have passed."""

    def answer_for_me(self, on: bool) -> None: ...

    def open_invitation(self, start: str) -> Persona:
        """A new person opens the link and presses Start: an account of its own, and "/start TOKEN" said.

        ValueError when `start` can be no token.
        """

    def changes(self) -> AsyncIterator[None]:
        """One item once it listens, then one whenever clock() or personas() may say something new; ends when the demo
        does, and with it every event stream."""


def page_routes(world: World, director: Director, texts: Mapping[str, str], guide: Sequence[str]) -> list[BaseRoute]:
    """The page, its files and its endpoints. `texts` are the "page.*" entries; `guide` the steps of what to try."""
    desk = _Desk(world, director, texts, guide)
    guard = [Middleware(Guard)]
    return [
        Route("/", desk.index, middleware=guard),
        Mount("/static", StaticFiles(directory=FOLDER), middleware=guard),
        Mount(
            "/api",
            routes=[
                Route("/texts", desk.all_texts),
                Route("/snapshot", desk.snapshot),
                Route("/events", desk.events),
                Route("/say", _json(desk.say), methods=["POST"]),
                Route("/press", _json(desk.press), methods=["POST"]),
                Route("/clock", _json(desk.move_clock), methods=["POST"]),
                Route("/desk", _json(desk.open_desk), methods=["POST"]),
                Route("/open", _json(desk.open_invitation), methods=["POST"]),
            ],
            middleware=guard,
        ),
        Mount("/media", routes=[Route("/{file_id}", desk.media)], middleware=guard),
    ]


class _RequestError(Exception):
    """A request that cannot be carried out, with its status and what is wrong with it."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class _Desk:
    def __init__(self, world: World, director: Director, texts: Mapping[str, str], guide: Sequence[str]) -> None:
        self._world = world
        self._director = director
        self._texts = dict(texts)
        self._guide = list(guide)

    async def index(self, request: Request) -> Response:
        return FileResponse(FOLDER / "index.html")

    async def all_texts(self, request: Request) -> Response:
        return JSONResponse(self._texts)

    async def snapshot(self, request: Request) -> Response:
        return JSONResponse(self._feed().snapshot())

    async def events(self, request: Request) -> Response:
        return EventSourceResponse(self._feed().stream(), ping=15)

    def _feed(self) -> Feed:
        return Feed(
            self._world,
            self._guide,
            personas=lambda: [asdict(persona) for persona in self._director.personas()],
            clock=lambda: asdict(self._director.clock()),
            changes=self._director.changes,
        )

    async def say(self, body: Json) -> Json:
        text = _string(body, "text", TEXT_LIMIT)
        try:
            return {"message_id": self._world.say(self._person(body), text)}
        except ValueError as reason:
            raise _RequestError(str(reason), 409) from reason

    async def press(self, body: Json) -> Json:
        user_id, message_id = self._person(body), _number(body, "message_id")
        try:
            return {"callback_query_id": self._world.press(user_id, message_id, _string(body, "data", TEXT_LIMIT))}
        except ValueError as reason:  # the bot took the button away a moment ago
            raise _RequestError(str(reason), 409) from reason

    async def move_clock(self, body: Json) -> Json:
        action = _string(body, "action", 16)
        if action == "answer":
            self._director.answer_for_me(_boolean(body, "on"))
        elif action in {"next", "advance"}:
            days = _number(body, "days", 1, DAYS_LIMIT) if action == "advance" else 0
            if self._director.clock().running:
                raise _RequestError("the clock is running", 409)
            await (self._director.advance(days) if days else self._director.next_event())
        else:
            raise _RequestError("action must be next, advance or answer")
        return {"clock": asdict(self._director.clock())}

    async def open_invitation(self, body: Json) -> Json:
        try:
            return {"persona": asdict(self._director.open_invitation(_string(body, "start", 64)))}
        except ValueError as reason:
            raise _RequestError(str(reason)) from reason

    async def open_desk(self, body: Json) -> Json:
        """The address that Telegram would open, signed at this moment: it is good for minutes, and once."""
        url = self._world.web_app_url(self._person(body))
        if url is None:
            raise _RequestError("this chat has no button that opens a page", 409)
        return {"url": url}

    async def media(self, request: Request) -> Response:
        try:
            stored = self._world.file(request.path_params["file_id"])
        except Refusal:
            return JSONResponse({"error": "no such file"}, 404)
        # A preview is always drawn as JPEG.
        kind = "image/jpeg" if stored.side is not None else stored.mime_type
        place = "inline" if kind in SHOWN_IN_PLACE else "attachment"
        disposition = f"{place}; filename*=utf-8''{quote(stored.name, safe='')}"
        headers = {"Content-Disposition": disposition, "Cache-Control": "private, max-age=86400"}
        return Response(stored.shown(), media_type=kind, headers=headers)

    def _person(self, body: Json) -> int:
        user_id = _number(body, "user_id")
        if user_id not in {persona.user_id for persona in self._director.personas()}:
            raise _RequestError("user_id is nobody on this page")
        return user_id


def _json(act: Callable[[Json], Awaitable[Json]]) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that gives `act` the request's JSON object, and answers with JSON whatever happens."""

    async def endpoint(request: Request) -> Response:
        try:
            return JSONResponse(await act(await _body(request)))
        except _RequestError as refusal:
            return JSONResponse({"error": str(refusal)}, refusal.status)

    return endpoint


async def _body(request: Request) -> Json:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise _RequestError("the content type must be application/json", 415)
    try:
        body = json.loads(await bounded(request, BODY_LIMIT_BYTES).body())
    except BodyTooLargeError:
        raise _RequestError(f"the body must not exceed {BODY_LIMIT_BYTES} bytes", 413) from None
    except (ValueError, RecursionError) as reason:
        raise _RequestError("the body must be JSON") from reason
    if not isinstance(body, dict):
        raise _RequestError("the body must be a JSON object")
    return body


def _number(body: Json, name: str, least: int = 1, most: int = 2**52) -> int:
    value: Any = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _RequestError(f"{name} must be a whole number from {least} to {most}")
    return value


def _string(body: Json, name: str, most: int) -> str:
    value: Any = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > most:
        raise _RequestError(f"{name} must be a text of 1 to {most} characters")
    if HALF_A_CHARACTER.search(value):
        raise _RequestError(f"{name} holds half a character")
    return value


def _boolean(body: Json, name: str) -> bool:
    value: Any = body.get(name)
    if not isinstance(value, bool):
        raise _RequestError(f"{name} must be true or false")
    return value
