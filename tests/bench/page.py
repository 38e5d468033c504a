"""docs/performance.md, out of what was measured."""

import os
import platform
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

import psutil  # type: ignore[import-untyped]

from tests.bench import growth
from tests.bench.table import Measure, Row, figures, markdown

PACKAGES = (
    "python-telegram-bot", "APScheduler", "SQLAlchemy", "sqlmodel", "httpx", "psycopg", "matplotlib", "numpy",
)  # fmt: skip


@dataclass
class Run:
    """What one run has measured."""

    began: float = field(default_factory=time.perf_counter)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))
    load: float = field(default_factory=lambda: os.getloadavg()[0])
    measured: list[tuple[Measure, Sequence[Row]]] = field(default_factory=list)

    def add(self, measure: Measure, rows: Sequence[Row]) -> None:
        self.measured.append((measure, rows))


def page(run: Run) -> str:
    """The whole page."""
    grown = [rows for measure, rows in run.measured if measure in growth.MEASURES]
    others = [(measure, rows) for measure, rows in run.measured if measure not in growth.MEASURES]
    rows = [row for _, some in others for row in some]
    short = [row for row in rows if row.verdict.startswith("falls")]
    judged = sum(row.verdict != "–" for row in rows)
    minutes = (time.perf_counter() - run.began) / 60
    parts = [
        "# Performance",
        "Made by `make bench`; not to be edited by hand. No figure here was not measured in that one run. "
        "Compare within a row, not across machines.",
        f"{run.at:%d %B %Y}, of commit {_commit()}, in {minutes:.0f} minutes, on {_machine()}. "
        f"The load of the machine when it began: {run.load:.1f}.",
        f"{judged - len(short)} of {judged} figures are reached.",
        *(f"- {row.what}: {row.ours}; {row.target}, {row.verdict}." for row in short),
        "## The figures",
        figures(rows),
        "## Growth",
        _growth(grown),
        "## How each was measured",
        *(
            _method(measure, some)
            for measure, some in [*others, *[one for one in run.measured if one not in others][:1]]
        ),
    ]
    return _joined(parts)


def _joined(parts: Sequence[str]) -> str:
    """Paragraphs apart, the items of a list together."""
    text = ""
    for part in parts:
        text += ("\n" if part.startswith("- ") and text.splitlines()[-1].startswith("- ") else "\n\n") + part
    return text.strip() + "\n"


def _commit() -> str:
    """Of what was measured; a `+` where files were changed since."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "not known"


def _machine() -> str:
    memory = psutil.virtual_memory().total / (1 << 30)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    system = f"{platform.system()} {platform.machine()}"
    return f"{os.cpu_count()} cores, {memory:.0f} GiB, {system}, Python {platform.python_version()}; {packages}"


def _growth(grown: Sequence[Sequence[Row]]) -> str:
    """A line a size, a column a figure."""
    if not grown:
        return "Not measured."
    head = ["patients", *(row.what.partition(": ")[2] for row in max(grown, key=len))]
    return markdown(head, [[rows[0].what.partition(" ")[0], *(row.ours for row in rows)] for rows in grown])


def _method(measure: Measure, rows: Sequence[Row]) -> str:
    told = " ".join((measure.__doc__ or "").split())
    return f"- {rows[0].what.partition(':')[0]}: {told}"
