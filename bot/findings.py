"""What was found, in sentences: pure over the analysis and the texts. It describes the diary and never advises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from babel.numbers import format_decimal

from bot.texts import Html, Texts
from jobs.scores import Symptom
from jobs.wearing_off.caveats import Caveat
from jobs.wearing_off.effects import Analysis, CourseEffect, RegimenEffect, SymptomAnalysis
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.verdict import DIGITS

LEADING: Symptom = "pain"
POINTS = "0.0"
# On which side of the numbers that a verdict hangs on (`jobs.wearing_off.verdict`, `comparison.welch`) points lie.
Side = Callable[[float], tuple[bool, ...]]
WITHOUT_VERDICT = "not_enough_data"
# Verdicts beside which a latest course that returns by itself would be overlooked.
SAID_WITHOUT_IT = ("does_not_return", "small_rise", "unclear")
# Of a caveat whose words change with a number, that number.
COUNTED: Mapping[str, str] = {"late_entries": "late", "moved_earlier": "days", "moved_later": "days"}
# Pooled verdicts by who needs a look first.
BY_URGENCY = ("returns", "possible_return", "unclear", "small_rise", "not_enough_data", "does_not_return")


@dataclass(frozen=True)
class Names:
    """By regimen: `full`, such as "Regimen 1 (5 × 0.4 g/kg)", `short`, such as "Regimen 1", and `shortest`, "1"."""

    full: Mapping[str, str]
    short: Mapping[str, str]
    shortest: Mapping[str, str]


def _of_estimate(points: float) -> tuple[bool, ...]:
    return (points >= DEFAULTS.rise,)


def _of_low(points: float) -> tuple[bool, ...]:
    return (points > 0,)


def _of_high(points: float) -> tuple[bool, ...]:
    return points >= DEFAULTS.worse_margin, points >= DEFAULTS.important_rise


def number(value: float, texts: Texts, digits: str = POINTS, side: Side = _of_estimate) -> str:
    """Points unless said otherwise, with a true minus sign, and never "minus nothing".

    Points have one decimal, and a second one where the first would show them on the other side of what a verdict hangs
    on (`side`): a lower limit of 0.03 is not written as 0.0, nor a difference of 0.97 as 1.0, nor an upper limit of
    1.48 as 1.5. So what is shown never contradicts the verdict beside it.
    """
    if digits == POINTS:
        rounded, digits = _points(value, side)
    else:
        rounded = round(value, len(digits.partition(".")[2]))
    return str(format_decimal(rounded or 0.0, format=digits, locale=texts.locale)).replace("-", "−")


def _points(value: float, side: Side) -> tuple[float, str]:
    exact = round(value, DIGITS)
    shown = round(exact, 1)
    if side(shown) == side(exact):
        return shown, POINTS
    shown = round(exact, 2)
    if side(shown) != side(exact):
        # Nearer than half a hundredth: the nearest one on its own side.
        shown = round(shown + (0.01 if exact > shown else -0.01), 2)
    return shown, "0.00"


def limits(low: float, high: float, texts: Texts) -> tuple[str, str]:
    """Of a 95 % interval."""
    return number(low, texts, side=_of_low), number(high, texts, side=_of_high)


def interval(low: float, high: float, texts: Texts) -> Html:
    shown = limits(low, high, texts)
    return texts("finding.interval", low=shown[0], high=shown[1])


def verdict(of: CourseEffect | RegimenEffect, texts: Texts) -> Html:
    return texts(f"verdict.{of.verdict}")


def current(symptom: SymptomAnalysis) -> RegimenEffect | None:
    """That of the latest course begun, though nothing may be known of it yet; None before the second course."""
    return symptom.regimen(symptom.running.regimen) if symptom.courses and symptom.running else None


def headline(analysis: Analysis, texts: Texts) -> Html:
    """The verdict on the regimen in use, and nothing else: what is read first."""
    return _headline(current(analysis.symptoms[LEADING]), texts)


def explanation(analysis: Analysis, names: Names, texts: Texts) -> Html:
    """What the headline rests on; and where another regimen answered differently, the latest such in few words."""
    symptom = analysis.symptoms[LEADING]
    now = current(symptom)
    if now is None:
        return texts("finding.none")
    said = [_numbers(now, names, analysis.thresholds, texts), *_latest(symptom, texts)]
    others = [each for each in symptom.regimens if each is not now and each.verdict != WITHOUT_VERDICT]
    differing = [each for each in others if each.verdict != now.verdict]
    if differing:
        other = differing[-1]
        said.append(texts("finding.other_regimen", regimen=names.short[other.regimen], verdict=verdict(other, texts)))
    return Html(" ".join(said))


def regimen_sentence(effect: RegimenEffect, names: Names, thresholds: Thresholds, texts: Texts) -> Html:
    """One regimen's finding in the leading symptom, the verdict first, and how sure it is."""
    numbers = _numbers(effect, names, thresholds, texts)
    return texts("finding.with_verdict", verdict=_headline(effect, texts), sentence=numbers)


