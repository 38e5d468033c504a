"""What has served its purpose is deleted at night, team by team, and counted; nothing that anybody still needs is."""

from datetime import date, datetime, timedelta

import pytest
from sqlmodel import Session

from jobs import admission, leaving, retention, schedule
from jobs.retention import MESSAGES_KEPT, NOTICE, months_after
from jobs.schedule import CoursePlan
from storage import audit, chats, dialogues, outbox
from storage.database import Database
from storage.models import (
    AuditEntry,
    Chat,
    Invitation,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Role,
    Staff,
    Team,
)
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of
from tests.support import Clinic

LATER = NOW + MESSAGES_KEPT + timedelta(days=1)


def note(session: Session, patient: Patient, key: str, state: MessageState, **more: object) -> None:
    assert patient.chat_id is not None
    draft = outbox.draft(
        kind=MessageKind.COURSE_DECLINED,
        team_id=patient.team_id,
        chat_id=patient.chat_id,
        patient_id=patient.id,
        dedupe_key=key,
        due_at=NOW,
        expires_at=NOW,
    )
    outbox.enqueue(session, {**draft, "state": state, **more})


def tidied(session: Session, now: datetime, months: int | None = None) -> None:
    session.flush()
    while retention.run(session, now, months):
        session.flush()
    session.flush()


