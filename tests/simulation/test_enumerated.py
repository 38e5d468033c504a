"""Not by chance: a kill at every commit and request of one story, and each fault at each of its requests."""

from typing import get_args

import pytest

from tests.simulation.enumeration import Story
from tests.simulation.weather import OF_POLLS, Fault, Kind, OneFault

SHARES = 4
# Short enough for everything to go on; and past every lease, expiry and summary of the story.
DOWN = {"seconds": 30.0, "half a day": 13 * 3600.0}
KINDS: tuple[Kind, ...] = get_args(Kind)


def boundaries() -> int:
    """How many there are in the story when nothing befalls it."""
    story = Story()
    assert story.run() == []
    return story.boundaries


def failed(story: Story, name: str) -> list[str]:
    faults = story.run()
    return [f"{name}: {faults}\n{story.journal.story(80)}"] if faults else []


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_boundary_and_started_again(share: int) -> None:
    told: list[str] = []
    for number in range(share, boundaries(), SHARES):
        story = Story(dies_at=number)
        told += failed(story, f"killed at boundary {number}")
        assert story.journal.kills == 1
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_request_and_down_for_half_a_day(share: int) -> None:
    calm = Story()
    calm.run()
    told: list[str] = []
    sending = ("request send", "accepted send")
    passed = calm.lives[0].passed[: calm.boundaries]
    requests = [number for number, where in enumerate(passed) if where.startswith(sending)]
    for number in requests[share::SHARES]:
        told += failed(Story(dies_at=number, down=DOWN["half a day"]), f"killed at boundary {number}")
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("kind", KINDS)
def test_each_request_is_struck(kind: Kind) -> None:
    counted = OneFault(-1, Fault(kind))
    Story(counted).run()
    told: list[str] = []
    for number in range(counted.seen):
        weather = OneFault(number, Fault(kind, 90 if kind == "too_many_requests" else 10))
        told += failed(Story(weather), f"{kind} at request {number}")
    assert counted.seen > 20
    assert not told, "\n\n".join(told)


def test_polls_are_struck_by_what_can_strike_them() -> None:
    assert set(OF_POLLS) < set(KINDS)
