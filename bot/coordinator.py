"""What a coordinator does: the roster, a patient's card, invitations; schedules through forms."""

import re
from datetime import date, datetime

from sqlmodel import Session

from bot import course_forms, schedule_forms, team_forms
from bot.filling import Filling, Procedure, begin, go_on, is_open
from bot.invitation_link import link_to, qr_png
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, number_in
from bot.texts import Html, Texts, texts_in
from jobs import admission, due, infusion_reminder
from jobs.refusals import Refusal
from storage import audit, courses, dialogues, diary, patients
from storage.chats import Someone
from storage.models import Course, CourseStatus, Patient, PatientStatus, Staff, Team

PAGE = 8
LONGEST_SAID_BACK = 40
COURSES_A_PAGE = 6
# About a patient or a course: a button opens them. The team's own are opened by a command.
OPENED_BY_BUTTONS: dict[str, Procedure] = {
    procedure.form.name: procedure for procedure in (*course_forms.PROCEDURES, *schedule_forms.PROCEDURES)
}
PROCEDURES = {**OPENED_BY_BUTTONS, team_forms.PRICES.form.name: team_forms.PRICES}


def roster(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/roster`: everyone on the team, a button each."""
    return [Say(_roster(session, someone, incoming.now, page=0))]


def _roster(session: Session, someone: Someone, now: datetime, page: int) -> Screen:
    team, texts = someone.the_team, texts_in(someone.chat.language)
    everyone = patients.patients_of(session, team.id)
    if not everyone:
        return Screen(texts("roster.empty"))
    pages = (len(everyone) - 1) // PAGE + 1
    page = min(max(page, 0), pages - 1)
    shown = everyone[page * PAGE : (page + 1) * PAGE]
    last_answers = diary.last_answered_days(session, team.id, [patient.id for patient in shown])
    lost = patients.unreachable_patients(session, team.id)
    lines = []
    for patient in shown:
        state = _state(patient, lost, texts)
        answered, following = last_answers.get(patient.id), _next_course(session, patient, now)
        last = texts("roster.last", date=answered) if answered else texts("roster.never")
        coming = _coming(session, patient, following, now, texts)
        lines.append(texts("roster.line", pseudonym=patient.pseudonym, state=state, last=last, next=coming))
    text = texts.plural("roster.heading", len(everyone), team=team.name, lines=Html("\n\n".join(lines)))
    return Screen(text, _roster_buttons(shown, page, pages, texts))


def _roster_buttons(shown: list[Patient], page: int, pages: int, texts: Texts) -> Keyboard:
    buttons = [Button(patient.pseudonym, f"pt:{patient.id}") for patient in shown]
    rows = [tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2)]
    turning = []
    if page > 0:
        turning.append(Button(texts("roster.button.earlier"), f"ro:{page - 1}"))
    if page + 1 < pages:
        turning.append(Button(texts("roster.button.later"), f"ro:{page + 1}"))
    return (*rows, *([tuple(turning)] if turning else []))


def _state(patient: Patient, lost: set[int], texts: Texts) -> Html:
    if patient.id in lost:
        return texts("state.unreachable")
    if patient.status is PatientStatus.PAUSED and patient.paused_until:
        return texts("state.paused_until", date=patient.paused_until)
    return texts(f"state.{patient.status.value}")


def _coming(session: Session, patient: Patient, following: Course | None, now: datetime, texts: Texts) -> Html:
    """What is planned; first of all, what should have been confirmed."""
    today = due.local_date(patient.time_zone, now)
    known = courses.courses_of(session, patient.team_id, patient.id)
    open_ = [c for c in known if c.status is CourseStatus.PLANNED and courses.last_day(c) < today]
    if open_:
        return texts("roster.unconfirmed", date=open_[0].planned_start)
    return texts("roster.next", date=following.planned_start) if following else texts("roster.no_course")


def _next_course(session: Session, patient: Patient, now: datetime) -> Course | None:
    today = due.local_date(patient.time_zone, now)
    coming = (
        course
        for course in courses.courses_of(session, patient.team_id, patient.id)
        if course.status is CourseStatus.PLANNED and courses.last_day(course) >= today
    )
    return next(coming, None)


def roster_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    shown = _roster(session, someone, incoming.now, number_in(incoming.data) or 0)
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def patient_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A patient's card, in place of the roster."""
    patient = _patient_named(session, incoming.data, someone)
    return [Toast(""), Rewrite(incoming.message_id, card(session, patient, someone, incoming.now))]


def patient_typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/patient P-7KQ4`; without a code, everyone."""
    if not incoming.text.strip():
        return roster(session, incoming, someone)
    patient = patients.patient_called(session, someone.the_team.id, incoming.text)
    if patient is None:
        raise Refusal("refusal.no_such_patient", typed=incoming.text.strip()[:LONGEST_SAID_BACK])
    return [Say(card(session, patient, someone, incoming.now))]


def card(session: Session, patient: Patient, someone: Someone, now: datetime, page: int = 0) -> Screen:
    """One patient: where things stand, and what can be done."""
    texts, team = texts_in(someone.chat.language), someone.the_team
    answered = diary.last_answered_days(session, team.id, [patient.id]).get(patient.id)
    known = courses.courses_of(session, team.id, patient.id)
    leads = infusion_reminder.leads_of(session, patient)
    text = texts(
        "card",
        pseudonym=patient.pseudonym,
        state=_state(patient, patients.unreachable_patients(session, team.id), texts),
        last=texts("roster.last", date=answered) if answered else texts("roster.never"),
        time=patient.prompt_time,
        zone=patient.time_zone,
        leads=schedule_forms.leads_in_words(leads, texts),
        reminder_time=team.reminder_time,
        given=texts.plural("card.given", sum(course.status is CourseStatus.GIVEN for course in known)),
    )
    planned = [course for course in known if course.status is CourseStatus.PLANNED]
    return Screen(text, _card_buttons(patient, planned, page, due.local_date(patient.time_zone, now), texts))


def card_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Another page of a patient's planned courses."""
    patient = _patient_named(session, incoming.data, someone)
    page = int(match[1]) if (match := re.fullmatch(r"cs:([0-9]{1,3}):[0-9]+", incoming.data)) else 0
    return [Toast(""), Rewrite(incoming.message_id, card(session, patient, someone, incoming.now, page))]


def _card_buttons(patient: Patient, planned: list[Course], page: int, today: date, texts: Texts) -> Keyboard:
    pages = (len(planned) - 1) // COURSES_A_PAGE + 1
    page = min(page, max(pages - 1, 0))
    rows: list[tuple[Button, ...]] = [
        (Button(_course_button(course, today, texts), f"co:{course.id}"),)
        for course in planned[page * COURSES_A_PAGE : (page + 1) * COURSES_A_PAGE]
    ]
    turning = []
    if page > 0:
        turning.append(Button(texts("card.button.earlier"), f"cs:{page - 1}:{patient.id}"))
    if page + 1 < pages:
        later = len(planned) - (page + 1) * COURSES_A_PAGE
        turning.append(Button(texts("card.button.later", count=later), f"cs:{page + 1}:{patient.id}"))
    if turning:
        rows.append(tuple(turning))
    rows.append((_opening("plan_course", patient.id, texts), _opening("plan_series", patient.id, texts)))
    rows.append((_opening("prompt_time", patient.id, texts), _opening("leads", patient.id, texts)))
    if patient.status is PatientStatus.INVITED:
        rows.append((Button(texts("card.button.invite_again"), f"ia:{patient.id}"),))
    rows.append((Button(texts("card.button.roster"), "ro:0"),))
    return tuple(rows)


def _course_button(course: Course, today: date, texts: Texts) -> Html:
    passed = courses.last_day(course) < today
    return texts("card.button.unconfirmed" if passed else "card.button.course", date=course.planned_start)


def _opening(form: str, subject: int | None, texts: Texts) -> Button:
    return Button(texts(f"{form}.button"), f"o:{form}:{subject}")


def course_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """One planned course: what it is, and what can be done with it."""
    texts, team = texts_in(someone.chat.language), someone.the_team
    number = number_in(incoming.data)
    course = courses.course_of_team(session, team.id, number) if number is not None else None
    patient = patients.patient_of_team(session, team.id, course.patient_id) if course else None
    if course is None or patient is None or course.status is not CourseStatus.PLANNED:
        raise Refusal("refusal.gone")
    text = texts.plural(
        "course.card",
        course.planned_days,
        pseudonym=patient.pseudonym,
        date=course.planned_start,
        dose=course.grams_per_kg_per_day,
    )
    forms = ("move_course", "give_course", "cancel_course")
    rows = [(_opening(form, course.id, texts),) for form in forms]
    rows.append((Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}"),))
    return [Toast(""), Rewrite(incoming.message_id, Screen(text, tuple(rows)))]


def form_opened(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button that opens a form, about a patient or about a course."""
    name, subject = incoming.data.removeprefix("o:").partition(":")[0], number_in(incoming.data)
    if subject is None or name not in OPENED_BY_BUTTONS:
        raise Refusal("refusal.gone")
    filling = Filling(session, incoming, someone, {"id": subject})
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    if incoming.repeated and is_open(dialogue) and dialogue.form == name:
        return [Toast(""), *go_on(OPENED_BY_BUTTONS[name], filling, dialogue, None)]
    return [Toast(""), *begin(OPENED_BY_BUTTONS[name], filling, in_place=True)]


def invite(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/invite`: a new pseudonym, its link and its QR code. Delivered twice, it makes one."""
    texts, team, staff = texts_in(someone.chat.language), someone.the_team, someone.the_staff
    if incoming.repeated:
        return [Say(Screen(texts("invite.was_made")))]
    invited = admission.invite_patient(session, _actor(staff), team, incoming.now)
    return [_invitation(incoming, invited, team, texts)]


def invite_again_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    texts, team, staff = texts_in(someone.chat.language), someone.the_team, someone.the_staff
    patient = _patient_named(session, incoming.data, someone)
    if incoming.repeated:
        return [Toast(texts("invite.was_made"), alert=True)]
    invited = admission.invite_again(session, _actor(staff), patient, incoming.now)
    return [Toast(""), _invitation(incoming, invited, team, texts)]


def _invitation(incoming: Incoming, invited: admission.Invited, team: Team, texts: Texts) -> Say:
    link = link_to(incoming.bot_name, invited.token)
    until = Html(texts.instant(invited.expires_at, team.time_zone))
    text = texts("invite.made", pseudonym=invited.pseudonym, link=link, until=until)
    return Say(Screen(text, png=qr_png(link)))


def prices(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/prices`: what a gram and a day in hospital cost the team, for the comparison of regimens."""
    filling = Filling(session, incoming, someone, {"id": someone.the_team.id})
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    if incoming.repeated and is_open(dialogue) and dialogue.form == team_forms.PRICES.form.name:
        return go_on(team_forms.PRICES, filling, dialogue, None)
    return begin(team_forms.PRICES, filling, in_place=False)


def _patient_named(session: Session, data: str, someone: Someone) -> Patient:
    """The patient of a button, of this person's own team. Refusal for any other."""
    team, number = someone.the_team, number_in(data)
    patient = patients.patient_of_team(session, team.id, number) if number is not None else None
    if patient is None:
        raise Refusal("refusal.gone")
    return patient


def _actor(staff: Staff) -> str:
    return audit.staff_actor(staff.id)
