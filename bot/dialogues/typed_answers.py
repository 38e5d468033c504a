"""What a typed line says to the check-in, pure: one answer, all of them, or some by name; in digits or in words.

The words are the catalogue's, so that a new language needs no code: `check_in.words.*`, alternatives apart by "/".
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.dialogues.wording import name_of
from bot.texts import Texts, plain, texts_in
from jobs.refusals import Refusal
from storage.models import STAIRS
from storage.questions import SCALE, STANDARD, DiaryQuestion

# Longer lines are told to somebody, and are no answer.
LONGEST_ANSWER = 120
_DECIMAL = re.compile(r"(?<![\d.,])\d*[.,]\d+(?![.,]?\d)")
_RANGE = re.compile(r"\d+\s*-\s*\d+")
# Hours, and ranges beside each other, are told to somebody.
_OTHERWISE = re.compile(r"\d:\d|\d\s*-\s*\d+\s*[,;\s]\s*\d+\s*-\s*\d")
_TOKEN = re.compile(r"(?<!\d)-\d+|\d+|[^\W\d_]+|[^\s\w]|_")
_BETWEEN = frozenset(",;:.!&=-")


@dataclass(frozen=True)
class _Number:
    """`of_ten`: as in `7/10`."""

    typed: str
    of_ten: bool

    def on(self, scale: range) -> int:
        """Refusal off the scale."""
        if self.of_ten and scale != SCALE:
            raise Refusal("check_in.whole_numbers", most=scale[-1])
        if len(self.typed) > 6 or int(self.typed) not in scale:
            typed = self.typed[:6] + ("…" if len(self.typed) > 6 else "")
            raise Refusal("check_in.out_of_range", typed=typed, most=scale[-1])
        return int(self.typed)


_Token = _Number | DiaryQuestion | str
_SKIP = "skip"
_MARK = "item"
# As many of these as there are questions show how all are answered at once.
_EXAMPLE = "3 2 2 4 3 2 4 3 2"


def read(
    line: str,
    questions: Sequence[DiaryQuestion],
    asked: DiaryQuestion | None,
    language: str,
    left: Sequence[DiaryQuestion] = (),
) -> dict[str, int | None] | None:
    """The answers in a line, by item; None for what is no answer, or one number where nothing is asked.

    `7`, `7/10`, `seven`, `skip` answer what is `asked`; `3 2 2 4` answers all `questions` in their order, or as many as
    are `left`; `pain 3, weakness 2` or `3 pain, 2 weakness` those it names. Refusal for a number off its scale, a
    fraction, or several numbers but as many as neither.
    """
    words = _words(language)
    named = _named_by(questions, words, language)
    text = _marked(normalised(line), words, named)
    if len(line) > LONGEST_ANSWER or _OTHERWISE.search(text):
        return None
    if _DECIMAL.search(text) or _RANGE.fullmatch(text.strip()):
        raise Refusal("check_in.whole_numbers", most=(asked.scale if asked is not None else SCALE)[-1])
    text = _without_small_words(text, words)
    tokens = list(_tokens(text, words, {_mark(place): each for place, each in enumerate(questions)}))
    if any(token == "" for token in tokens) or not any(isinstance(t, _Number) or t == _SKIP for t in tokens):
        return None
    if any(isinstance(token, DiaryQuestion) for token in tokens):
        return _by_name(tokens if isinstance(tokens[0], DiaryQuestion) else _turned(tokens))
    if len(tokens) == 1:
        return None if asked is None else {asked.key: _value(tokens[0], asked)}
    answered = left if len(tokens) == len(left) else questions
    if len(tokens) != len(answered):
        raise _not_as_many(len(tokens), len(left), len(questions))
    return {each.key: _value(token, each) for each, token in zip(answered, tokens, strict=True)}


def _not_as_many(count: int, left: int, of: int) -> Refusal:
    if 1 < left < of:
        return Refusal("check_in.not_as_many_left", count=count, left=left, of=of)
    return Refusal("check_in.not_as_many", count=count, of=of, example=" ".join(_EXAMPLE.split()[:of]))


def _turned(tokens: Sequence[_Token]) -> list[_Token]:
    """Each value behind its name, where all stand before: `3 pain` says what `pain 3` does."""
    pairs = zip(tokens[1::2], tokens[::2], strict=False)
    return [*(token for pair in pairs for token in pair), *tokens[len(tokens) // 2 * 2 :]]


def _by_name(tokens: Sequence[_Token]) -> dict[str, int | None] | None:
    """Each name with the value behind it; None where one has none, or two, or is named twice."""
    answers: dict[str, int | None] = {}
    for name, value in zip(tokens[::2], tokens[1::2], strict=False):
        if not isinstance(name, DiaryQuestion) or isinstance(value, DiaryQuestion) or name.key in answers:
            return None
        answers[name.key] = _value(value, name)
    return answers if len(tokens) % 2 == 0 else None


def _value(token: _Token, asked: DiaryQuestion) -> int | None:
    return token.on(asked.scale) if isinstance(token, _Number) else None


def _tokens(text: str, words: "_Words", named: Mapping[str, DiaryQuestion]) -> Iterator[_Token]:
    """Numbers, questions and skips; "" for anything else. What only stands between is left out, and `/10` too."""
    rest = [words.number.get(word, word) for word in _TOKEN.findall(text)]
    while rest:
        word = rest.pop(0)
        if word in _BETWEEN:
            continue
        if word.lstrip("-").isdecimal():
            of_ten = rest[:1] == ["/"]
            if of_ten:
                if rest[1:2] != ["10"]:
                    yield ""
                del rest[:2]
            yield _Number(word, of_ten)
        elif word in named:
            yield named[word]
        else:
            yield _SKIP if word in words.skip else ""


def _mark(place: int) -> str:
    """What stands for a question's name: letters alone, so that it stays one word; and none that anybody would type."""
    return f"{_MARK}{chr(ord('a') + place)}{_MARK}"


