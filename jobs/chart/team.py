"""The team: twelve weeks of the leading item in a cell a patient, and the answer in words. In print, two columns."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import ceil

from jobs.chart import style
from jobs.chart.calendar import (
    ENDS,
    KeyEntry,
    calendar_frame,
    draw_absence,
    draw_ground,
    draw_heading,
    draw_key,
    draw_months,
    draw_rug,
    draw_scores,
)
from jobs.chart.facts import MOST_TEAM_ROWS, TeamChartFacts, TeamRow
from jobs.chart.fitting import in_lines, wrapped
from jobs.chart.shapes import drawn_segments, missing_days
from jobs.chart.sheet import Frame, Sheet, text_width
from jobs.wearing_off.windows import pre_infusion_window

WEEKS = 12
_PLOT_HEIGHT = 72
_ROW = 118
_LINE = 30
_CLOSE_LINE = 26
# As many as a row of the usual height holds; a row with more is taller.
_USUAL_LINES = 4
# At the edge, beside whoever needs a look.
_MARK = 14


@dataclass(frozen=True)
class Column:
    """Where a column of cells begins, and how wide its name, its plot and its words are. `lines`: of words, at most."""

    left: float
    name: float
    plot: float
    words: float
    lines: int

    @property
    def plot_left(self) -> float:
        return self.left + self.name

    @property
    def words_left(self) -> float:
        return self.plot_left + self.plot + 18

    @property
    def right(self) -> float:
        return self.words_left + self.words


ONE_COLUMN = (Column(20, 190, 500, 340, 7),)
# Of paper twice as wide: the pages of print, on which twenty tall rows still have readable letters.
TWO_COLUMNS = (Column(20, 170, 400, 310, 5), Column(940, 170, 400, 310, 5))
PAPER_WIDTH = 1858
ROWS_ON_PAPER = 20


def draw_team(sheet: Sheet, facts: TeamChartFacts, columns: tuple[Column, ...] = ONE_COLUMN) -> float:
    """Draws the whole sheet, as many patients as it holds, and returns where it ends."""
    shown = _shown(facts, columns)
    top = draw_heading(sheet, 52, facts.title) + 42
    sheet.text(20, top, f"{facts.item}, {facts.texts.scale}", style.LABEL, style.QUIET)
    first = facts.today - timedelta(days=7 * WEEKS - 1)
    top = draw_key(sheet, _key(facts, shown, first), 20, top + 10, sheet.width - 40) + 14
    if not shown:
        sheet.text(20, top + 34, facts.texts.no_entries, style.LABEL, style.QUIET)
        return top + 50
    # Of one height, so that the eye goes down the first column and then the second.
    each = ceil(len(shown) / len(columns))
    bottom = top
    for number, column in enumerate(columns):
        rows = shown[number * each : (number + 1) * each]
        if rows:
            bottom = max(bottom, _draw_column(sheet, facts, rows, column, first, top))
    if len(columns) == 1 and len(shown) < len(facts.rows):
        first_shown = (facts.page - 1) * MOST_TEAM_ROWS + 1
        last_shown = first_shown + len(shown) - 1
        words = facts.texts.more_patients.format(first=first_shown, last=last_shown, all=len(facts.rows))
        sheet.text(20, bottom + 34, words, style.SMALL, style.QUIET)
        bottom += 40
    return bottom


def papers(facts: TeamChartFacts) -> tuple[TeamChartFacts, ...]:
    """The facts of each page of print; one page for a team of nobody."""
    most = len(TWO_COLUMNS) * ROWS_ON_PAPER
    starts = range(0, max(len(facts.rows), 1), most)
    return tuple(replace(facts, rows=facts.rows[start : start + most]) for start in starts)


def _shown(facts: TeamChartFacts, columns: tuple[Column, ...]) -> tuple[TeamRow, ...]:
    if len(columns) > 1:
        return facts.rows[: len(columns) * ROWS_ON_PAPER]
    return facts.rows[(facts.page - 1) * MOST_TEAM_ROWS : facts.page * MOST_TEAM_ROWS]


def _draw_column(
    sheet: Sheet, facts: TeamChartFacts, rows: tuple[TeamRow, ...], column: Column, first: date, top: float
) -> float:
    y = top
    for row in rows:
        words = _words(row, column)
        height = _ROW + _CLOSE_LINE * max(len(words) - _USUAL_LINES, 0)
        sheet.lines([[(column.left, y), (column.right, y)]], style.GRID, 2)
        if row.needs_a_look:
            sheet.rectangles([(column.left - _MARK, y + 8, _MARK - 4, height - 16)], style.MISSING)
        top_of_plot = y + 12 + (height - _ROW) / 2
        frame = calendar_frame(first, facts.today, column.plot_left, column.plot, top_of_plot, _PLOT_HEIGHT)
        _draw_row(sheet, facts, row, column, frame, first)
        _draw_words(sheet, words, column, frame)
        y += height
    below = calendar_frame(first, facts.today, column.plot_left, column.plot, y - 6, 0)
    return draw_months(sheet, below, first, facts.today, facts.texts)


def _draw_row(sheet: Sheet, facts: TeamChartFacts, row: TeamRow, column: Column, frame: Frame, first: date) -> None:
    room = column.name - 46
    size = style.HEADING if text_width(row.pseudonym, style.HEADING, True) <= room else style.SMALL
    lines = in_lines((row.pseudonym,), size, room, 3, bold=True)
    baseline = frame.top + frame.height / 2 + 11 - _LINE * (len(lines) - 1) / 2
    sheet.text_lines(column.left, baseline, lines, _LINE, size, style.INK, bold=True)
    draw_ground(sheet, frame, first, row.courses, facts.today, ENDS)
    scores = {day: score for day, score in row.scores if first <= day <= facts.today}
    late = [(day - first).days for day in row.late if day >= first]
    draw_scores(sheet, frame, drawn_segments(scores, first, facts.today), late, 3)
    if not any(score is not None for score in scores.values()):
        draw_absence(sheet, frame, facts.texts.no_entries)
    answered = {day for day, _ in row.scores}
    missing = missing_days(max(first, row.diary_from), facts.today, answered, row.not_asked)
    not_asked = sorted(day for day in row.not_asked - answered if first <= day <= facts.today)
    draw_rug(sheet, frame, first, missing, not_asked)


def _words(row: TeamRow, column: Column) -> list[tuple[str, str, bool]]:
    """The verdict, the counts, and what else is to be known; what has no room goes from the counts, and is seen to go.

    Each line with its colour, that of whoever needs a look only where somebody does, and whether it is bold.
    """
    verdict = wrapped(row.verdict, style.SMALL, column.words, bold=True)
    flag = wrapped(row.flag, style.SMALL, column.words, bold=True)
    counts = in_lines((row.counts,), style.SMALL, column.words, max(column.lines - len(verdict) - len(flag), 1))
    of_flag = style.MISSING if row.needs_a_look else style.QUIET
    return [
        *((line, style.INK, True) for line in verdict),
        *((line, style.QUIET, False) for line in counts),
        *((line, of_flag, True) for line in flag),
    ]


def _draw_words(sheet: Sheet, lines: list[tuple[str, str, bool]], column: Column, frame: Frame) -> None:
    apart = _LINE if len(lines) < _USUAL_LINES else _CLOSE_LINE
    baseline = frame.top + frame.height / 2 + 20 - apart * (len(lines) - 1) / 2
    for position, (line, colour, bold) in enumerate(lines):
        sheet.text(column.words_left, baseline + position * apart, line, style.SMALL, colour, bold=bold)


def _key(facts: TeamChartFacts, rows: tuple[TeamRow, ...], first: date) -> list[KeyEntry]:
    """Only the signs that occur, of a planned course on what is seen of it from `first` to today."""
    texts = facts.texts
    given = any(course.status == "given" for row in rows for course in row.courses)
    planned = [course for row in rows for course in row.courses if course.status == "planned" and course.end >= first]
    weeks = [pre_infusion_window(course) for course in planned]
    entries = [
        (any(row.needs_a_look for row in rows), KeyEntry("box", style.MISSING, texts.needs_a_look)),
        (given, KeyEntry("box", style.COURSE, texts.course)),
        (
            any(course.start <= facts.today for course in planned),
            KeyEntry("outline", style.COURSE, texts.planned_course),
        ),
        (given, KeyEntry("box", style.WEEK_BEFORE, texts.week_before)),
        (
            any(week.first <= facts.today for week in weeks),
            KeyEntry("hatch", style.WEEK_BEFORE, texts.planned_week_before),
        ),
        (any(row.late for row in rows), KeyEntry("hollow", style.INK, texts.late_entry)),
        (bool(rows), KeyEntry("tick", style.MISSING, texts.missing_day)),
        (any(row.not_asked for row in rows), KeyEntry("low_tick", style.NOT_ASKED, texts.not_asked_day)),
    ]
    return [entry for occurs, entry in entries if occurs]
