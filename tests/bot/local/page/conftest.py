"""A stage on which three people have just met the bot."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.bot.local.page.browsing import PATIENCE_MS, SCREEN, Opener, chat
from tests.bot.local.page.stage import CLINICIAN, COORDINATOR, PATIENT, Stage


@pytest.fixture
def stage() -> Iterator[Stage]:
    with Stage() as stage:
        for person in (PATIENT, CLINICIAN, COORDINATOR):
            stage.world.say(person, "/start")
        yield stage


@pytest.fixture
def open_page(browser: Browser, stage: Stage) -> Iterator[Opener]:
    """Opens the page as a newcomer. What a browser reports as an error or blocks fails the test."""
    complaints: list[str] = []
    contexts = []

    def opened(size: ViewportSize = SCREEN) -> Page:
        context = browser.new_context(viewport=size, locale="en-GB")
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if _is_fault(line.text) else None)
        page.goto(stage.url)
        expect(page.locator("html")).to_have_attribute("lang", "en-GB")
        expect(chat(page, PATIENT)).to_be_attached()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []


def _is_fault(line: str) -> bool:
    return "Content Security Policy" in line or "TrustedHTML" in line
