"""A coordinator gives a patient's regimen a short name, as pages and reports then call it."""

from bot.drawing.pages import Answered, patient_facts
from bot.texts import texts_in
from jobs import record
from storage.models import Course, Patient
from tests.support import Clinic, Someone

CONFIRM = "Yes, do it"


def with_two_regimens(clinic: Clinic) -> tuple[Someone, Someone]:
    """A coordinator at the card of a patient with two courses of one regimen and one of another."""
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for start, days, dose in (("2026-03-10", 5, 0.4), ("2026-04-10", 5, 0.4), ("2026-05-10", 2, 0.8)):
        clinic.planned(anna, start, days=days, dose=dose)
    coordinator.says(f"/patient {anna.code}")
    return coordinator, anna


def names(clinic: Clinic) -> list[str | None]:
    return [course.regimen for course in clinic.rows(Course)]


def given(clinic: Clinic, name: str) -> tuple[Someone, Someone]:
    coordinator, anna = with_two_regimens(clinic)
    coordinator.presses("Name a regimen")
    coordinator.presses("5 × 0.4 g/kg")
    coordinator.says(name)
    return coordinator, anna


def test_a_name_is_given_to_all_courses_of_the_regimen(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = with_two_regimens(clinic)
    coordinator.presses("Name a regimen")
    assert coordinator.buttons[:2] == ["5 × 0.4 g/kg", "2 × 0.8 g/kg"]
    coordinator.presses("5 × 0.4 g/kg")
    coordinator.says("  High   dose ")
    assert "will be called High dose on pages and in reports. Courses that bear the name: 2;" in coordinator.sees
    assert names(clinic) == [None, None, None]
    coordinator.presses(CONFIRM)
    assert names(clinic) == ["High dose", "High dose", None]
    coordinator.says(f"/history {anna.code}")
    assert "regimen's name: 5 × 0.4 g/kg → High dose (5 × 0.4 g/kg)" in coordinator.sees


def test_it_stands_on_pages_as_it_was_typed(clinic: Clinic) -> None:
    coordinator, anna = given(clinic, "<b>A</b> & $b$")
    assert "will be called <b>A</b> & $b$ on pages" in coordinator.sees
    coordinator.presses(CONFIRM)
    row, now = anna.row, clinic.clock.now()
    kept = clinic.read(lambda session: record.read(session, session.get_one(Patient, row.id), now))
    facts = patient_facts(Answered(kept, texts_in("en")))
    assert [mark.regimen_short for mark in facts.courses] == ["<b>A</b> & $b$"] * 2 + ["2 × 0.8 g/kg"]


def test_courses_planned_later_with_the_same_days_and_dose_bear_it_too_and_undo_takes_it_from_all(
    clinic: Clinic,
) -> None:
    coordinator, anna = given(clinic, "High dose")
    coordinator.presses(CONFIRM)
    undo = coordinator.buttons_of(coordinator.last["message_id"])["Undo (for an hour)"]
    clinic.planned(anna, "2026-06-10", days=5, dose=0.4)
    clinic.planned(anna, "2026-07-10", days=5, dose=0.5)
    assert names(clinic) == ["High dose", "High dose", None, "High dose", None]
    coordinator.forges(undo)
    assert coordinator.sees.startswith("Undone.")
    assert names(clinic) == [None] * 5


def test_a_name_is_taken_away_again(clinic: Clinic) -> None:
    coordinator, anna = given(clinic, "High dose")
    coordinator.presses(CONFIRM)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Name a regimen")
    coordinator.presses("High dose (5 × 0.4 g/kg)")
    coordinator.says("High dose")
    assert coordinator.sees.startswith("It is set like that already")
    coordinator.presses("Without a name")
    assert "called by its days and dose again" in coordinator.sees
    coordinator.presses(CONFIRM)
    assert names(clinic) == [None, None, None]
    coordinator.presses("Undo (for an hour)")
    assert names(clinic) == ["High dose", "High dose", None]


def test_what_is_no_name_is_refused(clinic: Clinic) -> None:
    coordinator, _ = given(clinic, "x" * 25)
    assert coordinator.sees.startswith("A name has from 1 to 24 letters.")
    coordinator.says("a\u202eb")
    assert coordinator.sees.startswith("A name has from 1 to 24 letters.")
    coordinator.says("2X0.8")
    assert coordinator.sees.startswith("Another regimen of this patient is called “2X0.8”.")
    assert names(clinic) == [None, None, None]


def test_a_patient_without_a_course_has_no_regimen_to_name(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    assert coordinator.presses("Name a regimen") == f"{anna.code} has no course yet, so there is no regimen to name."


def test_with_one_regimen_nobody_is_asked_which(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-10")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Name a regimen")
    assert "what is the regimen 2 × 0.4 g/kg to be called?" in coordinator.sees
