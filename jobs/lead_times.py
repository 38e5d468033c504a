"""How many days before a course a patient is reminded of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import Session

from jobs import holding, infusion_reminder
from jobs.refusals import Refusal
from storage import audit, patients
from storage.models import Patient

MOST_LEADS = 5
LONGEST_LEAD = 60


def check_leads(leads: Sequence[int]) -> None:
    if len(leads) > MOST_LEADS or any(not 0 <= lead <= LONGEST_LEAD for lead in leads):
        raise Refusal("refusal.leads", most=MOST_LEADS, longest=LONGEST_LEAD)


def change_reminder_leads(
    session: Session, actor: str, patient: Patient, leads: Sequence[int] | None, now: datetime
) -> None:
    """`leads`: days before a course; empty for no reminders at all, None for those that the team has."""
    check_leads(leads or [])
    holding.hold_patient(session, patient)
    before = leads_facts(session, patient)
    own = None if leads is None else sorted(set(leads), reverse=True)
    patients.set_reminder_leads(session, patient, own)
    infusion_reminder.schedule_all(session, patient, now)
    audit.record_about(
        session,
        patient,
        now,
        actor=actor,
        action="reminder_leads_changed",
        before=before,
        after=leads_facts(session, patient),
    )


def leads_facts(session: Session, patient: Patient) -> dict[str, Any]:
    """`as_team`: the patient has none of their own."""
    return {"leads": infusion_reminder.leads_of(session, patient), "as_team": patient.reminder_leads is None}
