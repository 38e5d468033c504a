"""The infusions' dates for the patient's own calendar."""

from datetime import date
from typing import Any

from icalendar import Calendar
from sqlmodel import Session

from jobs import schedule
from storage import audit
from storage.models import Course, Patient
from tests.support import Clinic, Someone

FRIDAY = "2026-03-20"


def file_of(anna: Someone) -> list[tuple[Any, ...]]:
    """(uid, first day, sequence, status) of each event in the newest file."""
    document = anna.last["document"]
    assert document["file_name"] == "appointments.ics"
    content = anna.clinic.world.file(document["file_id"]).content
    events: list[Any] = list(Calendar.from_ical(content).walk("VEVENT"))
    return [(str(e["uid"]), e["dtstart"].dt.isoformat(), e["sequence"], str(e["status"])) for e in events]


def test_the_dates_come_as_a_file_that_betrays_nothing_on_a_locked_screen(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    clinic.planned(anna, FRIDAY)
    clinic.planned(anna, "2026-04-17")
    anna.says("/infusions")
    anna.presses("Add to my calendar")
    assert [(day, sequence, status) for _, day, sequence, status in file_of(anna)] == [
        (FRIDAY, 0, "CONFIRMED"),
        ("2026-04-17", 0, "CONFIRMED"),
    ]
    content = clinic.world.file(anna.last["document"]["file_id"]).content.decode()
    assert "SUMMARY:Clinic appointment" in content
    shown = [line.lower() for line in content.split("\r\n") if not line.startswith(("UID", "PRODID"))]
    for word in ("infusion", "diary", "0.4", anna.code.lower(), "neuromuscular"):
        assert not any(word in line for line in shown), word
    assert "Open the file to add them." in anna.sees


def test_after_a_move_and_a_cancelling_the_new_file_puts_the_entry_right(clinic: Clinic) -> None:
    anna = clinic.patient()
    course = clinic.planned(anna, FRIDAY)
    anna.says("/infusions")
    anna.presses("Add to my calendar")
    ((uid, *_),) = file_of(anna)

    def change(work: Any) -> None:
        def do(session: Session) -> None:
            patient, row = session.get_one(Patient, anna.row.id), session.get_one(Course, course.id)
            work(session, patient, row)

        clinic.write(do)
        clinic.calm()

    change(
        lambda session, patient, row: schedule.move_course(
            session, audit.OPERATOR, patient, row, date(2026, 3, 27), clinic.clock.now()
        )
    )
    assert "to Fri 27 Mar 2026" in anna.sees
    anna.presses("Add to my calendar")
    assert file_of(anna) == [(uid, "2026-03-27", 1, "CONFIRMED")]
    change(
        lambda session, patient, row: schedule.cancel_course(session, audit.OPERATOR, patient, row, clinic.clock.now())
    )
    assert "Fri 27 Mar 2026 is cancelled" in anna.sees
    anna.presses("Add to my calendar")
    assert file_of(anna) == [(uid, "2026-03-27", 2, "CANCELLED")]


def test_without_infusions_there_is_no_file(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/infusions")
    assert anna.sees == "No infusion is entered at the moment."
    anna.forges("in:file")
    assert anna.sees == "No infusion is entered at the moment."


def test_a_reminders_file_comes_below_and_the_reminder_stays(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, FRIDAY)
    clinic.becomes(clinic.local("2026-03-13 09:00"))
    reminder = anna.last
    anna.presses("Add to my calendar")
    assert len(file_of(anna)) == 1
    assert anna.message(reminder["message_id"])["text"] == reminder["text"]
