"""axe finds nothing: on each page, light and dark, large and small, in each language, and in the open pane."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from bot.texts import languages
from tests.bot.desk.at_the_desk import SCREEN, SMALL, AtTheDesk
from tests.someone import Someone
from tests.support import Clinic

PAGES = ("/desk/roster?group=all", "/desk/calendar?month=2026-03", "/desk/calendar?week=2026-03-02", "/desk/team")
pytestmark = pytest.mark.browser


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


@pytest.fixture
def coordinator(desk: AtTheDesk) -> Someone:
    """Of a clinic in which there is something of everything."""
    clinic = desk.clinic
    anna, ben = clinic.patient(), clinic.patient()
    clinic.planned(anna, "2026-03-02")
    clinic.planned(anna, "2026-03-30")
    clinic.planned(ben, "2026-03-12", days=1)
    for number in (7, 3, 5):
        clinic.becomes(clinic.clock.now().replace(hour=18, minute=0))
        anna.says(f"{number} 2 2 4")
        clinic.passes(days=1)
    return clinic.coordinator()


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_every_page(desk: AtTheDesk, coordinator: Someone, browser: Browser, scheme: str) -> None:
    found = {}
    for path in PAGES:
        for size in (SCREEN, SMALL):
            with desk.page(browser, coordinator, path, size, color_scheme=scheme) as page:
                if wrong := faults(page):
                    found[path, size["width"]] = wrong
    assert found == {}


def test_in_the_pane_at_each_step_of_a_form(desk: AtTheDesk, coordinator: Someone, browser: Browser) -> None:
    with desk.page(browser, coordinator, PAGES[1]) as page:
        page.locator("button.course.planned").first.click()
        pane = page.get_by_role("dialog")
        expect(pane.get_by_role("button", name="Move")).to_be_visible()
        assert faults(page) == []
        pane.get_by_role("button", name="Move").click()
        expect(pane.get_by_label("Or type it")).to_be_visible()
        assert faults(page) == []
        pane.get_by_label("Or type it").fill("20 Mar")
        pane.get_by_role("button", name="Send").click()
        expect(pane.get_by_role("button", name="Yes, do it")).to_be_visible()
        assert faults(page) == []


@pytest.mark.parametrize("language", languages())
def test_a_page_says_in_which_language_it_is(
    desk: AtTheDesk, coordinator: Someone, browser: Browser, language: str
) -> None:
    coordinator.says("/language")
    coordinator.presses({"en": "English", "fr": "Français", "de": "Deutsch"}[language])
    with desk.page(browser, coordinator, PAGES[0]) as page:
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert faults(page) == []
