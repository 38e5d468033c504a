"""What is measured and taken beside the diary: laboratory values, body weight, steroid doses."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from storage.models import Measurement, Patient, SteroidDose


def measurements_of(session: Session, team_id: int, patient_id: int, analyte: str) -> list[Measurement]:
    """By the day they were taken."""
    query = (
        select(Measurement)
        .where(
            Measurement.team_id == team_id,
            Measurement.patient_id == patient_id,
            Measurement.analyte == analyte,
        )
        .order_by(col(Measurement.taken_on), col(Measurement.id))
    )
    return list(session.exec(query))


def measurement_of_team(session: Session, team_id: int, measurement_id: int) -> Measurement | None:
    query = select(Measurement).where(Measurement.team_id == team_id, Measurement.id == measurement_id)
    return session.exec(query).first()


def latest_upper_limit(session: Session, team_id: int, analyte: str) -> float | None:
    """Of whichever of the team's patients it was entered for last."""
    query = (
        select(Measurement.upper_limit)
        .where(
            Measurement.team_id == team_id, Measurement.analyte == analyte, col(Measurement.upper_limit).is_not(None)
        )
        .order_by(col(Measurement.id).desc())
        .limit(1)
    )
    return session.exec(query).first()


def steroid_doses_of(session: Session, team_id: int, patient_id: int) -> list[SteroidDose]:
    """By their first day, as they stand now."""
    query = (
        select(SteroidDose)
        .where(SteroidDose.team_id == team_id, SteroidDose.patient_id == patient_id)
        .order_by(col(SteroidDose.starts_on), col(SteroidDose.id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query))


def steroid_dose_of_team(session: Session, team_id: int, dose_id: int) -> SteroidDose | None:
    return session.exec(select(SteroidDose).where(SteroidDose.team_id == team_id, SteroidDose.id == dose_id)).first()


def hold(session: Session, team_id: int, patient_ids: Iterable[int]) -> None:
    """Until this transaction ends, nobody else enters anything for these patients: two replicas would not see it."""
    query = select(Patient.id).where(Patient.team_id == team_id, col(Patient.id).in_(patient_ids))
    session.exec(query.order_by(col(Patient.id)).with_for_update()).all()
