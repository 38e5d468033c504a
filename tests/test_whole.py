"""Of what is exhaustive, a part stands for the whole."""

from collections.abc import Iterator

import pytest

from tests import whole


@pytest.fixture
def asked() -> Iterator[None]:
    before = whole.is_whole()
    yield
    whole.set_whole(before)


@pytest.mark.usefixtures("asked")
def test_asked_for_it_is_all() -> None:
    whole.set_whole(True)
    assert whole.part_of(range(10), 4) == list(range(10))
    assert whole.so_often(5) == 5


@pytest.mark.usefixtures("asked")
def test_else_it_is_spread_evenly_and_has_both_ends_and_each_kind() -> None:
    whole.set_whole(False)
    assert whole.part_of(range(10), 4) == [0, 4, 8, 9]
    assert whole.part_of("aabacaddab", 4, kind=str) == ["a", "c", "d", "a", "b"]
    assert whole.part_of(range(10), 4, begins=6) == [0, 2, 6, 9]
    assert whole.part_of([], 4) == []
    assert (whole.so_often(5), whole.so_often(1)) == (2, 1)
    assert whole.part_of([7], 4) == [7]
