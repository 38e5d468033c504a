"""The chart in a real browser: what it reports as an error or blocks fails the test."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Protocol

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from bot.local.running import RunningServer
from tests.bot.desk.chart.stage import application
from tests.bot.local.page.browsing import SCREEN
from tests.bot.windows import Windows
from tests.jobs.chart.examples import RECORDS

# Of the case: a day on which pain was 6 before it was corrected.
CORRECTED = RECORDS["the case"].today - timedelta(days=20)


class Opener(Protocol):
    """Opens the chart of a record, and waits until it is there."""

    def __call__(
        self,
        name: str = "the case",
        size: ViewportSize = SCREEN,
        language: str = "en",
        touch: bool = False,
        dark: bool = False,
    ) -> Page: ...


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    with RunningServer(application(RECORDS, {"the case": {CORRECTED: {"pain": (6,)}}})) as server:
        yield server.url


@pytest.fixture
def open_chart(browser: Windows, served: str) -> Iterator[Opener]:
    with ExitStack() as opened_ones:

        def opened(
            name: str = "the case",
            size: ViewportSize = SCREEN,
            language: str = "en",
            touch: bool = False,
            dark: bool = False,
        ) -> Page:
            page = opened_ones.enter_context(
                browser.opened(
                    size,
                    lambda line: line.type == "error",
                    color_scheme="dark" if dark else "light",
                    has_touch=touch,
                )
            )
            page.goto(f"{served}/{name}?language={language}")
            expect(page.locator(".chart-plot canvas").first).to_be_visible()
            return page

        yield opened
