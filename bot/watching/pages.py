"""The pages for monitors: whether this process works, whether it can take work, and which lights are red."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.watching.gauges import CONTENT_TYPE, exposed
from bot.watching.lookout import Lookout
from bot.watching.measurements import Measurements
from jobs import lights
from jobs.lights import Light, Name

NO_STORE = {"Cache-Control": "no-store"}


def pages(lookout: Lookout, measured: Measurements, red_since: Mapping[Name, datetime]) -> list[Route]:
    """`red_since`: of lights that are red, since when."""

    async def health(_request: Request) -> Response:
        """503 where a restart of this process may help. Told at once, whatever else does not answer."""
        return _page(*lookout.of_the_process(), lights.OF_THE_PROCESS, red_since)

    async def ready(_request: Request) -> Response:
        """503 until there is a database that can be written, and Telegram has answered."""
        seen = await lookout.look()
        return _page(seen.at, seen.lights, lights.TO_BE_READY, red_since)

    async def everything(_request: Request) -> Response:
        """503 where any light is red: for whatever calls somebody."""
        seen = await lookout.look()
        return _page(seen.at, seen.lights, tuple(Name), red_since)

    async def metrics(_request: Request) -> Response:
        seen = await lookout.look()
        return Response(exposed(measured, seen), headers=NO_STORE, media_type=CONTENT_TYPE)

    served = {"/healthz": health, "/readyz": ready, "/lights": everything, "/metrics": metrics}
    return [Route(path, page) for path, page in served.items()]


def _page(
    at: datetime, found: Sequence[Light], counts: tuple[Name, ...], red_since: Mapping[Name, datetime]
) -> Response:
    is_red = lights.red(found, counts)
    told = {
        "ok": not is_red,
        "at": at.isoformat(timespec="seconds"),
        "red": [light.name for light in lights.red(found)],
        "lights": [_told(light, red_since.get(light.name)) for light in found],
    }
    return JSONResponse(told, 503 if is_red else 200, NO_STORE)


def _told(light: Light, since: datetime | None) -> dict[str, Any]:
    told: dict[str, Any] = {"name": light.name, "red": light.red}
    if light.red:
        told |= {"why": light.why, "since": since.isoformat(timespec="seconds") if since is not None else None}
    return told | dict(light.numbers)
