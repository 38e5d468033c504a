"""The state of the local Telegram and its elementary changes, shared by the people's side and the bot's side."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta

from bot.local.bells import Changed
from bot.local.faults import Faults
from bot.local.files import Files
from bot.local.happenings import Subscription
from bot.local.mailbox import Mailbox
from bot.local.menus import Menus
from bot.local.pace import Pace
from bot.local.records import CallbackQuery, Chat, Json, Person, Request
from bot.local.refusal import bad_request, forbidden
from bot.local.webhook import Waits, Webhook


class State:
    """Guarded by one lock, `changed`, whose waiters are told of every change."""

    def __init__(self, token: str, username: str, now: Callable[[], datetime]) -> None:
        self.token = token
        self.username = username
        self.now = now
        self.changed = Changed()
        self.people: dict[int, Person] = {}
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, CallbackQuery] = {}
        self.callback_lifetime = timedelta(minutes=1)
        self.requests: list[Request] = []
        self.ignored_fields: list[str] = []
        self.failures: list[Exception] = []
        self.descriptions: dict[tuple[str, str], str] = {}
        self.menu_buttons: dict[int | None, Json] = {}
        self.mailbox = Mailbox()
        self.webhook: Webhook | None = None
        self.webhook_waits = Waits()
        self.loopback_webhooks = True  # Telegram itself wants https and an address that all the world can reach
        self.hosts: dict[str, str] = {}  # a host's name, and the loopback address to which its proxy passes on
        self.files = Files()
        self.menus = Menus()
        self.faults = Faults()
        self.pace = Pace()
        self.enforce_limits = False
        self._subscriptions: list[Subscription] = []

    @property
    def bot_id(self) -> int:
        number = self.token.partition(":")[0]
        return int(number) if number.isdigit() else 1

    def bot_user(self) -> Json:
        return {
            "id": self.bot_id,
            "is_bot": True,
            "first_name": self.username,
            "username": self.username,
        }

    def chat_to_write_to(self, chat_id: int | str) -> Chat:
        """Raises Refusal where the bot may not write: 400 for chats never seen, 403 for those closed to it."""
        chat = self.known_chat(chat_id)
        if chat.kind == "private":
            person = self.people[chat.chat_id]
            if not person.started:
                raise forbidden("bot can't initiate conversation with a user")
            if person.blocked:
                raise forbidden("bot was blocked by the user")
        elif not chat.bot_is_member:
            raise forbidden(f"bot is not a member of the {chat.kind} chat")
        return chat

    def known_chat(self, chat_id: int | str) -> Chat:
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def met_chat(self, chat_id: int | str) -> Chat:
        """Of a person who has never written to it the bot knows no chat."""
        chat = self.known_chat(chat_id)
        if chat.kind == "private" and not self.people[chat.chat_id].started:
            raise bad_request("chat not found")
        return chat

    def post(self, chat: Chat, sender: Json, content: Json) -> Json:
        """A new message in a chat. Both sides count on in the same numbers."""
        chat.last_message_id += 1
        message: Json = {
            "message_id": chat.last_message_id,
            "from": sender,
            "chat": chat.as_chat(),
            "date": self.unix_time(),
            **content,
        }
        chat.messages[chat.last_message_id] = message
        self.tell({"type": "message", "chat_id": chat.chat_id, "message": message})
        return message

    def replace(self, chat: Chat, message: Json) -> None:
        chat.messages[message["message_id"]] = message
        self.tell({"type": "edited", "chat_id": chat.chat_id, "message": message})

    def remove(self, chat: Chat, message_id: int) -> None:
        del chat.messages[message_id]
        self.tell({"type": "deleted", "chat_id": chat.chat_id, "message_id": message_id})

    def update(self, kind: str, content: Json) -> int | None:
        update_id = self.mailbox.add(kind, copy.deepcopy(content))
        self.changed.notify_all()
        return update_id

    def tell(self, event: Json) -> None:
        if self._subscriptions:
            told = copy.deepcopy(event)
            for subscription in self._subscriptions:
                subscription.deliver(told)
        self.changed.notify_all()

    def subscribe(self) -> Subscription:
        """Events from now on. To be called in the loop that reads them; close it when done."""
        subscription = Subscription(self._unsubscribe)
        with self.changed:
            self._subscriptions.append(subscription)
        return subscription

    def _unsubscribe(self, subscription: Subscription) -> None:
        with self.changed:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def unix_time(self) -> int:
        return int(self.now().timestamp())
