"""The report in plain text, for a terminal: one patient's answer, or a line for each of a team."""

from collections.abc import Iterator
from datetime import date

from bot import finding_marks, findings
from bot.findings import LEADING
from bot.pages import Answered, counts_words, flag, verdict_words
from bot.texts import Html, Texts, plain
from jobs.chart.answer import Table
from jobs.inputs import CREATINE_KINASE


def patient_lines(answered: Answered, cancelled: tuple[tuple[int, date], ...]) -> Iterator[str]:
    """The findings, the other symptoms in short, relief and regimens as tables, and what it is no proof of.

    `cancelled`: number and day of each course that was, as far as known.
    """
    texts, leading = answered.texts, answered.analysis.symptoms[LEADING]
    yield plain(_heading(answered))
    yield ""
    yield from (plain(line) for line in (*answered.sentences, *_notes(answered, cancelled)))
    yield ""
    for answer in finding_marks.answers(answered.analysis, answered.names, texts)[1:]:
        yield from (f"{answer.label}. {mark.line}" for mark in answer.regimens)
    for table in (
        finding_marks.relief_table(leading, texts),
        finding_marks.regimens_table(answered.regimens, answered.names, texts),
    ):
        if table.rows:
            yield ""
            yield from _as_text(table)
    yield from ("", plain(findings.footer(answered.analysis.thresholds, texts)))


def team_lines(name: str, day: date, team: list[Answered], texts: Texts) -> Iterator[str]:
    """A line a patient, in the order given."""
    yield plain(texts.plural("summary.heading", len(team), team=name, date=day))
    yield ""
    for each in team:
        values = {
            "pseudonym": each.kept.pseudonym,
            "verdict": verdict_words(each),
            "counts": counts_words(each),
        }
        flagged = flag(each)
        line = (
            texts("cli.report.patient_flagged", flag=flagged, **values)
            if flagged
            else texts("cli.report.patient", **values)
        )
        yield plain(line)


def _heading(answered: Answered) -> Html:
    kept, texts = answered.kept, answered.texts
    if not kept.entries:
        return texts("cli.report.heading_empty", pseudonym=kept.pseudonym, today=kept.today)
    values = {"pseudonym": kept.pseudonym, "first": kept.entries[0].day, "last": kept.entries[-1].day}
    if kept.entries[-1].day == kept.today:
        return texts("cli.report.heading", **values)
    return texts("cli.report.heading_seen", today=kept.today, **values)


def _notes(answered: Answered, cancelled: tuple[tuple[int, date], ...]) -> Iterator[Html]:
    """What was left aside."""
    texts = answered.texts
    past = [(course, day) for course, day in cancelled if day <= answered.kept.today]
    if past:
        named = [texts("cli.report.cancelled_course", course=course, day=day) for course, day in past]
        yield texts.plural("cli.report.cancelled", len(past), courses=Html(", ".join(named)))
    others = dict.fromkeys(lab.analyte for lab in answered.inputs.labs if lab.analyte != CREATINE_KINASE)
    if others:
        yield texts("cli.report.other_labs", analytes=", ".join(others))
    unpriced = [facts.regimen for facts in answered.regimens if facts.cost and facts.cost.per_course is None]
    if unpriced:
        yield texts("cli.report.no_weight", regimens=", ".join(answered.names.short[name] for name in unpriced))


def _as_text(table: Table) -> Iterator[str]:
    yield table.title
    rows = (table.header, *table.rows)
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
