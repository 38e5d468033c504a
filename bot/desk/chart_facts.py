"""What the interactive chart of a patient shows, as JSON: the facts of the drawn page, with days as numbers.

It computes the answer, so it runs in the worker process. Days are counted from `first`, the diary's first day; what is
not known is null. The browser draws and finds words, and decides nothing: windows, lines, medians and verdicts come
from here.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import get_day_names, get_month_names

from bot.courses.course_facts import shortfall_parts
from bot.dialogues.wording import name_of
from bot.drawing import findings
from bot.drawing.pages import Answered, patient_facts
from bot.measuring.measurement_words import step_words, value_words
from bot.texts import Html, Texts, plain
from jobs.chart.facts import SCALE_HIGH, ChartCourse, ChartFacts
from jobs.chart.shapes import (
    DAYS_AROUND,
    OverlayPanel,
    calendar_span,
    median_line,
    missing_days,
    overlay_panels,
    overlay_spans,
)
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.record import Dose, Record
from jobs.wearing_off.effects import CourseEffect, SymptomAnalysis
from jobs.wearing_off.windows import pre_infusion_window
from storage.models import Item
from storage.questions import STANDARD

Json = dict[str, Any]
# By day and item, what was answered before it was corrected, oldest first.
Corrected = Mapping[date, Mapping[str, tuple[int | None, ...]]]

# What the browser puts into words by itself: `desk.chart.` and these.
WORDS = (
    *("symptom", "by_day", "around", "earlier", "later", "closer", "wider", "everything", "hint"),
    *("earlier_course", "later_course", "chosen_course", "other_courses", "days_to_course", "at_offset"),
    *("score", "no_score", "no_answer", "not_asked", "skipped", "open", "to_come", "late", "corrected"),
    *("cycle_day", "days_to", "days_to_planned", "corrected_entry", "table", "day", "remarks"),
)
# Words that the drawn page has as well.
SHARED = (
    *("course", "planned_course", "week_before", "planned_week_before", "late_entry", "missing_day", "not_asked_day"),
    *("median", "running_course", "no_entries", "nothing_to_compare", "today", "upper_limit", "scale", "span"),
)


def chart_facts(answered: Answered, corrected: Corrected) -> Json:
    kept, texts, facts = answered.kept, answered.texts, patient_facts(answered)
    first, last = kept.diary_from, calendar_span(facts)[1]

    def at(day: date) -> int:
        return (day - first).days

    missing = missing_days(first, kept.today, (entry.day for entry in kept.entries), kept.not_asked)
    return {
        "pseudonym": kept.pseudonym,
        "first": first.isoformat(),
        "today": at(kept.today),
        "last": at(last),
        "symptoms": _symptoms(kept, texts, corrected),
        "answered": [at(entry.day) for entry in kept.entries],
        "late": [at(entry.day) for entry in kept.entries if entry.late],
        "missing": [at(day) for day in missing],
        "courses": [
            _course(mark, dose, first, texts)
            for mark, dose in zip(facts.courses, kept.doses, strict=True)
            if first <= mark.course.end and mark.course.start <= last
        ],
        "overlay": _overlay(answered, facts),
        "kinase": _kinase(facts, first),
        "steroids": [
            {"name": strip.label, "steps": [[at(start), at(end), dose] for start, end, dose in strip.steps]}
            for strip in facts.steroids
        ],
        "measured": _measured(kept, texts),
        "words": _words(texts),
    }


def _symptoms(kept: Record, texts: Texts, corrected: Corrected) -> list[Json]:
    """The four, then what the team asks beside them: as long as the diary, null where there is no number."""
    days = (kept.today - kept.diary_from).days + 1
    found = []
    for each in (*STANDARD, *kept.further):
        key = each.key
        values: list[float | None] = [None] * days
        for entry in kept.entries:
            values[(entry.day - kept.diary_from).days] = _short(entry.values.get(key))
        before = {(day - kept.diary_from).days: list(items[key]) for day, items in corrected.items() if key in items}
        # Flights of stairs go beyond ten.
        top = max([SCALE_HIGH, *(value for value in values if value is not None)])
        found.append({"key": key, "name": name_of(each, texts), "values": values, "top": top, "corrected": before})
    return found


def _course(mark: ChartCourse, dose: Dose, first: date, texts: Texts) -> Json:
    course, week = mark.course, pre_infusion_window(mark.course)
    return {
        "number": course.number,
        "first": (course.start - first).days,
        "last": (course.end - first).days,
        "week": [(week.first - first).days, (week.last - first).days],
        "planned": course.status == "planned",
        "regimen": mark.regimen_label,
        "dose": mark.dose_label,
        "said": _course_words(mark, dose, texts),
    }


def _course_words(mark: ChartCourse, dose: Dose, texts: Texts) -> str:
    course = mark.course
    days = texts.show(course.start)
    if course.end > course.start:
        days = plain(texts("chart.span", first=course.start, last=course.end))
    parts = [each for each in (mark.regimen_label, mark.dose_label) if each]
    if dose.shortfall is not None:
        parts.append(plain(shortfall_parts(dose.shortfall, texts)))
    values = {"number": course.number, "days": days, "dose": ", ".join(parts)}
    planned = course.status == "planned"
    return plain(texts("desk.chart.planned" if planned else "desk.chart.given", **values))


def _overlay(answered: Answered, facts: ChartFacts) -> Json:
    """`spans`: the courses that one can step through. `medians` and `said`: by symptom, then by regimen or course."""
    first, analysis = facts.diary_from, answered.analysis
    medians, said = {}, {}
    for position, item in enumerate(Item):
        symptom = analysis.symptoms[item.value]
        panels = overlay_panels(facts.courses, facts.scores(position), facts.today)
        medians[item.value] = {panel.regimen.course.regimen: _median(panel) for panel in panels}
        said[item.value] = _said(symptom, facts, position, answered.texts)
    return {
        "spans": [
            {
                "course": span.course.number,
                "start": (span.course.start - first).days,
                "first": (span.first - first).days,
                "last": (span.last - first).days,
                "regimen": span.before.course.regimen,
                "running": span.role == "running",
                "said": plain(
                    answered.texts(
                        "desk.chart.step_planned" if span.course.status == "planned" else "desk.chart.step",
                        number=span.course.number,
                        date=span.course.start,
                        regimen=answered.names.full[span.before.course.regimen],
                    )
                ),
            }
            for span in overlay_spans(facts.courses, facts.today)
            if max(span.first, first) <= span.last
        ],
        "medians": medians,
        "said": said,
    }


def _median(panel: OverlayPanel) -> list[float | None]:
    """Of each of DAYS_AROUND a course."""
    known = {day: value for run in median_line(panel) for day, value in run}
    return [_short(known.get(day)) for day in range(DAYS_AROUND[0], DAYS_AROUND[1] + 1)]


def _short(value: float | None) -> float | None:
    """Whole numbers without a decimal: a diary is long."""
    return int(value) if value is not None and value == int(value) else value


def _said(symptom: SymptomAnalysis, facts: ChartFacts, position: int, texts: Texts) -> Json:
    """The verdict's numbers in words: of each course, and of each regimen."""
    answer = facts.answers[position]
    return {
        "courses": {effect.course: _effect_words(effect, texts) for effect in symptom.courses},
        "regimens": {mark.regimen: mark.line for mark in answer.regimens},
    }


