"""What changed between queueing and sending: a message is checked once more, and goes only if it still holds."""

from datetime import date
from typing import Any

import pytest

from jobs import schedule
from storage import audit, chats, teams
from storage.models import (
    Course,
    MessageKind,
    MessageState,
    PatientStatus,
    Staff,
)
from tests.delivery import support
from tests.delivery.support import asked, becomes_evening, fails_to_connect, later, outbox_of, the_prompt, with_course
from tests.support import Clinic

BY = audit.OPERATOR


@pytest.fixture
def held_back(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """What is due is queued and claimed by nobody, until `behaves` is called."""
    fails_to_connect(clinic, monkeypatch, 1)
    return clinic


def test_a_day_that_was_answered_meanwhile_is_not_asked(held_back: Clinic) -> None:
    clinic = held_back
    (anna,) = support.patients(clinic)
    becomes_evening(clinic)
    assert the_prompt(clinic).state is MessageState.PENDING
    anna.says("/today")
    for value in ("1", "2", "3", "4"):
        anna.presses(value)
    later(clinic, minutes=5)
    assert the_prompt(clinic).state is MessageState.WITHDRAWN
    assert len(anna.messages) == 1


def test_a_day_half_answered_meanwhile_is_asked_for_the_rest(held_back: Clinic) -> None:
    clinic = held_back
    (anna,) = support.patients(clinic)
    becomes_evening(clinic)
    anna.says("/today")
    anna.presses("1")
    later(clinic, minutes=5)
    assert the_prompt(clinic).state is MessageState.SENT
    assert "2 of 4" in anna.sees


@pytest.mark.parametrize("status", [PatientStatus.PAUSED, PatientStatus.WITHDRAWN])
def test_whoever_paused_or_withdrew_meanwhile_is_not_asked(held_back: Clinic, status: PatientStatus) -> None:
    clinic = held_back
    (anna,) = support.patients(clinic)
    becomes_evening(clinic)

    def change(session: Any) -> None:
        found = chats.who_is(session, anna.account)
        assert found is not None
        assert found.patient is not None
        found.patient.status = status
        session.add(found.patient)

    clinic.write(change)
    later(clinic, minutes=5)
    assert the_prompt(clinic).state is MessageState.WITHDRAWN
    assert asked(anna) == []


@pytest.mark.parametrize("what", ["move", "cancel"])
def test_of_a_course_that_changed_meanwhile_nobody_is_reminded(held_back: Clinic, what: str) -> None:
    clinic = held_back
    (anna,) = support.patients(clinic)
    course_id = with_course(clinic, anna.account)
    clinic.becomes(clinic.local("2026-03-04 09:00"))
    (waiting,) = outbox_of(clinic, MessageKind.INFUSION_REMINDER)
    assert waiting.state is MessageState.PENDING

    def change(session: Any) -> None:
        found = chats.who_is(session, anna.account)
        assert found is not None
        assert found.patient is not None
        course = session.get(Course, course_id)
        if what == "move":
            schedule.move_course(session, BY, found.patient, course, date(2026, 3, 30), clinic.clock.now())
        else:
            schedule.cancel_course(session, BY, found.patient, course, clinic.clock.now())

    clinic.write(change)
    later(clinic, minutes=5)
    (withdrawn,) = outbox_of(clinic, MessageKind.INFUSION_REMINDER)
    assert withdrawn.state is MessageState.WITHDRAWN
    (told,) = [text for text in anna.everything if "How " not in text]
    assert "5 Mar" in told


def test_whoever_left_the_team_meanwhile_gets_no_summary(held_back: Clinic) -> None:
    clinic = held_back
    doctor = clinic.clinician()
    before = len(doctor.messages)
    clinic.becomes(clinic.local("2026-03-09 08:00"))
    (waiting,) = outbox_of(clinic, MessageKind.WEEKLY_SUMMARY)
    assert waiting.state is MessageState.PENDING

    def leave(session: Any) -> None:
        team = teams.team_named(session, "Neuromuscular clinic")
        assert team is not None
        for member, _ in teams.clinicians_of(session, team.id):
            session.delete(member)

    clinic.write(leave)
    assert clinic.rows(Staff) == []
    later(clinic, minutes=5)
    (row,) = outbox_of(clinic, MessageKind.WEEKLY_SUMMARY)
    assert row.state is MessageState.WITHDRAWN
    assert len(doctor.messages) == before
