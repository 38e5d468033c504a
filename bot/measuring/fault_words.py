"""A fault in a table in plain words: what is wrong, and what would be right."""

import re

from bot.texts import Html, Texts
from jobs.csv_table import Fault


def wrong(fault: Fault, texts: Texts) -> Html:
    return texts(f"cli.fault.{fault.code}", found=fault.found, expected=_expected(fault.expected, texts))


def _expected(form: str, texts: Texts) -> Html | str:
    """The short forms of `jobs.csv_table.Fault` as a reader expects them: numbers are more or less, days later."""
    least, above = form.startswith(">="), form.startswith(">")
    low, to, high = form.lstrip(">=").partition("..")
    dated = "-" in low
    if to:
        return texts("cli.expected.above_to" if above else "cli.expected.from_to", low=low, high=high)
    if least:
        return texts("cli.expected.not_before" if dated else "cli.expected.from", low=low)
    if above:
        return texts("cli.expected.after" if dated else "cli.expected.above", low=low)
    if form.startswith("<"):
        return texts("cli.expected.before", high=form[1:])
    if form.startswith("~"):
        return texts("cli.expected.such_as", example=form[1:])
    return ", ".join(re.split(r"[|,]", form))
