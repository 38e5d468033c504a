"""Who has fallen silent: asked for days, and no answer."""

from datetime import date, datetime

from sqlmodel import Session

from jobs import due
from storage import patients
from storage.models import Patient, PatientStatus


def silent_since(
    session: Session, patient: Patient, silent_after: int, last_answer: date | None, now: datetime
) -> date | None:
    """The first of the days that were asked and not answered, once there are enough of them; today's may still come.

    Days that were not asked are nobody's silence. `silent_after`: how many are enough, as the team has it.
    `last_answer`: the latest diary date with any answer.
    """
    if patient.status is not PatientStatus.ACTIVE or patient.chat_id is None:
        return None
    today = due.local_date(patient.time_zone, now)
    first, count = patients.asked_between(session, patient.team_id, patient.id, last_answer or date.min, today)
    return first if count >= silent_after else None
