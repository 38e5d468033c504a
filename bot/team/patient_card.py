"""A patient's card: where things stand, and what a coordinator can do about it."""

from collections.abc import Container, Mapping
from datetime import date, datetime

from sqlmodel import Session

from bot.courses.course_facts import shortfall_words
from bot.measuring.measurement_commands import entering
from bot.replies import Button, Keyboard, Screen, page_of, rows_of
from bot.team import asking_forms, schedule_forms
from bot.team.patient_words import who_is
from bot.texts import Html, Texts, texts_in
from jobs import as_given, infusion_reminder, outlook, schedule, standing
from jobs.roster import Standing
from storage import attendance, courses, patients
from storage.chats import Someone
from storage.models import Course, CourseStatus, Patient, PatientStatus, Team

COURSES_A_PAGE = 6
# The forms about a patient, in the order in which the card and the desk offer them.
PLANNING = ("plan_course", "plan_series", "name_regimen")
SETTINGS = ("label", "prompt_time", "time_zone", "days_off", "follow_up", "leads", "patient_items")


def state_of(of: Standing, texts: Texts) -> Html:
    """`active`, `silent since Mon 2 Aug 1999`."""
    if not of.is_reachable:
        return texts("state.unreachable")
    if of.status == PatientStatus.PAUSED and of.paused_until:
        return texts("state.paused_until", date=of.paused_until)
    if of.silent_since is not None:
        return texts("state.silent_since", date=of.silent_since)
    if of.status == PatientStatus.ACTIVE and not of.has_chat:
        return texts("state.imported")
    return texts(f"state.{of.status}")


def last_answer(of: Standing, texts: Texts) -> Html:
    """First of all, that an alert is still to be seen."""
    last = texts("roster.last", date=of.last_answer) if of.last_answer else texts("roster.never")
    return Html(f"{texts('roster.alert')}\n{last}") if of.has_unseen_alert else last


def card(
    session: Session, patient: Patient, someone: Someone, now: datetime, page: int = 0, back: str = "ro:"
) -> Screen:
    """`page`: of the planned courses. `back`: the data of the button that leads to the roster.

    Refusal where the patient's time zone cannot be read.
    """
    standing.check_zone(patient)
    texts, team = texts_in(someone.chat.language), someone.the_team
    (of,) = standing.standings(session, team, [patient], now)
    known = courses.courses_of(session, team.id, patient.id)
    open_ = [course for course in known if not schedule.is_dropped(patient, course, now)]
    planned = [*outlook.unconfirmed(open_, of.today), *outlook.coming(open_, of.today)]
    text = texts(
        "card",
        who=who_is(patient.pseudonym, patient.label, texts),
        state=state_of(of, texts),
        last=last_answer(of, texts),
        asked=_asked_in_words(session, team, patient, texts),
        given=_given_so_far([course for course in known if course.status is CourseStatus.GIVEN], texts),
        courses=_planned_in_words(planned, patient, texts),
    )
    lately = schedule.given_lately(session, patient, now)
    given = [course for course in known if "reopen_course" in forms_of(course, patient, lately, now)]
    said = attendance.said_of_all(session, team.id, planned)
    rows = (*_courses(planned, patient, page, of.today, said, texts), *((_given(course, texts),) for course in given))
    return Screen(text, (*rows, *_ways_on(patient, back, texts)))


def _asked_in_words(session: Session, team: Team, patient: Patient, texts: Texts) -> Html:
    """When the bot writes; of one to whom it does not any more, nothing."""
    if patient.status in patients.LEFT:
        return Html("")
    leads = infusion_reminder.leads_of(session, patient)
    return texts(
        "card.asked",
        time=patient.prompt_time,
        zone=patient.time_zone,
        more=_exceptions(patient, texts),
        leads=schedule_forms.leads_in_words(leads, texts),
        reminder_time=team.reminder_time,
    )


def _planned_in_words(planned: list[Course], patient: Patient, texts: Texts) -> Html:
    if not planned:
        return texts("card.no_courses")
    return Html("\n\n".join([texts("card.courses"), *stopped_in_words(patient, texts)]))


def stopped_in_words(patient: Patient, texts: Texts) -> tuple[Html, ...]:
    """Beside the courses of one who has stopped: that only the clinic tells them of these. Nothing of anybody else."""
    return (texts("course.stopped", pseudonym=patient.pseudonym),) if patients.has_stopped(patient) else ()


