"""A page that holds the chart alone, under the strictest policy, with the facts of the charts' example records."""

from __future__ import annotations

import functools
import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import bot.desk
from bot.desk.chart_facts import Corrected, chart_facts
from bot.drawing.pages import Answered
from bot.local.page_guard import Guard
from bot.texts import texts_in
from jobs.record import Record

STATIC = Path(bot.desk.__file__).parent / "static"
FAILED = "The chart could not be loaded."
PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A patient</title>
<link rel="stylesheet" href="/static/desk.css">
<link rel="stylesheet" href="/static/vendor/uPlot-1.6.32.min.css">
<link rel="stylesheet" href="/static/chart.css">
<script src="/static/vendor/uPlot-1.6.32.iife.min.js" defer></script>
<script type="module" src="/static/chart.js"></script>
</head>
<body>
<main>
<h1>P-7KQ4</h1>
<h2>A chart</h2>
<div class="chart" data-chart="{facts}" data-failed="{failed}"></div>
</main>
</body>
</html>
"""


def application(records: Mapping[str, Record], corrected: Mapping[str, Corrected]) -> Starlette:
    """Each record by its name, at `/NAME` and in another language at `/NAME?language=fr`."""

    @functools.cache
    def facts_of(name: str, language: str) -> dict[str, Any]:
        return chart_facts(Answered(records[name], texts_in(language)), corrected.get(name, {}))

    async def page(request: Request) -> Response:
        language = request.query_params.get("language", "en")
        facts = f"/facts/{request.path_params['name']}?language={language}"
        return HTMLResponse(PAGE.format(language=language, facts=html.escape(facts), failed=FAILED))

    async def facts(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in records:
            return JSONResponse({}, 404)
        return JSONResponse(facts_of(name, request.query_params["language"]))

    routes = [
        Mount("/static", StaticFiles(directory=STATIC)),
        Route("/facts/{name}", facts),
        Route("/{name}", page),
    ]
    return Starlette(routes=routes, middleware=[Middleware(Guard)])
