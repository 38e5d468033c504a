"""Everything that the answer for one patient is computed from, wherever it was read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from jobs.cycle import Course
from jobs.scores import Diary
from jobs.steroids import SteroidStep

CREATINE_KINASE, WEIGHT = "CK", "weight"


@dataclass(frozen=True)
class CourseDose:
    """`grams_per_kg_per_day`: on each infusion day. `weight_kg`: at the time of the course; None where unknown."""

    grams_per_kg_per_day: float
    weight_kg: float | None = None


@dataclass(frozen=True)
class LabValue:
    day: date
    analyte: str
    value: float
    unit: str
    upper_limit: float | None = None


@dataclass(frozen=True)
class Prices:
    """What the team pays, in its own currency; None where no price is set."""

    currency: str
    per_gram: float | None = None
    per_day: float | None = None


@dataclass(frozen=True)
class Inputs:
    """`courses`: by date, cancelled ones left out. `doses`: by course number."""

    courses: tuple[Course, ...]
    doses: Mapping[int, CourseDose]
    diary: Diary
    labs: tuple[LabValue, ...] = ()
    steroids: tuple[SteroidStep, ...] = ()
    prices: Prices | None = None