def _given_so_far(given: list[Course], texts: Texts) -> Html:
    """How many, and how the last one was given beside what was planned."""
    many = texts.plural("card.given", len(given))
    if not given:
        return many
    last = given[-1]
    said = texts(
        "card.last_given",
        date=courses.first_day(last),
        planned=last.planned_start,
        days=texts.plural("days", (courses.last_day(last) - courses.first_day(last)).days + 1),
        dose=last.grams_per_kg_per_day,
        part=shortfall_words(as_given.in_part(last), texts),
    )
    return Html(f"{many}{said}")


def _exceptions(patient: Patient, texts: Texts) -> Html:
    """What is otherwise than with most: days off, and that nobody asks once more."""
    off = asking_forms.days_in_words(patient.days_off, texts)
    lines = [texts("card.days_off", days=off)] if patient.days_off else []
    lines += [] if patient.follow_up else [texts("card.no_follow_up")]
    return Html("".join(f"\n{line}" for line in lines))


def _courses(
    planned: list[Course], patient: Patient, number: int, today: date, said: Mapping[int, bool], texts: Texts
) -> Keyboard:
    """A page of the planned courses: those to be confirmed with their question, the others two a row."""
    page = page_of(planned, COURSES_A_PAGE, number)
    open_, coming = outlook.unconfirmed(page.shown, today), outlook.coming(page.shown, today)
    rows = [(_course(course, "card.button.unconfirmed", texts),) for course in open_]
    later = texts("card.button.later", count=page.after)
    turning = page.turning(texts("card.button.earlier"), later, lambda other: f"cs:{other}:{patient.id}")
    two_a_row = rows_of([_course(course, _key(said.get(course.id)), texts) for course in coming], 2)
    return (*rows, *two_a_row, *turning)


def _key(said: bool | None) -> str:
    """What the patient has said of it is seen on the button."""
    if said is None:
        return "card.button.course"
    return "card.button.course_accepted" if said else "card.button.course_declined"


def _course(course: Course, key: str, texts: Texts) -> Button:
    return Button(texts(key, date=course.planned_start), f"co:{course.id}")


def _given(course: Course, texts: Texts) -> Button:
    return Button(texts("card.button.given", date=courses.first_day(course)), f"o:reopen_course:{course.id}")


def forms_of(course: Course, patient: Patient, lately: Container[int], now: datetime) -> tuple[str, ...]:
    """What a coordinator may do with a course. `lately`: by id, those of which it can be said that they were not given.

    Of whoever has stopped, what was given until then is still noted, and what is to come changed.
    """
    if course.status is not CourseStatus.PLANNED:
        return ("reopen_course",) if course.status is CourseStatus.GIVEN and course.id in lately else ()
    given = ("give_course",) if course.planned_start <= schedule.latest_given(patient, now) else ()
    return ("move_course", *given, "cancel_course") if schedule.can_be_changed(patient, course, now) else given


def inviting(patient: Patient, texts: Texts) -> tuple[Button, ...]:
    """A new invitation for whoever has no chat yet; that of whoever never joined can be withdrawn."""
    again = (Button(texts("card.button.invite_again"), f"ia:{patient.id}"),) if patient.chat_id is None else ()
    drop = (opening("drop_invitation", patient.id, texts),) if patient.status is PatientStatus.INVITED else ()
    return (*again, *drop)


def _ways_on(patient: Patient, back: str, texts: Texts) -> Keyboard:
    to_roster = (Button(texts("card.button.roster"), back),)
    if patient.status in patients.LEFT:
        return (to_roster,)
    listed = Button(texts("measure.button.entered"), f"me:below:{patient.id}")
    return (
        *rows_of([opening(form, patient.id, texts) for form in (*PLANNING, *SETTINGS)], 2),
        entering(patient, texts),
        (listed, Button(texts("card.button.history"), f"hi:{patient.id}")),
        *((button,) for button in inviting(patient, texts)),
        to_roster,
    )


def opening(form: str, subject: int | None, texts: Texts) -> Button:
    """The button that opens a form about a patient or a course."""
    return Button(texts(f"{form}.button"), f"o:{form}:{subject}")
