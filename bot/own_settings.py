"""What patients set for themselves, by buttons: when they are asked, whether once more, and in which language."""

import re
from datetime import datetime

from sqlmodel import Session

from bot.filling import opened
from bot.own_overview import overview
from bot.own_time import OWN_TIME
from bot.own_zone import OWN_ZONE
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Texts, languages, texts_in
from jobs import check_in_time
from storage import audit, patients
from storage.chats import Someone

# st:follow_up:on, st:hours, st:days, st:day:56, st:column:on, st:zone, st:languages, st:language:de, st:
_DATA = re.compile(r"st:(follow_up|hours|days|day|column|zone|languages|language|):?([a-z0-9-]{0,8})", re.ASCII)
# Screens to choose from; what is typed below the others is read too.
CHOICES = {"days", "day", "languages"}
FORMS = {"hours": OWN_TIME, "zone": OWN_ZONE}


def settings(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/settings`: how they are now, and a button for each."""
    return [Say(overview(someone, texts_in(someone.chat.language)))]


def settings_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below them. The message then shows how they are."""
    found = _DATA.fullmatch(incoming.data)
    texts = texts_in(someone.chat.language)
    if found is None:
        return [Toast(texts("form.old_button"))]
    what, value = found.groups()
    if someone.the_patient.status in patients.LIVING:
        if what in FORMS:
            return opened(FORMS[what], session, incoming, someone, {"id": someone.the_patient.id})
        if not incoming.repeated:
            _set(session, what, value, incoming.now, someone)
        if what in CHOICES:
            return [Toast(""), Rewrite(incoming.message_id, _choice(what, someone, texts))]
    texts = texts_in(someone.chat.language)
    return [Toast(""), Rewrite(incoming.message_id, overview(someone, texts))]


def _set(session: Session, what: str, value: str, now: datetime, someone: Someone) -> None:
    """What no button of ours says changes nothing."""
    patient, chat = someone.the_patient, someone.chat
    if what == "follow_up" and (value == "on") != patient.follow_up:
        check_in_time.change_follow_up(session, audit.patient_actor(patient.id), patient, now, wanted=value == "on")
    elif what == "language" and value in languages() and value != chat.language:
        audit.record_about(
            session,
            patient,
            now,
            actor=audit.patient_actor(patient.id),
            action="language_changed",
            before={"language": chat.language},
            after={"language": value},
        )
        chat.language = value
        session.add(chat)
    elif what == "column" and (value == "on") != patient.one_column:
        before, patient.one_column = patient.one_column, value == "on"
        audit.record_about(
            session,
            patient,
            now,
            actor=audit.patient_actor(patient.id),
            action="one_column_changed",
            before={"one_column": before},
            after={"one_column": not before},
        )
        session.add(patient)
    elif what == "day" and value.strip("-") != patient.days_off:
        check_in_time.change_days_off(session, audit.patient_actor(patient.id), patient, value.strip("-"), now)


def _choice(what: str, someone: Someone, texts: Texts) -> Screen:
    """What there is to choose from, and the way back."""
    back: Keyboard = ((Button(texts("check_in.button.back"), "st:"),),)
    if what == "languages":
        spoken = [(Button(texts_in(tag)("language.name"), f"st:language:{tag}"),) for tag in languages()]
        return Screen(texts("own_settings.which_language"), (*spoken, *back))
    return Screen(texts("own_settings.which_days"), (*_days(someone.the_patient.days_off, texts), *back))


def _days(days_off: str, texts: Texts) -> Keyboard:
    """A button for each day of the week, which says what is and turns it round; the last day that is asked stays."""
    rows = []
    for day in "0123456":
        off = day in days_off
        turned = "".join(sorted(set(days_off) ^ {day}))
        key = "own_settings.button.day_off" if off else "own_settings.button.day_asked"
        rows.append((Button(texts(key, day=texts.weekday(int(day))), f"st:day:{turned or '-'}"),))
    return tuple(rows)
