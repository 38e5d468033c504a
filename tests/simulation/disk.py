"""The writer without its thread, and the disk under it, which is full or locked when the seed wants it so."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, NoReturn, Protocol, TypeVar

from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage import writer
from storage.database import Database
from tests.simulation.memory import Killed

T = TypeVar("T")
# The statement with which the transaction fails. `undone`: SQLite has rolled it back by itself, as it may when full.
TroubleKind = Literal["locked", "commit", "statement", "undone"]
TROUBLES: tuple[TroubleKind, ...] = ("locked", "commit", "statement", "undone")


class TroubleError(sqlite3.OperationalError):
    """What the driver says of a disk that is full, or of a database that another program holds."""


class BadWorkError(Exception):
    """Of somebody's work that fails in the middle of everybody's."""


@dataclass(frozen=True)
class Trouble:
    """What befalls one transaction; `at`: at which of its statements, counted from 0."""

    kind: TroubleKind
    at: int = 0


class Process(Protocol):
    """Whose writer it is."""

    dead: bool

    def boundary(self, where: str) -> None:
        """Killed, when it is to die here."""

    def trouble(self) -> Trouble | None:
        """What befalls the transaction that begins now."""

    def bad_work(self, works: int) -> int | None:
        """Before which of so many works another one comes that fails; None for none."""

    def commit_takes(self) -> float:
        """Seconds until those who wait for a commit hear of it."""

    def changed(self) -> None:
        """Something was committed."""


class Disk(Database):
    """The database as one process has it: what is committed stays when the process dies."""

    def __init__(self, kept: Database, process: Process) -> None:
        self.__dict__.update(kept.__dict__)
        self._process = process

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        trouble = self._process.trouble()
        if trouble is not None and trouble.kind == "locked":
            _fails("BEGIN IMMEDIATE", "database is locked")
        with super().writing() as connection:
            if trouble is not None and trouble.kind != "commit":
                with _troubled(connection, trouble):
                    yield connection
            else:
                yield connection
            self._process.boundary("commit")
            if trouble is not None and trouble.kind == "commit":
                _fails("COMMIT", "database or disk is full")
        self._process.boundary("committed")


@contextmanager
def _troubled(connection: Connection, trouble: Trouble) -> Iterator[None]:
    left = trouble.at

    def executes(_connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal left
        left -= 1
        if left < 0:
            if trouble.kind == "undone":
                connection.connection.driver_connection.rollback()  # type: ignore[union-attr]
            _fails(statement, "database or disk is full")

    event.listen(connection, "before_cursor_execute", executes)
    try:
        yield
    finally:
        event.remove(connection, "before_cursor_execute", executes)


def _fails(statement: str, why: str) -> NoReturn:
    raise OperationalError(statement, {}, TroubleError(why))


def is_trouble(fault: BaseException | None) -> bool:
    """Whether this came of what the simulation did to the disk or to somebody's work."""
    while fault is not None:
        if isinstance(fault, BadWorkError) or isinstance(getattr(fault, "orig", None), TroubleError):
            return True
        fault = fault.__cause__ or fault.__context__
    return False


def _bad_work(session: Session) -> NoReturn:
    """Does what would be seen at once if it stayed, then fails."""
    for statement in (
        "DELETE FROM answer",
        "UPDATE outbox SET state = 'withdrawn'",
        "UPDATE diaryday SET asked_at = NULL",
    ):
        session.connection().exec_driver_sql(statement)
    raise BadWorkError


class InlineWriter(writer.Writer):
    """The writer without its thread. One batch: what is asked for in one turn of the loop, or while a commit lasts."""

    def __init__(self, database: Database, process: Process) -> None:
        self.database = Disk(database, process)
        self._process = process
        self._queue: list[tuple[writer.Work, asyncio.Future[Any]]] = []
        self._busy = False

    async def run(self, work: Callable[[Session], T]) -> T:
        if self._process.dead:
            raise Killed
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.append((work, future))
        if not self._busy:
            self._busy = True
            loop.call_soon(self._commit)
        return await asyncio.shield(future)

    def close(self) -> None:
        """There is no thread to end. Whoever ends in good order waits for nothing any more."""

    def _commit(self) -> None:
        if self._process.dead:
            return
        batch, self._queue = self._queue[: writer.MOST_AT_ONCE], self._queue[writer.MOST_AT_ONCE :]
        works = [work for work, _ in batch]
        bad = self._process.bad_work(len(works))
        if bad is not None:
            works.insert(bad, _bad_work)
        outcomes: list[tuple[Any, BaseException | None]]
        try:
            outcomes = list(self._outcomes(works))
        except Exception as fault:
            not_committed = writer.NotCommittedError(type(fault).__name__)
            not_committed.__cause__ = fault
            outcomes = [(None, not_committed)] * len(works)
        except Killed:
            return
        if bad is not None:
            del outcomes[bad]
        self._process.changed()
        asyncio.get_running_loop().call_later(self._process.commit_takes(), self._tell, batch, outcomes)

    def _tell(
        self, batch: list[tuple[writer.Work, asyncio.Future[Any]]], outcomes: list[tuple[Any, BaseException | None]]
    ) -> None:
        """Whoever waited for it goes on, and the next batch begins."""
        for (_, future), (result, failure) in zip(batch, outcomes, strict=True):
            if future.done():
                continue
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)
        if self._queue:
            self._commit()
        else:
            self._busy = False
