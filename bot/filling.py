"""Filling in a form: the dialogue's row in, the next screen out. Which forms there are is said by the callers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol, TypeGuard, runtime_checkable

from sqlmodel import Session

from bot.dialogues import calendar
from bot.dialogues import form as forms
from bot.dialogues.form import Form, Given, State
from bot.replies import Button, CloseButtons, Incoming, Reply, Rewrite, Say, Screen, Toast
from bot.texts import Html, Texts, texts_in
from jobs import holding, schedule
from jobs.refusals import Refusal
from storage import audit, dialogues, patients
from storage.chats import Someone
from storage.models import Dialogue, Patient, Role, Team

Subject = Mapping[str, Any]
# In the state of a form that is finished: what it said.
DONE = "done"
VERSION = "version"
# In the state: what it was that brought the form here; and the chat's latest message that cannot be the form's.
BY, AFTER = "by", "after"
# In the subject: whom the form is about, or all whom it names. It goes with them when they have everything erased.
PATIENT, PATIENTS = "patient", "patients"
NOTHING_SAID = State()
# Who may fill a form in: any member with one of these roles.
COORDINATORS_ONLY, CLINICIANS_ONLY = frozenset({Role.COORDINATOR}), frozenset({Role.CLINICIAN})
ALL_STAFF, PATIENTS_ONLY = COORDINATORS_ONLY | CLINICIANS_ONLY, frozenset({Role.PATIENT})
# Whoever has none yet.
STRANGERS: frozenset[Role] = frozenset()
# So long after the last step what is typed is no longer for the form; its buttons say what they are about, and go on.
LISTENS_FOR = timedelta(hours=24)
# What is typed is said back where it cannot be read; nobody needs more of it.
LONGEST_LINE = 60


@runtime_checkable
class AboutPatient(Protocol):
    """Facts of a form about a patient."""

    @property
    def patient(self) -> Patient | None: ...


@dataclass(frozen=True)
class Filling:
    """One form being filled in by someone, about a subject (ids as plain JSON)."""

    session: Session
    incoming: Incoming
    someone: Someone
    subject: Subject

    @property
    def now(self) -> datetime:
        return self.incoming.now

    @property
    def texts(self) -> Texts:
        return texts_in(self.someone.chat.language)

    @property
    def team(self) -> Team:
        """LookupError for a stranger, who is joining."""
        return self.someone.the_team

    @property
    def actor(self) -> str:
        """Whoever fills it in, as the audit has them."""
        if self.someone.staff is not None:
            return audit.staff_actor(self.someone.staff.id)
        return audit.patient_actor(self.someone.the_patient.id)


def living_patient(filling: Filling, number: int) -> Patient:
    """Of the team, invited or joined. Refusal for one who is gone, or has left: nothing of theirs is changed."""
    patient = patients.patient_of_team(filling.session, filling.team.id, number)
    if patient is None:
        raise Refusal("refusal.gone")
    if patient.status in patients.LEFT:
        raise schedule.change_refused(patient)
    return patient


def of_team(filling: Filling) -> Filling:
    """The facts of a form about the whole team: it knows them itself."""
    return filling


@dataclass(frozen=True)
class Procedure:
    """A form with what it needs and what it does.

    `load` gives the form's facts, afresh at every step: Refusal when the subject is gone or not this person's.
    `apply` does what was confirmed, in the same transaction, and says so. `version` tells, as JSON, whether what the
    form is about was changed by somebody else since it was opened: then the form ends, and nothing is overwritten.
    `longest`: of a line typed into it, no more is read. `cancelled`: what is shown then, without which it is only said.
    `roles`: who may fill it in, asked at every step.
    """

    form: Form
    load: Callable[[Filling], Any]
    apply: Callable[[Filling, Any, forms.Values], Screen]
    version: Callable[[Any], Any] = lambda _facts: None
    longest: int = LONGEST_LINE
    cancelled: Callable[[Filling], Screen] | None = None
    roles: frozenset[Role] = COORDINATORS_ONLY


def begin(
    procedure: Procedure,
    filling: Filling,
    *,
    in_place: bool,
    state: State = NOTHING_SAID,
) -> list[Reply]:
    """Opens the form, in the pressed message or in a new one; a form left unfinished is forgotten, and its buttons go.

    Asked for twice, by an update that is delivered again, it goes on where it stands. `state`: what was said with the
    command already.
    """
    dialogue = dialogue_in(filling.session, filling.incoming, filling.someone)
    if filling.incoming.repeated and is_open(dialogue) and dialogue.form == procedure.form.name:
        return go_on(procedure, replace(filling, subject=dialogue.state["subject"]), dialogue, None)
    facts = procedure.load(filling)
    about = {PATIENT: facts.patient.id} if isinstance(facts, AboutPatient) and facts.patient is not None else {}
    filling = replace(filling, subject={**filling.subject, **about, VERSION: procedure.version(facts)})
    shown = forms.screen(procedure.form, facts, state, texts_of(filling, state))
    stands_in = filling.incoming.message_id if in_place else None
    left = dialogue.message_id if is_open(dialogue) else None
    closed = [CloseButtons(left)] if left is not None and left != stands_in else []
    _keep(procedure, filling, state, stands_in)
    if in_place:
        return [Rewrite(filling.incoming.message_id, shown, _note_message(filling)), *closed]
    return [Say(shown, _note_message(filling)), *closed]


def opened(
    procedure: Procedure, session: Session, incoming: Incoming, someone: Someone, subject: Subject
) -> list[Reply]:
    """A button opens the form, in its own message."""
    return [Toast(""), *begin(procedure, Filling(session, incoming, someone, subject), in_place=True)]


def typed(procedures: Mapping[str, Procedure], filling: Filling, dialogue: Dialogue) -> list[Reply]:
    """A line typed into the open form; the next question comes as a new message, below what was typed."""
    procedure = procedures[dialogue.form]
    given = None if filling.incoming.repeated else Given(filling.incoming.text[: procedure.longest])
    return _below(procedure, filling, dialogue, given, None)


def told_to_finish(procedures: Mapping[str, Procedure], filling: Filling, dialogue: Dialogue, key: str) -> list[Reply]:
    """Something else was wanted before the open form is finished: `key` says so, above the form's question."""
    return _below(procedures[dialogue.form], filling, dialogue, None, Refusal(key))


