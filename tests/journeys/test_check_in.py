"""A patient's evening."""

import pytest

from storage.models import Answer, DiaryDay, Patient, PatientStatus, Way
from tests.journeys.scenes import EMERGENCY, PHONE
from tests.support import Clinic, Someone

EVENING = "2026-03-02 18:00"


def asked(clinic: Clinic) -> Someone:
    """A patient before the first question of the first evening."""
    anna = clinic.patient()
    clinic.becomes(clinic.local(EVENING))
    assert "How strong was your pain today?" in anna.sees
    return anna


def values(anna: Someone) -> list[tuple[str, int | None]]:
    return [(item, value) for _, item, _, value in anna.answers]


def test_a_patient_joins_and_answers_the_first_check_in(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    assert "All is set" in anna.sees
    assert "Mon 2 Mar 2026, 18:00" in anna.sees

    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert "How strong was your pain today?" in anna.sees
    assert "1 of 4" in anna.sees
    check_in = anna.last["message_id"]

    assert anna.presses("7") == "Pain: 7"
    assert "tiredness" in anna.sees
    anna.presses("Skip")
    anna.says("3")
    anna.presses("10")
    assert anna.last["message_id"] == check_in
    assert "Pain: 7 of 10\nTiredness: skipped\nWeakness: 3 of 10\nPain on exertion: 10 of 10" in anna.sees
    assert clinic.world.refused() == []
    assert clinic.world.unanswered_callbacks() == []


def test_each_question_says_where_one_stands_and_what_the_ends_mean(clinic: Clinic) -> None:
    anna = asked(clinic)
    for number, (name, anchors) in enumerate(
        (
            ("pain", "0 no pain – 10 worst pain imaginable"),
            ("tiredness", "0 not tired – 10 as tired as you can imagine"),
            ("weakness", "0 not weak – 10 as weak as you can imagine"),
            ("pain on exertion", "0 no pain – 10 worst pain imaginable"),
        ),
        start=1,
    ):
        assert f"Mon 2 Mar 2026 · {number} of 4" in anna.sees
        assert f"How strong was your {name} today" in anna.sees
        assert anchors in anna.sees
        assert anna.buttons == [*(str(value) for value in range(11)), "Skip", *(["Later"] if number == 1 else [])]
        assert "infusion" not in anna.sees.lower(), "a word about it would colour the answer"
        anna.presses("0")
    assert values(anna) == [("pain", 0), ("tiredness", 0), ("weakness", 0), ("exertion_pain", 0)]


def test_a_typed_number_is_an_answer(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    for typed in ("7", " 7/10 ", "0", "10 / 10"):
        anna.says(typed)
    assert values(anna) == [("pain", 7), ("tiredness", 7), ("weakness", 0), ("exertion_pain", 10)]
    assert {answer.way for answer in clinic.rows(Answer)} == {Way.TYPED}
    assert "Noted, thank you" in anna.sees


def test_all_four_may_be_typed_at_once_and_one_by_its_name(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    check_in = anna.last["message_id"]
    anna.says("3 2 2 4")
    assert "Pain: 3 of 10\nTiredness: 2 of 10\nWeakness: 2 of 10\nPain on exertion: 4 of 10" in anna.sees
    assert anna.last["message_id"] == check_in, "edited in place"
    anna.says("pain on exertion five, weakness skip")
    assert "Weakness: skipped\nPain on exertion: 5 of 10" in anna.sees
    assert [row for row in anna.answers if row[2] == 2] == [
        ("2026-03-02", "exertion_pain", 2, 5),
        ("2026-03-02", "weakness", 2, None),
    ]


def test_what_is_typed_into_a_complete_check_in_is_shown_below_it_and_nowhere_else(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    anna.says("3 2 2 4")
    older = anna.last["message_id"]
    anna.says("pain 5")
    assert anna.last["message_id"] != older
    assert "Pain: 5 of 10\nTiredness: 2 of 10" in anna.sees
    assert anna.buttons == ["Change", "Add a note"]
    assert anna.message(older)["text"] == "Mon 2 Mar 2026: the check-in is further down."
    assert anna.buttons_of(older) == {}
    line, before = max(clinic.world.updates), anna.messages
    clinic.world.redeliver(line)
    clinic.calm()
    assert anna.messages == before
    anna.presses("Change")
    anna.presses("Pain: 5")
    anna.presses("6")
    assert "Pain: 6 of 10" in anna.sees
    clinic.world.delete(anna.account, anna.last["message_id"])
    anna.says("pain 7")
    assert "Pain: 7 of 10" in anna.sees
    assert len([text for text in anna.everything if "further down" in text]) == 1, "of what is gone nothing is said"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("11", "11 is not on the scale. Please answer with a whole number from 0 to 10. Nothing was noted."),
        ("-1", "-1 is not on the scale."),
        ("100000", "100000 is not on the scale."),
        ("11/10", "11 is not on the scale."),
        ("3.5", "Please answer with a whole number from 0 to 10."),
        ("3,5", "Please answer with a whole number from 0 to 10."),
        ("quite bad", "I can read a number from 0 to 10 for “Pain”"),
        ("<b>7", "I can read a number from 0 to 10 for “Pain”"),
        ("7 maybe 8", "I can read a number from 0 to 10 for “Pain”"),
        ("3 2 2", "I read 3 answers. Please type one, or all 4 in their order, such as 3 2 2 4. Nothing was noted."),
        ("3 2 2 11", "11 is not on the scale."),
        ("pain 3, tiredness 12", "12 is not on the scale."),
        ("🙂", "I can read a number from 0 to 10 for “Pain”. Please type one, or tap a button below."),
        ("9" * 3000, "I can read a number from 0 to 10 for “Pain”"),
    ],
)
def test_what_is_no_answer_is_said_and_nothing_is_stored(clinic: Clinic, typed: str, said: str) -> None:
    anna = asked(clinic)
    anna.says(typed)
    assert said in anna.above
    assert anna.answers == []
    assert anna.sees.startswith("Mon 2 Mar 2026 · 1 of 4\n\nHow strong was your pain today?")
    assert "0 no pain – 10 worst pain imaginable" in anna.sees
    assert anna.buttons == [*(str(value) for value in range(11)), "Skip"]
    assert anna.buttons_of(anna.messages[-3]["message_id"]) == {}
    anna.presses("4")
    assert values(anna) == [("pain", 4)]
    assert said in anna.above, "what was explained stays to be read"


def test_words_are_not_passed_on_and_the_telephone_number_is_said(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.says("I feel very unwell")
    assert f"I cannot pass messages on. If you feel unwell, call your care team on {PHONE}. {EMERGENCY}" in anna.above
    anna.presses("7")
    assert PHONE in anna.above, "it stays when the question is answered"


def test_an_answer_can_be_changed_and_the_old_one_is_kept(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    anna.presses("Change")
    assert "Which one would you like to change?" in anna.sees
    assert anna.buttons == [
        "Pain: 3 of 10", "Tiredness: 2 of 10", "Weakness: 2 of 10", "Pain on exertion: 4 of 10", "Back"
    ]  # fmt: skip
    anna.presses("Weakness")
    assert "How strong was your weakness today?" in anna.sees
    anna.presses("Back")
    assert "Weakness: 2 of 10" in anna.sees
    anna.presses("Change")
    anna.presses("Weakness")
    assert anna.presses("8") == "Weakness: 8"
    assert "Weakness: 8 of 10" in anna.sees
    anna.presses("Change")
    anna.presses("Pain: 3")
    anna.says("5")
    assert [answer for answer in anna.answers if answer[1] in {"weakness", "pain"}] == [
        ("2026-03-02", "pain", 1, 3),
        ("2026-03-02", "weakness", 1, 2),
        ("2026-03-02", "weakness", 2, 8),
        ("2026-03-02", "pain", 2, 5),
    ]
    assert len(anna.answers) == 6


def test_a_correction_typed_while_another_question_is_open_is_seen_to_be_kept(clinic: Clinic) -> None:
    anna = asked(clinic)
    question, said = anna.last["message_id"], len(anna.messages)
    anna.says("7")
    anna.says("5")
    assert len(anna.messages) == said, "edited in place"
    anna.says("pain 3, tiredness skip")
    assert anna.sees.startswith("Pain: 3 of 10\nTiredness: skipped\n\nMon 2 Mar 2026 · 3 of 4")
    assert anna.message(question)["text"] == "Mon 2 Mar 2026: the check-in is further down."
    assert len(anna.messages) == said + 1
    anna.says("2")
    assert anna.sees.startswith("Mon 2 Mar 2026 · 4 of 4"), "and goes on in place"
    assert len(anna.messages) == said + 1
    anna.presses("4")
    anna.presses("Change")
    anna.presses("Weakness")
    anna.says("pain 6")
    assert anna.sees.startswith("Pain: 6 of 10\n\nMon 2 Mar 2026 · 3 of 4"), "while one is being changed, too"
    assert anna.answers[-1] == ("2026-03-02", "pain", 3, 6)


def test_the_same_answer_given_again_is_no_new_revision(clinic: Clinic) -> None:
    anna = asked(clinic)
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    anna.presses("Change")
    anna.presses("Pain: 3")
    anna.presses("3")
    assert "Pain: 3 of 10" in anna.sees
    assert len(anna.answers) == 4


def test_a_skipped_question_can_be_answered_afterwards(clinic: Clinic) -> None:
    anna = asked(clinic)
    for _ in range(4):
        anna.presses("Skip")
    assert "Pain: skipped" in anna.sees
    anna.presses("Change")
    anna.presses("Pain: skipped")
    anna.presses("6")
    assert "Pain: 6 of 10" in anna.sees
    assert [answer[2:] for answer in anna.answers if answer[1] == "pain"] == [(1, None), (2, 6)]


def test_half_answered_is_kept_as_half(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.presses("3")
    anna.presses("2")
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert values(anna) == [("pain", 3), ("tiredness", 2)]
    assert "Tue 3 Mar 2026 · 1 of 4" in anna.sees


def test_a_number_typed_after_the_last_question_changes_nothing(clinic: Clinic) -> None:
    anna = asked(clinic)
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    before = anna.answers
    for number in ("9", "12", "nine"):
        anna.says(number)
        assert anna.above == (
            "Today's check-in is complete. To change an answer, press Change under it, or send /today."
        )
        assert "Pain: 3 of 10" in anna.sees
        assert anna.buttons == ["Change", "Add a note"], "right below"
    assert anna.answers == before


@pytest.mark.parametrize("when", ["before the first question", "after the last", "after the diary's end"])
def test_words_are_never_passed_on_and_that_is_said_whatever_is_open(clinic: Clinic, when: str) -> None:
    anna = clinic.patient()
    if when == "after the last":
        clinic.becomes(clinic.local(EVENING))
        for value in ("3", "2", "2", "4"):
            anna.presses(value)
    elif when == "after the diary's end":
        clinic.write(lambda session: setattr(session.get_one(Patient, anna.row.id), "status", PatientStatus.WITHDRAWN))
    anna.says("I feel very unwell, what shall I do?")
    said = f"I cannot pass messages on. If you feel unwell, call your care team on {PHONE}. {EMERGENCY}"
    assert said in anna.sees


def test_a_press_that_comes_twice_is_one_answer(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    anna.presses("7")
    press = max(clinic.world.updates)
    clinic.world.redeliver(press)
    clinic.calm()
    clinic.world.duplicate(press)
    clinic.calm()
    anna.presses("2")
    clinic.world.duplicate(press)
    clinic.calm()
    assert anna.answers == [("2026-03-02", "pain", 1, 7), ("2026-03-02", "tiredness", 1, 2)]
    assert "How strong was your weakness today?" in anna.sees
    assert len([text for text in anna.everything if "How strong" in text]) == 1


def test_a_typed_number_that_comes_twice_does_not_answer_the_next_question(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    anna.says("7")
    line = max(clinic.world.updates)
    clinic.world.redeliver(line)
    clinic.calm()
    clinic.world.duplicate(line)
    clinic.calm()
    assert values(anna) == [("pain", 7)]
    anna.presses("2")
    clinic.world.redeliver(line)
    clinic.calm()
    assert values(anna) == [("pain", 7), ("tiredness", 2)]
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    clinic.world.duplicate(line)
    clinic.calm()
    assert len(anna.answers) == 2, "nor the next evening's"


def test_a_restart_in_mid_answer_is_not_noticed(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    anna.presses("7")
    clinic.restart()
    anna.presses("6")
    clinic.restart()
    anna.says("5")
    anna.presses("4")
    anna.presses("Change")
    clinic.restart()
    anna.presses("Weakness")
    clinic.restart()
    anna.says("1")
    assert "Pain: 7 of 10\nTiredness: 6 of 10\nWeakness: 1 of 10\nPain on exertion: 4 of 10" in anna.sees
    assert len([text for text in anna.everything if "Pain: 7 of 10" in text]) == 1


def test_an_answer_keeps_its_day_its_times_and_its_way(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    clinic.passes(minutes=90)
    anna.presses("7")
    (day,), (answer,) = clinic.rows(DiaryDay), clinic.rows(Answer)
    assert day.asked_at == clinic.local(EVENING)
    assert day.time_zone == "Europe/London"
    assert answer.answered_at == answer.received_at == clinic.local("2026-03-02 19:30")
    assert (answer.way, answer.late, answer.wording) == (Way.BUTTON, False, "2026-1")


def test_the_question_takes_the_buttons_off_the_check_in_that_today_brought(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/today")
    older = anna.last["message_id"]
    anna.presses("3")
    buttons = anna.buttons_of(older)
    clinic.becomes(clinic.local(EVENING))
    newer = anna.last["message_id"]
    assert newer != older
    assert "How strong was your tiredness today?" in anna.sees, "what was answered before is not asked again"
    assert anna.buttons_of(older) == {}, "one check-in of a day"
    anna.presses("5")
    # A telephone that was offline shows them still.
    assert anna.taps(older, buttons["2"], forge=True) == "This button is no longer in use. Nothing was changed."
    assert values(anna) == [("pain", 3), ("tiredness", 5)]
    assert anna.message(older)["text"] == anna.message(newer)["text"], "and the older one says so too"


def test_what_was_not_answered_yet_can_be_answered_from_an_older_message(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/today")
    older = anna.last["message_id"]
    buttons = anna.buttons_of(older)
    clinic.becomes(clinic.local(EVENING))
    assert anna.taps(older, buttons["2"], forge=True) == "Pain: 2"
    assert values(anna) == [("pain", 2)]


def test_a_message_that_the_patient_deleted_is_written_anew(clinic: Clinic) -> None:
    anna = asked(clinic)
    clinic.world.delete(anna.account, anna.last["message_id"])
    anna.says("7")
    assert "How strong was your tiredness today?" in anna.sees
    anna.presses("3")
    assert values(anna) == [("pain", 7), ("tiredness", 3)]


def test_as_many_as_are_left_are_taken_in_their_order(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.presses("3")
    anna.says("weakness 5")
    anna.says("2 2 2")
    assert "I read 3 answers. Please type one, the 2 that are left, or all 4 in their order. Nothing was" in anna.above
    anna.says("2 4")
    assert dict(values(anna)) == {"pain": 3, "weakness": 5, "tiredness": 2, "exertion_pain": 4}
    assert "Noted, thank you" in anna.sees


def test_what_is_not_noted_is_not_thanked_for(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.says("3 2 2 4")
    for typed in ("12", "3.5", "3 2 2 11"):
        anna.says(typed)
        assert anna.sees.endswith("This is how it stands. You can change it until the next check-in.")
        assert anna.buttons == ["Change", "Add a note"]
    assert dict(values(anna)) == {"pain": 3, "tiredness": 2, "weakness": 2, "exertion_pain": 4}


def test_small_words_beside_a_name_say_nothing(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.says("My pain is 6")
    assert dict(values(anna)) == {"pain": 6}
    anna.says("my pain was 7 last week")
    assert dict(values(anna)) == {"pain": 6}


def test_an_answer_to_a_check_in_that_is_out_of_sight_is_shown_below(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    above = anna.last["message_id"]
    anna.says("/yesterday")
    assert anna.sees.startswith("Mon 2 Mar 2026")
    assert "This day is closed." in anna.sees
    anna.says("3")
    assert "Tue 3 Mar 2026" in anna.sees
    assert "How strong was your tiredness today?" in anna.sees
    assert anna.message(above)["text"] == "Tue 3 Mar 2026: the check-in is further down."
    below = anna.last["message_id"]
    anna.says("2")
    assert anna.last["message_id"] == below, "nothing stands between"
    assert "How strong was your weakness today?" in anna.sees
    clinic.planned(anna, "2026-03-11")
    clinic.becomes(clinic.local("2026-03-04 10:00"))
    assert anna.last["message_id"] > below, "a reminder"
    anna.says("2")
    assert "How strong was your pain on exertion yesterday, when" in anna.sees
    assert "Tue 3 Mar 2026" in anna.sees
