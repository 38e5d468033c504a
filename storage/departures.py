"""Who stopped, had everything erased, or left a team, noted beside the backups: a restore must not bring them back.

Numbers, moments and what it was; nobody's account, and nothing about health.
"""

import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from storage import audit
from storage.models import AuditEntry
from storage.sqlite_files import saying

NAME = "departures.jsonl"
WITHDREW, CAME_BACK = "patient_withdrew", "patient_came_back"
OF_STAFF = ("staff_left", "staff_removed")
NOTED = (WITHDREW, CAME_BACK, audit.ERASED, *OF_STAFF)


# What a line should be like, for whoever has to mend one.
EXAMPLE = '{"entry": 7, "at": "2026-03-02T10:00:00+00:00", "what": "patient_withdrew", "team_id": 1, "who": 3}'


class DamagedDeparturesError(Exception):
    """A line of the file is not as it was written, so that it is not known who has departed."""

    def __init__(self, path: Path, line: int) -> None:
        self.path, self.line = path, line
        super().__init__(f"{path}, line {line}")


@dataclass(frozen=True)
class Departure:
    """`entry`: the audit's; `who`: the patient's number, or the member's."""

    entry: int
    at: datetime
    what: str
    team_id: int
    who: int


def newer_than(session: Session, entry: int) -> list[Departure]:
    """Those after this entry of the audit, of all teams, in their order."""
    query = select(AuditEntry).where(col(AuditEntry.id) > entry, col(AuditEntry.action).in_(NOTED))
    return [
        Departure(found.id, found.at, found.action, found.team_id, who)
        for found in session.exec(query.order_by(col(AuditEntry.id)))
        if (who := found.patient_id or (found.before or {}).get("member")) is not None
    ]


def noted_in(folder: Path) -> list[Departure]:
    """DamagedDeparturesError for any line that cannot be read: it may be about somebody who had everything erased."""
    file = folder / NAME
    with saying(file):
        written = file.read_bytes() if file.exists() else b""
    return [_read(file, number, line) for number, line in enumerate(written.split(b"\n"), 1) if line.strip()]


def _read(file: Path, number: int, line: bytes) -> Departure:
    try:
        facts = json.loads(line.decode())
        found = Departure(**{**facts, "at": datetime.fromisoformat(facts["at"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        raise DamagedDeparturesError(file, number) from None
    numbers = (found.entry, found.team_id, found.who)
    if found.at.tzinfo is None or found.what not in NOTED or not all(type(each) is int for each in numbers):
        raise DamagedDeparturesError(file, number)
    return found


def still_away(since: Sequence[Departure]) -> list[Departure]:
    """Of those since a backup, all but the stops of patients who came back later: the backup has them as they are.

    Whoever had stopped before the backup, and came back since, consents anew: a coming back is never done again.
    """
    came_back = {(each.team_id, each.who): each.at for each in since if each.what == CAME_BACK}
    return [
        each
        for each in since
        if each.what != CAME_BACK
        and not (each.what == WITHDREW and each.at < came_back.get((each.team_id, each.who), each.at))
    ]


def note(folder: Path, found: Iterable[Departure], forgetting_before: datetime | None) -> None:
    """Adds them, and leaves out what is older than any backup. On disk when this returns."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    every = (*noted_in(folder), *found)
    kept = {each.entry: each for each in every if forgetting_before is None or each.at >= forgetting_before}
    written = folder / f".{NAME}"
    with os.fdopen(os.open(written, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "w") as file:
        for entry in sorted(kept):
            facts = asdict(kept[entry])
            file.write(json.dumps({**facts, "at": facts["at"].isoformat()}) + "\n")
        file.flush()
        os.fsync(file.fileno())
    written.replace(folder / NAME)
