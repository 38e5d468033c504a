"""Backup and restore as an operator types them: a real bot, a real file, a real PostgreSQL, the local Telegram."""

import errno
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.__main__ import app
from storage import audit, backups, departures, numbers, sqlite_files
from storage.database import Database
from storage.departures import Departure
from storage.locks import Lock
from storage.models import DiaryDay, MessageState, OutboxMessage, Patient, PatientStatus
from tests.bot.shell import left_as_it_was
from tests.delivery.process import CLOCK, PATIENCE, Service
from tests.postgres import PostgresServer
from tests.storage.support import committing, joined_patient, rows_of
from tests.support import TOKEN

PG_MISSING = "this package of PostgreSQL has no pg_dump"


@pytest.fixture
def service(sqlite_database: Database, tmp_path: Path) -> Iterator[Service]:
    with Service(sqlite_database, tmp_path) as running:
        yield running


class Typed:
    """`python -m bot`, without waiting for a process of its own to start."""

    def __init__(self, service: Service, *words: str) -> None:
        surroundings = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": service.server.url,
            "DATABASE_URL": service.database.url.render_as_string(hide_password=False),
        }
        with left_as_it_was():
            done = CliRunner().invoke(app, words, env=surroundings)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        self.code, self.said = done.exit_code, done.stdout + done.stderr


def file_of(service: Service) -> Path:
    return Path(str(service.database.url.database))


def is_sent(service: Service) -> bool:
    return {row.state for row in service.rows(OutboxMessage)} == {MessageState.SENT}


def test_a_file_that_is_lost_is_restored_and_nobody_is_asked_twice(service: Service) -> None:
    many = 5
    service.patients_due(many)
    made = Typed(service, "backup")
    assert made.code == 0, made.said
    (backup,) = backups.all_in(file_of(service).parent / "backups").values()
    assert str(backup) in made.said
    assert "read back and checked" in made.said
    service.start()
    service.until(lambda: is_sent(service))
    assert Typed(service, "backup", "--to", str(service.folder / "beside.sqlite")).code == 0, "while it runs"
    refused = Typed(service, "restore", str(backup))
    assert refused.code == 2
    assert "A bot runs on this database already. Stop it first" in refused.said

    service.kill()
    service.database.close()
    sqlite_files.forget_file(file_of(service))
    lost = Typed(service, "run")
    assert lost.code == 2
    assert f"python -m bot restore {backup}" in lost.said, "it does not begin anew with nobody in it"
    done = Typed(service, "restore", str(backup))
    assert done.code == 0, done.said
    assert "counts as done by the bot before" in done.said
    service.start()
    service.world.person(1, "Person 1")
    service.world.say(1, "/help")
    service.until(lambda: len(service.messages(1)) == 2)
    assert service.asked(many)[1:] == [1] * (many - 1)
    assert [day.asked_at for day in service.rows(DiaryDay)] == [None] * many


def test_a_backup_that_is_no_good_changes_nothing_and_the_next_one_is_named(service: Service) -> None:
    service.patients_due(1)
    assert Typed(service, "backup").code == 0
    (good,) = backups.all_in(file_of(service).parent / "backups").values()
    bad = service.folder / "bad.sqlite"
    bad.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    service.database.close()
    before = file_of(service).read_bytes()
    for words, said in (
        (("restore", str(bad)), "is damaged"),
        (("restore", "nowhere.sqlite"), "is not there"),
        (("restore", str(good), "--stopped-at", "2099-01-01"), "--stopped-at is still to come"),
        (("restore", str(good), "--stopped-at", "last night"), "“last night” is no moment"),
    ):
        typed = Typed(service, *words)
        assert typed.code == 2
        assert said in typed.said
        if "file" in said or "damaged" in said:
            assert f"The newest other backup is: {good}" in typed.said
    assert file_of(service).read_bytes() == before
    assert list(file_of(service).parent.glob(".*restoring*")) == []


def test_a_file_that_was_copied_by_hand_has_to_be_told_its_moment(service: Service) -> None:
    service.patients_due(1)
    service.database.close()
    copied = service.folder / "copied.sqlite"
    copied.write_bytes(file_of(service).read_bytes())
    assert "--as-of 2026-11-26T03:00" in Typed(service, "restore", str(copied)).said
    at = f"{datetime.now(UTC):%Y-%m-%dT%H:%MZ}"
    typed = Typed(service, "restore", str(copied), "--as-of", at)
    assert typed.code == 0, typed.said


