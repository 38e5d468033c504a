"""The desk's pages, over HTTP on loopback as a browser asks for them, of a team with diaries of many months."""

import asyncio
import gzip
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median

import httpx
from pydantic import SecretStr
from sqlmodel import Session, select

from bot.desk.application import desk_application
from bot.desk.visits import Desk
from bot.local import seed
from bot.runtime import Running
from bot.settings import Settings
from bot.traffic.listening import Server, listen
from jobs import desk_access
from jobs.clock import MovableClock
from storage import patients, teams
from storage.database import Database
from storage.models import Chat, Staff
from storage.writer import Writer
from tests.bench import drawing, filling, scale
from tests.bench.table import Row, at_most

TOKEN = "1234567890:made-up-token-for-the-bench"
TEAM_OF, LARGE = 200, 2_000
PAGES = {
    "roster, all": "/desk/roster?group=all",
    "roster, sorted by answers": "/desk/roster?group=all&sort=answered",
    "roster, as one types": "/desk/roster?group=all&q=P-C1",
    "calendar, a month": f"/desk/calendar?month={seed.START:%Y-%m}",
    "the team's settings": "/desk/team",
    "a patient": f"/desk/patients/{seed.CASE_PSEUDONYM}",
}
# What the worker process computes, and the page asks for once it stands.
COMPUTED = {
    "the chart of 15 months": f"/desk/patients/{seed.CASE_PSEUDONYM}/chart.json",
    "what the diary says": f"/desk/patients/{seed.CASE_PSEUDONYM}/findings",
}
MOST_MS, MOST_KIB = 100, 100


def pages_of_200(folder: Path) -> Sequence[Row]:
    """Server time of a page, the median of 20; and its weight, packed as a browser asks for it, and unpacked."""
    return _pages(folder, max(scale.of(TEAM_OF), 20), judged=True)


def pages_of_2000(folder: Path) -> Sequence[Row]:
    """The same of a team of two thousand."""
    return _pages(folder, max(scale.of(LARGE), 20), judged=False)


def _pages(folder: Path, many: int, *, judged: bool) -> Sequence[Row]:
    database = filling.sqlite(folder)
    writer = Writer(database)
    token = writer.submit(lambda session: _planted(session, many)).result()
    writer.close()
    rows = []
    with _served(database) as origin, httpx.Client(base_url=origin, cookies={"desk": token}) as client:
        for what, path in PAGES.items():
            spent, weight, raw = _measured(client, path)
            said = f"{weight:.0f} KiB, {raw:.0f} unpacked"
            name = f"the desk, {many} patients: {what}"
            if judged:
                rows.append(at_most(name, spent, MOST_MS, " ms"))
                rows.append(at_most(f"{name}: weight", weight, MOST_KIB, " KiB", detail=f"{raw:.0f} KiB unpacked"))
            else:
                rows.append(Row(name, f"{spent:.0f} ms, {said}"))
        for what, path in COMPUTED.items():
            spent, weight, raw = _measured(client, path)
            rows.append(
                Row(f"the desk, {many} patients: {what}", f"{spent:.0f} ms, {weight:.0f} KiB, {raw:.0f} unpacked")
            )
    database.close()
    return rows


def _measured(client: httpx.Client, path: str) -> tuple[float, float, float]:
    """ms, and KiB packed and unpacked."""
    spent = []
    for _ in range(20):
        began = time.perf_counter()
        answer = client.get(path)
        spent.append(time.perf_counter() - began)
        assert answer.status_code == 200, answer.status_code
    return median(spent) * 1000, len(gzip.compress(answer.content, 6)) / 1024, len(answer.content) / 1024


def _planted(session: Session, many: int) -> str:
    """The demo's clinic, filled up with copies of the case; a coordinator of it has signed in."""
    seed.plant(session, "Bench")
    team = teams.team_named(session, "Bench")
    assert team is not None
    patient = patients.patient_called(session, team.id, seed.CASE_PSEUDONYM)
    assert patient is not None
    drawing._copies(session, patient.id, many)
    chat = Chat(telegram_id=7, created_at=seed.START)
    session.add(chat)
    session.flush()
    numbers = session.exec(select(Staff.number).where(Staff.team_id == team.id)).all()
    staff = Staff(
        team_id=team.id,
        number=max(numbers, default=0) + 1,
        chat_id=chat.id,
        coordinator=True,
        clinician=True,
        joined_at=seed.START,
    )
    session.add(staff)
    session.flush()
    return desk_access.open_session(session, staff, seed.START)


@contextmanager
def _served(database: Database) -> Iterator[str]:
    """The desk of a bot that is wired up, and not started."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    listening = listen("DESK_LISTEN", "127.0.0.1:0")
    origin = f"http://127.0.0.1:{listening.getsockname()[1]}"
    settings = Settings(_env_file=None, telegram_bot_token=SecretStr(TOKEN), desk_url=origin)  # type: ignore[call-arg]

    async def begin() -> tuple[Running, Desk, Server, "asyncio.Task[None]"]:
        running = Running(settings, database, MovableClock(seed.START), ticking=False)
        desk = Desk(running, origin)
        server = Server(desk_application(desk), patience=1)
        return running, desk, server, asyncio.create_task(server.serve([listening]))

    running, desk, server, serving = asyncio.run_coroutine_threadsafe(begin(), loop).result()
    try:
        yield origin
    finally:

        async def end() -> None:
            server.should_exit = True
            await serving
            await desk.close()
            await running.never_started()

        asyncio.run_coroutine_threadsafe(end(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
