"""The processes that `rivals` starts, measures and kills: `queue MANY SECONDS` and `store FILE RAN MANY`."""

import asyncio
import json
import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from telegram.ext import Application

TOKEN = "1234567890:made-up-token-for-the-bench"
JOB_TAKES = 0.1
TRIED = 500


def main() -> None:
    logging.disable(logging.CRITICAL)
    what, *words = sys.argv[1:]
    if what == "queue":
        print(json.dumps(asyncio.run(queue(int(words[0]), float(words[1])))))
    else:
        store(Path(words[0]), Path(words[1]), int(words[2]))


async def queue(many: int, seconds: float) -> dict[str, float]:
    """Registers so many daily jobs, all at one second, and lets them fire for so long."""
    application = Application.builder().token(TOKEN).updater(None).build()
    jobs = application.job_queue
    assert jobs is not None
    ran = 0

    async def ask(_context: Any) -> None:
        nonlocal ran
        ran += 1

    await jobs.start()
    # At a second that comes when all are registered and the scheduler has nothing else to do.
    began = time.perf_counter()
    tomorrow = datetime.now(UTC) + timedelta(hours=12)
    for number in range(TRIED):
        jobs.run_daily(ask, tomorrow.timetz(), chat_id=number)
    lead = (time.perf_counter() - began) / TRIED * many * 2 + 5
    jobs.scheduler.remove_all_jobs()
    await asyncio.sleep(1)
    at = datetime.now(UTC) + (timedelta(seconds=lead) if seconds else timedelta(hours=12))
    began = time.perf_counter()
    for number in range(many):
        jobs.run_daily(ask, at.timetz(), chat_id=number)
    registered = time.perf_counter() - began
    memory = psutil.Process().memory_info().rss / (1 << 20)
    if seconds:
        await asyncio.sleep(max((at - datetime.now(UTC)).total_seconds(), 0) + seconds)
    return {"many": many, "ran": ran, "registered": registered, "memory": memory}


def store(database: Path, ran: Path, many: int) -> None:
    """Adds so many daily jobs, all due now, says how long that took, and lets them fire until killed."""
    scheduler = BackgroundScheduler(
        {"apscheduler.timezone": "UTC"}, jobstores={"default": SQLAlchemyJobStore(f"sqlite:///{database}")}
    )
    scheduler.start(paused=True)
    now, began = datetime.now(UTC), time.perf_counter()
    for number in range(many):
        scheduler.add_job(
            "tests.bench.rival_process:ask", "interval", days=1, args=[str(ran), number], next_run_time=now,
            misfire_grace_time=None, coalesce=True,
        )  # fmt: skip
    took = {"registered": time.perf_counter() - began}
    scheduler.resume()
    database.with_suffix(f".{many}").write_text(json.dumps(took))
    while True:
        time.sleep(1)


def ask(ran: str, number: int) -> None:
    """What a job does: a request's time, and its number in the file."""
    time.sleep(JOB_TAKES)
    file = os.open(ran, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.write(file, f"{number}\n".encode())
    os.close(file)


if __name__ == "__main__":
    main()
