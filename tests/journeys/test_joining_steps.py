"""The way through joining: the clock where one lives, a no, and what comes between the steps."""

import pytest

from storage.models import Answer, DiaryDay, Invitation, Patient, PatientStatus, Role
from tests.journeys.scenes import newcomer
from tests.support import Clinic


def test_a_place_that_was_typed_is_confirmed_by_the_clock_there(clinic: Clinic) -> None:
    anna = newcomer(clinic, "English", "Continue", "I agree")
    anna.says("Tokyo")
    assert anna.sees == "Asia/Tokyo: is it 19:00 there now?"
    assert anna.buttons == ["Yes, Asia/Tokyo", "No, another place"]
    anna.presses("No, another place")
    assert "type the name of the nearest large city" in anna.sees
    anna.says("india")
    assert anna.sees == "Asia/Kolkata: is it 15:30 there now?"
    anna.says("Berlin")
    assert anna.sees == "Europe/Berlin: is it 11:00 there now?", "another place is simply typed"
    clinic.restart()
    anna.presses("Yes, Europe/Berlin")
    anna.presses("18:00")
    assert anna.sees.startswith(
        "All is set. Your first check-in comes on Mon 2 Mar 2026, 18:00, and then every day at 18:00 (Europe/Berlin)."
    )
    assert anna.row.time_zone == "Europe/Berlin"


def test_what_a_place_may_mean_is_offered_with_the_clocks_there(clinic: Clinic) -> None:
    anna = newcomer(clinic, "English", "Continue", "I agree")
    anna.says("Zurihc")
    assert anna.sees == (
        "I know no place called “Zurihc”. Did you mean one of these? Press it, or type another large city."
    )
    assert anna.buttons == ["Europe/Zurich, 11:00", "None of these"]
    anna.presses("None of these")
    assert "Is it 10:00 where you are?" in anna.sees
    anna.says("USA")
    assert anna.buttons[:3] == ["America/New_York, 05:00", "America/Chicago, 04:00", "America/Denver, 03:00"]
    anna.presses("America/Chicago, 04:00")
    anna.presses("18:00")
    assert anna.row.time_zone == "America/Chicago"


@pytest.mark.parametrize("typed", ["Mars", "18", "?", "nowhere at all"])
def test_what_is_near_no_place_is_answered_with_no_guess(clinic: Clinic, typed: str) -> None:
    anna = newcomer(clinic, "English", "Continue", "I agree")
    anna.says(typed)
    assert anna.sees.startswith(f"I know no place called “{typed}”. Please type a large city")
    assert anna.buttons == ["‹ Back"]
    anna.presses("‹ Back")
    anna.presses("Yes, Europe/London")
    assert "At what time" in anna.sees


def test_whoever_declines_leaves_no_record_and_can_come_back(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    link = clinic.invitation(Role.PATIENT)
    anna = clinic.someone()
    anna.says(f"/start {link}")
    for button in ("English", "Continue", "No, thank you"):
        anna.presses(button)
    assert anna.sees == (
        "That is fine. Your diary was not begun, and nothing about your health is stored. "
        "Your treatment stays the same."
    )
    assert anna.buttons == ["Let me think again"]
    (patient,), (invitation,) = clinic.rows(Patient), clinic.rows(Invitation)
    assert (patient.status, patient.chat_id, patient.consented_at) == (PatientStatus.INVITED, None, None)
    assert invitation.used_at is None
    assert clinic.rows(DiaryDay) == []
    assert clinic.rows(Answer) == []
    clinic.passes(days=1)
    assert "How strong" not in " ".join(anna.everything)

    anna.says("why do you ask?")
    assert "Do you agree?" not in anna.sees, "a no is a no"
    anna.says("yes")
    assert anna.sees.startswith("That is fine."), "and no yes to what is not to be seen"
    assert anna.buttons == ["Let me think again"]
    anna.presses("Let me think again")
    assert "Do you agree?" in anna.sees
    anna.presses("No, thank you")
    anna.says(f"/start {link}")
    assert "Do you agree?" in anna.sees, "whoever opens the link again thinks again"
    for button in ("I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    assert "All is set" in anna.sees


def test_someone_in_the_middle_of_joining_can_do_nothing_that_a_patient_can(clinic: Clinic) -> None:
    anna = newcomer(clinic, "English")
    for command in ("/today", "/infusions", "/roster", "/help", "/start", "/nonsense"):
        anna.says(command)
        assert anna.sees == "Please finish joining first.\n\nHave you read what this diary is, and what it is not?"
        assert anna.buttons == ["Continue", "‹ Back"]
    assert [m for m in anna.messages[:-1] if clinic.world.buttons(m)] == [], "only the last one has buttons"
    anna.forges("c:0:20260302:answer:0:7")
    assert clinic.rows(Answer) == []
    assert clinic.rows(DiaryDay) == []
    for button in ("Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    assert "All is set" in anna.sees


def test_a_link_delivered_twice_in_the_middle_of_joining_changes_nothing(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = newcomer(clinic)
    opening = max(clinic.world.updates)
    for button in ("English", "Continue", "I agree"):
        anna.presses(button)
    for again in (clinic.world.redeliver, clinic.world.duplicate):
        again(opening)
        clinic.calm()
        assert "Is it 10:00 where you are?" in anna.sees
    assert len(anna.messages) == 1
    anna.presses("Yes, Europe/London")
    anna.presses("18:00")
    clinic.world.redeliver(opening)
    clinic.calm()
    assert len(clinic.rows(Patient)) == 1


def test_a_restart_in_the_middle_of_joining_is_not_noticed(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = newcomer(clinic, "English", "Continue", "I agree")
    clinic.restart()
    anna.presses("Yes, Europe/London")
    clinic.restart()
    anna.says("19:15")
    assert "every day at 19:15" in anna.sees


def test_a_line_typed_while_joining_and_delivered_twice_answers_one_question(clinic: Clinic) -> None:
    anna = newcomer(clinic, "English", "Continue", "I agree")
    clinic.world.say(anna.account, "18")
    update = max(clinic.world.updates)
    clinic.calm()
    assert "no place called “18”" in anna.sees
    anna.presses("‹ Back")
    anna.presses("Yes, Europe/London")
    clinic.world.redeliver(update)
    clinic.calm()
    assert "At what time" in anna.message(anna.last["message_id"])["text"]
    assert clinic.rows(Patient)[0].consented_at is None
