"""A real browser, and a stage on which three people have just met the bot."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from tests.bot.local.page.browsing import PATIENCE_MS, SCREEN, Opener, chat
from tests.bot.local.page.stage import CLINICIAN, COORDINATOR, PATIENT, Stage

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{CHROMIUM} is missing, and CI must have it")
        pytest.skip(f"needs Debian's chromium at {CHROMIUM}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()


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
