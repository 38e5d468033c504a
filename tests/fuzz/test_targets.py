"""No text and no file breaks what reads it: by hypothesis, a little each time; `make fuzz` goes on for longer."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, seeds

SEEDS = seeds()
WHATEVER = st.one_of(st.binary(max_size=300), st.text(max_size=120).map(lambda text: text.encode("utf-8", "ignore")))


def spoilt(seed: bytes) -> st.SearchStrategy[bytes]:
    """What is understood, with something else put in place of a piece of it."""
    place = st.integers(0, len(seed))

    def spoil(where: tuple[int, int], what: bytes) -> bytes:
        start, end = sorted(where)
        return seed[:start] + what + seed[end:]

    near = place.flatmap(lambda start: st.tuples(st.just(start), st.integers(start, min(len(seed), start + 12))))
    return st.builds(
        spoil, near, st.one_of(st.binary(max_size=6), st.sampled_from((b"\n", b",", b"9", b"-", b"\xc2\xb2")))
    )


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_is_handed_in_is_read_or_refused(name: str) -> None:
    target = TARGETS[name]

    @settings(max_examples=80, deadline=None)
    @example(b"")
    @given(st.one_of(WHATEVER, *(spoilt(seed) for seed in SEEDS[name])))
    def holds(data: bytes) -> None:
        target(data)

    for seed in SEEDS[name]:
        target(seed)
    holds()


def test_every_target_has_somewhere_to_begin() -> None:
    assert set(SEEDS) == set(TARGETS)
    assert all(SEEDS.values())
