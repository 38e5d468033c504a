"""The form about alerts that nobody has seen: after how long others are told too, and who they are."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session

from bot.dialogues.form import NEVER, Form, Question, Values
from bot.filling import ALL_STAFF, Filling, Procedure
from bot.replies import Button, Screen
from bot.team.staff_words import called
from bot.team.team_schedule_forms import delay_words, read_delay
from bot.texts import Html, Texts
from jobs import alert_settings, daytime
from jobs.refusals import Refusal
from storage import teams
from storage.models import Staff, Team

COORDINATORS = "coordinators"
USUAL = (30, 60, 120, 240, 480)


@dataclass(frozen=True)
class UnseenFacts:
    """The team of whoever fills the form in, its members, and how it is now."""

    team: Team
    members: list[Staff]
    now: Mapping[str, int | None]

    def chosen(self, values: Values) -> tuple[int | None, Staff | None]:
        """The minutes, and the member; None for never, and for the coordinators. Refusal for one who has gone."""
        if values["to"] == COORDINATORS:
            return values["after"], None
        member = next((each for each in self.members if str(each.number) == values["to"]), None)
        if member is None:
            raise Refusal("refusal.escalate_gone")
        return values["after"], member

    def in_words(self, escalation: Mapping[str, int | None], texts: Texts) -> Html:
        return escalation_words(escalation, texts, told_already=self.team.alerts_to_coordinators)


def _load(filling: Filling) -> UnseenFacts:
    team = filling.team
    members = [staff for staff, _ in teams.members_of(filling.session, team.id)]
    return UnseenFacts(team, members, alert_settings.escalation_of(filling.session, team))


def escalation_words(facts: Mapping[str, int | None], texts: Texts, *, told_already: bool = False) -> Html:
    """`told to the coordinators too, after 2 hours`; facts as the audit has them.

    `told_already`: the coordinators are told of every alert, so that they would be told once more.
    """
    if facts["after"] is None:
        return texts("escalation.never")
    after = delay_words(facts["after"], texts)
    if facts["number"] is None:
        return texts("escalation.coordinators_again" if told_already else "escalation.coordinators", after=after)
    return texts("escalation.member", who=texts("staff.number", number=facts["number"]), after=after)


def escalation_now(session: Session, team: Team, texts: Texts) -> Html:
    """How it is set, and which hours count."""
    facts = alert_settings.escalation_of(session, team)
    what = escalation_words(facts, texts, told_already=team.alerts_to_coordinators)
    if facts["after"] is None:
        return what
    return texts("escalation.counted", what=what, begins=daytime.BEGINS, ends=daytime.ENDS)


def _read_after(value: str, *_: object) -> int:
    # What is no time at all is too short.
    after = read_delay(value) or 0
    alert_settings.check_escalation(after)
    return after


def _ask_after(texts: Texts, facts: UnseenFacts, _values: Values) -> Html:
    now = facts.in_words(facts.now, texts)
    return texts("alert_unseen.ask_after", now=now, begins=daytime.BEGINS, ends=daytime.ENDS)


def _read_to(value: str, facts: UnseenFacts, _values: Values) -> str:
    said = value.strip().lower()
    if said != COORDINATORS and not any(said == str(each.number) for each in facts.members):
        raise Refusal("refusal.escalate_to")
    return said


def _whom(texts: Texts, facts: UnseenFacts, _values: Values) -> list[tuple[str, str]]:
    members: list[tuple[str, str]] = [(called(each, texts), str(each.number)) for each in facts.members]
    return [(texts("alert_unseen.button.coordinators"), COORDINATORS), *members]


def _preview(texts: Texts, facts: UnseenFacts, values: Values) -> Html:
    new = alert_settings.escalation_facts(*facts.chosen(values))
    old, then = facts.in_words(facts.now, texts), facts.in_words(new, texts)
    return texts("alert_unseen.preview", old=old, new=then)


def _apply(filling: Filling, facts: UnseenFacts, values: Values) -> Screen:
    texts, (after, to) = filling.texts, facts.chosen(values)
    alert_settings.set_escalation(filling.session, filling.actor, facts.team, after, to, filling.now)
    new = facts.in_words(alert_settings.escalation_facts(after, to), texts)
    return Screen(texts("alert_unseen.done", new=new), ((Button(texts("alerts.button.back"), "al:"),),))


UNSEEN = Procedure(
    Form(
        "alert_unseen",
        (
            Question(
                "after",
                _ask_after,
                _read_after,
                lambda texts, *_: [
                    *((delay_words(minutes, texts), f"{minutes} min") for minutes in USUAL),
                    (texts("alert_unseen.button.never"), NEVER.data),
                ],
                width=2,
                also=lambda value, _facts: {"to": COORDINATORS} if value == NEVER.data else {},
                instead=(NEVER,),
            ),
            Question("to", lambda texts, *_: texts("alert_unseen.ask_to"), _read_to, _whom, width=2),
        ),
        _preview,
    ),
    _load,
    _apply,
    lambda facts: dict(facts.now),
    roles=ALL_STAFF,
)
