"""The other symptoms: a row each, and in it every regimen's estimate with its interval, all on one axis."""

from jobs.chart import style
from jobs.chart.answer import RegimenMark
from jobs.chart.calendar import KeyEntry, draw_heading, draw_key
from jobs.chart.facts import ChartFacts
from jobs.chart.fitting import in_lines, shortened
from jobs.chart.shapes import (
    MOST_PANELS,
    goes_on,
    overlay_panels,
    panels_shown,
    points_axis,
    signed,
    whole_numbers,
)
from jobs.chart.sheet import Frame, Sheet, text_width

_LEFT = 268
_GAP = 20
_ROW = 55
_MARK = 28
_LINE = 28
# Points beyond the axis's ends: room for half a mark, and for half of the number there.
_MARGIN = 0.35


def draw_symptoms(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends; nothing without a course to compare."""
    texts, others = facts.texts, facts.answers[1:]
    names = _shown(facts)
    if not others or not names:
        return top
    y = draw_heading(sheet, top + 34, texts.symptoms_title)
    marks = {(row, mark.regimen): mark for row, answer in enumerate(others) for mark in answer.regimens}
    shown = [mark for mark in marks.values() if mark.regimen in names]
    low, high = _axis(shown, facts.threshold)
    if any(goes_on(mark.low, mark.high, low - _MARGIN, high + _MARGIN) for mark in shown):
        y = draw_key(sheet, [KeyEntry("arrow", style.TOGETHER, texts.cut_interval)], 20, y + 10, style.WIDTH - 40) - 6
    width = (style.WIDTH - 24 - _LEFT - _GAP * (len(names) - 1)) / len(names)
    titles = [_title(marks, name, width) for name in names]
    y += 14 + _LINE * max(len(lines) for lines in titles)
    for column, (name, lines) in enumerate(zip(names, titles, strict=True)):
        left = _LEFT + column * (width + _GAP)
        frame = Frame(left, y, width, _ROW * len(others), low - _MARGIN, high + _MARGIN)
        first = y - 8 - _LINE * (len(lines) - 1)
        sheet.text_lines(left + width / 2, first, lines, _LINE, style.SMALL, style.INK, "center")
        for row in range(len(others)):
            _draw_cell(sheet, frame, marks.get((row, name)), y + row * _ROW, facts.threshold)
        if any(mark.estimate is not None for mark in shown if mark.regimen == name):
            _draw_axis(sheet, frame)
    for row, answer in enumerate(others):
        sheet.text(20, y + row * _ROW + 36, shortened(answer.label, style.SMALL, _LEFT - 30), style.SMALL, style.INK)
        sheet.lines([[(20, y + row * _ROW), (style.WIDTH - 24, y + row * _ROW)]], style.GRID, 2)
    bottom = y + _ROW * len(others)
    return bottom + (32 if any(mark.estimate is not None for mark in shown) else 0)


def _shown(facts: ChartFacts) -> list[str]:
    """The regimens of the panels above, in their order; where these have no entries, the latest ones."""
    followed = {mark.regimen for mark in facts.answers[0].courses}
    panels = panels_shown(overlay_panels(facts.courses, facts.scores(0), facts.today))
    drawn = [panel.regimen.course.regimen for panel in panels]
    compared = [regimen.regimen for regimen in facts.answers[0].regimens if regimen.regimen in followed]
    return [name for name in drawn if name in compared] or compared[-MOST_PANELS:]


def _title(marks: dict[tuple[int, str], RegimenMark], name: str, width: float) -> list[str]:
    named = next(mark for mark in marks.values() if mark.regimen == name)
    return in_lines((named.label, named.label_short), style.SMALL, width, 2)


def _axis(marks: list[RegimenMark], threshold: float) -> tuple[int, int]:
    middles = [mark.estimate for mark in marks if mark.estimate is not None]
    return points_axis(middles, [end for mark in marks for end in (mark.low, mark.high) if end is not None], threshold)


def _draw_cell(sheet: Sheet, frame: Frame, mark: RegimenMark | None, top: float, threshold: float) -> None:
    """The mark with what it is held against, and the verdict below; without an estimate, words alone."""
    if mark is None:
        return
    decided = mark.estimate is not None
    if mark.estimate is not None and mark.low is not None and mark.high is not None:
        sheet.lines([[(frame.x(0), top), (frame.x(0), top + _MARK)]], style.QUIET, 2.5)
        sheet.lines([[(frame.x(threshold), top), (frame.x(threshold), top + _MARK)]], style.LIMIT, 2.5, (3, 1.5))
        y = top + _MARK / 2 + 1
        _draw_interval(sheet, frame, mark.low, mark.high, y)
        sheet.diamonds([(frame.x(mark.estimate), y)], 13, style.TOGETHER)
    words = shortened(mark.words, style.SMALL, frame.width - 8)
    middle, colour = frame.left + frame.width / 2, style.INK if decided else style.QUIET
    sheet.text(middle, top + (49 if decided else 36), words, style.SMALL, colour, "center")


def _draw_interval(sheet: Sheet, frame: Frame, low: float, high: float, y: float) -> None:
    """With an arrow where it goes on beyond the axis; the line ends within the arrow's head."""
    left, right = frame.x(max(low, frame.x_low)), frame.x(min(high, frame.x_high))
    tips = [(x, ahead) for x, cut, ahead in ((left, low < frame.x_low, -1), (right, high > frame.x_high, 1)) if cut]
    inset = {x: 8 * ahead for x, ahead in tips}
    sheet.lines([[(left - inset.get(left, 0), y), (right - inset.get(right, 0), y)]], style.TOGETHER, 6)
    for x, ahead in tips:
        sheet.arrows([(x, y)], (ahead, 0), style.TOGETHER)


def _draw_axis(sheet: Sheet, frame: Frame) -> None:
    """Whole points in even steps, as many as have room."""
    widest = max(text_width(signed(round(end)), style.SMALL) for end in (frame.x_low, frame.x_high))
    room = frame.width / (widest + 8)
    for at in whole_numbers(frame.x_low, frame.x_high, room):
        sheet.text(frame.x(at), frame.bottom + 26, signed(at), style.SMALL, style.QUIET, "center")
