"""One value as a cell of a CSV file, that no spreadsheet takes for a formula; and a cell's text as it was written.

A spreadsheet runs a cell that begins with one of `= + - @`. Whatever text would begin so gets an apostrophe before it,
which makes it a text everywhere. A spreadsheet may also split at another mark than the file's (a German one at
semicolons, and a quotation mark within a cell does not hold it back), so that a cell begins within a text: there, too.
(OWASP, "CSV Injection".)
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime, time
from decimal import Decimal

from jobs import due

# After whatever can end a cell, for any spreadsheet; and what can stand before a formula without hiding it.
_BEGINNING = r"(?:\A|(?<=[,;|\t\r\n\v\f]))"
_FORMULA = re.compile(_BEGINNING + r"(?=[\s\0\"]*[=+\-@'＝＋－＠])")
_GUARD = re.compile(_BEGINNING + "'")


def guarded(text: str) -> str:
    """`text` with an apostrophe wherever a formula could begin, and before an apostrophe that stands there itself."""
    return _FORMULA.sub("'", text)


def unguarded(cell: str) -> str:
    """The text that `guarded` was given."""
    return _GUARD.sub("", cell)


def cell(value: object, zone: str, decimal: str) -> str:
    """Empty for None. Instants as they were on the wall in `zone`, with the offset: `2026-03-29T18:00:00+01:00`.

    A list's members stand after one another; an object is JSON.
    """
    match value:
        case None:
            return ""
        case float():
            return guarded(number_cell(value).replace(".", decimal))
        case datetime():
            return value.astimezone(due.zone_of(zone)).isoformat()
        case _:
            return guarded(_text(value))


def number_cell(value: float) -> str:
    """All its digits, never an exponent: `80`, `0.4`."""
    return f"{Decimal(repr(value)):f}".removesuffix(".0")


def _text(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case time():
            return value.isoformat("auto" if value.second or value.microsecond else "minutes")
        case Mapping():
            return json.dumps(value, ensure_ascii=False, sort_keys=True)
        case ():
            return "none"
        case tuple():
            return " ".join(str(each) for each in value)
        case _:
            return str(value)
