"""What a typed line says to the check-in, pure: one answer, all of them, or some by name; in digits or in words.

The words are the catalogue's, so that a new language needs no code: `check_in.words.*`, alternatives apart by "/".
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bot.texts import Texts, plain, texts_in
from jobs.refusals import Refusal
from storage.models import Item

SCALE = range(11)
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
    typed: str

    @property
    def value(self) -> int:
        """Refusal off the scale."""
        if len(self.typed) > 6 or int(self.typed) not in SCALE:
            raise Refusal("check_in.out_of_range", typed=self.typed[:6] + ("…" if len(self.typed) > 6 else ""))
        return int(self.typed)


_Token = _Number | Item | str
_SKIP, _OF = "skip", "of"


def read(line: str, items: Sequence[Item], question: Item | None, language: str) -> dict[Item, int | None] | None:
    """The answers in a line, by item; None for what is no answer, or one number where nothing is asked.

    `7`, `7/10`, `seven`, `skip` answer `question`; `3 2 2 4` answers all `items` in their order; `pain 3, weakness 2`
    those it names. Refusal for a number off the scale, a fraction, or several numbers but not as many as the items.
    """
    text = normalised(line)
    if len(line) > LONGEST_ANSWER or _OTHERWISE.search(text):
        return None
    if _DECIMAL.search(text) or _RANGE.fullmatch(text.strip()):
        raise Refusal("check_in.whole_numbers")
    tokens = list(_tokens(text, language))
    if any(token == "" for token in tokens) or not any(isinstance(t, _Number) or t == _SKIP for t in tokens):
        return None
    if isinstance(tokens[0], Item):
        return _by_name(tokens)
    if any(isinstance(token, Item) for token in tokens):
        return None
    if len(tokens) == 1:
        return None if question is None else {question: _value(tokens[0])}
    values = [_value(token) for token in tokens]
    if len(values) != len(items):
        raise Refusal("check_in.not_as_many", count=len(values), of=len(items))
    return dict(zip(items, values, strict=True))


def _by_name(tokens: Sequence[_Token]) -> dict[Item, int | None] | None:
    """Each name with the value behind it; None where one has none, or two, or is named twice."""
    answers: dict[Item, int | None] = {}
    for name, value in zip(tokens[::2], tokens[1::2], strict=False):
        if not isinstance(name, Item) or isinstance(value, Item) or name in answers:
            return None
        answers[name] = _value(value)
    return answers if len(tokens) % 2 == 0 else None


def _value(token: _Token) -> int | None:
    return token.value if isinstance(token, _Number) else None


def _tokens(text: str, language: str) -> Iterator[_Token]:
    """Numbers, names and skips; "" for anything else. What only stands between is left out, and `/10` too."""
    words = _words(language)
    rest = [words.number.get(word, word) for word in _TOKEN.findall(_named(text, words))]
    while rest:
        word = rest.pop(0)
        if word in _BETWEEN:
            continue
        if word.lstrip("-").isdecimal():
            if rest and rest[0] == "/":
                if rest[1:2] != ["10"]:
                    yield ""
                del rest[:2]
            yield _Number(word)
        elif word in words.named:
            yield words.named[word]
        else:
            yield _SKIP if word in words.skip else ""


def _named(text: str, words: "_Words") -> str:
    """The text with each item's name as one word, the longest name first: pain on exertion is not pain."""
    for phrase, mark in words.phrases:
        text = re.sub(rf"(?<!\w){re.escape(phrase)}(?!\w)", mark, text)
    return text


@dataclass(frozen=True)
class _Words:
    """`phrases`: (phrase, the word that stands for it), the longest first. `number`: word -> digits."""

    phrases: Sequence[tuple[str, str]]
    named: Mapping[str, Item]
    number: Mapping[str, str]
    skip: frozenset[str]


@cache
def _words(language: str) -> _Words:
    texts = texts_in(language)
    # Letters alone, so that each stays one word; and none that anybody would type.
    marks = {item: f"item{chr(ord('a') + index)}item" for index, item in enumerate(Item)}
    phrases = [(phrase, "/") for phrase in _alternatives(texts, "check_in.words.of")]
    for item, mark in marks.items():
        phrases.append((normalised(plain(texts(f"item.{item.value}"))), mark))
        phrases += [(phrase, mark) for phrase in _alternatives(texts, f"check_in.words.{item.value}")]
    number = {word: str(value) for value in SCALE for word in _alternatives(texts, f"check_in.words.{value}")}
    return _Words(
        sorted(phrases, key=lambda pair: len(pair[0]), reverse=True),
        {mark: item for item, mark in marks.items()},
        number,
        frozenset(_alternatives(texts, "check_in.words.skip")),
    )


def _alternatives(texts: Texts, key: str) -> list[str]:
    return [normalised(word) for word in plain(texts(key)).split("/")]


def is_answer(line: str, items: Sequence[Item], language: str) -> bool:
    """Whether it was meant as an answer, on the scale or not."""
    try:
        return read(line, items, items[0], language) is not None
    except Refusal:
        return True


def normalised(text: str) -> str:
    """Without capitals, accents and typographic variants: what is meant by stiff fingers and by any keyboard."""
    digits = "".join(str(unicodedata.decimal(letter, letter)) for letter in text)
    apart = unicodedata.normalize("NFD", digits.casefold())
    bare = "".join(letter for letter in apart if not unicodedata.category(letter).startswith("M"))
    return re.sub("[\u2010-\u2015\u2212]", "-", re.sub("[\u2018\u2019]", "'", bare))
