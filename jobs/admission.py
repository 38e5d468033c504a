"""Who is let in: teams, invitations, and what happens when one is opened."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs import alerts, check_in_time, confirming, daytime, due, follow_up, infusion_reminder, outlook, weekly_summary
from jobs.refusals import Refusal
from storage import audit, chats, courses, invitations, outbox, patients, teams
from storage.chats import Someone
from storage.models import (
    Chat,
    Invitation,
    MessageKind,
    OutboxMessage,
    Patient,
    PatientStatus,
    Role,
    Staff,
    Team,
)

# The version of what the patient agreed to, kept with the time of it.
CONSENT = "2026-4"
NEWS_STAYS_NEWS = timedelta(days=3)
LONGEST_TELEPHONE = 40
# A link that is none of ours.
UNKNOWN = "refusal.invitation_unknown"


@dataclass(frozen=True)
class Invited:
    """A fresh invitation: its token is shown once and kept nowhere."""

    token: str
    expires_at: datetime
    pseudonym: str | None = None
    patient_id: int | None = None


def team_called(session: Session, name: str, time_zone: str, telephone: str | None, now: datetime) -> tuple[Team, bool]:
    """The team of this name, and whether it was made just now. ValueError for an unknown time zone."""
    team = teams.team_named(session, name)
    if team is not None:
        return team, False
    if telephone is not None:
        check_telephone(telephone)
    team = Team(name=name, time_zone=due.zone_of(time_zone).key, telephone=telephone, created_at=now)
    team.follow_up_after = int(follow_up.USUAL_DELAY.total_seconds() / 60)
    team.next_confirmation_at = confirming.next_question(team, now)
    team.next_tidying_at = due.next_local_moment(team.time_zone, daytime.NIGHT, now)
    session.add(team)
    session.flush()
    audit.record(session, team_id=team.id, at=now, actor=audit.OPERATOR, action="team_made")
    return team, True


def check_telephone(typed: str) -> None:
    if not is_telephone(typed):
        raise Refusal("refusal.telephone", typed=typed[:LONGEST_TELEPHONE])


def is_telephone(typed: str) -> bool:
    """As people write one, with at least the five digits of a hospital's extension."""
    digits = sum(character.isdigit() for character in typed)
    return len(typed) <= LONGEST_TELEPHONE and digits >= 5 and re.fullmatch(r"\+?[0-9 ()./-]+", typed) is not None


def invite_staff(
    session: Session, actor: str, team: Team, role: Role, now: datetime, invited_by: Staff | None = None
) -> Invited:
    by = invited_by.id if invited_by is not None else None
    token, invitation = invitations.invite(session, team_id=team.id, role=role, now=now, invited_by=by)
    _record(session, actor, "staff_invited", invitation, now)
    return Invited(token, invitation.expires_at)


def invite_patient(session: Session, actor: str, team: Team, now: datetime) -> Invited:
    """Draws a pseudonym and makes the patient, who is nobody yet, and the way in."""
    patient = Patient(
        team_id=team.id,
        pseudonym=patients.draw_pseudonym(session, team.id),
        time_zone=team.time_zone,
        prompt_time=team.prompt_time,
        created_at=now,
    )
    session.add(patient)
    session.flush()
    return _invite_known(session, actor, patient, now, "patient_invited")


def invite_again(session: Session, actor: str, patient: Patient, now: datetime) -> Invited:
    """A new link for a patient who has not come yet, or whose diary was imported; the old one stops working."""
    if patient.chat_id is not None or patient.status in patients.LEFT:
        raise Refusal("refusal.has_joined", pseudonym=patient.pseudonym)
    invitations.expire_open_invitations(session, patient.team_id, patient.id, now)
    return _invite_known(session, actor, patient, now, "patient_invited_again")


def _invite_known(session: Session, actor: str, patient: Patient, now: datetime, action: str) -> Invited:
    token, invitation = invitations.invite(
        session, team_id=patient.team_id, role=Role.PATIENT, patient_id=patient.id, now=now
    )
    _record(session, actor, action, invitation, now)
    return Invited(token, invitation.expires_at, patient.pseudonym, patient.id)


def open_invitation(session: Session, token: str, chat: Chat, now: datetime) -> Invitation:
    """The invitation, if this chat may use it. Refusal says why not; the same chat may come back to its own."""
    invitation = invitations.invitation_for(session, token)
    if invitation is None:
        raise Refusal(UNKNOWN)
    if invitation.used_at is not None and invitation.used_by != chat.id:
        raise Refusal("refusal.invitation_used")
    if invitation.used_at is None and invitation.expires_at <= now:
        raise Refusal("refusal.invitation_expired")
    _check_not_elsewhere(session, invitation, chat)
    return invitation


def _check_not_elsewhere(session: Session, invitation: Invitation, chat: Chat) -> None:
    someone = chats.who_is(session, chat.telegram_id)
    assert someone is not None
    if someone.patient is not None and someone.patient.id != invitation.patient_id:
        raise Refusal("refusal.is_a_patient")
    if someone.staff is not None and (invitation.role is Role.PATIENT or someone.staff.team_id != invitation.team_id):
        raise Refusal("refusal.is_staff")


def join_staff(session: Session, invitation: Invitation, chat: Chat, now: datetime) -> Staff:
    """Makes the chat a member of the team, or gives a member the further role."""
    staff = teams.staff_in_chat(session, invitation.team_id, chat.id)
    if invitation.used_at is not None and staff is not None:
        return staff
    _use(session, invitation, chat, now)
    if staff is None:
        number = teams.next_number(session, invitation.team_id)
        staff = Staff(team_id=invitation.team_id, number=number, chat_id=chat.id, joined_at=now)
    staff.coordinator = staff.coordinator or invitation.role is Role.COORDINATOR
    staff.clinician = staff.clinician or invitation.role is Role.CLINICIAN
    weekly_summary.begin(teams.team_by_id(session, invitation.team_id), staff, now)
    session.add(staff)
    session.flush()
    _record(session, audit.staff_actor(staff.id), "staff_joined", invitation, now)
    tell_coordinators_of_staff(session, MessageKind.STAFF_JOINED, staff, str(invitation.id), now)
    return staff


