"""The calendar: what stands where, and courses that are moved by mouse, by finger and by keyboard."""

import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page, Route, expect

from bot.desk import calendar_page
from storage.models import CourseStatus, Role
from tests.bot.desk.at_the_desk import SMALL, AtTheDesk, presses, words
from tests.bot.windows import Windows
from tests.journeys.test_chairs import with_chairs
from tests.journeys.test_leaving import stopped
from tests.support import Clinic

MARCH = "/desk/calendar?month=2026-03"


@pytest.fixture
def desk(clinic: Clinic) -> Iterator[AtTheDesk]:
    with AtTheDesk(clinic) as desk:
        yield desk


def lines_of(desk: AtTheDesk, path: str) -> str:
    with desk.client(desk.clinic.coordinator()) as client:
        return words(client.get(path).text)


def test_a_course_stands_on_each_of_its_days(desk: AtTheDesk) -> None:
    anna = desk.clinic.patient()
    desk.clinic.planned(anna, "2026-03-31", days=3)
    with desk.client(desk.clinic.coordinator()) as client:
        march, april = client.get(MARCH).text, client.get("/desk/calendar?month=2026-04").text
        week = client.get("/desk/calendar?week=2026-03-30").text
    assert march.count('data-who="') == 3  # the month is shown in whole weeks
    assert april.count('data-who="') == 3
    assert week.count('data-who="') == 3
    assert "0.4 g/kg a day" in words(week)


@pytest.mark.parametrize(
    ("language", "said"), [("en", "diary stopped"), ("fr", "journal arrêté"), ("de", "Tagebuch beendet")]
)
def test_a_course_of_who_has_stopped_is_marked_in_words_too_and_takes_a_chair(
    desk: AtTheDesk, language: str, said: str
) -> None:
    clinic = desk.clinic
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.someone(language)
    coordinator.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    with_chairs(clinic, 1)
    course, _ = clinic.planned(anna, "2026-03-12", days=1), clinic.planned(ben, "2026-03-12", days=1)
    with desk.client(coordinator) as client:
        assert said not in client.get(MARCH).text, "what is on no course is not explained"
        stopped(anna)
        page = client.get(MARCH).text
    chip = page.split(f'id="c-{course.id}-0"')[1].split("</button>")[0]
    assert f'class="course planned stopped" id="c-{course.id}-0"' in page
    assert words(chip).endswith(f", {said}")
    assert page.count(said) == 2, "on the course, and in the key below"
    assert '<span class="numbers" aria-hidden="true">2/1</span>' in page


def test_an_address_that_names_no_day_shows_this_month(desk: AtTheDesk) -> None:
    for wrong in ("?month=2026-13", "?week=2026-02-30", "?month=0001-01", "?week=x", "?month=", ""):
        assert "March 2026" in lines_of(desk, f"/desk/calendar{wrong}")


@given(st.dates(date(1900, 2, 1), date(2199, 11, 30)))
def test_turning_there_and_back_comes_to_the_same_days(day: date) -> None:
    for span in (calendar_page.month_of(day), calendar_page.week_of(day)):
        assert span.first <= day <= span.last
        assert span.first.weekday() == 0
        assert span.last.weekday() == 6
        after = calendar_page.span_in(dict([span.turned(1).partition("?")[2].split("=")]), day)
        assert after.first in {span.last + timedelta(days=1), span.last - timedelta(days=6)}
        assert calendar_page.span_in(dict([after.turned(-1).partition("?")[2].split("=")]), day) == span


