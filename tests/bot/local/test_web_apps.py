"""The button that opens a page: what Telegram takes for one, and what the page is told, as the bot checks it."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from telegram import Bot, MenuButtonCommands, MenuButtonDefault, MenuButtonWebApp, WebAppInfo
from telegram.error import BadRequest

from bot.desk.init_data import InitDataError, checked
from bot.local.world import World
from tests.bot.local.support import ANN, BEGIN, BEN, GROUP, TOKEN, Clock, world_with_two_people
from tests.bot.local.test_bot_methods import with_bot

URL = "https://diary.example.org/desk/"


def with_a_button(clock: Clock | None = None, url: str = URL, text: str = "Desk") -> World:
    world = world_with_two_people(clock)

    async def act(bot: Bot) -> None:
        assert await bot.set_chat_menu_button(ANN, MenuButtonWebApp(text, WebAppInfo(url)))

    with_bot(world, act)
    return world


def told(url: str | None) -> dict[str, str]:
    """What stands after the # of an address."""
    assert url is not None
    return {name: values[0] for name, values in parse_qs(urlsplit(url).fragment, strict_parsing=True).items()}


def test_the_button_opens_the_page_with_words_that_the_bot_believes() -> None:
    world = with_a_button()
    url = world.web_app_url(ANN)
    launch = told(url)
    assert str(url).startswith(f"{URL}#tgWebAppData=")
    found = checked(launch["tgWebAppData"], TOKEN, BEGIN)
    assert (found.user_id, found.language, found.at) == (ANN, "en", BEGIN)
    assert json.loads(launch["tgWebAppThemeParams"])["bg_color"] == "#ffffff"
    assert {"tgWebAppVersion", "tgWebAppPlatform"} <= set(launch)


def test_they_are_signed_anew_each_time_by_the_worlds_clock_and_for_this_bot_alone() -> None:
    clock = Clock()
    world = with_a_button(clock)
    one, two = (told(world.web_app_url(ANN))["tgWebAppData"] for _ in range(2))
    assert checked(one, TOKEN, BEGIN).proof_hash != checked(two, TOKEN, BEGIN).proof_hash
    with pytest.raises(InitDataError):
        checked(one, "1:another", BEGIN)
    clock.advance(days=400)
    assert checked(told(world.web_app_url(ANN))["tgWebAppData"], TOKEN, BEGIN + timedelta(days=400)).user_id == ANN


def test_each_chat_has_its_own_button_or_else_everybodys() -> None:
    world = with_a_button()
    assert world.web_app_url(BEN) is None

    async def act(bot: Bot) -> None:
        assert await bot.get_chat_menu_button(ANN) == MenuButtonWebApp("Desk", WebAppInfo(URL))
        assert await bot.get_chat_menu_button(BEN) == MenuButtonDefault()
        assert await bot.set_chat_menu_button(menu_button=MenuButtonWebApp("All", WebAppInfo(f"{URL}all")))
        assert await bot.set_chat_menu_button(ANN, MenuButtonCommands())
        assert await bot.get_chat_menu_button() == MenuButtonWebApp("All", WebAppInfo(f"{URL}all"))

    with_bot(world, act)
    assert world.web_app_url(ANN) is None
    assert str(world.web_app_url(BEN)).startswith(f"{URL}all#")


@pytest.mark.parametrize(
    "url",
    ["http://diary.example.org/desk/", "diary.example.org", "https://", "ftp://127.0.0.1/", "javascript:alert(1)"],
)
def test_telegram_opens_nothing_but_https(url: str) -> None:
    with pytest.raises(BadRequest, match=r"(?i)only https links are allowed"):
        with_a_button(url=url)


def test_what_is_on_this_machine_is_opened_without() -> None:
    assert str(with_a_button(url="http://127.0.0.1:8082/desk/").web_app_url(ANN)).startswith(
        "http://127.0.0.1:8082/desk/#"
    )


def test_a_button_says_something_and_stands_in_a_private_chat() -> None:
    with pytest.raises(BadRequest, match="non-empty"):
        with_a_button(text=" ")
    world = world_with_two_people()
    world.add_to_group(ANN, GROUP, "Team")

    async def act(bot: Bot) -> None:
        for ask in (bot.set_chat_menu_button, bot.get_chat_menu_button):
            with pytest.raises(BadRequest, match=r"(?i)chat not found"):
                await ask(GROUP)

    with_bot(world, act)
