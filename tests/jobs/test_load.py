"""How long the last of a rush waits, and when that is too long."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs.load import TOLERANCE, Rush, rushes, worst

SIX = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_what_telegram_carries_in_ten_minutes_is_within_the_tolerance() -> None:
    assert worst([(SIX, 29 * 600)], 29) is None
    assert worst([(SIX, 29 * 601)], 29) == Rush(SIX, 29 * 601, timedelta(seconds=601))
    assert worst([], 29) is None


def test_what_one_moment_leaves_over_is_carried_into_the_next() -> None:
    found = rushes([(SIX + MINUTE, 29), (SIX, 29 * 120)], 29)
    assert [rush.wait for rush in found] == [timedelta(seconds=120), timedelta(seconds=61)]


def test_of_several_rushes_that_are_too_long_the_one_whose_last_waits_longest_is_the_worst() -> None:
    due = [(SIX, 29 * 900), (SIX + 60 * MINUTE, 29 * 1200), (SIX + 120 * MINUTE, 29 * 800)]
    assert worst(due, 29) == Rush(SIX + 60 * MINUTE, 29 * 1200, timedelta(seconds=1200))


@given(
    st.lists(st.tuples(st.integers(0, 1440), st.integers(0, 20_000)), max_size=30), st.sampled_from([1.0, 29.0, 1000.0])
)
def test_the_last_of_all_is_asked_no_earlier_than_the_work_takes(due: list[tuple[int, int]], per_second: float) -> None:
    found = rushes([(SIX + minute * MINUTE, people) for minute, people in due], per_second)
    if found:
        begun, done = found[0].at, found[-1].at + found[-1].wait
        work = timedelta(seconds=sum(people for _, people in due) / per_second)
        assert done - begun >= work - timedelta(milliseconds=1)
        assert all(rush.wait >= timedelta(seconds=rush.people / per_second) for rush in found)
    assert timedelta(minutes=10) == TOLERANCE
