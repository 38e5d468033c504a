"""What a patient writes beside the numbers, and who reads it."""

from bot.dialogues.check_in import LONGEST_NOTE
from storage.models import DiaryDay, Note
from tests.journeys.scenes import PHONE
from tests.support import Clinic, Someone


def answered(clinic: Clinic) -> Someone:
    """A patient who has just answered the first evening's questions."""
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 2 2 4")
    assert anna.buttons == ["Change", "Add a note"]
    return anna


def test_a_note_is_kept_with_the_day_and_read_by_the_clinician(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, clinician = answered(clinic), clinic.clinician()
    check_in = anna.last["message_id"]
    anna.presses("Add a note")
    assert "Please write your note as one message, of up to 500 characters." in anna.sees
    assert anna.buttons == ["Back"]
    anna.says("Stairs were hard <today> & the lift was broken; 7 of them.")
    assert "Your note is kept with Mon 2 Mar 2026. Nobody reads it at once." in anna.sees
    assert f"If it matters, call your care team on {PHONE}." in anna.sees
    assert "Note: Stairs were hard <today> & the lift was broken; 7 of them." in anna.message(check_in)["text"]
    assert [answer[3] for answer in anna.answers] == [3, 2, 2, 4], "what is in a note is no answer"
    (note,) = clinic.rows(Note)
    assert (note.text, note.late) == ("Stairs were hard <today> & the lift was broken; 7 of them.", False)

    clinician.says(f"/notes {anna.code}")
    assert f"{anna.code}: what the patient wrote" in clinician.sees
    assert "Mon 2 Mar 2026: Stairs were hard <today> & the lift was broken" in clinician.sees
    clinician.says("/notes")
    clinician.presses(anna.code)
    assert "Stairs were hard" in clinician.sees


def test_back_keeps_no_note_and_a_number_is_an_answer_again(clinic: Clinic) -> None:
    anna = answered(clinic)
    anna.presses("Add a note")
    anna.presses("Back")
    assert anna.buttons == ["Change", "Add a note"]
    anna.says("pain 5")
    assert "Pain: 5 of 10" in anna.sees
    assert clinic.rows(Note) == []


def test_a_note_that_is_too_long_is_refused_and_may_be_written_again(clinic: Clinic) -> None:
    anna = answered(clinic)
    anna.presses("Add a note")
    anna.says("x" * (LONGEST_NOTE + 1))
    assert "Your note has 501 characters; at most 500 can be kept. Nothing was noted." in anna.above
    assert clinic.rows(Note) == []
    anna.says("x" * LONGEST_NOTE)
    assert len(clinic.rows(Note)) == 1


def test_a_note_that_comes_twice_is_kept_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = answered(clinic)
    anna.presses("Add a note")
    update = clinic.world.say(anna.account, "Slept badly")
    clinic.calm()
    clinic.world.mailbox.redeliver(max(clinic.world.mailbox.history))
    with clinic.world.changed:
        clinic.world.changed.notify_all()
    clinic.calm()
    assert update
    assert [note.text for note in clinic.rows(Note)] == ["Slept badly"]


def test_a_day_holds_three_notes(clinic: Clinic) -> None:
    anna = answered(clinic)
    for text in ("one thing", "another", "a third"):
        anna.presses("Add a note")
        anna.says(text)
    check_in = next(message for message in reversed(anna.messages) if "Note: a third" in message.get("text", ""))
    assert list(anna.buttons_of(check_in["message_id"])) == ["Change"]
    day = clinic.rows(DiaryDay)[-1]
    anna.taps(check_in["message_id"], f"c:0:{day.diary_date:%Y%m%d}:note::", forge=True)
    assert not clinic.rows(DiaryDay)[-1].noting


def test_no_note_before_all_is_answered(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.forges("c:0:20260302:note::")
    anna.says("not a note")
    assert clinic.rows(Note) == []
    assert "I can read a number" in anna.above


def test_a_note_about_yesterday_is_marked_late(clinic: Clinic) -> None:
    anna, clinician = answered(clinic), clinic.clinician()
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    anna.says("/yesterday")
    anna.presses("Add a note")
    anna.says("Slept badly")
    assert clinic.rows(Note)[0].late
    clinician.says(f"/notes {anna.code}")
    assert "Mon 2 Mar 2026 (written later): Slept badly" in clinician.sees


def test_who_may_read_notes(clinic: Clinic) -> None:
    anna, coordinator = answered(clinic), clinic.coordinator()
    coordinator.says(f"/notes {anna.code}")
    assert "/notes is for" in coordinator.sees
    anna.says(f"/notes {anna.code}")
    assert "/notes is for" in anna.sees
    clinician = clinic.clinician()
    clinician.says(f"/notes {anna.code}")
    assert clinician.sees == f"{anna.code} has written no notes."
    clinician.says("/notes P-XXXX")
    assert "P-XXXX" in clinician.sees


def test_notes_that_are_too_long_for_one_message_lose_the_oldest(clinic: Clinic) -> None:
    anna, clinician = answered(clinic), clinic.clinician()
    for day in range(3):
        clinic.becomes(clinic.local(f"2026-03-{2 + day:02} 18:00"))
        anna.says(f"{day} {day} {day} {day}")
        for number in range(3):
            anna.presses("Add a note")
            anna.says(f"{day}{number}" + "😀" * 498)
    clinician.says(f"/notes {anna.code}")
    assert "22😀" in clinician.sees
    assert "00😀" not in clinician.sees
    assert clinic.world.refused() == []
