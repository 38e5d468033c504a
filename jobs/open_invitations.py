"""Invitations that nobody has used yet: those into the team, and a patient's; both can be withdrawn."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from jobs import holding
from jobs.refusals import Refusal
from storage import audit, invitations, patients
from storage.models import Patient, PatientStatus, Staff

# In the audit, and looked for there.
DROPPED = "invitation_withdrawn"


def revoke(session: Session, member: Staff, invitation_id: int, now: datetime) -> None:
    """A link into the team works no more. Refusal where it was used or has expired, and for whoever may not."""
    found = invitations.open_for_staff(session, member.team_id, now)
    invitation = next((each for each in found if each.id == invitation_id), None)
    if not member.coordinator or invitation is None or not invitations.expire(session, invitation, now):
        raise Refusal("refusal.gone")
    audit.record(
        session,
        team_id=member.team_id,
        at=now,
        actor=audit.staff_actor(member.id),
        action="staff_invitation_withdrawn",
        after={"role": invitation.role.value, "invitation": invitation.id},
    )


def check_unused(patient: Patient) -> None:
    """Refusal unless the patient was invited, and has not come."""
    if patient.status is not PatientStatus.INVITED or patient.chat_id is not None:
        raise Refusal("refusal.has_joined", pseudonym=patient.pseudonym)


def drop(session: Session, actor: str, patient: Patient, now: datetime) -> None:
    """The patient's link works no more, and they are among the team's patients no more."""
    holding.hold_patient(session, patient)
    check_unused(patient)
    before = facts(patient)
    invitations.expire_open_invitations(session, patient.team_id, patient.id, now)
    patient.status, patient.withdrawn_at = PatientStatus.WITHDRAWN, now
    session.add(patient)
    audit.record_about(session, patient, now, actor=actor, action=DROPPED, before=before, after=facts(patient))


def take_up_again(session: Session, actor: str, patient: Patient, now: datetime) -> None:
    """They are invited as before; the link is not: whoever wants one makes another."""
    if patient.status not in patients.LEFT or patient.chat_id is not None:
        raise Refusal("refusal.gone")
    before = facts(patient)
    patient.status, patient.withdrawn_at = PatientStatus.INVITED, None
    session.add(patient)
    audit.record_about(session, patient, now, actor=actor, action=DROPPED, before=before, after=facts(patient))


def facts(patient: Patient) -> dict[str, Any]:
    return {"status": patient.status.value}
