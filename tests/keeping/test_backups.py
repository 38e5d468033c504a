"""A backup is made beside the running bot, stands as of one moment, and counts only once it was read back."""

import asyncio
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session

from bot import keeping
from bot.keeping import is_due
from jobs import backups_kept
from jobs.backups_kept import Kept, superseded
from storage import backups, replacing
from storage.database import Database
from storage.file_faults import FileFault, FileFaultError
from storage.models import Chat
from storage.writer import Writer
from tests.storage.support import NOW, committing, joined_patient, rows_of
from tests.support import Clinic, settings_for

ROOT = Path(__file__).parents[2]


def file_of(database: Database) -> Path:
    return Path(str(database.url.database))


@pytest.fixture
def diary(sqlite_database: Database) -> Path:
    """A database with a patient in it."""
    with committing(sqlite_database) as session:
        joined_patient(session, 1001)
    return file_of(sqlite_database)


def fault(path: Path) -> FileFault:
    with pytest.raises(FileFaultError) as wrong:
        backups.verify(path)
    return wrong.value.fault


def test_it_is_a_whole_file_for_its_owner_alone_that_says_when_it_was_made(diary: Path, tmp_path: Path) -> None:
    made = backups.make(diary, tmp_path / "kept", NOW)
    assert made.path.name == "diary-20260302T100000Z.sqlite"
    assert stat.S_IMODE(made.path.stat().st_mode) == 0o600
    assert [path.name for path in made.path.parent.iterdir()] == [made.path.name], "nothing is left beside it"
    assert backups.verify(made.path) == made
    assert made.at == NOW
    assert backups.newest_at(tmp_path / "kept", NOW) == NOW
    assert backups.is_one(made.path)
    assert not backups.is_one(diary)


def test_whoever_writes_meanwhile_is_not_held_up_and_not_in_it(sqlite_database: Database, diary: Path) -> None:
    written: list[bool] = []
    writer = Writer(sqlite_database)

    def writes() -> None:
        def add(session: Session) -> None:
            session.add(Chat(telegram_id=2000 + len(written), created_at=NOW))

        writer.submit(add).result(30)
        written.append(True)

    made = backups.make(diary, diary.parent / "kept", NOW, between=writes)
    writer.close()
    assert written, "between two steps of the copying"
    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("SELECT count(*) FROM chat").fetchone() == (1,)
    with committing(sqlite_database) as session:
        assert len(rows_of(session, Chat)) == 1 + len(written)


def test_a_look_at_the_file_lets_go_of_no_lock_of_the_bots(sqlite_database: Database, diary: Path) -> None:
    """Else whoever opens and closes it beside the bot, as doctor does, would take its log away under it."""
    with committing(sqlite_database) as session:
        session.add(Chat(telegram_id=2000, created_at=NOW))
    log = diary.with_name(f"{diary.name}-wal")
    assert log.stat().st_size > 0
    backups.check_file(diary)
    backups.make(diary, diary.parent / "kept", NOW)
    script = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT * FROM chat'); c.close()"
    subprocess.run([sys.executable, "-c", script, str(diary)], check=True, timeout=60)
    assert log.exists()
    assert log.stat().st_size > 0


def test_one_that_is_ended_or_cannot_be_read_leaves_nothing_behind(diary: Path) -> None:
    class EndedError(Exception):
        pass

    def ends() -> None:
        raise EndedError

    with pytest.raises(EndedError):
        backups.make(diary, diary.parent / "kept", NOW, between=ends)
    with diary.open("r+b") as file:
        file.write(b"no database here")
    with pytest.raises(FileFaultError) as wrong:
        backups.make(diary, diary.parent / "kept", NOW)
    assert wrong.value.fault is FileFault.NOT_A_DATABASE
    assert list((diary.parent / "kept").iterdir()) == []


