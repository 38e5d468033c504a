"""Coming in, and whose request it is."""

from starlette.requests import Request

COOKIES = ("__Host-desk", "desk")


def token_in(request: Request) -> str | None:
    return next((request.cookies[name] for name in COOKIES if name in request.cookies), None)
