"""Each action that the audit knows, in words. What is not named here is not known: a test holds the two together."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from bot.courses.course_facts import reason_words, shortfall_words
from bot.measuring.measurement_words import audited_words
from bot.team.alert_letters import rule_words
from bot.team.alert_unseen_form import escalation_words
from bot.team.asking_forms import days_in_words
from bot.team.schedule_forms import leads_in_words
from bot.team.staff_words import roles_words
from bot.team.team_forms import prices_in_words
from bot.team.team_schedule_forms import summary_words, value_words
from bot.texts import Html, Texts, texts_in
from jobs import (
    desk_access,
    open_invitations,
    regimen_names,
    restoring,
    retention,
    schedule,
    shortfall,
    staffing,
    team_schedule,
)
from jobs.shortfall import Amount
from storage import audit
from storage.models import AlertKind, AuditEntry
from storage.questions import DiaryQuestion

Facts = Mapping[str, Any]


def _leads(facts: Facts, texts: Texts) -> Html:
    said = leads_in_words(facts["leads"], texts)
    return texts("leads.as_team", leads=said) if facts.get("as_team") else said


def _prices(facts: Facts, texts: Texts) -> Html:
    return prices_in_words(facts["currency"], facts["per_gram"], facts["per_day"], texts)


def _start(facts: Facts, texts: Texts) -> Html:
    return Html(texts.day(date.fromisoformat(facts["start"])))


def _summary_time(facts: Facts, texts: Texts) -> Html:
    if facts["weekday"] is None:
        return texts("history.as_team")
    return summary_words(facts["weekday"], time.fromisoformat(facts["time"]), texts)


def _regimen(facts: Facts, texts: Texts) -> Html:
    """Its name, and what it consists of."""
    dose = texts("chart.dose", days=facts["days"], dose=float(facts["grams_per_kg_per_day"]))
    return dose if facts["name"] is None else texts("name_regimen.named", name=facts["name"], dose=dose)


# What was changed from something to something: how either is said.
CHANGES: dict[str, Callable[[Facts, Texts], Html]] = {
    "prompt_time_changed": lambda facts, texts: Html(texts.time(time.fromisoformat(facts["prompt_time"]))),
    "time_zone_changed": lambda facts, texts: Html(texts.show(facts["time_zone"])),
    "days_off_changed": lambda facts, texts: days_in_words(facts["days_off"], texts),
    "follow_up_changed": lambda facts, texts: texts("history.on" if facts["follow_up"] else "history.off"),
    "language_changed": lambda facts, _: texts_in(facts["language"])("language.name"),
    "one_column_changed": lambda facts, texts: texts("history.on" if facts["one_column"] else "history.off"),
    "reminder_leads_changed": _leads,
    "prices_set": _prices,
    "alert_readers_set": lambda facts, texts: texts("history.on" if facts["coordinators"] else "history.off"),
    "course_moved": _start,
    "summary_brings_changed": lambda facts, texts: texts(f"summary.brings.{facts['brings']}"),
    "summary_time_changed": _summary_time,
    "alert_escalation_set": escalation_words,
    regimen_names.NAMED: _regimen,
}


def _course(facts: Facts, texts: Texts) -> dict[str, object]:
    first = date.fromisoformat(facts["given_start"] or facts["start"])
    return {"date": first, "days": texts.plural("days", facts["days"]), "dose": float(facts["grams_per_kg_per_day"])}


def _given(entry: AuditEntry, texts: Texts) -> dict[str, object]:
    """As it was given, and in part of what was planned."""
    before, after = entry.before or {}, entry.after or {}
    first, last = date.fromisoformat(after["given_start"]), date.fromisoformat(after["given_end"])
    days, dose = (last - first).days + 1, float(after["grams_per_kg_per_day"])
    planned = Amount(after["days"], float(before["grams_per_kg_per_day"]))
    part = shortfall_words(shortfall.of(planned, Amount(days, dose)), texts)
    return {"date": first, "days": texts.plural("days", days), "dose": dose, "part": part}


def _cancelled(entry: AuditEntry, texts: Texts) -> dict[str, object]:
    facts = entry.after or {}
    return {**_course(facts, texts), "reason": reason_words(facts.get("cancelled_because"), texts)}


def _rule(facts: Facts, texts: Texts) -> dict[str, object]:
    about = DiaryQuestion(facts["item"], **facts.get("asked", {}))
    return {"rule": rule_words(about, AlertKind(facts["kind"]), facts["threshold"], facts["days"], texts)}


def _role(facts: Facts, texts: Texts) -> dict[str, object]:
    return {"role": texts(f"role.{facts['role']}")}


def _entry(facts: Facts, texts: Texts) -> dict[str, object]:
    return {"entry": audited_words(facts, texts)}


def _who(facts: Facts, texts: Texts) -> dict[str, object]:
    """By the number: the label may be another by now."""
    return {"who": texts("staff.number", number=facts["number"])}


def _roles(entry: AuditEntry, texts: Texts) -> dict[str, object]:
    old, new = (
        roles_words(texts, coordinator=facts["coordinator"], clinician=facts["clinician"])
        for facts in (entry.before or {}, entry.after or {})
    )
    return {**_who(entry.after or {}, texts), "old": old, "new": new}


def _languages(entry: AuditEntry, texts: Texts) -> dict[str, object]:
    """Of which the words are others than before."""
    before, after = entry.before or {}, entry.after or {}
    changed = [tag for tag in sorted({*before, *after}) if before.get(tag) != after.get(tag)]
    return {"language": texts.listed([str(texts_in(tag)("language.name")) for tag in changed])}


def _of_team(entry: AuditEntry, texts: Texts) -> dict[str, object]:
    before, after = entry.before or {}, entry.after or {}
    said = [
        texts(
            "history.change",
            what=texts(f"history.column.{name}"),
            old=value_words(name, before[name], texts),
            new=value_words(name, value, texts),
        )
        for name, value in after.items()
        if before[name] != value
    ]
    return {"changes": Html("; ".join(said))}


def _tidied(facts: Facts, texts: Texts) -> dict[str, object]:
    return {"what": Html(texts.listed([str(texts.plural(f"tidied.{name}", many)) for name, many in facts.items()]))}


def missing_time(facts: Facts, texts: Texts) -> dict[str, object]:
    """From when until when nothing is known after a restore, by the team's clock."""
    zone = facts["time_zone"]
    return {name: Html(texts.instant(datetime.fromisoformat(facts[name]), zone)) for name in ("as_of", "stopped_at")}


