"""What is kept of a SQLite file, beside everything else that the running bot does: the nightly backup, departures."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.settings import Settings
from jobs import backups_kept, due
from jobs.backups_kept import Kept
from jobs.clock import Clock
from storage import backups, departures, replacing
from storage.database import Database
from storage.file_faults import FileFaultError

log = logging.getLogger(__name__)
# By the operator's TIME_ZONE: hardly anybody is asked or reminded then.
QUIET = time(3, 0)
# Between two of them; after more nothing is taken away until the next night.
USUAL = timedelta(days=3)
LOOKS_EVERY, TRIES_AGAIN = timedelta(minutes=1), timedelta(hours=1)
# Where backups are made by something else, which may keep them for so long.
WITHOUT_BACKUPS = timedelta(days=366)


def is_due(newest: datetime | None, zone: str, now: datetime) -> bool:
    """Whether no backup was made since the latest quiet hour: after a night in which the bot was down, at its start."""
    return newest is None or due.next_local_moment(zone, QUIET, newest) <= now


def back_up(
    file: Path, folder: Path, kept: Kept | None, now: datetime, between: Callable[[], None] = backups.a_breath
) -> backups.Backup:
    """Makes one, and takes away those that it supersedes. FileFaultError, and then all that were there stay."""
    before = backups.newest_at(folder, now)
    made = backups.make(file, folder, now, between=between)
    # After a long time without any, the clock may be wrong: with it every backup would look old.
    if kept is not None and before is not None and now - before < USUAL:
        there = {moment for moment in backups.all_in(folder) if moment <= now}
        backups.forget(folder, backups_kept.superseded(there, kept, now))
        replacing.forget_replaced(file, now - kept.longest)
    return made


def clear_up(file: Path, folder: Path) -> None:
    """What restores and backups that were killed have left; whoever calls this is alone at the file."""
    try:
        replacing.forget_half_done(file)
        backups.forget_half_made(folder)
    except OSError:
        log.exception("What an earlier restore or backup left half done could not be taken away")


def _has_none(folder: Path) -> bool:
    """Whether this is a new installation; a folder that cannot be read is none."""
    try:
        return not backups.all_in(folder)
    except OSError:
        return False


class Keeper:
    """Makes a backup each night, and notes each minute who has departed, until told to stop.

    What goes wrong is logged, and tried again: a backup in an hour.
    """

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._zone, self._database, self._clock, self._kept = settings.time_zone, database, clock, settings.backups
        self._file, self._folder = settings.database_file, settings.backups_in
        self._noted: int | None = None
        self._ending, self._not_before = False, datetime.min.replace(tzinfo=UTC)

    async def run(self) -> None:
        """Until cancelled. The very first at once; else not in the first minute: after a start others have waited."""
        try:
            if self._file is None or self._folder is None:
                return
            await asyncio.to_thread(clear_up, self._file, self._folder)
            is_first = await asyncio.to_thread(_has_none, self._folder)
            while True:
                await asyncio.sleep(0 if is_first else LOOKS_EVERY.total_seconds())
                await self.look(self._file, self._folder)
                is_first = False
        finally:
            self._ending = True

    async def look(self, file: Path, folder: Path) -> None:
        """Notes who has departed, and makes a backup if one is due."""
        now = self._clock.now()
        try:
            await asyncio.to_thread(self._note_departures, folder, now)
        except Exception:
            log.exception("Who has departed could not be noted in %s; tried again in a minute", folder)
        if self._kept is None or now < self._not_before:
            return
        try:
            if is_due(await asyncio.to_thread(backups.newest_at, folder, now), self._zone, now):
                made = await asyncio.to_thread(back_up, file, folder, self._kept, now, self._between)
                log.info("A backup was made and checked: %s, %d rows", made.path.name, made.rows)
            return
        except _EndingError:
            log.info("A backup was begun and left, since the bot ends")
        except FileFaultError as wrong:
            log.error("No backup was made (%s). python -m bot backup says what to do", wrong)
        except Exception:
            log.exception("No backup was made; tried again in an hour")
        self._not_before = now + TRIES_AGAIN

    def _note_departures(self, folder: Path, now: datetime) -> None:
        if self._noted is None:
            self._noted = max((each.entry for each in departures.noted_in(folder)), default=0)
        with self._database.reading() as session:
            found = departures.newer_than(session, self._noted)
        if found:
            departures.note(folder, found, now - (self._kept.longest if self._kept is not None else WITHOUT_BACKUPS))
            self._noted = found[-1].entry

    def _between(self) -> None:
        """In the thread that copies: whoever ends the bot does not wait for it."""
        if self._ending:
            raise _EndingError
        backups.a_breath()


class _EndingError(Exception):
    """The bot is told to end."""
