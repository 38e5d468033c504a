"""Runs seeds by hand: one with its story, or many as a soak, on every processor there is."""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.simulation import simulation


def tell(seed: int, verbose: bool) -> tuple[bool, str, float]:
    """Whether every invariant held, what is to be said of the seed, and the processor's seconds it took."""
    began = time.process_time()
    faults, run = simulation.run(seed)
    lines = [f"seed {seed}: {run.plan}", run.journal.story(None if verbose else 200)] if verbose or faults else []
    told = "\n".join([*lines, *(f"seed {seed}: {fault}" for fault in faults)])
    return not faults, told, time.process_time() - began


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
    failed, began, busy = 0, time.perf_counter(), 0.0
    seeds = range(int(first), int(last or first) + 1)
    with ProcessPoolExecutor(min(os.cpu_count() or 1, len(seeds))) as pool:
        for held, told, spent in pool.map(partial(tell, verbose=arguments.verbose), seeds, chunksize=4):
            if told:
                print(told, flush=True)
            failed += not held
            busy += spent
    took = time.perf_counter() - began
    print(f"{len(seeds)} seeds, {failed} failed, {took:.0f} s, {1000 * busy / len(seeds):.0f} ms of a processor each")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
