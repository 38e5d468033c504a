"""All of a team's courses in a month or a week: where they stand, which days are full, what is to be confirmed.

A course is moved by drawing it to another day, or by the keyboard; the pane then asks what the chat would ask.
"""

import calendar
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.responses import Response
from starlette.routing import Route

from bot.desk.visits import Desk, Visit
from jobs import due
from jobs.desk import course_calendar
from jobs.desk.course_calendar import CalendarCourse, Kind

A_DAY = timedelta(days=1)
# What is cancelled is not in it.
KINDS = tuple(kind for kind in Kind if kind is not Kind.CANCELLED)
# Not the very first and last years: they have no neighbours to turn to.
_YEAR = "(?:19|20|21)[0-9]{2}"
_DAY = re.compile(rf"{_YEAR}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])")
_MONTH = re.compile(rf"{_YEAR}-(?:0[1-9]|1[0-2])")


@dataclass(frozen=True)
class Span:
    """The days that are shown: whole weeks. `named`: the month's first day, or the week's."""

    first: date
    last: date
    named: date
    is_month: bool

    @property
    def weeks(self) -> list[list[date]]:
        days = [self.first + k * A_DAY for k in range((self.last - self.first).days + 1)]
        return [days[start : start + 7] for start in range(0, len(days), 7)]

    def turned(self, by: int) -> str:
        """The address of the span before (-1) or after (1) it."""
        if self.is_month:
            other = self.named - A_DAY if by < 0 else (self.named + timedelta(days=32)).replace(day=1)
            return address(month=f"{other:%Y-%m}")
        return address(week=(self.named + by * 7 * A_DAY).isoformat())


@dataclass(frozen=True)
class Chip:
    """A course on one of its days; `number`: which of them, from 0."""

    course: CalendarCourse
    number: int


def address(**said: str) -> str:
    return f"/desk/calendar?{urlencode(said)}"


def month_of(day: date) -> Span:
    weeks = calendar.Calendar().monthdatescalendar(day.year, day.month)
    return Span(weeks[0][0], weeks[-1][-1], day.replace(day=1), True)


def week_of(day: date) -> Span:
    monday = day - day.weekday() * A_DAY
    return Span(monday, monday + 6 * A_DAY, monday, False)


def span_in(query: Mapping[str, str], today: date) -> Span:
    """As the address says it; this month where it says nothing, or nothing that is a day."""
    week, month = query.get("week", ""), query.get("month", "")
    try:
        if _DAY.fullmatch(week):
            return week_of(date.fromisoformat(week))
        if _MONTH.fullmatch(month):
            return month_of(date.fromisoformat(f"{month}-01"))
    except ValueError:
        pass
    return month_of(today)


def calendar_routes(desk: Desk) -> list[Route]:
    return [desk.page("/desk/calendar", _calendar)]


def _calendar(visit: Visit) -> Response:
    team, today = visit.team, due.local_date(visit.team.time_zone, visit.now)
    span = span_in(visit.query, today)
    found = course_calendar.between(visit.session, team, span.first, span.last, visit.now)
    # Coordinators confirm; nobody else is shown them.
    open_ = course_calendar.unconfirmed(visit.session, team, visit.now) if visit.coordinates else []
    asked_on = Counter(each.asked_on for each in open_ if each.asked_on is not None)
    return visit.shows(
        "calendar.html",
        span=span,
        today=today,
        chips=_by_day(found, span),
        load=course_calendar.loads(found, span.first, span.last, team.chairs),
        open=open_,
        asked_together=sorted((day, many) for day, many in asked_on.items() if many > 1),
        kinds=KINDS,
        any_stopped=any(each.stopped for each in found),
        this_month=address(month=f"{span.named:%Y-%m}"),
        this_week=address(week=(today if span.first <= today <= span.last else span.named).isoformat()),
        now_shown=address(month=f"{span.named:%Y-%m}") if span.is_month else address(week=span.named.isoformat()),
    )


def _by_day(found: Sequence[CalendarCourse], span: Span) -> dict[date, list[Chip]]:
    chips: dict[date, list[Chip]] = defaultdict(list)
    for course in found:
        for number in range((course.last_day - course.start).days + 1):
            day = course.start + number * A_DAY
            if span.first <= day <= span.last:
                chips[day].append(Chip(course, number))
    return chips
