"""What stands around the chats: columns, tabs, the clock, the guide, the line to the server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import ViewportSize, expect

from bot.local.page import Persona
from tests.bot.local.page.browsing import LYING, SCREEN, SMALL, TABLET, TELEPHONE, Opener, box, chat, last, log
from tests.bot.local.page.stage import BOT, CLINICIAN, COORDINATOR, GUIDE, PATIENT, SCALE, Stage, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_three_chats_stand_side_by_side_and_nothing_is_clipped(stage: Stage, open_page: Opener) -> None:
    stage.bot("sendMessage", chat_id=PATIENT, text="Pain today?", reply_markup=SCALE)
    page = open_page()
    regions = [
        page.get_by_role("region", name=name)
        for name in (
            "Patient: The patient of the case",
            "Clinician: Dr Adler",
            "Coordinator: Sister Brandt",
        )
    ]
    boxes = [box(region) for region in regions]
    assert [one["x"] for one in boxes] == sorted(one["x"] for one in boxes)
    assert len({one["y"] for one in boxes}) == 1
    wider = "[document.documentElement, ...document.querySelectorAll('.top, .guide, .column, .log, .composer')]"
    clipped = page.evaluate(f"{wider}.filter((e) => e.scrollWidth > e.clientWidth).map((e) => e.className)")
    assert clipped == []
    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")


def test_an_invitation_link_opens_a_new_chat_as_the_one_invited(stage: Stage, open_page: Opener) -> None:
    stage.bot("sendMessage", chat_id=COORDINATOR, text=f"For one patient: https://t.me/{BOT}?start=Ab12Cd34")
    page = open_page()
    last(page, COORDINATOR).get_by_role("button", name=re.compile("start=Ab12Cd34")).click()
    tab = page.get_by_role("tab", name="Invited 23")
    expect(tab).to_have_attribute("aria-selected", "true")
    expect(last(page, 23)).to_contain_text("/start Ab12Cd34")
    expect(chat(page, 23).get_by_role("textbox")).to_be_focused()
    expect(chat(page, PATIENT)).to_be_hidden()
    tab.focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab", name="The patient of the case")).to_be_focused()
    expect(chat(page, PATIENT)).to_be_visible()
    stage.bot("sendMessage", chat_id=23, text="Welcome")
    expect(page.get_by_role("tab", name="Invited 23")).to_contain_text("unread: 1")


def test_the_clock_is_seen_to_run_and_cannot_be_started_twice(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    bar = page.get_by_role("region", name="The demo's clock")
    expect(bar).to_contain_text("Thu 12 Aug 1999, 17:55")
    expect(bar).to_contain_text("Next: daily check-in at 18:00")
    week = bar.get_by_role("button", name="+1 week")
    week.click()
    for name in ("Next event", "+1 day", "+1 week"):
        expect(bar.get_by_role("button", name=name)).to_be_disabled()
    expect(week).to_have_attribute("aria-busy", "true")
    wait_until(lambda: stage.director.clock().running)
    stage.director.pass_a_day()
    expect(bar).to_contain_text("Fri 13 Aug 1999, 17:55")
    expect(week).to_be_disabled()
    for _ in range(6):
        stage.director.pass_a_day()
    expect(bar).to_contain_text("Thu 19 Aug 1999, 17:55")
    expect(week).to_be_enabled()
    expect(week).to_be_focused()
    expect(bar.get_by_role("status")).to_have_text("It is now Thu 19 Aug 1999, 17:55")


@pytest.mark.parametrize("size", [SCREEN, TABLET, TELEPHONE, SMALL, LYING], ids=["1280", "1024", "390", "360", "844"])
def test_nothing_moves_in_the_bar_while_time_passes(stage: Stage, open_page: Opener, size: ViewportSize) -> None:
    page = open_page(size)
    bar = page.get_by_role("region", name="The demo's clock")

    def places() -> Any:
        return page.evaluate(
            """[...document.querySelectorAll('.top, .step, .switch, .columns')].map((each) => {
                const { x, y, width, height } = each.getBoundingClientRect();
                return [each.className, x, y, width, height];
            })"""
        )

    before = places()
    bar.get_by_role("button", name="+1 week").click()
    expect(bar.get_by_role("button", name="+1 week")).to_have_attribute("aria-busy", "true")
    assert places() == before
    for number, following in enumerate(
        ("x", "weekly summary of the Neuromuscular clinic, Mon 16 Aug 1999, 09:00", None)
    ):
        wait_until(lambda: stage.director.clock().running)
        stage.director.set(next_event=following)
        expect(bar).to_contain_text(f"Next: {following}" if following else "Nothing is planned")
        assert places() == before
        stage.director.pass_a_day()
        expect(bar).to_contain_text(f"{13 + number} Aug 1999")
    for _ in range(4):
        stage.director.pass_a_day()
    expect(bar).to_contain_text("19 Aug 1999")
    expect(bar.get_by_role("button", name="+1 day")).to_be_enabled()
    assert places() == before


def test_with_nothing_planned_there_is_no_next_event(stage: Stage, open_page: Opener) -> None:
    stage.director.set(next_event=None)
    page = open_page()
    expect(page.locator(".clock")).to_contain_text("Nothing is planned")
    expect(page.get_by_role("button", name="Next event")).to_be_disabled()
    expect(page.get_by_role("button", name="+1 day")).to_be_enabled()


def test_the_switch_lets_the_patient_answer_by_himself(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    switch = page.get_by_role("switch", name="Answer for me")
    expect(switch).not_to_be_checked()
    switch.focus()
    page.keyboard.press("Space")
    expect(switch).to_be_checked()
    wait_until(lambda: stage.director.clock().answering)


def test_a_lost_connection_is_said_and_made_good(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    banner = page.get_by_role("alert")
    stage.stop()
    expect(banner).to_have_text("The connection is lost")
    field = chat(page, PATIENT).get_by_role("textbox")
    field.fill("not yet")
    field.press("Enter")
    expect(field).to_have_value("not yet")
    stage.world.say(CLINICIAN, "said while the line was down")
    stage.start()
    expect(banner).to_be_hidden()
    expect(last(page, CLINICIAN)).to_contain_text("said while the line was down")
    field.press("Enter")
    expect(last(page, PATIENT)).to_contain_text("not yet")


def test_on_a_telephone_one_chat_shows_and_the_others_count_what_is_unread(stage: Stage, open_page: Opener) -> None:
    page = open_page(TELEPHONE)
    expect(chat(page, PATIENT)).to_be_visible()
    expect(chat(page, CLINICIAN)).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    stage.bot("sendMessage", chat_id=CLINICIAN, text="The weekly summary")
    tab = page.get_by_role("tab", name="Clinician unread: 1")
    tab.click()
    expect(last(page, CLINICIAN)).to_contain_text("The weekly summary")
    expect(chat(page, PATIENT)).to_be_hidden()
    expect(page.get_by_role("tab", name="Clinician", exact=True)).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(chat(page, COORDINATOR)).to_be_visible()


def test_on_a_telephone_that_lies_on_its_side_more_than_half_is_chat(open_page: Opener) -> None:
    page = open_page(LYING)
    assert box(log(page, PATIENT))["height"] > LYING["height"] / 2
    for control in page.locator(":is(.step, .bar .tab, .composer textarea):visible").all():
        assert box(control)["height"] >= 40
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", [SCREEN, SMALL], ids=["1280", "360"])
def test_the_tab_that_is_chosen_is_in_sight_whole(stage: Stage, open_page: Opener, size: ViewportSize) -> None:
    page = open_page(size)
    for user_id in (31, 32, 33, 34):
        stage.director.add(Persona(user_id, f"New person {user_id}", "patient"))
    tabs = page.get_by_role("tablist", name="Patient: whose chat")
    expect(tabs.get_by_role("tab")).to_have_count(5)
    for name in ("New person 34", "The patient of the case", "New person 32"):
        tab = tabs.get_by_role("tab", name=name)
        tab.click()
        expect(tab).to_have_attribute("aria-selected", "true")
        expect(tab).to_be_in_viewport(ratio=1)
    stage.director.rename(32, "P-3MWE, New person 32 of many")
    tab = tabs.get_by_role("tab", name="P-3MWE, New person 32 of many")
    expect(tab).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("tabpanel", name="Patient: P-3MWE, New person 32 of many")).to_be_visible()
    expect(log(page, 32)).to_have_accessible_name("Messages: P-3MWE, New person 32 of many")


def test_tabs_choose_between_panels_and_where_there_are_none_the_chats_are_regions(
    stage: Stage, open_page: Opener
) -> None:
    page = open_page(SCREEN)
    expect(page.get_by_role("tabpanel")).to_have_count(0)
    expect(page.get_by_role("region", name="Patient: The patient of the case")).to_be_visible()
    stage.director.add(Persona(31, "Someone new", "patient"))
    expect(page.get_by_role("tabpanel", name="Patient: The patient of the case")).to_be_visible()
    expect(page.get_by_role("tabpanel")).to_have_count(1)
    page.set_viewport_size(TELEPHONE)
    expect(page.get_by_role("tabpanel", name="Patient", exact=True)).to_be_visible()
    controlled = page.evaluate(
        """[...document.querySelectorAll('[role=tab]')].filter((tab) => tab.offsetParent)
            .map((tab) => document.getElementById(tab.getAttribute('aria-controls')).getAttribute('role'))"""
    )
    assert controlled == ["tabpanel"] * 5


def test_the_guide_opens_for_newcomers_and_stays_as_one_left_it(open_page: Opener) -> None:
    page = open_page()
    expect(page.locator("#steps li")).to_have_text(GUIDE)
    expect(page.locator("#steps")).to_be_visible()
    page.locator("#guide summary").click()
    expect(page.locator("#steps")).to_be_hidden()
    page.reload()
    expect(chat(page, PATIENT)).to_be_visible()
    expect(page.locator("#steps")).to_be_hidden()


def test_a_screen_reader_finds_landmarks_logs_and_names(open_page: Opener) -> None:
    page = open_page()
    expect(page.get_by_role("banner")).to_have_count(1)
    expect(page.get_by_role("main")).to_have_count(1)
    for name in ("The patient of the case", "Dr Adler", "Sister Brandt"):
        log = page.get_by_role("log", name=f"Messages: {name}")
        expect(log).to_have_attribute("aria-live", "polite")
    nameless = page.evaluate(
        """() => [...document.querySelectorAll('button, a, input, textarea')]
            .filter((each) => each.offsetParent && !each.ariaLabel && !each.textContent.trim() && !each.labels?.length)
            .map((each) => each.outerHTML)"""
    )
    assert nameless == []
