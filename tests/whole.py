"""How much of what is exhaustive is tried: all of it with `--whole`, as before anything lands; else a part.

The part is the same each time: it fails in the same place until that is mended.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

T = TypeVar("T")


class _Asked:
    """What was asked for on the command line; until then, as little as may be."""

    whole = False


def set_whole(whole: bool) -> None:
    """Before any test is collected."""
    _Asked.whole = whole


def is_whole() -> bool:
    return _Asked.whole


def so_often(many: int) -> int:
    """How often to try something by chance: `many` times with `--whole`, else a third as often."""
    return many if _Asked.whole else -(-many // 3)


def part_of(cases: Sequence[T], each: int, kind: Callable[[T], Hashable] = lambda _: None, begins: int = 0) -> list[T]:
    """With `--whole` all. Else the first, the last, each so-manieth, and the first of any `kind` that is left out.

    `begins`: from which on they are counted, so that several tests of the same cases try others.
    """
    if _Asked.whole or not cases:
        return list(cases)
    chosen = {0, *range(begins % each, len(cases), each), len(cases) - 1}
    known = {kind(cases[number]) for number in chosen}
    for number, case in enumerate(cases):
        if kind(case) not in known:
            known.add(kind(case))
            chosen.add(number)
    return [cases[number] for number in sorted(chosen)]
