"""Sessions of the desk: an hour idle, twelve at most, and nobody who has left; links and Telegram's word work once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import Session, func, select

from jobs import desk_access, restoring, retention, staffing
from jobs.refusals import Refusal
from storage import audit, desk
from storage.database import Database
from storage.desk import end_session, note_seen
from storage.models import AuditEntry, DeskSession, DeskTicket, Role, Staff, UsedProof
from tests.storage.support import NOW, committing, everything_in, joined_patient, joined_staff, rows_of
from tests.storage.test_moves import at_once

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def refusal(work: Callable[[], object]) -> str:
    with pytest.raises(Refusal) as refused:
        work()
    return refused.value.key


def two_of_staff(session: Session) -> tuple[Staff, Staff]:
    return joined_staff(session, 1, Role.COORDINATOR), joined_staff(session, 2, Role.CLINICIAN)


def test_a_session_lasts_an_hour_without_a_request_and_twelve_with_many(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        token = desk_access.open_session(session, staff, NOW)
        assert desk_access.visitor(session, token, NOW + HOUR - MINUTE) is not None
        assert desk_access.visitor(session, token, NOW + HOUR) is None
        for minutes in range(59, 12 * 60, 59):
            now = NOW + minutes * MINUTE
            found = desk_access.visitor(session, token, now)
            assert found is not None
            assert (found.someone.the_staff.id, found.someone.the_team.id) == (staff.id, staff.team_id)
            note_seen(session, found.session_id, now)
            session.expire_all()
        assert desk_access.visitor(session, token, NOW + 12 * HOUR - MINUTE) is not None
        assert desk_access.visitor(session, token, NOW + 12 * HOUR) is None


def test_a_request_within_a_minute_writes_nothing(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        token = desk_access.open_session(session, staff, NOW)
        found = desk_access.visitor(session, token, NOW + timedelta(seconds=59))
        assert found is not None
        assert not found.is_to_be_noted(NOW + timedelta(seconds=59))
        assert found.is_to_be_noted(NOW + MINUTE)


def test_a_late_note_of_an_earlier_request_does_not_shorten_it(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        token = desk_access.open_session(session, staff, NOW)
        (made,) = rows_of(session, DeskSession)
        for minutes in (50, 20):
            note_seen(session, made.id, NOW + minutes * MINUTE)
        session.expire_all()
        assert desk_access.visitor(session, token, NOW + 100 * MINUTE) is not None


def test_no_token_is_kept_and_no_other_opens_anything(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        token, ticket = desk_access.open_session(session, staff, NOW), desk_access.make_ticket(session, staff, NOW)
        kept = repr(everything_in(session))
        assert token not in kept
        assert ticket not in kept
        (made,) = rows_of(session, DeskSession)
        for other in ("", token[:-1], token + "A", made.token_hash, ticket, "\udcff", "é" * 5000):
            assert desk_access.visitor(session, other, NOW) is None


def test_whoever_signs_out_is_out_in_that_browser_alone(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        one, two = (desk_access.open_session(session, staff, NOW) for _ in range(2))
        found = desk_access.visitor(session, one, NOW)
        assert found is not None
        end_session(session, found.session_id, NOW)
        session.expire_all()
        assert desk_access.visitor(session, one, NOW) is None
        assert desk_access.visitor(session, two, NOW) is not None


@pytest.mark.parametrize("by_another", [True, False])
def test_whoever_leaves_the_team_is_out_at_once_and_comes_back_to_nothing(database: Database, by_another: bool) -> None:
    with committing(database) as session:
        coordinator, clinician = two_of_staff(session)
        token, ticket = (work(session, clinician, NOW) for work in (desk_access.open_session, desk_access.make_ticket))
        if by_another:
            staffing.remove(session, audit.staff_actor(coordinator.id), clinician, NOW)
        else:
            staffing.leave(session, clinician, NOW)
        assert desk_access.visitor(session, token, NOW) is None
        assert refusal(lambda: desk_access.use_ticket(session, ticket, NOW)) == "refusal.desk_not_staff"
        assert refusal(lambda: desk_access.prove(session, 2, "proof", NOW)) == "refusal.desk_not_staff"
        joined_staff(session, 2, Role.CLINICIAN)
        assert desk_access.visitor(session, token, NOW) is None


def test_a_link_opens_the_desk_once_and_for_five_minutes(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        used, late = (desk_access.make_ticket(session, staff, NOW) for _ in range(2))
        assert desk_access.check_ticket(session, used, NOW) is staff
        assert desk_access.use_ticket(session, used, NOW + 4 * MINUTE) is staff
        session.expire_all()
        assert refusal(lambda: desk_access.use_ticket(session, used, NOW)) == "refusal.desk_link_used"
        assert refusal(lambda: desk_access.use_ticket(session, late, NOW + 5 * MINUTE)) == "refusal.desk_link_expired"
        assert refusal(lambda: desk_access.use_ticket(session, "guessed", NOW)) == desk_access.UNKNOWN


def test_of_two_who_use_one_link_at_the_same_time_one_comes_in(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        token = desk_access.make_ticket(session, staff, NOW)

    def attempt(session: Session) -> bool:
        try:
            with session.begin_nested():
                desk_access.use_ticket(session, token, NOW)
        except Refusal:
            return False
        return True

    assert sorted(at_once(database, [attempt, attempt])) == [False, True]


def test_what_telegram_signed_opens_it_once_and_for_staff_alone(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        joined_patient(session, 3)
        assert desk_access.prove(session, 1, "proof", NOW) is staff
        assert refusal(lambda: desk_access.prove(session, 1, "proof", NOW)) == "refusal.desk_proof_used"
        for stranger in (3, 4):
            assert refusal(lambda who=stranger: desk_access.prove(session, who, "new", NOW)) == "refusal.desk_not_staff"  # type: ignore[misc]


def test_the_history_keeps_who_came_and_nothing_else(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        desk_access.open_session(session, staff, NOW)
        session.flush()
        entry = rows_of(session, AuditEntry)[-1]
        (made,) = rows_of(session, DeskSession)
        assert (entry.action, entry.actor, entry.after) == ("desk_opened", f"staff:{staff.id}", {"session": made.id})
        assert (entry.patient_id, entry.team_id) == (None, staff.team_id)


def test_what_is_over_is_forgotten_a_day_later_and_no_sooner(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        desk_access.open_session(session, staff, NOW)
        desk_access.make_ticket(session, staff, NOW)
        desk_access.prove(session, 1, "proof", NOW)
        tables = (DeskSession, DeskTicket, UsedProof)

        def left_after(passed: timedelta) -> list[int]:
            desk.forget_before(session, NOW + passed - retention.DESK_KEPT)
            return [session.exec(select(func.count()).select_from(table)).one() for table in tables]

        assert left_after(retention.DESK_KEPT) == [1, 1, 1]
        assert left_after(retention.DESK_KEPT + HOUR) == [1, 0, 0]
        retention.run(session, NOW + timedelta(days=2, hours=12))
        assert left_after(timedelta()) == [0, 0, 0]


def test_after_a_restore_everybody_comes_in_anew(database: Database) -> None:
    with committing(database) as session:
        staff, _ = two_of_staff(session)
        token, ticket = (work(session, staff, NOW) for work in (desk_access.open_session, desk_access.make_ticket))
        later = NOW + 2 * MINUTE
        restoring.put_in_order(session, NOW, NOW + MINUTE, later)
        session.expire_all()
        assert desk_access.visitor(session, token, later) is None
        assert refusal(lambda: desk_access.use_ticket(session, ticket, later)) == "refusal.desk_link_expired"
