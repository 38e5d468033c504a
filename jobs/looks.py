"""Marks that a patient needs a look: noted when a summary is drawn, seen by one for all, or put off for some weeks."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due
from jobs.attention import Noted, is_unseen
from jobs.refusals import Refusal
from jobs.taking_back import CAN_BE_TAKEN_BACK
from storage import audit, looks, patients
from storage.models import Look, Patient, Staff, Team

WEEKS = (1, 2, 4, 8, 12)


def noted_of_team(session: Session, team_id: int) -> dict[int, Noted]:
    """By patient."""
    return {patient_id: noted(look) for patient_id, look in looks.latest_looks(session, team_id).items()}


def noted(look: Look) -> Noted:
    return Noted(look.state, look.seen_at is not None, look.not_before)


def mark(
    session: Session,
    team_id: int,
    states: Mapping[int, frozenset[str]],
    now: datetime,
    unknown: Collection[int] = (),
) -> None:
    """Those of the team, by id, who need a look for what is known of them now. Marked anew where that is another.

    `unknown`: of whom it could not be found out; for them all stays as it is.

    They were found while a page was drawn; whatever somebody has seen or put off since then stays so.
    """
    # Until the commit nobody presses Seen, and whoever is being erased at this moment is gone afterwards.
    for patient_id in sorted(states):
        patients.hold(session, team_id, patient_id)
    known = looks.latest_looks(session, team_id)
    for patient_id, look in known.items():
        if patient_id not in states and patient_id not in unknown and _is_waiting(look):
            look.over_at = now
            session.add(look)
    for patient_id, state in states.items():
        latest, patient = known.get(patient_id), patients.patient_of_team(session, team_id, patient_id)
        if patient is None or (latest is not None and _is_known(latest, state, patient, now)):
            continue
        session.add(Look(team_id=team_id, patient_id=patient_id, state=sorted(state), raised_at=now))
    session.flush()


def _is_waiting(look: Look) -> bool:
    return look.seen_at is None and look.over_at is None


def _is_known(latest: Look, state: frozenset[str], patient: Patient, now: datetime) -> bool:
    """Waiting to be seen for the very same, or seen for as much."""
    if latest.seen_at is None:
        return _is_waiting(latest) and set(latest.state) == state
    return not is_unseen(state, noted(latest), due.local_date(patient.time_zone, now))


def see(session: Session, team: Team, staff: Staff, look: Look, now: datetime, weeks: int | None = None) -> bool:
    """One for all; False when somebody was before. `weeks`: it comes back then in any case, and sooner if need be."""
    if weeks is not None and weeks not in WEEKS:
        raise Refusal("refusal.gone")
    patients.hold(session, team.id, look.patient_id)
    not_before = _in_weeks(team, now, weeks) if weeks is not None else None
    is_first = looks.see(session, team.id, look.id, staff.id, now, not_before)
    session.refresh(look)
    if is_first and not_before is None:
        _record(session, staff, look, "look_seen", {"look": look.id}, now)
    elif is_first and not_before is not None:
        _record(session, staff, look, "look_put_off", {"look": look.id, "not_before": not_before.isoformat()}, now)
    return is_first


def can_be_taken_back(session: Session, staff: Staff, now: datetime) -> list[tuple[Look, Patient]]:
    """What this member has seen or put off within the hour, and nothing is newer."""
    return looks.seen_by(session, staff.team_id, staff.id, now - CAN_BE_TAKEN_BACK)


def take_back(session: Session, staff: Staff, look: Look, now: datetime) -> None:
    """By whoever pressed *Seen* or *Later*. Refusal an hour later, and where it is not so any more."""
    patients.hold(session, look.team_id, look.patient_id)
    session.refresh(look)
    if look.seen_by == staff.id and look.seen_at is not None and now - look.seen_at >= CAN_BE_TAKEN_BACK:
        raise Refusal("refusal.too_late_to_take_back", minutes=CAN_BE_TAKEN_BACK // timedelta(minutes=1))
    latest = looks.latest_looks(session, look.team_id).get(look.patient_id)
    if latest is None or latest.id != look.id or not looks.take_back(session, look.team_id, look.id, staff.id):
        raise Refusal("refusal.gone")
    session.refresh(look)
    _record(session, staff, look, "look_taken_back", {"look": look.id}, now)


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
