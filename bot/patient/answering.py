"""What a patient does: the check-in by tap and by typing, today's and yesterday's, and asking for what is kept."""

from datetime import datetime

from sqlmodel import Session

from bot.dialogues import check_in, typed_answers
from bot.dialogues.check_in import CheckIn, Tap
from bot.dialogues.wording import name_of
from bot.greetings import whom_to_call
from bot.patient import check_in_place, diary_day, leaving, noting
from bot.patient.diary_day import Questions, check_in_of, questions_of
from bot.replies import CloseButtons, Drawing, Incoming, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Html, Texts, texts_in
from jobs import alerts, due, follow_up, pages
from jobs.refusals import Refusal
from storage import diary, notes, outbox, patients
from storage.chats import Someone
from storage.diary import Noted
from storage.models import DiaryDay, MessageKind, Way
from storage.questions import STANDARD, DiaryQuestion


def today(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/today`: the day's check-in, before the bot asks or again after it."""
    patient = someone.the_patient
    texts = texts_in(someone.chat.language)
    if patient.status not in patients.LIVING:
        return [Say(leaving.ended(someone, texts))]
    return _brought(session, diary_day.open_today(session, patient, incoming.now), texts, incoming.now)


def yesterday(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/yesterday`: until today's check-in begins, yesterday's can still be entered and changed."""
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    if patient.status not in patients.LIVING:
        return [Say(leaving.ended(someone, texts))]
    day = diary_day.open_yesterday(session, patient, incoming.now)
    if day is None or day.closes_at <= incoming.now:
        shown = check_in.closed(check_in_of(session, day), texts) if day else Screen(texts("check_in.no_yesterday"))
        return [Say(shown)]
    return _brought(session, day, texts, incoming.now)


def _brought(session: Session, day: DiaryDay, texts: Texts, now: datetime) -> list[Reply]:
    """The day's check-in in a new message, from its beginning."""
    diary_day.at_rest(day)
    diary_day.mean(session, day, now)
    return check_in_place.below(session, day, texts)


def check_in_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A tap under a check-in. The message then shows what is stored, whatever was tapped."""
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    tap = check_in.read_tap(incoming.data)
    day = diary.day_of(session, patient.team_id, patient.id, tap.day) if tap else None
    if tap is None or day is None:
        return [Toast(texts("form.old_button")), CloseButtons(incoming.message_id)]
    _prove_delivered(session, day, tap, incoming, someone)
    if day.closes_at <= incoming.now or patient.status not in patients.LIVING:
        shown = check_in.closed(check_in_of(session, day), texts)
        return [Toast(texts("check_in.too_late"), alert=True), Rewrite(incoming.message_id, shown)]
    if not incoming.repeated:
        diary_day.turn_to(session, day, incoming.now)
    asked = questions_of(session, day)
    toast = _act_on(session, day, tap, asked, incoming, someone)
    state = check_in_of(session, day, tap.message, choosing=tap.action == "change", asked=asked)
    return [Toast(toast), Rewrite(incoming.message_id, check_in.screen(state, texts))]


def _prove_delivered(session: Session, day: DiaryDay, tap: Tap, incoming: Incoming, someone: Someone) -> None:
    message = outbox.message_by_id(session, tap.message) if tap.message else None
    if (
        message is not None
        and message.kind in {MessageKind.DAILY_PROMPT, MessageKind.FOLLOW_UP}
        and (message.chat_id, message.diary_date) == (someone.chat.id, day.diary_date)
        and outbox.prove_delivered(session, message, incoming.message_id, incoming.now)
    ):
        # A newer one of the day, as /today brings it, stays the day's own.
        day.asked_at, day.message_id = day.asked_at or incoming.now, max(day.message_id or 0, incoming.message_id)
        session.add(day)


def _act_on(session: Session, day: DiaryDay, tap: Tap, asked: Questions, incoming: Incoming, someone: Someone) -> str:
    """Stores what was tapped; returns the toast."""
    texts = texts_in(someone.chat.language)
    named = next((each for each in asked if each.key == tap.item), None)
    note = check_in.note_number(tap.item)
    is_there = named is not None or (note is not None and note in notes.notes_on(session, day))
    if tap.item is not None and not is_there:
        # A note that this press has removed, told again, is no news.
        return "" if incoming.repeated else texts("form.old_button")
    if tap.action in {"answer", "skip"} and named is not None:
        return _answered(session, day, named, tap.value, incoming, texts)
    if incoming.repeated:
        return ""
    diary_day.at_rest(day)
    session.add(day)
    if tap.action == "later":
        return _put_off(session, day, incoming, someone)
    if tap.action == "remove" and note is not None:
        notes.remove_note(session, day, note, incoming.now)
    day.changing = tap.item if tap.action == "ask" else None
    day.noting = tap.action == "note" and check_in_of(session, day, asked=asked).may_be_noted
    if day.noting or day.changing is not None:
        diary_day.mean(session, day, incoming.now)
    return texts("check_in.note.removed") if tap.action == "remove" else ""


def _answered(
    session: Session, day: DiaryDay, named: DiaryQuestion, value: int | None, incoming: Incoming, texts: Texts
) -> str:
    """Stores the answer, None for a skip; returns the toast."""
    known = diary.noted_on(session, day)
    if _is_superseded(day, incoming) and named.key in known and named.key != day.changing:
        return texts("form.old_button")
    # Told twice, and late, an old press must not undo what was corrected after it.
    if not incoming.repeated:
        _store(session, day, {named.key: value}, incoming, Way.BUTTON, known)
    key = "check_in.toast_skipped" if value is None else "check_in.toast"
    return texts(key, item=name_of(named, texts), value=value)


def _put_off(session: Session, day: DiaryDay, incoming: Incoming, someone: Someone) -> str:
    """ "Later": asked again in an hour, before anything is answered; returns the toast."""
    texts = texts_in(someone.chat.language)
    at = follow_up.later_at(someone.the_patient, day, incoming.now)
    if at is None or diary.noted_on(session, day):
        return texts("check_in.no_later") if at is None else ""
    day.snoozed, day.next_follow_up_at = True, at
    return ""


def _is_superseded(day: DiaryDay, incoming: Incoming) -> bool:
    """Whether the day has a newer message: what that one was told is not overwritten from the older one."""
    return day.message_id is not None and 0 < incoming.message_id < day.message_id


def _store(
    session: Session,
    day: DiaryDay,
    values: dict[str, int | None],
    incoming: Incoming,
    way: Way,
    known: dict[str, Noted],
) -> None:
    said_at = incoming.said_at
    new = [
        item
        for item, value in values.items()
        if diary.record_answer(
            session,
            day=day,
            item=item,
            value=value,
            answered_at=said_at,
            received_at=incoming.now,
            late=diary_day.is_over(day, said_at),
            way=way,
            known=known,
        )
    ]
    alerts.look(session, day, new, incoming.what, incoming.now)
    if day.changing in values or day.noting or day.snoozed:
        diary_day.at_rest(day)
        session.add(day)


def typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Answers typed into the check-in, or a note; anything else gets one line on what can be read."""
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    day = diary_day.meant_by(session, patient, incoming)
    if day is None or patient.status not in patients.LIVING:
        has_ended = patient.status not in patients.LIVING
        shown = leaving.ended(someone, texts) if has_ended else Screen(texts("check_in.none_open"))
        return _nothing_open(incoming, someone, shown)
    if incoming.repeated:
        return check_in_place.in_place(session, day, texts)
    diary_day.turn_to(session, day, incoming.now)
    state = check_in_of(session, day)
    if state.is_writing:
        return noting.written(session, day, state, incoming, someone)
    try:
        language = someone.chat.language
        values = typed_answers.read(incoming.text, state.questions, state.question, language, state.left)
    except Refusal as refusal:
        return check_in_place.explained(session, day, texts, texts(refusal.key, **refusal.arguments))
    if values is None:
        return _not_read(session, day, state, incoming, someone)
    _store(session, day, values, incoming, Way.TYPED, diary.noted_on(session, day))
    session.flush()
    return _kept(session, day, state, values, someone)


def _kept(
    session: Session, day: DiaryDay, before: CheckIn, values: dict[str, int | None], someone: Someone
) -> list[Reply]:
    """The check-in after what was typed: where whoever typed sees that it was kept."""
    texts = texts_in(someone.chat.language)
    if before.question is not None and check_in_of(session, day).question == before.question:
        # It asks for the same as before: that something else was kept would be seen nowhere.
        return check_in_place.below(session, day, texts, noted=values)
    # What is complete may stand far above by now, and what is hidden was not seen by whoever typed.
    is_in_sight = before.question is not None and not check_in_place.is_hidden(session, someone.chat, day)
    return (check_in_place.in_place if is_in_sight else check_in_place.below)(session, day, texts)


def _not_read(session: Session, day: DiaryDay, state: CheckIn, incoming: Incoming, someone: Someone) -> list[Reply]:
    texts = texts_in(someone.chat.language)
    asked = state.question
    if asked is None:
        today_ = due.local_date(someone.the_patient.time_zone, incoming.now)
        key = "check_in.all_answered" if day.diary_date == today_ else "check_in.all_answered_of"
        why = texts(key, day=day.diary_date)
        if typed_answers.is_answer(incoming.text, state.questions, someone.chat.language):
            # Of which question it may be: what can be changed is brought to where it was typed.
            return check_in_place.explained(session, day, texts, why)
        if noting.may_be_offered(state, incoming) and not is_for_check_in(incoming, someone):
            return noting.offered(session, day, incoming, someone)
        return _nothing_open(incoming, someone, Screen(why))
    not_read = texts("check_in.not_read", item=name_of(asked, texts), most=asked.scale[-1])
    return check_in_place.explained(session, day, texts, Html(f"{_not_passed_on(someone, texts)}\n\n{not_read}"))


def _nothing_open(incoming: Incoming, someone: Someone, why: Screen) -> list[Reply]:
    """No question to answer. Words may have been meant for the team, whatever is open."""
    if is_for_check_in(incoming, someone):
        return [Say(why)]
    not_passed_on = _not_passed_on(someone, texts_in(someone.chat.language))
    return [Say(Screen(Html(f"{why.text}\n\n{not_passed_on}"), why.keyboard))]


def _not_passed_on(someone: Someone, texts: Texts) -> Html:
    return texts("check_in.not_passed_on", phone=whom_to_call(someone.team, texts))


def own_chart(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/chart`: the patient's own numbers as a picture, drawn as clinicians' are: in a moment."""
    if not incoming.repeated:
        pages.ask_own_chart(session, someone.the_patient, someone.chat, incoming.what, incoming.now)
    return [Drawing()]


def own_copy(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/mydata`: everything held on the patient, as one file. It takes some seconds, and is said so."""
    if not incoming.repeated:
        pages.ask_own_copy(session, someone.the_patient, someone.chat, incoming.what, incoming.now)
    return [Say(Screen(texts_in(someone.chat.language)("own_copy.coming")))]


def is_for_check_in(incoming: Incoming, someone: Someone) -> bool:
    """Whether a typed line is an answer whatever form is open: nobody lives in a city called 7."""
    return typed_answers.is_answer(incoming.text, STANDARD, someone.chat.language)


def unreadable(_session: Session, _incoming: Incoming, someone: Someone) -> list[Reply]:
    """A photo, a sticker, a voice message: not kept, and the way to the team is said."""
    texts = texts_in(someone.chat.language)
    return [Say(Screen(texts("unreadable.patient", phone=whom_to_call(someone.team, texts))))]