def footer(thresholds: Thresholds, texts: Texts) -> Html:
    """Which numbers a verdict hangs on, and what none of it proves."""
    return texts("finding.footer", **_thresholds(thresholds, texts))


def counts(effect: RegimenEffect, thresholds: Thresholds, texts: Texts) -> Html:
    """In how many of how many courses; without a verdict, how many of those needed are there."""
    if effect.verdict == WITHOUT_VERDICT:
        return texts("finding.needed", usable=effect.usable, needed=thresholds.fewest_courses)
    if effect.verdict in ("does_not_return", "unclear"):
        return texts("finding.usable", usable=effect.usable, of=effect.of)
    return texts("finding.returning", returning=effect.returning, usable=effect.usable)


def reason(effect: CourseEffect, texts: Texts) -> Html:
    """Why a course has no difference, in the few words of a chart."""
    if effect.reason == "too_short":
        return texts("finding.too_short")
    if effect.n_pre < 4:
        return texts("finding.days", answered=effect.n_pre, days=7)
    return texts("finding.days", answered=effect.n_ref, days=effect.days_ref)


def running(symptom: SymptomAnalysis, of: Symptom, texts: Texts) -> Html:
    """Where the cycle under way stands, never a verdict; empty before the week before the next course."""
    now = symptom.running
    if now is None or now.pre_mean is None or now.next_start is None:
        return Html("")
    subject = texts(f"finding.subject.{of}")
    so_far = texts.plural(
        "finding.running", now.n_pre, symptom=subject, course=now.next_course, mean=number(now.pre_mean, texts)
    )
    if now.ref_mean is None:
        return so_far
    return Html(f"{so_far} {texts('finding.running_reference', mean=number(now.ref_mean, texts))}")


def findings(analysis: Analysis, names: Names, texts: Texts) -> tuple[Html, ...]:
    """The leading symptom in sentences, the regimen in use first; then what has to be said beside it."""
    symptom = analysis.symptoms[LEADING]
    now = current(symptom)
    followed = [effect for effect in symptom.regimens if effect.of]
    shown = [] if now is None else [now, *(effect for effect in followed if effect is not now)]
    said = [regimen_sentence(effect, names, analysis.thresholds, texts) for effect in shown]
    said[1:1] = _latest(symptom, texts)
    if not said:
        said.append(texts("finding.with_verdict", verdict=_headline(None, texts), sentence=texts("finding.none")))
    if len(followed) > 1:
        across = symptom.counts
        said.append(texts("finding.across", returns=across.returns, usable=across.usable, of=across.of))
    said += _onset(symptom, texts)
    said += _reliefs(symptom, texts)
    said += _differences(analysis, names, texts)
    said += [line] if (line := running(symptom, LEADING, texts)) else []
    return (*said, *caveats(symptom, names, texts))


def caveats(symptom: SymptomAnalysis, names: Names, texts: Texts) -> tuple[Html, ...]:
    """What has to be said beside the finding. Courses that share one are said together."""
    alike: dict[tuple[str, ...], list[Caveat]] = {}
    for each in symptom.caveats:
        shared = each.code in ("one_sided", "steroid_change", "planned_date")
        key = (each.code, *(str(value) for value in each.numbers.values()), "" if shared else str(each.course))
        alike.setdefault(key if shared or each.course is not None else (*key, str(each.regimen)), []).append(each)
    return tuple(_caveat(group, symptom.symptom, names, texts) for group in alike.values())


def _headline(effect: RegimenEffect | None, texts: Texts) -> Html:
    said = texts(f"verdict.{WITHOUT_VERDICT}") if effect is None else verdict(effect, texts)
    return texts("finding.verdict", symptom=texts(f"item.{LEADING}"), verdict=said)


def _numbers(effect: RegimenEffect, names: Names, thresholds: Thresholds, texts: Texts) -> Html:
    """What a verdict rests on: the difference, its interval, how many courses."""
    name, needed = names.full[effect.regimen], thresholds.fewest_courses
    if effect.verdict == WITHOUT_VERDICT or effect.estimate is None or effect.low is None or effect.high is None:
        return texts("finding.not_enough_data", regimen=name, usable=effect.usable, needed=needed)
    low, high = limits(effect.low, effect.high, texts)
    values = {
        "regimen": name,
        "difference": number(effect.estimate, texts),
        "low": low,
        "high": high,
        "returning": effect.returning,
        "usable": effect.usable,
        "of": effect.of,
        **_thresholds(thresholds, texts),
    }
    return texts(f"finding.{effect.verdict}", **values)


def latest_alone(symptom: SymptomAnalysis, texts: Texts) -> Html:
    """Where the latest course by itself returns, and its regimen does not: the chart shows both. Empty elsewhere."""
    latest = symptom.courses[-1] if symptom.courses else None
    if latest is None or latest.difference is None or latest.low is None or latest.high is None:
        return Html("")
    if latest.verdict != "returns" or symptom.regimen(latest.regimen).verdict not in SAID_WITHOUT_IT:
        return Html("")
    key = "finding.latest_provisional" if latest.provisional else "finding.latest_counted"
    shown = interval(latest.low, latest.high, texts)
    return texts(key, course=latest.course, difference=number(latest.difference, texts), interval=shown)


