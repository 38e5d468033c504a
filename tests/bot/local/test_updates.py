"""getUpdates keeps what is not confirmed, wakes at once, and allows one reader."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from bot.local.refusal import OTHER_POLL
from bot.local.world import World

from .support import ANN, BEN, TOKEN, Caller, assert_true_to_the_specification, served, world_with_two_people


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def poll_in_background(call: Caller, pool: ThreadPoolExecutor, **fields: Any) -> Future[dict[str, Any]]:
    return pool.submit(lambda: httpx.post(f"{call.url}/getUpdates", json=fields, timeout=60).json())


def wait_until_polling(world: World, polls: int = 1) -> None:
    world.wait_for(lambda w: w.mailbox.open_polls == polls)


def test_an_update_stays_until_the_next_offset_confirms_it() -> None:
    world = world_with_two_people()
    world.say(ANN, "two")
    world.say(ANN, "three")
    with served(world) as call:
        updates = call.result("getUpdates")
        assert texts(updates) == ["/start", "two", "three"]
        assert call.result("getUpdates") == updates
        second = updates[1]["update_id"]
        assert [u["update_id"] for u in updates] == [second - 1, second, second + 1]
        assert texts(call.result("getUpdates", limit=1)) == ["/start"]
        assert texts(call.result("getUpdates", offset=second)) == ["two", "three"]
        assert texts(call.result("getUpdates")) == ["two", "three"]
        assert call.result("getUpdates", offset=second + 2) == []
        assert call.result("getUpdates") == []
    assert world.waiting_updates == 0


def test_a_negative_offset_keeps_the_newest_and_forgets_the_rest() -> None:
    world = world_with_two_people()
    for text in ("two", "three"):
        world.say(ANN, text)
    with served(world) as call:
        assert texts(call.result("getUpdates", offset=-2)) == ["two", "three"]
        assert texts(call.result("getUpdates")) == ["two", "three"]


def test_a_long_poll_wakes_when_something_arrives() -> None:
    world = world_with_two_people()
    with served(world) as call, ThreadPoolExecutor(1) as pool:
        offset = call.result("getUpdates")[0]["update_id"] + 1
        waiting = poll_in_background(call, pool, offset=offset, timeout=50)
        wait_until_polling(world)
        began = time.monotonic()
        world.say(ANN, "7")
        assert texts(waiting.result(timeout=30)["result"]) == ["7"]
        assert time.monotonic() - began < 25


def test_a_long_poll_ends_empty_after_its_timeout() -> None:
    world = World(TOKEN, "diary_bot", world_with_two_people().now)
    with served(world) as call:
        began = time.monotonic()
        assert call.result("getUpdates", timeout=1) == []
        assert time.monotonic() - began >= 1


def test_a_second_reader_ends_the_first() -> None:
    world = world_with_two_people()
    with served(world) as call, ThreadPoolExecutor(2) as pool:
        offset = call.result("getUpdates")[0]["update_id"] + 1
        first = poll_in_background(call, pool, offset=offset, timeout=50)
        wait_until_polling(world)
        second = poll_in_background(call, pool, offset=offset, timeout=50)
        assert first.result(timeout=30) == {"ok": False, "error_code": 409, "description": OTHER_POLL}
        world.say(ANN, "7")
        assert texts(second.result(timeout=30)["result"]) == ["7"]


def test_a_reader_that_goes_away_loses_nothing() -> None:
    world = world_with_two_people()
    with served(world) as call:
        offset = call.result("getUpdates")[0]["update_id"] + 1
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(f"{call.url}/getUpdates", json={"offset": offset, "timeout": 50}, timeout=0.2)
        wait_until_polling(world, polls=0)
        world.say(ANN, "7")
        assert texts(call.result("getUpdates", offset=offset)) == ["7"]


def test_only_updates_that_were_asked_for_are_kept() -> None:
    world = world_with_two_people()
    with served(world) as call:
        call.result("getUpdates", offset=-1, allowed_updates=["message"])
        world.block(ANN)
        world.unblock(ANN)
        world.say(ANN, "7")
        assert texts(call.result("getUpdates")) == ["/start", "7"]
        assert call.result("getWebhookInfo")["allowed_updates"] == ["message"]
        call.result("getUpdates", allowed_updates=[])
        world.block(ANN)
        assert "my_chat_member" in call.result("getUpdates")[-1]


def test_an_update_can_come_again_although_it_was_confirmed() -> None:
    world = world_with_two_people()
    with served(world) as call:
        (update,) = call.result("getUpdates")
        offset = update["update_id"] + 1
        assert call.result("getUpdates", offset=offset) == []
        world.redeliver(update["update_id"])
        assert call.result("getUpdates", offset=offset) == [update]
        assert call.result("getUpdates", offset=offset) == []


def test_after_a_day_without_a_reader_what_waited_is_gone() -> None:
    world = world_with_two_people()
    world.say(ANN, "lost")
    world.lose_updates()
    world.say(ANN, "kept")
    with served(world) as call:
        assert texts(call.result("getUpdates")) == ["kept"]


def test_a_press_can_come_twice_under_two_update_ids() -> None:
    world = world_with_two_people()
    with served(world) as call:
        markup = {"inline_keyboard": [[{"text": "7", "callback_data": "pain:7"}]]}
        asked = call.result("sendMessage", chat_id=ANN, text="Pain?", reply_markup=markup)
        world.press(ANN, asked["message_id"], "pain:7")
        newest = max(world.updates)
        again = world.duplicate(newest)
        first, second = call.result("getUpdates", offset=newest)
    assert (first["update_id"], second["update_id"]) == (newest, again)
    assert first["callback_query"] == second["callback_query"]


def test_what_waits_can_come_in_another_order_with_increasing_ids() -> None:
    world = world_with_two_people()
    for number in range(8):
        world.say(ANN, str(number))
    world.shuffle_pending(3)
    with served(world) as call:
        updates = call.result("getUpdates")
    ids = [update["update_id"] for update in updates]
    assert ids == sorted(ids)
    assert sorted(texts(updates)) == sorted(["/start", *map(str, range(8))])
    assert texts(updates) != ["/start", *map(str, range(8))]


def test_many_people_may_write_at_once() -> None:
    world = world_with_two_people()
    world.say(BEN, "/start")

    def write(user_id: int) -> None:
        for number in range(50):
            world.say(user_id, str(number))

    writers = [threading.Thread(target=write, args=(user_id,)) for user_id in (ANN, BEN)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    with served(world) as call:
        updates = call.result("getUpdates") + call.result("getUpdates", offset=max(world.updates) - 1)
    assert len({u["update_id"] for u in updates}) == 102
    for update in updates:
        assert_true_to_the_specification(update, "Update")
    assert [m["message_id"] for m in world.messages(BEN)] == list(range(1, 52))
