"""The server starts on a free port and ends at once, whatever is still open."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.local.faults import Fault
from bot.local.running import LocalServer, RunningServer
from bot.local.server import application

from .support import ANN, TOKEN, world_with_two_people


def test_the_server_ends_with_polls_and_hung_requests_open(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "uvicorn")
    world = world_with_two_people()
    world.misbehave(Fault("hang_after_accepting", method="sendMessage"))
    world.misbehave(Fault("latency", method="getMe", delay=50))
    with ThreadPoolExecutor(3) as pool:
        with RunningServer(application(world)) as server:
            url = f"{server.url}/bot{TOKEN}"
            offset = max(world.updates) + 1
            open_requests = [
                pool.submit(httpx.post, f"{url}/{method}", json=fields, timeout=60)
                for method, fields in (
                    ("getUpdates", {"offset": offset, "timeout": 50}),
                    ("sendMessage", {"chat_id": ANN, "text": "a private matter"}),
                    ("getMe", {}),
                )
            ]
            world.wait_for(lambda w: w.mailbox.open_polls == 1 and len(w.requests) == 1 and not w.faults.pending)
            began = time.monotonic()
        assert time.monotonic() - began < 10  # far from the 50 s that polls and latency would take
        for request in open_requests:
            with pytest.raises(httpx.TransportError):
                request.result(timeout=30)
    assert world.failures == []
    assert world.waiting_updates == 0
    for record in caplog.records:
        assert TOKEN not in record.getMessage() or record.name.startswith(("httpx", "httpcore"))
        assert not record.name.startswith("uvicorn") or record.levelno < logging.WARNING


def test_the_same_world_can_be_served_again() -> None:
    world = world_with_two_people()
    for _ in range(2):
        with RunningServer(application(world)) as server:
            url = server.url
            answer = httpx.get(f"{url}/bot{TOKEN}/getUpdates")
            assert len(answer.json()["result"]) == 1
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{url}/bot{TOKEN}/getMe")


def test_a_server_that_does_not_run_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not running"):
        _ = RunningServer(application(world_with_two_people())).url


def test_a_reset_is_a_reset_and_no_proper_end() -> None:
    world = world_with_two_people()
    world.misbehave(Fault("reset_before"))
    with RunningServer(application(world)) as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(f"GET /bot{TOKEN}/getMe HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            with pytest.raises(ConnectionResetError):
                connection.recv(1)


def test_the_demo_can_serve_it_in_its_own_loop() -> None:
    world = world_with_two_people()

    async def run() -> list[int]:
        local = LocalServer(application(world))
        serving = asyncio.create_task(local.serve())
        await local.wait_until_started()
        url = f"http://127.0.0.1:{local.port}/bot{TOKEN}"
        async with httpx.AsyncClient(timeout=60) as client:
            offset = max(world.updates) + 1
            poll = asyncio.create_task(client.get(f"{url}/getUpdates?offset={offset}&timeout=50"))
            await asyncio.to_thread(world.wait_for, lambda w: w.mailbox.open_polls == 1)
            world.say(ANN, "7")
            answer = await poll
            local.should_exit = True
            await serving
        return [update["message"]["message_id"] for update in answer.json()["result"]]

    assert asyncio.run(run()) == [2]


def test_signals_are_left_to_whoever_runs_it() -> None:
    def handlers() -> list[object]:
        return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    async def run() -> None:
        before = handlers()
        local = LocalServer(application(world_with_two_people()))
        serving = asyncio.create_task(local.serve())
        await local.wait_until_started()
        assert handlers() == before
        local.should_exit = True
        await serving

    asyncio.run(run())
