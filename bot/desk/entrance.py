"""Coming in, by what Telegram signed or by a link, and going out; and whose request it is, by a cookie."""

import asyncio
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.desk.guard import texts_asked_for
from bot.desk.init_data import LONGEST, InitDataError, checked
from bot.desk.words import TEMPLATES
from bot.desk.wrong_tries import WrongTries
from bot.runtime import Running
from bot.texts import Texts, nearest_language, plain, texts_in
from bot.traffic.bodies import BodyTooLargeError, bounded
from jobs import desk_access
from jobs.refusals import Refusal
from storage import teams
from storage.desk import end_session
from storage.models import Staff

T = TypeVar("T", bound=Response)
ENTRANCE, FIRST_PAGE = "/desk/", "/desk/roster"
# `__Host-`: no other host beside this one can set it, and none but this one is sent it. A Mini App stands in a frame of
# Telegram's, where a browser sends only cookies that are kept for that frame.
SECURE, PLAIN = "__Host-desk", "desk"
SECURE_ATTRIBUTES = "Path=/; HttpOnly; Secure; SameSite=None; Partitioned"
PLAIN_ATTRIBUTES = "Path=/; HttpOnly; SameSite=Strict"
# What Telegram signed, escaped once more by the form.
LARGEST_BODY = 3 * LONGEST + 100
_TICKET = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


def token_in(request: Request, *, is_secure: bool) -> str | None:
    """On https only the cookie that no neighbouring host can have set."""
    return request.cookies.get(SECURE if is_secure else PLAIN)


def entrance_routes(running: Running, *, is_secure: bool) -> list[Route]:
    """`is_secure`: browsers reach the desk by https."""
    door = _Door(running, is_secure)
    return [
        Route(ENTRANCE, door.entrance),
        Route("/desk/sign-in", door.sign_in, methods=["POST"]),
        Route("/desk/enter", door.ticket_shown),
        Route("/desk/enter", door.ticket_used, methods=["POST"]),
        Route("/desk/sign-out", door.sign_out, methods=["POST"]),
    ]


