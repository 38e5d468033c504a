"""The pages put together from their panels: for the chat as tall as they need, for print as tall as A4."""

from math import ceil

from jobs.chart import style
from jobs.chart.facts import ChartFacts, TeamChartFacts
from jobs.chart.forest import draw_forest
from jobs.chart.overlay import draw_overlay
from jobs.chart.sheet import Sheet, wrapped
from jobs.chart.symptoms import draw_symptoms
from jobs.chart.tables import draw_tables
from jobs.chart.team import PAPER_WIDTH, TWO_COLUMNS, draw_team, papers
from jobs.chart.timeline import draw_timeline

# Height of A4 less its margins, over its width less them.
PAPER_RATIO = 786 / 539
PATIENT_PAPER_WIDTH = 1720
_GAP = 16
_BELOW = 20
_COLUMN_GAP = 30
_PRINTED_LINE = 24


def patient_page(facts: ChartFacts) -> Sheet:
    """The sheet of one patient, as tall as it needs: what a reader of five seconds sees comes first."""
    sheet = Sheet(style.WIDTH)
    y = _draw_title(sheet, facts)
    for draw in (draw_overlay, draw_forest, draw_timeline, draw_symptoms):
        y = draw(sheet, facts, y + _GAP)
    sheet.height = round(y) + _BELOW
    return sheet


def patient_papers(facts: ChartFacts) -> tuple[Sheet, ...]:
    """The same page, beside it the tables of its numbers and every finding in words; where these are long, more pages.

    On the first page they have one column, on the others three.
    """
    picture = patient_page(facts)
    height = max(ceil(PATIENT_PAPER_WIDTH * PAPER_RATIO), picture.height)
    papers = [Sheet(PATIENT_PAPER_WIDTH)]
    papers[0].place(picture, 0, 0)
    columns = [(style.WIDTH + _COLUMN_GAP, 20)]
    width, bottom = PATIENT_PAPER_WIDTH - style.WIDTH - _COLUMN_GAP - 10, height - 20
    tables, words = facts.tables, (*facts.findings, facts.footer)
    while tables or words:
        if not columns:
            papers.append(Sheet(PATIENT_PAPER_WIDTH))
            head = f"{facts.pseudonym}, {facts.texts.continued}"
            papers[-1].text(20, 56, head, style.TITLE, style.INK, bold=True)
            width = (PATIENT_PAPER_WIDTH - 40 - 2 * _COLUMN_GAP) // 3
            columns = [(20 + k * (width + _COLUMN_GAP), 90) for k in range(3)]
        left, top = columns.pop(0)
        tables, y = draw_tables(papers[-1], tables, left, top, width, bottom)
        if not tables:
            words = _draw_words(papers[-1], words, left, y, width, bottom)
    for sheet in papers:
        sheet.height = height
    return tuple(papers)


def team_page(facts: TeamChartFacts) -> Sheet:
    """The sheet of the team, as tall as its rows."""
    sheet = Sheet(style.WIDTH)
    sheet.height = round(draw_team(sheet, facts)) + _BELOW
    return sheet


def team_papers(facts: TeamChartFacts) -> tuple[Sheet, ...]:
    """Forty patients a page, in two columns read downwards."""
    sheets = []
    for each in papers(facts):
        sheet = Sheet(PAPER_WIDTH)
        bottom = draw_team(sheet, each, TWO_COLUMNS)
        for line in wrapped(facts.footer, style.SMALLEST, PAPER_WIDTH - 40):
            bottom += 28
            sheet.text(20, bottom + 10, line, style.SMALLEST, style.QUIET)
        sheet.height = max(ceil(PAPER_WIDTH * PAPER_RATIO), round(bottom) + _BELOW)
        sheets.append(sheet)
    return tuple(sheets)


def _draw_title(sheet: Sheet, facts: ChartFacts) -> float:
    texts = facts.texts
    sheet.text(20, 56, facts.pseudonym, style.TITLE, style.INK, bold=True)
    span = texts.span.format(first=texts.full_date(facts.diary_from), last=texts.full_date(facts.today))
    sheet.text(style.WIDTH - 20, 54, span, style.LABEL, style.QUIET, "right")
    y = 62.0
    for line in wrapped(facts.sentence, style.SENTENCE, style.WIDTH - 40):
        y += 46
        sheet.text(20, y, line, style.SENTENCE, style.INK)
    return y


def _draw_words(
    sheet: Sheet, sentences: tuple[str, ...], left: float, top: float, width: float, bottom: float
) -> tuple[str, ...]:
    """Sentences in small print, as many as there is room for; returns the others."""
    y = top
    for position, sentence in enumerate(sentences):
        lines = wrapped(sentence, style.PRINTED, width)
        if y + _PRINTED_LINE * len(lines) > bottom:
            return sentences[position:]
        for line in lines:
            y += _PRINTED_LINE
            sheet.text(left, y, line, style.PRINTED, style.INK)
        y += 6
    return ()
