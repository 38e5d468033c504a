"""`python -m bot backup`, `restore` and `restored`: what an operator does to keep the diaries."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session

from bot import keeping
from bot.commands import file_checks
from bot.commands.file_checks import file_fault
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from jobs import due, restoring
from jobs.clock import SystemClock
from jobs.restoring import MomentError, Ordered
from storage import backups, departures, numbers
from storage.database import Database
from storage.departures import DamagedDeparturesError
from storage.file_faults import FileFault, FileFaultError, fault_of
from storage.locks import Lock, poller

say = texts_in(FALLBACK)
AS_OF = "The moment that the backup stands at, such as 2026-11-26 03:00, by TIME_ZONE or with Z or an offset."
STOPPED_AT = (
    "When you stopped the bot before yourself, written the same way; without it: until now, the careful choice."
)


def register(app: typer.Typer, loaded: Callable[[], Settings], opened: Callable[[Settings], Database]) -> None:
    """Adds the commands. `loaded` and `opened` end the program themselves where settings or database are wrong."""

    @app.command()
    def backup(
        to: Annotated[
            Path | None, typer.Option(help="A new file; without it one in the folder of the backups, as each night.")
        ] = None,
    ) -> None:
        """Make a backup of a SQLite file, also while the bot runs, and check it by reading it."""
        _back_up(loaded(), to, SystemClock().now())

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="The backup.")],
        stopped_at: Annotated[str | None, typer.Option(help=STOPPED_AT)] = None,
        as_of: Annotated[str | None, typer.Option(help=f"Of a file that was copied by hand. {AS_OF}")] = None,
    ) -> None:
        """Put a backup of a SQLite file in the place of the database, and its messages and clocks in order."""
        settings = loaded()
        _restore(settings, file, _moment(stopped_at, settings), _moment(as_of, settings), SystemClock().now())

    @app.command()
    def restored(
        as_of: Annotated[str, typer.Option(help=AS_OF)],
        stopped_at: Annotated[str | None, typer.Option(help=STOPPED_AT)] = None,
    ) -> None:
        """After another tool restored the database (pg_restore, a snapshot): put messages and clocks in order."""
        settings, now = loaded(), SystemClock().now()
        moment, stopped = _moment(as_of, settings), _moment(stopped_at, settings)
        assert moment is not None  # it must be given
        database = opened(settings)
        try:
            _put_in_order(settings, database, moment, stopped or now, now)
        finally:
            database.close()


def _back_up(settings: Settings, to: Path | None, now: datetime) -> None:
    file, folder = _files(settings)
    if to is not None and to.exists():
        raise _stop("cli.backup.is_there", path=to)
    try:
        # By hand it takes none away: whoever backs up after a mistake needs the one from before.
        made = backups.make(file, folder if to is None else to.parent, now, to)
    except FileFaultError as wrong:
        raise file_fault(wrong, say("cli.backup.not_made")) from None
    typer.echo(plain(say.plural("cli.backup.made", made.rows, path=made.path, revision=made.revision)))


def _restore(settings: Settings, file: Path, stopped: datetime | None, as_of: datetime | None, now: datetime) -> None:
    live, folder = _files(settings)
    try:
        with _alone(settings, Database(settings.database_url.get_secret_value())):
            keeping.clear_up(live, folder)
            done = restoring.restore_file(file, live, stopped, now, as_of, departures.noted_in(folder), folder)
    except MomentError as wrong:
        raise _wrong_moment(settings, wrong) from None
    except DamagedDeparturesError as wrong:
        raise _damaged(wrong) from None
    except FileFaultError as wrong:
        others = [path for path in backups.all_in(folder).values() if path.resolve() != file.resolve()]
        raise file_fault(wrong, say("cli.restore.not_done", newest=others[-1] if others else "–")) from None
    _say_done(settings, done.as_of, stopped or now, done.ordered)
    if done.put_aside is not None:
        typer.echo(plain(say("cli.restore.put_aside", path=done.put_aside)))


def _put_in_order(settings: Settings, database: Database, as_of: datetime, stopped: datetime, now: datetime) -> None:
    folder = settings.backups_in
    try:
        departed = () if folder is None else departures.noted_in(folder)
        restoring.check_moments(as_of, stopped, now, departed)
        with (
            _alone(settings, database),
            database.writing() as connection,
            Session(connection, join_transaction_mode="rollback_only") as session,
        ):
            replaced = 0 if folder is None else numbers.noted_in(folder)
            ordered = restoring.put_in_order(session, as_of, stopped, now, departed, replaced)
            session.flush()
        if settings.database_file is not None and folder is not None:
            numbers.note(folder, max(replaced, numbers.highest_in(settings.database_file)))
    except MomentError as wrong:
        raise _wrong_moment(settings, wrong) from None
    except DamagedDeparturesError as wrong:
        raise _damaged(wrong) from None
    except FileFaultError as wrong:
        raise file_fault(wrong, say("cli.restored.not_done")) from None
    except DBAPIError:
        raise _stop("cli.database") from None
    _say_done(settings, as_of, stopped, ordered)


def _damaged(wrong: DamagedDeparturesError) -> typer.Exit:
    return _stop("cli.restore.departures_damaged", path=wrong.path, line=wrong.line, example=departures.EXAMPLE)


def _wrong_moment(settings: Settings, wrong: MomentError) -> typer.Exit:
    if wrong.known is None:
        return _stop(wrong.key)
    return _stop(wrong.key, known=say.instant(wrong.known, settings.time_zone), zone=settings.time_zone)


def _say_done(settings: Settings, as_of: datetime, stopped_at: datetime, ordered: Ordered) -> None:
    zone = settings.time_zone
    said = {"as_of": say.instant(as_of, zone), "stopped_at": say.instant(stopped_at, zone), "zone": zone}
    if stopped_at <= as_of:
        typer.echo(plain(say("cli.restore.nothing_missing", **said)))
        return
    typer.echo(plain(say("cli.restore.done", **said, messages=ordered.messages, told=ordered.told)))


@contextmanager
def _alone(settings: Settings, database: Database) -> Iterator[None]:
    """While no bot runs on this database, and none can be started."""
    # On PostgreSQL whoever polls can be seen; that all others were stopped, docs/keeping.md asks for.
    name = "run" if database.is_sqlite else None if settings.telegram_bot_token is None else poller(settings.bot_id)
    lock, file = None if name is None else Lock(database, name), settings.database_file
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_alone = lock is None or lock.acquire()
    except OSError as error:
        raise FileFaultError(fault_of(error) or FileFault.DISK, file) from None
    if not is_alone:
        raise _stop("cli.runs_already" if database.is_sqlite else "cli.restore.still_polled")
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


def _moment(written: str | None, settings: Settings) -> datetime | None:
    """An instant as an operator writes it; ends the program for what is none."""
    if written is None:
        return None
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        raise _stop("cli.restore.no_moment", typed=written) from None
    return read if read.tzinfo is not None else read.replace(tzinfo=due.zone_of(settings.time_zone))


def _files(settings: Settings) -> tuple[Path, Path]:
    """The database's file, and the folder of its backups."""
    file, folder = settings.database_file, settings.backups_in
    if file is None or folder is None:
        raise _stop("cli.backup.postgresql")
    return file, folder


def _stop(key: str, **values: object) -> typer.Exit:
    return file_checks.stop(say(key, **values))
