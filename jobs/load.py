"""Whether Telegram can carry what is due: how long the last of those who are due together would wait. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Within this time of its moment a question is asked, by whatever order it falls on that day.
TOLERANCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Rush:
    """`people` are due at `at`; with what was still waiting, the last of them is asked after `wait`."""

    at: datetime
    people: int
    wait: timedelta


def rushes(due: Iterable[tuple[datetime, int]], per_second: float) -> list[Rush]:
    """Every moment with how many are due at it, in turn; what one moment leaves over is carried into the next."""
    found: list[Rush] = []
    free_at: datetime | None = None
    for at, people in sorted(due):
        begun = at if free_at is None else max(at, free_at)
        free_at = begun + timedelta(seconds=people / per_second)
        found.append(Rush(at, people, free_at - at))
    return found


def worst(due: Iterable[tuple[datetime, int]], per_second: float) -> Rush | None:
    """The one whose last waits longest, where that is longer than the tolerance."""
    longest = max(rushes(due, per_second), key=lambda rush: rush.wait, default=None)
    return longest if longest is not None and longest.wait > TOLERANCE else None
