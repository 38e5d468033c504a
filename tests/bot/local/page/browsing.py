"""Where things are on the page, for its tests in a browser."""

from __future__ import annotations

from typing import Any, Protocol

from playwright.sync_api import Locator, Page, ViewportSize

PATIENCE_MS = 30_000
SCREEN: ViewportSize = {"width": 1280, "height": 800}
TABLET: ViewportSize = {"width": 1024, "height": 768}
TELEPHONE: ViewportSize = {"width": 390, "height": 844}
SMALL: ViewportSize = {"width": 360, "height": 640}
LYING: ViewportSize = {"width": 844, "height": 390}


class Opener(Protocol):
    """Opens the page in a window of this size."""

    def __call__(self, size: ViewportSize = SCREEN) -> Page: ...


def chat(page: Page, user_id: int) -> Locator:
    return page.locator(f"#chat-{user_id}")


def log(page: Page, user_id: int) -> Locator:
    return chat(page, user_id).get_by_role("log")


def last(page: Page, user_id: int) -> Locator:
    return chat(page, user_id).locator(".message").last


def box(locator: Locator) -> Any:
    measured = locator.bounding_box()
    assert measured is not None
    return measured
