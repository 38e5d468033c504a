"""How patients stand, read for all of them at once: as many queries for two hundred as for one."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs import due, silence
from jobs.alerts import GRACE
from jobs.refusals import Refusal
from jobs.roster import Plan, Standing
from storage import alerts, attendance, courses, diary, patients
from storage.models import Patient, Team


def with_readable_zone(people: Sequence[Patient]) -> tuple[list[Patient], list[str]]:
    """Those whose time zone can be read; and the codes of the others, sorted."""
    known = [patient for patient in people if due.is_zone(patient.time_zone)]
    return known, sorted(patient.pseudonym for patient in people if not due.is_zone(patient.time_zone))


def check_zone(patient: Patient) -> None:
    """Refusal where their time zone cannot be read: nothing of them can be shown then."""
    if not due.is_zone(patient.time_zone):
        raise Refusal("refusal.zone_unreadable", pseudonym=patient.pseudonym)


def standings(session: Session, team: Team, people: Sequence[Patient], now: datetime) -> list[Standing]:
    """Of these patients of the team, in the order given. ValueError where a time zone cannot be read."""
    team_id, ids = team.id, [patient.id for patient in people]
    answered = diary.last_answered_days(session, team_id, ids)
    lost = patients.unreachable_patients(session, team_id)
    reached = [each for each in people if each.id not in lost]
    silent = silence.silent_since(session, team_id, reached, team.silent_after, now)
    # What is not told yet, and may still be taken back, is not shown either.
    unseen = alerts.patients_with_unseen_alerts(session, team_id, now - GRACE)
    plans, monday = _plans(session, team_id, ids), due.week_of(team.time_zone, now)
    return [
        Standing(
            patient_id=patient.id,
            pseudonym=patient.pseudonym,
            label=patient.label,
            status=patient.status.value,
            today=due.local_date(patient.time_zone, now),
            monday=monday,
            paused_until=patient.paused_until,
            last_answer=answered.get(patient.id),
            is_reachable=patient.id not in lost,
            has_chat=patient.chat_id is not None,
            silent_since=silent.get(patient.id),
            has_unseen_alert=patient.id in unseen,
            plans=plans[patient.id],
        )
        for patient in people
    ]


def _plans(session: Session, team_id: int, ids: Sequence[int]) -> dict[int, list[Plan]]:
    said = attendance.said_of_planned(session, team_id, ids)
    plans: dict[int, list[Plan]] = defaultdict(list)
    for course, patient, start, days in courses.planned_of(session, team_id, ids):
        plans[patient].append(Plan(start, start + timedelta(days=days - 1), said.get(course)))
    return plans
