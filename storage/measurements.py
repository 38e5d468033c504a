"""What is measured and taken beside the diary: laboratory values, body weight, steroid doses."""

from sqlmodel import Session, col, select

from storage.models import Measurement, SteroidDose

WEIGHT = "weight"


def measurements_of(session: Session, team_id: int, patient_id: int, analyte: str) -> list[Measurement]:
    """By the day they were taken."""
    query = (
        select(Measurement)
        .where(
            Measurement.team_id == team_id,
            Measurement.patient_id == patient_id,
            Measurement.analyte == analyte,
        )
        .order_by(col(Measurement.taken_on))
    )
    return list(session.exec(query))


def steroid_doses_of(session: Session, team_id: int, patient_id: int) -> list[SteroidDose]:
    """By their first day."""
    query = (
        select(SteroidDose)
        .where(SteroidDose.team_id == team_id, SteroidDose.patient_id == patient_id)
        .order_by(col(SteroidDose.starts_on), col(SteroidDose.id))
    )
    return list(session.exec(query))
