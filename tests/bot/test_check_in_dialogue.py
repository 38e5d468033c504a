"""The check-in, pure: what a tap and a typed line mean, and what one message shows."""

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues import check_in
from bot.dialogues.check_in import CheckIn, Tap, note_key, note_number, read_tap, screen
from bot.dialogues.wording import question_of
from bot.local.formatting import HtmlReading
from bot.replies import Screen
from bot.texts import Html, languages, plain, texts_in
from storage.models import STAIRS, Item
from storage.questions import FLIGHTS, STANDARD, DiaryQuestion

ITEMS = tuple(Item)
DAY = date(2026, 3, 2)
TEXTS = texts_in("en")
ids = st.integers(min_value=0, max_value=10**18 - 1)
# As long as a team may write them, with all that could be taken for markup.
words = st.text(st.sampled_from("<b>&;{day}/ aé\"'\U0001f600"), min_size=1, max_size=30)
own = st.builds(
    lambda number, name, low, high: DiaryQuestion(
        f"own:{number}", "en", {"en": {"name": name, "low": low, "high": high}}
    ),
    *(st.integers(1, 10**9 - 1), words, words, words),
)
further = st.lists(own, max_size=4, unique_by=lambda each: each.key).map(lambda each: [DiaryQuestion(STAIRS), *each])
sets = st.lists(st.booleans(), min_size=5, max_size=5).flatmap(
    lambda wanted: further.map(lambda each: (*STANDARD, *(q for q, on in zip(each, wanted, strict=False) if on)))
)


@st.composite
def days(draw: st.DrawFn) -> CheckIn:
    """Any day that may be shown, with what is asked on it."""
    questions = draw(sets)
    keys = st.sampled_from([each.key for each in questions])
    values = {each.key: draw(st.none() | st.integers(0, each.scale[-1])) for each in questions if draw(st.booleans())}
    return CheckIn(
        day=draw(st.dates(min_value=date(1970, 1, 1))),
        values=values,
        changing=draw(st.none() | keys),
        choosing=draw(st.booleans()),
        message=draw(ids),
        questions=questions,
    )


check_ins = days()


def data_of(shown: Screen) -> list[str]:
    return [button.data for row in shown.keyboard for button in row]


@given(check_ins, st.sampled_from(languages()))
def test_every_button_is_read_back_and_fits_telegrams_64_bytes(state: CheckIn, language: str) -> None:
    for data in data_of(screen(state, texts_in(language))):
        assert len(data.encode()) <= 64
        tap = read_tap(data)
        assert tap is not None
        assert (tap.message, tap.day) == (state.message, state.day)
        assert tap.item is None or tap.item in {each.key for each in state.questions}


@given(check_ins, st.sampled_from(languages()))
def test_every_message_is_telegrams_html_and_every_label_fits(state: CheckIn, language: str) -> None:
    shown = screen(state, texts_in(language))
    for text in (shown.text, check_in.closed(state, texts_in(language)).text):
        visible, _ = HtmlReading(text).read()
        assert 0 < len(visible) <= 4096
    assert all(0 < len(plain(Html(button.text))) <= 45 for row in shown.keyboard for button in row)


@given(
    st.one_of(
        st.text(max_size=64),
        st.from_regex(
            r"c:[0-9]{1,2}:2026030[0-9]:(answer|skip|change|ask|note|remove|later|back):([0-4so]|[on][0-9])?:[0-9]*",
            fullmatch=True,
        ),
    )
)
def test_any_data_is_a_tap_that_means_something_or_none(data: str) -> None:
    tap = read_tap(data)
    if tap is None:
        return
    assert (tap.item is not None) == (tap.action in {"answer", "skip", "ask", "remove"})
    assert (tap.value in (FLIGHTS if tap.item == STAIRS else range(11))) == (tap.action == "answer")


def test_the_questions_come_in_their_order_and_end_with_what_was_noted() -> None:
    state = CheckIn(DAY)
    for number, item in enumerate(ITEMS, start=1):
        assert state.question is not None
        assert state.question.key == item
        shown = screen(state, texts_in("en"))
        assert f"{number} of 4" in shown.text
        assert [button.text for row in shown.keyboard for button in row] == [*map(str, range(11)), "Skip"]
        state = CheckIn(DAY, {**state.values, item: number})
    assert state.question is None
    assert "Noted, thank you" in screen(state, texts_in("en")).text


