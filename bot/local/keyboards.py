"""What Telegram demands of keyboards beyond their types."""

from __future__ import annotations

from bot.local.records import Json
from bot.local.refusal import Refusal, bad_request

CALLBACK_DATA_LIMIT_BYTES = 64
BUTTONS_LIMIT = 100
ACTIONS = (
    "url",
    "callback_data",
    "callback_game",
    "pay",
    "switch_inline_query",
    "switch_inline_query_chosen_chat",
    "switch_inline_query_current_chat",
    "login_url",
    "web_app",
    "copy_text",
)


def checked_markup(markup: Json | None) -> Json | None:
    """The markup, or None for an inline keyboard without buttons. Raises Refusal."""
    if markup is None:
        return None
    if "inline_keyboard" in markup:
        rows = [row for row in markup["inline_keyboard"] if row]
        _check_amount(rows)
        for row in rows:
            for button in row:
                _check_inline_button(button)
        return {"inline_keyboard": rows} if rows else None
    if "keyboard" in markup:
        _check_amount(markup["keyboard"])
    return markup


def _check_amount(rows: list[list[Json]]) -> None:
    """The documents name no limit; Telegram refuses more than 100 buttons."""
    if sum(len(row) for row in rows) > BUTTONS_LIMIT:
        raise bad_request("reply markup is too long")


def _check_inline_button(button: Json) -> None:
    if not button["text"].strip():
        raise _button_fault("Text must be non-empty")
    actions = [name for name in ACTIONS if button.get(name) not in (None, "")]
    actions += [n for n in ("switch_inline_query", "switch_inline_query_current_chat") if button.get(n) == ""]
    if not actions:
        raise _button_fault("Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data") or ""
    if len(data.encode()) > CALLBACK_DATA_LIMIT_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if "url" in actions and not button["url"].startswith(("http://", "https://", "tg://", "tel:", "mailto:")):
        raise bad_request(f"inline keyboard button URL '{button['url']}' is invalid: Wrong HTTP URL")


def _button_fault(reason: str) -> Refusal:
    return bad_request(f"can't parse inline keyboard button: {reason}")
