"""One small story, told again and again: killed at each of its boundaries, each request struck by each fault."""

from datetime import UTC, datetime, time

from tests.simulation.clinic import Member, Plan
from tests.simulation.simulation import Simulation
from tests.simulation.weather import Calm, Weather

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
HOUR = 3600.0


class Story(Simulation):
    """Two prompts, answers by tap and by typing, a course planned, moved, reminded of and cancelled, a summary."""

    def __init__(self, weather: Weather | None = None, dies_at: int | None = None, down: float = 30.0) -> None:
        super().__init__(6, STORY, weather or Calm())
        self.dies_at, self.down = dies_at, down
        self.boundaries = 0

    def _agenda(self) -> None:
        """The same in each telling."""
        self.time.at(0.1 * HOUR, lambda: self.office.by_job(1, "plan"))
        self.time.at(0.2 * HOUR, lambda: self.office.by_job(1, "move"))
        self.time.at(6.0 * HOUR, lambda: self.patients[1].acts("taps all", 2))
        self.time.at(7.0 * HOUR, lambda: self.patients[1].acts("types", 1))
        self.time.at(12.0 * HOUR, lambda: self.office.by_buttons(1, "cancel"))
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
