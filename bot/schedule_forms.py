"""The coordinator's forms about a patient's times: the daily prompt, the reminders before a course."""

import re
from collections.abc import Sequence
from datetime import time

from bot.course_facts import CourseFacts, back_to_patient, load_patient, told
from bot.dialogues.form import Form, Instead, Question, Values
from bot.filling import Filling, Procedure
from bot.joining import TYPED_ZONE, clock, read_time, read_zone, time_choices
from bot.replies import Screen
from bot.team_done import undo_button
from bot.texts import Html, Texts
from jobs import check_in_time, infusion_reminder, lead_times
from jobs.refusals import Refusal

USUAL_LEADS = ((7, 1, 0), (3, 1), (1, 0), (1,), ())
NO_REMINDERS = Instead("none", ("form.words.none", "leads.none", "leads.none_words"), means=[])
AS_TEAM = Instead("team", means="team")
# Whole days, with something between them that is no decimal point.
_LEADS = re.compile(r"\d{1,3}(?:(?:\s*[,;&]\s*|\s+(?:(?:and|und|et)\s+)?)\d{1,3})*", re.ASCII)


def leads_in_words(leads: Sequence[int], texts: Texts) -> Html:
    """`7 days before, the day before and on the day`."""
    if not leads:
        return texts("leads.none")
    words = [texts("leads.on_the_day") if lead == 0 else texts.plural("leads.before", lead) for lead in leads]
    if len(words) == 1:
        return words[0]
    return texts("leads.and", first=Html(", ".join(words[:-1])), last=words[-1])


