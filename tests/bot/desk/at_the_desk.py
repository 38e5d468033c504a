"""A clinic with a desk: the real pages over real HTTP beside the real bot, and a browser that is signed in."""

import contextlib
import re
import secrets
from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import httpx
from playwright.sync_api import ConsoleMessage, Page, ViewportSize
from sqlmodel import Session

from bot.desk.serving import DeskServer
from bot.traffic.listening import listen
from jobs import desk_access
from storage import chats
from tests.bot.loopback import NO_CERTIFICATES
from tests.bot.windows import Windows
from tests.someone import Someone
from tests.support import Clinic

SCREEN: ViewportSize = {"width": 1280, "height": 800}
SMALL: ViewportSize = {"width": 360, "height": 740}


class AtTheDesk:
    """The desk of a clinic, and what its people do there. For the time of a with block."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic

    def __enter__(self) -> "AtTheDesk":
        listening = listen("DESK_LISTEN", "127.0.0.1:0")
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"

        self._server = DeskServer(self.clinic.bot.running, self.url, listening)
        self.clinic.bot.do(self._server.__aenter__())
        return self

    def __exit__(self, *_: object) -> None:
        self.clinic.bot.do(self._server.__aexit__())

    def token(self, member: Someone) -> str:
        """A session of this member's, as if they had signed in just now."""

        def opened(session: Session) -> str:
            someone = chats.who_is(session, member.account)
            assert someone is not None
            return desk_access.open_session(session, someone.the_staff, self.clinic.clock.now())

        return str(self.clinic.write(opened))

    @contextlib.contextmanager
    def client(self, member: Someone | None) -> Iterator[httpx.Client]:
        """Requests as a browser makes them, of this member or of whoever is not signed in."""
        cookies = {"desk": self.token(member)} if member is not None else {}
        with httpx.Client(
            base_url=self.url, cookies=cookies, headers={"Origin": self.url}, verify=NO_CERTIFICATES
        ) as client:
            yield client

    @contextlib.contextmanager
    def page(
        self, browser: Windows, member: Someone, path: str, size: ViewportSize = SCREEN, **how: Any
    ) -> Iterator[Page]:
        """A page in a browser that is signed in; what the browser blocks or reports as an error fails the test."""
        with browser.opened(size, _is_fault, locale="en-GB", **how) as page:
            page.context.add_cookies([{"name": "desk", "value": self.token(member), "url": self.url}])
            page.goto(f"{self.url}{path}")
            yield page


def _is_fault(line: ConsoleMessage) -> bool:
    """htmx calls it an error too where a search is given up for the next one."""
    return line.type == "error" and not line.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


# What each open page shows: a press or a line answers it, unless the test says what else.
_SHOWN: "WeakKeyDictionary[httpx.Client, dict[int, str]]" = WeakKeyDictionary()


def presses(client: httpx.Client, *data: str, once: str | None = None, tab: int = 0, shown: str | None = None) -> str:
    """Presses these buttons in the pane, one after the other; returns what it shows."""
    return _posted(client, {"data": list(data)}, once, tab, shown)


def types(client: httpx.Client, text: str, shown: str | None = None, tab: int = 0) -> str:
    """Types a line below what is shown."""
    return _posted(client, {"text": text}, None, tab, shown)


def _posted(client: httpx.Client, body: dict[str, Any], once: str | None, tab: int, shown: str | None) -> str:
    seen = _SHOWN.setdefault(client, {})
    to = re.search(r'name="to" value="(\w*)"', seen.get(tab, "") if shown is None else shown)
    known = {"once": once or secrets.token_hex(12), "tab": tab, "to": to[1] if to else ""}
    answer = client.post("/desk/pane", data={**body, **known})
    assert answer.status_code == 200, answer.text
    if "HX-Retarget" not in answer.headers:
        seen[tab] = answer.text
    return answer.text


def words(html: str) -> str:
    """What can be read of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())
