"""What is drawn where, before any ink: runs of days, regimen bands, lines around a course. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Literal

from jobs.chart.facts import ChartCourse, ChartFacts
from jobs.cycle import Course, in_order, next_course

DAYS_AROUND = (-28, 7)
LONGEST_CALENDAR = timedelta(weeks=104)
MOST_PANELS = 3
FEWEST_FOR_A_MEDIAN = 3

LineRole = Literal["earlier", "latest", "running"]
Point = tuple[float, float]
Segments = tuple[tuple[Point, ...], ...]


@dataclass(frozen=True)
class RegimenBand:
    """Consecutive courses of one regimen and dose: from the first one's first day until the next band's, exclusive."""

    first: ChartCourse
    start: date
    until: date


@dataclass(frozen=True)
class OverlayLine:
    """The scores around one course, against days to its first infusion (0); in pieces where days are missing."""

    course_number: int
    role: LineRole
    segments: Segments


@dataclass(frozen=True)
class OverlayPanel:
    """The courses that followed a cycle of one regimen: what returns before them is that regimen's."""

    regimen: ChartCourse
    lines: tuple[OverlayLine, ...]


def unbroken(points: Iterable[tuple[int, float | None]]) -> Segments:
    """(day number, score) in runs of neighbouring days that all have a score. A gap is never bridged."""
    observed = sorted((number, score) for number, score in points if score is not None)
    # Day number less position is the same along a run of neighbouring days.
    runs = groupby(enumerate(observed), key=lambda pair: pair[1][0] - pair[0])
    return tuple(tuple((float(number), float(score)) for _, (number, score) in run) for _, run in runs)


def drawn_segments(scores: Mapping[date, float | None], first: date, last: date) -> Segments:
    """The scores from `first` to `last`, as the runs that are drawn; x is the number of days since `first`."""
    return unbroken(((day - first).days, score) for day, score in scores.items() if first <= day <= last)


def missing_days(
    diary_from: date, today: date, answered: Iterable[date], not_asked: Iterable[date]
) -> tuple[date, ...]:
    """Days that were asked about and have no entry. Today is still open."""
    known = {*answered, *not_asked}
    days = (diary_from + timedelta(days=step) for step in range((today - diary_from).days))
    return tuple(day for day in days if day not in known)


def calendar_span(facts: ChartFacts) -> tuple[date, date]:
    """First and last day of the calendar axis: the diary, and the next planned course while it is within eight weeks.

    At least two weeks, so that one day is not drawn as wide as the page; at most two years, so that days are seen.
    """
    last = facts.today
    following = next_course((mark.course for mark in facts.courses), facts.today)
    if following is not None and following.start <= facts.today + timedelta(weeks=8):
        # A day more, so that the last course is not cut by the edge.
        last = max(last, following.end + timedelta(days=1))
    return max(facts.diary_from, last - LONGEST_CALENDAR), max(last, facts.diary_from + timedelta(days=13))


def regimen_bands(courses: Sequence[ChartCourse], last: date) -> tuple[RegimenBand, ...]:
    """The bands along the calendar, the latest one until the day after `last`."""
    ordered = _by_date(courses)
    runs = [next(run) for _, run in groupby(ordered, key=lambda mark: (mark.course.regimen, mark.dose_label))]
    starts = [run.course.start for run in runs]
    ends = [*starts[1:], last + timedelta(days=1)][: len(starts)]
    return tuple(
        RegimenBand(run, start, until) for run, start, until in zip(runs, starts, ends, strict=True) if start < until
    )


def overlay_panels(
    courses: Sequence[ChartCourse], scores: Mapping[date, float | None], today: date
) -> tuple[OverlayPanel, ...]:
    """A panel for each regimen that has been followed by a course, in the order of their first use.

    All of them: the picture shows the `MOST_PANELS` most recent.
    """
    ordered = _by_date(courses)
    begun = [mark.course for mark in ordered if mark.course.start <= today]
    panels: dict[str, list[OverlayLine]] = {}
    named: dict[str, ChartCourse] = {}
    for position, (before, mark) in enumerate(pairwise(ordered), start=1):
        if position > len(begun):
            break
        role: LineRole = "running" if position == len(begun) else "latest" if position == len(begun) - 1 else "earlier"
        until = ordered[position + 1].course.start if position + 1 < len(ordered) else None
        line = OverlayLine(mark.course.number, role, _around(before.course, mark.course, until, scores, today))
        regimen = before.course.regimen
        # Used again, it moves to the end: the most recent regimens are shown.
        panels[regimen] = [*panels.pop(regimen, []), line]
        named[regimen] = before
    return tuple(
        OverlayPanel(named[regimen], tuple(line for line in lines if line.segments))
        for regimen, lines in panels.items()
        if any(line.segments for line in lines)
    )


def median_line(panel: OverlayPanel) -> Segments:
    """The median of a panel's lines on each day that at least three of them have; the running one is not counted."""
    scores: dict[int, list[float]] = {}
    for line in panel.lines:
        if line.role != "running":
            for day, score in (point for run in line.segments for point in run):
                scores.setdefault(round(day), []).append(score)
    return unbroken((day, median(found)) for day, found in scores.items() if len(found) >= FEWEST_FOR_A_MEDIAN)


def kept_labels(centres: Sequence[float], widths: Sequence[float], gap: float) -> tuple[int, ...]:
    """Positions of the labels that can be written `gap` apart. The latest is always kept, and goes before the others.

    `centres` ascend; all in one unit.
    """
    kept: list[int] = []
    free_until = float("inf")
    for position in reversed(range(len(centres))):
        if centres[position] + widths[position] / 2 + gap <= free_until:
            kept.append(position)
            free_until = centres[position] - widths[position] / 2
    return tuple(reversed(kept))


def _around(
    before: Course, course: Course, until: date | None, scores: Mapping[date, float | None], today: date
) -> Segments:
    """The line of one course: within its two cycles, so that no other course's return is drawn into it."""
    first = max(course.start + timedelta(days=DAYS_AROUND[0]), before.start)
    last = min(course.start + timedelta(days=DAYS_AROUND[1]), today)
    if until is not None:
        last = min(last, until - timedelta(days=1))
    return unbroken(((day - course.start).days, score) for day, score in scores.items() if first <= day <= last)


def _by_date(courses: Sequence[ChartCourse]) -> tuple[ChartCourse, ...]:
    marks = {mark.course.number: mark for mark in courses}
    return tuple(marks[course.number] for course in in_order(mark.course for mark in courses))
