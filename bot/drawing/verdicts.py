"""The verdict on the regimen in use, in the summary's own words. It computes the answer: for the worker process."""

import sys

from bot.drawing.asked import NOT_COMPUTED, Verdict
from bot.drawing.findings import BY_URGENCY, WITHOUT_VERDICT
from bot.drawing.pages import Answered, counts_words
from bot.logs import Lines
from bot.texts import Html, languages, texts_in
from jobs.desk.fingerprints import Fingerprint
from jobs.record import Record


def verdict_of(kept: Record, of: Fingerprint) -> Verdict:
    first, *others = languages()
    answered = Answered(kept, texts_in(first))
    code = answered.current.verdict if answered.current else WITHOUT_VERDICT
    said = [answered, *(answered.said_in(texts_in(language)) for language in others)]
    counts = {each.texts.language: counts_words(each) for each in said}
    return Verdict(code, BY_URGENCY.index(code), counts, of)


def without_verdict(of: Fingerprint) -> Verdict:
    """Of whoever cannot be computed, while the reason is being handled. Nothing urgent is known: they come last."""
    fault = Lines([]).formatException(sys.exc_info())
    return Verdict(NOT_COMPUTED, len(BY_URGENCY), dict.fromkeys(languages(), Html("")), of, fault)
