"""The door out to Telegram: how many, how often, in which order; and silence when Telegram wants silence."""

import asyncio
import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.traffic import pacer as pacing
from bot.traffic.pacer import IN_FLIGHT, PER_SECOND, BannedError, Pace, Pacer, Priority
from bot.traffic.shared_pace import Budget
from storage.pace import Slot
from tests.delivery import virtual_time

# A pace that holds nobody up.
AT_ONCE = Pace(100_000)


@dataclass
class Telegram:
    """Notes when each request begins; refuses those that a test wants refused."""

    pacer: Pacer = field(default_factory=Pacer)
    begun: list[tuple[float, Priority, object]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    faults: list[TelegramError | None] = field(default_factory=list)

    async def request(self, takes: float, priority: Priority, chat: object) -> str:
        self.begun.append((asyncio.get_running_loop().time(), priority, chat))
        fault = self.faults.pop(0) if self.faults else None
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(takes)
        finally:
            self.in_flight -= 1
        if fault is not None:
            raise fault
        return "done"

    async def send(
        self, priority: Priority = Priority.BROADCAST, chat: object = None, *, after: float = 0, takes: float = 0.05
    ) -> Any:
        await asyncio.sleep(after)
        data = {} if chat is None else {"chat_id": chat}
        return await self.pacer.process_request(
            self.request, (takes, priority, chat), {}, "sendMessage", data, priority
        )

    @property
    def times(self) -> list[float]:
        return [time for time, _, _ in self.begun]


def crowded(times: list[float], most: int) -> bool:
    """Whether any second holds more than `most` of the times."""
    return any(later - earlier <= 1.0 for earlier, later in zip(times, times[most:], strict=False))


def test_a_crowd_goes_at_the_full_pace_and_no_second_holds_more_than_29() -> None:
    async def crowd() -> Telegram:
        telegram = Telegram()
        await asyncio.gather(*(telegram.send(chat=k) for k in range(10 * PER_SECOND)))
        return telegram

    telegram = virtual_time.run(crowd())
    assert len(telegram.times) == 290
    assert not crowded(telegram.times, PER_SECOND)
    assert telegram.times[-1] < 10.1, "ten times 1.01 s"


def test_a_crowd_goes_evenly_so_that_no_second_of_its_arrivals_holds_more_either() -> None:
    """A request that is late by up to 100 ms on its way is overtaken, but meets no crowd."""

    async def crowd() -> Telegram:
        telegram = Telegram()
        await asyncio.gather(*(telegram.send(chat=k) for k in range(5 * PER_SECOND)))
        return telegram

    times = virtual_time.run(crowd()).times
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 1 / PER_SECOND - pacing.LATENESS
    assert times[-1] == pytest.approx(5 * pacing.A_SECOND, abs=0.1)
    arrived = sorted(time + 0.1 * (k % 2) for k, time in enumerate(times))
    assert not crowded(arrived, PER_SECOND + 3)


def test_no_more_than_eight_are_in_flight() -> None:
    async def crowd() -> Telegram:
        telegram = Telegram(Pacer(AT_ONCE))
        await asyncio.gather(*(telegram.send(chat=k, takes=3.0) for k in range(24)))
        return telegram

    telegram = virtual_time.run(crowd())
    assert telegram.most_in_flight == IN_FLIGHT
    assert telegram.times == pytest.approx([0.0] * 8 + [3.0] * 8 + [6.0] * 8, abs=1e-3)


@given(
    st.lists(
        st.tuples(
            st.floats(0, 5),
            st.floats(0.001, 2),
            st.sampled_from(Priority),
            st.integers(1, 6),
            st.sampled_from([None, None, None, "ban", "refused"]),
        ),
        max_size=90,
    )
)
@settings(max_examples=60, deadline=None)
def test_whatever_comes_the_limits_hold_and_everybody_gets_an_end(requests: list[tuple[Any, ...]]) -> None:
    """Arrivals, durations, priorities, chats and faults as they may be."""

    def fault(kind: str | None) -> TelegramError | None:
        if kind is None:
            return None
        return RetryAfter(2) if kind == "ban" else BadRequest("no")

    async def all_of_it() -> tuple[Telegram, list[Any]]:
        telegram = Telegram(faults=[fault(kind) for *_, kind in requests])
        sends = (telegram.send(priority, chat, after=at, takes=takes) for at, takes, priority, chat, _ in requests)
        return telegram, await asyncio.gather(*sends, return_exceptions=True)

    telegram, outcomes = virtual_time.run(all_of_it())
    assert len(outcomes) == len(requests)
    assert {type(outcome) for outcome in outcomes} <= {str, BannedError, BadRequest}
    for (_, _, priority, _, _), outcome in zip(requests, outcomes, strict=True):
        assert not (priority is Priority.ANSWER and isinstance(outcome, BannedError)), "an answer outlasts a ban"
    assert not crowded(telegram.times, PER_SECOND)
    assert telegram.most_in_flight <= IN_FLIGHT
    last: dict[object, float] = {}
    for time, priority, chat in telegram.begun:
        if priority is Priority.BROADCAST:
            assert time - last.get(chat, -1.0) >= pacing.TELEGRAMS.between - 1e-9
            last[chat] = time


def test_an_answer_goes_before_all_broadcasts_that_wait() -> None:
    async def both() -> Telegram:
        telegram = Telegram()
        broadcasts = [asyncio.ensure_future(telegram.send(chat=k)) for k in range(200)]
        await telegram.send(Priority.ANSWER, "anna", after=2.5)
        for broadcast in broadcasts:
            broadcast.cancel()
        await asyncio.gather(*broadcasts, return_exceptions=True)
        return telegram

    telegram = virtual_time.run(both())
    after = [(time, chat) for time, _, chat in telegram.begun if time >= 2.5]
    begun, chat = after[0]
    assert chat == "anna"
    assert begun < 2.5 + 1.01 / PER_SECOND, "the very next place"


def test_answers_keep_their_order() -> None:
    async def many() -> Telegram:
        telegram = Telegram()
        await asyncio.gather(*(telegram.send(Priority.ANSWER, "anna", takes=0.01) for _ in range(3)))
        await asyncio.gather(*(telegram.send(Priority.ANSWER, k, takes=0.01) for k in range(60)))
        return telegram

    telegram = virtual_time.run(many())
    assert [chat for _, _, chat in telegram.begun] == ["anna"] * 3 + list(range(60))


def test_a_chat_gets_one_broadcast_a_second_and_holds_nobody_up() -> None:
    async def two_chats() -> Telegram:
        telegram = Telegram()
        sends = [telegram.send(chat="anna") for _ in range(4)] + [telegram.send(chat=k) for k in range(20)]
        await asyncio.gather(*sends)
        return telegram

    begun = defaultdict(list)
    for time, _, chat in virtual_time.run(two_chats()).begun:
        begun[chat].append(time)
    assert begun["anna"] == pytest.approx([0.0, 1.0, 2.0, 3.0])
    assert max(begun[k][0] for k in range(20)) < 0.7


def test_an_answer_in_the_chat_counts_for_the_broadcast_after_it_and_never_waits_itself() -> None:
    async def in_turn() -> Telegram:
        telegram = Telegram()
        for priority in (Priority.ANSWER, Priority.ANSWER, Priority.BROADCAST, Priority.ANSWER):
            await telegram.send(priority, "anna", takes=0.0)
        return telegram

    step = 1 / PER_SECOND
    assert virtual_time.run(in_turn()).times == pytest.approx([0.0, step, 1.0 + step, 1.0 + 2 * step], abs=0.02)


def test_during_a_ban_nobody_goes_broadcasts_are_given_back_and_answers_wait() -> None:
    async def banned() -> tuple[Telegram, Any, list[Any], list[float]]:
        telegram = Telegram(Pacer(AT_ONCE), faults=[RetryAfter(30)])
        waiting = [asyncio.ensure_future(telegram.send(chat=k, takes=1.0 - 0.1 * (k == 0))) for k in range(20)]
        answer = asyncio.ensure_future(telegram.send(Priority.ANSWER, "anna", after=3))
        given_back_at: list[float] = []
        late = asyncio.ensure_future(telegram.send(chat="late", after=4))
        late.add_done_callback(lambda _: given_back_at.append(asyncio.get_running_loop().time()))
        outcomes = await asyncio.gather(*waiting, late, return_exceptions=True)
        return telegram, await answer, outcomes, given_back_at

    telegram, answered, outcomes, given_back_at = virtual_time.run(banned())
    assert answered == "done"
    given_back = [outcome for outcome in outcomes if isinstance(outcome, BannedError)]
    # The one that met the ban, those that waited for a place, and the late one; seven were on their way.
    assert len(given_back) == 1 + 12 + 1
    assert given_back_at == [4.0], "at once, not after the ban"
    assert [outcome for outcome in outcomes if outcome == "done"] == ["done"] * 7
    assert [(time, chat) for time, _, chat in telegram.begun if time > 0.1] == [(30.9, "anna")]
    assert all(0 < outcome.seconds <= 30 for outcome in given_back)


class SlowBudget(Budget):
    """Each moment that it gives out lies ahead."""

    def __init__(self) -> None:
        """Without a database, and so without a thread."""

    async def take(self) -> Slot:
        return Slot(wait=0.3)

    async def ban(self, seconds: float) -> None:
        """Nobody else is told."""


def test_who_waited_for_a_common_moment_does_not_go_into_a_ban_that_began_meanwhile() -> None:
    async def banned() -> tuple[Telegram, list[Any]]:
        telegram = Telegram(Pacer(AT_ONCE, budget=SlowBudget()), faults=[RetryAfter(30)])
        sends = [telegram.send(chat=k, after=0.2 * (k > 0), takes=0.1) for k in range(7)]
        return telegram, await asyncio.gather(*sends, return_exceptions=True)

    telegram, outcomes = virtual_time.run(banned())
    assert [type(outcome) for outcome in outcomes] == [BannedError] * 7
    assert len(telegram.times) == 1


def test_an_answer_that_meets_a_ban_itself_is_sent_when_it_is_over() -> None:
    async def meets() -> tuple[Telegram, Any]:
        telegram = Telegram(faults=[RetryAfter(5), RetryAfter(7)])
        return telegram, await telegram.send(Priority.ANSWER, "anna", takes=0.0)

    telegram, answered = virtual_time.run(meets())
    assert answered == "done"
    assert telegram.times == [0.0, 5.0, 12.0]


def test_a_shorter_ban_does_not_end_a_longer_one() -> None:
    async def two_bans() -> tuple[Telegram, float]:
        telegram = Telegram(faults=[RetryAfter(60), RetryAfter(1)])
        sends = [telegram.send(chat=1), telegram.send(chat=2, takes=0.2)]
        await asyncio.gather(*sends, return_exceptions=True)
        return telegram, telegram.pacer.ban_left

    _, left = virtual_time.run(two_bans())
    assert left == pytest.approx(60 - 0.15, abs=0.05)


def test_after_a_ban_those_who_waited_do_not_go_faster_than_before() -> None:
    async def after_a_ban() -> Telegram:
        telegram = Telegram(faults=[RetryAfter(3)])
        await asyncio.gather(*(telegram.send(Priority.ANSWER, k, takes=0.01) for k in range(100)))
        return telegram

    telegram = virtual_time.run(after_a_ban())
    assert len(telegram.times) == 101
    assert not crowded(telegram.times, PER_SECOND)


def test_whoever_gives_up_waiting_leaves_the_place_to_the_next() -> None:
    async def some_go() -> Telegram:
        telegram = Telegram(Pacer(AT_ONCE))
        sends = [asyncio.ensure_future(telegram.send(chat=k, takes=1.0)) for k in range(3 * IN_FLIGHT)]
        await asyncio.sleep(0.5)
        for send in sends[: 2 * IN_FLIGHT]:
            send.cancel()
        await asyncio.gather(*sends, return_exceptions=True)
        return telegram

    telegram = virtual_time.run(some_go())
    assert telegram.times == pytest.approx([0.0] * 8 + [0.5] * 8, abs=1e-3)
    assert [chat for _, _, chat in telegram.begun][8:] == list(range(16, 24))
    assert telegram.in_flight == 0


def test_a_request_that_fails_gives_its_place_back() -> None:
    async def fail() -> Telegram:
        telegram = Telegram(Pacer(AT_ONCE), faults=[BadRequest("no")] * 8)
        await asyncio.gather(*(telegram.send(chat=k, takes=1.0) for k in range(16)), return_exceptions=True)
        return telegram

    assert virtual_time.run(fail()).times == pytest.approx([0.0] * 8 + [1.0] * 8, abs=1e-3)


def test_the_memory_of_chats_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "CHATS_REMEMBERED", 10)

    async def many() -> Telegram:
        telegram = Telegram()
        await asyncio.gather(*(telegram.send(chat=k) for k in range(40)))
        return telegram

    assert len(virtual_time.run(many()).pacer._chats) == 10
