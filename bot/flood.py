"""How much one person is answered: as much as a quick hand needs, and not what a flood wants.

Telegram bans a bot that writes too fast into one chat, and everybody else waits meanwhile.
"""

import logging
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

log = logging.getLogger(__name__)
PEOPLE_REMEMBERED = 10_000


class Hearing(Enum):
    """Whether what somebody did now is answered; `TOLD`: they are told that nothing more is, for a while."""

    ANSWERED = auto()
    TOLD = auto()
    UNANSWERED = auto()


@dataclass
class _Account:
    """`much`: what was said of late; a second forgets one. `over`: nothing is answered until all is forgotten."""

    much: float
    at: datetime
    over: bool = False

    def passes(self, at: datetime) -> None:
        """An instant before the last one is the last one."""
        self.much = max(0.0, self.much - max(0.0, (at - self.at).total_seconds()))
        self.at = max(at, self.at)
        self.over = self.over and self.much > 0


class Flood:
    """Counts by account, in memory: whoever floods across a restart is answered a little more.

    `at_once`: what is answered without a pause; in the long run it is one a second.
    """

    def __init__(self, at_once: float) -> None:
        self._at_once = at_once
        self._accounts: OrderedDict[int, _Account] = OrderedDict()

    def hearing(self, account: int, at: datetime) -> Hearing:
        """What becomes of something done at that instant. It counts with `count`, once it is committed."""
        known = self._accounts.get(account)
        if known is None:
            return Hearing.ANSWERED
        known.passes(at)
        if known.over:
            return Hearing.UNANSWERED
        return Hearing.ANSWERED if known.much + 1 <= self._at_once else Hearing.TOLD

    def count(self, account: int, at: datetime, hearing: Hearing) -> None:
        known = self._accounts.setdefault(account, _Account(0.0, at))
        self._accounts.move_to_end(account)
        known.passes(at)
        known.much = min(known.much + 1, self._at_once)
        if hearing is Hearing.TOLD:
            known.over = True
            log.warning("Somebody sends more than is answered; they are answered again after a pause")
        if len(self._accounts) > PEOPLE_REMEMBERED:
            self._accounts.popitem(last=False)
