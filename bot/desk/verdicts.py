"""The verdicts that the roster shows: computed in the renderer's process, and kept here while they hold.

To compute one takes a while; so a page shows what is known, and looks whether more is (`revision`).
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from bot.drawing.asked import AskedVerdicts, Verdict
from bot.drawing.rendering import Renderer
from jobs.clock import Clock
from jobs.desk.fingerprints import fingerprints
from storage import patients, teams
from storage.database import Database
from storage.models import Patient, Team

log = logging.getLogger(__name__)
# Between two portions a page that somebody waits for can be drawn.
PORTION = 10


class Verdicts:
    """Of all teams."""

    def __init__(self, renderer: Renderer, database: Database, clock: Clock) -> None:
        self._renderer, self._database, self._clock = renderer, database, clock
        # By team, by patient.
        self._kept: dict[int, dict[int, Verdict]] = defaultdict(dict)
        self._revisions: dict[int, int] = defaultdict(int)
        self._locks: dict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._under_way: dict[int, asyncio.Task[None]] = {}

    def revision(self, team_id: int) -> int:
        """Another number whenever more is known of the team."""
        return self._revisions.get(team_id, 0)

    def known(
        self, session: Session, team: Team, people: Sequence[Patient], now: datetime
    ) -> dict[int, Verdict | None]:
        """By patient id, of these patients of the team; None where it has to be computed first. Two queries."""
        found: dict[int, Verdict | None] = {}
        for patient_id, of in fingerprints(session, team, people, now).items():
            kept = self._kept.get(team.id, {}).get(patient_id)
            found[patient_id] = kept if kept is not None and kept.of == of else None
        return found

    async def refresh(self, team_id: int) -> None:
        """Computes what is not known of the team. Whoever asks meanwhile waits, and then finds little left to do."""
        async with self._locks[team_id]:
            try:
                await self._compute_missing(team_id, self._clock.now())
            except Exception:
                log.exception("Verdicts could not be computed")

    def refresh_soon(self, team_id: int) -> None:
        """The same in the background of the running loop, unless it is being done."""
        if team_id not in self._under_way:
            self._under_way[team_id] = task = asyncio.create_task(self.refresh(team_id))
            task.add_done_callback(lambda _: self._under_way.pop(team_id))

    def forget(self, team_id: int) -> None:
        """Whatever is kept of the team; what is being computed of it is given up."""
        if team_id in self._under_way:
            self._under_way[team_id].cancel()
        self._kept.pop(team_id, None)
        self._revisions.pop(team_id, None)
        self._locks.pop(team_id, None)

    async def close(self) -> None:
        """Nothing is computed any more: the renderer ends next, and would begin anew for it."""
        under_way = list(self._under_way.values())
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def _compute_missing(self, team_id: int, now: datetime) -> None:
        url = self._database.url.render_as_string(hide_password=False)
        found = await asyncio.to_thread(self._found, team_id, now)
        # Of whoever has left nothing is kept.
        self._kept[team_id] = {patient_id: known for patient_id, known in found.items() if known is not None}
        missing = [patient_id for patient_id, known in found.items() if known is None]
        for start in range(0, len(missing), PORTION):
            portion = tuple(missing[start : start + PORTION])
            computed = await self._renderer.verdicts(AskedVerdicts(url, team_id, portion, now))
            for each in computed.values():
                if each.fault is not None:
                    # Once: it is kept too, until something is new about them.
                    log.error("A verdict could not be computed:\n%s", each.fault)
            self._kept[team_id] |= computed
            self._revisions[team_id] += 1

    def _found(self, team_id: int, now: datetime) -> dict[int, Verdict | None]:
        with self._database.reading() as session:
            team, people = teams.team_by_id(session, team_id), patients.patients_of(session, team_id)
            return self.known(session, team, people, now)