def taken_up_again(procedure: Procedure, filling: Filling, dialogue: Dialogue) -> list[Reply]:
    """The open form was asked for once more: it goes on where it stands, below."""
    state = replace(State.from_json(dialogue.state), aside=None)
    shown = forms.screen(procedure.form, procedure.load(filling), state, texts_of(filling, state))
    replies: list[Reply] = [Say(shown, _note_message(filling))]
    if dialogue.message_id is not None:
        replies.append(CloseButtons(dialogue.message_id))
    _keep(procedure, filling, state, None)
    return replies


def _below(
    procedure: Procedure, filling: Filling, dialogue: Dialogue, given: Given | None, refused: Refusal | None
) -> list[Reply]:
    """One step as an answer to something typed; the message that asked before loses its buttons."""
    if filling.incoming.repeated:
        return go_on(procedure, filling, dialogue, None)
    above = dialogue.message_id
    replies = go_on(procedure, filling, dialogue, given, refused)
    if above is not None:
        replies.append(CloseButtons(above))
    return replies


def pressed(procedures: Mapping[str, Procedure], session: Session, incoming: Incoming, someone: Someone) -> list[Reply]:
    """A button of a form; one that is not the open one's is old."""
    _, name, question, value = incoming.data.split(":", 3)
    dialogue = dialogue_in(session, incoming, someone)
    texts = texts_in(someone.chat.language)
    if not is_open(dialogue) or dialogue.form != name or not _may_stand_in(dialogue, incoming.message_id):
        return [Toast(texts("form.old_button")), CloseButtons(incoming.message_id)]
    if value == calendar.NOTHING:
        return [Toast(texts("calendar.nothing_there"))]
    filling = Filling(session, incoming, someone, dialogue.state.get("subject", {}))
    given = None if incoming.repeated else Given(value, question)
    return go_on(procedures[name], filling, dialogue, given)


