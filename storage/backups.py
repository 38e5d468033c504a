"""Backups of a SQLite file that is in use: as it stood at one moment, read back and checked before they count."""

import json
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import quote

from storage.database import known_revisions
from storage.file_faults import FileFault, FileFaultError, fault_of

# In the name, so that a folder's listing says it; UTC, since summer time has an hour twice.
MOMENT, MOMENT_IS_LONG = "%Y%m%dT%H%M%SZ", len("20261126T030000Z")
NAMED = f"diary-{MOMENT}.sqlite"
REPLACED = ".before-restore-"
PART = ".part"
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
    with _saying(target):
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _clear_parts(target.parent, now)
        number, name = mkstemp(prefix=f".{target.name}-", suffix=PART, dir=target.parent)
        os.close(number)
    part = Path(name)
    try:
        _copy(source, part, now, between)
        made = verify(part)
        with _saying(target):
            _flush(part)
            if to is not None and to.exists():
                raise FileExistsError(to)
            part.rename(target)
            _flush(target.parent)
        return Backup(target, made.at, made.revision, made.rows)
    finally:
        forget_file(part)


def _copy(source: Path, part: Path, now: datetime, between: Callable[[], None]) -> None:
    with _saying(source), closing(_open(source, "rw")) as reading:
        # One read transaction around it all: each step sees the same moment, whatever is written meanwhile.
        reading.execute("BEGIN")
        counted = _counts(reading)
        revision = _revision(reading)
        with _saying(part), closing(sqlite3.connect(part)) as copy:
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
    way = "rw" if _log_of(path).exists() else "ro&immutable=1"
    with _saying(path), closing(_open(path, way)) as reading:
        check_pages(reading, path, "integrity_check")
        broken = reading.execute("PRAGMA foreign_key_check").fetchone()
        if broken is not None:
            raise FileFaultError(FileFault.DAMAGED, path, f"references of {broken[0]}")
        revision, counted = _revision(reading), _counts(reading)
        if not revision:
            raise FileFaultError(FileFault.NOT_A_DIARY, path)
        if revision not in known_revisions():
            raise FileFaultError(FileFault.NEWER, path, revision)
        noted = _note(reading)
        if noted is not None and noted[1] != counted:
            table = next(name for name in {**noted[1], **counted} if noted[1].get(name) != counted.get(name))
            raise FileFaultError(FileFault.DAMAGED, path, f"rows of {table}")
    return Backup(path, noted[0] if noted else None, revision, sum(counted.values()))


def check_shape(path: Path) -> None:
    """What can be seen without opening it. FileFaultError.

    The system lets go of all locks that a process has on a file when it closes it even once: to open a database beside
    SQLite, in the process that uses it, would let another process take its log away.
    """
    with _saying(path):
        if not path.is_file():
            raise FileFaultError(FileFault.MISSING, path)
        if path.stat().st_size == 0:
            raise FileFaultError(FileFault.EMPTY, path)
        # SQLite takes both away in good order; one without the other was taken away by somebody else.
        if path.with_name(f"{path.name}-shm").exists() and not _log_of(path).exists():
            raise FileFaultError(FileFault.LOG_MISSING, path)


def check_pages(reading: sqlite3.Connection, path: Path, how: str) -> None:
    """`how`: integrity_check, or quick_check, which leaves the indexes out."""
    found = str(reading.execute(f"PRAGMA {how}(1)").fetchone()[0])
    if found != "ok":
        raise FileFaultError(FileFault.DAMAGED, path, found.splitlines()[-1])


def check_file(path: Path) -> None:
    """Whether a diary's file can be read from one end to the other. FileFaultError."""
    check_shape(path)
    with _saying(path), closing(_open(path, "rw")) as reading:
        check_pages(reading, path, "quick_check")


def is_one(path: Path) -> bool:
    """Whether this file is a backup as it was made: nothing may be run on it before it was restored."""
    with _saying(path), closing(_open(path, "rw")) as reading:
        return _note(reading) is not None


