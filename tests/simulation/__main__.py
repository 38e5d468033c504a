"""Runs seeds by hand: one with its story, or many as a soak."""

import argparse
import sys
import time

from tests.simulation import simulation


def main() -> int:
    """0 when every invariant held."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--seeds", help="from..to, both included")
    parser.add_argument(
        "--verbose", action="store_true", help="tell the story of each seed, not only of one that fails"
    )
    arguments = parser.parse_args()
    first, _, last = (arguments.seeds or f"{arguments.seed or 0}").partition("..")
    failed, began, busy = 0, time.perf_counter(), time.process_time()
    seeds = range(int(first), int(last or first) + 1)
    for seed in seeds:
        faults, run = simulation.run(seed)
        if arguments.verbose or faults:
            print(f"seed {seed}: {run.plan}\n{run.journal.story(None if arguments.verbose else 200)}")
        for fault in faults:
            print(f"seed {seed}: {fault}", flush=True)
        failed += bool(faults)
    took = time.perf_counter() - began
    took, busy = (1000 * spent / len(seeds) for spent in (took, time.process_time() - busy))
    print(f"{len(seeds)} seeds, {failed} failed, {took:.0f} ms each, {busy:.0f} of them the processor's")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
