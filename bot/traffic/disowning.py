"""Answers that say that there is no such bot: believed only once there were a minute of nothing else.

A proxy's page for what it does not know looks the same to the library as Telegram's word about a token.
"""

import logging

from telegram.error import InvalidToken

log = logging.getLogger(__name__)
MOST = 30
WAIT = 2.0


class Disowning:
    """Counts them, in a row."""

    def __init__(self) -> None:
        self._times = 0

    def another(self, fault: InvalidToken) -> None:
        """Raises the fault where that is enough; else it is asked again after WAIT seconds."""
        self._times += 1
        if self._times >= MOST:
            raise fault
        # Once; and its own words carry the token.
        if self._times == 1:
            log.error("Telegram, or something before it, does not know this bot; asked again %s times", MOST)

    def over(self) -> None:
        """Telegram has answered otherwise."""
        self._times = 0
