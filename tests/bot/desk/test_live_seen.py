"""In a browser: what has changed appears, what is the same does not move, and a page that hears nothing says so."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.desk import live
from tests.bot.desk.at_the_desk import AtTheDesk
from tests.bot.windows import Windows
from tests.support import Clinic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
ROSTER = "/desk/roster?group=all"
CHANGED = "document.body.dispatchEvent(new CustomEvent('desk-changed'))"


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def test_what_is_the_same_does_not_move(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    with desk.page(browser, coordinator, ROSTER) as page:
        page.evaluate("document.getElementById('roster').isTheFirst = true")
        for _ in range(2):
            with page.expect_response(lambda answer: "/desk/roster" in answer.url):
                page.evaluate(CHANGED)
        assert page.evaluate("document.getElementById('roster').isTheFirst")
        anna.presses("7")
        expect(page.get_by_role("row").filter(has_text=anna.code)).to_contain_text("Mon 2 Mar 2026")
        assert not page.evaluate("document.getElementById('roster').isTheFirst")


def test_a_page_that_is_refused_the_news_says_so_and_looks_by_itself_until_it_hears_again(
    desk: AtTheDesk, browser: Windows, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    context = browser.browser.new_context(locale="en-GB")
    context.add_cookies([{"name": "desk", "value": desk.token(coordinator), "url": desk.url}])
    page = context.new_page()
    page.clock.install()
    row, told = page.get_by_role("row").filter(has_text=anna.code), page.locator("#told")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(live, "MOST_PAGES_OF_ONE", 0)
        page.goto(f"{desk.url}{ROSTER}")
        expect(told).to_have_text("Changes appear here with a delay of up to half a minute.")
        anna.presses("7")
        page.clock.fast_forward(31_000)
        expect(row).to_contain_text("Mon 2 Mar 2026")
    # Each half minute, of which the first may pass before the last refusal is there.
    while told.text_content():
        page.clock.fast_forward(31_000)
        page.wait_for_timeout(50)
    context.close()
