"""What a clinician does: the summary now, one patient's chart now."""

from sqlmodel import Session

from bot.filling import LONGEST_LINE
from bot.replies import Button, Drawing, Incoming, Reply, Say, Screen, Toast, number_in, rows_of
from bot.texts import texts_in
from jobs import pages
from jobs.refusals import Refusal
from storage import patients
from storage.chats import Someone
from storage.models import Patient, PatientStatus

MOST_BUTTONS = 90


def summary(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/summary`: what the weekly summary would say now."""
    pages.ask(session, someone.the_staff, someone.chat, None, incoming.what, incoming.now)
    return [Drawing()]


def chart(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/chart P-7KQ4`; without a code, a button for each patient, as many as Telegram takes."""
    texts, team = texts_in(someone.chat.language), someone.the_team
    if incoming.text.strip():
        return [_chart(session, patients.patient_called(session, team.id, incoming.text), incoming, someone)]
    known = [p for p in patients.patients_of(session, team.id) if p.status is not PatientStatus.INVITED]
    buttons = [Button(patient.pseudonym, f"ch:{patient.id}") for patient in known[:MOST_BUTTONS]]
    return [Say(Screen(texts("refusal.which_patient"), rows_of(buttons, 3)))]


def chart_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    number = number_in(incoming.data)
    found = patients.patient_of_team(session, someone.the_team.id, number) if number is not None else None
    if found is None:
        raise Refusal("refusal.gone")
    return [Toast(""), _chart(session, found, incoming, someone)]


def _chart(session: Session, patient: Patient | None, incoming: Incoming, someone: Someone) -> Reply:
    if patient is None:
        raise Refusal("refusal.no_such_patient", typed=incoming.text.strip()[:LONGEST_LINE])
    pages.ask(session, someone.the_staff, someone.chat, patient, incoming.what, incoming.now)
    return Drawing()
