"""What is measured and taken, pure: what is impossible, what is asked about again, how steroid steps fit together."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from jobs.doubts import Doubt
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.refusals import Refusal
from jobs.steroids import SteroidStep
from jobs.zone_names import plain

UNITS = {CREATINE_KINASE: "U/l", WEIGHT: "kg"}
# In U/l and kg. Outside the usual is asked about again; above the most, or not above 0, is refused.
USUAL: Mapping[str, tuple[float, float]] = {CREATINE_KINASE: (5.0, 100_000.0), WEIGHT: (25.0, 300.0)}
MOST: Mapping[str, float] = {CREATINE_KINASE: 1_000_000.0, WEIGHT: 500.0}
HIGHEST_LIMIT = 10_000.0
# Since the last one: of a weight its share; of CK, its upper limit and a steroid how many times as much, or as little.
# A digit too many is ten times what was meant, which may itself be half of the last one.
USUAL_CHANGE, USUAL_TIMES = 0.1, 5.0
USUAL_DRUGS = ("prednisone", "prednisolone", "methylprednisolone", "dexamethasone")
# mg a day.
USUAL_STEROID, MOST_STEROID = 1000.0, 10_000.0
LONGEST_DRUG = 40
_DRUG = re.compile(r"[^\W\d_][\w -]+")
FARTHEST_BACK = timedelta(days=2 * 366)
# A dose may be prescribed until a day to come.
FARTHEST_AHEAD = timedelta(days=366)


@dataclass(frozen=True)
class Value:
    """In U/l (CK) or kg (weight)."""

    analyte: str
    day: date
    value: float
    upper_limit: float | None = None


def doubt_of(analyte: str, value: float, earlier: float | None = None) -> Doubt | None:
    """`earlier`: the last one before it, in the same unit; None for a plausible value."""
    least, most = USUAL[analyte]
    if value < least:
        return Doubt("measure.doubt.low", {"value": value, "unit": UNITS[analyte], "limit": least})
    if value > most:
        return Doubt("measure.doubt.high", {"value": value, "unit": UNITS[analyte], "limit": most})
    if analyte == WEIGHT and earlier is not None and abs(value - earlier) > USUAL_CHANGE * earlier:
        per_cent = round(100 * abs(value - earlier) / earlier)
        return Doubt("measure.doubt.change", {"value": value, "earlier": earlier, "per_cent": per_cent})
    return _doubt_of_times("measure.doubt.times", value, earlier) if analyte == CREATINE_KINASE else None


def doubt_of_limit(limit: float | None, earlier: float | None) -> Doubt | None:
    """An upper limit of CK beside the last one that was known, of the patient or of the team."""
    return _doubt_of_times("measure.doubt.limit", limit, earlier) if limit is not None else None


def doubt_of_dose(new: SteroidStep, known: Iterable[SteroidStep] = ()) -> Doubt | None:
    """Beside what is usual; and beside the dose of the same drug that was taken before, where there is one."""
    highest = _highest(new)
    if highest > USUAL_STEROID:
        return Doubt("measure.doubt.dose", {"dose": highest, "limit": USUAL_STEROID})
    before = [step for step in known if same_drug(step.drug, new.drug) and step.start < new.start]
    last = max(before, key=lambda step: step.start, default=None)
    return _doubt_of_times("measure.doubt.dose_times", highest, _highest(last) if last is not None else None)


def _highest(step: SteroidStep) -> float:
    """Of the two days."""
    return max(step.dose_mg, step.alternate_dose_mg or step.dose_mg)


def _doubt_of_times(key: str, value: float, earlier: float | None) -> Doubt | None:
    if not earlier or earlier / USUAL_TIMES < value < earlier * USUAL_TIMES:
        return None
    return Doubt(key, {"value": value, "earlier": earlier, "times": USUAL_TIMES})


def check_value(analyte: str, value: float) -> None:
    """Refusal for what cannot be."""
    if not 0 < value <= MOST[analyte]:
        raise Refusal("refusal.measured_value", most=MOST[analyte], unit=UNITS[analyte])


def check_limit(limit: float) -> None:
    if not 0 < limit <= HIGHEST_LIMIT:
        raise Refusal("refusal.upper_limit", most=HIGHEST_LIMIT)


def check_dose(dose: float, alternate: float | None) -> None:
    if not 0 < max(dose, alternate or dose) <= MOST_STEROID:
        raise Refusal("refusal.steroid_dose", most=MOST_STEROID)


def check_day(day: date, today: date) -> None:
    """Of something that has been: not to come, and not too long ago."""
    if day > today:
        raise Refusal("refusal.measured_in_future", date=day)
    if day < today - FARTHEST_BACK:
        raise Refusal("refusal.measured_long_ago", date=day)


def check_end(end: date, start: date, today: date) -> None:
    """A last day may be prescribed ahead."""
    if end < start:
        raise Refusal("refusal.steroid_ends_before_start", start=start, end=end)
    if end > today + FARTHEST_AHEAD:
        raise Refusal("refusal.steroid_end_far", date=end)


def drug_named(text: str) -> str | None:
    """A drug's name without needless blanks; None for what is no name. It fits on a button whatever its letters."""
    drug = " ".join(text.split())
    return drug if _DRUG.fullmatch(drug) and len(drug.encode()) <= LONGEST_DRUG else None


def same_drug(one: str, other: str) -> bool:
    """Whatever the language: *Prednison* and *prednisone*, *dexaméthasone* and *Dexamethason* are one."""
    return plain(one).removesuffix("e") == plain(other).removesuffix("e")


def spelt(drug: str, known: Iterable[str]) -> str:
    """As the patient's record has it already, or as it is usual; another one in small letters."""
    return next((each for each in (*known, *USUAL_DRUGS) if same_drug(each, drug)), drug.lower())


def fitted(new: SteroidStep, known: Iterable[SteroidStep]) -> SteroidStep | None:
    """The step that the new one ends the day before it begins, if any: one that has no end, or a planned one.

    Refusal where they cannot stand together, such as days in the middle of a step.
    """
    ended = None
    for step in known:
        if not same_drug(step.drug, new.drug) or step.last < new.start or new.last < step.start:
            continue
        if is_there(new, step):
            raise Refusal("refusal.steroid_already", drug=step.drug, date=step.start)
        if step.start < new.start and (step.end is None or new.last >= step.last):
            ended = step
        elif step.start > new.start and new.end is None:
            raise Refusal("refusal.steroid_later_step", drug=step.drug, date=step.start)
        else:
            raise Refusal("refusal.steroid_overlaps", drug=step.drug, date=step.start)
    return ended


def is_there(new: SteroidStep, step: SteroidStep) -> bool:
    """The same again; also where the one that is known has been ended since."""
    same = (new.start, new.dose_mg, new.alternate_dose_mg) == (step.start, step.dose_mg, step.alternate_dose_mg)
    return same and same_drug(new.drug, step.drug) and new.end in (None, step.end)
