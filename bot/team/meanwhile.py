"""What somebody else did, shown to whoever was changing the same: nothing is overwritten unseen."""

from dataclasses import replace

from sqlmodel import Session

from bot.filling import PATIENT, is_open
from bot.replies import Button, Keyboard, Reply, Rewrite, Say
from bot.team.coordinator import OPENED_BY_BUTTONS
from bot.team.history import changed_since
from bot.texts import Html, Texts, texts_in
from storage import patients
from storage.chats import Someone
from storage.models import Dialogue

CHANGED = "refusal.gone"


class Meanwhile:
    """Remembers the form that is open, and since when it stood so, before a step of it is made."""

    def __init__(self, dialogue: Dialogue | None) -> None:
        self._form = dialogue.form if is_open(dialogue) else None
        self._subject = dict(dialogue.state.get("subject", {})) if is_open(dialogue) else {}
        self._since = dialogue.updated_at if dialogue is not None else None

    def told(self, session: Session, someone: Someone, replies: list[Reply]) -> list[Reply]:
        """The replies to the step; where it was refused because of somebody's change, with that change."""
        found = next((each for each in replies if isinstance(each, Say | Rewrite) and each.refused == CHANGED), None)
        if found is None or self._form is None or self._since is None or someone.staff is None:
            return replies
        number = self._subject.get(PATIENT)
        patient = patients.patient_of_team(session, someone.the_team.id, number) if number is not None else None
        if number is not None and patient is None:
            return replies
        lines = changed_since(session, someone, patient, self._since)
        if not lines:
            return replies
        texts = texts_in(someone.chat.language)
        said = Html(f"{found.screen.text}\n\n{texts('meanwhile')}\n" + "\n\n".join(lines))
        screen = replace(found.screen, text=said, keyboard=self._again(someone, texts))
        return [replace(each, screen=screen) if each is found else each for each in replies]

    def _again(self, someone: Someone, texts: Texts) -> Keyboard:
        """Of a form that a button by itself opens, about whom it was."""
        subject = self._subject.get("id")
        if self._form not in OPENED_BY_BUTTONS or subject is None or not someone.the_staff.coordinator:
            return ()
        return ((Button(texts("meanwhile.button.again"), f"o:{self._form}:{subject}"),),)
