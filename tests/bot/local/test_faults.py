"""Planned misbehaviour is seen by a client as the true fault would be, and the chat shows what was done."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

from bot.local.faults import Fault, Kind
from bot.local.running import RunningServer
from bot.local.server import application
from bot.local.world import World

from .support import ANN, BEN, TOKEN, Clock, served, world_with_two_people


def said(world: World, chat_id: int = ANN) -> list[str]:
    return [m["text"] for m in world.messages(chat_id) if m["from"]["is_bot"]]


@pytest.mark.parametrize(
    ("kind", "code", "description"),
    [
        ("too_many_requests", 429, "Too Many Requests: retry after 9"),
        ("forbidden", 403, "Forbidden: bot was blocked by the user"),
        ("bad_request", 400, "Bad Request: chat not found"),
        ("server_error", 500, "Internal Server Error"),
    ],
)
def test_a_refusal_on_demand_does_nothing(kind: Kind, code: int, description: str) -> None:
    world = world_with_two_people()
    world.misbehave(Fault(kind, retry_after=9))
    with served(world) as call:
        answer = call("sendMessage", chat_id=ANN, text="x")
        assert (answer["error_code"], answer["description"]) == (code, description)
        assert answer.get("parameters") == ({"retry_after": 9} if code == 429 else None)
        assert said(world) == []
        call.result("sendMessage", chat_id=ANN, text="x")
    assert [(r.outcome, r.fault) for r in world.requests] == [(code, kind), (200, None)]
    assert world.refused() == []


@pytest.mark.parametrize(
    ("kind", "error", "is_said"),
    [
        ("reset_before", httpx.ReadError, False),
        ("reset_after_accepting", httpx.ReadError, True),
        ("reset_mid_response", (httpx.ReadError, httpx.RemoteProtocolError), True),
        ("hang_after_accepting", httpx.ReadTimeout, True),
    ],
)
def test_a_connection_fails_on_demand(
    kind: Kind, error: type[Exception] | tuple[type[Exception], ...], is_said: bool
) -> None:
    world = world_with_two_people()
    world.misbehave(Fault(kind, method="sendMessage"))
    with served(world) as call:
        patience = 0.5 if kind == "hang_after_accepting" else 30
        with pytest.raises(error):
            call.client.post(f"{call.url}/sendMessage", json={"chat_id": ANN, "text": "x"}, timeout=patience)
        world.wait_for(lambda w: len(w.requests) == 1)
        assert said(world) == (["x"] if is_said else [])
        call.result("sendMessage", chat_id=ANN, text="y")
    assert [(r.outcome, r.fault) for r in world.requests] == [(200 if is_said else 0, kind), (200, None)]


def test_a_bad_gateway_may_hide_that_it_was_done() -> None:
    world = world_with_two_people()
    world.misbehave(Fault("bad_gateway_after_accepting"))
    with served(world) as call:
        assert call("sendMessage", chat_id=ANN, text="x")["error_code"] == 502
    assert said(world) == ["x"]


def test_what_is_refused_by_itself_is_refused_whatever_was_planned() -> None:
    world = world_with_two_people()
    world.misbehave(Fault("reset_after_accepting"))
    with served(world) as call:
        assert call("sendMessage", chat_id=ANN, text="")["error_code"] == 400


def test_latency_delays_the_deed_and_nothing_else() -> None:
    world = world_with_two_people()
    world.misbehave(Fault("latency", delay=0.6))
    with served(world) as call:
        with pytest.raises(httpx.ReadTimeout):
            call.client.post(f"{call.url}/sendMessage", json={"chat_id": ANN, "text": "x"}, timeout=0.2)
        world.wait_for(lambda w: said(w) == ["x"])
    assert world.requests[0].fault is None


def test_a_fault_strikes_its_method_and_chat_as_often_as_planned() -> None:
    world = world_with_two_people()
    world.say(BEN, "/start")
    world.misbehave(Fault("server_error", method="sendmessage", chat_id=BEN, times=2))
    with served(world) as call:
        for _ in range(3):
            call("sendMessage", chat_id=ANN, text="a")
            call("sendMessage", chat_id=BEN, text="b")
        call.result("sendChatAction", chat_id=BEN, action="typing")
    assert (said(world), said(world, BEN)) == (["a", "a", "a"], ["b"])
    assert world.faults.pending == 0


def test_a_fault_without_a_method_spares_getupdates_unless_named() -> None:
    world = world_with_two_people()
    world.misbehave(Fault("server_error", times=None))
    with served(world) as call:
        call.result("getUpdates")
        assert [call("getMe")["error_code"] for _ in range(3)] == [500] * 3
        world.behave()
        world.misbehave(Fault("bad_gateway_after_accepting", method="getUpdates"))
        assert call("getUpdates", offset=max(world.updates) + 1)["error_code"] == 502
        assert world.waiting_updates == 0


def test_an_unknown_fault_cannot_be_planned() -> None:
    with pytest.raises(ValueError, match="no such fault: meteor"):
        Fault("meteor")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("too_many_requests", RetryAfter),
        ("forbidden", Forbidden),
        ("bad_request", BadRequest),
        ("server_error", NetworkError),
        ("bad_gateway_after_accepting", NetworkError),
        ("reset_before", NetworkError),
        ("reset_after_accepting", NetworkError),
        ("reset_mid_response", NetworkError),
        ("hang_after_accepting", TimedOut),
    ],
)
def test_the_bots_library_raises_what_it_would_raise(
    kind: Kind, error: type[TelegramError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it RetryAfter itself warns
    world = world_with_two_people()

    async def run(url: str) -> None:
        async with Bot(TOKEN, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot") as bot:
            world.misbehave(Fault(kind))
            with pytest.raises(error):
                await bot.send_message(ANN, "x", read_timeout=0.5 if kind.startswith("hang") else 10)
            await bot.send_message(ANN, "y")

    with RunningServer(application(world)) as server:
        asyncio.run(run(server.url))
    assert said(world)[-1] == "y"


def answers(world: World, texts: list[str], between: Callable[[], None] = lambda: None) -> list[int]:
    with served(world) as call:
        codes = []
        for text in texts:
            codes.append(call("sendMessage", chat_id=ANN, text=text).get("error_code", 200))
            between()
        return codes


def test_telegrams_own_limits_are_enforced_when_asked_for() -> None:
    clock = Clock()
    world = world_with_two_people(clock)
    assert answers(world, ["x"] * 5) == [200] * 5
    world.enforce_limits = True
    assert answers(world, ["x"] * 5) == [200] * 3 + [429] * 2
    clock.advance(seconds=1)
    assert answers(world, ["x"] * 2) == [200, 429]
    clock.advance(seconds=60)
    assert answers(world, ["x"] * 6, lambda: clock.advance(seconds=1)) == [200] * 6


def test_a_bot_sends_at_most_thirty_messages_a_second() -> None:
    clock = Clock()
    world = world_with_two_people(clock)
    for user_id in range(1000, 1031):
        world.person(user_id, "Someone")
        world.say(user_id, "/start")
    world.enforce_limits = True
    with served(world) as call:
        codes = [call("sendMessage", chat_id=n, text="x").get("error_code", 200) for n in range(1000, 1031)]
        assert codes == [200] * 30 + [429]
        clock.advance(seconds=1)
        call.result("sendMessage", chat_id=1030, text="x")
