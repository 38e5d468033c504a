"""The form for a team's own short label of a patient: what its coordinators find them by."""

from bot.course_facts import CourseFacts, back_to_patient, load_patient
from bot.dialogues.form import NONE, Form, Question, Values
from bot.filling import Filling, Procedure, fingerprint
from bot.replies import Screen
from bot.texts import Html, Texts
from jobs import labels
from jobs.roster import LONGEST_LABEL, tidied


def _ask(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    patient = facts.patient
    now = texts("label.now", label=patient.label) if patient.label else texts("label.none_now")
    return texts("label.question", pseudonym=patient.pseudonym, now=now, most=LONGEST_LABEL)


def _choices(texts: Texts, facts: CourseFacts, _values: Values) -> list[tuple[str, str]]:
    return [(texts("label.button.remove"), NONE.data)] if facts.patient.label else []


def read_label(value: str, *_: object) -> str:
    """As it is typed, on one line."""
    label = tidied(value)
    labels.check(label)
    return label


def _apply(filling: Filling, facts: CourseFacts, values: Values) -> Screen:
    texts, label = filling.texts, values["label"]
    labels.set_label(filling.session, filling.actor, facts.patient, label, facts.now)
    # The form keeps what it says here; a label that is replaced must be gone.
    key = "label.done" if label else "label.removed"
    return back_to_patient(facts, texts(key, pseudonym=facts.patient.pseudonym), texts)


LABEL = Procedure(
    Form("label", (Question("label", _ask, read_label, _choices, instead=(NONE,)),)),
    load_patient,
    _apply,
    lambda facts: fingerprint(facts.patient.label),
)
