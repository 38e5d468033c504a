"""The demo's page by the Tab key alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.bot.local.page.browsing import Opener, chat, last
from tests.bot.local.page.stage import PATIENT, SCALE, Stage, keyboard

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def history(stage: Stage) -> None:
    """Thirty old messages with links and keys, then today's question and a line without any."""
    for number in range(30):
        markup = keyboard(f"old{number}") if number % 2 else None
        stage.bot(
            "sendMessage", chat_id=PATIENT, text=f"/help {number}", **({"reply_markup": markup} if markup else {})
        )
    stage.bot("sendMessage", chat_id=PATIENT, text="Pain today?", reply_markup=SCALE)
    stage.bot("sendMessage", chat_id=PATIENT, text="An infusion is near.")


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent"))


def test_todays_first_key_is_a_few_tabs_away(stage: Stage, open_page: Opener) -> None:
    history(stage)
    page = open_page()
    expect(last(page, PATIENT)).to_contain_text("An infusion is near.")
    first = chat(page, PATIENT).get_by_role("button", name="0", exact=True)
    for _ in range(8):
        page.keyboard.press("Tab")
        if first.evaluate("(key) => key === document.activeElement"):
            break
    expect(first).to_be_focused()
    for _ in range(12):
        page.keyboard.press("Tab")
    expect(chat(page, PATIENT).get_by_role("textbox")).to_be_focused()


def test_older_links_and_keys_are_reached_backwards_one_message_after_the_other(
    stage: Stage, open_page: Opener
) -> None:
    history(stage)
    page = open_page()
    chat(page, PATIENT).get_by_role("button", name="0", exact=True).focus()
    passed = []
    for _ in range(6):
        page.keyboard.press("Shift+Tab")
        passed.append(focused(page))
    assert passed == ["old29", "/help", "/help", "old27", "/help", "/help"]
    page.keyboard.press("Tab")
    assert focused(page) == "/help"
    chat(page, PATIENT).get_by_role("textbox").focus()
    page.keyboard.press("Shift+Tab")
    assert focused(page) == "Skip", "and when the focus has left, it is today's keys again"
