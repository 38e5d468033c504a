"""The same story by webhook: killed at each boundary, posts that are lost, and a change of the way in between."""

from dataclasses import dataclass
from functools import cache

import pytest

from bot.traffic.pacer import IN_FLIGHT
from tests.simulation.enumeration import Story
from tests.simulation.weather import UNSURE, Fault, Kind
from tests.whole import part_of

SHARES = 3


@dataclass
class EachPost:
    """Every post, and nothing else, meets this the first so many times."""

    kind: Kind
    times: int

    def next_for(self, method: str, chat: int | None) -> Fault | None:
        if method != "post" or not self.times:
            return None
        self.times -= 1
        return Fault(self.kind)


def posted(story: Story, hooks: list[bool] | None = None) -> Story:
    """Every life by webhook, or each as `hooks` says."""
    left = list(hooks or [])
    story.machine.by_webhook = lambda: left.pop(0) if left else True
    return story


def well(story: Story, name: str) -> Story:
    faults = story.run()
    assert not faults, f"{name}: {faults}\n{story.journal.story(80)}"
    return story


@cache
def boundaries() -> tuple[str, ...]:
    """Of the story by webhook, in order."""
    story = well(posted(Story()), "calm")
    return tuple(story.lives[0].passed[: story.boundaries])


def test_the_story_is_the_same() -> None:
    story = well(posted(Story()), "calm")
    assert "posted" in story.lives[0].passed
    assert not [where for where in story.lives[0].passed if "getUpdates" in where]
    assert len(story.memory.rows("SELECT 1 FROM answer")) == 3


@pytest.mark.parametrize("share", range(SHARES))
def test_killed_at_each_boundary_and_started_again(share: int) -> None:
    known = boundaries()
    for number in part_of(range(len(known)), 8, kind=known.__getitem__)[share::SHARES]:
        story = well(posted(Story(dies_at=number)), f"killed at {number}")
        assert story.journal.kills == 1


@pytest.mark.parametrize("kind", sorted({*UNSURE, "no_connection"}))
def test_posts_whose_answer_is_lost_come_again_and_change_nothing(kind: Kind) -> None:
    story = well(posted(Story(EachPost(kind, IN_FLIGHT))), kind)
    assert len(story.memory.rows("SELECT 1 FROM answer")) == 3


@pytest.mark.parametrize("hooks", [[True, False], [False, True]])
def test_each_way_takes_over_from_the_other(hooks: list[bool]) -> None:
    for number in range(3, 60, 8):
        story = well(posted(Story(dies_at=number), hooks), f"killed at {number}, {hooks}")
        polled = ["request getUpdates" in life.passed for life in story.lives]
        assert polled[-1] is not hooks[1]
