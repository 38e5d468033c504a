"""Forty patients due in one second, eight requests always in flight: what a crash in their midst may cost."""

from functools import cache

import pytest

from bot.traffic.courier import BATCH
from bot.traffic.pacer import IN_FLIGHT
from tests.simulation.clinic import MANY
from tests.simulation.enumeration import Crowd
from tests.simulation.invariants_of_order import IN_DOUBT, LAPSED

EVERY = 41


@cache
def boundaries() -> int:
    """How many there are when nothing befalls it."""
    crowd = Crowd()
    assert crowd.run() == []
    assert len(crowd.journal.sent) == MANY
    return crowd.boundaries


def told(crowd: Crowd, but: str) -> list[str]:
    """What is wrong, but for what another test is about."""
    return [fault for fault in crowd.run() if not fault.startswith(but)]


@pytest.mark.parametrize("first", range(20, 20 + EVERY, 10))
def test_a_kill_costs_no_more_duplicates_than_were_in_flight(first: int) -> None:
    twice = []
    for number in range(first, boundaries(), EVERY * 2):
        crowd = Crowd(dies_at=number)
        assert told(crowd, IN_DOUBT) == []
        assert {sent.account for sent in crowd.journal.sent} == set(range(1, MANY + 1))
        twice.append(len(crowd.journal.sent) - MANY)
    assert max(twice) <= IN_FLIGHT


def test_a_kill_leaves_no_more_in_doubt_than_one_process_claims() -> None:
    """Docs/decisions.md, "In doubt is what was claimed": what arrives twice are those in flight alone."""
    crowd = Crowd(dies_at=boundaries() // 3)
    assert told(crowd, IN_DOUBT) == []
    assert IN_FLIGHT < crowd.journal.doubtful_after[0] <= BATCH


@pytest.mark.parametrize("number", range(60, 300, 60))
def test_a_process_that_stood_still_sends_nothing_twice_that_it_has_in_its_hands(number: int) -> None:
    crowd = Crowd(stops_at=number)
    assert told(crowd, LAPSED) == []
    assert len(crowd.journal.sent) == MANY
