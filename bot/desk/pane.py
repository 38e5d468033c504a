"""The pane: what a chat's message with its buttons is in Telegram, on a page of the desk.

Whatever is changed at the desk is changed here, by the chat's own buttons and forms: a press or a typed line goes in as
if it came from the chat, and the screen that comes out is shown. Only where a form stands is the pane's own.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256

from markupsafe import Markup, escape
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from bot import arriving, filling
from bot.desk.entrance import token_in
from bot.desk.visits import Desk, to_the_entrance
from bot.desk.words import TEMPLATES, markup
from bot.dialogues.calendar import NOTHING, SIGNS
from bot.replies import Button, Incoming, Keyboard, OfferCommands, Reply, Rewrite, Say, Toast
from bot.routes import PROCEDURES
from bot.texts import Html, Texts, plain, texts_in
from bot.traffic.bodies import BodyTooLargeError, bounded
from jobs import desk_access
from jobs.desk_access import Visitor
from storage import dialogues, patients
from storage.chats import Someone
from storage.desk import note_seen
from storage.models import Dialogue

# A pane holds one message, which is rewritten on and on; no chat has one of this number.
MESSAGE = -1
BODY_LIMIT_BYTES = 64 * 1024
MOST_PRESSES = 4
LONGEST_DATA_BYTES = 64
LONGEST_ID = 40
# Of the pages that one has open at once, each has a pane of its own.
TABS = 16
# `/invite`, `/move P-7KQ4 12 Mar`, as in the chat.
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_COMMAND = re.compile(r"/([a-z]{2,32})(\s.*)?", re.DOTALL)


@dataclass(frozen=True)
class Asked:
    """What was done in a pane: presses in their order, such as opening a form and answering its first question, or a
    typed line. `once`: what tells it from the same done again. `tab`: of which open page, 0 to 15. `to`: which screen
    it answers, as the pane showed it."""

    presses: tuple[str, ...]
    text: str
    once: str
    tab: int
    to: str = ""


@dataclass(frozen=True)
class Link:
    """Where a button of the chat leads that has a page of its own here."""

    text: str
    href: str


@dataclass(frozen=True)
class Key:
    """A button of the chat; without `data` it is none. `heard`: in place of its words, where they are read out."""

    text: str
    data: str
    heard: str = ""


@dataclass(frozen=True)
class Shown:
    """`rows`: of keys and links. `longest`: how long a line may be typed; 0: none is asked for. `document`: its name
    and its content, which is base64 as `png` is. With a `toast` alone, what the pane shows stays."""

    text: Markup
    rows: Sequence[Sequence[Key | Link]] = ()
    toast: str = ""
    png: str = ""
    document: tuple[str, str] | None = None
    longest: int = 0
    to: str = ""
    is_done: bool = False


def pane_routes(desk: Desk) -> list[Route]:
    async def endpoint(request: Request) -> Response:
        token = token_in(request, is_secure=desk.is_secure)
        try:
            async with bounded(request, BODY_LIMIT_BYTES).form(max_files=0) as form:
                asked = _asked(form)
        except BodyTooLargeError:
            return Response(status_code=413)
        if asked is None:
            return Response(status_code=400)
        now = desk.now()
        done = None if token is None else await _done(desk, token, asked, now)
        if done is None:
            return to_the_entrance(request)
        language, shown = done
        headers = {"HX-Trigger": "desk-changed"} if shown.is_done else {}
        if not shown.text:
            return HTMLResponse(escape(shown.toast), headers={**headers, "HX-Retarget": "#pane-toast"})
        return HTMLResponse(
            TEMPLATES.get_template("pane.html").render(t=texts_in(language), shown=shown), headers=headers
        )

    return [Route("/desk/pane", endpoint, methods=["POST"])]


def _asked(form: FormData) -> Asked | None:
    """None for what no page of ours sends."""
    presses = tuple(str(data) for data in form.getlist("data"))
    text, once = str(form.get("text", "")), str(form.get("once", ""))
    too_long = any(len(data.encode()) > LONGEST_DATA_BYTES or not data for data in presses)
    if too_long or len(presses) > MOST_PRESSES or bool(presses) == bool(text.strip()):
        return None
    tab = str(form.get("tab", "0"))
    if not (tab.isascii() and tab.isdecimal() and len(tab) <= 2 and int(tab) < TABS):
        return None
    to = str(form.get("to", ""))[:LONGEST_DATA_BYTES]
    return Asked(presses, text, once, int(tab), to) if 8 <= len(once) <= LONGEST_ID and once.isalnum() else None


async def _done(desk: Desk, token: str, asked: Asked, now: datetime) -> tuple[str, Shown] | None:
    """The reader's language, and what the pane shows; None for whoever is not signed in."""

    def work(session: Session) -> tuple[Visitor, str, Shown, list[Reply]] | None:
        known = desk_access.visitor(session, token, now)
        if known is None:
            return None
        if known.is_to_be_noted(now):
            note_seen(session, known.session_id, now)
        replies = _replies(session, known, asked, desk, now)
        session.flush()
        return known, known.someone.chat.language, _shown(session, known, asked, replies), replies

    found = await desk.running.handlers.at_the_desk(work)
    if found is None:
        return None
    known, language, shown, replies = found
    menus = [reply for reply in replies if isinstance(reply, OfferCommands)]
    desk.running.handlers.offer(known.someone.chat.telegram_id, menus)
    return language, shown


