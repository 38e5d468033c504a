"""The bot as an operator runs it: a process of its own, which can be told to end, and killed."""

import os
import signal
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Self

from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World
from jobs.clock import SystemClock
from storage.database import Database
from tests.delivery.support import has_started
from tests.forked import ROOT, Forked
from tests.log_guard import GUARD
from tests.storage.support import committing, joined_patient, rows_of
from tests.support import BOT_NAME, TOKEN

# A start takes two seconds on an idle machine; several at once on a busy one may take many.
PATIENCE = 60.0
CLOCK = SystemClock()


class Service:
    """The local Telegram, a database, and the bot's process between them. True time, as a process has no other."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.world = World(TOKEN, BOT_NAME, CLOCK.now)
        self.server = RunningServer(application(self.world))
        self.process: Forked | None = None
        self.all_processes: list[Forked] = []
        self.level = "INFO"
        # Further settings.
        self.more: dict[str, str] = {}

    def __enter__(self) -> Self:
        self.server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
        self.server.__exit__(None, None, None)
        if self.log.exists():
            leaks = [leak for line in self.log.read_text().splitlines() for leak in GUARD.leaks_in(line)]
            assert leaks == [], "nothing about a patient is logged, and never a token"

    def start(self, *, wait: bool = True, url: str | None = None) -> None:
        """Starts the process and waits until it polls."""
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": url or self.server.url,
            "DATABASE_URL": self.database.url.render_as_string(hide_password=False),
            "LOG_LEVEL": self.level,
            # Several run at once, and would listen at one place.
            "WATCH_LISTEN": "",
            **self.more,
        }
        self.process = Forked(("run",), self.folder, environment, self.log)
        self.all_processes.append(self.process)
        if wait:
            self.world.wait_for(lambda world: world.mailbox.open_polls, PATIENCE)

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    @property
    def running(self) -> Forked:
        assert self.process is not None
        return self.process

    def kill(self) -> None:
        """As a power cut does: no handler runs, nothing is put in order."""
        self.running.kill()
        assert self.running.wait(PATIENCE) == -signal.SIGKILL
        self.world.wait_for(lambda world: not world.mailbox.open_polls, PATIENCE)

    def terminate(self, patience: float) -> int:
        """As a service manager does; its exit code. subprocess.TimeoutExpired past the patience."""
        self.running.terminate()
        return self.running.wait(patience)

    def patients_due(self, many: int) -> date:
        """Patients 1 to `many`, who are due to be asked since a minute; the diary date they are asked about."""
        now = CLOCK.now()
        moment = (now - timedelta(minutes=1)).replace(second=0, microsecond=0)
        with committing(self.database) as session:
            for account in range(1, many + 1):
                at = time(moment.hour, moment.minute)
                patient = joined_patient(session, account, at, "UTC", now - timedelta(hours=1))
                assert patient.next_prompt_at == moment
        for account in range(1, many + 1):
            has_started(self.world, account)
        return moment.date()

    def rows(self, table: type[Any]) -> list[Any]:
        with self.database.reading() as session:
            return rows_of(session, table)

    def messages(self, account: int) -> list[dict[str, Any]]:
        return [message for message in self.world.messages(account) if message["from"]["is_bot"]]

    def asked(self, many: int) -> list[int]:
        """How many messages each of the patients has."""
        return [len(self.messages(account)) for account in range(1, many + 1)]

    def until(self, holds: Any, patience: float = PATIENCE) -> None:
        """Waits for what only the database shows."""
        end = CLOCK.now() + timedelta(seconds=patience)
        while not holds():
            assert CLOCK.now() < end, f"not within {patience} s\n{self.log.read_text()[-3000:]}"
            with self.world.changed:
                self.world.changed.wait(0.05)


def press_data(day: date, item: int, value: int) -> str:
    """The data of a check-in's button, as if the patient had asked for it."""
    return f"c:0:{day:%Y%m%d}:answer:{item}:{value}"


def elapsed_since(began: datetime) -> float:
    return (CLOCK.now() - began).total_seconds()
