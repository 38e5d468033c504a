"""Laboratory values."""

from sqlmodel import Session, col, select

from storage.models import Measurement


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
