"""The next local moment: one a local date, whatever the clock of a zone does."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs import due
from jobs.due import (
    diary_date,
    local_date,
    local_moment,
    next_local_moment,
    next_reminder,
    next_weekly_moment,
    reminder_moments,
    week_of,
)

ZONES = sorted(available_timezones() - {"localtime"})
zones = st.sampled_from(ZONES)
clock_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))
minutes_since_1970 = st.integers(0, 90 * 366 * 24 * 60)
instants = minutes_since_1970.map(lambda minutes: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


def moments(zone: str, at: time, after: datetime, count: int) -> list[datetime]:
    found: list[datetime] = []
    for _ in range(count):
        after = next_local_moment(zone, at, after)
        found.append(after)
    return found


def dates_that_exist(zone: str, first: date, last: date) -> set[date]:
    """Every local date the wall shows between two dates, seen by looking at it every half hour."""
    tz = ZoneInfo(zone)
    start = datetime.combine(first, time(12), UTC) - timedelta(days=2)
    halves = range(((last - first).days + 5) * 48)
    seen = {(start + timedelta(minutes=30 * half)).astimezone(tz).date() for half in halves}
    return {day for day in seen if first <= day <= last}


@settings(max_examples=120, deadline=None)
@given(zone=zones, at=clock_times, after=instants)
def test_three_years_have_one_moment_a_local_date_and_time_only_moves_on(zone: str, at: time, after: datetime) -> None:
    found = moments(zone, at, after, 3 * 365)
    assert after < found[0]
    assert all(earlier < later for earlier, later in pairwise(found))
    days = [local_date(zone, moment) for moment in found]
    assert len(set(days)) == len(days)
    every_date = {days[0] + timedelta(days=step) for step in range((days[-1] - days[0]).days + 1)}
    for day in every_date - set(days):
        assert day not in dates_that_exist(zone, day, day)


def days_of_clock_changes(zone: str, first: date, last: date) -> list[date]:
    tz = ZoneInfo(zone)
    noons = [datetime.combine(first, time(12), UTC) + timedelta(days=step) for step in range((last - first).days)]
    offsets = [noon.astimezone(tz).utcoffset() for noon in noons]
    return [noon.date() for noon, (before, after) in zip(noons[1:], pairwise(offsets), strict=True) if before != after]


def test_around_every_clock_change_of_every_zone_each_date_has_one_moment() -> None:
    for zone in ZONES:
        for changed in days_of_clock_changes(zone, date(2025, 1, 1), date(2026, 12, 31)):
            for at in (time(0, 0), time(0, 30), time(1, 30), time(2, 15), time(23, 30)):
                start = local_moment(zone, changed - timedelta(days=3), at) - timedelta(minutes=1)
                days = [local_date(zone, moment) for moment in moments(zone, at, start, 6)]
                assert days == [changed + timedelta(days=step) for step in range(-3, 3)], (zone, at)


@settings(max_examples=300, deadline=None)
@given(zone=zones, at=clock_times, day=st.dates(date(1970, 1, 2), date(2060, 1, 1)))
def test_away_from_clock_changes_the_wall_reads_the_time_asked_for(zone: str, at: time, day: date) -> None:
    moment = local_moment(zone, day, at)
    wall = moment.astimezone(ZoneInfo(zone))
    changes = {(moment + timedelta(hours=h)).astimezone(wall.tzinfo).utcoffset() for h in (-27, 0, 27)}
    if len(changes) == 1:
        assert (wall.date(), wall.hour, wall.minute) == (day, at.hour, at.minute)


@settings(max_examples=300, deadline=None)
@given(zone=zones, at=clock_times, after=instants)
def test_the_next_moment_is_the_nearest_one(zone: str, at: time, after: datetime) -> None:
    following = next_local_moment(zone, at, after)
    near = local_date(zone, after)
    around = (near + timedelta(days=step) for step in range(-2, 4))
    candidates = {local_moment(zone, day, at) for day in around}
    later = {moment for moment in candidates if moment > after}
    # A date that never was borrows its moment from the next one, which is no moment of its own.
    assert following in later
    assert all(moment >= following or moment.astimezone(ZoneInfo(zone)).time() != at for moment in later)


@settings(max_examples=200, deadline=None)
@given(zone=zones, at=clock_times, first=instants, second=instants)
def test_the_memo_changes_no_answer(zone: str, at: time, first: datetime, second: datetime) -> None:
    fresh = next_local_moment(zone, at, second)
    next_local_moment(zone, at, first)
    assert next_local_moment(zone, at, second) == fresh
    assert next_local_moment(zone, at, fresh - timedelta(microseconds=1)) == fresh
    assert next_local_moment(zone, at, fresh) > fresh


def test_between_two_moments_nothing_is_looked_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """So a batch of prompts costs one look-up for all who share zone and time."""
    before, following = utc(2026, 3, 1, 17), utc(2026, 3, 2, 17)
    for zone in ("Europe/Zurich", "Europe/Berlin"):
        assert next_local_moment(zone, time(18), utc(2026, 3, 2, 12)) == following

    def looked_up(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(due, "_moment_within", looked_up)
    for zone in ("Europe/Zurich", "Europe/Berlin"):
        for after in (before, utc(2026, 3, 2, 12), following - timedelta(microseconds=1)):
            assert next_local_moment(zone, time(18), after) == following
    for elsewhere in (before - timedelta(microseconds=1), following):
        with pytest.raises(AssertionError):
            next_local_moment("Europe/Zurich", time(18), elsewhere)


def test_of_what_was_looked_up_no_more_is_kept_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: dict[object, object] = {}
    monkeypatch.setattr(due, "_answers", answers)
    monkeypatch.setattr(due, "_MOST_ANSWERS", 3)
    for hour in range(8):
        next_local_moment("Europe/Zurich", time(hour), utc(2026, 3, 2, 12))
        assert len(answers) == hour % 3 + 1


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        # 02:00 -> 03:00 on 29 March 2026
        ("Europe/Berlin", date(2026, 3, 29), time(2, 30), utc(2026, 3, 29, 1)),
        ("Europe/Berlin", date(2026, 3, 29), time(0, 30), utc(2026, 3, 28, 23, 30)),
        ("Europe/London", date(2026, 3, 29), time(1, 30), utc(2026, 3, 29, 1)),
        # 00:00 -> 01:00: the date begins at one o'clock
        ("Africa/Cairo", date(2026, 4, 24), time(0, 0), utc(2026, 4, 23, 22)),
        ("America/Santiago", date(2026, 9, 6), time(0, 0), utc(2026, 9, 6, 4)),
        # 02:00 -> 02:30
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 15), utc(2026, 10, 3, 15, 30)),
        # 01:00 -> 03:00
        ("Antarctica/Troll", date(2026, 3, 29), time(1, 30), utc(2026, 3, 29, 1)),
        ("Antarctica/Troll", date(2026, 3, 29), time(2, 59), utc(2026, 3, 29, 1)),
    ],
)
def test_a_gap_goes_to_the_first_valid_instant(zone: str, day: date, at: time, expected: datetime) -> None:
    assert local_moment(zone, day, at) == expected
    assert next_local_moment(zone, at, expected - timedelta(minutes=1)) == expected


@pytest.mark.parametrize(
    ("zone", "day", "at", "expected"),
    [
        ("Europe/Berlin", date(2026, 10, 25), time(2, 30), utc(2026, 10, 25, 0, 30)),
        ("Europe/London", date(2026, 10, 25), time(1, 30), utc(2026, 10, 25, 0, 30)),
        ("America/Santiago", date(2026, 4, 4), time(23, 30), utc(2026, 4, 5, 2, 30)),
        ("Australia/Lord_Howe", date(2026, 4, 5), time(1, 45), utc(2026, 4, 4, 14, 45)),
        ("Antarctica/Troll", date(2026, 10, 25), time(1, 30), utc(2026, 10, 24, 23, 30)),
    ],
)
def test_a_fold_counts_the_first_time_and_only_once(zone: str, day: date, at: time, expected: datetime) -> None:
    assert local_moment(zone, day, at) == expected
    assert next_local_moment(zone, at, expected) - expected > timedelta(hours=20)


def test_which_of_two_equal_times_was_meant_is_not_asked() -> None:
    for day in (date(2026, 3, 29), date(2026, 10, 25)):
        assert local_moment("Europe/Berlin", day, time(2, 30, fold=1)) == local_moment(
            "Europe/Berlin", day, time(2, 30)
        )


def test_a_gap_that_ends_the_date_keeps_its_moment_within_the_date() -> None:
    before_midnight = local_moment("America/Nuuk", date(2026, 3, 28), time(23, 30))
    assert before_midnight.astimezone(ZoneInfo("America/Nuuk")).isoformat() == "2026-03-28T22:59:00-02:00"
    days = [
        local_date("America/Nuuk", moment) for moment in moments("America/Nuuk", time(23, 30), utc(2026, 3, 27, 12), 4)
    ]
    assert days == [date(2026, 3, 27), date(2026, 3, 28), date(2026, 3, 29), date(2026, 3, 30)]


@pytest.mark.parametrize(
    ("zone", "missing"),
    [("Pacific/Apia", date(2011, 12, 30)), ("Pacific/Kiritimati", date(1994, 12, 31))],
)
@pytest.mark.parametrize("at", [time(0, 0), time(9, 0), time(23, 59)])
def test_a_date_that_never_was_is_left_out_and_no_other(zone: str, missing: date, at: time) -> None:
    day = timedelta(days=1)
    start = local_moment(zone, missing - 3 * day, at) - timedelta(seconds=1)
    found = [local_date(zone, moment) for moment in moments(zone, at, start, 5)]
    assert found == [missing + step * day for step in (-3, -2, -1, 1, 2)]
    assert local_date(zone, local_moment(zone, missing, at)) == missing + day


def test_a_weekly_moment_comes_every_seven_days_on_its_weekday() -> None:
    moment = utc(2026, 1, 1)
    for _ in range(60):
        moment = next_weekly_moment("Europe/Zurich", 0, time(7, 30), moment)
        wall = moment.astimezone(ZoneInfo("Europe/Zurich"))
        assert (wall.weekday(), wall.hour, wall.minute) == (0, 7, 30)
    assert local_date("Europe/Zurich", moment) == date(2026, 1, 5) + timedelta(weeks=59)


def test_a_weekday_that_never_was_waits_for_the_next_week() -> None:
    moment = next_weekly_moment("Pacific/Apia", date(2011, 12, 30).weekday(), time(9), utc(2011, 12, 28))
    assert local_date("Pacific/Apia", moment) == date(2012, 1, 6)


@settings(max_examples=100, deadline=None)
@given(zone=zones, at=clock_times, after=instants, weekday=st.integers(0, 6))
def test_a_weekly_moment_is_the_first_daily_moment_of_that_weekday(
    zone: str, at: time, after: datetime, weekday: int
) -> None:
    daily = moments(zone, at, after, 15)
    expected = next(moment for moment in daily if local_date(zone, moment).weekday() == weekday)
    assert next_weekly_moment(zone, weekday, at, after) == expected


@pytest.mark.parametrize(
    ("instant", "monday"),
    [
        (utc(2026, 3, 1, 10, 59), date(2026, 2, 23)),
        (utc(2026, 3, 1, 11, 0), date(2026, 3, 2)),
        (utc(2026, 3, 4, 0, 0), date(2026, 3, 2)),
        (utc(2026, 3, 8, 10, 59), date(2026, 3, 2)),
    ],
)
def test_a_week_is_from_monday_to_sunday_on_the_wall_there(instant: datetime, monday: date) -> None:
    assert week_of("Pacific/Auckland", instant) == monday


def test_reminders_come_at_local_times_before_the_course_and_on_its_morning() -> None:
    assert reminder_moments("Europe/Zurich", date(2026, 4, 2), [1, 0, 7, 1], time(9)) == (
        (7, utc(2026, 3, 26, 8)),
        (1, utc(2026, 4, 1, 7)),
        (0, utc(2026, 4, 2, 7)),
    )


def test_the_next_reminder_is_strictly_later_and_ends_with_the_course() -> None:
    course = ("Europe/Zurich", date(2026, 4, 2), [7, 1, 0], time(9))
    assert next_reminder(*course, utc(2026, 1, 1)) == (7, utc(2026, 3, 26, 8))
    assert next_reminder(*course, utc(2026, 3, 26, 8)) == (1, utc(2026, 4, 1, 7))
    assert next_reminder(*course, utc(2026, 4, 2, 6, 59)) == (0, utc(2026, 4, 2, 7))
    assert next_reminder(*course, utc(2026, 4, 2, 7)) is None
    assert next_reminder("Europe/Zurich", date(2026, 4, 2), [], time(9), utc(2026, 1, 1)) is None


def test_an_answer_after_midnight_is_about_the_day_it_was_asked_on() -> None:
    assert diary_date("Europe/Zurich", utc(2026, 6, 1, 21, 59)) == date(2026, 6, 1)
    assert diary_date("Europe/Zurich", utc(2026, 6, 1, 22)) == date(2026, 6, 2)
    assert diary_date("Pacific/Kiritimati", utc(2026, 6, 1, 10)) == date(2026, 6, 2)


def test_an_instant_in_another_offset_gives_the_same_answer_in_utc() -> None:
    elsewhere = datetime(2026, 1, 1, 5, tzinfo=timezone(timedelta(hours=5)))
    moment = next_local_moment("Europe/Zurich", time(18), elsewhere)
    assert moment == utc(2026, 1, 1, 17)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize("zone", ["Europe/Nowhere", "", "zurich", "../etc/passwd", "Europe", "\x00"])
def test_an_unknown_zone_says_what_would_be_right(zone: str) -> None:
    with pytest.raises(ValueError, match="Europe/Zurich"):
        next_local_moment(zone, time(18), utc(2026, 1, 1))


def test_where_a_zone_cannot_be_read_it_is_the_date_in_the_other_one() -> None:
    late = utc(2026, 1, 1, 23)
    assert due.date_in("Europe/Zurich", late, otherwise="Europe/London") == date(2026, 1, 2)
    assert due.date_in("Mars/Olympus", late, otherwise="Europe/London") == date(2026, 1, 1)
    with pytest.raises(ValueError, match="Mars/Olympus"):
        due.date_in("Mars/Olympus", late, otherwise="Mars/Olympus")


def test_one_that_cannot_be_read_is_looked_up_once(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up: list[str] = []

    def look_up(zone: str) -> ZoneInfo:
        looked_up.append(zone)
        raise ValueError(zone)

    monkeypatch.setattr(due, "zone_of", look_up)
    assert not any(due.is_zone("Mars/Utopia") for _ in range(9))
    assert looked_up == ["Mars/Utopia"]


def test_a_naive_instant_a_time_with_seconds_and_a_negative_lead_are_refused() -> None:
    next_local_moment("Europe/Zurich", time(18), utc(2026, 1, 1))
    with pytest.raises(ValueError, match="aware"):
        next_local_moment("Europe/Zurich", time(18), utc(2026, 1, 1).replace(tzinfo=None))
    with pytest.raises(ValueError, match="aware"):
        next_reminder("Europe/Zurich", date(2026, 4, 2), [], time(9), utc(2026, 1, 1).replace(tzinfo=None))
    with pytest.raises(ValueError, match="hours and minutes"):
        next_local_moment("Europe/Zurich", time(18, 0, 30), utc(2026, 1, 1))
    for no_wall_time in (time(18, 0, 0, 1), time(18, tzinfo=UTC)):
        with pytest.raises(ValueError, match="hours and minutes"):
            next_local_moment("Europe/Zurich", no_wall_time, utc(2026, 1, 1))
    with pytest.raises(ValueError, match="before its course"):
        reminder_moments("Europe/Zurich", date(2026, 1, 1), [-1], time(9))
    for weekday in (7, -1):
        with pytest.raises(ValueError, match="Monday is 0"):
            next_weekly_moment("Europe/Zurich", weekday, time(9), utc(2026, 1, 1))
