"""Patients who come in by an invitation while the seed runs: through the bot's own questions, patiently."""

import random
from typing import TYPE_CHECKING

from jobs import admission
from storage import audit
from storage.models import Team
from tests.simulation.people import PatientAtHome
from tests.storage.support import committing

if TYPE_CHECKING:
    from tests.simulation.simulation import Simulation

QUESTIONS = ("f:join:language:", "f:join:about:", "f:join:consent:yes", "f:join:zone:", "f:join:time:")
# Looked for so often, then the link is opened anew: whoever comes back to it goes on where they were.
PATIENCE, MOST_OPENINGS = 6, 12


class Newcomer:
    """One of them. Account and patient have the same number, as with everybody here."""

    def __init__(self, simulation: "Simulation", rng: random.Random) -> None:
        self._simulation, self._rng = simulation, rng
        self.account, self._token = 0, ""
        self._looked, self._opened = 0, 0

    def is_invited(self) -> None:
        simulation = self._simulation
        if simulation.ending:
            return
        with committing(simulation.memory.database) as session:
            invited = admission.invite_patient(session, audit.OPERATOR, session.get_one(Team, 1), simulation.time.now())
        self._token = invited.token
        (self.account,) = simulation.memory.one("SELECT max(id) FROM patient")
        simulation.memory.raw.execute(
            "UPDATE patient SET pseudonym = printf('P-%04d', id) WHERE id = ?", (self.account,)
        )
        simulation.telegram.person(self.account, f"Person {self.account}")
        simulation.patients[self.account] = PatientAtHome(simulation, self.account, self._rng)
        simulation.journal.note("patient %s is invited", self.account)
        self._opens()

    def _opens(self) -> None:
        """Presses the link, which is what Telegram makes of it."""
        self._looked, self._opened = 0, self._opened + 1
        if self._opened > MOST_OPENINGS or self._simulation.ending:
            return
        self._simulation.says(self.account, f"/start {self._token}")
        self._simulation.time.after(3.0, self._goes_on)

    def _goes_on(self) -> None:
        """Presses what is asked next; goes away for a while when nothing comes."""
        simulation, telegram, rng = self._simulation, self._simulation.telegram, self._rng
        if simulation.ending or simulation.has_joined(self.account):
            return
        for message in reversed(list(telegram.chats[self.account].messages.values())):
            shown = [data for _, data in telegram.buttons(message) if data and data.startswith(QUESTIONS)]
            if shown:
                data = rng.choice(shown)
                telegram.press(self.account, message["message_id"], data)
                simulation.journal.note("patient %s presses %s", self.account, data)
                if rng.random() < 0.1:
                    telegram.press(self.account, message["message_id"], data)
                break
        self._looked += 1
        if self._looked > PATIENCE:
            simulation.time.after(rng.choice((60.0, 1800.0)), self._opens)
        else:
            simulation.time.after(rng.choice((2.0, 5.0)), self._goes_on)
