"""A picture on the demo's page: as wide as the window, then at its full size, by finger and by key."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.bot.local.page.browsing import SCREEN, SMALL, TELEPHONE, Opener, box, last
from tests.bot.local.page.stage import CLINICIAN, Stage, wait_until
from tests.bot.local.support import picture

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def send(stage: Stage, width: int, height: int, caption: str = "") -> None:
    drawn = {"photo": ("c.png", picture(width, height), "image/png")}
    stage.bot("sendPhoto", chat_id=CLINICIAN, caption=caption, files=drawn)


def opened(page: Page, width: int) -> Locator:
    """The picture in its dialog, once it is there."""
    if page.get_by_role("tab", name="Clinician").is_visible():
        page.get_by_role("tab", name="Clinician").click()
    last(page, CLINICIAN).get_by_role("button", name="Picture: open it large").click()
    image = page.get_by_role("dialog", name="Picture").locator("img")
    wait_until(lambda: image.evaluate("(image) => image.naturalWidth") == width)
    return image


def position(page: Page) -> Any:
    return page.locator("#picture figure").evaluate("(figure) => [figure.scrollLeft, figure.scrollTop]")


def test_a_picture_opens_large_and_escape_brings_one_back(stage: Stage, open_page: Opener) -> None:
    send(stage, 900, 600, "Pain by days to the course")
    page = open_page()
    small = last(page, CLINICIAN).locator(".picture")
    small.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Picture")
    expect(dialog).to_contain_text("Pain by days to the course")
    wait_until(lambda: dialog.locator("img").evaluate("(image) => image.naturalWidth") == 900)
    assert box(dialog.locator("img"))["width"] > 2 * box(small)["width"]
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(small).to_be_focused()


def test_a_caption_is_read_once_and_is_no_name(stage: Stage, open_page: Opener) -> None:
    send(stage, 900, 600, "Pain by days to the course")
    page = open_page()
    shown = last(page, CLINICIAN).get_by_role("button")
    expect(shown).to_have_accessible_name("Picture: open it large")
    expect(last(page, CLINICIAN).get_by_text("Pain by days to the course")).to_have_count(1)


@pytest.mark.parametrize("size", [TELEPHONE, SMALL], ids=["390", "360"])
def test_on_a_telephone_it_is_as_wide_as_the_window(stage: Stage, open_page: Opener, size: Any) -> None:
    send(stage, 1080, 2540)
    page = open_page(size)
    assert box(opened(page, 1080))["width"] == size["width"]


def test_a_tap_shows_it_at_full_size_and_keeps_the_place_under_the_finger(stage: Stage, open_page: Opener) -> None:
    send(stage, 1080, 2540)
    page = open_page(TELEPHONE)
    image = opened(page, 1080)
    fitting = box(image)
    x, y = 300, 500
    across, down = (x - fitting["x"]) / fitting["width"], (y - fitting["y"]) / fitting["height"]
    zoom = page.get_by_role("button", name="At its full size")
    expect(zoom).to_have_attribute("aria-pressed", "false")
    page.mouse.click(x, y)
    expect(zoom).to_have_attribute("aria-pressed", "true")
    full = box(image)
    assert (full["width"], full["height"]) == (1080, 2540)
    assert full["x"] + across * 1080 == pytest.approx(x, abs=2)
    assert full["y"] + down * 2540 == pytest.approx(y, abs=2)
    page.mouse.click(x, y)
    expect(zoom).to_have_attribute("aria-pressed", "false")
    assert box(image)["width"] == fitting["width"]


def test_the_keyboard_toggles_and_moves_it(stage: Stage, open_page: Opener) -> None:
    send(stage, 2000, 1800)
    page = open_page(SCREEN)
    image = opened(page, 2000)
    zoom = page.get_by_role("button", name="At its full size")
    page.keyboard.press("Tab")
    expect(zoom).to_be_focused()
    page.keyboard.press("Enter")
    expect(zoom).to_have_attribute("aria-pressed", "true")
    assert box(image)["width"] == 2000
    left, top = position(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    wait_until(lambda: position(page)[0] > left and position(page)[1] > top)
    page.keyboard.press("Space")
    expect(zoom).to_have_attribute("aria-pressed", "false")


def test_a_picture_that_fits_has_no_fuller_size(stage: Stage, open_page: Opener) -> None:
    send(stage, 300, 200)
    page = open_page(SCREEN)
    opened(page, 300)
    expect(page.get_by_role("button", name="At its full size")).to_be_disabled()


def test_two_fingers_enlarge_the_page_as_anywhere(stage: Stage, open_page: Opener) -> None:
    send(stage, 1080, 2540)
    page = open_page(TELEPHONE)
    opened(page, 1080)
    tools = page.context.new_cdp_session(page)
    tools.send("Input.synthesizePinchGesture", {"x": 190, "y": 400, "scaleFactor": 2.0})
    wait_until(lambda: page.evaluate("visualViewport.scale") > 1.5)
