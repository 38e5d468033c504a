"""The hour is changed while today's question is on its way: it comes once, and tomorrow's by the new hour."""

from datetime import date, time
from time import monotonic, sleep
from typing import Any

import pytest

from bot.local.faults import Fault
from jobs import check_in_time, schedule
from storage import audit, chats, teams
from storage.models import Course, MessageKind, MessageState, Patient, Role
from tests.delivery import support
from tests.delivery.support import asked, becomes_evening, fails_to_connect, later, outbox_of, the_prompt
from tests.support import PATIENCE, TEAM, Clinic, Someone


def changes(clinic: Clinic, member: Someone, hour: int) -> None:
    def change(session: Any) -> None:
        someone = chats.who_is(session, member.account)
        assert someone is not None
        now = clinic.clock.now()
        check_in_time.change_prompt_time(session, audit.OPERATOR, someone.the_patient, time(hour), now)

    clinic.write(change)


def being_told(clinic: Clinic, kind: MessageKind) -> None:
    """Waits until the message is on its way."""
    end = monotonic() + PATIENCE
    while [row.state for row in outbox_of(clinic, kind)] != [MessageState.SENDING]:
        assert monotonic() < end
        sleep(0.02)


def test_set_back_while_the_new_hour_is_on_its_way_they_hear_of_that_too(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    clinic.calm()
    clinic.world.misbehave(Fault("latency", "sendMessage", chat_id=anna.account, delay=2.0))
    changes(clinic, anna, 20)
    being_told(clinic, MessageKind.PROMPT_TIME_CHANGED)
    changes(clinic, anna, 18)
    later(clinic, minutes=5)
    assert anna.everything[-2:] == [
        "Your check-in now comes at 20:00.",
        "Your check-in now comes at 18:00.",
    ]
    assert anna.row.told_prompt_time == time(18)


@pytest.mark.parametrize("hour", [8, 20, 23])
def test_changed_while_the_question_waits_in_the_outbox_it_comes_once(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, hour: int
) -> None:
    (anna,) = support.patients(clinic)
    fails_to_connect(clinic, monkeypatch, 1)
    becomes_evening(clinic)
    assert the_prompt(clinic).state is MessageState.PENDING
    changes(clinic, anna, hour)
    later(clinic, minutes=5)
    for hours in (20, 23):
        clinic.becomes(clinic.local(f"2026-03-02 {hours}:00"))
    assert len(outbox_of(clinic, MessageKind.DAILY_PROMPT)) == 1
    assert len(asked(anna)) == 1
    clinic.becomes(clinic.local(f"2026-03-03 {hour:02}:00"))
    assert "Tue 3 Mar 2026 · 1 of 4" in anna.everything[-1]


@pytest.mark.parametrize("hour", [8, 20, 23])
def test_changed_while_it_is_not_known_whether_it_arrived_it_comes_once_more_at_the_most(
    clinic: Clinic, hour: int
) -> None:
    (anna,) = support.patients(clinic)
    clinic.world.misbehave(Fault("reset_mid_response", "sendMessage", chat_id=anna.account))
    becomes_evening(clinic)
    assert the_prompt(clinic).state is MessageState.UNSURE
    changes(clinic, anna, hour)
    later(clinic, minutes=5)
    for hours in (20, 23):
        clinic.becomes(clinic.local(f"2026-03-02 {hours}:00"))
    assert the_prompt(clinic).state is MessageState.SENT
    assert len(asked(anna)) == 2, "the day's, sent once more; either of them may be answered"
    clinic.becomes(clinic.local(f"2026-03-03 {hour:02}:00"))
    assert "Tue 3 Mar 2026 · 1 of 4" in anna.everything[-1]


def test_another_hour_of_the_teams_is_for_those_who_are_invited_from_then_on(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)

    def change(session: Any) -> None:
        team = teams.team_named(session, TEAM)
        assert team is not None
        team.prompt_time = time(20)
        session.add(team)

    clinic.write(change)
    clinic.invitation(Role.PATIENT)
    assert [patient.prompt_time for patient in clinic.rows(Patient)] == [time(18), time(20)]
    becomes_evening(clinic)
    assert len(asked(anna)) == 1, "by her own hour, as before"


def test_a_course_moved_back_while_its_move_is_on_its_way_is_told_as_it_stands(clinic: Clinic) -> None:
    (anna,) = support.patients(clinic)
    course = clinic.planned(anna, "2026-04-10")
    clinic.calm()

    def move(to: str) -> None:
        def moves(session: Any) -> None:
            patient, moved = session.get_one(Patient, anna.row.id), session.get_one(Course, course.id)
            schedule.move_course(session, audit.OPERATOR, patient, moved, date.fromisoformat(to), clinic.clock.now())

        clinic.write(moves)

    clinic.world.misbehave(Fault("latency", "sendMessage", chat_id=anna.account, delay=2.0))
    move("2026-04-17")
    being_told(clinic, MessageKind.COURSES_CHANGED)
    move("2026-04-10")
    later(clinic, minutes=5)
    assert clinic.rows(Course)[0].told_start == date(2026, 4, 10)
    assert "from Fri 17 Apr 2026 to Fri 10 Apr 2026" in anna.everything[-1]
