"""Conditional moves: of several workers that saw the same due moment, one wins."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from jobs import schedule
from jobs.schedule import CoursePlan
from storage import chats, courses, invitations, patients, teams
from storage.database import Database
from storage.models import Chat, Course, Invitation, Patient, Role, Staff
from tests.storage.support import NOW, committing, joined_patient, joined_staff, rows_of, team_of

LATER = NOW + timedelta(days=30)
Move = Callable[[Session, Any], bool]

MOVES: dict[str, tuple[type[Any], Move]] = {
    "prompt": (Patient, lambda session, row: patients.move_prompt(session, row, LATER)),
    "reminder": (Course, lambda session, row: courses.move_reminder(session, row, (1, LATER))),
    "last reminder": (Course, lambda session, row: courses.move_reminder(session, row, None)),
    "summary": (Staff, lambda session, row: teams.move_summary(session, row, LATER)),
}


def someone_due(database: Database) -> None:
    with committing(database) as session:
        patient = joined_patient(session, 1)
        joined_staff(session, 2, Role.CLINICIAN)
        schedule.plan_courses(session, "operator", patient, [CoursePlan(date(2026, 4, 1), 2, 0.4)], NOW)


@pytest.mark.parametrize("name", MOVES)
def test_whoever_comes_second_moves_nothing(database: Database, name: str) -> None:
    table, move = MOVES[name]
    someone_due(database)
    with database.reading() as first, database.reading() as second:
        seen = [rows_of(session, table)[0] for session in (first, second)]
    outcomes = []
    for row in seen:
        with committing(database) as session:
            outcomes.append(move(session, row))
    assert outcomes == [True, False]


@pytest.mark.parametrize("name", MOVES)
def test_of_two_at_the_same_time_one_wins(database: Database, name: str) -> None:
    table, move = MOVES[name]
    someone_due(database)
    with database.reading() as session:
        row = rows_of(session, table)[0]
    assert sorted(at_once(database, [lambda session: move(session, row)] * 2)) == [False, True]


def test_an_invitation_is_used_once_whoever_hurries(database: Database) -> None:
    with committing(database) as session:
        team = team_of(session)
        token, _ = invitations.invite(session, team_id=team.id, role=Role.CLINICIAN, now=NOW)
        people = [chats.open_chat(session, account, "en", NOW).id for account in (1, 2)]

    def use(chat_id: int) -> Callable[[Session], bool]:
        def work(session: Session) -> bool:
            found = invitations.invitation_for(session, token)
            assert found is not None
            return invitations.use(session, found, chat_id, NOW)

        return work

    outcomes = at_once(database, [use(chat_id) for chat_id in people])
    assert sorted(outcomes) == [False, True]
    with database.reading() as session:
        (invitation,) = rows_of(session, Invitation)
        assert invitation.used_by == people[outcomes.index(True)]


def at_once(database: Database, works: list[Callable[[Session], bool]]) -> list[bool]:
    """Each in a transaction and a thread of its own, let go together."""
    ready = threading.Barrier(len(works))
    outcomes: dict[int, Any] = {}

    def run(k: int) -> None:
        ready.wait(20)
        try:
            with committing(database) as session:
                outcomes[k] = works[k](session)
        except BaseException as fault:
            outcomes[k] = fault

    threads = [threading.Thread(target=run, args=(k,)) for k in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return [outcomes[k] for k in range(len(works))]


def test_the_chat_of_an_account_is_made_once(database: Database) -> None:
    with committing(database) as session:
        first, second = (chats.open_chat(session, 5, "en", NOW).id for _ in range(2))
        assert first == second
        assert len(rows_of(session, Chat)) == 1


def test_a_message_or_a_press_is_acted_upon_once(database: Database) -> None:
    with committing(database) as session:
        chat = chats.open_chat(session, 5, "en", NOW)
        other = chats.open_chat(session, 6, "en", NOW)
        assert [chats.note_receipt(session, chat.id, "message:10", NOW) for _ in range(2)] == [True, False]
        assert chats.note_receipt(session, chat.id, "message:11", NOW)
        assert chats.note_receipt(session, chat.id, "press:10", NOW)
        assert chats.note_receipt(session, other.id, "message:10", NOW)
