"""A patient who has moved: the time zone by a city, or by a place that is shared. The zone is kept, never the place."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot import leaving
from bot.dialogues.form import Form, Question, Values
from bot.filling import PATIENTS_ONLY, Filling, Procedure, begin, is_open, typed
from bot.joining import TYPED_ZONE, clock, read_zone
from bot.own_overview import nothing_changed, way_back
from bot.replies import Incoming, Reply, Say, Screen
from bot.texts import Html, Texts, texts_in
from jobs import check_in_time, zone_by_place
from jobs.refusals import Refusal
from storage import dialogues, patients
from storage.chats import Someone
from storage.models import Patient


@dataclass(frozen=True)
class ZoneFacts:
    patient: Patient
    now: datetime


def located(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A place that was shared: its zone is shown with its clock, to be confirmed, as if it had been typed."""
    texts = texts_in(someone.chat.language)
    if someone.the_patient.status not in patients.LIVING:
        return [Say(leaving.ended(someone, texts))]
    zone = zone_by_place.zone_at(*incoming.place) if incoming.place is not None else None
    if zone is None:
        return [Say(Screen(texts("own_zone.no_zone_there")))]
    filling = _filling(session, replace(incoming, text=zone), someone)
    dialogue = dialogues.dialogue_of(session, someone.chat.id)
    if not is_open(dialogue) or dialogue.form != OWN_ZONE.form.name:
        begin(OWN_ZONE, filling, in_place=False)
        session.flush()
        dialogue = dialogues.dialogue_of(session, someone.chat.id)
    assert dialogue is not None  # just begun
    return typed({OWN_ZONE.form.name: OWN_ZONE}, filling, dialogue)


def _filling(session: Session, incoming: Incoming, someone: Someone) -> Filling:
    return Filling(session, incoming, someone, {"id": someone.the_patient.id})


def _load(filling: Filling) -> ZoneFacts:
    patient = filling.someone.the_patient
    if patient.status not in patients.LIVING:
        raise Refusal("diary.ended")
    return ZoneFacts(patient, filling.now)


def _ask(texts: Texts, facts: ZoneFacts, _values: Values) -> Html:
    zone = facts.patient.time_zone
    return texts("own_zone.question", zone=zone, time=clock(zone, facts))


def _apply(filling: Filling, facts: ZoneFacts, values: Values) -> Screen:
    patient, zone, texts = facts.patient, values["zone"], filling.texts
    if zone == patient.time_zone:
        return Screen(texts("own_zone.is_that_already", zone=zone, time=clock(zone, facts)), way_back(texts))
    check_in_time.change_time_zone(filling.session, filling.actor, patient, zone, facts.now, is_theirs=True)
    coming = check_in_time.coming_prompt(filling.session, patient, facts.now)
    first = Html(texts.instant(coming, zone)) if coming is not None else Html(texts.time(patient.prompt_time))
    return Screen(texts("own_zone.done", zone=zone, first=first), way_back(texts))


OWN_ZONE = Procedure(
    Form("own_zone", (Question("zone", _ask, read_zone, aside=TYPED_ZONE),)),
    _load,
    _apply,
    cancelled=nothing_changed,
    roles=PATIENTS_ONLY,
)
