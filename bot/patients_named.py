"""The patient that staff mean: by a code that was typed, or by a button. Of their own team, and not erased."""

import re

from sqlmodel import Session

from bot.filling import LONGEST_LINE
from bot.replies import Button, Incoming, Reply, Say, Screen, number_in, rows_of
from bot.texts import texts_in
from jobs.refusals import Refusal
from storage import patients
from storage.chats import Someone
from storage.models import Patient, PatientStatus

MOST_BUTTONS = 90
# As the bot draws them, with or without the P; a diary that was brought in may have a shorter or longer one.
_CODE = re.compile(r"(?:P\s*[-‐-―]?\s*)?([0-9A-Z]{4})(?!\w)|P\s*[-‐-―]\s*([0-9A-Z]{1,10})(?!\w)", re.IGNORECASE)
_BETWEEN = " \n\t,:"


def typed_patient(session: Session, incoming: Incoming, someone: Someone) -> Patient:
    """The patient whose code was typed, and nothing else. Refusal for one that there is not, or no more."""
    code, more = read_code(incoming.text)
    return _called(session, incoming.text if more else code, incoming.text, someone)


def patient_and_more(session: Session, incoming: Incoming, someone: Someone) -> tuple[Patient, str]:
    """The patient whose code begins the line, and what follows it."""
    code, more = read_code(incoming.text)
    return _called(session, code, incoming.text.strip().removesuffix(more), someone), more


def read_code(line: str) -> tuple[str, str]:
    """The code that begins a line, as `P-7KQ4` however it was typed, and what follows; or the line's first word."""
    line = line.strip()
    code = _CODE.match(line)
    if code is None:
        word, *more = line.split(maxsplit=1) or [""]
        return word, more[0] if more else ""
    return f"P-{(code[1] or code[2]).upper()}", line[code.end() :].lstrip(_BETWEEN)


def _called(session: Session, code: str, typed: str, someone: Someone) -> Patient:
    found = patients.patient_called(session, someone.the_team.id, code)
    if found is None:
        raise Refusal("refusal.no_such_patient", typed=typed.strip(_BETWEEN)[:LONGEST_LINE])
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


def which_patient(session: Session, someone: Someone, command: str, prefix: str, *, invited: bool = False) -> Reply:
    """A button for each patient, as many as Telegram takes; `invited`: those too who have not joined yet."""
    known = patients.patients_of(session, someone.the_team.id)
    shown = [patient for patient in known if invited or patient.status is not PatientStatus.INVITED]
    buttons = [Button(patient.pseudonym, f"{prefix}:{patient.id}") for patient in shown[:MOST_BUTTONS]]
    return Say(Screen(texts_in(someone.chat.language)("refusal.which_patient", command=command), rows_of(buttons, 3)))
