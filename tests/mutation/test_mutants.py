"""The faults that `make mutate` makes, on a module small enough to see them all."""

import ast
from pathlib import Path

from tests.mutation.__main__ import explained_of
from tests.mutation.modules import DECIDING, TESTS
from tests.mutation.mutants import mutants

ROOT = Path(__file__).parents[2]
SOURCE = '''
"""Words."""
from dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sized

MOST: int = 3

class Code(StrEnum):
    """Words."""
    WELL = "well"

@dataclass(frozen=True)
class Window:
    """Words."""
    first: int | None = None

def share(days: int, of: int) -> float | None:
    """Words."""
    if days > of or not of:
        raise ValueError(f"{days} days of {of}")
    return days / of if of else None
'''


def test_each_fault_is_one_and_has_a_place() -> None:
    assert [str(mutant) for mutant in mutants(SOURCE)] == [
        "MOST: 3 → 4",
        "MOST: 3 → 2",
        "share: if days > of or not of: → if True:",
        "share: if days > of or not of: → if False:",
        "share: days > of or not of → days > of and (not of)",
        "share: days > of or not of → not of",
        "share: days > of or not of → days > of",
        "share: days > of → days >= of",
        "share: days > of → days <= of",
        "share: not of → of",
        "share: raise ValueError(f'{days} days of {of}') → pass",
        "share: return days / of if of else None → return None",
        "share: days / of if of else None → days / of",
        "share: days / of if of else None → None",
        "share: days / of → days * of",
    ]


def test_no_fault_is_left_in_the_next_one() -> None:
    unchanged = ast.unparse(ast.parse(SOURCE))
    for mutant in mutants(SOURCE):
        changed = ast.unparse(mutant.tree)
        compile(mutant.tree, "sample.py", "exec")
        lines = zip(unchanged.splitlines(), changed.splitlines(), strict=True)
        differing = [(before, after) for before, after in lines if before != after]
        assert len(differing) == 1, str(mutant)


def test_every_module_and_every_test_of_it_is_there() -> None:
    for module, tests in TESTS.items():
        for path in (module, *tests):
            assert (ROOT / path).is_file(), path


def test_every_function_that_decides_is_there() -> None:
    for module, deciding in DECIDING.items():
        assert deciding <= {mutant.place for mutant in mutants((ROOT / module).read_text())}, module


def test_a_reason_is_of_its_module_alone() -> None:
    lines = (
        "| `jobs/due.py` |",
        "### One",
        "`jobs/due.py`",
        "- a",
        "`bot/x.py`",
        "- b",
        "### Two",
        "`jobs/due.py`",
        "- c",
    )
    document = "\n\n".join(lines)
    assert explained_of("jobs/due.py", document).split() == ["-", "a", "-", "c"]
    assert explained_of("jobs/cycle.py", document) == ""
