"""`python -m bot report`: an answer in words, JSON, a picture, on paper; of files, of a patient, of a team."""

import json
import logging
import math
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from bot.commands.report_outputs import Outputs, write_all
from bot.measuring import fault_words
from bot.texts import FALLBACK, plain, texts_in
from jobs import due, record
from jobs.clock import SystemClock
from jobs.csv_files import FolderInputs, read_folder
from jobs.csv_table import Fault
from jobs.inputs import Inputs, Prices
from jobs.record import Record
from storage import patients, teams
from storage.database import Database
from storage.models import PatientStatus, Team

say = texts_in(FALLBACK)
WRONG = 2
DAY_FORM = "%Y-%m-%d"


def register(app: typer.Typer, open_database: Callable[[], Database]) -> None:
    """Adds the command. `open_database` ends the program itself where the settings are wrong."""

    @app.command()
    def report(
        patient: Annotated[str | None, typer.Argument(help="A patient's code, from the database.")] = None,
        folder: Annotated[
            Path | None,
            typer.Option(
                "--from",
                help="A folder with courses.csv (a column weight_kg is optional) and diary.csv; labs.csv (upper_limit"
                " is optional) and steroids.csv where there are any.",
            ),
        ] = None,
        team: Annotated[
            str | None,
            typer.Option(help="Alone: a page of the team, from the database. With a patient: whose patient it is."),
        ] = None,
        today: Annotated[
            datetime | None,
            typer.Option(
                formats=[DAY_FORM], help="The day it is looked at; the last day of the diary if none is said."
            ),
        ] = None,
        json_file: Annotated[Path | None, typer.Option("--json", help="Write every number to this file.")] = None,
        png: Annotated[Path | None, typer.Option(help="Write the page to this file, as a picture.")] = None,
        pdf: Annotated[
            Path | None, typer.Option(help="Write it to this file, for print on A4; a team's with a page a patient.")
        ] = None,
        price_per_gram: Annotated[float | None, typer.Option(min=0, help="With --from: what a gram costs.")] = None,
        price_per_day: Annotated[
            float | None, typer.Option(min=0, help="With --from: what a day in hospital costs.")
        ] = None,
        currency: Annotated[str | None, typer.Option(help="Of these prices, such as EUR.")] = None,
    ) -> None:
        """Say whether symptoms return in the week before each course."""
        day = today.date() if today else None
        outputs = Outputs(json_file, png, pdf)
        if len({path.resolve() for path in outputs.asked()}) < len(outputs.asked()):
            raise _stop("cli.report.same_file")
        prices = _prices(price_per_gram, price_per_day, currency)
        if folder is not None and patient is None and team is None:
            from_files(folder, day, outputs, prices)
        elif folder is not None or (patient is None and team is None):
            raise _stop("cli.report.one_source")
        elif prices is not None:
            raise _stop("cli.report.own_prices")
        elif patient is not None:
            from_database(open_database(), patient, team, day, outputs)
        elif team is not None:
            of_team(open_database(), team, day, outputs)


def from_files(folder: Path, today: date | None, outputs: Outputs, prices: Prices | None) -> None:
    """On the diary's last day unless said otherwise. Every fault in the files is said at once, with exit code 2."""
    inputs = read_folder(folder)
    if not isinstance(inputs, FolderInputs):
        for fault in inputs:
            typer.echo(fault_in_words(fault), err=True)
        raise typer.Exit(WRONG)
    day = today or inputs.diary.last_day()
    if day is None:
        raise _stop("cli.report.no_day")
    kept = _named_by_dose(record.of_inputs(folder.resolve().name, inputs, day))
    _report(kept, replace(inputs, prices=prices), outputs, inputs.cancelled)


def from_database(database: Database, code: str, team: str | None, today: date | None, outputs: Outputs) -> None:
    """On the diary's last day unless said otherwise."""
    try:
        with database.reading() as session:
            names = teams.team_names(session) if team is None else [team_called(session, team).name]
            known = [named for name in names if (named := teams.team_named(session, name)) is not None]
            found = [
                patient
                for each in known
                if (patient := patients.patient_called(session, each.id, code)) is not None
                and patient.status is not PatientStatus.ERASED
            ]
            if len(found) != 1:
                raise _stop("cli.report.two_patients" if found else "cli.report.no_patient", typed=code)
            kept = record.read(session, found[0], SystemClock().now())
    finally:
        database.close()
    kept = kept.seen_on(today or _last_day([kept]) or kept.today)
    _report(kept, kept.inputs(), outputs, None)


def of_team(database: Database, name: str, today: date | None, outputs: Outputs) -> None:
    """Everyone of the team who keeps a diary, and nobody else; on the last day of any of the diaries."""
    if outputs.json:
        raise _stop("cli.report.no_team_json")
    now = SystemClock().now()
    try:
        with database.reading() as session:
            team = team_called(session, name)
            kept = [
                record.read(session, patient, now)
                for patient in patients.patients_of(session, team.id)
                if patient.status is not PatientStatus.INVITED
            ]
            name, own_today = team.name, due.local_date(team.time_zone, now)
    finally:
        database.close()
    day = today or _last_day(kept) or own_today
    _report_team(name, day, [each.seen_on(day) for each in kept if each.diary_from <= day], outputs)


