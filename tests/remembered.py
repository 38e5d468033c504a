"""Who has joined a new clinic: lived once, in a true conversation, and copied for all that begin in the same way.

Nearly every journey begins with a coordinator and a patient who join, and to live through that again was half of the
whole suite's work. What is copied is the database and what Telegram knows; the bot then starts on them, as after any
restart. Joining itself has journeys of its own. A longer scene with which many tests begin is copied in the same way.
"""

import pickle
import sqlite3
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text

from bot.local.world import World
from storage.database import Database
from storage.models import Role
from tests.log_guard import GUARD

# Of a Telegram: all that what people and the bot have done there leaves in it.
LEFT_IN_A_WORLD = (
    *("people", "chats", "callbacks", "requests", "ignored_fields", "descriptions", "menu_buttons"),
    *("mailbox", "files", "menus"),
)


@dataclass(frozen=True)
class Joining:
    """Somebody who joins the clinic's own team; `prompt_time` is a patient's."""

    account: int
    role: Role
    prompt_time: str = ""


@dataclass(frozen=True)
class Standing:
    """A clinic as it stood, on either engine."""

    rows: "sqlite3.Connection | _Copies"
    world: bytes


@dataclass(frozen=True)
class Played:
    """How a scene ended: its last moment, the newest account in it, and what it said of itself."""

    at: datetime
    newest_account: int
    told: Any


@dataclass(frozen=True)
class _Copies:
    """PostgreSQL's: the rows of each table as COPY writes them, and how far each sequence is."""

    tables: Mapping[str, bytes]
    sequences: Mapping[str, int]


class Remembered:
    """By how a clinic was made and by who has joined it, in order."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Standing] = {}
        # By what each standing is known by.
        self.played: dict[Hashable, Played] = {}

    def longest(self, made: Hashable, joined: Sequence[Joining]) -> int:
        """How many of those, from the first on, need not be lived through again."""
        return next((n for n in range(len(joined), 0, -1) if (made, tuple(joined[:n])) in self._known), 0)

    def keep(self, made: Hashable, joined: Sequence[Joining], database: Database, world: World) -> None:
        """The clinic must be calm."""
        with world.changed:
            kept = pickle.dumps({name: getattr(world, name) for name in LEFT_IN_A_WORLD})
        rows = _sqlite_rows(database) if database.is_sqlite else _postgres_rows(database)
        self._known[made, tuple(joined)] = Standing(rows, kept)

    def bring_back(self, made: Hashable, joined: Sequence[Joining], database: Database, world: World) -> None:
        """Both must be new, and no bot at work yet."""
        standing = self._known[made, tuple(joined)]
        if isinstance(standing.rows, sqlite3.Connection):
            with database.engine.connect() as connection:
                standing.rows.backup(_driver(connection))
        else:
            _fill(database, standing.rows)
        vars(world).update(pickle.loads(standing.world))  # noqa: S301  (our own bytes)
        # Whoever waited for updates there is not here.
        world.mailbox._polls.clear()
        for update in world.mailbox.history.values():
            GUARD.types(update.get("message", {}).get("text", ""))


def is_new(database: Database) -> bool:
    """Whether nobody has made a team in it: nearly everything is a team's."""
    with database.engine.connect() as connection:
        return bool(connection.execute(text("SELECT count(*) = 0 FROM team")).scalar_one())


def _driver(connection: Any) -> Any:
    return connection.connection.driver_connection


def _sqlite_rows(database: Database) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:", check_same_thread=False)
    with database.engine.connect() as connection:
        _driver(connection).backup(kept)
    return kept


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
_SEQUENCES = (
    "SELECT quote_ident(sequencename), last_value FROM pg_sequences "
    "WHERE schemaname = 'public' AND last_value IS NOT NULL"
)


def _postgres_rows(database: Database) -> _Copies:
    tables: dict[str, bytes] = {}
    with database.engine.connect() as connection:
        for name in connection.execute(text(_TABLES)).scalars().all():
            with _driver(connection).cursor().copy(f'COPY "{name}" TO STDOUT (FORMAT BINARY)') as copy:
                rows = b"".join(copy)
            if len(rows) > len(_NO_ROWS):
                tables[name] = rows
        sequences = {str(name): int(value) for name, value in connection.execute(text(_SEQUENCES))}
    return _Copies(tables, sequences)


# Of COPY's binary form: the signature, flags, no extension, and the end.
_NO_ROWS = b"PGCOPY\n\xff\r\n\0" + bytes(8) + b"\xff\xff"


def _fill(database: Database, copies: _Copies) -> None:
    with database.engine.begin() as connection:
        # In any order, whatever refers to what.
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        for name, rows in copies.tables.items():
            with _driver(connection).cursor().copy(f'COPY "{name}" FROM STDIN (FORMAT BINARY)') as copy:
                copy.write(rows)
        for sequence, value in copies.sequences.items():
            connection.execute(text("SELECT setval(:name, :value)"), {"name": sequence, "value": value})
