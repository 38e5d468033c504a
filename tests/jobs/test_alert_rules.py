"""When an alert rule is met: on days that were answered, in a row, and told once."""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.alert_rules import (
    FEWEST_REFERENCE_DAYS,
    MOST_MISSING,
    REFERENCE_DAYS,
    Rule,
    Run,
    alerts_in,
    is_told,
)

START = date(2026, 3, 2)
DAY = timedelta(days=1)
EIGHT_ON_THREE = Rule("value", 8, 3)
THREE_MORE_ON_TWO = Rule("rise", 3, 2)


def diary(said: str) -> dict[date, int | None]:
    """A character a day: a digit, `X` for ten, `s` for skipped, `.` for not answered."""
    known = {"X": 10, "s": None}
    return {START + k * DAY: known[mark] if mark in known else int(mark) for k, mark in enumerate(said) if mark != "."}


def seen(rule: Rule, said: str) -> list[list[int]]:
    return [[value for _, value in run.days] for run in alerts_in(rule, diary(said))]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("898", [[8, 9, 8]]),
        ("88", []),
        ("887888", [[8, 8, 8]]),
        ("88888", [[8, 8, 8, 8, 8]]),
        ("8888788X", [[8, 8, 8, 8], [8, 8, 10]]),
        ("8.8.8", [[8, 8, 8]]),
        ("8..8..8", [[8, 8, 8]]),
        ("8...88", []),
        ("8s8s8", [[8, 8, 8]]),
        ("8sss88", []),
        ("sss", []),
        ("", []),
    ],
)
def test_a_value_on_answered_days_in_a_row(said: str, found: list[list[int]]) -> None:
    assert seen(EIGHT_ON_THREE, said) == found


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("333333366", [[6, 6]]),
        ("33333366", []),
        ("3333333655", []),
        ("33333336566", [[6, 6]]),
        ("333.333.3.366", [[6, 6]]),
        ("3333333" + 26 * "." + "66", []),
        ("0000000" + 7 * "9" + "999", [[9] * 10]),
        ("XXXXXXXXX", []),
    ],
)
def test_a_rise_over_the_own_reference(said: str, found: list[list[int]]) -> None:
    assert seen(THREE_MORE_ON_TWO, said) == found


def test_the_reference_is_the_median_of_what_was_answered_before_the_run() -> None:
    (run,) = alerts_in(THREE_MORE_ON_TWO, diary("9999" + 7 * "23" + "88"))
    assert run.reference == 2.5, "of the latest fourteen days: one more, or the oldest of them left out, would be 3"
    (run,) = alerts_in(THREE_MORE_ON_TWO, diary("1112222" + "s" + "85"))
    assert run == Run(((START + 8 * DAY, 8), (START + 9 * DAY, 5)), 2.0)


def test_an_alert_is_of_the_first_to_the_last_day_that_reaches_the_bar() -> None:
    (run,) = alerts_in(EIGHT_ON_THREE, diary("78.89s97"))
    assert (run.first, run.last) == (START + DAY, START + 6 * DAY)


def test_an_answer_of_four_weeks_before_the_run_still_counts_for_the_reference_and_an_earlier_one_does_not() -> None:
    assert seen(THREE_MORE_ON_TWO, "3" + 21 * "." + "333333" + "66") == [[6, 6]]
    assert seen(THREE_MORE_ON_TWO, "3" + 22 * "." + "333333" + "66") == []


def test_with_less_than_a_week_of_answers_there_is_no_reference() -> None:
    assert seen(THREE_MORE_ON_TWO, (FEWEST_REFERENCE_DAYS - 1) * "1" + "99") == []
    assert seen(THREE_MORE_ON_TWO, FEWEST_REFERENCE_DAYS * "1" + "99") == [[9, 9]]


RULES = st.builds(Rule, st.sampled_from(["value", "rise"]), st.integers(1, 10), st.integers(1, 5))
DIARIES = st.dictionaries(
    st.integers(0, 60).map(lambda k: START + k * DAY), st.one_of(st.none(), st.integers(0, 10)), max_size=50
)


