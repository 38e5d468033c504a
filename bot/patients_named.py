"""The patient that staff mean: by a code that was typed, or by a button. Of their own team, and not erased."""

from dataclasses import replace

from sqlmodel import Session

from bot.filling import LONGEST_LINE
from bot.replies import Button, Incoming, Reply, Say, Screen, number_in, rows_of
from bot.texts import texts_in
from jobs.refusals import Refusal
from storage import patients
from storage.chats import Someone
from storage.models import Patient, PatientStatus

MOST_BUTTONS = 90


def typed_patient(session: Session, incoming: Incoming, someone: Someone) -> Patient:
    """The patient whose code was typed. Refusal for one that there is not, or no more."""
    return patient_named(session, incoming.text, someone)


def patient_named(session: Session, code: str, someone: Someone) -> Patient:
    """The same, by a code that stood in a longer line."""
    found = patients.patient_called(session, someone.the_team.id, code)
    if found is None:
        raise Refusal("refusal.no_such_patient", typed=code.strip()[:LONGEST_LINE])
    if found.status is PatientStatus.ERASED:
        raise Refusal("refusal.erased", pseudonym=found.pseudonym)
    return found


def patient_and_more(session: Session, incoming: Incoming, someone: Someone) -> tuple[Patient, str]:
    """The patient whose code begins the line, and what follows it."""
    code, *more = incoming.text.split(maxsplit=1)
    return typed_patient(session, replace(incoming, text=code), someone), more[0] if more else ""


def pressed_patient(session: Session, data: str, someone: Someone) -> Patient:
    """The patient of a button such as `pt:12`. Refusal for any other."""
    number = number_in(data)
    found = patients.patient_of_team(session, someone.the_team.id, number) if number is not None else None
    if found is None:
        raise Refusal("refusal.gone")
    return found


def which_patient(session: Session, someone: Someone, command: str, prefix: str, *, invited: bool = False) -> Reply:
    """A button for each patient, as many as Telegram takes; `invited`: those too who have not joined yet."""
    known = patients.patients_of(session, someone.the_team.id)
    shown = [patient for patient in known if invited or patient.status is not PatientStatus.INVITED]
    buttons = [Button(patient.pseudonym, f"{prefix}:{patient.id}") for patient in shown[:MOST_BUTTONS]]
    return Say(Screen(texts_in(someone.chat.language)("refusal.which_patient", command=command), rows_of(buttons, 3)))
