"""Was it given? One message about all courses that are over and open; two taps for each, and two for all of them.

What was answered by a tap is taken back by one, below the list.
"""

import re
import zlib
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session

from bot.courses import course_forms, moving_forms
from bot.filling import Filling, begin
from bot.replies import Button, Incoming, Keyboard, Page, Reply, Rewrite, Screen, Toast, page_of, rows_of
from bot.texts import Html, Texts, texts_in
from jobs import as_given, holding, schedule, taking_back
from jobs.refusals import Refusal
from storage import attendance, audit, courses, withdrawing
from storage.chats import Someone
from storage.models import Course, CourseStatus, Patient

PAGE = 10
LIST, COURSE, AS_PLANNED, ALL, ALL_REALLY, UNDO = "l", "c", "p", "a", "y", "u"
# What is answered in a form of its own, below: by what the button says.
FORMS = {
    "o": "give_course",
    "m": "move_course",
    "n": "cancel_course",
    "r": "reopen_course",
}
PROCEDURES = {procedure.form.name: procedure for procedure in (*course_forms.PROCEDURES, *moving_forms.PROCEDURES)}
_DATA = re.compile(r"wg:(\d{4}-\d{2}-\d{2}):([a-z]):([0-9]{1,9})(?::([0-9]{1,9}):([0-9]{1,9}))?")
Asked = list[tuple[Course, Patient]]
# The first entry and the last of what was answered last in this message: it goes along with each of its buttons.
Undo = tuple[int, int]


@dataclass(frozen=True)
class Pressed:
    """A button of ours: of the message of this `day`; `number`: a page, a course, or a sign of which are meant."""

    day: date
    what: str
    number: int
    undo: Undo | None = None


def screen(
    session: Session, team_id: int, day: date, texts: Texts, number: int = 0, undo: Undo | None = None
) -> Screen | None:
    """The message as it stands now; None where it is about no course any more."""
    asked = courses.asked_about_on(session, team_id, day)
    return screen_of(asked, _declined(session, team_id, asked), day, texts, number, undo) if asked else None


def screen_of(
    asked: Asked, declined: set[int], day: date, texts: Texts, number: int = 0, undo: Undo | None = None
) -> Screen:
    """`declined`: the courses to which the patient had said that they cannot come."""
    page, open_ = page_of(asked, PAGE, number), _open(asked)
    lines = Html("\n".join(_line(course, patient, declined, texts) for course, patient in page.shown))
    if open_:
        text = texts.plural("confirming.asked", len(open_), lines=lines)
    else:
        text = texts("confirming.answered", lines=lines)
    return Screen(text, _keyboard(day, page, len(open_), undo, texts))


def _open(asked: Asked) -> Asked:
    return [each for each in asked if each[0].status is CourseStatus.PLANNED]


def _sign_of(open_: Asked) -> int:
    """Another one for other courses, or where one of them has changed. It fits into a button."""
    return zlib.crc32(repr([(course.id, course.revision) for course, _ in open_]).encode()) % 1_000_000_000


def _declined(session: Session, team_id: int, asked: Asked) -> set[int]:
    """The courses to which the patient had said that they cannot come."""
    said = attendance.said_of_all(session, team_id, [course for course, _ in asked])
    return {course_id for course_id, is_coming in said.items() if not is_coming}


def _line(course: Course, patient: Patient, declined: set[int], texts: Texts) -> Html:
    return texts(
        "confirming.line",
        pseudonym=patient.pseudonym,
        date=course.planned_start,
        days=texts.plural("days", course.planned_days),
        dose=courses.planned_dose(course),
        answer=_answer(course, course.id in declined, texts),
    )


def _answer(course: Course, has_declined: bool, texts: Texts) -> Html:
    if course.status is CourseStatus.PLANNED:
        return texts("confirming.declined") if has_declined else Html("")
    if course.status is CourseStatus.CANCELLED:
        return texts("confirming.not_given")
    return texts("confirming.as_planned" if as_given.is_as_planned(course) else "confirming.otherwise")


