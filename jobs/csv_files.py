"""A folder of CSV files: courses, diary, and where present laboratory values and steroid doses.

Scores may have decimals; dates are YYYY-MM-DD. `courses.csv` may say `weight_kg`, `labs.csv` may say `upper_limit`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Literal, get_args

from jobs.csv_table import MOST_AMOUNT, Fault, Faults, Row, read_table
from jobs.cycle import Course
from jobs.inputs import CREATINE_KINASE, CourseDose, Inputs, LabValue
from jobs.scores import ITEMS, SCALE_HIGH, SCALE_LOW, Diary, DiaryDay
from jobs.steroids import SteroidStep

Status = Literal["given", "planned", "cancelled"]

COURSES, DIARY, LABS, STEROIDS = "courses.csv", "diary.csv", "labs.csv", "steroids.csv"
COURSE_COLUMNS = ("start", "end", "dose_g_per_kg_per_day", "regimen", "status")
DIARY_COLUMNS = ("date", *ITEMS)
LAB_COLUMNS = ("date", "analyte", "value", "unit")
STEROID_COLUMNS = ("from", "to", "drug", "dose_mg")
STATUSES: tuple[Status, ...] = get_args(Status)
TIMELINESS = ("on_time", "late")
DAY_FORM = "YYYY-MM-DD"
MOST_GRAMS_PER_KG = 5
MOST_KILOGRAMS = 500
# What is longer is a slip in a year, and would be drawn day by day.
LONGEST_COURSE = timedelta(days=366)
KINASE_NAMES = frozenset({"ck", "creatine kinase"})
KINASE_UNIT = "U/l"
# In U/l. A unit turns over a micromole a minute and a katal a mole a second (SI Brochure, 9th ed., table 4), so a
# microkatal is 60 units. Keys are casefolded, which makes both signs for micro one.
KINASE_UNITS = {"u/l": 1, "iu/l": 1, "ukat/l": 60, "\u03bckat/l": 60}
KINASE_UNIT_CHOICES = "U/l|IU/l|ukat/l"
# Characters that a diary holds.
LONGEST = {"regimen": 40, "analyte": 16, "unit": 16, "drug": 40}


@dataclass(frozen=True)
class DiaryLine:
    """A line of the diary as it stands there, also of a day without an answer. `entered_at`: local, without a zone."""

    entry: DiaryDay
    entered_at: datetime | None


@dataclass(frozen=True)
class FolderInputs(Inputs):
    """`cancelled`: (number, day). Cancelled courses keep their number, so that none after them is called otherwise.

    `lines`: of the diary, in their order; `cancelled_doses`: by number, where they are said.
    """

    cancelled: tuple[tuple[int, date], ...] = ()
    lines: tuple[DiaryLine, ...] = ()
    cancelled_doses: Mapping[int, CourseDose] = field(default_factory=dict)


@dataclass(frozen=True)
class _CourseRow:
    """`status`, `dose`: None after a fault, when the dates can still be compared with those of other lines."""

    row: Row
    start: date
    end: date
    planned_start: date | None
    status: Status | None
    dose: CourseDose | None

    @property
    def regimen(self) -> str:
        dose = self.dose.grams_per_kg_per_day if self.dose else 0
        return self.row.text("regimen") or f"{(self.end - self.start).days + 1}x{dose:g}"


def read_folder(path: Path, *, stored_on: date | None = None) -> FolderInputs | list[Fault]:
    """What the files hold, or every fault in them, by file and line.

    `stored_on`: as a diary holds it from that day on, which has whole numbers alone, a dose of cancelled courses too,
    and nothing that is still to come.
    """
    faults = Faults()
    try:
        there = path.is_dir()
    except OSError as error:
        faults.add(str(path), None, None, "not_readable", error.strerror or type(error).__name__)
        return faults.found
    if not there:
        faults.add(str(path), None, None, "no_folder")
        return faults.found
    courses = _courses(path, faults, stored_on=stored_on)
    lines = _diary(path, faults, stored_on=stored_on)
    labs = _labs(path, faults, stored_on=stored_on)
    steroids = _steroids(path, faults, stored_on=stored_on)
    if faults.found:
        files = (COURSES, DIARY, LABS, STEROIDS)
        return sorted(faults.found, key=lambda fault: (files.index(fault.file), fault.line or 0, fault.column or ""))
    numbered = list(enumerate(courses, start=1))
    return FolderInputs(
        courses=tuple(
            Course(number, course.start, course.end, course.regimen, course.status, course.planned_start)
            for number, course in numbered
            if course.status is not None and course.status != "cancelled"
        ),
        doses=_doses(each for each in numbered if each[1].status != "cancelled"),
        # A line without any score is a missing day.
        diary=Diary(tuple(line.entry for line in lines if any(value is not None for value in line.entry.values))),
        labs=tuple(labs),
        steroids=tuple(steroids),
        cancelled=tuple((number, course.start) for number, course in numbered if course.status == "cancelled"),
        lines=tuple(lines),
        cancelled_doses=_doses(each for each in numbered if each[1].status == "cancelled"),
    )


def _doses(numbered: Iterable[tuple[int, _CourseRow]]) -> dict[int, CourseDose]:
    return {number: course.dose for number, course in numbered if course.dose is not None}


def _courses(folder: Path, faults: Faults, *, stored_on: date | None) -> list[_CourseRow]:
    """By date, cancelled ones included."""
    rows = read_table(folder, COURSES, COURSE_COLUMNS, faults)
    found = [course for row in rows if (course := _course(row, stored_on=stored_on)) is not None]
    found.sort(key=lambda course: (course.start, course.row.line))
    _note_overlaps(
        "start", ((course.row, course.start, course.end) for course in found if course.status != "cancelled")
    )
    return found


def _course(row: Row, *, stored_on: date | None) -> _CourseRow | None:
    """None without usable dates."""
    _note_length(row, ("regimen",) if stored_on else ())
    status = row.choice("status", STATUSES)
    planned, start, end = (row.day(column) for column in ("planned_start", "start", "end"))
    if not row.text("start") and status in ("planned", "cancelled"):
        start = planned
        if not row.text("planned_start"):
            row.fault("start", "cell_empty", DAY_FORM)
    else:
        row.required("start", DAY_FORM)
    if status == "cancelled":
        dose = _grams(row) if stored_on else None
        return None if start is None else _CourseRow(row, start, start, planned, status, _dose(dose, None))
    if not row.text("end") and status == "planned":
        end = start
    else:
        row.required("end", DAY_FORM)
    dose = _grams(row)
    weight = row.number("weight_kg", 0, MOST_KILOGRAMS, above=True)
    if start is None or end is None:
        return None
    if end < start:
        row.fault("end", "ends_before_start", f">={start.isoformat()}")
        return None
    if end - start >= LONGEST_COURSE:
        row.fault("end", "out_of_range", f"<{(start + LONGEST_COURSE).isoformat()}")
        return None
    if status == "given":
        _note_future(row, "end", end, stored_on)
    return _CourseRow(row, start, end, planned, status, _dose(dose, weight))


def _note_future(row: Row, column: str, day: date | None, stored_on: date | None) -> None:
    # Somewhere it is tomorrow already.
    if stored_on is not None and day is not None and day > stored_on + timedelta(days=1):
        row.fault(column, "in_future")


def _note_length(row: Row, columns: Iterable[str]) -> None:
    for column in columns:
        if len(row.text(column)) > LONGEST[column]:
            row.fault(column, "too_long", str(LONGEST[column]))


def _grams(row: Row) -> float | None:
    """g/kg a day."""
    row.required("dose_g_per_kg_per_day", f">0..{MOST_GRAMS_PER_KG}")
    return row.number("dose_g_per_kg_per_day", 0, MOST_GRAMS_PER_KG, above=True)


def _dose(grams: float | None, weight: float | None) -> CourseDose | None:
    return None if grams is None else CourseDose(grams, weight)


def _note_overlaps(column: str, spans: Iterable[tuple[Row, date, date | None]]) -> None:
    """`spans`: by first day, in `column`; the last one None while it goes on.

    Each is compared with what reaches furthest, which need not be the one just before it.
    """
    furthest = date.min
    going_on: Row | None = None
    for row, first, last in spans:
        if first <= furthest:
            row.fault(column, "overlap", f">{furthest.isoformat()}")
        elif going_on is not None:
            going_on.fault("to", "cell_empty", f"<{first.isoformat()}")
        going_on = row if last is None else None
        furthest = max(furthest, last or first)


def _diary(folder: Path, faults: Faults, *, stored_on: date | None) -> list[DiaryLine]:
    """One a day."""
    found = []
    lines: dict[date, int] = {}
    for row in read_table(folder, DIARY, DIARY_COLUMNS, faults):
        row.required("date", DAY_FORM)
        day = row.day("date")
        read = row.whole if stored_on else row.number
        pain, tiredness, weakness, exertion_pain = (read(item, SCALE_LOW, SCALE_HIGH) for item in ITEMS)
        entered_at = row.moment("entered_at")
        late = _late(row, day, entered_at)
        _note_future(row, "date", day, stored_on)
        if day is None:
            continue
        if day in lines:
            row.fault("date", "date_twice", f"line {lines[day]}")
            continue
        lines[day] = row.line
        found.append(DiaryLine(DiaryDay(day, pain, tiredness, weakness, exertion_pain, late), entered_at))
    return found


def _late(row: Row, day: date | None, entered: datetime | None) -> bool:
    """As it is marked; where it is not, an entry made on a later day than its own is late."""
    if row.text("timeliness"):
        return row.choice("timeliness", TIMELINESS) == "late"
    return entered is not None and day is not None and entered.date() > day


def _labs(folder: Path, faults: Faults, *, stored_on: date | None) -> list[LabValue]:
    forms = zip(LAB_COLUMNS, (DAY_FORM, CREATINE_KINASE, ">0", KINASE_UNIT), strict=True)
    expected = dict(forms)
    found = []
    for row in read_table(folder, LABS, LAB_COLUMNS, faults, may_be_absent=True):
        held = [row.required(column, expected[column]) for column in LAB_COLUMNS]
        _note_length(row, ("analyte", "unit") if stored_on else ())
        day, value = row.day("date"), row.number("value", 0, MOST_AMOUNT, above=True)
        limit = row.number("upper_limit", 0, MOST_AMOUNT, above=True)
        _note_future(row, "date", day, stored_on)
        analyte, unit, factor = row.text("analyte"), row.text("unit"), 1
        if " ".join(analyte.split()).casefold() in KINASE_NAMES:
            analyte, factor = CREATINE_KINASE, units_in(row)
            unit = KINASE_UNIT
        if all(held) and day is not None and value is not None:
            upper = None if limit is None else times(limit, factor)
            found.append(LabValue(day, analyte, times(value, factor), unit, upper))
    return sorted(found, key=lambda lab: (lab.day, lab.analyte))


def units_in(row: Row) -> int:
    """How many U/l are one of the row's unit; a fault for a unit that is not known."""
    unit = "".join(row.text("unit").split()).casefold()
    if unit and unit not in KINASE_UNITS:
        row.fault("unit", "not_a_choice", KINASE_UNIT_CHOICES)
    return KINASE_UNITS.get(unit, 1)


