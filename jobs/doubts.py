"""What is possible and still unusual is asked about once more, pure: *is it right?*"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from jobs.shortfall import Amount

# Of a course, as a multiple of the patient's last ones; and in g/kg, where there is none.
USUAL_CHANGE = 2.0
USUAL_TOTAL = 4.0
# In words for all patients: a number before what medicines are measured in, as the three languages write it.
_MEASURES = r"(?i:mg|[µμ]g|mcg|ml|iu|ie|i\.e\.|ui)(?:/kg)?|g(?:/kg)?"
_NAMES = (
    r"(?i:(?:milli)?gramm?e?s?|units?|einheiten|unités?|tablets?|tabletten?|comprimés?|capsules?|kapseln?|gélules?"
    r"|pills?|drops?|tropfen|gouttes?|ampoules?|ampullen?)"
)
_DOSE = re.compile(rf"\d+(?:[.,]\d+)?\s?(?:{_MEASURES}|{_NAMES})(?!\w)")


@dataclass(frozen=True)
class Doubt:
    """Why a number is asked about again: a text's key and its arguments."""

    key: str
    arguments: Mapping[str, object]


def doubt_of_course(new: Amount, last_ones: Sequence[Amount]) -> Doubt | None:
    """A course that comes to far more or far less than the patient's `last_ones`, the oldest first."""
    total, known = new.total, [each.total for each in last_ones]
    if not known:
        return Doubt("plan.doubt.high", {"total": total, "limit": USUAL_TOTAL}) if total > USUAL_TOTAL else None
    if min(known) / USUAL_CHANGE <= total <= max(known) * USUAL_CHANGE:
        return None
    return Doubt("plan.doubt.change", {"total": total, "last": known[-1]})


def doubt_of_words(written: str) -> Doubt | None:
    """Words that all patients are to read, and in which something reads like a dose: the first of it."""
    found = _DOSE.search(written)
    return Doubt("words.doubt.dose", {"found": found[0]}) if found else None