def forget_note(prepared: Path) -> None:
    """It is a diary again."""
    with _saying(prepared), closing(_open(prepared, "rw")) as copy:
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


def forget(folder: Path, moments: set[datetime]) -> None:
    """Takes these backups away."""
    for moment, path in all_in(folder).items():
        if moment in moments:
            path.unlink(missing_ok=True)


def forget_replaced(live: Path, before: datetime) -> None:
    """What restores have put aside, with its log, once that is longer ago than any backup that is kept.

    Each name says when. The file itself does not: one that was not written for long would go the night after.
    """
    begins = f"{live.stem}{REPLACED}"
    for path in live.parent.glob(f"{begins}*"):
        with suppress(ValueError):
            said = path.name.removeprefix(begins)[:MOMENT_IS_LONG]
            if datetime.strptime(said, MOMENT).replace(tzinfo=UTC) < before:
                path.unlink(missing_ok=True)


def copy_of(backup: Path, to: Path) -> None:
    """A copy for its owner alone, on disk when this returns; a log beside the backup is worked in."""
    way = "rw" if _log_of(backup).exists() else "ro&immutable=1"
    with _saying(to):
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(_open(backup, way)) as reading, closing(sqlite3.connect(to)) as copy:
            reading.backup(copy)
        _flush(to)


def put_in_place(prepared: Path, live: Path, now: datetime) -> Path | None:
    """Makes the prepared file the live one; returns where the one that it takes the place of was put, if there was one.

    Nobody may be at either. The log of the old one goes with it: beside the new one it would spoil that.
    """
    aside = live.with_name(f"{live.stem}{REPLACED}{now.astimezone(UTC):{MOMENT}}{live.suffix}")
    with _saying(live):
        is_there = live.exists()
        for beside in _besides(live):
            if beside.exists():
                beside.rename(f"{aside}{beside.name.removeprefix(live.name)}")
        if is_there:
            try:
                # Two names for one file, so that at no moment there is none where the bot would look.
                os.link(live, aside)
            except OSError:
                live.rename(aside)
        prepared.replace(live)
        _flush(live.parent)
    return aside if is_there else None


def forget_file(path: Path) -> None:
    """A copy that was worked at, with what SQLite puts beside it."""
    for each in (path, *_besides(path)):
        each.unlink(missing_ok=True)


def _besides(path: Path) -> list[Path]:
    return [path.with_name(f"{path.name}{ending}") for ending in ("-wal", "-shm", "-journal")]


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _open(path: Path, way: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={way}", uri=True, timeout=10)


def _tables(reading: sqlite3.Connection) -> list[str]:
    found = reading.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if name != NOTE and not name.startswith("sqlite_")]


def _counts(reading: sqlite3.Connection) -> dict[str, int]:
    return {
        table: reading.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
        for table in _tables(reading)
    }


def _revision(reading: sqlite3.Connection) -> str:
    if "alembic_version" not in _tables(reading):
        return ""
    found = reading.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def _note(reading: sqlite3.Connection) -> tuple[datetime, dict[str, int]] | None:
    is_there = reading.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (NOTE,)).fetchone()
    if is_there is None:
        return None
    at, counted = reading.execute(f"SELECT at, counted FROM {NOTE}").fetchone()  # noqa: S608
    return datetime.fromisoformat(at), json.loads(counted)


def _clear_parts(folder: Path, now: datetime) -> None:
    """What a process that was killed has left half written, a day ago."""
    for path in folder.glob(f".*{PART}"):
        if path.stat().st_mtime < now.timestamp() - 86_400:
            path.unlink(missing_ok=True)


def _flush(path: Path) -> None:
    """To the disk itself: a name in a folder is kept there too."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def _saying(path: Path) -> Iterator[None]:
    """Whatever goes wrong within says which file it is about."""
    try:
        yield
    except FileFaultError:
        raise
    except (sqlite3.Error, OSError) as error:
        fault = fault_of(error) or FileFault.DISK
        is_explained = fault not in {FileFault.DISK, FileFault.DAMAGED}
        raise FileFaultError(fault, path, "" if is_explained else str(error)) from error
