"""When a patient wants to be asked: by an hour and its quarter, or a time that is typed, such as 7:30 pm."""

from dataclasses import dataclass
from datetime import time

from bot.dialogues.form import Form, Values
from bot.filling import PATIENTS_ONLY, Filling, Procedure
from bot.own_overview import nothing_changed, overview
from bot.pickers import picked_time, time_of_day
from bot.replies import Screen
from jobs import check_in_time, reading
from jobs.refusals import Refusal
from storage import patients
from storage.models import Patient
from storage.questions import SCALE


@dataclass(frozen=True)
class TimeFacts:
    patient: Patient


def is_time(typed: str, *, anything_asked: bool) -> bool:
    """Whether a line is a time and no answer to a check-in: `1930` and `18` are; `7` is where nothing is asked."""
    said = typed.strip()
    may_be_answer = anything_asked and said.isdecimal() and int(said) in SCALE
    return reading.parse_time(said) is not None and not may_be_answer


def _load(filling: Filling) -> TimeFacts:
    patient = filling.someone.the_patient
    if patient.status not in patients.LIVING:
        raise Refusal("diary.ended")
    return TimeFacts(patient)


def _apply(filling: Filling, facts: TimeFacts, values: Values) -> Screen:
    patient, at = facts.patient, time.fromisoformat(picked_time(values))
    if at != patient.prompt_time:
        check_in_time.change_prompt_time(filling.session, filling.actor, patient, at, filling.now, is_theirs=True)
    return overview(filling.someone, filling.texts)


OWN_TIME = Procedure(
    Form(
        "own_time",
        time_of_day(lambda texts, facts, _values: texts("own_settings.which_hour", time=facts.patient.prompt_time)),
    ),
    _load,
    _apply,
    cancelled=nothing_changed,
    roles=PATIENTS_ONLY,
)
