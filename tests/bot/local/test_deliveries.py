"""Updates are posted to a webhook until the bot has taken them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse

from bot.local.running import RunningServer, drop_connection
from bot.local.server import application
from bot.local.webhook import Waits

from .listener import PATIENCE, answering, listening, quick_world, taken, texts
from .support import ANN, BEN, GROUP, TOKEN, assert_true_to_the_specification, served, world_with_two_people

KEYBOARD = {"inline_keyboard": [[{"text": "7", "callback_data": "pain:7"}]]}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answering(500), "Wrong response from the webhook: 500 Internal Server Error"),
        (answering(302, location="/"), "Wrong response from the webhook: 302 Found"),
        (drop_connection, "Connection closed"),
    ],
    ids=["500", "302", "reset"],
)
def test_what_is_not_taken_is_posted_again_and_the_error_told(answer: Callable[[Request], Any], error: str) -> None:
    world = quick_world()
    with listening() as bot, served(world) as call:
        bot.answers.extend([answer] * 4)
        call.result("setWebhook", url=bot.url)
        taken(world)
        posted = bot.wait_for(5)
        assert texts(posted) == ["/start"] * 5
        assert len({update["update_id"] for update in posted}) == 1
        info = call.result("getWebhookInfo")
        assert_true_to_the_specification(info, "WebhookInfo")
        assert (info["last_error_message"], info["last_error_date"]) == (error, world.unix_time())
        call.result("setWebhook", url=f"{bot.url}/elsewhere")
        assert "last_error_message" not in call.result("getWebhookInfo")


def test_where_nobody_listens_updates_wait_and_are_counted() -> None:
    world = quick_world()
    world.say(ANN, "two")
    with socket.socket() as held, served(world) as call:
        held.bind(("127.0.0.1", 0))
        call.result("setWebhook", url=f"http://127.0.0.1:{held.getsockname()[1]}/")
        world.wait_for(lambda w: w.webhook is not None and w.webhook.error is not None, PATIENCE)
        info = call.result("getWebhookInfo")
    assert (info["last_error_message"], info["pending_update_count"]) == ("Connection refused", 2)


def test_an_answer_that_does_not_come_is_not_waited_for_for_ever() -> None:
    world = quick_world()
    world.webhook_waits = Waits(first=0.01, most=0.05, answer=0.3)
    with listening() as bot, served(world) as call:
        bot.shut()
        call.result("setWebhook", url=bot.url)
        bot.wait_for(2)
        bot.open()
        taken(world)
        assert call.result("getWebhookInfo")["last_error_message"] == "Read timeout expired"


def test_the_waits_grow_up_to_a_limit() -> None:
    assert [Waits().after(failures) for failures in range(1, 9)] == [0, 2, 4, 8, 16, 32, 60, 60]
    assert Waits().after(10_000) == 60


def test_a_bot_that_asks_for_time_is_given_it() -> None:
    world = quick_world()
    with listening() as bot, served(world) as call:
        bot.answers.append(answering(429, retry_after="1"))
        call.result("setWebhook", url=bot.url)
        bot.wait_for(2)
        assert bot.at[1] - bot.at[0] >= 1


def test_a_lane_waits_for_its_first_update_and_others_pass_it() -> None:
    world = world_with_two_people()
    world.say(BEN, "/start")
    with listening() as bot, served(world) as call:
        asked = call.result("sendMessage", chat_id=ANN, text="Pain?", reply_markup=KEYBOARD)
        world.say(ANN, "two")
        world.press(ANN, asked["message_id"], "pain:7")
        bot.shut()
        call.result("setWebhook", url=bot.url)
        first = bot.wait_for(3)
        assert {update["update_id"] for update in first if "message" in update} == set(list(world.updates)[:2])
        assert [update["callback_query"]["data"] for update in first if "callback_query" in update] == ["pain:7"]
        bot.open()
        taken(world)
        assert texts(bot.updates[3:]) == ["two"]


def test_no_more_are_under_way_at_once_than_the_bot_wants() -> None:
    world = world_with_two_people()
    for person in range(100, 112):
        world.person(person, "Someone")
        world.say(person, "/start")
    with listening() as bot, served(world) as call:
        bot.shut()
        call.result("setWebhook", url=bot.url, max_connections=5)
        bot.wait_for(5)
        bot.open()
        taken(world)
        assert len(bot.updates) == 13
        assert bot.most_at_once == 5


def test_a_group_and_a_block_are_told_of_as_well() -> None:
    world = world_with_two_people()
    world.block(ANN)
    world.add_to_group(BEN, GROUP, "Team")
    with listening() as bot, served(world) as call:
        call.result("setWebhook", url=bot.url)
        taken(world)
        assert sorted(u["update_id"] for u in bot.updates) == sorted(world.updates)


def test_an_update_can_come_again_and_a_press_twice_and_all_in_another_order() -> None:
    world = world_with_two_people()
    with listening() as bot, served(world) as call:
        call.result("setWebhook", url=bot.url)
        taken(world)
        (first,) = world.updates
        world.redeliver(first)
        assert bot.wait_for(2) == [world.updates[first]] * 2
        again = world.duplicate(first)
        assert bot.wait_for(3)[-1] == world.updates[first] | {"update_id": again}
        taken(world)
        bot.shut()
        for number in range(9):
            world.say(ANN, str(number))
        bot.wait_for(4)
        world.shuffle_pending(3)
        bot.open()
        taken(world)
        posted = bot.updates[3:]
        assert texts(posted)[0] == "0", "what is under way keeps its place"
        assert sorted(texts(posted)) == [str(number) for number in range(9)]
        assert texts(posted) != sorted(texts(posted))
        assert [u["update_id"] for u in posted] == sorted(u["update_id"] for u in posted)


def test_what_waited_can_be_dropped_and_kinds_left_out() -> None:
    world = world_with_two_people()
    with listening() as bot, served(world) as call:
        call.result("setWebhook", url=bot.url, drop_pending_updates=True, allowed_updates=["message"])
        world.block(ANN)
        world.unblock(ANN)
        world.say(ANN, "kept")
        taken(world)
        assert texts(bot.wait_for(1)) == ["kept"]
        assert call.result("getWebhookInfo")["allowed_updates"] == ["message"]


def test_what_was_handed_out_again_to_a_poll_and_not_confirmed_is_posted() -> None:
    world = world_with_two_people()
    with listening() as bot, served(world) as call:
        (update,) = call.result("getUpdates")
        offset = update["update_id"] + 1
        call.result("getUpdates", offset=offset)
        world.redeliver(update["update_id"])
        assert call.result("getUpdates", offset=offset) == [update]
        call.result("setWebhook", url=bot.url)
        taken(world)
        assert bot.updates == [update]


@pytest.mark.parametrize(("called", "is_refused"), [("sendMessage", True), ("getMe", False), ("deleteWebhook", False)])
def test_a_method_named_in_the_answer_is_not_carried_out(called: str, is_refused: bool) -> None:
    world = world_with_two_people()
    with listening() as bot, RunningServer(application(world)) as server:
        bot.answers.append(lambda _: JSONResponse({"method": called, "chat_id": ANN, "text": "x"}))
        httpx.post(f"{server.url}/bot{TOKEN}/setWebhook", json={"url": bot.url}).raise_for_status()
        bot.wait_for(1)
        with world.changed:
            assert world.changed.wait_for(lambda: not world.waiting_updates, PATIENCE)
    assert [called in str(failure) for failure in world.failures] == [True] * is_refused
    assert len(world.messages(ANN)) == 1


def test_the_server_ends_with_posts_open_and_goes_on_when_it_is_served_again() -> None:
    world = world_with_two_people()
    with listening() as bot:
        bot.shut()
        with served(world) as call:
            call.result("setWebhook", url=bot.url)
            bot.wait_for(1)
            began = time.monotonic()
        assert time.monotonic() - began < 20  # far from the 60 s for which an answer is waited
        assert world.waiting_updates == 1
        bot.open()
        with served(world):
            taken(world)
        assert texts(bot.updates) == ["/start"] * 2
