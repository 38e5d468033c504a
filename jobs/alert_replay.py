"""What a rule would have told of a diary as it was written, corrections and all: pure.

The same as `jobs/alerts.py` does answer by answer. What was entered day after day is taken in one step, since a run
only grows then: the rules are asked again only where a day was entered late or corrected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from jobs.alert_rules import Rule, Run, alerts_in, is_told


@dataclass(frozen=True)
class Said:
    """One revision of one item. `value`: None where it was skipped."""

    at: datetime
    day: date
    value: int | None


@dataclass(frozen=True)
class Told:
    """An alert as it would have been raised; `last`: the day with which the rule was met."""

    first: date
    last: date
    raised_at: datetime


def replay(rule: Rule, said: Sequence[Said], grace: timedelta) -> list[Told]:
    """What would have been told, in that order. `said`: as it came; `grace`: within it a correction takes back."""
    # Of most diaries no answer is as high as the lowest bar there can be.
    return _Replay(rule, grace).of(said) if any(_is_high(rule, each) for each in said) else []


def _is_high(rule: Rule, said: Said) -> bool:
    return said.value is not None and said.value >= rule.threshold


class _Replay:
    def __init__(self, rule: Rule, grace: timedelta) -> None:
        self._rule, self._grace = rule, grace
        self._values: dict[date, int | None] = {}
        self._told: list[Told] = []
        # Entered in their order, high enough to be part of a run, and not looked at yet.
        self._ahead: dict[date, datetime] = {}

    def of(self, said: Iterable[Said]) -> list[Told]:
        latest = date.min
        for each in said:
            if each.day > latest:
                latest, self._values[each.day] = each.day, each.value
                if _is_high(self._rule, each):
                    self._ahead[each.day] = each.at
            else:
                self._look_ahead()
                self._values[each.day] = each.value
                self._look_again(each)
        self._look_ahead()
        return self._told

    def _look_ahead(self) -> None:
        if not self._ahead:
            return
        for run in alerts_in(self._rule, self._values):
            met = next((day for day, _ in run.days[self._rule.days - 1 :] if day in self._ahead), None)
            if met is not None and not self._knows(run):
                self._told.append(Told(run.first, met, self._ahead[met]))
        self._ahead.clear()

    def _look_again(self, said: Said) -> None:
        """A day that was entered after a later one, or corrected."""
        runs = alerts_in(self._rule, self._values)
        self._told = [told for told in self._told if not self._is_taken_back(told, said, runs)]
        for run in runs:
            if run.last >= said.day and not self._knows(run):
                self._told.append(Told(run.first, run.last, said.at))

    def _knows(self, run: Run) -> bool:
        return is_told(self._rule, run, {told.last for told in self._told})

    def _is_taken_back(self, told: Told, said: Said, runs: Iterable[Run]) -> bool:
        if told.last < said.day or said.at >= told.raised_at + self._grace:
            return False
        around = (run for run in runs if run.first <= told.last and run.last >= told.first)
        return not any(is_told(self._rule, run, {told.last}) for run in around)
