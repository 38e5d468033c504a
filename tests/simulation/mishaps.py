"""What goes wrong around the bot beside kills: the disk, the clock, a process that stands still, Telegram away."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import time, timedelta
from typing import TYPE_CHECKING

from jobs import due
from tests.simulation.disk import TROUBLES, Trouble
from tests.simulation.memory import instant, stored
from tests.simulation.weather import AWAY, Kind

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

DAY = 86400.0
# How many of a hundred seeds have each; some have several.
OFTEN = {
    "the disk is full": 14,
    "work fails": 12,
    "stopped": 12,
    "the clock jumps": 12,
    "Telegram is away": 10,
    "nothing can be drawn": 8,
    "a pause": 8,
    "another time while it waits": 8,
}
FULL_FOR = (0.5, 6.0, 40.0, 900.0)
# Short of the courier's lease, and past it; past what a question and a reminder are worth.
STOPPED_FOR = (20.0, 290.0, 301.0, 900.0, 5 * 3600.0, 14 * 3600.0)
AWAY_FOR, AWAY_WEIGHTS = ((60, 900), (3600, 6 * 3600), (DAY / 2, 2 * DAY)), (70, 24, 6)


class Mishaps:
    """Those of one seed. `seen` counts what has befallen it."""

    def __init__(self, simulation: "Simulation", rng: random.Random) -> None:
        self._simulation, self._rng = simulation, rng
        self._full_until, self._how_full = -1.0, 0.0
        self._bad_works = 0.0
        self._not_drawn = 0.0
        self.seen: Counter[str] = Counter()
        machine = simulation.machine
        # Of some seeds every process is posted to; in some one is, and the next one polls.
        hooks = rng.choices((0.0, 1.0, 0.5), (76, 14, 10))[0]
        machine.by_webhook = lambda: rng.random() < hooks
        machine.trouble, machine.bad_work, machine.draws_nothing = self._trouble, self._bad_work, self._draws_nothing

    def befall(self, end: float) -> None:
        """Puts into the agenda what this seed's chance wants."""
        ways: dict[str, Callable[[], None]] = {
            "the disk is full": self.disk_is_full,
            "work fails": self.work_fails,
            "stopped": self.stops,
            "the clock jumps": self.clock_jumps,
            "Telegram is away": self.telegram_is_away,
            "nothing can be drawn": self.nothing_can_be_drawn,
            "a pause": self.pauses,
            "another time while it waits": self.another_time_while_it_waits,
        }
        for name, often in OFTEN.items():
            if self._rng.random() * 100 < often:
                self._simulation.time.at(self._simulation.moment_of_work(end), self._unless_over(ways[name]))

    def _unless_over(self, befalls: Callable[[], None]) -> Callable[[], None]:
        return lambda: None if self._simulation.ending else befalls()

    def end(self) -> None:
        """Nothing more goes wrong."""
        self._full_until, self._bad_works, self._not_drawn = -1.0, 0.0, 0.0
        self._simulation.telegram.away_until = -1.0
        self.sets_clock(timedelta(0))

    def disk_is_full(self, seconds: float | None = None, how: float | None = None) -> None:
        """For a while so many of all transactions fail, at their beginning, in their midst or at their end."""
        rng, simulation = self._rng, self._simulation
        seconds = rng.choice(FULL_FOR) if seconds is None else seconds
        self._how_full = rng.choice((0.2, 0.6, 1.0)) if how is None else how
        self._full_until = simulation.time.seconds + seconds
        simulation.journal.full.append((simulation.time.seconds, self._full_until))
        simulation.journal.note("the disk is full for %s s, for %s of what is written", seconds, self._how_full)

    def _trouble(self) -> Trouble | None:
        if self._simulation.time.seconds > self._full_until or self._rng.random() >= self._how_full:
            return None
        kind = self._rng.choice(TROUBLES)
        self.seen[kind] += 1
        self._simulation.journal.note("a transaction fails: %s", kind)
        return Trouble(kind, self._rng.randrange(4))

    def work_fails(self) -> None:
        """From now on some of what is committed together fails, and must not take the others with it."""
        self._bad_works = self._rng.choice((0.1, 0.4))

    def _bad_work(self, works: int) -> int | None:
        if not self._bad_works or self._rng.random() >= self._bad_works:
            return None
        self.seen["bad work beside others"] += works > 0
        return self._rng.randint(0, works)

    def stops(self, seconds: float | None = None, after: int | None = None) -> None:
        """SIGSTOP at one of the next boundaries, SIGCONT later."""
        life = self._simulation.life
        if life is None or life.is_ending:
            return
        self.seen["stopped"] += 1
        after = self._rng.randrange(12) if after is None else after
        life.stops_after = (after, self._rng.choice(STOPPED_FOR) if seconds is None else seconds)

    def clock_jumps(self, hours: int | None = None) -> None:
        """The machine's clock is an hour off all at once; mostly somebody sets it right later."""
        hours = self._rng.choice((-1, 1)) if hours is None else hours
        self.seen[f"clock {hours:+d}"] += 1
        self.sets_clock(timedelta(hours=hours))
        if self._rng.random() < 0.8:
            back = self._rng.choice((120.0, 1800.0, 3 * 3600.0, DAY))
            self._simulation.time.after(back, lambda: self.sets_clock(timedelta(0)))

    def sets_clock(self, ahead: timedelta) -> None:
        simulation = self._simulation
        if simulation.time.ahead == ahead:
            return
        simulation.journal.note("the clock goes from %s to %s ahead", simulation.time.ahead, ahead)
        simulation.time.ahead = ahead
        simulation.journal.jumps.append(simulation.time.seconds)
        simulation.leases_may_have_run_out()
        if simulation.life is not None:
            simulation.life.changed()

    def telegram_is_away(self, seconds: float | None = None, kind: Kind | None = None) -> None:
        """Of all requests none arrives, or none is answered."""
        rng, simulation = self._rng, self._simulation
        seconds = rng.uniform(*rng.choices(AWAY_FOR, AWAY_WEIGHTS)[0]) if seconds is None else seconds
        telegram = simulation.telegram
        telegram.away = kind if kind is not None else rng.choice(AWAY)
        telegram.away_until = simulation.time.seconds + seconds
        self.seen["away"] += 1
        simulation.journal.note("Telegram is away for %s: %s", timedelta(seconds=int(seconds)), telegram.away)

    def nothing_can_be_drawn(self) -> None:
        self.seen["nothing can be drawn"] += 1
        self._not_drawn = self._rng.choice((0.5, 1.0))
        self._simulation.says(self._rng.choice(self._simulation.clinicians), "/summary")

    def _draws_nothing(self) -> bool:
        return self._rng.random() < self._not_drawn

    def pauses(self, account: int | None = None, days: int | None = None) -> None:
        """A patient is not asked until a date: as the demo's data have it, since the bot offers no way into a pause."""
        simulation, rng = self._simulation, self._rng
        account = rng.choice(list(simulation.members)) if account is None else account
        now = simulation.time.now()
        status, following = simulation.memory.one("SELECT status, next_prompt_at FROM patient WHERE id = ?", account)
        next_prompt, zone = instant(following), simulation.zone_of(account)
        if status != "active" or next_prompt is None or next_prompt <= now:
            return
        today = due.local_date(zone, now)
        back_on = due.local_date(zone, next_prompt) + timedelta(days=days or rng.randint(1, 3))
        (at,) = simulation.memory.one("SELECT prompt_time FROM patient WHERE id = ?", account)
        moment = due.local_moment(zone, back_on, time.fromisoformat(at))
        simulation.memory.raw.execute(
            "UPDATE patient SET status = 'paused', paused_until = ?, next_prompt_at = ? WHERE id = ?",
            (back_on.isoformat(), stored(moment), account),
        )
        self.seen["a pause"] += 1
        simulation.journal.note("patient %s pauses until %s", account, back_on)
        simulation.journal.pauses.append((account, today, back_on))
        simulation.schedule_changed(account)

    def another_time_while_it_waits(self) -> None:
        """Nothing leaves just when a question is due, and meanwhile the patient is given another time, or moves."""
        simulation, rng = self._simulation, self._rng
        account = rng.choice(list(simulation.members))
        (following,) = simulation.memory.one("SELECT next_prompt_at FROM patient WHERE id = ?", account)
        at = instant(following)
        if at is None:
            return
        seconds, what = simulation.time.seconds_at(at), rng.choice(("prompt_time", "zone"))
        wait = rng.choice((10.0, 600.0, 5400.0))
        simulation.time.at(seconds - 1.0, self._unless_over(lambda: self.telegram_is_away(wait)))
        simulation.time.at(
            seconds + wait * rng.random(), self._unless_over(lambda: simulation.office.by_job(account, what))
        )
        self.seen["another time"] += 1
