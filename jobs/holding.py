"""Whoever decides about a patient or a team waits for whoever is deciding already, and reads afresh what they left.

On PostgreSQL; on SQLite one writes at a time anyway.
"""

from collections.abc import Sequence

from sqlmodel import Session

from jobs.refusals import Refusal
from storage import patients, teams
from storage.models import Patient, PatientStatus, Team


def hold_patient(session: Session, patient: Patient) -> None:
    """Until the commit. Refusal for one who has had everything erased meanwhile: no course is left either."""
    patients.hold(session, patient.team_id, patient.id)
    session.expire_all()
    if patient.status is PatientStatus.ERASED:
        raise Refusal("refusal.gone")


def hold_patients(session: Session, people: Sequence[Patient]) -> None:
    """The same of several of one team. Refusal where one of them has had everything erased."""
    patients.hold_all(session, people[0].team_id, [patient.id for patient in people])
    session.expire_all()
    if any(patient.status is PatientStatus.ERASED for patient in people):
        raise Refusal("refusal.gone")


def hold_team(session: Session, team: Team, *, with_patients: bool = False) -> None:
    """Until the commit. `with_patients`: all of them too, whose courses follow what the team sets."""
    teams.hold(session, team.id)
    if with_patients:
        patients.hold_all(session, team.id)
    session.expire_all()
