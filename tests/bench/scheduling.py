"""What is due: computed and asked."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from pathlib import Path

from apscheduler.triggers.cron import CronTrigger

from jobs import daily_prompt, due
from storage.writer import Writer
from tests.bench import filling, scale
from tests.bench.storing import rate
from tests.bench.table import Row

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
ZONES = ("Europe/London", "America/New_York", "Australia/Lord_Howe")
DUE = 18_000
MOMENTS, CRON_MOMENTS = 1_000_000, 20_000


def asked_at_once(folder: Path) -> Sequence[Row]:
    """18,000 patients due in one second become 18,000 messages in the outbox, in durable batches of 200."""
    many = scale.of(DUE)
    database = filling.clinic(folder, many, many, NOW)
    writer, slowest = Writer(database), 0.0
    began = time.perf_counter()
    more = True
    while more:
        one = time.perf_counter()
        more = writer.submit(lambda session: daily_prompt.run(session, NOW)).result()
        slowest = max(slowest, time.perf_counter() - one)
    took = time.perf_counter() - began
    writer.close()
    database.close()
    detail = f"an answer waits for one batch: {slowest * 1000:.0f} ms at most"
    return [Row(f"{many:,} due in one second are in the outbox after", f"{took:.1f} s; {detail}")]


def local_moments(_folder: Path) -> Sequence[Row]:
    """Next local moments over many patients of three zones; beside it, those of APScheduler's cron triggers."""
    many, few = scale.of(MOMENTS), scale.of(CRON_MOMENTS)
    at = time_of_day(18, 0)

    def ours() -> None:
        for number in range(many):
            due.next_local_moment(ZONES[number % 3], at, NOW)

    triggers = [CronTrigger(hour=18, minute=0, second=0, timezone=zone) for zone in ZONES]

    def theirs() -> None:
        for number in range(few):
            triggers[number % 3].get_next_fire_time(None, NOW + timedelta(seconds=1))

    beside = f"APScheduler's CronTrigger: {rate(theirs, few):,.0f}/s"
    return [Row("next local moments", f"{rate(ours, many):,.0f}/s", beside=beside)]
