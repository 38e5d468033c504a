"""A patient says whether they come, and the coordinator hears at once of who cannot."""

from datetime import date

import pytest
from sqlmodel import Session, select

from bot.texts import plain, texts_in
from jobs import schedule
from storage import audit, teams
from storage.models import (
    Attendance,
    Chat,
    Course,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Team,
)
from tests.delivery.support import fails_to_connect
from tests.journeys.scenes import PHONE
from tests.support import Clinic, Someone

FRIDAY = "2026-03-20"
DECLINED = MessageKind.COURSE_DECLINED
YES, NO = "I'll be there on Fri 20 Mar 2026", "I can't make it on Fri 20 Mar 2026"


def reminded(clinic: Clinic) -> tuple[Someone, Someone]:
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, FRIDAY)
    clinic.becomes(clinic.local("2026-03-13 09:00"))
    return anna, chris


def moved(clinic: Clinic, anna: Someone, to: str) -> None:
    """By a colleague."""
    patient, now = anna.row.id, clinic.clock.now()

    def move(session: Session) -> None:
        known = session.get_one(Patient, patient)
        course = session.get_one(Course, anna.courses[0].id)
        schedule.move_course(session, audit.OPERATOR, known, course, date.fromisoformat(to), now)

    clinic.write(move)
    clinic.calm()


def declines_unheard(clinic: Clinic, anna: Someone, monkeypatch: pytest.MonkeyPatch) -> None:
    """The patient cannot come, and Telegram cannot be reached to tell it."""
    fails_to_connect(clinic, monkeypatch, 1)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    assert [row.state for row in clinic.rows(OutboxMessage) if row.kind is DECLINED] == [MessageState.PENDING]


def said(clinic: Clinic) -> list[tuple[str, bool]]:
    return [(each.planned_start.isoformat(), each.is_coming) for each in clinic.rows(Attendance)]


