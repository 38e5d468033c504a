"""A patient leaves: withdraws, comes back with a new consent, or has everything erased."""

from datetime import datetime

from sqlmodel import Session

from jobs import admission, check_in_time, daily_prompt, due, infusion_reminder, outlook
from storage import audit, diary, erasing, patients, withdrawing
from storage.models import MessageKind, Patient, PatientStatus

# What a patient who has left is not sent any more. Their own copy, once asked for, still comes.
TO_THE_PATIENT = (
    MessageKind.DAILY_PROMPT,
    MessageKind.FOLLOW_UP,
    MessageKind.COURSES_CHANGED,
    MessageKind.PROMPT_TIME_CHANGED,
)


def withdraw(session: Session, patient: Patient, now: datetime) -> None:
    """Everything stops: questions, follow-ups, reminders. What was written stays. The coordinators hear of it."""
    if patient.status not in patients.LIVING:
        return
    before = _facts(patient)
    patient.status, patient.withdrawn_at = PatientStatus.WITHDRAWN, now
    patient.next_prompt_at = None
    session.add(patient)
    session.flush()
    diary.forget_follow_ups(session, patient.team_id, patient.id)
    infusion_reminder.schedule_all(session, patient, now)
    for kind in TO_THE_PATIENT:
        withdrawing.withdraw(session, kind, team_id=patient.team_id, patient_id=patient.id)
    _record(session, patient, "patient_withdrew", before, now)
    admission.tell_coordinators_at_once(session, MessageKind.PATIENT_WITHDREW, patient, now)


def take_up_again(session: Session, patient: Patient, now: datetime) -> None:
    """They have consented anew: the diary goes on at the next local prompt time, and what was missed is no silence.

    A pause that they had chosen stands, as long as its end is to come.
    """
    if patient.status is not PatientStatus.WITHDRAWN:
        return
    before = _facts(patient)
    patient.status, patient.withdrawn_at = PatientStatus.ACTIVE, None
    patient.consent_version, patient.consented_at = admission.CONSENT, now
    if patient.paused_until is not None and patient.paused_until > due.local_date(patient.time_zone, now):
        patient.status = PatientStatus.PAUSED
        patient.next_prompt_at = daily_prompt.prompt_from(patient, patient.paused_until)
    else:
        patient.paused_until = None
        patient.next_prompt_at = daily_prompt.next_to_be_asked(session, patient, now)
    session.add(patient)
    infusion_reminder.schedule_all(session, patient, now)
    if outlook.untold(session, patient, now):
        infusion_reminder.announce_changes(session, patient, now)
    check_in_time.announce_if_news(session, patient, now)
    _record(session, patient, "patient_came_back", before, now)
    admission.tell_coordinators_at_once(session, MessageKind.PATIENT_CAME_BACK, patient, now)


def erase(session: Session, patient: Patient, now: datetime) -> None:
    """All that is held on the patient goes, save the pseudonym and that it was erased. It cannot be undone."""
    _erase(session, patient, audit.patient_actor(patient.id), MessageKind.PATIENT_ERASED, now)


def erase_at_term(session: Session, patient: Patient, now: datetime) -> None:
    """The same, because it is as long ago that they stopped as the operator has set."""
    _erase(session, patient, audit.CLOCK, MessageKind.PATIENT_ERASED_AT_TERM, now)


def _erase(session: Session, patient: Patient, actor: str, news: MessageKind, now: datetime) -> None:
    erasing.erase_patient(session, patient.team_id, patient.id)
    session.refresh(patient)
    audit.record_about(session, patient, now, actor=actor, action=audit.ERASED)
    admission.tell_coordinators_at_once(session, news, patient, now)


def _facts(patient: Patient) -> dict[str, str | None]:
    consented = patient.consented_at.isoformat() if patient.consented_at else None
    return {"status": patient.status.value, "consent_version": patient.consent_version, "consented_at": consented}


def _record(session: Session, patient: Patient, action: str, before: dict[str, str | None], now: datetime) -> None:
    audit.record_about(
        session,
        patient,
        now,
        actor=audit.patient_actor(patient.id),
        action=action,
        before=before,
        after=_facts(patient),
    )
