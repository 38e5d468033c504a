"""The demo: the real bot, a local Telegram and a page, in one process, on data made up for the purpose."""

import asyncio
import contextlib
import errno
import logging
import secrets
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.middleware import Middleware

from bot.desk.serving import DeskServer
from bot.local import seed
from bot.local.director import CLINICIAN, COORDINATOR, Director
from bot.local.page import page_routes
from bot.local.page_guard import Guard
from bot.local.running import LocalServer
from bot.local.server import routes
from bot.local.world import World
from bot.runtime import Running
from bot.settings import Settings
from bot.texts import FALLBACK, plain, texts_in
from bot.traffic.pacer import UNHURRIED
from jobs.clock import MovableClock
from storage.database import Database
from storage.writer import Writer

# The local Telegram's own; it opens nothing anywhere else. Another each time: a web page cannot know it.
TOKEN = f"1234567890:{secrets.token_urlsafe(24)}"
BOT_NAME = "infusion_diary_demo_bot"
PORT = 8765
STEPS = 5


class PortError(Exception):
    """A port that cannot be listened on; `key` is the text that says why."""

    def __init__(self, port: int, key: str) -> None:
        super().__init__(f"port {port} cannot be listened on")
        self.port, self.key = port, key


@dataclass(frozen=True)
class Demo:
    """A running demo, and where its page is."""

    url: str
    world: World
    director: Director
    running: Running
    server: "asyncio.Task[None]"


@contextlib.asynccontextmanager
async def started(listening: socket.socket, folder: Path) -> AsyncIterator[Demo]:
    """Everything running, the page on a socket from `listen`; data under `folder`."""
    clock = MovableClock(seed.START)
    world = World(TOKEN, BOT_NAME, clock.now)
    database = Database(f"sqlite:///{folder / 'demo.sqlite'}")
    database.migrate()
    seeded = _plant(database, texts_in(FALLBACK)("demo.team"))
    app = Starlette(routes=routes(world, [Middleware(Guard)]))
    # The page's own port is the local Telegram's: the desk has one of its own, as it has a name of its own in life.
    at_desk = listen(0)
    desk_url = f"http://127.0.0.1:{at_desk.getsockname()[1]}"
    server = LocalServer(app)
    serving = asyncio.create_task(server.serve([listening]))
    try:
        await server.wait_until_started()
        url = f"http://127.0.0.1:{server.port}"
        settings = Settings(
            _env_file=None, telegram_bot_token=SecretStr(TOKEN), telegram_api_url=url, desk_url=desk_url
        )  # type: ignore[call-arg]
        # A week is to pass in a moment: what Telegram wants between two messages would be waited for in true time.
        run = Running(settings, database, clock, pace=UNHURRIED)
        async with (
            run as running,
            DeskServer(running, desk_url, at_desk),
            _directed(app, world, running, clock) as director,
        ):
            await _introduce(world, director, seeded)
            yield Demo(f"{url}/", world, director, running, serving)
    finally:
        server.should_exit = True
        await asyncio.gather(serving, return_exceptions=True)
        at_desk.close()
        database.close()


@contextlib.asynccontextmanager
async def _directed(app: Starlette, world: World, running: Running, clock: MovableClock) -> AsyncIterator[Director]:
    """The page and who plays behind it."""
    texts = texts_in(FALLBACK)
    director = Director(world, running, clock, texts)
    guide = [plain(texts(f"demo.step_{number}")) for number in range(1, STEPS + 1)]
    app.router.routes.extend(page_routes(world, director, texts.unfilled("page."), guide))
    watching = asyncio.create_task(director.watch())
    try:
        yield director
    finally:
        watching.cancel()
        director.end()


def _plant(database: Database, team: str) -> seed.Seeded:
    writer = Writer(database)
    try:
        return writer.submit(lambda session: seed.plant(session, team)).result()
    finally:
        writer.close()


async def _introduce(world: World, director: Director, seeded: seed.Seeded) -> None:
    """Everyone opens their chat as they would: the staff by their links, the patient of the case by Start.

    The clinician reads the welcome before asking for the chart.
    """
    for persona in director.personas():
        world.person(persona.user_id, persona.name)
    for account in seeded.accounts:
        world.person(account, str(account)) if account != seed.CASE_PATIENT else None
        world.say(account, "/start")
    world.say(COORDINATOR, f"/start {seeded.coordinator_token}")
    world.say(CLINICIAN, f"/start {seeded.clinician_token}")
    await director.calm()
    world.say(CLINICIAN, f"/chart {seed.CASE_PSEUDONYM}")


def listen(port: int) -> socket.socket:
    """A socket that listens on the port, or on any free one for 0. Raises PortError."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as fault:
        taken = fault.errno == errno.EADDRINUSE
        raise PortError(port, "demo.port_taken" if taken else "demo.port_forbidden") from fault


async def run(port: int | None, say: Callable[[str], None]) -> None:
    """Serves the demo until a signal ends it, on this port and no other; None is PORT, or any if that is taken."""
    living = asyncio.create_task(_live(port, say))

    def end() -> None:
        # Once: whoever asks again while it ends must not break off the ending.
        if not living.cancelling():
            living.cancel()
            # What is broken off from now on, such as a chart that nobody waits for, is no news.
            logging.disable()

    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(name, end)
    with contextlib.suppress(asyncio.CancelledError):
        await living


async def _live(port: int | None, say: Callable[[str], None]) -> None:
    texts = texts_in(FALLBACK)
    try:
        listening = listen(PORT if port is None else port)
    except PortError as refused:
        if port is not None:
            raise
        say(plain(texts("demo.port_instead", port=refused.port)))
        listening = listen(0)
    with tempfile.TemporaryDirectory(prefix="infusion-diary-demo-") as folder:
        async with started(listening, Path(folder)) as demo:
            say(plain(texts("demo.open", url=demo.url)))
            await asyncio.shield(demo.server)
