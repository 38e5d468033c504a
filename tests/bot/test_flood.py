"""Who is answered, and who has to pause: by account and by the time at which things were done."""

from datetime import UTC, datetime, timedelta

import pytest

from bot import flood
from bot.flood import Flood, Hearing

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ANNA, BEN = 1, 2


def does(heard: Flood, account: int, at: datetime) -> Hearing:
    hearing = heard.hearing(account, at)
    heard.count(account, at, hearing)
    return hearing


def test_so_much_at_once_is_answered_then_they_are_told_once_and_then_there_is_silence() -> None:
    heard = Flood(3)
    assert [does(heard, ANNA, NOW) for _ in range(6)] == [
        *[Hearing.ANSWERED] * 3,
        Hearing.TOLD,
        *[Hearing.UNANSWERED] * 2,
    ]
    assert does(heard, BEN, NOW) is Hearing.ANSWERED


def test_one_a_second_can_go_on_for_ever() -> None:
    heard = Flood(3)
    assert {does(heard, ANNA, NOW + k * SECOND) for k in range(1000)} == {Hearing.ANSWERED}


def test_after_a_pause_they_are_answered_and_would_be_told_again() -> None:
    heard = Flood(3)
    for _ in range(50):
        does(heard, ANNA, NOW)
    assert does(heard, ANNA, NOW + 2 * SECOND) is Hearing.UNANSWERED, "which counts as well"
    assert [does(heard, ANNA, NOW + 5 * SECOND) for _ in range(4)] == [*[Hearing.ANSWERED] * 3, Hearing.TOLD]


def test_what_could_not_be_committed_and_comes_again_counts_once() -> None:
    heard = Flood(3)
    assert {heard.hearing(ANNA, NOW) for _ in range(100)} == {Hearing.ANSWERED}


def test_what_waited_while_the_bot_was_down_counts_by_the_time_at_which_it_was_said() -> None:
    heard = Flood(3)
    waited = [NOW - timedelta(minutes=10 * k) for k in range(50, 0, -1)]
    assert {does(heard, ANNA, at) for at in waited} == {Hearing.ANSWERED}


def test_a_time_before_the_last_one_gives_nothing_back() -> None:
    heard = Flood(3)
    does(heard, ANNA, NOW)
    assert [does(heard, ANNA, NOW - k * SECOND) for k in range(1, 4)] == [*[Hearing.ANSWERED] * 2, Hearing.TOLD]


def test_only_so_many_people_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flood, "PEOPLE_REMEMBERED", 2)
    heard = Flood(1)
    for account in (ANNA, BEN, 3):
        does(heard, account, NOW)
    assert heard.hearing(ANNA, NOW) is Hearing.ANSWERED
    assert heard.hearing(BEN, NOW) is Hearing.TOLD
