"""What comes in, to whoever has to do with it: who it is, whether they may, and what is said where they may not."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeGuard

from sqlmodel import Session

from bot import filling, welcome
from bot.dialogues import typed_commands
from bot.filling import Filling
from bot.greetings import greeting, texts_for
from bot.measuring import import_forms
from bot.patient import answering as patient
from bot.patient import diary_day, leaving, own_time, own_zone
from bot.patient.joining import JOINING
from bot.patient.own_time import OWN_TIME
from bot.replies import Incoming, Reply, Say, Screen, Toast
from bot.routes import (
    BUTTONS,
    COMMANDS,
    PROCEDURES,
    KnownWork,
    Work,
    is_known,
    may_fill_in,
    may_use,
    menu_now,
    menu_of,
    offered_to,
)
from bot.team.meanwhile import Meanwhile
from bot.texts import Html, nearest_language, texts_in
from jobs import admission
from jobs.refusals import Refusal
from storage import chats, dialogues
from storage.chats import Someone
from storage.models import Dialogue, PatientStatus


def start(session: Session, incoming: Incoming) -> list[Reply]:
    """`/start`: the door. Whoever comes through it for the first time is given their menu."""
    before, incoming = _arrived(session, incoming)
    if not incoming.text.strip():
        return _helped(session, before, incoming)
    if before is not None and incoming.repeated and (joining := _joining(session, before)) is not None:
        return filling.go_on(JOINING, _filling(session, incoming, before, joining), joining, None)
    replies = welcome.start(session, incoming, before)
    someone = chats.who_is(session, incoming.telegram_id)
    if before is None and someone is not None:
        chats.note_receipt(session, someone.chat.id, incoming.what, incoming.now)
    if someone is not None and someone.staff is not None:
        replies.append(menu_of(someone, texts_in(someone.chat.language)))
    return replies


def help_(session: Session, incoming: Incoming) -> list[Reply]:
    someone, incoming = _arrived(session, incoming)
    return _helped(session, someone, incoming)


def _helped(session: Session, someone: Someone | None, incoming: Incoming) -> list[Reply]:
    """With the menu, which may have got lost on its way; so may that of a stranger, for whoever has left a team."""
    greeted = _greet(session, someone, incoming)
    if someone is None:
        return greeted
    return [*greeted, *filling.end_if_turned_away(PROCEDURES, session, incoming, someone), menu_now(someone)]


def number(_session: Session, incoming: Incoming) -> list[Reply]:
    """`/id`: the number of one's own chat, for whoever sets up OPERATOR_CHAT. It is nobody's business else."""
    texts = texts_in(nearest_language(incoming.language))
    return [Say(Screen(texts("chat_number", number=incoming.telegram_id)))]


def unknown(session: Session, incoming: Incoming) -> list[Reply]:
    """A command that there is not."""
    someone, incoming = _arrived(session, incoming)
    if someone is None or not is_known(someone):
        return _greet(session, someone, incoming)
    not_known = texts_in(someone.chat.language)("command_unknown")
    return [Say(Screen(Html(f"{not_known}\n\n{greeting(someone, incoming)}")))]


# Whoever sends them.
FOR_ALL: dict[str, Work] = {"start": start, "id": number, "help": help_}


def _greet(session: Session, someone: Someone | None, incoming: Incoming) -> list[Reply]:
    """Who is in the middle of joining is no stranger: they are shown the way on."""
    if someone is not None and (joining := _joining(session, someone)) is not None:
        about = _filling(session, incoming, someone, joining)
        return filling.told_to_finish(PROCEDURES, about, joining, "join.finish_first")
    return [Say(Screen(greeting(someone, incoming)))]


def _joining(session: Session, someone: Someone) -> Dialogue | None:
    """The joining form that they have open."""
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    name = JOINING.form.name
    open_ = filling.is_open(dialogue) and dialogue.form == name and may_fill_in(someone, name)
    return dialogue if open_ else None


def _filling(session: Session, incoming: Incoming, someone: Someone, dialogue: Dialogue) -> Filling:
    return Filling(session, incoming, someone, dialogue.state["subject"])


def _arrived(session: Session, incoming: Incoming) -> tuple[Someone | None, Incoming]:
    """Who it is, and whether this was told before. Whoever writes in the chat can be written to.

    A stranger leaves no trace.
    """
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None:
        return None, incoming
    if not incoming.pane:
        admission.chat_found(session, someone, incoming.now)
    new = chats.note_receipt(session, someone.chat.id, incoming.what, incoming.now)
    return someone, replace(incoming, repeated=not new)


def work_of(name: str) -> Work:
    """What a command does, also one that there is not."""
    if name in FOR_ALL:
        return FOR_ALL[name]
    return command(name) if any(route.name == name for route in COMMANDS) else unknown


def command(name: str) -> Work:
    """What a command does for whoever may use it; everyone else is told whose it is, and what they can do instead."""

    def work(session: Session, incoming: Incoming) -> list[Reply]:
        someone, incoming = _arrived(session, incoming)
        routes = [route for route in COMMANDS if route.name == name]
        for route in routes:
            if someone is not None and may_use(someone, route):
                return _asked_for(session, incoming, someone, route.work)
        if someone is None or not is_known(someone):
            return _greet(session, someone, incoming)
        texts = texts_in(someone.chat.language)
        # Whom it is not for is staff: patients' commands stand first.
        role = f"role.{routes[-1].role.value}" if routes[-1].also is None else "role.staff"
        whose = texts("command_is_for", name=name, whose=texts(role))
        return [Say(Screen(Html(f"{whose}\n\n{greeting(someone, incoming)}")))]

    return work


def _asked_for(session: Session, incoming: Incoming, someone: Someone, work: KnownWork) -> list[Reply]:
    replies = _or_refusal(session, incoming, someone, work)
    return [*replies, *filling.end_if_turned_away(PROCEDURES, session, incoming, someone)]


def pressed(session: Session, incoming: Incoming) -> list[Reply]:
    """A button. The right to use it is looked up now, not when it was shown."""
    someone, incoming = _arrived(session, incoming)
    if someone is None:
        return _pressed_by_a_stranger(incoming)
    prefix = incoming.data.split(":", 1)[0]
    if prefix == "f" and incoming.data.count(":") >= 3:
        return _or_refusal(session, incoming, someone, _form_pressed)
    route = next((route for route in BUTTONS if route.name == prefix and may_use(someone, route)), None)
    if route is None:
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    return _with_menu(session, someone, lambda: _or_refusal(session, incoming, someone, route.work))


def _pressed_by_a_stranger(incoming: Incoming) -> list[Reply]:
    """Nothing is held on them; whoever has just had it erased, and did not see the answer, is told so again."""
    texts = texts_in(nearest_language(incoming.language))
    if incoming.data.startswith(leaving.ERASED):
        return leaving.gone(incoming, texts)
    return [Toast(texts("form.old_button"))]


def _form_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    dialogue = filling.dialogue_in(session, incoming, someone)
    said_last = filling.said_last(dialogue, incoming)
    if said_last is not None:
        return said_last
    if not may_fill_in(someone, incoming.data.split(":")[1]):
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    meanwhile = Meanwhile(dialogue)
    replies = _with_menu(session, someone, lambda: filling.pressed(PROCEDURES, session, incoming, someone))
    return meanwhile.told(session, someone, replies)


def _with_menu(session: Session, before: Someone, work: Callable[[], list[Reply]]) -> list[Reply]:
    """Whoever has other commands after `work`, or reads them in another language, is given their menu."""
    offered = offered_to(before)
    replies = work()
    # Who was nobody may be a patient now; a member's roles are changed in their row.
    someone = before if is_known(before) else chats.who_is(session, before.chat.telegram_id)
    if someone is not None and someone.patient is not None and someone.patient.status is PatientStatus.ERASED:
        # A stranger from now on, and given a stranger's.
        return replies
    return replies if someone is None or offered_to(someone) == offered else [*replies, menu_now(someone)]


def typed(session: Session, incoming: Incoming) -> list[Reply]:
    """Text that is no command: into the form that is open, or into the check-in."""
    someone, incoming = _arrived(session, incoming)
    if someone is None:
        return _greet(session, None, incoming)
    dialogue = filling.dialogue_in(session, incoming, someone)
    said_last = filling.said_last(dialogue, incoming)
    if said_last is not None:
        return said_last
    if someone.patient is not None:
        return _typed_by_patient(session, incoming, someone, dialogue)
    if _listens(dialogue, incoming, someone):
        return _typed_into(session, incoming, someone, dialogue)
    return _greet(session, someone, incoming)


def _typed_by_patient(session: Session, incoming: Incoming, someone: Someone, dialogue: Dialogue | None) -> list[Reply]:
    """A word that stands for a command, into the form that is open, or into the check-in."""
    named = typed_commands.command_in(incoming.text, someone.chat.language)
    if named is not None:
        if named == "help":
            return _helped(session, someone, incoming)
        return _asked_for(session, incoming, someone, leaving.withdraw)
    if not _listens(dialogue, incoming, someone):
        return patient.typed(session, incoming, someone)
    answers = patient.is_for_check_in(incoming, someone)
    if answers and dialogue.form == OWN_TIME.form.name:
        asked = diary_day.is_anything_asked(session, someone.the_patient, incoming)
        answers = not own_time.is_time(incoming.text, anything_asked=asked)
    if answers:
        return patient.typed(session, incoming, someone)
    return _typed_into(session, incoming, someone, dialogue)


def _listens(dialogue: Dialogue | None, incoming: Incoming, someone: Someone) -> TypeGuard[Dialogue]:
    """Whether what is typed is for the open form. Who is joining has nothing else to say, however long it takes."""
    if not filling.is_open(dialogue) or not may_fill_in(someone, dialogue.form):
        return False
    return dialogue.form == JOINING.form.name or filling.listens(dialogue, incoming)


def _typed_into(session: Session, incoming: Incoming, someone: Someone, dialogue: Dialogue) -> list[Reply]:
    if dialogue.form == import_forms.WAITING.form.name:
        return import_forms.pasted(session, incoming, someone)
    about = _filling(session, incoming, someone, dialogue)
    meanwhile = Meanwhile(dialogue)
    replies = _with_menu(session, someone, lambda: filling.typed(PROCEDURES, about, dialogue))
    return meanwhile.told(session, someone, replies)


def unanswered(work: Work, *, tells: bool) -> Work:
    """For whoever floods: what a patient says to the check-in is kept, nothing else is done, and nothing is said.

    `tells`: they are told so, once.
    """

    def kept(session: Session, incoming: Incoming) -> list[Reply]:
        someone = chats.who_is(session, incoming.telegram_id)
        key = "too_much"
        if someone is not None and someone.patient is not None:
            key = "too_much_patient"
            if _is_entry(session, work, incoming, someone):
                work(session, incoming)
        return [Say(Screen(texts_for(someone, incoming)(key)))] if tells else []

    return kept


def may_be_entry(work: Work, incoming: Incoming) -> bool:
    """What can be seen without looking into the database; of `unanswered`, the rest does nothing."""
    return work is typed or (work is pressed and incoming.data.startswith("c:"))


def has_diary(session: Session, incoming: Incoming) -> bool:
    someone = chats.who_is(session, incoming.telegram_id)
    return someone is not None and someone.patient is not None


def _is_entry(session: Session, work: Work, incoming: Incoming, someone: Someone) -> bool:
    """Whether it is an answer or a note."""
    if work is pressed or not may_be_entry(work, incoming):
        return may_be_entry(work, incoming)
    if typed_commands.command_in(incoming.text, someone.chat.language) is not None:
        return False
    listens = _listens(dialogues.dialogue_of(session, someone.chat.id), incoming, someone)
    return not listens or patient.is_for_check_in(incoming, someone)


def located(session: Session, incoming: Incoming) -> list[Reply]:
    """A place that was shared: a patient's new time zone."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None or someone.patient is None:
        return unreadable(session, incoming)
    someone, incoming = _arrived(session, incoming)
    assert someone is not None  # found just before
    return own_zone.located(session, incoming, someone)


