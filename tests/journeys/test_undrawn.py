"""One patient who cannot be drawn takes nobody along: the others are drawn, and the summary says who is missing."""

import logging
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlmodel import Session

from jobs.lights import Name
from storage.models import Course, CourseStatus, Measurement, Patient
from tests.bot.watching.support import watched
from tests.journeys.test_summary import asks, labels
from tests.support import Clinic, Someone

MISSING = "Could not be drawn, and whether they need a look is not known: {code}. Whoever runs the bot is being told."


def nowhere(session: Session, patient: Patient) -> None:
    """The record cannot be read."""
    session.get_one(Patient, patient.id).time_zone = "Atlantis/Capital"


def meeting(session: Session, patient: Patient) -> None:
    """The answer cannot be computed: two courses at once."""
    for day in (1, 2):
        session.add(
            Course(
                team_id=patient.team_id,
                patient_id=patient.id,
                planned_start=date(2026, 2, day),
                planned_days=3,
                given_start=date(2026, 2, day),
                given_end=date(2026, 2, day + 2),
                grams_per_kg_per_day=0.4,
                status=CourseStatus.GIVEN,
                created_at=patient.created_at,
            )
        )


def without_end(session: Session, patient: Patient) -> None:
    """The page alone cannot be drawn: the team's picture can."""
    session.add(
        Measurement(
            team_id=patient.team_id,
            patient_id=patient.id,
            analyte="CK",
            taken_on=patient.created_at.date(),
            value=float("inf"),
            unit="U/l",
            received_at=patient.created_at,
        )
    )


def spoilt(clinic: Clinic, someone: Someone, how: Callable[[Session, Patient], None]) -> None:
    patient = someone.row
    clinic.write(lambda session: how(session, patient))


def drawn_for(clinic: Clinic, *how: Callable[[Session, Patient], None]) -> tuple[Someone, Someone, Someone]:
    """A clinician, a patient who can be drawn, and one for whom something is wrong."""
    doctor, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    for day in (2, 3, 4, 5):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
    for each in how:
        spoilt(clinic, ben, each)
    return doctor, anna, ben


def asks_for_the_pdf(doctor: Someone) -> str:
    """Its caption."""
    message = asks(doctor)
    doctor.taps(message["message_id"], doctor.buttons_of(message["message_id"])["PDF, a page each"])
    return str(next(m for m in reversed(doctor.messages) if "document" in m)["caption"])


@pytest.mark.parametrize("how", [nowhere, meeting])
def test_the_others_are_drawn_and_the_one_is_named(
    clinic_on_each: Clinic, how: Callable[[Session, Patient], None], caplog: pytest.LogCaptureFixture
) -> None:
    clinic = clinic_on_each
    doctor, anna, ben = drawn_for(clinic, how)
    with caplog.at_level(logging.ERROR, "bot.drawing.draughtsman"):
        message = asks(doctor)
    assert MISSING.format(code=ben.code) in message["text"]
    assert "2 diaries" in message["text"]
    assert f"{anna.code}: " in message["text"]
    assert f"{ben.code}: " not in message["text"]
    assert any("photo" in each for each in doctor.messages), "the picture comes too"
    (logged,) = (each.getMessage() for each in caplog.records if each.name == "bot.drawing.draughtsman")
    assert logged.startswith("A summary was drawn without a patient who could not be:")
    assert "summary_pages.py" in logged, "where it went wrong"
    assert ben.code not in logged


def test_a_page_that_alone_cannot_be_drawn_is_missing_from_the_pdf_alone(clinic: Clinic) -> None:
    doctor, anna, ben = drawn_for(clinic, without_end)
    assert "Could not be drawn" not in asks(doctor)["text"]
    caption = asks_for_the_pdf(doctor)
    assert MISSING.format(code=ben.code) in caption
    assert anna.code not in caption


def test_a_team_of_whom_nobody_can_be_drawn_is_told_so(clinic: Clinic) -> None:
    doctor, ben = clinic.clinician(), clinic.patient()
    spoilt(clinic, ben, nowhere)
    assert MISSING.format(code=ben.code) in asks(doctor)["text"]
    assert MISSING.format(code=ben.code) in asks_for_the_pdf(doctor)


def test_a_mark_that_somebody_needs_a_look_is_not_taken_off_while_it_is_not_known(clinic: Clinic) -> None:
    doctor, _, ben = drawn_for(clinic)
    assert ben.code in labels(doctor, asks(doctor)), "silent for five days"
    spoilt(clinic, ben, nowhere)
    assert ben.code in labels(doctor, asks(doctor))


def test_the_operators_light_is_red_until_what_was_drawn_is_forgotten(clinic: Clinic) -> None:
    doctor, _, ben = drawn_for(clinic, nowhere)
    with watched(clinic) as monitor:
        assert monitor.red() == []
        asks(doctor)
        assert monitor.red() == ["pages"]
        assert ben.code not in str(monitor.light(Name.PAGES))
        clinic.becomes(clinic.clock.now() + timedelta(hours=2))
        assert "pages" not in monitor.red()


def test_a_page_of_one_patient_that_cannot_be_drawn_is_told_to_the_operator_too(clinic: Clinic) -> None:
    doctor, _, ben = drawn_for(clinic, without_end)
    doctor.says(f"/chart {ben.code}")
    assert "this page could not be drawn just now" in doctor.sees
    with watched(clinic) as monitor:
        assert monitor.red() == ["pages"]
