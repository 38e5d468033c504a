"""What is asked about a whole team's diaries when they are handed out for research, or brought in."""

from collections.abc import Collection

from sqlmodel import Session, col, func, select

from storage.models import Answer, DiaryDay, ItemSet, OwnItem, Patient, PatientStatus


def patients_with_a_diary(session: Session, team_id: int, *, with_withdrawn: bool) -> list[Patient]:
    """By pseudonym; nobody who has not joined, and of the withdrawn only where they are wanted."""
    wanted = [PatientStatus.ACTIVE, PatientStatus.PAUSED, *([PatientStatus.WITHDRAWN] if with_withdrawn else [])]
    query = select(Patient).where(Patient.team_id == team_id, col(Patient.status).in_(wanted))
    # Sorted here: databases do not agree on how letters and digits are ordered.
    return sorted(session.exec(query), key=lambda patient: patient.pseudonym)


def diary_size(session: Session, team_id: int, statuses: Collection[PatientStatus]) -> tuple[int, int, int]:
    """(patients, days, answers with their revisions) of the team's patients with one of these statuses."""
    of = (Patient.team_id == team_id, col(Patient.status).in_(statuses))
    patients = session.exec(select(func.count()).select_from(Patient).where(*of)).one()
    days, answers = (
        session.exec(
            select(func.count()).select_from(table).join(Patient, col(table.patient_id) == col(Patient.id)).where(*of)
        ).one()
        for table in (DiaryDay, Answer)
    )
    return patients, days, answers


def sets_of_team(session: Session, team_id: int) -> list[ItemSet]:
    """Those for everyone, in the order in which they became valid."""
    query = select(ItemSet).where(ItemSet.team_id == team_id, col(ItemSet.patient_id).is_(None))
    return list(session.exec(query.order_by(col(ItemSet.valid_from), col(ItemSet.id))))


def holds_nothing(session: Session, team_id: int) -> bool:
    """Whether the team has neither patients, of the erased ones too, nor questions of its own."""
    tables = (Patient, OwnItem, ItemSet)
    return all(
        session.exec(select(func.count()).select_from(table).where(table.team_id == team_id)).one() == 0
        for table in tables
    )
