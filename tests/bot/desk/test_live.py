"""An open page hears that something happened: at once, by whoever it was, and also after a database was away."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from bot.desk import live
from bot.desk.live import MOST_PAGES_OF_ONE, News, Seen
from bot.desk.serving import DeskServer
from bot.desk.verdicts import Verdicts
from bot.drawing.rendering import Renderer
from bot.traffic.listening import listen
from jobs.clock import MovableClock
from storage import audit
from storage.database import Database
from storage.writer import Writer
from tests.bot.desk.at_the_desk import AtTheDesk
from tests.storage.support import NOW, team_of
from tests.support import Clinic

NORTH, SOUTH = 1, 2
NEVER = 10**9
# Far more than any of these takes, on any machine.
PATIENCE = 60


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110  (what it waits for runs in the same loop, and knows of no test)
        await asyncio.sleep(0)


class Computing(Verdicts):
    """Computes nothing, and counts how often it is asked to."""

    asked = 0

    def refresh_soon(self, team_id: int) -> None:
        self.asked += 1

    def computes(self, team_id: int) -> None:
        self._revisions[team_id] += 1


class Looking(News):
    """Counts its looks; `is_away`: the database."""

    looks = 0
    is_away = False

    def looked(self, team_id: int, seen: Seen | None) -> tuple[Seen, bool]:
        self.looks += 1
        if self.is_away:
            raise OperationalError("select", {}, Exception("away"))
        return super().looked(team_id, seen)


class Team:
    """Two teams, of which somebody has a page of the first open."""

    def __init__(self, database: Database) -> None:
        self.verdicts = Computing(Renderer(), database, MovableClock(NOW))
        self.news = Looking(database, MovableClock(NOW), self.verdicts)
        self.writer = Writer(database)
        for name in ("North", "South"):
            self.writer.submit(partial(team_of, name=name)).result()

    def write(self, team_id: int = NORTH) -> None:
        def work(session: Session) -> None:
            audit.record(session, team_id=team_id, at=NOW, actor=audit.OPERATOR, action="team_changed")

        self.writer.submit(work).result()

    async def looks(self, many: int = 3) -> None:
        """Waits until it has looked so often, from now on, and has told what it saw."""
        wanted = self.news.looks + many + 1
        await until(lambda: self.news.looks >= wanted)

    @contextlib.asynccontextmanager
    async def page(self, team_id: int = NORTH) -> AsyncIterator["OpenPage"]:
        page = OpenPage()
        listening = asyncio.create_task(page.listen(self.news, team_id))
        yield page
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)


class OpenPage:
    """How often it was told that something happened."""

    told = 0

    async def listen(self, news: News, team_id: int) -> None:
        async with contextlib.aclosing(news.of(team_id)) as heard:
            async for _ in heard:
                self.told += 1

    async def hears(self, many: int) -> None:
        await until(lambda: self.told >= many)


@pytest.fixture
def team(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
    monkeypatch.setattr(live, "EVERY", 0)
    monkeypatch.setattr(live, "ANYWAY", NEVER)
    made = Team(sqlite_database)
    yield made
    made.writer.close()


def runs(conversation: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(conversation, PATIENCE))


def test_a_page_is_told_at_the_first_look_and_then_of_what_is_new_of_its_team(team: Team) -> None:
    async def conversation() -> None:
        async with team.page() as page:
            await page.hears(1)
            await team.looks()
            assert page.told == 1, "nothing is new"
            await asyncio.to_thread(team.write, SOUTH)
            await team.looks()
            assert page.told == 1, "that was about another team"
            await asyncio.to_thread(team.write)
            await page.hears(2)
            assert team.verdicts.asked == 2

    runs(conversation())


def test_whoever_joins_others_is_told_at_once_too(team: Team) -> None:
    async def conversation() -> None:
        async with team.page() as first:
            await first.hears(1)
            async with team.page() as second:
                await second.hears(1)
            await team.looks()
            assert first.told == 1

    runs(conversation())


def test_more_verdicts_are_told_of(team: Team) -> None:
    async def conversation() -> None:
        async with team.page() as page:
            await page.hears(1)
            team.verdicts.computes(NORTH)
            await page.hears(2)
            await team.looks()
            assert page.told == 2

    runs(conversation())


def test_now_and_then_a_page_is_told_anyway(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day begins, and nobody writes anything of that."""
    monkeypatch.setattr(live, "ANYWAY", 5)

    async def conversation() -> None:
        async with team.page() as page:
            await page.hears(3)
            assert team.news.looks > 10

    runs(conversation())


