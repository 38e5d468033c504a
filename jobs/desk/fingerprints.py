"""Whether what was computed of a patient still holds: by what it was computed from, in two queries for a whole team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due
from storage import audit, team_diaries
from storage.models import Patient, Team

# A day takes answers until the next check-in; these are many more.
STILL_ANSWERED = timedelta(days=14)
NONE = (0, 0)


@dataclass(frozen=True)
class Fingerprint:
    """What a verdict hangs on: the day, the answers, and all else, which the audit has entries of.

    `answers` and `entries`: the newest one's number, and how many there are.
    """

    today: date
    answers: tuple[int, int]
    entries: tuple[int, int]


def fingerprints(session: Session, team: Team, people: Sequence[Patient], now: datetime) -> dict[int, Fingerprint]:
    """By patient id, of these patients of the team whose day can be told."""
    today = {patient.id: due.local_date(patient.time_zone, now) for patient in people if due.is_zone(patient.time_zone)}
    if not today:
        return {}
    answers = team_diaries.newest_answers_of_team(session, team.id, min(today.values()) - STILL_ANSWERED)
    entries = audit.newest_of_patients(session, team.id)
    return {
        patient_id: Fingerprint(day, answers.get(patient_id, NONE), entries.get(patient_id, NONE))
        for patient_id, day in today.items()
    }
