"""The figures as Markdown, ours beside the document's."""

import math
from collections.abc import Sequence

from jobs.wearing_off.simulation import Cell
from jobs.wearing_off.verdict import Verdict
from tests.simulate.cells import Figures, LookRow, Row
from tests.simulate.measure import Looks, Outcome, Summary, ever, summary

# The document's cells have 2,000 to 4,000 diaries.
DOCUMENT_DIARIES = 2000
ERRORS_ALLOWED = 3
BY = (3, 5, 8, 15)
RETURNS: frozenset[Verdict] = frozenset({"returns"})
POSSIBLE: frozenset[Verdict] = frozenset({"returns", "possible_return"})
DOES_NOT: frozenset[Verdict] = frozenset({"does_not_return"})

ManyLooks = Sequence[Looks]


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def beyond_chance(here: float, document: float, diaries: int) -> bool:
    """Whether two shares, each from its own diaries, differ by more than three standard errors."""
    pooled = (here * diaries + document * DOCUMENT_DIARIES) / (diaries + DOCUMENT_DIARIES)
    # One diary more or less is never a finding.
    pooled = min(max(pooled, 1 / DOCUMENT_DIARIES), 1 - 1 / DOCUMENT_DIARIES)
    error = math.sqrt(pooled * (1 - pooled) * (1 / diaries + 1 / DOCUMENT_DIARIES))
    return abs(here - document) > ERRORS_ALLOWED * error


def main_table(rows: Sequence[tuple[Row, Sequence[Outcome]]]) -> str:
    """Document / here in every column; `!` marks a share that chance does not explain."""
    body = []
    for row, outcomes in rows:
        here, said = summary(outcomes, "A"), row.document or Figures(math.nan)
        body.append(
            [
                row.cell.name,
                _pair(said.up, here.up, here.diaries, 3),
                _pair(said.coverage, here.coverage, round(here.usable * here.diaries), 3),
                f"{_number(said.mean, 2)} / {_number(here.mean, 2)} (true {_number(here.truth, 2)})",
                f"{_number(said.half, 2)} / {_number(here.half, 2)}",
                _number(here.plain, 3),
            ]
        )
    return table(["cell", "up", "coverage", "mean m", "half-width", "coverage with df K-1"], body)


def verdict_table(rows: Sequence[tuple[Row, Sequence[Outcome]]]) -> str:
    """Verdicts at one look, on the last day; of regimens, then of single courses."""
    names: tuple[Verdict, ...] = ("returns", "possible_return", "small_rise", "does_not_return", "unclear")
    body = []
    for row, outcomes in rows:
        here = summary(outcomes, "A")
        shares = [_number(here.verdicts.get(name, 0.0), 3) for name in names]
        body.append([row.cell.name, *shares, _number(here.single_returns, 3), _number(here.single_half, 2)])
    return table(["cell", *names, "single courses: returns", "their half-width"], body)


def look_table(rows: Sequence[tuple[LookRow, ManyLooks]]) -> str:
    body = []
    for row, looks in rows:
        cells = [row.cell.name]
        for k, called in enumerate((RETURNS, POSSIBLE)):
            here = [ever(looks, called, by) for by in BY]
            if row.document is None:
                cells.append(" / ".join(_number(share, 3) for share in here))
            else:
                said = row.document[k]
                marks = "!" if any(beyond_chance(h, s, len(looks)) for h, s in zip(here, said, strict=True)) else ""
                cells.append(
                    f"{' / '.join(_number(s, 3) for s in said)}<br>{' / '.join(_number(h, 3) for h in here)}{marks}"
                )
        cells.append(" / ".join(_number(ever(looks, DOES_NOT, by), 3) for by in BY))
        body.append(cells)
    return table(["cell", "returns by 3 / 5 / 8 / 15", "possible or returns", "does not return, ever"], body)


def weekly_table(rows: Sequence[tuple[Cell, ManyLooks, ManyLooks]]) -> str:
    """Of each cell: looks after each completed course, and looks every week."""
    body = []
    for cell, completed, weekly in rows:
        for name, looks in (("after each course", completed), ("every week", weekly)):
            shares = [
                " / ".join(_number(ever(looks, called, by), 3) for by in BY[:3])
                for called in (RETURNS, POSSIBLE, DOES_NOT)
            ]
            body.append([cell.name, name, *shares])
    return table(["cell", "looked at", "returns by 3 / 5 / 8", "possible or returns", "does not return"], body)


def beyond_table(rows: Sequence[tuple[Cell, Sequence[Outcome]]]) -> str:
    body = []
    for cell, outcomes in rows:
        for name in dict.fromkeys(result.regimen for outcome in outcomes for result in outcome.results):
            here = summary(outcomes, name)
            body.append(_beyond_row(cell, name, here, outcomes))
    header = ["cell", "regimen", "up", "coverage", "mean m", "half-width", "returns", "possible", "does not return"]
    return table([*header, "one-sided courses: returns", "courses moved"], body)


def _beyond_row(cell: Cell, name: str, here: Summary, outcomes: Sequence[Outcome]) -> list[str]:
    courses = sum(part.cycles for part in cell.parts)
    moved = sum(outcome.moved for outcome in outcomes) / (courses * len(outcomes))
    return [
        cell.name,
        name,
        _number(here.up, 3),
        _number(here.coverage, 3),
        f"{_number(here.mean, 2)} (true {_number(here.truth, 2)})",
        _number(here.half, 2),
        *(_number(here.verdicts.get(verdict, 0.0), 3) for verdict in ("returns", "possible_return", "does_not_return")),
        _number(here.one_sided_returns, 3),
        _number(moved, 2) if cell.moving else "-",
    ]


def compared_table(rows: Sequence[tuple[Cell, Sequence[Outcome]]]) -> str:
    """Differences between regimens: coverage, and how often each direction is called."""
    body = []
    for cell, outcomes in rows:
        pairs = dict.fromkeys((each.earlier, each.later) for outcome in outcomes for each in outcome.compared)
        for pair in pairs:
            own = [each for outcome in outcomes for each in outcome.compared if (each.earlier, each.later) == pair]
            truths = [each.truth for each in own if not math.isnan(each.truth)]
            truth = sum(truths) / len(truths)
            body.append(
                [
                    cell.name,
                    f"{pair[1]} - {pair[0]}",
                    _number(truth, 2),
                    _number(sum(each.difference for each in own) / len(own), 2),
                    _number(sum(1 for each in own if each.low <= truth <= each.high) / len(own), 3),
                    _number(sum(1 for each in own if each.low > 0) / len(own), 3),
                    _number(sum(1 for each in own if each.high < 0) / len(own), 3),
                    _number(sum(1 for each in own if each.high < 1) / len(own), 3),
                ]
            )
    header = ["cell", "difference", "true", "mean", "coverage", "called higher", "called lower"]
    return table([*header, "worse by over 1 excluded"], body)


def _pair(said: float | None, here: float, diaries: int, digits: int) -> str:
    strange = said is not None and not math.isnan(said) and beyond_chance(here, said, diaries)
    return f"{_number(said, digits)} / {_number(here, digits)}{'!' if strange else ''}"


def _number(value: float | None, digits: int) -> str:
    if value is None or math.isnan(value):
        return "-"
    return f"{round(value, digits) + 0.0:.{digits}f}"
