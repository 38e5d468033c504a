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
# Of what a patient says in one flood so much is kept as ever; more than that is nobody's check-in.
ENTRIES_KEPT = 60


class Hearing(Enum):
    """Whether what somebody did now is answered; `TOLD`: they are told that nothing more is, for a while."""

    ANSWERED = auto()
    TOLD = auto()
    UNANSWERED = auto()


@dataclass
class _Account:
    """`much`: what was said of late; a second forgets one. `over`: nothing is answered until all is forgotten.

    `entries`: so many are still kept of this flood.
    """

    much: float
    at: datetime
    over: bool = False
    entries: int = 0

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

    def is_kept(self, account: int) -> bool:
        """Whether an entry of whoever is not answered is still kept. Whatever is not need not be looked at."""
        known = self._accounts.get(account)
        return known is not None and known.entries > 0

    def count(self, account: int, at: datetime, hearing: Hearing, *, has_diary: bool = False) -> None:
        """`has_diary`: of whoever is told, whether what they say may be kept in one."""
        known = self._accounts.setdefault(account, _Account(0.0, at))
        self._accounts.move_to_end(account)
        known.passes(at)
        known.much = min(known.much + 1, self._at_once)
        if hearing is Hearing.UNANSWERED:
            known.entries = max(0, known.entries - 1)
        if hearing is Hearing.TOLD:
            known.over, known.entries = True, ENTRIES_KEPT if has_diary else 0
            log.warning("Somebody sends more than is answered; they are answered again after a pause")
        if len(self._accounts) > PEOPLE_REMEMBERED:
            self._accounts.popitem(last=False)
