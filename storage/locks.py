"""Locks that die with their holder: on PostgreSQL an advisory lock of an own connection, on SQLite a locked file.

A file serves one process, so its lock is the process's own right to be there; PostgreSQL's say which of several
replicas does what only one may do.
"""

import fcntl
import hashlib
from contextlib import suppress
from pathlib import Path
from typing import IO

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError

from storage.database import Database
from storage.sqlite_files import itself

# A host that vanishes says no goodbye: the server asks after it, and lets go within 25 seconds.
KEEPALIVES = "-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3"


def poller(bot_id: int) -> str:
    """The name of the lock that whoever polls for this bot holds."""
    return f"poller of bot {bot_id}"


class Lock:
    """One named lock. Every method may be called from any thread, one at a time."""

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._name = database, name
        self._file: IO[str] | None = None
        self._connection: Connection | None = None

    def acquire(self) -> bool:
        """Whether it is held now; never waits for another holder. DBAPIError when the database is out of reach."""
        if self._database.is_sqlite:
            return self._acquire_file()
        if self._connection is None:
            options = {
                "connect_timeout": 10,
                "options": KEEPALIVES,
                # And this side's: a server that is gone without a word is noticed before it gives the lock away.
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 15_000,
                "application_name": "infusion-diary lock",
            }
            engine = create_engine(self._database.url, connect_args=options, isolation_level="AUTOCOMMIT", pool_size=1)
            connection = engine.connect()
            try:
                held = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": self._key}).scalar_one()
            except BaseException:
                _close(connection)
                raise
            if not held:
                _close(connection)
                return False
            self._connection = connection
        return True

    def held(self) -> bool:
        """Whether it is still held: a connection that died has let it go."""
        if self._connection is None:
            return self._file is not None
        try:
            self._connection.execute(text("SELECT 1"))
        except DBAPIError:
            self.release()
            return False
        return True

    def release(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
        if self._connection is not None:
            _close(self._connection)
            self._connection = None

    def _acquire_file(self) -> bool:
        if self._file is None:
            # By whatever link somebody comes to it, it is one file.
            locked = itself(Path(self._database.url.database or ""))
            file = locked.with_name(f"{locked.name}.{self._name}.lock").open("w")
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.close()
                return False
            self._file = file
        return True

    @property
    def _key(self) -> int:
        """PostgreSQL's locks have numbers: the first 63 bits of the name's hash."""
        return int.from_bytes(hashlib.sha256(f"infusion diary {self._name}".encode()).digest()[:8]) >> 1


def _close(connection: Connection) -> None:
    with suppress(DBAPIError):
        connection.close()
    connection.engine.dispose()
