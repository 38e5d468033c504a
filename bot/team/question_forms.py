"""The forms about what a team asks beside the four: a question of its own, stairs, and which of them a patient gets."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session

from bot.dialogues.form import NONE, RETURN, Aside, Form, Given, Question, Values
from bot.dialogues.typed_answers import is_understood_already, normalised
from bot.dialogues.wording import anchors_of, name_of, question_of
from bot.filling import ALL_STAFF, Filling, Procedure, living_patient
from bot.replies import Button, Screen
from bot.texts import Html, Texts, languages, texts_in
from jobs import item_sets
from jobs.refusals import Refusal
from storage import questions
from storage.models import STAIRS, Patient, Team, own_key
from storage.questions import DiaryQuestion, Wording

# Name and both ends of the scale in one line, with what stands between.
LONGEST_LINE = sum(item_sets.LONGEST.values()) + 50
PARTS = tuple(item_sets.LONGEST)
ALL, TOGGLED, CHOSEN = "all", "~", "="


@dataclass(frozen=True)
class QuestionFacts:
    """What the team asks from the next diary day on, `first`; whose choice it is about, or which question."""

    filling: Filling
    asked: Sequence[DiaryQuestion]
    first: date
    patient: Patient | None = None
    chosen: Sequence[str] | None = None
    about: DiaryQuestion | None = None

    @property
    def the_patient(self) -> Patient:
        assert self.patient is not None  # loaded by _load_patient
        return self.patient

    @property
    def the_question(self) -> DiaryQuestion:
        assert self.about is not None  # loaded by _load_question
        return self.about


def asked_by(session: Session, team: Team) -> list[DiaryQuestion]:
    """What the team asks beside the four from the next diary day on."""
    keys = item_sets.team_items(session, team.id)
    return sorted(questions.questions_called(session, team.id, keys), key=lambda each: keys.index(each.key))


def _load(filling: Filling) -> QuestionFacts:
    first = item_sets.first_day(filling.session, filling.team, filling.now)
    return QuestionFacts(filling, asked_by(filling.session, filling.team), first)


def _load_question(filling: Filling) -> QuestionFacts:
    facts, key = _load(filling), own_key(filling.subject["id"])
    about = next((each for each in facts.asked if each.key == key), None)
    if about is None:
        raise Refusal("refusal.gone")
    return QuestionFacts(filling, facts.asked, facts.first, about=about)


def _load_patient(filling: Filling) -> QuestionFacts:
    patient, asked = living_patient(filling, filling.subject["id"]), asked_by(filling.session, filling.team)
    if not asked:
        raise Refusal("refusal.no_questions")
    first = item_sets.first_day_of(filling.session, patient, filling.now)
    return QuestionFacts(filling, asked, first, patient, item_sets.chosen_for(filling.session, patient))


def _version(facts: QuestionFacts) -> Any:
    return [[each.key for each in facts.asked], facts.chosen]


def names_of(asked: Sequence[DiaryQuestion], texts: Texts) -> str:
    return ", ".join(name_of(each, texts) for each in asked)


def _back_to_questions(text: Html, texts: Texts) -> Screen:
    return Screen(text, ((Button(texts("questions.button.all"), "qu:"),),))


def _read_name(value: str, facts: QuestionFacts, _values: Values) -> str:
    return _free_name(item_sets.read_words(value, "name"), facts)


def _free_name(name: str, facts: QuestionFacts) -> str:
    """Refusal for one that the check-in takes for something else: it could not be typed."""
    said = {normalised(words["name"]) for each in facts.asked for words in each.wording.values()}
    if normalised(name) in said or any(is_understood_already(name, language) for language in languages()):
        raise Refusal("refusal.own_item.taken", name=name)
    return name


def _read_part(part: str) -> Callable[..., str]:
    return lambda value, *_: item_sets.read_words(value, part)


def _read_line(value: str, facts: QuestionFacts, _values: Values) -> dict[str, str]:
    """`Sommeil / très mauvais / très bon`."""
    parts = value.split("/")
    if len(parts) != len(PARTS):
        raise Refusal("refusal.own_item.parts")
    words = {part: item_sets.read_words(said, part) for part, said in zip(PARTS, parts, strict=True)}
    return {**words, "name": _free_name(words["name"], facts)}


def _wording(language: str, values: Values) -> Wording:
    others = {tag: values.get(f"in_{tag}") for tag in languages()}
    return {language: {part: values[part] for part in PARTS}, **{tag: words for tag, words in others.items() if words}}


def _preview_added(language: str) -> Callable[[Texts, QuestionFacts, Values], Html]:
    def preview(texts: Texts, facts: QuestionFacts, values: Values) -> Html:
        made = DiaryQuestion("", language, _wording(language, values))
        shown = [
            Html(f"{question_of(made, spoken)}\n{anchors_of(made, spoken)}")
            for spoken in (texts_in(tag) for tag in made.wording)
        ]
        return texts("own_item.preview", shown=Html("\n\n".join(shown)), date=facts.first)

    return preview


def _apply_added(language: str) -> Callable[[Filling, QuestionFacts, Values], Screen]:
    def apply(filling: Filling, facts: QuestionFacts, values: Values) -> Screen:
        wording, team = _wording(language, values), filling.team
        item_sets.add(filling.session, filling.actor, team, language, wording, filling.now)
        texts = filling.texts
        return _back_to_questions(texts("own_item.done", name=values["name"], date=facts.first), texts)

    return apply


def _in_another(tag: str) -> Question:
    """The same in another language, in one line."""
    spoken = texts_in(tag)("language.name")
    return Question(
        f"in_{tag}",
        lambda texts, _facts, values: texts("own_item.in", language=spoken, name=values["name"]),
        _read_line,
        lambda texts, *_: [(texts("own_item.button.not_in", language=spoken), NONE.data)],
        instead=(NONE,),
    )


def _adding(language: str) -> Procedure:
    """A question put into words by somebody who speaks this language, and then, if they like, in the others."""
    anchors = (
        Question("low", lambda texts, _, values: texts("own_item.low", name=values["name"]), _read_part("low")),
        Question("high", lambda texts, _, values: texts("own_item.high", name=values["name"]), _read_part("high")),
    )
    name = Question("name", lambda texts, *_: texts("own_item.name", most=item_sets.LONGEST["name"]), _read_name)
    others = [_in_another(tag) for tag in languages() if tag != language]
    form = Form(f"own_item_{language}", (name, *anchors, *others), _preview_added(language))
    return Procedure(form, _load, _apply_added(language), _version, longest=LONGEST_LINE, roles=ALL_STAFF)


ADDING: Mapping[str, Procedure] = {language: _adding(language) for language in languages()}


def _preview_stop(texts: Texts, facts: QuestionFacts, _values: Values) -> Html:
    return texts("stop_question.preview", name=name_of(facts.the_question, texts), date=facts.first)


def _apply_stop(filling: Filling, facts: QuestionFacts, _values: Values) -> Screen:
    about, texts = facts.the_question, filling.texts
    item_sets.stop_asking(filling.session, filling.actor, filling.team, about.key, filling.now)
    return _back_to_questions(texts("stop_question.done", name=name_of(about, texts), date=facts.first), texts)


STOPPING = Procedure(Form("stop_question", (), _preview_stop), _load_question, _apply_stop, _version, roles=ALL_STAFF)


def _are_stairs_asked(facts: QuestionFacts) -> bool:
    return any(each.key == STAIRS for each in facts.asked)


def _preview_stairs(texts: Texts, facts: QuestionFacts, _values: Values) -> Html:
    stairs = DiaryQuestion(STAIRS)
    if _are_stairs_asked(facts):
        return texts("stop_question.preview", name=name_of(stairs, texts), date=facts.first)
    shown = Html(f"{question_of(stairs, texts)}\n{anchors_of(stairs, texts)}")
    return texts("own_item.preview", shown=shown, date=facts.first)


def _apply_stairs(filling: Filling, facts: QuestionFacts, _values: Values) -> Screen:
    session, team, now, texts = filling.session, filling.team, filling.now, filling.texts
    name = name_of(DiaryQuestion(STAIRS), texts)
    if _are_stairs_asked(facts):
        item_sets.stop_asking(session, filling.actor, team, STAIRS, now)
        return _back_to_questions(texts("stop_question.done", name=name, date=facts.first), texts)
    item_sets.ask_stairs(session, filling.actor, team, now)
    return _back_to_questions(texts("own_item.done", name=name, date=facts.first), texts)


STAIRS_FORM = Procedure(Form("stairs", (), _preview_stairs), _load, _apply_stairs, _version, roles=ALL_STAFF)


def _places(facts: QuestionFacts) -> str:
    """Which of the team's questions the patient gets, each by its place: `013`."""
    wanted = [place for place, each in enumerate(facts.asked) if facts.chosen is None or each.key in facts.chosen]
    return "".join(map(str, wanted))