def _may_stand_in(dialogue: Dialogue, message_id: int) -> bool:
    """Until it is known in which message the form stands, it may be in any that is newer than all that were before."""
    if dialogue.message_id is not None:
        return dialogue.message_id == message_id
    return message_id > int(dialogue.state.get(AFTER, 0))


def dialogue_in(session: Session, incoming: Incoming, someone: Someone) -> Dialogue | None:
    """Of the chat, or of the pane in which something was done."""
    return dialogues.dialogue_of(session, someone.chat.id, incoming.pane)


def is_open(dialogue: Dialogue | None) -> TypeGuard[Dialogue]:
    return dialogue is not None and DONE not in dialogue.state


def listens(dialogue: Dialogue | None, incoming: Incoming) -> TypeGuard[Dialogue]:
    """Whether what is typed may be meant for it."""
    return is_open(dialogue) and incoming.said_at - dialogue.updated_at < LISTENS_FOR


def end_if_turned_away(
    procedures: Mapping[str, Procedure], session: Session, incoming: Incoming, someone: Someone
) -> list[Reply]:
    """A patient has asked for something else: what is typed next is no answer to the one question of their form.

    A care team's forms have many, and what is looked up on the way is for the next of them.
    """
    dialogue = dialogue_in(session, incoming, someone)
    if incoming.repeated or not is_open(dialogue) or dialogue.form not in procedures:
        return []
    if procedures[dialogue.form].roles != PATIENTS_ONLY or dialogue.state.get(BY) == incoming.what:
        return []
    dialogues.end_dialogue(session, someone.chat.id, incoming.pane)
    return [CloseButtons(dialogue.message_id)] if dialogue.message_id is not None else []


def said_last(dialogue: Dialogue | None, incoming: Incoming) -> list[Reply] | None:
    """What a finished form said, when what finished it is told again: the answer to it may never have arrived."""
    if dialogue is None or DONE not in dialogue.state:
        return None
    shown = _screen_from(dialogue.state[DONE])
    if incoming.data:
        return [Toast(""), Rewrite(incoming.message_id, shown)] if dialogue.message_id == incoming.message_id else None
    if not incoming.repeated or dialogue.state.get(BY) != incoming.what:
        return None
    return [Say(shown)] if dialogue.message_id is None else [Rewrite(dialogue.message_id, shown)]


def go_on(
    procedure: Procedure, filling: Filling, dialogue: Dialogue, given: Given | None, refused: Refusal | None = None
) -> list[Reply]:
    """One step; none when `given` is None, as when it was given before: then the form shows where it stands.

    `refused`: what to say above it, where something was done that is no step of the form.
    """
    before = State.from_json(dialogue.state)
    try:
        if given is not None:
            _hold(filling)
        facts = procedure.load(filling)
        if procedure.version(facts) != filling.subject.get(VERSION):
            raise Refusal("refusal.gone")
    except Refusal as refusal:
        return _finish(procedure, filling, _no_more(filling, before, refusal), refusal.key)
    try:
        # A refusal undoes what was begun.
        with filling.session.begin_nested():
            state = forms.step(procedure.form, facts, before, given) if given is not None else before
            if state.finished:
                return _finish(procedure, filling, procedure.apply(filling, facts, state.values))
    except Refusal as refusal:
        refused, state = refusal, before
    if state.cancelled:
        if procedure.cancelled is not None:
            return _finish(procedure, filling, procedure.cancelled(filling))
        dialogues.end_dialogue(filling.session, filling.someone.chat.id, filling.incoming.pane)
        return _in_its_place(filling, Screen(texts_of(filling, state)("form.cancelled")))
    shown = forms.screen(procedure.form, facts, state, texts_of(filling, state), refused)
    if given is None and refused is None and dialogue.message_id is not None:
        return [Rewrite(dialogue.message_id, shown, _note_message(filling, dialogue.state.get(BY)))]
    _keep(procedure, filling, state, filling.incoming.message_id if filling.incoming.data else None)
    return _in_its_place(filling, shown)


