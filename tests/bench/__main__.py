"""Measures, says what was measured beside what is to be reached, and writes docs/performance.md.

`--only TEXT`: the measures with it in their names, shown and not written. `--quick`: a twentieth of everything, to see
that the bench itself runs.
"""

import argparse
import logging
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.bench import desk, drawing, growth, on_virtual_time, rivals, scale, scheduling, sending, storing
from tests.bench.page import Run, page
from tests.bench.table import Measure, Row, figures

PAGE = Path(__file__).parents[2] / "docs" / "performance.md"
MEASURES: tuple[Measure, ...] = (
    on_virtual_time.pace,
    on_virtual_time.bans,
    sending.blocking,
    sending.cpu,
    sending.killed,
    rivals.job_queue,
    rivals.job_store,
    sending.restarted,
    storing.durable_answers,
    storing.presses,
    storing.claim_and_mark_on_sqlite,
    storing.claim_and_mark_on_postgresql,
    scheduling.asked_at_once,
    scheduling.local_moments,
    drawing.patient_chart,
    drawing.patient_answer,
    drawing.team_summary,
    drawing.team_pdf,
    desk.pages_of_200,
    desk.pages_of_2000,
    *growth.MEASURES,
)


def main() -> int:
    """0, whatever was reached; the page says it."""
    arguments = _arguments()
    if arguments.quick:
        scale.quick()
    logging.disable(logging.INFO)
    wanted = [one for one in MEASURES if arguments.only is None or arguments.only in _name(one)]
    if not wanted:
        print("there are: " + ", ".join(map(_name, MEASURES)), file=sys.stderr)
        return 2
    run = Run()
    for place, measure in enumerate(wanted, 1):
        began = time.perf_counter()
        print(f"[{place}/{len(wanted)}] {_name(measure)} ...", end=" ", flush=True)
        rows = _rows(measure)
        print(f"{time.perf_counter() - began:.0f} s", flush=True)
        if arguments.only is not None or arguments.quick:
            print(figures(rows), flush=True)
        run.add(measure, rows)
    if arguments.only is None and not arguments.quick:
        PAGE.write_text(page(run), encoding="utf-8")
        print(f"written: {PAGE.relative_to(Path.cwd()) if PAGE.is_relative_to(Path.cwd()) else PAGE.name}")
    return 0


def _rows(measure: Measure) -> list[Row]:
    """Its figures. One that fails does not cost the others a quarter of an hour."""
    try:
        with tempfile.TemporaryDirectory(prefix="diary-bench-") as folder:
            return list(measure(Path(folder)))
    except Exception as fault:
        traceback.print_exc()
        return [Row(_name(measure), f"not measured: {type(fault).__name__}")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Measures; makes docs/performance.md.")
    parser.add_argument("--only", metavar="TEXT", help="only what has this in its name; nothing is written")
    parser.add_argument("--quick", action="store_true", help="a twentieth of everything; nothing is written")
    return parser.parse_args()


def _name(measure: Measure) -> str:
    return f"{measure.__module__.rpartition('.')[2]}.{measure.__name__}"


if __name__ == "__main__":
    sys.exit(main())
