"""What a team asks beside the four items, in the week before a course: described, no part of the answer."""

from dataclasses import dataclass
from datetime import date, timedelta

from jobs.record import Record
from storage.questions import DiaryQuestion

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class WeekBefore:
    """The mean of a question's answers in the seven days before `course` began, from so many `days` with one."""

    asked: DiaryQuestion
    course: date
    mean: float
    days: int


def week_before_the_last_course(kept: Record) -> list[WeekBefore]:
    """For each of the patient's further questions that has an answer there; none before the first course."""
    counted = [course.start for course in kept.courses if course.counts_by(kept.today)]
    if not counted:
        return []
    start, found = max(counted), []
    for asked in kept.further:
        values = [entry.values.get(asked.key) for entry in kept.entries if start - WEEK <= entry.day < start]
        answered = [value for value in values if value is not None]
        if answered:
            found.append(WeekBefore(asked, start, sum(answered) / len(answered), len(answered)))
    return found
