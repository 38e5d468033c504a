"""The nightly backup of a SQLite file, beside everything else that the running bot does."""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from pathlib import Path

from bot.settings import Settings
from jobs import backups_kept, due
from jobs.backups_kept import Kept
from jobs.clock import Clock
from storage import backups
from storage.file_faults import FileFaultError

log = logging.getLogger(__name__)
# By the operator's TIME_ZONE: hardly anybody is asked or reminded then.
QUIET = time(3, 0)
LOOKS_EVERY, TRIES_AGAIN = timedelta(minutes=1), timedelta(hours=1)


def is_due(newest: datetime | None, zone: str, now: datetime) -> bool:
    """Whether no backup was made since the latest quiet hour: after a night in which the bot was down, at its start."""
    return newest is None or due.next_local_moment(zone, QUIET, newest) <= now


def back_up(
    file: Path, folder: Path, kept: Kept | None, now: datetime, between: Callable[[], None] = backups.a_breath
) -> backups.Backup:
    """Makes one, and takes away those that it supersedes. FileFaultError, and then all that were there stay."""
    made = backups.make(file, folder, now, between=between)
    if kept is not None:
        backups.forget(folder, backups_kept.superseded(backups.all_in(folder), kept, now))
        backups.forget_replaced(file, now - kept.longest)
    return made


class Keeper:
    """Makes a backup each night until told to stop. What goes wrong is logged, and tried again in an hour."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._zone, self._clock, self._kept = settings.time_zone, clock, settings.backups
        self._file, self._folder = settings.database_file, settings.backups_in
        self._ending = False

    async def run(self) -> None:
        """Until cancelled. Not in the first minute: after a start others have waited."""
        wait = LOOKS_EVERY
        try:
            while self._file is not None and self._folder is not None and self._kept is not None:
                await asyncio.sleep(wait.total_seconds())
                wait = LOOKS_EVERY if await self.look(self._file, self._folder, self._kept) else TRIES_AGAIN
        finally:
            self._ending = True

    async def look(self, file: Path, folder: Path, kept: Kept) -> bool:
        """Makes a backup if one is due; False when that did not work."""
        now = self._clock.now()
        try:
            if is_due(await asyncio.to_thread(backups.newest_at, folder), self._zone, now):
                made = await asyncio.to_thread(back_up, file, folder, kept, now, self._between)
                log.info("A backup was made and checked: %s, %d rows", made.path.name, made.rows)
            return True
        except _EndingError:
            log.info("A backup was begun and left, since the bot ends")
        except FileFaultError as wrong:
            log.error("No backup was made (%s). python -m bot backup says what to do", wrong)
        except Exception:
            log.exception("No backup was made; tried again in an hour")
        return False

    def _between(self) -> None:
        """In the thread that copies: whoever ends the bot does not wait for it."""
        if self._ending:
            raise _EndingError
        backups.a_breath()


class _EndingError(Exception):
    """The bot is told to end."""
