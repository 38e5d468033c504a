"""One patient's record, read once into frozen facts: what charts and summaries are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import as_given, cycle, due, schedule
from jobs.inputs import CREATINE_KINASE, WEIGHT, CourseDose, Inputs, LabValue, Prices
from jobs.scores import Diary, DiaryDay
from jobs.shortfall import Shortfall
from jobs.steroids import SteroidStep
from storage import attendance, chats, courses, diary, measurements, questions, teams
from storage.models import Course, CourseStatus, Item, Patient, PatientStatus, Team
from storage.questions import DiaryQuestion

UNIT = "U/l"
# Where no team has set its own limit, as in files.
USUAL_SILENCE = 3


@dataclass(frozen=True)
class Entry:
    """One diary day with at least one answer: the latest revision of each item; None where it was skipped.

    0-10 each; `stairs`, where the team asks for them, are flights.
    """

    day: date
    values: Mapping[str, float | None]
    late: bool


@dataclass(frozen=True)
class Dose:
    """What a course consists of: `days` infusion days, `grams_per_kg_per_day` on each; `name` where given by hand.

    `shortfall`: how it was less than planned, None where it was not.
    """

    days: int
    grams_per_kg_per_day: float
    name: str | None
    shortfall: Shortfall | None = None

    @property
    def regimen(self) -> str:
        """What tells one regimen from another."""
        return self.name or f"{self.days}x{self.grams_per_kg_per_day:g}"


@dataclass(frozen=True)
class Record:
    """`all_courses` and `all_doses` run in parallel, by first day; `courses` and `doses` are those that count today.

    `creatine_kinase`: (day, U/l), and `weights`: (day, kg), both by day. `further`: what was answered beside the four.
    `declined`: planned courses of which the patient said last that they cannot come. `dropped_from`: by number, the day
    from which a course planned for after the patient had stopped is no more.
    `silent_after`: asked days without an answer. `is_asked`: by this bot; a diary that was brought in is not.
    """

    pseudonym: str
    diary_from: date
    today: date
    entries: tuple[Entry, ...]
    not_asked: frozenset[date]
    all_courses: tuple[cycle.Course, ...]
    all_doses: tuple[Dose, ...]
    creatine_kinase: tuple[tuple[date, float], ...]
    upper_limit: float | None
    steroids: tuple[SteroidStep, ...] = ()
    weights: tuple[tuple[date, float], ...] = ()
    paused_until: date | None = None
    reachable: bool = True
    is_asked: bool = True
    prices: Prices | None = None
    further: tuple[DiaryQuestion, ...] = ()
    declined: tuple[cycle.Course, ...] = ()
    dropped_from: Mapping[int, date] = field(default_factory=dict)
    silent_after: int = USUAL_SILENCE

    @property
    def courses(self) -> tuple[cycle.Course, ...]:
        """Those that are to come or may be taken as given."""
        return tuple(course for course in self.all_courses if self._stands(course))

    @property
    def doses(self) -> tuple[Dose, ...]:
        """Those of `courses`."""
        pairs = zip(self.all_courses, self.all_doses, strict=True)
        return tuple(dose for course, dose in pairs if self._stands(course))

    def _stands(self, course: cycle.Course) -> bool:
        """Nothing says of a declined one whose days are over that it was given."""
        return not self._is_dropped(course) and (course.end >= self.today or course not in self.declined)

    def _is_dropped(self, course: cycle.Course) -> bool:
        return self.today >= self.dropped_from.get(course.number, date.max)

    def inputs(self) -> Inputs:
        """What the answer is computed from."""
        doses = {
            course.number: CourseDose(dose.grams_per_kg_per_day, self._weight_at(course))
            for course, dose in zip(self.courses, self.doses, strict=True)
        }
        return Inputs(
            courses=self.courses,
            doses=doses,
            diary=Diary(tuple(_diary_day(entry) for entry in self.entries), self.not_asked),
            labs=tuple(
                LabValue(day, CREATINE_KINASE, value, UNIT, self.upper_limit) for day, value in self.creatine_kinase
            ),
            steroids=self.steroids,
            prices=self.prices,
        )

    def _weight_at(self, course: cycle.Course) -> float | None:
        """The latest weight by the course's last day: a dose is reckoned from what is known then."""
        return next((kg for day, kg in reversed(self.weights) if day <= course.end), None)

    def seen_on(self, today: date) -> "Record":
        """The same as it looked on another day: what came later is not there yet, and later courses are planned."""
        return replace(
            self,
            today=today,
            diary_from=min(self.diary_from, today),
            entries=tuple(entry for entry in self.entries if entry.day <= today),
            not_asked=frozenset(day for day in self.not_asked if day < today),
            all_courses=tuple(_as_seen(course, today) for course in self.all_courses),
            creatine_kinase=tuple(pair for pair in self.creatine_kinase if pair[0] <= today),
            weights=tuple(pair for pair in self.weights if pair[0] <= today),
        )

    def answered(self, days: int) -> tuple[int, int]:
        """Of the last `days` days before today: how many have an entry, and how many could have one."""
        first = max(self.diary_from, self.today - timedelta(days=days))
        could = {first + timedelta(days=k) for k in range((self.today - first).days)} - self.not_asked
        return len(could & {entry.day for entry in self.entries}), len(could)

    def limits(self, days: int) -> tuple[int, int]:
        """Of the same days: on how many nobody was asked, and on how many the answer came late."""
        first = max(self.diary_from, self.today - timedelta(days=days))
        late = sum(entry.late for entry in self.entries if first <= entry.day < self.today)
        return sum(first <= day < self.today for day in self.not_asked), late

    def unconfirmed(self) -> cycle.Course | None:
        """The first course whose days are over and of which nobody has said that it was given."""
        planned = (course for course in self.all_courses if course.status == "planned" and course.end < self.today)
        return next((course for course in planned if not self._is_dropped(course)), None)

    def next_course(self) -> cycle.Course | None:
        return next((c for c in self.courses if c.status == "planned" and c.end >= self.today), None)


