"""Diaries for the tests of the method: days count from DAY_0, courses are (first day, last day, regimen)."""

import csv
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path

import bot.local
from jobs.cycle import Course
from jobs.inputs import CourseDose, Inputs, LabValue
from jobs.scores import ITEMS, Diary, DiaryDay
from jobs.steroids import SteroidStep
from jobs.wearing_off import analyse
from jobs.wearing_off.effects import SymptomAnalysis

DAY_0 = date(2026, 1, 1)
CASE = Path(bot.local.__file__).parent / "case"

Span = tuple[int, int, str]

FIVE: tuple[Span, ...] = tuple((start, start, "A") for start in (0, 28, 56, 84, 112))
CHANGING: tuple[Span, ...] = ((0, 1, "A"), (28, 29, "A"), (51, 52, "A"), (79, 80, "B"), (112, 113, "B"))


def day(number: int) -> date:
    return DAY_0 + timedelta(days=number)


def courses_on(spans: Iterable[Span]) -> tuple[Course, ...]:
    return tuple(
        Course(number, day(first), day(last), regimen, "given")
        for number, (first, last, regimen) in enumerate(spans, start=1)
    )


def series(score: Callable[[int], float | None], length: int, without: Iterable[int] = ()) -> dict[int, float]:
    """The days that have a score, from a function of the day number."""
    left_out = set(without)
    found = {number: score(number) for number in range(length) if number not in left_out}
    return {number: value for number, value in found.items() if value is not None}


def diary_with(scores: Mapping[int, float], late: Iterable[int] = (), not_asked: Iterable[int] = ()) -> Diary:
    """A diary of pain alone."""
    tardy = set(late)
    return Diary(
        tuple(DiaryDay(day(number), pain=score, late=number in tardy) for number, score in scores.items()),
        frozenset(day(number) for number in not_asked),
    )


def pain(spans: Iterable[Span], scores: Mapping[int, float], today: int | None = None) -> SymptomAnalysis:
    """The analysis of pain, looked at on the diary's last day if on no other."""
    seen = max(scores) if today is None else today
    return analyse(courses_on(spans), diary_with(scores), day(seen)).symptoms["pain"]


def steady(number: int) -> float:
    return 2 + 0.02 * number


def peaks(number: int) -> float:
    """1 to 7 on the seven days before each course of FIVE but the first, else 0."""
    return next((8.0 - (start - number) for start, _, _ in FIVE[1:] if 1 <= start - number <= 7), 0.0)


def jagged(number: int) -> float | None:
    return None if number % 9 == 4 else float((3 * number * number + 5 * number) % 7)


def _rows(name: str) -> list[dict[str, str]]:
    with (CASE / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _entry(row: dict[str, str]) -> DiaryDay:
    pain, tiredness, weakness, exertion_pain = (float(row[item]) if row[item] else None for item in ITEMS)
    return DiaryDay(
        date.fromisoformat(row["date"]), pain, tiredness, weakness, exertion_pain, late=row["timeliness"] == "late"
    )


def case() -> Inputs:
    """The case, read here by other means than the product's own reader."""
    on = date.fromisoformat
    rows = _rows("courses.csv")
    return Inputs(
        courses=tuple(
            Course(number, on(row["start"]), on(row["end"]), row["regimen"], "given", on(row["planned_start"]))
            for number, row in enumerate(rows, start=1)
        ),
        doses={
            number: CourseDose(float(row["dose_g_per_kg_per_day"]), weight_kg=90.0)
            for number, row in enumerate(rows, start=1)
        },
        diary=Diary(tuple(_entry(row) for row in _rows("diary.csv") if row["entered_at"])),
        labs=tuple(
            LabValue(on(row["date"]), row["analyte"], float(row["value"]), row["unit"]) for row in _rows("labs.csv")
        ),
        steroids=tuple(
            SteroidStep(
                on(row["from"]), on(row["to"]), row["drug"], float(row["dose_mg"]), float(row["alternate_dose_mg"])
            )
            for row in _rows("steroids.csv")
        ),
    )


CASE_LAST_DAY = date(2000, 1, 30)
