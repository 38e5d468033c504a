"""The pages for monitors: whether this process works, whether it can take work, and which lights are red."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.measurements import Measurements
from bot.watching.gauges import CONTENT_TYPE, exposed
from bot.watching.lookout import Lookout, Seen
from jobs import lights
from jobs.lights import Light, Name

NO_STORE = {"Cache-Control": "no-store"}


def pages(lookout: Lookout, measured: Measurements, red_since: Mapping[Name, datetime]) -> list[Route]:
    """`red_since`: of lights that are red, since when."""

    async def health(_request: Request) -> Response:
        """503 where a restart of this process may help."""
        return _page(await lookout.look(), lights.OF_THE_PROCESS, red_since)

    async def ready(_request: Request) -> Response:
        """503 until there is a database that can be written, and Telegram has answered."""
        return _page(await lookout.look(), lights.TO_BE_READY, red_since)

    async def everything(_request: Request) -> Response:
        """503 where any light is red: for whatever calls somebody."""
        return _page(await lookout.look(), tuple(Name), red_since)

    async def metrics(_request: Request) -> Response:
        seen = await lookout.look()
        return Response(exposed(measured, seen), headers=NO_STORE, media_type=CONTENT_TYPE)

    served = {"/healthz": health, "/readyz": ready, "/lights": everything, "/metrics": metrics}
    return [Route(path, page) for path, page in served.items()]


def _page(seen: Seen, counts: tuple[Name, ...], red_since: Mapping[Name, datetime]) -> Response:
    is_red = lights.red(seen.lights, counts)
    told = {
        "ok": not is_red,
        "at": seen.at.isoformat(timespec="seconds"),
        "red": [light.name for light in lights.red(seen.lights)],
        "lights": [_told(light, red_since.get(light.name)) for light in seen.lights],
    }
    return JSONResponse(told, 503 if is_red else 200, NO_STORE)


def _told(light: Light, since: datetime | None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": light.name, "red": light.red}
    if light.red:
        told |= {"why": light.why, "since": since.isoformat(timespec="seconds") if since is not None else None}
    return told | dict(light.numbers)
