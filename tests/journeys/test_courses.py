"""A planned course is moved: what the patient hears of it, what becomes of the reminders, and of other courses."""

from datetime import datetime

import pytest
from sqlmodel import Session

from bot.local.faults import Fault
from jobs import schedule
from storage import audit
from storage.models import Chat, Course, MessageKind, MessageState, OutboxMessage, Patient
from tests.delivery.support import fails_to_connect
from tests.journeys.scenes import CHANGED, PHONE, course_open, reminders, told
from tests.support import START, Clinic, Someone

REMINDER = MessageKind.INFUSION_REMINDER


def move(clinic: Clinic, anna: Someone, *starts: str) -> None:
    """Moves the patient's course from day to day in one transaction, as two quick coordinators would."""
    patient_id = anna.row.id

    def work(session: Session) -> None:
        patient = session.get_one(Patient, patient_id)
        course = session.get_one(Course, anna.courses[0].id)
        for start in starts:
            day = clinic.local(f"{start} 12:00").date()
            schedule.move_course(session, audit.staff_actor(1), patient, course, day, clinic.clock.now())

    clinic.write(work)
    clinic.calm()


def reachable(clinic: Clinic, anna: Someone, since: datetime | None) -> None:
    """Whether the chat can be written to: not `since` then."""
    chat_id = anna.row.chat_id

    def work(session: Session) -> None:
        session.get_one(Chat, chat_id).unreachable_since = since

    clinic.write(work)


