"""Runs every measurement and prints one table. Compare within a row, not across machines."""

import sys
import tempfile
from pathlib import Path

from tests.bench import measures


def main() -> None:
    print("| what | ours | beside it |\n|---|---|---|")
    for measure in measures.ALL:
        with tempfile.TemporaryDirectory(prefix="diary-bench-") as folder:
            row = measure(Path(folder))
        print(f"| {row.what} | {row.ours} | {row.beside} |")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
