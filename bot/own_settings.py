"""What patients set for themselves, by buttons: when they are asked, whether once more, and in which language."""

import re
from datetime import datetime, time

from sqlmodel import Session

from bot import leaving, own_zone
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, rows_of
from bot.texts import Html, Texts, languages, texts_in
from jobs import check_in_time
from storage import audit, patients
from storage.chats import Someone

# st:follow_up:on, st:hours, st:hour:18, st:time:1830, st:days, st:day:56, st:column:on, st:zone, st:languages,
# st:language:de, st:
_DATA = re.compile(
    r"st:(follow_up|hours|hour|time|days|day|column|zone|languages|language|):?([a-z0-9-]{0,8})", re.ASCII
)
QUARTERS = (0, 15, 30, 45)
# Screens to choose from, that change nothing yet.
CHOICES = {"hours", "hour", "days", "languages"}


def settings(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/settings`: how they are now, and a button for each."""
    return [Say(_overview(someone, texts_in(someone.chat.language)))]


def settings_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below them. The message then shows how they are."""
    found = _DATA.fullmatch(incoming.data)
    texts = texts_in(someone.chat.language)
    if found is None:
        return [Toast(texts("form.old_button"))]
    what, value = found.groups()
    if someone.the_patient.status in patients.LIVING:
        if what == "zone":
            return own_zone.opened(session, incoming, someone)
        if not incoming.repeated:
            _set(session, what, value, incoming.now, someone)
        if what in CHOICES or what == "day":
            return [Toast(""), Rewrite(incoming.message_id, _choice(what, value, someone, texts))]
    texts = texts_in(someone.chat.language)
    return [Toast(""), Rewrite(incoming.message_id, _overview(someone, texts))]


def _set(session: Session, what: str, value: str, now: datetime, someone: Someone) -> None:
    """What no button of ours says changes nothing."""
    patient, chat = someone.the_patient, someone.chat
    if what == "follow_up" and (value == "on") != patient.follow_up:
        check_in_time.change_follow_up(session, audit.patient_actor(patient.id), patient, now, wanted=value == "on")
    elif what == "language" and value in languages() and value != chat.language:
        _note(session, someone, now, "language_changed", {"language": chat.language}, {"language": value})
        chat.language = value
        session.add(chat)
    elif what == "column" and (value == "on") != patient.one_column:
        before, patient.one_column = patient.one_column, value == "on"
        _note(session, someone, now, "one_column_changed", {"one_column": before}, {"one_column": not before})
        session.add(patient)
    elif what == "day" and value.strip("-") != patient.days_off:
        check_in_time.change_days_off(session, audit.patient_actor(patient.id), patient, value.strip("-"), now)
    elif what == "time" and (at := _time(value)) is not None and at != patient.prompt_time:
        check_in_time.change_prompt_time(session, audit.patient_actor(patient.id), patient, at, now, is_theirs=True)


def _note(
    session: Session, someone: Someone, now: datetime, action: str, before: dict[str, object], after: dict[str, object]
) -> None:
    patient = someone.the_patient
    audit.record(
        session,
        team_id=patient.team_id,
        at=now,
        actor=audit.patient_actor(patient.id),
        action=action,
        patient_id=patient.id,
        before=before,
        after=after,
    )


def _time(digits: str) -> time | None:
    """18:30 for `1830`."""
    if not re.fullmatch(r"[0-2][0-9][0-5][0-9]", digits) or int(digits[:2]) > 23:
        return None
    return time(int(digits[:2]), int(digits[2:]))


def _overview(someone: Someone, texts: Texts) -> Screen:
    patient, follows_up = someone.the_patient, someone.the_team.follow_up_after is not None
    if patient.status not in patients.LIVING:
        return leaving.ended(someone, texts)
    off = [texts.weekday(int(day)) for day in patient.days_off]
    key = "own_settings.time_but" if off else "own_settings.time"
    lines = [texts(key, time=patient.prompt_time, zone=patient.time_zone, days=texts.listed(off))]
    keyboard = [
        (Button(texts("own_settings.button.time"), "st:hours"), Button(texts("own_settings.button.days"), "st:days")),
        (Button(texts("own_settings.button.zone"), "st:zone"),),
    ]
    if follows_up:
        on = patient.follow_up
        lines.append(texts("own_settings.follow_up_on" if on else "own_settings.follow_up_off"))
        turn = texts("own_settings.button.turn_off" if on else "own_settings.button.turn_on")
        keyboard.append((Button(turn, f"st:follow_up:{'off' if on else 'on'}"),))
    wide = patient.one_column
    lines.append(texts("own_settings.one_column" if wide else "own_settings.two_rows"))
    turn = texts("own_settings.button.two_rows" if wide else "own_settings.button.one_column")
    keyboard.append((Button(turn, f"st:column:{'off' if wide else 'on'}"),))
    lines.append(texts("own_settings.language", language=texts("language.name")))
    keyboard.append((Button(texts("own_settings.button.language"), "st:languages"),))
    return Screen(texts("own_settings.overview", lines=Html("\n".join(lines))), tuple(keyboard))


def _choice(what: str, value: str, someone: Someone, texts: Texts) -> Screen:
    """What there is to choose from, and the way back."""
    back: Keyboard = ((Button(texts("check_in.button.back"), "st:"),),)
    if what == "languages":
        spoken = [(Button(texts_in(tag)("language.name"), f"st:language:{tag}"),) for tag in languages()]
        return Screen(texts("own_settings.which_language"), (*spoken, *back))
    if what in {"days", "day"}:
        days_off = someone.the_patient.days_off
        return Screen(texts("own_settings.which_days"), (*_days(days_off, texts), *back))
    hour = time(int(value)) if what == "hour" and value.isdecimal() and int(value) < 24 else None
    if hour is None:
        hours = [Button(f"{hour:02}", f"st:hour:{hour}") for hour in range(24)]
        asked = texts("own_settings.which_hour", time=someone.the_patient.prompt_time)
        return Screen(asked, (*rows_of(hours, 6), *back))
    times = [hour.replace(minute=minute) for minute in QUARTERS]
    buttons = [Button(texts.time(at), f"st:time:{at:%H%M}") for at in times]
    return Screen(texts("own_settings.which_minute"), (*rows_of(buttons, 2), *back))


def _days(days_off: str, texts: Texts) -> Keyboard:
    """A button for each day of the week, which says what is and turns it round; the last day that is asked stays."""
    rows = []
    for day in "0123456":
        off = day in days_off
        turned = "".join(sorted(set(days_off) ^ {day}))
        key = "own_settings.button.day_off" if off else "own_settings.button.day_asked"
        rows.append((Button(texts(key, day=texts.weekday(int(day))), f"st:day:{turned or '-'}"),))
    return tuple(rows)
