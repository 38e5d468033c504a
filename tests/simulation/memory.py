"""The database, which survives every kill, and the writer, which works at once in the loop's own thread."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import cache
from typing import Any, TypeVar

from sqlmodel import Session

from storage import writer
from storage.database import Database

T = TypeVar("T")
Boundary = Callable[[str], None]


class Killed(BaseException):
    """The process is no more. No handler of the product sees it, as none sees a SIGKILL."""


class Memory:
    """One SQLite database in memory for all seeds of this process: what SQLAlchemy compiled once stays compiled."""

    def __init__(self) -> None:
        self.database = Database("sqlite:///:memory:")
        # The one connection that this thread has.
        with self.database.engine.connect() as connection:
            raw = connection.connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        self.raw = raw
        self.database.migrate()
        self._empty = self.raw.serialize()

    def put_back(self, image: bytes | None = None) -> None:
        """The database as it was when `image` was taken; without one, empty."""
        self.raw.deserialize(image if image is not None else self._empty)
        self.raw.execute("PRAGMA foreign_keys=ON")

    def image(self) -> bytes:
        return self.raw.serialize()

    def rows(self, query: str, *values: Any) -> list[Any]:
        """Straight from the driver: for the many looks that the simulation takes."""
        return self.raw.execute(query, values).fetchall()

    def one(self, query: str, *values: Any) -> Any:
        return self.raw.execute(query, values).fetchone()


@cache
def memory() -> Memory:
    return Memory()


def instant(stored: str | None) -> datetime | None:
    """An instant as SQLite stores it."""
    return datetime.fromisoformat(stored).replace(tzinfo=UTC) if stored else None


def stored(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


class InlineWriter(writer.Writer):
    """The writer without its thread. Work is done in the order in which it is given; its result comes a moment later.

    `boundary` is called before and after each commit, and may kill. `moment` says how long a commit takes.
    """

    def __init__(
        self,
        database: Database,
        boundary: Boundary = lambda _where: None,
        committed: Callable[[], None] = lambda: None,
        moment: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self.database = database
        self._boundary, self._committed, self._moment = boundary, committed, moment

    def submit(self, work: Callable[[Session], T]) -> "Future[T]":
        future: Future[T] = Future()
        try:
            future.set_result(self._do(work))
        except Exception as fault:
            future.set_exception(fault)
        return future

    async def run(self, work: Callable[[Session], T]) -> T:
        try:
            result = self._do(work)
        except Exception:
            await asyncio.sleep(self._moment())
            raise
        await asyncio.sleep(self._moment())
        return result

    def close(self) -> None:
        """There is no thread to end."""

    def _do(self, work: Callable[[Session], T]) -> T:
        with self.database.writing() as connection:
            result, failure = writer._attempt(work, connection)
            self._boundary("commit")
        self._boundary("committed")
        self._committed()
        if failure is not None:
            raise failure
        return result  # type: ignore[no-any-return]