def _named_by(questions: Sequence[DiaryQuestion], words: "_Words", language: str) -> list[tuple[str, str]]:
    """(phrase, the mark that stands for it)."""
    texts = texts_in(language)
    return [
        (phrase, _mark(place))
        for place, each in enumerate(questions)
        for phrase in ([normalised(name_of(each, texts))] if each.wording else words.phrases[each.key])
    ]


def _marked(text: str, words: "_Words", named: Sequence[tuple[str, str]]) -> str:
    """The text with each name as one word, the longest name first: pain on exertion is not pain."""
    standing_for = [*named, *((phrase, "/") for phrase in words.of)]
    for phrase, mark in sorted(standing_for, key=lambda pair: len(pair[0]), reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", mark, text)
    return text


def _without_small_words(text: str, words: "_Words") -> str:
    """Beside a question's name: "my pain is 6" says no more than "pain 6"."""
    if _MARK not in text:
        return text
    return " ".join(word for word in text.split() if word not in words.small)


@dataclass(frozen=True)
class _Words:
    """Of a language. `phrases`: what our items are called, by key. `number`: word -> digits. `small`: that may stand
    beside a name.
    """

    phrases: Mapping[str, Sequence[str]]
    number: Mapping[str, str]
    skip: frozenset[str]
    of: frozenset[str]
    small: frozenset[str]


@cache
def _words(language: str) -> _Words:
    texts = texts_in(language)
    ours = (*(each.key for each in STANDARD), STAIRS)
    return _Words(
        {
            key: [normalised(plain(texts(f"item.{key}"))), *_alternatives(texts, f"check_in.words.{key}")]
            for key in ours
        },
        {word: str(value) for value in SCALE for word in _alternatives(texts, f"check_in.words.{value}")},
        frozenset(_alternatives(texts, "check_in.words.skip")),
        frozenset(_alternatives(texts, "check_in.words.of")),
        frozenset(_alternatives(texts, "check_in.words.small")),
    )


def is_understood_already(name: str, language: str) -> bool:
    """Whether this word means something else to the check-in: a number, a skip, or a question of ours."""
    words, said = _words(language), normalised(name)
    return said in {*words.number, *words.skip, *words.of} or any(said in phrases for phrases in words.phrases.values())


def _alternatives(texts: Texts, key: str) -> list[str]:
    return [normalised(word) for word in plain(texts(key)).split("/")]


def is_answer(line: str, questions: Sequence[DiaryQuestion], language: str) -> bool:
    """Whether it was meant as an answer, on the scale or not."""
    try:
        return read(line, questions, questions[0], language) is not None
    except Refusal:
        return True


def is_bare_answer(line: str, questions: Sequence[DiaryQuestion], language: str) -> bool:
    """Whether there is nothing in it but an answer, or numbers that might be one: no word that tells anything."""
    try:
        return read(line, questions, questions[0], language) is not None
    except Refusal:
        return not any(letter.isalpha() for letter in line)


def normalised(text: str) -> str:
    """Without capitals, accents and typographic variants: what is meant by stiff fingers and by any keyboard."""
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    apart = unicodedata.normalize("NFD", digits.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.category(letter).startswith("M"))
    return re.sub("[\u2010-\u2015\u2212]", "-", re.sub("[\u2018\u2019]", "'", bare))
