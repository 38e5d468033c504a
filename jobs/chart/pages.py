"""The pages put together from their panels: for the chat as tall as they need, for print as tall as A4."""

from math import ceil

from jobs.chart import style
from jobs.chart.facts import ChartFacts, TeamChartFacts
from jobs.chart.fitting import shortened, wrapped
from jobs.chart.forest import draw_forest
from jobs.chart.overlay import draw_overlay
from jobs.chart.sheet import Sheet, text_width
from jobs.chart.symptoms import draw_symptoms
from jobs.chart.tables import draw_tables
from jobs.chart.team import PAPER_WIDTH, TWO_COLUMNS, draw_team, papers
from jobs.chart.timeline import draw_timeline

# Height of A4 less its margins, over its width less them.
PAPER_RATIO = 786 / 539
PATIENT_PAPER_WIDTH = 1720
_GAP = 12
_BELOW = 20
_COLUMN_GAP = 30
_PRINTED_LINE = 25
# Beside a taller picture the small print would be smaller than 6 points.
_TALLEST = 2600


def patient_page(facts: ChartFacts) -> Sheet:
    """The sheet of one patient, as tall as it needs: what a reader of five seconds sees comes first."""
    sheet = Sheet(style.WIDTH)
    y = _draw_title(sheet, facts)
    for draw in (draw_overlay, draw_forest, draw_timeline, draw_symptoms):
        y = draw(sheet, facts, y + _GAP)
    sheet.height = round(_draw_footer(sheet, facts.footer, y)) + _BELOW
    return sheet


def patient_papers(facts: ChartFacts) -> tuple[Sheet, ...]:
    """The same page, beside it every finding in words and the tables of its numbers; where these are long, more pages.

    On the first page they have one column, on the others two. A picture so tall that the page would have to shrink, and
    its small print with it, has the first page to itself.
    """
    picture, height = patient_page(facts), ceil(PATIENT_PAPER_WIDTH * PAPER_RATIO)
    papers = [Sheet(PATIENT_PAPER_WIDTH)]
    papers[0].place(picture, 0, 0)
    papers[0].height = max(height, picture.height)
    columns = [(style.WIDTH + _COLUMN_GAP, 20)] if picture.height <= _TALLEST else []
    width, bottom = PATIENT_PAPER_WIDTH - style.WIDTH - _COLUMN_GAP - 10, height - 20
    words, tables = facts.findings, facts.tables
    while words or tables:
        if not columns:
            papers.append(Sheet(PATIENT_PAPER_WIDTH))
            papers[-1].height = height
            head = f"{shortened(facts.pseudonym, style.TITLE, style.WIDTH, bold=True)}, {facts.texts.continued}"
            papers[-1].text(20, 56, head, style.TITLE, style.INK, bold=True)
            width = (PATIENT_PAPER_WIDTH - 30 - _COLUMN_GAP) // 2
            columns = [(20 + k * (width + _COLUMN_GAP), 90) for k in range(2)]
        left, top = columns.pop(0)
        words, y = _draw_words(papers[-1], words, left, top, width, bottom)
        if not words:
            tables, _ = draw_tables(papers[-1], tables, left, y, width, bottom, last_resort=len(papers) > 1)
    return tuple(papers)


def team_page(facts: TeamChartFacts) -> Sheet:
    """The sheet of the team, as tall as its rows."""
    sheet = Sheet(style.WIDTH)
    sheet.height = round(_draw_footer(sheet, facts.footer, draw_team(sheet, facts))) + _BELOW
    return sheet


def team_papers(facts: TeamChartFacts) -> tuple[Sheet, ...]:
    """Forty patients a page, in two columns read downwards."""
    sheets = []
    for each in papers(facts):
        sheet = Sheet(PAPER_WIDTH)
        bottom = _draw_footer(sheet, facts.footer, draw_team(sheet, each, TWO_COLUMNS))
        sheet.height = max(ceil(PAPER_WIDTH * PAPER_RATIO), round(bottom) + _BELOW)
        sheets.append(sheet)
    return tuple(sheets)


def _draw_title(sheet: Sheet, facts: ChartFacts) -> float:
    texts, room = facts.texts, style.WIDTH - 40
    span = texts.span.format(first=texts.full_date(facts.diary_from), last=texts.full_date(facts.today))
    beside = room - text_width(span, style.LABEL) - 24
    fitting = (size for size in (style.SENTENCE, style.HEADING) if text_width(facts.pseudonym, size, True) <= beside)
    y, size = 44.0, next(fitting, style.HEADING)
    for number, line in enumerate(wrapped(facts.pseudonym, size, room, bold=True)):
        y = 44.0 + number * 40
        sheet.text(20, y, line, size, style.INK, bold=True)
    # A code too long to stand beside the dates stands above them.
    if text_width(facts.pseudonym, size, True) > beside:
        y += 40
    sheet.text(style.WIDTH - 20, y - 2, span, style.LABEL, style.QUIET, "right")
    y += 4
    for line in wrapped(facts.verdict, style.TITLE, room, bold=True):
        y += 56
        sheet.text(20, y, line, style.TITLE, style.INK, bold=True)
    y += 6
    for line in wrapped(facts.sentence, style.SENTENCE, room):
        y += 40
        sheet.text(20, y, line, style.SENTENCE, style.INK)
    for line in wrapped(facts.warnings, style.WARNING, room):
        y += 36
        sheet.text(20, y + 5, line, style.WARNING, style.MISSING)
    return y + 5 if facts.warnings else y


def _draw_footer(sheet: Sheet, footer: str, y: float) -> float:
    for line in wrapped(footer, style.SMALL, sheet.width - 40):
        y += 30
        sheet.text(20, y + 10, line, style.SMALL, style.QUIET)
    return y + 10


def _draw_words(
    sheet: Sheet, sentences: tuple[str, ...], left: float, top: float, width: float, bottom: float
) -> tuple[tuple[str, ...], float]:
    """Sentences in small print, as many as there is room for; returns the others, and where these end."""
    y = top
    for position, sentence in enumerate(sentences):
        lines = wrapped(sentence, style.PRINTED, width)
        if y + _PRINTED_LINE * len(lines) > bottom:
            return sentences[position:], y
        for line in lines:
            y += _PRINTED_LINE
            sheet.text(left, y, line, style.PRINTED, style.INK)
        y += 8
    return (), y + 10
