"""What has to be said beside a finding, as codes with their numbers. The wording lives in the catalogues.

Why each of them: skipping the diary when well makes D too large by 0.1 points at 35 % and by 0.25 at 50 % missing;
a course moved forward because of symptoms puts the worst days into its own week before; a step in the steroid dose is
no straight trend, so it does not cancel; at the end of the scale nothing can rise (docs/method.md).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from jobs.cycle import Course
from jobs.steroids import DoseChange
from jobs.wearing_off.contrast import Contrast
from jobs.wearing_off.thresholds import DEFAULTS, Thresholds
from jobs.wearing_off.verdict import DIGITS
from jobs.wearing_off.windows import Window, pre_infusion_window, reference_window

CaveatCode = Literal[
    "few_answered",  # answered, days
    "uneven_answers",  # answered_pre, days_pre, answered_ref, days_ref
    "late_entries",  # late, answered: days within the windows
    "ceiling",  # courses, of: how many of the usable ones had so high a reference mean; level
    "planned_date",  # nobody said that this course was given
    "course_left_out",  # reason, n_pre, n_ref, days_ref, interval
    "provisional",  # until: one-sided so far, and in no estimate while there are others
    "one_sided",  # a straight trend does not cancel for this course, and never will
    "moved_earlier",  # days
    "moved_later",  # days
    "steroid_change",  # day, drug, before, after
]


@dataclass(frozen=True)
class Caveat:
    """`regimen` or `course` is None where it concerns none. `numbers`: the code's arguments, by name."""

    code: CaveatCode
    regimen: str | None
    course: int | None
    numbers: dict[str, int | float | str] = field(default_factory=dict)


def window_days(contrast: Contrast) -> tuple[Window, Window | None]:
    """The week before the course, and the reference window of the cycle before; None where that is too short."""
    return pre_infusion_window(contrast.course), reference_window(contrast.previous, contrast.course)


def caveats(
    counted: Iterable[Course],
    contrasts: Sequence[Contrast],
    late: frozenset[date],
    not_asked: frozenset[date],
    changes: Sequence[DoseChange],
    thresholds: Thresholds = DEFAULTS,
) -> tuple[Caveat, ...]:
    """Of one symptom: by regimen first, then by course.

    `counted`: the courses that count by now. `late`: days entered late. `not_asked`: see `Diary`.
    """
    found: list[Caveat] = []
    for regimen in dict.fromkeys(contrast.regimen for contrast in contrasts):
        own = [contrast for contrast in contrasts if contrast.regimen == regimen]
        found += _of_answers(regimen, own, not_asked, thresholds)
        found += _of_late(regimen, own, late)
        found += _of_scale(regimen, own, thresholds)
    found += [Caveat("planned_date", course.regimen, course.number) for course in counted if course.status == "planned"]
    for contrast in contrasts:
        found += _of_course(contrast)
        found += _of_steroids(contrast, changes)
    return tuple(found)


def moved_later(course: Course) -> int:
    """By how many days a course came after the day it was planned for, below 0 if before it; 0 where nobody knows."""
    return 0 if course.planned_start is None else (course.start - course.planned_start).days


def _of_answers(
    regimen: str, contrasts: Iterable[Contrast], not_asked: frozenset[date], thresholds: Thresholds
) -> list[Caveat]:
    answered = {"pre": 0, "ref": 0}
    days = {"pre": 0, "ref": 0}
    for contrast in contrasts:
        pre, reference = window_days(contrast)
        if reference is None:
            continue
        for name, window, observed in (("pre", pre, contrast.pre), ("ref", reference, contrast.reference)):
            seen = set(observed.days) if observed else set()
            answered[name] += len(seen)
            # A day on which nobody asked counts only if it was answered all the same.
            unasked = sum(1 for day in not_asked if day in window and day.toordinal() not in seen)
            days[name] += len(window) - unasked
    if not sum(days.values()):
        return []
    found = []
    if sum(answered.values()) / sum(days.values()) < thresholds.fewest_answered:
        numbers = {"answered": sum(answered.values()), "days": sum(days.values())}
        found.append(Caveat("few_answered", regimen, None, {**numbers}))
    if min(days.values()):
        shares = [answered[name] / days[name] for name in ("pre", "ref")]
        if round(abs(shares[0] - shares[1]) - thresholds.largest_gap, DIGITS) > 0:
            numbers = {
                "answered_pre": answered["pre"],
                "days_pre": days["pre"],
                "answered_ref": answered["ref"],
                "days_ref": days["ref"],
            }
            found.append(Caveat("uneven_answers", regimen, None, {**numbers}))
    return found


def _of_late(regimen: str, contrasts: Iterable[Contrast], late: frozenset[date]) -> list[Caveat]:
    used: set[int] = set()
    for contrast in contrasts:
        for part in (contrast.pre, contrast.reference, contrast.next_reference):
            used |= set(part.days) if part else set()
    number = sum(1 for day in late if day.toordinal() in used)
    return [Caveat("late_entries", regimen, None, {"late": number, "answered": len(used)})] if number else []


def _of_scale(regimen: str, contrasts: Iterable[Contrast], thresholds: Thresholds) -> list[Caveat]:
    references = [each.reference.mean for each in contrasts if each.difference is not None and each.reference]
    high = sum(1 for mean in references if mean >= thresholds.ceiling)
    numbers = {"courses": high, "of": len(references), "level": thresholds.ceiling}
    return [Caveat("ceiling", regimen, None, {**numbers})] if high else []


def _of_course(contrast: Contrast) -> list[Caveat]:
    course, found = contrast.course, []
    if contrast.reason is not None:
        counts: dict[str, int | float | str] = {
            "reason": contrast.reason,
            "n_pre": contrast.n_pre,
            "n_ref": contrast.n_ref,
            "days_ref": contrast.days_ref,
            "interval": (course.start - contrast.previous.start).days,
        }
        found.append(Caveat("course_left_out", contrast.regimen, course.number, counts))
    elif contrast.provisional:
        until = {"until": contrast.settled_on.isoformat()}
        found.append(Caveat("provisional", contrast.regimen, course.number, {**until}))
    elif contrast.kind == "one_sided":
        found.append(Caveat("one_sided", contrast.regimen, course.number))
    if days := moved_later(course):
        code: CaveatCode = "moved_later" if days > 0 else "moved_earlier"
        found.append(Caveat(code, contrast.regimen, course.number, {"days": abs(days)}))
    return found


def _of_steroids(contrast: Contrast, changes: Sequence[DoseChange]) -> list[Caveat]:
    """Steps in the dose after the first day compared, up to the last one: then not all days had the same dose."""
    pre, reference = window_days(contrast)
    if reference is None:
        return []
    last = contrast.next_reference.window.last if contrast.next_reference else pre.last
    first = reference.first + timedelta(days=1)
    return [
        Caveat(
            "steroid_change",
            contrast.regimen,
            contrast.course.number,
            {"day": change.day.isoformat(), "drug": change.drug, "before": change.before, "after": change.after},
        )
        for change in changes
        if first <= change.day <= last
    ]
