"""Who needs a look, and until when not again: pure over what was found and what somebody has seen.

`reasons` are what a look is for: an alert that nobody has seen; symptoms return, or may; the diary is silent; the
patient cannot be reached. `facts` are what else would be new: the regimen that was given, a course in part, the
steroid dose, a CK. Each is a code that changes with what it is about.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from jobs.changes import given_in_part, given_whole
from jobs.record import Record
from jobs.steroids import dose_changes

if TYPE_CHECKING:
    # It would bring numpy and SciPy into the process that answers patients, which computes nothing.
    from jobs.wearing_off.effects import RegimenEffect

NEEDS_A_LOOK = ("returns", "possible_return")
ALERT = "alert"
# Which reason comes first; the others follow.
BY_URGENCY = (ALERT, *NEEDS_A_LOOK)


@dataclass(frozen=True)
class Attention:
    """What is known of a patient now, in codes."""

    reasons: frozenset[str]
    facts: frozenset[str]

    @property
    def state(self) -> frozenset[str]:
        return self.reasons | self.facts


@dataclass(frozen=True)
class Noted:
    """What was known when the patient was last marked. `seen`: by somebody, for all. `not_before`: put off until."""

    state: Collection[str]
    seen: bool
    not_before: date | None = None


def attention(kept: Record, current: "RegimenEffect | None") -> Attention:
    """`current`: the leading symptom's finding on the regimen in use; None before the second course."""
    last = kept.entries[-1].day if kept.entries else kept.diary_from
    reasons = set()
    if current is not None and current.verdict in NEEDS_A_LOOK:
        reasons.add(f"{current.verdict}:{current.regimen}:{current.returning}")
    if not kept.reachable:
        reasons.add(f"unreachable:{last}")
    elif kept.is_asked and kept.paused_until is None and silent_days(kept) >= kept.silent_after:
        reasons.add(f"silent:{last}")
    facts = {f"regimen:{course.regimen}" for course in given_whole(kept)[-1:]}
    facts |= {f"in_part:{each.day}" for each in given_in_part(kept)[-1:]}
    facts |= {f"steroid:{change.drug}:{change.day}" for change in dose_changes(kept.steroids, kept.today)[-1:]}
    facts |= {f"ck:{day}" for day, _ in kept.creatine_kinase[-1:]}
    return Attention(frozenset(reasons), frozenset(facts))


def with_alerts(known: Attention, unseen: Iterable[int]) -> Attention:
    """`unseen`: the numbers of alerts that nobody has seen."""
    return replace(known, reasons=known.reasons | {f"{ALERT}:{number}" for number in unseen})


def urgency(state: Collection[str]) -> int:
    """0 for whoever comes first, by the reason."""
    first = (k for k, reason in enumerate(BY_URGENCY) if any(code.startswith(f"{reason}:") for code in state))
    return next(first, len(BY_URGENCY))


def silent_days(kept: Record) -> int:
    """Asked days up to yesterday without an answer, since the last answer."""
    answered = {entry.day for entry in kept.entries}
    silent, day = 0, kept.today - timedelta(days=1)
    while day >= kept.diary_from and day not in answered:
        silent += day not in kept.not_asked
        day -= timedelta(days=1)
    return 0 if kept.today in answered else silent


def needs_a_look(now: Attention, noted: Noted | None, today: date) -> bool:
    """There is a reason, and nobody has seen it; or since then something is new, or the time is over."""
    return bool(now.reasons) and is_unseen(now.state, noted, today)


def is_unseen(state: Collection[str], noted: Noted | None, today: date) -> bool:
    """Nobody has seen this state; or it was put off, and the time is over."""
    if noted is None or not noted.seen or set(state) - set(noted.state):
        return True
    return noted.not_before is not None and noted.not_before <= today
