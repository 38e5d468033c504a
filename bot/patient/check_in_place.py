"""Where a day's check-in stands in the chat: one message a day, in place while it is in sight, below when it is not."""

from collections.abc import Callable, Collection, Sequence

from sqlmodel import Session

from bot.dialogues import check_in
from bot.patient.diary_day import check_in_of
from bot.replies import Drawing, Incoming, Reply, Rewrite, Say, Screen
from bot.texts import Html, Texts
from storage import chats, diary, queued
from storage.models import Chat, DiaryDay


def below(
    session: Session, day: DiaryDay, texts: Texts, *, unread: bool = False, noted: Collection[str] = ()
) -> list[Reply]:
    """The check-in where the patient looks, as it stands; the message that it stood in before says so."""
    shown = check_in.screen(check_in_of(session, day), texts, unread=unread, noted=noted)
    replies: list[Reply] = [Say(shown, _note_message(day))]
    if day.message_id is not None:
        replies.append(Rewrite(day.message_id, check_in.moved_below(day.diary_date, texts), or_anew=False))
    return replies


def _note_message(day: DiaryDay) -> Callable[[Session, int], None]:
    team_id, patient_id, diary_date = day.team_id, day.patient_id, day.diary_date

    def note(session: Session, message_id: int) -> None:
        found = diary.day_of(session, team_id, patient_id, diary_date)
        if found is not None:
            found.message_id = message_id
            session.add(found)

    return note


def explained(session: Session, day: DiaryDay, texts: Texts, why: Html) -> list[Reply]:
    """Says what could not be read, and asks again below: the question above has moved out of sight.

    In a message of its own: how to reach the team stays there when the question is answered.
    """
    return [Say(Screen(why)), *below(session, day, texts, unread=True)]


def in_place(session: Session, day: DiaryDay, texts: Texts) -> list[Reply]:
    """The check-in as it stands, in its own message."""
    shown = check_in.screen(check_in_of(session, day), texts)
    if day.message_id is None:
        return [Say(shown, _note_message(day))]
    return [Rewrite(day.message_id, shown, _note_message(day))]


def note_hidden(session: Session, incoming: Incoming, replies: Sequence[Reply]) -> None:
    """Something is said: a check-in that stands above it may be out of sight, unless it comes below again."""
    if not any(isinstance(reply, Say | Drawing) for reply in replies):
        return
    someone = chats.who_is(session, incoming.telegram_id)
    if someone is None or someone.patient is None:
        return
    for day in diary.days_open_at(session, someone.patient.team_id, someone.patient.id, incoming.now):
        if day.message_id is not None:
            chats.note_receipt(session, someone.chat.id, _hidden(day), incoming.now)


def is_hidden(session: Session, chat: Chat, day: DiaryDay) -> bool:
    """Whether anything else was said below the day's check-in: then an answer in its place would not be seen."""
    if day.message_id is None:
        return False
    has_said = chats.has_receipt(session, chat.id, _hidden(day))
    return has_said or queued.anything_sent_after(session, day.team_id, chat.id, day.message_id)


def _hidden(day: DiaryDay) -> str:
    """It bears the message: one that comes below is in sight again."""
    return f"hidden:{day.message_id}"
