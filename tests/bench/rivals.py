"""The same work by what many would take for it: JobQueue.run_daily, and APScheduler with SQLAlchemyJobStore."""

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.bench import scale
from tests.bench.service import PATIENCE, ROOT, until
from tests.bench.table import Row

JOBS, MANY_JOBS, STORED_JOBS = 10_000, 100_000, 2_000
KILLED_AFTER = 8.0
QUIET = 3.0


def job_queue(_folder: Path) -> Sequence[Row]:
    """Jobs of python-telegram-bot's JobQueue, one a patient, all at one second, each of which only counts itself.

    10,000 are let fire, with 20 s for it. 100,000 are registered, and the process's memory is looked at.
    """
    fired = _child("queue", scale.of(JOBS), 20)
    held = _child("queue", scale.of(MANY_JOBS), 0)
    ran = f"{fired['ran']:,} ran, {fired['many'] - fired['ran']:,} dropped"
    return [
        Row(f"JobQueue.run_daily, {fired['many']:,} jobs due in one second", NOT_OURS, beside=ran),
        Row(
            f"JobQueue.run_daily, {held['many']:,} jobs: to register them; memory",
            NOT_OURS,
            beside=f"{held['registered']:.1f} s; {held['memory'] * 1.048576:.0f} MB",
        ),
    ]


NOT_OURS = "(no job a patient)"


def job_store(folder: Path) -> Sequence[Row]:
    """2,000 jobs in APScheduler's SQLAlchemyJobStore on SQLite, with its default ten threads; each writes its number.

    A job takes 100 ms, as a request would. All are due; 8 s later the process is killed, and another one started on the
    same store, until nothing has run for 3 s. Lost is what never ran, though the store holds it as run.
    """
    many, ran, store = scale.of(STORED_JOBS), folder / "ran", folder / "jobs.sqlite"
    with _started("store", str(store), str(ran), str(many)) as first:
        until(ran.exists, "the first job", 3 * PATIENCE)
        time.sleep(max(KILLED_AFTER * many / STORED_JOBS, 1.0))
        first.kill()
    registered = json.loads(store.with_suffix(f".{many}").read_text())["registered"]
    began = time.perf_counter()
    with _started("store", str(store), str(ran), "0") as second:
        until(store.with_suffix(".0").exists, "the second start")
        size, changed = 0, time.monotonic()
        while time.monotonic() - changed < QUIET:
            if ran.stat().st_size != size:
                size, changed = ran.stat().st_size, time.monotonic()
            time.sleep(0.1)
        second.kill()
    times = ran.read_text().split()
    lost, twice = many - len(set(times)), len(times) - len(set(times))
    took = time.perf_counter() - began - QUIET
    return [
        Row(f"SQLAlchemyJobStore, {many:,} jobs: to register them", NOT_OURS, beside=f"{registered:.1f} s"),
        Row(
            f"SQLAlchemyJobStore, {many:,} jobs due, kill -9 while they fire",
            NOT_OURS,
            beside=f"{lost:,} lost, {twice} twice; the rest took {took:.0f} s after the restart",
        ),
    ]


def _started(*words: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "tests.bench.rival_process", *words], cwd=ROOT)


def _child(*words: object) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.rival_process", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=5 * PATIENCE)
    told: dict[str, Any] = json.loads(done.stdout)
    return told
