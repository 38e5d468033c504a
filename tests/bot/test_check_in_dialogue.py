"""The check-in, pure: what a tap and a typed line mean, and what one message shows."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues import check_in
from bot.dialogues.check_in import CheckIn, read_tap, screen
from bot.local.formatting import HtmlReading
from bot.replies import Screen
from bot.texts import Html, languages, plain, texts_in
from storage.models import STAIRS, Item
from storage.questions import FLIGHTS, STANDARD, DiaryQuestion

ITEMS = tuple(Item)
DAY = date(2026, 3, 2)
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


@given(st.one_of(st.text(max_size=64), st.from_regex(r"c:[0-9]*:[0-9]*:[a-z]*:[0-9so]*:[0-9]*", fullmatch=True)))
def test_any_data_is_a_tap_that_means_something_or_none(data: str) -> None:
    tap = read_tap(data)
    if tap is None:
        return
    assert tap.action in {"answer", "skip", "change", "ask", "back"}
    assert (tap.item is not None) == (tap.action in {"answer", "skip", "ask"})
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


def test_no_wording_mentions_the_infusion_or_judges_a_number() -> None:
    for language in languages():
        shown = {screen(CheckIn(DAY, dict.fromkeys(ITEMS, value)), texts_in(language)).text for value in range(11)}
        without_numbers = {"".join(sign for sign in text if not sign.isdigit()) for text in shown}
        assert len(without_numbers) == 1, "the same words, whatever the answers"
