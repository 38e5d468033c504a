"""The weekly summary as each clinician has it: what it brings, on which day and hour, and who needs a look."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import Session

from bot.local.faults import Fault, Kind
from jobs import looks
from storage.models import (
    Course,
    CourseStatus,
    Look,
    Measurement,
    MessageKind,
    OutboxMessage,
    Patient,
    PatientStatus,
    Staff,
)
from tests.journeys.test_clinician import MONDAY, has_kept_a_diary, summaries
from tests.support import TEAM, Clinic, Someone

FIRST_COURSE = date(2025, 11, 10)
CYCLE = timedelta(days=28)


def came_back(clinic: Clinic, anna: Someone, rise: int = 8) -> None:
    """Sixteen weeks of a diary in which pain rises before each of four courses, the last one given today."""
    ahead = [28 - step % 28 for step in range(112)]
    scores = [step % 2 + max(0, rise - days) for step, days in enumerate(ahead)]
    has_kept_a_diary(clinic, anna, FIRST_COURSE, scores)
    patient, now = anna.row, clinic.clock.now()

    def given(session: Session) -> None:
        for number in range(5):
            start = FIRST_COURSE + number * CYCLE
            session.add(
                Course(
                    team_id=patient.team_id,
                    patient_id=patient.id,
                    planned_start=start,
                    planned_days=1,
                    given_start=start,
                    given_end=start,
                    grams_per_kg_per_day=0.4,
                    status=CourseStatus.GIVEN,
                    created_at=now,
                )
            )

    clinic.write(given)


def has_a_kinase(clinic: Clinic, anna: Someone, value: float) -> None:
    patient, now = anna.row, clinic.clock.now()
    row = Measurement(
        team_id=patient.team_id,
        patient_id=patient.id,
        analyte="CK",
        taken_on=date(2026, 3, 2),
        value=value,
        unit="U/l",
        received_at=now,
    )
    clinic.write(lambda session: session.add(row))


def asks(someone: Someone) -> dict[str, Any]:
    """The message in words that `/summary` brings."""
    before = len(someone.messages)
    someone.says("/summary")
    return next(m for m in someone.messages[before:] if "text" in m)


def labels(someone: Someone, message: dict[str, Any]) -> list[str]:
    return list(someone.buttons_of(message["message_id"]))


def of_kind(someone: Someone, kind: str) -> dict[str, Any]:
    """The newest message with a `text`, a `photo` or a `document`: those of one summary go their ways at once."""
    return next(message for message in reversed(someone.messages) if kind in message)


def on(someone: Someone, message: dict[str, Any]) -> dict[str, Any]:
    """The message with its buttons as they are now."""
    return someone.message(message["message_id"])


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


# --- what it brings ------------------------------------------------------------------------------------------------


def test_it_brings_a_message_a_picture_and_a_pdf_with_a_page_each(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    clinic.becomes(clinic.local(MONDAY))
    message, picture, paper = (of_kind(clinician, kind) for kind in ("text", "photo", "document"))
    assert all(each.code in message["text"] for each in (anna, ben))
    assert picture["caption"] == f"{TEAM}, Mon 9 Mar 2026: everybody, in the order of the message"
    assert paper["caption"] == f"{TEAM}, Mon 9 Mar 2026: 2 diaries, a page each"
    assert paper["document"]["file_name"] == "infusion-diary-2026-03-09.pdf"
    stored = clinic.world.file(paper["document"]["file_id"]).content
    assert stored.startswith(b"%PDF")
    assert pages_of(stored) == 3, "the team's, and one for each"
    assert clinic.world.refused() == []


def test_what_it_brings_is_chosen_by_buttons_and_each_has_it_their_own_way(clinic: Clinic) -> None:
    one, other = clinic.clinician(), clinic.clinician()
    clinic.patient()
    one.says("/summary settings")
    assert one.sees.startswith("Your weekly summary\n\nIt brings: everybody: a message, a picture, and a PDF")
    one.presses("The PDF alone")
    assert "It brings: the PDF alone, with a page each" in one.sees
    assert "The PDF alone" not in one.buttons
    before = len(one.messages)
    clinic.becomes(clinic.local(MONDAY))
    assert ["document" in message for message in one.messages[before:]] == [True]
    assert len(summaries(other)) == 1
    one.presses("Only those who need a look")
    assert "It brings: only those who need a look" in one.message(one.messages[before - 1]["message_id"])["text"]


def test_who_only_wants_those_who_need_a_look_reads_a_line_where_nobody_does(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    clinician.says("/summary settings")
    clinician.presses("Only those who need a look")
    before = len(clinician.messages)
    clinician.says("/summary")
    (message,) = clinician.messages[before:]
    assert message["text"].startswith(f"{TEAM}, Mon 2 Mar 2026: 1 diary\n\nNobody needs a look.")
    assert anna.code not in message["text"]
    came_back(clinic, anna)
    clinician.says("/summary")
    words, picture = of_kind(clinician, "text"), of_kind(clinician, "photo")
    assert f"1 needs a look\n\n{anna.code}: pain: returns" in words["text"]
    assert picture["caption"] == f"{TEAM}, Mon 2 Mar 2026: who needs a look"
    clinician.presses("PDF, a page each", words)
    assert pages_of(clinic.world.file(clinician.last["document"]["file_id"]).content) == 2


def test_the_settings_are_under_each_summary_and_of_other_words_after_the_command_nothing_comes(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinician.presses("What it brings", asks(clinician))
    assert clinician.sees.startswith("Your weekly summary")
    clinician.says("/summary einstellungen")
    assert clinician.sees.startswith("Your weekly summary")
    clinician.says("/summary of last year")
    assert clinician.sees.startswith(f"{TEAM}, Mon 2 Mar 2026: 0 diaries")


# --- day and hour --------------------------------------------------------------------------------------------------


def at_their_own_time(clinician: Someone, day: str, hour: str) -> None:
    clinician.says("/summary settings")
    clinician.presses("Another day and hour")
    clinician.presses(day)
    clinician.says(hour)


def test_each_has_it_on_a_day_and_at_an_hour_of_their_own(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    one, other = clinic.clinician(), clinic.clinician()
    at_their_own_time(one, "Thursday", "13:30")
    assert (
        one.sees
        == "Your weekly summary comes every Thursday at 13:30. The next one: Thu 5 Mar 2026, 13:30. Is that right?"
    )
    one.presses("Yes, do it")
    assert "It comes: every Thursday at 13:30, next on Thu 5 Mar 2026, 13:30 (Europe/London)" in one.sees
    for at, seen in (
        ("2026-03-05 13:29", 0),
        ("2026-03-05 13:30", 1),
        ("2026-03-09 08:00", 1),
        ("2026-03-11 23:00", 1),
        ("2026-03-12 13:30", 2),
    ):
        clinic.becomes(clinic.local(at))
        assert len(summaries(one)) == seen, at
    assert len(summaries(other)) == 1
    one.says("/summary settings")
    one.presses("Day and hour of the team")
    assert "every Monday at 08:00 (as the team has it), next on Mon 16 Mar 2026, 08:00" in one.sees


def test_from_friday_to_monday_on_a_thursday_this_weeks_still_comes_on_friday(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    at_their_own_time(clinician, "Friday", "8:00")
    clinician.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-06 08:00"))
    assert len(summaries(clinician)) == 1
    clinic.becomes(clinic.local("2026-03-12 12:00"))
    at_their_own_time(clinician, "Monday", "8:00")
    assert "The next one: Fri 13 Mar 2026, 08:00. Is that right?" in clinician.sees
    assert "so that no week is left out" in clinician.sees
    clinician.presses("Yes, do it")
    for at, seen in (
        ("2026-03-13 08:00", 2),
        ("2026-03-16 08:00", 3),
        ("2026-03-22 23:00", 3),
        ("2026-03-23 08:00", 4),
    ):
        clinic.becomes(clinic.local(at))
        assert len(summaries(clinician)) == seen, at


def test_the_team_is_told_who_keeps_a_day_of_their_own_and_the_history_says_what_was_chosen(clinic: Clinic) -> None:
    clinician, coordinator = clinic.clinician(), clinic.coordinator()
    at_their_own_time(clinician, "Thursday", "13:30")
    clinician.presses("Yes, do it")
    clinician.says("/summary settings")
    clinician.presses("The PDF alone")
    coordinator.says("/team")
    coordinator.presses("Weekly summary")
    coordinator.presses("Friday")
    coordinator.says("9:00")
    assert "1 clinician has a day and an hour of their own and keeps them." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert clinic.rows(Staff)[0].next_summary_at == clinic.local("2026-03-05 13:30")
    coordinator.says("/history")
    assert "day and hour of the own weekly summary: as the team has it → every Thursday at 13:30" in coordinator.sees
    assert (
        "own weekly summary: everybody: a message, a picture, and a PDF with a page each → the PDF" in coordinator.sees
    )


def test_the_same_again_is_refused_and_what_cannot_be_read_is_asked_again(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    at_their_own_time(clinician, "Thursday", "13:30")
    clinician.presses("Yes, do it")
    before = clinic.stored()["Staff"]
    at_their_own_time(clinician, "Thursday", "13:30")
    assert "It is like that already" in clinician.sees or "already" in clinician.sees
    clinician.says("tea time")
    assert "tea time" in clinician.sees
    assert clinic.stored()["Staff"] == before


def test_a_coordinator_has_neither_summary_nor_settings(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/summary settings")
    assert coordinator.sees.startswith("/summary is for clinicians.")
    assert coordinator.forges("su:brings:pdf").startswith("This button is no longer in use.")
    clinic.becomes(clinic.local(MONDAY))
    assert [row.kind for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.WEEKLY_SUMMARY] == []


# --- who needs a look ----------------------------------------------------------------------------------------------


def test_seen_by_one_is_seen_for_all_until_there_is_something_new(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    one, other, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    first, second = asks(one), asks(other)
    assert f"1 needs a look\n\n{anna.code}: pain: returns" in first["text"]
    assert ", from cycle day " in first["text"]
    assert labels(one, first) == [anna.code, "Seen", "Later", "PDF, a page each", "What it brings"]
    assert one.presses("Seen", first) == ""
    assert labels(one, first) == [f"{anna.code}: seen", "Undo", "PDF, a page each", "What it brings"]
    assert other.presses("Seen", second) == "Somebody on the team has seen this already."
    assert labels(other, second) == ["PDF, a page each", "What it brings"]
    again = asks(other)
    assert f"\n\nNeed a look: 0 new, 1 seen by the team ({anna.code})\n\nSeen or put off already\n\n" in again["text"]
    assert "Seen by the team; marked again when there is something new." in again["text"]
    has_a_kinase(clinic, anna, 1450)
    anew = asks(one)
    assert "1 needs a look" in anew["text"]
    assert "Changed in the last 4 weeks: CK 1,450 U/l on Mon 2 Mar 2026" in anew["text"]
    assert [action for _, action, _, _ in clinic.history(anna.row) if action.startswith("look")] == ["look_seen"]


def test_a_course_of_another_dose_that_nobody_confirmed_is_said_to_be_planned(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    clinic.planned(anna, "2026-03-04", days=2, dose=4.0)
    clinic.becomes(clinic.local("2026-03-06 12:00"))
    said = asks(clinician)["text"]
    change = "1 × 0.4 g/kg → 2 × 4 g/kg planned for Wed 4 Mar 2026, not confirmed as given"
    assert f"Changed in the last 4 weeks: {change}" in said
    assert " from Wed 4 Mar 2026" not in said


def test_where_the_next_course_is_named_it_is_said_that_the_patient_cannot_come(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    clinic.becomes(clinic.local("2026-03-13 09:00"))
    assert "; next course Fri 20 Mar 2026" in asks(clinician)["text"]
    anna.presses("I can't make it on Fri 20 Mar 2026")
    anna.presses("Yes, tell the team")
    said = asks(clinician)["text"]
    assert "; cannot come on Fri 20 Mar 2026" in said
    assert "next course" not in said
    clinician.says(f"/chart {anna.code}")
    assert "; cannot come on Fri 20 Mar 2026" in clinician.last["caption"]
    clinic.planned(anna, "2026-04-17")
    clinic.becomes(clinic.local("2026-03-22 12:00"))
    over = "; course of Fri 20 Mar 2026: was it given?; had said that they cannot come"
    assert over in asks(clinician)["text"]
    clinic.becomes(clinic.local("2026-04-10 09:00"))
    anna.presses("I can't make it on Fri 17 Apr 2026")
    anna.presses("Yes, tell the team")
    assert f"{over}; cannot come on Fri 17 Apr 2026" in asks(clinician)["text"]


def test_a_course_of_today_is_still_to_come_and_a_declined_one_is_never_taken_as_given(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    for each in (anna, ben):
        came_back(clinic, each, rise=0)
        clinic.planned(each, "2026-03-30", days=1)

    def lines(of: Someone) -> list[str]:
        found: str = asks(clinician)["text"]
        return next(part for part in found.split("\n\n") if f"{of.code}: " in part).splitlines()

    clinic.becomes(clinic.local("2026-03-29 18:00"))
    (of_anna, days_of_anna, *_), (of_ben, *_) = lines(anna), lines(ben)
    assert "4 of 4 courses usable" in of_anna
    assert days_of_anna.endswith("; next course Mon 30 Mar 2026")
    ben.says("/infusions")
    ben.presses("I can't make it on Mon 30 Mar 2026")
    ben.presses("Yes, tell the team")
    clinic.becomes(clinic.local("2026-03-30 08:00"))
    assert lines(anna)[0] == of_anna
    assert lines(anna)[1].endswith("; next course Mon 30 Mar 2026")
    assert lines(ben)[1].endswith("; cannot come on Mon 30 Mar 2026")
    clinic.becomes(clinic.local("2026-03-31 08:00"))
    assert lines(anna)[0] == of_anna.replace("4 of 4", "4 of 5")
    assert lines(anna)[1].endswith("; course of Mon 30 Mar 2026: was it given?")
    assert lines(ben)[0] == of_ben, "nothing says that it was given"
    assert lines(ben)[1].endswith("; course of Mon 30 Mar 2026: was it given?; had said that they cannot come")


def test_an_old_button_sees_what_was_shown_then_and_nothing_newer(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    old = asks(clinician)
    has_a_kinase(clinic, anna, 1450)
    new = asks(clinician)
    assert clinician.presses("Seen", old).startswith("There is something new since")
    assert [look.seen_at is None for look in clinic.rows(Look)] == [False, True]
    assert "Seen" in labels(clinician, new)
    clinician.presses("Seen", new)
    assert "Need a look: 0 new, 1 seen by the team" in asks(clinician)["text"]


def test_a_patient_is_put_off_for_some_weeks(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    summary = asks(clinician)
    clinician.presses("Later", on(clinician, summary))
    assert labels(clinician, summary) == [
        *(f"{anna.code}: put off for", "1 week", "2 weeks", "4 weeks", "8 weeks", "12 weeks", "Back"),
    ]
    clinician.presses("Back", on(clinician, summary))
    clinician.presses("Later", on(clinician, summary))
    clinician.presses("4 weeks", on(clinician, summary))
    (look,) = clinic.rows(Look)
    assert look.not_before == date(2026, 3, 30)
    assert "Put off until Mon 30 Mar 2026, unless there is something new." in asks(clinician)["text"]
    assert clinic.history(anna.row)[-1][1:] == ("look_put_off", None, {"look": 1, "not_before": "2026-03-30"})


def test_nobody_is_said_to_need_no_look_who_is_only_seen_or_put_off(clinic: Clinic) -> None:
    clinician, anna, ben, carla = clinic.clinician(), clinic.patient(), clinic.patient(), clinic.patient()
    came_back(clinic, anna)
    came_back(clinic, ben)
    summary = asks(clinician)
    assert "\n\n2 need a look\n\n" in summary["text"]
    first = min(anna.code, ben.code)
    clinician.presses("Later", on(clinician, summary))
    clinician.presses("2 weeks", on(clinician, summary))
    said = asks(clinician)["text"]
    assert f"\n\nNeed a look: 1 new, 1 put off ({first} until Mon 16 Mar 2026)\n\n" in said
    second = max(anna.code, ben.code)
    order = [said.index(f"\n\n{code}: ") for code in (second, first, carla.code)]
    assert order == sorted(order), "who is new, who is known, and the others"
    clinician.presses("Seen", clinician.messages[-2] if "photo" in clinician.last else clinician.last)
    clinician.says("/summary settings")
    clinician.presses("Only those who need a look")
    alone = asks(clinician)["text"]
    assert f"Need a look: 0 new, 1 seen by the team ({second}), 1 put off ({first} until Mon 16 Mar 2026)" in alone
    assert "Nobody needs a look" not in said + alone
    clinic.becomes(clinic.local("2026-03-16 07:00"))
    assert "Need a look: 1 new, 1 seen by the team" in asks(clinician)["text"], "the time is over"


def test_what_one_has_seen_one_may_still_put_off_and_a_colleague_may_not(clinic: Clinic) -> None:
    one, other, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    mine, theirs = asks(one), asks(other)
    later = one.buttons_of(mine["message_id"])["Later"], other.buttons_of(theirs["message_id"])["Later"]
    one.presses("Seen", mine)
    one.taps(mine["message_id"], later[0], forge=True)
    one.presses("4 weeks", on(one, mine))
    (look,) = clinic.rows(Look)
    assert look.not_before == date(2026, 3, 30)
    other.taps(theirs["message_id"], later[1], forge=True)
    assert other.presses("12 weeks", on(other, theirs)) == "Somebody on the team has seen this already."
    assert [look.not_before for look in clinic.rows(Look)] == [date(2026, 3, 30)]


@pytest.mark.parametrize("weeks", [None, 4])
def test_a_page_that_was_being_drawn_meanwhile_does_not_take_that_back(clinic: Clinic, weeks: int | None) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    asks(clinician)
    (look,) = clinic.rows(Look)
    now, team = clinic.clock.now(), anna.row.team_id

    def seen_and_then_drawn(state: set[str]) -> None:
        states = {anna.row.id: frozenset(state)}
        clinic.write(lambda session: looks.mark(session, team, states, now))

    clinician.presses("Seen") if weeks is None else clinician.presses("Later")
    if weeks is not None:
        clinician.presses(f"{weeks} weeks")
    seen_and_then_drawn(set(look.state))
    assert len(clinic.rows(Look)) == 1
    seen_and_then_drawn({*look.state, "ck:2026-03-02"})
    assert [each.seen_at is None for each in clinic.rows(Look)] == [False, True], "what is new is marked"


@pytest.mark.parametrize("how", [("Seen",), ("Later", "4 weeks")])
def test_what_one_has_seen_or_put_off_one_takes_back_within_the_hour(clinic: Clinic, how: tuple[str, ...]) -> None:
    one, other, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    summary, theirs = asks(one), asks(other)
    for label in how:
        one.presses(label, on(one, summary))
    other.taps(theirs["message_id"], "su:page:0", forge=True)
    assert "Undo" not in labels(other, theirs)
    undo = one.buttons_of(summary["message_id"])["Undo"]
    assert other.forges(undo).startswith("This has changed meanwhile"), "only by whoever pressed it"
    clinic.passes(minutes=59)
    one.taps(summary["message_id"], undo)
    assert labels(one, summary)[:3] == [anna.code, "Seen", "Later"]
    assert "\n\n1 needs a look\n\n" in asks(other)["text"]
    assert [action for _, action, _, _ in clinic.history(anna.row)][-1] == "look_taken_back"
    assert one.forges(undo).startswith("This has changed meanwhile")
    for label in how:
        one.presses(label, on(one, summary))
    clinic.passes(hours=1)
    assert "60 minutes" in one.forges(undo)
    assert "Need a look: 0 new" in asks(other)["text"]
    assert "Undo" not in one.buttons


def test_a_page_is_opened_from_under_it(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    clinician.presses(anna.code, asks(clinician))
    assert clinician.sees.startswith(f"{anna.code}. Pain: returns")


def test_whoever_falls_silent_needs_a_look_and_whoever_answers_again_does_not(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    for day in (2, 3, 4):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    silent = asks(clinician)
    assert f"1 needs a look\n\n{anna.code}: pain: cannot tell yet" in silent["text"]
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    anna.says("3 3 3 3")
    assert "Nobody needs a look." in asks(clinician)["text"]
    clinician.presses("What it brings", silent)
    assert [look.over_at is not None for look in clinic.rows(Look)] == [True]


def test_of_many_the_buttons_have_pages(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    row = anna.row

    def silent(session: Session) -> None:
        for number in range(10):
            facts = row.model_dump(exclude={"id", "chat_id", "pseudonym", "next_prompt_at"})
            patient = Patient(**facts, pseudonym=f"P-X{number:03}")
            session.add(patient)
            session.flush()
            session.add(
                Look(team_id=row.team_id, patient_id=patient.id, state=[f"silent:{number}"], raised_at=row.created_at)
            )

    summary = asks(clinician)
    clinic.write(silent)
    clinician.taps(summary["message_id"], "su:page:0", forge=True)
    shown = labels(clinician, summary)
    assert [label for label in shown if label.startswith("P-")] == [f"P-X{number:03}" for number in range(8)]
    clinician.presses("2 more ›", on(clinician, summary))
    assert [label for label in labels(clinician, summary) if label.startswith("P-")] == ["P-X008", "P-X009"]
    clinician.presses("Seen", on(clinician, summary))
    assert [label for label in labels(clinician, summary) if label.startswith("P-")] == ["P-X009", "P-X008: seen"]
    clinician.presses("‹ Those before", on(clinician, summary))
    shown = [label for label in labels(clinician, summary) if label.startswith("P-")]
    assert (len(shown), shown[-1]) == (9, "P-X008: seen")
    assert clinic.world.refused() == []


def test_whoever_has_stopped_is_under_no_summary_any_more(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    summary = asks(clinician)

    def stop(session: Session) -> None:
        session.get_one(Patient, anna.row.id).status = PatientStatus.WITHDRAWN

    clinic.write(stop)
    clinician.taps(summary["message_id"], "su:page:0", forge=True)
    assert labels(clinician, summary) == ["PDF, a page each", "What it brings"]


@pytest.mark.parametrize(
    "data",
    [
        "su:seen:999:0",
        "su:off:1:3:0",
        "su:seen:1",
        "su:later:999:0",
        "su:picture:0",
        "su:picture:1000",
        "su:",
        "su:seen:x:0",
    ],
)
def test_forged_buttons_change_nothing(clinic: Clinic, data: str) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    asks(clinician)
    before = clinic.stored()
    assert clinician.forges(data).startswith(("This has changed meanwhile", "This button is no longer in use"))
    assert clinic.stored() == before


def test_a_press_that_is_told_again_changes_nothing(clinic: Clinic) -> None:
    one, other, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    came_back(clinic, anna)
    summary = asks(one)
    one.presses("Seen", summary)
    (seen,) = clinic.rows(Look)
    data = f"su:seen:{seen.id}:0"
    one.taps(summary["message_id"], data, forge=True)
    other.says("/help")
    other.forges(data)
    assert clinic.rows(Look) == [seen]
    assert [action for _, action, _, _ in clinic.history(anna.row)].count("look_seen") == 1


def parts_of(someone: Someone) -> list[str]:
    kinds = ("photo", "document", "text")
    return [next(kind for kind in kinds if kind in message) for message in someone.messages]


@pytest.mark.parametrize(
    ("kind", "times", "arrives"),
    [
        ("server_error", 1, ["text", "photo", "document"]),
        ("too_many_requests", 1, ["text", "photo", "document"]),
        ("server_error", 2, ["photo", "document"]),
    ],
)
def test_its_parts_come_in_their_order_whatever_becomes_of_the_first(
    clinic_on_each: Clinic, kind: Kind, times: int, arrives: list[str]
) -> None:
    clinic = clinic_on_each
    doctor, _ = clinic.clinician(), clinic.patient()
    before = len(doctor.messages)
    clinic.world.misbehave(Fault(kind, "sendMessage", times=times))
    clinic.becomes(clinic.local(MONDAY))
    for _ in range(4):
        # A ban is one in true time.
        clinic.until_no_ban()
        clinic.passes(minutes=2)
    assert parts_of(doctor)[before:] == arrives


def test_what_is_asked_for_comes_with_its_words_first(clinic: Clinic) -> None:
    doctor, _ = clinic.clinician(), clinic.patient()
    clinic.world.misbehave(Fault("server_error", "sendMessage"))
    before = len(doctor.messages)
    doctor.says("/summary")
    clinic.passes(minutes=2)
    assert parts_of(doctor)[before:] == ["text", "photo"]


def test_whoever_answered_before_any_question_was_sent_is_not_said_to_be_waiting_for_one(clinic: Clinic) -> None:
    anna, clinician = clinic.patient(), clinic.clinician()
    anna.says("/today")
    anna.says("3 2 2 4")
    clinician.says("/summary")
    said = "not asked on any of the last 28 days"
    assert any(said in text for text in clinician.everything), "today is still open, and counts from tomorrow on"
    clinician.says(f"/chart {anna.code}")
    assert said in clinician.sees
    clinic.becomes(clinic.local("2026-03-03 10:00"))
    clinician.says(f"/chart {anna.code}")
    assert "1 of 1 day asked in the last 4 weeks answered" in clinician.sees
