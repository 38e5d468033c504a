"""What is kept of a SQLite file, beside everything else that the running bot does: the nightly backup, departures."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from bot.runtime import Running
from bot.settings import Settings
from jobs import backups_kept, due
from jobs.backups_kept import Kept
from jobs.lights import Why
from storage import backups, departures, replacing
from storage.departures import DamagedDeparturesError
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
    """Makes one, and takes away those that it supersedes; none for `kept` None.

    FileFaultError, and then all that were there stay.
    """
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

    What goes wrong is logged, a light is red, and it is tried again: a backup in an hour. Nothing is taken away for its
    age by a clock that Telegram's does not bear out.
    """

    def __init__(self, settings: Settings, running: Running) -> None:
        self._zone, self._kept, self._running = settings.time_zone, settings.backups, running
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
        now = self._running.clock.now()
        await self._departures(folder, now)
        if self._kept is not None and now >= self._not_before and not await self._backup(file, folder, self._kept, now):
            self._not_before = now + TRIES_AGAIN

    async def _departures(self, folder: Path, now: datetime) -> None:
        failing = self._running.keeping
        known = {why: failing.pop(why, None) for why in (Why.DEPARTURES_DAMAGED, Why.DEPARTURES_FAIL)}
        try:
            await asyncio.to_thread(self._note_departures, folder, now)
            return
        except DamagedDeparturesError as wrong:
            why, fault = Why.DEPARTURES_DAMAGED, str(wrong)
        except FileFaultError as wrong:
            why, fault = Why.DEPARTURES_FAIL, str(wrong)
        except Exception as wrong:
            why, fault = Why.DEPARTURES_FAIL, type(wrong).__name__
        failing[why] = fault
        # Once, and not each minute.
        if known[why] != fault:
            log.exception("Who has departed could not be noted in %s; tried again each minute", folder)

    async def _backup(self, file: Path, folder: Path, kept: Kept, now: datetime) -> bool:
        """False where one was due and is to be tried again in an hour."""
        failing = self._running.keeping
        try:
            if not is_due(await asyncio.to_thread(backups.newest_at, folder, now), self._zone, now):
                failing.pop(Why.BACKUP_FAILS, None)
                return True
            superseding = kept if self._running.clock_is_right else None
            made = await asyncio.to_thread(back_up, file, folder, superseding, now, self._between)
        except _EndingError:
            log.info("A backup was begun and left, since the bot ends")
            return False
        except FileFaultError as wrong:
            failing[Why.BACKUP_FAILS] = str(wrong)
            log.error("No backup was made (%s). python -m bot backup says what to do", wrong)
            return False
        except Exception as wrong:
            failing[Why.BACKUP_FAILS] = type(wrong).__name__
            log.exception("No backup was made; tried again in an hour")
            return False
        failing.pop(Why.BACKUP_FAILS, None)
        log.info("A backup was made and checked: %s, %d rows", made.path.name, made.rows)
        return True

    def _note_departures(self, folder: Path, now: datetime) -> None:
        noted = departures.noted_in(folder)
        if self._noted is None or not noted:
            # Also where somebody has moved it away, since it could not be read any more.
            self._noted = max((each.entry for each in noted), default=0)
        with self._running.database.reading() as session:
            found = departures.newer_than(session, self._noted)
        if found:
            departures.note(folder, found, self._forgetting_before(folder, now))
            self._noted = found[-1].entry

    def _forgetting_before(self, folder: Path, now: datetime) -> datetime | None:
        """Whoever departed before the oldest backup stays away with each of them. None by a clock that may be wrong."""
        if not self._running.clock_is_right:
            return None
        longest = self._kept.longest if self._kept is not None else WITHOUT_BACKUPS
        return min(now - longest, *backups.all_in(folder), now)

    def _between(self) -> None:
        """In the thread that copies: whoever ends the bot does not wait for it."""
        if self._ending:
            raise _EndingError
        backups.a_breath()


class _EndingError(Exception):
    """The bot is told to end."""
