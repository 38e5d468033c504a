"""The leading item against days to the course: one panel a regimen, all on the same axes."""

from collections.abc import Iterable

from jobs.chart import style
from jobs.chart.calendar import EVERY_OTHER, KeyEntry, draw_heading, draw_key, draw_levels
from jobs.chart.facts import ChartFacts, ChartTexts
from jobs.chart.fitting import in_lines, shortened, wrapped
from jobs.chart.shapes import (
    DAYS_AROUND,
    OverlayLine,
    OverlayPanel,
    median_line,
    overlay_panels,
    panels_shown,
    signed,
)
from jobs.chart.sheet import Frame, Sheet

_HEIGHT = 150
_GAP = 24
_LINE = 28
_DAYS = (-21, -14, -7, 0, 7)


def draw_overlay(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends."""
    texts = facts.texts
    y = draw_heading(sheet, top + 34, texts.overlay_title)
    followed = overlay_panels(facts.courses, facts.scores(0), facts.today)
    panels = panels_shown(followed)
    if not panels:
        counted = sum(mark.course.counts_by(facts.today) for mark in facts.courses)
        words = texts.no_answers_to_compare if counted > 1 else texts.nothing_to_compare
        sheet.text(20, y + 42, words, style.LABEL, style.QUIET)
        return y + 56
    left_out = texts.latest_regimens.format(shown=len(panels), all=len(followed)) if panels != followed else ""
    for words in (left_out, facts.running):
        for line in wrapped(words, style.SMALL, style.WIDTH - 40):
            sheet.text(20, y + 36, line, style.SMALL, style.QUIET)
            y += 30
    width = (style.PLOT_WIDTH - _GAP * (len(panels) - 1)) / len(panels)
    names = [_name(panel, width) for panel in panels]
    top = y + 46 + _LINE * max(len(lines) for lines in names)
    for position, (panel, lines) in enumerate(zip(panels, names, strict=True)):
        left = style.LEFT + position * (width + _GAP)
        frame = Frame(left, top, width, _HEIGHT, *DAYS_AROUND, -0.5, 10.5)
        first = top - 38 - _LINE * (len(lines) - 1)
        sheet.text_lines(left + width / 2, first, lines, _LINE, style.SMALL, style.INK, "center", bold=True)
        dose = shortened(_dose(panel, texts), style.SMALL, width + 10)
        sheet.text(left + width / 2, top - 10, dose, style.SMALL, style.QUIET, "center")
        _draw_panel(sheet, frame, panel, labelled=position == 0, days_apart=width / 36)
    bottom = top + _HEIGHT
    roles: set[str] = {line.role for panel in panels for line in panel.lines}
    roles |= {"median" for panel in panels if median_line(panel)}
    signs = (
        ("earlier", KeyEntry("line", style.EARLIER, texts.earlier_courses)),
        ("median", KeyEntry("line", style.TOGETHER, texts.median)),
        ("latest", KeyEntry("line", style.INK, texts.latest_course)),
        ("running", KeyEntry("dashes", style.RUNNING, texts.running_course)),
    )
    return draw_key(sheet, (sign for role, sign in signs if role in roles), 20, bottom + 40, style.WIDTH - 40)


def _name(panel: OverlayPanel, width: float) -> list[str]:
    names = (panel.regimen.regimen_label, panel.regimen.regimen_short)
    return in_lines(names, style.SMALL, width, 2, bold=True)


def _dose(panel: OverlayPanel, texts: ChartTexts) -> str:
    return panel.doses[0] if len(panel.doses) == 1 else texts.doses_vary


def _draw_panel(sheet: Sheet, frame: Frame, panel: OverlayPanel, labelled: bool, days_apart: float) -> None:
    sheet.rectangles([(frame.x(-7.5), frame.top, 7 * days_apart, frame.height)], style.WEEK_BEFORE)
    draw_levels(sheet, frame, EVERY_OTHER if labelled else dict.fromkeys(EVERY_OTHER, ""))
    sheet.lines([[(frame.x(0), frame.top), (frame.x(0), frame.bottom)]], style.COURSE, 5)
    # The latest line and the running one on top of the median, that one on top of the earlier.
    _draw_lines(sheet, frame, [line for line in panel.lines if line.role == "earlier"])
    sheet.lines([frame.at(run) for run in median_line(panel) if len(run) > 1], style.TOGETHER, 7)
    _draw_lines(sheet, frame, [line for line in panel.lines if line.role != "earlier"])
    for day in _DAYS:
        sheet.lines([[(frame.x(day), frame.bottom), (frame.x(day), frame.bottom + 8)]], style.QUIET, 2)
        sheet.text(frame.x(day), frame.bottom + 31, signed(day), style.SMALL, style.QUIET, "center")


def _draw_lines(sheet: Sheet, frame: Frame, lines: Iterable[OverlayLine]) -> None:
    for line in lines:
        colour, width, dashes = {
            "earlier": (style.EARLIER, 2.2, None),
            "latest": (style.INK, 4.5, None),
            "running": (style.RUNNING, 4.5, (2.0, 1.0)),
        }[line.role]
        sharp = line.role == "earlier"
        sheet.lines([frame.at(run) for run in line.segments if len(run) > 1], colour, width, dashes, sharp)
        sheet.dots(frame.at([run[0] for run in line.segments if len(run) == 1]), width, colour)
