"""What a patient writes beside the numbers, and who reads it."""

import pytest

from bot.dialogues.check_in import LONGEST_NOTE
from storage.models import Dialogue, DiaryDay, Note
from tests.journeys.scenes import EMERGENCY, PHONE
from tests.journeys.test_alerts import redelivered
from tests.journeys.test_own_copy import received, rows
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
    assert "Please leave out names and telephone numbers." in anna.sees
    assert anna.buttons == ["Back"]
    anna.says("Stairs were hard <today> & the lift was broken; 7 of them.")
    assert "Your note is kept with Mon 2 Mar 2026. To change or remove it, press Change. Nobody" in anna.sees
    assert f"If it matters, call your care team on {PHONE}. {EMERGENCY}" in anna.sees
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


def test_the_newest_note_once_more_is_no_second_one(clinic_on_each: Clinic) -> None:
    """As by the button, when it was typed after the question for a note too."""
    clinic = clinic_on_each
    anna = answered(clinic)
    anna.says("Slept badly")
    anna.presses("Keep as a note")
    anna.presses("Add a note")
    anna.says("Slept badly")
    assert "Your note is kept with Mon 2 Mar 2026." in anna.sees
    assert [note.text for note in clinic.rows(Note)] == ["Slept badly"]
    anna.presses("Add a note")
    anna.says("Slept well")
    assert [note.text for note in clinic.rows(Note)] == ["Slept badly", "Slept well"]


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


def noted(anna: Someone, text: str) -> None:
    anna.presses("Add a note")
    anna.says(text)


