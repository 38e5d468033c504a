"""Who may ask the desk anything: its own pages, under its own name; and what a browser may do with what it answers.

A cookie alone proves nothing: a Mini App stands in a frame of Telegram's, so browsers bring it along for strange
pages too. Whatever changes something has to come from a page of the desk, which the Origin header says.
"""

import logging
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.texts import Texts, languages, nearest_language, plain, texts_in

log = logging.getLogger(__name__)

# Telegram's own web clients show a Mini App in a frame; nobody else may. The pages themselves have it from here too.
FRAMED_BY = "https://web.telegram.org https://webk.telegram.org https://weba.telegram.org"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    f"form-action 'self'; base-uri 'none'; frame-ancestors {FRAMED_BY}"
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: under that a browser says `Origin: null` of the desk's own pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
UNCHANGING = frozenset({"GET", "HEAD"})


def texts_asked_for(headers: Headers) -> Texts:
    """Of whoever is not known yet: what their browser asks for first among the languages spoken here."""
    wanted = [tag.split(";")[0].strip() for tag in headers.get("accept-language", "").split(",")[:10]]
    spoken = [tag for tag in wanted if tag.split("-")[0].lower() in languages()]
    return texts_in(nearest_language(next(iter(spoken), None)))


class Guard:
    """`origin`: the only one under which the desk is asked, such as `https://diary.example.org`."""

    def __init__(self, app: ASGIApp, origin: str) -> None:
        self._app, self._origin, self._host = app, origin, urlsplit(origin).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        has_begun = False

        async def send_with_headers(message: Message) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        def said(key: str, status: int) -> PlainTextResponse:
            return PlainTextResponse(plain(texts_asked_for(Headers(scope=scope))(key)), status)

        if scope["type"] != "http":
            return
        if not self._may_ask(Headers(scope=scope), scope["method"]):
            await said("desk.elsewhere", 403)(scope, receive, send_with_headers)
            return
        try:
            await self._app(scope, receive, send_with_headers)
        except Exception:
            # Else it is answered outside, without the headers. What went wrong is in the log alone.
            log.exception("A page of the desk could not be made")
            if not has_begun:
                await said("desk.failed", 500)(scope, receive, send_with_headers)

    def _may_ask(self, headers: Headers, method: str) -> bool:
        if headers.get("host") != self._host:
            return False
        return method in UNCHANGING or headers.get("origin") == self._origin
