"""Exports made in the tests, and what is in them."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from bot.research_words import spoken
from bot.texts import texts_in
from jobs import admission, research
from jobs.research import Stored, Wanted
from storage import teams
from storage.database import Database
from storage.models import Team
from tests.storage.support import TEAM, committing

NOW = datetime(2026, 4, 1, 10, 0, tzinfo=UTC)
ALL = Wanted(notes=True, withdrawn=True)
# In about.csv these alone say when and where.
HEADER = ("exported_at", "team")


def exported(database: Database, folder: Path, wanted: Wanted = ALL, team: str = TEAM) -> Path:
    """The export of a team, in a folder that is made."""
    folder.mkdir(parents=True)
    with database.snapshot() as session:
        research.export(session, found(session, team), folder, wanted, spoken(texts_in("en"), wanted), NOW)
    return folder


def found(session: Session, name: str) -> Team:
    team = teams.team_named(session, name)
    assert team is not None
    return team


def imported(database: Database, folder: Path, team: str, now: datetime = NOW) -> Stored:
    """Into a team that is made for it, once there is no fault."""
    assert research.check(folder, now) == []
    with committing(database) as session:
        made, _ = admission.team_called(session, team, "Europe/London", None, now)
        return research.store_export(session, made, folder, now)


def contents(folder: Path) -> dict[str, bytes]:
    """By name, each file, save the two lines that say when and where."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    lines = found["about.csv"].split(b"\r\n")
    found["about.csv"] = b"\r\n".join(line for line in lines if not line.startswith(tuple(map(str.encode, HEADER))))
    return found


def rows(folder: Path, file: str) -> list[dict[str, Any]]:
    with (folder / file).open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, strict=True))


def rewritten(folder: Path, file: str, change: tuple[str, str]) -> None:
    """A text in a file put in place of another, as by hand."""
    path, (old, new) = folder / file, change
    text = path.read_bytes().decode("utf-8-sig")
    assert old in text, text
    path.write_bytes(text.replace(old, new, 1).encode("utf-8-sig"))
