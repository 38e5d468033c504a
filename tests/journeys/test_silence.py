"""Whoever was asked for three days and answered nothing is silent in the roster and on the card; nobody else is."""

from tests.support import Clinic, Someone


def state(coordinator: Someone, anna: Someone) -> str:
    """As the roster has it, and the card the same."""
    coordinator.says("/roster")
    (line,) = [line for line in coordinator.sees.splitlines() if line.startswith(anna.code)]
    coordinator.says(f"/patient {anna.code}")
    assert coordinator.sees.splitlines()[0] == line
    return line.removeprefix(f"{anna.code} · ")


def evening(clinic: Clinic, day: int) -> None:
    clinic.becomes(clinic.local(f"2026-03-{day:02} 18:00"))


def test_three_days_without_an_answer_are_silence_until_the_next_answer(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    evening(clinic, 2)
    anna.presses("3")
    for day in (3, 4, 5):
        evening(clinic, day)
        assert state(coordinator, anna) == "active"
    clinic.becomes(clinic.local("2026-03-06 00:00"))
    assert state(coordinator, anna) == "silent since Tue 3 Mar 2026"
    anna.presses("4")
    assert state(coordinator, anna) == "active"


def test_whoever_never_answered_is_silent_from_the_first_question_on(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for day in (2, 3, 4, 5):
        evening(clinic, day)
    assert state(coordinator, anna) == "silent since Mon 2 Mar 2026"


def test_days_that_were_not_asked_are_nobodys_silence(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    evening(clinic, 2)
    anna.presses("3")
    clinic.becomes(clinic.local("2026-03-23 23:00"))
    assert state(coordinator, anna) == "active", "three weeks in which the bot was down"
    for day in (24, 25, 26):
        evening(clinic, day)
    clinic.becomes(clinic.local("2026-03-27 09:00"))
    assert state(coordinator, anna) == "silent since Tue 24 Mar 2026"


def test_whoever_cannot_be_reached_is_that_and_not_silent(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for day in (2, 3, 4, 5):
        evening(clinic, day)
    clinic.world.block(anna.account)
    clinic.calm()
    assert state(coordinator, anna) == "cannot be reached"
