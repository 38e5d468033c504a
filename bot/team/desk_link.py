"""`/desk`: a link that opens the desk once, for a browser that Telegram did not open."""

from sqlmodel import Session

from bot.replies import Incoming, Reply, Say, Screen
from bot.texts import texts_in
from jobs import desk_access
from storage.chats import Someone


def link(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Delivered twice, it makes one."""
    texts = texts_in(someone.chat.language)
    if not incoming.desk_url:
        return [Say(Screen(texts("desk.none")))]
    if incoming.repeated:
        return [Say(Screen(texts("desk.link_was_sent")))]
    ticket = desk_access.make_ticket(session, someone.the_staff, incoming.now)
    return [Say(Screen(texts("desk.link", link=f"{incoming.desk_url}/desk/enter?ticket={ticket}")))]
