"""A webhook: set and refused as Telegram does, and updates posted to it until the bot has taken them."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from telegram import Bot

from bot.local.bells import Changed
from bot.local.refusal import WEBHOOK_ACTIVE, WEBHOOK_WAS_SET
from bot.local.running import RunningServer, drop_connection
from bot.local.server import application
from bot.local.webhook import Waits
from bot.local.world import World

from .support import ANN, BEN, GROUP, TOKEN, assert_true_to_the_specification, served, world_with_two_people

PATIENCE = 30
SECRET = "Ab12_-"
QUICK = Waits(first=0.01, most=0.05)
KEYBOARD = {"inline_keyboard": [[{"text": "7", "callback_data": "pain:7"}]]}


class Listener:
    """The bot's side: takes what is posted, answers as it was told to, 200 otherwise."""

    def __init__(self) -> None:
        self.url = ""
        self.paths: list[str] = []
        self.secrets: list[str | None] = []
        self.updates: list[dict[str, Any]] = []
        self.at: list[float] = []
        self.answers: deque[Callable[[Request], Any]] = deque()
        self.most_at_once = self._now = 0
        self._open = True
        self._news = Changed()

    async def take(self, request: Request) -> Response:
        update = await request.json()
        assert request.headers["content-type"] == "application/json"
        with self._news:
            self.paths.append(str(request.url).removeprefix(self.url))
            self.secrets.append(request.headers.get("x-telegram-bot-api-secret-token"))
            self.updates.append(update)
            self.at.append(time.monotonic())
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            answer = self.answers.popleft() if self.answers else None
            self._news.notify_all()
        with self._news.ringing() as bell:
            while not self._open:
                await bell.wait()
        self._now -= 1
        if answer is None:
            return Response()
        made = answer(request)
        response: Response = made if isinstance(made, Response) else await made
        return response

    def shut(self, is_shut: bool = True) -> None:
        """While it is shut, what arrives is not answered."""
        with self._news:
            self._open = not is_shut
            self._news.notify_all()

    def open(self) -> None:
        self.shut(False)

    def wait_for(self, number: int) -> list[dict[str, Any]]:
        """What has arrived, once it is so many."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.updates) >= number, PATIENCE), self.updates
            return list(self.updates)


@contextmanager
def listening() -> Iterator[Listener]:
    listener = Listener()
    app = Starlette(routes=[Route("/{path:path}", listener.take, methods=["POST"])])
    with RunningServer(app) as server:
        listener.url = server.url
        yield listener
        listener.open()


def answering(status: int, **headers: str) -> Callable[[Request], Response]:
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Response(status_code=status, headers=given)


def texts(updates: list[dict[str, Any]]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def taken(world: World) -> None:
    """Waits until nothing is left to be posted."""
    world.wait_for(lambda w: not w.waiting_updates, PATIENCE)


def quick_world() -> World:
    world = world_with_two_people()
    world.webhook_waits = QUICK
    return world


def test_updates_are_posted_in_order_and_gone_once_they_are_taken() -> None:
    world = world_with_two_people()
    world.say(ANN, "two")
    with listening() as bot, served(world) as call:
        assert call.result("setWebhook", url=f"{bot.url}/hook?of=me", secret_token=SECRET)
        bot.wait_for(2)
        world.say(ANN, "three")
        posted = bot.wait_for(3)
        taken(world)
        assert texts(posted) == ["/start", "two", "three"]
        assert posted == list(world.updates.values())
        assert set(bot.secrets) == {SECRET}
        assert set(bot.paths) == {"/hook?of=me"}
        info = call.result("getWebhookInfo")
        assert_true_to_the_specification(info, "WebhookInfo")
        assert info == {
            "url": f"{bot.url}/hook?of=me",
            "has_custom_certificate": False,
            "pending_update_count": 0,
            "max_connections": 40,
            "ip_address": "127.0.0.1",
        }


def test_without_a_secret_there_is_no_such_header() -> None:
    with listening() as bot, served(world_with_two_people()) as call:
        call.result("setWebhook", url=bot.url)
        bot.wait_for(1)
        assert bot.secrets == [None]


def test_the_bots_own_library_sets_and_deletes_it() -> None:
    world = world_with_two_people()

    async def act(url: str, hook: str) -> None:
        async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
            assert await bot.set_webhook(hook, secret_token=SECRET, max_connections=3, allowed_updates=["message"])
            info = await bot.get_webhook_info()
            assert (info.url, info.max_connections, info.allowed_updates) == (hook, 3, ("message",))
            assert await bot.delete_webhook()
            assert (await bot.get_webhook_info()).url == ""

    with listening() as listener, RunningServer(application(world)) as server:
        asyncio.run(act(server.url, listener.url))
    assert (world.failures, world.ignored_fields) == ([], [])


@pytest.mark.parametrize("delete", [("deleteWebhook", {}), ("setWebhook", {"url": ""})])
def test_one_reads_either_by_polling_or_by_webhook(delete: tuple[str, dict[str, str]]) -> None:
    world = quick_world()
    with listening() as bot, served(world) as call:
        bot.shut()
        call.result("setWebhook", url=bot.url)
        bot.wait_for(1)
        assert call("getUpdates") == {"ok": False, "error_code": 409, "description": WEBHOOK_ACTIVE}
        method, fields = delete
        assert call.result(method, **fields)
        assert call.result("getWebhookInfo")["url"] == ""
        # It was under way and nobody had taken it: it comes once more.
        assert texts(call.result("getUpdates")) == ["/start"]


def test_setting_a_webhook_ends_a_poll_that_waits() -> None:
    world = world_with_two_people()
    with listening() as bot, served(world) as call, ThreadPoolExecutor(1) as pool:
        offset = call.result("getUpdates")[0]["update_id"] + 1
        fields = {"offset": offset, "timeout": 50}
        poll = pool.submit(lambda: httpx.post(f"{call.url}/getUpdates", json=fields, timeout=60).json())
        world.wait_for(lambda w: w.mailbox.open_polls)
        call.result("setWebhook", url=bot.url)
        assert poll.result(PATIENCE) == {"ok": False, "error_code": 409, "description": WEBHOOK_WAS_SET}


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://", "invalid webhook URL specified"),
        ("ftp://diary.example.org/", "invalid webhook URL specified"),
        ("https://diary.example.org:port/", "invalid webhook URL specified"),
        ("http://diary.example.org/", "bad webhook: An HTTPS URL must be provided for webhook"),
        ("https://diary.example.org:8080/", "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"),
        ("https://nobody.example.org/", "bad webhook: Failed to resolve host: Name or service not known"),
        ("https://127.0.0.1:8443/", "bad webhook: IP address 127.0.0.1 is reserved"),
        ("https://localhost/", "bad webhook: IP address 127.0.0.1 is reserved"),
    ],
)
def test_a_url_to_which_telegram_would_not_go_is_refused(url: str, reason: str) -> None:
    world = world_with_two_people()
    world.hosts["diary.example.org"] = "http://127.0.0.1:1"
    with served(world) as call:
        assert call("setWebhook", url=url)["description"] == f"Bad Request: {reason}"
        assert call.result("getWebhookInfo")["url"] == ""


def test_http_on_this_machine_is_for_worlds_that_allow_it() -> None:
    world = world_with_two_people()
    world.loopback_webhooks = False
    with served(world) as call:
        answer = call("setWebhook", url="http://127.0.0.1:8080/")
    assert answer["description"] == "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"


@pytest.mark.parametrize("port", ["", ":443", ":80", ":88", ":8443"])
def test_a_proxy_passes_on_what_comes_to_a_public_address(port: str) -> None:
    world = world_with_two_people()
    with listening() as bot, served(world) as call:
        world.hosts["diary.example.org"] = bot.url
        call.result("setWebhook", url=f"https://diary.example.org{port}/telegram?x=1")
        bot.wait_for(1)
        assert bot.paths == ["/telegram?x=1"]
        assert call.result("getWebhookInfo")["url"] == f"https://diary.example.org{port}/telegram?x=1"


@pytest.mark.parametrize(
    ("secret", "reason"),
    [("x" * 257, "secret token is too long"), ("a b", "secret token contains unallowed characters")],
)
def test_a_secret_that_fits_in_no_header_is_refused_and_the_webhook_before_is_gone(secret: str, reason: str) -> None:
    with listening() as bot, served(world_with_two_people()) as call:
        call.result("setWebhook", url=bot.url)
        assert call("setWebhook", url=bot.url, secret_token=secret)["description"] == f"Bad Request: {reason}"
        assert call.result("getWebhookInfo")["url"] == ""


def test_a_certificate_of_ones_own_and_a_fixed_address_are_not_served() -> None:
    with served(world_with_two_people()) as call:
        own = call("setWebhook", {"certificate": b"x"}, url="https://diary.example.org")
        fixed = call("setWebhook", url="https://diary.example.org", ip_address="10.0.0.1")
    assert [own["error_code"], fixed["error_code"]] == [501, 501]
    assert "certificate" in own["description"]
    assert "ip_address" in fixed["description"]


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
