"""A chat of the demo's page in a real browser, with the real local Telegram behind it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from bot.local.page import Persona
from tests.bot.local.page.browsing import SCREEN, SMALL, TABLET, TELEPHONE, Opener, box, chat, last
from tests.bot.local.page.stage import CLINICIAN, PATIENT, SCALE, Stage, keyboard, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def test_each_key_of_a_check_in_is_big_enough_for_a_stiff_finger(stage: Stage, open_page: Opener) -> None:
    stage.bot("sendMessage", chat_id=PATIENT, text="Pain today?", reply_markup=SCALE)
    for size in (SCREEN, TABLET, TELEPHONE):
        page = open_page(size)
        expect(last(page, PATIENT).locator(".key")).to_have_count(12)
        expect(last(page, PATIENT).locator(".key").first).to_be_visible()
        rows = [
            [box(key)["y"] for key in row.locator(".key").all()] for row in last(page, PATIENT).locator(".keys").all()
        ]
        assert [len(set(row)) for row in rows] == [1, 1, 1], "a row of the scale stays one row"
        for key in last(page, PATIENT).locator(".key").all():
            assert box(key)["width"] >= 44
            assert box(key)["height"] >= 44


def test_a_press_is_answered_by_an_edit_in_place_and_a_toast(stage: Stage, open_page: Opener) -> None:
    stage.bot("sendMessage", chat_id=PATIENT, text="Pain today?", reply_markup=SCALE)
    page = open_page()
    count = chat(page, PATIENT).locator(".message").count()
    last(page, PATIENT).get_by_role("button", name="7", exact=True).click()
    wait_until(stage.world.unanswered_callbacks)
    query = stage.world.unanswered_callbacks()[0]
    assert query.data == "7"
    stage.bot("answerCallbackQuery", callback_query_id=query.query_id, text="Noted: 7")
    stage.bot("editMessageText", chat_id=PATIENT, message_id=query.message_id, text="Tiredness?", reply_markup=SCALE)
    expect(chat(page, PATIENT).get_by_role("status")).to_have_text("Noted: 7")
    expect(last(page, PATIENT)).to_contain_text("Tiredness?")
    expect(last(page, PATIENT)).to_contain_text("edited")
    expect(chat(page, PATIENT).locator(".message")).to_have_count(count)


def test_the_keyboard_alone_can_answer_one_question_after_another(stage: Stage, open_page: Opener) -> None:
    asked = stage.bot("sendMessage", chat_id=PATIENT, text="Pain today?", reply_markup=SCALE)
    page = open_page()
    last(page, PATIENT).get_by_role("button", name="3", exact=True).focus()
    page.keyboard.press("Enter")
    wait_until(stage.world.unanswered_callbacks)
    stage.bot("editMessageText", chat_id=PATIENT, message_id=asked["message_id"], text="Weakness?", reply_markup=SCALE)
    expect(last(page, PATIENT)).to_contain_text("Weakness?")
    expect(last(page, PATIENT).get_by_role("button", name="3", exact=True)).to_be_focused()


def test_an_alert_comes_to_the_front_and_gives_the_focus_back(stage: Stage, open_page: Opener) -> None:
    stage.bot("sendMessage", chat_id=CLINICIAN, text="An alert", reply_markup=keyboard("Acknowledge"))
    page = open_page()
    key = last(page, CLINICIAN).get_by_role("button", name="Acknowledge")
    key.click()
    wait_until(stage.world.unanswered_callbacks)
    query = stage.world.unanswered_callbacks()[0]
    stage.bot("answerCallbackQuery", callback_query_id=query.query_id, text="Already seen", show_alert=True)
    expect(page.get_by_role("alertdialog", name="Already seen")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    expect(key).to_be_focused()


def test_enter_sends_and_shift_enter_begins_a_line(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    field = chat(page, PATIENT).get_by_role("textbox", name="Message")
    expect(chat(page, PATIENT).get_by_role("button", name="Send")).to_be_disabled()
    field.press_sequentially("a bad night")
    field.press("Shift+Enter")
    field.press_sequentially("<b>but a good day</b>")
    field.press("Enter")
    expect(field).to_have_value("")
    expect(last(page, PATIENT).locator(".words")).to_contain_text("a bad night\n<b>but a good day</b>")
    assert stage.world.last_message(PATIENT)["text"] == "a bad night\n<b>but a good day</b>"


def test_an_empty_chat_has_a_start_button(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    stage.director.add(Persona(30, "Someone new", "patient"))
    page.get_by_role("tab", name="Someone new").click()
    expect(chat(page, 30).get_by_role("textbox")).to_be_hidden()
    chat(page, 30).get_by_role("button", name="Start").click()
    expect(last(page, 30)).to_contain_text("/start")
    expect(chat(page, 30).get_by_role("textbox")).to_be_focused()


def test_the_menu_and_a_slash_offer_the_commands(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    expect(chat(page, PATIENT).get_by_role("button", name="Menu")).to_be_hidden()
    commands = [{"command": "today", "description": "Answer now"}, {"command": "chart", "description": "See"}]
    stage.bot("setMyCommands", commands=commands)
    chat(page, PATIENT).get_by_role("button", name="Menu").click()
    offered = chat(page, PATIENT).get_by_role("group", name="Commands").get_by_role("button")
    expect(offered).to_have_text(["/todayAnswer now", "/chartSee"])
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    field = chat(page, PATIENT).get_by_role("textbox")
    field.press_sequentially("/c")
    expect(offered).to_have_text(["/chartSee"])
    field.press("ArrowDown")
    expect(offered).to_be_focused()
    page.keyboard.press("Enter")
    expect(last(page, PATIENT)).to_contain_text("/chart")
    expect(field).to_be_focused()
    assert stage.world.last_message(PATIENT)["text"] == "/chart"


def test_marked_up_text_becomes_elements_and_never_markup(stage: Stage, open_page: Opener) -> None:
    words = (
        "😀 <b>bold <i>both</i></b> <code>x&lt;y</code> <a href='https://example.org/a'>there</a> /help "
        "<blockquote>said</blockquote>\n<tg-spoiler>secret</tg-spoiler> &lt;img src=x onerror=alert(1)&gt;"
    )
    stage.bot("sendMessage", chat_id=CLINICIAN, text=words, parse_mode="HTML")
    page = open_page()
    body = last(page, CLINICIAN).locator(".words")
    expect(body.locator("strong")).to_have_text("bold both")
    expect(body.locator("strong em")).to_have_text("both")
    expect(body.locator("code")).to_have_text("x<y")
    expect(body.locator("blockquote")).to_have_text("said")
    link = body.get_by_role("link", name="there")
    expect(link).to_have_attribute("href", "https://example.org/a")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(body.locator("img")).to_have_count(0)
    expect(body).to_contain_text("<img src=x onerror=alert(1)>")
    body.get_by_role("button", name="Hidden text").click()
    expect(body.get_by_text("secret")).to_have_class(re.compile("revealed"))
    body.get_by_role("button", name="/help").click()
    expect(last(page, CLINICIAN).locator(".words")).to_have_text(re.compile("^/help"))
    assert stage.world.last_message(CLINICIAN)["text"] == "/help"


def test_a_telephone_number_is_a_link_and_stays_in_one_line(stage: Stage, open_page: Opener) -> None:
    number = "+44 20 7946 0123"
    for words in range(1, 12):
        stage.bot("sendMessage", chat_id=PATIENT, text=f"{'call ' * words}<b>{number}</b>.", parse_mode="HTML")
    stage.bot("sendMessage", chat_id=PATIENT, text=f"<code>{number}</code>", parse_mode="HTML")
    page = open_page(SMALL)
    links = chat(page, PATIENT).get_by_role("link", name=number)
    expect(links).to_have_count(11)
    expect(links.first).to_have_attribute("href", "tel:+442079460123")
    assert links.evaluate_all("(all) => all.map((link) => link.getClientRects().length)") == [1] * 11


def test_an_address_that_is_no_web_address_stays_text(open_page: Opener) -> None:
    page = open_page()
    made = page.evaluate(
        """async () => {
            const { renderText } = await import('/static/entities.js');
            const holder = document.createElement('div');
            const entities = [{ type: 'text_link', offset: 0, length: 5, url: 'javascript:alert(1)' }];
            holder.append(renderText('press here', entities, { bot: 'b' }));
            return [holder.querySelectorAll('a, button').length, holder.textContent];
        }"""
    )
    assert made == [0, "press here"]


def test_a_document_is_there_to_be_saved(stage: Stage, open_page: Opener) -> None:
    file = {"document": ("infusions.ics", b"BEGIN:VCALENDAR", "text/calendar")}
    stage.bot("sendDocument", chat_id=PATIENT, files=file)
    page = open_page()
    with page.expect_download() as saved:
        last(page, PATIENT).get_by_role("link", name="infusions.ics").click()
    assert saved.value.suggested_filename == "infusions.ics"


def test_a_pdf_opens_beside_the_demo(stage: Stage, open_page: Opener) -> None:
    file = {"document": ("summary.pdf", b"%PDF-1.4", "application/pdf")}
    stage.bot("sendDocument", chat_id=CLINICIAN, files=file)
    page = open_page()
    link = last(page, CLINICIAN).get_by_role("link", name="summary.pdf")
    expect(link).to_have_attribute("target", "_blank")
    answer = page.request.get(stage.url + str(link.get_attribute("href")))
    assert answer.headers["content-disposition"].startswith("inline;")


def test_a_reply_keyboard_sends_what_its_keys_say(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    stage.bot("sendMessage", chat_id=PATIENT, text="Where?", reply_markup={"keyboard": [[{"text": "Home"}]]})
    chat(page, PATIENT).get_by_role("button", name="Home").click()
    expect(last(page, PATIENT)).to_contain_text("Home")
    stage.bot("sendMessage", chat_id=PATIENT, text="Thank you", reply_markup={"remove_keyboard": True})
    expect(chat(page, PATIENT).get_by_role("button", name="Home")).to_have_count(0)


def test_the_bot_is_seen_to_type_until_it_has_written(stage: Stage, open_page: Opener) -> None:
    page = open_page()
    header = page.locator("#column-clinician .who")
    stage.bot("sendChatAction", chat_id=CLINICIAN, action="typing")
    expect(header).to_contain_text("typing")
    stage.bot("sendMessage", chat_id=CLINICIAN, text="The chart")
    expect(header).to_contain_text("Dr Adler")
