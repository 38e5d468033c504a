"""A form, pure: questions one after the other in one message, a preview of what follows, and a confirmation.

`step(form, facts, state, given)` gives the next state. The state is plain JSON, so that it lives in a row. What a
button says names its question: a press that comes twice, or late, changes nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

from bot.dialogues import calendar
from bot.dialogues.calendar import Days
from bot.replies import Button, Keyboard, Screen, rows_of
from bot.texts import Html, Texts, languages, plain, texts_in
from jobs.refusals import Refusal

Values = Mapping[str, Any]
CONFIRM, CANCEL, BACK, RETURN = "+", "x", "<", "?"


@dataclass(frozen=True)
class Given:
    """What came: typed text, or a button's `value` for the `question` it belonged to."""

    value: str
    question: str | None = None


@dataclass(frozen=True)
class Aside:
    """What is shown in place of a question when the answer to it does not count yet, and should be looked at again.

    `of` says what of the answer to keep; None where it counts. `choices` are (label, value) buttons, of which `RETURN`
    leads back to the question.
    """

    of: Callable[[Given], str | None]
    ask: Callable[[Texts, Any, str], Html]
    choices: Callable[[Texts, Any, str], list[tuple[str, str]]]


@dataclass(frozen=True)
class Instead:
    """An answer of another kind, such as that there is none: by a button that bears `data`, or typed.

    `words`: the texts with what is typed for it, alternatives apart by "/", in whichever language; without them its
    button alone means it. `means`: the answer, as JSON.
    """

    data: str
    words: tuple[str, ...] = ()
    means: Any = None

    def is_given(self, given: Given) -> bool:
        if given.question is not None:
            return given.value == self.data
        return given.value.strip().lower() in _alternatives(self.words)


@cache
def _alternatives(keys: tuple[str, ...]) -> frozenset[str]:
    lines = [plain(texts_in(language)(key)) for language in languages() for key in keys]
    return frozenset(word.lower() for line in lines for word in line.split("/"))


NONE = Instead("none", ("form.words.none",))
NEVER = Instead("off", ("form.words.never",))


@dataclass(frozen=True)
class Question:
    """One question of a form. `facts` is whatever the form was loaded with.

    `ask` words it; `briefly` in one line, for below a refusal: without it, the first line will do. `choices` gives
    (label, value) buttons; `read` turns a value, chosen or typed, into JSON or raises Refusal; `instead`: answers that
    it is not asked about; `also` gives the answers to later questions that a value brings along. `calendar` offers days
    by the month. `needed`: whether it is asked at all, by the answers before it. `typed`: not by its buttons alone.
    """

    key: str
    ask: Callable[[Texts, Any, Values], Html]
    read: Callable[[str, Any, Values], Any]
    choices: Callable[[Texts, Any, Values], list[tuple[str, str]]] = lambda _texts, _facts, _values: []
    width: int = 4
    calendar: Callable[[Any, Values], Days] | None = None
    briefly: Callable[[Texts], Html] | None = None
    also: Callable[[str, Any], Values] = lambda _value, _facts: {}
    aside: Aside | None = None
    instead: tuple[Instead, ...] = ()
    needed: Callable[[Any, Values], bool] = lambda _facts, _values: True
    typed: bool = True


@dataclass(frozen=True)
class Form:
    """`preview` says what will happen; without one, the last answer is the confirmation.

    `check` raises Refusal where the answers together are impossible; it is asked after each of them.
    """

    name: str
    questions: tuple[Question, ...]
    preview: Callable[[Texts, Any, Values], Html] | None = None
    check: Callable[[Any, Values], None] = lambda _facts, _values: None
    can_cancel: bool = True


@dataclass(frozen=True)
class State:
    """`month`: the calendar's page, as `2026-03`. `aside`: the answer that is to be looked at again."""

    values: Values = field(default_factory=dict)
    month: str | None = None
    aside: str | None = None
    finished: bool = False
    cancelled: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"values": dict(self.values), "month": self.month, "aside": self.aside}

    @staticmethod
    def from_json(stored: Mapping[str, Any]) -> "State":
        return State(values=stored.get("values", {}), month=stored.get("month"), aside=stored.get("aside"))


def current(form: Form, facts: Any, state: State) -> Question | None:
    """The question being asked; None when only the confirmation is left."""
    values = state.values
    return next((each for each in form.questions if each.key not in values and each.needed(facts, values)), None)


def stated(form: Form, facts: Any, values: Values) -> State:
    """The state after answers as the form keeps them, such as a command's own. Refusal where they are impossible."""
    form.check(facts, values)
    return State(values=values)


