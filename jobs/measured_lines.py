"""What is typed about a measurement in one line, pure: `1250 <195 12 Mar`, `82,5`, `prednisone 30/20 from 1 Mar`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jobs import measured, reading
from jobs.csv_files import KINASE_UNITS, times
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.refusals import Refusal
from jobs.zone_names import plain

# What is measured has been: a day without its year is of this long ago at most.
PAST_DAYS = 300
_NUMBER = r"[0-9]{1,9}(?:[.,][0-9]{1,9})?"
_LIMIT = re.compile(rf"<\s*=?\s*({_NUMBER})(?![0-9.,])|\(\s*<?\s*=?\s*({_NUMBER})\s*\)")
_UNITS = {CREATINE_KINASE: r"[^\W\d_]*kat/l|i?u/l", WEIGHT: "kg"}
_DOSE = re.compile(rf"({_NUMBER})(?:\s*(?:mg)?\s*/\s*({_NUMBER}))?\s*(?:mg)?(?:\s+(.*))?", re.IGNORECASE)
# Twelve and a half, or twelve thousand five hundred: each is written so somewhere, and in the bot's own messages.
_TWO_NUMBERS = re.compile(r"([1-9][0-9]{0,2})[.,]([0-9]{3})")


@dataclass(frozen=True)
class ValueLine:
    """In U/l or kg; `upper_limit` None where none was said."""

    value: float
    upper_limit: float | None
    day: date


@dataclass(frozen=True)
class StepLine:
    """mg a day, in turn with `alternate`; `end` None: still taken."""

    drug: str
    dose: float
    alternate: float | None
    start: date
    end: date | None


@dataclass(frozen=True)
class StopLine:
    """`day`: the last on which it is taken."""

    drug: str
    day: date


@dataclass(frozen=True)
class Words:
    """What stands before the first day, before the last one, and for the end; without capitals and accents."""

    start: frozenset[str]
    end: frozenset[str]
    stop: frozenset[str]


@dataclass(frozen=True)
class Days:
    """How days are read: `locales` as in `reading.parse_date`."""

    today: date
    locales: tuple[str, ...]

    def read(self, text: str) -> date:
        """Today for none. Refusal for what is no day."""
        if not text.strip():
            return self.today
        return reading.day_said(text, self.today, self.locales, PAST_DAYS)


def read_value(analyte: str, text: str, days: Days) -> ValueLine:
    """A number, its unit if one is said, for CK the upper limit as `<195` or `(195)`, and the day."""
    limit = None
    if analyte == CREATINE_KINASE and (found := _LIMIT.search(text)) is not None:
        limit = found[1] or found[2]
        text = f"{text[: found.start()]} {text[found.end() :]}"
    match = re.fullmatch(rf"({_NUMBER})\s*({_UNITS[analyte]})?(?:\s+(.*))?", text.strip(), re.IGNORECASE)
    if match is None or (factor := _factor(analyte, match[2])) is None:
        raise Refusal("measure.not_read_ck" if analyte == CREATINE_KINASE else "measure.not_read_weight")
    if analyte == CREATINE_KINASE and factor == 1:
        _check_read_in_one_way(match[1], limit)
    upper_limit = None if limit is None else times(_number(limit), factor)
    return ValueLine(times(_number(match[1]), factor), upper_limit, days.read(match[3] or ""))


def _factor(analyte: str, unit: str | None) -> int | None:
    """How many of ours one of that unit is; None for an unknown one."""
    if unit is None or analyte != CREATINE_KINASE:
        return 1
    return KINASE_UNITS.get(unit.casefold())


def _number(typed: str) -> float:
    """Of what `_NUMBER` has found."""
    return float(typed.replace(",", "."))


def _check_read_in_one_way(*typed: str | None) -> None:
    """Where thousands are usual, what may be a thousand times as much is not guessed at. As in a table."""
    for each in typed:
        if each is not None and (twice := _TWO_NUMBERS.fullmatch(each)) is not None:
            raise Refusal("measure.two_numbers", typed=each, large=f"{twice[1]}{twice[2]}", small=_number(each))


def read_steroid(text: str, days: Days, words: Words) -> StepLine | StopLine:
    """`prednisone 30/20 from 1 Mar to 30 Mar`, `stop prednisone 3 Apr`, `prednisone stop`."""
    said = text.split()
    known = [plain(each) for each in said]
    stops = [place for place in (0, 1) if place < len(known) and known[place] in words.stop]
    if stops and len(said) > 1:
        rest = said[2:]
        if rest and plain(rest[0]) in words.start | words.end:
            rest = rest[1:]
        return StopLine(read_drug(said[1 - stops[0]]), days.read(" ".join(rest)))
    first = next((place for place, each in enumerate(said) if each[0].isdigit()), len(said))
    match = _DOSE.fullmatch(" ".join(said[first:])) if first else None
    if match is None:
        raise Refusal("measure.not_read_steroid")
    dose, alternate = read_doses(match[1], match[2])
    start, end = _span((match[3] or "").split(), days, words)
    return StepLine(read_drug(" ".join(said[:first])), dose, alternate, start, end)


def read_drug(text: str) -> str:
    """Refusal for what is no name of a drug."""
    drug = measured.drug_named(text)
    if drug is None:
        raise Refusal("measure.no_drug", most=measured.LONGEST_DRUG)
    return drug


def read_dose(text: str) -> tuple[float, float | None]:
    """`15`, `15 mg`, `30/20`: mg a day, or in turn. Refusal for anything else."""
    match = _DOSE.fullmatch(text.strip())
    if match is None or match[3]:
        raise Refusal("measure.no_dose")
    return read_doses(match[1], match[2])


def read_doses(each_day: str, in_turn: str | None) -> tuple[float, float | None]:
    _check_read_in_one_way(each_day, in_turn)
    dose, other = _number(each_day), None if in_turn is None else _number(in_turn)
    return dose, None if other == dose else other


def _span(said: Sequence[str], days: Days, words: Words) -> tuple[date, date | None]:
    """The first day, today where none is said, and the last."""
    known = [plain(each) for each in said]
    turn = next((place for place, each in enumerate(known) if each in words.end), len(said))
    began = said[1:turn] if known and known[0] in words.start else said[:turn]
    ends = " ".join(said[turn + 1 :])
    if (known and known[0] in words.start and not began) or (turn < len(said) and not ends):
        raise Refusal("measure.not_read_steroid")
    return days.read(" ".join(began)), days.read(ends) if ends else None
