"""What Telegram refuses, the local Telegram refuses in the same words: one row a refusal, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.local import server
from bot.local.refusal import NOT_MODIFIED, OLD_QUERY
from bot.local.world import World

from .support import ANN, BEN, GROUP, STRANGER, Caller, Clock, picture, served, world_with_two_people

Row = tuple[str, dict[str, Any], str]
OWN_TEXT, OWN_PHOTO, ANNS = 2, 3, 1
BUTTON = {"text": "7", "callback_data": "pain:7"}
HEAVY = picture() + bytes(10 * 1024 * 1024)
KEYBOARD = {"inline_keyboard": [[BUTTON]]}


def keyboard(**button: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "7", **button}]]}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def world(clock: Clock) -> World:
    return world_with_two_people(clock)


@pytest.fixture(scope="module")
def call(world: World) -> Iterator[Caller]:
    """Ann's chat holds her /start, a text with a keyboard and a photo; Cem has blocked the bot."""
    world.person(9, "Cem")
    world.say(9, "/start")
    world.block(9)
    world.add_to_group(ANN, GROUP, "Team")
    with served(world) as call:
        call.result("sendMessage", chat_id=ANN, text="<b>Pain?</b>", parse_mode="HTML", reply_markup=KEYBOARD)
        call.result("sendPhoto", {"photo": ("c.png", picture())}, chat_id=str(ANN))
        call.result("leaveChat", chat_id=GROUP)
        yield call


def say(text: str = "x", **fields: Any) -> dict[str, Any]:
    return {"chat_id": ANN, "text": text, **fields}


def html(text: str) -> dict[str, Any]:
    return say(text, parse_mode="HTML")


def edit(message_id: int = OWN_TEXT, **fields: Any) -> dict[str, Any]:
    return {"chat_id": ANN, "message_id": message_id, **fields}


def commands(*names: str, description: str = "d") -> dict[str, Any]:
    return {"commands": [{"command": name, "description": description} for name in names]}


