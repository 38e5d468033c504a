"""The answer as a chart shows it: numbers with the few words that stand beside them, and tables for print. PURE."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CourseMark:
    """One course in the forest: D with its 95 % interval, points. Without a difference `words` say why.

    `before`, `settled`: the means of the week before it and of the days well after the previous course, as they are
    written; empty where there are too few days.
    """

    course: int
    regimen: str
    difference: float | None
    low: float | None
    high: float | None
    provisional: bool
    words: str
    before: str = ""
    settled: str = ""


@dataclass(frozen=True)
class RegimenMark:
    """A regimen's courses together. Without a verdict there is no estimate to draw, only `words`.

    `label`, `label_short`: its name. `line`: estimate, interval, counts and verdict; `line_short`: without the counts.
    `words`: the verdict.
    """

    regimen: str
    label: str
    label_short: str
    estimate: float | None
    low: float | None
    high: float | None
    words: str
    line: str
    line_short: str = ""


@dataclass(frozen=True)
class SymptomAnswer:
    """One symptom: `courses` by date, `regimens` in order of first use."""

    label: str
    courses: tuple[CourseMark, ...]
    regimens: tuple[RegimenMark, ...]


@dataclass(frozen=True)
class SteroidStrip:
    """One drug: (first day, last day, mg a day), by day."""

    label: str
    steps: tuple[tuple[date, date, float], ...]


@dataclass(frozen=True)
class Table:
    """For print: every row as long as the header. The first `keys` columns say what a row is about."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 1

    def __post_init__(self) -> None:
        if any(len(row) != len(self.header) for row in self.rows):
            raise ValueError(f"{self.title}: a row is not as long as the header")
