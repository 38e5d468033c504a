"""The demo, as `make demo` runs it: the real bot, the local Telegram and the page in one process."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.local import demo, seed
from bot.local.demo import Demo
from bot.local.director import CLINICIAN, COORDINATOR
from storage.models import Role

PATIENCE = 60.0


def lived(folder: Path, story: Any) -> None:
    """Runs the story in a demo of its own."""

    async def live() -> None:
        async with demo.started(0, folder) as running, asyncio.timeout(PATIENCE):
            await settled(running)
            await story(running)

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
        chart = running.world.last_message(CLINICIAN)
        assert chart["photo"]
        assert "Earlier, Regimen 1: returns." in chart["caption"]
        roster = await says(running, COORDINATOR, "/roster")
        for said in ("P-7KQ4 · active", "P-3MWE · active", "paused until Mon 23 Aug 1999", "has not joined yet"):
            assert said in roster

    lived(tmp_path, story)


def test_a_week_passes_and_the_patient_of_the_case_answers_as_he_did(tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        running.director.answer_for_me(True)
        await running.director.advance(7)
        said = texts_of(running, seed.CASE_PATIENT)
        assert any(text.startswith("Your next infusion is tomorrow: Mon 16 Aug 1999") for text in said)
        assert any(text.startswith("Your next infusion is today: Mon 16 Aug 1999") for text in said)
        noted = [text for text in said if "Noted, thank you." in text]
        assert 5 <= len(noted) <= 7, "the case misses a day now and then"
        summary = [text for text in texts_of(running, CLINICIAN) if "Mon 16 Aug 1999: 3 diaries" in text]
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


def test_a_port_that_is_taken_is_no_obstacle(tmp_path: Path) -> None:
    async def story() -> None:
        async with demo.started(0, tmp_path) as running:
            port = int(running.url.rstrip("/").rpartition(":")[2])
            assert demo.free_port(port) == 0
            async with demo.started(demo.free_port(port), tmp_path / "beside") as second:
                assert second.url != running.url

    asyncio.run(story())
