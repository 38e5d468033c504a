"""A folder of CSV files: courses, diary, and where present laboratory values and steroid doses.

Scores may have decimals; dates are YYYY-MM-DD. `courses.csv` may say `weight_kg`, `labs.csv` may say `upper_limit`.
"""

import math
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jobs.csv_table import Fault, Faults, Row, read_table
from jobs.cycle import Course, CourseStatus
from jobs.inputs import CourseDose, Inputs, LabValue
from jobs.scores import ITEMS, SCALE_HIGH, SCALE_LOW, Diary, DiaryDay
from jobs.steroids import SteroidStep

COURSES, DIARY, LABS, STEROIDS = "courses.csv", "diary.csv", "labs.csv", "steroids.csv"
COURSE_COLUMNS = ("start", "end", "dose_g_per_kg_per_day", "regimen", "status")
DIARY_COLUMNS = ("date", *ITEMS)
LAB_COLUMNS = ("date", "analyte", "value", "unit")
STEROID_COLUMNS = ("from", "to", "drug", "dose_mg")
STATUSES = ("given", "planned", "cancelled")
TIMELINESS = ("on_time", "late")
DAY_FORM = "YYYY-MM-DD"
MOST_GRAMS_PER_KG = 5
MOST_KILOGRAMS = 500


@dataclass(frozen=True)
class _CourseRow:
    row: Row
    start: date
    end: date
    planned_start: date | None
    regimen: str
    status: CourseStatus
    dose: CourseDose


def read_folder(path: Path) -> Inputs | list[Fault]:
    """What the files hold, or every fault in them, by file and line."""
    faults = Faults()
    if not path.is_dir():
        faults.add(str(path), None, None, "no_folder")
        return faults.found
    courses = _courses(path, faults)
    diary = _diary(path, faults)
    labs = _labs(path, faults)
    steroids = _steroids(path, faults)
    if faults.found:
        files = (COURSES, DIARY, LABS, STEROIDS)
        return sorted(faults.found, key=lambda fault: (files.index(fault.file), fault.line or 0, fault.column or ""))
    return Inputs(
        courses=tuple(
            Course(number, row.start, row.end, row.regimen, row.status, row.planned_start)
            for number, row in enumerate(courses, start=1)
        ),
        doses={number: row.dose for number, row in enumerate(courses, start=1)},
        diary=Diary(tuple(diary)),
        labs=tuple(labs),
        steroids=tuple(steroids),
    )


def _courses(folder: Path, faults: Faults) -> list[_CourseRow]:
    """By date, cancelled ones left out."""
    found = [
        course for row in read_table(folder, COURSES, COURSE_COLUMNS, faults) if (course := _course(row)) is not None
    ]
    found.sort(key=lambda course: (course.start, course.row.line))
    for k, later in enumerate(found[1:]):
        earlier = found[k]
        if later.start <= earlier.end:
            later.row.fault("start", "overlap", f">{earlier.end.isoformat()}")
    return found


def _course(row: Row) -> _CourseRow | None:
    status = row.choice("status", STATUSES)
    planned, start, end = (row.day(column) for column in ("planned_start", "start", "end"))
    if status == "cancelled":
        return None
    if not row.text("start") and status == "planned":
        start = planned
        if not row.text("planned_start"):
            row.fault("start", "cell_empty", DAY_FORM)
    else:
        row.required("start", DAY_FORM)
    if not row.text("end") and status == "planned":
        end = start
    else:
        row.required("end", DAY_FORM)
    row.required("dose_g_per_kg_per_day", f">0..{MOST_GRAMS_PER_KG}")
    dose = row.number("dose_g_per_kg_per_day", 0, MOST_GRAMS_PER_KG, above=True)
    weight = row.number("weight_kg", 0, MOST_KILOGRAMS, above=True)
    if start is None or end is None:
        return None
    if end < start:
        row.fault("end", "ends_before_start", f">={start.isoformat()}")
        return None
    if status is None or dose is None:
        return None
    return _CourseRow(
        row=row,
        start=start,
        end=end,
        planned_start=planned,
        regimen=row.text("regimen") or f"{(end - start).days + 1}x{dose:g}",
        status="given" if status == "given" else "planned",
        dose=CourseDose(dose, weight),
    )


def _diary(folder: Path, faults: Faults) -> list[DiaryDay]:
    """Days with at least one score; a line without any is a missing day."""
    found = []
    lines: dict[date, int] = {}
    for row in read_table(folder, DIARY, DIARY_COLUMNS, faults):
        row.required("date", DAY_FORM)
        day = row.day("date")
        pain, tiredness, weakness, exertion_pain = (row.number(item, SCALE_LOW, SCALE_HIGH) for item in ITEMS)
        late = _late(row, day)
        if day is None:
            continue
        if day in lines:
            row.fault("date", "date_twice", f"line {lines[day]}")
            continue
        lines[day] = row.line
        entry = DiaryDay(day, pain, tiredness, weakness, exertion_pain, late)
        if any(value is not None for value in entry.values):
            found.append(entry)
    return found


def _late(row: Row, day: date | None) -> bool:
    """As it is marked; where it is not, an entry made on a later day than its own is late."""
    entered = row.moment("entered_at")
    if row.text("timeliness"):
        return row.choice("timeliness", TIMELINESS) == "late"
    return entered is not None and day is not None and entered.date() > day


def _labs(folder: Path, faults: Faults) -> list[LabValue]:
    found = []
    for row in read_table(folder, LABS, LAB_COLUMNS, faults, may_be_absent=True):
        held = [
            row.required(column, form) for column, form in zip(LAB_COLUMNS, (DAY_FORM, "CK", ">0", "U/l"), strict=True)
        ]
        day, value = row.day("date"), row.number("value", 0, math.inf, above=True)
        limit = row.number("upper_limit", 0, math.inf, above=True)
        if all(held) and day is not None and value is not None:
            found.append(LabValue(day, row.text("analyte"), value, row.text("unit"), limit))
    return sorted(found, key=lambda lab: (lab.day, lab.analyte))


def _steroids(folder: Path, faults: Faults) -> list[SteroidStep]:
    """By date. An empty `to` means still taken."""
    found: list[tuple[SteroidStep, Row]] = []
    for row in read_table(folder, STEROIDS, STEROID_COLUMNS, faults, may_be_absent=True):
        held = [row.required(*each) for each in (("from", DAY_FORM), ("drug", "prednisone"), ("dose_mg", "0"))]
        start, end = row.day("from"), row.day("to")
        dose = row.number("dose_mg", 0, math.inf)
        alternate = row.number("alternate_dose_mg", 0, math.inf)
        if not all(held) or start is None or dose is None or (end is None and row.text("to")):
            continue
        if end is not None and end < start:
            row.fault("to", "ends_before_start", f">={start.isoformat()}")
            continue
        found.append((SteroidStep(start, end, row.text("drug"), dose, alternate), row))
    found.sort(key=lambda pair: pair[0].start)
    for k, (later, row) in enumerate(found):
        same = [earlier for earlier, _ in found[:k] if earlier.drug == later.drug]
        if same and later.start <= same[-1].last:
            row.fault("from", "overlap", f">{same[-1].last.isoformat()}")
    return [step for step, _ in found]
