"""A SQLite file and what SQLite puts beside it, as files; whatever goes wrong with one says which one it is."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from storage.file_faults import FileFault, FileFaultError, fault_of


def itself(path: Path) -> Path:
    """The file that a link leads to: beside that SQLite keeps its log, and not beside the link."""
    return path.resolve() if path.is_symlink() else path


def besides(path: Path) -> list[Path]:
    file = itself(path)
    return [file.with_name(f"{file.name}{ending}") for ending in ("-wal", "-shm", "-journal")]


def log_of(path: Path) -> Path:
    return besides(path)[0]


def opened(path: Path, way: str) -> sqlite3.Connection:
    """`way`: as SQLite's URIs have it, such as rw."""
    return sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode={way}", uri=True, timeout=10)


def forget_file(path: Path) -> None:
    """A copy that was worked at, with what SQLite puts beside it."""
    for each in (*besides(path), path):
        each.unlink(missing_ok=True)


def flush(path: Path) -> None:
    """To the disk itself: a name in a folder is kept there too."""
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


@contextmanager
def saying(path: Path) -> Iterator[None]:
    """Whatever goes wrong within says which file it is about."""
    try:
        yield
    except FileFaultError:
        raise
    except (sqlite3.Error, OSError) as error:
        # What SQLite has no other word for is a table that is not as it should be.
        fault = fault_of(error) or FileFault.DAMAGED
        is_explained = fault not in {FileFault.DISK, FileFault.DAMAGED}
        raise FileFaultError(fault, path, "" if is_explained else str(error)) from error
