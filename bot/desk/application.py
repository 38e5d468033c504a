"""The desk's pages, together."""

from os import PathLike, stat_result
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from bot.desk.calendar_page import calendar_routes
from bot.desk.entrance import entrance_routes
from bot.desk.guard import Guard, texts_asked_for
from bot.desk.live import live_routes
from bot.desk.pane import pane_routes
from bot.desk.patient_page import patient_routes
from bot.desk.roster_page import roster_routes
from bot.desk.team_page import team_routes
from bot.desk.visits import Desk
from bot.texts import plain

STATIC = Path(__file__).parent / "static"
# What others have made has its version in its name, and never changes under it; ours is asked for by its ETag.
UNCHANGING, ASKED_ANEW = "public, max-age=31536000, immutable", "no-cache"


class Static(StaticFiles):
    """Scripts and styles, which say nothing about anybody: a browser need not fetch them anew with each page."""

    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        has_version = Path(full_path).parent.name == "vendor" and Path(full_path).suffix in {".js", ".css"}
        response.headers["Cache-Control"] = UNCHANGING if has_version else ASKED_ANEW
        return response


def _refused(request: Request, refusal: Exception) -> Response:
    """No such page, or not asked so."""
    assert isinstance(refusal, HTTPException)
    words = plain(texts_asked_for(request.headers)("desk.no_page"))
    return PlainTextResponse(words, refusal.status_code, refusal.headers)


def desk_application(desk: Desk) -> Starlette:
    """`desk.origin`: such as https://diary.example.org; the desk is asked under no other name."""
    routes: list[BaseRoute] = [
        *entrance_routes(desk.running, is_secure=desk.is_secure),
        *roster_routes(desk),
        *calendar_routes(desk),
        *patient_routes(desk),
        *team_routes(desk),
        *pane_routes(desk),
        *live_routes(desk),
        Mount("/desk/static", Static(directory=STATIC)),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: _refused},
        middleware=[
            Middleware(Guard, origin=desk.origin),
            Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5),
        ],
    )