def read(session: Session, patient: Patient, now: datetime) -> Record:
    """The record as it stands at `now`, in the patient's own days."""
    team, today = teams.team_by_id(session, patient.team_id), due.local_date(patient.time_zone, now)
    began = patient.consented_at or patient.created_at
    first = diary.first_answered_day(session, patient.id) or today
    diary_from = min(first, today, due.local_date(patient.time_zone, began))
    answers = diary.scores_between(session, patient.id, diary_from, today)
    entries = tuple(
        Entry(
            day,
            {item: value for item, (value, _) in items.items()},
            any(late for _, late in items.values()),
        )
        for day, items in sorted(answers.items())
    )
    # A day counts as asked only when the bot knows that it asked: not in a pause, not in an outage.
    asked = diary.asked_days_between(session, patient.id, diary_from, today)
    passed = {diary_from + timedelta(days=k) for k in range((today - diary_from).days)}
    not_asked = frozenset(passed - asked - set(answers))
    known = courses.courses_of(session, patient.team_id, patient.id)
    said = attendance.said_of_planned(session, patient.team_id, {patient.id})
    pairs = [(course, _course(number, course)) for number, course in enumerate(known, 1)]
    declined = tuple(each for course, each in pairs if said.get(course.id) is False)
    dropped_from = {each.number: schedule.dropped_from(patient, course) for course, each in pairs}
    values = measurements.measurements_of(session, patient.team_id, patient.id, CREATINE_KINASE)
    limits = [value.upper_limit for value in values if value.upper_limit is not None]
    weights = measurements.measurements_of(session, patient.team_id, patient.id, WEIGHT)
    return Record(
        pseudonym=patient.pseudonym,
        diary_from=diary_from,
        today=today,
        entries=entries,
        not_asked=not_asked,
        all_courses=tuple(each for _, each in pairs),
        all_doses=tuple(dose_of(course) for course, _ in pairs),
        creatine_kinase=tuple((value.taken_on, value.value) for value in values),
        upper_limit=limits[-1] if limits else None,
        steroids=_steroids(session, patient),
        weights=tuple((value.taken_on, value.value) for value in weights),
        paused_until=patient.paused_until if patient.status is PatientStatus.PAUSED else None,
        is_asked=patient.chat_id is not None,
        reachable=patient.chat_id is None or chats.chat_by_id(session, patient.chat_id).unreachable_since is None,
        prices=prices_of(team),
        silent_after=team.silent_after,
        further=_further(session, patient, entries),
        declined=declined,
        dropped_from={number: day for number, day in dropped_from.items() if day is not None},
    )


