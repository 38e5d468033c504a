"""Each zone's clock changes, and the day that Samoa never had: questions at the minutes skipped or repeated."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import pytest

from jobs import due
from tests.simulation.clinic import ZONES, clock_changes
from tests.simulation.enumeration import Days
from tests.whole import part_of

TIMES = (time(0), time(0, 30), time(1, 30), time(2, 15), time(2, 30), time(3), time(23, 45))


def asked(zone: str, at: time, start: datetime) -> list[date]:
    """The local dates on which a question came, over five days."""
    simulation = Days(zone, at, start, 5)
    assert simulation.run() == [], f"{zone} {at} from {start}\n{simulation.journal.story(40)}"
    return [due.local_date(zone, simulation.plan.start + timedelta(seconds=sent.at)) for sent in simulation.journal.sent
            if sent.kind == "daily_prompt"]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
def test_each_local_date_is_asked_once_around_a_clock_change(zone: str) -> None:
    changes = clock_changes(zone) or (datetime(2026, 6, 1, 12, tzinfo=UTC),)
    # Each zone begins at another time: together they have all of them.
    for change, at in part_of(list(product(changes, TIMES)), 7, begins=ZONES.index(zone)):
        dates = asked(zone, at, change - timedelta(days=2, hours=7, minutes=3))
        assert dates == [dates[0] + timedelta(days=k) for k in range(len(dates))], (zone, at, change)
        assert 4 <= len(dates) <= 6


def test_the_day_that_samoa_never_had_is_not_asked() -> None:
    dates = asked("Pacific/Apia", time(18), datetime(2011, 12, 28, 12, tzinfo=UTC))
    assert date(2011, 12, 29) in dates
    assert date(2011, 12, 31) in dates
    assert date(2011, 12, 30) not in dates
    assert len(dates) == len(set(dates))
