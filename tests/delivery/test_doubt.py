"""A message about dates that may or may not have arrived: the next one says how things stand, whatever was read."""

from datetime import date
from typing import Any

import pytest

from bot.local.faults import Fault
from jobs import schedule
from storage import audit
from storage.models import Course, MessageKind, MessageState, Patient
from tests.delivery import support
from tests.delivery.support import later, outbox_of
from tests.support import Clinic, Someone


def change(clinic: Clinic, anna: Someone, start: str | None) -> None:
    """Moves the only course, or cancels it."""

    def work(session: Any) -> None:
        patient = session.get_one(Patient, anna.row.id)
        (course,) = [session.get_one(Course, course.id) for course in clinic.rows(Course)]
        if start is None:
            schedule.cancel_course(session, audit.OPERATOR, patient, course, clinic.clock.now())
        else:
            schedule.move_course(
                session, audit.OPERATOR, patient, course, date.fromisoformat(start), clinic.clock.now()
            )

    clinic.write(work)
    clinic.calm()


@pytest.fixture
def in_doubt(clinic: Clinic) -> tuple[Clinic, Someone]:
    """Anna may have read that her course moves from 10 to 17 April: nothing came back."""
    (anna,) = support.patients(clinic)
    clinic.planned(anna, "2026-04-10")
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", chat_id=anna.account))
    change(clinic, anna, "2026-04-17")
    (row,) = outbox_of(clinic, MessageKind.COURSES_CHANGED)
    assert row.state is MessageState.UNSURE
    return clinic, anna


def test_moved_back_meanwhile_the_patient_reads_the_day_that_is_right(in_doubt: tuple[Clinic, Someone]) -> None:
    clinic, anna = in_doubt
    change(clinic, anna, "2026-04-10")
    later(clinic, minutes=5)
    assert "as they stand now:\n\n– Fri 10 Apr 2026 (2 days)\n" in anna.sees
    assert "An earlier message may have said something else" in anna.sees
    change(clinic, anna, "2026-04-24")
    assert "from Fri 10 Apr 2026 to Fri 24 Apr 2026" in anna.sees, "from then on it is known again"


def test_cancelled_meanwhile_the_patient_reads_that_nothing_is_planned(in_doubt: tuple[Clinic, Someone]) -> None:
    clinic, anna = in_doubt
    change(clinic, anna, None)
    later(clinic, minutes=5)
    assert "– no infusion is planned" in anna.sees


def test_sent_once_more_it_says_how_things_stand(in_doubt: tuple[Clinic, Someone]) -> None:
    clinic, anna = in_doubt
    later(clinic, minutes=5)
    assert "as they stand now:\n\n– Fri 17 Apr 2026 (2 days)\n" in anna.sees
    assert [row.state for row in outbox_of(clinic, MessageKind.COURSES_CHANGED)] == [MessageState.SENT]


def test_what_was_refused_for_good_is_told_to_the_coordinator(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    (anna,) = support.patients(clinic)
    clinic.planned(anna, "2026-04-10")
    clinic.world.misbehave(Fault("bad_request", "sendMessage", chat_id=anna.account, description="PEER_ID_INVALID"))
    change(clinic, anna, "2026-04-17")
    clinic.calm()
    assert f"{anna.code} did not get a message from me: the news of infusion dates" in coordinator.sees
    later(clinic, days=1)
    assert len([text for text in coordinator.everything if "did not get a message" in text]) == 1