def test_a_reminder_is_answered_with_one_tap_and_shows_it(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = reminded(clinic)
    assert anna.buttons == [YES, NO, "Add to my calendar"]
    heard = len(chris.messages)
    anna.presses(YES)
    assert "Your infusion is in 7 days: Fri 20 Mar 2026" in anna.sees
    assert anna.sees.endswith("You said that you will be there.")
    assert anna.buttons == [NO, "Add to my calendar"], "what is said is not offered again"
    assert said(clinic) == [(FRIDAY, True)]
    assert len(chris.messages) == heard, "that somebody comes is what everybody expects"
    assert ("attendance_said", {"is_coming": None}, {"is_coming": True}) in [e[1:] for e in clinic.history(anna.row)]


def test_who_cannot_come_is_asked_once_and_the_coordinator_told_at_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = reminded(clinic)
    anna.presses(NO)
    assert anna.sees == "You cannot come on Fri 20 Mar 2026. Shall I tell Neuromuscular clinic?"
    assert said(clinic) == []
    anna.presses("Yes, tell the team")
    assert "I have told Neuromuscular clinic that you cannot come" in anna.sees
    assert "stays planned until the team changes it" in anna.sees
    assert PHONE in anna.sees
    assert chris.sees == (
        f"{anna.code} cannot come to the infusion on Fri 20 Mar 2026. It stays planned until you change it."
    )
    assert chris.buttons == ["This course", f"‹ {anna.code}"]
    chris.presses("This course")
    assert "The patient said: I can't make it." in chris.sees
    assert "Move" in chris.buttons
    chris.presses(f"‹ {anna.code}")
    assert "Fri 20 Mar 2026: cannot come" in chris.buttons
    chris.says("/roster")
    assert "cannot come on Fri 20 Mar 2026" in chris.sees


def test_a_reminder_after_that_says_so_first_and_a_tap_takes_it_back(clinic: Clinic) -> None:
    anna, _ = reminded(clinic)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    clinic.becomes(clinic.local("2026-03-19 09:00"))
    assert anna.sees == (
        "Your infusion of Fri 20 Mar 2026 would be tomorrow, and you said that you cannot come. It stays planned until "
        "your care team changes it. If you can come after all, press the button below. If you have not heard of "
        f"another day, call your care team on {PHONE}."
    )
    assert anna.buttons == [YES, "Add to my calendar"]
    anna.presses(YES)
    assert anna.sees.startswith("Your infusion is tomorrow: Fri 20 Mar 2026.")


def test_whoever_could_not_come_is_shown_to_be_so_where_it_is_asked_whether_it_was_given(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    ben = clinic.patient()
    clinic.planned(ben, FRIDAY)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    clinic.becomes(clinic.local("2026-03-22 09:00"))
    declined = f"– {anna.code}: Fri 20 Mar 2026, 2 days, 0.4 g/kg a day; had said that they cannot come"
    lines = chris.sees.splitlines()
    assert declined in lines
    assert f"– {ben.code}: Fri 20 Mar 2026, 2 days, 0.4 g/kg a day" in lines
    chris.presses("All 2 given as planned")
    assert f"Had said that they cannot come: {anna.code}." in chris.sees
    chris.presses("‹ All asked about")
    chris.presses(f"{anna.code}?")
    assert chris.sees.startswith(declined)
    chris.presses("Given as planned")
    assert f"– {anna.code}: Fri 20 Mar 2026, 2 days, 0.4 g/kg a day: given as planned" in chris.sees.splitlines()


def test_back_tells_nobody(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    heard = len(chris.messages)
    anna.presses(NO)
    anna.presses("Back")
    assert anna.buttons == [YES, NO, "Add to my calendar"]
    assert said(clinic) == []
    assert len(chris.messages) == heard


@pytest.mark.parametrize(("day", "sure"), [("2026-03-17", False), ("2026-03-18", True), ("2026-03-20", True)])
def test_shortly_before_it_is_said_that_nobody_may_read_it_in_time(clinic: Clinic, day: str, sure: bool) -> None:
    anna, _ = reminded(clinic)
    clinic.becomes(clinic.local(f"{day} 08:00"))
    anna.says("/infusions")
    anna.presses("I can't make it")
    anna.presses("Yes, tell the team")
    assert ("That is soon, and perhaps nobody reads it in time." in anna.sees) is sure
    assert PHONE in anna.sees


def test_who_can_come_after_all_says_so_and_the_coordinator_hears_that_too(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    clinic.passes(minutes=5)
    assert anna.presses(YES) == "I have told Neuromuscular clinic that you will be there after all."
    assert f"{anna.code} can come to the infusion on Fri 20 Mar 2026 after all." in chris.sees
    assert said(clinic) == [(FRIDAY, False), (FRIDAY, True)], "nothing is overwritten"


def test_one_changed_before_it_was_sent_is_not_told_at_all(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, chris = reminded(clinic)
    heard = len(chris.messages)
    declines_unheard(clinic, anna, monkeypatch)
    anna.presses(YES)
    clinic.passes(hours=1)
    assert said(clinic) == [(FRIDAY, False), (FRIDAY, True)]
    assert chris.everything[heard:] == [], "neither the one nor the other"


def test_that_somebody_can_come_after_all_is_told_only_to_who_heard_the_contrary(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = reminded(clinic)
    dora = clinic.coordinator()
    clinic.world.block(dora.account)
    clinic.calm()
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    clinic.world.unblock(dora.account)
    clinic.calm()
    heard = len(dora.messages)
    anna.presses(YES)
    assert "after all" in chris.sees
    assert len(dora.messages) == heard
    clinic.passes(minutes=5)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    for coordinator in (chris, dora):
        assert f"{anna.code} cannot come" in coordinator.sees
    clinic.passes(minutes=5)
    anna.presses(YES)
    for coordinator in (chris, dora):
        assert "after all" in coordinator.sees, "each time anew"


def test_a_press_told_twice_is_said_once(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    press, heard = max(clinic.world.updates), len(chris.messages)
    clinic.world.redeliver(press)
    clinic.calm()
    clinic.world.duplicate(press)
    clinic.calm()
    assert said(clinic) == [(FRIDAY, False)]
    assert len(chris.messages) == heard


def test_an_answer_about_the_old_day_does_not_hold_for_the_new_one(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    reminder = anna.last["message_id"]
    anna.presses(YES)
    old = anna.buttons_of(reminder)
    moved(clinic, anna, "2026-03-27")
    assert "from Fri 20 Mar 2026 to Fri 27 Mar 2026" in anna.sees
    assert anna.buttons[:2] == ["I'll be there on Fri 27 Mar 2026", "I can't make it on Fri 27 Mar 2026"]
    chris.says(f"/patient {anna.code}")
    assert "Fri 27 Mar 2026" in chris.buttons, "nothing is said about that day yet"
    assert anna.taps(reminder, old[NO]).startswith("This infusion has changed meanwhile.")
    change = anna.last["message_id"]
    anna.presses("I'll be there on Fri 27 Mar")
    assert "from Fri 20 Mar 2026 to Fri 27 Mar 2026" in anna.message(change)["text"], "what has changed stays there"
    assert anna.buttons_of(change) == {}
    assert said(clinic) == [(FRIDAY, True), ("2026-03-27", True)]


def test_news_that_is_no_longer_so_is_not_sent(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, chris = reminded(clinic)
    heard = len(chris.messages)
    declines_unheard(clinic, anna, monkeypatch)
    moved(clinic, anna, "2026-03-27")
    clinic.passes(hours=1)
    assert "to Fri 27 Mar 2026" in anna.sees
    assert chris.everything[heard:] == []
    assert [row.state for row in clinic.rows(OutboxMessage) if row.kind is DECLINED] == [MessageState.WITHDRAWN]


def test_two_telephones_say_one_thing(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    reminder = anna.last["message_id"]
    anna.says("/infusions")
    listed = anna.last["message_id"]
    on_one, on_other = anna.buttons_of(reminder), anna.buttons_of(listed)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    heard = len(chris.messages)
    anna.taps(reminder, on_one[NO])
    assert "and you said that you cannot come." in anna.message(reminder)["text"], "it is known, and not asked again"
    assert len(chris.messages) == heard
    anna.taps(reminder, on_one[YES], forge=True)
    anna.taps(listed, on_other[YES], forge=True)
    assert len(chris.messages) == heard + 1
    assert said(clinic) == [(FRIDAY, False), (FRIDAY, True)]


def test_another_team_hears_nothing(clinic: Clinic) -> None:
    eve = clinic.coordinator(clinic.another_team("Another clinic"))
    anna, _ = reminded(clinic)
    heard = len(eve.messages)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    assert len(eve.messages) == heard
    eve.forges(f"co:{anna.courses[0].id}")
    assert anna.code not in "\n".join(eve.everything)


@pytest.mark.parametrize("end", ["given", "cancelled", "over", "withdrawn"])
def test_old_buttons_change_nothing(clinic: Clinic, end: str) -> None:
    anna, _ = reminded(clinic)
    message, course = anna.last["message_id"], anna.courses[0].id
    buttons = anna.buttons_of(message)

    def ends(session: Session) -> None:
        patient, row, now = session.get_one(Patient, anna.row.id), session.get_one(Course, course), clinic.clock.now()
        if end == "cancelled":
            schedule.cancel_course(session, audit.OPERATOR, patient, row, now)
        elif end == "withdrawn":
            patient.status = PatientStatus.WITHDRAWN

    clinic.write(ends)
    if end in {"given", "over"}:
        clinic.becomes(clinic.local("2026-03-22 09:00"))
    if end == "given":
        clinic.write(
            lambda session: schedule.mark_given(
                session,
                audit.OPERATOR,
                session.get_one(Patient, anna.row.id),
                session.get_one(Course, course),
                date.fromisoformat(FRIDAY),
                2,
                0.4,
                clinic.clock.now(),
            )
        )
    for label in (YES, NO):
        anna.taps(message, buttons[label], forge=True)
    assert said(clinic) == []


def test_the_list_asks_about_the_next_and_leads_to_the_others(clinic: Clinic) -> None:
    anna = clinic.patient()
    for day in (FRIDAY, "2026-04-17", "2026-05-15"):
        clinic.planned(anna, day)
    anna.says("/infusions")
    assert anna.buttons == [
        YES,
        NO,
        "Fri 17 Apr 2026: will you come?",
        "Fri 15 May 2026: will you come?",
        "Add to my calendar",
    ]
    anna.presses("Fri 17 Apr")
    anna.presses("I can't make it on Fri 17 Apr 2026")
    anna.presses("Yes, tell the team")
    assert said(clinic) == [("2026-04-17", False)]
    anna.says("/infusions")
    assert "Fri 17 Apr 2026, over 2 days: you said that you cannot come" in anna.sees
    anna.presses(YES)
    assert "Infusion on Fri 20 Mar 2026" in anna.sees
    anna.presses("All my infusions")
    assert "Fri 20 Mar 2026, over 2 days: you said that you will be there" in anna.sees


def test_a_long_series_fits_the_screen(clinic: Clinic) -> None:
    anna = clinic.patient()
    for month in range(4, 13):
        clinic.planned(anna, f"2026-{month:02}-01", days=1)
    anna.says("/infusions")
    assert anna.sees.count("\n") == 9
    assert len(anna.buttons) == 2 + 4 + 1


def test_nobody_elses_course_is_answered_for(clinic: Clinic) -> None:
    anna, ben = clinic.patient(), clinic.patient()
    course = clinic.planned(anna, FRIDAY).id
    ben.says("/infusions")
    before = clinic.stored()
    for data in (f"in:l:{course}:20260320:yes", f"in:r:{course}:20260320:cannot", f"in:l:{course}:20260399:yes"):
        ben.forges(data)
    assert clinic.stored() == before


def test_in_a_pause_one_may_say_so_too(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    reminder = anna.last
    anna.says("/pause")
    anna.presses("Again from")
    anna.presses(NO, reminder)
    anna.presses("Yes, tell the team")
    assert "cannot come" in chris.sees


def test_a_colleague_who_left_the_team_hears_nothing(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    heard = len(chris.messages)

    def leaves(session: Session) -> None:
        staff = teams.coordinators_of(session, 1)[0]
        staff.coordinator = False
        session.add(staff)

    clinic.write(leaves)
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    assert len(chris.messages) == heard
    assert [row for row in clinic.rows(OutboxMessage) if row.kind is DECLINED] == []


# The team's own words.


def spoken(clinic: Clinic, someone: Someone, language: str) -> None:
    chat = someone.row.chat_id
    clinic.write(lambda session: setattr(session.get_one(Chat, chat), "language", language))


def test_the_teams_own_words_stand_in_every_reminder(clinic: Clinic) -> None:
    anna, ben, chris = clinic.patient(), clinic.patient(), clinic.coordinator()
    spoken(clinic, ben, "de")
    chris.says("/instructions")
    assert "In which language?" in chris.sees
    chris.presses("English")
    assert "Now: nothing." in chris.sees
    chris.says("Ward 3, second floor. <b>Drink</b> & rest.")
    assert "patients who read English will see:\n\nWard 3, second floor. <b>Drink</b> & rest." in chris.sees
    assert "who read Deutsch and Français see it too: there is no text in those languages." in chris.sees
    chris.presses("Yes, do it")
    assert "This is kept" in chris.sees
    for someone in (anna, ben):
        clinic.planned(someone, FRIDAY)
    clinic.becomes(clinic.local("2026-03-13 09:00"))
    assert "It takes 2 days.\n\nWard 3, second floor. <b>Drink</b> & rest.\n\nIf you cannot come" in anna.sees
    assert "Ward 3" in ben.sees, "better in English than not at all"
    chris.says("/instructions")
    chris.presses("Deutsch")
    assert "Now: nothing in Deutsch. Patients who read it see what is written in English:\nWard 3" in chris.sees
    chris.says("Station 3, zweiter Stock.")
    assert "see it too" not in chris.sees, "those without a text of their own go on to see the English one"
    chris.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-19 09:00"))
    assert "Station 3, zweiter Stock." in ben.sees
    assert "Ward 3" in anna.sees


def test_what_is_read_once_a_text_is_gone_is_said_before(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    for language, written in (("English", "Ward 3"), ("Deutsch", "Station 3")):
        chris.says("/instructions")
        chris.presses(language)
        chris.says(written)
        chris.presses("Yes, do it")
    before = clinic.rows(Team)[0].instructions
    chris.says("/instructions")
    chris.presses("English")
    chris.presses("Nothing")
    assert "Patients who read English and Français will then see what is written in Deutsch:\n\nStation 3" in chris.sees
    chris.presses("Yes, do it")
    chris.presses("Undo (for an hour)")
    after = clinic.rows(Team)[0].instructions
    assert list(after.items()) == list(before.items()), "the first is still the first"
    for language in ("English", "Deutsch"):
        chris.says("/instructions")
        chris.presses(language)
        chris.presses("Nothing")
        last = chris.sees
        chris.presses("Yes, do it")
    assert "With reminders in Deutsch nothing more is said." in last


def test_a_text_in_which_there_is_nothing_to_read_is_none(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    chris.says("/instructions")
    chris.presses("English")
    for said in ("\u200b", "\x00\u200b", "...", "👍"):
        chris.says(said)
        assert "nothing to read in that" in chris.sees
    assert clinic.rows(Team)[0].instructions == {}


@pytest.mark.parametrize(
    ("language", "answers_for_it", "no_doses", "confirmed"),
    [
        (
            "en",
            "your team answers for them",
            "Doses, medicines and medical advice do not belong here.",
            "is that right?",
        ),
        (
            "fr",
            "votre équipe en répond",
            "Doses, médicaments et conseils médicaux n’y ont pas leur place.",
            "correct\u00a0?",
        ),
        ("de", "Ihr Team steht dafür ein", "Dosen, Medikamente und medizinischer Rat gehören nicht hierher.", "das?"),
    ],
)
def test_that_the_team_answers_for_its_words_is_said_before_and_when_they_are_confirmed(
    clinic: Clinic, language: str, answers_for_it: str, no_doses: str, confirmed: str
) -> None:
    chris = clinic.coordinator()
    clinic.write(lambda session: setattr(session.exec(select(Chat)).one(), "language", language))
    chris.says("/instructions")
    assert answers_for_it in chris.sees
    assert no_doses in chris.sees
    chris.presses("English")
    chris.says("Take a little more.")
    assert chris.sees.endswith(confirmed), "no machine judges them, so whoever writes them does"
    texts = texts_in(language)
    too = texts.plural("instructions.too", 2, languages=texts.listed(["Deutsch", "Français"]))
    shown = texts("instructions.preview", language="English", written="Take a little more.", too=too)
    assert chris.sees == plain(shown)


def test_what_reads_like_a_dose_is_asked_about_before_anybody_could_read_it(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    chris.says("/instructions")
    chris.presses("English")
    chris.says("Take 20 mg prednisone <b>before</b> & come at 9.")
    assert chris.sees.startswith("“20 mg” reads like a dose, and all patients would read it.")
    chris.says("perhaps")
    assert chris.sees.startswith("Please press a button")
    chris.presses("Yes, it is right")
    assert chris.sees.endswith("is that right?")
    chris.presses("‹ Back")
    chris.presses("‹ Back")
    chris.says("Please come at 9.")
    assert chris.sees.endswith("is that right?")
    chris.presses("Yes, do it")
    assert clinic.rows(Team)[0].instructions == {"en": "Please come at 9."}


def test_a_text_that_is_changed_keeps_its_place_for_who_has_none_of_their_own(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = clinic.patient(), clinic.coordinator()
    spoken(clinic, anna, "fr")
    for language, written in (("English", "Ward 3."), ("Deutsch", "Station 3."), ("English", "Ward 4.")):
        chris.says("/instructions")
        chris.presses(language)
        chris.says(written)
        chris.presses("Yes, do it")
    clinic.planned(anna, FRIDAY)
    clinic.becomes(clinic.local("2026-03-13 09:00"))
    assert "Ward 4." in anna.sees


def test_they_can_be_taken_away_and_are_not_endless(clinic: Clinic) -> None:
    chris = clinic.coordinator()
    chris.says("/instructions")
    chris.presses("English")
    chris.says("x" * 501)
    assert "at most 500 fit" in chris.sees
    chris.says("x" * 500)
    chris.presses("Yes, do it")
    chris.says("/instructions")
    chris.presses("English")
    chris.presses("Nothing")
    assert "nothing more is said" in chris.sees
    chris.presses("Yes, do it")
    (team,) = [row for row in clinic.stored()["Team"] if row["id"] == 1]
    assert team["instructions"] == {}


def test_where_nobody_can_be_told_the_patient_is_told_that(clinic: Clinic) -> None:
    anna, chris = reminded(clinic)
    clinic.world.block(chris.account)
    clinic.calm()
    anna.presses(NO)
    anna.presses("Yes, tell the team")
    assert "nobody at Neuromuscular clinic can be reached through this diary just now" in anna.sees
    assert PHONE in anna.sees
