"""The coordinator's forms that move courses: one, or with the later ones; and the later ones after a late course."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from bot.courses.course_facts import (
    CourseFacts,
    back_to_patient,
    days_in_words,
    load_course,
    near,
    no_reminders,
    read_date,
    reminders,
    told,
)
from bot.courses.crowding import crowded, days_to_begin_on
from bot.dialogues.form import Form, Question, Values
from bot.filling import Filling, Procedure
from bot.replies import Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts
from jobs import schedule, shifting
from jobs.refusals import Refusal
from jobs.shifting import Moves
from storage import courses
from storage.models import CourseStatus

USUAL_SHIFTS = (-7, -1, 1, 7)
ONLY, LATER = "only", "later"


def _moves(facts: CourseFacts, values: Values) -> Moves:
    course, start = facts.the_course, date.fromisoformat(values["start"])
    return shifting.with_later(facts.known, course, start) if values.get("later") == LATER else [(course, start)]


def _shift_choices(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    planned = facts.the_course.planned_start
    days = [(shift, planned + timedelta(days=shift)) for shift in USUAL_SHIFTS]
    return [(_by(texts, shift), day.isoformat()) for shift, day in days if day >= facts.today]


def _check(facts: CourseFacts, values: Values) -> None:
    """Before it is known whether the later ones go along, one of the two has to be possible."""
    ways = [values] if "later" in values else [{**values, "later": way} for way in (ONLY, LATER)]
    refused = [refusal for way in ways if (refusal := _refusal(facts, way)) is not None]
    if len(refused) == len(ways):
        raise refused[0]


def _refusal(facts: CourseFacts, values: Values) -> Refusal | None:
    try:
        schedule.check_moves(facts.filling.session, facts.patient, _moves(facts, values), facts.today)
    except Refusal as refusal:
        return refusal
    return None


def _later(facts: CourseFacts) -> int:
    return len(shifting.later_than(facts.known, facts.the_course))


def _ask_later(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    course, new = facts.the_course, date.fromisoformat(values["start"])
    asked = texts.plural(
        "move_course.ask_later",
        _later(facts),
        pseudonym=facts.patient.pseudonym,
        old=course.planned_start,
        new=new,
        days=_by(texts, (new - course.planned_start) // timedelta(days=1)),
    )
    refused = {way: _refusal(facts, {**values, "later": way}) for way in (ONLY, LATER)}
    why = [
        texts("move_course.cannot", way=label, why=texts(refusal.key, **refusal.arguments))
        for way, label in _labels(texts, facts).items()
        if (refusal := refused[way]) is not None
    ]
    return Html("\n\n".join([asked, *why]))


def _by(texts: Texts, shift: int) -> Html:
    """`5 days later`, `2 days earlier`."""
    return texts.plural("move_course.later" if shift > 0 else "move_course.earlier", abs(shift))


def _labels(texts: Texts, facts: CourseFacts) -> dict[str, Html]:
    return {ONLY: texts("move_course.only"), LATER: texts.plural("move_course.all_later", _later(facts))}


def _later_choices(texts: Texts, facts: CourseFacts, values: Values) -> list[tuple[str, str]]:
    """Those of the two that can be."""
    ways = _labels(texts, facts).items()
    return [(label, way) for way, label in ways if _refusal(facts, {**values, "later": way}) is None]


def _read_later(value: str, *_: object) -> str:
    if value not in {ONLY, LATER}:
        raise Refusal("refusal.press_a_button")
    return value


def _told(facts: CourseFacts, moves: Moves, texts: Texts) -> Html:
    """The patient hears once of all that is news."""
    known = all(course.told_start == start for course, start in moves)
    return told(facts, texts, "told.as_known" if known else "told.yes")


def _replaced(facts: CourseFacts, texts: Texts, moves: Moves) -> Html:
    """`2 reminders are replaced`."""
    none = no_reminders(facts, texts)
    if none is not None:
        return none
    found = shifting.reminders_replaced(facts.filling.session, facts.patient, moves, facts.now)
    if found.gone == found.new:
        return texts.plural("reminders.replaced", found.gone)
    return texts("reminders.fall_away", gone=found.gone, new=found.new)


def _spans(moves: Moves) -> Sequence[tuple[date, date]]:
    return [(start, start + timedelta(days=course.planned_days - 1)) for course, start in moves]


def _near(facts: CourseFacts, texts: Texts, moves: Moves) -> Html:
    """To a course that stays; and which days have more patients than chairs."""
    moving = {course.id for course, _ in moves}
    staying = [course for course in facts.known if course.id not in moving]
    return Html(near(replace(facts, known=staying), texts, _spans(moves)) + crowded(facts, texts, _spans(moves)))


def _later_move(texts: Texts, later: Moves) -> Html:
    """`The 3 courses after it come 5 days later too: Fri 6 Mar 2026, ...`: each with its weekday, to be looked at."""
    dates = days_in_words([start for _, start in later], texts)
    return texts.plural("move_course.later_move", len(later), days=_by(texts, shifting.days_moved(later)), dates=dates)


def _staying(texts: Texts, facts: CourseFacts, new: date) -> Html:
    """Of a course that moves alone: which planned ones it is moved past."""
    passed = shifting.passed(facts.known, facts.the_course, new)
    if not passed:
        return texts("move_course.others_stay")
    return texts.plural("move_course.passes", len(passed), first=passed[0].planned_start)


def _preview(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    moves = _moves(facts, values)
    (course, new), *later = moves
    return texts(
        "move_course.preview",
        pseudonym=facts.patient.pseudonym,
        old=course.planned_start,
        new=new,
        near=_near(facts, texts, moves),
        told=_told(facts, moves, texts),
        reminders=_replaced(facts, texts, moves) if later else reminders(facts, texts, [new]),
        others=_later_move(texts, later) if later else _staying(texts, facts, new),
    )


def _apply(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts, moves = filling.texts, _moves(facts, values)
    (course, new), *later = moves
    old, hears = course.planned_start, _told(facts, moves, texts)
    others = Html(f" {_later_move(texts, later)}") if later else Html("")
    schedule.move_courses(filling.session, filling.actor, facts.patient, moves, facts.now)
    done = texts("move_course.done", pseudonym=facts.patient.pseudonym, old=old, new=new, others=others, told=hears)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


def _load_given(filling: Filling) -> CourseFacts:
    facts = load_course(filling, CourseStatus.GIVEN)
    shifting.check_after_given(filling.session, facts.patient, facts.the_course, facts.now)
    return facts


def _shifted(texts: Texts, facts: CourseFacts, moves: Moves) -> dict[str, object]:
    course = facts.the_course
    return {
        "pseudonym": facts.patient.pseudonym,
        "planned": course.planned_start,
        "given": courses.first_day(course),
        "others": _later_move(texts, moves),
        "told": _told(facts, moves, texts),
    }


def _preview_shift(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    moves = shifting.after_given(facts.known, facts.the_course)
    said = {"crowded": crowded(facts, texts, _spans(moves)), "reminders": _replaced(facts, texts, moves)}
    return texts("shift_later.preview", **_shifted(texts, facts, moves), **said)


def _apply_shift(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    texts, moves = filling.texts, shifting.after_given(facts.known, facts.the_course)
    done = texts("shift_later.done", **_shifted(texts, facts, moves))
    schedule.move_courses(filling.session, filling.actor, facts.patient, moves, facts.now)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


MOVE_TO = Question(
    "start",
    lambda texts, facts, _: texts(
        "move_course.question", pseudonym=facts.patient.pseudonym, date=facts.the_course.planned_start
    ),
    read_date,
    _shift_choices,
    width=2,
    calendar=lambda facts, _: days_to_begin_on(facts, max(facts.today, facts.the_course.planned_start)),
)
WITH_LATER = Question(
    "later",
    _ask_later,
    _read_later,
    _later_choices,
    width=1,
    needed=lambda facts, _: _later(facts) > 0,
    typed=False,
)


def _version(facts: CourseFacts) -> list[int]:
    """Of all that it may move: nothing is moved from where somebody else has put it meanwhile."""
    return [course.revision for course in (facts.the_course, *shifting.later_than(facts.known, facts.the_course))]


PROCEDURES = (
    Procedure(Form("move_course", (MOVE_TO, WITH_LATER), _preview, _check), load_course, _apply, _version),
    Procedure(Form("shift_later", (), _preview_shift), _load_given, _apply_shift, _version),
)
