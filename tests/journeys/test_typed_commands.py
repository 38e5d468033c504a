"""A patient types "help" or "stop", as one does to any service: it is no note, and nothing is done by it."""

import pytest

from bot.patient.noting import OFFERED
from storage.models import Dialogue, Note, PatientStatus
from tests.support import Clinic

WORDS = [("en", "help", "stop"), ("fr", "Aide !", "Arrêter"), ("de", "Hilfe!", "stopp")]


@pytest.mark.parametrize(("language", "help_", "stop"), WORDS)
def test_help_and_stop_typed_alone_do_what_their_commands_do(
    clinic: Clinic, language: str, help_: str, stop: str
) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.taps(anna.last["message_id"], f"st:language:{language}", forge=True)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    for command, word in (("/help", help_), ("/withdraw", stop)):
        anna.says(command)
        shown, buttons = anna.sees, anna.buttons
        for answers in ("", "3 2 2 4"):
            if answers:
                anna.says(answers)
            anna.says(word)
            assert (anna.sees, anna.buttons) == (shown, buttons), "beside an open question and a complete day alike"
    assert "/pause" in anna.sees, "a break may be all that is wanted"
    assert anna.row.status is PatientStatus.ACTIVE
    assert clinic.rows(Note) == []
    assert [dialogue.form for dialogue in clinic.rows(Dialogue) if dialogue.form == OFFERED] == []


@pytest.mark.parametrize("said", ["help me", "hilf mir", "aidez-moi", "au secours"])
def test_a_cry_for_help_is_no_question_about_commands(clinic: Clinic, said: str) -> None:
    anna = clinic.patient()
    anna.says(said)
    assert "I cannot pass messages on. If you feel unwell, call your care team on" in anna.sees
    assert "emergency number" in anna.sees


def test_stop_while_a_note_is_asked_for_is_no_note(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 2 2 4")
    anna.presses("Add a note")
    anna.says("Stop")
    assert "Stop the diary?" in anna.sees
    assert clinic.rows(Note) == []
    anna.says("I had to stop on the stairs")
    assert [note.text for note in clinic.rows(Note)] == ["I had to stop on the stairs"]


def test_whoever_has_stopped_and_types_it_again_is_told_so(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("stop")
    anna.presses("Yes, stop the diary")
    anna.says("stop")
    assert "Your diary stopped on Mon 2 Mar 2026" in anna.sees
    anna.says("help")
    assert "Your diary has stopped" in anna.sees


def test_a_member_of_staff_who_asks_for_help_gets_it(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("help")
    assert "/roster" in coordinator.sees
