"""The numbers of rows, which buttons in old messages bear: after a restore none is given that was given before."""

import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session, SQLModel

from storage.parts import being_written
from storage.sqlite_files import flush, saying

# More than any clinic makes between two backups; nine digits are what a button's number may have.
FAR = 1_000_000
# Numbered by the highest that there is; their buttons also say whose they are, or which entry is undone.
BY_THE_HIGHEST = ("audit", "outbox")
# In the folder of the backups: how far the latest restore went, for the next, which may be of the same backup.
NAME = "numbers.txt"


def highest(session: Session) -> dict[str, int]:
    """Of the tables that are numbered by it on SQLite."""
    session.flush()
    return {
        name: session.connection().execute(text(f"SELECT coalesce(max(id), 0) FROM {name}")).scalar_one()  # noqa: S608
        for name in BY_THE_HIGHEST
    }


def highest_in(replaced: Path) -> int:
    """That was given in any table of a SQLite file whose place another takes; 0 where it is gone or cannot be read."""
    asked = ["SELECT max(seq) FROM sqlite_sequence", *(f"SELECT max(id) FROM {name}" for name in BY_THE_HIGHEST)]  # noqa: S608
    try:
        with closing(sqlite3.connect(f"{replaced.absolute().as_uri()}?mode=ro", uri=True)) as reading:
            return max(reading.execute(query).fetchone()[0] or 0 for query in asked)
    except sqlite3.Error:
        return 0


def noted_in(folder: Path) -> int:
    """The highest number that any restore has given; somewhere far, where it was noted and cannot be read."""
    file = folder / NAME
    with saying(file):
        if not file.exists():
            return 0
        written = file.read_bytes().strip()
    return int(written) if written.isdigit() and len(written) < 10 else _somewhere()


def note(folder: Path, highest: int) -> None:
    """On disk when this returns."""
    with saying(folder):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with saying(folder / NAME), being_written(folder / NAME) as part:
        part.write_text(f"{highest}\n")
        flush(part)
        part.replace(folder / NAME)
        flush(folder)


def _somewhere() -> int:
    """Two of them are hardly ever so near that what was given after the one is given after the other."""
    return secrets.randbelow(8 * FAR)


def go_on_far_behind(session: Session, before: Mapping[str, int], replaced: int = 0) -> None:
    """Whatever was made after the backup, its number is not given to anything else.

    `before`: the highest before the restore added rows itself; on SQLite the newest of these is put far behind.
    `replaced`: the highest of the file that the backup takes the place of, which may come from the same backup.
    """
    session.flush()
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        # The same dump may be restored twice, and nothing beside it says so.
        gap = FAR + _somewhere()
        for table in SQLModel.metadata.sorted_tables:
            if "id" in table.primary_key.columns:
                sequence = f"pg_get_serial_sequence('\"{table.name}\"', 'id')"
                connection.execute(text(f"SELECT setval({sequence}, nextval({sequence}) + {gap})"))
        return
    for table in SQLModel.metadata.sorted_tables:
        if table.dialect_options["sqlite"]["autoincrement"]:
            # Of which there never was one has no counter yet.
            begun = "SELECT :name, 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = :name)"
            connection.execute(text(f"INSERT INTO sqlite_sequence (name, seq) {begun}"), {"name": table.name})
            connection.execute(
                text("UPDATE sqlite_sequence SET seq = max(seq, :replaced) + :far WHERE name = :name"),
                {"far": FAR, "name": table.name, "replaced": replaced},
            )
    for name, newest in highest(session).items():
        if newest > before[name]:
            moved = text(f"UPDATE {name} SET id = max(id, :replaced) + :far WHERE id = :newest")  # noqa: S608
            connection.execute(moved, {"far": FAR, "newest": newest, "replaced": replaced})
    session.expire_all()
