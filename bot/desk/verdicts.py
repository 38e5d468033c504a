"""The verdicts that the roster shows: computed in the renderer's process, and kept here while they hold.

To compute one takes the time of a page; so a page shows what is known, and is told when more is.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.drawing.asked import AskedVerdicts, Verdict
from bot.drawing.rendering import Renderer
from jobs.clock import Clock
from jobs.desk.verdicts import fingerprints
from storage import patients, teams
from storage.database import Database
from storage.models import Patient, Team

log = logging.getLogger(__name__)
# Between two portions a page that somebody waits for can be drawn.
PORTION = 10


class Verdicts:
    """Of all teams. `told`: with a team's number, whenever more is known of it."""

    def __init__(self, renderer: Renderer, database: Database, clock: Clock, told: Callable[[int], None]) -> None:
        self._renderer, self._database, self._clock, self._told = renderer, database, clock, told
        # By team, by patient.
        self._kept: dict[int, dict[int, Verdict]] = defaultdict(dict)
        self._under_way: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)

    def known(
        self, session: Session, team: Team, people: Sequence[Patient], now: datetime
    ) -> dict[int, Verdict | None]:
        """By patient id, of these patients of the team; None where it has to be computed first. Two queries."""
        found: dict[int, Verdict | None] = {}
        for patient_id, of in fingerprints(session, team, people, now).items():
            kept = self._kept[team.id].get(patient_id)
            found[patient_id] = kept if kept is not None and kept.of == of else None
        return found

    async def refresh(self, team_id: int) -> None:
        """Computes what is not known of the team. Whoever asks meanwhile waits, and then finds little left to do."""
        async with self._under_way[team_id]:
            now = self._clock.now()
            missing = await asyncio.to_thread(self._missing, team_id, now)
            for start in range(0, len(missing), PORTION):
                if not await self._compute(team_id, missing[start : start + PORTION], now):
                    return
                self._told(team_id)

    def _missing(self, team_id: int, now: datetime) -> list[int]:
        with self._database.reading() as session:
            team, people = teams.team_by_id(session, team_id), patients.patients_of(session, team_id)
            found = self.known(session, team, people, now)
        # Of whoever has left nothing is kept.
        self._kept[team_id] = {patient_id: known for patient_id, known in found.items() if known is not None}
        return [patient_id for patient_id, known in found.items() if known is None]

    async def _compute(self, team_id: int, portion: Sequence[int], now: datetime) -> bool:
        url = self._database.url.render_as_string(hide_password=False)
        try:
            found = await self._renderer.verdicts(AskedVerdicts(url, team_id, tuple(portion), now))
        except Exception:
            log.exception("Verdicts could not be computed")
            return False
        self._kept[team_id] |= found
        return True