def _pane(known: Visitor, asked: Asked) -> int:
    return known.session_id * TABS + asked.tab


def _replies(session: Session, known: Visitor, asked: Asked, desk: Desk, now: datetime) -> list[Reply]:
    someone = known.someone
    base = Incoming(
        someone.chat.telegram_id,
        now,
        someone.chat.language,
        MESSAGE,
        press=f"{known.session_id}:{asked.once}",
        bot_name=desk.running.bot.username,
        desk_url=desk.origin,
        pane=_pane(known, asked),
    )
    command = _COMMAND.fullmatch(asked.text.strip())
    if command is not None:
        return _noted(session, arriving.work_of(command[1])(session, replace(base, text=(command[2] or "").strip())))
    if (asked.text or asked.presses[0].startswith("f:")) and not _is_shown(session, known, asked, base):
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    if asked.text:
        return _noted(session, arriving.typed(session, replace(base, text=asked.text.strip())))
    replies: list[Reply] = []
    for number, data in enumerate(asked.presses):
        press = replace(base, data=data, press=f"{base.press}:{number}")
        replies = _noted(session, arriving.pressed(session, press))
        session.flush()
        said = [reply for reply in replies if isinstance(reply, Say | Rewrite)]
        if not said or any(reply.refused for reply in said):
            # What would have come next has nothing to go on, and would answer something else.
            break
    return replies


def _is_shown(session: Session, known: Visitor, asked: Asked, base: Incoming) -> bool:
    """Whether the answer is to what is asked now, and not to what another page showed, or one that was closed.

    What was done already is told again.
    """
    dialogue = dialogues.dialogue_of(session, known.someone.chat.id, _pane(known, asked))
    if dialogue is None:
        return False
    again = f"press:{base.press}"
    return asked.to == _mark(dialogue) or dialogue.state.get(filling.BY) in {again, f"{again}:0"}


def _mark(dialogue: Dialogue) -> str:
    """Another one at each step."""
    return sha256(str(dialogue.state.get(filling.BY)).encode()).hexdigest()[:16]


def _noted(session: Session, replies: list[Reply]) -> list[Reply]:
    """What a chat's message notes once it is sent: here it is shown at once."""
    for reply in replies:
        if isinstance(reply, Say | Rewrite) and reply.sent is not None:
            reply.sent(session, MESSAGE)
    return replies


def _shown(session: Session, known: Visitor, asked: Asked, replies: Sequence[Reply]) -> Shown:
    someone = known.someone
    texts = texts_in(someone.chat.language)
    toast = next((plain(Html(reply.text)) for reply in replies if isinstance(reply, Toast)), "")
    said = [reply for reply in replies if isinstance(reply, Say | Rewrite)]
    screens, is_forms = [reply.screen for reply in said], any(reply.sent is not None for reply in said)
    dialogue = dialogues.dialogue_of(session, someone.chat.id, _pane(known, asked))
    is_open = filling.is_open(dialogue)
    if not screens:
        return Shown(markup(Html("") if toast else texts("desk.pane.in_chat")), toast=toast, is_done=not is_open)
    (*above, screen) = screens
    procedure = PROCEDURES.get(dialogue.form) if dialogue is not None else None
    document = next((each.document for each in screens if each.document is not None), None)
    return Shown(
        text=markup(Html("\n\n".join([*(each.text for each in above), screen.text]))),
        rows=_rows(session, someone, screen.keyboard),
        toast=toast,
        png=base64.b64encode(screen.png).decode() if screen.png is not None else "",
        document=(document[0], base64.b64encode(document[1]).decode()) if document is not None else None,
        longest=procedure.longest if screen.takes_text and procedure is not None else 0,
        to=_mark(dialogue) if is_forms and dialogue is not None else "",
        is_done=not is_open,
    )


def _rows(session: Session, someone: Someone, keyboard: Keyboard) -> list[list[Key | Link]]:
    texts = texts_in(someone.chat.language)
    return [[_page_of(session, someone, button) or _key(button, texts) for button in row] for row in keyboard]


def _key(button: Button, texts: Texts) -> Key:
    """A day of a calendar is heard whole; what only holds a place in it is not pressed."""
    value = button.data.rpartition(":")[2]
    if value == NOTHING:
        return Key(button.text, "")
    if _DAY.fullmatch(value) and button.text.rstrip(SIGNS).isdecimal():
        return Key(
            button.text, button.data, f"{texts.day(date.fromisoformat(value))} {button.text.lstrip('0123456789')}"
        )
    return Key(button.text, button.data)


def _page_of(session: Session, someone: Someone, button: Button) -> Link | None:
    """The page that a button of the chat stands for."""
    prefix, _, number = button.data.partition(":")
    if prefix == "ro":
        return Link(button.text, "/desk/roster")
    if prefix in {"pt", "pb"} and number.rpartition(":")[2].isdecimal():
        patient = patients.patient_of_team(session, someone.the_team.id, int(number.rpartition(":")[2]))
        return Link(button.text, f"/desk/patients/{patient.pseudonym}") if patient is not None else None
    return None
