"""Records for pages: the case, and diaries at every extreme. No chance: the same scores every time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

import bot.local
from bot.drawing.pages import Answered, by_who_needs_a_look, chart_texts, patient_facts, team_facts
from bot.texts import texts_in
from jobs.chart.facts import ChartFacts, TeamChartFacts
from jobs.csv_files import read_folder
from jobs.cycle import Course
from jobs.inputs import Inputs
from jobs.record import Dose, Entry, Record, of_inputs
from jobs.steroids import SteroidStep
from storage.models import Item

CASE = Path(bot.local.__file__).parent / "case"
START = date(2021, 3, 3)
DAY = timedelta(days=1)
ENGLISH = texts_in("en")
TEXTS = chart_texts(ENGLISH)


def the_case(today: date = date(1999, 8, 12), courses: int = 16) -> Record:
    """The published case as it stood on a day: fifteen courses given, the next one planned."""
    inputs = read_folder(CASE)
    assert isinstance(inputs, Inputs)
    inputs = replace(inputs, courses=inputs.courses[:courses])
    return replace(of_inputs("P-7KQ4", inputs, today), upper_limit=195.0)


def a_diary(
    days: int,
    courses: int,
    every: int = 28,
    regimens: int = 1,
    missing_every: int = 0,
    not_asked_every: int = 0,
    level: int | None = None,
    infusion_days: int = 1,
    first_course: int = 10,
    named: bool = True,
    names: Sequence[str] = (),
    uneven: bool = False,
) -> Record:
    """`days` from START until today; every n-th day missing, not asked or late; symptoms rise before each course.

    `names`: of the regimens, in turn. `uneven`: each item goes up and down by itself, as people's do.
    """
    today = START + (days - 1) * DAY
    made, doses = [], []
    for number in range(courses):
        start = START + (first_course + number * every) * DAY
        regimen = number * regimens // courses + 1
        name = names[(regimen - 1) % len(names)] if names else str(regimen)
        dose = Dose(infusion_days, regimen / 10, name if named else None)
        end, status = start + (infusion_days - 1) * DAY, "given" if start <= today else "planned"
        made.append(Course(number + 1, start, end, dose.regimen, status))  # type: ignore[arg-type]
        doses.append(dose)
    entries, not_asked, dice = [], set(), Random(days)
    for step in range(days):
        day = START + step * DAY
        if not_asked_every and step % not_asked_every == 0:
            not_asked.add(day)
        elif not missing_every or step % missing_every:
            ahead = min(((course.start - day).days for course in made if course.start > day), default=99)
            score = level if level is not None else min(10, (step * step + 3 * step) % 4 + max(0, 8 - ahead))
            values: dict[str, float | None] = dict.fromkeys(Item, float(score))
            if uneven:
                rise = 3 + max(0, 8 - ahead) / 2
                values = {item: float(min(10, max(0, round(dice.gauss(rise, 1.5))))) for item in Item}
            entries.append(Entry(day, values, late=step % 23 == 5))
    return Record("P-7KQ4", START, today, tuple(entries), frozenset(not_asked), tuple(made), tuple(doses), (), None)


def moved(record: Record, pseudonym: str, today: date) -> Record:
    """The record moved so that its last day is the team's today."""
    shift = today - record.today
    return replace(
        record,
        pseudonym=pseudonym,
        diary_from=record.diary_from + shift,
        today=today,
        entries=tuple(replace(entry, day=entry.day + shift) for entry in record.entries),
        not_asked=frozenset(day + shift for day in record.not_asked),
        all_courses=tuple(
            replace(c, start=c.start + shift, end=c.end + shift, planned_start=None) for c in record.courses
        ),
        creatine_kinase=(),
        steroids=(),
    )


