"""A SQLite file before anything is done with it: what is wrong is said with what to do, and nothing is changed."""

import typer
from sqlalchemy.exc import DBAPIError

from bot.settings import Settings
from bot.texts import FALLBACK, Html, plain, texts_in
from storage import backups
from storage.file_faults import FileFault, FileFaultError, fault_of

say = texts_in(FALLBACK)
WRONG = 2


def what_is_wrong(settings: Settings) -> Html | None:
    """With the file that is there, or with there being none; None where it can be used, and for a server."""
    file, folder = settings.database_file, settings.backups_in
    if file is None or folder is None:
        return None
    try:
        if not file.exists():
            made = backups.all_in(folder)
            # Whoever forgot to mount a disk must not start with a clinic in which nobody is known.
            return say("cli.database_gone", path=file, newest=made[max(made)]) if made else None
        backups.check_file(file)
        return say("cli.is_a_backup", path=file) if backups.is_one(file) else None
    except FileFaultError as wrong:
        return in_words(wrong.fault, wrong.path, wrong.detail)


def of_database(settings: Settings, error: DBAPIError | OSError) -> Html | None:
    """What an error means for the file; None for a server, or where it is nothing about the file."""
    file, fault = settings.database_file, fault_of(error)
    return None if file is None or fault is None else in_words(fault, file)


def in_words(fault: FileFault, path: object, detail: str = "") -> Html:
    return say(f"file_fault.{fault.value}", path=path, detail=detail or "–")


def stop(said: Html, code: int = WRONG) -> typer.Exit:
    """Ends a command with these words."""
    typer.echo(plain(said), err=True)
    return typer.Exit(code)


def file_fault(wrong: FileFaultError, outcome: Html) -> typer.Exit:
    """What is wrong with the file and what to do about it, before that what did not happen."""
    typer.echo(plain(outcome), err=True)
    return stop(in_words(wrong.fault, wrong.path, wrong.detail))
