"""`/history`: the latest changes, of the team or of one patient: when, who, what, from what to what."""

from collections.abc import Mapping

from sqlmodel import Session

from bot.history_words import what
from bot.patients_named import pressed_patient, typed_patient
from bot.replies import Button, Incoming, Keyboard, Reply, Rewrite, Say, Screen, Toast
from bot.staff_words import called
from bot.team_done import team_button
from bot.texts import Html, Texts, texts_in
from storage import audit, teams
from storage.chats import Someone
from storage.models import AuditEntry, Patient, Staff

MOST = 15
# That someone's numbers met a rule is for those whom the team has chosen as the readers of alerts.
OF_ALERTS = ("alert_raised", "alert_taken_back", "alert_seen", "alert_unseen")
# That somebody's page needed a look is for clinicians.
OF_LOOKS = ("look_seen", "look_put_off", "look_taken_back")


def typed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """`/history`, `/history P-7KQ4`."""
    patient = typed_patient(session, incoming, someone) if incoming.text.strip() else None
    return [Say(_screen(session, someone, patient))]


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    patient = None if incoming.data == "hi:team" else pressed_patient(session, incoming.data, someone)
    return [Toast(""), Rewrite(incoming.message_id, _screen(session, someone, patient))]


def what_was_changed(entry: AuditEntry, texts: Texts) -> Html:
    """What, from what to what; and where that was to undo something, that it was."""
    said = what(entry, texts)
    return said if entry.takes_back is None else texts("history.taken_back", what=said)


def _screen(session: Session, someone: Someone, patient: Patient | None) -> Screen:
    texts, team = texts_in(someone.chat.language), someone.the_team
    hears_of_alerts = someone.the_staff.clinician or team.alerts_to_coordinators
    but = (*(() if hears_of_alerts else OF_ALERTS), *(() if someone.the_staff.clinician else OF_LOOKS))
    patient_id = patient.id if patient is not None else None
    found = audit.latest_of(session, team.id, patient_id, MOST, but)
    members = teams.everyone_ever_on(session, team.id)
    lines = [_line(entry, about if patient is None else None, someone, members, texts) for entry, about in found]
    shown = Html("\n\n".join(lines)) if lines else texts("history.none")
    if patient is None:
        back: Keyboard = ((team_button(texts),),)
        return Screen(texts("history.of_team", team=team.name, lines=shown), back)
    back = ((Button(texts("course.button.patient", pseudonym=patient.pseudonym), f"pt:{patient.id}"),),)
    return Screen(texts("history.of_patient", pseudonym=patient.pseudonym, lines=shown), back)


def _line(
    entry: AuditEntry, about: Patient | None, someone: Someone, members: Mapping[int, Staff], texts: Texts
) -> Html:
    """`about`: where that is not clear from above."""
    said = what_was_changed(entry, texts)
    if about is not None:
        said = texts("history.about", pseudonym=about.pseudonym, what=said)
    when = Html(texts.instant(entry.at, someone.the_team.time_zone))
    return texts("history.line", when=when, who=_who(entry.actor, someone, members, texts), what=said)


def _who(actor: str, someone: Someone, members: Mapping[int, Staff], texts: Texts) -> Html:
    if actor == audit.staff_actor(someone.the_staff.id):
        return texts("history.by.you")
    if actor.startswith(audit.STAFF):
        member = members.get(int(actor.removeprefix(audit.STAFF)))
        # Of whom there is no row, as after a way down and up again.
        return texts("history.by.staff", who=called(member, texts) if member else texts("role.staff"))
    return texts(f"history.by.{actor.partition(':')[0]}")
