"""What a rule would have told of a diary as it was written: late days, corrections, and corrections in time."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import alert_replay
from jobs.alert_replay import Said, Told
from jobs.alert_rules import Rule, alerts_in, is_told

START = date(2026, 3, 2)
EVENING = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
GRACE = 3 * MINUTE
NINE = Rule("value", 9, 1)
EIGHT_ON_THREE = Rule("value", 8, 3)


def said(day: int, value: int | None, minutes: int = 0, evening: int | None = None) -> Said:
    """Of a day, on its evening or another one, so many minutes past six."""
    return Said(EVENING + (day if evening is None else evening) * DAY + minutes * MINUTE, START + day * DAY, value)


def told(rule: Rule, *diary: Said) -> list[tuple[int, int]]:
    """First and last day of each, counted from the first."""
    return [((each.first - START).days, (each.last - START).days) for each in alert_replay.replay(rule, diary, GRACE)]


def test_a_run_is_told_on_the_day_on_which_it_is_long_enough_and_once() -> None:
    assert told(EIGHT_ON_THREE, *(said(k, 8) for k in range(6))) == [(0, 2)]
    assert told(EIGHT_ON_THREE, *(said(k, 8) for k in (0, 1))) == []
    assert told(EIGHT_ON_THREE) == []


@pytest.mark.parametrize(("minutes", "times"), [(1, 0), (2, 0), (3, 1), (60, 1)])
def test_what_is_corrected_in_time_is_told_to_nobody(minutes: int, times: int) -> None:
    assert len(told(NINE, said(0, 9), said(0, 1, minutes))) == times


def test_a_slip_that_was_taken_back_can_be_told_anew_and_one_that_was_told_is_not_told_twice() -> None:
    assert told(NINE, said(0, 9), said(0, 1, 1), said(0, 10, 2)) == [(0, 0)]
    assert told(NINE, said(0, 9), said(0, 1, 4), said(0, 10, 6)) == [(0, 0)]


def test_a_correction_with_which_the_rule_still_holds_takes_nothing_back() -> None:
    (alert,) = alert_replay.replay(NINE, [said(0, 9), said(0, 10, 1)], GRACE)
    assert alert == Told(START, START, EVENING)


def test_a_day_that_is_entered_late_completes_a_run() -> None:
    assert told(EIGHT_ON_THREE, said(0, 8), said(2, 8), said(1, 8, 5, evening=2)) == [(0, 2)]
    assert told(EIGHT_ON_THREE, said(0, 8), said(2, 1), said(1, 8, 5, evening=2)) == []


def test_a_day_that_is_lowered_within_a_run_parts_it_and_its_end_is_told_as_news() -> None:
    known = [said(k, 8) for k in range(7)]
    assert told(EIGHT_ON_THREE, *known, said(3, 2, 10, evening=6)) == [(0, 2), (4, 6)]
    assert told(EIGHT_ON_THREE, *known, said(3, 2, 10, evening=6), said(3, 8, 20, evening=6)) == [(0, 2), (4, 6)]


RULES = st.builds(Rule, st.sampled_from(["value", "rise"]), st.integers(1, 10), st.integers(1, 4))
VALUES = st.one_of(st.none(), st.integers(0, 10))
WRITTEN = st.lists(st.tuples(st.integers(0, 30), VALUES, st.integers(0, 5)), max_size=60)


@given(RULES, WRITTEN)
def test_it_is_what_comes_of_asking_the_rules_after_each_answer(
    rule: Rule, written: list[tuple[int, int | None, int]]
) -> None:
    """`written`: the day, the value, and how many minutes after what was said before."""
    at, diary = EVENING, []
    for day, value, minutes in written:
        at += minutes * MINUTE
        diary.append(Said(at, START + day * DAY, value))
    assert alert_replay.replay(rule, diary, GRACE) == answer_by_answer(rule, diary)


@given(RULES, st.dictionaries(st.integers(0, 90), VALUES))
def test_a_diary_that_was_written_day_by_day_tells_each_of_its_runs(rule: Rule, values: dict[int, int | None]) -> None:
    diary = [said(day, value) for day, value in sorted(values.items())]
    runs = alerts_in(rule, {each.day: each.value for each in diary})
    met = [run.days[rule.days - 1][0] for run in runs]
    assert [each.last for each in alert_replay.replay(rule, diary, GRACE)] == met


def answer_by_answer(rule: Rule, diary: list[Said]) -> list[Told]:
    """The same without any shortcut."""
    values: dict[date, int | None] = {}
    alerts: list[Told] = []

    def holds(alert: Told) -> bool:
        runs = [run for run in alerts_in(rule, values) if run.first <= alert.last and run.last >= alert.first]
        return any(is_told(rule, run, {alert.last}) for run in runs)

    for each in diary:
        values[each.day] = each.value
        for alert in [alert for alert in alerts if alert.last >= each.day and each.at < alert.raised_at + GRACE]:
            if not holds(alert):
                alerts.remove(alert)
        for run in alerts_in(rule, values):
            if run.last >= each.day and not is_told(rule, run, {alert.last for alert in alerts}):
                alerts.append(Told(run.first, run.last, each.at))
    return alerts