def test_a_backup_that_was_spoilt_is_found_out(diary: Path, tmp_path: Path) -> None:
    made = backups.make(diary, tmp_path / "kept", NOW).path
    whole = made.read_bytes()

    def is_now(content: bytes) -> FileFault:
        made.write_bytes(content)
        return fault(made)

    assert is_now(b"") is FileFault.EMPTY
    assert is_now(b"x" + whole[1:]) is FileFault.NOT_A_DATABASE
    assert is_now(whole[: len(whole) // 2]) is FileFault.DAMAGED
    assert is_now(whole[:8192] + os.urandom(40_960) + whole[49_152:]) is FileFault.DAMAGED
    made.unlink()
    assert fault(made) is FileFault.MISSING


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_rows_that_are_missing_and_references_that_break_are_found_out(diary: Path, tmp_path: Path) -> None:
    made = backups.make(diary, tmp_path / "kept", NOW).path
    whole = made.read_bytes()
    change(made, "DELETE FROM invitation")
    assert fault(made) is FileFault.DAMAGED
    made.write_bytes(whole)
    change(made, "UPDATE patient SET team_id = 99")
    assert fault(made) is FileFault.DAMAGED
    made.write_bytes(whole)
    change(made, "UPDATE alembic_version SET version_num = '9999'")
    assert fault(made) is FileFault.NEWER
    other = tmp_path / "other.sqlite"
    change(other, "CREATE TABLE shopping (what TEXT)")
    assert fault(other) is FileFault.NOT_A_DIARY
    change(other, "CREATE TABLE alembic_version (version_num TEXT)", "INSERT INTO alembic_version VALUES ('0001')")
    assert fault(other) is FileFault.NOT_A_DIARY
    assert fault(tmp_path) is FileFault.NOT_A_FILE


def test_what_says_when_it_was_made_may_be_spoilt_too(diary: Path, tmp_path: Path) -> None:
    made = backups.make(diary, tmp_path / "kept", NOW).path
    whole = made.read_bytes()
    for statement in (
        "UPDATE backup_note SET at = 'yesterday'",
        "UPDATE backup_note SET at = '2026-01-01T00:00:00'",
        "UPDATE backup_note SET counted = 'many'",
        "UPDATE backup_note SET counted = '7'",
        "DELETE FROM backup_note",
        "ALTER TABLE backup_note RENAME COLUMN counted TO total",
    ):
        made.write_bytes(whole)
        change(made, statement)
        assert fault(made) is FileFault.DAMAGED, statement


def test_a_disk_that_fills_up_is_said_and_no_half_backup_stays(diary: Path) -> None:
    """The kernel lets this process write no file longer than 64 kB."""
    script = (
        "import resource, sys\n"
        "from datetime import UTC, datetime\n"
        "from pathlib import Path\n"
        "from storage import backups\n"
        "from storage.file_faults import FileFaultError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536))\n"
        "try:\n"
        "    backups.make(Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC))\n"
        "except FileFaultError as wrong:\n"
        "    print(wrong.fault.value)\n"
    )
    kept = diary.parent / "kept"
    words = [sys.executable, "-c", script, str(diary), str(kept)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() in {FileFault.FULL.value, FileFault.DISK.value}, done.stderr
    assert list(kept.iterdir()) == []


def test_the_newest_of_each_day_and_week_are_kept_and_the_others_go(diary: Path) -> None:
    kept, folder = Kept(days=3, weeks=2), diary.parent / "kept"
    for days in range(30):
        keeping.back_up(diary, folder, kept, NOW - timedelta(days=29 - days))
    keeping.back_up(diary, folder, kept, NOW + timedelta(hours=1))
    assert [f"{moment:%d %b %H:%M}" for moment in backups.all_in(folder)] == [
        "28 Feb 10:00",
        "01 Mar 10:00",
        "02 Mar 11:00",
    ], "Sunday is also the last of its week; of today the newest"


@pytest.mark.parametrize("ending", [".sqlite", ""])
def test_what_a_restore_put_aside_goes_with_the_oldest_backup_by_when_it_was_put_there(
    tmp_path: Path, ending: str
) -> None:
    live = tmp_path / f"diary{ending}"

    def put_aside(at: datetime, written: datetime) -> None:
        for path in (live, live.with_name(f"{live.name}-wal"), tmp_path / "prepared"):
            path.write_text("a diary")
            os.utime(path, (written.timestamp(), written.timestamp()))
        replacing.put_in_place(tmp_path / "prepared", live, at)

    put_aside(NOW - timedelta(days=29), NOW)
    put_aside(NOW - timedelta(days=1), NOW - timedelta(days=90))
    (tmp_path / f"diary.before-restore-by-hand{ending}").touch()
    replacing.forget_replaced(live, NOW - timedelta(days=28))
    left = {path.name.removeprefix("diary.before-restore-") for path in tmp_path.glob("diary.before-restore-*")}
    assert left == {f"20260301T100000Z{ending}", f"20260301T100000Z{ending}-wal", f"by-hand{ending}"}


moments = st.lists(
    st.integers(0, 24 * 90).map(lambda hours: NOW - timedelta(hours=hours)), min_size=1, max_size=60, unique=True
)


@given(moments, st.integers(0, 10), st.integers(0, 6))
def test_nothing_outlives_the_longest_but_the_newest(made: list[datetime], days: int, weeks: int) -> None:
    kept = Kept(days, weeks)
    left = set(made) - superseded(made, kept, NOW)
    assert max(made) in left
    assert all(NOW - moment < kept.longest + timedelta(days=1) for moment in left - {max(made)})
    assert len(left) <= days + weeks + 1
    assert superseded(left, kept, NOW) == set(), "what was kept is kept"


@pytest.mark.parametrize(
    ("written", "read"),
    [("7d 4w", Kept(7, 4)), ("10d", Kept(10, 0)), ("4W", Kept(0, 4)), (" 7d4w ", Kept(7, 4)), ("", None)],
)
def test_how_many_are_kept_is_read(written: str, read: Kept | None) -> None:
    assert backups_kept.read(written) == read


@pytest.mark.parametrize("written", ["7", "7x", "0d", "4w 7d", "-1d", "7d 4w 1m", "1000d"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="7d 4w"):
        backups_kept.read(written)


def test_one_is_due_each_night_at_three_and_after_a_missed_night_at_once() -> None:
    def at(hour: int, day: int = 3) -> datetime:
        return datetime(2026, 7, day, hour, tzinfo=UTC)

    assert is_due(None, "Europe/London", at(12))
    assert not is_due(at(3), "Europe/London", at(23)), "made at four by the wall"
    assert not is_due(at(3), "Europe/London", at(1, day=4))
    assert is_due(at(3), "Europe/London", at(2, day=4)), "three in the night by the operator's clock"
    assert is_due(at(3, day=1), "Europe/London", at(12))


def test_the_running_bot_makes_one_a_night_and_goes_on_when_that_fails(clinic: Clinic) -> None:
    clinic.patient()
    file, folder = file_of(clinic.database), file_of(clinic.database).parent / "backups"
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="7d 4w")
    keeper = keeping.Keeper(settings, clinic.bot.running)
    for _ in range(2):
        clinic.bot.do(keeper.look(file, folder))
    assert list(backups.all_in(folder)) == [clinic.clock.now()]
    clinic.passes(days=1)
    in_the_way = folder.with_name("elsewhere")
    in_the_way.write_text("a file where a folder should be")
    clinic.bot.do(keeper.look(file, in_the_way))
    clinic.passes(minutes=30)
    clinic.bot.do(keeper.look(file, folder))
    assert len(backups.all_in(folder)) == 1, "it waits an hour before it tries again"
    clinic.passes(minutes=30)
    clinic.bot.do(keeper.look(file, folder))
    assert len(backups.all_in(folder)) == 2


def test_the_very_first_is_made_at_the_start_and_later_ones_leave_the_first_minute_to_others(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LOOKS_EVERY", timedelta(days=1))
    file, folder = file_of(clinic.database), file_of(clinic.database).parent / "backups"
    settings = settings_for(clinic.server.url, database_url=f"sqlite:///{file}", backups_kept="7d 4w")

    async def begun(until: Callable[[], bool]) -> None:
        running = asyncio.create_task(keeping.Keeper(settings, clinic.bot.running).run())
        for _ in range(600):
            await asyncio.sleep(0.05)
            if until():
                break
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    clinic.bot.do(begun(lambda: bool(backups.all_in(folder))))
    assert len(backups.all_in(folder)) == 1
    clinic.passes(days=2)
    turns = iter(range(20))
    clinic.bot.do(begun(lambda: next(turns) == 19))
    assert len(backups.all_in(folder)) == 1


def test_a_night_with_a_wrong_clock_takes_no_backup_away_and_leaves_none_that_counts(clinic: Clinic) -> None:
    """A dead battery, or a machine that was put to sleep: the clock is years ahead for a while."""
    file, folder = file_of(clinic.database), file_of(clinic.database).parent / "backups"
    kept, now = Kept(7, 4), clinic.clock.now()
    nights = [now - timedelta(days=days) for days in (2, 1, 0)]
    for night in nights:
        keeping.back_up(file, folder, kept, night)
    keeping.back_up(file, folder, kept, now + timedelta(days=1100))
    assert set(nights) < set(backups.all_in(folder))
    assert backups.newest_at(folder, now) == now
    assert is_due(backups.newest_at(folder, now + timedelta(days=1)), "UTC", now + timedelta(days=1))
    keeping.back_up(file, folder, kept, now + timedelta(days=1))
    assert set(nights) < set(backups.all_in(folder))
