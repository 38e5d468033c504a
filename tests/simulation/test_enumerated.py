"""Not by chance: a kill at every commit and request of one story, and each fault at each of its requests."""

from functools import cache
from typing import get_args

import pytest

from tests.simulation.enumeration import Story
from tests.simulation.weather import OF_POLLS, Fault, Kind, OneFault
from tests.whole import part_of

SHARES = 4
# Short enough for everything to go on; and past every lease, expiry and summary of the story.
DOWN = {"seconds": 30.0, "half a day": 13 * 3600.0}
KINDS: tuple[Kind, ...] = get_args(Kind)


@cache
def boundaries() -> tuple[str, ...]:
    """What there is in the story when nothing befalls it, in order."""
    story = Story()
    assert story.run() == []
    return tuple(story.lives[0].passed[: story.boundaries])


def failed(story: Story, name: str) -> list[str]:
    faults = story.run()
    return [f"{name}: {faults}\n{story.journal.story(80)}"] if faults else []


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_boundary_and_started_again(share: int) -> None:
    told: list[str] = []
    known = boundaries()
    for number in part_of(range(len(known)), 8, kind=known.__getitem__)[share::SHARES]:
        story = Story(dies_at=number)
        told += failed(story, f"killed at boundary {number}")
        assert story.journal.kills == 1
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_request_and_down_for_half_a_day(share: int) -> None:
    told: list[str] = []
    sending = ("request send", "accepted send")
    requests = [number for number, where in enumerate(boundaries()) if where.startswith(sending)]
    for number in part_of(requests, 3, kind=boundaries().__getitem__)[share::SHARES]:
        told += failed(Story(dies_at=number, down=DOWN["half a day"]), f"killed at boundary {number}")
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("kind", KINDS)
def test_each_request_is_struck(kind: Kind) -> None:
    counted = OneFault(-1, Fault(kind))
    Story(counted).run()
    told: list[str] = []
    # Each kind begins elsewhere: together they strike every request.
    for number in part_of(range(len(counted.seen)), 9, kind=counted.seen.__getitem__, begins=KINDS.index(kind)):
        weather = OneFault(number, Fault(kind, 90 if kind == "too_many_requests" else 10))
        told += failed(Story(weather), f"{kind} at request {number}")
    assert len(counted.seen) > 20
    assert not told, "\n\n".join(told)


def test_polls_are_struck_by_what_can_strike_them() -> None:
    assert set(OF_POLLS) < set(KINDS)