def answered(form: Form, facts: Any, given: Mapping[str, str]) -> State:
    """The state after answers that came all at once, such as in one line, by question. Refusal as in `step`."""
    state = State()
    for question in form.questions:
        if question.key in given:
            state = _taken(form, facts, state, question, Given(given[question.key], question.key))
    return state


def step(form: Form, facts: Any, state: State, given: Given) -> State:
    """The state after `given`. Refusal when it cannot be read or is impossible: the state then stays."""
    question = current(form, facts, state)
    if given.question is None:
        if question is None:
            raise Refusal("form.press_confirm_or_back" if state.values else "form.press_confirm")
        return _taken(form, facts, state, question, given)
    if given.question != (question.key if question else CONFIRM) or given.value == calendar.NOTHING:
        return state
    return _pressed(form, facts, state, question, given)


def _pressed(form: Form, facts: Any, state: State, question: Question | None, given: Given) -> State:
    value = given.value
    if value == CANCEL and form.can_cancel:
        return replace(state, cancelled=True)
    if value == BACK:
        return _back(form, facts, state)
    if value == RETURN:
        return replace(state, aside=None)
    if question is None:
        return replace(state, finished=value == CONFIRM)
    if question.calendar and calendar.is_month(value):
        return replace(state, month=value)
    return _taken(form, facts, state, question, given)


def _taken(form: Form, facts: Any, state: State, question: Question, given: Given) -> State:
    aside = question.aside.of(given) if question.aside is not None else None
    if aside is not None:
        return replace(state, aside=aside)
    if state.aside is not None and given.question is None:
        # What is typed below it answers nothing: no "yes" there is a yes to the question behind it.
        return state
    instead = next((each for each in question.instead if each.is_given(given)), None)
    value = given.value if instead is None else instead.data
    answer = question.read(value, facts, state.values) if instead is None else instead.means
    values = {**state.values, question.key: answer, **question.also(value, facts)}
    form.check(facts, values)
    after = State(values=values)
    return replace(after, finished=form.preview is None and current(form, facts, after) is None)


def _back(form: Form, facts: Any, state: State) -> State:
    """To the question before this one. Answers to later ones, such as a line gave at once, stay."""
    keys, asked = [question.key for question in form.questions], current(form, facts, state)
    before = keys if asked is None else keys[: keys.index(asked.key)]
    given = [key for key in keys if key in state.values]
    last = ([key for key in given if key in before] or given)[-1:]
    return State(values={key: state.values[key] for key in given if key not in last})


def screen(form: Form, facts: Any, state: State, texts: Texts, refused: Refusal | None = None) -> Screen:
    """What the form's message shows now; below what is `refused` the question is one line, so that both are seen."""
    question = current(form, facts, state)
    if question is None:
        assert form.preview is not None  # a form without preview is finished by its last answer
        text = form.preview(texts, facts, state.values)
        rows: Keyboard = ((Button(texts("form.button.confirm"), _data(form, CONFIRM, CONFIRM)),),)
    elif question.aside is not None and state.aside is not None:
        text = question.aside.ask(texts, facts, state.aside)
        rows = _buttons(form, question, question.aside.choices(texts, facts, state.aside), 1)
    else:
        text = question.ask(texts, facts, state.values)
        if refused is not None:
            text = question.briefly(texts) if question.briefly is not None else Html(text.partition("\n")[0])
        rows = _buttons(form, question, question.choices(texts, facts, state.values), question.width)
        if question.calendar is not None:
            month = calendar.month_of_days(question.calendar(facts, state.values), state.month, texts)
            rows += tuple(tuple(Button(d.label, _data(form, question.key, d.value)) for d in week) for week in month)
            text = Html(f"{text}\n\n{calendar.legend(month, texts)}".rstrip())
    if refused is not None:
        text = Html(f"{texts(refused.key, **refused.arguments)}\n\n{text}")
    takes_text = question is not None and question.typed and state.aside is None
    return Screen(text, (*rows, *_ways_out(form, question, state, texts)), takes_text=takes_text)


def _buttons(form: Form, question: Question, choices: list[tuple[str, str]], width: int) -> Keyboard:
    return rows_of([Button(label, _data(form, question.key, value)) for label, value in choices], width)


def _ways_out(form: Form, question: Question | None, state: State, texts: Texts) -> Keyboard:
    if state.aside is not None:
        return ()
    key, out = question.key if question else CONFIRM, []
    if state.values:
        out.append(Button(texts("form.button.back"), _data(form, key, BACK)))
    if form.can_cancel:
        out.append(Button(texts("form.button.cancel"), _data(form, key, CANCEL)))
    return (tuple(out),) if out else ()


def _data(form: Form, key: str, value: str) -> str:
    return f"f:{form.name}:{key}:{value}"
