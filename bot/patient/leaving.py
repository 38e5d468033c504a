"""`/withdraw` and `/privacy`: a patient stops, takes it up again, or has everything erased. Each is asked once more."""

import re
from datetime import date, datetime

from sqlmodel import Session

from bot.greetings import telephone
from bot.replies import Button, CloseButtons, Incoming, Keyboard, OfferCommands, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Html, Texts, plain, texts_in
from jobs import check_in_time, due, leaving
from storage import diary, patients
from storage.chats import Someone
from storage.models import PatientStatus

# Its press by a stranger is told what was done, too.
ERASED = "le:erased:"
_DATA = re.compile(r"le:(ask|stop|stay|consent|agree|erase|really:([0-9]{1,9})|erased:([0-9]{1,9}))", re.ASCII)


def withdraw(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/withdraw`: asks once; or says that the diary has ended, and what can be done then."""
    texts = texts_in(someone.chat.language)
    return [Say(_asked(someone, texts) if _is_living(someone) else ended(someone, texts))]


def privacy(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/privacy`: what is kept, who sees it, and what the patient may ask for."""
    return [Say(_privacy(someone, texts_in(someone.chat.language)))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button below either. What cannot be undone has been asked twice by then."""
    texts, found = texts_in(someone.chat.language), _DATA.fullmatch(incoming.data)
    if found is None:
        return [Toast(texts("form.old_button"))]
    action, now = found[1].partition(":")[0], incoming.now
    if {found[2], found[3]} - {None, str(someone.the_patient.id)}:
        # Of a diary that this person kept before.
        return [Toast(texts("form.old_button"))]
    if action == "stop" and _is_living(someone) and not incoming.repeated:
        return _stopped(session, incoming, someone, texts)
    if action == "agree" and not incoming.repeated:
        leaving.take_up_again(session, someone.the_patient, now)
        return [Toast(""), Rewrite(incoming.message_id, _going_on(session, incoming, someone, texts))]
    if action == "erased" and not incoming.repeated:
        leaving.erase(session, someone.the_patient, now)
        return gone(incoming, texts)
    return [Toast(""), Rewrite(incoming.message_id, _shown(session, incoming, action, someone, texts))]


def gone(incoming: Incoming, texts: Texts) -> list[Reply]:
    """What whoever has had everything erased reads, and whoever presses that button as a stranger."""
    menu = OfferCommands((("help", plain(texts("command.help"))),))
    return [Toast(""), Rewrite(incoming.message_id, Screen(texts("leaving.erased"))), menu]


def ended(someone: Someone, texts: Texts) -> Screen:
    """The diary has ended: the ways back, and out."""
    since = _day(someone, someone.the_patient.withdrawn_at)
    text = texts("leaving.ended", since=since) if since else texts("diary.ended")
    return Screen(text, (*ways_back(texts), (Button(texts("leaving.button.erase"), "le:erase"),)))


def _day(someone: Someone, instant: datetime | None) -> date | None:
    """Also where their zone cannot be read: to stop, and to read who sees what, nothing may be in the way."""
    zone, otherwise = someone.the_patient.time_zone, someone.the_team.time_zone
    return due.date_in(zone, instant, otherwise=otherwise) if instant is not None else None


def ways_back(texts: Texts) -> Keyboard:
    return ((Button(texts("leaving.button.again"), "le:consent"),),)


def _is_living(someone: Someone) -> bool:
    return someone.the_patient.status in patients.LIVING


def _stopped(session: Session, incoming: Incoming, someone: Someone, texts: Texts) -> list[Reply]:
    patient = someone.the_patient
    open_ = diary.days_open_at(session, patient.team_id, patient.id, incoming.now)
    leaving.withdraw(session, patient, incoming.now)
    closed = [CloseButtons(day.message_id) for day in open_ if day.message_id is not None]
    return [Toast(""), Rewrite(incoming.message_id, ended(someone, texts)), *closed]


def _shown(session: Session, incoming: Incoming, action: str, someone: Someone, texts: Texts) -> Screen:
    """Where a press leads that changes nothing."""
    if action in {"erase", "really"}:
        return _about_to_erase(action, someone, texts)
    if _is_living(someone):
        return _asked(someone, texts) if action == "ask" else _going_on(session, incoming, someone, texts)
    return _consent(someone, texts) if action == "consent" else ended(someone, texts)


def _asked(someone: Someone, texts: Texts) -> Screen:
    stop = Button(texts("leaving.button.stop"), "le:stop")
    stay = Button(texts("leaving.button.stay"), "le:stay")
    text = texts("leaving.ask", team=someone.the_team.name, phone=telephone(someone.team, texts))
    return Screen(text, ((stay,), (stop,)))


def _going_on(session: Session, incoming: Incoming, someone: Someone, texts: Texts) -> Screen:
    patient = someone.the_patient
    coming = check_in_time.coming_prompt(session, patient, incoming.now)
    if coming is None:
        return ended(someone, texts)
    key = "leaving.goes_on_paused" if patient.status is PatientStatus.PAUSED else "leaving.goes_on"
    return Screen(texts(key, next=Html(texts.instant(coming, patient.time_zone))))


def _consent(someone: Someone, texts: Texts) -> Screen:
    """To go on is to agree anew, to what is true now."""
    agree = Button(texts("join.button.agree"), "le:agree")
    decline = Button(texts("join.button.decline"), "le:stay")
    return Screen(texts("join.consent", team=someone.the_team.name), ((agree,), (decline,)))


def _about_to_erase(action: str, someone: Someone, texts: Texts) -> Screen:
    """Twice, with the buttons the other way round: no double tap erases anything."""
    back = Button(texts("leaving.button.keep"), "le:stay")
    if action == "erase":
        on = Button(texts("leaving.button.erase_ask"), f"le:really:{someone.the_patient.id}")
        return Screen(texts("leaving.erase", team=someone.the_team.name), ((on,), (back,)))
    really = Button(texts("leaving.button.erase_really"), f"{ERASED}{someone.the_patient.id}")
    return Screen(texts("leaving.really", pseudonym=someone.the_patient.pseudonym), ((back,), (really,)))


def _privacy(someone: Someone, texts: Texts) -> Screen:
    patient = someone.the_patient
    agreed = _day(someone, patient.consented_at)
    text = texts(
        "privacy",
        team=someone.the_team.name,
        pseudonym=patient.pseudonym,
        agreed=texts("privacy.agreed", date=agreed, version=patient.consent_version) if agreed else Html(""),
    )
    leave = (Button(texts("leaving.button.leave"), "le:ask"),)
    erase = (Button(texts("leaving.button.erase"), "le:erase"),)
    return Screen(text, (leave, erase) if _is_living(someone) else (erase,))
