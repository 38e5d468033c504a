"""A patient's infusions: what is planned, whether they come, and the dates for their calendar."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.greetings import telephone
from bot.patient import leaving
from bot.replies import Button, CloseButtons, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Html, Texts, plain, texts_in
from jobs import attending, due, outlook
from jobs.calendar_file import CalendarEntry, calendar_file
from jobs.team_settings import language_read
from storage import attendance, courses, patients
from storage.chats import Someone
from storage.models import Course, CourseStatus, Patient, Team

# in:r:12:20260320:yes from a reminder, in:l:… from the list, in:m:… from any other message; in:file, in:list
_DATA = re.compile(r"in:([rlm]):(\d{1,9}):(\d{4})(\d{2})(\d{2}):(yes|no|cannot|open)", re.ASCII)
REMINDER, LIST, OTHER = "r", "l", "m"
FILE, ALL = "in:file", "in:list"
# Of a long series, as many as have room on one screen.
MOST_SHOWN = 5
# Until then the clinic may not read in time that somebody does not come.
SOON = timedelta(days=2)


def infusions(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/infusions`: what is planned, soonest first. From now on the patient has heard of it."""
    shown, note_told = _list(session, someone, incoming.now)
    return [Say(shown, lambda session, _: note_told(session))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below a reminder, below the list, or below a message about changed dates."""
    texts = texts_in(someone.chat.language)
    if someone.the_patient.status not in patients.LIVING:
        return [Toast(""), Say(leaving.ended(someone, texts))]
    if incoming.data == FILE:
        return [Toast(""), Say(_file(session, someone, incoming.now, texts))]
    if incoming.data == ALL:
        shown, note_told = _list(session, someone, incoming.now)
        return [Toast(""), Rewrite(incoming.message_id, shown, lambda session, _: note_told(session))]
    found = _DATA.fullmatch(incoming.data)
    start = _date(found[3], found[4], found[5]) if found else None
    if found is None or start is None:
        return [Toast(texts("form.old_button"))]
    place, number, action = found[1], int(found[2]), found[6]
    course = attending.course_on(session, someone.the_patient, number, start, incoming.now)
    toast = Toast("")
    if not incoming.repeated and action in {"yes", "cannot"}:
        told = attending.say(session, someone.the_patient, course, incoming.now, is_coming=action == "yes")
        if told and action == "yes":
            toast = Toast(plain(texts("infusions.told_yes", team=someone.the_team.name)))
    shown = _about(session, someone, course, place, action, incoming.now)
    if place == OTHER:
        # What it says of the old dates stays to be read.
        return [toast, CloseButtons(incoming.message_id), Say(shown)]
    return [toast, Rewrite(incoming.message_id, shown)]


def reminder(
    session: Session,
    patient: Patient,
    team: Team,
    course: Course,
    texts: Texts,
    now: datetime,
    *,
    doubtful: bool = False,
) -> Screen | None:
    """The reminder of a course as it reads today; None for one that has begun."""
    days = (course.planned_start - due.local_date(patient.time_zone, now)).days
    if days < 0:
        return None
    return reminder_screen(team, course, days, attendance.said_of(session, course), texts, doubtful=doubtful)


def reminder_screen(
    team: Team, course: Course, days: int, said: bool | None, texts: Texts, *, doubtful: bool = False
) -> Screen:
    """`days` until it begins; `said`: whether the patient comes, None for nothing."""
    phone = telephone(team, texts)
    keyboard = (*_choice(course, REMINDER, said, texts), _file_button(texts))
    again = Html(texts("reminder.again") + "\n\n") if doubtful else Html("")
    when = texts("reminder.today") if days == 0 else texts.plural("reminder.in_days", days)
    if said is False:
        return Screen(
            texts("reminder.declined", again=again, when=when, date=course.planned_start, phone=phone), keyboard
        )
    text = texts.plural(
        "reminder",
        course.planned_days,
        again=again,
        when=when,
        date=course.planned_start,
        instructions=instructions(team, texts),
        phone=phone,
    )
    return Screen(_with(text, _said(said, texts)), keyboard)


def changed_keyboard(told: list[Course], texts: Texts) -> Keyboard:
    """Below a message about changed dates: whether they come, or the list where several changed; and the file."""
    planned = [course for course in told if course.status is CourseStatus.PLANNED]
    rows = _choice(planned[0], OTHER, None, texts) if len(planned) == 1 else ()
    all_of_them = () if len(planned) <= 1 else ((Button(texts("infusions.button.list"), ALL),),)
    return (*rows, *all_of_them, _file_button(texts))


def instructions(team: Team, texts: Texts) -> Html:
    """The team's own words, in the reader's language or the first that there is; with a line before."""
    read = language_read(team.instructions, texts.language)
    return Html("\n\n" + texts.show(team.instructions[read])) if read is not None else Html("")


def _list(session: Session, someone: Someone, now: datetime) -> tuple[Screen, Callable[[Session], None]]:
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    known = courses.courses_of(session, patient.team_id, patient.id)
    coming = outlook.coming(known, due.local_date(patient.time_zone, now))
    if not coming:
        return Screen(texts("infusions.none")), outlook.told([])
    said = attendance.said_of_all(session, patient.team_id, coming)
    lines = [_line(course, said.get(course.id), texts) for course in coming]
    if patient.status not in patients.LIVING:
        # The dates go on at the clinic. They are looked at here, and settled there.
        phone = telephone(someone.team, texts)
        ended = Screen(
            texts("infusions.list_ended", lines=Html("\n".join(lines)), phone=phone), leaving.ways_back(texts)
        )
        return ended, outlook.told(coming)
    first, *others = coming[:MOST_SHOWN]
    opened = tuple(
        (Button(texts("infusions.button.date", date=each.planned_start), _data(each, LIST, "open")),) for each in others
    )
    keyboard = (*_choice(first, LIST, said.get(first.id), texts), *opened, _file_button(texts))
    return Screen(texts("infusions.list", lines=Html("\n".join(lines))), keyboard), outlook.told(coming)


def _line(course: Course, said: bool | None, texts: Texts) -> Html:
    line = texts.plural("infusions.line", course.planned_days, date=course.planned_start)
    return line if said is None else texts("infusions.line_said", line=line, said=_said(said, texts))


def _said(said: bool | None, texts: Texts) -> Html:
    if said is None:
        return Html("")
    return texts("infusions.said_yes" if said else "infusions.said_no")


def _with(text: Html, said: Html) -> Html:
    return Html(f"{text}\n\n<b>{said[:1].upper()}{said[1:]}.</b>") if said else text


def _about(session: Session, someone: Someone, course: Course, place: str, action: str, now: datetime) -> Screen:
    """The message after a press: that question once more, or where things stand."""
    patient, team, texts = someone.the_patient, someone.the_team, texts_in(someone.chat.language)
    said = attendance.said_of(session, course)
    if action == "no" and said is not False:
        cannot = Button(texts("infusions.button.cannot"), _data(course, place, "cannot"))
        back = Button(texts("check_in.button.back"), _data(course, place, "open"))
        return Screen(texts("infusions.ask_no", date=course.planned_start, team=team.name), ((cannot,), (back,)))
    if action == "cannot":
        is_soon = course.planned_start - due.local_date(patient.time_zone, now) <= SOON
        told = "infusions.told_no_soon" if is_soon else "infusions.told_no"
        key = told if attending.can_be_told(session, team) else "infusions.told_nobody"
        text = texts(key, date=course.planned_start, team=team.name, phone=telephone(team, texts))
        return Screen(text, (*_choice(course, place, False, texts), _file_button(texts)))
    shown = reminder(session, patient, team, course, texts, now) if place == REMINDER else None
    if shown is not None:
        return shown
    line = texts.plural("infusions.about", course.planned_days, date=course.planned_start)
    to_all = (Button(texts("infusions.button.list"), ALL),)
    return Screen(_with(line, _said(said, texts)), (*_choice(course, LIST, said, texts), to_all))


def _choice(course: Course, place: str, said: bool | None, texts: Texts) -> Keyboard:
    """What has not been said already."""
    yes = Button(texts("infusions.button.yes", date=course.planned_start), _data(course, place, "yes"))
    no = Button(texts("infusions.button.no", date=course.planned_start), _data(course, place, "no"))
    return tuple((button,) for button, is_said in ((yes, said is True), (no, said is False)) if not is_said)


def _data(course: Course, place: str, action: str) -> str:
    """It bears the day: after a move it is old."""
    return f"in:{place}:{course.id}:{course.planned_start:%Y%m%d}:{action}"


def _file_button(texts: Texts) -> tuple[Button, ...]:
    return (Button(texts("infusions.button.file"), FILE),)


def _file(session: Session, someone: Someone, now: datetime, texts: Texts) -> Screen:
    """All that is to come, and what was cancelled: opened, it puts a calendar right."""
    patient = someone.the_patient
    today = due.local_date(patient.time_zone, now)
    known = [
        course
        for course in courses.all_courses_of(session, patient.team_id, patient.id)
        if course.status is not CourseStatus.GIVEN and courses.last_day(course) >= today
    ]
    if not known:
        return Screen(texts("infusions.none"))
    entries = [
        CalendarEntry(
            course.id,
            course.created_at,
            course.planned_start,
            course.planned_days,
            course.revision,
            course.status is CourseStatus.CANCELLED,
        )
        for course in known
    ]
    made = calendar_file(
        entries, now, summary=texts("calendar_file.summary"), description=texts("calendar_file.description")
    )
    return Screen(texts("calendar_file.caption"), document=("appointments.ics", made))


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