def _keyboard(day: date, page: Page[tuple[Course, Patient]], open_: int, undo: Undo | None, texts: Texts) -> Keyboard:
    labels = {True: "confirming.button.open", False: "confirming.button.answered"}
    buttons = [
        Button(
            texts(labels[course.status is CourseStatus.PLANNED], pseudonym=patient.pseudonym),
            _data(day, COURSE, course.id, undo),
        )
        for course, patient in page.shown
        if course.status is not CourseStatus.CANCELLED
    ]
    rows = rows_of(buttons, 2)
    turning = page.turning(
        texts("roster.button.earlier"), texts("roster.button.later"), lambda other: _data(day, LIST, other, undo)
    )
    everyone = (Button(texts("confirming.button.all", count=open_), _data(day, ALL, 0, undo)),)
    taken_back = (Button(texts("taking_back.button"), _data(day, UNDO, 0, undo)),)
    return (*rows, *turning, *([everyone] if open_ > 1 else []), *([taken_back] if undo is not None else []))


def _data(day: date, what: str, number: int, undo: Undo | None) -> str:
    return ":".join(["wg", day.isoformat(), what, str(number), *map(str, undo or ())])


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button under the message. Told again, it shows how things stand."""
    given = _read(incoming.data)
    asked = courses.asked_about_on(session, someone.the_team.id, given.day)
    if not asked:
        raise Refusal("refusal.gone")
    if given.what == LIST or incoming.repeated:
        return _shown(session, incoming, someone, given)
    if given.what == ALL:
        return [Toast(""), Rewrite(incoming.message_id, _ask_all(session, someone, given, asked))]
    if given.what == ALL_REALLY:
        return _all_as_planned(session, incoming, someone, given, asked)
    if given.what == UNDO:
        return _undone(session, incoming, someone, given)
    found = next(((course, patient) for course, patient in asked if course.id == given.number), None)
    if found is None:
        raise Refusal("refusal.gone")
    return _about_one(session, incoming, someone, given, *found)


def _about_one(
    session: Session, incoming: Incoming, someone: Someone, given: Pressed, course: Course, patient: Patient
) -> list[Reply]:
    if given.what == COURSE:
        texts = texts_in(someone.chat.language)
        line = _line(course, patient, _declined(session, someone.the_team.id, [(course, patient)]), texts)
        return [Toast(""), Rewrite(incoming.message_id, _choices(given, course, line, texts))]
    if given.what == AS_PLANNED:
        _give_as_planned(session, someone, [(course, patient)], incoming)
        return _answered(session, incoming, someone, given)
    filling = Filling(session, incoming, someone, {"id": course.id})
    below = begin(PROCEDURES[FORMS[given.what]], filling, in_place=False)
    return [*_shown(session, incoming, someone, given), *below]


def _read(data: str) -> Pressed:
    """Refusal for what no button of ours says."""
    match = _DATA.fullmatch(data)
    try:
        day = date.fromisoformat(match[1]) if match is not None else None
    except ValueError:
        day = None
    if match is None or day is None or match[2] not in {LIST, COURSE, AS_PLANNED, ALL, ALL_REALLY, UNDO, *FORMS}:
        raise Refusal("refusal.gone")
    undo = (int(match[4]), int(match[5])) if match[4] is not None else None
    return Pressed(day, match[2], int(match[3]), undo)


def _shown(session: Session, incoming: Incoming, someone: Someone, given: Pressed) -> list[Reply]:
    """The list, where it was pressed: the page that was asked for, or the one of the course.

    What still waits to say the same there is not sent: it would come over whatever is pressed next. What was pressed
    at the desk, the chat has still to hear.
    """
    if not incoming.pane:
        withdrawing.withdraw_rewording(session, someone.the_team.id, given.day, someone.chat.id)
    texts, team_id = texts_in(someone.chat.language), someone.the_team.id
    page = given.number if given.what == LIST else _page_of(session, team_id, given)
    shown = screen(session, team_id, given.day, texts, page, given.undo)
    if shown is None:
        raise Refusal("refusal.gone")
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def _answered(session: Session, incoming: Incoming, someone: Someone, given: Pressed) -> list[Reply]:
    """The list, with what takes back what was just answered."""
    undo = audit.made_in(session, audit.staff_actor(someone.the_staff.id))
    return _shown(session, incoming, someone, replace(given, undo=undo))


def _page_of(session: Session, team_id: int, given: Pressed) -> int:
    ids = [course.id for course, _ in courses.asked_about_on(session, team_id, given.day)]
    return ids.index(given.number) // PAGE if given.number in ids else 0


def _choices(given: Pressed, course: Course, text: Html, texts: Texts) -> Screen:
    """What can be answered; of one that was noted as given, that it was not."""
    if course.status is CourseStatus.PLANNED:
        buttons = [
            Button(texts(f"confirming.button.{name}"), _data(given.day, what, course.id, given.undo))
            for name, what in (("as_planned", AS_PLANNED), ("otherwise", "o"), ("moved", "m"), ("not_given", "n"))
        ]
        text = Html(f"{text}\n\n{texts('confirming.question')}")
    else:
        buttons = [Button(texts("reopen_course.button"), _data(given.day, "r", course.id, given.undo))]
    return Screen(text, (*rows_of(buttons, 1), (_back(given, texts),)))


def _back(given: Pressed, texts: Texts) -> Button:
    return Button(texts("confirming.button.back", day=given.day), _data(given.day, LIST, 0, given.undo))


def _undone(session: Session, incoming: Incoming, someone: Someone, given: Pressed) -> list[Reply]:
    """Open again. Refusal where it is too late, or anything of it was changed since."""
    first, last = given.undo or (0, 0)
    actor, team_id = audit.staff_actor(someone.the_staff.id), someone.the_team.id
    # The very last may have gone with a patient who had everything erased.
    made = audit.latest_of_courses(session, team_id, first, last, actor)
    if made is None or made.action != schedule.GIVEN:
        raise Refusal("refusal.gone")
    taking_back.take_back(session, actor, taking_back.to_take_back(session, team_id, made.id), first, incoming.now)
    return _shown(session, incoming, someone, Pressed(given.day, LIST, 0))


def _ask_all(session: Session, someone: Someone, given: Pressed, asked: Asked) -> Screen:
    """Once more, since it is about many; whoever had said that they cannot come is named."""
    texts, open_ = texts_in(someone.chat.language), _open(asked)
    declined = _declined(session, someone.the_team.id, open_)
    codes = Html(texts.listed([patient.pseudonym for _, patient in open_]))
    text = texts.plural("confirming.ask_all", len(open_), codes=codes)
    if declined:
        named = Html(texts.listed([patient.pseudonym for course, patient in open_ if course.id in declined]))
        text = Html(f"{text}\n\n{texts('confirming.of_whom_declined', codes=named)}")
    yes = Button(texts("form.button.confirm"), _data(given.day, ALL_REALLY, _sign_of(open_), given.undo))
    return Screen(text, ((yes,), (_back(given, texts),)))


def _all_as_planned(
    session: Session, incoming: Incoming, someone: Someone, given: Pressed, asked: Asked
) -> list[Reply]:
    """All that are still open; where these are others than were shown, it asks again."""
    open_ = _open(asked)
    if open_ and _sign_of(open_) != given.number:
        shown = _ask_all(session, someone, given, asked)
        return [Toast(""), Rewrite(incoming.message_id, shown)]
    first_page = Pressed(given.day, LIST, 0)
    if not open_:
        return _shown(session, incoming, someone, first_page)
    _give_as_planned(session, someone, open_, incoming)
    return _answered(session, incoming, someone, first_page)


def _give_as_planned(session: Session, someone: Someone, given: Asked, incoming: Incoming) -> None:
    holding.hold_patients(session, [patient for _, patient in given])
    actor = audit.staff_actor(someone.the_staff.id)
    for course, patient in given:
        start, days, dose = course.planned_start, course.planned_days, course.grams_per_kg_per_day
        schedule.mark_given(session, actor, patient, course, start, days, dose, incoming.now)
