"""A team's patients as a table shows them: how they stand, and their last eight weeks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from jobs import due
from jobs.roster import Standing
from storage import courses, team_diaries
from storage.models import Item, Patient, Team

LEADING = Item.PAIN
DAYS = 56
# As the summary and the page of a patient count them.
DAYS_OF_ADHERENCE = 28
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    """A patient's line. Days are numbered 0 to 55, the oldest first; the last is today where the patient lives.

    `days`: the leading symptom, 0-10, None without a number. `not_asked`: days before today on which nobody was asked
    and nothing answered, those before the diary among them. `course_days`: of courses given; `planned_days`: of courses
    that stood there and are not yet said to be given. `answered`: on how many of how many days of the last 28.
    `next_course`: its first day, also of one that is under way.
    """

    standing: Standing
    days: tuple[float | None, ...]
    not_asked: frozenset[int]
    course_days: tuple[int, ...]
    planned_days: tuple[int, ...]
    answered: tuple[int, int]
    next_course: date | None
    next_prompt_at: datetime | None

    @property
    def first_day(self) -> date:
        """The day with the number 0."""
        return self.standing.today - (DAYS - 1) * DAY


@dataclass(frozen=True)
class _Diary:
    """Of one patient. `began`: from which day on it could have been answered."""

    answered: set[date]
    asked: set[date]
    began: date

    def could_be_answered(self, day: date) -> bool:
        return day in self.asked or day in self.answered


def rows(session: Session, team: Team, people: Sequence[Patient], stand: Sequence[Standing]) -> list[Row]:
    """Of these patients of the team, in the order given: as many queries for two thousand as for one.

    `stand`: how each of them stands, in the same order.
    """
    if not stand:
        return []
    since = min(each.today for each in stand) - (DAYS - 1) * DAY
    ids = [patient.id for patient in people]
    values = team_diaries.values_of_team(session, team.id, LEADING, since, ids)
    diaries = _diaries(session, team, people, stand, since)
    given, planned = _courses(session, team.id, since, max(each.today for each in stand))
    return [
        _row(
            of,
            values.get(patient.id, {}),
            diaries[patient.id],
            given[patient.id],
            planned[patient.id],
            patient.next_prompt_at,
        )
        for patient, of in zip(people, stand, strict=True)
    ]


def adherence(
    session: Session, team: Team, people: Sequence[Patient], stand: Sequence[Standing]
) -> dict[int, tuple[int, int]]:
    """By patient id, what `Row.answered` is of these patients: to sort by it, which takes no more of their diaries."""
    if not stand:
        return {}
    since = min(each.today for each in stand) - DAYS_OF_ADHERENCE * DAY
    diaries = _diaries(session, team, people, stand, since)
    return {each.patient_id: _adherence(diaries[each.patient_id], each.today) for each in stand}


def _diaries(
    session: Session, team: Team, people: Sequence[Patient], stand: Sequence[Standing], since: date
) -> dict[int, _Diary]:
    """By patient id."""
    ids = [patient.id for patient in people]
    answered = team_diaries.answered_days_of_team(session, team.id, since, ids)
    asked = team_diaries.asked_days_of_team(session, team.id, since, ids)
    first = team_diaries.first_answered_days(session, team.id, ids)
    return {
        patient.id: _Diary(
            answered.get(patient.id, set()),
            asked.get(patient.id, set()),
            min(first.get(patient.id, of.today), _joined(patient)),
        )
        for patient, of in zip(people, stand, strict=True)
    }


def _row(
    of: Standing,
    values: Mapping[date, int | None],
    diary: _Diary,
    given: Iterable[date],
    planned: Iterable[date],
    next_prompt_at: datetime | None,
) -> Row:
    first = of.today - (DAYS - 1) * DAY
    shown = [first + k * DAY for k in range(DAYS)]
    return Row(
        standing=of,
        days=tuple(values.get(day) for day in shown),
        not_asked=frozenset(k for k, day in enumerate(shown[:-1]) if not diary.could_be_answered(day)),
        course_days=_numbers(given, first),
        planned_days=_numbers(planned, first),
        answered=_adherence(diary, of.today),
        next_course=of.coming[0].start if of.coming else None,
        next_prompt_at=next_prompt_at,
    )


def _adherence(diary: _Diary, today: date) -> tuple[int, int]:
    """As `jobs.record.Record.answered` counts."""
    last = [today - k * DAY for k in range(1, DAYS_OF_ADHERENCE + 1)]
    could = [day for day in last if day >= diary.began and diary.could_be_answered(day)]
    return sum(day in diary.answered for day in could), len(could)


def _numbers(days: Iterable[date], first: date) -> tuple[int, ...]:
    return tuple(sorted({(day - first).days for day in days if 0 <= (day - first).days < DAYS}))


def _joined(patient: Patient) -> date:
    return due.local_date(patient.time_zone, patient.consented_at or patient.created_at)


def _courses(
    session: Session, team_id: int, first: date, last: date
) -> tuple[dict[int, list[date]], dict[int, list[date]]]:
    """By patient id, the days of courses that were given, and of those that are planned, between these two."""
    given: dict[int, list[date]] = defaultdict(list)
    planned: dict[int, list[date]] = defaultdict(list)
    for patient_id, is_given, start, end in courses.course_days_between(session, team_id, first, last):
        of = given if is_given else planned
        begins = max(start, first)
        of[patient_id] += [begins + k * DAY for k in range((min(end, last) - begins).days + 1)]
    return given, planned
