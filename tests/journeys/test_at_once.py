"""Two of a care team at the same moment, at two replicas: the second acts on what the first has done."""

import threading
from collections.abc import Iterator

import pytest
from sqlmodel import Session

from bot import arriving
from bot.replies import Incoming, Reply, Rewrite, Toast
from storage.database import Database
from storage.models import AuditEntry, Course, CourseStatus, Team
from tests.journeys.scenes import course_open
from tests.postgres import PostgresServer
from tests.storage.support import committing
from tests.storage.test_at_once import PATIENCE, somebody_waits
from tests.support import Clinic, Someone

CONFIRM = "Yes, do it"


@pytest.fixture
def clinic(postgres: PostgresServer) -> Iterator[Clinic]:
    """On SQLite one writes at a time anyway."""
    with postgres.new_database() as database, Clinic(database) as running:
        yield running


def press(member: Someone, label: str) -> Incoming:
    """Of a button of the newest message, as a replica hears of it."""
    message, now = member.last["message_id"], member.clinic.clock.now()
    return Incoming(member.account, now, message_id=message, data=member.buttons_of(message)[label], press=label)


def at_once(database: Database, first: Incoming, second: Incoming) -> tuple[str, str]:
    """What each of the two read, whose second came before the first was committed."""
    said: list[list[Reply]] = []

    def act(incoming: Incoming) -> None:
        with committing(database) as session:
            said.append(arriving.pressed(session, incoming))

    late = threading.Thread(target=act, args=(second,))
    with committing(database) as session:
        early = pressed_in(session, first)
        late.start()
        while late.is_alive() and not somebody_waits(database):
            late.join(0.01)
    late.join(PATIENCE)
    assert not late.is_alive()
    return read(early), read(said[0])


def pressed_in(session: Session, incoming: Incoming) -> list[Reply]:
    replies = arriving.pressed(session, incoming)
    session.flush()
    return replies


def read(replies: list[Reply]) -> str:
    toasts = [reply.text for reply in replies if isinstance(reply, Toast)]
    return " ".join([*toasts, *(str(reply.screen.text) for reply in replies if isinstance(reply, Rewrite))])


def test_a_course_that_the_one_cancels_is_not_moved_by_the_other(clinic: Clinic) -> None:
    one, anna = course_open(clinic)
    other = clinic.coordinator()
    for member, buttons in ((one, ("Cancel", "Patient ill")), (other, ("Move", "7 days later"))):
        member.says(f"/patient {anna.code}")
        for button in ("Thu 12 Mar", *buttons):
            member.presses(button)
    early, late = at_once(clinic.database, press(one, CONFIRM), press(other, CONFIRM))
    assert "cancelled" in early
    assert "changed" in late
    (course,) = clinic.rows(Course)
    assert (course.status, course.planned_start.isoformat()) == (CourseStatus.CANCELLED, "2026-03-12")


def test_two_who_plan_the_same_day_plan_it_once(clinic: Clinic) -> None:
    one, other, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    for member in (one, other):
        member.says(f"/patient {anna.code}")
        member.presses("Plan a course")
        for said in ("12 Mar", "2", "0.4"):
            member.says(said)
    early, late = at_once(clinic.database, press(one, CONFIRM), press(other, CONFIRM))
    assert early.startswith("Done")
    assert "There is a course on" in late
    assert len(clinic.rows(Course)) == 1


def test_what_both_undo_is_undone_once(clinic: Clinic) -> None:
    one, anna = course_open(clinic)
    one.presses("Move")
    one.presses("7 days later")
    one.presses(CONFIRM)
    undo = press(one, "Undo (for an hour)")
    other = clinic.coordinator()
    again = Incoming(other.account, undo.now, message_id=other.last["message_id"], data=undo.data, press="again")
    early, late = at_once(clinic.database, undo, again)
    assert "Undone" in early
    assert "undone already" in late
    assert anna.starts == ["2026-03-12"]
    assert [entry.action for entry in clinic.rows(AuditEntry)].count("course_moved") == 2


def test_the_teams_own_settings_are_not_overwritten_unseen(clinic: Clinic) -> None:
    one, other = clinic.coordinator(), clinic.coordinator()
    for member, said in ((one, "4"), (other, "5")):
        member.says("/team")
        member.presses("Silence")
        member.says(said)
    early, late = at_once(clinic.database, press(one, CONFIRM), press(other, CONFIRM))
    assert early
    assert "changed" in late
    assert [team.silent_after for team in clinic.rows(Team)] == [4]
