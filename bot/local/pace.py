"""Telegram's limits on how fast a bot may write, enforced when a test or a rehearsal asks for it."""

from __future__ import annotations

import math
from collections import deque
from datetime import datetime, timedelta

from bot.local.refusal import too_many_requests

PER_SECOND = 30
CHAT_BURST = 3
CHAT_PER_SECOND = 1.0
RATED = {
    "sendMessage",
    "sendPhoto",
    "sendDocument",
    "editMessageText",
    "editMessageCaption",
    "editMessageMedia",
    "editMessageReplyMarkup",
}


class Pace:
    """At most 30 messages in any second, and one a second in a chat after a short burst."""

    def __init__(self) -> None:
        self._recent: deque[datetime] = deque()
        self._chats: dict[int, tuple[float, datetime]] = {}

    def admit(self, chat_id: int, now: datetime) -> None:
        """Count one message, or raise the Refusal 429 that says how many seconds to wait."""
        while self._recent and now - self._recent[0] >= timedelta(seconds=1):
            self._recent.popleft()
        if len(self._recent) >= PER_SECOND:
            raise too_many_requests(1)
        allowance, since = self._chats.get(chat_id, (float(CHAT_BURST), now))
        allowance = min(CHAT_BURST, allowance + (now - since).total_seconds() * CHAT_PER_SECOND)
        if allowance < 1:
            self._chats[chat_id] = (allowance, now)
            raise too_many_requests(max(1, math.ceil((1 - allowance) / CHAT_PER_SECOND)))
        self._chats[chat_id] = (allowance - 1, now)
        self._recent.append(now)