@pytest.mark.browser
def test_a_course_is_moved_by_the_mouse_with_its_followers(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    first = clinic.planned(anna, "2026-03-12", days=1)
    clinic.planned(anna, "2026-04-09", days=1)
    with desk.page(browser, coordinator, MARCH) as page:
        page.locator(f"#c-{first.id}-0").hover()
        page.mouse.down()
        page.locator('td[data-day="2026-03-16"]').hover()
        expect(page.locator("td.target")).to_have_attribute("data-day", "2026-03-16")
        page.mouse.up()
        pane = page.get_by_role("dialog")
        pane.get_by_role("button", name="This and").click()
        pane.get_by_role("button", name="Yes, do it").click()
        expect(pane).to_contain_text("Done")
        page.keyboard.press("Escape")
        expect(page.locator(f'td[data-day="2026-03-16"] #c-{first.id}-0')).to_be_visible()
    assert anna.starts == ["2026-03-16", "2026-04-13"]


@pytest.mark.browser
def test_the_second_day_of_a_course_is_drawn_as_the_second(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=2)
    with desk.page(browser, coordinator, MARCH) as page:
        page.locator(f"#c-{course.id}-1").drag_to(page.locator('td[data-day="2026-03-18"]'))
        page.get_by_role("dialog").get_by_role("button", name="Yes, do it").click()
        expect(page.get_by_role("dialog")).to_contain_text("Done")
    assert anna.starts == ["2026-03-17"]


@pytest.mark.browser
def test_a_course_is_moved_by_the_keyboard_alone(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=1)
    with desk.page(browser, coordinator, MARCH) as page:
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        expect(page.locator("#told")).to_contain_text("is lifted from")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowLeft")
        expect(page.locator("#told")).to_contain_text("18 Mar 2026")
        page.keyboard.press("Enter")
        confirm = page.get_by_role("dialog").get_by_role("button", name="Yes, do it")
        confirm.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Done")
        page.keyboard.press("Escape")
        expect(page.locator(f"#c-{course.id}-0")).to_be_focused()
    assert anna.starts == ["2026-03-18"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("path", "there"), [(MARCH, "month=2026-04"), ("/desk/calendar?week=2026-03-12", "week=2026-04-09")]
)
def test_by_the_keyboard_a_course_goes_beyond_what_is_shown(
    desk: AtTheDesk, browser: Windows, path: str, there: str
) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=1)
    with desk.page(browser, coordinator, path) as page:
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        page.keyboard.press("PageDown")
        expect(page.locator("td.target")).to_have_attribute("data-day", "2026-04-09")
        expect(page.locator("td.target")).to_be_focused()
        assert page.url.endswith(there), "as if one had turned to it"
        page.keyboard.press("ArrowRight")
        expect(page.locator("#told")).to_contain_text("Fri 10 Apr 2026")
        page.keyboard.press("Enter")
        page.get_by_role("dialog").get_by_role("button", name="Yes, do it").press("Enter")
        expect(page.get_by_role("dialog")).to_contain_text("Done")
        page.keyboard.press("Escape")
        expect(page.locator(f"#c-{course.id}-0")).to_be_focused()
    assert anna.starts == ["2026-04-10"]