def _effect_words(effect: CourseEffect, texts: Texts) -> str:
    if effect.difference is None or effect.low is None or effect.high is None:
        return plain(texts("desk.chart.no_effect", reason=findings.reason(effect, texts)))

    def mean(value: float | None) -> str:
        return "–" if value is None else findings.number(value, texts)

    verdict = findings.verdict(effect, texts)
    if effect.provisional:
        verdict = Html(f"{verdict} ({texts('chart.provisional_course')})")
    values = {
        "before": mean(effect.pre_mean),
        "mid": mean(effect.ref_mean),
        "difference": findings.number(effect.difference, texts),
        "interval": findings.interval(effect.low, effect.high, texts),
        "verdict": verdict,
    }
    if effect.kind == "two_sided":
        return plain(texts("desk.chart.effect_two_sided", after=mean(effect.next_ref_mean), **values))
    return plain(texts("desk.chart.effect", **values))


def _kinase(facts: ChartFacts, first: date) -> Json | None:
    if facts.lab is None:
        return None
    values = [[(day - first).days, value] for day, value in facts.lab.values if day >= first]
    return {"name": facts.lab.label, "values": values, "limit": facts.lab.upper_limit} if values else None


def _measured(kept: Record, texts: Texts) -> list[list[Any]]:
    """(first day, last day, words): what was measured on a day, and which steroid doses were taken on it."""
    first = kept.diary_from
    days = [
        (day, day, value_words(analyte, value, limit, texts))
        for analyte, values, limit in (
            (CREATINE_KINASE, kept.creatine_kinase, kept.upper_limit),
            (WEIGHT, kept.weights, None),
        )
        for day, value in values
    ]
    days += [(step.start, step.last, step_words(step, texts)) for step in kept.steroids]
    return [
        [max((start - first).days, 0), (min(end, kept.today) - first).days, plain(words)]
        for start, end, words in days
        if first <= end and start <= kept.today
    ]


def _words(texts: Texts) -> Json:
    own = texts.unfilled("desk.chart.")
    shared = texts.unfilled("chart.")
    months, weekdays = (names("abbreviated", locale=texts.locale) for names in (get_month_names, get_day_names))
    return {
        **{name: plain(Html(shared[f"chart.{name}"])) for name in SHARED},
        **{name: plain(Html(own[f"desk.chart.{name}"])) for name in WORDS},
        "date": texts.unfilled("date.pattern")["date.pattern"],
        "date_first": texts.unfilled("date.pattern")["date.pattern_first"],
        "months": [months[number] for number in range(1, 13)],
        "weekdays": [weekdays[number] for number in range(7)],
        "locale": texts.locale.replace("_", "-"),
    }
