"""What each clinician wants of the weekly summary: what it brings, and on which day and hour."""

from datetime import datetime, time
from typing import Any

from sqlmodel import Session

from jobs import weekly_summary
from jobs.refusals import Refusal
from storage import audit
from storage.models import Staff, SummaryBrings, Team


def choose(session: Session, reader: Staff, brings: SummaryBrings, now: datetime) -> None:
    """From the next one on. What is chosen already is left as it is."""
    before = reader.summary_brings
    if before is brings:
        return
    reader.summary_brings = brings
    session.add(reader)
    _record(session, reader, "summary_brings_changed", {"brings": before.value}, {"brings": brings.value}, now)


def choose_time(
    session: Session, team: Team, reader: Staff, weekday: int | None, at: time | None, now: datetime
) -> None:
    """Their own day and hour, or with neither the team's. Refusal for what is so already."""
    before = time_facts(reader)
    reader.summary_weekday, reader.summary_time = weekday, at
    after = time_facts(reader)
    if before == after:
        raise Refusal("refusal.set_like_that_already")
    session.add(reader)
    weekly_summary.reschedule(session, team, reader, now)
    _record(session, reader, "summary_time_changed", before, after, now)


def time_facts(reader: Staff) -> dict[str, Any]:
    """As the audit has it; empty where it is as the team has it."""
    at = reader.summary_time
    return {"weekday": reader.summary_weekday, "time": at.isoformat("minutes") if at is not None else None}


def _record(
    session: Session, reader: Staff, action: str, before: dict[str, Any], after: dict[str, Any], now: datetime
) -> None:
    actor = audit.staff_actor(reader.id)
    audit.record(session, team_id=reader.team_id, at=now, actor=actor, action=action, before=before, after=after)
