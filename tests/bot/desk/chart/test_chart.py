"""The interactive chart by keys, mouse and fingers: what is said of a day, and which days are in sight."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from bot.desk.chart_facts import chart_facts
from bot.drawing.pages import Answered
from bot.texts import texts_in
from tests.bot.desk.chart.conftest import CORRECTED, Opener
from tests.bot.local.page.browsing import SMALL, TELEPHONE, box
from tests.bot.windows import Windows
from tests.jobs.chart.examples import RECORDS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

WHOLE = "Mon 11 May 1998 to Tue 17 Aug 1999"


def days(page: Page) -> Locator:
    return page.get_by_role("slider", name="day by day")


def courses(page: Page) -> Locator:
    return page.get_by_role("slider", name="by days to the course")


def said(page: Page) -> Locator:
    return page.locator(".chart-readout").first


def said_of_course(page: Page) -> Locator:
    return page.locator(".chart-of-course")


def in_sight(page: Page) -> Locator:
    return page.locator(".chart-span")


def press(locator: Locator, *keys: str) -> None:
    for key in keys:
        locator.press(key)


# --- a day ---------------------------------------------------------------------------------------------------------


def test_the_chart_begins_with_today(open_chart: Opener) -> None:
    page = open_chart()
    expect(said(page)).to_contain_text("Thu 12 Aug 1999: Pain 0")
    expect(said(page)).to_contain_text("Tiredness")
    expect(said(page)).to_contain_text("course 15, cycle day 25; days to course 16 (planned): 4")
    expect(in_sight(page)).to_have_text("Tue 16 Feb 1999 to Tue 17 Aug 1999")


def test_arrow_keys_go_from_day_to_day_and_screen_readers_hear_it(open_chart: Opener) -> None:
    page = open_chart()
    press(days(page), "ArrowLeft", "ArrowLeft")
    expect(said(page)).to_contain_text("Tue 10 Aug 1999: Pain 0")
    expect(days(page)).to_have_attribute("aria-valuetext", "Tue 10 Aug 1999")
    expect(said(page)).to_have_attribute("aria-live", "polite")
    press(days(page), "ArrowRight")
    expect(said(page)).to_contain_text("Wed 11 Aug 1999")


def test_keys_go_to_the_ends_and_no_further(open_chart: Opener) -> None:
    page = open_chart()
    press(days(page), "Home", "ArrowLeft")
    expect(said(page)).to_contain_text("Mon 11 May 1998")
    expect(in_sight(page)).to_contain_text("Mon 11 May 1998 to")
    press(days(page), "End")
    expect(said(page)).to_contain_text("Thu 12 Aug 1999")
    press(days(page), *["ArrowRight"] * 9)
    expect(said(page)).to_contain_text("Tue 17 Aug 1999: still to come")


def test_page_keys_and_buttons_go_from_course_to_course(open_chart: Opener) -> None:
    page = open_chart()
    press(days(page), "PageUp", "PageUp")
    expect(said(page)).to_contain_text("Course 14: Mon 21 Jun 1999, Regimen 3, 1 × 0.8 g/kg")
    page.get_by_role("button", name="Later course").first.click()
    expect(said(page)).to_contain_text("Course 15: Mon 19 Jul 1999")


def test_late_corrected_and_missing_days_are_said(open_chart: Opener) -> None:
    facts = chart_facts(Answered(RECORDS["the case"], texts_in("en")), {})
    page = open_chart()
    corrected = (CORRECTED - RECORDS["the case"].diary_from).days
    press(days(page), *["ArrowLeft"] * (facts["today"] - corrected))
    expect(said(page)).to_contain_text("corrected, before: 6")
    missing = facts["missing"][-1]
    press(days(page), "End", *["ArrowLeft"] * (facts["today"] - missing))
    expect(said(page)).to_contain_text("no answer")
    late = facts["late"][-1]
    press(days(page), "Home")
    for _ in range(sum(course["first"] <= late for course in facts["courses"])):
        press(days(page), "PageDown")
    begun = max(course["first"] for course in facts["courses"] if course["first"] <= late)
    press(days(page), *["ArrowRight"] * (late - begun))
    expect(said(page)).to_contain_text("late entry")


def test_the_mouse_names_the_day_under_it(open_chart: Opener) -> None:
    page = open_chart()
    over = page.locator(".u-over").first
    over.hover(position={"x": 1, "y": 50})
    expect(said(page)).to_contain_text("Tue 16 Feb 1999")


def test_another_symptom_is_shown_in_every_plot(open_chart: Opener) -> None:
    page = open_chart()
    page.get_by_label("Symptom").select_option("Weakness")
    expect(page.get_by_role("heading", name="Weakness, day by day")).to_be_visible()
    expect(page.get_by_role("heading", name="Weakness by days to the course")).to_be_visible()
    expect(said(page)).to_contain_text("Weakness 0")


# --- which days are in sight ---------------------------------------------------------------------------------------


def test_buttons_zoom_and_move(open_chart: Opener) -> None:
    page = open_chart()
    page.get_by_role("button", name="Whole diary").click()
    expect(in_sight(page)).to_have_text(WHOLE)
    page.get_by_role("button", name="Zoom in").click()
    expect(in_sight(page)).not_to_have_text(WHOLE)
    closer = in_sight(page).inner_text()
    page.get_by_role("button", name="Earlier days").click()
    expect(in_sight(page)).not_to_have_text(closer)
    page.get_by_role("button", name="Zoom out").click()
    page.get_by_role("button", name="Zoom out").click()
    expect(in_sight(page)).to_have_text(WHOLE)


def test_keys_zoom_around_the_chosen_day_and_never_closer_than_two_weeks(open_chart: Opener) -> None:
    page = open_chart()
    press(days(page), "PageUp", *["+"] * 12)
    expect(in_sight(page)).to_have_text("Thu 8 Jul 1999 to Wed 21 Jul 1999")
    press(days(page), "0")
    expect(in_sight(page)).to_have_text(WHOLE)


def test_a_chosen_day_is_brought_into_sight(open_chart: Opener) -> None:
    page = open_chart()
    press(days(page), *["+"] * 12)
    before = in_sight(page).inner_text()
    press(days(page), *["PageUp"] * 4)
    expect(in_sight(page)).not_to_have_text(before)
    expect(said(page)).to_contain_text("Course 12")


def test_the_wheel_scrolls_the_page_until_one_works_with_the_chart(open_chart: Opener) -> None:
    page = open_chart(size=TELEPHONE)
    before = in_sight(page).inner_text()
    page.locator(".u-over").first.hover()
    page.mouse.wheel(0, 100)
    page.wait_for_function("window.scrollY > 0")
    expect(in_sight(page)).to_have_text(before)
    page.keyboard.down("Control")
    page.locator(".u-over").first.hover()
    page.mouse.wheel(0, -100)
    expect(in_sight(page)).not_to_have_text(before)
    page.keyboard.up("Control")


def test_dragging_moves_through_the_diary(open_chart: Opener) -> None:
    page = open_chart()
    place = box(page.locator(".u-over").first)
    middle = place["y"] + place["height"] / 2
    page.mouse.move(place["x"] + 200, middle)
    page.mouse.down()
    page.mouse.move(place["x"] + 700, middle, steps=5)
    page.mouse.up()
    expect(in_sight(page)).to_contain_text("Dec 1998 to")


def test_two_fingers_zoom(open_chart: Opener) -> None:
    page = open_chart(size=SMALL, touch=True)
    before = in_sight(page).inner_text()
    place = box(page.locator(".u-over").first)
    y = place["y"] + 80
    fingers = page.context.new_cdp_session(page)

    def touch(kind: str, *xs: float) -> None:
        points = [{"x": place["x"] + x, "y": y, "id": at} for at, x in enumerate(xs)]
        fingers.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 120)
    touch("touchStart", 120, 160)
    for step in range(1, 6):
        touch("touchMove", 120 - 12 * step, 160 + 12 * step)
    touch("touchEnd")
    expect(in_sight(page)).not_to_have_text(before)


def test_a_tap_names_a_day(open_chart: Opener) -> None:
    page = open_chart(size=SMALL, touch=True)
    page.locator(".u-over").first.tap(position={"x": 2, "y": 60})
    expect(said(page)).to_contain_text("Feb 1999")


# --- around the courses --------------------------------------------------------------------------------------------


def test_one_steps_through_the_courses_and_reads_the_verdict_s_numbers(open_chart: Opener) -> None:
    spans: dict[str, Any] = chart_facts(Answered(RECORDS["the case"], texts_in("en")), {})["overlay"]
    page = open_chart()
    expect(said_of_course(page)).to_contain_text("Before course 16 (planned for Mon 16 Aug 1999), under Regimen 3")
    page.locator("section").nth(1).get_by_role("button", name="Earlier course").click()
    expect(said_of_course(page)).to_contain_text("Before course 15")
    expect(said_of_course(page)).to_contain_text(spans["said"]["pain"]["courses"][15])
    press(courses(page), *["PageUp"] * 30)
    expect(said_of_course(page)).to_contain_text("Before course 2 ")
    expect(said_of_course(page)).to_contain_text(spans["said"]["pain"]["regimens"]["1"])
    press(courses(page), "PageDown")
    expect(said_of_course(page)).to_contain_text("Before course 3 ")


def test_arrow_keys_go_through_the_days_around_a_course(open_chart: Opener) -> None:
    page = open_chart()
    press(courses(page), "PageUp", "Home")
    expect(said_of_course(page)).to_contain_text("Day −28, Mon 21 Jun 1999")
    press(courses(page), "ArrowRight")
    expect(said_of_course(page)).to_contain_text("Day −27")
    press(courses(page), "End", "ArrowRight")
    expect(courses(page)).to_have_attribute("aria-valuetext", "+7")


def test_the_course_to_come_is_dashed_as_on_the_drawn_page(open_chart: Opener) -> None:
    page = open_chart()
    expect(page.locator(".chart-key").last).to_contain_text("running")
    overlay = courses(page).locator("canvas")
    runs = widest_run(overlay)
    page.locator("section").nth(1).get_by_role("button", name="Earlier course").click()
    expect(said_of_course(page)).to_contain_text("Before course 15")
    assert 0 < runs < 20, "dashes, and dots for days that stand alone"
    assert widest_run(overlay) > 100


def test_before_the_second_course_there_is_nothing_to_step_through(open_chart: Opener) -> None:
    page = open_chart("one day")
    expect(page.get_by_text("No course to compare yet.")).to_be_visible()
    expect(courses(page)).to_have_count(0)


# --- honesty, colours, sizes ---------------------------------------------------------------------------------------

COUNT = """(canvas, [wanted, from, to]) => {
  const { width, height } = canvas;
  const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
  let found = 0;
  for (let y = 60; y < height - 50; y += 1) {
    for (let x = Math.round(from * width); x < Math.round(to * width); x += 1) {
      const at = 4 * (y * width + x);
      if (wanted.every((value, part) => Math.abs(pixels[at + part] - value) < 8)) found += 1;
    }
  }
  return found;
}"""
INK_LIGHT, INK_DARK = [21, 35, 45], [231, 238, 243]


def ink(page: Page, colour: list[int], first: float = 0.06, last: float = 0.98) -> int:
    """Pixels of a colour in the first plot, between two shares of its width."""
    return int(page.locator(".chart-plot canvas").first.evaluate(COUNT, [colour, first, last]))


def widest_run(canvas: Locator) -> int:
    """Of neighbouring columns with ink of the diary's line, how many there are at most, in pixels."""
    inked = canvas.evaluate(
        """(canvas) => {
          const { width, height } = canvas;
          const pixels = canvas.getContext('2d').getImageData(0, 0, width, height).data;
          const part = (x, y, which) => pixels[4 * (y * width + x) + which];
          const dark = (x, y) => part(x, y, 0) < 40 && part(x, y, 1) < 60 && part(x, y, 3) > 200;
          const columns = [];
          for (let x = 60; x < width - 20; x += 1) {
            let any = false;
            for (let y = 60; y < height - 36; y += 1) any ||= dark(x, y);
            columns.push(any ? 1 : 0);
          }
          return columns.join('');
        }"""
    )
    return max(len(run) for run in str(inked).split("0"))


