"""Pages that messages wait for: claimed, drawn in the worker process, kept for whoever wants them."""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from sqlmodel import Session

from bot.drawing.asked import Asked, Drawn
from bot.drawing.rendering import Renderer
from bot.watching.measurements import Measurements
from jobs import looks
from jobs.clock import Clock, Pulse
from storage import drawings
from storage.models import Drawing
from storage.writer import Writer

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=10)
LONGEST_REST = 1.0


class Draughtsman:
    """Draws one page after the other until told to stop; `wake` makes it look at once."""

    def __init__(
        self,
        renderer: Renderer,
        writer: Writer,
        clock: Clock,
        drawn: Callable[[], None],
        measured: Measurements,
    ) -> None:
        self._measured = measured
        self._renderer, self._writer, self._clock, self._drawn = renderer, writer, clock, drawn
        self._owner = uuid4().hex
        self._awake, self._at_work = asyncio.Event(), asyncio.Lock()
        self._stopping = self._stumbles = False
        self.pulse = Pulse()
        self._database = writer.database.url.render_as_string(hide_password=False)

    def wake(self) -> None:
        self._awake.set()

    def stop(self) -> None:
        self._stopping = True
        self.wake()

    async def run(self) -> None:
        """Until told to stop. What it leaves half done waits again."""
        try:
            if self._writer.database.is_sqlite:
                # One process serves a file: what is being drawn at its start is nobody's.
                await self._quietly(drawings.leave_behind)
            while not self._stopping:
                self._awake.clear()
                self.pulse.beat()
                if not await self._one_quietly():
                    await self._rest()
        finally:
            await self._quietly(lambda session: drawings.leave_behind(session, self._owner))

    async def _quietly(self, work: Callable[[Session], int]) -> None:
        try:
            await self._writer.run(work)
        except Exception:
            log.exception("What was being drawn could not be put back; the leases will do it")

    async def _one_quietly(self) -> bool:
        try:
            drawn = await self.draw_one()
        except Exception:
            # Once, and not each second while a database is away.
            if not self._stumbles:
                log.exception("Drawing stumbled and goes on")
            self._stumbles = True
            return False
        self._stumbles = False
        return drawn

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._awake.wait(), LONGEST_REST)
        except TimeoutError:
            return

    async def draw_one(self) -> bool:
        """Draws the page that has waited longest; False when none waits."""
        async with self._at_work:
            drawing = await self._writer.run(
                lambda session: drawings.claim(session, owner=self._owner, now=self._clock.now(), lease=LEASE)
            )
            if drawing is None:
                return False
            asked = Asked(
                self._database,
                drawing.team_id,
                drawing.patient_id,
                drawing.language,
                drawing.as_of,
                drawing.kind,
                drawing.page,
            )
            with self._measured.drawing(drawing.kind) as measured:
                drawn = await self._draw_quietly(asked)
                measured.failed = drawn is None
            for each in drawn.undrawn if drawn is not None else ():
                log.error("A %s was drawn without a patient who could not be:\n%s", drawing.kind.value, each.fault)
            await self._writer.run(lambda session: self._keep(session, drawing, drawn))
        self._drawn()
        return True

    async def _draw_quietly(self, asked: Asked) -> Drawn | None:
        try:
            return await self._renderer.draw(asked)
        except Exception:
            log.exception("A page could not be drawn")
            return None

    def _keep(self, session: Session, drawing: Drawing, drawn: Drawn | None) -> None:
        found = drawings.of_team(session, drawing.team_id, drawing.id)
        if found is None or found.owner != self._owner:
            return
        if drawn is not None:
            found.undrawn = len(drawn.undrawn)
            drawings.finish(session, found, drawn.png, str(drawn.caption), drawn.archive, drawn.pages)
            if drawn.marks is not None:
                unknown = {each.patient_id for each in drawn.undrawn}
                looks.mark(session, found.team_id, drawn.marks, self._clock.now(), unknown)
        elif found.attempts >= drawings.MOST_ATTEMPTS:
            drawings.finish(session, found, None, None)
        else:
            drawings.leave_behind(session, self._owner)
