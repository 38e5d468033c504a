"""Regimens side by side: what each one was, what it cost, and what was seen under it. Never a recommendation.

Per 28 days: sums over the regimen's complete cycles, from a course to the day before the next one, divided by the days
of these cycles. So a course that came early counts as more per 28 days than a planned one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, median

from jobs.cycle import Course
from jobs.inputs import CREATINE_KINASE, CourseDose, Inputs, LabValue, Prices
from jobs.scores import Symptom
from jobs.wearing_off.comparison import mean_doses
from jobs.wearing_off.effects import Analysis
from jobs.wearing_off.windows import DAYS_BEFORE

PERIOD = 28


@dataclass(frozen=True)
class BeforeCourses:
    """Means of the week before, over the `courses` that have one. Points, 0-10."""

    courses: int
    mean: float
    lowest: float
    highest: float


@dataclass(frozen=True)
class KinaseBefore:
    """Creatine kinase at most seven days before a course or on its first day, the latest value of each course."""

    courses: int
    median: float
    lowest: float
    highest: float
    unit: str


@dataclass(frozen=True)
class Cost:
    """In `currency`. None where a price or the weight that grams need is unknown."""

    currency: str
    per_course: float | None
    per_28_days: float | None


@dataclass(frozen=True)
class RegimenFacts:
    """`courses`: that count by today, from `first` to `last` (their first days). `cycles`: the complete ones.

    Means per course over all courses; per 28 days, and `interval` (mean days from a course to the next), over complete
    cycles. Grams need the weight of every course concerned. `before`, `kinase`: before the courses that end these
    cycles, as a return is attributed. `steroids`: mg a day by drug, from the first course until the next regimen's.
    """

    regimen: str
    courses: int
    first: date
    last: date
    cycles: int
    interval: float | None
    infusion_days_per_course: float
    infusion_days_per_28_days: float | None
    grams_per_kg_per_course: float | None
    grams_per_kg_per_28_days: float | None
    grams_per_course: float | None
    grams_per_28_days: float | None
    before: Mapping[Symptom, BeforeCourses]
    kinase: KinaseBefore | None
    steroids: Mapping[str, float]
    cost: Cost | None


@dataclass(frozen=True)
class _Cycle:
    """`end`: the day before the next course, or today in the running cycle."""

    course: Course
    following: Course | None
    end: date

    @property
    def complete(self) -> bool:
        return self.following is not None

    @property
    def length(self) -> int:
        return (self.end - self.course.start).days + 1


def regimen_facts(inputs: Inputs, analysis: Analysis) -> tuple[RegimenFacts, ...]:
    """One for each regimen with a course that counts by the analysis's today, in order of first use."""
    today = analysis.today
    counted = [course for course in inputs.courses if course.counts_by(today)]
    cycles = [
        _Cycle(course, following, following.start - timedelta(days=1) if following else today)
        for course, following in zip(counted, (*counted[1:], None), strict=False)
    ]
    regimens = dict.fromkeys(cycle.course.regimen for cycle in cycles)
    return tuple(
        _facts(name, [cycle for cycle in cycles if cycle.course.regimen == name], inputs, analysis) for name in regimens
    )


def _facts(name: str, cycles: Sequence[_Cycle], inputs: Inputs, analysis: Analysis) -> RegimenFacts:
    complete = [cycle for cycle in cycles if cycle.complete]
    courses, whole = [cycle.course for cycle in cycles], [cycle.course for cycle in complete]
    total = sum(cycle.length for cycle in complete)
    days, grams_kg, grams = _days(courses), _grams_per_kg(courses, inputs.doses), _grams(courses, inputs.doses)
    days_28, grams_kg_28, grams_28 = (
        _per_28(amount, total)
        for amount in (_days(whole), _grams_per_kg(whole, inputs.doses), _grams(whole, inputs.doses))
    )
    per_course = (None if grams is None else grams / len(courses), days / len(courses))
    return RegimenFacts(
        regimen=name,
        courses=len(courses),
        first=courses[0].start,
        last=courses[-1].start,
        cycles=len(complete),
        interval=total / len(complete) if complete else None,
        infusion_days_per_course=per_course[1],
        infusion_days_per_28_days=days_28,
        grams_per_kg_per_course=None if grams_kg is None else grams_kg / len(courses),
        grams_per_kg_per_28_days=grams_kg_28,
        grams_per_course=per_course[0],
        grams_per_28_days=grams_28,
        before=_before(name, analysis),
        kinase=_kinase([cycle.following for cycle in complete if cycle.following], inputs.labs),
        steroids=mean_doses([(cycle.course.start, cycle.end) for cycle in cycles], inputs.steroids),
        cost=_cost(inputs.prices, per_course, (grams_28, days_28)),
    )


def _days(courses: Sequence[Course]) -> float:
    return float(sum((course.end - course.start).days + 1 for course in courses))


def _grams_per_kg(courses: Sequence[Course], doses: Mapping[int, CourseDose]) -> float | None:
    if any(course.number not in doses for course in courses):
        return None
    return sum(doses[course.number].grams_per_kg_per_day * _days([course]) for course in courses)


def _grams(courses: Sequence[Course], doses: Mapping[int, CourseDose]) -> float | None:
    total = 0.0
    for course in courses:
        dose = doses.get(course.number)
        if dose is None or dose.weight_kg is None:
            return None
        total += dose.grams_per_kg_per_day * dose.weight_kg * _days([course])
    return total


def _per_28(amount: float | None, days: int) -> float | None:
    return None if amount is None or not days else PERIOD * amount / days


def _before(name: str, analysis: Analysis) -> dict[Symptom, BeforeCourses]:
    found: dict[Symptom, BeforeCourses] = {}
    for symptom, answer in analysis.symptoms.items():
        means = [effect.pre_mean for effect in answer.courses if effect.regimen == name and effect.pre_mean is not None]
        if means:
            found[symptom] = BeforeCourses(len(means), fmean(means), min(means), max(means))
    return found


def _kinase(ending: Sequence[Course], labs: Sequence[LabValue]) -> KinaseBefore | None:
    """`ending`: the courses that end the regimen's cycles. Values in another unit than the first are left out."""
    latest = []
    for course in ending:
        first = course.start - timedelta(days=DAYS_BEFORE)
        own = [lab for lab in labs if lab.analyte == CREATINE_KINASE and first <= lab.day <= course.start]
        if own:
            latest.append(max(own, key=lambda lab: lab.day))
    values = [lab.value for lab in latest if lab.unit == latest[0].unit]
    if not values:
        return None
    return KinaseBefore(len(values), median(values), min(values), max(values), latest[0].unit)


def _cost(
    prices: Prices | None,
    per_course: tuple[float | None, float | None],
    per_28_days: tuple[float | None, float | None],
) -> Cost | None:
    """The amounts as (grams, days)."""
    if prices is None:
        return None
    return Cost(prices.currency, _price(prices, *per_course), _price(prices, *per_28_days))


def _price(prices: Prices, grams: float | None, days: float | None) -> float | None:
    if prices.per_gram is None and prices.per_day is None:
        return None
    total = 0.0
    for price, amount in ((prices.per_gram, grams), (prices.per_day, days)):
        if price is not None:
            if amount is None:
                return None
            total += price * amount
    return total
