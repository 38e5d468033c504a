"""The demo's page has a button that opens the desk in a tab of its own, signed in as whoever's chat it stands in."""

import asyncio
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from bot.local import demo
from bot.local.demo import Demo
from bot.local.director import CLINICIAN, COORDINATOR
from tests.bot.windows import Windows

pytestmark = pytest.mark.browser
PATIENCE, PATIENCE_MS = 60.0, 30_000


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    folder = tmp_path_factory.mktemp("demo")
    found: list[tuple[Demo, asyncio.AbstractEventLoop]] = []
    begun, stop = threading.Event(), asyncio.Event()

    async def live() -> None:
        async with demo.started(demo.listen(0), folder) as started:
            found.append((started, asyncio.get_running_loop()))
            begun.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    assert begun.wait(PATIENCE)
    running, loop = found[0]
    yield running
    loop.call_soon_threadsafe(stop.set)
    thread.join(PATIENCE)
    assert not thread.is_alive()


@pytest.mark.parametrize("role", ["coordinator", "clinician"])
def test_the_desk_opens_beside_the_chats_and_signed_in(running: Demo, browser: Windows, role: str) -> None:
    context = browser.browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page = context.new_page()
    page.goto(running.url)
    button = page.locator(f"#column-{role} .desk")
    expect(button).to_have_text("Desk", timeout=PATIENCE_MS)
    expect(page.locator("#column-patient .desk")).to_be_hidden()
    for _ in range(2):
        with context.expect_page() as opened:
            button.click()
        desk = opened.value
        desk.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
        desk.wait_for_url("**/desk/roster")
        expect(desk.locator("main")).to_contain_text("All patients 4")
        assert "tgWebApp" not in desk.url
        assert desk.evaluate("window.opener") is None
    assert complaints == []
    context.close()


def test_a_patient_has_no_such_button(running: Demo) -> None:
    for account in (COORDINATOR, CLINICIAN):
        running.world.wait_for(lambda world, who=account: world.web_app_url(who) is not None, PATIENCE)  # type: ignore[misc]
    patient = next(each.user_id for each in running.director.personas() if each.role == "patient")
    assert running.world.web_app_url(patient) is None
