"""What people send besides text, and what becomes of their membership."""

from __future__ import annotations

import io

from PIL import Image

from bot.local.files import StoredFile
from bot.local.records import Chat, Json
from bot.local.specification import Upload
from bot.local.state import State
from bot.local.texts import typed_text


class Attachments(State):
    def send_sticker(self, user_id: int, emoji: str = "👍") -> int:
        stored = self._kept(Upload("sticker.webp", b"sticker", "image/webp"), "stickers")
        size = {"width": 512, "height": 512, "is_animated": False, "is_video": False, "type": "regular"}
        return self.write(user_id, {"sticker": stored.described() | size | {"emoji": emoji}})

    def send_photo(
        self, user_id: int, content: bytes | None = None, caption: str | None = None, album: str | None = None
    ) -> int:
        if content is None:
            drawn = io.BytesIO()
            Image.new("RGB", (64, 64), "white").save(drawn, "JPEG")
            content = drawn.getvalue()
        with self.changed:
            sizes = self.files.photo(Upload("photo.jpg", content, "image/jpeg"))
        return self.write(user_id, {"photo": sizes} | _together(album) | _caption(caption))

    def send_voice(self, user_id: int, duration: int = 3) -> int:
        stored = self._kept(Upload("voice.oga", b"voice", "audio/ogg"), "voice")
        return self.write(user_id, {"voice": stored.described() | {"duration": duration, "mime_type": "audio/ogg"}})

    def send_document(
        self,
        user_id: int,
        name: str = "note.txt",
        content: bytes = b"note",
        *,
        mime_type: str = "text/plain",
        caption: str | None = None,
        album: str | None = None,
    ) -> int:
        with self.changed:
            document = self.files.document(Upload(name, content, mime_type))
        return self.write(user_id, {"document": document} | _together(album) | _caption(caption))

    def send_location(self, user_id: int, latitude: float, longitude: float) -> int:
        return self.write(user_id, {"location": {"latitude": latitude, "longitude": longitude}})

    def share_contact(self, user_id: int, phone_number: str) -> int:
        """The person's own telephone number, as the button that asks for it gives it."""
        name = self.people[user_id].first_name
        contact = {"phone_number": phone_number, "first_name": name, "user_id": user_id}
        return self.write(user_id, {"contact": contact})

    def write(self, user_id: int, content: Json, chat_id: int | None = None) -> int:
        """Any message of a person, by the Bot API fields of its content; its message_id."""
        with self.changed:
            person = self.people[user_id]
            chat = self.chats[user_id if chat_id is None else chat_id]
            if chat.kind == "private":
                if person.blocked:
                    raise ValueError(f"{user_id} has blocked the bot and must unblock it before writing")
                person.started = True
                if (chat.reply_keyboard or {}).get("one_time_keyboard") or "force_reply" in (chat.reply_keyboard or {}):
                    chat.reply_keyboard = None
            message = self.post(chat, person.as_user(), content)
            if chat.kind == "private" or self._concerns_the_bot(message):
                self.update("message", message)
            return int(message["message_id"])

    def _kept(self, upload: Upload, folder: str) -> StoredFile:
        with self.changed:
            return self.files.keep(upload, folder)

    def _concerns_the_bot(self, message: Json) -> bool:
        text = message.get("text", "")
        return text.startswith("/") or f"@{self.username}".lower() in text.lower()

    def _change_membership(self, user_id: int, *, blocked: bool) -> None:
        with self.changed:
            person, chat = self.people[user_id], self.chats[user_id]
            if person.blocked == blocked:
                return
            person.blocked = blocked
            kicked, member = {"status": "kicked", "until_date": 0}, {"status": "member"}
            before, after = (member, kicked) if blocked else (kicked, member)
            self._tell_membership(chat, user_id, before, after)

    def _tell_membership(self, chat: Chat, user_id: int, before: Json, after: Json) -> None:
        bot = {"user": self.bot_user()}
        self.update(
            "my_chat_member",
            {
                "chat": chat.as_chat(),
                "from": self.people[user_id].as_user(),
                "date": self.unix_time(),
                "old_chat_member": bot | before,
                "new_chat_member": bot | after,
            },
        )


def _together(album: str | None) -> Json:
    return {} if album is None else {"media_group_id": album}


def _caption(caption: str | None) -> Json:
    if caption is None:
        return {}
    typed = typed_text(caption)
    return {"caption": caption} | ({"caption_entities": typed["entities"]} if "entities" in typed else {})