def test_moving_a_course_tells_the_patient_once_and_moves_its_reminders(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = course_open(clinic)
    coordinator.presses("Move")
    assert "the course of Thu 12 Mar 2026 moves to which day?" in coordinator.sees
    assert coordinator.buttons[:4] == ["7 days earlier", "1 day earlier", "1 day later", "7 days later"]
    coordinator.presses("7 days later")
    assert "from Thu 12 Mar 2026\nto Thu 19 Mar 2026" in coordinator.sees
    assert told(anna) == []
    coordinator.presses("Yes, do it")
    assert f"Done: {anna.code}'s course moved from Thu 12 Mar 2026 to Thu 19 Mar 2026." in coordinator.sees
    assert anna.starts == ["2026-03-19"]
    assert told(anna) == [
        f"{CHANGED}:\n\n– from Thu 12 Mar 2026 to Thu 19 Mar 2026\n\n"
        f"If this does not suit you, call your care team on {PHONE}."
    ]
    actor, action, before, after = clinic.history(anna.row)[-1]
    assert (actor, action) == ("staff:1", "course_moved")
    assert (before["start"], after["start"]) == ("2026-03-12", "2026-03-19")

    clinic.becomes(clinic.local("2026-03-05 09:00"))
    clinic.becomes(clinic.local("2026-03-11 09:00"))
    assert reminders(anna) == [], "none of the old ones"
    for day, said in ((12, "in 7 days"), (18, "tomorrow"), (19, "today")):
        clinic.becomes(clinic.local(f"2026-03-{day} 09:00"))
        assert reminders(anna)[-1].startswith(f"Your infusion is {said}: Thu 19 Mar 2026. It takes 2 days.")
    assert len(reminders(anna)) == 3
    assert len(told(anna)) == 1


def test_a_course_moved_by_typing_or_by_the_calendar(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.presses("Move")
    coordinator.says("next week")
    assert "I cannot read “next week” as a date." in coordinator.sees
    coordinator.says("12 Mar")
    assert "The course is on Thu 12 Mar 2026 already." in coordinator.sees
    coordinator.says("1 Mar 2026")
    assert "is in the past" in coordinator.sees
    coordinator.says("20 Mar")
    coordinator.presses("‹ Back")
    coordinator.presses("Apr ›")
    coordinator.presses("20")
    assert "to Mon 20 Apr 2026" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-04-20"]


def test_a_course_moved_twice_quickly_is_one_message_with_the_first_old_and_the_last_new_day(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-12")
    move(clinic, anna, "2026-03-13", "2026-03-16")
    assert len(told(anna)) == 1
    assert "– from Thu 12 Mar 2026 to Mon 16 Mar 2026" in told(anna)[0]


def test_a_course_moved_and_moved_back_before_the_patient_heard_is_no_message(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-12")
    move(clinic, anna, "2026-03-13", "2026-03-12")
    assert told(anna) == []
    clinic.passes(days=1)
    assert told(anna) == []


def test_a_message_that_could_not_go_out_says_how_things_stand_when_it_does(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-12")
    clinic.world.misbehave(Fault("too_many_requests", "sendMessage", anna.account, retry_after=1))
    move(clinic, anna, "2026-03-13")
    assert told(anna) == []
    move(clinic, anna, "2026-03-20")
    clinic.until_no_ban()
    clinic.passes(minutes=1)
    assert len(told(anna)) == 1
    assert "– from Thu 12 Mar 2026 to Fri 20 Mar 2026" in told(anna)[0]


def test_moving_on_after_the_patient_heard_says_the_day_they_know(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-12")
    for day in ("2026-03-13", "2026-03-20", "2026-03-12"):
        move(clinic, anna, day)
        clinic.passes(hours=1)
    assert [text.split("– ")[1].split("\n")[0] for text in told(anna)] == [
        "from Thu 12 Mar 2026 to Fri 13 Mar 2026",
        "from Fri 13 Mar 2026 to Fri 20 Mar 2026",
        "from Fri 20 Mar 2026 to Thu 12 Mar 2026",
    ]


def test_a_reminder_that_waits_is_gone_when_its_course_moves(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-12")
    fails_to_connect(clinic, monkeypatch, 1)
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert [row.state for row in clinic.rows(OutboxMessage) if row.kind is REMINDER] == [MessageState.PENDING]
    move(clinic, anna, "2026-03-26")
    assert reminders(anna) == []
    clinic.becomes(clinic.local("2026-03-19 09:00"))
    assert len(reminders(anna)) == 1
    assert "Thu 26 Mar 2026" in reminders(anna)[0]


def test_a_course_moved_back_to_the_day_that_the_patient_knows_is_no_message_and_that_is_said(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    anna.says("/infusions")
    reachable(clinic, anna, since=START)
    move(clinic, anna, "2026-03-19")
    reachable(clinic, anna, since=None)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Thu 19 Mar 2026")
    coordinator.presses("Move")
    coordinator.presses("7 days earlier")
    assert "The patient was last told this day, so nothing is sent." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert told(anna) == []


def test_a_course_dealt_with_meanwhile_cannot_be_changed_again(clinic: Clinic) -> None:
    one, anna = course_open(clinic, "2026-03-02")
    other = clinic.coordinator()
    other.says(f"/patient {anna.code}")
    other.presses("Mon 2 Mar 2026")
    one.presses("Move")
    card = other.last["message_id"]
    buttons = other.buttons_of(card)
    other.presses("Cancel this course")
    other.presses("Another reason")
    other.presses("Yes, do it")
    before = clinic.stored()["Course"]
    one.says("20 Mar")
    assert "This has changed meanwhile, so nothing was done." in one.sees
    for label in ("Move", "Was given", "Cancel this course"):
        assert other.taps(card, buttons[label], forge=True).startswith("This has changed meanwhile")
    assert clinic.stored()["Course"] == before


def test_a_move_of_one_course_leaves_the_others(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    clinic.planned(anna, "2026-04-09")
    coordinator.presses("Move")
    coordinator.says("13 Mar")
    coordinator.presses("Only this course")
    assert "Other courses stay." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert anna.starts == ["2026-03-13", "2026-04-09"]


def test_someone_who_has_not_joined_is_told_nothing_and_learns_the_dates_on_joining(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    link = coordinator.sees.partition("start=")[2].split()[0]
    patient = clinic.rows(Patient)[0]
    coordinator.says(f"/patient {patient.pseudonym}")
    coordinator.presses("Plan a course")
    for typed in ("12 Mar", "2", "0.4"):
        coordinator.says(typed)
    coordinator.presses("Yes, do it")
    coordinator.says(f"/patient {patient.pseudonym}")
    coordinator.presses("Thu 12 Mar 2026")
    coordinator.presses("Move")
    coordinator.says("16 Mar")
    coordinator.presses("Yes, do it")
    anna = clinic.someone()
    anna.says(f"/start {link}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    assert told(anna) == []
    anna.says("/infusions")
    assert "– Mon 16 Mar 2026, over 2 days" in anna.sees
    clinic.becomes(clinic.local("2026-03-09 09:00"))
    assert "in 7 days: Mon 16 Mar 2026." in reminders(anna)[0]
