"""The engine, its transactions, and the check that the schema is the one this code was written for."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Executable, create_engine, event, literal, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel

# One stuck process must not hold up the others for ever; a lock is waited for as long as SQLite waits.
POSTGRESQL = {
    "connect_timeout": 10,
    "options": "-c lock_timeout=10s -c statement_timeout=60s -c idle_in_transaction_session_timeout=30s",
}
# secure_delete: what is erased is overwritten, and not left to be read in the file.
SQLITE = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "foreign_keys=ON", "secure_delete=ON")
# Both engines limit the values of one statement.
ROWS_AT_ONCE = 500
MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseError(Exception):
    """The database cannot be used as it is; the message says why."""


class BrokenTransactionError(DatabaseError):
    """A statement failed, and nothing after it counts; whoever caught its error should not have."""

    def __init__(self) -> None:
        super().__init__("a statement in this transaction has failed")


class SchemaMismatchError(DatabaseError):
    """The schema is not the one this version of the code expects."""

    def __init__(self, found: str | None, expected: str | None) -> None:
        self.found, self.expected = found, expected
        super().__init__(f"the database is at revision {found or 'none'}, this version needs {expected}")


class Database:
    """One database, SQLite or PostgreSQL by its URL (`sqlite:///data/diary.sqlite`, `postgresql://…`)."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.drivername in {"postgresql", "postgres"}:
            self.url = self.url.set(drivername="postgresql+psycopg")
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        # hide_parameters: an error that is logged must not carry a patient's answers.
        self.engine = (
            _sqlite_engine(self.url)
            if self.is_sqlite
            else create_engine(self.url, pool_pre_ping=True, hide_parameters=True, connect_args=POSTGRESQL)
        )
        self._reader = self.engine.execution_options(sqlite_begin="BEGIN DEFERRED")

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the right to write from its first statement; commits on leaving."""
        with self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reading; on SQLite it never waits for a writer, and it takes no right to write."""
        with Session(self._reader) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """The same, as it all stood at one moment, however long it takes: SQLite's readers see it so anyway."""
        reader = self._reader if self.is_sqlite else self._reader.execution_options(isolation_level="REPEATABLE READ")
        with Session(reader) as session:
            yield session

    def time(self) -> datetime:
        """The present instant by the database server's own clock; PostgreSQL's alone."""
        with self._reader.connect() as connection:
            told: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        return told.astimezone(UTC)

    @property
    def is_there(self) -> bool:
        """Whether there is a database to connect to; connecting to a SQLite file that is missing would make it."""
        return not self.is_sqlite or Path(self.url.database or "").exists()

    @property
    def can_be_made(self) -> bool:
        """Whether a file that is missing could be written where it is to be."""
        folder = Path(self.url.database or "").absolute().parent
        nearest = next(parent for parent in (folder, *folder.parents) if parent.exists())
        return nearest.is_dir() and os.access(nearest, os.W_OK)

    def revision(self) -> str | None:
        """The revision that the database says it is at; None for an empty one."""
        with self._reader.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()

    def expected_revision(self) -> str | None:
        return ScriptDirectory.from_config(self._alembic()).get_current_head()

    def check_schema(self) -> None:
        """Raises SchemaMismatchError unless the schema is at the newest migration."""
        found, expected = self.revision(), self.expected_revision()
        if found != expected:
            raise SchemaMismatchError(found, expected)

    def migrate(self, revision: str = "head") -> None:
        """Brings the schema up to `revision`, or down to it when it is an older one.

        alembic's CommandError for one that there is not.
        """
        (command.downgrade if self.is_older(revision) else command.upgrade)(self._alembic(), revision)

    def is_older(self, revision: str) -> bool:
        """Whether going to `revision` means going down. CommandError for one that there is not."""
        script, now = ScriptDirectory.from_config(self._alembic()), self.revision()
        if revision == "head" or now is None:
            return False
        if revision == "base":
            return True
        if revision not in {known.revision for known in script.walk_revisions()}:
            raise CommandError(f"there is no revision {revision}")
        return revision in {passed.revision for passed in script.iterate_revisions(now, "base")} - {now}

    def _alembic(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["engine"] = self.engine
        return config

    def close(self) -> None:
        self.engine.dispose()


@cache
def known_revisions() -> frozenset[str]:
    """Of the schema, those that this version can bring up to its own."""
    return frozenset(known.revision for known in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def _sqlite_engine(url: Any) -> Engine:
    engine = create_engine(url, connect_args={"timeout": 10, "check_same_thread": False}, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def _make_folder(*_: Any) -> None:
        # Where it cannot be made, connecting says so in the driver's error, as for any other database.
        with suppress(OSError):
            Path(url.database).parent.mkdir(parents=True, exist_ok=True)

    @event.listens_for(engine, "connect")
    def _set_up(connection: Any, _record: Any) -> None:
        # Transactions are ours: the driver would begin late, and a late upgrade to writing fails at once.
        connection.isolation_level = None
        for pragma in SQLITE:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE"))

    return engine


def check_unbroken(connection: Connection) -> None:
    """BrokenTransactionError where PostgreSQL has given the transaction up: its COMMIT would undo it, and say nothing.

    So it is when somebody caught a database error and went on.
    """
    if connection.dialect.name != "postgresql":
        return
    driver: Any = connection.connection.driver_connection
    if driver.info.transaction_status.name == "INERROR":
        raise BrokenTransactionError


def insert_ignoring_duplicates(session: Session, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> int:
    """Inserts the rows that violate no unique constraint; returns how many that were. All have the same columns."""
    statement = _insertion(session.get_bind().dialect.name, table)
    # Counted by what comes back: a row count is not to be had from every driver here.
    return sum(
        len(session.connection().execute(statement, list(rows[start : start + ROWS_AT_ONCE])).all())
        for start in range(0, len(rows), ROWS_AT_ONCE)
    )


@cache
def _insertion(dialect: str, table: type[SQLModel]) -> Executable:
    insert = (sqlite if dialect == "sqlite" else postgresql).insert
    statement: Executable = insert(table).on_conflict_do_nothing().returning(literal(1))
    return statement
