"""The rows of the table, and what they say beside their targets: reached, or short by how much."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

NOTHING = "–"


@dataclass(frozen=True)
class Row:
    """One figure. `target`: what delivery.md asks for; `beside`: the same work done by somebody else in this run."""

    what: str
    ours: str
    target: str = NOTHING
    verdict: str = NOTHING
    beside: str = NOTHING


# Makes what it needs in the folder that it is given; its first line of documentation says how it measures.
Measure = Callable[[Path], Sequence[Row]]


def number(value: float) -> str:
    """Three significant digits, whole from a hundred on."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def at_most(what: str, value: float, limit: float, unit: str, *, beside: str = NOTHING, detail: str = "") -> Row:
    """Reached when it is no more than `limit`."""
    return _judged(what, value, limit, unit, "at most", value - limit, beside, detail)


def at_least(what: str, value: float, limit: float, unit: str, *, beside: str = NOTHING, detail: str = "") -> Row:
    """Reached when it is no less than `limit`."""
    return _judged(what, value, limit, unit, "at least", limit - value, beside, detail)


def _judged(
    what: str, value: float, limit: float, unit: str, bound: str, short: float, beside: str, detail: str
) -> Row:
    verdict = "reached"
    if short > 0:
        share = f" ({short / limit:.0%})" if limit and unit != "%" else ""
        verdict = f"falls short by {number(short)}{unit}{share}"
    ours = f"{number(value)}{unit}" + (f"; {detail}" if detail else "")
    return Row(what, ours, f"{bound} {number(limit)}{unit}", verdict, beside)


def markdown(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    made = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in made)


def figures(rows: Sequence[Row]) -> str:
    """The rows as a table."""
    head = ("what", "ours", "to reach", "so", "beside it")
    return markdown(head, [(row.what, row.ours, row.target, row.verdict, row.beside) for row in rows])
