"""What never arrived: the coordinators hear of it, once a message, so that somebody can pick up the telephone."""

from datetime import datetime

from sqlmodel import Session

from jobs import admission, alert_escalation, alerts
from storage import outbox, patients
from storage.models import MessageKind

BATCH = 50


def run(session: Session, now: datetime) -> bool:
    """True when the batch was full."""
    found = outbox.untold(session, BATCH)
    for message in found:
        message.untold = False
        session.add(message)
        if message.kind is MessageKind.ALERT:
            alerts.not_delivered(session, message, now)
            continue
        if message.kind is MessageKind.ALERT_UNSEEN:
            alert_escalation.not_delivered(session, message, now)
            continue
        patient = patients.patient_of_team(session, message.team_id, message.patient_id or 0)
        if patient is not None and patient.status in patients.LIVING:
            admission.tell_coordinators(session, MessageKind.NOT_DELIVERED, patient, now, about=message)
    return len(found) == BATCH
