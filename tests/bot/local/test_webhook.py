"""A webhook is set, refused and deleted as Telegram does it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from telegram import Bot

from bot.local.refusal import WEBHOOK_ACTIVE, WEBHOOK_WAS_SET
from bot.local.running import RunningServer
from bot.local.server import application

from .listener import PATIENCE, listening, quick_world, taken, texts
from .support import ANN, TOKEN, assert_true_to_the_specification, served, world_with_two_people

SECRET = "Ab12_-"


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
