"""The local Telegram as tests and the demo use it: what people do, and what can be seen of the bot."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any

from bot.local import web_apps
from bot.local.attachments import Attachments
from bot.local.faults import Fault
from bot.local.files import StoredFile
from bot.local.records import CallbackQuery, Chat, Json, Person, Request
from bot.local.texts import typed_text


class World(Attachments):
    """A Telegram with one bot in it. Every method may be called from any thread."""

    def person(self, user_id: int, first_name: str, language_code: str | None = "en") -> Person:
        """Someone who has an account, and has not yet written to the bot. Someone known gets a new name."""
        with self.changed:
            person = self.people.setdefault(user_id, Person(user_id, first_name, language_code))
            chat = self.chats.setdefault(user_id, Chat(user_id, "private", first_name, members={user_id}))
            person.first_name = chat.name = first_name
            person.language_code = language_code
            return person

    def say(self, user_id: int, text: str) -> int:
        """A message in the private chat; its message_id. The first one starts the bot."""
        return self.write(user_id, typed_text(text))

    def press(
        self, user_id: int, message_id: int, data: str, *, chat_id: int | None = None, forge: bool = False
    ) -> str:
        """A press on a button; its callback query id.

        `chat_id` is where the message is, if not in the private chat. ValueError, naming the buttons that are there,
        when that message has no such button; a forged press is sent all the same.
        """
        with self.changed:
            chat = self.chats[user_id if chat_id is None else chat_id]
            message = chat.messages.get(message_id)
            there = [] if message is None else self.buttons(message)
            if not forge and data not in [button_data for _, button_data in there]:
                raise ValueError(f"message {message_id} in chat {chat.chat_id} has no button {data!r}, but {there}")
            query_id = str(4_000_000_000_000_000_000 + len(self.callbacks) + 1)
            self.callbacks[query_id] = CallbackQuery(query_id, user_id, chat.chat_id, message_id, data, self.now())
            self.update(
                "callback_query",
                {
                    "id": query_id,
                    "from": self.people[user_id].as_user(),
                    "message": message or {"chat": chat.as_chat(), "message_id": message_id, "date": 0},
                    "chat_instance": str(chat.chat_id),
                    "data": data,
                },
            )
            return query_id

    def edit(self, user_id: int, message_id: int, text: str) -> None:
        """The person corrects an own message."""
        with self.changed:
            chat = self.chats[user_id]
            message = chat.messages[message_id]
            if message["from"]["id"] != user_id:
                raise ValueError(f"message {message_id} is not from {user_id}")
            kept = {key: value for key, value in message.items() if key not in {"text", "entities"}}
            edited = kept | typed_text(text) | {"edit_date": self.unix_time()}
            self.replace(chat, edited)
            self.update("edited_message", edited)

    def delete(self, user_id: int, message_id: int) -> None:
        """The person deletes a message for both sides, which Telegram does not tell the bot."""
        with self.changed:
            self.remove(self.chats[user_id], message_id)

    def block(self, user_id: int) -> None:
        self._change_membership(user_id, blocked=True)

    def unblock(self, user_id: int) -> None:
        self._change_membership(user_id, blocked=False)

    def add_to_group(self, user_id: int, chat_id: int, title: str) -> None:
        """The person makes the bot a member of a group; group numbers are negative."""
        if chat_id >= 0:
            raise ValueError("group numbers are negative")
        with self.changed:
            kind = "supergroup" if str(chat_id).startswith("-100") else "group"
            chat = self.chats.setdefault(chat_id, Chat(chat_id, kind, title))
            chat.members.add(user_id)
            chat.bot_is_member = True
            self._tell_membership(chat, user_id, {"status": "left"}, {"status": "member"})
            person = self.people[user_id].as_user()
            message = self.post(chat, person, {"new_chat_members": [self.bot_user()]})
            self.update("message", message)

    def say_in_group(self, user_id: int, chat_id: int, text: str) -> int:
        """A message in a group. As a bot without special rights it is told of commands and mentions only."""
        return self.write(user_id, typed_text(text), chat_id)

    def messages(self, chat_id: int) -> list[Json]:
        """The Bot API messages that are to be seen now, oldest first: edits applied, deleted ones gone."""
        with self.changed:
            return copy.deepcopy(list(self.chats[chat_id].messages.values()))

    def last_message(self, chat_id: int) -> Json:
        with self.changed:
            return copy.deepcopy(list(self.chats[chat_id].messages.values())[-1])

    def buttons(self, message: Json) -> list[tuple[str, str | None]]:
        """Label and callback data of each inline button, row by row; None for buttons without data."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [(button["text"], button.get("callback_data")) for row in rows for button in row]

    def reply_keyboard(self, chat_id: int) -> Json | None:
        """The ReplyKeyboardMarkup or ForceReply that the chat shows instead of plain input, if any."""
        with self.changed:
            return copy.deepcopy(self.chats[chat_id].reply_keyboard)

    def callback_answers(self, chat_id: int) -> list[CallbackQuery]:
        with self.changed:
            return [copy.copy(q) for q in self.callbacks.values() if q.chat_id == chat_id and q.answered]

    def unanswered_callbacks(self) -> list[CallbackQuery]:
        with self.changed:
            return [copy.copy(query) for query in self.callbacks.values() if not query.answered]

    def answerable_callbacks(self) -> list[CallbackQuery]:
        """The unanswered presses that are not too old to be answered yet."""
        return [query for query in self.unanswered_callbacks() if self.now() - query.at <= self.callback_lifetime]

    def commands_for(self, chat_id: int, language: str) -> list[Json]:
        """The command menu that this chat shows to someone who uses this language."""
        with self.changed:
            return self.menus.seen_in(chat_id, language, private=self.chats[chat_id].kind == "private")

    def menu_button(self, user_id: int) -> Json:
        """What stands beside the line that this person writes in: the chat's own, or everybody's."""
        with self.changed:
            return copy.deepcopy(self.menu_buttons.get(user_id) or self.menu_buttons.get(None) or {"type": "default"})

    def web_app_url(self, user_id: int) -> str | None:
        """What is opened when this person presses the menu button: signed now; None where it opens no page."""
        button = self.menu_button(user_id)
        if button["type"] != "web_app":
            return None
        return web_apps.opened_by(self.people[user_id], button["web_app"]["url"], self.token, self.unix_time())

    def file(self, file_id: str) -> StoredFile:
        with self.changed:
            return self.files.find(file_id)

    def refused(self) -> list[Request]:
        """The requests that were answered with an error which no planned fault explains."""
        with self.changed:
            return [r for r in self.requests if r.outcome >= 400 and r.fault is None]

    def misbehave(self, fault: Fault) -> None:
        with self.changed:
            self.faults.plan(fault)

    def behave(self) -> None:
        """Forget all planned faults."""
        with self.changed:
            self.faults.lift()

    def redeliver(self, update_id: int) -> None:
        """The same update once more, even if confirmed."""
        with self.changed:
            self.mailbox.redeliver(update_id)
            self.changed.notify_all()

    def duplicate(self, update_id: int) -> int:
        """The same press or message once more, under a new update id."""
        with self.changed:
            duplicate = self.mailbox.duplicate(update_id)
            self.changed.notify_all()
            return duplicate

    def shuffle_pending(self, seed: int) -> None:
        """What waits to be delivered comes in another order."""
        with self.changed:
            self.mailbox.shuffle(seed)
            self.changed.notify_all()

    def lose_updates(self) -> None:
        """What waits is gone, as Telegram drops what was not fetched for 24 hours."""
        with self.changed:
            self.mailbox.forget_all()
            self.changed.notify_all()

    @property
    def updates(self) -> dict[int, Json]:
        """Every update there has ever been, by its id."""
        with self.changed:
            return dict(self.mailbox.history)

    @property
    def waiting_updates(self) -> int:
        """How many updates the bot has not yet confirmed."""
        with self.changed:
            return self.mailbox.waiting

    def wait_for(self, predicate: Callable[[World], Any], timeout: float = 10.0) -> None:
        """Block until the predicate holds, which is tried after every change.

        AssertionError, showing how the chats end, after `timeout` seconds or when the server itself failed.
        """
        with self.changed:
            self.changed.wait_for(lambda: self.failures or predicate(self), timeout)
            if self.failures:
                raise AssertionError("the local Telegram failed") from self.failures[0]
            if not predicate(self):
                raise AssertionError(f"not within {timeout} s; {self._as_seen()}")

    async def until(self, predicate: Callable[[World], Any], patience: float) -> bool:
        """Wait in a coroutine until the predicate holds; whether it did within `patience` seconds."""
        with self.changed.ringing() as bell:
            try:
                async with asyncio.timeout(patience):
                    while not predicate(self):
                        await bell.wait()
            except TimeoutError:
                return False
        return True

    def _as_seen(self) -> str:
        lines = [f"{self.mailbox.waiting} updates wait"]
        for chat in self.chats.values():
            for message in list(chat.messages.values())[-3:]:
                said = message.get("text", message.get("caption", "no text"))
                lines.append(f"chat {chat.chat_id}, {message['message_id']}: {said!r} {self.buttons(message)}")
        refused = [f"{r.method}: {r.outcome} {r.description}" for r in self.requests if r.outcome != 200]
        return "\n".join(lines + refused[-5:])
