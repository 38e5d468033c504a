"""The local Telegram over HTTP: /bot<token>/<method> and /file/bot<token>/<path>."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Sequence
from email.utils import format_datetime
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot.bodies import BodyTooLargeError, bounded
from bot.local.deliveries import delivering
from bot.local.faults import Fault
from bot.local.files import FILE_LIMIT_BYTES
from bot.local.methods import METHODS
from bot.local.polling import poll
from bot.local.records import Json, Request
from bot.local.refusal import Refusal, bad_request
from bot.local.running import NOTHING, drop_connection, gone, half_of
from bot.local.specification import Reading, Upload, specification
from bot.local.world import World

# A file of the greatest size, and the fields beside it. Without the token not a byte is read.
BODY_LIMIT_BYTES = FILE_LIMIT_BYTES + (1 << 20)


def application(world: World) -> Starlette:
    """The local Telegram alone, webhooks included. To reset connections it must run under bot.local.running."""

    async def nothing_here(request: HttpRequest) -> Response:
        return _refused(Refusal(404, "Not Found"))

    every_path = Route("/{path:path}", nothing_here, methods=["GET", "POST"])
    return Starlette(routes=[*routes(world), every_path], lifespan=lambda _: delivering(world))


def routes(world: World, guard: Sequence[Middleware] = ()) -> list[BaseRoute]:
    """/bot<token>/<method> and /file/bot<token>/<path>, to stand beside other routes behind the same guard."""

    async def method(request: HttpRequest) -> Response:
        answer = await Exchange(world, request).answer()
        answer.headers["date"] = format_datetime(world.now(), usegmt=True)
        return answer

    async def download(request: HttpRequest) -> Response:
        if not _same(request.path_params["token"], world.token):
            return _refused(Refusal(401, "Unauthorized"))
        with world.changed:
            stored = world.files.at_path(request.path_params["path"])
        if stored is None:
            return _refused(Refusal(404, "Not Found"))
        return Response(stored.shown(), media_type=stored.mime_type)

    return [
        Route("/bot{token}/{method}", method, methods=["GET", "POST"], middleware=guard),
        Route("/file/bot{token}/{path:path}", download, methods=["GET"], middleware=guard),
    ]


class Exchange:
    """One request of the bot, from its reading to its answer."""

    def __init__(self, world: World, request: HttpRequest) -> None:
        self.world = world
        self.request = bounded(request, BODY_LIMIT_BYTES)
        self.method: str = request.path_params["method"]
        self.fields: Json = {}
        self.fault: Fault | None = None

    async def answer(self) -> Response:
        if not _same(self.request.path_params["token"], self.world.token):
            return _refused(Refusal(401, "Unauthorized"))
        try:
            self.method = specification().method(self.method)
            self.fields, uploads = await self._given()
            with self.world.changed:
                self.fault = self.world.faults.next_for(self.method, self.fields)
                self.world.changed.notify_all()
            await self._befall()
            if self.struck_by == "reset_before":
                self._record(0, "")
                return await drop_connection(self.request)
            return await self._delivered(await self._perform(uploads))
        except Refusal as refusal:
            self._record(refusal.code, refusal.description)
            return _refused(refusal)
        except ClientDisconnect:
            return NOTHING
        except Exception as failure:
            self.world.failures.append(failure)
            self._record(500, type(failure).__name__)
            return _refused(Refusal(500, "Internal Server Error"))

    @property
    def struck_by(self) -> str | None:
        return None if self.fault is None or self.fault.kind == "latency" else self.fault.kind

    async def _delivered(self, result: Any) -> Response:
        """The answer to what was done, unless a fault keeps it from arriving."""
        match self.struck_by:
            case "bad_gateway_after_accepting":
                return _refused(Refusal(502, "Bad Gateway"))
            case "reset_after_accepting":
                return await drop_connection(self.request)
            case "reset_mid_response":
                return half_of(self.request, JSONResponse({"ok": True, "result": result}))
            case "hang_after_accepting":
                await gone(self.request)
                return NOTHING
            case _:
                return JSONResponse({"ok": True, "result": result})

    async def _befall(self) -> None:
        if self.fault is None:
            return
        if self.fault.delay:
            client_left = asyncio.ensure_future(gone(self.request))
            await asyncio.wait({client_left}, timeout=self.fault.delay)
            client_left.cancel()
        refusal = self.fault.refusal()
        if refusal is not None:
            raise refusal

    async def _perform(self, uploads: dict[str, Upload]) -> Any:
        """Done, recorded and told to the waiting tests in one step, so that none sees the half of it."""
        reading = Reading(uploads)
        with self.world.changed:
            try:
                self.fields = reading.request(self.method, self.fields)
            finally:
                self.world.ignored_fields += reading.ignored
            if self.method != "getUpdates":
                result = METHODS[self.method](self.world, self.fields)
                self._record(200, "")
                return result
        updates = await poll(self.world, self.fields, self.request)
        self._record(200, "")
        return updates

    def _record(self, outcome: int, description: str) -> None:
        at = self.world.now()
        with self.world.changed:
            self.world.requests.append(Request(self.method, at, self.fields, outcome, description, self.struck_by))
            self.world.changed.notify_all()

    async def _given(self) -> tuple[Json, dict[str, Upload]]:
        try:
            return await self._read()
        except BodyTooLargeError:
            raise Refusal(413, "Request Entity Too Large") from None

    async def _read(self) -> tuple[Json, dict[str, Upload]]:
        """Fields as they came, from the query, a form or JSON, and the files beside them."""
        given: Json = dict(self.request.query_params)
        uploads: dict[str, Upload] = {}
        content_type = self.request.headers.get("content-type", "").partition(";")[0].strip()
        if content_type == "application/json":
            try:
                body = json.loads(await self.request.body() or b"{}")
            except (ValueError, RecursionError):
                raise bad_request("Can't parse request body as JSON object") from None
            if not isinstance(body, dict):
                raise bad_request("Can't parse request body as JSON object")
            return given | body, uploads
        try:
            async with self.request.form(max_fields=200, max_part_size=1 << 20) as form:
                for name, value in form.multi_items():
                    if isinstance(value, UploadFile):
                        kind = value.content_type or "application/octet-stream"
                        uploads[name] = Upload(value.filename or "file", await value.read(), kind)
                    else:
                        given[name] = value
        except HTTPException:
            raise bad_request("Can't parse request body as a form") from None
        return given, uploads


def _same(given: str, token: str) -> bool:
    return secrets.compare_digest(given.encode(), token.encode())


def _refused(refusal: Refusal) -> Response:
    headers = {}
    if refusal.parameters is not None:
        headers["Retry-After"] = str(refusal.parameters["retry_after"])
    return JSONResponse(refusal.as_json(), status_code=refusal.code, headers=headers)
