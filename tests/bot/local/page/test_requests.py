"""The page's endpoints, asked as a browser asks them and as a strange web page would."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest
from starlette.datastructures import Headers

from bot.local.page_feed import Feed
from bot.local.page_guard import HEADERS, comes_from_here
from tests.bot.local.page.stage import (
    BOT,
    CLINICIAN,
    COORDINATOR,
    GUIDE,
    PATIENT,
    SCALE,
    TEXTS,
    Stage,
    keyboard,
    wait_until,
)
from tests.bot.local.support import picture


@pytest.fixture(scope="module")
def running() -> Iterator[Stage]:
    with Stage() as stage:
        yield stage


@pytest.fixture
def client(running: Stage) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=running.url, timeout=30) as client:
        yield client


def events_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_the_snapshot_tells_everything_the_page_shows(running: Stage, client: httpx.Client) -> None:
    running.bot("setMyCommands", commands=[{"command": "today", "description": "Answer now"}])
    said = running.world.say(COORDINATOR, "/start")
    snapshot = client.get("/api/snapshot").json()
    assert snapshot["bot"] == BOT
    assert snapshot["guide"] == GUIDE
    assert [person["role"] for person in snapshot["personas"]][:3] == ["patient", "clinician", "coordinator"]
    assert snapshot["clock"]["next_event"] == "daily check-in at 18:00"
    chat = next(chat for chat in snapshot["chats"] if chat["user_id"] == COORDINATOR)
    assert chat["commands"] == [{"command": "today", "description": "Answer now"}]
    assert chat["messages"][-1]["message_id"] == said


@pytest.mark.parametrize("path", ["/", "/static/app.js", "/static/none.js", "/api/texts", "/api/none", "/media/none"])
def test_every_answer_carries_the_security_headers(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert client.get(path, headers={"Host": "evil.example"}).headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("host", "welcome"),
    [
        ("127.0.0.1:8080", True),
        ("localhost:8080", True),
        ("[::1]:8080", True),
        ("127.0.0.1.evil.example", False),
        ("evil.example", False),
        ("localhost.evil.example:8080", False),
        ("192.168.1.4:8080", False),
        ("", False),
        ("[", False),
    ],
)
def test_only_loopback_names_are_answered(host: str, welcome: bool) -> None:
    assert comes_from_here(Headers({"host": host}), "GET") is welcome


@pytest.mark.parametrize(
    ("headers", "welcome"),
    [
        ({}, True),
        ({"origin": "http://localhost:8080", "sec-fetch-site": "same-origin"}, True),
        ({"origin": "http://localhost:9090"}, False),
        ({"origin": "https://evil.example"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site"}, False),
    ],
)
def test_only_the_page_itself_may_post(headers: dict[str, str], welcome: bool) -> None:
    assert comes_from_here(Headers({"host": "localhost:8080"} | headers), "POST") is welcome


def test_a_strange_page_cannot_speak_for_anyone(running: Stage, client: httpx.Client) -> None:
    words = {"user_id": CLINICIAN, "text": "from elsewhere"}
    assert client.post("/api/say", json=words, headers={"Origin": "https://evil.example"}).status_code == 403
    # What a form of another site may send without being asked first: not JSON.
    plain = {"Content-Type": "text/plain"}
    assert client.post("/api/say", content=json.dumps(words), headers=plain).status_code == 415
    assert all(message.get("text") != "from elsewhere" for message in running.world.messages(CLINICIAN))


@pytest.mark.parametrize(
    ("path", "body", "complaint"),
    [
        ("say", {"user_id": PATIENT}, "text must be a text of 1 to 4096 characters"),
        ("say", {"user_id": PATIENT, "text": "  "}, "text must be"),
        ("say", {"user_id": PATIENT, "text": "x" * 4097}, "text must be"),
        ("say", {"user_id": "11", "text": "x"}, "user_id must be a whole number"),
        ("say", {"user_id": True, "text": "x"}, "user_id must be a whole number"),
        ("say", {"user_id": 999, "text": "x"}, "user_id is nobody on this page"),
        ("say", ["x"], "the body must be a JSON object"),
        ("press", {"user_id": PATIENT, "data": "7"}, "message_id must be"),
        ("press", {"user_id": PATIENT, "message_id": 1}, "data must be"),
        ("clock", {}, "action must be"),
        ("clock", {"action": "stop"}, "action must be next, advance or answer"),
        ("clock", {"action": "advance", "days": 0}, "days must be a whole number from 1 to 366"),
        ("clock", {"action": "advance", "days": 1.5}, "days must be"),
        ("clock", {"action": "answer", "on": "yes"}, "on must be true or false"),
        ("open", {"start": "no token"}, "start must be an invitation's token"),
        ("open", {"start": "x" * 65}, "start must be a text of 1 to 64 characters"),
    ],
)
def test_a_faulty_request_is_told_what_is_wrong(client: httpx.Client, path: str, body: Any, complaint: str) -> None:
    answer = client.post(f"/api/{path}", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(complaint)


def test_what_is_no_json_and_what_is_too_long_is_refused(client: httpx.Client) -> None:
    kind = {"Content-Type": "application/json"}
    assert client.post("/api/say", content=b"{", headers=kind).status_code == 400
    assert client.post("/api/say", content=b"[" * 60_000, headers=kind).status_code == 400
    assert client.post("/api/say", content=b" " * (64 * 1024 + 1), headers=kind).status_code == 413
    assert client.get("/api/say").status_code == 405


def test_what_is_said_and_pressed_reaches_the_bot(running: Stage, client: httpx.Client) -> None:
    said = client.post("/api/say", json={"user_id": PATIENT, "text": "/start"}).json()
    assert running.world.last_message(PATIENT)["message_id"] == said["message_id"]
    asked = running.bot("sendMessage", chat_id=PATIENT, text="Pain?", reply_markup=SCALE)
    press = {"user_id": PATIENT, "message_id": asked["message_id"], "data": "7"}
    query_id = client.post("/api/press", json=press).json()["callback_query_id"]
    assert [query.query_id for query in running.world.unanswered_callbacks()] == [query_id]


def test_a_button_that_has_gone_is_a_conflict(running: Stage, client: httpx.Client) -> None:
    running.world.say(PATIENT, "/start")
    asked = running.bot("sendMessage", chat_id=PATIENT, text="Pain?", reply_markup=keyboard("1"))
    press = {"user_id": PATIENT, "message_id": asked["message_id"], "data": "2"}
    assert client.post("/api/press", json=press).status_code == 409


def test_a_running_clock_is_not_started_twice(running: Stage, client: httpx.Client) -> None:
    running.director.set(running=True)
    try:
        assert client.post("/api/clock", json={"action": "next"}).status_code == 409
    finally:
        running.director.set(running=False)


def test_pictures_are_shown_and_other_files_saved(running: Stage, client: httpx.Client) -> None:
    running.world.say(CLINICIAN, "/start")
    sent = running.bot("sendPhoto", chat_id=CLINICIAN, files={"photo": ("c.png", picture(400, 300), "image/png")})
    small, large = (client.get(f"/media/{sent['photo'][at]['file_id']}") for at in (0, -1))
    assert large.headers["Content-Type"] == "image/png"
    assert large.content == picture(400, 300)
    assert small.headers["Content-Type"] == "image/jpeg"
    page = {"document": ("a “page”\r\n.html", b"<script>alert(1)</script>", "text/html")}
    sent = running.bot("sendDocument", chat_id=CLINICIAN, files=page)
    saved = client.get(f"/media/{sent['document']['file_id']}")
    assert saved.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''a%20%E2%80%9Cpage")
    assert saved.headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/media/none").status_code == 404


def test_the_stream_begins_with_a_snapshot_and_goes_on_with_each_change(running: Stage) -> None:
    # Typed by hand rather than on client: a stream keeps its connection.
    with httpx.Client(base_url=running.url, timeout=30) as client, client.stream("GET", "/api/events") as stream:
        assert stream.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        events = events_of(stream.iter_lines())
        assert next(events)["type"] == "snapshot"
        running.world.say(PATIENT, "good evening")
        assert next(events)["message"]["text"] == "good evening"
        asked = running.bot("sendMessage", chat_id=PATIENT, text="Pain?", reply_markup=SCALE)
        running.bot("editMessageText", chat_id=PATIENT, message_id=asked["message_id"], text="Noted")
        running.bot("deleteMessage", chat_id=PATIENT, message_id=asked["message_id"])
        assert [next(events)["type"] for _ in range(3)] == ["message", "edited", "deleted"]
        running.director.set(answering=True)
        assert next(events)["clock"]["answering"] is True


def test_an_invitation_brings_a_new_person_to_every_page(running: Stage) -> None:
    with httpx.Client(base_url=running.url, timeout=30) as client, client.stream("GET", "/api/events") as stream:
        events = events_of(stream.iter_lines())
        next(events)
        with httpx.Client(base_url=running.url, timeout=30) as other:
            persona = other.post("/api/open", json={"start": "Ab12"}).json()["persona"]
        told = [next(events) for _ in range(3)]
        assert {event["type"] for event in told} == {"personas", "commands", "message"}
        people = next(event["personas"] for event in told if event["type"] == "personas")
        assert people[-1] == persona


def test_the_stream_ends_when_the_demo_does_and_leaves_nothing_behind(running: Stage) -> None:
    wait_until(lambda: running.director.watchers == 0)
    with httpx.Client(base_url=running.url, timeout=30) as client, client.stream("GET", "/api/events") as stream:
        events = events_of(stream.iter_lines())
        next(events)
        wait_until(lambda: running.director.watchers == 1)
        running.director.end()
        assert list(events) == []
    wait_until(lambda: running.director.watchers == 0)


def test_a_page_that_reads_too_slowly_gets_a_fresh_snapshot() -> None:
    stage = Stage()

    async def never() -> AsyncIterator[None]:
        yield
        await asyncio.Event().wait()

    async def read_slowly() -> list[dict[str, Any]]:
        feed = Feed(stage.world, [], personas=list, clock=dict, changes=never, limit=3)
        stream = feed.stream()
        told = [await anext(stream)]
        for number in range(10):
            stage.world.say(PATIENT, f"message {number}")
        for _ in range(50):
            await asyncio.sleep(0)  # the feed takes in what happened; nobody reads it yet
        told.append(await anext(stream))
        stage.world.say(PATIENT, "after")
        told.append(await anext(stream))
        await stream.aclose()
        return [json.loads(event["data"]) for event in told]

    first, second, third = asyncio.run(read_slowly())
    assert (first["type"], second["type"]) == ("snapshot", "snapshot")
    assert third["message"]["text"] == "after"


def test_who_comes_between_the_snapshot_and_its_reading_is_told() -> None:
    stage = Stage()
    people = [{"user_id": PATIENT, "name": "First"}]

    async def read() -> list[dict[str, Any]]:
        feed = Feed(stage.world, [], personas=lambda: list(people), clock=dict, changes=stage.director.changes)
        stream = feed.stream()
        told = [await anext(stream)]
        people.append({"user_id": CLINICIAN, "name": "Second"})
        stage.director.set()
        told.append(await anext(stream))
        await stream.aclose()
        return [json.loads(event["data"]) for event in told]

    first, second = asyncio.run(read())
    assert [person["name"] for person in first["personas"]] == ["First"]
    assert [person["name"] for person in second["personas"]] == ["First", "Second"]


def test_the_page_is_given_its_texts(client: httpx.Client) -> None:
    assert client.get("/api/texts").json() == TEXTS


def test_the_desk_has_an_address_that_is_signed_anew_for_whoever_has_its_button(
    running: Stage, client: httpx.Client
) -> None:
    button = {"type": "web_app", "text": "Desk", "web_app": {"url": "https://diary.example.org/desk/"}}
    running.bot("setChatMenuButton", chat_id=COORDINATOR, menu_button=button)
    chats = {chat["user_id"]: chat["desk"] for chat in client.get("/api/snapshot").json()["chats"]}
    assert (chats[COORDINATOR], chats[PATIENT]) == ("Desk", "")
    one, two = (client.post("/api/desk", json={"user_id": COORDINATOR}).json()["url"] for _ in range(2))
    assert one.startswith("https://diary.example.org/desk/#tgWebAppData=")
    assert one != two
    assert client.post("/api/desk", json={"user_id": PATIENT}).status_code == 409
    assert client.post("/api/desk", json={"user_id": 999}).status_code == 400
    running.bot("setChatMenuButton", chat_id=COORDINATOR, menu_button={"type": "commands"})
    assert client.post("/api/desk", json={"user_id": COORDINATOR}).status_code == 409
