"""What every panel with a calendar axis shares: its background of courses, its months, its key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from jobs.chart import style
from jobs.chart.facts import ChartTexts
from jobs.chart.fitting import shortened, wrapped
from jobs.chart.shapes import Segments
from jobs.chart.sheet import Frame, Rectangle, Sheet, text_width
from jobs.cycle import Course
from jobs.wearing_off.windows import pre_infusion_window

KeyMark = Literal[
    "box",
    "hatch",
    "outline",
    "line",
    "dashes",
    "dots",
    "dot",
    "hollow",
    "hollow_box",
    "diamond",
    "arrow",
    "tick",
    "low_tick",
]

EVERY_OTHER: Mapping[float, str] = {0: "0", 2: "2", 4: "4", 6: "6", 8: "8", 10: "10"}
ENDS: Mapping[float, str] = {0: "0", 10: "10"}


@dataclass(frozen=True)
class KeyEntry:
    """One sign and its words."""

    mark: KeyMark
    colour: str
    words: str


def draw_heading(sheet: Sheet, baseline: float, words: str, aside: str = "") -> float:
    """A panel's title, smaller or in several lines where it would not fit, and what is said beside it.

    Returns the last line's baseline.
    """
    room = sheet.width - 40 - (text_width(aside, style.LABEL) + 16 if aside else 0)
    sizes = (style.HEADING, style.LABEL, style.SMALL)
    size = next((size for size in sizes if text_width(words, size, True) <= room), style.LABEL)
    lines = wrapped(words, size, room, bold=True)
    sheet.text_lines(20, baseline, lines, 36, size, style.INK, bold=True)
    last = baseline + 36 * (len(lines) - 1)
    sheet.text(36 + text_width(lines[-1], size, True), last, aside, style.LABEL, style.QUIET)
    return last


def calendar_frame(first: date, last: date, left: float, width: float, top: float, height: float) -> Frame:
    """A frame for scores: x in days since `first`, a day being one unit wide; 0 and 10 a little within the edges."""
    return Frame(left, top, width, height, 0, (last - first).days + 1, -0.5, 10.5)


def draw_ground(
    sheet: Sheet, frame: Frame, first: date, courses: Iterable[Course], today: date, levels: Mapping[float, str]
) -> None:
    """What lies under the scores: weeks before courses, then the levels, then the courses, a planned one as an outline.

    The week before a planned course is hatched, since the course may still move.
    `levels`: the words at the left of each horizontal line.
    """
    marked = list(courses)
    draw_weeks_before(sheet, frame, first, marked)
    draw_levels(sheet, frame, levels)
    draw_courses(sheet, frame, first, marked, today)


def draw_weeks_before(sheet: Sheet, frame: Frame, first: date, marked: Sequence[Course]) -> None:
    for status, fill in (("given", sheet.rectangles), ("planned", sheet.hatched)):
        weeks = (pre_infusion_window(course) for course in marked if course.status == status)
        fill(_boxes(frame, first, ((week.first, week.last) for week in weeks), 1), style.WEEK_BEFORE)


def draw_courses(sheet: Sheet, frame: Frame, first: date, marked: Sequence[Course], today: date) -> None:
    """Given ones filled, planned ones as an outline; dots where tomorrow begins."""
    given = [(course.start, course.end) for course in marked if course.status == "given"]
    sheet.rectangles(_boxes(frame, first, given, 4), style.COURSE)
    planned = [(course.start, course.end) for course in marked if course.status == "planned"]
    edges = [x for left, _, width, _ in _boxes(frame, first, planned, 6) for x in (left + 1, left + width - 1)]
    after_today = (today - first).days + 1
    sheet.lines([[(x, frame.top), (x, frame.bottom)] for x in edges], style.COURSE, 2)
    if after_today < frame.x_high:
        x = frame.x(after_today)
        sheet.lines([[(x, frame.top), (x, frame.bottom)]], style.QUIET, 2, (1, 2))


def draw_levels(sheet: Sheet, frame: Frame, levels: Mapping[float, str]) -> None:
    """Horizontal lines, with words at their left: never cut by the sheet's edge, where 16384 would read 6384."""
    sheet.lines([[(frame.left, frame.y(at)), (frame.right, frame.y(at))] for at in levels], style.GRID, 2)
    for at, words in levels.items():
        written = shortened(words, style.SMALL, frame.left - 12)
        sheet.text(frame.left - 10, frame.y(at) + 9, written, style.SMALL, style.QUIET, "right")


