"""What is measured at the moment at which it is asked for, beside what was counted on the way."""

from collections.abc import Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.watching.lookout import Seen
from bot.watching.measurements import Measurements
from jobs.lights import StoredFacts

CONTENT_TYPE = CONTENT_TYPE_LATEST


def exposed(measured: Measurements, seen: Seen) -> bytes:
    """Both, in Prometheus' text."""
    now = CollectorRegistry()
    now.register(_Gauges(seen))
    return generate_latest(measured.registry) + generate_latest(now)


class _Gauges(Collector):
    def __init__(self, seen: Seen) -> None:
        self._seen = seen

    def collect(self) -> Iterator[Metric]:
        seen, facts = self._seen, self._seen.facts
        yield _labelled(
            "light_red",
            "1 where a light is red, 0 where it is green; without one where it is not known",
            "light",
            {light.name.value: float(light.red) for light in seen.lights if light.red is not None},
        )
        yield _alone("writer_queue", "Pieces of work that wait for the thread that writes", seen.waiting)
        stored = facts.stored
        if isinstance(stored, StoredFacts):
            late = (facts.now - stored.oldest_due).total_seconds() if stored.oldest_due is not None else 0.0
            by_state = {state.value: float(many) for state, many in seen.unsettled.items()}
            yield _labelled("outbox_messages", "Messages that are still to be sent", "state", by_state)
            yield _alone("oldest_due_seconds", "For how long the oldest message that is due has been", max(0.0, late))
            yield _alone("parked_messages", "Messages that failed and that nobody has looked at", stored.parked)
            yield _alone("undrawn_pages", "Pages that could not be drawn, or not with everybody", stored.undrawn)
            yield _alone("database_write_seconds", "How long a small durable write took", stored.seconds or 0.0)
        if facts.machine.disk_free is not None:
            yield _alone("disk_free_bytes", "Left on the disk with the database's file", facts.machine.disk_free)
        if facts.machine.newest_backup is not None:
            age = (facts.now - facts.machine.newest_backup).total_seconds()
            yield _alone("newest_backup_age_seconds", "Since the newest backup was made", age)
        if facts.telegram is not None:
            yield _alone("telegram_ban_seconds", "For how long Telegram still wants silence", facts.telegram.ban)


def _alone(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"infusion_diary_{name}", what, value=value)


def _labelled(name: str, what: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"infusion_diary_{name}", what, labels=[label])
    for given, value in values.items():
        family.add_metric([given], value)
    return family
