"""A team asks what matters to it beside the four: it is set in the chat, asked, typed, changed, and kept readable."""

from typing import Any

import pytest

from jobs.own_data import collect
from storage.models import AuditEntry, ItemSet, OwnItem, Role
from tests.support import Clinic, Someone

OLD_BUTTON = "This button is no longer in use. Nothing was changed."
GONE = "This has changed meanwhile, so nothing was done."
FOUR = [("pain", 3), ("tiredness", 2), ("weakness", 2), ("exertion_pain", 4)]


def adds(staff: Someone, name: str = "Sleep", *others: str) -> None:
    """A question with its words, `others` in the other languages in their order; without them, none there."""
    staff.says("/questions")
    staff.presses("Add a question")
    for said in (name, "very badly", "very well"):
        staff.says(said)
    for language, said in zip(("de", "fr"), others or ("", ""), strict=True):
        if said:
            staff.says(said)
        else:
            staff.presses("Not in Deutsch" if language == "de" else "Not in Français")
    staff.presses("Yes, do it")


def asks_stairs(staff: Someone) -> None:
    staff.says("/questions")
    staff.presses("Ask about stairs")
    staff.presses("Yes, do it")


def speaking(clinic: Clinic, language: str, agree: str, zone: str, go_on: str) -> Someone:
    """A patient who has joined in another language."""
    member = clinic.someone()
    member.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in (language, go_on, agree, zone):
        member.presses(button)
    member.says("18:00")
    return member


def given(anna: Someone) -> list[tuple[str, int | None]]:
    """(item, value) of everything ever answered, in the order in which it came."""
    return [(item, value) for _, item, _, value in anna.answers]


