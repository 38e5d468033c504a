"""`python -m bot backup`, `restore` and `restored`: what an operator does to keep the diaries."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot import keeping
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from jobs.clock import SystemClock
from storage import backups
from storage.file_faults import FileFaultError

say = texts_in(FALLBACK)
WRONG = 2


def register(app: typer.Typer, loaded: Callable[[], Settings]) -> None:
    """Adds the commands. `loaded` ends the program itself where the settings are wrong."""

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


def _files(settings: Settings) -> tuple[Path, Path]:
    """The database's file, and the folder of its backups."""
    file, folder = settings.database_file, settings.backups_in
    if file is None or folder is None:
        raise stop("cli.backup.postgresql")
    return file, folder


def stop(key: str, **values: object) -> typer.Exit:
    typer.echo(plain(say(key, **values)), err=True)
    return typer.Exit(WRONG)


def file_fault(wrong: FileFaultError, outcome: str) -> typer.Exit:
    """What is wrong with the file and what to do about it, after what did not happen."""
    typer.echo(plain(say(outcome)), err=True)
    return stop(f"file_fault.{wrong.fault.value}", path=wrong.path, detail=wrong.detail or "–")
