"""Where a chat stands on the demo's page when something comes or changes."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bot.local.page import Persona
from tests.bot.local.page.browsing import SMALL, Opener, chat, last, log
from tests.bot.local.page.stage import CLINICIAN, PATIENT, SCALE, Stage, keyboard, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

TALL = "\n".join(["The first line", *(f"line {number}" for number in range(2, 60)), "The last line"])
AGREE = keyboard("Agree", "Decline")


def ask(stage: Stage, text: str, markup: Any = SCALE, chat_id: int = PATIENT) -> int:
    asked = stage.bot("sendMessage", chat_id=chat_id, text=text, reply_markup=markup)
    return int(asked["message_id"])


def change(stage: Stage, message_id: int, text: str, markup: Any = SCALE) -> None:
    stage.bot("editMessageText", chat_id=PATIENT, message_id=message_id, text=text, reply_markup=markup)


def from_end(page: Page, user_id: int = PATIENT) -> float:
    measured = log(page, user_id).evaluate("(log) => log.scrollHeight - log.scrollTop - log.clientHeight")
    return float(measured)


def is_at_end(page: Page, user_id: int = PATIENT) -> None:
    wait_until(lambda: from_end(page, user_id) < 2)


def begins_in_sight(page: Page, user_id: int = PATIENT) -> None:
    """The last message's top is the window's, but for a margin."""
    wait_until(
        lambda: last(page, user_id).evaluate(
            """(message) => {
                const below = message.getBoundingClientRect().top
                    - message.closest('.log').getBoundingClientRect().top;
                return below >= 0 && below < 12;
            }"""
        )
    )


def test_a_message_taller_than_the_window_shows_its_beginning(stage: Stage, open_page: Opener) -> None:
    for size in (None, SMALL):
        page = open_page() if size is None else open_page(size)
        is_at_end(page)
        ask(stage, TALL)
        expect(last(page, PATIENT)).to_contain_text("The first line")
        begins_in_sight(page)
        expect(chat(page, PATIENT).get_by_role("button", name="To the latest message (unread: 0)")).to_be_visible()
        ask(stage, "Pain today?")
        expect(last(page, PATIENT)).to_contain_text("Pain today?")
        is_at_end(page)


def test_a_page_opens_at_the_beginning_of_a_tall_last_message(stage: Stage, open_page: Opener) -> None:
    ask(stage, TALL)
    begins_in_sight(open_page(SMALL))


def test_what_a_press_changes_is_shown_from_its_beginning(stage: Stage, open_page: Opener) -> None:
    asked = ask(stage, TALL, AGREE)
    page = open_page(SMALL)
    begins_in_sight(page)
    key = last(page, PATIENT).get_by_role("button", name="Decline")
    key.scroll_into_view_if_needed()
    is_at_end(page)
    key.click()
    wait_until(stage.world.unanswered_callbacks)
    change(stage, asked, f"That is fine.\n{TALL}", AGREE)
    expect(last(page, PATIENT)).to_contain_text("That is fine.")
    begins_in_sight(page)


def test_what_a_typed_line_changes_is_shown_from_its_beginning(stage: Stage, open_page: Opener) -> None:
    asked = ask(stage, "Pain today?")
    page = open_page(SMALL)
    field = chat(page, PATIENT).get_by_role("textbox")
    field.fill("30 Feb")
    field.press("Enter")
    expect(last(page, PATIENT)).to_contain_text("30 Feb")
    change(stage, asked, f"I cannot read that.\n{TALL}")
    message = chat(page, PATIENT).locator(f"[data-id='{asked}']")
    expect(message).to_contain_text("I cannot read that.")
    expect(message.get_by_text("I cannot read that.")).to_be_in_viewport()


def test_an_older_message_that_is_tidied_up_moves_nothing(stage: Stage, open_page: Opener) -> None:
    old = ask(stage, TALL)
    ask(stage, "Pain today?")
    page = open_page()
    is_at_end(page)
    change(stage, old, f"{TALL}\nover", None)
    expect(chat(page, PATIENT).locator(f"[data-id='{old}']")).to_contain_text("over")
    is_at_end(page)


def test_whoever_reads_further_up_is_left_there(stage: Stage, open_page: Opener) -> None:
    first = ask(stage, TALL)
    ask(stage, TALL)
    page = open_page()
    begins_in_sight(page)
    log(page, PATIENT).evaluate("(log) => { log.scrollTop = 200; }")
    badge = chat(page, PATIENT).get_by_role("button", name="To the latest message (unread: 1)")
    ask(stage, "Pain today?")
    expect(badge).to_be_visible()
    change(stage, first, f"{TALL}\nchanged", None)
    expect(chat(page, PATIENT).locator(f"[data-id='{first}']")).to_contain_text("changed")
    assert log(page, PATIENT).evaluate("(log) => log.scrollTop") == pytest.approx(200, abs=2)
    badge.click()
    is_at_end(page)


def test_a_chat_that_was_hidden_is_at_its_end_when_it_is_shown(stage: Stage, open_page: Opener) -> None:
    stage.director.add(Persona(30, "Someone new", "patient"))
    stage.world.say(30, "/start")
    page = open_page(SMALL)
    for number in range(40):
        stage.world.say(30, f"message {number}")
    expect(last(page, 30)).to_contain_text("message 39")
    for _ in range(2):
        page.get_by_role("tab", name="Someone new").click()
        is_at_end(page, 30)
        page.get_by_role("tab", name="The patient of the case").click()
        expect(chat(page, 30)).to_be_hidden()
        stage.world.say(30, "and another")
        expect(last(page, 30)).to_contain_text("and another")
    ask(stage, TALL, chat_id=30)
    expect(last(page, 30)).to_contain_text("The first line")
    page.get_by_role("tab", name="Someone new").click()
    begins_in_sight(page, 30)


def test_a_layout_that_moves_by_itself_is_no_reader_who_scrolls(stage: Stage, open_page: Opener) -> None:
    for number in range(40):
        stage.world.say(PATIENT, f"message {number}")
    page = open_page()
    expect(last(page, PATIENT)).to_contain_text("message 39")
    is_at_end(page)
    log(page, PATIENT).evaluate(
        """(log) => {
            log.querySelector('.messages').style.paddingBottom = '300px';
            log.dispatchEvent(new Event('scroll'));
        }"""
    )
    is_at_end(page)
    stage.world.say(PATIENT, "the newest")
    expect(last(page, PATIENT)).to_contain_text("the newest")
    is_at_end(page)


def test_a_week_that_flies_past_leaves_one_at_its_end(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    before = None
    for day in range(20):
        asked = ask(stage, f"Day {day}\nPain today?")
        if before is not None:
            change(stage, before, f"Day {day - 1}\nNoted\n\nthank you", None)
        stage.bot("sendMessage", chat_id=CLINICIAN, text=f"Day {day}")
        before = asked
    expect(last(page, PATIENT)).to_contain_text("Day 19")
    is_at_end(page)
    expect(last(page, CLINICIAN)).to_contain_text("Day 19")
    is_at_end(page, CLINICIAN)


def test_a_long_chat_opens_at_its_end_and_shows_earlier_messages_on_request(stage: Stage, open_page: Opener) -> None:
    for number in range(150):
        stage.world.say(PATIENT, f"message {number}")
    page = open_page()
    mine = chat(page, PATIENT)
    expect(mine.get_by_text("message 149", exact=True)).to_be_in_viewport()
    expect(mine.get_by_text("message 5", exact=True)).to_have_count(0)
    mine.get_by_role("button", name="Earlier messages").click()
    expect(mine.get_by_text("message 5", exact=True)).to_have_count(1)
    mine.get_by_role("log").press("Home")
    expect(mine.get_by_text("message 5", exact=True)).to_be_in_viewport()
    stage.bot("sendMessage", chat_id=PATIENT, text="the newest")
    expect(mine.get_by_text("message 5", exact=True)).to_be_in_viewport()
    mine.get_by_role("button", name="To the latest message (unread: 1)").click()
    expect(mine.get_by_text("the newest", exact=True)).to_be_in_viewport()
