"""From a thousand to a million patients, each with yesterday's question, its four answers and its message."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from jobs import daily_prompt
from storage.database import Database
from storage.writer import Writer
from tests.bench import filling, scale
from tests.bench.sending import this_minute
from tests.bench.service import MIB, Process, Telegram
from tests.bench.table import Row

SIZES = (1_000, 10_000, 100_000, 1_000_000)
TICKS, BATCH = 5, 200
COUNTED = 200


def _grown(patients: int) -> Callable[[Path], Sequence[Row]]:
    def grown(folder: Path) -> Sequence[Row]:
        many = scale.of(patients)
        due = min(many, TICKS * BATCH)
        database = filling.clinic(folder, many, due, this_minute())
        size = Path(database.url.database or "").stat().st_size / MIB
        tick = _tick(database, max(due // BATCH, 1))
        database.close()
        counted = min(COUNTED, due - 10)
        with Telegram(range(1, due + 1)) as telegram, Process(folder, str(database.url), telegram) as process:
            telegram.until_sent(10)
            first, before = telegram.sent()[0] - process.began, process.cpu
            sent = len(telegram.sent())
            telegram.until_sent(counted)
            a_message = (process.cpu - before) / (len(telegram.sent()) - sent) * 1000
            memory = process.memory
        figures = {
            "database": f"{size:,.1f} MiB",
            "a tick that asks 200": f"{tick * 1000:.0f} ms",
            "first send after a restart": f"{first:.2f} s",
            "memory": f"{memory * 1.048576:.0f} MB",
            "CPU a message": f"{a_message:.1f} ms",
        }
        return [Row(f"{many:,} patients: {what}", figure) for what, figure in figures.items()]

    grown.__doc__ = f"{patients:,} patients. The tick is the median of five, each of which asks 200 in one transaction."
    grown.__name__ = f"to_{patients}"
    return grown


def _tick(database: Database, times: int) -> float:
    """Seconds of one batch of those who are due, from its beginning to its commit."""
    writer, now, took = Writer(database), this_minute(), []
    for _ in range(times):
        began = time.perf_counter()
        writer.submit(lambda session: daily_prompt.run(session, now)).result()
        took.append(time.perf_counter() - began)
    writer.close()
    return median(took)


MEASURES = tuple(_grown(patients) for patients in SIZES)
