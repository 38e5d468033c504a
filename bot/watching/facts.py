"""The facts that any process can find out: of the database and of the machine."""

import shutil
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.settings import Settings
from bot.traffic.courier import LEASE
from jobs.lights import MachineFacts, StoredFacts
from jobs.load import Rush
from storage import backups, parked, watching
from storage.database import Database


def stored_facts(
    session: Session, now: datetime, schema: str | None, expected: str | None, rush: Rush | None
) -> StoredFacts:
    due = watching.messages_due(session, now)
    return StoredFacts(
        seconds=None,
        schema=schema,
        schema_expected=expected,
        oldest_due=due.oldest,
        due=due.many,
        taken_up=due.lease_until - LEASE if due.lease_until is not None else None,
        oldest_prompt=watching.oldest_prompt_due(session, now),
        parked=parked.how_many(session),
        undrawn=watching.undrawn(session),
        rush=rush,
    )


def machine_facts(database: Database, settings: Settings, now: datetime) -> MachineFacts:
    """Of the disk that holds the file, and its backups; a PostgreSQL's are its own server's matter."""
    if not database.is_sqlite:
        return MachineFacts()
    folder = settings.backups_in
    newest: datetime | None = None
    with suppress(OSError):
        # A folder that cannot be read has none for us.
        newest = backups.newest_at(folder, now) if folder is not None and settings.backups is not None else None
    try:
        usage = shutil.disk_usage(Path(database.url.database or "").absolute().parent)
        free, size = usage.free, usage.total
    except OSError:
        free, size = None, None
    return MachineFacts(free, size, settings.backups is not None, newest)


def fault_of(fault: Exception) -> str:
    """The driver's own word for what went wrong with the database, without values."""
    cause = fault if isinstance(fault, DBAPIError) else fault.__cause__
    if isinstance(cause, DBAPIError):
        return str(cause.orig).strip().splitlines()[0]
    return type(fault).__name__
