"""The first seeds, in blocks that run side by side; `.ci/run` goes on to 500, `make soak` to many thousands.

`python -m tests.simulation --seed N` tells of one that fails.
"""

import pytest

from tests.simulation import simulation

# A seed takes about 180 milliseconds of a processor: here a sixth of a minute of two cores.
BLOCKS, IN_A_BLOCK = 6, 25


@pytest.mark.parametrize("block", range(BLOCKS))
def test_the_invariants_hold_in_each_seed(block: int) -> None:
    failed = []
    for seed in range(block * IN_A_BLOCK, (block + 1) * IN_A_BLOCK):
        faults, run = simulation.run(seed)
        if faults:
            failed.append(f"seed {seed}: {faults}\n{run.journal.story(60)}")
    assert not failed, "\n\n".join(failed)


def test_a_seed_replays_exactly() -> None:
    first, second = (simulation.run(7)[1].journal.story() for _ in range(2))
    assert first == second
    assert "daily_prompt" in first
