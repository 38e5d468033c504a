"""What somebody else did, shown to whoever was changing the same: nothing is overwritten unseen."""

from dataclasses import replace

from sqlmodel import Session

from bot.filling import PATIENT, is_open
from bot.replies import Button, Reply, Rewrite, Say
from bot.team.history import changed_since
from bot.texts import Html, texts_in
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
        texts = texts_in(someone.chat.language)
        if self._form is None or self._since is None or someone.staff is None:
            return replies
        number = self._subject.get(PATIENT)
        patient = patients.patient_of_team(session, someone.the_team.id, number) if number is not None else None
        if number is not None and patient is None:
            return replies
        refused = texts(CHANGED)
        found = [each for each in replies if isinstance(each, Say | Rewrite) and each.screen.text == refused]
        lines = changed_since(session, someone, patient, self._since) if found else []
        if not lines:
            return replies
        said = Html(f"{refused}\n\n{texts('meanwhile')}\n" + "\n\n".join(lines))
        subject = self._subject.get("id")
        again = (Button(texts("meanwhile.button.again"), f"o:{self._form}:{subject}"),) if subject is not None else ()
        screen = replace(found[0].screen, text=said, keyboard=(again,) if again else ())
        return [replace(each, screen=screen) if each is found[0] else each for each in replies]
