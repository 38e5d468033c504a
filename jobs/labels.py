"""A team's own short label of a patient. Nothing that is sent to a patient bears it."""

from datetime import datetime

from sqlmodel import Session

from jobs.refusals import Refusal
from jobs.roster import LONGEST_LABEL
from storage import audit, patients
from storage.models import Patient


def check(label: str) -> None:
    """Of a patient, or of a member of the team. Refusal for one that says nothing, or too much."""
    if not any(sign.isalnum() for sign in label):
        raise Refusal("refusal.label_empty")
    if len(label) > LONGEST_LABEL:
        raise Refusal("refusal.label", most=LONGEST_LABEL)


def set_label(session: Session, actor: str, patient: Patient, label: str | None, now: datetime) -> None:
    """None: no label. The audit says that there was one, and never which: it might be a name after all."""
    if label is not None:
        check(label)
    before = {"label": patient.label is not None}
    patients.set_label(session, patient, label)
    audit.record_about(
        session, patient, now, actor=actor, action="label_changed", before=before, after={"label": label is not None}
    )
