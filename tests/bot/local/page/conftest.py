"""A stage on which three people have just met the bot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import ConsoleMessage, Page, ViewportSize, expect

from tests.bot.local.page.browsing import SCREEN, Opener, chat
from tests.bot.local.page.stage import CLINICIAN, COORDINATOR, PATIENT, Stage
from tests.bot.windows import Windows


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        for person in (PATIENT, CLINICIAN, COORDINATOR):
            stage.world.say(person, "/start")
        yield stage


@pytest.fixture
def open_page(browser: Windows, stage: Stage) -> Iterator[Opener]:
    """Opens the page as a newcomer. What a browser reports as an error or blocks fails the test."""
    with ExitStack() as opened_ones:

        def opened(size: ViewportSize = SCREEN) -> Page:
            page = opened_ones.enter_context(browser.opened(size, _is_fault, locale="en-GB"))
            page.goto(stage.url)
            expect(page.locator("html")).to_have_attribute("lang", "en-GB")
            expect(chat(page, PATIENT)).to_be_attached()
            return page

        yield opened


def _is_fault(line: ConsoleMessage) -> bool:
    return "Content Security Policy" in line.text or "TrustedHTML" in line.text
