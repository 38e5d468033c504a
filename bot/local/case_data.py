"""The synthetic case, from the CSV files beside this module: courses, diary, creatine kinase, steroid doses."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from storage.models import Item

FOLDER = Path(__file__).parent / "case"
# The limit that the published figure draws; the files hold the values alone.
CREATINE_KINASE_LIMIT = 195.0
# From the text: 1 mg/kg of prednisone was 90 mg.
WEIGHT_KG = 90.0


@dataclass(frozen=True)
class CaseCourse:
    planned_start: date
    start: date
    end: date
    grams_per_kg_per_day: float
    regimen: str | None


@dataclass(frozen=True)
class CaseEntry:
    """A diary day that was answered. `entered_at`: local time, without a zone."""

    day: date
    values: dict[str, int]
    entered_at: datetime
    late: bool


def _rows(name: str) -> Iterator[dict[str, str]]:
    with (FOLDER / name).open(newline="", encoding="utf-8") as file:
        yield from csv.DictReader(file)


def courses() -> list[CaseCourse]:
    return [
        CaseCourse(
            planned_start=date.fromisoformat(row["planned_start"]),
            start=date.fromisoformat(row["start"]),
            end=date.fromisoformat(row["end"]),
            grams_per_kg_per_day=float(row["dose_g_per_kg_per_day"]),
            regimen=row["regimen"],
        )
        for row in _rows("courses.csv")
    ]


def entries() -> dict[date, CaseEntry]:
    """By day; a day without an entry is absent."""
    return {
        date.fromisoformat(row["date"]): CaseEntry(
            day=date.fromisoformat(row["date"]),
            values={item: int(row[item.value]) for item in Item},
            entered_at=datetime.fromisoformat(row["entered_at"]),
            late=row["timeliness"] == "late",
        )
        for row in _rows("diary.csv")
        if row["entered_at"]
    }


def first_day() -> date:
    return date.fromisoformat(next(_rows("diary.csv"))["date"])


def creatine_kinase() -> list[tuple[date, float]]:
    """(day, U/l)."""
    return [
        (date.fromisoformat(row["date"]), float(row["value"])) for row in _rows("labs.csv") if row["analyte"] == "CK"
    ]


@dataclass(frozen=True)
class CaseSteroid:
    start: date
    end: date
    drug: str
    dose_mg: float
    alternate_dose_mg: float


def steroids() -> list[CaseSteroid]:
    return [
        CaseSteroid(
            start=date.fromisoformat(row["from"]),
            end=date.fromisoformat(row["to"]),
            drug=row["drug"],
            dose_mg=float(row["dose_mg"]),
            alternate_dose_mg=float(row["alternate_dose_mg"]),
        )
        for row in _rows("steroids.csv")
    ]
