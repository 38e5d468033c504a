"""Whoever holds connections open holds up nobody: not the monitors, not the messages, not the demo's page."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.local.running import RunningServer
from bot.traffic import connections
from tests.bot.watching.support import watched
from tests.delivery.support import EVENING
from tests.support import Clinic

PATIENCE = 60.0
HALF = b"GET /lights HTTP/1.1\r\nHost: diary\r\nX-More: "


@contextmanager
def holding(url: str, many: int, said: bytes = HALF) -> Iterator[list[socket.socket]]:
    """So many connections on which a request was begun and not ended."""
    parts = httpx.URL(url)
    held = []
    try:
        for _ in range(many):
            one = socket.create_connection((parts.host, parts.port or 0), timeout=PATIENCE)
            held.append(one)
            one.sendall(said)
        yield held
    finally:
        for one in held:
            one.close()


def is_closed(one: socket.socket) -> bool:
    """Waits for the other side to end it, or to answer."""
    try:
        while one.recv(4096):
            pass
    except TimeoutError:
        return False
    except OSError:
        return True
    return True


def open_among(held: list[socket.socket]) -> int:
    count = 0
    for one in held:
        one.setblocking(False)
        try:
            count += bool(one.recv(4096))
        except BlockingIOError:
            count += 1
        except OSError:
            continue
    return count


def test_a_thousand_half_sent_requests_keep_neither_a_message_nor_a_monitor_out(clinic: Clinic) -> None:
    anna = clinic.patient()
    with watched(clinic) as monitor, holding(monitor.url, 1000) as held:
        clinic.becomes(clinic.local(EVENING))
        assert "How strong was your pain" in anna.sees
        assert monitor.asks("/healthz")[0] == 200
        end = time.monotonic() + PATIENCE
        while (left := open_among(held)) > connections.MOST_CONNECTIONS:
            assert time.monotonic() < end, f"{left} are still open"
            time.sleep(0.05)


@pytest.mark.parametrize("said", [b"", HALF, b"POST /lights HTTP/1.1\r\nHost: diary\r\nContent-Length: 9\r\n\r\nhalf"])
def test_a_request_that_is_not_whole_in_time_is_dropped(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr(connections, "WHOLE_WITHIN", 0.2)
    with watched(clinic) as monitor, holding(monitor.url, 3, said) as held:
        assert all(is_closed(one) for one in held)


def test_one_that_trickles_is_dropped_too(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WHOLE_WITHIN", 0.5)
    with watched(clinic) as monitor, holding(monitor.url, 1) as (one,):
        end = time.monotonic() + PATIENCE
        one.settimeout(0.05)
        while True:
            assert time.monotonic() < end
            try:
                one.sendall(b"x")
                if not one.recv(1):
                    break
            except TimeoutError:
                continue
            except OSError:
                break


def test_a_second_request_that_is_only_begun_is_dropped_although_the_first_was_answered(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "WHOLE_WITHIN", 0.2)
    whole = b"GET /healthz HTTP/1.1\r\nHost: diary\r\n\r\n"
    with watched(clinic) as monitor, holding(monitor.url, 1, whole) as (one,):
        assert one.recv(4096).startswith(b"HTTP/1.1 200")
        one.sendall(HALF)
        assert is_closed(one)


def test_whoever_asks_and_does_not_read_is_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "WHOLE_WITHIN", 0.2)

    async def much(_request: Request) -> Response:
        return Response(b"x" * 50_000_000)

    with (
        RunningServer(Starlette(routes=[Route("/", much)])) as server,
        holding(server.url, 1, b"GET / HTTP/1.1\r\nHost: diary\r\n\r\n") as (one,),
    ):
        # Nobody reads, until it is dropped.
        while server._server.server_state.connections or not server._server.server_state.total_requests:
            time.sleep(0.02)
        read = 0
        try:
            while more := one.recv(1 << 20):
                read += len(more)
        except ConnectionResetError:
            pass
        assert read < 50_000_000


def test_what_takes_long_to_answer_is_not_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a long poll does; the request was whole at once."""
    monkeypatch.setattr(connections, "WHOLE_WITHIN", 0.2)
    monkeypatch.setattr(connections, "MOST_CONNECTIONS", 1)

    begun = threading.Event()

    async def slow(_request: Request) -> Response:
        begun.set()
        await asyncio.sleep(1)
        return PlainTextResponse("at last")

    with (
        RunningServer(Starlette(routes=[Route("/", slow)])) as server,
        holding(server.url, 1, b"GET / HTTP/1.1\r\nHost: diary\r\nConnection: close\r\n\r\n") as (waits,),
    ):
        assert begun.wait(PATIENCE)
        with holding(server.url, 1) as (second,):
            assert is_closed(second), "there is room for one"
        answer = b""
        while more := waits.recv(4096):
            answer += more
        assert answer.endswith(b"at last")