def _ask_time(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    patient = facts.patient
    return texts("prompt_time.question", pseudonym=patient.pseudonym, time=patient.prompt_time, zone=patient.time_zone)


def _check_time(facts: CourseFacts, values: Values) -> None:
    if time.fromisoformat(values["time"]) == facts.patient.prompt_time:
        raise Refusal("refusal.prompt_time_is_that_already", time=facts.patient.prompt_time)


def _preview_time(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    patient, at = facts.patient, time.fromisoformat(values["time"])
    tells = _told(facts, texts, at, patient.time_zone)
    return texts("prompt_time.preview", pseudonym=patient.pseudonym, old=patient.prompt_time, new=at, told=tells)


def _told(facts: CourseFacts, texts: Texts, at: time, zone: str) -> Html:
    """Whether the patient will hear of it."""
    is_news = check_in_time.is_news(facts.filling.session, facts.patient, at, zone)
    return told(facts, texts, "told.yes" if is_news else "told.time_as_known")


def _apply_time(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    at = time.fromisoformat(values["time"])
    texts, patient, now = filling.texts, facts.patient, filling.now
    tells = _told(facts, texts, at, patient.time_zone)
    check_in_time.change_prompt_time(filling.session, filling.actor, patient, at, now)
    coming = check_in_time.coming_prompt(filling.session, patient, now)
    if coming is None:
        done = texts("prompt_time.done_waiting", pseudonym=patient.pseudonym, time=at)
    else:
        first = Html(texts.instant(coming, patient.time_zone))
        done = texts("prompt_time.done", pseudonym=patient.pseudonym, time=at, first=first, told=tells)
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


def _ask_zone(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    zone = facts.patient.time_zone
    return texts("time_zone.question", pseudonym=facts.patient.pseudonym, zone=zone, time=clock(zone, facts))


def _check_zone(facts: CourseFacts, values: Values) -> None:
    if values["zone"] == facts.patient.time_zone:
        raise Refusal("refusal.zone_is_that_already", zone=facts.patient.time_zone)


def _preview_zone(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    patient, zone = facts.patient, values["zone"]
    tells = _told(facts, texts, patient.prompt_time, zone)
    return texts(
        "time_zone.preview",
        pseudonym=patient.pseudonym,
        old=patient.time_zone,
        new=zone,
        at=patient.prompt_time,
        told=tells,
    )


def _apply_zone(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts, patient, now, zone = filling.texts, facts.patient, facts.now, values["zone"]
    tells = _told(facts, texts, patient.prompt_time, zone)
    check_in_time.change_time_zone(filling.session, filling.actor, patient, zone, now)
    coming, key = check_in_time.coming_prompt(filling.session, patient, now), "time_zone.done_waiting"
    shown = {"pseudonym": patient.pseudonym, "time": patient.prompt_time, "zone": zone, "told": tells}
    if coming is not None:
        key, shown["first"] = "time_zone.done", Html(texts.instant(coming, zone))
    return back_to_patient(facts, texts(key, **shown), texts, undo_button(filling, texts))


def read_leads(value: str, *_: object) -> list[int]:
    """`7 1 0`, `7, 1 and 0`, in whichever language."""
    said = value.strip().lower()
    if not _LEADS.fullmatch(said):
        raise Refusal("form.leads_unknown", typed=value)
    leads = sorted({int(number) for number in re.findall(r"\d+", said)}, reverse=True)
    lead_times.check_leads(leads)
    return leads


def lead_choices(texts: Texts, *_: object) -> list[tuple[str, str]]:
    return [(leads_in_words(leads, texts), " ".join(map(str, leads)) or NO_REMINDERS.data) for leads in USUAL_LEADS]


def _own_lead_choices(texts: Texts, facts: CourseFacts, *_: object) -> list[tuple[str, str]]:
    own = facts.patient.reminder_leads is not None
    return [*lead_choices(texts), *([(texts("leads.button.as_team"), AS_TEAM.data)] if own else [])]


def _own_leads(values: Values) -> list[int] | None:
    return None if values["leads"] == AS_TEAM.means else values["leads"]


def _new_leads(facts: CourseFacts, texts: Texts, values: Values) -> Html:
    own = _own_leads(values)
    if own is not None:
        return leads_in_words(own, texts)
    return texts("leads.as_team", leads=leads_in_words(facts.filling.team.reminder_leads, texts))


def _check_leads(facts: CourseFacts, values: Values) -> None:
    own, now = _own_leads(values), infusion_reminder.leads_of(facts.filling.session, facts.patient)
    if own == now or (own is None and facts.patient.reminder_leads is None):
        raise Refusal("refusal.leads_are_that_already")


def _ask_leads(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    leads = leads_in_words(infusion_reminder.leads_of(facts.filling.session, facts.patient), texts)
    return texts("leads.question", pseudonym=facts.patient.pseudonym, leads=leads)


def _preview_leads(texts: Texts, facts: CourseFacts, values: Values) -> Html:
    old = leads_in_words(infusion_reminder.leads_of(facts.filling.session, facts.patient), texts)
    new = _new_leads(facts, texts, values)
    return texts("leads.preview", pseudonym=facts.patient.pseudonym, old=old, new=new)


def _apply_leads(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    lead_times.change_reminder_leads(filling.session, filling.actor, facts.patient, _own_leads(values), facts.now)
    texts = filling.texts
    done = texts("leads.done", pseudonym=facts.patient.pseudonym, leads=_new_leads(facts, texts, values))
    return back_to_patient(facts, done, texts, undo_button(filling, texts))


PROCEDURES = (
    Procedure(
        Form("prompt_time", (Question("time", _ask_time, read_time, time_choices),), _preview_time, _check_time),
        load_patient,
        _apply_time,
        lambda facts: facts.patient.prompt_time.isoformat(),
    ),
    Procedure(
        Form(
            "time_zone",
            (Question("zone", _ask_zone, read_zone, aside=TYPED_ZONE),),
            _preview_zone,
            _check_zone,
        ),
        load_patient,
        _apply_zone,
        lambda facts: facts.patient.time_zone,
    ),
    Procedure(
        Form(
            "leads",
            (Question("leads", _ask_leads, read_leads, _own_lead_choices, width=1, instead=(NO_REMINDERS, AS_TEAM)),),
            _preview_leads,
            _check_leads,
        ),
        load_patient,
        _apply_leads,
        lambda facts: infusion_reminder.leads_of(facts.filling.session, facts.patient),
    ),
)
