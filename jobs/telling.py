"""When the operator is told of red lights: once they have been red for a while, then daily, and when all is well."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from jobs.lights import OF_THE_PROCESS, Light, Name

# What passes by itself within it is no news, and a light that flickers is one.
PATIENCE = timedelta(minutes=3)
AGAIN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class Known:
    """Of a light that is red, or was a moment ago: since when, since when it is green, and when that was last told."""

    red_since: datetime
    green_since: datetime | None = None
    told_at: datetime | None = None


@dataclass(frozen=True)
class News:
    """What the operator should read now: these are red, or `all_green` again."""

    red: Sequence[Light] = ()
    all_green: bool = False

    def __bool__(self) -> bool:
        return bool(self.red) or self.all_green


@dataclass(frozen=True)
class Step:
    """What is known after a look, and what is to be told of it."""

    known: Mapping[Name, Known]
    news: News


def step(known: Mapping[Name, Known], lights: Sequence[Light], now: datetime) -> Step:
    """A light of which nothing is known stays as it was."""
    after = dict(known)
    for light in lights:
        if light.red:
            after[light.name] = replace(after.get(light.name, Known(now)), green_since=None)
        elif light.red is False and light.name in after:
            after[light.name] = replace(after[light.name], green_since=after[light.name].green_since or now)
    over = {name for name, each in after.items() if each.green_since and now - each.green_since >= PATIENCE}
    was_told = any(after[name].told_at for name in over)
    for name in over:
        del after[name]
    due = [light for light in lights if light.red and _is_due(after[light.name], now)]
    for light in due:
        after[light.name] = replace(after[light.name], told_at=now)
    nothing_told_is_left = not any(each.told_at for each in after.values())
    return Step(after, News(due, all_green=was_told and nothing_told_is_left))


def _is_due(known: Known, now: datetime) -> bool:
    is_news = known.told_at is None or now - known.told_at >= AGAIN_AFTER
    return is_news and now - known.red_since >= PATIENCE


def merged(stored: Mapping[Name, Known], remembered: Mapping[Name, Known]) -> dict[Name, Known]:
    """Of what a row says and what was seen while none could be written, the longer red and the later told."""
    found = dict(stored)
    for name, mine in remembered.items():
        theirs = found.get(name, mine)
        told = [at for at in (mine.told_at, theirs.told_at) if at is not None]
        found[name] = Known(min(mine.red_since, theirs.red_since), mine.green_since, max(told, default=None))
    return found


def whose(name: Name, process: str) -> str:
    """A light of one process is that process's own; of the others there is one for all."""
    return process if name in OF_THE_PROCESS else ""
