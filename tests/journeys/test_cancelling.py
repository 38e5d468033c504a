"""A course is cancelled: what the patient hears of it, and what the coordinator is told about that."""

from bot.drawing.own_copy import fhir_words
from bot.local.faults import Fault
from bot.texts import texts_in
from jobs.own_data import collect, fhir_bundle
from storage.models import Course, CourseStatus, Patient
from tests.journeys.scenes import CHANGED, course_open, reminders, told
from tests.support import Clinic, Someone


def test_cancelling_tells_the_patient_and_no_reminder_comes(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = course_open(clinic)
    anna.says("/infusions")
    coordinator.presses("Cancel this course")
    coordinator.presses("Patient ill")
    assert coordinator.sees == (
        f"{anna.code}: the course of Thu 12 Mar 2026 will be cancelled. Reason: patient ill. The patient is told. "
        "No reminder will be sent. Is that right?"
    )
    coordinator.presses("Yes, do it")
    assert coordinator.sees == (
        f"Done: {anna.code}'s course of Thu 12 Mar 2026 is cancelled. Reason: patient ill. The patient is told."
    )
    assert told(anna)[0].startswith(f"{CHANGED}:\n\n– Thu 12 Mar 2026 is cancelled")
    actor, action, before, after = clinic.history(anna.row)[-1]
    assert (actor, action) == ("staff:1", "course_cancelled")
    assert (before["status"], after["status"]) == ("planned", "cancelled")
    assert after["cancelled_because"] == "patient_ill"
    for day in (5, 11, 12):
        clinic.becomes(clinic.local(f"2026-03-{day:02} 09:00"))
    assert reminders(anna) == []
    assert len(told(anna)) == 1
    anna.says("/infusions")
    assert anna.sees == "No infusion is entered at the moment."
    assert [course.status for course in clinic.rows(Course)] == [CourseStatus.CANCELLED], "it is kept"


def test_a_course_that_the_patient_never_heard_of_is_cancelled_in_silence(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.presses("Cancel this course")
    coordinator.presses("Not said")
    assert "The patient has not heard of it from me yet, and is told nothing." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert coordinator.sees.endswith("The patient has not heard of it from me yet, and is told nothing.")
    clinic.passes(hours=1)
    assert told(anna) == []


def test_a_course_that_the_patient_was_reminded_of_is_not_cancelled_in_silence(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert len(reminders(anna)) == 1
    coordinator.presses("Cancel this course")
    coordinator.presses("Not said")
    assert "The patient is told." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert len(told(anna)) == 1


def test_a_reminder_that_may_have_arrived_counts_as_heard(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", anna.account))
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert clinic.rows(Course)[0].told_start is None, "the bot does not know that it arrived"
    coordinator.presses("Cancel this course")
    coordinator.presses("Not said")
    coordinator.presses("Yes, do it")
    assert len(told(anna)) == 1


def test_an_unconfirmed_course_of_the_past_is_cancelled_in_silence_and_that_is_said(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    clinic.becomes(clinic.local("2026-03-10 12:00"))
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Tue 3 Mar 2026: was it given?")
    coordinator.presses("Cancel this course")
    coordinator.presses("Not said")
    assert "The day is over, so the patient is told nothing." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert coordinator.sees.endswith("is cancelled. Reason: not said. The day is over, so the patient is told nothing.")
    assert told(anna) == []


def test_keeping_a_course_after_all_cancels_nothing(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.presses("Cancel this course")
    assert coordinator.buttons == [
        *("Patient ill", "Patient could not", "For the clinic's sake", "Another reason", "Not said"),
        "Cancel, change nothing",
    ]
    coordinator.says("she had a fever")
    assert coordinator.sees.startswith("Please press one of the buttons.")
    coordinator.presses("For the clinic's sake")
    coordinator.says("yes")
    assert coordinator.sees.startswith("Please press “Yes, do it” or “Cancel, change nothing”.")
    assert coordinator.buttons == ["Yes, do it", "‹ Back", "Cancel, change nothing"]
    coordinator.presses("Cancel")
    assert coordinator.sees == "Cancelled. Nothing was changed."
    assert anna.starts == ["2026-03-12"]
    assert told(anna) == []


def cancelled(clinic: Clinic) -> tuple[Someone, Someone]:
    """A course that the patient knew of was cancelled a moment ago; the coordinator, and the patient."""
    coordinator, anna = course_open(clinic)
    anna.says("/infusions")
    coordinator.presses("Cancel this course")
    coordinator.presses("Patient could not")
    coordinator.presses("Yes, do it")
    assert len(told(anna)) == 1
    return coordinator, anna


def test_a_cancelling_is_undone_and_the_patient_who_heard_of_it_hears_of_that(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = cancelled(clinic)
    coordinator.presses("Undo (for an hour)")
    assert "course of Thu 12 Mar 2026 planned again, as before it was cancelled" in coordinator.sees
    assert anna.starts == ["2026-03-12"]
    assert told(anna)[-1].startswith(f"{CHANGED}:\n\n– Thu 12 Mar 2026 takes place after all")
    assert len(told(anna)) == 2
    (course,) = clinic.rows(Course)
    assert (course.cancelled_because, course.told_cancelled) == (None, False)
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert len(reminders(anna)) == 1, "and is reminded"
    coordinator.says(f"/history {anna.code}")
    assert "you, by undo\ncourse of Thu 12 Mar 2026 planned again" in coordinator.sees


def test_who_had_not_heard_of_the_course_hears_nothing_of_either(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.presses("Cancel this course")
    coordinator.presses("Not said")
    coordinator.presses("Yes, do it")
    coordinator.presses("Undo (for an hour)")
    assert anna.starts == ["2026-03-12"]
    assert told(anna) == []


def test_a_cancelling_is_not_undone_onto_a_course_that_was_planned_meanwhile(clinic: Clinic) -> None:
    coordinator, anna = cancelled(clinic)
    clinic.planned(anna, "2026-03-13", days=1)
    assert coordinator.presses("Undo (for an hour)").startswith("There is a course on Fri 13 Mar 2026 already.")
    assert anna.starts == ["2026-03-13"]


def test_why_a_course_was_cancelled_is_in_the_history_and_in_the_patients_own_copy(clinic: Clinic) -> None:
    coordinator, anna = cancelled(clinic)
    coordinator.says(f"/history {anna.code}")
    assert "course of Thu 12 Mar 2026 cancelled; reason: patient could not" in coordinator.sees
    row = anna.row
    held = clinic.read(lambda session: collect(session, session.get_one(Patient, row.id)))
    assert [course.cancelled_because for course in held.courses] == ["patient_could_not"]
    bundle = fhir_bundle(held, clinic.clock.now(), fhir_words(texts_in("en"))).decode()
    assert "The course was cancelled; the reason: patient could not" in bundle
