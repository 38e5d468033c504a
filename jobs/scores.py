"""A diary as the analysis reads it: one entry a day, four scores, and the days on which nobody asked."""

from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal, get_args

Symptom = Literal["pain", "tiredness", "weakness", "exertion_pain", "mean"]

SYMPTOMS: tuple[Symptom, ...] = get_args(Symptom)
ITEMS = SYMPTOMS[:-1]
SCALE_LOW, SCALE_HIGH = 0, 10
# Asked beside the four, where a team wants to know; kept and handed out, no part of the answer.
STAIRS, MOST_FLIGHTS = "stairs", 99


@dataclass(frozen=True)
class DiaryDay:
    """The latest revision of one day's answers, 0-10 each; None where an item was skipped or never asked."""

    day: date
    pain: float | None = None
    tiredness: float | None = None
    weakness: float | None = None
    exertion_pain: float | None = None
    late: bool = False

    def __post_init__(self) -> None:
        wrong = [value for value in self.values if value is not None and not SCALE_LOW <= value <= SCALE_HIGH]
        if wrong:
            raise ValueError(f"{self.day}: {wrong} is not on the scale from 0 to 10")

    @property
    def values(self) -> tuple[float | None, ...]:
        """In the order of ITEMS."""
        return (self.pain, self.tiredness, self.weakness, self.exertion_pain)

    def score(self, symptom: Symptom) -> float | None:
        """One symptom's score, or the mean of the items answered that day; None where there is none."""
        if symptom != "mean":
            score: float | None = getattr(self, symptom)
            return score
        answered = [value for value in self.values if value is not None]
        return sum(answered) / len(answered) if answered else None


@dataclass(frozen=True)
class Diary:
    """`days`: by day, each day once. `not_asked`: pauses, and days on which the bot failed to ask.

    A day in neither is missing: the patient was asked and did not answer. ValueError for a day that comes twice.
    """

    days: tuple[DiaryDay, ...]
    not_asked: frozenset[date] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "days", tuple(sorted(self.days, key=lambda entry: entry.day)))
        for earlier, later in pairwise(self.days):
            if earlier.day == later.day:
                raise ValueError(f"{later.day} has two entries: give the latest revision only")

    def until(self, today: date) -> "Diary":
        """What is known on `today`, that day included."""
        return Diary(tuple(entry for entry in self.days if entry.day <= today), self.not_asked)

    def scores(self, symptom: Symptom) -> dict[date, float]:
        """Score by day, only days that have one."""
        pairs = ((entry.day, entry.score(symptom)) for entry in self.days)
        return {day: score for day, score in pairs if score is not None}

    def late_days(self) -> frozenset[date]:
        return frozenset(entry.day for entry in self.days if entry.late)

    def last_day(self) -> date | None:
        return self.days[-1].day if self.days else None
