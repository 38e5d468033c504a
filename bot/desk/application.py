"""The desk's pages, together."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from bot.desk.calendar_page import calendar_routes
from bot.desk.entrance import entrance_routes
from bot.desk.guard import Guard
from bot.desk.live import live_routes
from bot.desk.pane import pane_routes
from bot.desk.patient_page import patient_routes
from bot.desk.roster_page import roster_routes
from bot.desk.team_page import team_routes
from bot.desk.visits import Desk
from bot.runtime import Running

STATIC = Path(__file__).parent / "static"


def desk_application(running: Running, origin: str) -> Starlette:
    """`origin`: such as https://diary.example.org; the desk is asked under no other name."""
    desk = Desk(running, origin)
    routes: list[BaseRoute] = [
        *entrance_routes(running, is_secure=desk.is_secure),
        *roster_routes(desk),
        *calendar_routes(desk),
        *patient_routes(desk),
        *team_routes(desk),
        *pane_routes(desk),
        *live_routes(desk),
        Mount("/desk/static", StaticFiles(directory=STATIC)),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, origin=origin), Middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)],
    )
