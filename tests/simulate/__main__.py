"""Reproduce the method's tables: `python -m tests.simulate --diaries 2000 --write docs/method.md`.

Writes Markdown to stdout, or between the two marks of a file. The same seed gives the same figures on any number of
processes.
"""

import argparse
import os
import sys
from functools import partial
from pathlib import Path

from tests.simulate import tables
from tests.simulate.cells import BEYOND, LOOKS, TABLE, WEEKLY
from tests.simulate.measure import measure, verdicts_after_each_course, verdicts_every_week
from tests.simulate.running import Progress, run, workers

BEGIN = "<!-- simulated: begin -->"
END = "<!-- simulated: end -->"
SEED = 20010601


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if options.list:
        cells = [*(row.cell for row in TABLE), *(row.cell for row in LOOKS), *WEEKLY, *BEYOND]
        print("\n".join(cell.name for cell in cells))
        return 0
    text = _simulate(options.diaries, options.seed, options.processes, options.cells)
    if options.write is None:
        print(text)
        return 0
    path = Path(options.write)
    page = path.read_text(encoding="utf-8")
    if BEGIN not in page or END not in page:
        print(f"{path} has no place for the tables: the lines {BEGIN} and {END}", file=sys.stderr)
        return 2
    before, after = page.split(BEGIN)[0], page.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulate", description=__doc__)
    parser.add_argument("--diaries", type=int, default=2000, help="diaries a cell (2000)")
    parser.add_argument("--cells", default="", help="only cells whose name contains this")
    parser.add_argument("--seed", type=int, default=SEED, help=f"({SEED})")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="(one a core)")
    parser.add_argument("--write", metavar="FILE", help="put the tables between the marks of this file")
    parser.add_argument("--list", action="store_true", help="list the cells")
    return parser.parse_args(arguments)


def _simulate(diaries: int, seed: int, processes: int, only: str) -> str:
    rows = [row for row in TABLE if only in row.cell.name]
    looks = [row for row in LOOKS if only in row.cell.name]
    weekly = [cell for cell in WEEKLY if only in cell.name]
    beyond = [cell for cell in BEYOND if only in cell.name]
    progress = Progress(diaries * (len(rows) + len(looks) + 2 * len(weekly) + len(beyond)))
    with workers(processes) as executor:
        measured = [
            (row, run(executor, partial(measure, row.cell, seed), diaries, progress, row.cell.name)) for row in rows
        ]
        seen = [
            (row, run(executor, partial(verdicts_after_each_course, row.cell, seed), diaries, progress, row.cell.name))
            for row in looks
        ]
        by_week = [
            (
                cell,
                run(executor, partial(verdicts_after_each_course, cell, seed), diaries, progress, cell.name),
                run(executor, partial(verdicts_every_week, cell, seed), diaries, progress, f"{cell.name}, weekly"),
            )
            for cell in weekly
        ]
        further = [(cell, run(executor, partial(measure, cell, seed), diaries, progress, cell.name)) for cell in beyond]
    progress.close()
    parts = [f"{diaries} diaries a cell, seed {seed}. Where two figures stand together: document / here."]
    if measured:
        parts += ["### One look, on the last day", tables.main_table(measured)]
        parts += ["### Verdicts at that look", tables.verdict_table(measured)]
    if seen:
        parts += ["### A look after every completed course", tables.look_table(seen)]
    if by_week:
        parts += ["### Looking every week", tables.weekly_table(by_week)]
    if further:
        parts += ["### What the document had not simulated", tables.beyond_table(further)]
        compared = tables.compared_table([each for each in further if len(each[0].parts) > 1])
        parts += ["### Differences between regimens", compared]
    return "\n\n".join(parts)


if __name__ == "__main__":
    sys.exit(main())