def team_called(session: Session, name: str) -> Team:
    """Whoever types another name is told which there are."""
    found = teams.team_named(session, name)
    if found is None:
        known = teams.team_names(session)
        raise _stop("cli.report.no_team", typed=name, known=", ".join(known)) if known else _stop("cli.report.no_teams")
    return found


def _last_day(kept: Iterable[Record]) -> date | None:
    """On which anyone of them made an entry."""
    return max((each.entries[-1].day for each in kept if each.entries), default=None)


def _prices(per_gram: float | None, per_day: float | None, currency: str | None) -> Prices | None:
    """What was said on the command line; None for nothing."""
    said = [price for price in (per_gram, per_day) if price is not None]
    if not said and currency is None:
        return None
    if not said or not all(math.isfinite(price) for price in said):
        raise _stop("cli.report.price")
    if currency is None or not re.fullmatch(r"[A-Z]{3}", currency):
        raise _stop("cli.report.currency")
    return Prices(currency, per_gram, per_day)


def _named_by_dose(kept: Record) -> Record:
    """A regimen that files give no name is called by its dose alone, not by a name that only repeats it."""
    plain_doses = (replace(dose, name=None) for dose in kept.all_doses)
    doses = zip(kept.all_doses, plain_doses, strict=True)
    return replace(kept, all_doses=tuple(bare if dose.name == bare.regimen else dose for dose, bare in doses))


def fault_in_words(fault: Fault) -> str:
    """File, line, column; what is wrong; what would be right."""
    place = "file" if fault.line is None else "line" if fault.column is None else "cell"
    where = say(f"cli.fault.{place}", file=fault.file, line=fault.line, column=fault.column)
    return f"{plain(where)}: {plain(fault_words.wrong(fault, say))}"


def _report(kept: Record, inputs: Inputs, outputs: Outputs, cancelled: tuple[tuple[int, date], ...] | None) -> None:
    """`cancelled`: None where the source does not tell."""
    # Here, so that the other commands do not wait for what computes and draws.
    from bot.commands.report_words import patient_lines  # noqa: PLC0415
    from bot.drawing.pages import Answered, patient_facts  # noqa: PLC0415
    from jobs import chart  # noqa: PLC0415
    from jobs.report import as_json  # noqa: PLC0415

    answered = Answered(kept, say, inputs)
    contents: dict[Path, bytes] = {}
    if outputs.json:
        found = as_json(answered.analysis, inputs, answered.regimens, cancelled)
        contents[outputs.json] = f"{json.dumps(found, ensure_ascii=False, indent=2)}\n".encode()
    if outputs.png:
        contents[outputs.png] = chart.patient_chart(patient_facts(answered))
    if outputs.pdf:
        _quiet_fonts()
        contents[outputs.pdf] = chart.patient_print([patient_facts(answered)])
    _tell(patient_lines(answered, cancelled or ()), contents)


def _report_team(name: str, day: date, kept: list[Record], outputs: Outputs) -> None:
    from bot.commands.report_words import team_lines  # noqa: PLC0415
    from bot.drawing.pages import Answered, by_who_needs_a_look, patient_facts, team_facts  # noqa: PLC0415
    from jobs import chart  # noqa: PLC0415
    from jobs.chart.pages import patient_papers, team_papers  # noqa: PLC0415
    from jobs.chart.paper import pdf  # noqa: PLC0415

    team = by_who_needs_a_look([Answered(each, say) for each in kept])
    facts = team_facts(plain(say("summary.title", team=name)), team, day, say)
    contents: dict[Path, bytes] = {}
    if outputs.png:
        contents[outputs.png] = chart.team_chart(facts)
    if outputs.pdf:
        _quiet_fonts()
        behind = [sheet for each in team for sheet in patient_papers(patient_facts(each))]
        contents[outputs.pdf] = pdf([*team_papers(facts), *behind])
    _tell(team_lines(name, day, team, say), contents)


def _quiet_fonts() -> None:
    """What embeds the typeface in a PDF logs every table of it, which drowns what this command has to say."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)


def _tell(lines: Iterable[str], contents: dict[Path, bytes]) -> None:
    """The files first: who reads the words may stop reading, as `head` does."""
    wrong = write_all(contents)
    for path, why in wrong:
        typer.echo(plain(say("cli.report.not_written", path=path, why=why)), err=True)
    if wrong:
        raise typer.Exit(WRONG)
    try:
        for line in lines:
            typer.echo(line)
    except BrokenPipeError:
        # What is still buffered goes nowhere, instead of failing once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _stop(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(WRONG)
