"""The calendar of one patient: the leading item large, the others as rows, regimens, missing days, the laboratory."""

from collections.abc import Mapping
from datetime import date
from math import ceil, floor, log2

from jobs.chart import style
from jobs.chart.answer import SteroidStrip
from jobs.chart.calendar import (
    ENDS,
    EVERY_OTHER,
    KeyEntry,
    calendar_frame,
    draw_absence,
    draw_ground,
    draw_heading,
    draw_key,
    draw_levels,
    draw_months,
    draw_rug,
    draw_scores,
)
from jobs.chart.facts import ChartFacts, ChartTexts, LabStrip
from jobs.chart.fitting import in_lines
from jobs.chart.shapes import calendar_span, drawn_segments, kept_labels, missing_days, regimen_bands
from jobs.chart.sheet import Frame, Sheet, text_width

_LEADING_HEIGHT = 160
_ROW_HEIGHT = 36
_LAB_HEIGHT = 84
_STEROID_HEIGHT = 32
_LABEL = 28
_BAND_LINE = 28
# The doublings of the laboratory's axis are those of a thousand: 125, 250, 500, 1000, ..., 16k.
_ONE = 1000.0


def draw_timeline(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends."""
    heading = draw_heading(sheet, top + 34, facts.items[0], facts.texts.scale)
    if calendar_span(facts)[0] > facts.diary_from:
        words = facts.texts.calendar_shortened
        sheet.text(style.WIDTH - style.RIGHT, heading, words, style.SMALL, style.QUIET, "right")
    y = _draw_regimens(sheet, facts, heading + 14)
    y = _draw_numbers(sheet, facts, y)
    frame = _frame(facts, y, _LEADING_HEIGHT)
    _draw_item(sheet, facts, frame, 0, EVERY_OTHER, 3.5)
    if not any(entry.values[0] is not None for entry in facts.days):
        draw_absence(sheet, frame, facts.texts.no_entries)
    y = draw_rug(sheet, frame, calendar_span(facts)[0], _missing(facts), _not_asked(facts)) + 4
    for item in range(1, len(facts.items)):
        sheet.text(style.LEFT, y + 22, facts.items[item], style.SMALL, style.INK)
        frame = _frame(facts, y + _LABEL, _ROW_HEIGHT)
        _draw_item(sheet, facts, frame, item, ENDS, 2.2)
        y = frame.bottom + 2
    first, last = calendar_span(facts)
    if facts.lab is not None and any(first <= day <= last for day, _ in facts.lab.values):
        frame = _draw_lab(sheet, facts, facts.lab, y)
        y = frame.bottom + 2
    for strip in facts.steroids:
        if any(start <= last and first <= end for start, end, _ in strip.steps):
            frame = _draw_steroid(sheet, facts, strip, y)
            y = frame.bottom + 2
    y = draw_months(sheet, frame, first, last, facts.texts)
    return draw_key(sheet, _key(facts), 20, y + 6, style.WIDTH - 40)


def _missing(facts: ChartFacts) -> tuple[date, ...]:
    answered = (entry.day for entry in facts.days)
    return missing_days(calendar_span(facts)[0], facts.today, answered, facts.not_asked)


def _not_asked(facts: ChartFacts) -> list[date]:
    """Not asked and without an entry: someone may answer unasked."""
    first, last = calendar_span(facts)
    return sorted(day for day in facts.not_asked - {entry.day for entry in facts.days} if first <= day <= last)


def _frame(facts: ChartFacts, top: float, height: float) -> Frame:
    first, last = calendar_span(facts)
    return calendar_frame(first, last, style.LEFT, style.PLOT_WIDTH, top, height)


def _draw_item(
    sheet: Sheet, facts: ChartFacts, frame: Frame, item: int, levels: Mapping[float, str], line_width: float
) -> None:
    first, last = calendar_span(facts)
    draw_ground(sheet, frame, first, (mark.course for mark in facts.courses), facts.today, levels)
    late = [(entry.day - first).days for entry in facts.days if entry.late] if item == 0 else []
    # More than a year and a half on a telephone: thinner, so that neighbouring days stay apart.
    thin = 0.75 if frame.x_high > 550 else 1
    draw_scores(sheet, frame, drawn_segments(facts.scores(item), first, last), late, line_width * thin)


def _draw_regimens(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """A band for each regimen and dose, with its name as far as it has room."""
    first, last = calendar_span(facts)
    frame = _frame(facts, top, 0)
    bands = [band for band in regimen_bands(facts.courses, last) if first < band.until and band.start <= last]
    if not bands:
        return top
    sides = [
        (frame.x(max((band.start - first).days, 0)), frame.x(min((band.until - first).days, frame.x_high)))
        for band in bands
    ]
    written = [
        [
            *in_lines((band.first.regimen_label, band.first.regimen_short), style.SMALL, right - left - 6, 2),
            # Whole or not at all: half a dose would be another one.
            *([dose] if text_width(dose := band.first.dose_label, style.SMALL) <= right - left - 6 else []),
        ]
        for band, (left, right) in zip(bands, sides, strict=True)
    ]
    height = 8 + _BAND_LINE * max(len(lines) for lines in written)
    for position, ((left, right), lines) in enumerate(zip(sides, written, strict=True)):
        colour = style.BAND_ALTERNATE if position % 2 else style.BAND
        sheet.rectangles([(left, top, right - left, height)], colour)
        baseline = top + height / 2 + 9 - _BAND_LINE * (len(lines) - 1) / 2
        sheet.text_lines((left + right) / 2, baseline, lines, _BAND_LINE, style.SMALL, style.INK, "center")
    return top + height


def _draw_numbers(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """The course numbers, as many as have room."""
    first, last = calendar_span(facts)
    frame = _frame(facts, top, 1)
    shown = sorted((mark.course for mark in facts.courses if first <= mark.course.start <= last), key=lambda c: c.start)
    if not shown:
        return top + 6
    centres = [frame.x((course.start - first).days + ((course.end - course.start).days + 1) / 2) for course in shown]
    widths = [text_width(str(course.number), style.SMALL) for course in shown]
    for position in kept_labels(centres, widths, 10):
        x = min(centres[position], style.WIDTH - 4 - widths[position] / 2)
        sheet.text(x, top + 25, str(shown[position].number), style.SMALL, style.TOGETHER, "center", bold=True)
    return top + 31


def _draw_lab(sheet: Sheet, facts: ChartFacts, lab: LabStrip, top: float) -> Frame:
    """The laboratory's values on an axis where each step up is a doubling; the limit dashed."""
    first, last = calendar_span(facts)
    baseline = top + 22
    sheet.text(style.LEFT, baseline, lab.label, style.SMALL, style.INK)
    points = [((day - first).days + 0.5, log2(value / _ONE)) for day, value in lab.values if first <= day <= last]
    limits = [] if lab.upper_limit is None else [log2(lab.upper_limit / _ONE)]
    levels = [*(level for _, level in points), *limits]
    low = floor(min(levels))
    high = max(ceil(max(levels)), low + 3)
    frame = Frame(
        style.LEFT, top + _LABEL, style.PLOT_WIDTH, _LAB_HEIGHT, 0, (last - first).days + 1, low - 0.3, high + 0.3
    )
    # As many doublings to a named line as keep the names apart.
    step = ceil(28 * (high - low + 0.6) / _LAB_HEIGHT)
    doublings = {float(at): _doubled(at, facts.texts) for at in range(low, high + 1) if at % step == 0}
    draw_ground(sheet, frame, first, (mark.course for mark in facts.courses), facts.today, doublings)
    if lab.upper_limit is not None:
        y = frame.y(log2(lab.upper_limit / _ONE))
        sheet.lines([[(frame.left, y), (frame.right, y)]], style.LIMIT, 2.5, (4, 2))
        words = f"{facts.texts.upper_limit} {facts.texts.number(lab.upper_limit)}"
        x = style.WIDTH - style.RIGHT - text_width(words, style.SMALL)
        sheet.text(x, baseline, words, style.SMALL, style.QUIET)
        sheet.lines([[(x - 46, baseline - 8), (x - 10, baseline - 8)]], style.LIMIT, 2.5, (4, 2))
    sheet.dots(frame.at(points), 6, style.INK, "white", 1)
    return frame


def _doubled(times: int, texts: ChartTexts) -> str:
    """A thousand doubled so many times: exact from 125 upwards, and no wider than the room beside the axis."""
    value = _ONE * 2.0**times
    if value >= 10_000:
        return texts.thousands.format(number=texts.number(value / 1000))
    return texts.number(round(value, 1) if value < 100 else value)


def _draw_steroid(sheet: Sheet, facts: ChartFacts, strip: SteroidStrip, top: float) -> Frame:
    """One drug's daily dose as steps, its milligrams named where they change and have room."""
    first, last = calendar_span(facts)
    sheet.text(style.LEFT, top + 22, strip.label, style.SMALL, style.INK)
    shown = [(max(start, first), min(end, last), dose) for start, end, dose in strip.steps]
    shown = [step for step in shown if step[0] <= step[1]]
    most = max(*(dose for *_, dose in shown), 1.0)
    days = (last - first).days + 1
    frame = Frame(style.LEFT, top + 2 * _LABEL - 4, style.PLOT_WIDTH, _STEROID_HEIGHT, 0, days, 0, most * 1.02)
    boxes, labels = [], []
    for start, end, dose in shown:
        left, right = frame.x((start - first).days), frame.x((end - first).days + 1)
        boxes.append((left, frame.y(dose), right - left, frame.bottom - frame.y(dose)))
        labels.append((left, facts.texts.number(dose)))
    sheet.rectangles(boxes, style.STEROID)
    draw_levels(sheet, frame, {0: "0"})
    widths = [text_width(words, style.SMALL) for _, words in labels]
    centres = [
        min(left + width / 2, style.WIDTH - 4 - width / 2) for (left, _), width in zip(labels, widths, strict=True)
    ]
    for position in kept_labels(centres, widths, 10):
        x, y = centres[position], boxes[position][1] - 5
        sheet.text(x, y, labels[position][1], style.SMALL, style.QUIET, "center")
    return frame


def _key(facts: ChartFacts) -> list[KeyEntry]:
    """Only the signs that occur."""
    texts = facts.texts
    first, last = calendar_span(facts)
    statuses = {mark.course.status for mark in facts.courses if first <= mark.course.start <= last}
    entries = [
        ("given" in statuses, KeyEntry("box", style.COURSE, texts.course)),
        ("planned" in statuses, KeyEntry("outline", style.COURSE, texts.planned_course)),
        (last > facts.today, KeyEntry("dots", style.QUIET, texts.today)),
        ("given" in statuses, KeyEntry("box", style.WEEK_BEFORE, texts.week_before)),
        ("planned" in statuses, KeyEntry("hatch", style.WEEK_BEFORE, texts.planned_week_before)),
        (any(entry.late for entry in facts.days), KeyEntry("hollow", style.INK, texts.late_entry)),
        (bool(_missing(facts)), KeyEntry("tick", style.MISSING, texts.missing_day)),
        (bool(_not_asked(facts)), KeyEntry("low_tick", style.NOT_ASKED, texts.not_asked_day)),
    ]
    return [entry for occurs, entry in entries if occurs]