def test_a_gap_stays_a_gap(open_chart: Opener) -> None:
    """Half of a diary's days are missing: no line is drawn between the others, only dots."""
    page = open_chart("every other day missing")
    press(days(page), *["+"] * 12)
    assert 0 < widest_run(page.locator(".chart-plot canvas").first) < 14, "dots, and nothing that joins them"


def test_dark_and_light_are_followed_while_it_is_open(open_chart: Opener) -> None:
    page = open_chart()
    assert ink(page, INK_LIGHT) > 100
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => matchMedia('(prefers-color-scheme: dark)').matches")
    expect(page.locator(".chart")).to_have_css("background-color", "rgb(22, 33, 42)")
    page.wait_for_function(
        f"() => ({COUNT})(document.querySelector('.chart-plot canvas'), [{INK_DARK}, 0.06, 0.98]) > 100"
    )


@pytest.mark.parametrize("language", ["en", "fr", "de"])
def test_it_fits_a_small_telephone_with_fingers(open_chart: Opener, language: str) -> None:
    page = open_chart(size=SMALL, touch=True, language=language)
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]
    for each in page.locator(".chart button, .chart select, .chart summary").all():
        measured = box(each)
        assert measured["height"] >= 44
        assert measured["width"] >= 44


def test_it_follows_the_window(open_chart: Opener) -> None:
    page = open_chart()
    page.set_viewport_size(SMALL)
    page.wait_for_function("() => document.querySelector('.chart-plot canvas').getBoundingClientRect().width < 360")
    assert page.evaluate("document.documentElement.scrollWidth") <= SMALL["width"]


