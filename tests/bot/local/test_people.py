"""What people do becomes updates of true Bot API shape, and messages that can be looked at."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

import pytest

from bot.local.world import World

from .support import (
    ANN,
    BEN,
    GROUP,
    Clock,
    assert_true_to_the_specification,
    picture,
    served,
    world_with_two_people,
)

KEYBOARD = {"inline_keyboard": [[{"text": "7", "callback_data": "pain:7"}, {"text": "Help", "url": "https://a.org"}]]}


def newest(world: World) -> dict[str, Any]:
    return world.updates[max(world.updates)]


@pytest.mark.parametrize(
    ("act", "key", "value"),
    [
        (lambda w: w.say(ANN, "slept badly"), "text", "slept badly"),
        (lambda w: w.send_sticker(ANN, "🙂"), "sticker", None),
        (lambda w: w.send_photo(ANN), "photo", None),
        (lambda w: w.send_photo(ANN, picture(400, 400), "my arm"), "caption", "my arm"),
        (lambda w: w.send_voice(ANN), "voice", None),
        (lambda w: w.send_document(ANN, "a.pdf", b"%PDF", caption="/help"), "document", None),
        (lambda w: w.send_location(ANN, 52.5, 13.4), "location", {"latitude": 52.5, "longitude": 13.4}),
        (lambda w: w.share_contact(ANN, "+4930"), "contact", None),
    ],
)
def test_whatever_a_person_sends_arrives(act: Callable[[World], int], key: str, value: Any) -> None:
    world = world_with_two_people()
    message_id = act(world)
    message = newest(world)["message"]
    assert_true_to_the_specification(newest(world), "Update")
    assert (message["message_id"], message["from"]["id"], message["chat"]["id"]) == (message_id, ANN, ANN)
    assert key in message
    assert value is None or message[key] == value
    assert world.last_message(ANN) == message


def test_a_message_bears_the_time_of_the_given_clock() -> None:
    clock = Clock()
    world = world_with_two_people(clock)
    clock.advance(days=3)
    world.say(ANN, "7")
    assert world.last_message(ANN)["date"] == int(clock().timestamp())
    clock.advance(minutes=1)
    world.edit(ANN, 2, "8")
    edited = newest(world)["edited_message"]
    assert (edited["text"], edited["edit_date"] - edited["date"]) == ("8", 60)
    assert world.last_message(ANN)["text"] == "8"


def test_only_an_own_message_can_be_edited() -> None:
    world = world_with_two_people()
    with served(world) as call:
        call.result("sendMessage", chat_id=ANN, text="Pain?")
    with pytest.raises(ValueError, match="message 2 is not from 7"):
        world.edit(ANN, 2, "x")


def test_a_press_needs_the_button_unless_it_is_forged() -> None:
    world = world_with_two_people()
    with served(world) as call:
        call.result("sendMessage", chat_id=ANN, text="Pain?", reply_markup=KEYBOARD)
    with pytest.raises(ValueError, match=r"no button 'pain:8', but \[\('7', 'pain:7'\), \('Help', None\)\]"):
        world.press(ANN, 2, "pain:8")
    with pytest.raises(ValueError, match="message 50 in chat 7 has no button"):
        world.press(ANN, 50, "pain:7")
    world.say(BEN, "/start")
    for user_id, message_id, data, forge in (
        (ANN, 2, "pain:7", False),
        (ANN, 2, "pain:11", True),
        (BEN, 2, "pain:7", False),
        (ANN, 50, "pain:7", True),
    ):
        query_id = world.press(user_id, message_id, data, chat_id=ANN, forge=forge)
        assert newest(world)["callback_query"]["id"] == query_id
        assert_true_to_the_specification(newest(world), "Update")
    assert newest(world)["callback_query"]["message"]["date"] == 0
    assert [(q.user_id, q.data) for q in world.unanswered_callbacks()] == [
        (ANN, "pain:7"),
        (ANN, "pain:11"),
        (BEN, "pain:7"),
        (ANN, "pain:7"),
    ]


def test_blocking_closes_the_chat_until_it_is_undone() -> None:
    world = world_with_two_people()
    world.block(ANN)
    change = newest(world)
    assert_true_to_the_specification(change, "Update")
    assert change["my_chat_member"]["new_chat_member"]["status"] == "kicked"
    world.block(ANN)
    assert newest(world) == change
    with pytest.raises(ValueError, match="unblock"):
        world.say(ANN, "x")
    with served(world) as call:
        assert call("sendMessage", chat_id=ANN, text="x")["error_code"] == 403
        world.unblock(ANN)
        assert newest(world)["my_chat_member"]["new_chat_member"]["status"] == "member"
        call.result("sendMessage", chat_id=ANN, text="x")


def test_a_message_that_a_person_deleted_can_no_longer_be_edited_by_the_bot() -> None:
    world = world_with_two_people()
    with served(world) as call:
        sent = call.result("sendMessage", chat_id=ANN, text="Pain?")
        world.delete(ANN, sent["message_id"])
        answer = call("editMessageText", chat_id=ANN, message_id=sent["message_id"], text="x")
    assert answer["description"] == "Bad Request: message to edit not found"
    assert [m["text"] for m in world.messages(ANN)] == ["/start"]


def test_in_a_group_the_bot_is_told_of_commands_and_mentions_only() -> None:
    world = world_with_two_people()
    world.add_to_group(ANN, GROUP, "Team")
    added = list(world.updates.values())[-2:]
    assert [next(k for k in u if k != "update_id") for u in added] == ["my_chat_member", "message"]
    for update in added:
        assert_true_to_the_specification(update, "Update")
    before = len(world.updates)
    world.say_in_group(ANN, GROUP, "good morning")
    assert len(world.updates) == before
    world.say_in_group(ANN, GROUP, "/chart P-7KQ4")
    world.say_in_group(ANN, GROUP, "thank you @Diary_Bot")
    assert len(world.updates) == before + 2
    assert len(world.messages(GROUP)) == 4
    assert newest(world)["message"]["chat"] == {"id": GROUP, "type": "supergroup", "title": "Team"}
    with pytest.raises(ValueError, match="negative"):
        world.add_to_group(ANN, 500, "Team")


def test_someone_known_who_is_registered_again_keeps_the_chat() -> None:
    world = world_with_two_people()
    world.person(ANN, "Anna", "fr")
    assert [m["text"] for m in world.messages(ANN)] == ["/start"]
    world.say(ANN, "7")
    assert newest(world)["message"]["from"] == {
        "id": ANN,
        "is_bot": False,
        "first_name": "Anna",
        "language_code": "fr",
    }


def test_what_is_looked_at_cannot_change_the_world() -> None:
    world = world_with_two_people()
    world.messages(ANN)[0]["text"] = "changed"
    world.last_message(ANN)["chat"]["id"] = 5
    assert world.last_message(ANN)["text"] == "/start"
    assert world.last_message(ANN)["chat"]["id"] == ANN


def test_waiting_ends_as_soon_as_the_condition_holds() -> None:
    world = world_with_two_people()
    with served(world) as call:
        call.client.post(f"{call.url}/sendMessage", json={"chat_id": ANN, "text": "Pain?"})
        world.wait_for(lambda w: w.last_message(ANN)["text"] == "Pain?")


def test_waiting_in_vain_shows_how_the_chats_end() -> None:
    world = world_with_two_people()
    with served(world) as call:
        call("sendMessage", chat_id=ANN, text="")
    began = time.monotonic()
    with pytest.raises(AssertionError) as shown:
        world.wait_for(lambda w: False, timeout=0.05)
    assert time.monotonic() - began >= 0.05
    for part in ("1 updates wait", "chat 7, 1: '/start'", "sendMessage: 400 Bad Request: message text is empty"):
        assert part in str(shown.value)


def test_who_watches_is_told_of_everything_that_happens() -> None:
    world = world_with_two_people()

    async def watch() -> list[dict[str, Any]]:
        with world.subscribe() as happenings:
            with served(world) as call:
                await asyncio.to_thread(_busy, world, call)
            events = []
            async for event in happenings:
                events.append(event)
                if event["type"] == "commands":
                    break
        world.say(ANN, "after the end")
        return events

    events = asyncio.run(watch())
    assert [event["type"] for event in events] == [
        "message", "typing", "message", "toast", "edited", "deleted", "commands",
    ]  # fmt: skip
    assert events[0]["message"]["text"] == "hello"
    assert (events[3]["text"], events[3]["show_alert"], events[3]["user_id"]) == ("Noted", False, ANN)
    assert events[4]["message"]["text"] == "Noted"
    assert (events[5]["chat_id"], events[5]["message_id"]) == (ANN, 3)


def _busy(world: World, call: Any) -> None:
    world.say(ANN, "hello")
    call.result("sendChatAction", chat_id=ANN, action="typing")
    asked = call.result("sendMessage", chat_id=ANN, text="Pain?", reply_markup=KEYBOARD)["message_id"]
    query = world.press(ANN, asked, "pain:7")
    call.result("answerCallbackQuery", callback_query_id=query, text="Noted")
    call.result("editMessageText", chat_id=ANN, message_id=asked, text="Noted")
    call.result("deleteMessage", chat_id=ANN, message_id=asked)
    call.result("setMyCommands", commands=[{"command": "help", "description": "Help"}])