def test_the_same_backup_restored_twice_gives_no_number_twice(service: Service) -> None:
    service.patients_due(1)
    assert Typed(service, "backup").code == 0
    (backup,) = backups.all_in(file_of(service).parent / "backups").values()
    given = set()
    for account in (11, 12, 13):
        service.database.close()
        sqlite_files.forget_file(file_of(service))
        typed = Typed(service, "restore", str(backup))
        assert typed.code == 0, typed.said
        with committing(service.database) as session:
            given.add(joined_patient(session, account).id)
        if account == 12:
            (backup.parent / numbers.NAME).write_bytes(b"\xff many")
    assert len(given) == 3
    assert max(given) < 1_000_000_000, "a button has room for nine digits"
    service.database.close()


def test_an_older_schema_is_brought_up_and_what_was_there_is_put_aside(service: Service) -> None:
    service.patients_due(1)
    service.database.migrate("0019")
    old = str(service.folder / "old.sqlite")
    assert Typed(service, "backup", "--to", old).code == 0
    service.database.migrate()
    service.database.close()
    typed = Typed(service, "restore", old)
    assert typed.code == 0, typed.said
    service.database.check_schema()
    assert len(service.rows(Patient)) == 1
    (aside,) = file_of(service).parent.glob("*.before-restore-*.sqlite")
    assert f"is now {aside}" in typed.said
    service.database.close()


def test_where_the_bot_looks_there_may_be_a_link_and_it_stays_one(service: Service) -> None:
    service.patients_due(1)
    assert Typed(service, "backup", "--to", str(service.folder / "kept.sqlite")).code == 0
    service.database.close()
    link, elsewhere = file_of(service), service.folder / "other disk"
    elsewhere.mkdir()
    held = link.rename(elsewhere / "held.sqlite")
    link.symlink_to(held)
    on_it = Database(f"sqlite:///{held}")
    lock = Lock(on_it, "run")
    assert lock.acquire()
    assert "A bot runs on this database already" in Typed(service, "restore", str(service.folder / "kept.sqlite")).said
    lock.release()
    typed = Typed(service, "restore", str(service.folder / "kept.sqlite"))
    assert typed.code == 0, typed.said
    assert link.is_symlink()
    (aside,) = elsewhere.glob("held.before-restore-*.sqlite")
    assert str(aside) in typed.said
    assert len(service.rows(Patient)) == 1
    service.database.close()


def test_a_restore_clears_up_after_one_that_was_killed(service: Service) -> None:
    service.patients_due(1)
    assert Typed(service, "backup").code == 0
    (backup,) = backups.all_in(file_of(service).parent / "backups").values()
    service.database.close()
    live = file_of(service)
    left = [live.with_name(f".{live.name}.restoring"), live.with_name(f".{live.name}.restoring-wal")]
    left.append(backup.with_name(f".{backup.name}-abc.part"))
    for one in left:
        one.write_text("half")
    assert Typed(service, "restore", str(backup), "--stopped-at", "2099-01-01").code == 2
    assert [one.exists() for one in left] == [False] * 3
    for one in left:
        one.write_text("half")
    service.start()
    service.until(lambda: not any(one.exists() for one in left))


def test_started_on_a_backup_itself_the_bot_refuses(service: Service) -> None:
    service.patients_due(1)
    assert Typed(service, "backup", "--to", str(service.folder / "copy.sqlite")).code == 0
    service.database.close()
    sqlite_files.forget_file(file_of(service))
    (service.folder / "copy.sqlite").rename(file_of(service))
    typed = Typed(service, "run")
    assert typed.code == 2
    assert "is a backup, as it was made" in typed.said


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        (lambda whole: b"", "is an empty file"),
        (lambda whole: b"x" + whole[1:], "does not begin as a SQLite file does"),
        (lambda whole: whole[:8192] + b"\xff" * 65536 + whole[73728:], "is damaged"),
    ],
)
@pytest.mark.parametrize("command", ["run", "doctor", "backup"])
def test_a_broken_file_is_said_with_what_to_do_and_left_as_it_is(
    service: Service, command: str, spoilt: object, said: str
) -> None:
    service.patients_due(1)
    service.database.close()
    file_of(service).write_bytes(spoilt(file_of(service).read_bytes()))  # type: ignore[operator]
    before = file_of(service).read_bytes()
    typed = Typed(service, command)
    assert typed.code == 2
    assert said in typed.said
    assert "python -m bot restore FILE" in typed.said
    assert file_of(service).read_bytes() == before


def test_a_log_that_was_taken_away_is_missed(service: Service) -> None:
    service.patients_due(1)
    service.start()
    service.until(lambda: is_sent(service))
    service.kill()
    service.database.close()
    log = file_of(service).with_name(f"{file_of(service).name}-wal")
    log.with_name(f"{file_of(service).name}-shm").touch()
    log.unlink(missing_ok=True)
    typed = Typed(service, "run")
    assert typed.code == 2
    assert "The log of" in typed.said
    assert "was taken away" in typed.said


