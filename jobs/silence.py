"""Who has fallen silent: asked for days, and no answer."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from sqlmodel import Session

from jobs import due
from storage import diary
from storage.models import Patient, PatientStatus


def silent_since(
    session: Session, team_id: int, people: Iterable[Patient], silent_after: int, now: datetime
) -> dict[int, date]:
    """By patient id, the first of the days that were asked and not answered, once there are enough of them.

    Today's answer may still come; days that were not asked are nobody's silence. `silent_after`: how many are enough,
    as the team has it. A query for each date that it is where they live: three at the most.
    """
    by_today: dict[date, list[int]] = defaultdict(list)
    for patient in people:
        # Whose diary was brought from elsewhere is asked nothing; nor whoever's day cannot be told.
        is_asked = patient.status is PatientStatus.ACTIVE and patient.chat_id is not None
        if is_asked and due.is_zone(patient.time_zone):
            by_today[due.local_date(patient.time_zone, now)].append(patient.id)
    silent: dict[int, date] = {}
    for today, ids in by_today.items():
        asked = diary.asked_since_the_last_answer(session, team_id, ids, before=today)
        silent |= {patient_id: first for patient_id, (first, count) in asked.items() if count >= silent_after}
    return silent
