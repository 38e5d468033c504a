"""In a browser: an answer that is lost, what stays open, and where the keyboard goes on."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from storage.models import Patient
from tests.bot.desk.at_the_desk import SMALL, AtTheDesk
from tests.bot.windows import Windows
from tests.support import Clinic

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
UNSURE = "it is not known whether this was done"


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def sorting(page: Page) -> Locator:
    return page.get_by_role("link", name="Last answer")


@pytest.mark.parametrize("lost", ["on its way", "with a fault"])
def test_of_a_lost_answer_nothing_is_claimed_and_pressed_again_it_is_done_once(
    desk: AtTheDesk, browser: Windows, lost: str
) -> None:
    coordinator = desk.clinic.coordinator()
    # The browser itself complains of what is lost, which would fail a window of ours.
    context = browser.browser.new_context(locale="en-GB")
    context.add_cookies([{"name": "desk", "value": desk.token(coordinator), "url": desk.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.goto(f"{desk.url}/desk/roster")

    def loses(route: Route) -> None:
        route.fetch()
        if lost == "on its way":
            route.abort()
        else:
            route.fulfill(status=500)

    page.route("**/desk/pane", loses)
    page.get_by_role("button", name="Invite a patient").click()
    expect(page.locator("#told")).to_contain_text(UNSURE)
    page.unroute("**/desk/pane")
    page.get_by_role("button", name="Invite a patient").click()
    pane = page.get_by_role("dialog")
    expect(pane).to_contain_text("That invitation was made already")
    expect(page.locator("#told")).to_be_hidden()
    assert len(desk.clinic.rows(Patient)) == 1
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Invite a patient").click()
    expect(pane).to_contain_text("is the new patient's code")
    assert len(desk.clinic.rows(Patient)) == 2
    page.route("**/desk/pane", loses)
    pane.get_by_role("link", name="Patient's card").hover()
    page.evaluate("document.getElementById('invite').click()")
    expect(pane.locator(".toast").first).to_contain_text(UNSURE)
    assert faults == []
    context.close()


def test_what_was_opened_stays_open_and_the_keyboard_goes_on_in_the_page(desk: AtTheDesk, browser: Windows) -> None:
    """Of ten courses one is confirmed: its button is gone, and nine are left to be pressed."""
    clinic = desk.clinic
    coordinator = clinic.coordinator()
    first, *_ = [clinic.planned(clinic.patient(), "2026-03-03", days=1) for _ in range(10)]
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    with desk.page(browser, coordinator, "/desk/calendar") as page:
        list_ = page.locator("#open-courses")
        expect(list_).not_to_have_attribute("open", "")
        list_.locator("summary").click()
        page.locator(f"#g-{first.id}").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Given as planned").press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("given as planned")
        page.keyboard.press("Escape")
        expect(page.locator("#open-courses button[id^=g-]")).to_have_count(9)
        expect(list_).to_have_attribute("open", "")
        expect(page.locator("#main")).to_be_focused()


def test_from_the_roster_one_comes_to_what_is_to_be_confirmed(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    coordinator = clinic.coordinator()
    for _ in range(10):
        clinic.planned(clinic.patient(), "2026-03-03", days=1)
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    with desk.page(browser, coordinator, "/desk/roster") as page:
        page.get_by_role("link", name=re.compile("not confirmed")).first.click()
        expect(page.locator("#open-courses")).to_have_attribute("open", "")


def test_turned_or_sorted_one_goes_on_where_one_was(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    clinic.patient()
    with desk.page(browser, clinic.coordinator(), "/desk/calendar?month=2026-03") as page:
        page.locator("#turn-on").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("April 2026")
        expect(page.locator("#turn-on")).to_be_focused()
        page.goto(f"{desk.url}/desk/roster?group=all")
        sorting(page).press("Enter")
        expect(page.locator("th[aria-sort]")).to_have_text("Last answer")
        expect(sorting(page)).to_be_focused()
        page.get_by_role("link", name="Calendar").click()
        page.get_by_role("link", name="Patients").click()
        expect(page.locator("body")).to_be_focused()


def test_on_a_small_screen_the_roster_is_sorted_by_a_finger(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    clinic.patient()
    with desk.page(browser, clinic.coordinator(), "/desk/roster?group=all", SMALL, has_touch=True) as page:
        sorting(page).tap()
        expect(page.locator("th[aria-sort]")).to_have_text("Last answer")
        assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