def test_on_postgresql_a_dump_is_restored_and_restored_does_the_rest(postgres: PostgresServer, tmp_path: Path) -> None:
    """docs/keeping.md, step by step."""
    tools = Path(postgres._package.bin_path)
    if not (tools / "pg_dump").exists():
        pytest.skip(PG_MISSING)
    with postgres.new_database() as database, Service(database, tmp_path) as service:
        service.patients_due(3)
        address = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
        dump = tmp_path / "diary.dump"
        as_of = f"{CLOCK.now():%Y-%m-%dT%H:%M:%SZ}"
        run(tools / "pg_dump", "--format=custom", f"--file={dump}", address)
        service.start()
        service.until(lambda: is_sent(service))
        still = Typed(service, "restored", "--as-of", as_of)
        assert still.code == 2
        assert "A bot still polls with this token" in still.said
        service.kill()
        database.close()
        run(tools / "pg_restore", "--clean", "--if-exists", "--single-transaction", f"--dbname={address}", str(dump))
        assert {row.state for row in service.rows(OutboxMessage)} == set(), "as it was before anybody was asked"
        service.until(lambda: Typed(service, "restored", "--as-of", as_of).code == 0)
        service.start()
        service.world.say(1, "/help")
        service.until(lambda: len(service.messages(1)) == 2)
        assert service.asked(3)[1:] == [1, 1]
        with committing(database) as session:
            next_one = session.connection().execute(text("SELECT nextval(pg_get_serial_sequence('patient', 'id'))"))
            assert next_one.scalar_one() > 1_000_000
            assert len(rows_of(session, Patient)) == 3


def run(*words: object) -> None:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr


def test_the_commands_of_a_file_say_on_postgresql_where_to_read(postgres: PostgresServer, tmp_path: Path) -> None:
    with postgres.new_database() as database, Service(database, tmp_path) as service:
        for words in (("backup",), ("restore", "some.file")):
            typed = Typed(service, *words)
            assert typed.code == 2
            assert "pg_dump" in typed.said
            assert "docs/keeping.md" in typed.said


def test_after_a_snapshot_restored_leaves_who_departed_departed(service: Service) -> None:
    service.patients_due(1)
    as_of = datetime.now(UTC) - timedelta(hours=2)
    (anna,) = service.rows(Patient)
    gone = Departure(10_000, as_of + timedelta(hours=1), audit.ERASED, anna.team_id, anna.id)
    departures.note(file_of(service).parent / "backups", [gone], as_of)
    early = Typed(service, "restored", "--as-of", as_of.isoformat(), "--stopped-at", as_of.isoformat())
    assert early.code == 2
    assert "the bot still worked" in early.said
    typed = Typed(service, "restored", "--as-of", as_of.isoformat())
    assert typed.code == 0, typed.said
    assert [patient.status for patient in service.rows(Patient)] == [PatientStatus.ERASED]


def test_what_was_noted_of_who_departed_and_cannot_be_read_stops_a_restore_in_words(service: Service) -> None:
    service.patients_due(1)
    assert Typed(service, "backup").code == 0
    folder = file_of(service).parent / "backups"
    (backup,) = backups.all_in(folder).values()
    (folder / departures.NAME).write_text(f'{departures.EXAMPLE}\n{{"entry": 8, "at": "20')
    service.database.close()
    before = file_of(service).read_bytes()
    for words in (("restore", str(backup)), ("restored", "--as-of", datetime.now(UTC).isoformat())):
        typed = Typed(service, *words)
        assert typed.code == 2
        assert f"{folder / departures.NAME}, line 2" in typed.said
        assert f"A line is such as {departures.EXAMPLE}." in typed.said
        assert "Nothing was changed" in typed.said
    assert file_of(service).read_bytes() == before
    assert f"{folder / departures.NAME}, line 2" in Typed(service, "doctor").said


def test_restored_says_what_is_wrong_with_the_disk(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(lock: Lock) -> bool:
        raise OSError(errno.EROFS, "Read-only file system")

    service.patients_due(1)
    monkeypatch.setattr(Lock, "acquire", read_only)
    typed = Typed(service, "restored", "--as-of", datetime.now(UTC).isoformat())
    assert typed.code == 2
    assert "Nothing was put in order" in typed.said
    assert "read-only" in typed.said


def test_a_moment_to_come_is_refused_by_restored_too(service: Service) -> None:
    to_come = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%MZ}"
    typed = Typed(service, "restored", "--as-of", to_come)
    assert typed.code == 2
    assert "still to come" in typed.said
