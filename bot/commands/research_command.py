"""`python -m bot export` and `import`: a team's diaries handed out for research, and brought in again."""

import shutil
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot.commands.report_command import fault_in_words, team_called
from bot.drawing.research_words import spoken
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from jobs import admission, reading, research
from jobs.clock import SystemClock
from jobs.csv_files import FolderInputs, read_folder
from jobs.csv_table import Fault
from jobs.refusals import Refusal
from jobs.research import Stored, Wanted
from jobs.research.packing import pack
from storage import audit
from storage.database import Database
from storage.locks import Lock
from storage.writer import NotCommittedError, Writer

T = TypeVar("T")
say = texts_in(FALLBACK)
WRONG = 2
ZIP = ".zip"


def register(
    app: typer.Typer, there: Callable[[], Database], there_or_new: Callable[[], tuple[Settings, Database]]
) -> None:
    """Adds the commands. Both end the program themselves where settings or database are wrong."""

    @app.command()
    def export(
        team: Annotated[str, typer.Option(help="The team's name.")],
        to: Annotated[Path, typer.Option(help="A folder that is not there yet or empty; or a file that ends in .zip.")],
        excel: Annotated[bool, typer.Option("--excel", help="An Excel workbook beside the CSV files.")] = False,
        fhir: Annotated[bool, typer.Option("--fhir", help="A FHIR bundle a patient, too.")] = False,
        notes: Annotated[
            bool, typer.Option("--with-notes", help="What patients wrote in their own words: it may identify people.")
        ] = False,
        withdrawn: Annotated[
            bool, typer.Option("--with-withdrawn", help="Patients who have stopped the diary, too.")
        ] = False,
    ) -> None:
        """Hand out a team's diaries for research, under pseudonyms alone."""
        wanted = Wanted(workbook=excel, bundles=fhir, notes=notes, withdrawn=withdrawn)
        database = there()
        try:
            hand_out(database, team, to, wanted)
        finally:
            database.close()

    @app.command("import")
    def import_(
        folder: Annotated[
            Path, typer.Argument(help="What export has made; or one patient's courses.csv, diary.csv, and so on.")
        ],
        team: Annotated[str, typer.Option(help="The team's name; one that is new is made.")],
        zone: Annotated[str | None, typer.Option(help="A new team's time zone, such as Europe/Zurich.")] = None,
    ) -> None:
        """Bring diaries into a team: all that the files say, or nothing and every fault in them."""
        name = unicodedata.normalize("NFC", team).strip()
        if not 1 <= len(name) <= 120 or not name.isprintable():
            raise _stop("cli.team_name")
        if zone is not None and reading.parse_zone(zone) is None:
            raise _stop("refusal.zone", typed=zone)
        loaded, database = there_or_new()
        try:
            bring_in(database, folder, name, reading.parse_zone(zone) if zone else None, loaded.time_zone)
        finally:
            database.close()


def hand_out(database: Database, team: str, to: Path, wanted: Wanted) -> None:
    """The whole export is where it was wanted, or nothing is. That it was made is in the team's history."""
    now = SystemClock().now()
    if (to.exists() and not to.is_dir()) or (to.is_dir() and any(to.iterdir())):
        raise _stop("cli.export.is_there", path=to)
    try:
        with _beside(to) as made_in:
            with database.snapshot() as session:
                found = team_called(session, team)
                about = research.export(session, found, made_in, wanted, spoken(say, wanted), now)
            if wanted.workbook:
                research.write_workbook(made_in)
            _write(database, lambda session: research.note_export(session, found, audit.OPERATOR, about.patients, now))
            _put(made_in, to, now)
    except OSError as error:
        raise _stop("cli.report.not_written", path=to, why=error.strerror or type(error).__name__) from None
    typer.echo(plain(say.plural("cli.exported", about.patients, path=to)))


@contextmanager
def _beside(to: Path) -> Iterator[Path]:
    """A folder on the same disk, that is gone afterwards."""
    folder = Path(mkdtemp(prefix=".export-", dir=to.absolute().parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(made_in: Path, to: Path, now: datetime) -> None:
    if to.suffix.lower() != ZIP:
        made_in.rename(to)
        return
    packed = made_in.with_suffix(ZIP)
    try:
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            pack(made_in, archive, now)
        packed.rename(to)
    finally:
        packed.unlink(missing_ok=True)


def bring_in(database: Database, folder: Path, team: str, zone: str | None, usual_zone: str) -> None:
    """Every fault is said at once, and then nothing is stored. On SQLite the bot must not run meanwhile."""
    export, now = research.is_export(folder), SystemClock().now()
    inputs = None if export else read_folder(folder, stored_on=now.date())
    faults: list[Fault] = research.check(folder, now) if export else inputs if isinstance(inputs, list) else []
    for fault in faults:
        typer.echo(fault_in_words(fault), err=True)
    if faults:
        raise typer.Exit(WRONG)
    lock = Lock(database, "run")
    if database.is_sqlite and not lock.acquire():
        raise _stop("cli.runs_already")

    def store(session: Session) -> tuple[str | None, Stored]:
        found, made = admission.team_called(session, team, zone or usual_zone, None, now)
        if not made and zone not in {None, found.time_zone}:
            raise Refusal("refusal.team_exists", team=team)
        if isinstance(inputs, FolderInputs):
            return research.store_case(session, found, inputs, now)
        return None, research.store_export(session, found, folder, now)

    try:
        pseudonym, stored = _write(database, store)
    except Refusal as refused:
        raise _stop(refused.key, **refused.arguments) from None
    finally:
        lock.release()
    typer.echo(plain(say.plural("cli.imported", stored.patients, team=team, days=stored.days, answers=stored.answers)))
    typer.echo(plain(say("cli.imported_case", pseudonym=pseudonym) if pseudonym else say("cli.imported_export")))


def _write(database: Database, work: Callable[[Session], T]) -> T:
    writer = Writer(database)
    try:
        return writer.submit(work).result()
    except (NotCommittedError, DBAPIError):
        raise _stop("cli.database") from None
    finally:
        writer.close()


def _stop(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(WRONG)
