"""Backups of a SQLite file that is in use: as it stood at one moment, read back and checked before they count."""

import json
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from storage.database import known_revisions
from storage.file_faults import FileFault, FileFaultError
from storage.parts import being_written, forget_left
from storage.sqlite_files import flush, log_of, opened, saying

# The moment in the name, so that a folder's listing says it; UTC, since summer time has an hour twice.
MOMENT = "%Y%m%dT%H%M%SZ"
NAMED = f"diary-{MOMENT}.sqlite"
# A table that a backup has and a diary has not: when it was made, and how many rows each table had.
NOTE = "backup_note"
# Two megabytes, then a breath: the disk is the patients' in the meantime.
PAGES, BREATH = 500, 0.005


def a_breath() -> None:
    time.sleep(BREATH)


@dataclass(frozen=True)
class Backup:
    """`at`: the moment as of which it stands; None in a file that was copied by hand. `rows`: of all tables."""

    path: Path
    at: datetime | None
    revision: str
    rows: int


def make(
    source: Path, folder: Path, now: datetime, to: Path | None = None, between: Callable[[], None] = a_breath
) -> Backup:
    """Copies the database into the folder, or to the file `to`, which must not be there yet.

    Whoever writes meanwhile is neither held up nor in it. `between` is called after each step; what it raises ends the
    copying. FileFaultError, with nothing left behind.
    """
    check_shape(source)
    target = to or folder / now.astimezone(UTC).strftime(NAMED)
    with saying(target):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        forget_left(target.parent, target.name if to else "diary-*.sqlite")
    with saying(target), being_written(target) as part:
        _copy(source, part, now, between)
        made = verify(part)
        flush(part)
        if to is not None and to.exists():
            raise FileExistsError(to)
        part.rename(target)
        flush(target.parent)
    return Backup(target, made.at, made.revision, made.rows)


def _copy(source: Path, part: Path, now: datetime, between: Callable[[], None]) -> None:
    with saying(source), closing(opened(source, "rw")) as reading:
        # One read transaction around it all: each step sees the same moment, whatever is written meanwhile.
        reading.execute("BEGIN")
        counted = _counts(reading)
        revision = _revision(reading)
        if not revision:
            raise FileFaultError(FileFault.NOT_A_DIARY, source)
        with saying(part), closing(sqlite3.connect(part)) as copy:
            reading.backup(copy, pages=PAGES, progress=lambda *_: between())
            # One file without a log beside it, which can be carried away.
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute(f"DROP TABLE IF EXISTS {NOTE}")
            copy.execute(f"CREATE TABLE {NOTE} (at TEXT NOT NULL, revision TEXT NOT NULL, counted TEXT NOT NULL)")
            note = (now.astimezone(UTC).isoformat(), revision, json.dumps(counted))
            copy.execute(f"INSERT INTO {NOTE} VALUES (?, ?, ?)", note)  # noqa: S608
            copy.commit()


def verify(path: Path) -> Backup:
    """Opens it and reads all of it: pages, references, schema, and as many rows as were copied. FileFaultError."""
    check_shape(path)
    # A file that was copied by hand together with its log needs that log; a backup of ours is never written to.
    way = "rw" if log_of(path).exists() else "ro&immutable=1"
    with saying(path), closing(opened(path, way)) as reading:
        check_pages(reading, path, "integrity_check")
        broken = reading.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise FileFaultError(FileFault.DAMAGED, path, f"references of {broken[0]}")
        revision, counted = _revision(reading), _counts(reading)
        if not revision:
            raise FileFaultError(FileFault.NOT_A_DIARY, path)
        if revision not in known_revisions():
            raise FileFaultError(FileFault.NEWER, path, revision)
        noted = _note(reading, path)
        if noted is not None and noted[1] != counted:
            table = next(name for name in {**noted[1], **counted} if noted[1].get(name) != counted.get(name))
            raise FileFaultError(FileFault.DAMAGED, path, f"rows of {table}")
    return Backup(path, noted[0] if noted else None, revision, sum(counted.values()))