@pytest.mark.browser
def test_put_back_from_another_month_one_is_where_it_was(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    course = clinic.planned(clinic.patient(), "2026-03-12", days=2)
    with desk.page(browser, clinic.coordinator(), MARCH) as page:
        page.locator(f"#c-{course.id}-1").focus()
        page.keyboard.press("Space")
        for _ in range(3):
            page.keyboard.press("PageDown")
        expect(page.locator("td.target")).to_have_attribute("data-day", "2026-06-05")
        page.keyboard.press("Escape")
        expect(page.locator(f"#c-{course.id}-1")).to_be_focused()
        expect(page.locator("#told")).to_contain_text("stays where it was")
        expect(page.get_by_role("heading", level=1)).to_have_text("March 2026")


@pytest.mark.browser
def test_held_on_the_button_of_the_next_month_it_comes(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna = clinic.patient()
    course = clinic.planned(anna, "2026-03-12", days=1)
    with desk.page(browser, clinic.coordinator(), MARCH) as page:
        page.locator(f"#c-{course.id}-0").hover()
        page.mouse.down()
        page.locator("#turn-on").hover()
        expect(page.get_by_role("heading", level=1)).to_have_text("April 2026")
        page.mouse.up()
        expect(page.locator("#told")).to_contain_text("stays where it was")
        expect(page.get_by_role("heading", level=1)).to_have_text("March 2026")
        page.locator(f"#c-{course.id}-0").hover()
        page.mouse.down()
        page.locator("#turn-on").hover()
        expect(page.get_by_role("heading", level=1)).to_have_text("April 2026")
        page.locator('td[data-day="2026-04-14"]').hover()
        page.mouse.up()
        page.get_by_role("dialog").get_by_role("button", name="Yes, do it").click()
        expect(page.get_by_role("dialog")).to_contain_text("Done")
    assert anna.starts == ["2026-04-14"]


def held_back(page: Page, address: str) -> list[Route]:
    """What is asked for at this address, which gets no answer until the test lets it go on."""
    waiting: list[Route] = []

    def waits(route: Route) -> None:
        waiting.append(route)

    page.route(address, waits)
    return waiting


@pytest.mark.browser
def test_put_back_while_the_next_month_is_on_its_way_one_is_where_it_was(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    course = clinic.planned(clinic.patient(), "2026-03-12", days=1)
    with desk.page(browser, clinic.coordinator(), MARCH) as page:
        on_its_way = held_back(page, "**/desk/calendar?month=2026-04")
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        with page.expect_request("**/desk/calendar?month=2026-04"):
            page.keyboard.press("PageDown")
        page.keyboard.press("Escape")
        on_its_way[0].continue_()
        expect(page.locator(f"#c-{course.id}-0")).to_be_focused()
        expect(page.get_by_role("heading", level=1)).to_have_text("March 2026")
        assert page.url.endswith("month=2026-03")


@pytest.mark.browser
def test_a_pointer_that_wanders_while_the_next_month_is_on_its_way_does_not_turn_back(
    desk: AtTheDesk, browser: Windows
) -> None:
    clinic = desk.clinic
    course = clinic.planned(clinic.patient(), "2026-03-12", days=1)
    with desk.page(browser, clinic.coordinator(), MARCH) as page:
        on_its_way = held_back(page, "**/desk/calendar?month=2026-04")
        page.locator(f"#c-{course.id}-0").hover()
        page.mouse.down()
        with page.expect_request("**/desk/calendar?month=2026-04"):
            page.locator("#turn-on").hover()
        page.locator('td[data-day="2026-03-17"]').hover()
        on_its_way[0].continue_()
        expect(page.get_by_role("heading", level=1)).to_have_text("April 2026")
        page.mouse.up()


HEARS_WHAT_IS_TOLD = """() => {
    window.heard = [];
    const told = document.getElementById("told");
    new MutationObserver(() => heard.push(told.textContent)).observe(told, { childList: true });
}"""


@pytest.mark.browser
def test_without_a_connection_nothing_is_lost_and_the_course_is_there_again(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    course = clinic.planned(clinic.patient(), "2026-03-12", days=1)
    with desk.page(browser, clinic.coordinator(), MARCH) as page:
        page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('no network')); }")
        # What was asked for before may still be answered, and then there is a connection again.
        page.evaluate(HEARS_WHAT_IS_TOLD)
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        page.keyboard.press("PageDown")
        page.wait_for_function("heard.some((words) => words.includes('No connection'))")
        page.keyboard.press("Escape")
        page.evaluate("document.body.dispatchEvent(new CustomEvent('desk-changed'))")
        expect(page.locator(f"#c-{course.id}-0")).to_be_visible()


@pytest.mark.browser
def test_whoever_takes_the_mouse_meanwhile_does_what_the_mouse_does(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    course, other = clinic.planned(anna, "2026-03-12", days=1), clinic.planned(ben, "2026-03-13", days=1)
    with desk.page(browser, coordinator, MARCH) as page:
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.locator(f"#c-{other.id}-0").click()
        pane = page.get_by_role("dialog")
        expect(pane).to_contain_text(ben.code)
        page.keyboard.press("Tab")
        page.keyboard.press("Escape")
        expect(pane).to_be_hidden()
        expect(page.locator("td.target")).to_have_count(0)
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        expect(page.locator("#told")).to_contain_text("stays where it was")
    assert (anna.starts, ben.starts) == (["2026-03-12"], ["2026-03-13"])


@pytest.mark.browser
def test_put_back_where_it_was_nothing_is_asked(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    course = clinic.planned(clinic.patient(), "2026-03-12", days=1)
    with desk.page(browser, clinic.coordinator(), MARCH) as page:
        page.locator(f"#c-{course.id}-0").focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Escape")
        expect(page.locator("#told")).to_contain_text("stays where it was")
        expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.mark.browser
def test_a_finger_that_rests_lifts_it_and_one_that_moves_scrolls(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=1)
    with desk.page(browser, coordinator, MARCH, SMALL, has_touch=True) as page:
        chip, target = page.locator(f"#c-{course.id}-0"), page.locator('td[data-day="2026-03-19"]')
        chip.scroll_into_view_if_needed()
        touch = _Finger(page)
        touch.down(chip)
        touch.move(target)
        touch.up()
        expect(page.get_by_role("dialog")).to_be_hidden()
        touch.down(chip)
        expect(page.locator(".ghost")).to_be_visible()
        touch.move(target)
        touch.up()
        page.get_by_role("dialog").get_by_role("button", name="Yes, do it").click()
        expect(page.get_by_role("dialog")).to_contain_text("Done")
    assert anna.starts == ["2026-03-19"]


@pytest.mark.browser
def test_a_finger_draws_it_into_the_next_month(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-03", days=1)
    with desk.page(browser, coordinator, MARCH, SMALL, has_touch=True) as page:
        touch = _Finger(page)
        touch.down(page.locator(f"#c-{course.id}-0"))
        expect(page.locator(".ghost")).to_be_visible()
        touch.move(page.locator("#turn-on"))
        expect(page.get_by_role("heading", level=1)).to_have_text("April 2026")
        touch.move(page.locator('td[data-day="2026-04-02"]'))
        expect(page.locator("td.target")).to_have_attribute("data-day", "2026-04-02")
        touch.up()
        page.get_by_role("dialog").get_by_role("button", name="Yes, do it").click()
        expect(page.get_by_role("dialog")).to_contain_text("Done")
    assert anna.starts == ["2026-04-02"]


class _Finger:
    """What Playwright's own finger cannot: rest and draw, by the browser's own input events."""

    def __init__(self, page: Page) -> None:
        self._session, self._at = page.context.new_cdp_session(page), (0.0, 0.0)

    def down(self, on: object) -> None:
        self._send("touchStart", self._middle(on))

    def move(self, to: object) -> None:
        (left, top), (right, bottom) = self._at, self._middle(to)
        for step in range(1, 6):
            self._send("touchMove", (left + (right - left) * step / 5, top + (bottom - top) * step / 5))

    def up(self) -> None:
        self._session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    def _middle(self, on: object) -> tuple[float, float]:
        box = on.bounding_box()  # type: ignore[attr-defined]
        return box["x"] + box["width"] / 2, box["y"] + min(box["height"] / 2, 12)

    def _send(self, kind: str, at: tuple[float, float]) -> None:
        self._at = at
        self._session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": at[0], "y": at[1]}]})


@pytest.mark.browser
def test_the_arithmetic_of_dragging_is_the_calendars_own(desk: AtTheDesk, browser: Windows) -> None:
    """Over leap days, changes of the clock and ends of years: a thousand days by the browser, and by Python."""
    days = [(date(1999, 12, 20) + timedelta(days=37 * k), k % 11) for k in range(1000)]
    asked = [[day.isoformat(), number] for day, number in days]
    with desk.page(browser, desk.clinic.coordinator(), MARCH, timezone_id="America/St_Johns") as page:
        found = page.evaluate(
            """async (asked) => {
                const { startFor } = await import("/desk/static/dragging.js");
                return asked.map(([day, number]) => startFor(day, number));
            }""",
            asked,
        )
    assert found == [(day - timedelta(days=number)).isoformat() for day, number in days]


def test_what_is_confirmed_at_the_desk_is_told_in_ones_own_chat_too(desk: AtTheDesk) -> None:
    clinic = desk.clinic
    coordinator, anna = clinic.coordinator(), clinic.patient()
    course = clinic.planned(anna, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert "over and not confirmed" in coordinator.sees
    with desk.client(coordinator) as client:
        presses(client, f"wg:2026-03-05:c:{course.id}")
        shown = presses(client, f"wg:2026-03-05:p:{course.id}")
        clinic.calm()
        assert "given as planned" in coordinator.sees
        undo = re.search(r'value="(wg:2026-03-05:u:[0-9:]+)"', shown)
        assert undo is not None
        presses(client, undo[1])
    clinic.calm()
    assert "over and not confirmed" in coordinator.sees


@pytest.mark.browser
def test_courses_that_are_over_are_confirmed_in_a_row_or_one_by_one(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    coordinator, people = clinic.coordinator(), [clinic.patient() for _ in range(3)]
    courses = [clinic.planned(each, "2026-03-03", days=1) for each in people]
    clinic.becomes(clinic.local("2026-03-04 09:30"))
    with desk.page(browser, coordinator, MARCH) as page:
        pane = page.get_by_role("dialog")
        page.locator(f"#g-{courses[0].id}").click()
        pane.get_by_role("button", name="Given as planned").click()
        page.keyboard.press("Escape")
        expect(pane).to_be_hidden()
        expect(page.locator("#open-courses li")).to_have_count(3)
        page.get_by_role("button", name="All 2 that you were asked about").click()
        pane.get_by_role("button", name="All 2 given as planned").click()
        pane.get_by_role("button", name="Yes").click()
        page.keyboard.press("Escape")
        expect(page.locator("#open-courses")).to_have_count(0)
        expect(pane).to_be_hidden()
    assert {course.status for each in people for course in each.courses} == {CourseStatus.GIVEN}


@pytest.mark.browser
def test_a_colleagues_move_appears_without_a_reload(desk: AtTheDesk, browser: Windows) -> None:
    clinic = desk.clinic
    anna, coordinator, colleague = clinic.patient(), clinic.coordinator(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-12", days=1)
    with desk.page(browser, coordinator, MARCH) as page:
        expect(page.locator(f'td[data-day="2026-03-12"] #c-{course.id}-0')).to_be_visible()
        colleague.says(f"/move {anna.code} 20 Mar")
        colleague.presses("Yes, do it")
        expect(page.locator(f'td[data-day="2026-03-20"] #c-{course.id}-0')).to_be_visible()
