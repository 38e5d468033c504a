"""One seed from its beginning to its end, and what is to be judged of it."""

import logging
import random
from collections import defaultdict
from datetime import time, timedelta

from tests.delivery.support import has_started
from tests.simulation.clinic import CLINICIANS, COORDINATOR, Member, Plan, plan_of, settle_in
from tests.simulation.invariants import judge
from tests.simulation.journal import Journal
from tests.simulation.life import Life, Machine
from tests.simulation.memory import instant
from tests.simulation.mishaps import Mishaps
from tests.simulation.newcomers import Newcomer
from tests.simulation.office import Office
from tests.simulation.parts import Listener, patiently
from tests.simulation.people import PatientAtHome
from tests.simulation.sight import Sight
from tests.simulation.telegram import Telegram
from tests.simulation.timeline import Timeline
from tests.simulation.watch import watched
from tests.simulation.weather import Calm, Changeable, Weather

DAY = 86400.0
# At the end the weather is fair and nobody does anything, so that all that can be done is done.
# No round number: nothing falls due just then.
CALM_AT_THE_END = 1207.3
DOWN_FOR = ((2, 20), (60, 1200), (3600, 6 * 3600), (12 * 3600, 3 * DAY))
DOWN_WEIGHTS = (50, 25, 15, 10)