def _hold(filling: Filling) -> None:
    """Whoever changes what the form is about is waited for, and their change is seen before anything is done."""
    session, someone, number = filling.session, filling.someone, filling.subject.get(PATIENT)
    patient = patients.patient_of_team(session, someone.the_team.id, number) if number is not None else None
    if patient is not None:
        holding.hold_patient(session, patient)
    elif someone.staff is not None:
        holding.hold_team(session, someone.the_team)


def fingerprint(words: str | None) -> str | None:
    """For a form's version, of words that may have to be gone: the form does not keep them."""
    return None if words is None else sha256(words.encode()).hexdigest()


def texts_of(filling: Filling, state: State) -> Texts:
    """In the language just chosen, where the form asks for one."""
    return texts_in(state.values.get("language", filling.someone.chat.language))


def _no_more(filling: Filling, state: State, refusal: Refusal) -> Screen:
    """What the form was about is gone, and the form with it."""
    return Screen(texts_of(filling, state)(refusal.key, **refusal.arguments))


def _finish(procedure: Procedure, filling: Filling, shown: Screen, refused: str = "") -> list[Reply]:
    """Ends the form. What it said is kept, until the next form, for whoever did not see it; and whom it was about."""
    keyboard = [[[button.text, button.data] for button in row] for row in shown.keyboard]
    said = {"text": str(shown.text), "keyboard": keyboard}
    about = {key: filling.subject[key] for key in (PATIENT, PATIENTS) if key in filling.subject}
    stored = {DONE: said, "subject": about}
    _store(procedure, filling, stored, filling.incoming.message_id if filling.incoming.data else None)
    return _in_its_place(filling, shown, refused)


def _in_its_place(filling: Filling, shown: Screen, refused: str = "") -> list[Reply]:
    """In the message that was pressed, or below what was typed."""
    if filling.incoming.data:
        return [Rewrite(filling.incoming.message_id, shown, _note_message(filling), refused=refused)]
    return [Say(shown, _note_message(filling), refused)]


def _screen_from(stored: Mapping[str, Any]) -> Screen:
    keyboard = tuple(tuple(Button(text, data) for text, data in row) for row in stored["keyboard"])
    return Screen(Html(stored["text"]), keyboard)


def _keep(procedure: Procedure, filling: Filling, state: State, message_id: int | None) -> None:
    _store(procedure, filling, {**state.as_json(), "subject": dict(filling.subject)}, message_id)


def _store(procedure: Procedure, filling: Filling, stored: Mapping[str, Any], message_id: int | None) -> None:
    chat_id, pane, now = filling.someone.chat.id, filling.incoming.pane, filling.now
    before = dialogue_in(filling.session, filling.incoming, filling.someone)
    earlier = [before.message_id or 0, before.state.get(AFTER, 0)] if before is not None else []
    marks = {BY: filling.incoming.what, AFTER: max([filling.incoming.message_id, *earlier])}
    dialogues.keep_dialogue(filling.session, chat_id, procedure.form.name, {**stored, **marks}, now, message_id, pane)


def _note_message(filling: Filling, by: str | None = None) -> Callable[[Session, int], None]:
    """Notes where the screen stands that `by`, or else what has come now, has brought."""
    chat_id, pane, brought_by = filling.someone.chat.id, filling.incoming.pane, by or filling.incoming.what

    def note(session: Session, message_id: int) -> None:
        dialogue = dialogues.dialogue_of(session, chat_id, pane)
        if dialogue is None:
            return
        if dialogue.state.get(BY, brought_by) == brought_by:
            dialogue.message_id = message_id
        else:
            # Something else was begun before this was sent.
            dialogue.state = {**dialogue.state, AFTER: max(dialogue.state.get(AFTER, 0), message_id)}
        session.add(dialogue)

    return note
