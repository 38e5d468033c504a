"""What was found, as a page shows it: marks with the words beside them, and tables of every number."""

from collections.abc import Callable

from bot import findings
from bot.findings import Names, interval, number, verdict
from bot.texts import Html, Texts, plain
from jobs.chart.answer import CourseMark, RegimenMark, SymptomAnswer, Table
from jobs.chart.facts import SCALE_HIGH
from jobs.regimens import RegimenFacts
from jobs.wearing_off.caveats import Caveat, CaveatCode
from jobs.wearing_off.effects import Analysis, CourseEffect, RegimenEffect, SymptomAnalysis

NOTHING = "–"
# Of courses in a row, how many a warning names.
MOST_RUNS = 3


def answers(analysis: Analysis, names: Names, texts: Texts) -> tuple[SymptomAnswer, ...]:
    """The leading symptom's first, the mean of all of them last."""
    return tuple(_answer(each, analysis, names, texts) for each in analysis.symptoms.values())


def _answer(symptom: SymptomAnalysis, analysis: Analysis, names: Names, texts: Texts) -> SymptomAnswer:
    followed = {effect.regimen for effect in symptom.courses}
    return SymptomAnswer(
        label=plain(texts(f"item.{symptom.symptom}")),
        courses=tuple(
            CourseMark(
                course=effect.course,
                regimen=effect.regimen,
                difference=effect.difference,
                low=effect.low,
                high=effect.high,
                provisional=effect.provisional,
                words="" if effect.reason is None else plain(findings.reason(effect, texts)),
                before=_short_mean(effect.pre_mean, texts),
                settled=_short_mean(effect.ref_mean, texts),
            )
            for effect in symptom.courses
        ),
        regimens=tuple(
            _regimen_mark(effect, analysis, names, texts) for effect in symptom.regimens if effect.regimen in followed
        ),
    )


def _short_mean(mean: float | None, texts: Texts) -> str:
    """As it stands under a mark: the highest, 10, goes without its decimal, which no narrow column has room for."""
    if mean is None:
        return ""
    return number(mean, texts, "0" if round(mean, 1) == SCALE_HIGH else "0.0")


def _regimen_mark(effect: RegimenEffect, analysis: Analysis, names: Names, texts: Texts) -> RegimenMark:
    decided = effect.verdict != findings.WITHOUT_VERDICT
    counts = findings.counts(effect, analysis.thresholds, texts)
    line = texts(
        "finding.line_none", regimen=names.short[effect.regimen], verdict=verdict(effect, texts), counts=counts
    )
    line_short = texts("chart.line_none", regimen=names.short[effect.regimen], verdict=verdict(effect, texts))
    if decided and effect.estimate is not None and effect.low is not None and effect.high is not None:
        line = texts(
            "finding.line",
            regimen=names.short[effect.regimen],
            difference=number(effect.estimate, texts),
            interval=interval(effect.low, effect.high, texts),
            counts=counts,
            verdict=verdict(effect, texts),
        )
        line_short = texts(
            "chart.line_short",
            regimen=names.short[effect.regimen],
            difference=number(effect.estimate, texts),
            interval=interval(effect.low, effect.high, texts),
            verdict=verdict(effect, texts),
        )
    return RegimenMark(
        regimen=effect.regimen,
        label=names.short[effect.regimen],
        label_short=names.shortest[effect.regimen],
        estimate=effect.estimate if decided else None,
        low=effect.low if decided else None,
        high=effect.high if decided else None,
        words=plain(verdict(effect, texts)),
        line=plain(line),
        line_short=plain(line_short),
    )


def warnings(symptom: SymptomAnalysis, names: Names, texts: Texts) -> str:
    """What to bear in mind with the finding, in few words; the findings say each in full. Empty where nothing is."""
    concerned: dict[CaveatCode, list[Caveat]] = {}
    for caveat in symptom.caveats:
        concerned.setdefault(caveat.code, []).append(caveat)

    def where(code: CaveatCode) -> str:
        """The regimens, or the courses: by number where these are few runs, else how many."""
        regimens = dict.fromkeys(names.short[each.regimen] for each in concerned[code] if each.regimen is not None)
        numbers = sorted({each.course for each in concerned[code] if each.course is not None})
        runs = _runs(numbers)
        if not numbers:
            return ", ".join(regimens)
        if len(runs) > MOST_RUNS:
            return texts("chart.warning.many_courses", many=len(numbers))
        return texts.plural("chart.warning.courses", len(numbers), courses=", ".join(runs))

    made: dict[CaveatCode, Callable[[str], Html]] = {
        "few_answered": lambda named: texts("chart.warning.few_answered", where=named),
        "uneven_answers": lambda named: texts("chart.warning.uneven_answers", where=named),
        "moved_earlier": lambda named: texts("chart.warning.moved_earlier", where=named),
        "steroid_change": lambda named: texts("chart.warning.steroid_change", where=named),
        "ceiling": lambda named: texts("chart.warning.ceiling", where=named),
        "planned_date": lambda named: texts("chart.warning.planned_date", where=named),
        "one_sided": lambda named: texts("chart.warning.one_sided", where=named),
    }
    said = [make(where(code)) for code, make in made.items() if code in concerned]
    return plain(texts("chart.warnings", warnings=Html(texts("chart.separator").join(said)))) if said else ""


def _runs(numbers: list[int]) -> list[str]:
    """3, 5–8, 12."""
    runs: list[list[int]] = []
    for each in numbers:
        if runs and runs[-1][-1] == each - 1:
            runs[-1].append(each)
        else:
            runs.append([each])
    return [f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs]