def check_shape(path: Path) -> None:
    """What can be seen without opening it. FileFaultError.

    The system lets go of all locks that a process has on a file when it closes it even once: to open a database beside
    SQLite, in the process that uses it, would let another process take its log away.
    """
    with saying(path):
        if not path.is_file():
            raise FileFaultError(FileFault.NOT_A_FILE if path.exists() else FileFault.MISSING, path)
        if path.stat().st_size == 0:
            raise FileFaultError(FileFault.EMPTY, path)
        # SQLite takes both away in good order; one without the other was taken away by somebody else.
        if path.with_name(f"{path.name}-shm").exists() and not log_of(path).exists():
            raise FileFaultError(FileFault.LOG_MISSING, path)


def check_pages(reading: sqlite3.Connection, path: Path, how: str) -> None:
    """`how`: integrity_check, or quick_check, which leaves the indexes out."""
    found = str(reading.execute(f"PRAGMA {how}(1)").fetchone()[0])
    if found != "ok":
        raise FileFaultError(FileFault.DAMAGED, path, found.splitlines()[-1])


def check_file(path: Path) -> None:
    """Whether a diary's file can be read from one end to the other. FileFaultError."""
    check_shape(path)
    with saying(path), closing(opened(path, "rw")) as reading:
        check_pages(reading, path, "quick_check")
        if set(_tables(reading)) - {"alembic_version"} and not _revision(reading):
            # Another application's: tables of ours have no place in it.
            raise FileFaultError(FileFault.NOT_A_DIARY, path)


def is_one(path: Path) -> bool:
    """Whether this file is a backup as it was made: nothing may be run on it before it was restored."""
    with saying(path), closing(opened(path, "rw")) as reading:
        return _note(reading, path) is not None


def forget_note(prepared: Path) -> None:
    """It is a diary again."""
    with saying(prepared), closing(opened(prepared, "rw")) as copy:
        copy.execute(f"DROP TABLE IF EXISTS {NOTE}")
        copy.commit()


def all_in(folder: Path) -> dict[datetime, Path]:
    """By the moment that each name says, oldest first."""
    found = {}
    for path in sorted(folder.glob("diary-*.sqlite")):
        with suppress(ValueError):
            found[datetime.strptime(path.name, NAMED).replace(tzinfo=UTC)] = path
    return found


def newest_at(folder: Path, now: datetime) -> datetime | None:
    """When the newest backup was made; None where there is none. A file is there only once it was checked.

    One of a time that is still to come was made by a clock that was wrong, and counts for nothing.
    """
    return max((moment for moment in all_in(folder) if moment <= now), default=None)


def forget_half_made(folder: Path) -> None:
    """What processes that were killed have left of backups. OSError."""
    forget_left(folder, "diary-*.sqlite")


def forget(folder: Path, moments: set[datetime]) -> None:
    """Takes these backups away."""
    for moment, path in all_in(folder).items():
        if moment in moments:
            path.unlink(missing_ok=True)


def copy_of(backup: Path, to: Path) -> None:
    """A copy for its owner alone, on disk when this returns; a log beside the backup is worked in."""
    way = "rw" if log_of(backup).exists() else "ro&immutable=1"
    with saying(to):
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(opened(backup, way)) as reading, closing(sqlite3.connect(to)) as copy:
            reading.backup(copy)
        flush(to)


def _tables(reading: sqlite3.Connection) -> list[str]:
    found = reading.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if name != NOTE and not name.startswith("sqlite_")]


def _counts(reading: sqlite3.Connection) -> dict[str, int]:
    return {
        table: reading.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
        for table in _tables(reading)
    }


def _revision(reading: sqlite3.Connection) -> str:
    tables = _tables(reading)
    if "alembic_version" not in tables:
        return ""
    if len(tables) > 1 and not {"patient", "team"} <= set(tables):
        # Other applications have one, too.
        return ""
    found = reading.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def _note(reading: sqlite3.Connection, path: Path) -> tuple[datetime, dict[str, int]] | None:
    is_there = reading.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (NOTE,)).fetchone()
    if is_there is None:
        return None
    try:
        at, counted = reading.execute(f"SELECT at, counted FROM {NOTE}").fetchone()  # noqa: S608
        made_at, rows = datetime.fromisoformat(at), json.loads(counted)
    except (TypeError, ValueError):
        raise FileFaultError(FileFault.DAMAGED, path, NOTE) from None
    if made_at.tzinfo is None or not isinstance(rows, dict):
        raise FileFaultError(FileFault.DAMAGED, path, NOTE)
    return made_at, rows