class _Door:
    def __init__(self, running: Running, is_secure: bool) -> None:
        self._running, self._is_secure = running, is_secure
        self._wrong = WrongTries()

    async def entrance(self, request: Request) -> Response:
        """Who is in already goes on, unless Telegram says that it is somebody else now: the page's script knows."""
        token, now = self._token(request), self._running.clock.now()

        def is_in() -> bool:
            with self._running.database.reading() as session:
                return token is not None and desk_access.visitor(session, token, now) is not None

        found = await asyncio.to_thread(is_in)
        return _page(
            "entrance.html", texts_asked_for(request.headers), is_in=found, has_ended=token is not None and not found
        )

    async def sign_in(self, request: Request) -> Response:
        """204 with the cookie, or 403 with words. Nothing is looked up before Telegram's signature is found right.

        So none is too many: whoever Telegram vouches for comes in, whatever else is tried from their address.
        """
        texts, now = texts_asked_for(request.headers), self._running.clock.now()
        said = (await _form(request)).get("init_data", "")
        try:
            proof = checked(said, self._running.bot.token, now)
        except InitDataError as refused:
            return PlainTextResponse(plain(texts(refused.key)), 403)
        token = self._token(request)

        def come_in(session: Session) -> str | None:
            known = desk_access.visitor(session, token, now) if token is not None else None
            if known is not None and known.someone.chat.telegram_id == proof.user_id:
                # The page was loaded anew: Telegram's words are the same, and have been used.
                return None
            staff = desk_access.prove(session, proof.user_id, proof.proof_hash, now)
            return self._open(session, staff, token, now)

        try:
            opened = await self._running.writer.run(come_in)
        except Refusal as refusal:
            texts = texts_in(nearest_language(proof.language)) if proof.language else texts
            return PlainTextResponse(plain(texts(refusal.key, **refusal.arguments)), 403)
        answer = Response(status_code=204)
        return answer if opened is None else self._let_in(answer, opened)

    async def ticket_shown(self, request: Request) -> Response:
        """A page with one button: what looks at links beforehand, such as a scanner of mail, uses nothing up."""
        texts, now, ticket = (
            texts_asked_for(request.headers),
            self._running.clock.now(),
            request.query_params.get("ticket", ""),
        )
        if self._wrong.is_refused(_address(request), now):
            return _refused(texts, "desk.too_many", 429)

        def look() -> dict[str, Any]:
            with self._running.database.reading() as session:
                staff = desk_access.check_ticket(session, _ticket(ticket), now)
                team = teams.team_by_id(session, staff.team_id)
                return {"team": team.name, "number": staff.number}

        try:
            return _page("enter.html", texts, ticket=ticket, **await asyncio.to_thread(look))
        except Refusal as refusal:
            return self._refused(request, refusal, now)

    async def ticket_used(self, request: Request) -> Response:
        now = self._running.clock.now()
        if self._wrong.is_refused(_address(request), now):
            return _refused(texts_asked_for(request.headers), "desk.too_many", 429)
        ticket, token = (await _form(request)).get("ticket", ""), self._token(request)

        def come_in(session: Session) -> str:
            return self._open(session, desk_access.use_ticket(session, _ticket(ticket), now), token, now)

        try:
            opened = await self._running.writer.run(come_in)
        except Refusal as refusal:
            return self._refused(request, refusal, now)
        return self._let_in(RedirectResponse(FIRST_PAGE, 303), opened)

    async def sign_out(self, request: Request) -> Response:
        token, now = self._token(request), self._running.clock.now()
        await self._running.writer.run(lambda session: self._leave(session, token, now))
        answer = RedirectResponse(ENTRANCE, 303)
        answer.headers.append("Set-Cookie", f"{self._cookie('')}; Max-Age=0")
        return answer

    def _open(self, session: Session, staff: Staff, before: str | None, now: datetime) -> str:
        """A fresh token each time; whoever was in with this browser is out."""
        self._leave(session, before, now)
        return desk_access.open_session(session, staff, now)

    def _leave(self, session: Session, token: str | None, now: datetime) -> None:
        known = desk_access.visitor(session, token, now) if token is not None else None
        if known is not None:
            end_session(session, known.session_id, now)

    def _token(self, request: Request) -> str | None:
        return token_in(request, is_secure=self._is_secure)

    def _let_in(self, answer: T, token: str) -> T:
        # It ends with the browser; the session ends sooner or later by itself.
        answer.headers.append("Set-Cookie", self._cookie(token))
        return answer

    def _cookie(self, token: str) -> str:
        """By hand: the standard library knows `Partitioned` from Python 3.14 on."""
        return f"{SECURE}={token}; {SECURE_ATTRIBUTES}" if self._is_secure else f"{PLAIN}={token}; {PLAIN_ATTRIBUTES}"

    def _refused(self, request: Request, refusal: Refusal, now: datetime) -> Response:
        if refusal.key == desk_access.UNKNOWN:
            self._wrong.note(_address(request), now)
        return _refused(texts_asked_for(request.headers), refusal.key, 403)


def _ticket(written: str) -> str:
    if not _TICKET.fullmatch(written):
        raise Refusal(desk_access.UNKNOWN)
    return written


def _refused(texts: Texts, key: str, status: int) -> Response:
    return _page("enter.html", texts, status, ticket=None, why=texts(key))


def _page(template: str, texts: Texts, status: int = 200, **facts: object) -> HTMLResponse:
    return HTMLResponse(TEMPLATES.get_template(template).render(t=texts, **facts), status)


async def _form(request: Request) -> Mapping[str, str]:
    """Its fields; none of a body that is too large, or no form."""
    try:
        body = await bounded(request, LARGEST_BODY).body()
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=4))
    except (BodyTooLargeError, ValueError):
        return {}


def _address(request: Request) -> str:
    return request.client.host if request.client is not None else ""
