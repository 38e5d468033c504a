"""More patients on a day than a team has infusion chairs: said before a course is put there, and never refused."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from sqlmodel import Session

from jobs.schedule import FARTHEST_AHEAD
from storage import courses
from storage.models import Team

DAY = timedelta(days=1)
# First and last day of a course.
Span = tuple[date, date]


def taken_on(spans: Iterable[tuple[int, date, date]]) -> Counter[date]:
    """How many patients have an infusion on each day. `spans`: (patient id, first day, last day)."""
    taken = {(patient_id, day) for patient_id, *span in spans for day in _days((span[0], span[1]))}
    return Counter(day for _, day in taken)


def too_many_with(session: Session, team: Team, patient_id: int, spans: Sequence[Span]) -> dict[date, int]:
    """The days of these courses on which there are more patients than chairs, with this one; how many there are.

    Of the patient's own courses these alone count, wherever others of theirs stand now. None where no number is set.
    """
    if team.chairs is None or not spans:
        return {}
    first, last = min(start for start, _ in spans), max(end for _, end in spans)
    taken = _taken_by_others(session, team, patient_id, first, last)
    days = sorted({day for span in spans for day in _days(span)})
    return {day: taken[day] + 1 for day in days if taken[day] + 1 > team.chairs}


def without_room(session: Session, team: Team, patient_id: int, first: date, last: date) -> set[date]:
    """The days from `first` to `last` on which other patients have all chairs. None where no number is set."""
    if team.chairs is None:
        return set()
    taken = _taken_by_others(session, team, patient_id, first, last)
    return {day for day, many in taken.items() if many >= team.chairs and first <= day <= last}


def too_full(session: Session, team: Team, chairs: int | None, today: date) -> int:
    """On how many days from this one on there are more patients than so many chairs."""
    if chairs is None:
        return 0
    known = courses.course_days_between(session, team.id, today, today + FARTHEST_AHEAD)
    taken = taken_on((whose, start, end) for whose, _, start, end in known)
    return sum(day >= today and many > chairs for day, many in taken.items())


def _taken_by_others(session: Session, team: Team, patient_id: int, first: date, last: date) -> Counter[date]:
    known = courses.course_days_between(session, team.id, first, last)
    return taken_on((whose, start, end) for whose, _, start, end in known if whose != patient_id)


def _days(span: Span) -> list[date]:
    start, last = span
    return [start + k * DAY for k in range((last - start).days + 1)]