class Simulation:
    """`made` may exchange the weather and say where the process dies, instead of the seed."""

    def __init__(self, seed: int, plan: Plan | None = None, weather: Weather | None = None) -> None:
        self.rng = random.Random(seed)
        self.seed, self.plan = seed, plan or plan_of(self.rng)
        self.memory = settle_in(self.plan)
        self.time = Timeline(self.plan.start)
        self.journal = Journal(self.time)
        self.weather = weather or (Changeable(self._lot(), self.plan.faults) if self.plan.faults else Calm())
        self.telegram = Telegram(self.time, self.journal, self.weather, self._lot())
        self.machine = Machine()
        self.members = {member.account: member for member in self.plan.patients}
        self.clinicians = list(CLINICIANS[: self.plan.clinicians])
        self.listener = Listener(self.journal)
        self.listener.is_heard = lambda: self.life is not None and not self.life.dead
        self.ending = self.is_over = False
        self.gone: dict[int, float] = {}
        self.life: Life | None = None
        self.lives: list[Life] = []
        # Of a patient, when what was planned last changed.
        self.changed_at: dict[int, float] = {}
        self.changes: dict[int, list[float]] = defaultdict(list)
        self.patients = {account: PatientAtHome(self, account, self._lot()) for account in self.members}
        self.office = Office(self, self._lot())
        self.mishaps = Mishaps(self, self._lot())
        self.time.stood_still = self.leases_may_have_run_out
        self.sight = Sight(self)
        self._people()

    def _lot(self) -> random.Random:
        return random.Random(self.rng.random())

    def _people(self) -> None:
        telegram = self.telegram
        for account in (*range(1, len(self.plan.patients) + 1), COORDINATOR, *CLINICIANS):
            has_started(telegram, account)
        telegram.seen = lambda account: self.patients[account].sees() if account in self.patients else None
        telegram.began, telegram.accepted = self.sight.began, self.sight.accepted
        telegram.handed, telegram.acknowledged = self.sight.handed, self.sight.acknowledged

    def run(self) -> list[str]:
        """Everything; what is wrong with it, in words."""
        logger = logging.getLogger()
        # Alone: whoever else listens would put every warning into words.
        others, logger.handlers = logger.handlers, [self.listener]
        telegram_level = logging.getLogger("telegram").level
        logging.getLogger("telegram").setLevel(logging.CRITICAL)
        try:
            with watched(), patiently():
                self._agenda()
                self._live()
        finally:
            logger.handlers = others
            logging.getLogger("telegram").setLevel(telegram_level)
        judge(self)
        return self.journal.faults

    def _agenda(self) -> None:
        """What will happen in this seed, whatever the bot does."""
        rng, end = self.rng, self.plan.days * DAY
        self.office.plans_at_the_start()
        for _ in range(self.plan.changes):
            self.time.at(rng.uniform(0, end), self.office.changes_something)
        for _ in range(self.plan.kills):
            self.time.at(self.moment_of_work(end), self._dies)
        self.mishaps.befall(end)
        if rng.random() < 0.15:
            self.time.at(rng.uniform(0, end), self.office.somebody_leaves)
        if rng.random() < 0.2:
            patient, at = rng.choice(list(self.patients.values())), rng.uniform(0, end)
            self.time.at(at, patient.leaves)
            self.time.at(at + rng.choice((60.0, 3600.0, 2 * DAY)), patient.comes_back)
        if rng.random() < 0.12:
            newcomer = Newcomer(self, self._lot())
            self.time.at(rng.uniform(0, end), newcomer.is_invited)
        if rng.random() < 0.1:
            self.time.at(rng.uniform(0, end), lambda: self.says(CLINICIANS[0], "/summary"))
        for mischief in (self._again, self._again, self.telegram.reorder):
            if rng.random() < 0.5:
                self.time.at(rng.uniform(0, end), mischief)
        self.time.calm_from = end
        self.time.at(end, self._ends)

    def moment_of_work(self, end: float) -> float:
        """When a mishap matters: mostly around a prompt."""
        rng = self.rng
        if rng.random() < 0.4:
            return rng.uniform(0, end)
        account = rng.randint(1, len(self.plan.patients))
        at = instant(self.memory.one("SELECT next_prompt_at FROM patient WHERE id = ?", account)[0])
        assert at is not None
        first = self.time.seconds_at(at)
        return first + rng.randrange(max(1, self.plan.days)) * DAY + rng.choice((0.0, 0.5, 10.0, 120.0)) * rng.random()

    def _dies(self) -> None:
        """At one of the next boundaries; at this very moment, when nothing is being done."""
        if self.life is None or self.life.dead or self.ending:
            return
        life = self.life
        how = self.rng.random()
        if how < 0.15:
            life.end()
        elif how < 0.4:
            life.kill("a moment")
        else:
            life.dies_after = self.rng.randrange(14)
            self.time.after(5.0, lambda: life.kill("a moment"))

    def _again(self) -> None:
        """One of the latest updates is told once more, under its own id or under a new one."""
        known = self.telegram.latest()
        if known:
            update = self.rng.choice(known)
            self.journal.note("update %s comes again", update)
            (self.telegram.again_under_new_id if self.rng.random() < 0.5 else self.telegram.again)(update)

    def _ends(self) -> None:
        """Fair weather, and a while for all that waits."""
        self.journal.note("the end: all is calm")
        self.ending = True
        self.telegram.weather = Calm()
        self.mishaps.end()
        if self.life is not None:
            self.life.dies_after = self.life.stops_after = None
        until = max(self.time.seconds, self.telegram.banned_until) + CALM_AT_THE_END
        self.time.at(until, self._over)

    def _over(self) -> None:
        if self.life is not None:
            self.life.end()
        self.is_over = True

    def _live(self) -> None:
        """One life after the other, until it is over."""
        while not self._is_over():
            self.life = Life(
                len(self.lives), self.time, self.memory, self.telegram, self.journal, self.machine, self._lot()
            )
            self.lives.append(self.life)
            self._born()
            self.life.run()
            self.sight.life_ended(self.life)
            if self._is_over():
                break
            down = self._down_for()
            self.journal.note("down for %s", timedelta(seconds=int(down)))
            self.time.pass_until(self.time.seconds + (1.0 if self.ending else down), lambda: self.ending)

    def _is_over(self) -> bool:
        return self.is_over

    def _born(self) -> None:
        """A process is about to start."""

    def _down_for(self) -> float:
        return self.rng.uniform(*self.rng.choices(DOWN_FOR, DOWN_WEIGHTS)[0])

    def schedule_changed(self, account: int) -> None:
        """Something outside the bot has changed this patient's schedule."""
        self.changed_at[account] = self.time.seconds
        self.changes[account].append(self.time.seconds)
        for given in self.journal.given.values():
            given.disturbed = given.disturbed or (given.account == account and not given.acknowledged)
        if self.life is not None:
            self.life.changed()

    def leases_may_have_run_out(self) -> None:
        """Time has passed all at once: what is being sent just now may be taken for left behind."""
        rows = self.memory.rows("SELECT id FROM outbox WHERE state = 'sending'")
        self.journal.lapsed.append({row[0] for row in rows})

    def has_joined(self, account: int) -> bool:
        """Whether this is a patient who has consented; one who came during the seed is a member from then on."""
        if account in self.members:
            return True
        row = self.memory.one("SELECT time_zone, prompt_time FROM patient WHERE id = ? AND status = 'active'", account)
        if row is not None:
            self.members[account] = Member(account, row[0], time.fromisoformat(row[1]))
            self.journal.note("patient %s has joined", account)
        return row is not None

    def zone_of(self, account: int) -> str:
        """Where that patient is now."""
        return str(self.memory.one("SELECT time_zone FROM patient WHERE id = ?", account)[0])

    def note_typed(self, account: int, text: str) -> None:
        self.journal.note("%s types %s", account, text)

    def says(self, account: int, text: str) -> None:
        self.telegram.say(account, text)

    def waits_for_bot(self, account: int) -> bool:
        """Whether something that this person did has not been taken in by the bot."""
        pending = self.telegram.mailbox.pending.values()
        return any(
            content["from"]["id"] == account
            for update in pending
            for key, content in update.items()
            if key != "update_id"
        )


def run(seed: int) -> tuple[list[str], Simulation]:
    """One seed by its own plan."""
    simulation = Simulation(seed)
    return simulation.run(), simulation
