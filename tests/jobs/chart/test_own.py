"""A patient's own picture: it begins with the diary, and its key says what is in it."""

from dataclasses import replace

import pytest

from bot.drawing.own_chart import facts
from jobs.chart.own import own_page
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
    assert began.courses_seen == []
    assert not {"infusion", "planned infusion"} & set(words_on(own_page(began)))
    course = replace(began.courses[0], start=START + 12 * DAY, end=START + 12 * DAY, status="planned")
    to_come = replace(began, courses=(course,))
    assert to_come.courses_seen == [course]
    assert "planned infusion" in words_on(own_page(to_come))
