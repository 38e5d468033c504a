"""What the local Telegram remembers: people, chats, button presses, and what the bot asked of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Json = dict[str, Any]


@dataclass
class Person:
    user_id: int
    first_name: str
    language_code: str | None
    started: bool = False
    blocked: bool = False

    def as_user(self) -> Json:
        user: Json = {"id": self.user_id, "is_bot": False, "first_name": self.first_name}
        if self.language_code is not None:
            user["language_code"] = self.language_code
        return user


@dataclass
class Chat:
    """A chat and its visible messages. Private chats bear the number of the person."""

    chat_id: int
    kind: str
    name: str
    members: set[int] = field(default_factory=set)
    bot_is_member: bool = True
    messages: dict[int, Json] = field(default_factory=dict)
    reply_keyboard: Json | None = None
    last_message_id: int = 0

    def as_chat(self) -> Json:
        label = "first_name" if self.kind == "private" else "title"
        return {"id": self.chat_id, "type": self.kind, label: self.name}


@dataclass
class CallbackQuery:
    """One press of a button, and how the bot answered it."""

    query_id: str
    user_id: int
    chat_id: int
    message_id: int
    data: str
    at: datetime
    answered: bool = False
    text: str | None = None
    show_alert: bool = False


@dataclass(frozen=True)
class Request:
    """One request of the bot: its fields in their true types, and how it was answered.

    `outcome` is 200 when it was done, the error code when it was refused, 0 when it was dropped undone.
    `fault` is the misbehaviour that struck it: after "reset_after_accepting" it was done and nobody told the bot.
    """

    method: str
    at: datetime
    fields: Json
    outcome: int
    description: str = ""
    fault: str | None = None
