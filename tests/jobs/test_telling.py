"""When the operator is told: not of what passes, not twice a day of the same, and once when all is well."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from jobs.lights import Light, Name, Why
from jobs.telling import CLAIMED_FOR, PATIENCE, Known, News, Step, given_back, merged, settled, step, whose

START = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PARKED, DISK = Light(Name.PARKED, True, Why.PARKED), Light(Name.DISK, True, Why.DISK_FULL)


def lived(minutes: Mapping[int, list[Light]], until: int) -> dict[int, News]:
    """What is told at which minute, if from each of the given minutes on these lights are red and all others green."""
    known: Mapping[Name, Known] = {}
    told, red = {}, list[Light]()
    for minute in range(until + 1):
        red = minutes.get(minute, red)
        names = {light.name for light in red}
        green = [Light(name, False) for name in (Name.PARKED, Name.DISK) if name not in names]
        now = START + minute * MINUTE
        after = step(known, [*red, *green], now)
        known = settled(after.known, after.news, now) if after.news else after.known
        if after.news:
            told[minute] = after.news
    return told


def names(news: News) -> list[Name] | str:
    return "all green" if news.all_green else [light.name for light in news.red]


def test_a_light_is_told_after_three_minutes_once_and_that_all_is_well_again() -> None:
    told = lived({5: [PARKED], 60: []}, 120)
    assert {minute: names(news) for minute, news in told.items()} == {8: [Name.PARKED], 63: "all green"}


def test_what_passes_by_itself_is_not_told() -> None:
    assert lived({5: [PARKED], 7: []}, 60) == {}


def test_a_light_that_flickers_is_one_story() -> None:
    minutes = {minute: [PARKED] if minute % 2 else [] for minute in range(5, 60)}
    told = lived({**minutes, 60: []}, 120)
    assert {minute: names(news) for minute, news in told.items()} == {9: [Name.PARKED], 63: "all green"}


def test_while_it_stays_red_it_is_told_once_a_day() -> None:
    told = lived({0: [PARKED]}, 60 * 50)
    assert list(told) == [3, 3 + 24 * 60, 3 + 48 * 60]


def test_all_is_well_only_once_every_light_is_green() -> None:
    told = lived({0: [PARKED, DISK], 30: [DISK], 60: []}, 90)
    assert {minute: names(news) for minute, news in told.items()} == {3: [Name.PARKED, Name.DISK], 63: "all green"}


def test_all_is_not_well_while_a_light_is_red_that_is_not_told_yet() -> None:
    told = lived({0: [PARKED], 30: [DISK], 34: [], 60: [PARKED], 70: [], 72: [DISK], 74: []}, 90)
    assert {minute: names(news) for minute, news in told.items()} == {
        3: [Name.PARKED],
        33: [Name.DISK],
        37: "all green",
        63: [Name.PARKED],
        77: "all green",
    }


def test_what_flickers_once_more_after_it_was_over_still_becomes_well() -> None:
    told = lived({0: [PARKED], 30: [], 32: [DISK], 34: [PARKED], 35: []}, 60)
    assert {minute: names(news) for minute, news in told.items()} == {3: [Name.PARKED], 38: "all green"}


def test_a_light_that_is_not_known_stays_as_it_was() -> None:
    first = step({}, [PARKED], START)
    later = step(first.known, [Light(Name.PARKED, None)], START + 4 * MINUTE)
    assert later.known == first.known
    assert not later.news


def test_what_was_told_while_no_row_could_be_written_is_not_told_again() -> None:
    stored = {Name.PARKED: Known(START, None, START + 3 * MINUTE)}
    remembered = {
        Name.PARKED: Known(START + MINUTE, None, START + 60 * MINUTE),
        Name.DATABASE: Known(START + MINUTE, None, START + 4 * MINUTE),
    }
    found = merged(stored, remembered)
    assert found[Name.PARKED] == Known(START, None, START + 60 * MINUTE)
    assert found[Name.DATABASE] == remembered[Name.DATABASE]


def test_what_neither_a_row_nor_the_process_has_told_is_still_to_be_told() -> None:
    stored, remembered = {Name.PARKED: Known(START)}, {Name.PARKED: Known(START + MINUTE)}
    assert merged(stored, remembered) == {Name.PARKED: Known(START)}
    found = merged({Name.PARKED: Known(START, None, START + 3 * MINUTE)}, remembered)
    assert found == {Name.PARKED: Known(START, None, START + 3 * MINUTE)}


def test_what_is_being_told_while_no_row_can_be_written_is_not_told_by_the_row() -> None:
    claimed = step({Name.PARKED: Known(START)}, [PARKED], START + PATIENCE)
    assert claimed.news
    found = merged({Name.PARKED: Known(START)}, claimed.known)
    assert not step(found, [PARKED], START + PATIENCE + MINUTE).news


def test_nothing_new_is_no_news() -> None:
    assert not News()
    assert not Step({}).news
    assert News([PARKED])


def test_a_light_of_the_process_is_its_own_and_the_others_are_common() -> None:
    assert whose(Name.TICK, "host a") == "host a"
    assert whose(Name.DATABASE, "host a") == ""


GREEN = Light(Name.PARKED, False)


def told_by_a_bot_that_dies_each_time(minutes: range, red: int) -> list[tuple[int, bool]]:
    """When it begins to tell something and whether that all is well; what became of it, nobody writes down."""
    known: Mapping[Name, Known] = {}
    told = []
    for minute in minutes:
        after = step(known, [PARKED if minute < red else GREEN], START + minute * MINUTE)
        known = after.known
        if after.news:
            told.append((minute, after.news.all_green))
    assert minutes[-1] < red or known == {}
    return told


def test_what_became_of_a_telling_that_was_broken_off_is_not_known_so_it_is_told_once_more_and_not_a_third_time() -> (
    None
):
    assert told_by_a_bot_that_dies_each_time(range(600), 1000) == [(3, False), (5, False)]
    assert told_by_a_bot_that_dies_each_time(range(600), 60) == [(3, False), (5, False), (63, True), (65, True)]
    assert told_by_a_bot_that_dies_each_time(range(600), 4) == [(3, False), (7, True), (9, True)]


def test_the_next_days_telling_may_be_broken_off_too() -> None:
    day = 24 * 60
    dying = told_by_a_bot_that_dies_each_time(range(1500), 2000)
    assert dying == [(3, False), (5, False), (5 + day, False), (7 + day, False)]

    first = step({Name.PARKED: Known(START)}, [PARKED], START + PATIENCE)
    known = settled(first.known, first.news, START + PATIENCE)
    tomorrow = START + PATIENCE + timedelta(days=1)
    second = step(known, [PARKED], tomorrow)
    assert second.news
    assert step(second.known, [PARKED], tomorrow + CLAIMED_FOR).news


def test_the_first_and_the_second_try_are_due_at_once_where_they_were_certainly_not_sent() -> None:
    now = START + PATIENCE
    known = step({Name.PARKED: Known(START)}, [PARKED], now)
    back = given_back(known.known, known.news, now)
    again = step(back, [PARKED], now)
    assert again.news.red == [PARKED]
    now += CLAIMED_FOR
    second = step(again.known, [PARKED], now)
    assert second.news.red == [PARKED]
    assert step(given_back(second.known, second.news, now), [PARKED], now).news.red == [PARKED]


def test_the_second_try_to_say_that_all_is_well_is_due_at_once_whoever_looked_meanwhile() -> None:
    over = {Name.PARKED: Known(START, START + MINUTE, START)}
    now = START + MINUTE + PATIENCE
    first = step(over, [GREEN], now)
    now += CLAIMED_FOR
    second = step(first.known, [GREEN], now)
    assert second.news.all_green
    seen_by_another = step(second.known, [GREEN], now)
    assert not seen_by_another.news
    assert step(given_back(seen_by_another.known, second.news, now), [GREEN], now).news.all_green


def test_what_another_has_seen_while_it_was_sent_is_left_as_it_is() -> None:
    now = START + MINUTE + PATIENCE
    over, fresh = Known(START, START + MINUTE, START), Known(now)
    for ended in (settled, given_back):
        assert ended({Name.PARKED: over, Name.DISK: fresh}, News(all_green=True), now)[Name.DISK] == fresh
        assert ended({Name.DISK: fresh}, News([PARKED]), now) == {Name.DISK: fresh}


def test_what_was_certainly_not_sent_is_due_at_once_and_loses_nothing_of_what_was_told_before() -> None:
    known: Mapping[Name, Known] = {Name.PARKED: Known(START, None, START + 3 * MINUTE)}
    day = START + timedelta(days=1, minutes=3)
    first = step(known, [PARKED], day)
    assert first.news.red == [PARKED]
    back = given_back(first.known, first.news, day)
    assert step(back, [PARKED], day).news.red == [PARKED]
    gone = step(step(back, [GREEN], day).known, [GREEN], day + PATIENCE)
    assert gone.news.all_green
    again = step(given_back(gone.known, gone.news, day + PATIENCE), [GREEN], day + PATIENCE)
    assert again.news.all_green
    assert settled(again.known, again.news, day + PATIENCE) == {}


def test_one_that_was_over_and_comes_back_while_another_is_red_is_told_again() -> None:
    told = lived({0: [PARKED, DISK], 30: [DISK], 60: [PARKED, DISK], 90: []}, 120)
    assert {minute: names(news) for minute, news in told.items()} == {
        3: [Name.PARKED, Name.DISK],
        63: [Name.PARKED],
        93: "all green",
    }


def test_while_one_process_tells_it_no_other_does() -> None:
    claimed = step(step({}, [PARKED], START).known, [PARKED], START + PATIENCE)
    assert claimed.news
    assert not step(claimed.known, [PARKED], START + PATIENCE + MINUTE).news


@given(st.lists(st.booleans(), min_size=1, max_size=300))
def test_of_one_light_the_operator_reads_red_and_green_in_turn_and_never_often(is_red: list[bool]) -> None:
    known: Mapping[Name, Known] = {}
    told: list[tuple[int, bool]] = []
    for minute, red in enumerate(is_red):
        now = START + minute * MINUTE
        after = step(known, [PARKED if red else Light(Name.PARKED, False)], now)
        known = after.known
        if after.news:
            known = settled(known, after.news, now)
            told.append((minute, after.news.all_green))
    assert [green for _, green in told] == [bool(k % 2) for k in range(len(told))]
    assert all(later - earlier >= PATIENCE / MINUTE for (earlier, _), (later, _) in pairwise(told))
