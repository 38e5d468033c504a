"""The bot as an operator runs it, a process of its own, beside the local Telegram in this one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import psutil  # type: ignore[import-untyped]

from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World
from jobs.clock import SystemClock

TOKEN = "1234567890:made-up-token-for-the-bench"
ROOT = Path(__file__).parents[2]
PATIENCE = 120.0
MIB = 1 << 20


class Telegram:
    """The local Telegram over HTTP, in a thread of this process. It refuses nobody: how fast they come is measured."""

    def __init__(self, accounts: Iterable[int]) -> None:
        self.world = World(TOKEN, "bench_bot", SystemClock().now)
        for account in accounts:
            self.world.person(account, "Somebody").started = True
        self._server = RunningServer(application(self.world))

    def __enter__(self) -> Self:
        self._server.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.__exit__(None, None, None)

    @property
    def url(self) -> str:
        return self._server.url

    def sent(self) -> list[float]:
        """When each message was accepted, in seconds of the clock on the wall."""
        with self.world.changed:
            done = [one for one in self.world.requests if one.method == "sendMessage" and one.outcome == 200]
        return [one.at.timestamp() for one in done]

    def copies(self) -> list[int]:
        """How many messages each chat has."""
        with self.world.changed:
            return [len(chat.messages) for chat in self.world.chats.values()]

    def until_sent(self, many: int) -> None:
        until(lambda: len(self.sent()) >= many, f"{many} messages")


class Process:
    """`python -m bot run` on a database, from its start to the kill at the end of the block."""

    def __init__(self, folder: Path, url: str, telegram: Telegram) -> None:
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(folder),
            "PYTHONPATH": str(ROOT),
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.url,
            "DATABASE_URL": url,
            "LOG_LEVEL": "WARNING",
        }
        self._log = folder / "bot.log"
        self.began = time.time()
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], cwd=folder, env=environment, stdout=log, stderr=log
            )
        self._seen = psutil.Process(self._process.pid)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        """As a power cut does."""
        self._process.kill()
        self._process.wait(PATIENCE)

    @property
    def cpu(self) -> float:
        """Seconds of CPU so far, of all its threads."""
        times = self._seen.cpu_times()
        return float(times.user + times.system)

    @property
    def memory(self) -> float:
        """MiB that it holds in memory now."""
        return float(self._seen.memory_info().rss) / MIB


def until(holds: Callable[[], Any], what: str, patience: float = PATIENCE) -> None:
    end = time.monotonic() + patience
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {patience:.0f} s: {what}")
        time.sleep(0.02)
