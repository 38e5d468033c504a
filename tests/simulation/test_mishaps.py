"""Each mishap at a chosen moment of one story: the disk, somebody's work, a process that stands still, the clock."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.simulation.disk import TROUBLES, Trouble, TroubleKind
from tests.simulation.enumeration import HOUR, Story, Struck
from tests.whole import part_of

# Of the first question: the clock skips half past two.
ASKED = 5.0 * HOUR
EVERY = 7


def boundaries() -> int:
    story = Story()
    assert story.run() == []
    return story.boundaries


def failed(story: Story, name: str) -> list[str]:
    faults = story.run()
    return [f"{name}: {faults}\n{story.journal.story(80)}"] if faults else []


class OneTrouble:
    """Befalls the transaction of this number, counted from 0."""

    def __init__(self, number: int, trouble: Trouble) -> None:
        self.begun, self._number, self._trouble = 0, number, trouble

    def __call__(self) -> Trouble | None:
        self.begun += 1
        return self._trouble if self.begun - 1 == self._number else None


@pytest.mark.parametrize("kind", TROUBLES)
def test_the_disk_is_full_at_one_transaction_after_the_other(kind: TroubleKind) -> None:
    calm = OneTrouble(-1, Trouble(kind))
    story = Story()
    story.machine.trouble = calm
    assert story.run() == []
    assert calm.begun > 30
    told: list[str] = []
    for number in part_of(range(TROUBLES.index(kind) % 3, calm.begun, 3), 6, begins=TROUBLES.index(kind)):
        story = Story()
        story.machine.trouble = OneTrouble(number, Trouble(kind, number % 3))
        told += failed(story, f"{kind} at transaction {number}")
        assert len(story.journal.given) == 3
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("seconds", [0.5, 6.0, 40.0, 900.0])
def test_nothing_can_be_written_for_a_while_when_the_question_is_due(seconds: float) -> None:
    told: list[str] = []
    for before in part_of((0.01, 0.0, -0.01, -0.05, -0.12), 4):
        story = Struck(lambda it, at=ASKED - before: it.time.at(at, lambda: it.mishaps.disk_is_full(seconds, 1.0)))  # type: ignore[misc]
        told += failed(story, f"full from {before} s before")
        assert sum(story.mishaps.seen[kind] for kind in TROUBLES) > 0 or before < 0
        assert len({sent.row for sent in story.questions}) == 2
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("place", ["first", "last"])
def test_work_that_fails_takes_nobody_elses_with_it(place: str) -> None:
    beside: list[int] = []

    def bad(works: int) -> int:
        beside.append(works)
        return 0 if place == "first" else works

    story = Story()
    story.machine.bad_work = bad
    assert not failed(story, "a bad work in each batch")
    assert len(beside) > 30
    assert len(story.memory.rows("SELECT * FROM answer")) == 3


@pytest.mark.parametrize("share", range(2))
def test_stopped_past_the_lease_at_one_boundary_after_the_other(share: int) -> None:
    told: list[str] = []
    for number in part_of(range(share * 3, boundaries(), EVERY), 5, begins=share):
        story = Struck(lambda it: None)
        story.stops_at = number, 301.0
        told += failed(story, f"stopped at boundary {number}")
        assert len(story.journal.stopped) == 1
    assert not told, "\n\n".join(told)


@pytest.mark.parametrize("hours", [-1, 1])
@pytest.mark.parametrize("back", [120.0, 3 * HOUR])
def test_the_clock_jumps_by_an_hour_and_back(hours: int, back: float) -> None:
    told: list[str] = []
    moments = (ASKED - 1800.0, ASKED - 30.0, ASKED + 0.02, ASKED + 0.1, ASKED + 1800.0, 7.01 * HOUR, 12.002 * HOUR)
    for at in part_of(moments, 3):
        story = Struck(lambda it, at=at: _jumps(it, at, hours, back))  # type: ignore[misc]
        told += failed(story, f"{hours} h at {timedelta(seconds=at)}")
        assert len(story.journal.jumps) == 2
        assert len({sent.row for sent in story.questions}) == 2
    assert not told, "\n\n".join(told)


def _jumps(story: Struck, at: float, hours: int, back: float) -> None:
    sets: Callable[[timedelta], None] = story.mishaps.sets_clock
    story.time.at(at, lambda: sets(timedelta(hours=hours)))
    story.time.at(at + back, lambda: sets(timedelta(0)))
