"""Who is on a care team: roles that change, labels, and members who leave or are removed. One coordinator stays."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from jobs import admission, alert_escalation, alert_settings, labels, weekly_summary
from jobs.refusals import Refusal
from storage import audit, dialogues, drawings, invitations, outbox, teams, withdrawing
from storage.models import MessageKind, Role, Staff

# In the audit, and looked for there.
ROLES_CHANGED = "staff_roles_changed"


def facts(member: Staff) -> dict[str, Any]:
    return {
        "member": member.id,
        "number": member.number,
        "coordinator": member.coordinator,
        "clinician": member.clinician,
    }


def change_roles(session: Session, actor: str, member: Staff, wanted: Mapping[str, bool], now: datetime) -> None:
    """`wanted`: whether they are `coordinator` and `clinician` from now on. They hear of it, with another menu.

    Refusal as in `check_roles`.
    """
    _hold(session, actor, member)
    check_roles(session, member, wanted)
    if member.coordinator and not wanted["coordinator"]:
        _forget_rights(session, member, now)
    before = facts(member)
    member.coordinator, member.clinician = wanted["coordinator"], wanted["clinician"]
    if member.clinician:
        weekly_summary.begin(teams.team_by_id(session, member.team_id), member, now)
    else:
        member.next_summary_at = None
    session.add(member)
    session.flush()
    audit.record(
        session,
        team_id=member.team_id,
        at=now,
        actor=actor,
        action=ROLES_CHANGED,
        before=before,
        after=facts(member),
    )
    if actor != audit.staff_actor(member.id):
        _tell_member(session, member, member.chat_id, now)


def check_roles(session: Session, member: Staff, wanted: Mapping[str, bool]) -> None:
    """Refusal for neither, for what is so already, and where no coordinator would be left."""
    if not (wanted["coordinator"] or wanted["clinician"]):
        raise Refusal("refusal.staff_roles")
    if (wanted["coordinator"], wanted["clinician"]) == (member.coordinator, member.clinician):
        raise Refusal("refusal.set_like_that_already")
    if member.coordinator and not wanted["coordinator"]:
        check_not_the_last(session, member)


def set_label(session: Session, actor: str, member: Staff, label: str | None, now: datetime) -> None:
    """What tells them from others beside the number; None for nothing. Refusal for what is no label, or taken.

    The audit says that there was one, and never which: it might be a name after all.
    """
    _hold(session, actor, member)
    if label is not None:
        labels.check(label)
    others = (each for each, _ in teams.members_of(session, member.team_id) if each.id != member.id)
    if label is not None and label.casefold() in {(each.label or "").casefold() for each in others}:
        raise Refusal("refusal.staff_label_taken")
    about = {"member": member.id, "number": member.number}
    before = {**about, "label": member.label is not None}
    member.label = label
    session.add(member)
    audit.record(
        session,
        team_id=member.team_id,
        at=now,
        actor=actor,
        action="staff_labelled",
        before=before,
        after={**about, "label": label is not None},
    )


def invite(session: Session, member: Staff, role: Role, now: datetime) -> admission.Invited:
    """A link into the team, by a coordinator; it stops working when they leave, or give up the role."""
    actor, team = audit.staff_actor(member.id), teams.team_by_id(session, member.team_id)
    _hold(session, actor, member)
    if not member.coordinator:
        raise Refusal("refusal.gone")
    return admission.invite_staff(session, actor, team, role, now, member)


def leave(session: Session, member: Staff, now: datetime) -> None:
    """They go by themselves. Refusal for the last coordinator."""
    actor = audit.staff_actor(member.id)
    _hold(session, actor, member)
    if member.coordinator:
        check_not_the_last(session, member)
    before, _ = facts(member), _end_access(session, actor, member, now)
    audit.record(session, team_id=member.team_id, at=now, actor=actor, action="staff_left", before=before)
    admission.tell_coordinators_of_staff(session, MessageKind.STAFF_LEFT, member, str(member.id), now, but=actor)


def remove(session: Session, actor: str, member: Staff, now: datetime) -> None:
    """A coordinator removes another member, who hears of it."""
    _hold(session, actor, member)
    if actor == audit.staff_actor(member.id):
        raise Refusal("refusal.gone")
    before, chat_id = facts(member), _end_access(session, actor, member, now)
    audit.record(session, team_id=member.team_id, at=now, actor=actor, action="staff_removed", before=before)
    _tell_member(session, member, chat_id, now)
    admission.tell_coordinators_of_staff(session, MessageKind.STAFF_LEFT, member, str(member.id), now, but=actor)


def end_again(session: Session, member: Staff, at: datetime) -> None:
    """After a restore, of whoever had left by then: as at that time, and nobody is told once more."""
    before, _ = facts(member), _end_access(session, audit.OPERATOR, member, at)
    audit.record(session, team_id=member.team_id, at=at, actor=audit.OPERATOR, action="staff_removed", before=before)


def check_not_the_last(session: Session, member: Staff) -> None:
    """Refusal unless another coordinator can be reached: otherwise nobody could let anybody in again."""
    if not teams.has_another_coordinator(session, member.team_id, member.id):
        raise Refusal("refusal.last_coordinator")


def _hold(session: Session, actor: str, member: Staff) -> None:
    """From here on as it is, whoever else is changing the team: both are still on it, the actor with the right to."""
    teams.hold(session, member.team_id)
    found = teams.member_of_team(session, member.team_id, member.id)
    acting = teams.member_of_team(session, member.team_id, int(actor.removeprefix(audit.STAFF)))
    if found is None or acting is None or not (acting.coordinator or acting.id == member.id):
        raise Refusal("refusal.gone")


def _end_access(session: Session, actor: str, member: Staff, now: datetime) -> int:
    """From the commit on the chat is a stranger's: buttons, forms, what waits for it, its links. Returns the chat."""
    chat_id = member.chat_id
    _forget_rights(session, member, now)
    waited_for = withdrawing.withdraw_from(session, member.team_id, chat_id)
    drawings.forget_unwanted(session, member.team_id, waited_for)
    if member.hears_of_unseen:
        team = teams.team_by_id(session, member.team_id)
        alert_settings.set_escalation(session, actor, team, team.escalate_after, None, now)
    # Only those who have left have none.
    member.chat_id = None  # type: ignore[assignment]
    member.coordinator, member.clinician = False, False
    member.next_summary_at = None
    member.left_at = now
    session.add(member)
    session.flush()
    alert_escalation.hurry(session, member.team_id, now)
    return chat_id


def _forget_rights(session: Session, member: Staff, now: datetime) -> None:
    """What could be used without any: an open form, and a link into the team that they kept for themselves."""
    dialogues.end_all_of(session, member.chat_id)
    invitations.expire_invitations_by(session, member.team_id, member.id, now)
    session.flush()


def _tell_member(session: Session, member: Staff, chat_id: int, now: datetime) -> None:
    draft = outbox.draft(
        kind=MessageKind.STAFF_CHANGED,
        team_id=member.team_id,
        chat_id=chat_id,
        staff_id=member.id,
        dedupe_key=f"staff_changed:{member.id}:{now.isoformat()}",
        due_at=now,
        expires_at=now + admission.NEWS_STAYS_NEWS,
    )
    outbox.enqueue(session, draft)
