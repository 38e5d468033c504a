"""Two who change the team at the same time, on each engine: one coordinator stays, and nobody acts with lost rights."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import Session

from jobs import staffing
from jobs.refusals import Refusal
from storage import audit, teams
from storage.database import Database
from storage.models import AuditEntry, Role, Staff
from tests.storage.support import NOW, committing, joined_staff, rows_of
from tests.storage.test_moves import at_once


def two_coordinators(database: Database) -> list[int]:
    with committing(database) as session:
        return [joined_staff(session, account, Role.COORDINATOR).id for account in (1, 2)]


def member(session: Session, staff_id: int) -> Staff:
    return session.get_one(Staff, staff_id)


def attempt(work: Callable[[Session], None]) -> Callable[[Session], bool]:
    """Whether it was done; what is refused is left as it was."""

    def tried(session: Session) -> bool:
        # As in life: what was shown before is in the session, and stays there.
        shown = rows_of(session, Staff)
        try:
            with session.begin_nested():
                work(session)
        except Refusal:
            return False
        return len(shown) == 2

    return tried


def leaving(staff_id: int) -> Callable[[Session], None]:
    return lambda session: staffing.leave(session, member(session, staff_id), NOW)


def giving_up(staff_id: int) -> Callable[[Session], None]:
    wanted = {"coordinator": False, "clinician": True}
    return lambda session: staffing.change_roles(
        session, audit.staff_actor(staff_id), member(session, staff_id), wanted, NOW
    )


def removing(by: int, whom: int) -> Callable[[Session], None]:
    return lambda session: staffing.remove(session, audit.staff_actor(by), member(session, whom), NOW)


@pytest.mark.parametrize(
    "ways",
    [
        lambda one, two: (leaving(one), leaving(two)),
        lambda one, two: (leaving(one), giving_up(two)),
        lambda one, two: (giving_up(one), giving_up(two)),
        lambda one, two: (removing(one, two), removing(two, one)),
        lambda one, two: (removing(one, two), leaving(one)),
    ],
)
def test_of_two_at_the_same_time_one_coordinator_stays(database: Database, ways: Any) -> None:
    works = ways(*two_coordinators(database))
    assert sorted(at_once(database, [attempt(work) for work in works])) == [False, True]
    with database.reading() as session:
        assert [staff.coordinator for staff in rows_of(session, Staff)].count(True) == 1
        changes = [e for e in rows_of(session, AuditEntry) if e.action in {"staff_left", "staff_removed"}]
        assert len(changes) <= 1


def test_each_has_a_number_of_the_team_that_is_never_given_again(database: Database) -> None:
    two_coordinators(database)
    with committing(database) as session:
        elsewhere = joined_staff(session, 9, Role.CLINICIAN, team="Rheumatology")
        second = rows_of(session, Staff)[1]
        staffing.leave(session, second, NOW)
        third = joined_staff(session, 3, Role.CLINICIAN)
        assert (elsewhere.number, second.number, third.number) == (1, 2, 3)
        assert [staff.number for staff, _ in teams.members_of(session, third.team_id)] == [1, 3]