@given(RULES, DIARIES)
def test_a_run_is_made_of_answers_that_reach_the_bar_near_one_another(
    rule: Rule, values: Mapping[date, int | None]
) -> None:
    for run in alerts_in(rule, values):
        assert len(run.days) >= rule.days
        assert all(values[day] == value >= rule.threshold + (run.reference or 0) for day, value in run.days)
        assert (run.reference is None) == (rule.kind == "value")
        gaps = [(later - earlier).days for (earlier, _), (later, _) in pairwise(run.days)]
        assert all(1 <= gap <= MOST_MISSING + 1 for gap in gaps)


@given(RULES, DIARIES)
def test_days_without_an_answer_count_as_neither(rule: Rule, values: dict[date, int | None]) -> None:
    skipped = {START + k * DAY: None for k in range(70)}
    assert alerts_in(rule, skipped | values) == alerts_in(rule, values)


@given(RULES, DIARIES)
def test_no_two_alerts_share_a_day_and_each_ends_where_it_is_broken(
    rule: Rule, values: Mapping[date, int | None]
) -> None:
    found = alerts_in(rule, values)
    answered = sorted(day for day, value in values.items() if value is not None)
    for run, following in pairwise(found):
        assert run.last < following.first
    for run in found:
        after = next((day for day in answered if day > run.last), None)
        if after is not None and (after - run.last).days <= MOST_MISSING + 1:
            assert (values[after] or 0) < rule.threshold + (run.reference or 0)


@given(st.integers(1, 9), st.integers(1, 5), DIARIES)
def test_a_higher_or_longer_bar_is_met_on_no_further_day(
    threshold: int, days: int, values: Mapping[date, int | None]
) -> None:
    def met(rule: Rule) -> set[date]:
        return {day for run in alerts_in(rule, values) for day, _ in run.days}

    assert met(Rule("value", threshold + 1, days)) <= met(Rule("value", threshold, days))
    assert met(Rule("value", threshold, days + 1)) <= met(Rule("value", threshold, days))


@given(RULES, DIARIES)
def test_told_day_by_day_each_run_is_told_once_and_on_the_day_on_which_it_is_long_enough(
    rule: Rule, values: Mapping[date, int | None]
) -> None:
    told: list[date] = []
    so_far: dict[date, int | None] = {}
    for day, value in sorted(values.items()):
        so_far[day] = value
        told += [run.last for run in alerts_in(rule, so_far) if not is_told(rule, run, told)]
    assert told == [run.days[rule.days - 1][0] for run in alerts_in(rule, values)]


@given(RULES, DIARIES, st.lists(st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 10))), max_size=20))
def test_whatever_is_corrected_each_run_that_stands_is_told_and_nothing_is_told_twice_at_once(
    rule: Rule, values: Mapping[date, int | None], corrections: list[tuple[int, int | None]]
) -> None:
    told: list[date] = []
    known = dict(values)
    for k, value in [(0, values.get(START)), *corrections]:
        known[START + k * DAY] = value
        new = [run.last for run in alerts_in(rule, known) if not is_told(rule, run, told)]
        assert not set(new) & set(told), "no two alerts end on the same day"
        told += new
        assert all(is_told(rule, run, told) for run in alerts_in(rule, known))


@given(DIARIES)
def test_a_reference_is_of_at_most_a_fortnight_of_answers(values: Mapping[date, int | None]) -> None:
    for run in alerts_in(Rule("rise", 1, 1), values):
        before = sorted((day, value) for day, value in values.items() if value is not None and day < run.first)
        of = [value for day, value in before[-REFERENCE_DAYS:] if run.first - day <= timedelta(days=28)]
        assert len(of) >= FEWEST_REFERENCE_DAYS
        assert sorted(of)[(len(of) - 1) // 2] <= (run.reference or 0) <= sorted(of)[len(of) // 2]
