"""The leading item against days to the course: one panel a regimen, all on the same axes."""

from collections.abc import Iterable

from jobs.chart import style
from jobs.chart.calendar import EVERY_OTHER, KeyEntry, draw_heading, draw_key, draw_levels
from jobs.chart.facts import ChartFacts
from jobs.chart.shapes import (
    DAYS_AROUND,
    MOST_PANELS,
    OverlayLine,
    OverlayPanel,
    median_line,
    overlay_panels,
)
from jobs.chart.sheet import Frame, Sheet, first_fitting, wrapped

_HEIGHT = 172
_GAP = 24
_DAYS = (-21, -14, -7, 0, 7)


def draw_overlay(sheet: Sheet, facts: ChartFacts, top: float) -> float:
    """Draws from `top` downwards, and returns where it ends."""
    texts = facts.texts
    y = top + 34
    draw_heading(sheet, y, texts.overlay_title)
    panels = overlay_panels(facts.courses, facts.scores(0), facts.today)
    if len(panels) > MOST_PANELS:
        sheet.text(20, y + 38, texts.earlier_regimens_left_out, style.SMALL, style.QUIET)
        y += 36
        panels = panels[-MOST_PANELS:]
    if not panels:
        sheet.text(20, y + 42, texts.nothing_to_compare, style.LABEL, style.QUIET)
        return y + 56
    for line in wrapped(facts.running, style.SMALL, style.WIDTH - 40):
        sheet.text(20, y + 38, line, style.SMALL, style.QUIET)
        y += 34
    width = (style.PLOT_WIDTH - _GAP * (len(panels) - 1)) / len(panels)
    for position, panel in enumerate(panels):
        left = style.LEFT + position * (width + _GAP)
        frame = Frame(left, y + 74, width, _HEIGHT, *DAYS_AROUND, -0.5, 10.5)
        _draw_panel(sheet, frame, panel, labelled=position == 0, days_apart=width / 36)
    bottom = y + 74 + _HEIGHT
    roles: set[str] = {line.role for panel in panels for line in panel.lines}
    roles |= {"median" for panel in panels if median_line(panel)}
    signs = (
        ("earlier", KeyEntry("line", style.EARLIER, texts.earlier_courses)),
        ("median", KeyEntry("line", style.TOGETHER, texts.median)),
        ("latest", KeyEntry("line", style.INK, texts.latest_course)),
        ("running", KeyEntry("dashes", style.RUNNING, texts.running_course)),
    )
    return draw_key(sheet, (sign for role, sign in signs if role in roles), 20, bottom + 42, style.WIDTH - 40)


def _draw_panel(sheet: Sheet, frame: Frame, panel: OverlayPanel, labelled: bool, days_apart: float) -> None:
    middle = frame.left + frame.width / 2
    names = (panel.regimen.regimen_label, panel.regimen.regimen_short)
    name, size = first_fitting(names, (style.LABEL, style.SMALL), frame.width, bold=True)
    sheet.text(middle, frame.top - 38, name, size, style.INK, "center", bold=True)
    dose, size = first_fitting((panel.regimen.dose_label,), (style.SMALL, style.SMALLEST), frame.width + 10)
    sheet.text(middle, frame.top - 10, dose, size, style.QUIET, "center")
    sheet.rectangles([(frame.x(-7.5), frame.top, 7 * days_apart, frame.height)], style.WEEK_BEFORE)
    draw_levels(sheet, frame, EVERY_OTHER if labelled else dict.fromkeys(EVERY_OTHER, ""))
    sheet.lines([[(frame.x(0), frame.top), (frame.x(0), frame.bottom)]], style.COURSE, 5)
    # The latest line and the running one on top of the median, that one on top of the earlier.
    _draw_lines(sheet, frame, [line for line in panel.lines if line.role == "earlier"])
    sheet.lines([frame.at(run) for run in median_line(panel) if len(run) > 1], style.TOGETHER, 7)
    _draw_lines(sheet, frame, [line for line in panel.lines if line.role != "earlier"])
    for day in _DAYS:
        sheet.lines([[(frame.x(day), frame.bottom), (frame.x(day), frame.bottom + 8)]], style.QUIET, 2)
        words = f"+{day}" if day > 0 else f"−{-day}" if day else "0"
        sheet.text(frame.x(day), frame.bottom + 32, words, style.SMALL, style.QUIET, "center")


def _draw_lines(sheet: Sheet, frame: Frame, lines: Iterable[OverlayLine]) -> None:
    for line in lines:
        colour, width, dashes = {
            "earlier": (style.EARLIER, 2.5, None),
            "latest": (style.INK, 4.5, None),
            "running": (style.RUNNING, 4.5, (2.0, 1.0)),
        }[line.role]
        sheet.lines([frame.at(run) for run in line.segments if len(run) > 1], colour, width, dashes)
        sheet.dots(frame.at([run[0] for run in line.segments if len(run) == 1]), width, colour)
