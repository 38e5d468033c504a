"""One small story, told again and again: killed at each of its boundaries, each request struck by each fault."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time

from storage.models import MessageKind
from tests.simulation.clinic import MANY, Member, Plan
from tests.simulation.journal import Sent
from tests.simulation.simulation import Simulation
from tests.simulation.weather import Calm, Fault, Weather

# The evening before the clock goes forward: the first prompt is at a time that the clock skips.
STORY = Plan(
    start=datetime(2026, 3, 28, 20, 0, tzinfo=UTC),
    days=2,
    patients=(Member(1, "Europe/Berlin", time(2, 30)),),
    clinicians=1,
    busy=0.0,
    faults=0.0,
    kills=0,
    changes=0,
)
# Everybody is asked in the same second; no courses, nobody answers.
CROWD = Plan(
    start=datetime(2026, 3, 2, 17, 59, tzinfo=UTC),
    days=1,
    patients=tuple(Member(account, "Europe/London", time(18)) for account in range(1, MANY + 1)),
    clinicians=1,
    busy=0.0,
    faults=0.0,
    kills=0,
    changes=0,
)
HOUR = 3600.0


class Story(Simulation):
    """Two prompts, answers by tap and by typing, a course planned, moved, reminded of and cancelled, a summary."""

    def __init__(
        self,
        weather: Weather | None = None,
        dies_at: int | None = None,
        down: float = 30.0,
        plan: Plan = STORY,
    ) -> None:
        super().__init__(6, plan, weather or Calm())
        self.dies_at, self.down = dies_at, down
        self.boundaries = 0

    def _agenda(self) -> None:
        """The same in each telling."""
        self.time.at(0.1 * HOUR, lambda: self.office.by_job(1, "plan"))
        self.time.at(0.2 * HOUR, lambda: self.office.by_job(1, "move"))
        self.time.at(6.0 * HOUR, lambda: self.patients[1].acts("taps all", 2))
        self.time.at(7.0 * HOUR, lambda: self.patients[1].acts("types", 1))
        self.time.at(12.0 * HOUR, lambda: self.office.by_buttons(1, "cancel"))
        self.time.calm_from = 36.0 * HOUR
        self.time.at(36.0 * HOUR, self._ends)

    def _ends(self) -> None:
        self.boundaries = sum(len(life.passed) for life in self.lives)
        super()._ends()

    def _down_for(self) -> float:
        return self.down

    def _born(self) -> None:
        """The process that dies is the one that is alive when the boundary comes."""
        assert self.life is not None
        passed = sum(len(life.passed) for life in self.lives[:-1])
        if self.dies_at is not None and self.dies_at >= passed:
            self.life.dies_after = self.dies_at - passed


class Struck(Story):
    """The same story, and what `befalls` it."""

    def __init__(self, befalls: "Callable[[Struck], None]") -> None:
        super().__init__()
        self._befalls = befalls
        # At which boundary of the first life, and for how many seconds.
        self.stops_at: tuple[int, float] | None = None

    def _born(self) -> None:
        super()._born()
        if self.life is not None and not self.life.number:
            self.life.stops_after = self.stops_at

    def _agenda(self) -> None:
        super()._agenda()
        self._befalls(self)

    @property
    def questions(self) -> list[Sent]:
        """Those that Telegram took."""
        return [sent for sent in self.journal.sent if sent.kind == MessageKind.DAILY_PROMPT.value]


class Days(Simulation):
    """Some days of one patient in a zone, calm, with nothing to do but to be asked."""

    def __init__(self, zone: str, at: time, start: datetime, days: int) -> None:
        plan = replace(STORY, start=start, days=days, patients=(Member(1, zone, at),))
        super().__init__(6, plan, Calm())

    def _agenda(self) -> None:
        self.time.at(self.plan.days * 24 * HOUR, self._ends)


class Sluggish:
    """Each message takes seconds to arrive: as many are in flight as may be."""

    def next_for(self, method: str, chat: int | None) -> Fault | None:
        return Fault("slow", 3) if method == "sendMessage" else None


class Crowd(Story):
    """Forty patients who are asked in one second, over a connection on which eight requests are always in flight."""

    def __init__(self, dies_at: int | None = None, stops_at: int | None = None) -> None:
        super().__init__(Sluggish(), dies_at, plan=CROWD)
        self.stops_at = None if stops_at is None else (stops_at, 400.0)

    def _agenda(self) -> None:
        self.time.calm_from = 0.5 * HOUR
        self.time.at(0.5 * HOUR, self._ends)

    def _born(self) -> None:
        super()._born()
        if self.life is not None and not self.life.number:
            self.life.stops_after = self.stops_at