# What else is filled into the words of an action.
FILLED: dict[str, Callable[[AuditEntry, Texts], dict[str, object]]] = {
    team_schedule.CHANGED: _of_team,
    "course_planned": lambda entry, texts: _course(entry.after or {}, texts),
    "course_given": _given,
    "course_cancelled": _cancelled,
    "course_not_given": lambda entry, texts: _course(entry.after or {}, texts),
    "course_restored": lambda entry, texts: _course(entry.after or {}, texts),
    "alert_rule_added": lambda entry, texts: _rule(entry.after or {}, texts),
    "alert_rule_ended": lambda entry, texts: _rule(entry.before or {}, texts),
    "alert_words_set": _languages,
    "instructions_set": _languages,
    "staff_invited": lambda entry, texts: _role(entry.after or {}, texts),
    "staff_invitation_withdrawn": lambda entry, texts: _role(entry.after or {}, texts),
    "staff_joined": lambda entry, texts: _role(entry.after or {}, texts),
    "staff_left": lambda entry, texts: _who(entry.before or {}, texts),
    "staff_removed": lambda entry, texts: _who(entry.before or {}, texts),
    "staff_labelled": lambda entry, texts: _who(entry.after or {}, texts),
    staffing.ROLES_CHANGED: _roles,
    "questions_changed": lambda entry, _: {"date": date.fromisoformat((entry.after or {})["from"])},
    "measurement_added": lambda entry, texts: _entry(entry.after or {}, texts),
    "measurement_removed": lambda entry, texts: _entry(entry.before or {}, texts),
    "steroid_added": lambda entry, texts: _entry(entry.after or {}, texts),
    "steroid_ended": lambda entry, texts: _entry(entry.after or {}, texts),
    "steroid_removed": lambda entry, texts: _entry(entry.before or {}, texts),
    "paused": lambda entry, _: {"date": date.fromisoformat((entry.after or {})["paused_until"])},
    "tidied": lambda entry, texts: _tidied(entry.after or {}, texts),
    restoring.RESTORED: lambda entry, texts: missing_time(entry.after or {}, texts),
    "look_put_off": lambda entry, _: {"date": date.fromisoformat((entry.after or {})["not_before"])},
    "data_exported": lambda entry, texts: {
        "patients": texts.plural("export.patients", (entry.after or {})["patients"])
    },
    "parked_dealt_with": lambda entry, _: {
        "again": (entry.after or {})["sent_again"],
        "gone": (entry.after or {})["let_go"],
    },
    "attendance_said": lambda entry, texts: {
        "said": texts("history.comes" if (entry.after or {})["is_coming"] else "history.cannot")
    },
}
PLAIN = (
    *("team_made", "patient_invited", "patient_invited_again", "patient_joined", "patient_withdrew"),
    *("patient_came_back", audit.ERASED, "patient_unreachable", "patient_reachable", "pause_ended"),
    *("own_copy_asked", "label_changed", "alert_raised", "alert_taken_back", "alert_seen", "alert_unseen", "look_seen"),
    *("patient_imported", "look_taken_back", retention.ANNOUNCED, open_invitations.DROPPED),
)
WORDED = {*CHANGES, *FILLED, *PLAIN}
# Who came is kept, and is no change: it would push the changes out of sight.
UNTOLD = (desk_access.OPENED,)


def what(entry: AuditEntry, texts: Texts) -> Html:
    """What was done, from what to what."""
    if entry.action == schedule.CANCELLED and entry.takes_back is not None:
        # Nobody cancelled it: it should not have been planned.
        return texts("history.course_not_planned", **_course(entry.after or {}, texts))
    key = f"history.{entry.action}"
    if entry.action in CHANGES:
        shown = CHANGES[entry.action]
        old, new = shown(entry.before or {}, texts), shown(entry.after or {}, texts)
        return texts("history.change", what=texts(key), old=old, new=new)
    return texts(key, **(FILLED[entry.action](entry, texts) if entry.action in FILLED else {}))
