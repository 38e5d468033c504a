"""Yesterday's check-in: it can be entered and changed until today's begins, and is marked late."""

from storage.models import Answer, DiaryDay
from tests.support import Clinic, Someone


def next_morning(clinic: Clinic, *pressed: str) -> Someone:
    """A patient who has pressed these buttons in the evening, on the next morning."""
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    for label in pressed:
        anna.presses(label)
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    return anna


def test_what_was_left_half_is_completed_the_next_morning(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = next_morning(clinic, "7", "6")
    asked = anna.last["message_id"]
    anna.says("/yesterday")
    assert "Mon 2 Mar 2026 · 3 of 4" in anna.sees
    assert anna.buttons_of(asked) == {}, "one check-in of a day at a time"
    anna.presses("5")
    anna.says("4")
    assert "Noted, thank you" in anna.sees
    late = [(answer.item, answer.value, answer.late) for answer in clinic.rows(Answer)]
    assert late == [
        ("pain", 7, False), ("tiredness", 6, False), ("weakness", 5, True), ("exertion_pain", 4, True)
    ]  # fmt: skip


def test_a_typed_number_is_for_the_day_that_was_shown_last(clinic: Clinic) -> None:
    anna = next_morning(clinic)
    anna.says("/today")
    assert "Tue 3 Mar 2026 · 1 of 4" in anna.sees
    anna.says("/yesterday")
    anna.says("3 2 2 4")
    assert "Mon 2 Mar 2026" in anna.sees
    anna.says("/today")
    anna.says("9")
    assert [answer[0] for answer in anna.answers] == 4 * ["2026-03-02"] + ["2026-03-03"]


def test_it_closes_when_todays_begins(clinic: Clinic) -> None:
    anna = next_morning(clinic, "7")
    anna.says("/yesterday")
    yesterday = anna.last
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("/yesterday")
    assert anna.sees == (
        "Mon 2 Mar 2026\n\nPain: 7 of 10\nTiredness: no answer\nWeakness: no answer\nPain on exertion: no answer\n\n"
        "This day is closed."
    )
    assert anna.buttons == []
    toast = anna.taps(yesterday["message_id"], "c:0:20260302:answer:1:3", forge=True)
    assert "This day is closed" in toast
    assert len(anna.answers) == 1
    anna.says("5")
    assert anna.answers[-1][0] == "2026-03-03"


def test_a_day_on_which_the_bot_did_not_ask_can_be_entered_too(clinic: Clinic) -> None:
    """Joined at ten; the evening's tick never came: the row is made when it is wanted, and stays not asked."""
    anna = clinic.patient()
    clinic.clock.move_to(clinic.local("2026-03-03 00:30"))
    anna.clinic.world.say(anna.account, "/yesterday")
    clinic.calm()
    anna.says("3 2 2 4")
    day = next(row for row in clinic.rows(DiaryDay) if row.diary_date.isoformat() == "2026-03-02")
    assert [answer[0] for answer in anna.answers] == 4 * ["2026-03-02"]
    assert all(answer.late for answer in clinic.rows(Answer))
    assert day.closes_at == clinic.local("2026-03-03 18:00")


def test_there_is_no_day_before_the_diary_began(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/yesterday")
    assert "Yesterday can no longer be entered" in anna.sees
    assert clinic.rows(DiaryDay) == []


def test_shortly_before_todays_check_in_too(clinic: Clinic) -> None:
    anna = next_morning(clinic)
    anna.says("/today")
    clinic.becomes(clinic.local("2026-03-03 16:30"))
    anna.says("/yesterday")
    anna.says("7")
    assert [answer[0] for answer in anna.answers] == ["2026-03-02"]


def test_what_is_opened_in_yesterdays_older_message_is_what_is_typed_into(clinic: Clinic) -> None:
    anna = next_morning(clinic, "1", "1", "1", "1")
    yesterdays = anna.last
    anna.says("/today")
    anna.presses("Change", yesterdays)
    anna.presses("Pain: 1", anna.message(yesterdays["message_id"]))
    anna.says("7")
    assert anna.answers[-1] == ("2026-03-02", "pain", 2, 7)
    assert anna.sees.startswith("Mon 2 Mar 2026"), "below today's"
    anna.presses("Add a note")
    anna.says("A bad night")
    assert "Your note is kept with Mon 2 Mar 2026" in anna.sees
    anna.says("6")
    assert [answer[0] for answer in anna.answers][-1] == "2026-03-03", "and then today's again"


def test_todays_puts_away_what_was_begun_in_yesterdays(clinic: Clinic) -> None:
    anna = next_morning(clinic, "1", "1", "1", "1")
    anna.presses("Add a note")
    anna.says("/today")
    anna.says("6")
    assert anna.answers[-1][0] == "2026-03-03"


def test_it_is_asked_about_as_yesterday_and_by_no_other_word(clinic: Clinic) -> None:
    anna = next_morning(clinic)
    anna.says("/yesterday")
    assert "How strong was your pain yesterday?" in anna.sees
    anna.presses("3")
    assert "How strong was your tiredness yesterday?" in anna.sees
    anna.says("2")
    assert "How strong was your weakness yesterday?" in anna.sees
    anna.says("2")
    anna.says("4")
    anna.says("9")
    assert any(text.startswith("The check-in of Mon 2 Mar 2026 is complete.") for text in anna.everything)
    assert anna.sees.startswith("Mon 2 Mar 2026")
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "How strong was your pain today?" in anna.sees


def test_last_evenings_question_answered_in_the_morning_goes_on_about_yesterday(clinic: Clinic) -> None:
    anna = next_morning(clinic)
    anna.presses("3")
    assert "How strong was your tiredness yesterday?" in anna.sees
