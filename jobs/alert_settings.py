"""What a team sets about its alerts, each change with its audit entry: few rules, who is told, the patient's words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from jobs import alert_escalation, alert_rules, holding, item_sets
from jobs.refusals import Refusal
from storage import alerts as stored
from storage import audit, questions, teams
from storage.models import STAIRS, AlertKind, AlertRule, Staff, Team
from storage.questions import STANDARD, DiaryQuestion

MOST_RULES = 5
HIGHEST_THRESHOLD, MOST_DAYS = 10, 7
LONGEST_WORDS = 400
# Minutes of the team's day until an alert that nobody has seen is told to others.
SHORTEST_ESCALATION, LONGEST_ESCALATION = 30, 720


@dataclass(frozen=True)
class Wanted:
    """A rule before it is one."""

    item: str
    kind: AlertKind
    threshold: int
    days: int

    @property
    def rule(self) -> alert_rules.Rule:
        return alert_rules.Rule(self.kind.value, self.threshold, self.days)


def check_room(session: Session, team: Team) -> None:
    """Refusal where the team has as many rules as it may have."""
    if len(stored.rules_of(session, team.id)) >= MOST_RULES:
        raise Refusal("refusal.alert_rules_most", most=MOST_RULES)


def can_be_about(session: Session, team: Team) -> tuple[DiaryQuestion, ...]:
    """The four, and the team's own questions from 0 to 10 that are asked now. Not stairs, of which fewer are worse."""
    asked = {*item_sets.team_items(session, team.id)} - {STAIRS}
    return (*STANDARD, *questions.questions_called(session, team.id, asked))


def check(session: Session, team: Team, wanted: Wanted) -> None:
    """Refusal for what is no rule, is about something that is not asked, or is there already."""
    if wanted.item not in {each.key for each in can_be_about(session, team)}:
        raise Refusal("refusal.alert_choose")
    if not (1 <= wanted.threshold <= HIGHEST_THRESHOLD and 1 <= wanted.days <= MOST_DAYS):
        raise Refusal("refusal.alert_choose")
    known = stored.rules_of(session, team.id)
    if any(Wanted(rule.item, rule.kind, rule.threshold, rule.days) == wanted for rule in known):
        raise Refusal("refusal.alert_rule_is_there")


def add_rule(session: Session, actor: str, team: Team, wanted: Wanted, now: datetime) -> AlertRule:
    holding.hold_team(session, team)
    check_room(session, team)
    check(session, team, wanted)
    rule = AlertRule(
        team_id=team.id,
        item=wanted.item,
        kind=wanted.kind,
        threshold=wanted.threshold,
        days=wanted.days,
        created_at=now,
    )
    session.add(rule)
    session.flush()
    audit.record(
        session,
        team_id=team.id,
        at=now,
        actor=actor,
        action="alert_rule_added",
        after={"rule": rule.id, **_facts(session, rule)},
    )
    return rule


def end_rule(session: Session, actor: str, rule: AlertRule, now: datetime) -> None:
    """What it has told stays told. Refusal where it has ended already."""
    if rule.ended_at is not None:
        raise Refusal("refusal.gone")
    rule.ended_at = now
    session.add(rule)
    audit.record(
        session,
        team_id=rule.team_id,
        at=now,
        actor=actor,
        action="alert_rule_ended",
        before={"rule": rule.id, **_facts(session, rule)},
    )


def _facts(session: Session, rule: AlertRule) -> Mapping[str, object]:
    """`asked`: the words of a question of the team's own, which stay what they are."""
    about = questions.question_called(session, rule.team_id, rule.item)
    asked = {"asked": {"language": about.language, "wording": about.wording}} if about.wording else {}
    return {"item": str(rule.item), "kind": rule.kind.value, "threshold": rule.threshold, "days": rule.days, **asked}


def set_readers(session: Session, actor: str, team: Team, *, coordinators: bool, now: datetime) -> None:
    """Whether coordinators are told as well as clinicians."""
    holding.hold_team(session, team)
    if team.alerts_to_coordinators == coordinators:
        return
    before, after = ({"coordinators": which} for which in (team.alerts_to_coordinators, coordinators))
    team.alerts_to_coordinators = coordinators
    session.add(team)
    audit.record(session, team_id=team.id, at=now, actor=actor, action="alert_readers_set", before=before, after=after)


def escalation_of(session: Session, team: Team) -> dict[str, int | None]:
    """After how many minutes, and the member who is told then, with their number; None: never, the coordinators."""
    chosen = next((staff for staff, _ in teams.members_of(session, team.id) if staff.hears_of_unseen), None)
    return escalation_facts(team.escalate_after, chosen)


def escalation_facts(after: int | None, to: Staff | None) -> dict[str, int | None]:
    known = to if after is not None else None
    return {"after": after, "member": known.id if known else None, "number": known.number if known else None}


def check_escalation(after: int) -> None:
    """In minutes."""
    if not SHORTEST_ESCALATION <= after <= LONGEST_ESCALATION:
        raise Refusal("refusal.escalate_after", least=SHORTEST_ESCALATION, most=LONGEST_ESCALATION // 60)


def set_escalation(
    session: Session, actor: str, team: Team, after: int | None, to: Staff | None, now: datetime
) -> None:
    """Who is told, and when, if nobody has seen an alert. Refusal for what is too soon, too late, or so already."""
    if after is not None:
        check_escalation(after)
    holding.hold_team(session, team)
    before, wanted = escalation_of(session, team), escalation_facts(after, to)
    if wanted == before:
        raise Refusal("refusal.set_like_that_already")
    team.escalate_after = after
    session.add(team)
    for staff, _ in teams.members_of(session, team.id):
        staff.hears_of_unseen = staff.id == wanted["member"]
        session.add(staff)
    alert_escalation.count_anew(session, team, now)
    audit.record(
        session, team_id=team.id, at=now, actor=actor, action="alert_escalation_set", before=before, after=wanted
    )


def check_words(words: str) -> None:
    if len(words) > LONGEST_WORDS:
        raise Refusal("refusal.alert_words_long", most=LONGEST_WORDS)


def set_words(session: Session, actor: str, team: Team, language: str, words: str | None, now: datetime) -> None:
    """What a patient who uses this language reads first; None: the usual words. Refusal for too many."""
    check_words(words or "")
    holding.hold_team(session, team)
    known = dict(team.alert_words or {})
    before = known.pop(language, None)
    if words is not None:
        known[language] = words
    team.alert_words = known or None
    session.add(team)
    audit.record(
        session,
        team_id=team.id,
        at=now,
        actor=actor,
        action="alert_words_set",
        before={language: before},
        after={language: words},
    )
