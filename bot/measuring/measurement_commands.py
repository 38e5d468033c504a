"""`/ck`, `/weight`, `/steroid` in one line or by buttons, and `/measurements`: what was entered last, to be removed."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlmodel import Session

from bot.dialogues.form import Values, stated
from bot.filling import Filling, Procedure, begin, opened
from bot.measuring import import_forms, measurement_forms, steroid_forms
from bot.measuring.measurement_facts import MeasureFacts
from bot.measuring.measurement_words import row_words
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast, rows_of
from bot.team.patients_named import patient_and_more, pressed_patient, typed_patient, which_patient
from bot.texts import Html, Texts, texts_in
from jobs.refusals import Refusal
from storage import measurements, own_data, patients
from storage.chats import Someone
from storage.models import Measurement, Patient, SteroidDose

# How many of the last entries are shown.
SHOWN = 6
OPENED = {
    procedure.form.name: procedure
    for procedure in (measurement_forms.CK, measurement_forms.WEIGHT_FORM, steroid_forms.STEROID, steroid_forms.STOP)
}
PROCEDURES = {
    **OPENED,
    **{
        procedure.form.name: procedure
        for procedure in (measurement_forms.REMOVE, import_forms.IMPORT, import_forms.WAITING)
    },
}
# me:ck:12, me:list:12, me:below:12, me:rm:m:5
_DATA = re.compile(rf"me:(?:({'|'.join(OPENED)}|list|below):[0-9]{{1,9}}|rm:([ms]):([0-9]{{1,9}}))", re.ASCII)
Said = Callable[[MeasureFacts, str], tuple[Procedure, Values]]


def ck(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/ck P-7KQ4 1250 <195 12 Mar`."""
    form = measurement_forms.CK
    return _typed(session, incoming, someone, form, lambda facts, line: (form, measurement_forms.said_ck(facts, line)))


def weight(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/weight P-7KQ4 82.5`."""
    form = measurement_forms.WEIGHT_FORM
    return _typed(
        session, incoming, someone, form, lambda facts, line: (form, measurement_forms.said_weight(facts, line))
    )


def steroid(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/steroid P-7KQ4 prednisone 30/20 from 1 Mar`, `/steroid P-7KQ4 stop prednisone 3 Apr`."""
    return _typed(session, incoming, someone, steroid_forms.STEROID, steroid_forms.said)


def _typed(session: Session, incoming: Incoming, someone: Someone, procedure: Procedure, said: Said) -> list[Reply]:
    """The whole in one line goes to the preview; a code alone to the first question; nothing, to the patients."""
    name = procedure.form.name
    if not incoming.text.strip():
        return [which_patient(session, someone, name, f"me:{name}", invited=True)]
    patient, line = patient_and_more(session, incoming, someone)
    filling = Filling(session, incoming, someone, {"id": patient.id})
    if not line:
        return begin(procedure, filling, in_place=False)
    facts = procedure.load(filling)
    form, values = said(facts, line)
    return begin(form, filling, in_place=False, state=stated(form.form, facts, values))


def measurements_typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/measurements P-7KQ4`; without a code, a button for each patient."""
    if not incoming.text.strip():
        return [which_patient(session, someone, "measurements", "me:list", invited=True)]
    return [Say(_list(session, typed_patient(session, incoming, someone), someone))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """*CK*, *Weight*, *Steroid*, and what is below the list of entries."""
    found = _DATA.fullmatch(incoming.data)
    if found is None:
        return [Toast(texts_in(someone.chat.language)("form.old_button"))]
    what, of, number = found.groups()
    if of:
        subject = _subject_of(session, someone, of, int(number))
        return opened(measurement_forms.REMOVE, session, incoming, someone, subject)
    patient = pressed_patient(session, incoming.data, someone)
    if what == "list":
        return [Toast(""), Rewrite(incoming.message_id, _list(session, patient, someone))]
    if what == "below":
        return [Toast(""), Say(_list(session, patient, someone))]
    return opened(OPENED[what], session, incoming, someone, {"id": patient.id})


def _subject_of(session: Session, someone: Someone, of: str, number: int) -> dict[str, object]:
    row = measurement_forms.row_of_team(session, someone.the_team.id, of, number)
    if row is None:
        raise Refusal("refusal.gone")
    return {"id": row.patient_id, "row": [of, number]}


def _list(session: Session, patient: Patient, someone: Someone) -> Screen:
    """The entries that were made last, the newest first, each with its way out."""
    texts, entries = texts_in(someone.chat.language), entries_of(session, patient)
    rows = entries[:SHOWN]
    lines = [texts("measure.line", number=k, entry=row_words(row, texts)) for k, row in enumerate(rows, 1)]
    shown = Html("\n".join(lines)) if lines else texts("measure.none")
    text = texts("measure.list", pseudonym=patient.pseudonym, lines=shown)
    if patient.status in patients.LEFT:
        return Screen(text)
    back: Keyboard = ()
    if someone.the_staff.coordinator:
        back = ((Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}"),),)
    return Screen(text, (entering(patient, texts), *_ways_on(patient, entries, texts), *back))


def entries_of(session: Session, patient: Patient) -> list[Measurement | SteroidDose]:
    """What was measured and taken; what was entered last comes first."""
    values = own_data.all_measurements_of(session, patient.team_id, patient.id)
    doses = measurements.steroid_doses_of(session, patient.team_id, patient.id)
    entries: list[Measurement | SteroidDose] = [*values, *doses]
    return sorted(entries, key=_entered, reverse=True)


def _entered(row: Measurement | SteroidDose) -> tuple[datetime, int]:
    return row.received_at, row.id


def entering(patient: Patient, texts: Texts) -> tuple[Button, ...]:
    """*CK*, *Weight*, *Steroid*."""
    return tuple(Button(texts(f"{form}.button"), f"me:{form}:{patient.id}") for form in ("ck", "weight", "steroid"))


def _ways_on(patient: Patient, entries: Sequence[Measurement | SteroidDose], texts: Texts) -> Keyboard:
    takes = any(isinstance(each, SteroidDose) for each in entries)
    stop = [(Button(texts("steroid_stop.button"), f"me:steroid_stop:{patient.id}"),)] if takes else []
    removing = [
        Button(
            texts("measure.button.remove", number=k), f"me:rm:{'m' if isinstance(row, Measurement) else 's'}:{row.id}"
        )
        for k, row in enumerate(entries[:SHOWN], 1)
    ]
    return (*stop, *rows_of(removing, 3))
