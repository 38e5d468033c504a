"""The coordinator's forms about a course: confirm it as given, say that it was not after all, cancel it."""

from datetime import date

from bot.courses.course_facts import (
    DAYS,
    DOSE,
    SURE,
    UNSAID,
    USUAL_DOSES,
    CourseFacts,
    back_to_patient,
    dose_in_words,
    load_course,
    load_course_to_note,
    read_date,
    reason_words,
    shortfall_words,
    told,
)
from bot.dialogues.calendar import Days
from bot.dialogues.form import Form, Question, Values
from bot.filling import Filling, Procedure
from bot.replies import Button, Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts, plain
from jobs import as_given, outlook, schedule, shifting, shortfall
from jobs.refusals import Refusal
from jobs.shortfall import Amount
from storage import courses, patients
from storage.models import CancelReason, Course, CourseStatus

AS_PLANNED = "as planned"
# A mistake is not cancelled but undone.
REASONS = (*(reason.value for reason in CancelReason if reason is not CancelReason.MISTAKE), UNSAID)


def _course_version(facts: CourseFacts) -> int:
    return facts.the_course.revision


def _check_given(facts: CourseFacts, values: Values) -> None:
    start = date.fromisoformat(values["start"])
    days, dose = values.get("days", 1), values.get("dose", USUAL_DOSES[0])
    schedule.check_given(facts.filling.session, facts.patient, facts.the_course, start, days, dose, facts.now)


def _load_to_give(filling: Filling) -> CourseFacts:
    facts = load_course_to_note(filling)
    schedule.check_may_be_given(facts.patient, facts.the_course, facts.now)
    return facts


def _days_it_may_have_been_given(facts: CourseFacts) -> Days:
    planned = facts.the_course.planned_start
    marked = outlook.days_with_a_course(facts.known)
    return Days(planned - schedule.FARTHEST_BACK, planned, last=facts.latest_given, marked=marked)


def _planned(facts: CourseFacts) -> Values:
    """What the form is to note when all was as planned."""
    course = facts.the_course
    start, days, dose = course.planned_start.isoformat(), course.planned_days, course.grams_per_kg_per_day
    return {"start": start, "days": days, "dose": dose}


def _ask_given(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    return texts("give_course.question", **_in_words(texts, facts, _planned(facts)))


def _as_planned(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    if courses.last_day(facts.the_course) > facts.latest_given:
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
    less = _less_than_planned(texts, facts.the_course, values)
    return texts("give_course.preview", **_in_words(texts, facts, values), less=less)


def _less_than_planned(texts: Texts, course: Course, values: Values) -> Html:
    """What it would be called, before it is noted."""
    planned = Amount(course.planned_days, course.grams_per_kg_per_day)
    return shortfall_words(shortfall.of(planned, Amount(values["days"], values["dose"])), texts)


def _apply_given(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    start, course = date.fromisoformat(values["start"]), facts.the_course
    days, dose = values["days"], values["dose"]
    schedule.mark_given(filling.session, filling.actor, facts.patient, course, start, days, dose, facts.now)
    texts = filling.texts
    more = [Button(texts("reopen_course.button"), f"o:reopen_course:{course.id}")]
    moves = shifting.after_given(facts.known, course)
    if moves and facts.patient.status not in patients.LEFT:
        shift = texts.plural("days", abs(shifting.days_moved(moves)))
        more.append(Button(texts.plural("shift_later.button", len(moves), days=shift), f"o:shift_later:{course.id}"))
    said, part = texts("give_course.done", **_in_words(texts, facts, values)), as_given.in_part(course)
    return back_to_patient(facts, Html(f"{said}{shortfall_words(part, texts)}"), texts, *more)


def _load_given(filling: Filling) -> CourseFacts:
    facts = load_course_to_note(filling, CourseStatus.GIVEN)
    schedule.check_reopen(filling.session, facts.patient, facts.the_course, facts.now)
    return facts


def _preview_reopen(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    course = facts.the_course
    given, planned = courses.first_day(course), course.planned_start
    return texts("reopen_course.preview", pseudonym=facts.patient.pseudonym, given=given, planned=planned)


def _apply_reopen(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    schedule.reopen_course(filling.session, filling.actor, facts.patient, facts.the_course, facts.now)
    texts = filling.texts
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


def _read_reason(value: str, *_: object) -> str:
    """Nothing is typed here: what somebody would write about a patient is not wanted."""
    if value not in REASONS:
        raise Refusal("refusal.press_a_button")
    return value


def _begun(words: str) -> str:
    """As a button begins."""
    return words[:1].upper() + words[1:]


def _preview_cancel(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    return texts("cancel_course.preview", **_cancelling(texts, facts, values))


def _cancelling(texts: Texts, facts: CourseFacts, values: Values) -> dict[str, object]:
    return {
        "pseudonym": facts.patient.pseudonym,
        "date": facts.the_course.planned_start,
        "reason": reason_words(values["because"], texts),
        "told": _told_of_cancelling(facts, texts),
    }


def _apply_cancel(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts, session = filling.texts, filling.session
    done = texts("cancel_course.done", **_cancelling(texts, facts, values))
    because = None if values["because"] == UNSAID else CancelReason(values["because"])
    schedule.cancel_course(session, filling.actor, facts.patient, facts.the_course, facts.now, because)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


BECAUSE = Question(
    "because",
    lambda texts, facts, _: texts(
        "cancel_course.question", pseudonym=facts.patient.pseudonym, date=facts.the_course.planned_start
    ),
    _read_reason,
    lambda texts, *_: [(_begun(plain(reason_words(code, texts))), code) for code in REASONS],
    width=2,
    typed=False,
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
    Procedure(
        Form("give_course", (GIVEN_ON, DAYS, DOSE, SURE), _preview_given, _check_given),
        _load_to_give,
        _apply_given,
        _course_version,
    ),
    Procedure(Form("reopen_course", (), _preview_reopen), _load_given, _apply_reopen, _course_version),
    Procedure(Form("cancel_course", (BECAUSE,), _preview_cancel), load_course, _apply_cancel, _course_version),
)
