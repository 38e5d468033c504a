"""Makes the pictures of the documents anew, into docs/pictures: `python -m tests.pictures`.

Two chats of the demo as a browser shows them, and the page of its synthetic case. No figure in them is of a person.
"""

import asyncio
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright
from typer.testing import CliRunner

from bot.__main__ import app
from bot.local import case_data, demo, seed
from bot.local.director import CLINICIAN
from tests.bot.conftest import CHROMIUM, QUIET
from tests.bot.shell import left_as_it_was

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
ANSWERS = ("2", "3")
COLOURS = 128


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with left_as_it_was():
        CliRunner().invoke(
            app, ["report", "--from", str(case_data.FOLDER), "--png", str(FOLDER / "chart.png")], catch_exceptions=False
        )
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_chats(Path(folder)))
    for picture in sorted(FOLDER.glob("*.png")):
        _shrink(picture)
        print(f"{picture.name}: {picture.stat().st_size // 1000} kB")


async def _chats(folder: Path) -> None:
    async with demo.started(demo.listen(0), folder) as running, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        page = await browser.new_page(viewport={"width": 1240, "height": 1100}, locale="en-GB")
        await page.goto(running.url)
        await running.director.next_event()
        for answer in ANSWERS:
            await page.locator(f"#chat-{seed.CASE_PATIENT}").get_by_role("button", name=answer, exact=True).click()
            await running.director.calm()
        running.world.say(CLINICIAN, "/summary")
        await running.director.calm()
        await page.get_by_text("What to try").click()
        await _taken(page, seed.CASE_PATIENT, "3 of 4", "check-in.png")
        await _taken(page, CLINICIAN, "Neuromuscular clinic, Thu 12 Aug 1999: 3 diaries", "summary.png")
        await browser.close()


async def _taken(page: Page, account: int, words: str, name: str) -> None:
    """The chat as it is when the message with these words has just come into view."""
    chat = page.locator(f"#chat-{account}")
    message = chat.locator(".message").filter(has_text=words).first
    await message.evaluate("message => message.scrollIntoView({block: 'end', behavior: 'instant'})")
    await page.evaluate("document.fonts.ready")
    await chat.screenshot(path=FOLDER / name, animations="disabled")


def _shrink(picture: Path) -> None:
    with Image.open(picture) as drawn:
        few = drawn.convert("RGB").quantize(COLOURS)
    few.save(picture, optimize=True)


if __name__ == "__main__":
    main()
