"""The settings' screen: how a patient's settings are now, and a button for each."""

from bot import leaving
from bot.filling import Filling
from bot.replies import Button, Keyboard, Screen
from bot.texts import Html, Texts
from storage import patients
from storage.chats import Someone


def overview(someone: Someone, texts: Texts) -> Screen:
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


def nothing_changed(filling: Filling) -> Screen:
    """A form was cancelled: that, and the settings as they are."""
    texts = filling.texts
    shown = overview(filling.someone, texts)
    return Screen(Html(f"{texts('form.cancelled')}\n\n{shown.text}"), shown.keyboard)


def way_back(texts: Texts) -> Keyboard:
    return ((Button(texts("own_settings.button.back"), "st:"),),)
