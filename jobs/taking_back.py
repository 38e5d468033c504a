"""Undo: a change to a schedule is taken back within an hour, once, by any coordinator, while nothing else came between.

What was and what is to be again stands in the audit; a table says for each action what is now, and how to go back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlmodel import Session

from jobs import (
    check_in_time,
    holding,
    lead_times,
    measuring,
    open_invitations,
    regimen_names,
    schedule,
    staffing,
    team_schedule,
    team_settings,
)
from jobs.inputs import Prices
from jobs.refusals import Refusal
from storage import audit, courses, patients, teams
from storage.models import AuditEntry, CancelReason, Course, Patient, Staff, Team

CAN_BE_TAKEN_BACK = timedelta(hours=1)
# Of a course: whichever of these came after one of them stands between.
COURSE_CHANGES = {schedule.PLANNED, schedule.MOVED, schedule.CANCELLED, schedule.GIVEN, schedule.NOT_GIVEN}
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Subject:
    """What an entry is about; `made`: what it says of it after the change."""

    session: Session
    team: Team
    patient: Patient | None
    course: Course | None
    made: Facts

    @property
    def the_patient(self) -> Patient:
        if self.patient is None or self.patient.status in patients.LEFT:
            raise Refusal("refusal.gone")
        return self.patient

    @property
    def any_patient(self) -> Patient:
        """Also one who has left."""
        if self.patient is None:
            raise Refusal("refusal.gone")
        return self.patient

    @property
    def the_course(self) -> Course:
        if self.course is None:
            raise Refusal("refusal.gone")
        return self.course


@dataclass(frozen=True)
class Way:
    """`now` gives the facts as they stand, in the form of the entry; `back` sets those that the entry had before."""

    now: Callable[[Subject, Facts], Facts]
    back: Callable[[Subject, str, Facts, datetime], None]


def _prices_back(of: Subject, actor: str, before: Facts, now: datetime) -> None:
    # Without any price the currency is of no account.
    prices = Prices(before["currency"] or "EUR", before["per_gram"], before["per_day"])
    team_settings.set_prices(of.session, actor, of.team, prices, now)


def _instructions_back(of: Subject, actor: str, before: Facts, now: datetime) -> None:
    # In the order in which they were: the first is read by whoever has none in their language.
    team_settings.put_instructions(of.session, actor, of.team, before, now)


def _leads_back(of: Subject, actor: str, before: Facts, now: datetime) -> None:
    leads = None if before["as_team"] else before["leads"]
    lead_times.change_reminder_leads(of.session, actor, of.the_patient, leads, now)


def _prompt_time_back(of: Subject, actor: str, before: Facts, now: datetime) -> None:
    check_in_time.change_prompt_time(of.session, actor, of.the_patient, time.fromisoformat(before["prompt_time"]), now)


def _whose_plan(of: Subject, now: datetime) -> Patient:
    """Also one who has stopped, of what is still to come."""
    schedule.check_can_be_changed(of.any_patient, of.the_course, now)
    return of.any_patient


def _move_back(of: Subject, actor: str, before: Facts, now: datetime) -> None:
    patient = _whose_plan(of, now)
    schedule.move_course(of.session, actor, patient, of.the_course, date.fromisoformat(before["start"]), now)


def _restore(of: Subject, actor: str, _before: Facts, now: datetime) -> None:
    schedule.restore_course(of.session, actor, _whose_plan(of, now), of.the_course, now)


def _member(of: Subject, facts: Facts) -> Staff:
    """Refusal for whoever has left since: nobody comes back by an undo."""
    found = teams.member_of_team(of.session, of.team.id, facts["member"])
    if found is None:
        raise Refusal("refusal.gone")
    return found


def _roles_back(of: Subject, actor: str, before: Facts, now: datetime) -> None:
    staffing.change_roles(of.session, actor, _member(of, before), before, now)


def _invited_again(of: Subject, actor: str, _before: Facts, now: datetime) -> None:
    open_invitations.take_up_again(of.session, actor, of.any_patient, now)


def _cancel(of: Subject, actor: str, _before: Facts, now: datetime) -> None:
    """A course that should not have been planned; the patient hears of it only if they have heard of the course."""
    schedule.cancel_course(of.session, actor, _whose_plan(of, now), of.the_course, now, CancelReason.MISTAKE)


WAYS: dict[str, Way] = {
    team_schedule.CHANGED: Way(
        lambda of, after: team_schedule.facts(of.team, list(after)),
        lambda of, actor, before, now: team_schedule.change(of.session, actor, of.team, before, now),
    ),
    staffing.ROLES_CHANGED: Way(lambda of, after: staffing.facts(_member(of, after)), _roles_back),
    "prices_set": Way(lambda of, _: team_settings.price_facts(of.team), _prices_back),
    "instructions_set": Way(lambda of, _: of.team.instructions, _instructions_back),
    "prompt_time_changed": Way(
        lambda of, _: {"prompt_time": of.the_patient.prompt_time.isoformat("minutes")}, _prompt_time_back
    ),
    "time_zone_changed": Way(
        lambda of, _: {"time_zone": of.the_patient.time_zone},
        lambda of, actor, before, now: check_in_time.change_time_zone(
            of.session, actor, of.the_patient, before["time_zone"], now
        ),
    ),
    "days_off_changed": Way(
        lambda of, _: {"days_off": of.the_patient.days_off},
        lambda of, actor, before, now: check_in_time.change_days_off(
            of.session, actor, of.the_patient, before["days_off"], now
        ),
    ),
    "follow_up_changed": Way(
        lambda of, _: {"follow_up": of.the_patient.follow_up},
        lambda of, actor, before, now: check_in_time.change_follow_up(
            of.session, actor, of.the_patient, now, wanted=before["follow_up"]
        ),
    ),
    "reminder_leads_changed": Way(lambda of, _: lead_times.leads_facts(of.session, of.the_patient), _leads_back),
    schedule.PLANNED: Way(lambda of, _: schedule.facts_of(of.the_course), _cancel),
    schedule.MOVED: Way(lambda of, _: schedule.facts_of(of.the_course), _move_back),
    schedule.CANCELLED: Way(lambda of, _: schedule.facts_of(of.the_course), _restore),
    schedule.GIVEN: Way(
        lambda of, _: schedule.facts_of(of.the_course),
        lambda of, actor, _before, now: schedule.reopen_course(of.session, actor, of.any_patient, of.the_course, now),
    ),
    **dict.fromkeys(
        measuring.ENTERED,
        Way(
            lambda of, after: measuring.facts_now(of.session, of.the_patient, after),
            lambda of, actor, before, now: measuring.take_back(of.session, actor, of.the_patient, before, of.made, now),
        ),
    ),
    open_invitations.DROPPED: Way(lambda of, _: open_invitations.facts(of.any_patient), _invited_again),
    regimen_names.NAMED: Way(
        lambda of, after: regimen_names.facts_now(of.session, of.the_patient, after),
        lambda of, actor, before, now: regimen_names.take_back(of.session, actor, of.the_patient, before, now),
    ),
}


# Of these the facts are all there is: set to another value and back, it looks as if nobody had touched it.
SET_AGAIN = WAYS.keys() - {*measuring.ENTERED, open_invitations.DROPPED, regimen_names.NAMED}


def to_take_back(session: Session, team_id: int, entry_id: int) -> AuditEntry:
    """The entry of a change that a coordinator of this team made. Refusal for any other."""
    entry = audit.entry_of_team(session, team_id, entry_id)
    is_staffs = entry is not None and entry.actor.startswith(audit.STAFF) and entry.takes_back is None
    if entry is None or not is_staffs or entry.action not in WAYS or entry.after is None:
        raise Refusal("refusal.gone")
    return entry


def can_be_taken_back(session: Session, entry: AuditEntry, now: datetime) -> bool:
    """Whether to offer it; whether something else came between is asked when it is wanted."""
    is_change = entry.actor.startswith(audit.STAFF) and entry.takes_back is None and entry.after is not None
    is_in_time = now <= entry.at + CAN_BE_TAKEN_BACK
    return (
        is_change and is_in_time and entry.action in WAYS and not audit.is_taken_back(session, entry.team_id, entry.id)
    )


def whole_change(session: Session, entry: AuditEntry, first: int) -> list[AuditEntry]:
    """Courses that were planned or moved at once are taken back at once: from the entry with the id `first`."""
    if entry.action in measuring.ENTERED:
        made = audit.made_between(session, entry.team_id, first, entry)
        # What a dose has ended goes on only once the dose is gone.
        return [each for each in reversed(made) if each.action in measuring.ENTERED and each.takes_back is None]
    if entry.action == schedule.GIVEN:
        # Those of several patients, noted by one press; but for those that were taken back alone, or are erased.
        made = audit.made_between(session, entry.team_id, first, entry)
        given = [each for each in made if each.action == schedule.GIVEN]
        return [each for each in given if _can_still_be(session, each)] or [entry]
    if entry.action not in {schedule.PLANNED, schedule.MOVED}:
        return [entry]
    made = [each for each in audit.made_together_with(session, entry.team_id, entry, first) if each.takes_back is None]
    return made if entry.action == schedule.PLANNED else _without_meeting(made)


def _can_still_be(session: Session, entry: AuditEntry) -> bool:
    return _subject(session, entry).course is not None and not audit.is_taken_back(session, entry.team_id, entry.id)


def _without_meeting(moved: list[AuditEntry]) -> list[AuditEntry]:
    """In an order in which none of them goes back to where another one still is."""

    def start(facts: Facts | None) -> str:
        return str((facts or {})["start"])

    to_the_front = start(moved[0].after) < start(moved[0].before)
    return sorted(moved, key=lambda entry: start(entry.before), reverse=to_the_front)


def take_back(session: Session, actor: str, entry: AuditEntry, first: int, now: datetime) -> None:
    """All is as it was before the change, and further entries say so. Refusal that says what is in the way."""
    change = whole_change(session, entry, first)
    if not change:
        raise Refusal("refusal.gone")
    if entry.patient_id is None:
        holding.hold_team(session, teams.team_by_id(session, entry.team_id))
    else:
        holding.hold_patients(session, [_subject(session, each).any_patient for each in change])
    for each in change:
        _take_back(session, actor, each, now)


def _take_back(session: Session, actor: str, entry: AuditEntry, now: datetime) -> None:
    if audit.is_taken_back(session, entry.team_id, entry.id):
        raise Refusal("refusal.taken_back_already")
    if now > entry.at + CAN_BE_TAKEN_BACK:
        raise Refusal("refusal.too_late_to_take_back", minutes=CAN_BE_TAKEN_BACK // timedelta(minutes=1))
    of, way = _subject(session, entry), WAYS[entry.action]
    if way.now(of, entry.after or {}) != entry.after or _came_between(session, entry):
        raise Refusal("refusal.changed_since")
    with audit.taking_back(session, entry):
        way.back(of, actor, entry.before or {}, now)


def _came_between(session: Session, entry: AuditEntry) -> bool:
    """Whether somebody has set the same since: it may be as it was only because they set it so."""
    later = audit.later_about(session, entry.team_id, entry)
    if entry.course_id is not None:
        return any(each.action in COURSE_CHANGES for each in later)
    known = entry.after or {}
    return entry.action in SET_AGAIN and any(
        each.action == entry.action and _of_same(known, each.after or {}) for each in later
    )


def _of_same(known: Facts, later: Facts) -> bool:
    """Of one member of the team, where it is about members; and something that was set before."""
    return known.get("member") == later.get("member") and bool(known.keys() & later.keys())


def _subject(session: Session, entry: AuditEntry) -> Subject:
    team, patient_id, course_id = teams.team_by_id(session, entry.team_id), entry.patient_id, entry.course_id
    patient = patients.patient_of_team(session, team.id, patient_id) if patient_id is not None else None
    course = courses.course_of_team(session, team.id, course_id) if course_id is not None else None
    return Subject(session, team, patient, course, entry.after or {})
