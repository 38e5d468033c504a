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
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from jobs import due, restoring
from jobs.clock import SystemClock
from jobs.restoring import MomentError, Ordered
from storage import backups
from storage.database import Database
from storage.file_faults import FileFaultError, fault_of
from storage.locks import Lock, poller

say = texts_in(FALLBACK)
WRONG = 2
AS_OF = "The moment that the backup stands at, such as 2026-11-26 03:00, by TIME_ZONE or with Z or an offset."
STOPPED_AT = "When the bot before did its last work, written the same way; without it: until now, the careful choice."


def register(app: typer.Typer, loaded: Callable[[], Settings], opened: Callable[[Settings], Database]) -> None:
    """Adds the commands. `loaded` and `opened` end the program themselves where settings or database are wrong."""

    @app.command()
    def backup(
        to: Annotated[
            Path | None, typer.Option(help="A new file; without it one in the folder of the backups, as each night.")
        ] = None,
    ) -> None:
        """Make a backup of a SQLite file, also while the bot runs, and check it by reading it."""
        settings, now = loaded(), SystemClock().now()
        file, folder = _files(settings)
        if to is not None and to.exists():
            raise stop("cli.backup.is_there", path=to)
        try:
            if to is not None:
                made = backups.make(file, to.parent, now, to)
            else:
                made = keeping.back_up(file, folder, settings.backups, now)
        except FileFaultError as wrong:
            raise file_fault(wrong, "cli.backup.not_made") from None
        typer.echo(plain(say.plural("cli.backup.made", made.rows, path=made.path, revision=made.revision)))

    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="The backup.")],
        stopped_at: Annotated[str | None, typer.Option(help=STOPPED_AT)] = None,
        as_of: Annotated[str | None, typer.Option(help=f"Of a file that was copied by hand. {AS_OF}")] = None,
    ) -> None:
        """Put a backup of a SQLite file in the place of the database, and its messages and clocks in order."""
        settings, now = loaded(), SystemClock().now()
        live, folder = _files(settings)
        stopped, moment = _moment(stopped_at, settings), _moment(as_of, settings)
        try:
            with _alone(settings, live):
                done = restoring.restore_file(file, live, stopped, now, moment)
        except MomentError as wrong:
            raise stop(wrong.key) from None
        except FileFaultError as wrong:
            others = [str(path) for path in backups.all_in(folder).values() if path.resolve() != file.resolve()]
            newest = others[-1] if others else "–"
            raise file_fault(wrong, "cli.restore.not_done", newest=newest) from None
        _say_done(settings, done.as_of, stopped or now, done.ordered)
        if done.put_aside is not None:
            typer.echo(plain(say("cli.restore.put_aside", path=done.put_aside)))

    @app.command()
    def restored(
        as_of: Annotated[str, typer.Option(help=AS_OF)],
        stopped_at: Annotated[str | None, typer.Option(help=STOPPED_AT)] = None,
    ) -> None:
        """After another tool restored the database (pg_restore, a snapshot): put messages and clocks in order."""
        settings, now = loaded(), SystemClock().now()
        moment, stopped = _moment(as_of, settings), _moment(stopped_at, settings) or now
        assert moment is not None  # it must be given
        database = opened(settings)
        try:
            restoring.check_moments(moment, stopped, now)
            with _alone(settings, settings.database_file, database), database.writing() as connection:
                with Session(connection, join_transaction_mode="rollback_only") as session:
                    ordered = restoring.put_in_order(session, moment, stopped, now)
                    session.flush()
        except MomentError as wrong:
            raise stop(wrong.key) from None
        except DBAPIError:
            raise stop("cli.database") from None
        finally:
            database.close()
        _say_done(settings, moment, stopped, ordered)


def _say_done(settings: Settings, as_of: datetime, stopped_at: datetime, ordered: Ordered) -> None:
    zone = settings.time_zone
    said = {"as_of": say.instant(as_of, zone), "stopped_at": say.instant(stopped_at, zone), "zone": zone}
    if stopped_at <= as_of:
        typer.echo(plain(say("cli.restore.nothing_missing", **said)))
        return
    typer.echo(plain(say("cli.restore.done", **said, messages=ordered.messages, told=ordered.told)))


@contextmanager
def _alone(settings: Settings, file: Path | None, database: Database | None = None) -> Iterator[None]:
    """While no bot runs on this database, and none can be started."""
    known = database or Database(settings.database_url.get_secret_value())
    # On PostgreSQL whoever polls can be seen; that all others were stopped, docs/keeping.md asks for.
    name = "run" if known.is_sqlite else poller(settings.bot_id) if settings.telegram_bot_token is not None else None
    lock = None if name is None else Lock(known, name)
    try:
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_alone = lock is None or lock.acquire()
    except OSError as error:
        raise FileFaultError(fault_of(error), file) from None  # type: ignore[arg-type]
    if not is_alone:
        raise stop("cli.runs_already" if known.is_sqlite else "cli.restore.still_polled")
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
        raise stop("cli.restore.no_moment", typed=written) from None
    return read if read.tzinfo is not None else read.replace(tzinfo=due.zone_of(settings.time_zone))


def _files(settings: Settings) -> tuple[Path, Path]:
    """The database's file, and the folder of its backups."""
    file, folder = settings.database_file, settings.backups_in
    if file is None or folder is None:
        raise stop("cli.backup.postgresql")
    return file, folder


def stop(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(WRONG)


def file_fault(wrong: FileFaultError, outcome: str, **values: object) -> typer.Exit:
    """What is wrong with the file and what to do about it, before that what did not happen."""
    typer.echo(plain(say(outcome, **values)), err=True)
    return stop(f"file_fault.{wrong.fault.value}", path=wrong.path, detail=wrong.detail or "–")