def test_a_note_can_be_written_anew_and_the_clinician_reads_the_newer_words(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, clinician = answered(clinic), clinic.clinician()
    check_in = anna.last["message_id"]
    noted(anna, "Ask Mrs Miller, 020 7946 0999, about the lift")
    anna.presses("Change")
    assert list(anna.buttons_of(check_in))[-2:] == ["Note: Ask Mrs Miller, 020 7946 0999,…", "Back"]
    anna.presses("Note: Ask Mrs Miller")
    assert "Note: Ask Mrs Miller, 020 7946 0999, about the lift" in anna.message(check_in)["text"]
    assert list(anna.buttons_of(check_in)) == ["Remove this note", "Back"]
    anna.says("The lift was broken")
    assert anna.message(check_in)["text"].count("Note: ") == 1
    clinician.says(f"/notes {anna.code}")
    assert "The lift was broken" in clinician.sees
    assert "Miller" not in clinician.sees
    first, second = clinic.rows(Note)
    assert (first.removed_at, second.removed_at) == (clinic.clock.now(), None), "nothing is overwritten"


def test_a_note_can_be_removed_and_stays_in_the_patients_own_copy_alone(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, clinician = answered(clinic), clinic.clinician()
    check_in = anna.last["message_id"]
    noted(anna, "Ask Mrs Miller")
    anna.presses("Change")
    anna.presses("Note: Ask Mrs Miller")
    data = anna.buttons_of(check_in)["Remove this note"]
    assert anna.presses("Remove this note") == "The note is removed."
    assert "Note: " not in anna.message(check_in)["text"]
    assert list(anna.buttons_of(check_in)) == ["Change", "Add a note"]
    before = clinic.stored()
    assert "no longer in use" in anna.taps(check_in, data, forge=True)
    assert clinic.stored() == before
    clinician.says(f"/notes {anna.code}")
    assert clinician.sees == f"{anna.code} has written no notes."
    anna.says("/mydata")
    files = received(anna)
    (note,) = rows(files["notes.csv"])
    assert note["text"] == "Ask Mrs Miller"
    assert note["removed_at"].startswith("2026-03-02T18:00")
    assert "Miller" not in files["fhir-bundle.json"]


def test_a_note_of_somebody_else_or_of_a_closed_day_cannot_be_removed(clinic: Clinic) -> None:
    anna, ben = answered(clinic), clinic.patient()
    noted(anna, "Slept badly")
    check_in = clinic.rows(DiaryDay)[-1].message_id
    ben.says("/today")
    ben.says("3 2 2 4")
    (note,) = clinic.rows(Note)
    ben.forges(f"c:0:20260302:remove:n{note.id}:")
    assert clinic.rows(Note)[0].removed_at is None
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "This day is closed" in anna.taps(check_in or 0, f"c:0:20260302:remove:n{note.id}:", forge=True)
    assert clinic.rows(Note)[0].removed_at is None


@pytest.mark.parametrize("typed", ["5", "3 2 2 4", "pain 5", "11"])
def test_a_number_alone_is_no_note_and_the_way_to_either_is_said(clinic: Clinic, typed: str) -> None:
    anna = answered(clinic)
    anna.presses("Add a note")
    anna.says(typed)
    assert f"“{typed}” looks like an answer." in anna.above
    assert clinic.rows(Note) == []
    assert [answer[3] for answer in anna.answers] == [3, 2, 2, 4]
    anna.says("Fever 38.5, slept for 3 hours")
    assert [note.text for note in clinic.rows(Note)] == ["Fever 38.5, slept for 3 hours"]


def test_words_that_are_no_answer_are_kept_as_a_note_by_one_press(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = answered(clinic)
    check_in = anna.last["message_id"]
    anna.says("No pain today, <thank you>")
    assert anna.sees == (
        f"I cannot pass messages on. If you feel unwell, call your care team on {PHONE}. {EMERGENCY}\n\n"
        "I can keep this as a note of Mon 2 Mar 2026:\n“No pain today, <thank you>”\n"
        "Your care team can read it, but nobody reads it at once. To change an answer, press Change."
    )
    assert anna.buttons == ["Keep as a note"]
    assert clinic.rows(Note) == []
    clinic.passes(minutes=30)
    anna.presses("Keep as a note")
    (note,) = clinic.rows(Note)
    assert (note.text, note.said_at) == ("No pain today, <thank you>", clinic.local("2026-03-02 18:00"))
    assert anna.sees.startswith("Your note is kept with Mon 2 Mar 2026.")
    assert anna.buttons == []
    assert "Note: No pain today, <thank you>" in anna.message(check_in)["text"]
    assert "No pain" not in str(clinic.rows(Dialogue)), "it is in one place"


def test_what_was_typed_before_can_be_kept_too_and_each_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = answered(clinic)
    anna.says("I slept badly")
    first = anna.last
    anna.says("The lift was broken")
    second = anna.last
    anna.presses("Keep as a note", first)
    assert anna.message(first["message_id"])["text"].startswith("Your note is kept with Mon 2 Mar 2026.")
    assert anna.buttons == ["Keep as a note"]
    data = anna.buttons_of(second["message_id"])["Keep as a note"]
    anna.presses("Keep as a note", second)
    for pressed in (first, second):
        anna.taps(pressed["message_id"], data, forge=True)
    redelivered(clinic)
    assert [note.text for note in clinic.rows(Note)] == ["I slept badly", "The lift was broken"]


def test_as_many_can_be_kept_as_a_day_has_room_for(clinic: Clinic) -> None:
    anna = answered(clinic)
    offers = []
    for said in ("I slept badly", "The lift was broken", "It rained", "My sister came"):
        anna.says(said)
        offers.append(anna.last)
    assert "no longer in use" in anna.presses("Keep as a note", offers[0])
    for offer in reversed(offers[1:]):
        anna.presses("Keep as a note", offer)
    assert [note.text for note in clinic.rows(Note)] == ["My sister came", "It rained", "The lift was broken"]
    assert "I slept badly" not in str(clinic.rows(Dialogue))


def test_what_was_offered_is_not_kept_in_a_day_that_has_closed_or_is_full(clinic: Clinic) -> None:
    anna = answered(clinic)
    anna.says("I slept badly")
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "This day is closed" in anna.presses("Keep as a note")
    assert clinic.rows(Note) == []
    anna.says("3 2 2 4")
    anna.says("I slept badly again")
    offer = anna.last
    for text in ("one thing", "another", "a third"):
        noted(anna, text)
    assert len(clinic.rows(Note)) == 3
    anna.presses("Keep as a note", offer)
    assert len(clinic.rows(Note)) == 3
    anna.says("I slept badly once more")
    assert anna.buttons == [], "there is no room for it"
    assert "I cannot pass messages on." in anna.sees
