"""The coordinator's forms that plan one course or a series."""

from datetime import date, timedelta

from bot.courses.course_facts import (
    DAYS,
    DOSE,
    SURE,
    USUAL_DOSES,
    CourseFacts,
    back_to_patient,
    dose_in_words,
    load_patient,
    near,
    read_count,
    read_date,
    reminders,
    so_far,
    told,
)
from bot.courses.crowding import crowded, days_to_begin_on
from bot.dialogues import typed_plans
from bot.dialogues.form import Form, Question, Values
from bot.filling import Filling, Procedure
from bot.replies import Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts
from jobs import schedule
from jobs.refusals import Refusal
from jobs.schedule import CoursePlan

USUAL_WEEKS = (2, 3, 4, 6, 8)
USUAL_TIMES = (3, 6, 9, 12)
MOST_WEEKS = 26
MOST_DAYS = 7 * MOST_WEEKS


def _plans_of(values: Values) -> list[CoursePlan]:
    first = CoursePlan(date.fromisoformat(values["start"]), values["days"], values["dose"])
    return schedule.series(first, values.get("every", 1), values.get("times", 1))


def _check_plan(facts: CourseFacts, values: Values) -> None:
    """As soon as an answer makes the plan impossible, not only at the end."""
    complete = {"days": 1, "dose": USUAL_DOSES[0], **values}
    if "start" not in values or ("times" in values and "every" not in values):
        return
    schedule.check_plans(facts.filling.session, facts.patient, _plans_of(complete), facts.today)


def _preview_plan(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    plans = _plans_of(values)
    dates = Html("\n".join(texts("plan.line", date=plan.start) for plan in plans))
    spans = [(plan.start, plan.start + timedelta(days=plan.days - 1)) for plan in plans]
    return texts.plural(
        "plan.preview",
        len(plans),
        pseudonym=facts.patient.pseudonym,
        dates=dates,
        days=texts.plural("days", values["days"]),
        dose=dose_in_words(values["days"], values["dose"], texts),
        told=told(facts, texts),
        near=Html(near(facts, texts, spans) + crowded(facts, texts, spans)),
        reminders=reminders(facts, texts, [plan.start for plan in plans]),
    )


def _apply_plan(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    patient, plans = facts.patient, _plans_of(values)
    made = schedule.plan_courses(filling.session, filling.actor, patient, plans, facts.now, announced=True)
    texts = filling.texts
    first, hears = made[0].planned_start, told(facts, texts)
    done = texts.plural("plan.done", len(made), pseudonym=patient.pseudonym, date=first, told=hears)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


def _start(key: str) -> Question:
    """On which day it begins: asked in the words of `key`."""
    return Question(
        "start",
        lambda texts, facts, _: texts(key, pseudonym=facts.patient.pseudonym),
        read_date,
        calendar=lambda facts, _: days_to_begin_on(facts, facts.today),
    )


def _read_every(value: str, facts: CourseFacts, _values: Values) -> int:
    """In days; a number alone is of weeks."""
    days = typed_plans.read_interval(value, facts.filling.someone.chat.language)
    if days is None or not 1 <= days <= MOST_DAYS:
        raise Refusal("refusal.series_every", most=MOST_WEEKS, days=MOST_DAYS)
    return days


EVERY = Question(
    "every",
    lambda texts, facts, values: texts("plan.every", so_far=so_far(texts, facts, values)),
    _read_every,
    lambda texts, *_: [(texts.plural("plan.every_button", weeks), str(weeks)) for weeks in USUAL_WEEKS],
    width=2,
)
TIMES = Question(
    "times",
    lambda texts, facts, values: texts("plan.times", so_far=so_far(texts, facts, values)),
    lambda value, *_: read_count(value, schedule.check_times),
    lambda texts, *_: [(str(times), str(times)) for times in USUAL_TIMES],
)
ONE = (_start("plan.start"), DAYS, DOSE, SURE)
SERIES = (_start("plan.first_start"), DAYS, DOSE, SURE, EVERY, TIMES)

PROCEDURES = (
    Procedure(Form("plan_course", ONE, _preview_plan, _check_plan), load_patient, _apply_plan),
    Procedure(Form("plan_series", SERIES, _preview_plan, _check_plan), load_patient, _apply_plan),
)
