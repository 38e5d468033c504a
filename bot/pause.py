"""`/pause`: the patient chooses until when, sees it, and may go on before."""

import re
from datetime import date, timedelta

from sqlmodel import Session

from bot import leaving
from bot.replies import Button, Incoming, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Texts, texts_in
from jobs import check_in_time, due, pausing
from storage import audit, patients
from storage.chats import Someone
from storage.models import Patient, PatientStatus

DAYS_OFFERED = (3, 7, 14, 28)
_DATA = re.compile(r"pa:(on|(\d{4}-\d{2}-\d{2}))", re.ASCII)


def pause(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Until when? Or, in a pause, until when it lasts."""
    return [Say(_screen(session, someone, incoming, texts_in(someone.chat.language)))]


def pause_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below it: an end, or to go on now. The message then shows how it is."""
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    found = _DATA.fullmatch(incoming.data)
    if found is None:
        return [Toast(texts("form.old_button"))]
    until = _date(found[2]) if found[2] is not None else None
    if not incoming.repeated and patient.status in patients.LIVING:
        actor = audit.patient_actor(patient.id)
        if found[1] == "on":
            pausing.go_on(session, actor, patient, incoming.now)
        elif until is not None and until != patient.paused_until:
            pausing.pause(session, actor, patient, until, incoming.now)
    is_over = found[1] == "on" and patient.status is PatientStatus.ACTIVE
    shown = _over(session, patient, incoming, texts) if is_over else _screen(session, someone, incoming, texts)
    return [Toast(""), Rewrite(incoming.message_id, shown)]


def _date(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _screen(session: Session, someone: Someone, incoming: Incoming, texts: Texts) -> Screen:
    patient = someone.the_patient
    if patient.status not in patients.LIVING:
        return leaving.ended(someone, texts)
    if patient.status is PatientStatus.PAUSED and patient.paused_until is not None:
        on = Button(texts("pause.button.go_on"), "pa:on")
        return Screen(texts("pause.paused", next=_next(session, patient, incoming, texts)), ((on,),))
    today = due.local_date(patient.time_zone, incoming.now)
    ends = [today + timedelta(days=days) for days in DAYS_OFFERED]
    buttons = [(Button(texts("pause.button.until", date=end), f"pa:{end.isoformat()}"),) for end in ends]
    return Screen(texts("pause.until_when", next=_next(session, patient, incoming, texts)), tuple(buttons))


def _over(session: Session, patient: Patient, incoming: Incoming, texts: Texts) -> Screen:
    return Screen(texts("pause.over", next=_next(session, patient, incoming, texts)))


def _next(session: Session, patient: Patient, incoming: Incoming, texts: Texts) -> str:
    coming = check_in_time.coming_prompt(session, patient, incoming.now)
    assert coming is not None  # from the moment of joining until the diary ends
    return texts.instant(coming, patient.time_zone)