def _choices(texts: Texts, facts: QuestionFacts, places: str) -> list[tuple[str, str]]:
    """A button turns a question on or off; then the choice is taken."""
    buttons = []
    for place, each in enumerate(facts.asked):
        on = str(place) in places
        others = "".join(sorted({*places, str(place)} - ({str(place)} if on else set())))
        key = "patient_items.button.on" if on else "patient_items.button.off"
        buttons.append((texts(key, name=name_of(each, texts)), f"{TOGGLED}{others}"))
    return [
        *buttons,
        (texts("patient_items.button.chosen"), f"{CHOSEN}{places}"),
        (texts("patient_items.button.all"), ALL),
    ]


def _toggled(given: Given) -> str | None:
    """A choice that is not taken yet. Digits alone: the rest is nobody's button."""
    if given.question is None or not given.value.startswith(TOGGLED):
        return None
    return "".join(sign for sign in given.value if sign in "0123456789")


def _read_choice(value: str, facts: QuestionFacts, _values: Values) -> list[str] | None:
    if value == ALL:
        return None
    if not value.startswith(CHOSEN):
        raise Refusal("refusal.press_a_button")
    return [each.key for place, each in enumerate(facts.asked) if str(place) in value]


def _ask_which(texts: Texts, facts: QuestionFacts, _values: object) -> Html:
    return texts("patient_items.question", pseudonym=facts.the_patient.pseudonym)


