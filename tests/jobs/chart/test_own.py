"""A patient's own picture: it begins with the diary, and its key says what is in it."""

from dataclasses import replace
from datetime import date

import pytest

from bot.drawing.own_chart import facts
from jobs.chart import own_chart
from jobs.chart.own import own_page
from jobs.cycle import Course, CourseStatus
from tests.jobs.chart.examples import DAY, ENGLISH, START, a_diary
from tests.jobs.chart.test_chart import assert_words_are_readable, words_on


@pytest.mark.parametrize("days", [1, 3, 13, 14, 40])
def test_it_begins_with_the_diary_and_is_two_weeks_wide_at_least(days: int) -> None:
    shown = facts(a_diary(days, 0), ENGLISH)
    assert shown.first == START
    assert shown.last == max(shown.today, START + 13 * DAY)
    page = own_page(shown)
    words = words_on(page)
    assert f"Your answers since {ENGLISH.day(START)}" in words
    assert any(each.startswith("3 Mar") for each in words), "its axis begins with that day too"
    assert not any(each.endswith("Feb") for each in words)
    assert_words_are_readable(page)


def test_of_an_old_diary_twelve_weeks_are_shown() -> None:
    shown = facts(a_diary(200, 0), ENGLISH)
    assert (shown.last, (shown.last - shown.first).days) == (shown.today, 12 * 7 - 1)


def test_only_what_is_seen_is_in_the_key() -> None:
    began = facts(a_diary(3, 1, first_course=40), ENGLISH)
    (later,) = began.courses
    cases: tuple[tuple[date, CourseStatus, set[str]], ...] = (
        (began.today - 2 * DAY, "given", {"infusion"}),
        (began.today, "planned", {"planned infusion"}),
        (began.today + DAY, "planned", set()),
        (later.start, "planned", set()),
    )
    for start, status, key in cases:
        course = replace(later, start=start, end=start + DAY, status=status)
        shown = replace(began, courses=(course,))
        assert shown.courses_seen == ([course] if key else [])
        assert {"infusion", "planned infusion"} & set(words_on(own_page(shown))) == key


def test_what_the_patient_may_not_have_been_told_of_leaves_the_picture_as_it_was() -> None:
    without = replace(facts(a_diary(3, 1), ENGLISH), courses=())
    day = without.today + DAY
    untold = replace(without, courses=(Course(1, day, day, "1", "planned"),))
    assert own_chart(untold) == own_chart(without)
