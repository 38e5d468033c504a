"""One request to the desk: who asks, whether they may, and what they are shown.

Who somebody is, and which roles they have, is looked up anew at each request: whoever has left the team is out at the
next click.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.desk.entrance import ENTRANCE, token_in
from bot.desk.verdicts import Verdicts
from bot.desk.words import TEMPLATES
from bot.drawing.rendering import Renderer
from bot.runtime import Running
from bot.team.staff_words import called, roles_in_words
from bot.texts import Texts, texts_in
from jobs import desk_access
from jobs.desk_access import Visitor
from jobs.refusals import Refusal
from storage.chats import Someone
from storage.desk import note_seen
from storage.models import Staff, Team

log = logging.getLogger(__name__)
# What a page fetches by itself; nobody is there because of it.
BY_ITSELF = "desk-live"


@dataclass(frozen=True)
class Visit:
    """Somebody on a page of the desk. Its rows are those of `session`, and of no use after it."""

    session: Session
    someone: Someone
    now: datetime
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    is_part: bool = False

    @property
    def texts(self) -> Texts:
        return texts_in(self.someone.chat.language)

    @property
    def team(self) -> Team:
        return self.someone.the_team

    @property
    def staff(self) -> Staff:
        return self.someone.the_staff

    @property
    def called(self) -> str:
        """`no. 2, coordinator`: on one computer several may come and go."""
        return f"{called(self.staff, self.texts)}, {roles_in_words(self.staff, self.texts)}"

    @property
    def coordinates(self) -> bool:
        """Whether they see labels, and may change schedules."""
        return self.staff.coordinator

    @property
    def reads_answers(self) -> bool:
        """What patients answer is for clinicians, as in the chat."""
        return self.staff.clinician

    def shows(self, template: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """The page, or the part of it that its template is."""
        known = {"visit": self, "t": self.texts, "here": template.removesuffix(".html")}
        return HTMLResponse(TEMPLATES.get_template(template).render(**known, **facts), status)


Page = Callable[[Visit], Response]
May = Callable[[Visit], bool]


class Desk:
    """What the desk's pages stand on: the running bot, and a process of their own that computes and draws.

    In the bot's own one the summaries of a large team are drawn for minutes, while somebody looks at a page.
    """

    def __init__(self, running: Running, origin: str) -> None:
        self.running, self.origin = running, origin
        self.renderer = Renderer()
        self.verdicts = Verdicts(self.renderer, running.database, running.clock)

    async def close(self) -> None:
        await self.verdicts.close()
        self.renderer.close()

    @property
    def is_secure(self) -> bool:
        return self.origin.startswith("https:")

    def now(self) -> datetime:
        return self.running.clock.now()

    def page(self, path: str, page: Page) -> Route:
        """A page that reads, for all who are on a team. In a thread: others are answered meanwhile."""

        async def endpoint(request: Request) -> Response:
            return await self.visited(request, page)

        return Route(path, endpoint)

    async def visited(self, request: Request, page: Page, may: May = lambda _: True) -> Response:
        """What `page` makes of it, for those who `may`: without one, all whom `desk_access` lets in."""
        token = token_in(request, is_secure=self.is_secure)
        if token is None:
            return to_the_entrance(request)
        response, unnoted = await asyncio.to_thread(self._shown, request, token, page, may)
        if unnoted is not None and request.headers.get(BY_ITSELF) is None:
            response.background = BackgroundTask(self._note_seen, unnoted)
        return response

    async def _note_seen(self, session_id: int) -> None:
        """After the answer: whoever only reads does not wait for what is written."""
        now = self.now()
        try:
            await self.running.writer.run(lambda session: note_seen(session, session_id, now))
        except Exception:
            # Whoever looks on is noted a minute later; whoever is never noted has to come in anew after an hour.
            log.exception("That somebody is at the desk could not be noted")

    def _shown(self, request: Request, token: str, page: Page, may: May) -> tuple[Response, int | None]:
        """And the session of which it is to be written down that somebody is there: once a minute."""
        now = self.now()
        with self.running.database.reading() as session:
            known = desk_access.visitor(session, token, now)
            if known is None:
                return to_the_entrance(request), None
            visit = visit_of(session, known, now, request)
            if not may(visit):
                return visit.shows("refused.html", status=403, why=visit.texts("desk.refused")), None
            return _page_or_refusal(visit, page), known.session_id if known.is_to_be_noted(now) else None


def _page_or_refusal(visit: Visit, page: Page) -> Response:
    """What cannot be shown as things stand is said in words."""
    try:
        return page(visit)
    except Refusal as refusal:
        return visit.shows("refused.html", status=409, why=visit.texts(refusal.key, **refusal.arguments))


def visit_of(session: Session, known: Visitor, now: datetime, request: Request) -> Visit:
    is_part = request.headers.get("hx-request") is not None
    return Visit(session, known.someone, now, request.path_params, request.query_params, is_part)


def to_the_entrance(request: Request) -> Response:
    """Signed out, or never in. A part of a page cannot be led elsewhere: the whole page is."""
    if request.headers.get("hx-request") is not None:
        return Response(status_code=200, headers={"HX-Redirect": ENTRANCE})
    return RedirectResponse(ENTRANCE, 303)
