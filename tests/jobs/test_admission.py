"""Who is let in, by whom, and once."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlmodel import Session

from jobs import admission
from jobs.refusals import Refusal
from storage import audit, chats, patients
from storage.database import Database
from storage.models import (
    AuditEntry,
    Chat,
    MessageKind,
    OutboxMessage,
    Patient,
    PatientStatus,
    Role,
    Staff,
    Team,
)
from tests.storage.support import NOW, TEAM, committing, everything_in, joined_patient, joined_staff, rows_of, team_of

BY = audit.OPERATOR
DAY = timedelta(days=1)


def chat_of(session: Session, account: int) -> Chat:
    return chats.open_chat(session, account, "en", NOW)


def invited(session: Session, role: Role, team: str = TEAM) -> str:
    if role is Role.PATIENT:
        return admission.invite_patient(session, BY, team_of(session, team), NOW).token
    return admission.invite_staff(session, BY, team_of(session, team), role, NOW).token


def test_a_team_is_made_once_by_its_name(database: Database) -> None:
    with committing(database) as session:
        team, made = admission.team_called(session, TEAM, "Europe/Zurich", "+41 44 555 01 23", NOW)
        again, made_again = admission.team_called(session, TEAM, "Asia/Tokyo", None, NOW + DAY)
        assert (made, made_again) == (True, False)
        assert again is team
        assert (team.time_zone, team.telephone) == ("Europe/Zurich", "+41 44 555 01 23")
        assert joined_staff(session, 9, Role.COORDINATOR).next_summary_at is None
        clinician = joined_staff(session, 8, Role.CLINICIAN)
        assert clinician.next_summary_at == datetime(2026, 3, 9, 7, 0, tzinfo=UTC), "on the team's next day"


def test_a_team_in_no_time_zone_is_refused(database: Database) -> None:
    with committing(database) as session:
        with pytest.raises(ValueError, match="Mars"):
            admission.team_called(session, TEAM, "Mars/Olympus", None, NOW)
        assert rows_of(session, Team) == []


def test_an_invited_patient_is_a_pseudonym_and_nobody_yet(database: Database) -> None:
    with committing(database) as session:
        made = admission.invite_patient(session, BY, team_of(session), NOW)
        (patient,) = rows_of(session, Patient)
        assert made.pseudonym == patient.pseudonym
        assert (patient.status, patient.chat_id, patient.next_prompt_at) == (PatientStatus.INVITED, None, None)
        assert patient.consented_at is None
        assert made.expires_at == NOW + timedelta(days=14)


def test_pseudonyms_are_never_drawn_twice_in_a_team(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter("2222" * 3 + "3333")
    monkeypatch.setattr("secrets.choice", lambda _letters: next(drawn))
    with committing(database) as session:
        first = patients.draw_pseudonym(session, team_of(session).id)
        session.add(Patient(team_id=1, pseudonym=first, time_zone="UTC", prompt_time=time(18), created_at=NOW))
        session.flush()
        assert (first, patients.draw_pseudonym(session, 1)) == ("P-2222", "P-3333")


def test_a_patient_who_consents_is_asked_at_the_next_local_prompt_time(database: Database) -> None:
    with committing(database) as session:
        coordinator = joined_staff(session, 1, Role.COORDINATOR)
        patient = joined_patient(session, 2, time(19, 30), "America/New_York")
        assert (patient.status, patient.consent_version, patient.consented_at) == (
            PatientStatus.ACTIVE,
            admission.CONSENT,
            NOW,
        )
        assert patient.next_prompt_at == datetime(2026, 3, 3, 0, 30, tzinfo=UTC)
        (news,) = rows_of(session, OutboxMessage)
        assert (news.kind, news.chat_id, news.patient_id) == (
            MessageKind.PATIENT_JOINED,
            coordinator.chat_id,
            patient.id,
        )


def test_joining_again_by_the_same_link_changes_nothing(database: Database) -> None:
    """As when the update is delivered twice."""
    with committing(database) as session:
        joined_staff(session, 1, Role.COORDINATOR)
        token, chat = invited(session, Role.PATIENT), chat_of(session, 2)
        invitation = admission.open_invitation(session, token, chat, NOW)
        admission.join_patient(session, invitation, chat, "Europe/London", time(18), NOW)
        session.flush()
        session.expire_all()
        before = everything_in(session)
        again = admission.open_invitation(session, token, chat, NOW + DAY)
        admission.join_patient(session, again, chat, "Asia/Tokyo", time(7), NOW + DAY)
        assert everything_in(session) == before


def test_a_member_of_staff_who_opens_the_link_again_changes_nothing(database: Database) -> None:
    with committing(database) as session:
        token, chat = invited(session, Role.CLINICIAN), chat_of(session, 1)
        for _ in range(2):
            admission.join_staff(session, admission.open_invitation(session, token, chat, NOW), chat, NOW)
            session.flush()
            session.expire_all()
        (member,) = rows_of(session, Staff)
        assert (member.clinician, member.coordinator) == (True, False)
        joined = [entry for entry in rows_of(session, AuditEntry) if entry.action == "staff_joined"]
        assert len(joined) == 1


def test_a_second_invitation_adds_the_second_role(database: Database) -> None:
    with committing(database) as session:
        joined_staff(session, 1, Role.CLINICIAN)
        member = joined_staff(session, 1, Role.COORDINATOR)
        assert (member.clinician, member.coordinator) == (True, True)
        assert len(rows_of(session, Staff)) == 1


Opening = Callable[[Session], None]


def open_by(account: int, token: str, at: timedelta = timedelta(0)) -> Opening:
    def opening(session: Session) -> None:
        admission.open_invitation(session, token, chat_of(session, account), NOW + at)

    return opening


@pytest.mark.parametrize("role", list(Role))
def test_a_link_that_is_unknown_used_or_expired_opens_nothing(database: Database, role: Role) -> None:
    with committing(database) as session:
        token = invited(session, role)
        if role is Role.PATIENT:
            used = invited(session, role)
            chat = chat_of(session, 1)
            invitation = admission.open_invitation(session, used, chat, NOW)
            admission.join_patient(session, invitation, chat, "Europe/London", time(18), NOW)
        else:
            used = invited(session, role)
            chat = chat_of(session, 1)
            admission.join_staff(session, admission.open_invitation(session, used, chat, NOW), chat, NOW)
        chat_of(session, 2)
        session.flush()
        session.expire_all()
        before = everything_in(session)
        for opening, key in (
            (open_by(2, "no-such-token"), "refusal.invitation_unknown"),
            (open_by(2, ""), "refusal.invitation_unknown"),
            (open_by(2, used), "refusal.invitation_used"),
            (open_by(2, token, 14 * DAY), "refusal.invitation_expired"),
        ):
            with pytest.raises(Refusal) as refused:
                opening(session)
            assert refused.value.key == key
        assert everything_in(session) == before
        open_by(2, token, 14 * DAY - timedelta(seconds=1))(session)


def test_nobody_is_patient_and_staff_or_of_two_teams_at_once(database: Database) -> None:
    other = "Rheumatology"
    with committing(database) as session:
        joined_patient(session, 1)
        joined_staff(session, 2, Role.CLINICIAN)
        for account, token, key in (
            (1, invited(session, Role.PATIENT), "refusal.is_a_patient"),
            (1, invited(session, Role.CLINICIAN), "refusal.is_a_patient"),
            (2, invited(session, Role.PATIENT), "refusal.is_staff"),
            (2, invited(session, Role.CLINICIAN, other), "refusal.is_staff"),
        ):
            with pytest.raises(Refusal) as refused:
                open_by(account, token)(session)
            assert refused.value.key == key


def test_a_new_link_for_a_patient_ends_the_old_one(database: Database) -> None:
    with committing(database) as session:
        first = invited(session, Role.PATIENT)
        (patient,) = rows_of(session, Patient)
        second = admission.invite_again(session, BY, patient, NOW + DAY)
        assert second.pseudonym == patient.pseudonym
        session.expire_all()
        with pytest.raises(Refusal) as refused:
            open_by(1, first, DAY)(session)
        assert refused.value.key == "refusal.invitation_expired"
        open_by(1, second.token, DAY)(session)


def test_a_patient_who_has_joined_gets_no_new_link(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        session.flush()
        before = everything_in(session)
        with pytest.raises(Refusal) as refused:
            admission.invite_again(session, BY, patient, NOW)
        assert refused.value.key == "refusal.has_joined"
        assert everything_in(session) == before


def test_who_let_whom_in_is_kept(database: Database) -> None:
    with committing(database) as session:
        coordinator = joined_staff(session, 1, Role.COORDINATOR)
        me = audit.staff_actor(coordinator.id)
        made = admission.invite_patient(session, me, team_of(session), NOW)
        (patient,) = rows_of(session, Patient)
        made = admission.invite_again(session, me, patient, NOW)
        chat = chat_of(session, 2)
        session.expire_all()
        invitation = admission.open_invitation(session, made.token, chat, NOW)
        admission.join_patient(session, invitation, chat, "Europe/London", time(18), NOW)
        assert [(entry.actor, entry.action, entry.patient_id) for entry in rows_of(session, AuditEntry)] == [
            ("operator", "team_made", None),
            ("operator", "staff_invited", None),
            (me, "staff_joined", None),
            (me, "patient_invited", patient.id),
            (me, "patient_invited_again", patient.id),
            (f"patient:{patient.id}", "patient_joined", patient.id),
        ]
        assert made.token not in repr(everything_in(session))


def test_of_a_lost_chat_the_coordinators_hear_once(database: Database) -> None:
    with committing(database) as session:
        coordinators = [joined_staff(session, account, Role.COORDINATOR) for account in (1, 2)]
        joined_staff(session, 3, Role.CLINICIAN)
        patient = joined_patient(session, 4)
        for _ in range(3):
            someone = chats.who_is(session, 4)
            assert someone is not None
            admission.chat_lost(session, someone, NOW)
            session.flush()
        news = [m for m in rows_of(session, OutboxMessage) if m.kind is MessageKind.PATIENT_UNREACHABLE]
        assert [message.chat_id for message in news] == [member.chat_id for member in coordinators]
        assert {message.patient_id for message in news} == {patient.id}


def test_of_a_colleagues_lost_chat_nobody_hears(database: Database) -> None:
    with committing(database) as session:
        joined_staff(session, 1, Role.COORDINATOR)
        joined_staff(session, 2, Role.CLINICIAN)
        someone = chats.who_is(session, 2)
        assert someone is not None
        before = len(rows_of(session, OutboxMessage))
        admission.chat_lost(session, someone, NOW)
        assert len(rows_of(session, OutboxMessage)) == before
        assert someone.chat.unreachable_since == NOW
