"""What is counted and timed, for Prometheus. Labels are kinds and outcomes: never anybody's id."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

from jobs.daily_prompt import STILL_WORTH_ASKING
from storage import outbox
from storage.models import DrawingKind, MessageKind, MessageState, OutboxMessage

# When each was first counted is nobody's question, and half of the page.
disable_created_metrics()  # type: ignore[no-untyped-call]
# Ten minutes are allowed, four hours the end.
LAGS = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 3600, 7200, 14400)
DRAWN_IN = (0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600)
TICKED_IN = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1, 5, 10, 60)


@dataclass
class Attempt:
    failed: bool = False


class Measurements:
    """Of one bot, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._lag = self._histogram("prompt_lag_seconds", "From the moment a patient is to be asked until sent", LAGS)
        self._messages = self._counter("messages", "What became of messages of the outbox", "kind", "outcome")
        self._answers = self._counter("answers_stored", "Answers stored, corrections too")
        self._updates = self._counter("updates", "What came from Telegram, and what became of it", "outcome")
        self._update_at = Gauge(
            "infusion_diary_last_update_timestamp_seconds", "When the last one came", registry=self.registry
        )
        self._drawn = self._histogram("drawing_seconds", "How long a page took to draw", DRAWN_IN, "kind")
        self._not_drawn = self._counter("drawings_failed", "Pages that could not be drawn", "kind")
        self._ticks = self._histogram("job_seconds", "How long a job of the clock took, each second", TICKED_IN, "job")

    def _counter(self, name: str, what: str, *labels: str) -> Counter:
        return Counter(f"infusion_diary_{name}", what, labels, registry=self.registry)

    def _histogram(self, name: str, what: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"infusion_diary_{name}", what, labels, buckets=buckets, registry=self.registry)

    def sent(self, message: OutboxMessage, now: datetime) -> None:
        self._messages.labels(message.kind.value, "sent").inc()
        if message.kind is MessageKind.DAILY_PROMPT:
            # Where it was put off, its due time is a later one; when it ends to be of use never moves.
            asked_for = min(message.due_at, message.expires_at - STILL_WORTH_ASKING)
            self._lag.observe(max(0.0, (now - asked_for).total_seconds()))

    def not_sent(self, message: OutboxMessage, state: MessageState, fault: str | None) -> None:
        if state is MessageState.FAILED:
            refused = fault in {"bad_request", outbox.FORBIDDEN}
            outcome = "refused" if refused else "failed"
        else:
            outcome = {MessageState.UNSURE: "unsure", MessageState.PENDING: "tried_again"}.get(state, state.value)
        self._messages.labels(message.kind.value, outcome).inc()

    def answers(self, many: int) -> None:
        self._answers.inc(many)

    def update(self, outcome: str, now: datetime) -> None:
        """`taken`, `not_committed` (it comes again) or `not_understood`."""
        self._updates.labels(outcome).inc()
        self._update_at.set(now.timestamp())

    def ran(self, job: str, seconds: float) -> None:
        self._ticks.labels(job).observe(seconds)

    @contextmanager
    def drawing(self, kind: DrawingKind) -> Iterator[Attempt]:
        attempt, began = Attempt(), time.monotonic()
        yield attempt
        self._drawn.labels(kind.value).observe(time.monotonic() - began)
        if attempt.failed:
            self._not_drawn.labels(kind.value).inc()
