"""A Telegram without a network and a writer without a thread: for an event loop whose time is not true."""

import asyncio
import json
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from sqlmodel import Session
from telegram._utils.types import ODVInput
from telegram.request import BaseRequest, RequestData

from storage import writer
from storage.database import Database

T = TypeVar("T")
LATENCY = 0.1
COMMIT = 0.005
ME = {"id": 1234567890, "is_bot": True, "first_name": "Bench", "username": "bench_bot"}
START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


class LoopClock:
    """The instant that belongs to the loop's time."""

    def now(self) -> datetime:
        return START + timedelta(seconds=asyncio.get_running_loop().time())


class Wire(BaseRequest):
    """Each request takes LATENCY seconds. `bans`: at (seconds), for so long (seconds); until then all are refused."""

    def __init__(self, bans: tuple[tuple[float, int], ...] = ()) -> None:
        self.sent: list[float] = []
        self.requests: list[float] = []
        self.refused: list[float] = []
        self._bans = list(bans)
        self.silences: list[tuple[float, float]] = []

    @property
    def read_timeout(self) -> float | None:
        return None

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        write_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        connect_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
        pool_timeout: ODVInput[float] = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        name = url.rpartition("/")[2]
        if name == "getUpdates":
            await asyncio.Event().wait()
        if name == "getMe":
            return _fine(ME)
        now = asyncio.get_running_loop().time()
        self.requests.append(now)
        await asyncio.sleep(LATENCY / 2)
        silence = self._silence_left()
        if not silence and name == "sendMessage":
            self.sent.append(now)
        if silence:
            self.refused.append(asyncio.get_running_loop().time())
        await asyncio.sleep(LATENCY / 2)
        if silence:
            body = {"ok": False, "error_code": 429, "description": "Too Many Requests"}
            return 429, json.dumps({**body, "parameters": {"retry_after": silence}}).encode()
        if name != "sendMessage":
            return _fine(True)
        chat = request_data.parameters["chat_id"] if request_data is not None else 0
        message = {"message_id": len(self.sent), "date": 0, "chat": {"id": chat, "type": "private"}, "text": "."}
        return _fine(message)

    def _silence_left(self) -> int:
        """Seconds for which Telegram wants silence; the request that finds a ban due begins it."""
        now = asyncio.get_running_loop().time()
        if self._bans and now >= self._bans[0][0]:
            _, seconds = self._bans.pop(0)
            self.silences.append((now, now + seconds))
        return next((int(end - now) + 1 for begin, end in self.silences if begin <= now < end), 0)

    def refused_in_a_ban(self) -> int:
        """The most in one, that which ran into it among them."""
        return max(sum(begin <= at < end for at in self.refused) for begin, end in self.silences)


def _fine(result: Any) -> tuple[int, bytes]:
    return 200, json.dumps({"ok": True, "result": result}).encode()


def most_in_a_second(instants: list[float]) -> int:
    """The most that lie within any one second, wherever it begins."""
    ordered, first, most = sorted(instants), 0, 0
    for last, at in enumerate(ordered):
        while at - ordered[first] >= 1.0:
            first += 1
        most = max(most, last - first + 1)
    return most


class InlineWriter(writer.Writer):
    """The writer without its thread: the work is done at once, and its result comes after COMMIT seconds."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def submit(self, work: Callable[[Session], T]) -> "Future[T]":
        future: Future[T] = Future()
        with self.database.writing() as connection:
            result, failure = writer._attempt(work, connection)
        if failure is None:
            future.set_result(result)
        else:
            future.set_exception(failure)
        return future

    async def run(self, work: Callable[[Session], T]) -> T:
        future = self.submit(work)
        await asyncio.sleep(COMMIT)
        return future.result()

    def close(self) -> None:
        """There is no thread to end."""