def _further(session: Session, patient: Patient, entries: tuple[Entry, ...]) -> tuple[DiaryQuestion, ...]:
    keys = {key for entry in entries for key in entry.values} - set(Item)
    return questions.questions_called(session, patient.team_id, keys) if keys else ()


def prices_of(team: Team) -> Prices | None:
    """None where the team has set none."""
    if team.currency is None or (team.price_per_gram is None and team.price_per_day is None):
        return None
    return Prices(team.currency, team.price_per_gram, team.price_per_day)


def _steroids(session: Session, patient: Patient) -> tuple[SteroidStep, ...]:
    return tuple(
        SteroidStep(dose.starts_on, dose.ends_on, dose.drug, dose.dose_mg, dose.alternate_dose_mg)
        for dose in measurements.steroid_doses_of(session, patient.team_id, patient.id)
    )


def of_inputs(pseudonym: str, inputs: Inputs, today: date) -> Record:
    """The record that files give, as it stands on `today`. Every course's regimen is a name given by hand there."""
    entries = tuple(Entry(day.day, dict(zip(Item, day.values, strict=True)), day.late) for day in inputs.diary.days)
    values = [lab for lab in inputs.labs if lab.analyte == CREATINE_KINASE]
    limits = [lab.upper_limit for lab in values if lab.upper_limit is not None]
    days = [*(entry.day for entry in entries), *inputs.diary.not_asked, today]
    whole = Record(
        pseudonym=pseudonym,
        diary_from=min(days),
        today=today,
        entries=entries,
        not_asked=inputs.diary.not_asked,
        all_courses=inputs.courses,
        all_doses=tuple(
            Dose((course.end - course.start).days + 1, dose.grams_per_kg_per_day if dose else 0.0, course.regimen)
            for course, dose in ((course, inputs.doses.get(course.number)) for course in inputs.courses)
        ),
        creatine_kinase=tuple((lab.day, lab.value) for lab in values),
        upper_limit=limits[-1] if limits else None,
        steroids=inputs.steroids,
    )
    return whole.seen_on(today)


def _as_seen(course: cycle.Course, today: date) -> cycle.Course:
    return course if course.start <= today else replace(course, status="planned")


def _diary_day(entry: Entry) -> DiaryDay:
    pain, tiredness, weakness, exertion_pain = (entry.values.get(item) for item in Item)
    return DiaryDay(entry.day, pain, tiredness, weakness, exertion_pain, entry.late)


def dose_of(course: Course) -> Dose:
    """As it was given, or the planned one while that stands in."""
    days = (courses.last_day(course) - courses.first_day(course)).days + 1
    return Dose(days, course.grams_per_kg_per_day, course.regimen, as_given.in_part(course))


def _course(number: int, course: Course) -> cycle.Course:
    return cycle.Course(
        number=number,
        start=courses.first_day(course),
        end=courses.last_day(course),
        regimen=dose_of(course).regimen,
        status="given" if course.status is CourseStatus.GIVEN else "planned",
        planned_start=course.planned_start,
    )
