"""What a column of the export is: its type, what it means, and how a value becomes a cell and a cell a value again.

The data dictionary, the writing and the reading all follow from it.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Literal

from jobs.csv_table import Row
from jobs.own_data.cells import guarded, number_cell, unguarded

Kind = Literal["text", "date", "instant", "time", "whole", "decimal", "yes_no", "list"]
FORMS: dict[Kind, str] = {
    "text": "text",
    "date": "date, YYYY-MM-DD",
    "instant": "instant in UTC, YYYY-MM-DDTHH:MM:SS+00:00",
    "time": "time on the patient's clock, HH:MM",
    "whole": "whole number",
    "decimal": "number, with a decimal point",
    "yes_no": "yes or no",
    "list": "words with a space between them; none for an empty list",
}
YES_NO = {"yes": True, "no": False}
NONE = "none"
DAY, INSTANT = "YYYY-MM-DD", "YYYY-MM-DDTHH:MM:SS+00:00"


@dataclass(frozen=True)
class Column:
    """`field`: of the row, where it is called otherwise. `empty`: what an empty cell means; without, none is empty.

    `choices`: the words it may hold; `word`: a word beside the numbers that stands for no value. `least` and `most`:
    of a number, `above`: more than `least`; `longest`: characters of a text. `code`: in a terminology.
    `is_made`: made of other columns, so that an import does not read it.
    """

    name: str
    kind: Kind
    meaning: str
    field: str = ""
    empty: str = ""
    unit: str = ""
    choices: tuple[str, ...] = ()
    word: str = ""
    least: float = -math.inf
    most: float = math.inf
    above: bool = False
    longest: int = 0
    code: str = ""
    is_made: bool = False

    @property
    def of(self) -> str:
        """The row's field."""
        return self.field or self.name

    @property
    def allowed(self) -> str:
        """As a reader of the dictionary sees it."""
        if self.choices:
            return ", ".join(self.choices)
        said = [f"more than {self.least:g}" if self.above else f"from {self.least:g}"] if self.least > -math.inf else []
        said += [f"at most {self.most:.10g}"] if self.most < math.inf else []
        said += [f"at most {self.longest} characters"] if self.longest else []
        said += [f"or {self.word}"] if self.word else []
        return ", ".join(said)

    def written(self, value: Any) -> str:
        """Empty for None, or the word that stands for it."""
        return self.word if value is None else _CELLS[self.kind](value)

    def read(self, row: Row) -> Any:
        """The cell's value, None for an empty one; a fault is noted where it does not hold what it should."""
        cell = row.text(self.name)
        if not cell and not self.empty:
            row.required(self.name, self._expected())
        if not cell or cell == self.word:
            return None
        return _READINGS[self.kind](self, row)

    def list_in(self, row: Row) -> tuple[str, ...] | None:
        cell = row.text(self.name)
        words = () if cell == NONE else tuple(cell.split(" "))
        if self.choices and not set(words) <= set(self.choices):
            row.fault(self.name, "not_a_choice", "|".join(self.choices))
            return None
        return words

    def text_in(self, row: Row) -> str | None:
        text = unguarded(row.text(self.name))
        if self.choices and text not in self.choices:
            row.fault(self.name, "not_a_choice", "|".join(self.choices))
        elif "\0" in text:
            # PostgreSQL holds none.
            row.fault(self.name, "not_csv", "NUL")
        elif self.longest and len(text) > self.longest:
            row.fault(self.name, "too_long", str(self.longest))
        else:
            return text
        return None

    def yes_in(self, row: Row) -> bool | None:
        chosen = row.choice(self.name, tuple(YES_NO))
        return None if chosen is None else YES_NO[chosen]

    def _expected(self) -> str:
        return "|".join(self.choices) or {"date": DAY, "instant": INSTANT, "time": "HH:MM", "yes_no": "yes|no"}.get(
            self.kind, ""
        )


_CELLS: dict[Kind, Callable[[Any], str]] = {
    "text": guarded,
    "date": lambda value: str(value.isoformat()),
    "instant": lambda value: str(value.astimezone(UTC).isoformat()),
    "time": lambda value: str(value.isoformat("auto" if value.second or value.microsecond else "minutes")),
    "whole": str,
    "decimal": number_cell,
    "yes_no": lambda value: "yes" if value else "no",
    "list": lambda value: " ".join(map(str, value)) or NONE,
}
_READINGS: dict[Kind, Callable[[Column, Row], Any]] = {
    "text": Column.text_in,
    "date": lambda column, row: row.day(column.name),
    "instant": lambda column, row: row.instant(column.name),
    "time": lambda column, row: row.time(column.name),
    "whole": lambda column, row: row.whole(column.name, int(column.least), int(column.most)),
    "decimal": lambda column, row: row.number(column.name, column.least, column.most, above=column.above),
    "yes_no": Column.yes_in,
    "list": Column.list_in,
}