BAD_REQUESTS: list[Row] = [
    ("sendMessage", {"chat_id": ANN}, "message text is empty"),
    ("sendMessage", say(""), "message text is empty"),
    ("sendMessage", say(" \n "), "text must be non-empty"),
    ("sendMessage", html("<b></b>"), "text must be non-empty"),
    ("sendMessage", say("\u00a0"), "text must be non-empty"),
    ("sendMessage", say("\u200b\u200d \u3000"), "text must be non-empty"),
    ("sendMessage", html("<i>&#160;</i>\ufeff"), "text must be non-empty"),
    ("sendMessage", say("x" * 4097), "message is too long"),
    ("sendMessage", say("🙂" * 2049), "message is too long"),
    ("sendMessage", html("&amp;" * 4097), "message is too long"),
    ("sendMessage", say("x" * 32769), "text is too long"),
    ("sendMessage", say(parse_mode="RTF"), "unsupported parse_mode"),
    ("sendMessage", {"chat_id": STRANGER, "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": "@nobody", "text": "x"}, "chat not found"),
    ("sendMessage", {"chat_id": -1, "text": "x"}, "chat not found"),
    ("sendMessage", html("<b>x"), "can't parse entities: Can't find end tag corresponding to start tag \"b\""),
    ("sendMessage", html("a < b"), "can't parse entities: Unsupported start tag \"\" at byte offset 2"),
    ("sendMessage", html("ü <p>x</p>"), "can't parse entities: Unsupported start tag \"p\" at byte offset 3"),
    ("sendMessage", html("x</b>"), "can't parse entities: Unexpected end tag at byte offset 1"),
    (
        "sendMessage",
        html("<b><i>x</b></i>"),
        "can't parse entities: Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\"",
    ),
    ("sendMessage", say(reply_markup=keyboard(callback_data="x" * 65)), "BUTTON_DATA_INVALID"),
    ("sendMessage", say(reply_markup=keyboard(callback_data="ü" * 33)), "BUTTON_DATA_INVALID"),
    (
        "sendMessage",
        say(reply_markup=keyboard(callback_data="")),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        "sendMessage",
        say(reply_markup=keyboard()),
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ),
    (
        "sendMessage",
        say(reply_markup={"inline_keyboard": [[{"callback_data": "7"}]]}),
        "can't parse inline keyboard button: Can't find field \"text\"",
    ),
    (
        "sendMessage",
        say(reply_markup={"inline_keyboard": [BUTTON]}),
        'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ),
    ("sendMessage", say(reply_markup="no"), "can't parse reply keyboard markup JSON object"),
    ("sendMessage", say(reply_markup="5"), "object expected as reply markup"),
    (
        "sendMessage",
        say(reply_markup=keyboard(url="no address")),
        "inline keyboard button URL 'no address' is invalid: Wrong HTTP URL",
    ),
    ("sendMessage", say(reply_markup={"inline_keyboard": [[BUTTON] * 101]}), "reply markup is too long"),
    ("sendMessage", say(reply_parameters={"message_id": 50}), "message to be replied not found"),
    ("sendPhoto", {"chat_id": ANN, "photo": "nothing"}, "wrong file identifier/HTTP URL specified"),
    ("sendDocument", {"chat_id": ANN}, "there is no document in the request"),
    ("editMessageText", edit(text="x", message_id=50), "message to edit not found"),
    ("editMessageText", edit(ANNS, text="x"), "message can't be edited"),
    ("editMessageText", edit(OWN_PHOTO, text="x"), "there is no text in the message to edit"),
    ("editMessageText", edit(text=""), "message text is empty"),
    ("editMessageText", edit(text="\u00a0"), "text must be non-empty"),
    ("editMessageText", {"text": "x", "chat_id": ANN}, "message identifier is not specified"),
    ("editMessageText", edit(text="x", reply_markup={"keyboard": []}), 'can\'t find field "inline_keyboard"'),
    ("editMessageText", edit(text="<b>Pain?</b>", parse_mode="html", reply_markup=KEYBOARD), NOT_MODIFIED),
    ("editMessageReplyMarkup", edit(reply_markup=KEYBOARD), NOT_MODIFIED),
    ("editMessageReplyMarkup", edit(OWN_PHOTO), NOT_MODIFIED),
    ("editMessageCaption", edit(caption="x"), "there is no caption in the message to edit"),
    ("editMessageCaption", edit(OWN_PHOTO, caption="x" * 1025), "message caption is too long"),
    ("deleteMessage", {"chat_id": ANN, "message_id": 50}, "message to delete not found"),
    ("deleteMessage", {"chat_id": ANN, "message_id": "last"}, "message identifier is not specified"),
    ("sendChatAction", {"chat_id": ANN, "action": "knitting"}, "wrong parameter action in request"),
    ("answerCallbackQuery", {"callback_query_id": "5"}, OLD_QUERY),
    ("answerCallbackQuery", {"callback_query_id": "5", "text": "x" * 201}, "MESSAGE_TOO_LONG"),
    ("getFile", {"file_id": "5"}, "wrong file_id or the file is temporarily unavailable"),
    ("getFile", {}, "file_id not specified"),
    ("getChat", {"chat_id": BEN}, "chat not found"),
    ("leaveChat", {"chat_id": ANN}, "chat member status can't be changed in private chats"),
    ("setMyCommands", commands("a" * 33), "command length must not exceed 32"),
    ("setMyCommands", commands("Today"), "BOT_COMMAND_INVALID"),
    ("setMyCommands", commands("to-day"), "BOT_COMMAND_INVALID"),
    ("setMyCommands", commands("/"), "command must be non-empty"),
    ("setMyCommands", commands(*["today"] * 101), "BOT_COMMANDS_TOO_MUCH"),
    ("setMyCommands", commands("today", description="d" * 257), "command description length must not exceed 256"),
    ("setMyCommands", commands("today", description=" "), "command description must be non-empty"),
    ("setMyCommands", commands("today") | {"language_code": "english"}, "invalid language code specified"),
    (
        "setMyCommands",
        commands("today") | {"scope": {"type": "everyone"}},
        "can't parse BotCommandScope: BotCommandScope has unsupported type",
    ),
    ("setMyCommands", commands("today") | {"scope": {"type": "chat", "chat_id": STRANGER}}, "chat not found"),
    ("setMyCommands", commands("today") | {"scope": {"type": "chat", "chat_id": BEN}}, "chat not found"),
    ("getMyCommands", {"scope": {"type": "chat", "chat_id": BEN}}, "chat not found"),
    ("deleteMyCommands", {"scope": {"type": "chat", "chat_id": BEN}}, "chat not found"),
    ("setMyDescription", {"description": "x" * 513}, "bot description is too long"),
    ("setMyShortDescription", {"short_description": "x" * 121}, "bot short description is too long"),
]  # fmt: skip
FORBIDDEN: list[Row] = [
    ("sendMessage", {"chat_id": 9, "text": "x"}, "bot was blocked by the user"),
    ("sendChatAction", {"chat_id": 9, "action": "typing"}, "bot was blocked by the user"),
    ("sendMessage", {"chat_id": BEN, "text": "x"}, "bot can't initiate conversation with a user"),
    ("sendMessage", {"chat_id": GROUP, "text": "x"}, "bot is not a member of the supergroup chat"),
]
LEFT_OUT: list[Row] = [
    ("sendMessage", say("*x*", parse_mode="MarkdownV2"), "MarkdownV2"),
    ("sendMessage", html("<tg-emoji emoji-id='1'>x</tg-emoji>"), "tg-emoji"),
    ("sendMessage", say(business_connection_id="1"), "business_connection_id"),
    ("editMessageText", {"inline_message_id": "1", "text": "x"}, "inline_message_id"),
]


@pytest.mark.parametrize(("method", "fields", "reason"), BAD_REQUESTS)
def test_a_bad_request_is_refused_in_telegrams_words(
    call: Caller, world: World, method: str, fields: dict[str, Any], reason: str
) -> None:
    before = world.messages(ANN)
    expected = {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}
    assert call(method, **fields) == expected
    as_form = {k: v if isinstance(v, str) else json.dumps(v) for k, v in fields.items()}
    assert call(method, files={"unused": b"x"}, **as_form) == expected
    assert world.messages(ANN) == before


@pytest.mark.parametrize(("method", "fields", "reason"), FORBIDDEN)
def test_a_chat_closed_to_the_bot_is_forbidden(call: Caller, method: str, fields: dict[str, Any], reason: str) -> None:
    assert call(method, **fields) == {
        "ok": False,
        "error_code": 403,
        "description": f"Forbidden: {reason}",
    }


@pytest.mark.parametrize(("method", "fields", "named"), LEFT_OUT)
def test_what_exists_but_is_not_served_says_so(call: Caller, method: str, fields: dict[str, Any], named: str) -> None:
    answer = call(method, **fields)
    assert answer["error_code"] == 501
    assert named in answer["description"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (picture()[:60], "IMAGE_PROCESS_FAILED"),
        (b"", "file must be non-empty"),
        (picture(9000, 1001), "PHOTO_INVALID_DIMENSIONS"),
        (picture(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (
            HEAVY,
            f"file of size {len(HEAVY)} bytes is too big for a photo; the maximum size is 10485760 bytes",
        ),
    ],
    ids=["text", "half", "empty", "large", "narrow", "heavy"],
)
def test_what_is_no_photo_is_refused(call: Caller, content: bytes, reason: str) -> None:
    media = json.dumps({"type": "photo", "media": "attach://new"})
    calls: dict[str, dict[str, Any]] = {
        "sendPhoto": {"photo": "attach://new"},
        "editMessageMedia": {"message_id": OWN_PHOTO, "media": media},
    }
    for method, fields in calls.items():
        answer = call(method, {"new": ("c.png", content)}, chat_id=str(ANN), **fields)
        assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {reason}"}


@pytest.mark.parametrize("limits", [(10000 - 500, 500), (2000, 100)])
def test_a_photo_at_the_limits_is_taken(call: Caller, limits: tuple[int, int]) -> None:
    call.result("sendPhoto", {"photo": ("c.png", picture(*limits))}, chat_id=str(ANN))


@pytest.mark.parametrize(
    "fields",
    [
        say("x" * 4096),
        html("<b>" + "🙂" * 2048 + "</b>"),
        html("&amp;" * 4096),
        say(reply_markup=keyboard(callback_data="ü" * 32)),
        say(reply_markup={"inline_keyboard": [[BUTTON] * 100]}),
        say(reply_markup={"inline_keyboard": []}),
        say(reply_parameters={"message_id": 50, "allow_sending_without_reply": True}),
    ],
)
def test_a_message_at_the_limits_is_taken(call: Caller, fields: dict[str, Any]) -> None:
    call.result("sendMessage", **fields)


def test_a_message_is_deleted_within_48_hours_only() -> None:
    clock = Clock()
    world = world_with_two_people(clock)
    with served(world) as call:
        first, second = (call.result("sendMessage", **say())["message_id"] for _ in range(2))
        clock.advance(hours=48)
        call.result("deleteMessage", chat_id=ANN, message_id=first)
        clock.advance(seconds=1)
        answer = call("deleteMessage", chat_id=ANN, message_id=second)
    assert answer["description"] == "Bad Request: message can't be deleted for everyone"
    assert [m["message_id"] for m in world.messages(ANN)] == [1, second]


def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "BODY_LIMIT_BYTES", 1000)
    large = json.dumps(say("x" * 1000)).encode()
    chunked = (large[start : start + 100] for start in range(0, len(large), 100))
    for body in (large, chunked):
        answer = call.client.post(f"{call.url}/sendMessage", content=body, headers={"Content-Type": "application/json"})
        assert (answer.status_code, answer.json()["description"]) == (413, "Request Entity Too Large")
    assert call("sendDocument", {"document": ("a.csv", b"x" * 1000)}, chat_id=str(ANN))["error_code"] == 413
    deep = call.client.post(f"{call.url}/getMe", content=b"[" * 999, headers={"Content-Type": "application/json"})
    assert deep.status_code == 400
    call.result("sendMessage", **say())


def pressed(world: World, call: Caller) -> str:
    message_id = call.result("sendMessage", **say(reply_markup=KEYBOARD))["message_id"]
    return world.press(ANN, message_id, "pain:7")


@pytest.mark.parametrize("spoil", ["answered", "late"])
def test_a_callback_query_is_answered_once_and_in_time(spoil: str) -> None:
    clock = Clock()
    world = world_with_two_people(clock)
    with served(world) as call:
        query = pressed(world, call)
        if spoil == "answered":
            call.result("answerCallbackQuery", callback_query_id=query)
        else:
            clock.advance(seconds=world.callback_lifetime / timedelta(seconds=1) + 1)
        answer = call("answerCallbackQuery", callback_query_id=query)
    assert answer["description"] == f"Bad Request: {OLD_QUERY}"


def test_the_world_lists_what_was_refused_without_a_planned_fault() -> None:
    world = world_with_two_people()
    with served(world) as call:
        call("sendMessage", chat_id=ANN)
        call.result("sendMessage", **say())
    assert [(r.method, r.outcome, r.description) for r in world.refused()] == [
        ("sendMessage", 400, "Bad Request: message text is empty")
    ]