def with_more(record: Record, kinase: Sequence[float], milligrams: Sequence[float] = ()) -> Record:
    """CK before each course, in turn, and a steroid taper in equal steps."""
    values = ((course.start - 2 * DAY, kinase[k % len(kinase)]) for k, course in enumerate(record.courses))
    step = ((record.today - START).days + 1) // max(len(milligrams), 1)
    taper = [
        SteroidStep(START + k * step * DAY, START + ((k + 1) * step - 1) * DAY, "prednisone", dose)
        for k, dose in enumerate(milligrams)
    ]
    known = tuple((day, value) for day, value in values if day <= record.today)
    return replace(record, creatine_kinase=known, upper_limit=195.0, steroids=tuple(taper))


LONG_NAMES = (
    "Privigen 10 % five days in hospital",
    "Privigen 10 % two days day clinic",
    "Privigen 10 % one day at home",
)
RECORDS = {
    "the case": the_case(),
    "the case, early": the_case(date(1998, 9, 10), 4),
    "the case, whole": the_case(date(2000, 1, 30), 21),
    "1 course": a_diary(40, 1),
    "3 courses": a_diary(100, 3, regimens=2, missing_every=6),
    "15 courses": a_diary(430, 15, regimens=4, missing_every=9, not_asked_every=20),
    "40 courses": a_diary(1130, 40, regimens=6, infusion_days=2, missing_every=11),
    "5 years": a_diary(1826, 64, regimens=3, missing_every=7, not_asked_every=30),
    "2 weeks": a_diary(14, 1, first_course=5),
    "empty diary, no course": a_diary(1, 0, missing_every=1),
    "empty diary, planned course": a_diary(3, 1, missing_every=1),
    "one day": a_diary(1, 1, first_course=5),
    "all missing": a_diary(140, 5, missing_every=1),
    "none asked": a_diary(60, 2, not_asked_every=1),
    "all 0": a_diary(170, 6, level=0, regimens=2, missing_every=40),
    "all 10": a_diary(170, 6, level=10, regimens=2, missing_every=40),
    "weekly courses": a_diary(140, 20, every=7, regimens=2, missing_every=8),
    "fortnightly courses": a_diary(300, 21, every=14, regimens=9),
    "every other day missing": a_diary(200, 7, missing_every=2),
    "unnamed regimens": a_diary(300, 10, regimens=3, named=False, infusion_days=5),
    "day before a course": a_diary(149, 6, regimens=1),
    "two steroids": replace(
        a_diary(200, 7),
        steroids=(
            SteroidStep(START, START + 60 * DAY, "prednisone", 30.0, 20.0),
            SteroidStep(START + 61 * DAY, None, "prednisone", 12.5),
            SteroidStep(START + 90 * DAY, START + 95 * DAY, "methylprednisolone", 1000.0),
        ),
    ),
    "long names": with_more(
        a_diary(340, 12, regimens=3, names=LONG_NAMES, uneven=True), (1800, 22_000, 150, 9000), (30, 25, 20)
    ),
    "eight regimens": with_more(
        a_diary(520, 24, every=21, regimens=8, infusion_days=2, uneven=True), (90, 130, 300), (25, 20, 15, 10, 7.5)
    ),
    "two full years": with_more(
        a_diary(730, 26, regimens=3, missing_every=7, not_asked_every=31, uneven=True),
        (300, 90, 5000, 22_000),
        (30, 27.5, 25, 22.5, 20, 17.5, 15, 12.5, 10),
    ),
    "regimens in turn": a_diary(400, 14, regimens=14, names=("A", "B"), uneven=True),
}


def page_of(record: Record) -> ChartFacts:
    return patient_facts(Answered(record, ENGLISH))


@cache
def page(name: str) -> ChartFacts:
    return page_of(RECORDS[name])


@cache
def a_team(rows: int) -> TeamChartFacts:
    """Every state in turn."""
    today = date(2026, 1, 15)
    sources = [record for name, record in RECORDS.items() if name != "the case, whole"]
    team = [Answered(moved(sources[k % len(sources)], f"P-7KQ{k}", today), ENGLISH) for k in range(rows)]
    return team_facts("Team North, week to 15 Jan 2026", by_who_needs_a_look(team), today, ENGLISH)
