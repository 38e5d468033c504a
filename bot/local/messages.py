"""Sending, editing and deleting messages, as the bot asks for it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot.local.keyboards import checked_markup
from bot.local.records import Chat, Json
from bot.local.refusal import NOT_MODIFIED, bad_request, not_served
from bot.local.state import State
from bot.local.texts import message_caption, message_text

DELETABLE_FOR = timedelta(hours=48)
CAPTIONED = ("photo", "document", "animation", "audio", "video", "voice")
CONTENT = {"text", "entities", "caption", "caption_entities", "show_caption_above_media", *CAPTIONED}
LEFT_OUT = ("business_connection_id", "direct_messages_topic_id", "suggested_post_parameters", "rich_message")


def send_message(state: State, fields: Json) -> Json:
    content = message_text(fields["text"], fields.get("parse_mode"), fields.get("entities"))
    if "link_preview_options" in fields:
        content["link_preview_options"] = fields["link_preview_options"]
    return _send(state, fields, content)


def send_photo(state: State, fields: Json) -> Json:
    caption = _caption(fields)
    state.chat_to_write_to(fields["chat_id"])
    return _send(state, fields, {"photo": state.files.photo(fields["photo"])} | caption)


def send_document(state: State, fields: Json) -> Json:
    caption = _caption(fields)
    state.chat_to_write_to(fields["chat_id"])
    return _send(state, fields, {"document": state.files.document(fields["document"])} | caption)


def edit_message_text(state: State, fields: Json) -> Json:
    if "text" not in fields:
        raise bad_request("message text is empty")
    content = message_text(fields["text"], fields.get("parse_mode"), fields.get("entities"))
    chat, message = _to_edit(state, fields)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    if "link_preview_options" in fields:
        content["link_preview_options"] = fields["link_preview_options"]
    return _edited(state, chat, message, content, fields)


def edit_message_caption(state: State, fields: Json) -> Json:
    content = _caption(fields)
    chat, message = _to_edit(state, fields)
    kept = {kind: message[kind] for kind in CAPTIONED if kind in message}
    if not kept:
        raise bad_request("there is no caption in the message to edit")
    return _edited(state, chat, message, kept | content, fields)


def edit_message_media(state: State, fields: Json) -> Json:
    media = fields["media"]
    caption = _caption(media)
    chat, message = _to_edit(state, fields)
    if media["type"] == "photo":
        content: Json = {"photo": state.files.photo(media["media"])}
    elif media["type"] == "document":
        content = {"document": state.files.document(media["media"])}
    else:
        raise not_served(f"InputMedia of type {media['type']}")
    return _edited(state, chat, message, content | caption, fields)


def edit_message_reply_markup(state: State, fields: Json) -> Json:
    chat, message = _to_edit(state, fields)
    return _edited(state, chat, message, {key: message[key] for key in CONTENT if key in message}, fields)


def delete_message(state: State, fields: Json) -> bool:
    chat = state.known_chat(fields["chat_id"])
    message = chat.messages.get(fields["message_id"])
    if message is None:
        raise bad_request("message to delete not found")
    own = message["from"]["id"] == state.bot_id
    if not own and chat.kind != "private":
        raise bad_request("message can't be deleted")
    if state.unix_time() - message["date"] > DELETABLE_FOR.total_seconds():
        raise bad_request("message can't be deleted for everyone")
    state.remove(chat, message["message_id"])
    return True


def _caption(fields: Json) -> Json:
    caption = message_caption(fields.get("caption"), fields.get("parse_mode"), fields.get("caption_entities"))
    above = {"show_caption_above_media": True} if fields.get("show_caption_above_media") else {}
    return caption | above


def _send(state: State, fields: Json, content: Json) -> Json:
    _refuse_left_out(fields)
    chat = state.chat_to_write_to(fields["chat_id"])
    markup = checked_markup(fields.get("reply_markup"))
    content |= _reply(chat, fields.get("reply_parameters"))
    if state.enforce_limits:
        state.pace.admit(chat.chat_id, state.now())
    if fields.get("protect_content"):
        content["has_protected_content"] = True
    if markup is not None and "inline_keyboard" in markup:
        content["reply_markup"] = markup
    elif markup is not None:
        chat.reply_keyboard = None if markup.get("remove_keyboard") else markup
    return state.post(chat, state.bot_user(), content)


def _reply(chat: Chat, parameters: Json | None) -> Json:
    if parameters is None:
        return {}
    original = chat.messages.get(parameters.get("message_id", 0))
    if original is None:
        if parameters.get("allow_sending_without_reply"):
            return {}
        raise bad_request("message to be replied not found")
    return {"reply_to_message": {k: v for k, v in original.items() if k != "reply_to_message"}}


def _to_edit(state: State, fields: Json) -> tuple[Chat, Json]:
    _refuse_left_out(fields)
    if "inline_message_id" in fields:
        raise not_served("inline_message_id")
    if "chat_id" not in fields:
        raise bad_request("message identifier is not specified")
    if not fields.get("message_id"):
        raise bad_request("message identifier is not specified")
    chat = state.chat_to_write_to(fields["chat_id"])
    message = chat.messages.get(fields["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != state.bot_id or not CONTENT.intersection(message):
        raise bad_request("message can't be edited")
    return chat, message


def _edited(state: State, chat: Chat, message: Json, content: Json, fields: Json) -> Json:
    """The message with its new content. An edit that names no keyboard takes the keyboard away."""
    markup = checked_markup(fields.get("reply_markup"))
    kept = {k: v for k, v in message.items() if k not in CONTENT | {"reply_markup", "link_preview_options"}}
    edited = kept | content | ({} if markup is None else {"reply_markup": markup})
    if _shown(edited) == _shown(message):
        raise bad_request(NOT_MODIFIED)
    if state.enforce_limits:
        state.pace.admit(chat.chat_id, state.now())
    edited["edit_date"] = state.unix_time()
    state.replace(chat, edited)
    return edited


def _shown(message: Json) -> dict[str, Any]:
    return {key: message[key] for key in CONTENT | {"reply_markup"} if key in message}


def _refuse_left_out(fields: Json) -> None:
    for name in LEFT_OUT:
        if name in fields:
            raise not_served(f"the field {name}")
