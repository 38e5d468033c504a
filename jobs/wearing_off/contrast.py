"""One course: how much higher the week before it was than the settled days around it.

Source of every definition: the method, "Words" and "One course".
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from jobs.cycle import Course, in_order
from jobs.wearing_off.noise import Observed, observe
from jobs.wearing_off.windows import (
    LONGEST_REFERENCE,
    SETTLING_DAYS,
    Scores,
    Window,
    pre_infusion_window,
    reference_window,
    settled_days,
)

Kind = Literal["two_sided", "one_sided"]
Reason = Literal["too_short", "few_days"]

# E + 17 ends the reference window of a course that ended on day E.
LAST_SETTLED_DAY = SETTLING_DAYS + LONGEST_REFERENCE - 1


@dataclass(frozen=True)
class CycleWindows:
    """What was observed in one cycle, that of `course`. `following` ends it; None for the latest course.

    `window`: of its settled days, `reference` what was observed in it. `pre`: the week before `following`, once that
    week is over (`complete`). All None where the cycle is too short; `reference` and `pre` also without observed days.
    `n_ref` of `days_ref` settled days and `n_pre` of the 7 days before were observed, in a short cycle too.
    """

    course: Course
    following: Course | None
    complete: bool
    window: Window | None
    reference: Observed | None
    pre: Observed | None
    n_pre: int
    n_ref: int
    days_ref: int

    @property
    def too_short(self) -> bool:
        return self.window is None


@dataclass(frozen=True)
class Contrast:
    """What the week before `course` says about the regimen of `previous`, whose effect is wearing off.

    `n_pre`, `n_ref`, `days_ref`: as in `CycleWindows`. `difference`: D, points; None with a `reason`.
    `share_after`: w, the weight of the next reference window against the one before, so that a straight trend cancels;
    0 when one-sided. `next_reference` is None when one-sided.
    """

    course: Course
    previous: Course
    kind: Kind | None
    reason: Reason | None
    pre: Observed | None
    reference: Observed | None
    next_reference: Observed | None
    n_pre: int
    n_ref: int
    days_ref: int
    n_next_ref: int
    days_next_ref: int
    share_after: float
    difference: float | None
    provisional: bool

    @property
    def regimen(self) -> str:
        return self.previous.regimen

    @property
    def settled_on(self) -> date:
        """From this day on no later day can be compared with."""
        return self.course.end + timedelta(days=LAST_SETTLED_DAY)

    @property
    def parts(self) -> tuple[tuple[Observed, float], ...]:
        """The windows compared, each with its mean's factor in D, spread evenly over its days. Empty without D."""
        if self.difference is None:
            return ()
        assert self.pre is not None  # a difference is one between them
        assert self.reference is not None
        before = ((self.reference, self.share_after - 1.0), (self.pre, 1.0))
        return before if self.next_reference is None else (*before, (self.next_reference, -self.share_after))


def known_courses(courses: Iterable[Course], today: date) -> tuple[Course, ...]:
    """The courses by date, as `today` sees them: what starts later is planned. ValueError as `cycle.in_order`."""
    return tuple(course if course.start <= today else replace(course, status="planned") for course in in_order(courses))


def cycle_windows(courses: tuple[Course, ...], scores: Scores, today: date) -> tuple[CycleWindows, ...]:
    """Of every cycle whose course counts by `today`. `courses`: by date. A score after today is not there yet."""
    counted = sum(1 for course in courses if course.counts_by(today))
    known = {day: score for day, score in scores.items() if day <= today}
    following = (*courses[1:], None)
    return tuple(_cycle(courses[k], following[k], known, today) for k in range(counted))


def _cycle(course: Course, following: Course | None, scores: Scores, today: date) -> CycleWindows:
    window, settled = reference_window(course, following), settled_days(course, following)
    before = pre_infusion_window(following) if following is not None and following.counts_by(today) else None
    pre, reference = observe(before, scores), observe(settled, scores)
    return CycleWindows(
        course=course,
        following=following,
        complete=before is not None,
        window=window,
        reference=reference if window else None,
        pre=pre if window else None,
        n_pre=0 if pre is None else len(pre),
        n_ref=0 if reference is None else len(reference),
        days_ref=0 if settled is None else len(settled),
    )


def contrasts(cycles: tuple[CycleWindows, ...], today: date) -> tuple[Contrast, ...]:
    """One for each course but the first that counts, by date; `cycles` as `cycle_windows` gives them."""
    found = [_contrast(cycle, cycles[k + 1]) for k, cycle in enumerate(cycles) if cycle.complete]
    if found:
        found[-1] = _marked(found[-1], today)
    return tuple(found)


def _contrast(cycle: CycleWindows, after: CycleWindows) -> Contrast:
    pre, reference, follows = cycle.pre, cycle.reference, after.reference
    reason: Reason | None = None
    kind: Kind | None = None
    share, difference = 0.0, None
    if cycle.too_short:
        reason = "too_short"
    elif pre is None or reference is None or not pre.counts or not reference.counts:
        reason = "few_days"
    else:
        kind, difference = "one_sided", pre.mean - reference.mean
        if follows is not None and follows.counts and after.course.regimen == cycle.course.regimen:
            kind = "two_sided"
            share = (pre.mean_day - reference.mean_day) / (follows.mean_day - reference.mean_day)
            difference = pre.mean - ((1 - share) * reference.mean + share * follows.mean)
    return Contrast(
        course=after.course,
        previous=cycle.course,
        kind=kind,
        reason=reason,
        pre=pre,
        reference=reference,
        next_reference=follows if kind == "two_sided" else None,
        n_pre=cycle.n_pre,
        n_ref=cycle.n_ref,
        days_ref=cycle.days_ref,
        n_next_ref=0 if follows is None else len(follows),
        days_next_ref=0 if after.window is None else len(after.window),
        share_after=share,
        difference=difference,
        provisional=False,
    )


def _marked(newest: Contrast, today: date) -> Contrast:
    """Provisional while the days that would make it two-sided are still to come."""
    same = newest.course.regimen == newest.previous.regimen
    if newest.kind == "one_sided" and same and today < newest.settled_on:
        return replace(newest, provisional=True)
    return newest