def test_what_was_noted_stands_in_the_order_of_the_questions_however_it_came() -> None:
    backwards: dict[str, int | None] = dict.fromkeys(reversed(ITEMS), 3)
    noted = screen(CheckIn(DAY, backwards), texts_in("en")).text
    places = [noted.index(f"{name}: 3") for name in ("Pain", "Tiredness", "Weakness", "Pain on exertion")]
    assert places == sorted(places)
    labels = [
        button.text for row in screen(CheckIn(DAY, backwards, choosing=True), texts_in("en")).keyboard for button in row
    ]
    assert [label.split(":")[0] for label in labels] == ["Pain", "Tiredness", "Weakness", "Pain on exertion", "Back"]


def test_further_questions_come_after_the_four_and_flights_are_counted() -> None:
    sleep = DiaryQuestion("own:12", "en", {"en": {"name": "Sleep & rest", "low": "<bad>", "high": "good"}})
    asked = (*STANDARD, DiaryQuestion(STAIRS), sleep)
    four: dict[str, int | None] = dict.fromkeys(ITEMS, 3)
    shown = screen(CheckIn(DAY, four, questions=asked), texts_in("en"))
    assert "5 of 6" in shown.text
    assert [button.text for row in shown.keyboard for button in row] == [*map(str, range(11)), "Skip"]
    shown = screen(CheckIn(DAY, {**four, STAIRS: 12}, questions=asked), texts_in("fr"))
    assert "<b>Sleep &amp; rest</b> aujourd’hui" in shown.text
    assert "0 &lt;bad&gt; – 10 good" in shown.text
    whole = CheckIn(DAY, {**four, STAIRS: 12, "own:12": 10}, questions=asked)
    assert "Flights of stairs: 12\nSleep &amp; rest: 10 of 10" in screen(whole, texts_in("en")).text
    assert whole.may_be_noted
    assert not CheckIn(DAY, four, questions=asked).may_be_noted


def labels(shown: Screen) -> list[str]:
    return [button.text for row in shown.keyboard for button in row]


ALL: dict[str, int | None] = dict.fromkeys(ITEMS, 3)
NOTES = {"note:7": "slept badly"}


@pytest.mark.parametrize(
    ("data", "tap"),
    [
        ("c:0:20260302:answer:0:10", Tap(0, DAY, "answer", "pain", 10)),
        ("c:9:20260302:answer:1:0", Tap(9, DAY, "answer", "tiredness", 0)),
        ("c:9:20260302:answer:s:99", Tap(9, DAY, "answer", STAIRS, 99)),
        ("c:9:20260302:answer:o12:7", Tap(9, DAY, "answer", "own:12", 7)),
        ("c:9:20260302:skip:3:", Tap(9, DAY, "skip", "exertion_pain")),
        ("c:9:20260302:ask:n7:", Tap(9, DAY, "ask", "note:7")),
        ("c:9:20260302:remove:n7:", Tap(9, DAY, "remove", "note:7")),
        *((f"c:9:20260302:{action}::", Tap(9, DAY, action)) for action in ("change", "note", "later", "back")),
    ],
)
def test_each_kind_of_tap_is_read(data: str, tap: Tap) -> None:
    assert read_tap(data) == tap


@pytest.mark.parametrize(
    "data",
    [
        *("c:9:20260302:answer:0:11", "c:9:20260302:answer:0:", "c:9:20260302:answer::3", "c:9:20260302:skip:0:3"),
        *("c:9:20260302:ask::", "c:9:20260302:back:0:", "c:9:20260302:back::3", "c:9:20260302:answer:4:3"),
        *("c:9:20260230:back::", "c:9:20260302:erase:0:", "c:9:20260302:back::\n", "x9:20260302:back::", ""),
        *("c::20260302:back::", f"c:{10**18}:20260302:back::", "c:9:20260302:ask:n1234567890:", "c:٣:20260302:back::"),
    ],
)
def test_what_no_check_in_made_is_no_tap(data: str) -> None:
    assert read_tap(data) is None


