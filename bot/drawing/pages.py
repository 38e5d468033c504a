"""A record turned into the facts and words of a page. It computes the answer, so it runs in the worker process."""

from collections.abc import Collection
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from typing import Any

from babel.dates import get_month_names
from babel.numbers import get_decimal_symbol

from bot.courses.course_facts import shortfall_parts
from bot.dialogues.wording import name_of
from bot.drawing import finding_marks, findings
from bot.drawing.findings import BY_URGENCY, LEADING, Names, number
from bot.texts import Html, Texts, plain
from jobs import further
from jobs.attention import Attention, attention, silent_days
from jobs.chart.answer import SteroidStrip
from jobs.chart.facts import ChartCourse, ChartFacts, ChartTexts, DiaryDay, LabStrip, TeamChartFacts, TeamRow
from jobs.cycle import Course
from jobs.inputs import Inputs
from jobs.record import Dose, Record
from jobs.regimens import RegimenFacts, regimen_facts
from jobs.wearing_off import analyse
from jobs.wearing_off.effects import Analysis, RegimenEffect
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from storage.models import Item

ITEMS = tuple(Item)
DAYS_OF_ADHERENCE = 28


@dataclass(frozen=True)
class Answered:
    """A record with its answer, computed once. `known`: where files say more than a record holds, such as weights."""

    kept: Record
    texts: Texts
    known: Inputs | None = None

    def said_in(self, texts: Texts) -> "Answered":
        """The same in another language: what was computed once is not computed anew."""
        other = Answered(self.kept, texts, self.known)
        vars(other)["analysis"] = self.analysis
        return other

    @cached_property
    def inputs(self) -> Inputs:
        return self.known or self.kept.inputs()

    @cached_property
    def analysis(self) -> Analysis:
        return analyse(self.inputs.courses, self.inputs.diary, self.kept.today, steroids=self.inputs.steroids)

    @cached_property
    def regimens(self) -> tuple[RegimenFacts, ...]:
        return regimen_facts(self.inputs, self.analysis)

    @cached_property
    def marks(self) -> tuple[ChartCourse, ...]:
        pairs = zip(self.kept.courses, self.kept.doses, strict=True)
        return tuple(_chart_course(course, dose, self.texts) for course, dose in pairs)

    @cached_property
    def names(self) -> Names:
        first = {mark.course.regimen: mark for mark in reversed(self.marks)}
        doses = {name: {mark.dose_label for mark in self.marks if mark.course.regimen == name} for name in first}
        vary = plain(self.texts("chart.doses_vary"))
        full = {
            name: f"{mark.regimen_label} ({mark.dose_label if len(doses[name]) == 1 else vary})"
            if mark.dose_label
            else mark.regimen_label
            for name, mark in first.items()
        }
        return Names(
            full=full,
            short={name: mark.regimen_label for name, mark in first.items()},
            shortest={name: mark.regimen_short for name, mark in first.items()},
        )

    @property
    def current(self) -> RegimenEffect | None:
        return findings.current(self.analysis.symptoms[LEADING])

    @cached_property
    def headline(self) -> Html:
        return findings.headline(self.analysis, self.texts)

    @cached_property
    def explanation(self) -> Html:
        return findings.explanation(self.analysis, self.names, self.texts)

    @cached_property
    def sentences(self) -> tuple[Html, ...]:
        return (*findings.findings(self.analysis, self.names, self.texts), *_in_part(self.kept, self.texts))

    @cached_property
    def attention(self) -> Attention:
        return attention(self.kept, self.current)


