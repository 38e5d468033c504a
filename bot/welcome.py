"""The door: invitations opened, strangers told in two lines what this is."""

from sqlmodel import Session

from bot.filling import Filling, begin, is_open, taken_up_again
from bot.greetings import greeting, staff_help, texts_for
from bot.patient.joining import JOINING
from bot.replies import Incoming, Reply, Say, Screen
from bot.texts import nearest_language, texts_in
from jobs import admission, guessing
from jobs.refusals import Refusal
from storage import chats, dialogues
from storage.chats import Someone
from storage.models import Chat, Invitation, Role


def start(session: Session, incoming: Incoming, someone: Someone | None) -> list[Reply]:
    """`/start` with an invitation's token."""
    texts = texts_for(someone, incoming)
    if guessing.is_refused(session, incoming.telegram_id, incoming.now):
        return [Say(Screen(texts("refusal.invitation_later")))]
    try:
        with session.begin_nested():
            chat = chats.open_chat(session, incoming.telegram_id, nearest_language(incoming.language), incoming.now)
            invitation = admission.open_invitation(session, incoming.text.strip(), chat, incoming.now)
            return _let_in(session, incoming, chat, invitation)
    except Refusal as refusal:
        # The savepoint is gone with the chat in it: of a stranger who guesses there is the guess alone, for an hour.
        if refusal.key == admission.UNKNOWN:
            guessing.was_wrong(session, incoming.telegram_id, incoming.what, incoming.now)
        return [Say(Screen(texts(refusal.key, **refusal.arguments)))]


def _let_in(session: Session, incoming: Incoming, chat: Chat, invitation: Invitation) -> list[Reply]:
    if invitation.role is not Role.PATIENT:
        _keep_language(session, chat)
        admission.join_staff(session, invitation, chat, incoming.now)
        someone = chats.who_is(session, incoming.telegram_id)
        assert someone is not None
        return [Say(Screen(staff_help(someone, texts_in(chat.language))))]
    someone = chats.who_is(session, incoming.telegram_id)
    assert someone is not None
    if someone.patient is not None:
        return [Say(Screen(greeting(someone, incoming)))]
    return _joining(Filling(session, incoming, someone, {"invitation": invitation.id}))


def _keep_language(session: Session, chat: Chat) -> None:
    """Whoever has begun to join as a patient has said in which language they read."""
    dialogue = dialogues.dialogue_of(session, chat.id)
    if is_open(dialogue) and dialogue.form == JOINING.form.name:
        chat.language = dialogue.state["values"].get("language", chat.language)
        session.add(chat)


def _joining(filling: Filling) -> list[Reply]:
    """Opens the form; whoever opens the link in the middle of it, or comes a second time, goes on where they stood."""
    dialogue = dialogues.dialogue_of(filling.session, filling.someone.chat.id)
    if is_open(dialogue) and dialogue.form == JOINING.form.name:
        subject = dialogue.state["subject"]
        if subject["invitation"] == filling.subject["invitation"]:
            return taken_up_again(
                JOINING, Filling(filling.session, filling.incoming, filling.someone, subject), dialogue
            )
    return begin(JOINING, filling, in_place=False)
