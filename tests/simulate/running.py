"""Many diaries on several processes, with a progress bar on stderr."""

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import TextIO, TypeVar

CHUNK = 50
BAR = 40

T = TypeVar("T")


@dataclass
class Progress:
    """One line that is written over; only its last state where stderr is no terminal."""

    total: int
    stream: TextIO = field(default_factory=lambda: sys.stderr)
    done: int = 0

    def add(self, count: int, label: str) -> None:
        self.done += count
        if self.stream.isatty() or self.done == self.total:
            filled = BAR * self.done // self.total
            line = f"[{'#' * filled}{'.' * (BAR - filled)}] {100 * self.done // self.total:3d} %  {label:50.50s}"
            self.stream.write(f"\r{line}" if self.stream.isatty() else f"{line}\n")
            self.stream.flush()

    def close(self) -> None:
        if self.stream.isatty():
            self.stream.write("\n")


def workers(processes: int) -> AbstractContextManager[ProcessPoolExecutor | None]:
    """None for a single process: then everything happens in this one. New processes are started, never forked."""
    return ProcessPoolExecutor(processes, get_context("spawn")) if processes > 1 else nullcontext()


def run(
    executor: ProcessPoolExecutor | None, one: Callable[[int], T], diaries: int, progress: Progress, label: str
) -> list[T]:
    """`one` of every diary number, in order. It must be picklable: a partial of a module's function."""
    chunks = [range(start, min(start + CHUNK, diaries)) for start in range(0, diaries, CHUNK)]
    if executor is None:
        found: list[T] = []
        for chunk in chunks:
            found += _chunk(one, chunk)
            progress.add(len(chunk), label)
        return found
    waiting = {executor.submit(_chunk, one, chunk): k for k, chunk in enumerate(chunks)}
    results: dict[int, Sequence[T]] = {}
    for finished in as_completed(waiting):
        k = waiting[finished]
        results[k] = finished.result()
        progress.add(len(chunks[k]), label)
    return [result for k in sorted(results) for result in results[k]]


def _chunk(one: Callable[[int], T], numbers: range) -> list[T]:
    return [one(number) for number in numbers]
