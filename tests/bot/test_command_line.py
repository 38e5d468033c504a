"""`python -m bot`, as an operator types it: real processes, a real database file, the local Telegram.

Most processes are forked (tests/forked.py). What a fork cannot show, such as a fault in the imports, shows in the true
starts: those of `really_types`, and that of the bot which runs, answers and stops when told.
"""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import pytest
from sqlalchemy import insert
from typer.testing import CliRunner

from bot.__main__ import app
from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World
from storage.database import Database
from storage.models import Patient
from tests.bot.desk.at_the_desk import AtTheDesk
from tests.bot.shell import left_as_it_was
from tests.forked import ROOT, Forked
from tests.postgres import PostgresServer
from tests.storage.support import committing, joined_patient
from tests.support import BOT_NAME, TOKEN, Clinic

PATIENCE = 60
SETTINGS = (
    *("TELEGRAM_BOT_TOKEN", "TELEGRAM_BOT_TOKEN_FILE", "TELEGRAM_API_URL"),
    *("DATABASE_URL", "DATABASE_URL_FILE", "TIME_ZONE", "LOG_LEVEL"),
    *("WATCH_LISTEN", "OPERATOR_CHAT", "LOG_FORMAT"),
)


@dataclass
class Operator:
    """Someone at a shell, in a folder of their own."""

    folder: Path
    # Several run at once, and would all listen at one place.
    environment: dict[str, str] = field(default_factory=lambda: {"WATCH_LISTEN": ""})

    def sets(self, **values: str) -> None:
        self.environment.update(values)

    def surroundings(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        return {**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", **self.environment}

    def types(self, *words: str) -> "Typed":
        """The same as in a process of its own, without waiting for one to start."""
        unset: dict[str, str | None] = dict.fromkeys(SETTINGS)
        with left_as_it_was():
            done = CliRunner().invoke(app, words, env={**unset, **self.environment})
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return self._seen(Typed(done.exit_code, done.stdout, done.stderr))

    def really_types(self, *words: str) -> "Typed":
        """`python -m bot` in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            cwd=self.folder,
            env=self.surroundings(),
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        return self._seen(Typed(done.returncode, done.stdout, done.stderr))

    def types_apart(self, *words: str) -> "Typed":
        """In a process of its own as well, but a forked one."""
        with TemporaryDirectory() as folder:
            out, error = Path(folder, "out"), Path(folder, "error")
            code = Forked(words, self.folder, self.surroundings(), out, error).wait(PATIENCE)
            return self._seen(Typed(code, out.read_text(), error.read_text()))

    def _seen(self, typed: "Typed") -> "Typed":
        assert TOKEN not in typed.said
        assert "Traceback" not in typed.said, typed.said
        return typed


@dataclass(frozen=True)
class Typed:
    code: int
    out: str
    error: str

    @property
    def said(self) -> str:
        return self.out + self.error


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Operator:
    monkeypatch.chdir(tmp_path)
    return Operator(tmp_path)


@pytest.fixture
def telegram() -> Iterator[tuple[World, str]]:
    world = World(TOKEN, BOT_NAME, lambda: datetime.now(UTC))
    with RunningServer(application(world)) as server:
        yield world, server.url


def ready(operator: Operator, url: str) -> None:
    operator.sets(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL=url)


@pytest.mark.parametrize(
    "command", ["demo", "run", "invite", "migrate", "doctor", "export", "import", "backup", "restore", "restored"]
)
def test_every_command_explains_itself(command: str) -> None:
    everything = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"})
    assert command in everything.output
    own = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200"})
    assert own.exit_code == 0
    assert f"{command} [OPTIONS]" in own.output
    assert len(own.output.splitlines()) > 4


def test_all_faults_of_the_settings_are_told_at_once_and_no_value_is_shown(operator: Operator) -> None:
    operator.sets(DATABASE_URL="mysql://u:secret-word@host/name", TIME_ZONE="Mars", LOG_LEVEL="LOUD")
    for command in (("run",), ("invite", "--team", "A"), ("doctor",)):
        typed = operator.types(*command)
        assert typed.code == 2
        for name in ("TELEGRAM_BOT_TOKEN", "DATABASE_URL", "TIME_ZONE", "LOG_LEVEL"):
            assert name in typed.said
        assert "is not set" in typed.said
        assert "secret-word" not in typed.said
        assert "Mars" not in typed.said
    assert operator.types_apart("migrate").code == 2
    assert list(operator.folder.iterdir()) == []


def test_doctor_says_what_to_do_about_each_fault_until_all_is_well(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    operator.sets(TELEGRAM_BOT_TOKEN="1:another-token-that-is-not-known", TELEGRAM_API_URL=telegram[1])
    typed = operator.types("doctor")
    assert typed.code == 2
    assert "WRONG: the database is empty. Run: python -m bot migrate" in typed.out
    assert "WRONG: Telegram does not know this token." in typed.out
    operator.sets(TELEGRAM_API_URL="http://127.0.0.1:1")
    assert "WRONG: Telegram cannot be reached at http://127.0.0.1:1" in operator.types("doctor").out

    ready(operator, telegram[1])
    assert list(operator.folder.rglob("*.sqlite")) == [], "looking makes nothing"
    assert "A new database was made" in operator.types("migrate").out
    typed = operator.types("doctor")
    assert typed.code == 0
    assert "ok: the settings can be read" in typed.out
    assert "has no team yet. Run: python -m bot invite" in typed.out
    assert "there is no backup yet" not in typed.out, "nothing is there yet that could be lost"
    assert f"ok: Telegram answers; the bot is @{BOT_NAME}" in typed.out


def test_what_a_command_makes_is_for_its_owner_alone(operator: Operator, telegram: tuple[World, str]) -> None:
    ready(operator, telegram[1])
    for command in ("doctor", "migrate", "doctor"):
        operator.really_types(command)
    made = [path for path in operator.folder.rglob("*") if path.name.startswith("diary") or path.name == "data"]
    assert made
    assert [oct(path.stat().st_mode & 0o077) for path in made] == ["0o0"] * len(made)


def test_doctor_warns_of_what_others_on_the_machine_can_read_or_replace(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    ready(operator, telegram[1])
    secret, data = operator.folder / "token", operator.folder / "data"
    for path in (secret, operator.folder / ".env"):
        path.write_text(TOKEN if path is secret else "TIME_ZONE=UTC\n")
    operator.sets(TELEGRAM_BOT_TOKEN="", TELEGRAM_BOT_TOKEN_FILE=str(secret))
    operator.types("migrate")
    for path, mode in ((secret, 0o600), (operator.folder / ".env", 0o600), (data, 0o700)):
        path.chmod(mode)
    assert "WRONG" not in operator.types("doctor").said, "as the bot makes them, and as they should be"
    for path, mode in ((secret, 0o644), (operator.folder / ".env", 0o640), (data / "diary.sqlite", 0o604)):
        path.chmod(mode)
    data.chmod(0o775)
    typed = operator.types("doctor")
    assert typed.code == 2
    assert [line for line in typed.out.splitlines() if "chmod 600" in line] == [
        f"WRONG: {path} can be read by others on this machine (its mode is {mode}). Run: chmod 600 {path}"
        for path, mode in ((".env", "0640"), (secret, "0644"), (data / "diary.sqlite", "0604"))
    ]
    assert f"WRONG: {data} can be written by others on this machine (its mode is 0775)" in typed.out
    data.chmod(0o755)
    assert "chmod 700" not in operator.types("doctor").said, "who sees names alone sees nothing"


def test_doctor_warns_of_more_people_at_once_than_telegram_carries(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    ready(operator, telegram[1])
    operator.types("migrate")
    (path,) = operator.folder.rglob("*.sqlite")
    database = Database(f"sqlite:///{path}")
    with committing(database) as session:
        patient = joined_patient(session, 1, now=datetime.now(UTC))
        values = {**patient.model_dump(exclude={"id", "chat_id", "pseudonym"}), "status": "active"}
        for k in range(29 * 601):
            session.connection().execute(insert(Patient), {**values, "pseudonym": f"X-{k}"})
    database.close()
    typed = operator.types("doctor")
    assert typed.code == 2
    assert "17430 patients are to be asked at the same moment" in typed.out
    assert "wait 11 minutes" in typed.out


def test_a_database_is_copied_by_one_command(operator: Operator, telegram: tuple[World, str], tmp_path: Path) -> None:
    ready(operator, telegram[1])
    operator.types("migrate")
    typed = operator.types("copy", "--to", f"sqlite:///{tmp_path / 'there.sqlite'}")
    assert typed.code == 0, typed.error
    assert "patient: 0" in typed.out
    again = operator.types("copy", "--to", "mysql://nowhere")
    assert again.code == 2
    assert "--to is no database" in again.error
    assert "Name another" in operator.types("copy", "--to", "sqlite:///data/diary.sqlite").error


def test_doctor_sees_a_database_that_can_be_read_and_not_written(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    ready(operator, telegram[1])
    operator.types("migrate")
    (path,) = operator.folder.rglob("*.sqlite")
    database = Database(f"sqlite:///{path}")
    with database.writing():
        typed = operator.types("doctor")
    database.close()
    assert typed.code == 2
    assert "is held by another program" in typed.out


@pytest.mark.parametrize(
    "command",
    [
        ("parked",),
        ("report", "P-7KQ4"),
        ("export", "--team", "A", "--to", "out"),
        ("restored", "--as-of", "2026-03-02"),
        ("invite", "--team", "A"),
        ("copy", "--to", "sqlite:///other.sqlite"),
    ],
)
def test_in_a_wrong_folder_no_empty_database_is_made_in_which_all_is_well(
    operator: Operator, command: tuple[str, ...]
) -> None:
    operator.sets(TELEGRAM_BOT_TOKEN=TOKEN)
    typed = operator.types(*command)
    assert typed.code == 2
    assert f"There is no database at {operator.folder / 'data' / 'diary.sqlite'}" in typed.error
    assert list(operator.folder.rglob("*.sqlite")) == []


EACH_COMMAND = (
    ("migrate",),
    ("run",),
    ("doctor",),
    ("backup",),
    ("parked",),
    ("report", "P-7KQ4"),
    ("export", "--team", "A", "--to", "out"),
    ("import", "somewhere", "--team", "A"),
    ("invite", "--team", "A"),
    ("restored", "--as-of", "2026-03-02"),
    ("copy", "--to", "sqlite:///target.sqlite"),
)


@pytest.mark.parametrize("command", EACH_COMMAND, ids=lambda command: command[0])
def test_a_file_that_is_no_diary_is_named_and_left_as_it_is(operator: Operator, command: tuple[str, ...]) -> None:
    ready(operator, "http://127.0.0.1:1")
    files = {name: operator.folder / f"{name}.sqlite" for name in ("text", "empty", "folder", "pipe", "other")}
    files["text"].write_text("Dear diary")
    files["empty"].touch()
    files["folder"].mkdir()
    os.mkfifo(files["pipe"])
    with closing(sqlite3.connect(files["other"])) as other:
        other.execute("CREATE TABLE shopping (what TEXT)")
    before = {name: file.read_bytes() for name, file in files.items() if name not in {"folder", "pipe"}}
    said = {
        "text": "does not begin as a SQLite file does",
        "empty": "is an empty file, and no diary",
        "folder": "is a folder or a device, and no file",
        "pipe": "is a folder or a device, and no file",
        "other": "is a SQLite file, but not one of Infusion Diary",
    }
    for name, file in files.items():
        operator.sets(DATABASE_URL=f"sqlite:///{file}")
        typed = operator.types(*command)
        assert typed.code == 2, name
        assert f"{file} {said[name]}" in typed.said
    assert {name: files[name].read_bytes() for name in before} == before
    assert not (operator.folder / "target.sqlite").exists()


def test_doctor_looks_at_all_that_it_can_where_a_setting_is_wrong(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    operator.sets(TELEGRAM_API_URL=telegram[1])
    typed = operator.types("doctor")
    assert "WRONG: TELEGRAM_BOT_TOKEN is not set" in typed.out
    assert "WRONG: the database is empty" in typed.out
    assert "the settings can be read" not in typed.out
    operator.sets(TELEGRAM_BOT_TOKEN=TOKEN, WATCH_LISTEN="here", TIME_ZONE="Mars")
    typed = operator.types("doctor")
    assert typed.code == 2
    for said in ("WATCH_LISTEN is not", "TIME_ZONE is not", "the database is empty", f"the bot is @{BOT_NAME}"):
        assert said in typed.out
    operator.sets(TELEGRAM_BOT_TOKEN="", TELEGRAM_BOT_TOKEN_FILE="nowhere", DATABASE_URL="mysql://u:word@host/name")
    typed = operator.types("doctor")
    assert "TELEGRAM_BOT_TOKEN_FILE is no file" in typed.out
    assert "DATABASE_URL is not a database" in typed.out
    assert "no bot runs here" not in typed.out


def test_a_database_that_is_away_just_when_the_bot_begins_is_said_in_words_too(
    operator: Operator, postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = Database("postgresql://u@127.0.0.1:1/x")
    monkeypatch.setattr("bot.__main__.AlignedClock.align", lambda _: away.time())
    with postgres.new_database() as database:
        url = database.url.render_as_string(hide_password=False)
        operator.sets(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL="http://127.0.0.1:1", DATABASE_URL=url)
        typed = operator.types("run")
    assert typed.code == 75, "tried again by whoever supervises it"
    assert "the database cannot be reached" in typed.said.lower()


@pytest.mark.parametrize("url", ["sqlite:////dev/null/no/diary.sqlite", "postgresql://u:secret-word@127.0.0.1:1/x"])
def test_a_database_that_cannot_be_reached_is_said_in_words(operator: Operator, url: str) -> None:
    operator.sets(TELEGRAM_BOT_TOKEN=TOKEN, TELEGRAM_API_URL="http://127.0.0.1:1", DATABASE_URL=url)
    for command in (("run",), ("migrate",), ("doctor",)):
        typed = operator.types(*command)
        assert typed.code == (75 if command == ("run",) else 2), "tried again by whoever supervises it"
        said = typed.said.lower()
        assert "the database cannot be reached" in said or "/dev/null/no/diary.sqlite cannot be opened" in said
        assert "secret-word" not in typed.said


def test_migrate_goes_up_and_down_and_an_old_schema_is_refused(operator: Operator, telegram: tuple[World, str]) -> None:
    ready(operator, telegram[1])
    newest = Database("sqlite://").expected_revision()
    assert operator.types("migrate").out == f"A new database was made; its schema is at {newest}.\n"
    assert operator.types("migrate").out == f"The schema is at {newest} already; nothing was changed.\n"
    refused = operator.types("migrate", "base")
    assert refused.code == 2
    assert "--losing-data" in refused.error
    assert operator.types("migrate", "base", "--losing-data").out == f"The schema was at {newest} and is now at –.\n"
    assert operator.types("migrate", "head").code == 0
    typed = operator.types("migrate", "nonsense")
    assert typed.code == 2
    assert "nonsense" in typed.error

    (path,) = operator.folder.rglob("*.sqlite")
    database = Database(f"sqlite:///{path}")
    with database.writing() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = 'older'")
    database.close()
    for command in (("run",), ("doctor",), ("migrate",), ("export", "--team", "A", "--to", "out")):
        typed = operator.types(*command)
        assert typed.code == 2
        assert f"is at revision older, which this version does not know; it needs {newest}" in typed.said


def test_an_invitation_as_json_lets_a_coordinator_in(clinic: Clinic, operator: Operator) -> None:
    ready(operator, clinic.server.url)
    operator.sets(DATABASE_URL=str(clinic.database.url))
    typed = operator.really_types(
        "invite", "--team", "Rheumatology", "--role", "coordinator", "--json", "--zone", "Asia/Tokyo"
    )
    assert typed.code == 0, typed.error
    made: dict[str, Any] = json.loads(typed.out)
    assert made.keys() == {"start", "link", "expires_at"}
    assert made["link"] == f"https://t.me/{BOT_NAME}?start={made['start']}"
    assert len(made["start"]) <= 64
    left = datetime.fromisoformat(made["expires_at"]) - datetime.now(UTC)
    assert timedelta(days=13) < left <= timedelta(days=14)

    coordinator = clinic.someone()
    coordinator.says(f"/start {made['start']}")
    assert "You are on the team Rheumatology" in coordinator.sees
    assert "/roster" in coordinator.sees
    again = json.loads(operator.types("invite", "--team", "Rheumatology", "--role", "patient", "--json").out)
    anna = clinic.someone()
    anna.says(f"/start {again['start']}")
    for button in ("English", "Continue", "I agree"):
        anna.presses(button)
    assert "Asia/Tokyo" in anna.sees, "the team is the same one"
    assert clinic.read(lambda session: session.connection().exec_driver_sql("SELECT count(*) FROM team").scalar()) == 2


def test_an_invitation_in_words_shows_the_link_and_a_picture_of_it(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    ready(operator, telegram[1])
    operator.types("migrate")
    typed = operator.types("invite", "--team", "Neuromuscular clinic")
    assert typed.code == 0, typed.error
    assert "Made a new team: Neuromuscular clinic" in typed.out
    assert "Invitation for a coordinator of Neuromuscular clinic. It works once, until" in typed.out
    assert f"https://t.me/{BOT_NAME}?start=" in typed.out
    assert typed.out.count("█") > 100
    assert "Made a new team" not in operator.types("invite", "--team", "Neuromuscular clinic").out


def test_an_invitation_that_cannot_be_made_says_why_and_makes_nothing(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    ready(operator, telegram[1])
    operator.types("migrate")
    for words, said in (
        (("--team", "  "), "A team's name has from 1 to 120 characters that can be printed."),
        (("--team", "x" * 121), "A team's name has from 1 to 120 characters"),
        (("--team", "caf\udce9"), "A team's name has from 1 to 120 characters"),
        (("--team", "A", "--zone", "Mars"), "is not a time zone"),
        (("--team", "A", "--zone", "Mars", "--telephone", "12"), "“12” is not a telephone number"),
        (("--team", "A", "--role", "king"), "king"),
        ((), "--team"),
    ):
        typed = operator.types("invite", *words)
        assert typed.code == 2
        assert said in typed.error
    operator.sets(TELEGRAM_API_URL="http://127.0.0.1:1")
    typed = operator.types("invite", "--team", "A")
    assert typed.code == 2
    assert "Telegram could not be asked for the bot's name" in typed.error
    (path,) = operator.folder.rglob("*.sqlite")
    database = Database(f"sqlite:///{path}")
    with database.reading() as session:
        assert session.connection().exec_driver_sql("SELECT count(*) FROM team").scalar() == 0
    database.close()


def test_the_bot_runs_answers_and_stops_when_told_and_its_log_has_no_token(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    world, url = telegram
    ready(operator, url)
    operator.sets(LOG_LEVEL="DEBUG")
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=operator.folder,
        env=operator.surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            world.wait_for(lambda w: w.mailbox.open_polls, PATIENCE)
            world.person(7, "Someone")
            world.say(7, "a very private word")
            world.wait_for(lambda w: len(w.chats[7].messages) == 2, PATIENCE)
            process.send_signal(signal.SIGTERM)
            said, _ = process.communicate(timeout=PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0
    assert "is running" in said
    assert "Traceback" not in said
    assert TOKEN not in said
    assert TOKEN.split(":")[1] not in said
    assert "a very private word" not in said, "nor what people write"
    assert world.last_message(7)["text"].startswith("This is the Infusion Diary")


def test_a_running_bot_serves_the_desk_and_its_log_holds_no_key_to_it(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    world, url = telegram
    ready(operator, url)
    with socket.create_server(("127.0.0.1", 0)) as free:
        where = f"127.0.0.1:{free.getsockname()[1]}"
        operator.sets(LOG_LEVEL="DEBUG", DESK_URL=f"http://{where}", DESK_LISTEN=where)
        taken = operator.types_apart("run")
        assert taken.code == 75
        assert "DESK_LISTEN" in taken.error
    log = operator.folder / "bot.log"
    process = Forked(("run",), operator.folder, operator.surroundings(), log)
    try:
        world.wait_for(lambda w: w.mailbox.open_polls, PATIENCE)
        with httpx.Client(base_url=f"http://{where}", headers={"Origin": f"http://{where}"}, timeout=PATIENCE) as web:
            assert web.get("/desk/").status_code == 200
            assert web.get("/desk/enter?ticket=a-key-of-a-link").status_code == 403
            assert web.post("/desk/sign-in", data={"init_data": "signed-by-somebody"}).status_code == 403
            assert web.get("/desk/roster", headers={"Cookie": "desk=a-cookies-token"}).status_code == 303
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
    said = log.read_text()
    assert f"The desk is served for http://{where}" in said
    assert "Traceback" not in said
    for secret in ("a-key-of-a-link", "signed-by-somebody", "a-cookies-token"):
        assert secret not in said


def test_a_second_bot_on_one_file_is_refused_and_roles_are_for_postgresql(
    operator: Operator, telegram: tuple[World, str]
) -> None:
    world, url = telegram
    ready(operator, url)
    first = Forked(("run",), operator.folder, operator.surroundings(), operator.folder / "bot.log")
    try:
        world.wait_for(lambda w: w.mailbox.open_polls, PATIENCE)
        second = operator.types_apart("run")
        assert second.code == 75
        assert "A bot runs on this database already." in second.error
    finally:
        first.terminate()
        assert first.wait(PATIENCE) == 0
    for roles, said in (("clock", "does everything"), ("clock,cook", "intake, clock, courier, render")):
        refused = operator.types_apart("run", "--roles", roles)
        assert refused.code == 2
        assert said in refused.error


def test_doctor_says_whether_browsers_reach_the_desk(clinic: Clinic, operator: Operator) -> None:
    ready(operator, clinic.server.url)
    operator.types("migrate")
    assert "There is no desk (DESK_URL is empty)" in operator.types("doctor").out
    with AtTheDesk(clinic) as desk:
        where = desk.url.removeprefix("http://")
        operator.sets(DESK_URL=desk.url, DESK_LISTEN=where)
        assert f"ok: The desk answers at {desk.url}." in operator.types("doctor").out
        operator.sets(DESK_URL="http://127.0.0.1:1")
        typed = operator.types("doctor")
        assert typed.code == 2
        assert "WRONG: The desk does not answer at http://127.0.0.1:1 (ConnectError)" in typed.out
        operator.sets(DESK_URL=desk.url.replace("127.0.0.1", "localhost"))
        assert "(403), though the bot serves it at" in operator.types("doctor").out, (
            "a proxy that loses the Host header"
        )
    typed = operator.types("doctor")
    assert f"Nothing serves the desk at {where}" in typed.out
