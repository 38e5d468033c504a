"""Windows of the one browser that a worker has.

To open a context and the first page of a process is three quarters of what it costs to show a page. So a window that
was closed is kept, and is the next one of its kind: with nothing stored, no cookie, and a blank page in it.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any, Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, ViewportSize
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

PATIENCE_MS = 30_000


async def nothing(request: Request) -> HTMLResponse:
    return HTMLResponse("<!doctype html><title>-</title>")


# Where a window waits to be the next one. Of the site of all that is tested: about:blank would end its process.
BLANK = Starlette(routes=[Route("/", nothing), Route("/favicon.ico", nothing)])


class Windows:
    """Of one browser. `blank`: where BLANK is served."""

    def __init__(self, browser: Browser, blank: str) -> None:
        self.browser, self._blank = browser, blank
        self._kept: defaultdict[frozenset[tuple[str, Any]], list[_Window]] = defaultdict(list)

    @contextlib.contextmanager
    def opened(
        self,
        size: ViewportSize,
        is_fault: Callable[[ConsoleMessage], bool],
        *,
        color_scheme: Literal["light", "dark"] = "light",
        **kind: Any,
    ) -> Iterator[Page]:
        """An error in a script, and what is a fault in the console, fails the test when the window is closed.

        `kind`: what a context of Playwright's is made with. What an exception leaves is not used again.
        """
        kept = self._kept[frozenset(kind.items())]
        window = kept.pop() if kept else _Window(self.browser.new_context(**kind))
        page = window.page
        complaints = window.hears(is_fault)
        page.set_viewport_size(size)
        page.emulate_media(color_scheme=color_scheme)
        try:
            yield page
        except BaseException:
            window.context.close()
            raise
        window.is_left_for(self._blank)
        kept.append(window)
        assert complaints == [], complaints


class _Window:
    def __init__(self, context: BrowserContext) -> None:
        context.set_default_timeout(PATIENCE_MS)
        self.context, self.page = context, context.new_page()
        self.complaints: list[str] = []
        self.is_fault: Callable[[ConsoleMessage], bool] = bool
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", lambda line: self.complaints.append(line.text) if self.is_fault(line) else None)

    def hears(self, is_fault: Callable[[ConsoleMessage], bool]) -> list[str]:
        """From now on; the list grows until the window is left."""
        self.complaints, self.is_fault = [], is_fault
        return self.complaints

    def is_left_for(self, blank: str) -> None:
        # What was said so far comes before this answer. What a page says because it is left is nobody's fault.
        self.page.evaluate("0")
        self.hears(lambda _: False)
        for another in self.context.pages:
            if another is not self.page:
                another.close()
        self.page.unroute_all()
        self.page.goto(blank)
        self.page.mouse.move(0, 0)
        self.context.clear_permissions()
        self.context.set_storage_state({})