def patient_facts(answered: Answered) -> ChartFacts:
    kept, texts, analysis = answered.kept, answered.texts, answered.analysis
    return ChartFacts(
        pseudonym=kept.pseudonym,
        verdict=plain(answered.headline),
        sentence=plain(answered.explanation),
        items=tuple(plain(texts(f"item.{item.value}")) for item in ITEMS),
        diary_from=kept.diary_from,
        today=kept.today,
        days=tuple(
            DiaryDay(entry.day, tuple(entry.values.get(item) for item in ITEMS), entry.late) for entry in kept.entries
        ),
        not_asked=kept.not_asked,
        courses=answered.marks,
        answers=finding_marks.answers(analysis, answered.names, texts),
        texts=chart_texts(texts, analysis.thresholds),
        threshold=analysis.thresholds.rise,
        warnings=finding_marks.warnings(analysis.symptoms[LEADING], answered.names, texts),
        running=plain(findings.running(analysis.symptoms[LEADING], LEADING, texts)),
        footer=plain(texts("chart.footer")),
        findings=tuple(plain(line) for line in (*answered.sentences, findings.footer(analysis.thresholds, texts))),
        tables=finding_marks.tables(analysis, answered.regimens, answered.names, texts),
        lab=_lab(kept, texts),
        steroids=_steroids(kept, texts),
    )


def _in_part(kept: Record, texts: Texts) -> list[Html]:
    """A line that names the courses that were given only in part; none where none was."""
    said = [
        texts("finding.in_part_course", date=course.start, of=shortfall_parts(dose.shortfall, texts))
        for course, dose in zip(kept.courses, kept.doses, strict=True)
        if dose.shortfall is not None
    ]
    return [texts("finding.in_part", courses=Html(", ".join(said)))] if said else []


def team_facts(
    title: str, team: list[Answered], today: date, texts: Texts, page: int = 1, marked: Collection[str] = ()
) -> TeamChartFacts:
    """In the order given. `page`: of the pictures. `marked`: the pseudonyms of those who need a look."""
    return TeamChartFacts(
        title=title,
        item=plain(texts("item.pain")),
        today=today,
        rows=tuple(_team_row(each, needs_a_look=each.kept.pseudonym in marked) for each in team),
        texts=chart_texts(texts),
        footer=plain(texts("chart.footer")),
        page=page,
    )


def by_who_needs_a_look(team: list[Answered]) -> list[Answered]:
    """By verdict; among equals those who fell silent first."""

    def urgency(each: Answered) -> tuple[int, bool, str]:
        verdict = each.current.verdict if each.current else findings.WITHOUT_VERDICT
        return BY_URGENCY.index(verdict), not flag(each), each.kept.pseudonym

    return sorted(team, key=urgency)


def verdict_words(each: Answered) -> Html:
    now = each.current
    return each.texts("verdict.not_enough_data") if now is None else findings.verdict(now, each.texts)


def counts_words(each: Answered) -> Html:
    """The regimen in use: its difference where it has a verdict, and its counts."""
    now, texts = each.current, each.texts
    if now is None:
        return texts("finding.needed", usable=0, needed=each.analysis.thresholds.fewest_courses)
    counts = findings.counts(now, each.analysis.thresholds, texts)
    values = {"regimen": each.names.short[now.regimen], "counts": counts}
    if now.verdict == findings.WITHOUT_VERDICT or now.estimate is None or now.low is None or now.high is None:
        return texts("summary.counts", **values)
    difference = number(now.estimate, texts)
    return texts(
        "summary.difference", difference=difference, interval=findings.interval(now.low, now.high, texts), **values
    )


def flag(each: Answered) -> str:
    """What needs a look beside the verdict; empty where nothing does."""
    if not each.kept.reachable:
        return plain(each.texts("state.unreachable"))
    if each.kept.paused_until is not None:
        return plain(each.texts("state.paused_until", date=each.kept.paused_until))
    if not each.kept.entries:
        return plain(each.texts("summary.never"))
    silent = silent_days(each.kept)
    return plain(each.texts.plural("summary.silent", silent)) if silent >= each.kept.silent_after else ""


def answered_words(kept: Record, texts: Texts) -> Html:
    answered, could = kept.answered(DAYS_OF_ADHERENCE)
    if not could:
        return texts("chart.none_asked")
    return texts.plural("chart.answered", could, answered=answered)


