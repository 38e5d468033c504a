"""A patient moves to another time zone: the coordinator says so, and what is sent comes by the clock there."""

from tests.journeys.scenes import reminders
from tests.journeys.test_schedule import questions
from tests.support import Clinic, Someone


def moves(coordinator: Someone, anna: Someone, place: str, zone: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Time zone")
    coordinator.says(place)
    coordinator.presses(f"Yes, {zone}")
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith("Done: ")


def test_the_clock_of_the_new_place_is_shown_before_it_counts(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Time zone")
    assert "by the clock of Europe/London, where it is 10:00 now" in coordinator.sees
    coordinator.says("Atlantis")
    assert "I know no place called “Atlantis”." in coordinator.sees
    coordinator.says("London")
    coordinator.presses("Yes, Europe/London")
    assert coordinator.sees.startswith("The time zone is Europe/London already.")
    coordinator.says("Tokyo")
    assert coordinator.sees == "Asia/Tokyo: is it 19:00 there now?"
    coordinator.presses("Yes, Asia/Tokyo")
    assert "from Europe/London\nto Asia/Tokyo." in coordinator.sees
    assert "The patient is told." in coordinator.sees
    assert anna.row.time_zone == "Europe/London"
    coordinator.presses("Yes, do it")
    assert clinic.history(anna.row)[-1] == (
        "staff:1",
        "time_zone_changed",
        {"time_zone": "Europe/London"},
        {"time_zone": "Asia/Tokyo"},
    )
    assert "is asked at 18:00 (Asia/Tokyo), next on " in coordinator.sees
    assert "Your check-in now comes at 18:00 in the time zone Asia/Tokyo." in anna.everything


def test_whoever_was_not_asked_yet_is_asked_at_once_where_the_hour_has_passed_and_from_then_on_there(
    clinic: Clinic,
) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-04", days=1)
    moves(coordinator, anna, "Tokyo", "Asia/Tokyo")
    assert questions(anna) == ["Mon 2 Mar 2026"]
    clinic.becomes(clinic.local("2026-03-03 08:59", "Asia/Tokyo"))
    assert reminders(anna) == []
    clinic.becomes(clinic.local("2026-03-03 09:00", "Asia/Tokyo"))
    assert len(reminders(anna)) == 1
    clinic.becomes(clinic.local("2026-03-03 17:59", "Asia/Tokyo"))
    assert questions(anna) == ["Mon 2 Mar 2026"]
    clinic.becomes(clinic.local("2026-03-03 18:00", "Asia/Tokyo"))
    assert questions(anna) == ["Mon 2 Mar 2026", "Tue 3 Mar 2026"]


def test_two_patients_of_one_team_are_asked_by_their_own_clocks(clinic: Clinic) -> None:
    coordinator, anna, bert = clinic.coordinator(), clinic.patient(), clinic.patient()
    moves(coordinator, bert, "New York", "America/New_York")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert (questions(anna), questions(bert)) == (["Mon 2 Mar 2026"], [])
    clinic.becomes(clinic.local("2026-03-02 18:00", "America/New_York"))
    assert questions(anna) == questions(bert) == ["Mon 2 Mar 2026"]


def test_a_move_that_is_taken_back_before_it_was_confirmed_changes_nothing(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    before = clinic.stored()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Time zone")
    coordinator.says("Tokyo")
    coordinator.presses("No, another place")
    coordinator.presses("Cancel")
    assert coordinator.sees == "Cancelled. Nothing was changed."
    assert clinic.stored() == before
