"""Notes beside the numbers: written, changed, and offered for what was typed and is no answer."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Session

from bot.dialogues import check_in, typed_answers
from bot.dialogues.check_in import CheckIn
from bot.greetings import whom_to_call
from bot.patient import check_in_place, diary_day
from bot.replies import Button, CloseButtons, Incoming, Reply, Rewrite, Say, Screen, Toast, number_in
from bot.texts import Texts, texts_in
from storage import dialogues, diary, notes, patients
from storage.chats import Someone
from storage.models import DiaryDay

# In the chat's row of dialogues, until something else stands there: what was typed, and is not kept yet.
OFFERED, OFFERS = "note_offered", "offers"


def written(session: Session, day: DiaryDay, state: CheckIn, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Kept word for word. That nobody reads it at once is said each time: it may be what matters."""
    texts, words = texts_in(someone.chat.language), incoming.text.strip()
    if typed_answers.is_bare_answer(words, state.questions, someone.chat.language):
        return check_in_place.explained(session, day, texts, texts("check_in.note.is_answer", typed=words))
    if len(words) > check_in.LONGEST_NOTE:
        why = texts("check_in.note.too_long", most=check_in.LONGEST_NOTE, length=len(words))
        return check_in_place.explained(session, day, texts, why)
    replaced = check_in.note_number(state.changing)
    if replaced is not None:
        notes.remove_note(session, day, replaced, incoming.now)
    _keep(session, day, words, incoming.said_at, incoming.now)
    diary_day.at_rest(day)
    session.flush()
    return [*check_in_place.in_place(session, day, texts), Say(_kept(day, someone, texts))]


def may_be_offered(state: CheckIn, incoming: Incoming) -> bool:
    return state.may_be_noted and len(incoming.text.strip()) <= check_in.LONGEST_NOTE


def offered(session: Session, day: DiaryDay, incoming: Incoming, someone: Someone) -> list[Reply]:
    """What was typed is no answer: it can be kept as a note by one press, and need not be typed again."""
    texts, words = texts_in(someone.chat.language), incoming.text.strip()
    offer = {"by": incoming.message_id, "words": words, "day": day.diary_date.isoformat()}
    waiting = [*_offers(session, someone), {**offer, "said_at": incoming.said_at.isoformat()}]
    _wait(session, someone, waiting[-check_in.MOST_NOTES :], incoming.now)
    phone = whom_to_call(someone.team, texts)
    said = texts("check_in.note.offer", phone=phone, day=day.diary_date, words=words)
    return [Say(Screen(said, ((Button(texts("check_in.note.keep"), f"kn:{incoming.message_id}"),),)))]


def keep_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """ "Keep as a note": what stands above it, as long as no form was begun since, and not much else offered."""
    texts, offers = texts_in(someone.chat.language), _offers(session, someone)
    waiting = next((offer for offer in offers if offer["by"] == number_in(incoming.data)), {})
    day = _day_of(session, someone, waiting)
    if day is None:
        return [Toast(texts("form.old_button")), CloseButtons(incoming.message_id)]
    if not waiting.get("kept"):
        if day.closes_at <= incoming.now or someone.the_patient.status not in patients.LIVING:
            return [Toast(texts("check_in.too_late"), alert=True), CloseButtons(incoming.message_id)]
        if not diary_day.check_in_of(session, day).may_be_noted:
            return [Toast(texts("form.old_button")), CloseButtons(incoming.message_id)]
        _keep(session, day, waiting["words"], datetime.fromisoformat(waiting["said_at"]), incoming.now)
        # Told again, it says the same; the words are in the note alone.
        kept = {**waiting, "words": "", "kept": True}
        _wait(session, someone, [kept if offer is waiting else offer for offer in offers], incoming.now)
        session.flush()
    said = Rewrite(incoming.message_id, _kept(day, someone, texts))
    return [Toast(""), said, *check_in_place.in_place(session, day, texts)]


def _offers(session: Session, someone: Someone) -> list[dict[str, Any]]:
    """The oldest first."""
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    return list(dialogue.state.get(OFFERS, ())) if dialogue is not None and dialogue.form == OFFERED else []


def _wait(session: Session, someone: Someone, offers: list[dict[str, Any]], now: datetime) -> None:
    dialogues.keep_dialogue(session, someone.chat.id, OFFERED, {OFFERS: offers, "subject": {}}, now, None)


def _day_of(session: Session, someone: Someone, waiting: dict[str, Any]) -> DiaryDay | None:
    if "day" not in waiting:
        return None
    patient = someone.the_patient
    return diary.day_of(session, patient.team_id, patient.id, date.fromisoformat(waiting["day"]))


def _keep(session: Session, day: DiaryDay, words: str, said_at: datetime, now: datetime) -> None:
    """The newest note of the day once more, as by the button and by typing, is no second one."""
    if [*notes.notes_on(session, day).values()][-1:] != [words]:
        notes.add_note(session, day, words, said_at, now, late=diary_day.is_over(day, said_at))


def _kept(day: DiaryDay, someone: Someone, texts: Texts) -> Screen:
    return Screen(texts("check_in.note.kept", day=day.diary_date, phone=whom_to_call(someone.team, texts)))
