"""The coordinator's form that gives a patient's regimen a name, as pages and reports then call it."""

from bot.courses.course_facts import CourseFacts, back_to_patient, load_patient
from bot.dialogues.form import Form, Instead, Question, Values
from bot.filling import Filling, Procedure
from bot.replies import Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts
from jobs import regimen_names
from jobs.refusals import Refusal
from jobs.regimen_names import Regimen

# By its button alone: what is typed is a name.
NAMELESS = Instead(" none ")


def _regimens(facts: CourseFacts) -> list[Regimen]:
    return regimen_names.regimens_of(facts.filling.session, facts.patient)


def _load(filling: Filling) -> CourseFacts:
    facts = load_patient(filling)
    if not _regimens(facts):
        raise Refusal("refusal.no_regimen", pseudonym=facts.patient.pseudonym)
    return facts


def _chosen(facts: CourseFacts, values: Values) -> Regimen:
    return _regimens(facts)[values.get("which", 0)]


def _words(regimen: Regimen, texts: Texts) -> str:
    """`Low dose (2 × 0.4 g/kg)`, or its days and dose alone."""
    begun = regimen.begun_with
    dose = texts("chart.dose", days=begun.days, dose=begun.grams_per_kg_per_day)
    return dose if regimen.name is None else texts("name_regimen.named", name=regimen.name, dose=dose)


def _read_which(value: str, facts: CourseFacts, _values: Values) -> int:
    if value not in map(str, range(len(_regimens(facts)))):
        raise Refusal("refusal.press_a_button")
    return int(value)


def _read_name(value: str, facts: CourseFacts, values: Values) -> str:
    return regimen_names.read_name(value, _chosen(facts, values), _regimens(facts))


def _ask_name(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    words = Html(_words(_chosen(facts, values), texts))
    most = regimen_names.LONGEST
    return texts("name_regimen.ask", pseudonym=facts.patient.pseudonym, regimen=words, most=most)


def _in_words(texts: Texts, facts: CourseFacts, values: Values) -> tuple[str, dict[str, object]]:
    """Which words, and what is filled in."""
    regimen, name = _chosen(facts, values), values["name"]
    filled: dict[str, object] = {"pseudonym": facts.patient.pseudonym, "regimen": Html(_words(regimen, texts))}
    return ("nameless", filled) if name is None else ("name", {**filled, "name": name, "courses": regimen.counted})


def _preview(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    key, filled = _in_words(texts, facts, values)
    return texts(f"name_regimen.preview_{key}", **filled)


def _apply(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts = filling.texts
    key, filled = _in_words(texts, facts, values)
    done = texts(f"name_regimen.done_{key}", **filled)
    regimen = _chosen(facts, values)
    regimen_names.name_regimen(filling.session, filling.actor, facts.patient, regimen, values["name"], facts.now)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


WHICH = Question(
    "which",
    lambda texts, facts, _: texts("name_regimen.which", pseudonym=facts.patient.pseudonym),
    _read_which,
    lambda texts, facts, _: [(_words(each, texts), str(k)) for k, each in enumerate(_regimens(facts))],
    width=1,
    needed=lambda facts, _: len(_regimens(facts)) > 1,
    typed=False,
)
NAME = Question(
    "name",
    _ask_name,
    _read_name,
    lambda texts, facts, values: (
        [(texts("name_regimen.button.none"), NAMELESS.data)] if _chosen(facts, values).name is not None else []
    ),
    instead=(NAMELESS,),
)
PROCEDURES = (
    Procedure(
        Form("name_regimen", (WHICH, NAME), _preview),
        _load,
        _apply,
        lambda facts: [[each.key, each.counted] for each in _regimens(facts)],
    ),
)
