"""Marks that a patient needs a look: noted when a summary is drawn, seen by one for all, or put off for some weeks."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due
from jobs.attention import Noted
from jobs.refusals import Refusal
from storage import audit, looks, patients
from storage.models import Look, Staff, Team

WEEKS = (2, 4, 8, 12)


def noted_of_team(session: Session, team_id: int) -> dict[int, Noted]:
    """By patient."""
    return {patient_id: noted(look) for patient_id, look in looks.latest_looks(session, team_id).items()}


def noted(look: Look) -> Noted:
    return Noted(look.state, look.seen_at is not None, look.not_before)


def mark(session: Session, team_id: int, states: Mapping[int, frozenset[str]], now: datetime) -> None:
    """Those of the team, by id, who need a look for what is known of them now. Marked anew where that is another."""
    known = looks.latest_looks(session, team_id)
    waiting = {patient_id: look for patient_id, look in known.items() if look.seen_at is None and look.over_at is None}
    for patient_id, look in waiting.items():
        if patient_id not in states:
            look.over_at = now
            session.add(look)
    for patient_id, state in states.items():
        if patient_id in waiting and set(waiting[patient_id].state) == state:
            continue
        # Whoever is being erased at this moment is gone afterwards.
        patients.hold(session, team_id, patient_id)
        if patients.patient_of_team(session, team_id, patient_id) is not None:
            session.add(Look(team_id=team_id, patient_id=patient_id, state=sorted(state), raised_at=now))
    session.flush()


def see(session: Session, team: Team, staff: Staff, look: Look, now: datetime, weeks: int | None = None) -> bool:
    """One for all; False when somebody was before. `weeks`: it comes back then in any case, and sooner if need be."""
    if weeks is not None and weeks not in WEEKS:
        raise Refusal("refusal.gone")
    not_before = _in_weeks(team, now, weeks) if weeks is not None else None
    is_first = looks.see(session, team.id, look.id, staff.id, now, not_before)
    session.refresh(look)
    if is_first and not_before is None:
        _record(session, staff, look, "look_seen", {"look": look.id}, now)
    elif is_first and not_before is not None:
        _record(session, staff, look, "look_put_off", {"look": look.id, "not_before": not_before.isoformat()}, now)
    return is_first


def _record(session: Session, staff: Staff, look: Look, action: str, after: dict[str, object], now: datetime) -> None:
    audit.record(
        session,
        team_id=look.team_id,
        at=now,
        actor=audit.staff_actor(staff.id),
        action=action,
        patient_id=look.patient_id,
        after=after,
    )


def _in_weeks(team: Team, now: datetime, weeks: int) -> date:
    return due.local_date(team.time_zone, now) + timedelta(weeks=weeks)
