"""What each served method does, given its fields in their true types.

Sending and editing: see messages.py; webhooks: see webhook_methods.py.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from bot.local import messages, webhook_methods
from bot.local.files import DOWNLOAD_LIMIT_BYTES
from bot.local.formatting import utf16_length
from bot.local.records import Json
from bot.local.refusal import OLD_QUERY, bad_request
from bot.local.state import State

Method = Callable[[State, Json], Any]
ACTIONS = {
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice", "upload_document",
    "choose_sticker", "find_location", "record_video_note", "upload_video_note",
}  # fmt: skip
DESCRIPTION_LIMITS = {"description": 512, "short_description": 120}


def get_me(state: State, fields: Json) -> Json:
    return state.bot_user() | {
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def answer_callback_query(state: State, fields: Json) -> bool:
    if utf16_length(fields.get("text", "")) > 200:
        raise bad_request("MESSAGE_TOO_LONG")
    query = state.callbacks.get(fields["callback_query_id"])
    if query is None or query.answered or state.now() - query.at > state.callback_lifetime:
        raise bad_request(OLD_QUERY)
    query.answered = True
    query.text = fields.get("text")
    query.show_alert = fields.get("show_alert", False)
    if query.text:
        event = {"type": "toast", "chat_id": query.chat_id, "user_id": query.user_id}
        state.tell(event | {"text": query.text, "show_alert": query.show_alert})
    return True


def send_chat_action(state: State, fields: Json) -> bool:
    if fields["action"].lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = state.chat_to_write_to(fields["chat_id"])
    state.tell({"type": "typing", "chat_id": chat.chat_id, "action": fields["action"]})
    return True


def set_my_commands(state: State, fields: Json) -> bool:
    state.menus.set(_scope(state, fields), fields.get("language_code", ""), fields["commands"])
    state.tell({"type": "commands"})
    return True


def get_my_commands(state: State, fields: Json) -> list[Json]:
    return state.menus.get(_scope(state, fields), fields.get("language_code", ""))


def delete_my_commands(state: State, fields: Json) -> bool:
    state.menus.delete(_scope(state, fields), fields.get("language_code", ""))
    state.tell({"type": "commands"})
    return True


def set_my_description(state: State, fields: Json) -> bool:
    return _describe(state, fields, "description")


def set_my_short_description(state: State, fields: Json) -> bool:
    return _describe(state, fields, "short_description")


def set_chat_menu_button(state: State, fields: Json) -> bool:
    chat_id = fields.get("chat_id")
    if chat_id is not None and state.known_chat(chat_id).kind != "private":
        raise bad_request("chat not found")
    state.menu_buttons[chat_id] = _menu_button(fields.get("menu_button", {"type": "default"}))
    state.tell({"type": "commands"})
    return True


def get_chat_menu_button(state: State, fields: Json) -> Json:
    chat_id = fields.get("chat_id")
    if chat_id is not None and state.known_chat(chat_id).kind != "private":
        raise bad_request("chat not found")
    return state.menu_buttons.get(chat_id, {"type": "default"})


def _menu_button(button: Json) -> Json:
    """Telegram opens nothing but https; here what is on this machine may be opened without."""
    if button["type"] == "web_app":
        if not button["text"].strip():
            raise bad_request("menu button text must be non-empty")
        address = urlsplit(button["web_app"]["url"])
        loopback = address.scheme == "http" and address.hostname in {"127.0.0.1", "localhost", "::1"}
        if not (address.scheme == "https" or loopback) or not address.hostname:
            raise bad_request(
                f"menu button Web App URL '{button['web_app']['url']}' is invalid: only HTTPS links are allowed"
            )
    return button


def get_chat(state: State, fields: Json) -> Json:
    chat = state.met_chat(fields["chat_id"])
    gifts = ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels")
    return chat.as_chat() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


def leave_chat(state: State, fields: Json) -> bool:
    chat = state.known_chat(fields["chat_id"])
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat = state.chat_to_write_to(chat.chat_id)
    chat.bot_is_member = False
    state.post(chat, state.bot_user(), {"left_chat_member": state.bot_user()})
    return True


def get_file(state: State, fields: Json) -> Json:
    stored = state.files.find(fields["file_id"])
    if len(stored.content) > DOWNLOAD_LIMIT_BYTES:
        raise bad_request("file is too big")
    return stored.described() | {"file_path": stored.path}


def log_out_or_close(state: State, fields: Json) -> bool:
    return True


def _scope(state: State, fields: Json) -> Json:
    scope: Json = dict(fields.get("scope") or {"type": "default"})
    if "chat_id" in scope:
        scope["chat_id"] = state.met_chat(scope["chat_id"]).chat_id
    return scope


def _describe(state: State, fields: Json, what: str) -> bool:
    text = fields.get(what, "")
    if utf16_length(text) > DESCRIPTION_LIMITS[what]:
        raise bad_request(f"bot {what.replace('_', ' ')} is too long")
    state.descriptions[what, fields.get("language_code", "")] = text
    return True


METHODS: dict[str, Method] = {
    "answerCallbackQuery": answer_callback_query,
    "close": log_out_or_close,
    "deleteMessage": messages.delete_message,
    "deleteMyCommands": delete_my_commands,
    "deleteWebhook": webhook_methods.delete_webhook,
    "editMessageCaption": messages.edit_message_caption,
    "editMessageMedia": messages.edit_message_media,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "editMessageText": messages.edit_message_text,
    "getChat": get_chat,
    "getChatMenuButton": get_chat_menu_button,
    "getFile": get_file,
    "getMe": get_me,
    "getMyCommands": get_my_commands,
    "getWebhookInfo": webhook_methods.get_webhook_info,
    "leaveChat": leave_chat,
    "logOut": log_out_or_close,
    "sendChatAction": send_chat_action,
    "sendDocument": messages.send_document,
    "sendMessage": messages.send_message,
    "sendPhoto": messages.send_photo,
    "setChatMenuButton": set_chat_menu_button,
    "setMyCommands": set_my_commands,
    "setMyDescription": set_my_description,
    "setMyShortDescription": set_my_short_description,
    "setWebhook": webhook_methods.set_webhook,
}
