"""What a team asks beside the four items: added, no longer asked, or chosen for one patient; each with its audit entry.

A change counts from the next diary day on, so that no day is asked in two ways.
"""

import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due
from jobs.refusals import Refusal
from storage import audit, patients, questions
from storage.models import STAIRS, ItemSet, OwnItem, Patient, Team
from storage.questions import Wording

MOST_OWN = 4
LONGEST = {"name": 30, "low": 40, "high": 40}
_DAY = timedelta(days=1)


def team_items(session: Session, team_id: int) -> list[str]:
    """What the team asks beside the four from the next diary day on, in order."""
    latest = questions.latest_set(session, team_id, None)
    return list(latest.items or ()) if latest is not None else []


def chosen_for(session: Session, patient: Patient) -> list[str] | None:
    """What was chosen for this patient; None where it is all that the team asks."""
    latest = questions.latest_set(session, patient.team_id, patient.id)
    return None if latest is None or latest.items is None else list(latest.items)


def first_day(session: Session, team: Team, now: datetime) -> date:
    """From which diary date a change of the team's set counts: the next one of everybody on it."""
    living = [patient for patient in patients.patients_of(session, team.id) if patient.status in patients.LIVING]
    zones = {team.time_zone, *(patient.time_zone for patient in living)}
    return _next_day(session, team.id, living, zones, now, questions.latest_set(session, team.id, None))


def first_day_of(session: Session, patient: Patient, now: datetime) -> date:
    """The same of one patient's own set."""
    latest = questions.latest_set(session, patient.team_id, patient.id)
    return _next_day(session, patient.team_id, [patient], {patient.time_zone}, now, latest)


def _next_day(
    session: Session, team_id: int, of: Sequence[Patient], zones: set[str], now: datetime, before: ItemSet | None
) -> date:
    today = max(due.local_date(zone, now) for zone in zones)
    # Who has crossed the date line westwards has begun a day that is still to come.
    begun = questions.latest_day_opened(session, team_id, [patient.id for patient in of], today) or today
    # Never before a set that was made earlier: that one would count again after it.
    return max(begun + _DAY, before.valid_from if before is not None else date.min)


def read_words(typed: str, part: str) -> str:
    """A team's text for `name`, `low` or `high`, its spaces put in order. Refusal where it says nothing or too much."""
    words = " ".join(typed.split())
    if not any(letter.isalnum() for letter in words) or (part == "name" and not any(map(str.isalpha, words))):
        raise Refusal("refusal.own_item.empty")
    if len(words) > LONGEST[part]:
        raise Refusal("refusal.own_item.too_long", most=LONGEST[part], length=len(words))
    if any(unicodedata.category(sign).startswith("C") for sign in words):
        raise Refusal("refusal.own_item.signs")
    return words


def add(session: Session, actor: str, team: Team, language: str, wording: Wording, now: datetime) -> OwnItem:
    """A question of the team's own, with its `wording` in at least that language. Refusal when there are four."""
    for words in wording.values():
        for part in LONGEST:
            read_words(words[part], part)
    questions.lock_sets(session, team.id)
    before = team_items(session, team.id)
    if len([key for key in before if key != STAIRS]) >= MOST_OWN:
        raise Refusal("refusal.own_item.enough", most=MOST_OWN)
    item = questions.add_own_item(session, team.id, language, wording, now)
    _set_of_team(session, actor, team, before, [*before, item.key], now)
    return item


def stop_asking(session: Session, actor: str, team: Team, key: str, now: datetime) -> None:
    """Also those patients for whom it was chosen. What was answered stays. Refusal where it is not asked."""
    questions.lock_sets(session, team.id)
    before = team_items(session, team.id)
    if key not in before:
        raise Refusal("refusal.gone")
    day = _set_of_team(session, actor, team, before, [each for each in before if each != key], now)
    for patient_id, chosen in questions.latest_sets_of_patients(session, team.id).items():
        if chosen.items is not None and key in chosen.items:
            left = [each for each in chosen.items if each != key]
            questions.add_set(session, team.id, patient_id, max(day, chosen.valid_from), left, now)


def ask_stairs(session: Session, actor: str, team: Team, now: datetime) -> None:
    """Flights of stairs climbed without symptoms. Refusal where they are asked already."""
    questions.lock_sets(session, team.id)
    before = team_items(session, team.id)
    if STAIRS in before:
        raise Refusal("refusal.gone")
    _set_of_team(session, actor, team, before, [*before, STAIRS], now)


def _set_of_team(
    session: Session, actor: str, team: Team, before: Sequence[str], items: Sequence[str], now: datetime
) -> date:
    day = first_day(session, team, now)
    questions.add_set(session, team.id, None, day, items, now)
    _note(session, actor, team.id, None, before, items, day, now)
    return day


def choose(session: Session, actor: str, patient: Patient, items: Sequence[str] | None, now: datetime) -> None:
    """Which of the team's questions this patient gets; None: all, and those that are added later.

    Refusal for one that the team does not ask.
    """
    questions.lock_sets(session, patient.team_id)
    known = team_items(session, patient.team_id)
    if items is not None and not set(items) <= set(known):
        raise Refusal("refusal.gone")
    before = chosen_for(session, patient)
    chosen = None if items is None else [key for key in known if key in items]
    day = first_day_of(session, patient, now)
    questions.add_set(session, patient.team_id, patient.id, day, chosen, now)
    _note(session, actor, patient.team_id, patient.id, before, chosen, day, now)


def _note(
    session: Session,
    actor: str,
    team_id: int,
    patient_id: int | None,
    before: Sequence[str] | None,
    after: Sequence[str] | None,
    day: date,
    now: datetime,
) -> None:
    audit.record(
        session,
        team_id=team_id,
        at=now,
        actor=actor,
        action="questions_changed",
        patient_id=patient_id,
        before={"items": before},
        after={"items": after, "from": day.isoformat()},
    )