def test_settled_messages_go_after_half_a_year_save_what_is_still_needed(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        plans = [CoursePlan(NOW.date() + timedelta(days=300), 2, 0.4), CoursePlan(date(2026, 4, 1), 2, 0.4)]
        to_come, over = schedule.plan_courses(session, "operator", anna, plans, NOW)
        for state in (MessageState.SENT, MessageState.FAILED, MessageState.EXPIRED, MessageState.WITHDRAWN):
            note(session, anna, f"old {state}", state)
        note(session, anna, "old, of a course that is over", MessageState.SENT, course_id=over.id)
        note(session, anna, "of a course to come", MessageState.SENT, course_id=to_come.id)
        note(session, anna, "still to be told", MessageState.FAILED, untold=True)
        note(session, anna, "still to be sent", MessageState.PENDING)
        note(session, anna, "newer", MessageState.SENT, due_at=NOW + timedelta(days=30))
        before = {row.dedupe_key for row in rows_of(session, OutboxMessage)}
        tidied(session, LATER)
        gone = before - {row.dedupe_key for row in rows_of(session, OutboxMessage)}
        assert {key for key in gone if not key.startswith("old")} == set()
        assert len(gone) == 5
        entry = next(row for row in rows_of(session, AuditEntry) if row.action == "tidied")
        assert (entry.actor, entry.after) == (audit.CLOCK, {"messages": 5}), "counts, and nothing else"


def test_it_is_done_once_a_night_in_portions_and_only_what_was_found_is_noted(database: Database) -> None:
    with committing(database) as session:
        anna = joined_patient(session, 1)
        for number in range(retention.BATCH + 3):
            note(session, anna, f"old {number}", MessageState.SENT)
        session.flush()
        assert retention.run(session, LATER), "more is left"
        assert not retention.run(session, LATER)
        assert not retention.run(session, LATER + timedelta(minutes=1))
        (team,) = rows_of(session, Team)
        assert LATER < team.next_tidying_at <= LATER + timedelta(days=1)
        assert [row.after for row in rows_of(session, AuditEntry) if row.action == "tidied"] == [
            {"messages": retention.BATCH},
            {"messages": 3},
        ]


def test_links_forms_and_accounts_that_nobody_uses_go_and_those_of_members_stay(database: Database) -> None:
    with committing(database) as session:
        anna, member = joined_patient(session, 1), joined_staff(session, 7, Role.COORDINATOR)

        team = session.get_one(Team, anna.team_id)
        admission.invite_patient(session, audit.OPERATOR, team, NOW)
        stranger = chats.open_chat(session, 99, "en", NOW)
        late = chats.open_chat(session, 98, "en", LATER - timedelta(days=1))
        assert anna.chat_id is not None
        for chat in (anna.chat_id, stranger.id):
            dialogues.keep_dialogue(session, chat, "form", {}, NOW, None)
        dialogues.keep_dialogue(session, member.chat_id, "form", {}, LATER, None)
        tidied(session, LATER)
        assert {chat.id for chat in rows_of(session, Chat)} == {anna.chat_id, member.chat_id, late.id}
        assert dialogues.dialogue_of(session, anna.chat_id) is None
        assert dialogues.dialogue_of(session, member.chat_id) is not None
        counted = [row.after for row in rows_of(session, AuditEntry) if row.action == "tidied"]
        assert counted == [{"invitations": 1, "forms": 1}], "the accounts of no team are in no team's history"
        assert [each.used_by for each in rows_of(session, Invitation)] == [anna.chat_id, member.chat_id]


def test_whoever_has_left_a_team_is_forgotten_with_the_last_message_to_them(database: Database) -> None:
    with committing(database) as session:
        member = joined_staff(session, 7, Role.COORDINATOR)
        member.chat_id, member.coordinator, member.left_at = None, False, NOW  # type: ignore[assignment]
        tidied(session, LATER)
        assert rows_of(session, Chat) == []
        assert len(rows_of(session, Staff)) == 1, "the history refers to the row"


def stopped(session: Session) -> Patient:
    joined_staff(session, 7, Role.COORDINATOR)
    anna = joined_patient(session, 1)
    leaving.withdraw(session, anna, NOW)
    return anna


def status_of(session: Session, patient: Patient) -> PatientStatus:
    session.refresh(patient)
    return patient.status


def kinds(session: Session) -> list[MessageKind]:
    return [row.kind for row in rows_of(session, OutboxMessage) if row.kind.value.startswith("patient_eras")]


def test_who_stopped_is_kept_for_ever_unless_the_operator_says_otherwise(database: Database) -> None:
    with committing(database) as session:
        anna = stopped(session)
        tidied(session, NOW + timedelta(days=3650))
        assert status_of(session, anna) is PatientStatus.WITHDRAWN
        assert kinds(session) == []


def test_the_team_is_told_thirty_days_before_and_then_everything_goes(database: Database) -> None:
    with committing(database) as session:
        anna = stopped(session)
        term = months_after(NOW, 12)
        tidied(session, term - NOTICE - timedelta(hours=1), 12)
        assert kinds(session) == []
        tidied(session, term - NOTICE + timedelta(days=1), 12)
        assert kinds(session) == [MessageKind.PATIENT_ERASURE_COMING]
        for days in range(2, 30):
            tidied(session, term - NOTICE + timedelta(days=days), 12)
        assert status_of(session, anna) is PatientStatus.WITHDRAWN
        assert kinds(session) == [MessageKind.PATIENT_ERASURE_COMING], "once"
        tidied(session, term + timedelta(days=2), 12)
        assert status_of(session, anna) is PatientStatus.ERASED
        assert kinds(session) == [MessageKind.PATIENT_ERASED_AT_TERM]
        assert rows_of(session, AuditEntry)[-1].actor == audit.CLOCK


def test_a_term_that_is_set_years_later_still_gives_the_team_its_thirty_days(database: Database) -> None:
    with committing(database) as session:
        anna, late = stopped(session), NOW + timedelta(days=2000)
        tidied(session, late, 6)
        tidied(session, late + timedelta(days=29), 6)
        assert status_of(session, anna) is PatientStatus.WITHDRAWN
        tidied(session, late + timedelta(days=31), 6)
        assert status_of(session, anna) is PatientStatus.ERASED


def test_whoever_came_back_and_stopped_again_begins_anew(database: Database) -> None:
    with committing(database) as session:
        anna = stopped(session)
        tidied(session, months_after(NOW, 6) - timedelta(days=20), 6)
        again = months_after(NOW, 6) - timedelta(days=10)
        leaving.take_up_again(session, anna, again)
        leaving.withdraw(session, anna, again + timedelta(days=1))
        tidied(session, months_after(NOW, 6) + timedelta(days=60), 6)
        assert status_of(session, anna) is PatientStatus.WITHDRAWN


def test_many_who_stopped_are_told_of_and_erased_in_portions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    with committing(database) as session:
        for account in range(1, 6):
            leaving.withdraw(session, joined_patient(session, account), NOW)
        told = months_after(NOW, 12) - NOTICE + timedelta(days=1)

        def done(action: str) -> int:
            session.flush()
            return len([row for row in rows_of(session, AuditEntry) if row.action == action])

        for now, action in ((told, retention.ANNOUNCED), (told + NOTICE, audit.ERASED)):
            found = [(retention.run(session, now, 12), done(action)) for _ in range(3)]
            assert found == [(True, 2), (True, 4), (False, 5)]


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [("2026-01-31", 1, "2026-02-28"), ("2027-12-15", 2, "2028-02-15"), ("2028-02-29", 12, "2029-02-28")],
)
def test_months_are_those_of_the_calendar(day: str, months: int, then: str) -> None:
    moment = datetime.fromisoformat(f"{day}T10:00:00+00:00")
    assert months_after(moment, months) == datetime.fromisoformat(f"{then}T10:00:00+00:00")


def test_the_coordinator_reads_what_will_be_erased_and_in_the_history_that_it_was(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    code = anna.code
    anna.says("/withdraw")
    anna.presses("Yes")
    clinic.restarted(retention_after_withdrawal=1)
    clinic.passes(days=5)
    assert f"{code} stopped the diary long ago. 30 days from now" in coordinator.sees
    clinic.passes(days=31)
    assert f"Everything kept on {code} has been erased" in coordinator.sees
    coordinator.says("/history")
    assert "told that the diary will be erased in 30 days" not in coordinator.sees, "of whoever is erased only that"
