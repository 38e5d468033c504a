"""One diary's file takes the place of another, so that a kill at any moment leaves the one or the other, and whole."""

import os
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from storage.backups import MOMENT, check_shape
from storage.file_faults import FileFault, FileFaultError
from storage.sqlite_files import besides, flush, forget_file, itself, opened, saying

MOMENT_IS_LONG = len("20261126T030000Z")
REPLACED = ".before-restore-"
BEGINNING = b"SQLite format 3\0"
# Of which SQLite itself makes nothing any more: they are put aside as they are.
BEYOND_SQLITE = {FileFault.DAMAGED, FileFault.NOT_A_DATABASE, FileFault.LOG_MISSING}


def prepared_for(live: Path) -> Path:
    """Where the file is made that will take the place of this one."""
    return live.with_name(f".{live.name}.restoring")


def put_in_place(prepared: Path, live: Path, now: datetime) -> Path | None:
    """Makes the prepared file the live one; returns where the one that it takes the place of was put, if there was one.

    Nobody may be at either. The old one's log is brought into it first: beside the new one it would spoil that, and the
    old one without it would have lost what was written last.
    """
    aside = live.with_name(f"{live.stem}{REPLACED}{now.astimezone(UTC):{MOMENT}}{live.suffix}")
    with saying(live):
        flush(prepared)
        is_there = live.exists()
        if is_there:
            _bring_its_log_in(live)
            _second_name(live, aside)
        # Only where SQLite could not: that file is no use with its log either, and both are kept for whoever is.
        left = {beside: f"{aside}{beside.name.removeprefix(live.name)}" for beside in besides(live) if beside.exists()}
        for beside, name in left.items():
            _second_name(beside, Path(name))
        flush(live.parent)
        for beside in left:
            beside.unlink(missing_ok=True)
        prepared.replace(live)
        flush(live.parent)
    return aside if is_there else None


def _bring_its_log_in(live: Path) -> None:
    """As SQLite does it, which may be interrupted at any moment."""
    with live.open("rb") as file:
        if file.read(len(BEGINNING)) != BEGINNING:
            # Of what is too short to be one SQLite would take the log away.
            return
    try:
        check_shape(live)
        with saying(live), closing(opened(live, "rw")) as writing:
            writing.execute("PRAGMA journal_mode=DELETE")
    except FileFaultError as wrong:
        if wrong.fault not in BEYOND_SQLITE:
            raise


def _second_name(file: Path, name: Path) -> None:
    """Two names for one file, so that at no moment there is none where the bot would look."""
    try:
        os.link(file, name)
    except FileExistsError:
        raise
    except OSError:
        # A disk that has no such thing.
        file.rename(name)


def forget_half_done(live: Path) -> None:
    """What a restore that was killed has left beside the file; nobody may be at it. OSError."""
    live = itself(live)
    forget_file(prepared_for(live))
    for aside in live.parent.glob(f"{live.stem}{REPLACED}*"):
        # It was to be put aside, and is still the live one.
        if live.exists() and aside.samefile(live) and not any(beside.exists() for beside in besides(aside)):
            aside.unlink()


def forget_replaced(live: Path, before: datetime) -> None:
    """What restores have put aside, with its log, once that is longer ago than any backup that is kept.

    Each name says when. The file itself does not: one that was not written for long would go the night after.
    """
    live = itself(live)
    begins = f"{live.stem}{REPLACED}"
    for path in live.parent.glob(f"{begins}*"):
        with suppress(ValueError):
            said = path.name.removeprefix(begins)[:MOMENT_IS_LONG]
            if datetime.strptime(said, MOMENT).replace(tzinfo=UTC) < before:
                path.unlink(missing_ok=True)
