"""The coordinator's forms about on which days a patient is asked, and whether once more. The patient sees both."""

import re
from dataclasses import replace

from bot.course_facts import CourseFacts, back_to_patient, load_patient
from bot.dialogues.form import RETURN, Aside, Form, Given, Question, Values
from bot.filling import Filling, Procedure
from bot.pickers import read_weekday
from bot.replies import Screen
from bot.schedule_forms import NO_REMINDERS
from bot.team_done import undo_button
from bot.texts import Html, Texts
from jobs import check_in_time
from jobs.refusals import Refusal

NO_DAYS = replace(NO_REMINDERS, means="")
# A button's value: `t56` shows these days off, to go on from there; `=56` takes them.
_SHOWN = re.compile("t([0-6]{0,7})", re.ASCII)
_TAKEN = re.compile("=([0-6]{0,7})", re.ASCII)
# Between the days that are typed.
_BETWEEN = re.compile(r"[\s,;&]+(?:(?:and|und|et)\s+)?")


def days_in_words(days_off: str, texts: Texts) -> Html:
    """`Saturday and Sunday`."""
    days = [texts.weekday(int(day)) for day in days_off]
    return Html(texts.listed(days)) if days else texts("days_off.none")


def _ask_days(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    patient = facts.patient
    return texts("days_off.question", pseudonym=patient.pseudonym, now=days_in_words(patient.days_off, texts))


def _days(days_off: str, texts: Texts) -> list[tuple[str, str]]:
    """A button for each day, which says what is and turns it round."""
    made: list[tuple[str, str]] = []
    for day in "0123456":
        key = "own_settings.button.day_off" if day in days_off else "own_settings.button.day_asked"
        turned = "".join(sorted(set(days_off) ^ {day}))
        made.append((texts(key, day=texts.weekday(int(day))), f"t{turned}"))
    return made


def _turned(texts: Texts, facts: CourseFacts, shown: str) -> Html:
    return texts("days_off.so", pseudonym=facts.patient.pseudonym, new=days_in_words(shown[1:], texts))


def _days_so_far(texts: Texts, _facts: CourseFacts, shown: str) -> list[tuple[str, str]]:
    ways_on = [(texts("days_off.button.take"), f"={shown[1:]}"), (texts("form.button.back"), RETURN)]
    return [*_days(shown[1:], texts), *ways_on]


def _shown(given: Given) -> str | None:
    return given.value if given.question is not None and _SHOWN.fullmatch(given.value) else None


def _read_days(value: str, *_: object) -> str:
    """`Saturday, Sunday`; as the column has it."""
    taken, said = _TAKEN.fullmatch(value), value.strip().lower()
    if taken is not None:
        return taken[1]
    return "".join(sorted({str(read_weekday(day)) for day in _BETWEEN.split(said)}))


def _check_days(facts: CourseFacts, values: Values) -> None:
    check_in_time.check_days_off(values["days"])
    if values["days"] == facts.patient.days_off:
        raise Refusal("refusal.set_like_that_already")


def _preview_days(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    patient = facts.patient
    coming = check_in_time.prompt_with(facts.filling.session, patient, values["days"], facts.now)
    old, new = days_in_words(patient.days_off, texts), days_in_words(values["days"], texts)
    first = texts("days_off.not_asked_now")
    if coming is not None:
        first = texts("days_off.next", next=Html(texts.instant(coming, patient.time_zone)))
    return texts("days_off.preview", pseudonym=patient.pseudonym, old=old, new=new, next=first)


def _apply_days(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts = filling.texts
    check_in_time.change_days_off(filling.session, filling.actor, facts.patient, values["days"], facts.now)
    new = days_in_words(values["days"], texts)
    done = texts("days_off.done", pseudonym=facts.patient.pseudonym, new=new)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


def _preview_follow_up(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    """It is turned round."""
    patient = facts.patient
    if patient.follow_up:
        return texts("follow_up.preview_off", pseudonym=patient.pseudonym)
    works = facts.filling.team.follow_up_after is not None
    return texts("follow_up.preview_on" if works else "follow_up.preview_idle", pseudonym=patient.pseudonym)


def _apply_follow_up(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    texts, patient = filling.texts, facts.patient
    wanted = not patient.follow_up
    check_in_time.change_follow_up(filling.session, filling.actor, patient, facts.now, wanted=wanted)
    done = texts("follow_up.done_on" if wanted else "follow_up.done_off", pseudonym=patient.pseudonym)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


DAYS = Question(
    "days",
    _ask_days,
    _read_days,
    lambda texts, facts, _: _days(facts.patient.days_off, texts),
    width=1,
    aside=Aside(_shown, _turned, _days_so_far),
    instead=(NO_DAYS,),
)
PROCEDURES = (
    Procedure(
        Form("days_off", (DAYS,), _preview_days, _check_days),
        load_patient,
        _apply_days,
        lambda facts: facts.patient.days_off,
    ),
    Procedure(
        Form("follow_up", (), _preview_follow_up),
        load_patient,
        _apply_follow_up,
        lambda facts: facts.patient.follow_up,
    ),
)
