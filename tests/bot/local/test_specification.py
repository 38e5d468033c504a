"""bot_api.json is true to the full specification, and requests are read by it in every encoding."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import bot.local.specification as module
from bot.local.methods import METHODS
from bot.local.reduction import reduced, written
from bot.local.refusal import Refusal
from bot.local.specification import Reading, Upload, specification

from .support import ANN, Caller, assert_true_to_the_specification, picture, served, world_with_two_people

FULL = Path(__file__).parents[4] / "shared" / "telegram" / "bot-api-10.1.json"
MARKUP = {"inline_keyboard": [[{"text": "7", "callback_data": "pain:7"}]]}


def test_bot_api_json_is_the_reduction_of_the_full_specification() -> None:
    if not FULL.is_file():
        pytest.skip("the full specification is not beside this repository")
    full = json.loads(FULL.read_text(encoding="utf-8"))
    kept = Path(module.__file__).with_name("bot_api.json").read_text(encoding="utf-8")
    assert kept == written(reduced(full, [*METHODS, "getUpdates"]))


def test_every_method_of_the_specification_that_is_not_left_out_is_served() -> None:
    assert set(specification().methods) == {*METHODS, "getUpdates"}
    assert not specification().not_served & set(METHODS)


@pytest.mark.parametrize("way", ["query", "form", "json", "multipart"])
def test_a_request_reads_the_same_in_every_encoding(way: str) -> None:
    world = world_with_two_people()
    fields: dict[str, Any] = {"chat_id": ANN, "text": "Pain?", "disable_notification": True}
    as_text = {"chat_id": str(ANN), "text": "Pain?", "disable_notification": "true", "reply_markup": json.dumps(MARKUP)}
    with served(world) as call:
        url = f"{call.url}/sendMessage"
        if way == "query":
            answer = call.client.get(url, params=as_text)
        elif way == "form":
            answer = call.client.post(url, data=as_text)
        elif way == "json":
            answer = call.client.post(url, json=fields | {"reply_markup": MARKUP})
        else:
            answer = call.client.post(url, data=as_text, files={"unused": b"x"})
    assert answer.json()["ok"]
    assert world.requests[-1].fields == fields | {"reply_markup": MARKUP}
    assert world.last_message(ANN)["reply_markup"] == MARKUP


def test_method_names_mind_no_capitals() -> None:
    with served(world_with_two_people()) as call:
        assert call.result("GETME")["username"] == "diary_bot"


def test_a_field_that_telegram_does_not_know_is_ignored_and_noted() -> None:
    world = world_with_two_people()
    markup = {"inline_keyboard": [[{"text": "7", "callback_data": "7", "colour": "red"}]]}
    with served(world) as call:
        call.result("sendMessage", chat_id=ANN, text="Pain?", txt="?", reply_markup=markup)
    assert world.ignored_fields == [
        "sendMessage.txt",
        "sendMessage.reply_markup.inline_keyboard[0][0].colour",
    ]
    assert world.last_message(ANN)["reply_markup"] == MARKUP | {
        "inline_keyboard": [[{"text": "7", "callback_data": "7"}]]
    }


def test_a_number_may_come_as_text_and_a_text_as_number() -> None:
    read = Reading({}).request("sendMessage", {"chat_id": "7", "text": 5})
    assert read == {"chat_id": 7, "text": "5"}


def test_an_attached_file_is_found_by_its_name() -> None:
    upload = Upload("chart.png", picture(), "image/png")
    read = Reading({"chart": upload}).request("sendPhoto", {"chat_id": 7, "photo": "attach://chart"})
    assert read["photo"] is upload


@pytest.mark.parametrize(
    ("method", "fields", "wrong"),
    [
        ("sendMessage", {"text": "x"}, "chat_id is empty"),
        ("sendMessage", {"chat_id": True, "text": "x"}, 'field "chat_id" must be a Number'),
        ("sendMessage", {"chat_id": 7, "text": ["x"]}, 'field "text" must be of type String'),
        (
            "sendMessage",
            {"chat_id": 7, "text": "x", "protect_content": "perhaps"},
            'field "protect_content" must be of type Boolean',
        ),
        ("sendMessage", {"chat_id": 7, "text": "<b>\ud83d"}, 'field "text" must be encoded in UTF-8'),
        ("getUpdates", {"limit": "many"}, 'field "limit" must be a valid Number'),
        ("getUpdates", {"limit": 1.5}, 'field "limit" must be a valid Number'),
        ("getUpdates", {"allowed_updates": "message"}, "can't parse allowed_updates JSON object"),
        ("getUpdates", {"allowed_updates": {"message": 1}}, "expected an Array of String"),
        ("editMessageMedia", {"media": {"type": "photo"}}, "can't parse InputMedia: Can't find field \"media\""),
        ("editMessageMedia", {"media": {"type": "poem"}}, "can't parse InputMedia: InputMedia has unsupported type"),
        ("editMessageMedia", {"media": {}}, "can't parse InputMedia: Can't find field \"type\""),
        (
            "setChatMenuButton",
            {"menu_button": {"type": 3}},
            'can\'t parse menu button: Field "type" must be of type String',
        ),
        ("setChatMenuButton", {"menu_button": "no"}, "can't parse menu button JSON object"),
        ("setMyCommands", {"commands": [{"command": "x"}]}, "can't parse BotCommand: Can't find field \"description\""),
        ("setMyCommands", {}, 'parameter "commands" is required'),
        ("sendPhoto", {"chat_id": 7}, "there is no photo in the request"),
        ("sendPhoto", {"chat_id": 7, "photo": "attach://nothing"}, "there is no photo in the request"),
    ],
)
def test_a_missing_or_ill_typed_field_is_refused(method: str, fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(Refusal) as refused:
        Reading({}).request(method, fields)
    assert (refused.value.code, refused.value.description) == (400, f"Bad Request: {wrong}")


def test_a_body_that_is_no_json_object_is_refused() -> None:
    with served(world_with_two_people()) as call:
        for body in (b"{", b"[]"):
            answer = call.client.post(f"{call.url}/getMe", content=body, headers={"content-type": "application/json"})
            assert answer.json()["error_code"] == 400


def test_a_broken_form_is_refused() -> None:
    with served(world_with_two_people()) as call:
        headers = {"content-type": "multipart/form-data; boundary=x"}
        answer = call.client.post(f"{call.url}/getMe", content=b"--y", headers=headers)
        assert answer.json()["error_code"] == 400


def test_every_answer_has_the_shape_that_the_specification_promises() -> None:
    world = world_with_two_people()
    world.send_document(ANN)
    file_id = world.last_message(ANN)["document"]["file_id"]
    with served(world) as call:
        calls: dict[str, dict[str, Any]] = {
            "getMe": {},
            "getWebhookInfo": {},
            "getChat": {"chat_id": ANN},
            "getFile": {"file_id": file_id},
            "getUpdates": {},
            "sendMessage": {"chat_id": ANN, "text": "x"},
            "sendChatAction": {"chat_id": ANN, "action": "typing"},
        }
        for method, fields in calls.items():
            result = call.result(method, **fields)
            (kind,) = specification().returns[method]
            assert_true_to_the_specification(result, kind)


def _unserved(call: Caller, method: str) -> tuple[int, str]:
    answer = call(method)
    return answer["error_code"], answer["description"]


def test_an_unknown_method_and_one_that_is_left_out_are_told_apart() -> None:
    with served(world_with_two_people()) as call:
        assert _unserved(call, "sendPigeon") == (404, "Not Found: method not found")
        code, description = _unserved(call, "sendpoll")
        assert code == 501
        assert "sendPoll" in description


def test_a_wrong_token_is_unauthorized() -> None:
    with served(world_with_two_people()) as call:
        for path in ("bot123:no/getMe", "file/bot123:no/photos/file_0.jpg"):
            answer = call.client.get(f"{call.url.partition('/bot')[0]}/{path}")
            assert (answer.status_code, answer.json()) == (
                401,
                {"ok": False, "error_code": 401, "description": "Unauthorized"},
            )
        assert call.client.get(f"{call.url.partition('/bot')[0]}/elsewhere").status_code == 404
