"""The product's parts as a simulated process has them: nothing is drawn in earnest, and nobody looks for nothing."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest.mock import patch

from bot.drawing import draughtsman
from bot.drawing.asked import Asked, Drawn
from bot.texts import Html
from bot.traffic import courier
from tests.simulation.disk import is_trouble
from tests.simulation.journal import Journal
from tests.simulation.memory import Killed, memory, stored

NEVER = 10.0**9
TO_TAKE = """
SELECT 1 FROM outbox WHERE state IN ('pending', 'unsure') AND due_at <= ?
 OR state IN ('waiting', 'pending', 'unsure') AND expires_at <= ? OR state = 'sending' AND lease_until <= ? LIMIT 1
"""
# Of setWebhook the product says as an error what it says of everything else as a warning.
NOT_SET = "Telegram did not take the webhook's address"
TO_DRAW = "SELECT 1 FROM drawing WHERE state IN ('waiting', 'drawing') LIMIT 1"


class NotDrawnError(Exception):
    """What a renderer says that has no memory left, or a font too few."""


class NoPictures:
    """In place of the worker process: words alone, at once. `fails` says whether this one cannot be made."""

    def __init__(self, fails: Callable[[], bool]) -> None:
        self._fails = fails

    async def draw(self, _asked: Asked) -> Drawn:
        if self._fails():
            raise NotDrawnError
        return Drawn(None, Html("How the team is"))

    def close(self) -> None:
        """Nothing was begun."""


class Courier(courier.Courier):
    """Does not open a transaction to find that nothing is due."""

    async def _take(self) -> int:
        now = stored(self._clock.now())
        return await super()._take() if memory().one(TO_TAKE, now, now, now) else 0


class Draughtsman(draughtsman.Draughtsman):
    """The same."""

    async def draw_one(self) -> bool:
        return await super().draw_one() if memory().one(TO_DRAW) else False


@contextmanager
def patiently() -> Iterator[None]:
    """The courier and the draughtsman wait until they are called, instead of looking each second."""
    with (
        patch.object(courier, "LONGEST_REST", NEVER / 2),
        patch.object(draughtsman, "LONGEST_REST", NEVER / 2),
    ):
        yield


class Listener(logging.Handler):
    """What the product logs as an error is one, unless the simulation has caused just that."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(logging.WARNING)
        self.journal = journal
        self.is_heard: Callable[[], bool] = lambda: False

    def emit(self, record: logging.LogRecord) -> None:
        if not self.is_heard():
            return
        said, fault = record.getMessage(), record.exc_info[1] if record.exc_info else None
        if isinstance(fault, Killed):
            return
        if fault is not None:
            said += f" ({fault!r})"
        caused = isinstance(fault, NotDrawnError) or is_trouble(fault) or said.startswith(NOT_SET)
        if record.levelno >= logging.ERROR and not caused:
            self.journal.wrong(f"logged: {said}")
        else:
            self.journal.note("log: %s", said)
