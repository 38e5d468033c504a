"""A clinic whose database is lost and restored, and what was sent in all that time."""

import re
from collections import Counter
from datetime import datetime
from pathlib import Path

from jobs import restoring
from jobs.restoring import Restored
from storage import backups, sqlite_files
from tests.support import Bot, Clinic, Someone

CODE = re.compile("P-[0-9A-Z]{4}")
RESTORED = "The diaries were restored from a backup."


def file_of(clinic: Clinic) -> Path:
    return Path(str(clinic.database.url.database))


def backed_up(clinic: Clinic) -> Path:
    """A backup as it is made beside the running bot."""
    return backups.make(file_of(clinic), file_of(clinic).parent / "backups", clinic.clock.now()).path


def lost(clinic: Clinic) -> None:
    """The bot is gone, and its file with it."""
    clinic.bot.__exit__()
    clinic.database.close()
    sqlite_files.forget_file(file_of(clinic))


def restored(clinic: Clinic, backup: Path, stopped_at: datetime | None = None) -> Restored:
    """By what the command does; and the bot runs again."""
    done = restoring.restore_file(backup, file_of(clinic), stopped_at, clinic.clock.now())
    clinic.bot = Bot(clinic.database, clinic.server.url, clinic.clock, clinic.pace)
    clinic.bot.__enter__()
    clinic.calm()
    return done


def lost_and_restored(clinic: Clinic, backup: Path, stopped_at: datetime | None = None) -> Restored:
    lost(clinic)
    return restored(clinic, backup, stopped_at)


def sent(clinic: Clinic) -> Counter[tuple[int, str, str]]:
    """Everything that the bot has ever sent: to whom, how, and how it began. What was edited is not sent."""
    found: Counter[tuple[int, str, str]] = Counter()
    with clinic.world.changed:
        for request in clinic.world.requests:
            if request.method.startswith("send") and request.outcome == 200:
                said = str(request.fields.get("text") or request.fields.get("caption") or "")
                # Each clinic draws its own codes.
                found[int(request.fields["chat_id"]), request.method, CODE.sub("P-…", said)[:80]] += 1
    return found


def told_of_it(member: Someone) -> list[str]:
    return [text for text in member.everything if text.startswith(RESTORED)]
