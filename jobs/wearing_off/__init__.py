"""Do symptoms return in the week before each course? The whole answer for one patient, as a pure function.

The method and its proof by simulation: docs/method.md. Reading order: `noise`, `contrast`, `pooling`, `verdict`.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from jobs.cycle import Course
from jobs.scores import SYMPTOMS, Diary, Symptom
from jobs.steroids import DoseChange, SteroidStep, dose_changes
from jobs.wearing_off.caveats import caveats
from jobs.wearing_off.comparison import level_differences, levels, pooled_differences, steroid_doses
from jobs.wearing_off.contrast import Contrast, CycleWindows, contrasts, cycle_windows, known_courses
from jobs.wearing_off.effects import Analysis, Counts, CourseEffect, RegimenEffect, RunningCourse, SymptomAnalysis
from jobs.wearing_off.noise import Noise, Observed, estimate_noise
from jobs.wearing_off.onset import onset, onset_range
from jobs.wearing_off.pooling import PooledRegimen, pool_regimen
from jobs.wearing_off.relief import reliefs
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.verdict import Verdict, interval_verdict, regimen_verdict
from jobs.wearing_off.windows import FEWEST_DAYS, Scores, pre_infusion_window, settled_days


def analyse(
    courses: Iterable[Course],
    diary: Diary,
    today: date,
    settings: Thresholds = DEFAULTS,
    steroids: Sequence[SteroidStep] = (),
) -> Analysis:
    """As it looks on `today`: later entries do not exist, and courses that start later are planned.

    What counts by then is for `Course.counts_by` to say.

    ValueError for courses that overlap (see `cycle.in_order`).
    """
    known = known_courses(courses, today)
    seen = diary.until(today)
    changes = dose_changes(steroids, today)
    return Analysis(
        today=today,
        thresholds=settings,
        symptoms={symptom: analyse_symptom(known, seen, symptom, today, settings, changes) for symptom in SYMPTOMS},
        steroids=steroid_doses(known, steroids, today),
    )


def analyse_symptom(
    courses: tuple[Course, ...],
    diary: Diary,
    symptom: Symptom,
    today: date,
    settings: Thresholds = DEFAULTS,
    changes: Sequence[DoseChange] = (),
) -> SymptomAnalysis:
    """One row of the page. `courses` and `diary` as `analyse` prepares them."""
    scores = diary.scores(symptom)
    cycles = cycle_windows(courses, scores, today)
    found, noise, pools = estimates(cycles, today, settings)
    counted = [course for course in courses if course.counts_by(today)]
    effects = tuple(_course_effect(each, pools[each.regimen], scores, settings) for each in found)
    return SymptomAnalysis(
        symptom=symptom,
        courses=effects,
        regimens=tuple(_regimen_effect(name, pools[name], noise[name], effects, settings) for name in pools),
        running=_running(courses, cycles, scores),
        counts=_counts(effects),
        onset=onset_range(each.onset for each in effects if each.verdict == "returns"),
        reliefs=reliefs(courses, scores, today),
        pooled_differences=pooled_differences(pools, settings),
        level_differences=level_differences(tuple(levels(courses, scores, today).values()), settings),
        caveats=caveats(counted, found, diary.late_days(), diary.not_asked, changes, settings),
    )


def estimates(
    cycles: tuple[CycleWindows, ...], today: date, settings: Thresholds = DEFAULTS
) -> tuple[tuple[Contrast, ...], dict[str, Noise], dict[str, PooledRegimen | None]]:
    """The contrast of each course, and the noise and the pooled courses of each regimen in order of first use."""
    found = contrasts(cycles, today)
    regimens = tuple(dict.fromkeys(cycle.course.regimen for cycle in cycles))
    noise = {regimen: estimate_noise(_windows(cycles, regimen), settings) for regimen in regimens}
    pools = {regimen: pool_regimen(_usable(found, regimen), noise[regimen], settings) for regimen in regimens}
    return found, noise, pools


def _windows(cycles: Iterable[CycleWindows], regimen: str) -> list[Observed]:
    own = (cycle for cycle in cycles if cycle.course.regimen == regimen)
    return [window for cycle in own for window in (cycle.reference, cycle.pre) if window is not None]


def _usable(found: Iterable[Contrast], regimen: str) -> list[Contrast]:
    return [each for each in found if each.regimen == regimen and each.difference is not None]


def _course_effect(
    contrast: Contrast, regimen: PooledRegimen | None, scores: Scores, settings: Thresholds
) -> CourseEffect:
    pre, reference, follows = contrast.pre, contrast.reference, contrast.next_reference
    low = high = None
    verdict: Verdict = "not_enough_data"
    if contrast.difference is not None:
        assert regimen is not None  # it has a course that can be used
        low, high = regimen.intervals[contrast.course.number]
        verdict = interval_verdict(contrast.difference, low, high, settings)
    weights = {id(part): factor / len(part) for part, factor in contrast.parts}
    return CourseEffect(
        course=contrast.course.number,
        regimen=contrast.regimen,
        start=contrast.course.start,
        status=contrast.course.status,
        kind=contrast.kind,
        reason=contrast.reason,
        n_pre=contrast.n_pre,
        n_ref=contrast.n_ref,
        n_next_ref=contrast.n_next_ref,
        days_ref=contrast.days_ref,
        days_next_ref=contrast.days_next_ref,
        pre_mean=pre.mean if pre and pre.counts else None,
        ref_mean=reference.mean if reference and reference.counts else None,
        next_ref_mean=follows.mean if follows else None,
        difference=contrast.difference,
        low=low,
        high=high,
        verdict=verdict,
        provisional=contrast.provisional,
        share_after=None if contrast.difference is None else contrast.share_after,
        weight_pre=weights.get(id(pre)),
        weight_ref=weights.get(id(reference)),
        weight_next_ref=weights.get(id(follows)),
        onset=onset(contrast, scores, settings) if verdict == "returns" else None,
    )


def _regimen_effect(
    name: str,
    regimen: PooledRegimen | None,
    noise: Noise,
    effects: Iterable[CourseEffect],
    settings: Thresholds,
) -> RegimenEffect:
    own = [effect for effect in effects if effect.regimen == name]
    settled = [effect for effect in own if effect.difference is not None and not effect.provisional]
    returning = [effect for effect in settled if effect.verdict == "returns"]
    pooled = None if regimen is None else regimen.pooled
    verdict = regimen_verdict(regimen, settings)
    return RegimenEffect(
        regimen=name,
        courses=0 if pooled is None else pooled.courses,
        of=len(own),
        usable=len(settled),
        returning=len(returning),
        estimate=None if pooled is None else pooled.estimate,
        se=None if pooled is None else pooled.se,
        df=None if pooled is None else pooled.df,
        low=None if pooled is None else pooled.low,
        high=None if pooled is None else pooled.high,
        low99=None if pooled is None else pooled.strict_low,
        low_df_small=None if pooled is None else pooled.plain_low,
        high_df_small=None if pooled is None else pooled.plain_high,
        confirmed=verdict == "returns",
        provisional=False if regimen is None else regimen.provisional,
        rho=noise.rho,
        sigma=noise.sigma,
        s=None if pooled is None else pooled.spread,
        verdict=verdict,
        onset=onset_range(effect.onset for effect in returning),
    )


def _running(courses: Sequence[Course], cycles: Sequence[CycleWindows], scores: Scores) -> RunningCourse | None:
    """The latest cycle that counts; its week before counts as far as it has come."""
    if not cycles:
        return None
    latest = cycles[-1]
    following = latest.following
    before = [] if following is None else [score for _, score in pre_infusion_window(following).observed(scores)]
    window = settled_days(latest.course, following)
    settled = [] if window is None else [score for _, score in window.observed(scores)]
    return RunningCourse(
        course=latest.course.number,
        regimen=latest.course.regimen,
        next_course=None if following is None else following.number,
        next_start=None if following is None else following.start,
        too_short=latest.too_short,
        n_pre=len(before),
        pre_mean=sum(before) / len(before) if before else None,
        n_ref=len(settled),
        ref_mean=sum(settled) / len(settled) if len(settled) >= FEWEST_DAYS else None,
    )


def _counts(effects: Sequence[CourseEffect]) -> Counts:
    settled = [effect.verdict for effect in effects if not effect.provisional]
    return Counts(
        of=len(effects),
        usable=sum(1 for verdict in settled if verdict != "not_enough_data"),
        provisional=len(effects) - len(settled),
        returns=settled.count("returns"),
        small_rise=settled.count("small_rise"),
        does_not_return=settled.count("does_not_return"),
        unclear=settled.count("unclear"),
        not_enough_data=settled.count("not_enough_data"),
    )
