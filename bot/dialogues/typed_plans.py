"""What one line says of courses, pure: `12 Mar`, `3 Mar to 12 Mar`, `every 4 weeks x 6 from 3 Mar 0.8 g/kg 1 day`.

The words are the catalogue's, so that a new language needs no code: `typed_plan.words.*`, alternatives apart by "/".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from bot.dialogues.typed_answers import normalised
from bot.texts import plain, texts_in

# Longer lines are told to somebody, and are no plan.
LONGEST_PLAN = 120
# `g/kg`, `g/kg/day`, `g/kg a day`: what stands behind a dose, and is no part of the number.
UNIT = r"g\s*/\s*kg(?:\s*(?:/|a|per|par|pro)?\s*(?:day|d|jour|tag)(?!\w))?"
_NUMBER = r"\d+(?:[.,]\d+)?"
_TIMES = r"[x×*]"
# An arrow; a dash only where it stands alone, since dates have some too.
_ARROW = r"\s+-\s+|->|→"
# Of a sentence; a date is read without its last dot too.
_ENDS = " .!"
# What a form's interval is told in: `4w`, `28d`.
WEEKS, DAYS = "w", "d"
ReadDate = Callable[[str], date | None]


@dataclass(frozen=True)
class Move:
    """`old` None: it was not said which course. `later`: whether those after it move too; None: it was not said."""

    old: date | None
    new: date
    later: bool | None


def read_move(line: str, language: str, read_date: ReadDate) -> Move | None:
    """None for what cannot be read."""
    words, text = _words(language), normalised(line).strip(_ENDS)
    if len(line) > LONGEST_PLAN:
        return None
    later: bool | None = None
    for pattern, way in ((words.later, True), (words.only, False)):
        match = pattern.search(text)
        if match is not None:
            later, text = way, text[: match.start()]
            break
    old, new = _two_dates(words, text, read_date)
    return None if new is None else Move(old, new, later)


def _two_dates(words: "_Words", text: str, read_date: ReadDate) -> tuple[date | None, date | None]:
    """From which day to which. The first is None where there is one day alone, the second where none can be read."""
    parts = words.to.split(text)
    if len(parts) == 2:
        old, new = (read_date(_bare(part, words)) for part in parts)
        is_said = bool(_bare(parts[0], words))
        return (old, new) if old is not None or not is_said else (None, None)
    alone = read_date(_bare(text, words))
    if alone is not None:
        return None, alone
    said = _bare(text, words).split()
    pairs = [(read_date(" ".join(said[:k])), read_date(" ".join(said[k:]))) for k in range(1, len(said))]
    found = [pair for pair in pairs if None not in pair]
    return found[0] if len(found) == 1 else (None, None)


def read_series(line: str, language: str, read_date: ReadDate) -> dict[str, str] | None:
    """What the form of a series asks for, as far as the line says it: by question, as it would be typed there.

    None for what cannot be read.
    """
    words, rest = _words(language), f" {normalised(line).strip(_ENDS)} "
    if len(line) > LONGEST_PLAN:
        return None
    given: dict[str, str] = {}
    for pattern in words.clauses:
        match = pattern.search(rest)
        if match is None:
            continue
        said = {name: value for name, value in match.groupdict().items() if value is not None}
        if "unit" in said:
            given["every"] = _interval(said, words)
        else:
            found = {name.rstrip("_"): value for name, value in said.items()}
            if any(given.get(name, value) != value for name, value in found.items()):
                return None  # said twice, and not the same
            given |= found
        rest = f"{rest[: match.start()]};{rest[match.end() :]}"
    parts = [bare for part in rest.split(";") if (bare := _bare(part, words))]
    if not parts:
        return given
    start = read_date(parts[0]) if len(parts) == 1 else None
    return None if start is None else {**given, "start": start.isoformat()}


def read_interval(line: str, language: str) -> int | None:
    """Days from a number of weeks, `4`, or from `4 weeks`, `28 days`, `every 28 days`. None for what cannot be read."""
    words = _words(language)
    match = words.interval.fullmatch(normalised(line).strip())
    if match is None:
        return None
    unit = match["unit"]
    number = int(match["number"] or match["alone"] or 1)
    return number if unit is not None and words.day.fullmatch(unit) else 7 * number


def _interval(said: dict[str, str], words: "_Words") -> str:
    return f"{int(said.get('number', 1))}{DAYS if words.day.fullmatch(said['unit']) else WEEKS}"


def _bare(text: str, words: "_Words") -> str:
    """Without what only stands between."""
    text = text.strip(" ,;:")
    while (stripped := words.between.sub("", text).strip(" ,;:")) != text:
        text = stripped
    return text


@dataclass(frozen=True)
class _Words:
    """Of a language. `clauses`: what is looked for in a series, one after the other."""

    clauses: Sequence[re.Pattern[str]]
    interval: re.Pattern[str]
    day: re.Pattern[str]
    to: re.Pattern[str]
    later: re.Pattern[str]
    only: re.Pattern[str]
    between: re.Pattern[str]


@cache
def _words(language: str) -> _Words:
    every, week, day, times, to, later, only, between = (
        _any_of(language, name) for name in ("every", "week", "day", "times", "to", "later", "only", "between")
    )
    span = rf"(?:(?P<number>\d{{1,3}})\s*)?(?P<unit>{week}|{day}|{WEEKS}|{DAYS})(?!\w)"
    clauses = (
        rf"(?<!\w){every}\s*{span}",
        rf"(?<![\w.,])(?P<days>\d{{1,3}})\s*{_TIMES}\s*(?P<dose>{_NUMBER})\s*{UNIT}",
        rf"(?<![\w.,])(?P<dose>{_NUMBER})\s*{UNIT}",
        rf"(?<!\w)(?:{_TIMES}\s*(?P<times>\d{{1,3}})(?!\w)|(?P<times_>\d{{1,3}})\s*(?:{_TIMES}(?!\w)|{times}(?!\w)))",
        rf"(?<![\w.,])(?P<days>\d{{1,3}})\s*(?:{day}|{DAYS})(?!\w)",
    )
    return _Words(
        tuple(re.compile(clause) for clause in clauses),
        re.compile(rf"(?:{every}\s*)?(?:{span}|(?P<alone>\d{{1,3}}))"),
        re.compile(rf"{day}|{DAYS}"),
        re.compile(rf"{_ARROW}|(?<!\w){to}(?!\w)"),
        re.compile(rf"[\s,]*(?<!\w){later}\s*$"),
        re.compile(rf"[\s,]*(?<!\w){only}\s*$"),
        re.compile(rf"^{between}(?!\w)|(?<!\w){between}$"),
    )


def _any_of(language: str, name: str) -> str:
    phrases = plain(texts_in(language)(f"typed_plan.words.{name}")).split("/")
    return f"(?:{'|'.join(re.escape(normalised(phrase)) for phrase in phrases)})"
