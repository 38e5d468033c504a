"""How values and steroid doses are said, and the words that are understood in a line about steroids."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any

from bot.texts import Html, Texts, languages, texts_in
from jobs import measuring
from jobs.inputs import CREATINE_KINASE
from jobs.measured import Value
from jobs.measured_lines import Words
from jobs.steroids import SteroidStep
from jobs.zone_names import plain
from storage.models import Measurement, SteroidDose


def value_words(analyte: str, value: float, upper_limit: float | None, texts: Texts) -> Html:
    """`CK 1,250 U/l (upper limit 195)`, `Weight 82.5 kg`."""
    if analyte != CREATINE_KINASE:
        return texts("weight.value", value=value)
    if upper_limit is None:
        return texts("ck.value", value=value)
    return texts("ck.value_with_limit", value=value, limit=upper_limit)


def dose_words(dose: float, alternate: float | None, texts: Texts) -> Html:
    """`15 mg a day`, `30 mg and 20 mg on alternate days`."""
    if alternate is None:
        return texts("steroid.each_day", dose=dose)
    return texts("steroid.in_turn", dose=dose, alternate=alternate)


def step_words(step: SteroidStep, texts: Texts) -> Html:
    """`prednisone 15 mg a day, from Sun 1 Mar 2026, still taken`."""
    dose = dose_words(step.dose_mg, step.alternate_dose_mg, texts)
    if step.end is None:
        return texts("steroid.running", drug=step.drug, dose=dose, start=step.start)
    return texts("steroid.span", drug=step.drug, dose=dose, start=step.start, end=step.end)


def entry_words(entry: Value | SteroidStep, texts: Texts) -> Html:
    """What is to be entered, with its day."""
    if isinstance(entry, SteroidStep):
        return step_words(entry, texts)
    return _dated(value_words(entry.analyte, entry.value, entry.upper_limit, texts), entry.day, texts)


def row_words(row: Measurement | SteroidDose, texts: Texts) -> Html:
    """One entry, with its day."""
    if isinstance(row, Measurement):
        return _dated(value_words(row.analyte, row.value, row.upper_limit, texts), row.taken_on, texts)
    return step_words(SteroidStep(row.starts_on, row.ends_on, row.drug, row.dose_mg, row.alternate_dose_mg), texts)


def audited_words(facts: Mapping[str, Any], texts: Texts) -> Html:
    """The same of an entry as the audit holds it: see jobs.measuring."""
    if "analyte" in facts:
        value = value_words(facts["analyte"], facts["value"], facts["upper_limit"], texts)
        return _dated(value, date.fromisoformat(facts["taken_on"]), texts)
    return step_words(measuring.audited_step(facts), texts)


def _dated(value: Html, day: date, texts: Texts) -> Html:
    return texts("measure.dated", value=value, date=day)


@cache
def words() -> Words:
    """Of every language, as days are read too. The catalogue's, so that a new language needs no code."""
    spoken = [texts_in(language) for language in languages()]
    return Words(
        start=_alternatives(texts("steroid.words.from") for texts in spoken),
        end=_alternatives(texts("steroid.words.to") for texts in spoken),
        stop=_alternatives(texts("steroid.words.stop") for texts in spoken),
    )


def _alternatives(lines: Iterable[Html]) -> frozenset[str]:
    return frozenset(plain(word) for line in lines for word in line.split("/"))