def tell_coordinators_of_staff(
    session: Session, kind: MessageKind, member: Staff, by: str, now: datetime, *, but: str | None = None
) -> None:
    """Who has joined or left: a link is whoever's that opens it, and somebody has to see to what a leaver did.

    `by`: what tells this joining or leaving from another; `but`: an actor who knows.
    """
    drafts = [
        outbox.draft(
            kind=kind,
            team_id=member.team_id,
            chat_id=coordinator.chat_id,
            staff_id=member.id,
            dedupe_key=f"{kind.value}:{by}:{coordinator.id}",
            due_at=now,
            expires_at=now + NEWS_STAYS_NEWS,
        )
        for coordinator in teams.coordinators_of(session, member.team_id)
        if coordinator.id != member.id and audit.staff_actor(coordinator.id) != but
    ]
    outbox.enqueue(session, *drafts)


def join_patient(session: Session, invitation: Invitation, chat: Chat, zone: str, at: time, now: datetime) -> Patient:
    """The patient has consented: the diary begins at the next local prompt time."""
    assert invitation.patient_id is not None
    patient = patients.patient_of_team(session, invitation.team_id, invitation.patient_id)
    assert patient is not None
    if patient.status is not PatientStatus.INVITED and patient.chat_id == chat.id:
        return patient
    _use(session, invitation, chat, now)
    patient.chat_id, patient.status, patient.paused_until = chat.id, PatientStatus.ACTIVE, None
    patient.time_zone, patient.prompt_time = zone, at
    patient.told_time_zone, patient.told_prompt_time = None, None
    patient.consent_version, patient.consented_at = CONSENT, now
    patient.next_prompt_at = due.next_local_moment(zone, at, now)
    session.add(patient)
    _tell_of_nothing_yet(session, patient)
    infusion_reminder.schedule_all(session, patient, now)
    _record(session, audit.patient_actor(patient.id), "patient_joined", invitation, now)
    tell_coordinators(session, MessageKind.PATIENT_JOINED, patient, now)
    return patient


def _tell_of_nothing_yet(session: Session, patient: Patient) -> None:
    """What was planned and moved before the patient came is no news: they have heard of no course."""
    for course in courses.all_courses_of(session, patient.team_id, patient.id):
        course.told_start, course.to_announce = None, False
        session.add(course)


def _use(session: Session, invitation: Invitation, chat: Chat, now: datetime) -> None:
    if not invitations.use(session, invitation, chat.id, now):
        raise Refusal("refusal.invitation_used")


def chat_lost(session: Session, someone: Someone, now: datetime) -> None:
    """A chat that was blocked or deleted is not written to; of a patient's the coordinators hear, the first time."""
    newly, patient = chats.mark_unreachable(session, someone.chat, now), someone.patient
    if newly and patient is not None and patient.status in patients.LIVING:
        audit.record_about(session, patient, now, actor=audit.CLOCK, action="patient_unreachable")
        tell_coordinators(session, MessageKind.PATIENT_UNREACHABLE, patient, now)


def chat_found(session: Session, someone: Someone, now: datetime) -> None:
    """A chat that can be written to again; its patient hears of what changed meanwhile."""
    if someone.chat.unreachable_since is None:
        return
    chats.mark_reachable(session, someone.chat)
    patient = someone.patient
    if patient is None:
        return
    audit.record_about(session, patient, now, actor=audit.CLOCK, action="patient_reachable")
    if outlook.untold(session, patient, now):
        infusion_reminder.announce_changes(session, patient, now)
    check_in_time.announce_if_news(session, patient, now)
    alerts.tell_if_untold(session, patient, now)


def tell_coordinators(
    session: Session, kind: MessageKind, patient: Patient, now: datetime, about: OutboxMessage | None = None
) -> None:
    """One message a coordinator, once for this event of this patient on this day; or once about another message."""
    once = due.local_date(patient.time_zone, now).isoformat() if about is None else f"{about.id}"
    _tell_coordinators(session, kind, patient, now, once, about)


def tell_coordinators_at_once(session: Session, kind: MessageKind, patient: Patient, now: datetime) -> None:
    """The same each time that it happens: who leaves, comes back and leaves in one day has done three things."""
    _tell_coordinators(session, kind, patient, now, now.isoformat(), None)


def _tell_coordinators(
    session: Session, kind: MessageKind, patient: Patient, now: datetime, once: str, about: OutboxMessage | None
) -> None:
    for coordinator in teams.coordinators_of(session, patient.team_id):
        outbox.enqueue(
            session,
            outbox.draft(
                kind=kind,
                team_id=patient.team_id,
                chat_id=coordinator.chat_id,
                patient_id=patient.id,
                course_id=about.course_id if about else None,
                diary_date=about.diary_date if about else None,
                dedupe_key=f"{kind.value}:{patient.id}:{once}:{coordinator.id}",
                due_at=now,
                expires_at=now + NEWS_STAYS_NEWS,
            ),
        )


def _record(session: Session, actor: str, action: str, invitation: Invitation, now: datetime) -> None:
    audit.record(
        session,
        team_id=invitation.team_id,
        at=now,
        actor=actor,
        action=action,
        patient_id=invitation.patient_id,
        after={"role": invitation.role.value, "invitation": invitation.id},
    )
