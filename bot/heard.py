"""That Telegram answers, and what its clock says: looked at in passing, in every answer."""

from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

from jobs.clock import Clock, Pulse


class Heard:
    """Called with every answer that comes back from the Bot API."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._pulse = clock, Pulse()
        self._ever = False
        # By how many seconds its clock is ahead of ours.
        self.clock_off: float | None = None

    async def __call__(self, response: httpx.Response) -> None:
        if response.is_server_error:
            # A gateway's word for it that Telegram is out of order.
            return
        self._ever = True
        self._pulse.beat()
        try:
            told = parsedate_to_datetime(response.headers.get("date", "")).astimezone(UTC)
        except ValueError:
            return
        self.clock_off = (told - self._clock.now()).total_seconds()

    @property
    def silent(self) -> float | None:
        """Seconds since the last answer; None when there was none yet."""
        return self._pulse.age if self._ever else None