def times(value: float, factor: int) -> float:
    """Without the binary rounding that would show in the decimals as they were written."""
    return float(Decimal(str(value)) * factor)


def _steroids(folder: Path, faults: Faults, *, stored_on: date | None) -> list[SteroidStep]:
    """By date. An empty `to` means still taken."""
    found: list[SteroidStep] = []
    spans: dict[str, list[tuple[Row, date, date | None]]] = {}
    for row in read_table(folder, STEROIDS, STEROID_COLUMNS, faults, may_be_absent=True):
        held = [row.required(*each) for each in (("from", DAY_FORM), ("drug", "~prednisone"), ("dose_mg", ">=0"))]
        _note_length(row, ("drug",) if stored_on else ())
        start, end = row.day("from"), row.day("to")
        dose = row.number("dose_mg", 0, MOST_AMOUNT)
        alternate = row.number("alternate_dose_mg", 0, MOST_AMOUNT)
        if start is None or (end is None and row.text("to")):
            continue
        if end is not None and end < start:
            row.fault("to", "ends_before_start", f">={start.isoformat()}")
            continue
        drug = row.text("drug")
        spans.setdefault(drug, []).append((row, start, end))
        if all(held) and dose is not None:
            found.append(SteroidStep(start, end, drug, dose, alternate))
    for same in spans.values():
        _note_overlaps("from", sorted(same, key=lambda span: (span[1], span[0].line)))
    return sorted(found, key=lambda step: step.start)