def draw_scores(sheet: Sheet, frame: Frame, segments: Segments, late: Iterable[int], width: float) -> None:
    """The runs of days as lines, a day alone as a dot, late entries hollow on top. x is the number of days.

    Sharp in a low frame and over nearly two years: soft edges of so steep a line take many bytes, and are not seen.
    """
    middle = [[(x + 0.5, score) for x, score in run] for run in segments]
    day_width = frame.width / frame.x_high
    sharp = frame.height < 50 or day_width < 1.5
    sheet.lines([frame.at(run) for run in middle if len(run) > 1], style.INK, width, sharp=sharp)
    every_day = day_width >= 9
    dots = [point for run in middle for point in run if every_day or len(run) == 1]
    sheet.dots(frame.at(dots), min(max(width * 0.75, day_width * 0.25), 6), style.INK)
    scores = {x - 0.5: (x, score) for run in middle for x, score in run}
    hollow = [scores[number] for number in late if number in scores]
    sheet.dots(frame.at(hollow), min(max(day_width, 3.5), 8), "white", style.INK, 2)


def draw_rug(sheet: Sheet, frame: Frame, first: date, missing: Iterable[date], not_asked: Iterable[date]) -> float:
    """Below the scores: a tall tick for each missing day, a low grey one for each day not asked. Returns the end."""
    top = frame.bottom + 4
    # On a long calendar a day is narrower than a pixel: it is still seen.
    width = max(frame.width / frame.x_high * 0.8, 1.5)
    sheet.rectangles([(frame.x((day - first).days + 0.1), top, width, 20) for day in missing], style.MISSING)
    sheet.rectangles([(frame.x((day - first).days + 0.1), top + 12, width, 8) for day in not_asked], style.NOT_ASKED)
    return top + 24


def draw_months(sheet: Sheet, frame: Frame, first: date, last: date, texts: ChartTexts) -> float:
    """Months, or days for a short diary, below the frame. Returns where they end.

    January goes by its year, and what is named first has its year with it.
    """
    short = (last - first).days < 70
    starts = _week_starts(first, last) if short else _month_starts(first, last)
    sides = [frame.x((day - first).days) for day in starts]
    sheet.lines([[(x, frame.bottom), (x, frame.bottom + 8)] for x in sides], style.QUIET, 2)
    months = [day.year * 12 + day.month - 1 for day in starts]
    for step in (1, 2, 3, 4, 6, 12):
        # Months from January on, so that the years are named; weeks from the first one on.
        chosen = [k for k, month in enumerate(months) if (k if short else month) % step == 0]
        labels = [_day_words(starts[k], k == chosen[0], short, texts) for k in chosen]
        ends = [sides[k] + text_width(label, style.SMALL) for k, label in zip(chosen, labels, strict=True)]
        if all(end + 10 <= sides[k] for end, k in zip(ends, chosen[1:], strict=False)):
            break
    baseline = frame.bottom + 31
    for k, label, end in zip(chosen, labels, ends, strict=True):
        # A name begins where its month begins, and stays on the sheet.
        if end <= sheet.width - 4:
            sheet.text(sides[k], baseline, label, style.SMALL, style.QUIET)
    return baseline + 8


