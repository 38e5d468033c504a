"""`python -m bot report`: one patient's answer in words, JSON, a picture, on paper; from files or database."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.texts import FALLBACK, plain, texts_in
from jobs import record
from jobs.chart.answer import Table
from jobs.clock import SystemClock
from jobs.csv_files import read_folder
from jobs.csv_table import Fault
from jobs.inputs import Inputs
from jobs.record import Record
from storage import patients, teams
from storage.database import Database

if TYPE_CHECKING:
    from bot.pages import Answered

say = texts_in(FALLBACK)
WRONG = 2
DAY_FORM = "%Y-%m-%d"


@dataclass(frozen=True)
class Outputs:
    """Where to write what; None for not at all."""

    json: Path | None
    png: Path | None
    pdf: Path | None


def register(app: typer.Typer, open_database: Callable[[], Database]) -> None:
    """Adds the command. `open_database` ends the program itself where the settings are wrong."""

    @app.command()
    def report(
        patient: Annotated[str | None, typer.Argument(help="A patient's code, from the database.")] = None,
        folder: Annotated[Path | None, typer.Option("--from", help="A folder with courses.csv and diary.csv.")] = None,
        team: Annotated[str | None, typer.Option(help="The patient's team, where there are several.")] = None,
        today: Annotated[datetime | None, typer.Option(formats=[DAY_FORM], help="The day it is looked at.")] = None,
        json_file: Annotated[Path | None, typer.Option("--json", help="Write every number to this file.")] = None,
        png: Annotated[Path | None, typer.Option(help="Write the patient's page to this file, as a picture.")] = None,
        pdf: Annotated[Path | None, typer.Option(help="Write it to this file, for print on A4.")] = None,
    ) -> None:
        """Say whether symptoms return in the week before each course."""
        day = today.date() if today else None
        outputs = Outputs(json_file, png, pdf)
        if (patient is None) == (folder is None):
            raise _stop("cli.report.one_source")
        if folder is not None:
            from_files(folder, day, outputs)
        elif patient is not None:
            from_database(open_database(), patient, team, day, outputs)


def from_files(folder: Path, today: date | None, outputs: Outputs) -> None:
    """On the diary's last day unless said otherwise. Every fault in the files is said at once, with exit code 2."""
    inputs = read_folder(folder)
    if not isinstance(inputs, Inputs):
        for fault in inputs:
            typer.echo(fault_in_words(fault), err=True)
        raise typer.Exit(WRONG)
    day = today or inputs.diary.last_day()
    if day is None:
        raise _stop("cli.report.no_day")
    _report(record.of_inputs(folder.resolve().name, inputs, day), inputs, outputs)


def from_database(database: Database, code: str, team: str | None, today: date | None, outputs: Outputs) -> None:
    try:
        with database.reading() as session:
            names = [team] if team else teams.team_names(session)
            known = [named for name in names if (named := teams.team_named(session, name)) is not None]
            found = [
                patient for each in known if (patient := patients.patient_called(session, each.id, code)) is not None
            ]
            if len(found) != 1:
                raise _stop("cli.report.two_patients" if found else "cli.report.no_patient", typed=code)
            kept = record.read(session, found[0], SystemClock().now())
    finally:
        database.close()
    if today is not None:
        kept = kept.seen_on(today)
    _report(kept, kept.inputs(), outputs)


def fault_in_words(fault: Fault) -> str:
    """File, line, column; what is wrong; what would be right."""
    place = "file" if fault.line is None else "line" if fault.column is None else "cell"
    where = say(f"cli.fault.{place}", file=fault.file, line=fault.line, column=fault.column)
    wrong = say(f"cli.fault.{fault.code}", found=fault.found, expected=_expected(fault.expected))
    return f"{plain(where)}: {plain(wrong)}"


def _expected(form: str) -> str:
    """The short forms of `jobs.csv_table.Fault` as a reader expects them: numbers are more or less, days later."""
    least, above = form.startswith(">="), form.startswith(">")
    low, to, high = form.lstrip(">=").partition("..")
    dated = "-" in low
    if to:
        return plain(say("cli.expected.above_to" if above else "cli.expected.from_to", low=low, high=high))
    if least:
        return plain(say("cli.expected.not_before" if dated else "cli.expected.from", low=low))
    if above:
        return plain(say("cli.expected.after" if dated else "cli.expected.above", low=low))
    if form.startswith("<"):
        return plain(say("cli.expected.before", high=form[1:]))
    if form.startswith("~"):
        return plain(say("cli.expected.such_as", example=form[1:]))
    return ", ".join(re.split(r"[|,]", form))


def _report(kept: Record, inputs: Inputs, outputs: Outputs) -> None:
    # Here, so that the other commands do not wait for what computes and draws.
    from bot.pages import Answered, patient_facts  # noqa: PLC0415

    answered = Answered(kept, say, inputs)
    for line in _lines(answered):
        typer.echo(line)
    if outputs.json:
        from jobs.report import as_json  # noqa: PLC0415

        content = json.dumps(as_json(answered.analysis, inputs, answered.regimens), ensure_ascii=False, indent=2)
        _write(outputs.json, f"{content}\n".encode())
    if outputs.png or outputs.pdf:
        from jobs import chart  # noqa: PLC0415

        facts = patient_facts(answered)
        if outputs.png:
            _write(outputs.png, chart.patient_chart(facts))
        if outputs.pdf:
            _write(outputs.pdf, chart.patient_print([facts]))


def _lines(answered: "Answered") -> Iterator[str]:
    """The findings, the other symptoms in short, relief and regimens as tables, and what it is no proof of."""
    from bot import finding_marks  # noqa: PLC0415
    from bot.findings import LEADING  # noqa: PLC0415

    kept, texts = answered.kept, answered.texts
    yield plain(texts("cli.report.heading", pseudonym=kept.pseudonym, first=kept.diary_from, last=kept.today))
    yield ""
    yield from (plain(line) for line in answered.sentences)
    yield ""
    for answer in finding_marks.answers(answered.analysis, answered.names, texts)[1:]:
        yield from (f"{answer.label}. {mark.line}" for mark in answer.regimens)
    for table in (
        finding_marks.relief_table(answered.analysis.symptoms[LEADING], texts),
        finding_marks.regimens_table(answered.regimens, answered.names, texts),
    ):
        if table.rows:
            yield ""
            yield from _as_text(table)
    yield from ("", plain(texts("finding.footer")))


def _as_text(table: Table) -> Iterator[str]:
    yield table.title
    rows = (table.header, *table.rows)
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as wrong:
        raise _stop("cli.report.not_written", path=path, why=wrong.strerror or type(wrong).__name__) from None


def _stop(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(WRONG)
