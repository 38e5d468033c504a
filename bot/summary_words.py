"""One patient in the summary, in words: what was found, its limits, what comes, what has changed. Never what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot import findings
from bot.course_facts import shortfall_parts
from bot.findings import number
from bot.pages import (
    DAYS_OF_ADHERENCE,
    Answered,
    answered_words,
    counts_words,
    flag,
    next_course_words,
    verdict_words,
)
from bot.texts import Html, Texts
from jobs.attention import Noted
from jobs.changes import Changes, changes_within


@dataclass(frozen=True)
class Raised:
    """An alert, in words: what was answered. `seen`: by somebody; `corrected`: by the patient, since."""

    number: int
    what: Html
    seen: bool
    corrected: bool


def paragraph(each: Answered, known: Noted | None, raised: Sequence[Raised] = ()) -> Html:
    """`known`: who needs a look was seen by somebody or put off."""
    texts = each.texts
    found = texts(
        "summary.found",
        pseudonym=each.kept.pseudonym,
        verdict=verdict_words(each),
        counts=counts_words(each),
        onset=onset_words(each),
    )
    latest = findings.latest_alone(each.analysis.symptoms[findings.LEADING], texts)
    lines = [found, *([latest] if latest else []), *alert_lines(raised, texts), *_flag_lines(each), *days_lines(each)]
    if known is not None:
        lines.append(
            texts("summary.seen") if known.not_before is None else texts("summary.put_off", date=known.not_before)
        )
    return Html("\n".join(lines))


def alert_lines(raised: Sequence[Raised], texts: Texts) -> list[Html]:
    """What the team was told of by alerts, and whether anybody pressed *Seen*."""
    return [
        texts(
            "summary.alert_seen" if each.seen else "summary.alert_unseen",
            what=each.what,
            corrected=texts("summary.alert_corrected") if each.corrected else Html(""),
        )
        for each in raised
    ]


def _flag_lines(each: Answered) -> list[Html]:
    return [each.texts("summary.flag", flag=flag(each))] if flag(each) else []


def onset_words(each: Answered) -> Html:
    """From which cycle day it returns, the median of the courses that do; empty where none does."""
    now = each.current
    if now is None or now.onset is None or now.verdict == findings.WITHOUT_VERDICT:
        return Html("")
    return each.texts("summary.onset", day=number(now.onset.median, each.texts, "0.#"))


def days_lines(each: Answered) -> list[Html]:
    """Answered, not asked and late days; the next course; what has changed."""
    texts = each.texts
    lines = [texts("summary.days", answered=_days_words(each), next=next_course_words(each.kept, texts))]
    changed = changed_words(changes_within(each.kept, DAYS_OF_ADHERENCE), each)
    return [*lines, texts("summary.changed", changes=Html("; ".join(changed)))] if changed else lines


def _days_words(each: Answered) -> Html:
    texts = each.texts
    not_asked, late = each.kept.limits(DAYS_OF_ADHERENCE)
    said = [answered_words(each.kept, texts)]
    said += [texts.plural("summary.not_asked", not_asked)] if not_asked else []
    said += [texts.plural("summary.late", late)] if late else []
    return Html(", ".join(said))


def changed_words(changes: Changes, each: Answered) -> list[Html]:
    texts, short, said = each.texts, each.names.short, []
    for key, change in (("summary.changed_regimen", changes.regimen), ("summary.changed_planned", changes.planned)):
        if change is not None:
            said.append(texts(key, date=change.day, before=short[change.before], after=short[change.after]))
    said += [
        texts("summary.changed_in_part", date=course.day, of=shortfall_parts(course.shortfall, texts))
        for course in changes.in_part
    ]
    for step in changes.steroids:
        doses = {"before": _dose(step.before, texts), "after": _dose(step.after, texts)}
        said.append(texts("summary.changed_steroid", drug=step.drug, date=step.day, **doses))
    if (kinase := changes.kinase) is not None:
        value = number(kinase.value, texts, "#,##0")
        if kinase.before is None:
            said.append(texts("summary.kinase", value=value, date=kinase.day))
        else:
            before = number(kinase.before, texts, "#,##0")
            said.append(texts("summary.kinase_before", value=value, date=kinase.day, before=before))
    return said


def _dose(milligrams: float, texts: Texts) -> str:
    return number(milligrams, texts, "0.##")
