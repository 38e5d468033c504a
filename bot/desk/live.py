"""What happened to a team, told to its open pages as it happens: that something did, and never what.

By whichever replica it was written: every two seconds, and only while somebody looks, a team's newest rows are asked
for, once for all who look. A page then fetches what it shows.
"""

import asyncio
import contextlib
import itertools
import logging
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

from sse_starlette.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.desk.entrance import token_in
from bot.desk.verdicts import Verdicts
from bot.desk.visits import Desk, to_the_entrance
from jobs import desk_access
from jobs.alerts import GRACE
from jobs.clock import Clock
from storage import alerts, desk_news
from storage.database import Database
from storage.desk_news import Newest

log = logging.getLogger(__name__)

EVERY = 2.0
# So that a proxy does not take the stream for dead, nor the server a reader who is gone for one who is there.
PING = 20
MOST_PAGES_OF_ONE = 8
# In so many looks one tells anyway: days begin, of which nobody writes anything; and replicas commit out of order.
ANYWAY = 30
# Seconds after a team's last page. Who goes from page to page, or comes back, is not computed for anew.
FORGOTTEN_AFTER = 600.0


def live_routes(desk: Desk) -> list[Route]:
    news, open_pages = News(desk.running.database, desk.running.clock, desk.verdicts), Counter[int]()

    async def endpoint(request: Request) -> Response:
        token = token_in(request, is_secure=desk.is_secure)
        known = await asyncio.to_thread(_who, desk, token) if token is not None else None
        if token is None or known is None:
            return to_the_entrance(request)
        session_id, team_id = known
        if open_pages[session_id] >= MOST_PAGES_OF_ONE:
            return Response(status_code=429)

        async def told() -> AsyncIterator[dict[str, str]]:
            async with contextlib.aclosing(news.of(team_id)) as told_of:
                async for _ in told_of:
                    # Also who may still be here is asked anew.
                    if await asyncio.to_thread(_who, desk, token) is None:
                        yield {"event": "out", "data": ""}
                        return
                    yield {"event": "changed", "data": ""}

        return _OpenPage(told(), open_pages, session_id)

    return [Route("/desk/events", endpoint)]


class _OpenPage(EventSourceResponse):
    """Counted from the moment that it is let in: of many that come at once, none is let in besides."""

    def __init__(self, told: AsyncIterator[dict[str, str]], open_pages: Counter[int], session_id: int) -> None:
        super().__init__(told, ping=PING)
        self._open_pages, self._session_id = open_pages, session_id
        open_pages[session_id] += 1

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._open_pages[self._session_id] -= 1
            if not self._open_pages[self._session_id]:
                del self._open_pages[self._session_id]


def _who(desk: Desk, token: str) -> tuple[int, int] | None:
    """The session and the team; None for whoever is not signed in."""
    with desk.running.database.reading() as session:
        known = desk_access.visitor(session, token, desk.now())
        return None if known is None else (known.session_id, known.someone.the_team.id)


@dataclass(frozen=True)
class Seen:
    """At one look: the newest rows there are, and of whom there is an alert that can be read and nobody has seen."""

    newest: Newest
    alerts: frozenset[int]


class News:
    """Of the teams whose pages somebody has open."""

    def __init__(self, database: Database, clock: Clock, verdicts: Verdicts) -> None:
        self._database, self._clock, self._verdicts = database, clock, verdicts
        self._waiting: dict[int, set[asyncio.Event]] = {}
        self._watching: dict[int, asyncio.Task[None]] = {}
        self._to_forget: dict[int, asyncio.TimerHandle] = {}

    async def of(self, team_id: int) -> AsyncGenerator[None, None]:
        """One item at the first look, and one whenever something may be new; several at once are one.

        At the first, since a page was made a moment before it began to listen, and may have missed something there.
        """
        told = asyncio.Event()
        waiting = self._waiting.setdefault(team_id, set())
        waiting.add(told)
        if len(waiting) == 1:
            if team_id in self._to_forget:
                self._to_forget.pop(team_id).cancel()
            self._watching[team_id] = asyncio.create_task(self._watch(team_id))
        else:
            told.set()
        try:
            while True:
                await told.wait()
                told.clear()
                yield
        finally:
            waiting.discard(told)
            if not waiting:
                del self._waiting[team_id]
                self._watching.pop(team_id).cancel()
                forgets = asyncio.get_running_loop().call_later
                self._to_forget[team_id] = forgets(FORGOTTEN_AFTER, self._verdicts.forget, team_id)

    async def _watch(self, team_id: int) -> None:
        seen, known, stumbles = None, 0, False
        for look in itertools.count():
            try:
                seen, is_news = await asyncio.to_thread(self.looked, team_id, seen)
            except Exception:
                # A database that is away for a moment is asked again. Once, and not at each look.
                if not stumbles:
                    log.exception("What is new for the desk's pages could not be looked for")
                stumbles = True
            else:
                if stumbles:
                    log.info("What is new for the desk's pages is looked for again")
                stumbles = False
                is_told_anyway = is_news or look % ANYWAY == 0
                if is_told_anyway:
                    self._verdicts.refresh_soon(team_id)
                if is_told_anyway or known != self._verdicts.revision(team_id):
                    for told in self._waiting[team_id]:
                        told.set()
                known = self._verdicts.revision(team_id)
            await asyncio.sleep(EVERY)

    def looked(self, team_id: int, seen: Seen | None) -> tuple[Seen, bool]:
        """What there is, and whether any of it since `seen` is about the team: all is new to whoever saw nothing.

        An alert can be read once its grace is over, and nobody writes anything then.
        """
        with self._database.reading() as session:
            unseen = frozenset(alerts.patients_with_unseen_alerts(session, team_id, self._clock.now() - GRACE))
            found = Seen(desk_news.newest(session), unseen)
            if seen is None or seen.alerts != unseen:
                return found, True
            return found, desk_news.is_news(session, team_id, seen.newest)
