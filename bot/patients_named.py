"""The patient that staff mean: by a code that was typed, or by a button. Of their own team, and not erased."""

from sqlmodel import Session

from bot.filling import LONGEST_LINE
from bot.replies import Incoming, number_in
from jobs.refusals import Refusal
from storage import patients
from storage.chats import Someone
from storage.models import Patient, PatientStatus


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


def pressed_patient(session: Session, data: str, someone: Someone) -> Patient:
    """The patient of a button such as `pt:12`. Refusal for any other."""
    number = number_in(data)
    found = patients.patient_of_team(session, someone.the_team.id, number) if number is not None else None
    if found is None:
        raise Refusal("refusal.gone")
    return found