def draw_key(sheet: Sheet, entries: Iterable[KeyEntry], left: float, top: float, width: float) -> float:
    """The signs with their words, in as many lines as they need. Returns where they end."""
    x, y = left, top
    for entry in entries:
        needed = 42 + text_width(entry.words, style.SMALL)
        if x > left and x + needed > left + width:
            x, y = left, y + 32
        _draw_sign(sheet, entry, x, y + 18)
        sheet.text(x + 40, y + 26, entry.words, style.SMALL, style.QUIET)
        x += needed + 20
    return y + 34


def draw_absence(sheet: Sheet, frame: Frame, words: str) -> None:
    """Words in the middle of a frame without scores, on white so that no course runs through them."""
    width = text_width(words, style.SMALL)
    middle = frame.left + frame.width / 2
    sheet.rectangles([(middle - width / 2 - 12, frame.y(5) - 20, width + 24, 40)], "white")
    sheet.text(middle, frame.y(5) + 9, words, style.SMALL, style.QUIET, "center")


def _draw_sign(sheet: Sheet, entry: KeyEntry, x: float, y: float) -> None:
    match entry.mark:
        case "box":
            sheet.rectangles([(x, y - 13, 32, 26)], entry.colour)
        case "hatch":
            sheet.hatched([(x, y - 13, 32, 26)], entry.colour)
        case "diamond":
            sheet.diamonds([(x + 18, y)], 13, entry.colour)
        case "arrow":
            sheet.lines([[(x + 18, y + 13), (x + 18, y)]], entry.colour, 3)
            sheet.arrows([(x + 18, y - 13)], (0, -1), entry.colour)
        case "outline":
            sheet.lines([[(x + edge, y - 13), (x + edge, y + 13)] for edge in (11, 21)], entry.colour, 2)
        case "line":
            sheet.lines([[(x, y), (x + 34, y)]], entry.colour, 5)
        case "dashes":
            sheet.lines([[(x, y), (x + 34, y)]], entry.colour, 4, (2, 1))
        case "dots":
            sheet.lines([[(x + 17, y - 13), (x + 17, y + 13)]], entry.colour, 2, (1, 2))
        case "dot":
            sheet.dots([(x + 18, y)], 10, entry.colour)
        case "hollow":
            sheet.dots([(x + 18, y)], 9, "white", entry.colour, 3)
        case "hollow_box":
            draw_hollow_box(sheet, x + 18, y, entry.colour)
        case "tick" | "low_tick":
            box = (x + 14, y - 11, 6, 22) if entry.mark == "tick" else (x + 14, y + 2, 6, 9)
            sheet.rectangles([box], entry.colour)


def draw_hollow_box(sheet: Sheet, x: float, y: float, colour: str) -> None:
    """Of a form of its own, since a hollow dot is a late entry."""
    sheet.rectangles([(x - 10, y - 10, 20, 20)], colour)
    sheet.rectangles([(x - 7, y - 7, 14, 14)], "white")


def _boxes(frame: Frame, first: date, spans: Iterable[tuple[date, date]], least_width: float) -> list[Rectangle]:
    """Whole days as boxes over the frame's height, cut at its ends."""
    boxes: list[Rectangle] = []
    for start, end in spans:
        low, high = max((start - first).days, 0), min((end - first).days + 1, frame.x_high)
        if low < high:
            left = frame.x(low)
            boxes.append((left, frame.top, max(frame.x(high) - left, least_width), frame.height))
    return boxes


def _week_starts(first: date, last: date) -> list[date]:
    return [first + timedelta(days=step) for step in range(0, (last - first).days + 1, 7)]


def _month_starts(first: date, last: date) -> list[date]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    starts = (date(month // 12, month % 12 + 1, 1) for month in months)
    return [day for day in starts if first <= day <= last]


def _day_words(day: date, named_first: bool, short: bool, texts: ChartTexts) -> str:
    if short:
        return texts.full_date(day) if named_first else texts.short_date(day)
    month = texts.months[day.month - 1]
    if day.month == 1:
        return str(day.year)
    return f"{month} {day.year}" if named_first else month
