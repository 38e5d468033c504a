"""Who may ask the demo's server anything: its page and its bot, on a loopback address, and nobody else.

It serves one browser and synthetic data. Even so a strange web page open in that browser must not reach it: not
under another host name (DNS rebinding), not from another origin.
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}


class Guard:
    """Lets through only what comes from the page itself, and puts the security headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if scope["type"] != "http" or comes_from_here(Headers(scope=scope), scope["method"]):
            try:
                await self.app(scope, receive, send_with_headers)
            except HTTPException as refusal:  # no such path: else answered outside, without the headers
                answer = JSONResponse({"error": refusal.detail}, refusal.status_code, refusal.headers)
                await answer(scope, receive, send_with_headers)
        else:
            await JSONResponse({"error": "not from this page"}, 403)(scope, receive, send_with_headers)


def comes_from_here(headers: Headers, method: str) -> bool:
    host = headers.get("host", "")
    if not _is_loopback(host):
        return False
    if method in {"GET", "HEAD"}:
        return True
    origin = headers.get("origin")
    same_origin = origin is None or urlsplit(origin).netloc == host
    return same_origin and headers.get("sec-fetch-site", "same-origin") == "same-origin"


def _is_loopback(host: str) -> bool:
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
