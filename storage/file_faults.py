"""What can be wrong with a database file and its disk, told apart so that it can be said what to do."""

import errno
import sqlite3
from enum import StrEnum

from sqlalchemy.exc import DBAPIError

from storage.database import DatabaseError


class FileFault(StrEnum):
    """Each has its words in the catalogues: what it means, and what to do."""

    MISSING = "missing"
    NOT_A_FILE = "not_a_file"
    EMPTY = "empty"
    NOT_A_DATABASE = "not_a_database"
    NOT_A_DIARY = "not_a_diary"
    DAMAGED = "damaged"
    NEWER = "newer"
    LOG_MISSING = "log_missing"
    READ_ONLY = "read_only"
    FULL = "full"
    NOT_OPENED = "not_opened"
    DISK = "disk"
    IN_USE = "in_use"


class FileFaultError(DatabaseError):
    """A database file cannot be used, or cannot be written. `detail`: of a damage, what was found first."""

    def __init__(self, fault: FileFault, path: object, detail: str = "") -> None:
        self.fault, self.path, self.detail = fault, path, detail
        super().__init__(f"{path}: {fault.value} {detail}".strip())


# SQLite's primary result codes; the driver tells extended ones, which have these in their last eight bits.
_BY_SQLITE = {
    sqlite3.SQLITE_CORRUPT: FileFault.DAMAGED,
    sqlite3.SQLITE_NOTADB: FileFault.NOT_A_DATABASE,
    sqlite3.SQLITE_READONLY: FileFault.READ_ONLY,
    sqlite3.SQLITE_FULL: FileFault.FULL,
    sqlite3.SQLITE_CANTOPEN: FileFault.NOT_OPENED,
    sqlite3.SQLITE_IOERR: FileFault.DISK,
    sqlite3.SQLITE_BUSY: FileFault.IN_USE,
    sqlite3.SQLITE_LOCKED: FileFault.IN_USE,
}
_BY_SYSTEM = {
    errno.ENOENT: FileFault.MISSING,
    errno.ENOTDIR: FileFault.MISSING,
    errno.ENOSPC: FileFault.FULL,
    errno.EDQUOT: FileFault.FULL,
    errno.EFBIG: FileFault.FULL,
    errno.EISDIR: FileFault.NOT_A_FILE,
    errno.EROFS: FileFault.READ_ONLY,
    errno.EACCES: FileFault.READ_ONLY,
    errno.EPERM: FileFault.READ_ONLY,
}


def fault_of(error: BaseException) -> FileFault | None:
    """Which of them an error of SQLite's, of the driver's or of the system's means; None for any other."""
    if isinstance(error, FileFaultError):
        return error.fault
    if isinstance(error, DBAPIError):
        return fault_of(error.orig) if error.orig is not None else None
    if isinstance(error, OSError):
        return _BY_SYSTEM.get(error.errno or 0, FileFault.DISK)
    if isinstance(error, sqlite3.Error):
        return _BY_SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    return None
