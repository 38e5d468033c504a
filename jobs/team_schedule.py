"""The schedule that a team sets: what it is, what a change of it would do, and doing it, with its audit entry."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time
from typing import Any

from sqlmodel import Session

from jobs import admission, confirming, due, holding, infusion_reminder, lead_times, silence, weekly_summary
from jobs.outlook import Replaced
from jobs.refusals import Refusal
from storage import audit, courses, patients
from storage.models import Course, Patient, Team

# In the audit, and looked for there.
CHANGED = "team_schedule_changed"
# Minutes until whoever has not answered is asked once more.
SHORTEST_FOLLOW_UP, LONGEST_FOLLOW_UP = 30, 720
FEWEST_SILENT, MOST_SILENT = 2, 14
FEWEST_CHAIRS, MOST_CHAIRS = 1, 200
COLUMNS = (
    *("telephone", "prompt_time", "follow_up_after", "silent_after"),
    *("reminder_leads", "reminder_time", "confirmation_time", "summary_weekday", "summary_time", "chairs"),
)
TIMES = {"prompt_time", "reminder_time", "confirmation_time", "summary_time"}
OF_REMINDERS = {"reminder_leads", "reminder_time"}
OF_SUMMARY = {"summary_weekday", "summary_time"}

# Column -> value, as JSON has it: a time is `18:00`.
Wanted = Mapping[str, Any]


def facts(team: Team, names: Sequence[str]) -> dict[str, Any]:
    """These columns as JSON."""
    values = {name: getattr(team, name) for name in names}
    return {name: value.isoformat("minutes") if name in TIMES else value for name, value in values.items()}


def change(session: Session, actor: str, team: Team, wanted: Wanted, now: datetime) -> None:
    """Sets these columns, and all that follows from them. Refusal for what cannot be, or is so already."""
    holding.hold_team(session, team, with_patients=bool(OF_REMINDERS & wanted.keys()))
    check(team, wanted)
    assert set(wanted) <= set(COLUMNS)
    before = facts(team, list(wanted))
    if "confirmation_time" in wanted and team.next_confirmation_at is not None:
        at = time.fromisoformat(wanted["confirmation_time"])
        team.next_confirmation_at = confirming.would_come(team, at, now)
    for name, value in wanted.items():
        setattr(team, name, time.fromisoformat(value) if name in TIMES else value)
    session.add(team)
    session.flush()
    if OF_REMINDERS & wanted.keys():
        infusion_reminder.schedule_together(session, team, _courses_that_follow(session, team, wanted), now)
    if OF_SUMMARY & wanted.keys():
        weekly_summary.follow(session, team, now)
    after = facts(team, list(wanted))
    audit.record(session, team_id=team.id, at=now, actor=actor, action=CHANGED, before=before, after=after)


def check(team: Team, wanted: Wanted) -> None:
    telephone, minutes, chairs = (wanted.get(name) for name in ("telephone", "follow_up_after", "chairs"))
    if telephone is not None:
        admission.check_telephone(telephone)
    if minutes is not None and not SHORTEST_FOLLOW_UP <= minutes <= LONGEST_FOLLOW_UP:
        raise Refusal("refusal.follow_up_after", least=SHORTEST_FOLLOW_UP, most=LONGEST_FOLLOW_UP // 60)
    if not FEWEST_SILENT <= wanted.get("silent_after", FEWEST_SILENT) <= MOST_SILENT:
        raise Refusal("refusal.silent_after", least=FEWEST_SILENT, most=MOST_SILENT)
    if chairs is not None and not FEWEST_CHAIRS <= chairs <= MOST_CHAIRS:
        raise Refusal("refusal.chairs", least=FEWEST_CHAIRS, most=MOST_CHAIRS)
    lead_times.check_leads(wanted.get("reminder_leads", []))
    if facts(team, list(wanted)) == wanted:
        raise Refusal("refusal.set_like_that_already")


def reminders_replaced(session: Session, team: Team, wanted: Wanted, now: datetime) -> tuple[Replaced, int]:
    """What a change of lead times or of the hour would do to the reminders that are to come; of how many patients."""
    leads = wanted.get("reminder_leads", team.reminder_leads)
    at = time.fromisoformat(wanted["reminder_time"]) if "reminder_time" in wanted else team.reminder_time
    gone, new, whose = 0, 0, set()
    for course, patient in _courses_that_follow(session, team, wanted):
        own = patient.reminder_leads
        before = _moments(course, patient, team.reminder_leads if own is None else own, team.reminder_time)
        after = _moments(course, patient, leads if own is None else own, at)
        left = {each for each in before.items() - after.items() if each[1] > now}
        # What was sent is not sent again; what has just passed is still sent.
        sent = {lead for lead, moment in before.items() if moment <= now}
        since = now - infusion_reminder.STILL_WORTH_SENDING
        come = {each for each in after.items() - before.items() if each[1] > since and each[0] not in sent}
        gone, new = gone + len(left), new + len(come)
        whose |= {patient.id} if left or come else set()
    return Replaced(gone, new), len(whose)


def _moments(course: Course, patient: Patient, leads: Sequence[int], at: time) -> dict[int, datetime]:
    return dict(due.reminder_moments(patient.time_zone, course.planned_start, leads, at))


def _courses_that_follow(session: Session, team: Team, wanted: Wanted) -> list[tuple[Course, Patient]]:
    """The planned courses that the change is about: the hour is everybody's, lead times may be the patient's own."""
    planned = courses.planned_courses_of_team(session, team.id)
    return [each for each in planned if "reminder_time" in wanted or each[1].reminder_leads is None]


def silent_patients(session: Session, team: Team, silent_after: int, now: datetime) -> int:
    """How many count as silent by this limit."""
    known = patients.patients_of(session, team.id)
    return len(silence.silent_since(session, team.id, known, silent_after, now))
