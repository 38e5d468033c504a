"""What is drawn where, before any ink: runs of days, regimen bands, lines around a course. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from math import ceil, floor
from statistics import median
from typing import Literal

from jobs.chart.facts import ChartCourse, ChartFacts
from jobs.cycle import Course, in_order, next_course

DAYS_AROUND = (-28, 7)
LONGEST_CALENDAR = timedelta(weeks=104)
MOST_PANELS = 3
# Beyond the outermost mark, how far an interval is drawn: a wide one must not flatten all others.
FARTHEST_END = 4.0
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
class OverlaySpan:
    """The days of one course's line, both included; none where `last` is before `first`: they are still to come.

    `before`: the course before it. What returns in the week before `course` is of that one's regimen.
    """

    before: ChartCourse
    course: Course
    role: LineRole
    first: date
    last: date


@dataclass(frozen=True)
class OverlayLine:
    """The scores around one course, against days to its first infusion (0); in pieces where days are missing."""

    course_number: int
    role: LineRole
    segments: Segments


@dataclass(frozen=True)
class OverlayPanel:
    """The courses that followed a cycle of one regimen: what returns before them is that regimen's.

    `regimen`: its latest course that another one followed. `doses`: of all of these, in words, each once.
    """

    regimen: ChartCourse
    doses: tuple[str, ...]
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


def overlay_spans(courses: Sequence[ChartCourse], today: date) -> tuple[OverlaySpan, ...]:
    """For each course that counts, and the one to come, that followed another one, by date.

    Each within its two cycles, so that no other course's return is drawn into it.
    """
    ordered = _by_date(courses)
    counted = sum(mark.course.counts_by(today) for mark in ordered)
    spans = []
    for position, (before, mark) in enumerate(pairwise(ordered), start=1):
        if position > counted:
            break
        role: LineRole = "running" if position == counted else "latest" if position == counted - 1 else "earlier"
        start = mark.course.start
        first = max(start + timedelta(days=DAYS_AROUND[0]), before.course.start)
        last = min(start + timedelta(days=DAYS_AROUND[1]), today)
        if position + 1 < len(ordered):
            last = min(last, ordered[position + 1].course.start - timedelta(days=1))
        spans.append(OverlaySpan(before, mark.course, role, first, last))
    return tuple(spans)


def overlay_panels(
    courses: Sequence[ChartCourse], scores: Mapping[date, float | None], today: date
) -> tuple[OverlayPanel, ...]:
    """A panel for each regimen that has been followed by a course, in the order of their first use."""
    # A place for each in this order, before it is known which have anything to draw.
    lines: dict[str, list[OverlayLine]] = {mark.course.regimen: [] for mark in _by_date(courses)}
    followed: dict[str, list[ChartCourse]] = {regimen: [] for regimen in lines}
    for span in overlay_spans(courses, today):
        start, regimen = span.course.start, span.before.course.regimen
        segments = unbroken(
            ((day - start).days, score) for day, score in scores.items() if span.first <= day <= span.last
        )
        followed[regimen].append(span.before)
        if segments:
            lines[regimen].append(OverlayLine(span.course.number, span.role, segments))
    return tuple(
        OverlayPanel(marks[-1], tuple(dict.fromkeys(mark.dose_label for mark in marks)), tuple(lines[regimen]))
        for regimen, marks in followed.items()
        if lines[regimen]
    )


def panels_shown(panels: Sequence[OverlayPanel]) -> tuple[OverlayPanel, ...]:
    """Those that were used last, as many as a picture holds; the order stays that of first use, as everywhere."""
    latest = sorted(panels, key=lambda panel: panel.regimen.course.start)[-MOST_PANELS:]
    return tuple(panel for panel in panels if panel in latest)


def points_axis(middles: Sequence[float], ends: Sequence[float], threshold: float) -> tuple[int, int]:
    """The axis of differences, whole points: 0, the threshold and every mark on it; intervals a little beyond."""
    low, high = min([-1.0, *middles]), max([threshold + 1, *middles])
    outer = [min(max(end, low - FARTHEST_END), high + FARTHEST_END) for end in ends]
    return floor(min([low, *outer])), ceil(max([high, *outer]))


def goes_on(low: float | None, high: float | None, axis_low: float, axis_high: float) -> bool:
    """Whether an interval goes on beyond its axis."""
    return (low is not None and low < axis_low) or (high is not None and high > axis_high)


def whole_numbers(low: float, high: float, most: float) -> tuple[int, ...]:
    """The numbers to write along an axis from `low` to `high`: at most so many, in even steps, with 0 among them."""
    numbers = range(ceil(low), floor(high) + 1)
    step = next((step for step in (1, 2, 5) if len(numbers) / step <= most), 10)
    return tuple(at for at in numbers if at % step == 0)


def signed(number: int) -> str:
    return f"+{number}" if number > 0 else f"−{-number}" if number else "0"


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


def _by_date(courses: Sequence[ChartCourse]) -> tuple[ChartCourse, ...]:
    marks = {mark.course.number: mark for mark in courses}
    return tuple(marks[course.number] for course in in_order(mark.course for mark in courses))
