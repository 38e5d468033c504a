"""A form, pure: its questions one after the other, back, cancel, what comes late, and what its buttons carry."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues.calendar import Days
from bot.dialogues.form import (
    BACK,
    CANCEL,
    CONFIRM,
    NEVER,
    NONE,
    RETURN,
    Aside,
    Form,
    Given,
    Instead,
    Question,
    State,
    Values,
    answered,
    current,
    screen,
    stated,
    step,
)
from bot.routes import PROCEDURES
from bot.texts import Html, Texts, texts_in
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
    def ask(_texts: Texts, _facts: Any, _values: Values) -> Html:
        return Html(f"{key}?")

    def choices(_texts: Texts, _facts: Any, _values: Values) -> list[tuple[str, str]]:
        return [("one", "1"), ("two", "2")]

    return Question(key, ask, read_number, choices)


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
    two = replace(PREVIEWED, preview=None)
    assert not through(two, Given("1")).finished
    assert through(two, Given("1"), Given("2")).finished


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


@pytest.mark.parametrize("given", [*map(Given, ("never", "Nie", "jamais")), Given("off", "only")])
def test_never_is_such_an_answer_too(given: Given) -> None:
    asked = replace(asking("only"), instead=(NEVER,))
    assert step(Form("once", (asked,)), None, State(), given).values == {"only": None}


def test_a_form_begins_neither_finished_nor_cancelled() -> None:
    assert (State().finished, State().cancelled, State().values) == (False, False, {})


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


def test_back_goes_to_the_question_before_and_keeps_what_a_line_gave_for_a_later_one() -> None:
    three = replace(PREVIEWED, questions=(*PREVIEWED.questions, asking("third")))
    given = State(values={"first": 3, "third": 5})
    assert step(three, None, given, Given(BACK, "second")).values == {"third": 5}
    whole = State(values={"first": 3, "second": 4, "third": 5})
    assert step(three, None, whole, Given(BACK, CONFIRM)).values == {"first": 3, "second": 4}


def test_back_from_the_first_question_takes_away_what_a_line_gave() -> None:
    assert step(PREVIEWED, None, State(values={"second": 4}), Given(BACK, "first")).values == {}


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


def test_what_is_typed_below_an_answer_looked_at_again_is_no_answer_to_the_question_behind_it() -> None:
    first = CAREFUL.questions[0]
    assert first.aside is not None
    seven = replace(first.aside, of=lambda given: "7" if given.value == "7" else None)
    form = replace(CAREFUL, questions=(replace(first, aside=seven), asking("second")))
    looked_at = step(form, None, State(), Given("7"))
    assert looked_at.aside == "7"
    assert step(form, None, looked_at, Given("8")) == looked_at
    assert step(form, None, State(), Given("8")).values == {"first": 8}


def buttons(form: Form, state: State, refused: Refusal | None = None) -> list[list[tuple[str, str]]]:
    shown = screen(form, None, state, TEXTS, refused)
    return [[(button.text, button.data) for button in row] for row in shown.keyboard]


def test_each_button_bears_its_form_its_question_and_its_value() -> None:
    first, second, done = State(), through(PREVIEWED, Given("3")), through(PREVIEWED, Given("3"), Given("4"))
    back, cancel = "‹ Back", "Cancel, change nothing"
    assert buttons(PREVIEWED, first) == [
        [("one", "f:sum:first:1"), ("two", "f:sum:first:2")],
        [(cancel, "f:sum:first:x")],
    ]
    assert buttons(PREVIEWED, second)[-1] == [(back, "f:sum:second:<"), (cancel, "f:sum:second:x")]
    assert buttons(PREVIEWED, done) == [
        [("Yes, do it", "f:sum:+:+")],
        [(back, "f:sum:+:<"), (cancel, "f:sum:+:x")],
    ]
    assert buttons(AT_ONCE, State()) == [[("one", "f:once:only:1"), ("two", "f:once:only:2")]]


def test_choices_stand_four_in_a_row_or_as_the_question_says_and_one_below_an_aside() -> None:
    five = replace(asking("only"), choices=lambda *_: [(str(number), str(number)) for number in range(5)])
    assert [len(row) for row in buttons(Form("once", (five,), can_cancel=False), State())] == [4, 1]
    assert [len(row) for row in buttons(Form("once", (replace(five, width=2),), can_cancel=False), State())] == [
        2,
        2,
        1,
    ]
    assert [len(row) for row in buttons(CAREFUL, step(CAREFUL, None, State(), Given("7")))] == [1, 1]


def test_a_question_may_have_a_short_form_for_below_a_refusal() -> None:
    brief = replace(CAREFUL, questions=(replace(CAREFUL.questions[0], briefly=lambda _texts: Html("in short?")),))
    refused = Refusal("form.dose_unknown", typed="x")
    assert screen(brief, None, State(), TEXTS, refused).text.endswith("\n\nin short?")
    assert screen(brief, None, State(), TEXTS).text == "first?\nIn more words."


def test_at_the_confirmation_a_refusal_stands_above_the_preview() -> None:
    done = through(PREVIEWED, Given("3"), Given("4"))
    with pytest.raises(Refusal) as refused:
        step(PREVIEWED, None, done, Given("yes"))
    assert refused.value.key == "form.press_confirm_or_back"
    assert screen(PREVIEWED, None, done, TEXTS, refused.value).text.endswith("\n\n{'first': 3, 'second': 4}")
    with pytest.raises(Refusal) as nothing_to_go_back_to:
        step(replace(PREVIEWED, questions=()), None, State(), Given("yes"))
    assert nothing_to_go_back_to.value.key == "form.press_confirm"


def test_at_the_confirmation_only_the_confirmation_confirms() -> None:
    done = through(PREVIEWED, Given("3"), Given("4"))
    assert step(PREVIEWED, None, done, Given("1", CONFIRM)) == done


def test_what_is_not_needed_is_not_asked() -> None:
    second = replace(asking("second"), needed=lambda facts, values: facts == "asked" and values["first"] > 3)
    form = replace(PREVIEWED, questions=(asking("first"), second))
    for facts, first, is_asked in (("asked", "4", True), ("asked", "3", False), (None, "4", False)):
        state = step(form, facts, State(), Given(first))
        assert (current(form, facts, state) is not None) is is_asked


def test_answers_may_come_all_at_once_in_any_order_and_are_checked_as_one_by_one() -> None:
    assert answered(PREVIEWED, None, {"second": "4", "first": "3", "else": "x"}).values == {"first": 3, "second": 4}
    assert answered(PREVIEWED, None, {"second": "4"}).values == {"second": 4}
    assert answered(CAREFUL, None, {"first": "7"}) == State({"first": 7}), "it was looked at already"
    for impossible in ({"first": "x"}, {"first": "4", "second": "6"}):
        with pytest.raises(Refusal):
            answered(PREVIEWED, None, impossible)


def test_answers_as_the_form_keeps_them_are_checked_too() -> None:
    assert stated(PREVIEWED, None, {"first": 3}) == State({"first": 3})
    with pytest.raises(Refusal):
        stated(PREVIEWED, None, {"first": 4, "second": 6})


ON_A_DAY = Form(
    "day",
    (
        Question(
            "on",
            lambda *_: Html("Which day?"),
            lambda value, *_: value,
            lambda *_: [("today", "2026-03-12")],
            calendar=lambda facts, _values: Days(date(2026, 3, 12), facts, marked=frozenset([date(2026, 3, 13)])),
        ),
    ),
    lambda *_: Html("So it is."),
)
MARCH = date(2026, 3, 12)


def test_days_are_offered_by_the_month_below_the_choices_and_the_signs_explained() -> None:
    shown = screen(ON_A_DAY, MARCH, State(), TEXTS)
    assert shown.text.startswith("Which day?\n\n")
    assert "*" in shown.text
    rows = [[(button.text, button.data) for button in row] for row in shown.keyboard]
    assert rows[0] == [("today", "f:day:on:2026-03-12")]
    assert rows[1] == [("–", "f:day:on:-"), ("March 2026", "f:day:on:-"), ("Apr ›", "f:day:on:2026-04")]
    assert rows[3][4] == ("13*", "f:day:on:2026-03-13")
    assert screen(ON_A_DAY, date(2026, 5, 2), State(), TEXTS).keyboard[1][1].text == "May 2026"


def test_a_months_page_is_turned_and_is_no_answer() -> None:
    turned = step(ON_A_DAY, MARCH, State(), Given("2026-04", "on"))
    assert (turned.month, turned.values) == ("2026-04", {})
    assert State.from_json(turned.as_json()) == turned
    assert screen(ON_A_DAY, MARCH, turned, TEXTS).keyboard[1][1].text == "April 2026"
    assert step(ON_A_DAY, MARCH, turned, Given("-", "on")) == turned, "a blank is no day"
    taken = step(ON_A_DAY, MARCH, turned, Given("2026-04-02", "on"))
    assert (taken.month, taken.values) == (None, {"on": "2026-04-02"})
    assert step(ON_A_DAY, MARCH, State(), Given("2026-04")).values == {"on": "2026-04"}, "typed, it is read"
    with pytest.raises(Refusal):
        step(PREVIEWED, None, State(), Given("2026-04", "first"))


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