def test_a_notes_key_and_its_number_belong_together() -> None:
    assert (note_key(7), note_number("note:7")) == ("note:7", 7)
    assert (note_number("own:7"), note_number(None)) == (None, None)


def test_later_is_offered_where_the_bot_came_unasked_and_nothing_is_answered() -> None:
    assert labels(screen(CheckIn(DAY, message=5), TEXTS))[-2:] == ["Skip", "Later"]
    assert "Later" not in labels(screen(CheckIn(DAY), TEXTS))
    assert "Later" not in labels(screen(CheckIn(DAY, {"pain": 3}, message=5), TEXTS))


def test_who_wants_to_be_asked_later_is_told_when_and_can_answer_now() -> None:
    shown = screen(CheckIn(DAY, message=5, later=time(21, 30)), TEXTS)
    assert (labels(shown), data_of(shown)) == (["Answer now"], ["c:5:20260302:back::"])
    assert "Mon 2 Mar 2026" in shown.text
    assert "21:30" in shown.text


def test_the_numbers_stand_six_in_a_row_or_each_in_its_own() -> None:
    assert [len(row) for row in screen(CheckIn(DAY), TEXTS).keyboard] == [6, 5, 1]
    assert [len(row) for row in screen(CheckIn(DAY, one_column=True), TEXTS).keyboard] == [1] * 12


def test_the_second_time_it_is_said_that_there_is_time_above_a_question_alone() -> None:
    asked = screen(CheckIn(DAY), TEXTS)
    again = screen(CheckIn(DAY), TEXTS, again=True)
    assert again.text == f"There is still time for today's questions.\n\n{asked.text}"
    assert again.keyboard == asked.keyboard
    assert screen(CheckIn(DAY, ALL), TEXTS, again=True) == screen(CheckIn(DAY, ALL), TEXTS)


def test_what_is_filled_in_the_day_after_is_asked_of_yesterday() -> None:
    sleep = DiaryQuestion("own:12", "en", {"en": {"name": "Sleep", "low": "bad", "high": "good"}})
    asked = (sleep, *STANDARD)
    for values in ({}, {sleep.key: 3}):
        state = CheckIn(DAY, values, questions=asked)
        assert state.question is not None
        assert " today" in screen(state, TEXTS).text
        assert question_of(state.question, TEXTS) in screen(state, TEXTS).text
        yesterday = screen(CheckIn(DAY, values, questions=asked, yesterday=True), TEXTS).text
        assert " yesterday" in yesterday
        assert " today" not in yesterday


def test_a_question_says_where_it_stands_what_is_asked_and_what_the_ends_mean() -> None:
    assert screen(CheckIn(DAY), TEXTS).text.split("\n\n") == [
        "<b>Mon 2 Mar 2026</b> · 1 of 4",
        "How strong was your <b>pain</b> today?",
        "0 no pain – 10 worst pain imaginable",
    ]


def test_an_answer_opened_again_can_be_left_as_it_is() -> None:
    shown = screen(CheckIn(DAY, ALL, changing="weakness"), TEXTS)
    assert "3 of 4" in shown.text
    assert labels(shown) == [*map(str, range(11)), "Back"]
    assert data_of(shown)[3] == "c:0:20260302:answer:2:3"
    assert data_of(shown)[-1] == "c:0:20260302:back::"
    assert not CheckIn(DAY, ALL, changing="weakness").may_be_noted


def test_complete_answers_can_be_changed_and_noted_beside_up_to_three_times() -> None:
    shown = screen(CheckIn(DAY, ALL), TEXTS)
    assert len(shown.keyboard) == 1
    assert list(zip(labels(shown), data_of(shown), strict=True)) == [
        ("Change", "c:0:20260302:change::"),
        ("Add a note", "c:0:20260302:note::"),
    ]
    two = {"note:1": "one", "note:2": "two"}
    assert CheckIn(DAY, ALL, notes=two).may_be_noted
    full = CheckIn(DAY, ALL, notes={**two, "note:3": "three"})
    assert not full.may_be_noted
    assert labels(screen(full, TEXTS)) == ["Change"]