def further_words(kept: Record, texts: Texts) -> Html:
    """What the team asks beside the four, in the week before the last course: a line; empty without an answer there."""
    found = further.week_before_the_last_course(kept)
    if not found:
        return Html("")
    means = [
        texts(
            "chart.further_mean",
            name=name_of(each.asked, texts),
            mean=number(each.mean, texts, "0.0"),
            days=texts.plural("days", each.days),
        )
        for each in found
    ]
    return texts("chart.further", date=found[0].course, means=Html("; ".join(means)))


def next_course_words(kept: Record, texts: Texts) -> Html:
    """What is planned; first of all, what should have been confirmed. To either the patient may have said no."""
    open_, course = kept.unconfirmed(), kept.next_course()
    is_declined = course in kept.declined
    said = []
    if open_ is not None:
        had_declined = texts("confirming.declined") if open_ in kept.declined else ""
        said.append(f"{texts('roster.unconfirmed', date=open_.start)}{had_declined}")
    if course is not None and (is_declined or open_ is None):
        said.append(texts("roster.declined" if is_declined else "roster.next", date=course.start))
    return Html(texts("chart.separator").join(said)) if said else texts("roster.no_course")


def chart_texts(texts: Texts, thresholds: Thresholds = DEFAULTS) -> ChartTexts:
    """The pages' words in this language."""
    months = get_month_names("abbreviated", locale=texts.locale)
    computed: dict[str, Any] = {
        "months": tuple(months[number].rstrip(".") for number in range(1, 13)),
        "decimal_mark": get_decimal_symbol(texts.locale),
    }
    filled: dict[str, dict[str, object]] = {
        "date_pattern": {name: f"{{{name}}}" for name in ("day", "month", "year")},
        "span": {name: f"{{{name}}}" for name in ("first", "last")},
        "latest_shown": {name: f"{{{name}}}" for name in ("shown", "all", "earlier")},
        "latest_regimens": {name: f"{{{name}}}" for name in ("shown", "all")},
        "thousands": {"number": "{number}"},
        "more_patients": {name: f"{{{name}}}" for name in ("first", "last", "all")},
        "threshold": {"rise": number(thresholds.rise, texts, "0.#")},
    }
    named = {
        field.name: plain(texts(f"chart.{field.name}", **filled.get(field.name, {})))
        for field in fields(ChartTexts)
        if field.name not in computed
    }
    return ChartTexts(**{**computed, **named})


def _chart_course(course: Course, dose: Dose, texts: Texts) -> ChartCourse:
    consists_of = plain(texts("chart.dose", days=dose.days, dose=dose.grams_per_kg_per_day))
    if dose.name is None:
        return ChartCourse(course, consists_of, consists_of, "")
    return ChartCourse(course, plain(texts("chart.regimen", name=dose.name)), dose.name, consists_of)


def _lab(kept: Record, texts: Texts) -> LabStrip | None:
    values = tuple((day, value) for day, value in kept.creatine_kinase if value > 0 and day <= kept.today)
    return LabStrip(plain(texts("chart.creatine_kinase")), values, kept.upper_limit) if values else None


def _steroids(kept: Record, texts: Texts) -> tuple[SteroidStrip, ...]:
    known = [step for step in kept.steroids if step.start <= kept.today]
    return tuple(
        SteroidStrip(
            plain(texts("chart.steroid", drug=drug)),
            tuple((step.start, min(step.last, kept.today), step.mean_dose) for step in known if step.drug == drug),
        )
        for drug in dict.fromkeys(step.drug for step in known)
    )


def _team_row(each: Answered, *, needs_a_look: bool) -> TeamRow:
    kept = each.kept
    return TeamRow(
        pseudonym=kept.pseudonym,
        diary_from=kept.diary_from,
        scores=tuple((entry.day, entry.values.get(Item.PAIN)) for entry in kept.entries),
        late=frozenset(entry.day for entry in kept.entries if entry.late),
        not_asked=kept.not_asked,
        courses=kept.courses,
        verdict=plain(verdict_words(each)),
        counts=plain(counts_words(each)),
        flag=flag(each),
        needs_a_look=needs_a_look,
    )