def test_a_database_that_is_away_is_logged_once_and_what_it_had_is_told_afterwards(
    team: Team, caplog: pytest.LogCaptureFixture
) -> None:
    async def conversation() -> None:
        async with team.page() as page:
            await page.hears(1)
            team.news.is_away = True
            await team.looks()
            await asyncio.to_thread(team.write)
            await team.looks()
            assert page.told == 1
            team.news.is_away = False
            await page.hears(2)

    with caplog.at_level(logging.INFO, "bot.desk.live"):
        runs(conversation())
    said = [line.getMessage() for line in caplog.records if line.name == "bot.desk.live"]
    assert said == [
        "What is new for the desk's pages could not be looked for",
        "What is new for the desk's pages is looked for again",
    ]


def test_nobody_looks_once_the_last_page_is_closed(team: Team) -> None:
    async def conversation() -> None:
        async with team.page() as page, team.page():
            await page.hears(1)
        assert not team.news._watching
        assert not team.news._waiting

    runs(conversation())


def test_a_team_is_forgotten_a_while_after_its_last_page_unless_another_is_opened(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation() -> None:
        team.verdicts.computes(NORTH)
        async with team.page() as page:
            await page.hears(1)
        async with team.page() as page:
            await page.hears(1)
            assert team.verdicts.revision(NORTH) == 1
            monkeypatch.setattr(live, "FORGOTTEN_AFTER", 0)
            async with team.page() as another:
                await another.hears(1)
            await team.looks()
            assert team.verdicts.revision(NORTH) == 1, "one is still open"
        await until(lambda: team.verdicts.revision(NORTH) == 0)

    runs(conversation())


def test_so_many_pages_of_one_are_told_and_no_more(clinic: Clinic) -> None:
    with (
        AtTheDesk(clinic) as desk,
        desk.client(clinic.coordinator()) as client,
        desk.client(clinic.clinician()) as other,
        contextlib.ExitStack() as opened,
    ):
        open_pages = [opened.enter_context(client.stream("GET", "/desk/events")) for _ in range(MOST_PAGES_OF_ONE)]
        told = [page.iter_lines() for page in open_pages]
        assert {next(lines) for lines in told} == {"event: changed"}
        assert client.get("/desk/events").status_code == 429
        with other.stream("GET", "/desk/events") as page:
            assert page.status_code == 200


def test_of_many_pages_at_once_no_more_are_let_in_and_none_stays_counted(clinic: Clinic) -> None:
    many = 5 * MOST_PAGES_OF_ONE

    async def at_once(client: httpx.AsyncClient) -> list[int]:
        everyone = asyncio.Barrier(many)

        async def opened() -> int:
            async with client.stream("GET", "/desk/events") as answer:
                await everyone.wait()
                return answer.status_code

        return await asyncio.gather(*(opened() for _ in range(many)))

    async def one_after_the_other(client: httpx.AsyncClient) -> None:
        """Until there are as many as may be: that a page was closed, the server hears a moment later."""
        async with contextlib.AsyncExitStack() as pages:
            opened = 0
            while opened < MOST_PAGES_OF_ONE:
                answer = await pages.enter_async_context(client.stream("GET", "/desk/events"))
                opened += answer.status_code == 200

    async def conversation(url: str, cookies: dict[str, str]) -> None:
        async with httpx.AsyncClient(base_url=url, cookies=cookies) as client:
            answers = await at_once(client)
            assert sorted(answers) == [200] * MOST_PAGES_OF_ONE + [429] * (many - MOST_PAGES_OF_ONE)
            await one_after_the_other(client)

    with AtTheDesk(clinic) as desk:
        runs(conversation(desk.url, {"desk": desk.token(clinic.coordinator())}))


def test_whoever_is_not_signed_in_is_told_nothing(clinic: Clinic) -> None:
    with AtTheDesk(clinic) as desk, desk.client(None) as client:
        assert client.get("/desk/events").status_code == 303


def test_when_the_desk_ends_nothing_is_computed_any_more(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """The renderer ends next: what asked it then would start its process anew."""

    async def for_ever(verdicts: Verdicts, team_id: int) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Verdicts, "refresh", for_ever)

    async def ends() -> None:
        with listen("DESK_LISTEN", "127.0.0.1:0") as listening:
            server = DeskServer(clinic.bot.running, "http://127.0.0.1", listening)
            async with server:
                server._desk.verdicts.refresh_soon(NORTH)
            assert not server._desk.verdicts._under_way

    clinic.bot.do(ends())
