"""`/history`: the latest changes, of the team or of one patient: when, who, what, from what to what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast
from bot.team.history_words import UNTOLD, what
from bot.team.patients_named import pressed_patient, typed_patient
from bot.team.staff_words import called
from bot.team.team_done import team_button
from bot.texts import Html, Texts, texts_in
from jobs import measuring, schedule, taking_back
from jobs.refusals import Refusal
from storage import audit, teams
from storage.chats import Someone
from storage.models import AuditEntry, Patient, Staff

# How many changes are shown at once, and how many entries are looked at for them: a series is one change.
MOST, READ = 15, 400
# hi:team, hi:12, and what is older than an entry: hi:team:345, hi:12:345
_DATA = re.compile(r"hi:(team|[0-9]{1,9})(?::([0-9]{1,9}))?", re.ASCII)
TOGETHER = (schedule.MOVED, schedule.PLANNED)
# That someone's numbers met a rule is for those whom the team has chosen as the readers of alerts.
OF_ALERTS = ("alert_raised", "alert_taken_back", "alert_seen", "alert_unseen")
# That somebody's page needed a look is for clinicians.
OF_LOOKS = ("look_seen", "look_put_off", "look_taken_back")

Found = tuple[AuditEntry, Patient | None]


def typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/history`, `/history P-7KQ4`."""
    patient = typed_patient(session, incoming, someone) if incoming.text.strip() else None
    return [Say(_screen(session, someone, patient))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    found = _DATA.fullmatch(incoming.data)
    if found is None:
        raise Refusal("refusal.gone")
    whose, before = found[1], int(found[2]) if found[2] else None
    patient = None if whose == "team" else pressed_patient(session, f"hi:{whose}", someone)
    return [Toast(""), Rewrite(incoming.message_id, _screen(session, someone, patient, before))]


def _together(found: Sequence[Found]) -> list[list[Found]]:
    """The newest first: courses that were moved or planned at once are one change, told by the earliest of them."""
    changes: list[list[Found]] = []
    for entry, about in found:
        if changes and _is_one(changes[-1], entry):
            changes[-1].append((entry, about))
        else:
            changes.append([(entry, about)])
    return [sorted(each, key=lambda one: str((one[0].after or {}).get("start"))) for each in changes]


def _is_one(change: Sequence[Found], entry: AuditEntry) -> bool:
    """One by one, also on a clock that stands still: of one course there is one move in it."""
    newer = change[-1][0]
    return (
        entry.action in TOGETHER
        and (entry.action, entry.actor, entry.at, entry.patient_id)
        == (newer.action, newer.actor, newer.at, newer.patient_id)
        and (entry.takes_back is None) == (newer.takes_back is None)
        and entry.course_id not in {each.course_id for each, _ in change}
        and _days_moved(entry) == _days_moved(newer)
    )


def _days_moved(entry: AuditEntry) -> int | None:
    if entry.action != schedule.MOVED:
        return None
    before, after = (date.fromisoformat((facts or {})["start"]) for facts in (entry.before, entry.after))
    return (after - before).days


def _screen(session: Session, someone: Someone, patient: Patient | None, before: int | None = None) -> Screen:
    texts, team = texts_in(someone.chat.language), someone.the_team
    found = _found(session, someone, patient, before)
    changes = _together(found)
    lines = _lines(session, someone, changes[:MOST], of_team=patient is None)
    shown = Html("\n\n".join(lines)) if lines else texts("history.none")
    whose = f"hi:{patient.id}" if patient is not None else "hi:team"
    turning = [Button(texts("history.button.newest"), whose)] if before is not None else []
    if len(changes) > MOST or len(found) == READ:
        last = min(entry.id for entry, _ in changes[:MOST][-1])
        turning.append(Button(texts("history.button.older"), f"{whose}:{last}"))
    rows: Keyboard = (tuple(turning),) if turning else ()
    if patient is None:
        return Screen(texts("history.of_team", team=team.name, lines=shown), (*rows, (team_button(texts),)))
    back = Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}")
    return Screen(texts("history.of_patient", pseudonym=patient.pseudonym, lines=shown), (*rows, (back,)))


@dataclass(frozen=True)
class Change:
    """A line of the history; `undo`: the data of the button that takes it back, while it can be."""

    words: Html
    undo: str | None


def changes_of(session: Session, someone: Someone, patient: Patient | None, now: datetime) -> list[Change]:
    """The latest, of a patient or of the team, the newest first."""
    changes = _together(_found(session, someone, patient))[:MOST]
    lines = _lines(session, someone, changes, of_team=patient is None)
    return [Change(words, _undo(session, change, someone, now)) for words, change in zip(lines, changes, strict=True)]


def _undo(session: Session, change: Sequence[Found], someone: Someone, now: datetime) -> str | None:
    numbers = [entry.id for entry, _ in change]
    entry = next(entry for entry, _ in change if entry.id == max(numbers))
    may = someone.the_staff.coordinator or entry.action in measuring.ENTERED
    if not may or not taking_back.can_be_taken_back(session, entry, now):
        return None
    return f"un:{min(numbers)}:{max(numbers)}"


def changed_since(session: Session, someone: Someone, patient: Patient | None, instant: datetime) -> list[Html]:
    """What was changed from then on of a patient, or of the team itself: a line each, the newest first."""
    found = [
        (entry, about)
        for entry, about in _found(session, someone, patient)
        if entry.at >= instant and (patient is not None or entry.patient_id is None)
    ]
    return _lines(session, someone, _together(found)[:MOST], of_team=patient is None)


def _found(session: Session, someone: Someone, patient: Patient | None, before: int | None = None) -> list[Found]:
    """What this member may know of, the newest first."""
    hears_of_alerts = someone.the_staff.clinician or someone.the_team.alerts_to_coordinators
    but = (*UNTOLD, *(() if hears_of_alerts else OF_ALERTS), *(() if someone.the_staff.clinician else OF_LOOKS))
    patient_id = patient.id if patient is not None else None
    return audit.latest_of(session, someone.the_team.id, patient_id, READ, but, before)


def _lines(session: Session, someone: Someone, changes: Sequence[Sequence[Found]], *, of_team: bool) -> list[Html]:
    members, texts = teams.everyone_ever_on(session, someone.the_team.id), texts_in(someone.chat.language)
    return [_line(change, of_team, someone, members, texts) for change in changes]


def _line(change: Sequence[Found], of_team: bool, someone: Someone, members: Mapping[int, Staff], texts: Texts) -> Html:
    """In a team's, with whom it is about."""
    (entry, about), *others = change
    said, who = what(entry, texts), _who(entry.actor, someone, members, texts)
    if others:
        said = texts.plural("history.and_later", len(others), what=said)
    if of_team and about is not None:
        said = texts("history.about", pseudonym=about.pseudonym, what=said)
    if entry.takes_back is not None:
        who = texts("history.by_undo", who=who)
    when = Html(texts.instant(entry.at, someone.the_team.time_zone))
    return texts("history.line", when=when, who=who, what=said)


def _who(actor: str, someone: Someone, members: Mapping[int, Staff], texts: Texts) -> Html:
    if actor == audit.staff_actor(someone.the_staff.id):
        return texts("history.by.you")
    if actor.startswith(audit.STAFF):
        member = members.get(int(actor.removeprefix(audit.STAFF)))
        # Of whom there is no row, as after a way down and up again.
        return texts("history.by.staff", who=called(member, texts) if member else texts("role.staff"))
    return texts(f"history.by.{actor.partition(':')[0]}")