# --- the table, and what goes wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "place",
    [
        ".chart-symptom select",
        "section:nth-of-type(1) button >> nth=2",
        "section:nth-of-type(1) button >> nth=6",
        "section:nth-of-type(2) button >> nth=1",
        ".chart-table summary",
    ],
)
def test_whoever_is_at_it_by_keyboard_stays_there_when_it_is_drawn_anew(open_chart: Opener, place: str) -> None:
    page = open_chart()
    focused = page.locator(place)
    before = focused.element_handle()
    focused.focus()
    page.evaluate("document.body.dispatchEvent(new CustomEvent('desk-changed'))")
    page.wait_for_function("(element) => !element.isConnected", arg=before)
    expect(page.locator(place)).to_be_focused()


def test_the_table_has_every_day_with_its_remarks(open_chart: Opener) -> None:
    record = RECORDS["the case"]
    page = open_chart()
    page.get_by_text("All days as a table").click()
    rows = page.locator(".chart-table tbody tr")
    expect(rows).to_have_count((record.today - record.diary_from).days + 1)
    expect(rows.first).to_contain_text("Thu 12 Aug 1999")
    corrected = rows.filter(has_text="Pain: corrected, before: 6")
    expect(corrected).to_have_count(1)
    page.get_by_text("All days as a table").click()
    page.get_by_text("All days as a table").click()
    expect(page.locator(".chart-table table")).to_have_count(1)


@pytest.mark.parametrize("name", ["empty diary, no course", "one day", "all missing", "none asked", "weekly courses"])
def test_an_odd_diary_is_drawn_and_can_be_walked(open_chart: Opener, name: str) -> None:
    page = open_chart(name)
    press(days(page), "ArrowLeft", "Home", "+", "0", "PageDown", "PageUp", "End")
    expect(said(page)).not_to_be_empty()


def test_five_years_are_walked_as_well(open_chart: Opener) -> None:
    page = open_chart("5 years", dark=True)
    press(days(page), "0", "Home")
    expect(said(page)).to_contain_text("Wed 3 Mar 2021")
    press(courses(page), "PageUp")
    expect(said_of_course(page)).to_contain_text("Before course 63")


def test_what_cannot_be_loaded_is_said(browser: Windows, served: str) -> None:
    page = browser.browser.new_page()
    page.goto(f"{served}/nobody")
    expect(page.get_by_text("The chart could not be loaded.")).to_be_visible()
    page.close()
