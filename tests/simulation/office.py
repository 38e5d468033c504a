"""The clinic: a coordinator who changes schedules, through the bot's buttons or through the jobs; staff who leave."""

import random
from collections.abc import Callable
from datetime import date, time, timedelta
from typing import TYPE_CHECKING

from sqlmodel import Session, select

from jobs import check_in_time, due, lead_times, schedule
from jobs.refusals import Refusal
from jobs.schedule import CoursePlan
from storage import audit
from storage.models import Course, CourseStatus, Patient
from tests.simulation.clinic import CLINICIANS, COORDINATOR, TIMES, ZONES
from tests.storage.support import committing

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

LEADS: tuple[list[int], ...] = ([7, 1, 0], [3, 1], [1], [2, 0], [])
OPERATOR = audit.OPERATOR
ONLY_THIS = "f:move_course:later:only"


class Office:
    """What the clinic does in one seed."""

    def __init__(self, simulation: "Simulation", rng: random.Random) -> None:
        self._simulation, self.rng = simulation, rng
        self._wanted: list[str] = []
        self._tries = 0

    def plans_at_the_start(self) -> None:
        """Some patients have courses before the seed begins."""
        for account in range(1, len(self._simulation.plan.patients) + 1):
            if self.rng.random() < 0.7:
                self.by_job(account, "plan")

    def changes_something(self) -> None:
        rng = self.rng
        account = rng.randint(1, len(self._simulation.plan.patients))
        what = rng.choices(
            ("plan", "move", "cancel", "give", "prompt_time", "zone", "leads"), (15, 33, 10, 8, 15, 8, 11)
        )[0]  # fmt: skip
        if what in {"move", "cancel", "prompt_time"} and rng.random() < 0.3 and not self._wanted:
            self.by_buttons(account, what)
        else:
            self.by_job(account, what)

    def somebody_leaves(self) -> None:
        """A member of staff is taken off the team, as the operator does it."""
        account = self.rng.choice((*CLINICIANS, COORDINATOR))
        self._simulation.journal.note("staff %s leaves", account)
        self._simulation.gone[account] = self._simulation.time.seconds
        memory = self._simulation.memory
        memory.raw.execute("DELETE FROM staff WHERE chat_id = (SELECT id FROM chat WHERE telegram_id = ?)", (account,))

    def by_job(self, account: int, what: str) -> None:
        works: dict[str, Callable[[Session, Patient], None]] = {
            "plan": self._plan,
            "move": self._move,
            "cancel": self._cancel,
            "give": self._give,
            "prompt_time": self._prompt_time,
            "zone": self._zone,
            "leads": self._leads,
        }
        try:
            with committing(self._simulation.memory.database) as session:
                works[what](session, session.get_one(Patient, account))
        except Refusal as refusal:
            self._simulation.journal.note("%s for %s: refused, %s", what, account, refusal)
            return
        self._simulation.journal.note("%s for patient %s", what, account)
        self._simulation.schedule_changed(account)

    def _today(self, patient: Patient) -> date:
        return due.local_date(patient.time_zone, self._simulation.time.now())

    def _ahead(self, patient: Patient) -> date:
        return self._today(patient) + timedelta(days=self.rng.randint(0, 9))

    def _planned(self, session: Session, patient: Patient) -> Course:
        found = session.exec(
            select(Course).where(Course.patient_id == patient.id, Course.status == CourseStatus.PLANNED)
        ).all()
        if not found:
            raise Refusal("nothing is planned")
        return self.rng.choice(list(found))

    def _plan(self, session: Session, patient: Patient) -> None:
        plan = CoursePlan(self._ahead(patient), self.rng.choice((1, 2)), 0.4)
        schedule.plan_courses(session, OPERATOR, patient, [plan], self._simulation.time.now(), announced=True)

    def _move(self, session: Session, patient: Patient) -> None:
        course, now = self._planned(session, patient), self._simulation.time.now()
        schedule.move_course(session, OPERATOR, patient, course, self._ahead(patient), now)

    def _cancel(self, session: Session, patient: Patient) -> None:
        schedule.cancel_course(session, OPERATOR, patient, self._planned(session, patient), self._simulation.time.now())

    def _give(self, session: Session, patient: Patient) -> None:
        course, now = self._planned(session, patient), self._simulation.time.now()
        start = min(course.planned_start, self._today(patient))
        schedule.mark_given(session, OPERATOR, patient, course, start, 1, 0.4, now)

    def _prompt_time(self, session: Session, patient: Patient) -> None:
        at = self.rng.choice((*TIMES, time(self.rng.randrange(24), self.rng.randrange(60))))
        check_in_time.change_prompt_time(session, OPERATOR, patient, at, self._simulation.time.now())

    def _zone(self, session: Session, patient: Patient) -> None:
        """The patient has moved."""
        zone = self.rng.choice(ZONES)
        check_in_time.change_time_zone(session, OPERATOR, patient, zone, self._simulation.time.now())

    def _leads(self, session: Session, patient: Patient) -> None:
        leads = self.rng.choice(LEADS)
        lead_times.change_reminder_leads(session, OPERATOR, patient, leads, self._simulation.time.now())

    def by_buttons(self, account: int, what: str) -> None:
        ways = {
            "move": ["co:", "o:move_course", "f:move_course:start:2", "f:move_course:+:+"],
            "cancel": ["co:", "o:cancel_course", "f:cancel_course:because:clinic", "f:cancel_course:+:+"],
            "prompt_time": ["o:prompt_time", "f:prompt_time:time:", "f:prompt_time:+:+"],
        }
        self._simulation.journal.note("the coordinator goes to %s for patient %s", what, account)
        self._wanted, self._tries = list(ways[what]), 0
        self._simulation.telegram.say(COORDINATOR, f"/patient P-{account:04}")
        self._simulation.time.after(3.0, self._presses_on)

    def _presses_on(self) -> None:
        """The next button of the way, once it is there; gives up when it does not come."""
        simulation, telegram = self._simulation, self._simulation.telegram
        if not self._wanted or simulation.ending:
            return
        messages = list(telegram.chats[COORDINATOR].messages.values())
        offered = [data for _, data in telegram.buttons(messages[-1]) if data]
        if any(data.startswith(ONLY_THIS) for data in offered):
            # Asked only where there are later courses.
            self._wanted.insert(0, ONLY_THIS)
        shown = [data for data in offered if data.startswith(self._wanted[0])]
        if shown:
            data = self.rng.choice(shown)
            telegram.press(COORDINATOR, messages[-1]["message_id"], data)
            simulation.journal.note("the coordinator presses %s", data)
            self._wanted.pop(0)
            self._tries = 0
            if data.endswith(":+:+"):
                for member in simulation.plan.patients:
                    simulation.schedule_changed(member.account)
        else:
            self._tries += 1
            if self._tries > 4:
                self._wanted = []
        self._simulation.time.after(self.rng.choice((2.0, 5.0)), self._presses_on)
