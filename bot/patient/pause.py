"""`/pause`: the patient chooses or types until when, sees it, and may go on before."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from bot.dialogues.form import Form, Question, Values
from bot.filling import PATIENTS_ONLY, Filling, Procedure, begin
from bot.patient import leaving
from bot.replies import Button, Incoming, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Html, Texts, locales, texts_in
from jobs import check_in_time, due, pausing, reading
from jobs.refusals import Refusal
from storage import audit, patients
from storage.chats import Someone
from storage.models import Patient, PatientStatus

DAYS_OFFERED = (3, 7, 14, 28)
GO_ON = "pa:on"


@dataclass(frozen=True)
class PauseFacts:
    """`coming`: the next check-in, as long as there is no pause."""

    patient: Patient
    today: date
    coming: datetime
    language: str


def pause(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Until when? Or, in a pause, until when it lasts."""
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    if patient.status not in patients.LIVING:
        return [Say(leaving.ended(someone, texts))]
    if patient.status is PatientStatus.PAUSED:
        return [Say(_paused(session, patient, incoming.now, texts))]
    return begin(PAUSE, Filling(session, incoming, someone, {"id": patient.id}), in_place=False)


def pause_pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """The button in a pause: to go on now. The message then shows how it is."""
    patient, texts = someone.the_patient, texts_in(someone.chat.language)
    if incoming.data != GO_ON:
        return [Toast(texts("form.old_button"))]
    if patient.status not in patients.LIVING:
        return [Toast(""), Rewrite(incoming.message_id, leaving.ended(someone, texts))]
    if not incoming.repeated:
        pausing.go_on(session, audit.patient_actor(patient.id), patient, incoming.now)
    if patient.status is PatientStatus.PAUSED:
        # Told again, after a further pause was begun.
        return [Toast(""), Rewrite(incoming.message_id, _paused(session, patient, incoming.now, texts))]
    coming = Html(texts.instant(_coming(session, patient, incoming.now), patient.time_zone))
    return [Toast(""), Rewrite(incoming.message_id, Screen(texts("pause.over", next=coming)))]


def _coming(session: Session, patient: Patient, now: datetime) -> datetime:
    coming = check_in_time.coming_prompt(session, patient, now)
    assert coming is not None  # from the moment of joining until the diary ends
    return coming


def _paused(session: Session, patient: Patient, now: datetime, texts: Texts) -> Screen:
    coming = Html(texts.instant(_coming(session, patient, now), patient.time_zone))
    return Screen(texts("pause.paused", next=coming), ((Button(texts("pause.button.go_on"), GO_ON),),))


def _load(filling: Filling) -> PauseFacts:
    patient, now = filling.someone.the_patient, filling.now
    if patient.status not in patients.LIVING:
        raise Refusal("diary.ended")
    today, coming = due.local_date(patient.time_zone, now), _coming(filling.session, patient, now)
    return PauseFacts(patient, today, coming, filling.someone.chat.language)


def _ask(texts: Texts, facts: PauseFacts, _values: Values) -> Html:
    return texts("pause.until_when", next=Html(texts.instant(facts.coming, facts.patient.time_zone)))


def _read(value: str, facts: PauseFacts, _values: Values) -> str:
    return reading.day_said(value, facts.today, locales(facts.language)).isoformat()


def _offered(texts: Texts, facts: PauseFacts, _values: Values) -> list[tuple[str, str]]:
    ends = [facts.today + timedelta(days=days) for days in DAYS_OFFERED]
    return [(texts("pause.button.until", date=end), end.isoformat()) for end in ends]


def _apply(filling: Filling, facts: PauseFacts, values: Values) -> Screen:
    patient, now, until = facts.patient, filling.now, date.fromisoformat(values["until"])
    if patient.status is not PatientStatus.PAUSED or until != patient.paused_until:
        pausing.pause(filling.session, filling.actor, patient, until, now)
    return _paused(filling.session, patient, now, texts_in(facts.language))


def _briefly(texts: Texts) -> Html:
    return texts("pause.until_when_briefly")


PAUSE = Procedure(
    Form("pause", (Question("until", _ask, _read, _offered, 1, briefly=_briefly),)), _load, _apply, roles=PATIENTS_ONLY
)
