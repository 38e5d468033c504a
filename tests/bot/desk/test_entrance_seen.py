"""The entrance in a real browser: by a link and by Telegram, with nothing that axe or the browser complains of."""

from collections.abc import Iterator
from typing import Literal

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from bot.desk.guard import FRAMED_BY
from tests.bot.desk.accessibility import faults
from tests.bot.desk.at_the_desk import SMALL, AtTheDesk
from tests.bot.desk.test_entrance import signed, ticket_of
from tests.bot.windows import Windows
from tests.support import Clinic

pytestmark = pytest.mark.browser


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def is_fault(line: ConsoleMessage) -> bool:
    return "Content Security" in line.text


@pytest.fixture
def page(browser: Windows) -> Iterator[Page]:
    with browser.opened(SMALL, is_fault, locale="en-GB") as page:
        yield page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_link_is_opened_by_one_press_also_of_a_key(
    desk: AtTheDesk, page: Page, scheme: Literal["light", "dark"]
) -> None:
    nora = desk.clinic.coordinator()
    link = f"{desk.url}/desk/enter?ticket={ticket_of(desk.clinic, nora)}"
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{desk.url}/desk/")
    expect(page.locator("main")).to_contain_text("send /desk to the bot")
    assert faults(page) == []
    page.goto(link)
    assert faults(page) == []
    page.get_by_role("button", name="Sign in here").press("Enter")
    page.wait_for_url("**/desk/roster")
    page.goto(f"{desk.url}/desk/")
    page.wait_for_url("**/desk/roster")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("has been used already")
    assert faults(page) == []


def test_telegrams_words_leave_the_address_and_whoever_is_refused_reads_why(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    nora, anna = clinic.coordinator(), clinic.patient()
    for account, ends in ((nora.account, "/desk/roster"), (anna.account, "/desk/")):
        with browser.opened(SMALL, is_fault, locale="en-GB") as page:
            page.goto(
                f"{desk.url}/desk/#"
                + page.evaluate("(said) => `tgWebAppData=${encodeURIComponent(said)}`", signed(clinic, account))
            )
            if ends == "/desk/":
                expect(page.get_by_role("status")).to_contain_text("is for coordinators and clinicians")
            else:
                page.wait_for_url(f"**{ends}")
            assert page.url == f"{desk.url}{ends}"


FRAME = """<!doctype html><iframe allow="local-network-access" src="{desk}/desk/"></iframe>
<script>heard = []; addEventListener("message", ({{ data }}) => heard.push(JSON.parse(data).eventType));</script>"""


@pytest.mark.parametrize("client", FRAMED_BY.split())
def test_each_of_telegrams_clients_may_frame_it_hears_of_it_and_gives_it_colours(
    desk: AtTheDesk, page: Page, client: str
) -> None:
    page.context.grant_permissions(["local-network-access"], origin=client)
    page.route(f"{client}/**", lambda route: route.fulfill(body=FRAME.format(desk=desk.url), content_type="text/html"))
    page.goto(f"{client}/")
    framed = page.frame_locator("iframe")
    expect(framed.locator("main")).to_contain_text("send /desk to the bot")
    page.wait_for_function("heard.length === 2")
    assert page.evaluate("heard") == ["web_app_ready", "web_app_expand"]
    page.evaluate(
        """() => frames[0].postMessage(JSON.stringify({
            eventType: "theme_changed", eventData: { theme_params: { bg_color: "#101820" } } }), "*")"""
    )
    expect(framed.locator("html")).to_have_attribute("data-theme", "dark")
