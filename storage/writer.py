"""One thread that does all writing, and commits all that waits together.

A durable commit costs one flush of the disk; thirty answers that wait for the same flush cost one too.
"""

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from storage.database import Database, check_unbroken

T = TypeVar("T")
Work = Callable[[Session], Any]
MOST_AT_ONCE = 64


class NotCommittedError(Exception):
    """The commit failed, whatever the reason: nothing of the work is on disk, and it can be done again."""


@dataclass(frozen=True)
class _Task:
    work: Work
    future: "Future[Any]"


class Writer:
    """Runs functions of a session in the order in which they were given.

    A future is resolved only after the commit. A function that raises undoes its own work and nobody else's: the
    others are then done once more without it, so what a function does must be in its session alone. When the commit
    itself fails, everybody whose work was in it gets NotCommittedError.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._tasks: queue.SimpleQueue[_Task | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._serve, name="writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[Session], T]) -> "Future[T]":
        """Queues `work`; its result comes once it is committed. RuntimeError after `close`."""
        if self._closed:
            raise RuntimeError("the writer is closed")
        future: Future[T] = Future()
        self._tasks.put(_Task(work, future))
        return future

    async def run(self, work: Callable[[Session], T]) -> T:
        """`submit`, awaited. Shielded: what was begun is committed even if the caller is cancelled."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(work)))

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many functions are queued."""
        return self._tasks.qsize()

    def close(self) -> None:
        """Finishes what is queued, then stops."""
        if not self._closed:
            self._closed = True
            self._tasks.put(None)
            self._thread.join()

    def _serve(self) -> None:
        stopping = False
        while not stopping:
            task = self._tasks.get()
            batch: list[_Task] = []
            while task is not None:
                batch.append(task)
                if len(batch) == MOST_AT_ONCE or self._tasks.empty():
                    break
                task = self._tasks.get()
            stopping = task is None
            if batch:
                self._commit_together(batch)

    def _commit_together(self, batch: list[_Task]) -> None:
        tasks = [task for task in batch if task.future.set_running_or_notify_cancel()]
        try:
            outcomes = self._outcomes([task.work for task in tasks])
        except BaseException as fault:  # the commit itself failed: nobody's work is on disk
            for task in tasks:
                # One error for every way in which a connection dies: some of the driver's are no DBAPIError.
                not_committed = NotCommittedError(type(fault).__name__)
                not_committed.__cause__ = fault
                task.future.set_exception(not_committed)
            return
        for task, (result, failure) in zip(tasks, outcomes, strict=True):
            if failure is None:
                task.future.set_result(result)
            else:
                task.future.set_exception(failure)

    def _outcomes(self, works: Sequence[Work]) -> list[tuple[Any, Exception | None]]:
        """What came of each, once it is committed. As a rule nobody fails, and a savepoint for each is dear."""
        try:
            with self.database.writing() as connection:
                return [(_do(work, connection), None) for work in works]
        except _WorkFailedError as failed:
            if len(works) == 1:
                return [(None, failed.failure)]
        with self.database.writing() as connection:
            return [_attempt(work, connection) for work in works]


class _WorkFailedError(Exception):
    def __init__(self, failure: Exception) -> None:
        self.failure = failure
        super().__init__()


def _do(work: Work, connection: Connection) -> Any:
    """All or nothing, with everybody else's in the transaction."""
    with Session(connection, join_transaction_mode="rollback_only", expire_on_commit=False) as session:
        try:
            result = work(session)
            session.flush()
            check_unbroken(connection)
        except Exception as failure:
            raise _WorkFailedError(failure) from failure
        return result


def _attempt(work: Work, connection: Connection) -> tuple[Any, Exception | None]:
    """By itself, in a savepoint."""
    with Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False) as session:
        try:
            result = work(session)
            session.flush()
            check_unbroken(connection)
            session.commit()
        except Exception as failure:
            session.rollback()
            return None, failure
        return result, None
