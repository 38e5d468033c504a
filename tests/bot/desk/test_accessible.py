"""axe finds nothing: on each page, light and dark, large and small, in each language, and in the open pane."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.texts import languages
from tests.bot.desk.accessibility import faults, looks
from tests.bot.desk.at_the_desk import AtTheDesk
from tests.bot.windows import Windows
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


@pytest.mark.parametrize("path", PAGES)
def test_on_every_page(desk: AtTheDesk, coordinator: Someone, browser: Windows, path: str) -> None:
    with desk.page(browser, coordinator, path) as page:
        assert {look: wrong for look in looks(page) if (wrong := faults(page))} == {}


def test_in_the_pane_at_each_step_of_a_form(desk: AtTheDesk, coordinator: Someone, browser: Windows) -> None:
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
    desk: AtTheDesk, coordinator: Someone, browser: Windows, language: str
) -> None:
    coordinator.says("/language")
    coordinator.presses({"en": "English", "fr": "Français", "de": "Deutsch"}[language])
    with desk.page(browser, coordinator, PAGES[0]) as page:
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert faults(page) == []
