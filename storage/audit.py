"""Who changed what, when, from what to what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from storage.models import AuditEntry

OPERATOR = "operator"
CLOCK = "clock"


def staff_actor(staff_id: int) -> str:
    return f"staff:{staff_id}"


def patient_actor(patient_id: int) -> str:
    return f"patient:{patient_id}"


def record(
    session: Session,
    *,
    team_id: int,
    at: datetime,
    actor: str,
    action: str,
    patient_id: int | None = None,
    course_id: int | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Adds one entry, in the transaction of the change itself. Values must be JSON's."""
    session.add(
        AuditEntry(
            team_id=team_id,
            at=at,
            actor=actor,
            action=action,
            patient_id=patient_id,
            course_id=course_id,
            before=dict(before) if before is not None else None,
            after=dict(after) if after is not None else None,
        )
    )


def history_of_patient(session: Session, team_id: int, patient_id: int) -> list[AuditEntry]:
    """Oldest first."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.team_id == team_id, AuditEntry.patient_id == patient_id)
        .order_by(col(AuditEntry.id))
    )
    return list(session.exec(query))
