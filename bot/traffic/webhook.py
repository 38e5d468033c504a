"""Updates in, as Telegram posts them: 200 only once an update is committed, so that whatever is not comes again."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import logging
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Update
from telegram.error import InvalidToken, RetryAfter, TelegramError
from telegram.ext import Application

from bot.application import ALLOWED_UPDATES, Handlers
from bot.settings import Settings
from bot.traffic import disowning
from bot.traffic.bodies import BodyTooLargeError, bounded
from bot.traffic.disowning import Disowning
from bot.traffic.listening import Server, listen
from bot.traffic.pacer import seconds_of
from jobs.clock import Pulse

log = logging.getLogger(__name__)
HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Telegram's own updates are a few kilobytes; a long message with many entities is under a hundred.
LARGEST_BODY = 1 << 20
CONNECTIONS = 40
COMES_AGAIN_IN = "2"
WAIT_FOR_ANSWER = 2.0
WAIT_AFTER_FAULT = 5.0


def secret_of(token: str) -> str:
    """What Telegram shows with every update: the same on every replica, and no way back to the token."""
    return hmac.new(token.encode(), b"infusion diary webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Serves until told to stop. Order is kept within a chat, in which updates come; chats go side by side."""

    def __init__(
        self, application: Application[Any, Any, Any, Any, Any, Any], handlers: Handlers, settings: Settings
    ) -> None:
        self._application, self._handlers = application, handlers
        self._url, self._secret = settings.webhook_url or "", secret_of(settings.token)
        self._lanes: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._waiting: dict[int, int] = defaultdict(int)
        self._stopping = asyncio.Event()
        self._listen = settings.webhook_listen
        self._server = Server(self.app(), patience=3)

    def app(self) -> Starlette:
        path = urlsplit(self._url).path or "/"
        return Starlette(routes=[Route(path, self._take, methods=["POST"])])

    @property
    def pulse(self) -> Pulse:
        return self._server.pulse

    def stop(self) -> None:
        self._stopping.set()
        self._server.should_exit = True

    async def run(self) -> None:
        """What is not taken when it stops is posted again, to whoever serves next. CannotListenError."""
        with listen("WEBHOOK_LISTEN", self._listen) as listening:
            serving = asyncio.create_task(self._server.serve([listening]))
            try:
                await self._set()
                await serving
            finally:
                self._server.should_exit = True
                await asyncio.gather(serving, return_exceptions=True)

    async def _set(self) -> None:
        """Tells Telegram where to post, until it has heard."""
        known = Disowning()
        while not self._stopping.is_set():
            wait = WAIT_AFTER_FAULT
            try:
                await self._application.bot.set_webhook(
                    self._url, max_connections=CONNECTIONS, allowed_updates=ALLOWED_UPDATES, secret_token=self._secret
                )
                return
            except InvalidToken as fault:
                known.another(fault)
                wait = disowning.WAIT
            except RetryAfter as ban:
                known.over()
                wait = seconds_of(ban)
            except TelegramError as fault:
                known.over()
                log.error("Telegram did not take the webhook's address (%s); trying again", fault)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), wait)

    async def _take(self, request: Request) -> Response:
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, self._secret.encode()):
            return Response(status_code=403)
        try:
            body = await bounded(request, LARGEST_BODY).body()
        except ClientDisconnect:
            return Response(status_code=400)
        except BodyTooLargeError:
            return Response(status_code=413)
        try:
            update = Update.de_json(json.loads(body), self._application.bot)
        except Exception as fault:
            # It would be posted for ever, and hold up what waits behind it.
            log.error("Stepped over an update that cannot be read (%s)", type(fault).__name__)
            return Response()
        taken = await self._in_order(update)
        return Response() if taken else Response(status_code=503, headers={"Retry-After": COMES_AGAIN_IN})

    async def _in_order(self, update: Update) -> bool:
        """Whether it is committed."""
        lane = update.effective_user.id if update.effective_user else 0
        self._waiting[lane] += 1
        try:
            async with self._lanes[lane]:
                await self._application.process_update(update)
                if update.update_id in self._handlers.not_committed:
                    self._handlers.not_committed.discard(update.update_id)
                    return False
        finally:
            self._waiting[lane] -= 1
            if not self._waiting[lane]:
                del self._waiting[lane], self._lanes[lane]
        # A kill between the commit and the answer is mended by the update's coming again; so the answer goes first.
        await self._handlers.answer_out(lane, WAIT_FOR_ANSWER)
        return True
