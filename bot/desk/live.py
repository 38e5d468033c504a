"""What happened to a team, told to its open pages as it happens: that something did, and never what.

By whichever replica it was written: every two seconds, and only while somebody looks, a team's newest rows are asked
for. A page then fetches what it shows.
"""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator

from sse_starlette.sse import EventSourceResponse
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.entrance import token_in
from bot.desk.visits import Desk, to_the_entrance
from jobs import desk_access
from storage import desk_news
from storage.desk_news import Newest

EVERY = 2.0
# So that a proxy does not take the stream for dead, nor the server a reader who is gone for one who is there.
PING = 20
MOST_PAGES_OF_ONE = 8
# In so many looks one: days begin and lapse, of which nobody writes anything; and replicas commit out of order.
ANYWAY = 30


def live_routes(desk: Desk) -> list[Route]:
    open_pages: dict[int, int] = {}

    async def endpoint(request: Request) -> Response:
        token = token_in(request, is_secure=desk.is_secure)
        known = await asyncio.to_thread(_who, desk, token) if token is not None else None
        if token is None or known is None:
            return to_the_entrance(request)
        session_id, team_id = known
        if open_pages.get(session_id, 0) >= MOST_PAGES_OF_ONE:
            return Response(status_code=429)

        async def told() -> AsyncIterator[dict[str, str]]:
            open_pages[session_id] = open_pages.get(session_id, 0) + 1
            try:
                async for event in _events(desk, token, team_id):
                    yield {"event": event, "data": ""}
            finally:
                open_pages[session_id] -= 1
                if not open_pages[session_id]:
                    del open_pages[session_id]

        return EventSourceResponse(told(), ping=PING)

    return [Route("/desk/events", endpoint)]


def _who(desk: Desk, token: str) -> tuple[int, int] | None:
    with desk.running.database.reading() as session:
        known = desk_access.visitor(session, token, desk.now())
        return None if known is None else (known.session_id, known.someone.the_team.id)


async def _events(desk: Desk, token: str, team_id: int) -> AsyncIterator[str]:
    """`changed` when something was written, and now and then anyway; `out` once they are not signed in any more."""

    def looked(known: Newest | None) -> tuple[Newest, bool, bool]:
        with desk.running.database.reading() as session:
            is_in = desk_access.visitor(session, token, desk.now()) is not None
            newest = desk_news.newest(session)
            return newest, is_in, known is not None and desk_news.is_news(session, team_id, known)

    seen: Newest | None = None
    verdicts = desk.verdicts.revision(team_id)
    desk.verdicts.refresh_soon(team_id)
    for look in itertools.count(1):
        with contextlib.suppress(Exception):
            # A database that is away for a moment is asked again.
            seen, is_in, is_news = await asyncio.to_thread(looked, seen)
            if not is_in:
                yield "out"
                return
            if is_news or look % ANYWAY == 0:
                desk.verdicts.refresh_soon(team_id)
            more_is_known = verdicts != (verdicts := desk.verdicts.revision(team_id))
            if is_news or more_is_known or look % ANYWAY == 0:
                yield "changed"
        await asyncio.sleep(EVERY)
