"""How a team's patients stand, and who of them is looked for: pure.

A patient can be in several groups; whoever needs a look is in at least one that says why.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from jobs.zone_names import plain

LONGEST_LABEL = 24
# More bytes than these no button can bear, and no label needs.
LONGEST_SEARCH = 40
A_WEEK = timedelta(days=7)
PAUSED = "paused"


class Group(StrEnum):
    """What the roster can be narrowed to, in the order in which it is offered."""

    LOOK = "look"
    SILENT = "silent"
    NO_COURSE = "no_course"
    WEEK = "week"
    UNREACHABLE = "unreachable"
    PAUSED = "paused"
    ALL = "all"


@dataclass(frozen=True)
class Plan:
    """A planned course, from its first to its last day; `is_coming`: what the patient has said, None for nothing."""

    start: date
    last: date
    is_coming: bool | None = None


@dataclass(frozen=True)
class Standing:
    """How a patient stands. `today`: where they live. `plans`: by their start. `monday`: of the week of the team.

    `silent_since`: of whoever can be reached. `status`: as the patient's row has it.
    `has_chat`: not of those whose diary was brought from elsewhere, until they join.
    """

    patient_id: int
    pseudonym: str
    label: str | None
    status: str
    today: date
    monday: date
    paused_until: date | None = None
    last_answer: date | None = None
    is_reachable: bool = True
    has_chat: bool = True
    silent_since: date | None = None
    has_unseen_alert: bool = False
    plans: Sequence[Plan] = ()

    @property
    def coming(self) -> list[Plan]:
        """Not over yet."""
        return [plan for plan in self.plans if plan.last >= self.today]

    @property
    def unconfirmed(self) -> Plan | None:
        """The first that is over, and not yet said to be given."""
        return next((plan for plan in self.plans if plan.last < self.today), None)

    @property
    def declined(self) -> Plan | None:
        """The first to come of which the patient has said that they cannot."""
        return next((plan for plan in self.coming if plan.is_coming is False), None)

    @property
    def course_this_week(self) -> date | None:
        """The first day of a course that has a day in the team's week, from Monday to Sunday."""
        following = self.monday + A_WEEK
        return next((plan.start for plan in self.plans if plan.start < following and plan.last >= self.monday), None)


# The most pressing first.
REASONS = ("alert", "declined", "unconfirmed", "unreachable", "silent", "no_course")


def reasons(standing: Standing) -> list[str]:
    """Why somebody should look, the most pressing first; empty: no need."""
    holds = (
        standing.has_unseen_alert,
        standing.declined is not None,
        standing.unconfirmed is not None,
        not standing.is_reachable,
        standing.silent_since is not None,
        not standing.coming,
    )
    return [reason for reason, held in zip(REASONS, holds, strict=True) if held]


def groups_of(standing: Standing) -> set[Group]:
    groups = {
        Group.LOOK: bool(reasons(standing)),
        Group.SILENT: standing.silent_since is not None,
        Group.NO_COURSE: not standing.coming,
        Group.WEEK: standing.course_this_week is not None,
        Group.UNREACHABLE: not standing.is_reachable,
        Group.PAUSED: standing.status == PAUSED,
        Group.ALL: True,
    }
    return {group for group, belongs in groups.items() if belongs}


def by_group(everyone: Iterable[Standing]) -> dict[Group, list[Standing]]:
    """Every group with who is in it: by pseudonym, save where something else comes first."""
    found: dict[Group, list[Standing]] = {group: [] for group in Group}
    for standing in sorted(everyone, key=lambda each: each.pseudonym):
        for group in groups_of(standing):
            found[group].append(standing)
    # Sorting is stable.
    found[Group.LOOK].sort(key=lambda each: REASONS.index(reasons(each)[0]))
    found[Group.WEEK].sort(key=lambda each: each.course_this_week or date.max)
    return found


def tidied(typed: str) -> str:
    """On one line, without what cannot be seen; letters and their accents as one sign."""
    seen = "".join(sign for sign in " ".join(typed.split()) if sign.isprintable())
    return " ".join(unicodedata.normalize("NFC", seen).split())


def as_searched(typed: str) -> str:
    """What of a typed line is searched for."""
    return tidied(typed).encode()[:LONGEST_SEARCH].decode(errors="ignore").strip()


def search(everyone: Iterable[Standing], typed: str) -> list[Standing]:
    """Those whose pseudonym or label has `typed` in it, without regard to case, accents and the code's hyphen."""
    words, code = _folded(typed), _code(typed)
    return [
        each for each in everyone if _is_code_of(each, code) or (words and each.label and words in _folded(each.label))
    ]


def _folded(typed: str) -> str:
    """As it is compared; a sigma at an end is a sigma too."""
    return plain(typed).casefold()


def _code(typed: str) -> str:
    return "".join(sign for sign in plain(typed) if sign.isalnum())


def _is_code_of(standing: Standing, code: str) -> bool:
    """Any part of it; the P that all begin with finds nobody by itself."""
    whole = _code(standing.pseudonym)
    return bool(code) and (code in whole[1:] or (len(code) > 1 and whole.startswith(code)))
