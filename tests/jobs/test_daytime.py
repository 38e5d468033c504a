"""Minutes that pass by day: what is said in the evening is waited for in the morning."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import daytime

ZONES = ("Europe/London", "America/St_Johns", "Pacific/Auckland", "Asia/Kathmandu", "Pacific/Apia")


def on_the_wall(text: str, zone: str = "Europe/London") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("said", "minutes", "waited_until"),
    [
        ("2026-03-02 10:15", 120, "2026-03-02 12:15"),
        ("2026-03-02 18:00", 120, "2026-03-02 20:00"),
        ("2026-03-02 19:00", 120, "2026-03-03 09:00"),
        ("2026-03-02 23:30", 120, "2026-03-03 10:00"),
        ("2026-03-03 03:00", 30, "2026-03-03 08:30"),
        ("2026-03-02 20:00", 30, "2026-03-03 08:30"),
        ("2026-03-02 08:00", 720, "2026-03-02 20:00"),
        ("2026-03-02 08:01", 720, "2026-03-03 08:01"),
        # The clocks go forward in that night.
        ("2026-03-28 19:30", 60, "2026-03-29 08:30"),
    ],
)
def test_only_the_hours_from_eight_to_eight_count(said: str, minutes: int, waited_until: str) -> None:
    assert daytime.after("Europe/London", on_the_wall(said), minutes) == on_the_wall(waited_until)


@given(
    st.sampled_from(ZONES),
    # From after the day that Samoa left out.
    st.datetimes(datetime(2012, 1, 2), datetime(2027, 1, 1)),  # noqa: DTZ001  (made aware below)
    st.integers(1, 720),
)
def test_it_is_always_by_day_and_never_sooner_than_so_many_minutes(zone: str, wall: datetime, minutes: int) -> None:
    said = wall.replace(tzinfo=ZoneInfo(zone))
    until = daytime.after(zone, said, minutes)
    assert until - said >= timedelta(minutes=minutes)
    assert daytime.BEGINS <= until.astimezone(ZoneInfo(zone)).time() <= daytime.ENDS
    assert until - said < timedelta(days=3)
