"""Each action that the audit knows, in words. What is not named here is not known: a test holds the two together."""

from collections.abc import Callable, Mapping
from datetime import date, time
from typing import Any

from bot.alert_letters import rule_words
from bot.asking_forms import days_in_words
from bot.course_facts import reason_words, shortfall_words
from bot.schedule_forms import leads_in_words
from bot.team_forms import prices_in_words
from bot.team_schedule_forms import value_words
from bot.texts import Html, Texts, texts_in
from jobs import regimen_names, team_schedule
from storage import audit, courses
from storage.models import AlertKind, AuditEntry

Facts = Mapping[str, Any]


def _leads(facts: Facts, texts: Texts) -> Html:
    said = leads_in_words(facts["leads"], texts)
    return texts("leads.as_team", leads=said) if facts.get("as_team") else said


def _prices(facts: Facts, texts: Texts) -> Html:
    return prices_in_words(facts["currency"], facts["per_gram"], facts["per_day"], texts)


def _start(facts: Facts, texts: Texts) -> Html:
    return Html(texts.day(date.fromisoformat(facts["start"])))


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
    planned = courses.Shortfall(days, after["days"], dose, float(before["grams_per_kg_per_day"]))
    part = shortfall_words(planned if planned.is_one else None, texts)
    return {"date": first, "days": texts.plural("days", days), "dose": dose, "part": part}


def _cancelled(entry: AuditEntry, texts: Texts) -> dict[str, object]:
    facts = entry.after or {}
    return {**_course(facts, texts), "reason": reason_words(facts.get("cancelled_because"), texts)}


def _rule(facts: Facts, texts: Texts) -> dict[str, object]:
    kind = AlertKind(facts["kind"])
    return {"rule": rule_words(facts["item"], kind, facts["threshold"], facts["days"], texts)}


def _role(facts: Facts, texts: Texts) -> dict[str, object]:
    return {"role": texts(f"role.{facts['role']}")}


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
    "staff_joined": lambda entry, texts: _role(entry.after or {}, texts),
    "questions_changed": lambda entry, _: {"date": date.fromisoformat((entry.after or {})["from"])},
    "paused": lambda entry, _: {"date": date.fromisoformat((entry.after or {})["paused_until"])},
    "attendance_said": lambda entry, texts: {
        "said": texts("history.comes" if (entry.after or {})["is_coming"] else "history.cannot")
    },
}
PLAIN = (
    *("team_made", "patient_invited", "patient_invited_again", "patient_joined", "patient_withdrew"),
    *("patient_came_back", audit.ERASED, "patient_unreachable", "patient_reachable", "pause_ended"),
    *("own_copy_asked", "alert_raised", "alert_seen"),
)
WORDED = {*CHANGES, *FILLED, *PLAIN}


def what(entry: AuditEntry, texts: Texts) -> Html:
    """What was done, from what to what."""
    key = f"history.{entry.action}"
    if entry.action in CHANGES:
        shown = CHANGES[entry.action]
        old, new = shown(entry.before or {}, texts), shown(entry.after or {}, texts)
        return texts("history.change", what=texts(key), old=old, new=new)
    return texts(key, **(FILLED[entry.action](entry, texts) if entry.action in FILLED else {}))