def _check_choice(facts: QuestionFacts, values: Values) -> None:
    if values["which"] == facts.chosen:
        raise Refusal("refusal.choice_is_that_already")


def _chosen_words(texts: Texts, facts: QuestionFacts, which: Sequence[str] | None) -> Html:
    asked = [each for each in facts.asked if which is None or each.key in which]
    names = names_of(asked, texts) if asked else texts("patient_items.none")
    return texts("patient_items.all" if which is None else "patient_items.these", names=names)


def _preview_choice(texts: Texts, facts: QuestionFacts, values: Values) -> Html:
    chosen = _chosen_words(texts, facts, values["which"])
    return texts("patient_items.preview", pseudonym=facts.the_patient.pseudonym, chosen=chosen, date=facts.first)


def _apply_choice(filling: Filling, facts: QuestionFacts, values: Values) -> Screen:
    patient, texts = facts.the_patient, filling.texts
    item_sets.choose(filling.session, filling.actor, patient, values["which"], filling.now)
    chosen = _chosen_words(texts, facts, values["which"])
    done = texts("patient_items.done", pseudonym=patient.pseudonym, chosen=chosen, date=facts.first)
    back = Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}")
    return Screen(done, ((back,),))


CHOICE = Procedure(
    Form(
        "patient_items",
        (
            Question(
                "which",
                _ask_which,
                _read_choice,
                lambda texts, facts, _: _choices(texts, facts, _places(facts)),
                width=1,
                typed=False,
                aside=Aside(
                    _toggled,
                    _ask_which,
                    lambda texts, facts, places: [
                        *_choices(texts, facts, places),
                        (texts("form.button.back"), RETURN),
                    ],
                ),
            ),
        ),
        _preview_choice,
        _check_choice,
    ),
    _load_patient,
    _apply_choice,
    _version,
)
# Of the whole team: for its clinicians too.
OF_TEAM: Mapping[str, Procedure] = {each.form.name: each for each in (*ADDING.values(), STOPPING, STAIRS_FORM)}