def test_a_team_adds_a_question_and_it_is_asked_from_the_next_day_on(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, coordinator = clinic.patient(), clinic.coordinator()
    coordinator.says("/questions")
    assert "Of everyone: Pain, Tiredness, Weakness, Pain on exertion." in coordinator.sees
    assert "Besides, by your team:\nnothing yet" in coordinator.sees
    assert coordinator.buttons == ["Add a question", "Ask about stairs"]
    coordinator.presses("Add a question")
    assert coordinator.sees.startswith("What should the question be called, in English?")
    coordinator.says("Sleep")
    coordinator.says("very badly")
    coordinator.says("very well")
    assert coordinator.sees.startswith("Sleep for those who read Deutsch: please type the name")
    coordinator.says("Schlaf / sehr schlecht / sehr gut")
    coordinator.presses("Not in Français")
    assert "Sleep today: which number fits?\n0 very badly – 10 very well" in coordinator.sees
    assert "Schlaf heute: Welche Zahl passt?\n0 sehr schlecht – 10 sehr gut" in coordinator.sees
    assert "From Tue 3 Mar 2026 on, in every check-in of the team" in coordinator.sees
    assert clinic.rows(OwnItem) == [], "nothing is changed before it is confirmed"
    coordinator.presses("Yes, do it")
    assert coordinator.sees == "Done: “Sleep” is asked from Tue 3 Mar 2026 on."
    coordinator.presses("What is asked")
    assert "by your team (from Tue 3 Mar 2026):\n• Sleep: 0 very badly – 10 very well (English, Deutsch)" in (
        coordinator.sees
    )
    assert coordinator.buttons == ["Add a question", "Ask about stairs", "Stop: Sleep"]
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert "1 of 4" in anna.sees, "today's set stays"
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "1 of 5" in anna.sees
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    assert anna.sees == "Tue 3 Mar 2026 · 5 of 5\n\nSleep today: which number fits?\n\n0 very badly – 10 very well"
    assert anna.presses("7") == "Sleep: 7"
    assert "Pain on exertion: 4 of 10\nSleep: 7 of 10\n\nNoted, thank you." in anna.sees
    assert given(anna) == [*FOUR, ("own:1", 7)]
    assert [entry.after for entry in clinic.rows(AuditEntry) if entry.action == "questions_changed"] == [
        {"items": ["own:1"], "from": "2026-03-03"}
    ]


def test_stairs_are_counted_by_buttons_and_beyond_them_by_typing(clinic: Clinic) -> None:
    anna, clinician = clinic.patient(), clinic.clinician()
    clinician.says("/questions")
    clinician.presses("Ask about stairs")
    assert "How many flights of stairs could you climb today without symptoms?" in clinician.sees
    clinician.presses("Yes, do it")
    assert clinician.sees == "Done: “Flights of stairs” is asked from Tue 3 Mar 2026 on."
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    assert "How many flights of stairs could you climb today without symptoms?" in anna.sees
    assert "Tap a number, or type one up to 99." in anna.sees
    assert anna.buttons == [*map(str, range(11)), "Skip"]
    anna.says("100")
    assert anna.above.startswith("100 is not on the scale. Please answer with a whole number from 0 to 99.")
    anna.says("7/10")
    assert anna.above.startswith("Please answer with a whole number from 0 to 99.")
    anna.says("lots")
    assert anna.above.split("\n\n")[-1].startswith("I can read a number from 0 to 99 for “Flights of stairs”.")
    assert given(anna) == FOUR
    anna.says("12")
    assert "Flights of stairs: 12\n\nNoted, thank you." in anna.sees
    anna.presses("Change")
    anna.presses("Flights of stairs: 12")
    anna.presses("10")
    assert "Flights of stairs: 10\n\nNoted" in anna.sees
    assert given(anna)[4:] == [("stairs", 12), ("stairs", 10)]
    clinician.says("/questions")
    clinician.presses("Stop asking about stairs")
    clinician.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-04 18:00"))
    assert "1 of 4" in anna.sees
    assert "Flights of stairs: 10\n\nThis day is closed." in anna.everything[-2]


def test_a_question_of_the_teams_own_can_be_skipped_and_a_note_written_beside_all(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    assert "Add a note" not in anna.buttons
    assert anna.presses("Skip") == "Sleep: skipped"
    assert "Sleep: skipped" in anna.sees
    anna.presses("Add a note")
    anna.says("The lift was broken")
    assert "Your note is kept" in anna.sees


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("3 2 2 4 5 12", [*FOUR, ("own:1", 5), ("stairs", 12)]),
        ("3, 2, 2, 4, skip, 0", [*FOUR, ("own:1", None), ("stairs", 0)]),
        ("sleep 3", [("own:1", 3)]),
        ("SLEEP: 3, pain 7", [("own:1", 3), ("pain", 7)]),
        ("stairs 12, sleep skip", [("stairs", 12), ("own:1", None)]),
        ("flights of stairs 4", [("stairs", 4)]),
    ],
)
def test_typed_at_once_or_by_name(clinic: Clinic, typed: str, kept: list[tuple[str, int | None]]) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    asks_stairs(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says(typed)
    assert given(anna) == kept


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("sleep 11", "11 is not on the scale. Please answer with a whole number from 0 to 10."),
        ("stairs 100", "100 is not on the scale. Please answer with a whole number from 0 to 99."),
        ("3 2 2 4 12 5", "12 is not on the scale. Please answer with a whole number from 0 to 10."),
        ("3 2 2 4", "I read 4 answers. Please type one, or all 6 in their order, such as 3 2 2 4 3 2."),
        ("sleep well", "I can read a number from 0 to 10 for “Pain”."),
        ("sleep 3 sleep 4", "I can read a number from 0 to 10 for “Pain”."),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_kept(clinic: Clinic, typed: str, said: str) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    asks_stairs(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says(typed)
    assert anna.above.split("\n\n")[-1].startswith(said)
    assert given(anna) == []


def test_everyone_is_asked_in_their_language_or_in_the_teams_words(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    adds(coordinator, "Sleep", "Schlaf / sehr schlecht / sehr gut", "")
    dora = speaking(clinic, "Deutsch", "Ich bin einverstanden", "Ja, Europe/London", "Weiter")
    emile = speaking(clinic, "Français", "Je suis d’accord", "Oui, Europe/London", "Continuer")
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    dora.says("3 2 2 4")
    assert dora.above.startswith("Ich habe 4 Antworten gelesen.")
    dora.says("schlaf 3")
    for value in ("3", "2", "2", "4"):
        emile.presses(value)
    assert "Sleep aujourd’hui : quel nombre convient ?\n\n0 very badly – 10 very well" in plain_spaces(emile.sees)
    emile.says("sleep 5")
    assert "Sleep : 5 sur 10" in plain_spaces(emile.sees)
    assert given(dora) == [("own:1", 3)]


def plain_spaces(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_form_speaks_the_language_of_whoever_fills_it_in(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.write(lambda session: session.connection().exec_driver_sql("UPDATE chat SET language = 'de' WHERE id = 1"))
    coordinator.says("/questions")
    coordinator.presses("Eine Frage hinzufügen")
    for said in ("Schlaf", "sehr schlecht", "sehr gut", "Sleep/very badly/very well"):
        coordinator.says(said)
    coordinator.presses("Nicht auf Français")
    coordinator.presses("Ja")
    (item,) = clinic.rows(OwnItem)
    assert (item.language, set(item.wording)) == ("de", {"de", "en"})
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("sleep 4")
    assert given(anna) == [("own:1", 4)]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("?!",), "Please write it in words."),
        (("12",), "Please write it in words."),
        (("x" * 31,), "That has 31 characters; at most 30 fit."),
        (("Pain",), "“Pain” means something else in the check-in already."),
        (("fatigue",), "“fatigue” means something else in the check-in already."),
        (("Schwäche",), "“Schwäche” means something else in the check-in already."),
        (("seven",), "“seven” means something else in the check-in already."),
        (("Skip",), "“Skip” means something else in the check-in already."),
        (("Stairs",), "“Stairs” means something else in the check-in already."),
        (("Mood", "x" * 41), "That has 41 characters; at most 40 fit."),
        (("Mood", "low", "!!"), "Please write it in words."),
        (("Mood", "low", "high", "Stimmung"), "Please type three parts with / between them"),
        (("Mood", "low", "high", "Stimmung / / hoch"), "Please write it in words."),
        (("Mood", "low", "high", "Schmerzen / tief / hoch"), "“Schmerzen” means something else"),
        (("Mood", "low", "high", f"Stimmung / tief / {'x' * 41}"), "That has 41 characters; at most 40 fit."),
    ],
)
def test_words_that_will_not_do_are_refused_with_the_reason(
    clinic: Clinic, answers: tuple[str, ...], said: str
) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/questions")
    coordinator.presses("Add a question")
    for answer in answers:
        coordinator.says(answer)
    assert coordinator.sees.startswith(said)
    assert clinic.rows(OwnItem) == []


def test_two_questions_cannot_be_called_alike_and_four_are_enough(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    for name in ("Sleep", "Mood", "Appetite", "Stiffness"):
        adds(coordinator, name)
        if name == "Sleep":
            coordinator.says("/questions")
            coordinator.presses("Add a question")
            coordinator.says("  sleep ")
            assert coordinator.sees.startswith("“sleep” means something else in the check-in already.")
    coordinator.says("/questions")
    assert "Add a question" not in coordinator.buttons
    assert coordinator.forges("qu:add") == ""
    for said in ("Fifth", "low", "high"):
        coordinator.says(said)
    coordinator.presses("Not in Deutsch")
    coordinator.presses("Not in Français")
    coordinator.presses("Yes, do it")
    assert coordinator.sees.startswith("Your team has 4 questions of its own already.")
    assert len(clinic.rows(OwnItem)) == 4


def test_a_teams_words_are_shown_as_they_are_and_never_run(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator, "<b>A&B</b> {day}")
    assert "“<b>A&B</b> {day}” is asked" in coordinator.sees
    coordinator.presses("What is asked")
    assert "Stop: <b>A&B</b> {day}" in coordinator.buttons
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("3 2 2 4 5")
    assert "<b>A&B</b> {day}: 5 of 10" in anna.sees
    anna.presses("Change")
    assert "<b>A&B</b> {day}: 5 of 10" in anna.buttons
    anna.presses("<b>A&B</b>")
    assert anna.presses("6") == "<b>A&B</b> {day}: 6"
    anna.says("<B>a&b</B> {DAY} 7")
    assert given(anna)[-1] == ("own:1", 7)


def test_a_set_that_is_changed_while_a_day_is_open_leaves_that_day_as_it_was(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("pain 3")
    question = anna.last["message_id"]
    coordinator.says("/questions")
    coordinator.presses("Stop: Sleep")
    assert "“Sleep” will no longer be asked from Wed 4 Mar 2026 on" in coordinator.sees
    coordinator.presses("Yes, do it")
    asks_stairs(coordinator)
    for value in ("2", "2", "4"):
        anna.presses(value)
    assert "5 of 5\n\nSleep today" in anna.sees
    sleep = anna.buttons_of(question)["8"]
    clinic.becomes(clinic.local("2026-03-04 17:00"))
    anna.presses("8")
    assert given(anna)[-1] == ("own:1", 8), "the day before, until the next check-in"
    clinic.becomes(clinic.local("2026-03-04 18:00"))
    assert "1 of 5" in anna.sees
    assert "Sleep: 8 of 10\n\nThis day is closed." in anna.message(question)["text"]
    before = given(anna)
    for forged in (sleep.replace("20260303", "20260304"), sleep.replace(":answer:", ":ask:").replace(":8", ":")):
        assert anna.forges(forged.replace("20260303", "20260304")) == OLD_BUTTON
    anna.says("sleep 2")
    assert given(anna) == before
    anna.says("3 2 2 4 11")
    assert given(anna)[-1] == ("stairs", 11)


@pytest.mark.parametrize("code", ["o1", "o2", "o999999999", "s", "o0", "4", "o", "o-1", "own:1"])
def test_an_item_that_is_not_asked_of_this_patient_changes_nothing(clinic: Clinic, code: str) -> None:
    anna = Someone(clinic, clinic.plays(two_questions_that_are_not_asked_of_anna))
    before = clinic.stored()
    for action, value in (("answer", "7"), ("skip", ""), ("ask", "")):
        assert anna.forges(f"c:0:20260303:{action}:{code}:{value}") == OLD_BUTTON
    assert clinic.stored() == before


def two_questions_that_are_not_asked_of_anna(clinic: Clinic) -> int:
    """Of her team; another has one too. She has been asked in the evening. Her account."""
    other = clinic.another_team("Rheumatology")
    anna, coordinator, strange = clinic.patient(), clinic.coordinator(), clinic.coordinator(other)
    adds(strange, "Mood")
    adds(coordinator)
    asks_stairs(coordinator)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Questions")
    coordinator.presses("Sleep: asked")
    coordinator.presses("Flights of stairs: asked")
    coordinator.presses("Take this choice")
    coordinator.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    return anna.account


def test_told_twice_and_from_two_devices_nothing_is_lost_or_doubled(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    for value in ("3", "2", "2", "4"):
        anna.presses(value)
    message = anna.last["message_id"]
    seven, nine = (anna.buttons_of(message)[value] for value in ("7", "9"))
    anna.taps(message, seven)
    anna.taps(message, seven, forge=True)
    assert given(anna)[4:] == [("own:1", 7)], "the second device pressed the same"
    anna.taps(message, nine, forge=True)
    assert given(anna)[4:] == [("own:1", 7), ("own:1", 9)]


def test_the_same_press_delivered_again_makes_no_second_question(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/questions")
    coordinator.presses("Ask about stairs")
    message, data = coordinator.last["message_id"], coordinator.buttons_of(coordinator.last["message_id"])["Yes, do it"]
    coordinator.presses("Yes, do it")
    before = [row.model_dump() for row in clinic.rows(ItemSet)]
    coordinator.taps(message, data, forge=True)
    assert [row.model_dump() for row in clinic.rows(ItemSet)] == before
    assert "is asked from" in coordinator.sees


def test_of_two_who_change_the_set_at_once_the_second_is_told(clinic: Clinic) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    for staff in (coordinator, clinician):
        staff.says("/questions")
        staff.presses("Ask about stairs")
    coordinator.presses("Yes, do it")
    clinician.presses("Yes, do it")
    assert "This has changed meanwhile" in clinician.sees
    assert len(clinic.rows(ItemSet)) == 1


def test_a_patient_is_given_some_of_the_teams_questions(clinic: Clinic) -> None:
    anna, ben, coordinator = clinic.patient(), clinic.patient(), clinic.coordinator()
    coordinator.says(f"/patient {anna.code}")
    assert coordinator.presses("Questions").startswith("Your team asks nothing beside the four yet.")
    adds(coordinator)
    asks_stairs(coordinator)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Questions")
    assert coordinator.buttons[:4] == [
        "Sleep: asked",
        "Flights of stairs: asked",
        "Take this choice",
        "All, and those added later",
    ]
    coordinator.presses("Sleep: asked")
    assert coordinator.buttons[:2] == ["Sleep: not asked", "Flights of stairs: asked"]
    coordinator.presses("Take this choice")
    assert f"{anna.code} will be asked from Tue 3 Mar 2026 on, after the four: Flights of stairs." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert coordinator.sees == f"Done. {anna.code}, from Tue 3 Mar 2026 on, after the four: Flights of stairs."
    adds(coordinator, "Mood")
    coordinator.says("/questions")
    assert "For 1 patient something else was chosen: see the card." in coordinator.sees
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "1 of 5" in anna.sees
    assert "1 of 7" in ben.sees
    assert clinic.history(anna.row)[-1][1:] == (
        "questions_changed",
        {"items": None},
        {"items": ["stairs"], "from": "2026-03-03"},
    )
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Questions")
    coordinator.presses("All, and those added later")
    assert "all that the team asks, now and later (now: Sleep, Flights of stairs, Mood)" in coordinator.sees
    coordinator.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-04 18:00"))
    assert "1 of 7" in anna.sees


def test_a_choice_that_is_none_or_typed_is_said_so(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    asks_stairs(coordinator)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Questions")
    coordinator.presses("All, and those added later")
    assert coordinator.sees.startswith("That is how it is already.")
    coordinator.says("stairs")
    assert coordinator.sees.startswith("Please press one of the buttons.")
    before = [row.model_dump() for row in clinic.rows(ItemSet)]
    for forged in ("~", "~99", "~x", "=9", "=", "x" * 40):
        coordinator.forges(f"f:patient_items:which:{forged}")
    assert [row.model_dump() for row in clinic.rows(ItemSet)] == before


def test_what_is_asked_of_a_patient_who_has_left_is_not_changed(clinic: Clinic) -> None:
    anna, first, second = clinic.patient(), clinic.coordinator(), clinic.coordinator()
    asks_stairs(first)
    for coordinator in (first, second):
        coordinator.says(f"/patient {anna.code}")
    second.presses("Questions")
    before = clinic.stored()["ItemSet"]
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    stopped = (
        f"{anna.code} has stopped the diary: nothing can be changed any more, except courses that are still to come."
    )
    assert first.presses("Questions") == stopped
    second.presses("Flights of stairs: asked")
    assert stopped in second.everything
    assert clinic.stored()["ItemSet"] == before


def test_another_teams_staff_see_and_change_nothing(clinic: Clinic) -> None:
    other = clinic.another_team("Rheumatology")
    anna, coordinator, strange = clinic.patient(), clinic.coordinator(), clinic.coordinator(other)
    adds(coordinator)
    strange.says("/questions")
    assert "Sleep" not in strange.sees
    before = clinic.stored()["ItemSet"], clinic.stored()["OwnItem"]
    assert strange.forges("qu:stop:1").startswith(GONE)
    assert strange.forges(f"o:patient_items:{anna.row.id}").startswith(GONE)
    adds(strange, "Sleep")
    assert (clinic.stored()["ItemSet"][:1], clinic.stored()["OwnItem"][:1]) == before
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    assert "1 of 5" in anna.sees


def test_neither_patients_nor_strangers_change_what_is_asked(clinic: Clinic) -> None:
    anna, stranger = clinic.patient(), clinic.someone()
    for person in (anna, stranger):
        person.says("/questions")
        assert "Add a question" not in person.buttons
    before: dict[str, Any] = clinic.stored()
    for data in ("qu:", "qu:add", "qu:stairs", "qu:stop:1"):
        assert anna.forges(data) == OLD_BUTTON
    assert clinic.stored() == before


def test_the_patients_copy_has_the_questions_and_their_answers(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    adds(coordinator)
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("3 2 2 4 5")
    coordinator.says("/questions")
    coordinator.presses("Stop: Sleep")
    coordinator.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    patient = anna.row
    data = clinic.read(lambda session: collect(session, patient))
    assert data.latest_answers()[clinic.local("2026-03-03 18:00").date(), "own:1"].value == 5
    assert data.own_words()["own:1"].name == "Sleep", "what is asked no more stays readable"