def tables(analysis: Analysis, regimens: tuple[RegimenFacts, ...], names: Names, texts: Texts) -> tuple[Table, ...]:
    """Every number of the page; those that have a row."""
    leading = analysis.symptoms[findings.LEADING]
    made = (
        regimens_table(regimens, names, texts),
        relief_table(leading, texts),
        _symptoms_table(analysis, names, texts),
        _courses_table(leading, texts),
    )
    return tuple(table for table in made if table.rows)


def _header(texts: Texts, *keys: str) -> tuple[str, ...]:
    return tuple(plain(texts(f"table.{key}")) for key in keys)


def _estimate(effect: CourseEffect | RegimenEffect, difference: float | None, texts: Texts) -> str:
    if difference is None or effect.low is None or effect.high is None:
        return NOTHING
    return f"{number(difference, texts)} ({plain(interval(effect.low, effect.high, texts))})"


def _mean(mean: float | None, days: int, texts: Texts) -> str:
    return f"{NOTHING if mean is None else number(mean, texts)} ({days})"


def _courses_table(symptom: SymptomAnalysis, texts: Texts) -> Table:
    rows = []
    for effect in symptom.courses:
        after = _mean(effect.next_ref_mean, effect.n_next_ref, texts) if effect.kind == "two_sided" else NOTHING
        said = plain(findings.reason(effect, texts)) if effect.reason else plain(verdict(effect, texts))
        mark = "*" if effect.provisional else ""
        rows.append(
            (
                str(effect.course),
                effect.start.isoformat(),
                _mean(effect.pre_mean, effect.n_pre, texts),
                _mean(effect.ref_mean, effect.n_ref, texts),
                after,
                _estimate(effect, effect.difference, texts),
                f"{said}{mark}",
            )
        )
    title = texts("table.courses", item=texts("item.pain"))
    columns = ("course", "date", "week_before", "mid_course", "mid_after", "difference", "verdict")
    return Table(plain(title), _header(texts, *columns), tuple(rows))


def _symptoms_table(analysis: Analysis, names: Names, texts: Texts) -> Table:
    rows = [
        (
            plain(texts(f"item.{symptom.symptom}")),
            names.short[effect.regimen],
            _estimate(effect, effect.estimate, texts),
            f"{effect.courses}/{effect.of}",
            plain(verdict(effect, texts)),
        )
        for symptom in analysis.symptoms.values()
        for effect in symptom.regimens
        if effect.of
    ]
    columns = ("symptom", "regimen", "difference", "pooled", "verdict")
    return Table(plain(texts("table.symptoms")), _header(texts, *columns), tuple(rows), keys=2)


def regimens_table(regimens: tuple[RegimenFacts, ...], names: Names, texts: Texts) -> Table:
    """A line a measure, a column a regimen; measures that no regimen has are left out."""

    def line(key: str, show: Callable[[RegimenFacts], str | None]) -> tuple[str, ...] | None:
        found = [show(facts) for facts in regimens]
        if all(each is None for each in found):
            return None
        return (plain(texts(f"table.{key}")), *(each or NOTHING for each in found))

    def one(value: float | None, digits: str = "0.0") -> str | None:
        return None if value is None else number(value, texts, digits)

    def before(facts: RegimenFacts) -> str | None:
        means = facts.before.get(findings.LEADING)
        if means is None:
            return None
        return f"{number(means.mean, texts)} ({plain(interval(means.lowest, means.highest, texts))})"

    def kinase(facts: RegimenFacts) -> str | None:
        found = facts.kinase
        if found is None:
            return None
        ends = texts("finding.interval", low=number(found.lowest, texts, "0"), high=number(found.highest, texts, "0"))
        return f"{number(found.median, texts, '0')} ({plain(ends)})"

    def cost(facts: RegimenFacts) -> str | None:
        found = facts.cost
        if found is None or found.per_28_days is None:
            return None
        return f"{number(found.per_28_days, texts, '#,##0')} {found.currency}"

    def steroids(facts: RegimenFacts) -> str | None:
        doses = [f"{drug} {number(dose, texts, '0.#')} mg" for drug, dose in facts.steroids.items()]
        return ", ".join(doses) or None

    rows = (
        line("given", lambda facts: str(facts.courses)),
        line("interval", lambda facts: one(facts.interval)),
        line("dose_course", lambda facts: one(facts.grams_per_kg_per_course, "0.0#")),
        line("dose_28", lambda facts: one(facts.grams_per_kg_per_28_days, "0.0#")),
        line("grams_28", lambda facts: one(facts.grams_per_28_days, "0")),
        line("days_28", lambda facts: one(facts.infusion_days_per_28_days)),
        line("pain_before", before),
        line("kinase_before", kinase),
        line("steroid", steroids),
        line("cost_28", cost),
    )
    header = ("", *(names.short[facts.regimen] for facts in regimens))
    return Table(plain(texts("table.regimens")), header, tuple(row for row in rows if row) if regimens else ())


def _signed(less: float | None, texts: Texts, digits: str = findings.POINTS) -> str:
    """What became less as a change: downwards with a minus, upwards with a plus."""
    if less is None:
        return NOTHING
    shown = number(-less, texts, digits)
    return f"+{shown}" if less < 0 and shown != number(0.0, texts, digits) else shown


def relief_table(symptom: SymptomAnalysis, texts: Texts) -> Table:
    rows = [
        (
            str(each.course),
            _mean(each.before, each.n_before, texts),
            _mean(each.after, each.n_after, texts),
            _signed(each.points, texts),
            _signed(each.per_cent, texts, "0"),
        )
        for each in symptom.reliefs
    ]
    title = texts("table.relief", item=texts("item.pain"))
    columns = ("course", "days_before", "days_after", "change", "per_cent")
    return Table(plain(title), _header(texts, *columns), tuple(rows))
