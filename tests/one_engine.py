"""One engine for many tests: to compile the same statements anew took a quarter of the time of most of them."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, make_url

from storage.database import Database


@contextmanager
def on_engine_of(shared: Database) -> Iterator[Database]:
    """The same database by the same engine. At the end its connections are closed, and its listeners forgotten."""
    own = copy.copy(shared)
    # What listens to these two does not hear, nor keep, what others do by the shared engine.
    own.engine = shared.engine.execution_options()
    own._reader = own.engine.execution_options(**shared._reader.get_execution_options())
    try:
        yield own
    finally:
        shared.close()


class SqliteFiles:
    """One engine for files that follow one another: each test has its own, at its own place."""

    def __init__(self) -> None:
        self._shared, self._file = Database("sqlite:///no.sqlite"), ""
        event.listen(self._shared.engine, "do_connect", self._connects)

    def _connects(self, _dialect: Any, _record: Any, arguments: list[str], _options: Any) -> None:
        arguments[0] = self._file

    @contextmanager
    def at(self, path: Path) -> Iterator[Database]:
        self._file = str(path)
        with on_engine_of(self._shared) as own:
            own.url = make_url(f"sqlite:///{path}")
            yield own
