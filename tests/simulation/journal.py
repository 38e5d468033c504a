"""What happened in one seed: for the invariants to judge, and for people to read when one of them fails."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tests.simulation.timeline import Timeline
from tests.simulation.weather import UNSURE, Fault


@dataclass
class Sent:
    """A message of the outbox that Telegram has accepted. `known`: the bot was told so."""

    row: int
    account: int
    life: int
    begun: float
    at: float
    text: str
    message_id: int
    fault: Fault | None = None
    known: bool = False
    kind: str = ""
    about: frozenset[int] = frozenset()

    @property
    def in_doubt(self) -> bool:
        return self.fault is not None and self.fault.kind in UNSURE


@dataclass(frozen=True)
class Begun:
    """A request as the bot began it. `banned`: the bot had been told to be silent then."""

    at: float
    method: str
    account: int | None
    life: int
    row: int | None
    banned: bool


@dataclass
class Given:
    """One answer that a patient gave. `update`: the update that says so, whatever else says so again.

    `message`: where it was tapped; 0 when it was typed. `superseded`: the day had a newer message by then, and what
    that one was told is not overwritten from an older one.
    """

    account: int
    day: date
    item: str
    value: int | None
    message: int
    update: int
    # (when it was handed to the bot, the end of its day as it stood then)
    handed: list[tuple[datetime, datetime]] = field(default_factory=list)
    acknowledged: bool = False
    disturbed: bool = False
    superseded: bool = False


class Journal:
    """Everything that is judged afterwards."""

    def __init__(self, time: Timeline) -> None:
        self._time = time
        self.lines: list[tuple[float, str, tuple[Any, ...]]] = []
        self.begun: list[Begun] = []
        self.sent: list[Sent] = []
        self.given: dict[int, Given] = {}
        self.faults: list[str] = []
        self.in_doubt: dict[int, set[int]] = {}
        # Of each life that was killed, how many of its messages the next one called doubtful.
        self.doubtful_after: dict[int, int] = {}
        self.told: dict[int, date | None] = {}
        self.kills = 0
        # From when to when the process stood still.
        self.stopped: list[tuple[float, float]] = []
        # From when to when the disk was full.
        self.full: list[tuple[float, float]] = []
        # When the machine's clock jumped.
        self.jumps: list[float] = []
        # What was being sent when more than a lease passed all at once, by each time that it did.
        self.lapsed: list[set[int]] = []
        # (patient, the day on which the pause began, the day on which they are asked again)
        self.pauses: list[tuple[int, date, date]] = []

    def note(self, words: str, *values: Any) -> None:
        """A line of the story; it is put into words only when somebody reads it."""
        self.lines.append((self._time.seconds, words, values))

    def wrong(self, what: str) -> None:
        """An invariant that does not hold."""
        self.faults.append(what)
        self.note("WRONG: %s", what)

    def story(self, last: int | None = None) -> str:
        """The lines in words, or the last of them."""
        start = self._time.start.timestamp()
        shown = self.lines if last is None else self.lines[-last:]
        return "\n".join(
            f"{datetime.fromtimestamp(start + at, self._time.start.tzinfo):%a %d %b %H:%M:%S.%f}  "
            + (words % values if values else words)
            for at, words, values in shown
        )
