"""The database, which survives every kill."""

import sqlite3
from datetime import UTC, datetime
from functools import cache
from typing import Any

from storage.database import Database


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
