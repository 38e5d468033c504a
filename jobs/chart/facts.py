"""What a chart shows, complete: the picture is a pure function of these facts, and they travel to a worker process.

Every word on a chart comes in here as text, since wording lives in the catalogues.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from jobs.chart.answer import SteroidStrip, SymptomAnswer, Table
from jobs.cycle import Course, in_order

SCALE_LOW, SCALE_HIGH = 0, 10
MONTHS_IN_A_YEAR = 12
# Of the team's patients, how many the picture in the chat holds.
MOST_TEAM_ROWS = 12
# How much of a diary that has just begun is shown, so that a day is not as wide as the page.
SHORTEST_OWN_CALENDAR = timedelta(days=13)


@dataclass(frozen=True)
class ChartTexts:
    """The words of both charts, in the reader's language.

    `months`: twelve short names. `date_pattern`: with {day}, {month} (its short name) and {year}. `span`: with {first}
    and {last}. `latest_shown`, `latest_regimens`: with {shown} and {all}. `more_patients`: with {first}, {last} and
    {all}. `thousands`: with {number}.
    The rest is plain text. A plural sign never depends on a number.
    """

    months: tuple[str, ...]
    date_pattern: str
    span: str
    decimal_mark: str
    # above the daily scores, such as "0-10, higher is worse"
    scale: str
    # beside it, when the calendar shows the latest two years of a longer diary
    calendar_shortened: str
    # keys of the daily scores
    today: str
    course: str
    planned_course: str
    week_before: str
    planned_week_before: str
    late_entry: str
    missing_day: str
    not_asked_day: str
    upper_limit: str
    thousands: str
    # the overlay by days to the course
    overlay_title: str
    earlier_courses: str
    latest_course: str
    running_course: str
    latest_regimens: str
    doses_vary: str
    median: str
    # the differences of each course and regimen
    forest_title: str
    forest_axis: str
    single_course: str
    provisional_course: str
    regimen_together: str
    threshold: str
    cut_interval: str
    latest_shown: str
    symptoms_title: str
    # the team
    needs_a_look: str
    more_patients: str
    continued: str
    # between what is listed
    separator: str
    # instead of an empty panel
    no_entries: str
    nothing_to_compare: str
    no_answers_to_compare: str

    def __post_init__(self) -> None:
        if len(self.months) != MONTHS_IN_A_YEAR:
            raise ValueError(f"{len(self.months)} names for twelve months")

    def number(self, value: float) -> str:
        return f"{value:g}".replace(".", self.decimal_mark)

    def full_date(self, day: date) -> str:
        return self.date_pattern.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def short_date(self, day: date) -> str:
        """Without the year, and without what only served the year."""
        return self.date_pattern.format(day=day.day, month=self.months[day.month - 1], year="").strip(" ,./-")


@dataclass(frozen=True)
class DiaryDay:
    """One entry: the scores (0-10) in the order of the chart's items, None where an item was skipped."""

    day: date
    values: tuple[float | None, ...]
    late: bool = False

    def __post_init__(self) -> None:
        wrong = [value for value in self.values if value is not None and not SCALE_LOW <= value <= SCALE_HIGH]
        if wrong:
            raise ValueError(f"{self.day}: {wrong} is not on the scale from 0 to 10")


@dataclass(frozen=True)
class ChartCourse:
    """A course and how it is named: regimen and dose in full, and short for where there is no room."""

    course: Course
    regimen_label: str
    regimen_short: str
    dose_label: str


@dataclass(frozen=True)
class LabStrip:
    """Creatine kinase: (day, value) pairs above 0, all in the unit that `label` names; the upper limit of normal."""

    label: str
    values: tuple[tuple[date, float], ...]
    upper_limit: float | None = None

    def __post_init__(self) -> None:
        limits = () if self.upper_limit is None else (self.upper_limit,)
        if any(value <= 0 for value in (*(value for _, value in self.values), *limits)):
            raise ValueError("a value of 0 or less has no place on a logarithmic axis")


