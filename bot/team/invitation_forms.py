"""The coordinator's form that withdraws the invitation of a patient who has not come."""

from bot.courses.course_facts import CourseFacts, load_patient
from bot.dialogues.form import Form, Values
from bot.filling import Filling, Procedure
from bot.replies import Button, Screen
from bot.team.team_done import undo_button
from bot.texts import Html, Texts
from jobs import open_invitations, outlook


def _load(filling: Filling) -> CourseFacts:
    facts = load_patient(filling)
    open_invitations.check_unused(facts.patient)
    return facts


def _preview(texts: Texts, facts: CourseFacts, _values: Values) -> Html:
    planned = len(outlook.coming(facts.known, facts.today))
    courses = texts.plural("drop_invitation.courses", planned) if planned else Html("")
    return texts("drop_invitation.preview", pseudonym=facts.patient.pseudonym, courses=courses)


def _apply(filling: Filling, facts: CourseFacts, _values: Values) -> Screen:
    texts = filling.texts
    open_invitations.drop(filling.session, filling.actor, facts.patient, facts.now)
    done = texts("drop_invitation.done", pseudonym=facts.patient.pseudonym)
    return Screen(done, ((undo_button(filling, texts),), (Button(texts("card.button.roster"), "ro:"),)))


DROP = Procedure(Form("drop_invitation", (), _preview), _load, _apply)
