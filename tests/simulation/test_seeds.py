"""The first seeds, in blocks that run side by side: 150 with `--whole`. `.ci/run` goes on to 500,
`make soak` to many thousands.

`python -m tests.simulation --seed N` tells of one that fails.
"""

import pytest

from tests.simulation import simulation
from tests.whole import part_of

# A seed takes about 180 milliseconds of a processor.
BLOCKS, IN_A_BLOCK = 6, 25


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_invariants_hold_in_each_seed(block: int) -> None:
    failed = []
    for seed in part_of(range(BLOCKS * IN_A_BLOCK), 4)[block::BLOCKS]:
        faults, run = simulation.run(seed)
        if faults:
            failed.append(f"seed {seed}: {faults}\n{run.journal.story(60)}")
    assert not failed, "\n\n".join(failed)


def test_a_seed_replays_exactly() -> None:
    first, second = (simulation.run(7)[1].journal.story() for _ in range(2))
    assert first == second
    assert "daily_prompt" in first
