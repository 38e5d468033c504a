"""What a typed line says to the check-in, in each form and language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogues.typed_answers import (
    LONGEST_ANSWER,
    is_answer,
    is_bare_answer,
    is_understood_already,
    normalised,
    read,
)
from bot.texts import languages, plain, texts_in
from jobs.refusals import Refusal
from storage.models import STAIRS, Item
from storage.questions import SCALE, STANDARD, DiaryQuestion

PAIN, TIREDNESS, WEAKNESS, EXERTION = Item
ASKED = STANDARD[1]
WORDS = {
    "en": "zero one two three four five six seven eight nine ten",
    "fr": "zéro un deux trois quatre cinq six sept huit neuf dix",
    "de": "null eins zwei drei vier fünf sechs sieben acht neun zehn",
}


def answers(typed: str, language: str = "en") -> dict[str, int | None] | None:
    return read(typed, STANDARD, ASKED, language)


@pytest.mark.parametrize("typed", ["7", " 7 ", "7/10", "7 / 10", "007", "7!", "7.", "7/10.", "7 of 10", "7 out of 10",
                                   "seven", "Seven", "SEVEN out of ten", "seven/10", "７", "٧", "7️⃣", "=7"])  # fmt: skip
def test_one_number_answers_what_is_asked(typed: str) -> None:
    assert answers(typed) == {TIREDNESS: 7}


@pytest.mark.parametrize("language", languages())
def test_every_number_of_the_scale_is_understood_as_a_word(language: str) -> None:
    for value, word in enumerate(WORDS[language].split()):
        assert answers(word, language) == {TIREDNESS: value}
        assert answers(word.upper(), language) == {TIREDNESS: value}


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("My pain is 6", "en"),
        ("the pain is at six.", "en"),
        ("ma douleur est à 6", "fr"),
        ("Les douleurs sont de 6 sur 10", "fr"),
        ("Meine Schmerzen sind bei 6", "de"),
        ("Der Schmerz ist 6", "de"),
    ],
)
def test_small_words_beside_a_name_say_nothing(typed: str, language: str) -> None:
    assert answers(typed, language) == {PAIN: 6}


@pytest.mark.parametrize(
    "typed", ["is my pain 6?", "my pain is not 6", "my pain was 7 last week", "my pain is 6 today", "the 7", "my 7"]
)
def test_other_words_do(typed: str) -> None:
    assert answers(typed) is None


@pytest.mark.parametrize(
    ("typed", "is_bare"),
    [
        *(("5", True), ("3 2 2 11", True), ("pain 5", True), ("3.5", True)),
        *(("Fever 38.5", False), ("5 tablets", False), ("ok", False)),
    ],
)
def test_what_is_nothing_but_an_answer(typed: str, is_bare: bool) -> None:
    assert is_bare_answer(typed, STANDARD, "en") is is_bare


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("sept sur dix", "fr"),
        ("7 sur 10", "fr"),
        ("sieben von zehn", "de"),
        ("7 von 10", "de"),
    ],
)
def test_out_of_ten_in_other_languages(typed: str, language: str) -> None:
    assert answers(typed, language) == {TIREDNESS: 7}


@pytest.mark.parametrize(
    ("typed", "language"),
    [("zero", "fr"), ("fuenf", "de"), ("funf", "de"), ("ZÉRO", "fr"), ("ein", "de"), ("une", "fr"), ("zwo", "de")],
)
def test_as_any_keyboard_writes_it(typed: str, language: str) -> None:
    assert answers(typed, language) is not None


@pytest.mark.parametrize(
    "typed",
    ["3 2 2 4", "3,2,2,4", "3, 2, 2, 4", "3;2;2;4", "3-2-2-4", "3.2.2.4", "3\n2\n2\n4", "three two two four",
     "3/10 2/10 2/10 4/10", "  3  2  2  4  "],
)  # fmt: skip
def test_all_four_at_once(typed: str) -> None:
    assert answers(typed) == {PAIN: 3, TIREDNESS: 2, WEAKNESS: 2, EXERTION: 4}


def test_some_may_be_skipped_in_a_row() -> None:
    assert answers("3 skip 2 Skip") == {PAIN: 3, TIREDNESS: None, WEAKNESS: 2, EXERTION: None}


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("pain 3", {PAIN: 3}),
        ("3 pain", {PAIN: 3}),
        ("3/10 pain, skip weakness", {PAIN: 3, WEAKNESS: None}),
        ("5 pain on exertion 3 pain", {EXERTION: 5, PAIN: 3}),
        ("Pain: 3", {PAIN: 3}),
        ("PAIN=3/10", {PAIN: 3}),
        ("pain three", {PAIN: 3}),
        ("pain on exertion 3", {EXERTION: 3}),
        ("pain 3 pain on exertion 5", {PAIN: 3, EXERTION: 5}),
        ("weakness 1, tired 2; pain 0", {WEAKNESS: 1, TIREDNESS: 2, PAIN: 0}),
        ("pain skip", {PAIN: None}),
    ],
)
def test_by_name(typed: str, read_as: dict[str, int | None]) -> None:
    assert answers(typed) == read_as


@pytest.mark.parametrize("language", languages())
def test_each_item_answers_to_its_own_name_in_each_language(language: str) -> None:
    for item in Item:
        name = plain(texts_in(language)(f"item.{item.value}"))
        assert answers(f"{name} 4", language) == answers(f"4 {name}", language) == {item: 4}


@pytest.mark.parametrize(
    "typed",
    ["", " ", "quite bad", "7/9", "7/100", "1e1", "+7", "½", "²", "pain", "3 pain weakness 2", "3 2 pain",
     "3 pain 4", "3 pain 4 pain", "pain pain 3", "pain 3 3",
     "pain 3 pain 4", "pain 3 4 5", "pain weakness tiredness 3", "9:00-10:00", "8:05 9:10", "3-4, 5-6", "3 - 4 5 - 6",
     "about 7", "~7", "7 maybe 8", "-", "...", "/", "7/", "itemaitem x", "_7", "⁷",
     "9" * (LONGEST_ANSWER + 1)],
)  # fmt: skip
def test_what_is_no_answer_is_not_guessed(typed: str) -> None:
    assert answers(typed) is None
    assert not is_answer(typed, STANDARD, "en")


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("11", "check_in.out_of_range"),
        ("-1", "check_in.out_of_range"),
        ("70/10", "check_in.out_of_range"),
        ("9999999", "check_in.out_of_range"),
        ("3 2 2 11", "check_in.out_of_range"),
        ("pain 11", "check_in.out_of_range"),
        ("3.5", "check_in.whole_numbers"),
        ("3,5", "check_in.whole_numbers"),
        ("-0.5", "check_in.whole_numbers"),
        ("7.5/10", "check_in.whole_numbers"),
        ("7-8", "check_in.whole_numbers"),
        (".5", "check_in.whole_numbers"),
        ("pain ,5", "check_in.whole_numbers"),
        ("1.5, 2.5,", "check_in.whole_numbers"),
        ("2.5. 3.5.", "check_in.whole_numbers"),
        ("2,5, 3,5.", "check_in.whole_numbers"),
        ("3 ,5 2 4", "check_in.whole_numbers"),
        ("7 – 8", "check_in.whole_numbers"),
        ("pain 3.5", "check_in.whole_numbers"),
        ("7 8", "check_in.not_as_many"),
        ("1 2 3 4 5", "check_in.not_as_many"),
    ],
)
def test_what_cannot_be_stored_is_refused_with_its_reason(typed: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        answers(typed)
    assert refused.value.key == key
    assert is_answer(typed, STANDARD, "en")


@pytest.mark.parametrize(
    ("typed", "shown"), [("11", "11"), ("123456", "123456"), ("1234567", "123456…"), ("0000007", "000000…")]
)
def test_a_number_off_the_scale_is_shown_and_a_long_one_cut_short(typed: str, shown: str) -> None:
    with pytest.raises(Refusal) as refused:
        answers(typed)
    assert refused.value.arguments == {"typed": shown, "most": 10}


def test_a_number_may_begin_with_noughts_and_a_line_end_with_spaces() -> None:
    assert answers("000007") == {TIREDNESS: 7}
    assert answers("7".ljust(LONGEST_ANSWER)) == {TIREDNESS: 7}
    assert answers("7".ljust(LONGEST_ANSWER + 1)) is None


def test_what_is_asked_may_be_skipped_in_a_word() -> None:
    assert answers("skip") == {TIREDNESS: None}
    assert answers("passer", "fr") == answers("auslassen", "de") == {TIREDNESS: None}


def test_as_many_answers_as_are_left_answer_those() -> None:
    left = STANDARD[2:]
    assert read("3 skip", STANDARD, STANDARD[2], "en", left) == {WEAKNESS: 3, EXERTION: None}
    assert read("1 2 3 4", STANDARD, STANDARD[2], "en", left) == {PAIN: 1, TIREDNESS: 2, WEAKNESS: 3, EXERTION: 4}


@pytest.mark.parametrize(
    ("left", "key", "arguments"),
    [
        (1, "check_in.not_as_many", {"count": 5, "of": 4, "example": "3 2 2 4"}),
        (2, "check_in.not_as_many_left", {"count": 5, "left": 2, "of": 4}),
        (3, "check_in.not_as_many_left", {"count": 5, "left": 3, "of": 4}),
        (4, "check_in.not_as_many", {"count": 5, "of": 4, "example": "3 2 2 4"}),
    ],
)
def test_of_another_number_of_answers_it_is_said_how_many_there_may_be(
    left: int, key: str, arguments: dict[str, object]
) -> None:
    with pytest.raises(Refusal) as refused:
        read("1 2 3 4 5", STANDARD, STANDARD[-left], "en", STANDARD[-left:])
    assert (refused.value.key, refused.value.arguments) == (key, arguments)


def test_a_number_where_nothing_is_asked_is_no_answer_but_a_name_is() -> None:
    assert read("7", STANDARD, None, "en") is None
    assert read("pain 7", STANDARD, None, "en") == {PAIN: 7}
    assert is_answer("7", STANDARD, "en")


@given(st.one_of(st.text(max_size=40), st.text(alphabet="0123456789 /.,-;:pain skipoutfe", max_size=40)))
def test_whatever_is_typed_is_on_the_scale_or_refused_or_not_read(typed: str) -> None:
    for language in languages():
        refused, found = None, None
        try:
            found = answers(typed, language)
        except Refusal as refusal:
            refused = refusal.key
        assert refused in {None, "check_in.out_of_range", "check_in.whole_numbers", "check_in.not_as_many"}
        assert found is None or all(value is None or value in SCALE for value in found.values())


OWN = DiaryQuestion("own:3", "en", {"en": {"name": "Sleep (7 h), 1-2"}, "fr": {"name": "Sommeil"}})
ALL = (*STANDARD, OWN, DiaryQuestion(STAIRS))


@pytest.mark.parametrize(
    ("typed", "language", "read_as"),
    [
        ("12", "en", {STAIRS: 12}),
        ("3 2 2 4 5 99", "en", {PAIN: 3, TIREDNESS: 2, WEAKNESS: 2, EXERTION: 4, "own:3": 5, STAIRS: 99}),
        ("sleep (7 H), 1-2: 4", "en", {"own:3": 4}),
        ("SOMMEIL 4, étages 12", "fr", {"own:3": 4, STAIRS: 12}),
        ("sleep (7 h), 1-2 vier", "de", {"own:3": 4}),
        ("stockwerke 3", "de", {STAIRS: 3}),
        ("ten", "en", {STAIRS: 10}),
    ],
)
def test_what_a_team_asks_beside_is_typed_as_the_four_are(
    typed: str, language: str, read_as: dict[str, int | None]
) -> None:
    assert read(typed, ALL, ALL[-1], language) == read_as


@pytest.mark.parametrize(
    ("typed", "key", "most"),
    [
        ("100", "check_in.out_of_range", 99),
        ("-1", "check_in.out_of_range", 99),
        ("1.5", "check_in.whole_numbers", 99),
        ("7/10", "check_in.whole_numbers", 99),
        ("stairs 7 out of 10", "check_in.whole_numbers", 99),
        ("3 2 2 4 11 5", "check_in.out_of_range", 10),
        ("sleep (7 h), 1-2 11", "check_in.out_of_range", 10),
    ],
)
def test_each_question_has_its_own_scale(typed: str, key: str, most: int) -> None:
    with pytest.raises(Refusal) as refused:
        read(typed, ALL, ALL[-1], "en")
    assert (refused.value.key, refused.value.arguments["most"]) == (key, most)


def test_what_is_not_asked_has_no_name() -> None:
    assert read("stairs 4", STANDARD, ASKED, "en") is None
    assert read("sommeil 4", STANDARD, ASKED, "fr") is None


@pytest.mark.parametrize("name", ["Pain", "PAINS", "fatigue", "Müdigkeit", "sept", "of", "skip", "étages", "Douleur"])
def test_a_word_that_means_something_already_is_known(name: str) -> None:
    assert any(is_understood_already(name, language) for language in languages())
    assert not any(is_understood_already(f"{name} at night", language) for language in languages())


@given(
    st.text(st.characters(categories=["L", "N", "P", "S", "Z"]), min_size=1, max_size=30).filter(
        lambda name: any(map(str.isalpha, normalised(name)))
    ),
    st.integers(0, 10),
)
def test_whatever_a_question_is_called_it_answers_to_its_name(name: str, value: int) -> None:
    called = " ".join(name.split())
    asked = DiaryQuestion("own:1", "en", {"en": {"name": called}})
    if is_understood_already(called, "en"):
        return
    assert read(f"{called} {value}", (*STANDARD, asked), ASKED, "en") == {"own:1": value}


def test_typographic_signs_are_as_good_as_those_of_a_keyboard() -> None:
    assert normalised("Douleur à l’effort ‘3–4’ −1") == "douleur a l'effort '3-4' -1"


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
