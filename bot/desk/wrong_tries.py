"""Who tries links that are none of ours, by address and in memory alone: an address is nobody's business.

A key has 256 random bits, so none is ever guessed; this keeps whoever tries from using up the bot.
"""

from collections import OrderedDict, deque
from datetime import datetime, timedelta

WITHIN = timedelta(hours=1)
MOST_OF_ONE = 20
# Whoever has this many addresses at hand is not kept out by counting them; the memory is.
MOST_ADDRESSES = 2_000


class WrongTries:
    def __init__(self) -> None:
        self._by_address: OrderedDict[str, deque[datetime]] = OrderedDict()

    def is_refused(self, address: str, now: datetime) -> bool:
        """Whether no link from there is looked up, right or wrong."""
        tries = self._by_address.get(address, deque())
        while tries and now - tries[0] >= WITHIN:
            tries.popleft()
        return len(tries) >= MOST_OF_ONE

    def note(self, address: str, now: datetime) -> None:
        self._by_address.setdefault(address, deque(maxlen=MOST_OF_ONE)).append(now)
        self._by_address.move_to_end(address)
        if len(self._by_address) > MOST_ADDRESSES:
            self._by_address.popitem(last=False)
