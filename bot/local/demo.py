"""The demo: the real bot, a local Telegram and a page, in one process, on data made up for the purpose."""

import asyncio
import contextlib
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from starlette.applications import Starlette

from bot.local import seed
from bot.local.director import CLINICIAN, COORDINATOR, Director
from bot.local.page import page_routes
from bot.local.running import LocalServer
from bot.local.server import routes
from bot.local.world import World
from bot.runtime import Running
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from jobs.clock import MovableClock
from storage.database import Database
from storage.writer import Writer

# The local Telegram's own; it opens nothing anywhere else.
TOKEN = "1234567890:made-up-token-of-the-local-telegram"  # noqa: S105
BOT_NAME = "infusion_diary_demo_bot"
STEPS = 5


@dataclass(frozen=True)
class Demo:
    """A running demo, and where its page is."""

    url: str
    world: World
    director: Director
    running: Running
    server: "asyncio.Task[None]"


@contextlib.asynccontextmanager
async def started(port: int, folder: Path) -> AsyncIterator[Demo]:
    """Everything running, on `port` or on any free one for 0; data under `folder`."""
    texts, clock = texts_in(FALLBACK), MovableClock(seed.START)
    world = World(TOKEN, BOT_NAME, clock.now)
    database = Database(f"sqlite:///{folder / 'demo.sqlite'}")
    database.migrate()
    seeded = _plant(database, texts("demo.team"))
    app = Starlette(routes=routes(world))
    server = LocalServer(app, port)
    serving = asyncio.create_task(server.serve())
    await server.wait_until_started()
    url = f"http://127.0.0.1:{server.port}"
    settings = Settings(_env_file=None, telegram_bot_token=SecretStr(TOKEN), telegram_api_url=url)  # type: ignore[call-arg]
    try:
        async with Running(settings, database, clock) as running:
            director = Director(world, running, clock, texts)
            guide = [plain(texts(f"demo.step_{number}")) for number in range(1, STEPS + 1)]
            page_texts = texts.unfilled("page.")
            app.router.routes.extend(page_routes(world, director, page_texts, guide))
            _introduce(world, director, seeded)
            watching = asyncio.create_task(director.watch())
            try:
                yield Demo(f"{url}/", world, director, running, serving)
            finally:
                watching.cancel()
                director.end()
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        database.close()


def _plant(database: Database, team: str) -> seed.Seeded:
    writer = Writer(database)
    try:
        return writer.submit(lambda session: seed.plant(session, team)).result()
    finally:
        writer.close()


def _introduce(world: World, director: Director, seeded: seed.Seeded) -> None:
    """Everyone opens their chat as they would: the staff by their links, the patient of the case by Start."""
    for persona in director.personas():
        world.person(persona.user_id, persona.name)
    for account in seeded.accounts:
        world.person(account, str(account)) if account != seed.CASE_PATIENT else None
        world.say(account, "/start")
    world.say(COORDINATOR, f"/start {seeded.coordinator_token}")
    world.say(CLINICIAN, f"/start {seeded.clinician_token}")
    world.say(CLINICIAN, f"/chart {seed.CASE_PSEUDONYM}")


def free_port(port: int) -> int:
    """The port, or 0 (any free one) when another program has it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return 0
    return port


async def run(port: int, say: Callable[[str], None]) -> None:
    """Serves the demo until it is told to stop."""
    texts = texts_in(FALLBACK)
    with tempfile.TemporaryDirectory(prefix="infusion-diary-demo-") as folder:
        async with started(free_port(port), Path(folder)) as demo:
            say(plain(texts("demo.open", url=demo.url)))
            await demo.server
