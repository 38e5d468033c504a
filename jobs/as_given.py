"""A course as it was given, beside its plan."""

from jobs import shortfall
from jobs.shortfall import Amount, Shortfall
from storage import courses
from storage.models import Course, CourseStatus


def is_as_planned(course: Course) -> bool:
    """Given on the planned days, and with the planned dose."""
    return courses.first_day(course) == course.planned_start and _amount(course) == _planned(course)


def in_part(course: Course) -> Shortfall | None:
    """None for a course that was not given in part."""
    return shortfall.of(_planned(course), _amount(course)) if course.status is CourseStatus.GIVEN else None


def _planned(course: Course) -> Amount:
    return Amount(course.planned_days, courses.planned_dose(course))


def _amount(course: Course) -> Amount:
    days = (courses.last_day(course) - courses.first_day(course)).days + 1
    return Amount(days, course.grams_per_kg_per_day)
