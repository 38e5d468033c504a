"""A form, pure: its questions one after the other, back, cancel, what comes late, and what its buttons carry."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues.form import (
    BACK,
    CANCEL,
    CONFIRM,
    NONE,
    RETURN,
    Aside,
    Form,
    Given,
    Instead,
    Question,
    State,
    current,
    screen,
    step,
)
from bot.routes import PROCEDURES
from bot.texts import Html, texts_in
from jobs.refusals import Refusal

TEXTS = texts_in("en")


def read_number(value: str, _facts: Any, _values: Any) -> int:
    if not value.isdecimal():
        raise Refusal("form.dose_unknown", typed=value)
    return int(value)


def refuse_ten_together(_facts: Any, values: Any) -> None:
    if sum(values.values()) == 10:
        raise Refusal("form.press_confirm")


def asking(key: str) -> Question:
    return Question(key, lambda *_: Html(f"{key}?"), read_number, lambda *_: [("one", "1"), ("two", "2")])


PREVIEWED = Form(
    "sum", (asking("first"), asking("second")), lambda _texts, _facts, values: Html(str(values)), refuse_ten_together
)
# What is typed is looked at again; "all" answers both questions.
CAREFUL = Form(
    "careful",
    (
        Question(
            "first",
            lambda *_: Html("first?\nIn more words."),
            read_number,
            lambda *_: [("all", "0")],
            aside=Aside(
                lambda given: given.value if given.question is None else None,
                lambda _texts, _facts, kept: Html(f"{kept}?"),
                lambda _texts, _facts, kept: [("yes", kept), ("no", RETURN)],
            ),
            also=lambda value, _facts: {"second": 0} if value == "0" else {},
        ),
        asking("second"),
    ),
    lambda _texts, _facts, values: Html(str(values)),
)
AT_ONCE = Form("once", (asking("only"),), can_cancel=False)


def through(form: Form, *given: Given) -> State:
    state = State()
    for each in given:
        state = step(form, None, state, each)
    return state


def test_each_answer_leads_to_the_next_question_and_the_last_to_the_preview() -> None:
    state = State()
    assert current(PREVIEWED, None, state) == PREVIEWED.questions[0]
    state = step(PREVIEWED, None, state, Given("3"))
    assert current(PREVIEWED, None, state) == PREVIEWED.questions[1]
    state = step(PREVIEWED, None, state, Given("4", "second"))
    assert (current(PREVIEWED, None, state), state.finished) == (None, False)
    assert screen(PREVIEWED, None, state, TEXTS).text == "{'first': 3, 'second': 4}"
    assert step(PREVIEWED, None, state, Given(CONFIRM, CONFIRM)).finished


def test_without_a_preview_the_last_answer_finishes() -> None:
    assert through(AT_ONCE, Given("1")).finished


@pytest.mark.parametrize(
    ("given", "answer"),
    [
        *((Given(typed), None) for typed in ("none", " None ", "keine", "Aucun")),
        (Given("none", "only"), None),
        (Given("usual", "only"), "the usual"),
        *((Given(typed), typed) for typed in ("usual", "ward 3", "none of them")),
    ],
)
def test_an_answer_of_another_kind_is_its_button_or_the_catalogues_words_for_it(given: Given, answer: Any) -> None:
    asked = Question(
        "only",
        lambda *_: Html("?"),
        lambda value, *_: value,
        instead=(NONE, Instead("usual", means="the usual")),
        also=lambda value, _facts: {"known": value == NONE.data},
    )
    values = step(Form("once", (asked,)), None, State(), given).values
    assert values == {"only": answer, "known": answer is None}


def test_a_press_for_another_question_changes_nothing() -> None:
    state = through(PREVIEWED, Given("3"))
    for late in (Given("1", "first"), Given(CONFIRM, CONFIRM), Given(BACK, "first"), Given(CANCEL, "first")):
        assert step(PREVIEWED, None, state, late) == state
    done = step(PREVIEWED, None, state, Given("4"))
    assert step(PREVIEWED, None, done, Given("4", "second")) == done


def test_back_takes_the_last_answer_away() -> None:
    state = through(PREVIEWED, Given("3"), Given("4"), Given(BACK, CONFIRM))
    assert state.values == {"first": 3}
    state = step(PREVIEWED, None, state, Given(BACK, "second"))
    assert state.values == {}
    assert step(PREVIEWED, None, state, Given(BACK, "first")).values == {}


def test_cancel_ends_it_where_it_may() -> None:
    assert through(PREVIEWED, Given(CANCEL, "first")).cancelled
    with pytest.raises(Refusal):
        through(AT_ONCE, Given(CANCEL, "only"))


@pytest.mark.parametrize("typed", [CONFIRM, CANCEL, BACK, RETURN, "-", "", "one", "2026-03"])
def test_what_a_button_says_cannot_be_typed(typed: str) -> None:
    with pytest.raises(Refusal):
        step(PREVIEWED, None, State(), Given(typed))
    with pytest.raises(Refusal):
        step(PREVIEWED, None, through(PREVIEWED, Given("3"), Given("4")), Given(typed))


def test_answers_that_are_impossible_together_are_refused_at_once() -> None:
    state = through(PREVIEWED, Given("4"))
    with pytest.raises(Refusal):
        step(PREVIEWED, None, state, Given("6"))
    assert step(PREVIEWED, None, state, Given("5")).values == {"first": 4, "second": 5}


def test_a_refusal_is_said_above_one_line_of_the_question() -> None:
    shown = screen(CAREFUL, None, State(), TEXTS, Refusal("form.dose_unknown", typed="<lots>"))
    assert "&lt;lots&gt;" in shown.text
    assert shown.text.endswith("\n\nfirst?")
    assert screen(CAREFUL, None, State(), TEXTS).text == "first?\nIn more words."


def labels(state: State) -> list[str]:
    return [button.text for row in screen(CAREFUL, None, state, TEXTS).keyboard for button in row]


def test_an_answer_can_be_looked_at_again_before_it_counts() -> None:
    state = step(CAREFUL, None, State(), Given("7"))
    assert (state.values, screen(CAREFUL, None, state, TEXTS).text, labels(state)) == ({}, "7?", ["yes", "no"])
    assert State.from_json(state.as_json()) == state
    assert step(CAREFUL, None, state, Given("8")).aside == "8", "another answer takes its place"
    taken = step(CAREFUL, None, state, Given("7", "first"))
    assert (taken.values, taken.aside) == ({"first": 7}, None)
    back = step(CAREFUL, None, state, Given(RETURN, "first"))
    assert (back.values, back.aside, labels(back)) == ({}, None, ["all", "Cancel, change nothing"])


def test_one_press_can_answer_several_questions() -> None:
    state = step(CAREFUL, None, State(), Given("0", "first"))
    assert state.values == {"first": 0, "second": 0}
    assert step(CAREFUL, None, state, Given(BACK, CONFIRM)).values == {"first": 0}


def test_what_is_to_be_pressed_is_called_as_it_stands_on_the_buttons() -> None:
    for key in ("form.button.confirm", "form.button.cancel"):
        assert f"“{TEXTS(key)}”" in TEXTS("form.press_confirm")
        assert f"“{TEXTS(key)}”" in TEXTS("form.press_confirm_or_back")
    assert f"“{TEXTS('form.button.back')}”" in TEXTS("form.press_confirm_or_back")


def test_below_a_refusal_every_question_is_one_line() -> None:
    for procedure in PROCEDURES.values():
        for question in procedure.form.questions:
            if question.briefly is not None:
                assert "\n" not in question.briefly(TEXTS), question.key


def test_the_state_survives_its_row() -> None:
    state = through(PREVIEWED, Given("3"))
    assert State.from_json({**state.as_json(), "subject": {"id": 7}}) == state
    assert State.from_json({}) == State()


given_things = st.builds(
    Given,
    value=st.one_of(st.sampled_from([CONFIRM, CANCEL, BACK, "-", "1", "7", "2026-03"]), st.text(max_size=8)),
    question=st.sampled_from([None, "first", "second", CONFIRM, "unknown"]),
)


@given(st.lists(given_things, max_size=12))
def test_whatever_comes_the_answers_are_a_beginning_of_the_questions(things: list[Given]) -> None:
    state = State()
    for each in things:
        try:
            state = step(PREVIEWED, None, state, each)
        except Refusal:
            continue
        answered = [question.key for question in PREVIEWED.questions if question.key in state.values]
        assert answered == ["first", "second"][: len(answered)]
        assert not state.finished or len(answered) == 2
        if state.finished or state.cancelled:
            return


def test_the_names_and_keys_of_every_form_leave_room_for_a_date_in_64_bytes() -> None:
    for name, procedure in PROCEDURES.items():
        assert name == procedure.form.name
        for key in [question.key for question in procedure.form.questions] + [CONFIRM]:
            assert ":" not in name + key
            longest = max(("2026-03-12", "America/Argentina/ComodRivadavia"), key=len)
            assert len(f"f:{name}:{key}:{longest}".encode()) <= 64
            assert len(f"o:{name}:2147483647".encode()) <= 64
