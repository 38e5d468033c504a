"""The wording as checked data: no key is missing or unused, and every language says the same things."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import UTC, date, datetime, time
from functools import cache
from itertools import product
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from babel.messages.plurals import get_plural

from bot.courses.course_facts import UNSAID
from bot.desk import chart_facts
from bot.desk.calendar_page import KINDS
from bot.desk.previews import KINDS as MESSAGES
from bot.desk.roster_page import Order
from bot.drawing.asked import NOT_COMPUTED
from bot.local import demo
from bot.local.formatting import HtmlReading
from bot.measuring import measurement_commands
from bot.routes import COMMANDS, described
from bot.settings import Settings
from bot.team import history_words, team_schedule_forms, team_screen
from bot.team.coordinator import OPENED_BY_BUTTONS
from bot.team.staff_forms import OPENED
from bot.texts import FALLBACK, FOLDER, Html, MissingTextError, catalogue, languages, nearest_language, plain, texts_in
from jobs import team_schedule
from jobs.chart.facts import ChartTexts
from jobs.csv_table import FaultCode
from jobs.lights import Why
from jobs.roster import REASONS, Group
from jobs.scores import SYMPTOMS
from jobs.wearing_off.caveats import CaveatCode
from jobs.wearing_off.contrast import Reason
from jobs.wearing_off.verdict import Verdict
from storage.file_faults import FileFault
from storage.models import STAIRS, CancelReason, CourseStatus, Item, MessageKind, PatientStatus, Role, SummaryBrings
from storage.upcoming import Upcoming

ROOT = FOLDER.parents[1]
PAGE = ROOT / "bot" / "local" / "page"
DESK = ROOT / "bot" / "desk" / "templates"
# Who takes a key as first argument, besides a Texts itself.
TAKERS = {"texts", "_texts", "say", "plural", "Refusal", "InitDataError", "_stop", "text"}
LONGEST = {"date": "Wed 30 Sept 2026", "pseudonym": "P-7KQ4", "zone": "America/Argentina/Buenos_Aires", "count": "26"}


@cache
def wordings(language: str) -> dict[str, tuple[str, ...]]:
    """Key -> its wording, one a plural form."""
    found = {}
    for message in catalogue(language):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = message.string or ""
            found[key] = (forms,) if isinstance(forms, str) else tuple(forms)
    return found


def placeholders(wording: str) -> set[str]:
    return set(re.findall(r"\{(\w*)\}", wording))


@dataclass(frozen=True)
class Call:
    """Where a text is asked for by name."""

    place: str
    key: str
    given: frozenset[str]
    complete: bool


def sources() -> Iterator[tuple[str, ast.Module]]:
    for folder in ("bot", "jobs", "storage"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


@cache
def calls() -> tuple[Call, ...]:
    found = []
    for path, tree in sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            called_with_texts = isinstance(node.func, ast.Call) and getattr(node.func.func, "id", "") == "texts_in"
            first = node.args[0]
            if (
                (name in TAKERS or called_with_texts)
                and isinstance(first, ast.Constant)
                and isinstance(first.value, str)
            ):
                given = {keyword.arg for keyword in node.keywords if keyword.arg} | (
                    {"count"} if name == "plural" else set()
                )
                complete = all(keyword.arg for keyword in node.keywords)
                found.append(Call(f"{path}:{node.lineno}", first.value, frozenset(given), complete))
    return tuple(found)


@cache
def literals() -> frozenset[str]:
    """Every string in the code that could be a key, those of the demo's page and of the desk's templates included."""
    found = {
        node.value
        for _, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    for path in [*PAGE.glob("*.js"), *PAGE.glob("*.html")]:
        found |= set(re.findall(r"""["'`](page\.\w+)["'`]""", path.read_text()))
    for path in DESK.glob("*.html"):
        found |= set(re.findall(r"""["'](desk\.[\w.]+)["']""", path.read_text()))
    return frozenset(found)


COLUMNS = ("course", "date", "week_before", "mid_course", "mid_after", "difference", "verdict", "symptom", "regimen")
MORE_COLUMNS = ("pooled", "days_before", "days_after", "change", "per_cent")
MEASURES = ("given", "interval", "dose_course", "dose_28", "grams_28", "days_28", "pain_before", "kinase_before")
MORE_MEASURES = ("steroid", "cost_28")


def families() -> dict[str, str]:
    """Every key that the code puts together from a part, with the place where it does."""
    asked = [*(item.value for item in Item), STAIRS]
    made = {
        "bot/dialogues/wording.py": [
            *(f"check_in.{item}.{part}" for item, part in product([*asked, "own"], ("question", "question_yesterday"))),
            *(f"check_in.{item}.anchors" for item in asked),
            *(f"item.{item}" for item in asked),
        ],
        "bot/dialogues/typed_plans.py": [
            f"typed_plan.words.{name}" for name in ("every", "week", "day", "times", "to", "later", "only", "between")
        ],
        "bot/dialogues/typed_answers.py": [f"check_in.words.{each}" for each in (*range(11), *asked)],
        "bot/team/patient_card.py": [
            *(f"state.{status.value}" for status in PatientStatus if status is not PatientStatus.ERASED),
            *(f"{name}.button" for name in OPENED_BY_BUTTONS),
        ],
        "bot/measuring/measurement_commands.py": [
            *(f"{name}.button" for name in measurement_commands.OPENED),
        ],
        "bot/team/roster.py": [f"roster.group.{group}" for group in Group],
        "bot/desk/templates": [
            *(f"desk.nav.{page}" for page in ("roster", "calendar", "team")),
            *(f"desk.roster.by.{order}" for order in Order),
            *(f"desk.reason.{reason}" for reason in REASONS),
            *(f"desk.team.message.{kind}" for kind in MESSAGES),
            *(f"desk.calendar.kind.{kind}" for kind in KINDS),
        ],
        "bot/courses/course_facts.py": [f"cancel_reason.{code}" for code in (*CancelReason, UNSAID)],
        "bot/courses/confirming.py": [
            f"confirming.button.{name}" for name in ("as_planned", "otherwise", "moved", "not_given")
        ],
        "bot/courses/regimen_forms.py": [
            f"name_regimen.{part}_{key}" for part, key in product(("preview", "done"), ("name", "nameless"))
        ],
        "bot/letters/to_staff.py": [
            f"news.{k.value}" for k in MessageKind if k.value.startswith(("patient_", "course_"))
        ],
        "bot/team/staff_screen.py": [
            *(f"staff.button.{name}" for name in OPENED),
            *(f"staff.roles_{role.value}" for role in (Role.CLINICIAN, Role.COORDINATOR)),
        ],
        "bot/team/team_screen.py": [f"team.button.{name}" for name in team_screen.PROCEDURES],
        "bot/team/team_schedule_forms.py": [
            f"team.{part}.{procedure.form.name.removeprefix('team_')}"
            for part, procedure in product(("of", "ask"), team_schedule_forms.PROCEDURES)
        ],
        "bot/team/history_words.py": [
            *(f"history.{action}" for action in history_words.WORDED),
            *(f"history.column.{name}" for name in team_schedule.COLUMNS),
            *(f"tidied.{name}" for name in ("messages", "invitations", "forms", "strangers")),
        ],
        "bot/team/history.py": [f"history.by.{who}" for who in ("staff", "patient", "clock", "operator", "import")],
        "bot/routes.py": [
            *(described(route) for route in COMMANDS),
            *(f"role.{role.value}" for role in Role),
        ],
        "bot/commands/parked_command.py": [f"parked.fault_{fault}" for fault in ("unsure", "bad_request", "other")],
        "bot/watching/words.py": [f"light.{why}" for why in Why],
        "bot/commands/file_checks.py": [f"file_fault.{fault.value}" for fault in FileFault],
        "bot/settings.py": [f"settings.{name}_wrong" for name in Settings.model_fields],
        "bot/drawing/pages.py": [
            f"chart.{field.name}" for field in fields_of(ChartTexts) if field.name not in {"months", "decimal_mark"}
        ],
        "bot/desk/chart_facts.py": [
            *(f"chart.{name}" for name in chart_facts.SHARED),
            *(f"desk.chart.{name}" for name in chart_facts.WORDS),
        ],
        "bot/drawing/findings.py": [
            *(f"verdict.{verdict}" for verdict in get_args(Verdict)),
            *(f"finding.{verdict}" for verdict in get_args(Verdict)),
            *(f"finding.subject.{symptom}" for symptom in SYMPTOMS),
            *(f"finding.between.{of}" for of in ("rise", "level")),
            *(f"caveat.{code}" for code in get_args(CaveatCode) if code != "course_left_out"),
            *(f"caveat.left_out.{reason}" for reason in get_args(Reason)),
        ],
        "bot/drawing/asked.py": [f"verdict.{NOT_COMPUTED}"],
        "bot/drawing/finding_marks.py": [
            *(f"item.{symptom}" for symptom in SYMPTOMS),
            *(f"table.{name}" for name in (*COLUMNS, *MORE_COLUMNS, *MEASURES, *MORE_MEASURES)),
        ],
        "bot/commands/report_command.py": [
            *(f"cli.fault.{code}" for code in get_args(FaultCode)),
            *(f"cli.fault.{place}" for place in ("file", "line", "cell")),
        ],
        "bot/team/summary_settings.py": [
            *(f"summary.brings.{brings.value}" for brings in SummaryBrings),
            *(f"summary.button.brings_{brings.value}" for brings in SummaryBrings),
        ],
        "jobs/schedule.py": [f"refusal.course_is_{s.value}" for s in CourseStatus if s is not CourseStatus.PLANNED],
        "bot/local/demo.py": [f"demo.step_{number}" for number in range(1, demo.STEPS + 1)],
        "bot/local/director.py": [f"demo.next_{kind}" for kind in get_args(get_type_hints(Upcoming)["kind"])],
        "bot/local/page/*.js": [f"page.role_{role}" for role in ("patient", "clinician", "coordinator")],
    }
    return {key: place for place, keys in made.items() for key in keys}


def test_there_is_english() -> None:
    assert FALLBACK in languages()
    assert len(calls()) > 150, "the calls are found"


@pytest.mark.parametrize("language", languages())
def test_every_text_that_the_code_asks_for_is_there(language: str) -> None:
    known = wordings(language)
    missing = [f"{call.key} ({call.place})" for call in calls() if "." in call.key and call.key not in known]
    missing += [f"{key} ({place})" for key, place in families().items() if key not in known]
    assert missing == []


@pytest.mark.parametrize("language", languages())
def test_no_text_is_there_that_the_code_never_asks_for(language: str) -> None:
    asked = literals() | families().keys()
    assert sorted(key for key in wordings(language) if key not in asked) == []


def test_what_a_text_needs_is_given() -> None:
    for call in calls():
        for wording in wordings(FALLBACK).get(call.key, ()):
            assert not call.complete or placeholders(wording) <= call.given, f"{call.key} ({call.place})"


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_keys_with_the_same_placeholders(language: str) -> None:
    english, spoken = wordings(FALLBACK), wordings(language)
    assert spoken.keys() == english.keys()
    for key, forms in spoken.items():
        wanted = set().union(*map(placeholders, english[key]))
        assert set().union(*map(placeholders, forms)) == wanted, key
        for wording in forms:
            # One day may be said without its number.
            assert wanted - placeholders(wording) <= {"count"}, key


@pytest.mark.parametrize("language", languages())
def test_nothing_is_left_empty_and_every_plural_is_complete(language: str) -> None:
    wanted = get_plural(language)[0]
    english = wordings(FALLBACK)
    for key, forms in wordings(language).items():
        assert all(wording.strip() for wording in forms), key
        assert len(forms) == (wanted if len(english[key]) > 1 else 1), key
    assert catalogue(language).num_plurals == wanted
    assert not any(message.fuzzy for message in catalogue(language) if message.id)


@pytest.mark.parametrize("language", languages())
def test_telegram_takes_the_html_of_every_text(language: str) -> None:
    for key, forms in wordings(language).items():
        for wording in forms:
            filled = re.sub(r"\{\w*\}", "a &amp; b", wording)
            visible, _ = HtmlReading(filled).read()
            assert visible.strip(), key
            assert len(visible) <= 2000, f"{key} leaves room for what is filled in"
            assert "<" not in plain(Html(filled)), f"{key} has a tag that plain() does not take out"


@pytest.mark.parametrize("language", languages())
def test_labels_are_short_and_plain(language: str) -> None:
    for key, forms in wordings(language).items():
        if key == "form.old_button" or not (".button" in key or key.endswith("_button")):
            continue
        for wording in forms:
            label = re.sub(r"\{(\w*)\}", lambda found: LONGEST.get(found[1], "00.00"), wording)
            assert len(label) <= 40, f"{key}: {label}"
            assert "<" not in label, key


@pytest.mark.parametrize("language", languages())
def test_commands_and_toasts_fit_telegrams_limits(language: str) -> None:
    for key, (wording, *_) in wordings(language).items():
        if key.startswith("command."):
            assert 1 <= len(wording) <= 256
        if key in {"form.old_button", "form.not_yours", "check_in.too_late", "calendar.nothing_there"}:
            assert len(wording) <= 200, f"{key} would be cut off"


@pytest.mark.parametrize("language", languages())
def test_a_stranger_gets_two_lines(language: str) -> None:
    assert texts_in(language)("start.stranger").count("\n") == 1


def test_what_is_filled_in_is_escaped_once() -> None:
    texts = texts_in("en")
    assert "“&lt;b&gt;7&amp;8”" in texts("form.time_unknown", typed="<b>7&8")
    assert "<b>bold</b>" in texts("summary.title", team=Html("<b>bold</b>"))
    assert plain(texts("form.time_unknown", typed="<b>7&8")).startswith("I cannot read “<b>7&8”")


def test_plain_takes_out_the_markup_of_the_catalogue_and_nothing_else() -> None:
    assert plain(Html("<b>a</b> &lt;b&gt; &amp; c")) == "a <b> & c"


def test_an_unknown_key_is_a_mistake_that_is_seen() -> None:
    with pytest.raises(MissingTextError):
        texts_in("en")("no.such.key")
    with pytest.raises(MissingTextError):
        texts_in("en").plural("no.such.key", 2)


def test_dates_times_and_numbers_read_as_in_britain() -> None:
    texts = texts_in("en")
    assert texts.show(date(2026, 3, 12)) == "Thu 12 Mar 2026"
    assert texts.show(time(18, 5)) == "18:05"
    assert texts.show(0.8) == "0.8"
    assert texts.instant(datetime(2026, 7, 1, 17, 0, tzinfo=UTC), "Europe/London") == "Wed 1 Jul 2026, 18:00"
    with pytest.raises(TypeError):
        texts.show(datetime(2026, 7, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("tag", "language"), [("en", "en"), ("en-GB", "en"), ("EN", "en"), ("xx", "en"), ("", "en"), (None, "en")]
)
def test_a_language_that_is_not_spoken_is_answered_in_english(tag: str | None, language: str) -> None:
    assert nearest_language(tag) == language


def test_the_catalogues_lie_where_a_new_language_would_be_found() -> None:
    assert {path.parent.name for path in Path(FOLDER).glob("*/infusion_diary.po")} == set(languages())
