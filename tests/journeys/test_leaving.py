"""A patient leaves: stops, comes back, has everything erased."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select as sa_select
from sqlmodel import Session, SQLModel, select

from jobs import admission, item_sets
from storage import audit
from storage.database import Database
from storage.models import (
    AuditEntry,
    Chat,
    Course,
    CourseStatus,
    Dialogue,
    Drawing,
    DrawingKind,
    DrawingState,
    Look,
    Measurement,
    MessageKind,
    MessageState,
    OutboxMessage,
    Patient,
    PatientStatus,
    Receipt,
    Role,
    SteroidDose,
    Team,
)
from tests.delivery.support import fails_to_connect
from tests.journeys.scenes import EMERGENCY, PHONE
from tests.journeys.test_alerts import ruled
from tests.support import Clinic, Someone

WITHDREW = MessageKind.PATIENT_WITHDREW
SECRET = "The lift was broken again"


def stopped(anna: Someone) -> None:
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")


def erased(anna: Someone) -> None:
    anna.says("/privacy")
    anna.presses("Have everything erased")
    anna.presses("Go on to erasing")
    anna.presses("Yes, erase everything")


def lived_in(clinic: Clinic) -> tuple[Someone, Someone]:
    """A patient of whom there is something in every table, and a coordinator with forms about them."""
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-03")
    ruled(clinic)
    clinic.write(lambda session: measured_and_chosen(session, session.get_one(Patient, anna.row.id), clinic))
    anna.says("/infusions")
    anna.presses("I'll be there on Tue 3 Mar 2026")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("8 2 2 4")
    anna.presses("Add a note")
    anna.says(SECRET)
    anna.says("/chart")
    chris.says(f"/patient {anna.code}")
    chris.presses("Check-in time")
    chris.presses("20:00")
    return anna, chris


def measured_and_chosen(session: Session, patient: Patient, clinic: Clinic) -> None:
    """What nobody enters in the chat, and a question that is asked of this patient alone."""
    now = clinic.clock.now()
    of: dict[str, Any] = {"team_id": patient.team_id, "patient_id": patient.id}
    session.add(Measurement(analyte="CK", taken_on=now.date(), value=210.5, unit="U/l", received_at=now, **of))
    session.add(SteroidDose(drug="prednisone", starts_on=now.date(), dose_mg=10.0, received_at=now, **of))
    session.add(Look(state=["silent:2026-03-01"], raised_at=now, **of))
    team = session.get_one(Team, patient.team_id)
    words = {"en": {"name": "Sleep", "low": "badly", "high": "well"}}
    own = item_sets.add(session, audit.OPERATOR, team, "en", words, now)
    item_sets.choose(session, audit.OPERATOR, patient, [own.key], now)


def rows_about(session: Session, patient_id: int) -> dict[str, int]:
    """How many rows of each table that can have any are about a patient."""
    tables = [table for table in SQLModel.metadata.sorted_tables if "patient_id" in table.c]
    return {
        table.name: len(session.connection().execute(sa_select(table).where(table.c.patient_id == patient_id)).all())
        for table in tables
    }


def test_leaving_is_asked_once_and_going_on_changes_nothing(clinic: Clinic) -> None:
    anna = clinic.patient()
    before = clinic.stored()
    anna.says("/withdraw")
    assert anna.sees.startswith("Stop the diary?")
    assert PHONE in anna.sees
    assert anna.buttons == ["No, keep the diary", "Yes, stop the diary"]
    anna.presses("No, keep the diary")
    assert anna.sees == "Your diary goes on. The next check-in comes on Mon 2 Mar 2026, 18:00."
    assert clinic.stored() == before


def test_who_stops_is_asked_and_reminded_no_more_and_the_coordinator_hears_of_it(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    check_in = anna.last["message_id"]
    stopped(anna)
    assert anna.sees.startswith("Your diary stopped on Mon 2 Mar 2026.")
    assert anna.buttons == ["Take it up again", "Have everything erased"]
    assert anna.buttons_of(check_in) == {}, "the question above has no buttons any more"
    assert f"{anna.code} has stopped the diary." in chris.sees
    said = len(anna.messages)
    clinic.passes(days=9)
    assert len(anna.messages) == said
    assert anna.row.status is PatientStatus.WITHDRAWN
    assert anna.row.next_prompt_at is None
    (course,) = anna.courses
    assert course.next_reminder_at is None
    assert [entry[1] for entry in clinic.history(anna.row)][-1] == "patient_withdrew"


def test_what_waits_to_be_sent_to_them_is_not_sent(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    course = clinic.planned(anna, "2026-03-20")
    clinic.write(lambda session: setattr(session.get_one(Course, course.id), "told_start", course.planned_start))
    clinic.world.block(anna.account)
    clinic.calm()
    chris.says(f"/patient {anna.code}")
    chris.presses("Fri 20 Mar")
    clinic.world.unblock(anna.account)
    clinic.calm()
    stopped(anna)
    waiting = [
        row
        for row in clinic.rows(OutboxMessage)
        if row.chat_id == anna.row.chat_id and row.state in {MessageState.PENDING, MessageState.UNSURE}
    ]
    assert waiting == []


def test_the_roster_and_the_summary_leave_them_out_and_nothing_is_planned_for_them(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-20")
    chris.says(f"/patient {anna.code}")
    card = chris.last
    stopped(anna)
    chris.says("/roster")
    assert anna.code not in chris.sees
    assert chris.presses("Plan a course", card).startswith(f"{anna.code} has stopped the diary")
    chris.says(f"/patient {anna.code}")
    assert "withdrawn" in chris.sees
    assert "Plan a course" not in chris.buttons


def test_what_is_still_planned_is_said_seen_cancelled_and_moved_and_they_hear_nothing(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = clinic.patient(), clinic.coordinator()
    strange = clinic.coordinator(clinic.another_team("Rheumatology"))
    for day in ("2026-03-03", "2026-03-20", "2026-04-17", "2026-05-15"):
        clinic.planned(anna, day)
    clinic.becomes(clinic.local("2026-03-06 12:00"))
    heard_before = len(chris.messages)
    stopped(anna)
    heard = len(anna.messages)
    assert len(chris.messages) == heard_before + 1
    assert chris.sees.endswith(
        "\n\nStill planned: Fri 20 Mar 2026, Fri 17 Apr 2026, Fri 15 May 2026. Courses can be moved or cancelled on "
        "the card; the patient is told nothing of that by me."
    )
    chris.presses("Patient's card")
    assert "Daily check-in" not in chris.sees, "nothing is asked, and nothing reminded of"
    assert f"{anna.code} has stopped the diary: nothing is sent to the patient, neither reminders" in chris.sees
    shown = [button for button in chris.buttons if "2026" in button]
    assert shown == ["Tue 3 Mar 2026: was it given?", "Fri 20 Mar 2026", "Fri 17 Apr 2026", "Fri 15 May 2026"]
    chris.presses("Fri 17 Apr")
    assert "nothing is sent to the patient" in chris.sees
    assert {"Move", "Was given", "Cancel this course"} & set(chris.buttons) == {"Move", "Cancel this course"}
    chris.presses("Cancel this course")
    chris.presses("Patient could not")
    alone = "The patient has stopped the diary and is told nothing by me: please tell them yourself."
    assert f"{alone} No reminder will be sent." in chris.sees
    chris.presses("Yes, do it")
    assert chris.sees.endswith(alone)
    chris.says(f"/move {anna.code} 24 Mar")
    chris.presses("This and the later one")
    assert f"{alone} No reminder will be sent." in chris.sees
    chris.presses("Yes, do it")
    assert chris.sees.endswith(alone)
    assert anna.starts == ["2026-03-03", "2026-03-24", "2026-05-19"]
    clinic.passes(minutes=10)
    chris.presses("Undo (for an hour)")
    assert chris.sees.endswith(alone)
    assert anna.starts == ["2026-03-03", "2026-03-20", "2026-05-15"]
    for data in ("co", "o:move_course", "o:cancel_course"):
        assert strange.forges(f"{data}:{anna.courses[1].id}").startswith("This has changed meanwhile")
    clinic.passes(days=80)
    assert len(anna.messages) == heard
    chris.says(f"/patient {anna.code}")
    assert [button for button in chris.buttons if "2026" in button] == ["Tue 3 Mar 2026: was it given?"]
    assert chris.forges(f"o:move_course:{anna.courses[1].id}").startswith(f"{anna.code} has stopped the diary")


def test_a_chart_asks_only_about_courses_that_somebody_can_note_as_given(clinic: Clinic) -> None:
    anna, clinician = clinic.patient(), clinic.clinician()
    clinic.planned(anna, "2026-03-20")
    stopped(anna)
    clinician.says(f"/chart {anna.code}")
    assert "next course Fri 20 Mar 2026" in clinician.sees, "they may still come to it"
    clinic.passes(days=80)
    clinician.says(f"/chart {anna.code}")
    assert "was it given?" not in clinician.sees
    assert "no course planned" in clinician.sees


def test_of_many_dates_the_first_are_said_and_how_many_more(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    for k in range(10):
        clinic.planned(anna, str(clinic.local("2026-03-12 12:00").date() + timedelta(days=7 * k)), days=1)
    stopped(anna)
    assert "Thu 30 Apr 2026 and 2 more, the last on Thu 14 May 2026." in chris.sees
    ben = clinic.patient()
    stopped(ben)
    assert chris.sees.endswith("Courses that were given until now can still be noted on the card.")
    assert chris.buttons == []


def test_a_form_about_a_course_that_stood_open_says_what_is_so_by_then(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-20")
    anna.says("/infusions")
    chris.says(f"/move {anna.code} 24 Mar")
    form = chris.last
    assert "The patient is told." in chris.sees
    stopped(anna)
    heard = len(anna.messages)
    chris.presses("Yes, do it", form)
    done = str(chris.message(form["message_id"])["text"])
    assert done.endswith("is told nothing by me: please tell them yourself.")
    clinic.passes(days=30)
    assert (anna.starts, len(anna.messages)) == (["2026-03-24"], heard)


def test_who_comes_back_hears_of_what_was_changed_meanwhile_and_is_reminded_of_what_stands(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    for day in ("2026-03-10", "2026-03-20", "2026-04-17"):
        clinic.planned(anna, day)
    anna.says("/infusions")
    stopped(anna)
    for line in ("10 Mar to 11 Mar", "20 Mar to 24 Mar"):
        chris.says(f"/move {anna.code} {line}")
        chris.presses("Only this course")
        chris.presses("Yes, do it")
    heard = len(anna.messages)
    clinic.becomes(clinic.local("2026-03-16 12:00"))
    assert len(anna.messages) == heard
    anna.says("/withdraw")
    anna.presses("Take it up again")
    anna.presses("I agree")
    assert "Tue 24 Mar 2026" in anna.sees
    assert "Mar 2026" not in anna.sees.replace("Fri 20 Mar 2026", "").replace("Tue 24 Mar 2026", ""), "that is over"
    heard = len(anna.messages)
    clinic.becomes(clinic.local("2026-03-17 12:00"))
    assert any("Tue 24 Mar 2026" in str(each.get("text")) for each in anna.messages[heard:])
    assert not any("Fri 20 Mar 2026" in str(each.get("text")) for each in anna.messages[heard:])


@pytest.mark.parametrize(
    ("language", "planned", "alone"),
    [
        ("fr", "Encore prévues\N{NO-BREAK SPACE}: ven. 20 mars 2026.", "n’apprend rien par moi"),
        ("de", "Noch geplant: Fr. 20. März 2026.", "erfährt von mir nichts"),
    ],
)
def test_the_dates_are_said_in_the_coordinators_language(
    clinic: Clinic, language: str, planned: str, alone: str
) -> None:
    anna, chris = clinic.patient(), clinic.someone(language)
    chris.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    clinic.planned(anna, "2026-03-20")
    stopped(anna)
    assert planned in chris.sees
    chris.says(f"/move {anna.code} 24.3.2026")
    assert alone in chris.sees
    chris.presses(chris.buttons[0])
    assert alone in chris.sees
    assert anna.starts == ["2026-03-24"]


def test_what_was_given_until_then_can_still_be_noted_and_they_hear_nothing_of_it(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-03", days=3)
    later = clinic.planned(anna, "2026-03-06")
    clinic.becomes(clinic.local("2026-03-04 20:00"))
    stopped(anna)
    assert "Courses that were given until now can still be noted on the card." in chris.sees
    heard = len(anna.messages)
    clinic.becomes(clinic.local("2026-03-10 12:00"))
    chris.says(f"/patient {anna.code}")
    assert [button for button in chris.buttons if "Mar" in button] == ["Tue 3 Mar 2026: was it given?"]
    chris.presses("Tue 3 Mar")
    assert "nothing is sent to the patient" in chris.sees
    possible = {"Move", "Was given", "Cancel this course"}
    assert possible & set(chris.buttons) == {"Was given"}
    chris.presses("Was given")
    assert not any("As planned" in button for button in chris.buttons), "its third day came after they had stopped"
    chris.says("3 March 2026")
    chris.says("3")
    assert f"{anna.code} has stopped the diary before Thu 5 Mar 2026" in chris.sees
    chris.says("2")
    chris.says("0.4")
    chris.presses("Yes, do it")
    assert "In part: 2 of 3 days." in chris.sees
    assert [str(course.given_end) for course in anna.courses] == ["2026-03-04", "None"]
    assert chris.forges(f"co:{later.id}") == (
        f"{anna.code} has stopped the diary before Fri 6 Mar 2026: only what was given until then can be noted."
    )
    assert len(anna.messages) == heard
    chris.says(f"/patient {anna.code}")
    assert "1 course given" in chris.sees


def test_every_command_says_that_it_has_ended_and_shows_the_way_back(clinic: Clinic) -> None:
    anna = clinic.patient()
    stopped(anna)
    for command in ("/today", "/yesterday", "/settings", "/pause", "/withdraw"):
        anna.says(command)
        assert "Your diary stopped on Mon 2 Mar 2026." in anna.sees, command
        assert "Take it up again" in anna.buttons, command
    anna.says("/help")
    assert "Your diary has stopped" in anna.sees
    for typed in ("7", "How do I go on?"):
        anna.says(typed)
        assert anna.sees.startswith("Your diary stopped on Mon 2 Mar 2026.")
        assert anna.buttons == ["Take it up again", "Have everything erased"]
    assert f"I cannot pass messages on. If you feel unwell, call your care team on {PHONE}. {EMERGENCY}" in anna.sees
    assert anna.answers == []


def test_whoever_stopped_is_offered_what_is_still_of_use_and_sees_the_dates(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each

    def offered() -> dict[str, str]:
        return {each["command"]: each["description"] for each in clinic.world.commands_for(anna.account, "en")}

    anna = clinic.patient()
    clinic.planned(anna, "2026-03-20")
    everything = offered()
    stopped(anna)
    assert list(offered()) == ["infusions", "chart", "mydata", "privacy", "withdraw", "help"]
    assert offered()["withdraw"] == "Take the diary up again, or have it erased"
    anna.says("/infusions")
    assert anna.sees == (
        "Your next infusions\n– Fri 20 Mar 2026, over 2 days\n\nYour diary has stopped: I remind of none of them, and "
        f"do not tell you when one changes. If in doubt, call your care team on {PHONE}."
    )
    assert anna.buttons == ["Take it up again"]
    anna.says("/help")
    assert [command for command in offered() if f"/{command}" not in anna.sees] == ["help"]
    anna.says("/chart")
    assert "photo" in anna.last or "document" in anna.last
    anna.presses("Take it up again")
    anna.presses("I agree")
    assert offered() == everything
    stopped(anna)
    anna.presses("Have everything erased")
    anna.presses("Go on to erasing")
    anna.presses("Yes, erase everything")
    assert list(offered()) == ["help"]


def test_to_come_back_is_to_agree_anew(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-20")
    first = anna.row.consented_at
    stopped(anna)
    clinic.passes(days=3)
    anna.says("/withdraw")
    anna.presses("Take it up again")
    assert "What is stored" in anna.sees
    assert anna.buttons == ["I agree", "No, thank you"]
    anna.presses("No, thank you")
    assert anna.row.status is PatientStatus.WITHDRAWN
    anna.presses("Take it up again")
    anna.presses("I agree")
    assert anna.sees == "Your diary goes on. The next check-in comes on Thu 5 Mar 2026, 18:00."
    row = anna.row
    assert row.consented_at is not None
    assert first is not None
    assert row.consented_at > first
    assert row.consent_version == admission.CONSENT
    assert "has taken up the diary again" in chris.sees
    (_, action, before, after) = clinic.history(row)[-1]
    assert (action, before["status"], after["status"]) == ("patient_came_back", "withdrawn", "active")
    assert before["consented_at"] == first.isoformat(), "the first consent is not forgotten"
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    assert "How strong was your pain today?" in anna.sees
    (course,) = anna.courses
    assert course.next_reminder_at is not None
    chris.says("/roster")
    assert anna.code in chris.sees
    assert "silent" not in chris.sees, "nobody is silent who was not asked"


def test_a_pause_outlasts_leaving_and_coming_back(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("3 2 2 4")
    anna.says("/pause")
    anna.presses("Again from Thu 5 Mar 2026")
    stopped(anna)
    anna.presses("Take it up again")
    anna.presses("I agree")
    assert anna.sees == "Your diary goes on. It is paused; the next check-in comes on Thu 5 Mar 2026, 18:00."
    said = len(anna.messages)
    clinic.becomes(clinic.local("2026-03-05 17:59"))
    assert len(anna.messages) == said
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    assert "How strong was your pain today?" in anna.sees


def test_a_pause_that_ended_meanwhile_is_over(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/pause")
    anna.presses("Again from Thu 5 Mar 2026")
    stopped(anna)
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    anna.presses("Take it up again")
    anna.presses("I agree")
    assert anna.sees == "Your diary goes on. The next check-in comes on Thu 5 Mar 2026, 18:00."
    assert anna.row.paused_until is None


def test_who_leaves_twice_in_a_day_is_told_of_twice(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    stopped(anna)
    anna.presses("Take it up again")
    anna.presses("I agree")
    clinic.passes(minutes=1)
    stopped(anna)
    assert len([said for said in chris.everything if "has stopped the diary" in said]) == 2


def test_who_has_come_back_before_the_team_was_told_is_not_said_to_have_stopped(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    heard = len(chris.everything)
    fails_to_connect(clinic, monkeypatch, 1)
    stopped(anna)
    assert [row.state for row in clinic.rows(OutboxMessage) if row.kind is WITHDREW] == [MessageState.PENDING]
    anna.presses("Take it up again")
    anna.presses("I agree")
    clinic.passes(hours=1)
    assert len(chris.everything) == heard + 1
    assert "has stopped the diary" not in chris.sees


def test_a_press_told_twice_stops_once(clinic: Clinic) -> None:
    anna, chris = clinic.patient(), clinic.coordinator()
    stopped(anna)
    before, heard = clinic.stored(), len(chris.messages)
    press = next(u for u in reversed(clinic.world.updates) if "callback_query" in clinic.world.updates[u])
    clinic.world.redeliver(press)
    clinic.calm()
    clinic.world.duplicate(press)
    clinic.calm()
    assert clinic.stored() == before
    assert len(chris.messages) == heard


def test_an_old_button_of_erasing_erases_nothing_but_asks_again(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/privacy")
    first = anna.last
    anna.presses("Have everything erased")
    assert anna.buttons == ["Go on to erasing", "No, keep everything"]
    anna.presses("Go on to erasing")
    assert anna.buttons == ["No, keep everything", "Yes, erase everything"], "the other way round"
    anna.presses("No, keep everything")
    assert anna.row.status is PatientStatus.ACTIVE
    anna.forges("le:erase")
    assert anna.row.status is PatientStatus.ACTIVE
    assert first["message_id"] == anna.last["message_id"], "one message all the way"


def test_erasing_leaves_the_code_and_nothing_else(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, chris = lived_in(clinic)
    ben = clinic.patient()
    ben.says("1 1 1 1")
    account, code, chat, number = anna.account, anna.code, anna.row.chat_id, anna.row.id
    others = {table: [r for r in rows if r.get("patient_id") == ben.row.id] for table, rows in clinic.stored().items()}
    before = clinic.read(lambda session: rows_about(session, number))
    assert [table for table, rows in before.items() if not rows] == [], "there is something to erase in each"
    erased(anna)
    assert anna.sees.startswith("Everything about you is erased.")
    assert anna.buttons == []
    offered = [entry["command"] for entry in clinic.world.commands_for(account, "en")]
    assert offered == ["help"]

    kept = clinic.read(lambda session: rows_about(session, number))
    assert {table for table, rows in kept.items() if rows} == {"audit", "outbox"}
    (news,) = [row for row in clinic.rows(OutboxMessage) if row.patient_id == number]
    assert news.kind is MessageKind.PATIENT_ERASED
    audited = [entry for entry in clinic.rows(AuditEntry) if entry.patient_id == number]
    assert {(entry.before, entry.after, entry.course_id) for entry in audited} == {(None, None, None)}
    assert audited[-1].action == "patient_erased"
    (row,) = [patient for patient in clinic.rows(Patient) if patient.id == number]
    assert (row.pseudonym, row.status, row.chat_id, row.consented_at) == (code, PatientStatus.ERASED, None, None)
    assert chat not in {each.id for each in clinic.rows(Chat)}
    assert chat not in {each.chat_id for each in clinic.rows(Receipt)}
    assert all(code not in str(dialogue.state) for dialogue in clinic.rows(Dialogue))
    assert {
        table: [r for r in rows if r.get("patient_id") == ben.row.id] for table, rows in clinic.stored().items()
    } == others
    assert f"{code} has had everything erased." in chris.sees


def test_a_form_that_is_open_about_another_patient_goes_on(clinic: Clinic) -> None:
    anna, ben, chris, kim = clinic.patient(), clinic.patient(), clinic.coordinator(), clinic.coordinator()
    for member, about in ((chris, ben), (kim, anna)):
        member.says(f"/patient {about.code}")
        member.presses("Check-in time")
        member.says("20:00")
    erased(anna)
    assert kim.presses("Yes, do it").startswith("This button is no longer in use")
    chris.presses("Yes, do it")
    assert any(text.startswith(f"Done: {ben.code} is asked at 20:00 each day") for text in chris.everything)
    assert ben.row.prompt_time.isoformat("minutes") == "20:00"


def test_whoever_was_erased_is_a_stranger(clinic: Clinic) -> None:
    anna = clinic.patient()
    erased(anna)
    anna.says("/today")
    assert "open the personal link that your clinic gives you" in anna.sees
    anna.says("7")
    clinic.passes(days=2)
    assert len(clinic.rows(Chat)) == 0


def test_a_press_told_again_after_the_erasing_is_answered_the_same(clinic: Clinic) -> None:
    anna = clinic.patient()
    erased(anna)
    press = next(u for u in reversed(clinic.world.updates) if "callback_query" in clinic.world.updates[u])
    before, said = clinic.stored(), len(anna.messages)
    clinic.world.redeliver(press)
    clinic.calm()
    assert clinic.stored() == before
    assert len(anna.messages) == said
    assert anna.sees.startswith("Everything about you is erased.")


def test_staff_find_the_code_gone_wherever_they_look(clinic: Clinic) -> None:
    anna, chris = lived_in(clinic)
    doc = clinic.clinician()
    doc.says("/chart")
    which = doc.last
    code = anna.code
    chris.says(f"/patient {code}")
    card = chris.last
    erased(anna)
    assert "This has changed meanwhile" in chris.presses("Plan a course", card)
    assert "This has changed meanwhile" in doc.presses(code, which)
    for someone, command in ((chris, "/patient"), (doc, "/chart"), (doc, "/notes")):
        someone.says(f"{command} {code}")
        assert f"{code} has had everything erased" in someone.sees
    chris.says("/roster")
    assert code not in chris.sees


def test_an_erased_code_and_an_erased_courses_number_are_never_anothers(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    gone = clinic.planned(anna, "2026-03-20").id
    number = anna.row.id
    erased(anna)
    ben = clinic.patient()
    assert ben.row.id != number
    assert clinic.planned(ben, "2026-03-20").id > gone


def test_the_same_person_may_be_invited_again_and_begins_anew(clinic: Clinic) -> None:
    anna = clinic.patient()
    code = anna.code
    erased(anna)
    chris = clinic.coordinator()
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    assert anna.code != code
    assert anna.answers == []
    assert chris.sees.startswith(anna.code)


def test_the_teams_waiting_page_is_drawn_again_without_them(clinic: Clinic) -> None:
    anna, ben, doc = clinic.patient(), clinic.patient(), clinic.clinician()
    anna.says("9 9 9 9")
    ben.says("1 1 1 1")
    now, code = clinic.clock.now(), anna.code

    def a_page_waits(session: Session) -> None:
        page = Drawing(
            team_id=1,
            language="en",
            as_of=now,
            dedupe_key="page",
            kind=DrawingKind.SUMMARY,
            state=DrawingState.DRAWN,
            caption=f"{code} is on it",
            png=b"with the patient",
            expires_at=now.replace(year=2027),
        )
        session.add(page)
        session.flush()
        chat = session.exec(select(Chat).where(Chat.telegram_id == doc.account)).one()
        session.add(
            OutboxMessage(
                team_id=1,
                chat_id=chat.id,
                kind=MessageKind.SUMMARY_ASKED,
                drawing_id=page.id,
                dedupe_key="summary",
                due_at=now.replace(hour=23),
                expires_at=now.replace(year=2027),
            )
        )

    clinic.write(a_page_waits)
    erased(anna)
    clinic.becomes(clinic.local("2026-03-02 23:30"))
    assert "1 diary" in doc.sees
    assert ben.code in doc.sees
    assert code not in doc.sees


def test_what_was_erased_is_not_in_the_file_any_more(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'diary.sqlite'}")
    database.migrate()
    with Clinic(database) as clinic:
        anna, _ = lived_in(clinic)
        erased(anna)
    database.close()
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert SECRET.encode() not in left
    with sqlite3.connect(tmp_path / "diary.sqlite") as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@pytest.mark.parametrize(
    ("language", "command", "stop", "sees"),
    [
        ("de", "/withdraw", "Ja, das Tagebuch beenden", "Ihr Tagebuch ist seit Mo. 2. März 2026 beendet."),
        ("fr", "/withdraw", "Oui, arrêter le journal", "Votre journal est arrêté depuis le lun. 2 mars 2026."),
    ],
)
def test_it_is_left_in_ones_own_language(clinic: Clinic, language: str, command: str, stop: str, sees: str) -> None:
    anna = clinic.patient()
    clinic.write(lambda session: setattr(session.get_one(Chat, anna.row.chat_id), "language", language))
    anna.says(command)
    anna.presses(stop)
    assert anna.sees.startswith(sees)


def test_a_forged_button_of_leaving_changes_nothing(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/privacy")
    before = clinic.stored()
    for data in ("le:", "le:all", "le:erased2", "le:again"):
        assert anna.forges(data).startswith("This button is no longer in use")
    assert clinic.stored() == before


def test_a_course_that_was_moved_meanwhile_is_told_on_coming_back(clinic: Clinic) -> None:
    anna = clinic.patient()
    course = clinic.planned(anna, "2026-03-20")
    anna.says("/infusions")
    stopped(anna)

    def cancel(session: Session) -> None:
        row = session.get_one(Course, course.id)
        row.status, row.revision = CourseStatus.CANCELLED, 1

    clinic.write(cancel)
    anna.says("/withdraw")
    anna.presses("Take it up again")
    anna.presses("I agree")
    clinic.calm()
    assert any("Fri 20 Mar 2026" in said and "cancelled" in said for said in anna.everything)


def test_privacy_says_who_sees_what_and_since_when_they_agreed(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/privacy")
    assert "Only the clinicians and coordinators of Neuromuscular clinic see your diary" in anna.sees
    assert anna.code in anna.sees
    assert f"You agreed on Mon 2 Mar 2026 (text {admission.CONSENT})." in anna.sees
    assert anna.buttons == ["Stop the diary", "Have everything erased"]
    anna.presses("Stop the diary")
    assert anna.sees.startswith("Stop the diary?")


def test_an_old_press_told_again_neither_stops_nor_consents(clinic: Clinic) -> None:
    anna = clinic.patient()
    stopped(anna)
    stop = max(clinic.world.updates)
    anna.presses("Take it up again")
    anna.presses("I agree")
    agree = max(clinic.world.updates)
    clinic.world.duplicate(stop)
    clinic.calm()
    row = anna.row
    assert row.status is PatientStatus.ACTIVE
    clinic.passes(minutes=1)
    stopped(anna)
    clinic.world.duplicate(agree)
    clinic.calm()
    row = anna.row
    assert row.status is PatientStatus.WITHDRAWN, "a consent that nobody gave"


def test_an_old_button_of_an_erased_diary_does_not_erase_the_next_one(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/privacy")
    anna.presses("Have everything erased")
    anna.presses("Go on to erasing")
    first = anna.last
    erased(anna)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    assert anna.presses("Yes, erase everything", first).startswith("This button is no longer in use")
    assert anna.row.status is PatientStatus.ACTIVE
