"""What patients read is plain: an eleven-year-old's English, measured; and nothing is said by a sign alone."""

import re
import unicodedata
from collections.abc import Iterator

import pytest
import textstat

from bot.texts import FALLBACK, Html, catalogue, languages, plain

PATIENTS = (
    *(
        "check_in.",
        "join.",
        "help.patient",
        "infusions.",
        "reminder.",
        "changed",
        "pause.",
        "leaving.",
        "own_",
        "privacy",
    ),
    *("prompt_time.now", "unreadable.patient", "edited", "diary.", "start.", "went_wrong", "telephone."),
)
# Lists of words that are read by the bot, and a file that is no conversation.
NO_CONVERSATION = ("check_in.words.", "own_copy.readme")
# Grades of American schools: children of eleven are in the fifth or sixth.
ELEVEN_YEARS_OLD = 6.0
# Of fewer words one long one decides.
ENOUGH_WORDS = 25
NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def wordings(language: str) -> Iterator[tuple[str, str]]:
    for message in catalogue(language):
        if message.id:
            key = message.id if isinstance(message.id, str) else message.id[0]
            forms = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
            yield from ((key, form or "") for form in forms)


def as_read(wording: str) -> str:
    """Lines as sentences, placeholders as a short word, numbers as words: what the measure was made for."""
    text = re.sub(r"\{\w+\}", "May", plain(Html(wording)))
    text = re.sub(r"\d+", lambda found: NUMBERS[int(found[0])] if int(found[0]) < len(NUMBERS) else "many", text)
    lines = (line.strip().rstrip(".?:") for line in text.replace(" –", ".").split("\n"))
    return " ".join(f"{line}." for line in lines if line)


def conversation() -> list[tuple[str, str]]:
    return [
        (key, as_read(wording))
        for key, wording in wordings(FALLBACK)
        if key.startswith(PATIENTS) and not key.startswith(NO_CONVERSATION)
    ]


def test_the_measure_tells_plain_words_from_others() -> None:
    difficult = (
        "Notwithstanding considerable interindividual variability, immunoglobulin administration necessitates care."
    )
    assert textstat.flesch_kincaid_grade(difficult) > 15
    assert textstat.flesch_kincaid_grade("How strong was your pain today? Tap a number.") < 3


def test_what_patients_read_together_is_plain() -> None:
    texts = conversation()
    assert len(texts) > 100, "they are found"
    assert textstat.flesch_kincaid_grade(" ".join(text for _, text in texts)) < ELEVEN_YEARS_OLD - 1


@pytest.mark.parametrize("key", sorted({key for key, text in conversation() if len(text.split()) >= ENOUGH_WORDS}))
def test_every_longer_text_is_plain(key: str) -> None:
    for known, text in conversation():
        if known == key:
            assert textstat.flesch_kincaid_grade(text) <= ELEVEN_YEARS_OLD, text


@pytest.mark.parametrize("language", languages())
def test_nothing_is_said_by_a_sign_alone(language: str) -> None:
    """No pictures in words, which a screen reader would spell out; and every button has a word or a number."""
    for key, wording in wordings(language):
        pictures = [sign for sign in wording if unicodedata.category(sign) == "So" and sign != "°"]
        assert pictures == [], f"{key}: {pictures}"
        if ".button." in key or key.endswith(".button"):
            assert re.search(r"\w", wording), key
