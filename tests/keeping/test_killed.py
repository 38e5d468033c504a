"""Killed in the middle: what a restore or a backup leaves, and that the next one clears up after it."""

import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from storage import backups, replacing
from storage.database import Database
from tests.keeping.test_backups import ROOT, file_of
from tests.storage.support import NOW, committing, joined_patient

# Ends the process, as a kill does, before so many changes of names in the folder have been made.
DIES = """
import os, sys
from datetime import datetime
from pathlib import Path
left, folder = int(sys.argv[1]), sys.argv[2]
def count(event, arguments):
    global left
    if event in {"os.link", "os.rename", "os.remove"} and folder in str(arguments[0]):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)
"""
PUTS_IN_PLACE = """
from storage import replacing
sys.addaudithook(count)
replacing.put_in_place(Path(sys.argv[3]), Path(sys.argv[4]), datetime.fromisoformat(sys.argv[5]))
"""
# The last rows stand in the log alone: nobody has closed the file in good order.
LEAVES_A_LOG = """
import os, sqlite3, sys
live = sqlite3.connect(sys.argv[1], isolation_level=None)
live.execute("PRAGMA journal_mode=WAL")
live.execute("CREATE TABLE IF NOT EXISTS said (what TEXT)")
live.execute("INSERT INTO said VALUES ('in the log')")
os._exit(0)
"""


def typed(script: str, *words: object) -> int:
    command = [sys.executable, "-c", script, *(str(word) for word in words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr
    return done.returncode


def said_in(path: Path) -> list[str]:
    """What is in a file, as whoever opens it finds it; a copy is opened, since a look must change nothing."""
    copied = path.parent / "looked at"
    copied.mkdir()
    try:
        for each in path.parent.glob(f"{path.name}*"):
            if each.name in {path.name, f"{path.name}-wal", f"{path.name}-journal"}:
                shutil.copy(each, copied)
        with closing(sqlite3.connect(copied / path.name)) as reading:
            return [what for (what,) in reading.execute("SELECT what FROM said")]
    finally:
        shutil.rmtree(copied)


def prepared_in(folder: Path) -> Path:
    prepared = folder / "prepared"
    with closing(sqlite3.connect(prepared)) as new:
        new.execute("CREATE TABLE said (what TEXT)")
        new.execute("INSERT INTO said VALUES ('restored')")
        new.commit()
    return prepared


def test_a_restore_that_is_killed_leaves_the_one_file_or_the_other_and_loses_neither(tmp_path: Path) -> None:
    for kept in range(20):
        folder = tmp_path / str(kept)
        folder.mkdir()
        live, prepared = folder / "diary.sqlite", prepared_in(folder)
        typed(LEAVES_A_LOG, live)
        assert live.with_name("diary.sqlite-wal").stat().st_size > 0
        code = typed(DIES + PUTS_IN_PLACE, kept, folder, prepared, live, NOW.isoformat())
        asides = list(folder.glob("*.before-restore-*.sqlite"))
        now = said_in(live)
        assert now in (["in the log"], ["restored"]), f"killed before step {kept}"
        assert now == ["in the log"] or [said_in(aside) for aside in asides] == [["in the log"]]
        assert now == ["restored"] or said_in(prepared) == ["restored"]
        replacing.forget_half_done(live)
        assert said_in(live) == now
        assert (now == ["restored"]) == bool(list(folder.glob("*.before-restore-*.sqlite")))
        if code == 0:
            assert kept > 1, "it was killed at all"
            return
    pytest.fail("it never came to its end")


@pytest.mark.parametrize("spoilt", ["overwritten", "gone"])
def test_of_a_file_that_is_no_good_any_more_nothing_is_lost_either(tmp_path: Path, spoilt: str) -> None:
    for kept in range(20):
        folder = tmp_path / str(kept)
        folder.mkdir()
        live, prepared = folder / "diary.sqlite", prepared_in(folder)
        typed(LEAVES_A_LOG, live)
        log = live.with_name("diary.sqlite-wal").read_bytes()
        if spoilt == "gone":
            live.unlink()
        else:
            live.write_bytes(b"spoilt" + live.read_bytes()[6:])
        code = typed(DIES + PUTS_IN_PLACE, kept, folder, prepared, live, NOW.isoformat())
        assert log in [path.read_bytes() for path in folder.glob("*-wal")], f"killed before step {kept}"
        if code == 0:
            assert said_in(live) == ["restored"]
            return
        assert said_in(prepared) == ["restored"]
        assert not live.exists() or live.read_bytes().startswith(b"spoilt")
        replacing.forget_half_done(live)
        assert log in [path.read_bytes() for path in folder.glob("*-wal")]
    pytest.fail("it never came to its end")


MAKES_A_BACKUP = """
import os, sys
from datetime import datetime
from pathlib import Path
from storage import backups
steps = []
def between():
    print("begun", flush=True)
    sys.stdin.readline()
to = Path(sys.argv[4]) if sys.argv[4] else None
backups.make(Path(sys.argv[1]), Path(sys.argv[2]), datetime.fromisoformat(sys.argv[3]), to, between)
"""


@pytest.mark.parametrize("to", ["", "by hand.sqlite"])
def test_what_a_killed_backup_leaves_goes_with_the_next_one_and_not_what_is_still_being_written(
    sqlite_database: Database, to: str
) -> None:
    with committing(sqlite_database) as session:
        joined_patient(session, 1001)
    live = file_of(sqlite_database)
    kept = live.parent / "kept"
    target = str(kept / to) if to else ""
    command = [sys.executable, "-c", MAKES_A_BACKUP, str(live), str(kept), NOW.isoformat(), target]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as making:
        assert making.stdout is not None
        assert making.stdout.readline() == b"begun\n"
        somebodys = kept / ".notes.part"
        somebodys.touch()
        (part,) = kept.glob(".*sqlite*.part")
        backups.forget_half_made(kept)
        assert part.exists(), "it is still at work"
        making.kill()
        making.wait(60)
    assert part.exists()
    backups.make(live, kept, NOW, Path(target) if target else None)
    assert not part.exists()
    assert somebodys.exists(), "whoever else it belongs to"
