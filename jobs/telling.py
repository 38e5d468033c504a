"""When the operator is told of red lights: once they have been red for a while, then daily, and when all is well.

What is to be told is claimed before it is sent, and noted as told after it: a kill in between loses nothing. Of a
claim that nobody settled it is not known whether it arrived, and it is told once more, at most.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from jobs.lights import OF_THE_PROCESS, Light, Name

# What passes by itself within it is no news, and a light that flickers is one.
PATIENCE = timedelta(minutes=3)
AGAIN_AFTER = timedelta(days=1)
# Sending takes seconds: whoever claimed it before that has been killed.
CLAIMED_FOR = timedelta(minutes=2)


@dataclass(frozen=True)
class Known:
    """Of a light that is red, or was a moment ago: since when, since when it is green, and when that was last told.

    Where it was told, it is kept until the operator knows that all is well; once it was seen to be over, both since are
    the same.
    """

    red_since: datetime
    green_since: datetime | None = None
    told_at: datetime | None = None
    claimed_at: datetime | None = None


@dataclass(frozen=True)
class News:
    """What the operator should read now: these are red, or `all_green` again."""

    red: Sequence[Light] = ()
    all_green: bool = False

    def __bool__(self) -> bool:
        return bool(self.red) or self.all_green


@dataclass(frozen=True)
class Step:
    """What is known after a look, with what is to be told of it claimed."""

    known: Mapping[Name, Known]
    news: News = field(default_factory=News)


def step(known: Mapping[Name, Known], lights: Sequence[Light], now: datetime) -> Step:
    """A light of which nothing is known stays as it was."""
    after = dict(known)
    for light in lights:
        before = after.get(light.name)
        if light.red:
            after[light.name] = _red(before, now)
        elif light.red is False and before is not None:
            after[light.name] = _green(before, now)
    after = {name: each for name, each in after.items() if not _is_over(each, now) or _is_told(each, now)}
    due = [light for light in lights if light.red and _is_due(after[light.name], now)]
    for light in due:
        after[light.name] = _claimed(after[light.name], now)
    # That it was seen to be over.
    after = {name: _over(each) if _is_over(each, now) else each for name, each in after.items()}
    # Not while one is red that is not told yet.
    all_green = bool(after) and all(_is_over(each, now) and _is_free(each, now) for each in after.values())
    if all_green:
        after = {name: _claimed_as_over(each, now) for name, each in after.items()}
    return Step(after, News(due, all_green))


def _red(before: Known | None, now: datetime) -> Known:
    if before is None:
        return Known(now)
    if before.red_since == before.green_since:
        # It was seen to be over, and comes back: a story of its own.
        return Known(now, told_at=before.told_at)
    return replace(before, green_since=None)


def _green(before: Known, now: datetime) -> Known:
    if before.green_since is not None:
        return before
    # What may have been told counts as told: that all is well is no harm.
    return replace(before, green_since=now, told_at=before.told_at or before.claimed_at, claimed_at=None)


def _over(known: Known) -> Known:
    return replace(known, red_since=known.green_since or known.red_since)


def _claimed(known: Known, now: datetime) -> Known:
    """A claim that has run out may have been told: the second is noted beforehand, so that there is no third."""
    if known.claimed_at is None:
        return replace(known, claimed_at=now)
    return replace(known, claimed_at=None, told_at=now)


def _claimed_as_over(known: Known, now: datetime) -> Known:
    """The same for that all is well: nothing is left to be told after the second."""
    return replace(known, claimed_at=now, told_at=None if known.claimed_at is not None else known.told_at)


def settled(known: Mapping[Name, Known], news: News, now: datetime) -> dict[Name, Known]:
    """Once it was sent."""
    if news.all_green:
        return {name: each for name, each in known.items() if not _is_over(each, now)}
    return {**known, **{name: replace(known[name], told_at=now, claimed_at=None) for name in _named(known, news)}}


def given_back(known: Mapping[Name, Known], news: News, now: datetime) -> dict[Name, Known]:
    """Where it was certainly not sent: it is due at the next look."""
    if news.all_green:
        over = [name for name, each in known.items() if _is_over(each, now)]
        return {**known, **{name: replace(known[name], told_at=now, claimed_at=None) for name in over}}
    return {**known, **{name: _due_again(known[name]) for name in _named(known, news)}}


def _due_again(known: Known) -> Known:
    told_at = min(known.told_at, known.red_since) if known.told_at is not None else None
    return replace(known, claimed_at=None, told_at=told_at)


def _named(known: Mapping[Name, Known], news: News) -> list[Name]:
    return [light.name for light in news.red if light.name in known]


def _is_over(known: Known, now: datetime) -> bool:
    return known.green_since is not None and now - known.green_since >= PATIENCE


def _is_free(known: Known, now: datetime) -> bool:
    return known.claimed_at is None or now - known.claimed_at >= CLAIMED_FOR


def _is_told(known: Known, now: datetime) -> bool:
    """Or is being told just now."""
    return known.told_at is not None or not _is_free(known, now)


def _is_due(known: Known, now: datetime) -> bool:
    """Nothing is told at the moment it becomes red: what says so is due again."""
    is_told = known.told_at is not None and known.told_at > known.red_since and now - known.told_at < AGAIN_AFTER
    return now - known.red_since >= PATIENCE and _is_free(known, now) and not is_told


def merged(stored: Mapping[Name, Known], remembered: Mapping[Name, Known]) -> dict[Name, Known]:
    """Of what a row says and what was seen while none could be written, the longer red and the later told."""
    found = dict(stored)
    for name, mine in remembered.items():
        theirs = found.get(name, mine)
        told = [at for at in (mine.told_at, theirs.told_at) if at is not None]
        red_since = min(mine.red_since, theirs.red_since)
        found[name] = Known(red_since, mine.green_since, max(told, default=None), mine.claimed_at)
    return found


def whose(name: Name, process: str) -> str:
    """A light of one process is that process's own; of the others there is one for all."""
    return process if name in OF_THE_PROCESS else ""