@dataclass(frozen=True)
class ChartFacts:
    """One patient's page.

    `verdict`: the answer in few words. `sentence`: what it rests on and how sure it is. `warnings`: what to bear
    in mind with it. `running`: where the cycle under way stands. `footer`: what the page is no proof of. `items`:
    label of each item; the first one (pain) leads. `diary_from`: the first day that could have an entry. `days`: the
    entries, in any order. `not_asked`: days on which the bot did not ask. A day from `diary_from` until yesterday that
    is in neither is missing. `answers`: the leading item's first, then the others'. `threshold`: points from which a
    rise counts as a return. `findings`, `tables`: for print, beside the picture.
    """

    pseudonym: str
    verdict: str
    sentence: str
    items: tuple[str, ...]
    diary_from: date
    today: date
    days: tuple[DiaryDay, ...]
    not_asked: frozenset[date]
    courses: tuple[ChartCourse, ...]
    answers: tuple[SymptomAnswer, ...]
    texts: ChartTexts
    threshold: float = 1.0
    warnings: str = ""
    running: str = ""
    footer: str = ""
    findings: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    lab: LabStrip | None = None
    steroids: tuple[SteroidStrip, ...] = ()

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("a chart needs at least one item")
        if not self.answers:
            raise ValueError("a page needs the answer for its leading item, be it an empty one")
        if self.today < self.diary_from:
            raise ValueError(f"the diary begins on {self.diary_from}, after today, {self.today}")
        if any(len(entry.values) != len(self.items) for entry in self.days):
            raise ValueError(f"an entry has not one value for each of {self.items}")
        if len({entry.day for entry in self.days}) != len(self.days):
            raise ValueError("a day has two entries: give the latest revision only")
        in_order(mark.course for mark in self.courses)

    def scores(self, item: int) -> Mapping[date, float | None]:
        return {entry.day: entry.values[item] for entry in self.days}


@dataclass(frozen=True)
class OwnChartFacts:
    """A patient's own picture from `first` to `last`, both included: every item alike, and nothing concluded.

    `days`, `not_asked` and `courses` as in ChartFacts; what lies outside the days shown is left out. `infusion`,
    `planned`, `no_answer`: words of the key, for whoever is no clinician.
    """

    title: str
    items: tuple[str, ...]
    first: date
    today: date
    diary_from: date
    days: tuple[DiaryDay, ...]
    not_asked: frozenset[date]
    courses: tuple[Course, ...]
    infusion: str
    planned: str
    no_answer: str
    texts: ChartTexts

    @property
    def last(self) -> date:
        """Today, or a later day where the diary has just begun."""
        return max(self.today, self.first + SHORTEST_OWN_CALENDAR)

    @property
    def courses_seen(self) -> list[Course]:
        """None that is to come: the patient may not have been told of it yet."""
        return [each for each in self.courses if each.end >= self.first and each.start <= self.today]

    def scores(self, item: int) -> Mapping[date, float | None]:
        return {entry.day: entry.values[item] for entry in self.days}


@dataclass(frozen=True)
class TeamRow:
    """One patient on the team's page: the leading item (pain) and the answer for the regimen in use.

    `verdict`: in words. `counts`: in how many of how many courses. `flag`: what else needs a look, such as silence.
    `needs_a_look`: somebody should, and nobody has.
    """

    pseudonym: str
    diary_from: date
    scores: tuple[tuple[date, float | None], ...]
    late: frozenset[date]
    not_asked: frozenset[date]
    courses: tuple[Course, ...]
    verdict: str
    counts: str = ""
    flag: str = ""
    needs_a_look: bool = False

    def __post_init__(self) -> None:
        wrong = [score for _, score in self.scores if score is not None and not SCALE_LOW <= score <= SCALE_HIGH]
        if wrong:
            raise ValueError(f"{self.pseudonym}: {wrong} is not on the scale from 0 to 10")
        in_order(self.courses)


@dataclass(frozen=True)
class TeamChartFacts:
    """The team's page, drawn in the order given; a picture holds twelve, print all.

    `item`: the label of the leading item. `page`: of the pictures, from 1.
    """

    title: str
    item: str
    today: date
    rows: tuple[TeamRow, ...]
    texts: ChartTexts
    footer: str = ""
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pictures there are."""
        return max(ceil(len(self.rows) / MOST_TEAM_ROWS), 1)
