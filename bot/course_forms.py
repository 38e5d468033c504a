"""The coordinator's forms about a course: move it, confirm it as given, say that it was not after all, cancel it."""

from datetime import date, timedelta

from bot.course_facts import (
    DAYS,
    DOSE,
    USUAL_DOSES,
    CourseFacts,
    back_to_patient,
    dose_in_words,
    load_course,
    near,
    read_date,
    reminders,
    told,
)
from bot.dialogues.calendar import Days
from bot.dialogues.form import Form, Question, Values
from bot.filling import Filling, Procedure
from bot.replies import Button, Screen
from bot.team_done import undo_button
from bot.texts import Html, Texts, texts_in
from jobs import outlook, schedule
from storage import courses
from storage.models import CourseStatus

USUAL_SHIFTS = (-7, -1, 1, 7)
AS_PLANNED = "as planned"


def _course_version(facts: CourseFacts) -> int:
    return facts.the_course.revision


def _shift_choices(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    planned = facts.the_course.planned_start
    days = [(shift, planned + timedelta(days=shift)) for shift in USUAL_SHIFTS]
    return [
        (texts.plural("move_course.later" if shift > 0 else "move_course.earlier", abs(shift)), day.isoformat())
        for shift, day in days
        if day >= facts.today
    ]


def _check_move(facts: CourseFacts, values: Values) -> None:
    start = date.fromisoformat(values["start"])
    schedule.check_move(facts.filling.session, facts.patient, facts.the_course, start, facts.today)


def _told_of_move(facts: CourseFacts, new: date, texts: Texts) -> Html:
    return told(facts, texts, "told.as_known" if facts.the_course.told_start == new else "told.yes")


def _preview_move(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    course, new = facts.the_course, date.fromisoformat(values["start"])
    return texts(
        "move_course.preview",
        pseudonym=facts.patient.pseudonym,
        old=course.planned_start,
        new=new,
        near=near(facts, texts, [(new, new + timedelta(days=course.planned_days - 1))]),
        told=_told_of_move(facts, new, texts),
        reminders=reminders(facts, texts, [new]),
    )


def _apply_move(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts, course, new = texts_in(filling.someone.chat.language), facts.the_course, date.fromisoformat(values["start"])
    old, hears = course.planned_start, _told_of_move(facts, new, texts)
    schedule.move_course(filling.session, facts.actor, facts.patient, course, new, facts.now)
    done = texts("move_course.done", pseudonym=facts.patient.pseudonym, old=old, new=new, told=hears)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


def _check_given(facts: CourseFacts, values: Values) -> None:
    start = date.fromisoformat(values["start"])
    days, dose = values.get("days", 1), values.get("dose", USUAL_DOSES[0])
    schedule.check_given(facts.filling.session, facts.patient, facts.the_course, start, days, dose, facts.today)


def _load_to_give(filling: Filling) -> CourseFacts:
    facts = load_course(filling)
    schedule.check_may_be_given(facts.the_course, facts.today)
    return facts


def _days_it_may_have_been_given(facts: CourseFacts) -> Days:
    planned = facts.the_course.planned_start
    marked = outlook.days_with_a_course(facts.known)
    return Days(planned - schedule.FARTHEST_BACK, planned, last=facts.today, marked=marked)


def _planned(facts: CourseFacts) -> Values:
    """What the form is to note when all was as planned."""
    course = facts.the_course
    start, days, dose = course.planned_start.isoformat(), course.planned_days, course.grams_per_kg_per_day
    return {"start": start, "days": days, "dose": dose}


def _ask_given(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    return texts("give_course.question", **_in_words(texts, facts, _planned(facts)))


def _as_planned(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    if courses.last_day(facts.the_course) > facts.today:
        return []
    shown = {**_in_words(texts, facts, _planned(facts)), "dose": facts.the_course.grams_per_kg_per_day}
    return [(texts("give_course.as_planned", **shown), AS_PLANNED)]


def _read_given(value: str, facts: CourseFacts, values: Values) -> str:
    return facts.the_course.planned_start.isoformat() if value == AS_PLANNED else read_date(value, facts, values)


def _in_words(texts: Texts, facts: CourseFacts, values: Values) -> dict[str, object]:
    return {
        "pseudonym": facts.patient.pseudonym,
        "date": date.fromisoformat(values["start"]),
        "days": texts.plural("days", values["days"]),
        "dose": dose_in_words(values["days"], values["dose"], texts),
    }


def _preview_given(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    return texts("give_course.preview", **_in_words(texts, facts, values))


def _apply_given(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    start, course = date.fromisoformat(values["start"]), facts.the_course
    days, dose = values["days"], values["dose"]
    schedule.mark_given(filling.session, facts.actor, facts.patient, course, start, days, dose, facts.now)
    texts = texts_in(filling.someone.chat.language)
    undo = Button(texts("reopen_course.button"), f"o:reopen_course:{course.id}")
    return back_to_patient(facts, texts("give_course.done", **_in_words(texts, facts, values)), texts, undo)


def _load_given(filling: Filling) -> CourseFacts:
    facts = load_course(filling, CourseStatus.GIVEN)
    schedule.check_reopen(filling.session, facts.patient, facts.the_course, facts.now)
    return facts


def _preview_reopen(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    course = facts.the_course
    given, planned = courses.first_day(course), course.planned_start
    return texts("reopen_course.preview", pseudonym=facts.patient.pseudonym, given=given, planned=planned)


def _apply_reopen(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    schedule.reopen_course(filling.session, facts.actor, facts.patient, facts.the_course, facts.now)
    texts = texts_in(filling.someone.chat.language)
    planned = facts.the_course.planned_start
    return back_to_patient(
        facts, texts("reopen_course.done", pseudonym=facts.patient.pseudonym, planned=planned), texts
    )


def _told_of_cancelling(facts: CourseFacts, texts: Texts) -> Html:
    course = facts.the_course
    if courses.last_day(course) < facts.today:
        return texts("told.over")
    is_news = schedule.is_cancelling_news(facts.filling.session, facts.patient, course, facts.now)
    return told(facts, texts, "told.yes" if is_news else "told.unheard")


def _preview_cancel(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    name, hears = facts.patient.pseudonym, _told_of_cancelling(facts, texts)
    return texts("cancel_course.preview", pseudonym=name, date=facts.the_course.planned_start, told=hears)


def _apply_cancel(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    texts = texts_in(filling.someone.chat.language)
    name, hears = facts.patient.pseudonym, _told_of_cancelling(facts, texts)
    schedule.cancel_course(filling.session, facts.actor, facts.patient, facts.the_course, facts.now)
    done = texts("cancel_course.done", pseudonym=name, date=facts.the_course.planned_start, told=hears)
    return back_to_patient(facts, done, texts)


MOVE_TO = Question(
    "start",
    lambda texts, facts, _: texts(
        "move_course.question", pseudonym=facts.patient.pseudonym, date=facts.the_course.planned_start
    ),
    read_date,
    _shift_choices,
    width=2,
    calendar=lambda facts, _: Days(
        facts.today,
        max(facts.today, facts.the_course.planned_start),
        marked=outlook.days_with_a_course(facts.known),
    ),
)
GIVEN_ON = Question(
    "start",
    _ask_given,
    _read_given,
    _as_planned,
    width=1,
    calendar=lambda facts, _: _days_it_may_have_been_given(facts),
    also=lambda value, facts: _planned(facts) if value == AS_PLANNED else {},
)

PROCEDURES = (
    Procedure(Form("move_course", (MOVE_TO,), _preview_move, _check_move), load_course, _apply_move, _course_version),
    Procedure(
        Form("give_course", (GIVEN_ON, DAYS, DOSE), _preview_given, _check_given),
        _load_to_give,
        _apply_given,
        _course_version,
    ),
    Procedure(Form("reopen_course", (), _preview_reopen), _load_given, _apply_reopen, _course_version),
    Procedure(Form("cancel_course", (), _preview_cancel), load_course, _apply_cancel, _course_version),
)
