"""A real browser, for whatever shows pages; and the team of the demo."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.local import seed
from bot.local.running import RunningServer
from storage.database import Database
from tests.one_engine import SqliteFiles
from tests.storage.support import committing
from tests.support import TEAM

if TYPE_CHECKING:
    from tests.bot.windows import Windows

CHROMIUM = "/usr/bin/chromium"
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker has the browser, and starts it once."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Windows, asyncio.AbstractEventLoop]]:
    """And the loop of its driver, which stands still between the calls."""
    if not Path(CHROMIUM).exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{CHROMIUM} is missing, and CI must have it")
        pytest.skip(f"needs Debian's chromium at {CHROMIUM}")
    # Here, since most of the suite has no use for it.
    from playwright.sync_api import expect, sync_playwright

    from tests.bot.windows import BLANK, PATIENCE_MS, Windows

    expect.set_options(timeout=PATIENCE_MS)
    with RunningServer(BLANK) as blank, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        loop = asyncio.get_running_loop()
        asyncio._set_running_loop(None)
        yield Windows(browser, blank.url), loop
        asyncio._set_running_loop(loop)
        browser.close()


@pytest.fixture
def browser(chromium: tuple[Windows, asyncio.AbstractEventLoop]) -> Iterator[Windows]:
    """In this test the driver's loop counts as running, as it expects; in others it would forbid any other loop."""
    windows, loop = chromium
    asyncio._set_running_loop(loop)
    yield windows
    asyncio._set_running_loop(None)


@pytest.fixture(scope="session")
def planted(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The team of the demo as it begins, with the published case: a SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("planted") / "diary.sqlite"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}")
    with committing(database) as session:
        seed.plant(session, TEAM)
    database.close()
    return path


@pytest.fixture
def planted_database(planted: Path, sqlite_files: SqliteFiles, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "planted.sqlite"
    path.write_bytes(planted.read_bytes())
    with sqlite_files.at(path) as database:
        yield database
