"""One time for everything: the bot's event loop, whoever writes to it, and what happens while it is down.

Time jumps from event to event. What people and the operator do stands in an agenda; while a process of the bot is alive
its loop calls on the agenda, and between two of them the agenda goes on by itself.
"""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar

from tests.delivery.virtual_time import VirtualLoop, _Selector

T = TypeVar("T")
Action = Callable[[], None]
# Seconds since the start of a seed are large: a moment reached must not be a hair before itself.
HAIR = 1e-7


class _Jumping(_Selector):
    """Nothing is ever to be read: no system call, and time that always gets where it was to go."""

    def select(self, timeout: float | None = None) -> list[Any]:
        if timeout is None:
            raise AssertionError("everybody waits, and nothing will ever happen")
        if timeout > 0:
            self.gone += timeout + HAIR
        return []


class _AtOnce(ThreadPoolExecutor):
    """What a thread would do is done where it was asked for: while a true thread works, simulated time would run on."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        done: Future[T] = Future()
        try:
            done.set_result(fn(*args, **kwargs))
        except BaseException as fault:
            done.set_exception(fault)
        return done


class SimulatedLoop(VirtualLoop):
    """Begins at any time."""

    def __init__(self, gone: float) -> None:
        self._passing = _Jumping()
        self._passing.gone = gone
        asyncio.SelectorEventLoop.__init__(self, self._passing)
        self.set_default_executor(_AtOnce(1))

    def goes_to(self, seconds: float) -> None:
        """Time has gone on without it."""
        self._passing.gone = max(self._passing.gone, seconds)


class Timeline:
    """Seconds since `start`; also the clock of the bot's machine, which may be `ahead` of the true time, or behind."""

    def __init__(self, start: datetime) -> None:
        self.start = start
        self.ahead = timedelta(0)
        # From then on nothing goes wrong any more.
        self.calm_from = float("inf")
        # Called when a process goes on that was stopped.
        self.stood_still: Action = lambda: None
        self._gone = 0.0
        self._agenda: list[tuple[float, int, Action]] = []
        self._order = itertools.count()
        self._loop: SimulatedLoop | None = None
        self._timer: asyncio.TimerHandle | None = None

    @property
    def seconds(self) -> float:
        return self._gone if self._loop is None else self._loop.time()

    def now(self) -> datetime:
        return self.truly() + self.ahead

    def truly(self) -> datetime:
        """By everybody's clock but the machine's."""
        return self.start + timedelta(seconds=self.seconds)

    def seconds_at(self, instant: datetime) -> float:
        """When the machine's clock shows this."""
        return (instant - self.ahead - self.start).total_seconds()

    def at(self, seconds: float, action: Action) -> None:
        """What is to happen then; at once, but never within whoever asks for it, when that has passed."""
        heapq.heappush(self._agenda, (max(seconds, self.seconds), next(self._order), action))
        self._arm()

    def after(self, seconds: float, action: Action) -> None:
        self.at(self.seconds + seconds, action)

    def alive(self) -> SimulatedLoop:
        """The loop of a process that starts now."""
        loop = SimulatedLoop(self._gone)
        self._loop = loop
        self._arm()
        return loop

    def dead(self) -> None:
        """That process is no more; time goes on."""
        self._gone, self._loop, self._timer = self.seconds, None, None

    def pass_until(self, seconds: float, enough: Callable[[], bool]) -> None:
        """Lets time pass while no process is alive, until it is enough."""
        while self._agenda and self._agenda[0][0] <= seconds:
            at, _, action = heapq.heappop(self._agenda)
            self._gone = max(self._gone, at)
            action()
            if enough():
                return
        self._gone = max(self._gone, seconds)

    def pass_standing_still(self, seconds: float) -> None:
        """Lets time pass for everybody but the process, which is stopped where it is."""
        loop, until = self._loop, self.seconds + seconds
        assert loop is not None
        # None: what is added to the agenda meanwhile is not put to a loop that stands still.
        self._gone, self._loop = loop.time(), None
        try:
            self.pass_until(until, lambda: False)
        finally:
            loop.goes_to(self._gone)
            self._loop = loop
            self._arm()

    def _arm(self) -> None:
        if self._loop is None or not self._agenda:
            return
        at = self._agenda[0][0]
        if self._timer is not None:
            if self._timer.when() <= at:
                return
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._call_on_agenda)

    def _call_on_agenda(self) -> None:
        self._timer = None
        while self._loop is not None and self._agenda and self._agenda[0][0] <= self._loop.time():
            heapq.heappop(self._agenda)[2]()
        self._arm()
