"""*Undo* below what was done, for an hour, once: for any coordinator; of what was entered, for the whole team."""

import re

from sqlmodel import Session

from bot.courses.course_facts import told_to
from bot.filling import dialogue_in, is_open
from bot.replies import Button, Incoming, Reply, Rewrite, Screen, Toast
from bot.team.history_words import what
from bot.team.team_done import team_button
from bot.texts import Html, Texts, texts_in
from jobs import measuring, schedule, taking_back
from jobs.refusals import Refusal
from storage import audit, dialogues, patients
from storage.chats import Someone
from storage.models import AuditEntry

# Of what holds now, how many lines are said; a table may have brought five hundred.
MOST_SHOWN = 26
# What patients are told of, and of its undoing.
TOLD = {schedule.PLANNED, schedule.MOVED, schedule.CANCELLED}
# The first entry of the change, and its last; what was sent by an earlier version says the last alone.
_DATA = re.compile(r"un:(?:([0-9]{1,9}):)?([0-9]{1,9})")


def pressed(session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """Told again, it shows again what was done."""
    texts, staff, found = texts_in(someone.chat.language), someone.the_staff, _DATA.fullmatch(incoming.data)
    if found is None:
        raise Refusal("refusal.gone")
    first, entry = int(found[1] or 0), taking_back.to_take_back(session, staff.team_id, int(found[2]))
    if not staff.coordinator and entry.action not in measuring.ENTERED:
        raise Refusal("refusal.gone")
    if not (incoming.repeated and audit.is_taken_back(session, staff.team_id, entry.id)):
        taking_back.take_back(session, audit.staff_actor(staff.id), entry, first, incoming.now)
        _forget_what_was_said(session, incoming, someone)
    undone = [each.id for each in taking_back.whole_change(session, entry, first)]
    # What was done to undo it ends in what is so now.
    now = [what(each, texts) for each in audit.that_take_back(session, staff.team_id, undone)]
    left = len(now) - MOST_SHOWN
    shown = [*now[:MOST_SHOWN], *([texts.plural("history.more", left)] if left > 0 else [])]
    heard = _heard(session, entry, texts)
    done = texts("taking_back.done", what=Html("\n".join(shown)), heard=heard)
    return [Toast(""), Rewrite(incoming.message_id, Screen(done, ((_back(session, entry, texts),),)))]


def _heard(session: Session, entry: AuditEntry, texts: Texts) -> Html:
    """Whether the patient hears of it, as the forms say it; nothing of one who has been erased meanwhile."""
    if entry.action not in TOLD:
        return Html("")
    patient = patients.patient_of_team(session, entry.team_id, entry.patient_id or 0)
    return Html("") if patient is None else Html(f"\n\n{told_to(session, patient, texts, 'taking_back.heard')}")


def _forget_what_was_said(session: Session, incoming: Incoming, someone: Someone) -> None:
    """That it is done is no longer so: a late press on the form above must not show it again."""
    dialogue = dialogue_in(session, incoming, someone)
    if dialogue is not None and not is_open(dialogue) and dialogue.message_id == incoming.message_id:
        dialogues.end_dialogue(session, someone.chat.id, incoming.pane)


def _back(session: Session, entry: AuditEntry, texts: Texts) -> Button:
    """To whom it is about: the patient, or the team."""
    if entry.patient_id is None:
        return team_button(texts)
    if entry.action in measuring.ENTERED:
        return Button(texts("measure.button.list"), f"me:list:{entry.patient_id}")
    pseudonym = patients.pseudonym_of(session, entry.team_id, entry.patient_id)
    return Button(texts("course.button.patient", pseudonym=pseudonym), f"pt:{entry.patient_id}")
