"""No action that the audit keeps is without words: the actions are read from the code itself."""

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from bot.team.history_words import CHANGES, FILLED, PLAIN, UNTOLD, WORDED, what
from bot.texts import FOLDER, languages, plain, texts_in
from storage import audit
from storage.models import AuditEntry
from tests.storage.support import NOW

ROOT = FOLDER.parents[1]
# It hands on what its callers name.
HANDED_ON = "action"


def modules() -> Iterator[tuple[ModuleType, ast.Module]]:
    """Those that write into the audit."""
    for folder in ("bot", "jobs", "storage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            written = path.read_text()
            if "audit.record" in written:
                yield importlib.import_module(dotted(path)), ast.parse(written)


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def actions_named(tree: ast.Module) -> Iterator[ast.expr]:
    """What stands where an action is wanted: by its name, or in its place among the arguments."""
    places = {
        node.name: [argument.arg for argument in node.args.args].index(HANDED_ON)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and HANDED_ON in {argument.arg for argument in node.args.args}
    }
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            yield from (keyword.value for keyword in call.keywords if keyword.arg == HANDED_ON)
            place = places.get(getattr(call.func, "id", ""))
            if place is not None and len(call.args) > place:
                yield call.args[place]


def actions() -> set[str]:
    found = set()
    for module, tree in modules():
        for node in actions_named(tree):
            if not (isinstance(node, ast.Name) and node.id == HANDED_ON):
                # A word, or a constant by its name; anything computed fails here, and should be written out.
                found.add(eval(ast.unparse(node), vars(module)))  # noqa: S307  (our own code)
    return found


def test_the_actions_are_found() -> None:
    assert {"prompt_time_changed", "course_given", "patient_erased", "staff_joined", "pause_ended"} <= actions()


def test_every_action_has_its_words_and_no_words_are_of_no_action() -> None:
    assert actions() == WORDED | set(UNTOLD)
    assert len(WORDED) == len(CHANGES) + len(FILLED) + len(PLAIN), "each in one place"


COURSE = {
    "status": "planned",
    "start": "2026-03-20",
    "days": 2,
    "grams_per_kg_per_day": 0.8,
    "given_start": None,
    "given_end": None,
}
RULE = {"rule": 1, "item": "pain", "kind": "rise", "threshold": 3, "days": 2}
VALUE = {
    "measurement": 1,
    "analyte": "CK",
    "taken_on": "2026-03-02",
    "value": 1250.0,
    "unit": "U/l",
    "upper_limit": 195.0,
}
STEP = {
    "steroid": 1,
    "drug": "prednisone",
    "from": "2026-03-01",
    "to": None,
    "dose_mg": 30.0,
    "alternate_dose_mg": 20.0,
}
MEMBER = {"member": 4, "number": 2, "coordinator": False, "clinician": True}
# Action -> before and after, as the code writes them.
EXAMPLES: dict[str, tuple[Any, Any]] = {
    "prompt_time_changed": ({"prompt_time": "18:00"}, {"prompt_time": "20:30"}),
    "time_zone_changed": ({"time_zone": "Europe/London"}, {"time_zone": "Europe/Zurich"}),
    "days_off_changed": ({"days_off": ""}, {"days_off": "56"}),
    "follow_up_changed": ({"follow_up": True}, {"follow_up": False}),
    "language_changed": ({"language": "en"}, {"language": "de"}),
    "one_column_changed": ({"one_column": False}, {"one_column": True}),
    "reminder_leads_changed": ({"leads": [7, 0], "as_team": True}, {"leads": [], "as_team": False}),
    "prices_set": (
        {"currency": None, "per_gram": None, "per_day": None},
        {"currency": "EUR", "per_gram": 62.5, "per_day": None},
    ),
    "alert_readers_set": ({"coordinators": False}, {"coordinators": True}),
    "course_moved": (COURSE, {**COURSE, "start": "2026-03-21"}),
    "regimen_named": (
        {"courses": [1], "days": 2, "grams_per_kg_per_day": 0.4, "name": None},
        {"courses": [1], "days": 2, "grams_per_kg_per_day": 0.4, "name": "Low dose"},
    ),
    "team_schedule_changed": (
        {
            "telephone": None,
            "follow_up_after": None,
            "silent_after": 3,
            "summary_weekday": 0,
            "reminder_time": "09:00",
            "confirmation_time": "09:00",
        },
        {
            "telephone": "12345",
            "follow_up_after": 90,
            "silent_after": 5,
            "summary_weekday": 4,
            "reminder_time": "08:00",
            "confirmation_time": "07:30",
        },
    ),
    "questions_changed": ({"items": []}, {"items": ["own:1", "stairs"], "from": "2026-03-03"}),
    "course_planned": (None, COURSE),
    "course_given": (COURSE, {**COURSE, "status": "given", "given_start": "2026-03-21", "given_end": "2026-03-22"}),
    "course_cancelled": (COURSE, {**COURSE, "status": "cancelled", "cancelled_because": "clinic"}),
    "course_restored": ({**COURSE, "status": "cancelled"}, COURSE),
    "course_not_given": (COURSE, COURSE),
    "alert_rule_added": (None, RULE),
    "alert_rule_ended": (RULE, None),
    "alert_words_set": ({"fr": None}, {"fr": "Bonjour."}),
    "instructions_set": ({"en": "Come."}, {"en": "Come early."}),
    "tidied": (None, {"messages": 500, "invitations": 1, "forms": 2, "strangers": 3}),
    "diary_restored": (
        None,
        {
            "as_of": "2026-03-02T03:00:00+00:00",
            "stopped_at": "2026-03-02T19:30:00+00:00",
            "time_zone": "Europe/London",
        },
    ),
    "staff_invited": (None, {"role": "clinician", "invitation": 1}),
    "staff_left": ({**MEMBER, "coordinator": True}, None),
    "staff_removed": (MEMBER, None),
    "staff_roles_changed": (MEMBER, {**MEMBER, "coordinator": True}),
    "staff_labelled": ({"number": 2, "label": False}, {"number": 2, "label": True}),
    "alert_escalation_set": (
        {"after": None, "member": None, "number": None},
        {"after": 120, "member": 4, "number": 2},
    ),
    "staff_invitation_withdrawn": (None, {"role": "clinician", "invitation": 1}),
    "staff_joined": (None, {"role": "coordinator", "invitation": 1}),
    "paused": ({"paused_until": None}, {"paused_until": "2026-03-09"}),
    "summary_brings_changed": ({"brings": "all"}, {"brings": "pdf"}),
    "summary_time_changed": ({"weekday": None, "time": None}, {"weekday": 4, "time": "07:15"}),
    "look_put_off": (None, {"look": 1, "not_before": "2026-03-30"}),
    "attendance_said": ({"is_coming": None}, {"is_coming": False}),
    "measurement_added": (None, {**VALUE, "analyte": "weight", "unit": "kg", "upper_limit": None}),
    "measurement_removed": (VALUE, None),
    "steroid_added": (None, STEP),
    "steroid_ended": (STEP, {**STEP, "to": "2026-03-20"}),
    "steroid_removed": (STEP, None),
    "data_exported": (None, {"patients": 3}),
    "parked_dealt_with": (None, {"sent_again": 2, "let_go": 1}),
    **dict.fromkeys(PLAIN, (None, None)),
}


@pytest.mark.parametrize("language", languages())
def test_each_is_told_in_every_language(language: str) -> None:
    assert EXAMPLES.keys() == WORDED
    for action, (before, after) in EXAMPLES.items():
        entry = AuditEntry(team_id=1, at=NOW, actor=audit.OPERATOR, action=action, before=before, after=after)
        said = plain(what(entry, texts_in(language)))
        assert "None" not in said, action
        assert ("→" in said) == (action in CHANGES or action == "team_schedule_changed"), action
