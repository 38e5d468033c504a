"""A whole database copied into another, empty one: every row, counted and compared, or nothing.

The source may be in use: it is read in one transaction, as it stood when that began.
"""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Table, func, insert, select, text
from sqlmodel import SQLModel

import storage.models  # noqa: F401  (the tables register themselves)
from storage.database import Database, DatabaseError

ROWS_AT_ONCE = 1000


@dataclass(frozen=True)
class Copied:
    table: str
    rows: int


class TargetNotEmptyError(DatabaseError):
    """The target holds rows already; nothing was written."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"the target already holds rows in {table}")


class CopyDiffersError(DatabaseError):
    """What was read back is not what was written; nothing of it was kept."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"the copy of {table} differs from its source")


def copy(source: Database, target: Database, copied: Callable[[Copied], None] = lambda _: None) -> list[Copied]:
    """Copies all tables; `copied` hears of each. The target is migrated first when it has no tables.

    SchemaMismatchError unless both are at the newest schema; TargetNotEmptyError; CopyDiffersError.
    """
    source.check_schema()
    if target.revision() is None:
        target.migrate()
    target.check_schema()
    done = []
    with source.reading() as session, target.writing() as writing:
        reading = session.connection()
        for table in SQLModel.metadata.sorted_tables:
            if writing.execute(select(func.count()).select_from(table)).scalar_one():
                raise TargetNotEmptyError(table.name)
        for table in SQLModel.metadata.sorted_tables:
            for rows in _batches(reading, table):
                writing.execute(insert(table), [row._asdict() for row in rows])
            if not target.is_sqlite:
                _count_on(writing, table)
            counted, digest = _digest(reading, table)
            if (counted, digest) != _digest(writing, table):
                raise CopyDiffersError(table.name)
            done.append(Copied(table.name, counted))
            copied(done[-1])
    return done


def _batches(connection: Connection, table: Table) -> Iterator[list[Row[tuple[object, ...]]]]:
    query = select(table).order_by(*table.primary_key.columns)
    result = connection.execute(query, execution_options={"yield_per": ROWS_AT_ONCE})
    for rows in result.partitions():
        yield list(rows)


def _digest(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows, and a hash of all of them, by key; values as Python has them on either engine."""
    counted, digest = 0, hashlib.sha256()
    for rows in _batches(connection, table):
        counted += len(rows)
        for row in rows:
            digest.update(repr(tuple(row)).encode())
    return counted, digest.hexdigest()


def _count_on(connection: Connection, table: Table) -> None:
    """PostgreSQL's counters know nothing of ids that were given."""
    for column in table.primary_key.columns:
        if column.autoincrement is True or (column.autoincrement == "auto" and column.name == "id"):
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('\"{table.name}\"', 'id'), max(id)) FROM \"{table.name}\"")  # noqa: S608
            )