def test_notes_stand_below_the_answers() -> None:
    shown = screen(CheckIn(DAY, {**ALL, "pain": None}, notes={**NOTES, "note:8": "ran <5 km>"}), TEXTS)
    assert shown.text.startswith(
        "<b>Mon 2 Mar 2026</b>\n\nPain: skipped\nTiredness: 3 of 10\nWeakness: 3 of 10\n"
        "Pain on exertion: 3 of 10\nNote: slept badly\nNote: ran &lt;5 km&gt;\n\nNoted, thank you."
    )


def test_of_what_could_not_be_read_no_thanks_are_given() -> None:
    shown = screen(CheckIn(DAY, ALL), TEXTS, unread=True).text
    assert "This is how it stands." in shown
    assert "thank you" not in shown


def test_while_a_note_is_written_it_is_asked_for_and_can_be_left() -> None:
    state = CheckIn(DAY, ALL, noting=True)
    assert state.is_writing
    shown = screen(state, TEXTS)
    assert "Mon 2 Mar 2026" in shown.text
    assert "up to 500 characters" in shown.text
    assert list(zip(labels(shown), data_of(shown), strict=True)) == [("Back", "c:0:20260302:back::")]


def test_a_note_opened_again_is_shown_and_can_be_removed_or_left() -> None:
    state = CheckIn(DAY, ALL, changing="note:7", notes=NOTES)
    assert state.is_writing
    assert state.changed_note == "slept badly"
    shown = screen(state, TEXTS)
    assert shown.text.startswith("<b>Mon 2 Mar 2026</b>\n\nNote: slept badly\n")
    assert [len(row) for row in shown.keyboard] == [1, 1]
    assert list(zip(labels(shown), data_of(shown), strict=True)) == [
        ("Remove this note", "c:0:20260302:remove:n7:"),
        ("Back", "c:0:20260302:back::"),
    ]
    for other in (CheckIn(DAY, ALL, notes=NOTES), CheckIn(DAY, ALL, changing="pain", notes=NOTES)):
        assert not other.is_writing


def test_what_can_be_changed_is_what_was_answered_and_noted_each_in_its_row() -> None:
    long = "x" * 30
    notes = {**NOTES, "note:8": long, "note:9": f"{long}y"}
    shown = screen(CheckIn(DAY, {"pain": 3, "weakness": None}, choosing=True, notes=notes), TEXTS)
    assert "Which one would you like to change?" in shown.text
    assert [len(row) for row in shown.keyboard] == [1] * 6
    assert list(zip(labels(shown), data_of(shown), strict=True)) == [
        ("Pain: 3 of 10", "c:0:20260302:ask:0:"),
        ("Weakness: skipped", "c:0:20260302:ask:2:"),
        ("Note: slept badly", "c:0:20260302:ask:n7:"),
        (f"Note: {long}", "c:0:20260302:ask:n8:"),
        (f"Note: {long}…", "c:0:20260302:ask:n9:"),
        ("Back", "c:0:20260302:back::"),
    ]


def test_of_a_closed_day_it_is_said_what_was_answered_and_what_was_not() -> None:
    shown = check_in.closed(CheckIn(DAY, {"tiredness": 3}, notes=NOTES), TEXTS)
    assert shown.text == (
        "<b>Mon 2 Mar 2026</b>\n\nPain: no answer\nTiredness: 3 of 10\nWeakness: no answer\n"
        "Pain on exertion: no answer\nNote: slept badly\n\nThis day is closed."
    )
    assert shown.keyboard == ()
    nothing = check_in.closed(CheckIn(DAY), TEXTS).text
    assert nothing == "<b>Mon 2 Mar 2026</b>\n\nNot answered.\n\nThis day is closed."


def test_a_message_whose_check_in_went_below_says_so_and_has_no_buttons() -> None:
    shown = check_in.moved_below(DAY, TEXTS)
    assert (shown.text, shown.keyboard) == ("Mon 2 Mar 2026: the check-in is further down.", ())


def test_no_wording_mentions_the_infusion_or_judges_a_number() -> None:
    for language in languages():
        shown = {screen(CheckIn(DAY, dict.fromkeys(ITEMS, value)), texts_in(language)).text for value in range(11)}
        without_numbers = {"".join(sign for sign in text if not sign.isdigit()) for text in shown}
        assert len(without_numbers) == 1, "the same words, whatever the answers"