def takes_file(session: Session, incoming: Incoming) -> bool:
    """Whether a document is worth fetching: one of the care team's, not too large, not one of several."""
    someone = chats.who_is(session, incoming.telegram_id)
    return someone is not None and someone.staff is not None and import_forms.takes(incoming)


def sent_file(session: Session, incoming: Incoming) -> list[Reply]:
    """A document: of the care team, a table to import; of anybody else it is not kept."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None or someone.staff is None:
        return unreadable(session, incoming)
    someone, incoming = _arrived(session, incoming)
    assert someone is not None  # found just before
    return _or_refusal(session, incoming, someone, import_forms.sent)


def unreadable(session: Session, incoming: Incoming) -> list[Reply]:
    """A photo, a sticker, a voice message: nothing is kept of it."""
    someone, incoming = _arrived(session, incoming)
    if incoming.album and incoming.repeated:
        return []
    if someone is not None and someone.patient is not None:
        return patient.unreadable(session, incoming, someone)
    if someone is not None and someone.staff is not None:
        return [Say(Screen(texts_in(someone.chat.language)("unreadable.staff")))]
    return _greet(session, someone, incoming)


def edited(session: Session, incoming: Incoming) -> list[Reply]:
    """An edited message changes nothing; a patient may think that it does."""
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None and someone.patient is not None:
        return [Say(Screen(texts_in(someone.chat.language)("edited")))]
    return []


def blocked(session: Session, incoming: Incoming) -> list[Reply]:
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None:
        admission.chat_lost(session, someone, incoming.now)
    return []


def unblocked(session: Session, incoming: Incoming) -> list[Reply]:
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is not None:
        admission.chat_found(session, someone, incoming.now)
    return []


def _or_refusal(session: Session, incoming: Incoming, someone: Someone, work: KnownWork) -> list[Reply]:
    """A refusal undoes what was begun, and is said where it was asked."""
    try:
        with session.begin_nested():
            return work(session, incoming, someone)
    except Refusal as refusal:
        said = texts_in(someone.chat.language)(refusal.key, **refusal.arguments)
        return [Toast(said, alert=True)] if incoming.data else [Say(Screen(said))]
