"""What befalls a request: by the seed's chance, or as an enumeration wants it."""

import random
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal[
    "too_many_requests",
    "forbidden",
    "bad_request",
    "server_error",
    "bad_gateway_after_accepting",
    "no_connection",
    "reset_before",
    "reset_after_accepting",
    "timeout_before",
    "timeout_after_accepting",
    "slow",
]
# After these nobody knows whether it was done.
UNSURE: frozenset[Kind] = frozenset(
    {
        "server_error",
        "bad_gateway_after_accepting",
        "reset_before",
        "reset_after_accepting",
        "timeout_before",
        "timeout_after_accepting",
    }
)
# What can befall getUpdates: nothing is confirmed by it.
OF_POLLS: tuple[Kind, ...] = (
    "too_many_requests",
    "server_error",
    "bad_gateway_after_accepting",
    "no_connection",
    "reset_before",
    "reset_after_accepting",
    "timeout_after_accepting",
)
# What befalls every request while Telegram is away.
AWAY: tuple[Kind, ...] = ("no_connection", "server_error", "reset_before", "timeout_before")
SHORT, LONG = (1, 2, 3, 5), (30, 90, 600, 3000)


@dataclass(frozen=True)
class Fault:
    """`seconds`: of a ban, or of waiting."""

    kind: Kind
    seconds: int = 1


class Weather(Protocol):
    def next_for(self, method: str, chat: int | None) -> Fault | None:
        """What befalls this request."""


class Calm:
    """Nothing befalls anybody."""

    def next_for(self, method: str, chat: int | None) -> Fault | None:
        return None


class OneFault:
    """Exactly the request of this number, counted from 0, is struck."""

    def __init__(self, number: int, fault: Fault) -> None:
        self._number, self._fault = number, fault
        # The methods of those that came by, in order.
        self.seen: list[str] = []

    def next_for(self, method: str, chat: int | None) -> Fault | None:
        self.seen.append(method)
        if chat is None and self._fault.kind == "forbidden":
            return None  # only a chat can be closed to the bot
        return self._fault if len(self.seen) - 1 == self._number else None


class Changeable:
    """Fair, with a fault now and then, and spells in which much fails."""

    def __init__(self, rng: random.Random, often: float) -> None:
        self._rng, self._often, self._spell = rng, often, 0

    def next_for(self, method: str, chat: int | None) -> Fault | None:
        rng = self._rng
        if self._spell:
            self._spell -= 1
        elif rng.random() < self._often / 5:
            self._spell = rng.randint(2, 12)
        if rng.random() >= (0.6 if self._spell else self._often):
            return None
        if method == "getUpdates":
            return self._fault(rng.choice(OF_POLLS))
        # Only a chat can be closed to the bot.
        closed = 0.2 if chat is not None else 0.0
        return self._fault(
            rng.choices(
                (*sorted(UNSURE), "no_connection", "too_many_requests", "slow", "bad_request", "forbidden"),
                (*([3] * len(UNSURE)), 4, 5, 4, 0.5, closed),
            )[0]
        )

    def _fault(self, kind: Kind) -> Fault:
        rng = self._rng
        if kind == "too_many_requests":
            return Fault(kind, rng.choice(LONG if rng.random() < 0.25 else SHORT))
        return Fault(kind, rng.randint(1, 15))
