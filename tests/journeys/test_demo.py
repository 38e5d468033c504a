"""The demo, as `make demo` runs it: the real bot, the local Telegram and the page in one process."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.local import demo, director, seed
from bot.local.demo import Demo
from bot.local.director import CLINICIAN, COORDINATOR
from bot.local.faults import Fault
from storage.models import Role
from tests.drawers import drawers_handed_on

PATIENCE = 60.0


def lived(folder: Path, story: Any) -> None:
    """Runs the story in a demo of its own."""

    async def live() -> None:
        async with demo.started(demo.listen(0), folder) as running, asyncio.timeout(PATIENCE):
            await settled(running)
            await story(running)

    with drawers_handed_on():
        asyncio.run(live())


async def settled(running: Demo) -> None:
    """Until the bot has handled and answered everything that was said."""
    await asyncio.to_thread(running.world.wait_for, lambda world: not world.waiting_updates, PATIENCE)
    await running.running.handlers.answers_out(PATIENCE)


def texts_of(running: Demo, account: int) -> list[str]:
    messages = running.world.messages(account)
    return [m.get("text") or m.get("caption") or "" for m in messages if m["from"]["is_bot"]]


async def says(running: Demo, account: int, text: str) -> str:
    running.world.say(account, text)
    await settled(running)
    return texts_of(running, account)[-1]


def test_it_begins_with_a_chart_that_says_something_and_a_roster_that_is_real(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with httpx.AsyncClient() as browser:
            page = await browser.get(running.url)
            snapshot = (await browser.get(running.url + "api/snapshot")).json()
        assert page.status_code == 200
        assert snapshot["clock"]["label"] == "Thu 12 Aug 1999, 17:55"
        assert "daily check-in of P-7KQ4" in snapshot["clock"]["next_event"]
        assert len(snapshot["guide"]) == 5
        await running.running.settle()
        chart = running.world.last_message(CLINICIAN)
        assert chart["photo"]
        assert "Earlier, Regimen 1: returns." in chart["caption"]
        await says(running, COORDINATOR, "/roster")
        press(running, COORDINATOR, "All patients 4")
        await settled(running)
        roster = texts_of(running, COORDINATOR)[-1]
        silent = "P-3MWE · silent since Mon 2 Aug 1999"
        for said in ("P-7KQ4 · active", silent, "paused until Mon 23 Aug 1999", "has not joined yet"):
            assert said in roster

    lived(tmp_path, story)


def test_no_web_page_elsewhere_reaches_the_bots_own_way_to_telegram(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        path = f"bot{demo.TOKEN}/sendMessage"
        words: dict[str, Any] = {"chat_id": CLINICIAN, "text": "from elsewhere"}
        async with httpx.AsyncClient() as browser:
            for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
                refused = await browser.post(running.url + path, json=words, headers=headers)
                assert refused.status_code == 403
            # A picture's address needs no leave: but the token is another each time.
            guessed = await browser.get(running.url + "bot1234567890:made-up/sendMessage", params=words)
            assert guessed.status_code == 401
            assert (await browser.post(running.url + path, json=words)).status_code == 200
        assert texts_of(running, CLINICIAN).count("from elsewhere") == 1

    lived(tmp_path, story)


def test_a_week_passes_and_the_patient_of_the_case_answers_as_he_did(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        running.director.answer_for_me(True)
        await running.director.advance(7)
        said = texts_of(running, seed.CASE_PATIENT)
        assert any(text.startswith("Your infusion is tomorrow: Mon 16 Aug 1999") for text in said)
        assert any(text.startswith("Your infusion is today: Mon 16 Aug 1999") for text in said)
        noted = [text for text in said if "Pain: " in text]
        assert 5 <= len(noted) <= 7, "the case misses a day now and then"
        summary = [text for text in texts_of(running, CLINICIAN) if "Mon 16 Aug 1999: 3 diaries\n" in text]
        assert len(summary) == 1
        assert running.director.clock().label == "Thu 19 Aug 1999, 17:55"
        assert running.world.refused() == []
        assert running.world.unanswered_callbacks() == []

    lived(tmp_path, story)


def test_a_new_person_opens_the_link_in_a_chat_of_their_own(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        invitation = await says(running, COORDINATOR, "/invite")
        persona = running.director.open_invitation(invitation.split("?start=")[1].split()[0])
        await settled(running)
        assert persona.role == Role.PATIENT.value
        assert "Which language would you like?" in texts_of(running, persona.user_id)[-1]
        with pytest.raises(ValueError, match="no invitation"):
            running.director.open_invitation("no token!")

    lived(tmp_path, story)


def test_a_new_member_of_the_team_stands_among_their_own(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        await says(running, COORDINATOR, "/staff")
        press(running, COORDINATOR, "Invite a clinician")
        await settled(running)
        link = texts_of(running, COORDINATOR)[-1].split("?start=")[1].split()[0]
        assert running.director.open_invitation(link).role == Role.CLINICIAN.value
        assert running.director.open_invitation("nobody-made-this-one").role == Role.PATIENT.value

    lived(tmp_path, story)


def test_a_newcomer_who_has_joined_is_shown_by_the_pseudonym(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        invitation = await says(running, COORDINATOR, "/invite")
        newcomer = running.director.open_invitation(invitation.split("?start=")[1].split()[0]).user_id
        await settled(running)
        assert running.director.personas()[-1].name == "New person 1"
        for button in ("English", "Continue", "I agree", "Yes, Europe/London"):
            press(running, newcomer, button)
            await settled(running)
        await says(running, newcomer, "18:00")
        while (known := running.director.personas()[-1].name) == "New person 1":  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        pseudonym, name = known.split(", ")
        assert name == "New person 1"
        assert pseudonym in await says(running, COORDINATOR, "/roster")

    lived(tmp_path, story)


def test_the_clinician_reads_the_welcome_before_asking_for_the_chart(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        said = [message.get("text", "the chart") for message in running.world.messages(CLINICIAN)]
        asked = said.index(f"/chart {seed.CASE_PSEUDONYM}")
        assert said[0].startswith("/start ")
        assert asked > 1
        assert said[asked - 1] in texts_of(running, CLINICIAN)

    lived(tmp_path, story)


def press(running: Demo, account: int, label: str) -> None:
    """A press on the newest button with this label."""
    offered = [
        (message["message_id"], data)
        for message in running.world.messages(account)
        for text, data in running.world.buttons(message)
        if text == label and data is not None
    ]
    running.world.press(account, *offered[-1])


def test_a_press_just_before_time_moves_is_answered_in_time(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        await running.director.next_event()
        press(running, seed.CASE_PATIENT, "7")
        await running.director.advance(1)
        assert running.world.refused() == []
        assert running.world.unanswered_callbacks() == []
        assert running.director.clock().label == "Fri 13 Aug 1999, 18:00"

    lived(tmp_path, story)


def test_a_press_that_is_never_answered_does_not_stop_the_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story(running: Demo) -> None:
        await running.director.next_event()
        running.world.misbehave(Fault("bad_request", method="answerCallbackQuery", description="query is too old"))
        press(running, seed.CASE_PATIENT, "7")
        monkeypatch.setattr(director, "PATIENCE", 0.5)  # given up after that, and the clock moves all the same
        await running.director.advance(1)
        assert len(running.world.unanswered_callbacks()) == 1
        monkeypatch.setattr(director, "PATIENCE", 2 * PATIENCE)  # never to be waited for again
        await running.director.advance(1)
        assert running.director.clock().label == "Sat 14 Aug 1999, 18:00"

    lived(tmp_path, story)


def test_time_stands_still_once_the_demo_ends(tmp_path: Path) -> None:
    moving: list[asyncio.Task[None]] = []

    async def story(running: Demo) -> None:
        running.world.misbehave(Fault("latency", method="sendMessage", times=None, delay=2 * PATIENCE))
        moving.append(asyncio.create_task(running.director.next_event()))
        assert await running.world.until(lambda world: world.faults.struck["sendMessage"], PATIENCE)

    lived(tmp_path, story)
    assert moving[0].cancelled()


@contextmanager
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with demo.listen(0) as somebody:
        yield somebody.getsockname()[1]


def test_a_port_that_was_asked_for_and_is_taken_is_refused() -> None:
    with taken() as port:
        typed = subprocess.run(
            [sys.executable, "-m", "bot", "demo", "--port", str(port)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert typed.returncode == 2
    assert typed.stdout == ""
    assert typed.stderr == f"Port {port} is in use. Name another with --port, or --port 0 for any that is free.\n"


def test_a_usual_port_that_is_taken_is_said_and_another_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()

    async def story() -> None:
        running = asyncio.create_task(demo.run(None, said.put_nowait))
        async with asyncio.timeout(PATIENCE):
            assert await said.get() == f"Port {port} is in use, so this demo has its page elsewhere."
            assert f":{port}/" not in await said.get()
        running.cancel()
        await asyncio.wait([running])

    with taken() as port:
        monkeypatch.setattr(demo, "PORT", port)
        asyncio.run(story())


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_ends_it_silently_and_leaves_nothing(tmp_path: Path, name: str) -> None:
    """As Ctrl+C does, the signal goes to the process that draws as well."""
    running = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        start_new_session=True,
    )
    try:
        assert running.stdout is not None
        while "Ctrl+C" not in running.stdout.readline():
            assert running.poll() is None
        assert [path.name[:20] for path in tmp_path.iterdir()] == ["infusion-diary-demo-"]
        os.killpg(running.pid, getattr(signal, name))
        _, complaints = running.communicate(timeout=PATIENCE)
    finally:
        running.kill()
        running.communicate()
    assert (running.returncode, complaints) == (0, "")
    assert list(tmp_path.iterdir()) == []
