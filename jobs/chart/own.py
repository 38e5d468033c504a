"""A patient's own picture: one calendar below the other, with the infusions, and nothing said about what it means."""

from datetime import date

from jobs.chart import style
from jobs.chart.calendar import (
    ENDS,
    KeyEntry,
    calendar_frame,
    draw_absence,
    draw_courses,
    draw_heading,
    draw_key,
    draw_levels,
    draw_months,
    draw_rug,
    draw_scores,
)
from jobs.chart.facts import OwnChartFacts
from jobs.chart.shapes import drawn_segments, missing_days
from jobs.chart.sheet import Frame, Sheet

_HEIGHT = 150
_LABEL = 44
_BETWEEN = 14
_BELOW = 20


def own_page(facts: OwnChartFacts) -> Sheet:
    """The sheet, as tall as its items need."""
    sheet = Sheet(style.WIDTH)
    y = draw_heading(sheet, 52, facts.title) + 44
    sheet.text(20, y, facts.texts.scale, style.LABEL, style.QUIET)
    missing, not_asked = _missing(facts), _not_asked(facts)
    for item, name in enumerate(facts.items):
        sheet.text(20, y + _LABEL, name, style.LABEL, style.INK, bold=True)
        frame = calendar_frame(facts.first, facts.last, style.LEFT, style.PLOT_WIDTH, y + _LABEL + 16, _HEIGHT)
        _draw_item(sheet, facts, frame, item)
        y = frame.bottom + _BETWEEN
    y = draw_rug(sheet, frame, facts.first, missing, not_asked)
    below = calendar_frame(facts.first, facts.last, style.LEFT, style.PLOT_WIDTH, y, 0)
    y = draw_months(sheet, below, facts.first, facts.last, facts.texts)
    sheet.height = round(draw_key(sheet, _key(facts, missing, not_asked), 20, y + 6, style.WIDTH - 40)) + _BELOW
    return sheet


def _draw_item(sheet: Sheet, facts: OwnChartFacts, frame: Frame, item: int) -> None:
    draw_levels(sheet, frame, ENDS)
    draw_courses(sheet, frame, facts.first, facts.courses_seen, facts.today)
    segments = drawn_segments(facts.scores(item), facts.first, facts.today)
    draw_scores(sheet, frame, segments, _late(facts), 3.5)
    if not segments:
        draw_absence(sheet, frame, facts.texts.no_entries)


def _late(facts: OwnChartFacts) -> list[int]:
    return [(entry.day - facts.first).days for entry in facts.days if entry.late and entry.day >= facts.first]


def _missing(facts: OwnChartFacts) -> tuple[date, ...]:
    answered = (entry.day for entry in facts.days)
    return missing_days(max(facts.first, facts.diary_from), facts.today, answered, facts.not_asked)


def _not_asked(facts: OwnChartFacts) -> list[date]:
    unasked = facts.not_asked - {entry.day for entry in facts.days}
    return sorted(day for day in unasked if facts.first <= day <= facts.today)


def _key(facts: OwnChartFacts, missing: tuple[date, ...], not_asked: list[date]) -> list[KeyEntry]:
    """Only the signs that occur."""
    seen = facts.courses_seen
    entries = [
        (any(course.status == "given" for course in seen), KeyEntry("box", style.COURSE, facts.infusion)),
        (any(course.status == "planned" for course in seen), KeyEntry("outline", style.COURSE, facts.planned)),
        (bool(_late(facts)), KeyEntry("hollow", style.INK, facts.texts.late_entry)),
        (bool(missing), KeyEntry("tick", style.MISSING, facts.no_answer)),
        (bool(not_asked), KeyEntry("low_tick", style.NOT_ASKED, facts.texts.not_asked_day)),
    ]
    return [entry for occurs, entry in entries if occurs]
