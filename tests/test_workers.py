"""The suite takes what the machine has, and what its container leaves it of that."""

import pytest

from tests.workers import workers_for


@pytest.mark.parametrize(
    ("cores", "cpu_max", "workers"),
    [
        (2, "max", 4),
        (1, "max 100000\n", 4),
        (4, "max 100000\n", 6),
        (64, "max", 8),
        (64, "200000 100000\n", 4),
        (64, "350000 100000\n", 6),
        (4, "1600000 100000\n", 6),
    ],
)
def test_two_more_than_there_are_cores(cores: int, cpu_max: str, workers: int) -> None:
    assert workers_for(cores, cpu_max) == workers