def _latest(symptom: SymptomAnalysis, texts: Texts) -> list[Html]:
    return [said] if (said := latest_alone(symptom, texts)) else []


def _thresholds(thresholds: Thresholds, texts: Texts) -> dict[str, str]:
    """From which mean rise it is a return, and which rise must be unlikely before there is said to be none."""
    return {
        "rise": number(thresholds.rise, texts, "0.#"),
        "important": number(thresholds.important_rise, texts, "0.#"),
    }


def _onset(symptom: SymptomAnalysis, texts: Texts) -> list[Html]:
    """From which cycle day, only where it does return."""
    onset = symptom.onset
    if onset is None:
        return []
    # A provisional course is among these, and in no other count: two numbers that would contradict each other.
    provisional = [each.course for each in symptom.courses if each.provisional and each.verdict == "returns"]
    values = {
        "day": number(onset.median, texts, "0.#"),
        "courses": onset.courses,
        "provisional": texts("finding.onset_provisional", course=provisional[0]) if provisional else Html(""),
    }
    if onset.earliest == onset.latest:
        return [texts.plural("finding.onset_day", onset.returning, **values)]
    return [texts.plural("finding.onset", onset.returning, earliest=onset.earliest, latest=onset.latest, **values)]


def _reliefs(symptom: SymptomAnalysis, texts: Texts) -> list[Html]:
    """Over the first course and the latest one that have both means."""
    known = [each for each in symptom.reliefs if each.before is not None and each.after is not None]
    said = []
    for each in dict.fromkeys((known[0], known[-1])) if known else ():
        assert each.before is not None
        assert each.after is not None
        values = {"course": each.course, "before": number(each.before, texts), "after": number(each.after, texts)}
        per_cent = number(abs(each.per_cent or 0.0), texts, "0")
        if each.per_cent is None or per_cent == "0":
            said.append(texts("finding.no_relief", **values))
        elif each.per_cent > 0:
            said.append(texts("finding.relief", per_cent=per_cent, **values))
        else:
            said.append(texts("finding.relief_more", per_cent=per_cent, **values))
    return said


def _differences(analysis: Analysis, names: Names, texts: Texts) -> list[Html]:
    """Between regimens, those with an interval: of the rise before courses, then of the level of whole cycles."""
    symptom = analysis.symptoms[LEADING]
    rises = [("rise", each.earlier, each.later, each.result) for each in symptom.pooled_differences]
    levels = [("level", each.earlier.regimen, each.later.regimen, each.result) for each in symptom.level_differences]
    return [
        texts(
            f"finding.between.{of}",
            earlier=names.short[earlier],
            later=names.short[later],
            difference=number(found.difference, texts),
            interval=interval(found.low, found.high, texts),
            margin=texts(
                "finding.worse_excluded" if found.worse_excluded else "finding.worse_not_excluded",
                margin=number(analysis.thresholds.worse_margin, texts, "0.#"),
            ),
            beside=_beside(analysis.steroids, earlier, later, texts),
        )
        for of, earlier, later, found in (*rises, *levels)
        if found is not None
    ]


def _beside(steroids: Mapping[str, Mapping[str, float]], earlier: str, later: str, texts: Texts) -> Html:
    """What else differs between two regimens: time always, steroid doses as far as anyone noted them."""
    if earlier not in steroids or later not in steroids:
        return texts("finding.beside_unknown")
    one, other = steroids[earlier], steroids[later]
    shown = {
        drug: tuple(number(doses.get(drug, 0.0), texts, "0.##") for doses in (other, one))
        for drug in sorted({*one, *other})
    }
    changed = [
        texts("finding.beside_dose", drug=drug, later=after, earlier=before)
        for drug, (after, before) in shown.items()
        if after != before
    ]
    if not changed:
        return texts("finding.beside_same")
    return texts("finding.beside_doses", doses=Html(", ".join(changed)))


def _caveat(alike: list[Caveat], of: Symptom, names: Names, texts: Texts) -> Html:
    """One, or those of several courses that differ in nothing else."""
    caveat = alike[0]
    values: dict[str, object] = {**caveat.numbers}
    if caveat.regimen is not None:
        values["regimen"] = names.short[caveat.regimen]
    if caveat.course is not None:
        values["course"] = caveat.course
    for name in {"day", "until"} & values.keys():
        values[name] = date.fromisoformat(str(values[name]))
    key = f"caveat.{caveat.code}"
    if caveat.code in ("one_sided", "planned_date", "steroid_change"):
        values["courses"] = ", ".join(str(each.course) for each in alike)
        return texts.plural(key, len(alike), **values)
    if caveat.code in COUNTED:
        return texts.plural(key, int(caveat.numbers[COUNTED[caveat.code]]), **values)
    if caveat.code == "course_left_out":
        return texts(f"caveat.left_out.{values['reason']}", **values)
    return texts(key, symptom=texts(f"finding.subject.{of}"), **values)
