"""A pause: nothing is asked until a date. Reminders of infusions go on; what is not asked counts against nobody."""

from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import daily_prompt, due
from jobs.refusals import Refusal
from storage import audit, patients
from storage.models import Patient, PatientStatus

LONGEST = timedelta(days=60)


def pause(session: Session, actor: str, patient: Patient, until: date, now: datetime) -> None:
    """`until`: the first day that is asked about again. Refusal for a day that is not ahead, or too far."""
    today = due.local_date(patient.time_zone, now)
    if not today < until <= today + LONGEST:
        raise Refusal("pause.out_of_range", first=today + timedelta(days=1), last=today + LONGEST)
    before = _facts(patient)
    patient.status, patient.paused_until = PatientStatus.PAUSED, until
    moment = daily_prompt.prompt_from(patient, until)
    patients.set_prompt(session, patient, patient.prompt_time, moment)
    _record(session, actor, patient, "paused", before, now)


def go_on(session: Session, actor: str, patient: Patient, now: datetime) -> None:
    """Before its end. What has been asked today already is not asked again."""
    if patient.status is not PatientStatus.PAUSED:
        return
    before = _facts(patient)
    patient.status, patient.paused_until = PatientStatus.ACTIVE, None
    following = daily_prompt.next_to_be_asked(session, patient, now)
    patients.set_prompt(session, patient, patient.prompt_time, following)
    _record(session, actor, patient, "pause_ended", before, now)


def _facts(patient: Patient) -> dict[str, str | None]:
    return {"paused_until": patient.paused_until.isoformat() if patient.paused_until else None}


def _record(
    session: Session, actor: str, patient: Patient, action: str, before: dict[str, str | None], now: datetime
) -> None:
    audit.record_about(session, patient, now, actor=actor, action=action, before=before, after=_facts(patient))
