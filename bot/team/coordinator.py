"""What a coordinator does beside the roster: a patient's card, invitations; schedules through forms."""

import re

from sqlmodel import Session

from bot.courses import course_forms, moving_forms, planning_forms, regimen_forms
from bot.courses.course_facts import dose_in_words
from bot.filling import Procedure, opened
from bot.invitation_link import link_to, qr_png
from bot.replies import Button, Incoming, Reply, Rewrite, Say, Screen, Toast, number_in
from bot.team import asking_forms, invitation_forms, label_form, question_forms, schedule_forms, team_screen
from bot.team.patient_card import card, forms_of, opening, stopped_in_words
from bot.team.patients_named import pressed_patient, typed_patient
from bot.team.roster import back_to, roster
from bot.texts import Html, Texts, texts_in
from jobs import admission, schedule
from jobs.refusals import Refusal
from storage import attendance, audit, courses, patients
from storage.chats import Someone
from storage.models import CourseStatus, Staff, Team

# About a patient or a course: a button that names them opens these.
OPENED_BY_BUTTONS: dict[str, Procedure] = {
    procedure.form.name: procedure
    for procedure in (
        *planning_forms.PROCEDURES,
        *moving_forms.PROCEDURES,
        *course_forms.PROCEDURES,
        *regimen_forms.PROCEDURES,
        *schedule_forms.PROCEDURES,
        label_form.LABEL,
        invitation_forms.DROP,
        question_forms.CHOICE,
        *asking_forms.PROCEDURES,
    )
}
PROCEDURES = {**OPENED_BY_BUTTONS, **team_screen.PROCEDURES}


def patient_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A patient's card, in place of the roster, and the way back to where that stood."""
    patient = pressed_patient(session, incoming.data, someone)
    shown = card(session, patient, someone, incoming.now, back=back_to(incoming.data))
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def patient_pressed_below(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """The same below a message that stays to be read, such as an alert."""
    patient = pressed_patient(session, incoming.data, someone)
    return [Toast(""), Say(card(session, patient, someone, incoming.now))]


def patient_typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/patient P-7KQ4`; without a code, everyone."""
    if not incoming.text.strip():
        return roster(session, incoming, someone)
    return [Say(card(session, typed_patient(session, incoming, someone), someone, incoming.now))]


def card_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Another page of a patient's planned courses."""
    patient = pressed_patient(session, incoming.data, someone)
    page = int(match[1]) if (match := re.fullmatch(r"cs:([0-9]{1,3}):[0-9]+", incoming.data)) else 0
    return [Toast(""), Rewrite(incoming.message_id, card(session, patient, someone, incoming.now, page))]


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
        dose=dose_in_words(course.planned_days, course.grams_per_kg_per_day, texts),
    )
    said = attendance.said_of(session, course)
    if said is not None:
        text = Html(f"{text}\n{texts('course.accepted' if said else 'course.declined')}")
    forms = forms_of(course, patient, (), incoming.now)
    if patient.status in patients.LEFT:
        if not forms:
            schedule.check_may_be_given(patient, course, incoming.now)
        noted = (texts("course.can_be_noted"),) if "give_course" in forms else ()
        text = Html("\n\n".join([text, *stopped_in_words(patient, texts), *noted]))
    elif "give_course" not in forms:
        text = Html(f"{text}\n\n{texts('course.still_to_come')}")
    rows = [(opening(form, course.id, texts),) for form in forms]
    rows.append((Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}"),))
    return [Toast(""), Rewrite(incoming.message_id, Screen(text, tuple(rows)))]


def form_opened(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button that opens a form, about a patient or about a course."""
    name, subject = incoming.data.removeprefix("o:").partition(":")[0], number_in(incoming.data)
    if subject is None or name not in OPENED_BY_BUTTONS:
        raise Refusal("refusal.gone")
    return opened(OPENED_BY_BUTTONS[name], session, incoming, someone, {"id": subject})


def invite(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/invite`: a new pseudonym, its link and its QR code. Delivered twice, it makes one."""
    texts, team, staff = texts_in(someone.chat.language), someone.the_team, someone.the_staff
    if incoming.repeated:
        return [Say(Screen(texts("invite.was_made")))]
    invited = admission.invite_patient(session, _actor(staff), team, incoming.now)
    return [_invitation(incoming, invited, team, "invite.made", texts)]


def invite_again_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    texts, team, staff = texts_in(someone.chat.language), someone.the_team, someone.the_staff
    patient = pressed_patient(session, incoming.data, someone)
    if incoming.repeated:
        return [Toast(texts("invite.was_made"), alert=True)]
    invited = admission.invite_again(session, _actor(staff), patient, incoming.now)
    return [Toast(""), _invitation(incoming, invited, team, "invite.made_again", texts)]


def _invitation(incoming: Incoming, invited: admission.Invited, team: Team, key: str, texts: Texts) -> Say:
    """With the way to what is to be planned next; below it, since the link is shown this once."""
    link = link_to(incoming.bot_name, invited.token)
    until = Html(texts.instant(invited.expires_at, team.time_zone))
    text = texts(key, pseudonym=invited.pseudonym, link=link, until=until)
    card = Button(texts("alert.button.card"), f"pb:{invited.patient_id}")
    return Say(Screen(text, ((card,),), png=qr_png(link)))


def _actor(staff: Staff) -> str:
    return audit.staff_actor(staff.id)
