"""The forms about a member of the team: other roles, a label, leaving, being removed. Each says what will follow."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.dialogues.form import NONE, Form, Question, Values
from bot.filling import ALL_STAFF, Filling, Procedure, fingerprint
from bot.label_form import read_label
from bot.replies import Screen
from bot.staff_words import back, called, roles_in_words, roles_words
from bot.team_done import undo_button
from bot.texts import Html, Texts
from jobs import staffing
from jobs.refusals import Refusal
from jobs.roster import LONGEST_LABEL
from storage import teams
from storage.models import Staff

COORDINATOR, CLINICIAN, BOTH = "coordinator", "clinician", "both"


@dataclass(frozen=True)
class MemberFacts:
    """The member that the form is about; `mine`: whoever fills it in."""

    filling: Filling
    member: Staff

    @property
    def mine(self) -> Staff:
        return self.filling.someone.the_staff


def _load(filling: Filling) -> MemberFacts:
    """Oneself; a coordinator may mean anybody on the team."""
    mine, number = filling.someone.the_staff, filling.subject["id"]
    member = teams.member_of_team(filling.session, mine.team_id, number)
    if member is None or not (mine.coordinator or member.id == mine.id):
        raise Refusal("refusal.gone")
    return MemberFacts(filling, member)


def _load_for_coordinator(filling: Filling) -> MemberFacts:
    facts = _load(filling)
    if not facts.mine.coordinator:
        raise Refusal("refusal.gone")
    return facts


def _load_other(filling: Filling) -> MemberFacts:
    facts = _load_for_coordinator(filling)
    if facts.member.id == facts.mine.id:
        raise Refusal("refusal.gone")
    return facts


def _load_leaver(filling: Filling) -> MemberFacts:
    """At the beginning already it is said that the last coordinator cannot leave."""
    facts = _load(filling)
    if facts.member.id != facts.mine.id:
        raise Refusal("refusal.gone")
    if facts.mine.coordinator:
        staffing.check_not_the_last(filling.session, facts.mine)
    return facts


def _version(facts: MemberFacts) -> list[bool]:
    return [facts.member.coordinator, facts.member.clinician]


def _wanted(values: Values) -> dict[str, bool]:
    role = values["role"]
    return {"coordinator": role in {COORDINATOR, BOTH}, "clinician": role in {CLINICIAN, BOTH}}


def _read_role(value: str, *_: object) -> str:
    said = value.strip().lower()
    if said not in {COORDINATOR, CLINICIAN, BOTH}:
        raise Refusal("refusal.staff_roles")
    return said


def _check_roles(facts: MemberFacts, values: Values) -> None:
    staffing.check_roles(facts.filling.session, facts.member, _wanted(values))


def _preview_roles(texts: Texts, facts: MemberFacts, values: Values) -> Html:
    wanted, old = _wanted(values), roles_in_words(facts.member, texts)
    follows = [] if facts.member.id == facts.mine.id else [texts("staff.follows.told")]
    follows += _without(texts, facts, wanted["coordinator"], wanted["clinician"])
    new = roles_words(texts, coordinator=wanted["coordinator"], clinician=wanted["clinician"])
    return texts("staff_roles.preview", who=called(facts.member, texts), old=old, new=new, follows=_paragraph(follows))


def _paragraph(sentences: list[Html]) -> Html:
    return Html(" ".join(sentences) + "\n\n" if sentences else "")


def _without(texts: Texts, facts: MemberFacts, coordinator: bool, clinician: bool) -> list[Html]:
    """What the team will be without, where this member is that no longer."""
    follows, filling = [], facts.filling
    others = [each for each, _ in teams.members_of(filling.session, filling.team.id) if each.id != facts.member.id]
    if facts.member.coordinator and not coordinator:
        follows.append(texts("staff.follows.invitations"))
    if facts.member.clinician and not clinician and not any(each.clinician for each in others):
        follows.append(texts("staff.follows.no_clinician"))
    if facts.member.hears_of_unseen and not (coordinator or clinician):
        follows.append(texts("staff.follows.unseen"))
    return follows


def _apply_roles(filling: Filling, facts: MemberFacts, values: Values) -> Screen:
    texts = filling.texts
    staffing.change_roles(filling.session, filling.actor, facts.member, _wanted(values), filling.now)
    done = texts("staff_roles.done", who=called(facts.member, texts), new=roles_in_words(facts.member, texts))
    # Whoever has just given up the role may not take that back by themself.
    undo = ((undo_button(filling, texts),),) if facts.mine.coordinator else ()
    return Screen(done, (*undo, (back(texts),)))


def _apply_label(filling: Filling, facts: MemberFacts, values: Values) -> Screen:
    texts = filling.texts
    staffing.set_label(filling.session, filling.actor, facts.member, values["label"], filling.now)
    key = "staff_label.done" if values["label"] else "staff_label.removed"
    return Screen(texts(key, who=texts("staff.number", number=facts.member.number)), ((back(texts),),))


def _going(key: str) -> Callable[[Texts, MemberFacts, Values], Html]:
    """What follows when this member goes."""

    def preview(texts: Texts, facts: MemberFacts, _values: Values) -> Html:
        follows = _paragraph(_without(texts, facts, coordinator=False, clinician=False))
        who, roles = called(facts.member, texts), roles_in_words(facts.member, texts)
        return texts(key, who=who, roles=roles, team=facts.filling.team.name, follows=follows)

    return preview


def _apply_remove(filling: Filling, facts: MemberFacts, _values: Values) -> Screen:
    texts = filling.texts
    staffing.remove(filling.session, filling.actor, facts.member, filling.now)
    return Screen(texts("staff_remove.done", who=called(facts.member, texts)), ((back(texts),),))


def _apply_leave(filling: Filling, facts: MemberFacts, _values: Values) -> Screen:
    staffing.leave(filling.session, facts.mine, filling.now)
    return Screen(filling.texts("staff_leave.done", team=facts.filling.team.name))


ROLES = Procedure(
    Form(
        "staff_roles",
        (
            Question(
                "role",
                lambda texts, facts, _: texts(
                    "staff_roles.ask", who=called(facts.member, texts), now=roles_in_words(facts.member, texts)
                ),
                _read_role,
                lambda texts, *_: [
                    (texts("staff.roles_coordinator"), COORDINATOR),
                    (texts("staff.roles_clinician"), CLINICIAN),
                    (texts("staff.roles_both"), BOTH),
                ],
                width=1,
            ),
        ),
        _preview_roles,
        _check_roles,
    ),
    _load_for_coordinator,
    _apply_roles,
    _version,
)
LABEL = Procedure(
    Form(
        "staff_label",
        (
            Question(
                "label",
                lambda texts, facts, _: texts("staff_label.ask", who=called(facts.member, texts), most=LONGEST_LABEL),
                read_label,
                lambda texts, *_: [(texts("staff_label.button.none"), NONE.data)],
                instead=(NONE,),
            ),
        ),
    ),
    _load,
    _apply_label,
    lambda facts: fingerprint(facts.member.label),
    roles=ALL_STAFF,
)
REMOVE = Procedure(Form("staff_remove", (), _going("staff_remove.preview")), _load_other, _apply_remove, _version)
LEAVE = Procedure(
    Form("staff_leave", (), _going("staff_leave.preview")), _load_leaver, _apply_leave, _version, roles=ALL_STAFF
)
# What stands in a button -> the form.
OPENED = {"roles": ROLES, "label": LABEL, "remove": REMOVE, "leave": LEAVE}
PROCEDURES = {procedure.form.name: procedure for procedure in OPENED.values()}
