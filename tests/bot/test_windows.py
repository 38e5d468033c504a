"""Of a window that is used again nothing is left, and what went wrong in it is not lost."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import ConsoleMessage
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from bot.local.running import RunningServer
from tests.bot.desk.at_the_desk import SCREEN, SMALL
from tests.bot.windows import Windows


async def page(request: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>Somebody's</title>")


@pytest.fixture
def somewhere() -> Iterator[str]:
    with RunningServer(Starlette(routes=[Route("/", page)])) as server:
        yield server.url


def test_the_next_window_knows_nothing_of_the_one_before(browser: Windows, somewhere: str) -> None:
    with browser.opened(SMALL, is_wrong, color_scheme="dark") as first:
        first.goto(somewhere)
        first.evaluate("document.cookie = 'who=somebody'; localStorage.who = sessionStorage.who = 'somebody'")
        with first.expect_popup():
            first.evaluate("void window.open('/')")
        context = first.context
    with browser.opened(SCREEN, is_wrong) as second:
        assert second.context is context, "it is the same one"
        assert second.context.pages == [second]
        second.goto(somewhere)
        known = "[document.cookie, localStorage.length, matchMedia('(prefers-color-scheme: dark)').matches, innerWidth]"
        assert second.evaluate(known) == ["", 0, False, SCREEN["width"]]


def is_wrong(line: ConsoleMessage) -> bool:
    return "wrong" in line.text


def shows(browser: Windows, url: str, script: str) -> None:
    with browser.opened(SCREEN, is_wrong) as page:
        page.goto(url)
        page.evaluate(f"() => {{ {script} }}")


@pytest.mark.parametrize("script", ["queueMicrotask(() => { throw new Error('wrong'); })", "console.info('wrong')"])
def test_what_went_wrong_is_told_of_its_own_test_alone(browser: Windows, somewhere: str, script: str) -> None:
    shows(browser, somewhere, "console.info('fine')")
    with pytest.raises(AssertionError, match="wrong"):
        shows(browser, somewhere, script)
    shows(browser, somewhere, "console.info('fine')")


def test_what_a_page_says_because_it_is_left_is_no_fault(browser: Windows, somewhere: str) -> None:
    shows(browser, somewhere, "addEventListener('pagehide', () => console.info('wrong'))")
