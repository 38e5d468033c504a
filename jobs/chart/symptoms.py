"""The other symptoms: a row each, and in it every regimen's estimate with its interval, all on one axis."""

from math import ceil, floor

from jobs.chart import style
from jobs.chart.answer import RegimenMark
from jobs.chart.calendar import draw_heading
from jobs.chart.facts import ChartFacts
from jobs.chart.shapes import MOST_PANELS, kept_labels
from jobs.chart.sheet import Frame, Sheet, first_fitting, text_width

_LEFT = 250
_GAP = 20
_ROW = 58
_MARK = 30
_SIZES = (style.SMALL, style.SMALLEST, style.PRINTED)
_WORDS = (style.SMALLEST, style.PRINTED)
# Wider intervals run off the axis, which would otherwise flatten all others.
_WIDEST = (-4.0, 7.0)


def draw_symptoms(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends; nothing without a course to compare."""
    others = facts.answers[1:]
    names = [regimen.regimen for regimen in _compared(facts)][-MOST_PANELS:]
    if not others or not names:
        return top
    draw_heading(sheet, top + 34, facts.texts.symptoms_title)
    marks = {(row, mark.regimen): mark for row, answer in enumerate(others) for mark in answer.regimens}
    low, high = _axis([mark for mark in marks.values() if mark.regimen in names], facts.threshold)
    width = (style.WIDTH - 24 - _LEFT - _GAP * (len(names) - 1)) / len(names)
    y = top + 78
    for column, name in enumerate(names):
        frame = Frame(_LEFT + column * (width + _GAP), y, width, _ROW * len(others), low, high)
        shown = next(mark for mark in marks.values() if mark.regimen == name)
        label, size = first_fitting((shown.label, shown.label_short), _SIZES, width)
        sheet.text(frame.left + width / 2, y - 10, label, size, style.INK, "center")
        for row in range(len(others)):
            _draw_cell(sheet, frame, marks.get((row, name)), y + row * _ROW, facts.threshold)
        if any(mark.estimate is not None for (_, regimen), mark in marks.items() if regimen == name):
            _draw_axis(sheet, frame, low, high)
    for row, answer in enumerate(others):
        label, size = first_fitting((answer.label,), _SIZES, _LEFT - 30)
        sheet.text(20, y + row * _ROW + 38, label, size, style.INK)
        sheet.lines([[(20, y + row * _ROW), (style.WIDTH - 24, y + row * _ROW)]], style.GRID, 2)
    bottom = y + _ROW * len(others)
    return bottom + (34 if any(mark.estimate is not None for mark in marks.values()) else 0)


def _compared(facts: ChartFacts) -> list[RegimenMark]:
    """Regimens that at least one course has followed."""
    followed = {mark.regimen for mark in facts.answers[0].courses}
    return [regimen for regimen in facts.answers[0].regimens if regimen.regimen in followed]


def _axis(marks: list[RegimenMark], threshold: float) -> tuple[float, float]:
    ends = [end for mark in marks for end in (mark.low, mark.high) if end is not None]
    low, high = min([-1.0, *ends]), max([threshold + 1, *ends])
    return max(floor(low), _WIDEST[0]), min(ceil(high), _WIDEST[1])


def _draw_cell(sheet: Sheet, frame: Frame, mark: RegimenMark | None, top: float, threshold: float) -> None:
    """The mark with what it is held against, and the verdict below; without an estimate, words alone."""
    if mark is None:
        return
    decided = mark.estimate is not None and mark.low is not None and mark.high is not None
    if mark.estimate is not None and mark.low is not None and mark.high is not None:
        sheet.lines([[(frame.x(0), top), (frame.x(0), top + _MARK)]], style.QUIET, 2.5)
        sheet.lines([[(frame.x(threshold), top), (frame.x(threshold), top + _MARK)]], style.LIMIT, 2.5, (3, 1.5))
        y = top + _MARK / 2 + 1
        low, high = (min(max(end, frame.x_low), frame.x_high) for end in (mark.low, mark.high))
        sheet.lines([[(frame.x(low), y), (frame.x(high), y)]], style.TOGETHER, 6)
        if frame.x_low <= mark.estimate <= frame.x_high:
            sheet.diamonds([(frame.x(mark.estimate), y)], 13, style.TOGETHER)
    words, size = first_fitting((mark.words,), _WORDS, frame.width - 8)
    middle = frame.left + frame.width / 2
    sheet.text(middle, top + (51 if decided else 38), words, size, style.INK if decided else style.QUIET, "center")


def _draw_axis(sheet: Sheet, frame: Frame, low: float, high: float) -> None:
    """Whole points, as many as have room; the edges' stay within the column."""
    room = frame.width / (high - low)
    step = next((step for step in (1, 2, 5) if step * room >= 40), 10)
    points = [at for at in range(round(low), round(high) + 1) if at % step == 0]
    named = [f"+{at}" if at > 0 else f"−{-at}" if at else "0" for at in points]
    widths = [text_width(words, style.SMALLEST) for words in named]
    half = max(widths) / 2
    centres = [min(max(frame.x(at), frame.left + half), frame.right - half) for at in points]
    for position in kept_labels(centres, widths, 8):
        sheet.text(centres[position], frame.bottom + 26, named[position], style.SMALLEST, style.QUIET, "center")
