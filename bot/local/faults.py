"""Misbehaviour on demand: what the network and Telegram do to a bot sooner or later."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Literal, get_args

from bot.local.refusal import Refusal, bad_request, forbidden, too_many_requests

Kind = Literal[
    "too_many_requests",
    "forbidden",
    "bad_request",
    "server_error",
    "bad_gateway_after_accepting",
    "reset_before",
    "reset_after_accepting",
    "reset_mid_response",
    "hang_after_accepting",
    "latency",
]


@dataclass(frozen=True)
class Fault:
    """One kind of misbehaviour, for the next `times` requests that match; None is until further notice.

    Without a method it strikes every method but getUpdates; without a chat, requests about any chat or none.
    `delay` is in seconds of true time and comes before everything else; `retry_after` is in seconds.
    A request that is hung ends when the bot gives up. Whatever is accepted is done, and seen in the chat, before the
    connection fails; a request that is refused by itself is answered with that refusal.
    """

    kind: Kind
    method: str | None = None
    chat_id: int | None = None
    times: int | None = 1
    retry_after: int = 1
    delay: float = 0.0
    description: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in get_args(Kind):
            raise ValueError(f"no such fault: {self.kind}")

    def strikes(self, method: str, fields: dict[str, Any]) -> bool:
        if self.method is None:
            if method == "getUpdates":
                return False
        elif self.method.lower() != method.lower():
            return False
        return self.chat_id is None or str(fields.get("chat_id")) == str(self.chat_id)

    def refusal(self) -> Refusal | None:
        """What is answered instead of doing what was asked; None when it is done all the same."""
        match self.kind:
            case "too_many_requests":
                return too_many_requests(self.retry_after)
            case "forbidden":
                return forbidden(self.description or "bot was blocked by the user")
            case "bad_request":
                return bad_request(self.description or "chat not found")
            case "server_error":
                return Refusal(500, f"Internal Server Error{f': {self.description}' if self.description else ''}")
            case _:
                return None


class Faults:
    def __init__(self) -> None:
        self.struck: Counter[str] = Counter()
        self._planned: list[tuple[Fault, int | None]] = []

    def plan(self, fault: Fault) -> None:
        self._planned.append((fault, fault.times))

    def lift(self) -> None:
        self._planned.clear()

    def next_for(self, method: str, fields: dict[str, Any]) -> Fault | None:
        """The first planned fault that strikes this request; it has then happened once more."""
        for index, (fault, left) in enumerate(self._planned):
            if fault.strikes(method, fields):
                self.struck[method] += 1
                if left is not None and left <= 1:
                    del self._planned[index]
                elif left is not None:
                    self._planned[index] = (fault, left - 1)
                return fault
        return None

    @property
    def pending(self) -> int:
        """How many faults have not yet happened as often as they should."""
        return len(self._planned)
