"""`make mutate`: each small fault in a pure module, and whether that module's own tests notice it."""

import argparse
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from tests.mutation.modules import DECIDING, TESTS
from tests.mutation.mutants import Mutant, mutants
from tests.mutation.running import survivors

EXPLAINED = Path("docs/mutation.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("modules", nargs="*", help="files such as jobs/cycle.py; all of them without")
    parser.add_argument("--containing", default="", help="only those whose description has these words")
    wanted = parser.parse_args()
    document = EXPLAINED.read_text() if EXPLAINED.exists() else ""
    modules = wanted.modules or TESTS
    return max(_told_of(module, explained_of(module, document), wanted.containing) for module in modules)


def explained_of(module: str, document: str) -> str:
    """What stands below the module's name, which comes once for each kind of reason."""
    parts = re.split(r"^(`[\w/]+\.py`|#.*)$", document, flags=re.MULTILINE)
    return "".join(part for heading, part in zip(parts[1::2], parts[2::2], strict=True) if heading == f"`{module}`")


def _told_of(module: str, explained: str, containing: str) -> int:
    """1 where a mutant survives that docs/mutation.md does not explain."""
    begun = time.monotonic()
    found = [
        mutant
        for mutant in mutants(Path(module).read_text())
        if containing in str(mutant) and mutant.place in DECIDING.get(module, {mutant.place})
    ]
    with tempfile.TemporaryDirectory() as folder:
        os.environ["MUTATION_SECONDS"] = str(Path(folder) / "seconds")
        told = Path(folder) / "told"
        told.touch()

        def tell(mutant: Mutant) -> None:
            is_explained = f"`{mutant}`" in explained
            with told.open("a") as file:
                file.write("explained\n" if is_explained else "new\n")
            print(f"{module}:{mutant.line}: `{mutant}`{' (explained)' if is_explained else ''}", flush=True)

        survivors(module, TESTS[module], found, tell)
        survived = told.read_text().split()
    new = survived.count("new")
    took = time.monotonic() - begun
    print(f"{module}: {len(found)} mutants, {len(survived)} survived, {new} unexplained; {took:.0f} s", flush=True)
    return 1 if new else 0


if __name__ == "__main__":
    sys.exit(main())
