"""`/language`: in which language a member of the care team reads the bot."""

import re

from sqlmodel import Session

from bot.replies import Button, Incoming, Reply, Rewrite, Say, Screen, Toast
from bot.texts import languages, texts_in
from jobs.refusals import Refusal
from storage import audit
from storage.chats import Someone

# la:de
_DATA = re.compile(r"la:([a-z]{2,8})", re.ASCII)


def typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/language`: a button for each."""
    return [Say(_screen(someone))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """The message then asks in the language that was chosen; the menu follows."""
    found, chat, staff = _DATA.fullmatch(incoming.data), someone.chat, someone.the_staff
    if found is None or found[1] not in languages():
        raise Refusal("refusal.press_a_language")
    if found[1] != chat.language:
        before, chat.language = chat.language, found[1]
        session.add(chat)
        audit.record(
            session,
            team_id=staff.team_id,
            at=incoming.now,
            actor=audit.staff_actor(staff.id),
            action="language_changed",
            before={"language": before},
            after={"language": chat.language},
        )
    return [Toast(""), Rewrite(incoming.message_id, _screen(someone))]


def _screen(someone: Someone) -> Screen:
    texts = texts_in(someone.chat.language)
    spoken = tuple((Button(texts_in(tag)("language.name"), f"la:{tag}"),) for tag in languages())
    return Screen(texts("staff.which_language", language=texts("language.name")), spoken)
