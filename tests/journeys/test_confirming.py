"""A course that nobody confirmed: the coordinators are asked the morning after, once, and one answers for all."""

import pytest
from sqlmodel import Session

from bot.drawing.pages import Answered
from bot.texts import texts_in
from jobs import confirming, record
from storage.models import AuditEntry, Chat, Course, CourseStatus, MessageKind, OutboxMessage, Patient, Role, Team
from tests.journeys.test_leaving import erased
from tests.support import Clinic, Someone

QUESTION = "over and not confirmed"


def questions(coordinator: Someone) -> list[str]:
    """What the coordinator was asked about courses, as it reads now."""
    return [text for text in coordinator.everything if QUESTION in text or "that were asked about" in text]


def the_day_after(clinic: Clinic, many: int = 1) -> tuple[Someone, list[Someone]]:
    """A coordinator in the morning after the courses of this many patients, and the patients."""
    coordinator = clinic.coordinator()
    patients = [clinic.patient() for _ in range(many)]
    for patient in patients:
        clinic.planned(patient, "2026-03-03")
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-05 08:59"))
    assert questions(coordinator) == [], "not before the hour"
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    return coordinator, patients


def test_two_taps_say_that_it_was_given_as_planned(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, (anna,) = the_day_after(clinic)
    assert coordinator.sees == (
        "1 course is over and not confirmed. Was it given? Press the patient.\n\n"
        f"– {anna.code}: Tue 3 Mar 2026, 2 days, 0.4 g/kg a day"
    )
    assert coordinator.buttons == [f"{anna.code}?"]
    coordinator.presses(f"{anna.code}?")
    assert coordinator.buttons[:4] == ["Given as planned", "Given otherwise", "To another day", "Not given"]
    coordinator.presses("Given as planned")
    assert coordinator.sees.endswith("2 days, 0.4 g/kg a day: given as planned")
    (course,) = clinic.rows(Course)
    assert (course.status, str(course.given_start), str(course.given_end)) == (
        CourseStatus.GIVEN, "2026-03-03", "2026-03-04"
    )  # fmt: skip
    assert clinic.history(anna.row)[-1][:2] == ("staff:1", "course_given")
    clinic.passes(days=3)
    assert len(questions(coordinator)) == 1, "never twice"


def sets_the_hour(coordinator: Someone, hour: str) -> str:
    """What was said before it was done."""
    coordinator.says("/team")
    coordinator.presses("Hour of “Was it given?”")
    coordinator.says(hour)
    said = coordinator.sees
    coordinator.presses("Yes, do it")
    return said


def test_the_hour_is_the_teams_own(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-03")
    said = sets_the_hour(coordinator, "14:30")
    assert "until now: 09:00\nfrom now on: 14:30" in said
    assert "comes on Mon 2 Mar 2026, 14:30" in said or "comes on Tue 3 Mar 2026, 14:30" in said
    clinic.becomes(clinic.local("2026-03-05 14:29"))
    assert questions(coordinator) == []
    clinic.becomes(clinic.local("2026-03-05 14:30"))
    assert len(questions(coordinator)) == 1
    clinic.passes(days=3)
    assert len(questions(coordinator)) == 1


def test_a_day_that_was_asked_about_is_not_asked_about_again_at_a_later_hour(clinic: Clinic) -> None:
    coordinator, _ = the_day_after(clinic)
    assert "comes on Fri 6 Mar 2026, 21:00" in sets_the_hour(coordinator, "21:00")
    clinic.passes(hours=11, minutes=55)
    clinic.becomes(clinic.local("2026-03-05 21:00"))
    assert len(questions(coordinator)) == 1
    (team,) = clinic.rows(Team)
    assert team.next_confirmation_at == clinic.local("2026-03-06 21:00"), "nor does the housekeeping draw it nearer"


def test_an_hour_that_has_passed_leaves_the_day_its_question(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-05 08:30"))
    assert "comes on Thu 5 Mar 2026, 09:00" in sets_the_hour(coordinator, "8:00")
    assert questions(coordinator) == []
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert len(questions(coordinator)) == 1
    (team,) = clinic.rows(Team)
    assert team.next_confirmation_at == clinic.local("2026-03-06 08:00")


def test_the_morning_on_which_they_are_asked_is_what_comes_next(clinic: Clinic) -> None:
    """Where the demo's clock stops; on the mornings before it goes on."""
    clinic.coordinator()
    clinic.planned(clinic.patient(), "2026-03-03")
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-04 08:00"))
    assert clinic.read(confirming.next_asked) is None
    clinic.becomes(clinic.local("2026-03-04 10:00"))
    following = clinic.read(confirming.next_asked)
    assert (following.at, following.kind) == (clinic.local("2026-03-05 09:00"), "confirmation")
    clinic.becomes(following.at)
    assert clinic.read(confirming.next_asked) is None


def test_one_answers_for_all_and_the_others_messages_say_so(clinic: Clinic) -> None:
    second = clinic.coordinator()
    coordinator, (anna,) = the_day_after(clinic)
    doctor = clinic.clinician()
    assert len(questions(second)) == 1
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    assert ": given as planned" in questions(second)[0]
    assert len(questions(second)) == 1, "rewritten in place, without a sound"
    assert questions(doctor) == []
    before = clinic.stored()["Course"]
    second.presses(f"{anna.code}: done")
    second.presses("‹ All asked about")
    assert clinic.stored()["Course"] == before


def test_many_patients_are_one_message_and_two_taps_for_all(clinic: Clinic) -> None:
    coordinator, patients = the_day_after(clinic, 12)
    assert len(questions(coordinator)) == 1
    assert "12 courses are over" in coordinator.sees
    assert coordinator.sees.count("– P-") == 10, "the rest on the next page"
    coordinator.presses("Next")
    assert coordinator.sees.count("– P-") == 2
    first = sorted(patient.code for patient in patients)[0]
    coordinator.presses("‹ Previous")
    coordinator.presses(f"{first}?")
    coordinator.presses("Given as planned")
    coordinator.presses("All 11 given as planned")
    assert "11 courses are noted as given" in coordinator.sees
    assert first not in coordinator.sees
    coordinator.presses("Yes, do it")
    assert {course.status for course in clinic.rows(Course)} == {CourseStatus.GIVEN}
    assert coordinator.sees.startswith("Courses that were asked about: all answered.")


def test_all_of_them_are_those_that_were_shown(clinic: Clinic) -> None:
    second = clinic.coordinator()
    coordinator, patients = the_day_after(clinic, 3)
    anna, ben, cara = sorted(patients, key=lambda patient: patient.code)
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    coordinator.presses("All 2 given as planned")
    late = coordinator.buttons_of(coordinator.last["message_id"])["Yes, do it"]
    # Meanwhile another says that one was given, and one was not after all: as many are open as before.
    second.presses(f"{ben.code}?")
    second.presses("Given as planned")
    second.presses(f"{anna.code}: done")
    second.presses("Not given after all")
    second.presses("Yes, do it")
    coordinator.taps(coordinator.last["message_id"], late, forge=True)
    assert f"planned: {anna.code} and {cara.code}." in coordinator.sees
    assert anna.courses[0].status is CourseStatus.PLANNED
    coordinator.presses("Yes, do it")
    assert {course.status for course in clinic.rows(Course)} == {CourseStatus.GIVEN}


def test_given_otherwise_is_asked_below_and_said_in_the_list(clinic: Clinic) -> None:
    coordinator, (anna,) = the_day_after(clinic)
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given otherwise")
    for said in ("4 Mar", "1", "0.3"):
        coordinator.says(said)
    assert "In part: 1 of 2 days, 0.3 instead of 0.4 g/kg a day." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert "In part: 1 of 2 days" in coordinator.sees
    assert ": given otherwise" in questions(coordinator)[0]
    coordinator.says(f"/patient {anna.code}")
    assert (
        "1 course given; the last from Wed 4 Mar 2026, 1 day, 0.3 g/kg a day, planned for Tue 3 Mar 2026. "
        "In part: 1 of 2 days, 0.3 instead of 0.4 g/kg a day."
    ) in coordinator.sees
    coordinator.says(f"/history {anna.code}")
    assert "course given from Wed 4 Mar 2026, 1 day, 0.3 g/kg a day. In part: 1 of 2 days" in coordinator.sees
    row, now = anna.row, clinic.clock.now()
    kept = clinic.read(lambda session: record.read(session, session.get_one(Patient, row.id), now))
    assert (
        "Given in part: Wed 4 Mar 2026 (1 of 2 days, 0.3 instead of 0.4 g/kg a day)."
        in Answered(kept, texts_in("en")).sentences
    ), "on the page and in reports"
    clinician = clinic.clinician()
    clinician.says("/summary")
    said = next(m["text"] for m in reversed(clinician.messages) if "text" in m)
    in_part = "course of Wed 4 Mar 2026 given in part: 1 of 2 days, 0.3 instead of 0.4 g/kg a day"
    assert f"Changed in the last 4 weeks: {in_part}" in said


def test_not_given_is_cancelled_with_its_reason_or_moved_on(clinic: Clinic) -> None:
    coordinator, patients = the_day_after(clinic, 2)
    anna, ben = sorted(patients, key=lambda patient: patient.code)
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Not given")
    coordinator.presses("Patient ill")
    coordinator.presses("Yes, do it")
    assert f"– {anna.code}: Tue 3 Mar 2026, 2 days, 0.4 g/kg a day: not given" in questions(coordinator)[0]
    coordinator.presses(f"{ben.code}?")
    coordinator.presses("To another day")
    coordinator.says("9 Mar")
    coordinator.presses("Yes, do it")
    assert ben.starts == ["2026-03-09"]
    assert ben.code not in questions(coordinator)[0]
    clinic.becomes(clinic.local("2026-03-11 09:00"))
    assert f"– {ben.code}: Mon 9 Mar 2026" in questions(coordinator)[-1], "asked about anew where it now stood"


def test_it_was_not_given_after_all(clinic: Clinic) -> None:
    coordinator, (anna,) = the_day_after(clinic)
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    coordinator.presses(f"{anna.code}: done")
    coordinator.presses("Not given after all")
    coordinator.presses("Yes, do it")
    assert clinic.rows(Course)[0].status is CourseStatus.PLANNED
    assert QUESTION in questions(coordinator)[0]
    clinic.passes(days=2)
    assert len(questions(coordinator)) == 1


def test_what_was_confirmed_in_time_is_not_asked_about(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-03")
    clinic.becomes(clinic.local("2026-03-04 15:00"))
    coordinator.says(f"/patient {anna.code}")
    for pressed in ("Tue 3 Mar", "Was given", "As planned", "Yes, do it"):
        coordinator.presses(pressed)
    clinic.becomes(clinic.local("2026-03-06 12:00"))
    assert questions(coordinator) == []


def test_a_paused_patients_course_is_asked_about_and_one_of_who_has_left_is_not(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    for patient in (anna, ben):
        clinic.planned(patient, "2026-03-03")
    anna.says("/pause")
    anna.presses(anna.buttons[0])
    ben.says("/withdraw")
    ben.presses("Yes, stop the diary")
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert len(questions(coordinator)) == 1
    assert anna.code in questions(coordinator)[0]
    assert ben.code not in questions(coordinator)[0]


def test_who_leaves_before_it_is_answered_is_in_it_no_more(clinic: Clinic) -> None:
    coordinator, (anna,) = the_day_after(clinic)
    card = coordinator.buttons_of(coordinator.last["message_id"])
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    before = clinic.stored()["Course"]
    assert coordinator.forges(card[f"{anna.code}?"]).startswith("This has changed meanwhile")
    assert clinic.stored()["Course"] == before


def test_history_that_was_entered_afterwards_is_not_asked_about(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    patient, now = anna.row, clinic.clock.now()

    brought_in = Course(
        team_id=patient.team_id,
        patient_id=patient.id,
        planned_start=clinic.local("2026-03-01 12:00").date(),
        planned_days=1,
        grams_per_kg_per_day=0.4,
        created_at=now,
    )
    clinic.write(lambda session: session.add(brought_in))
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-06 12:00"))
    assert questions(coordinator) == []
    assert [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.CONFIRMATION_ASKED] == []


def test_after_an_outage_it_is_asked_once_and_of_long_ago_not_at_all(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-03")
    clinic.planned(anna, "2026-03-16", days=1)
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-18 12:00"))
    assert len(questions(coordinator)) == 1
    assert "Mon 16 Mar 2026" in questions(coordinator)[0]
    assert "Tue 3 Mar 2026" not in questions(coordinator)[0]


def test_a_press_told_again_or_late_changes_nothing(clinic: Clinic) -> None:
    second = clinic.coordinator()
    coordinator, (anna,) = the_day_after(clinic)
    coordinator.presses(f"{anna.code}?")
    late = coordinator.buttons_of(coordinator.last["message_id"])["Given as planned"]
    coordinator.presses("Given as planned")
    before, shown = clinic.stored()["Course"], coordinator.sees
    clinic.world.redeliver(max(clinic.world.mailbox.history))
    clinic.calm()
    assert (clinic.stored()["Course"], coordinator.sees) == (before, shown)
    assert second.forges(late) == "This course was given already."
    assert clinic.stored()["Course"] == before


def test_two_teams_are_asked_each_about_its_own_by_its_own_clock(clinic: Clinic) -> None:
    clinic.another_team("Rheumatology")
    coordinator, stranger = clinic.coordinator(), clinic.coordinator("Rheumatology")
    anna, ben = clinic.patient(), clinic.patient(team="Rheumatology")
    for patient in (anna, ben):
        clinic.planned(patient, "2026-03-03")

    def overseas(session: Session) -> None:
        team = session.get_one(Team, 2)
        team.time_zone, team.next_confirmation_at = "America/New_York", None

    clinic.write(overseas)
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert [anna.code in text for text in questions(coordinator)] == [True]
    assert questions(stranger) == []
    clinic.becomes(clinic.local("2026-03-05 09:00", "America/New_York"))
    assert [ben.code in text for text in questions(stranger)] == [True]
    pressed = coordinator.buttons_of(coordinator.last["message_id"])[f"{anna.code}?"]
    assert stranger.forges(pressed).startswith("This has changed meanwhile")


def test_planned_in_time_is_by_the_patients_clock(clinic: Clinic) -> None:
    """On the other side of the world the care team has tomorrow."""
    auckland = clinic.another_team("Auckland", "Pacific/Auckland")
    coordinator, anna = clinic.coordinator(auckland), clinic.someone()
    anna.says(f"/start {clinic.invitation(Role.PATIENT, auckland)}")
    for button in ("English", "Continue", "I agree"):
        anna.presses(button)
    anna.says("London")
    anna.presses("Yes, Europe/London")
    anna.says("18:00")
    clinic.becomes(clinic.local("2026-03-02 20:00"))
    clinic.planned(anna, "2026-03-02", days=1)
    clinic.calm()
    clinic.becomes(clinic.local("2026-03-04 09:00", "Pacific/Auckland"))
    assert [anna.code in text for text in questions(coordinator)] == [True]


def test_who_is_no_longer_a_coordinator_is_not_asked(clinic: Clinic) -> None:
    coordinator, (anna,) = the_day_after(clinic)
    pressed = coordinator.buttons_of(coordinator.last["message_id"])[f"{anna.code}?"]
    assert anna.forges(pressed).startswith("This button is no longer in use")


def test_all_are_those_that_were_shown_and_no_others(clinic: Clinic) -> None:
    """As many others are not the same: a colleague answered for one and took another answer back."""
    second = clinic.coordinator()
    coordinator, (anna, berta, carla) = the_day_after(clinic, 3)
    second.presses(f"{carla.code}?")
    second.presses("Given as planned")
    coordinator.presses("All 2 given as planned")
    yes, message = coordinator.buttons_of(coordinator.last["message_id"])["Yes, do it"], coordinator.last["message_id"]
    second.presses(f"{anna.code}?")
    second.presses("Given as planned")
    second.presses(f"{carla.code}: done")
    second.presses("Not given after all")
    second.presses("Yes, do it")
    coordinator.taps(message, yes, forge=True)
    given = {course.patient_id for course in clinic.rows(Course) if course.status is CourseStatus.GIVEN}
    assert given == {anna.row.id}
    assert all(patient.code in coordinator.sees for patient in (berta, carla)), "asked anew, about these"


def test_whoever_answers_is_shown_it_at_once_and_nothing_comes_over_what_they_press_next(clinic: Clinic) -> None:
    second = clinic.coordinator()
    coordinator, (anna, berta) = the_day_after(clinic, 2)
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    coordinator.presses(f"{berta.code}?")
    clinic.passes(minutes=1)
    assert "Given otherwise" in coordinator.buttons
    chats = {chat.telegram_id: chat.id for chat in clinic.rows(Chat)}
    changed = [each for each in clinic.rows(OutboxMessage) if each.kind is MessageKind.CONFIRMATION_CHANGED]
    assert {(each.chat_id, each.state.value) for each in changed} == {
        (chats[coordinator.account], "withdrawn"), (chats[second.account], "sent")
    }  # fmt: skip


def test_a_slip_is_taken_back_where_it_was_made(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    second = clinic.coordinator()
    coordinator, (anna,) = the_day_after(clinic)
    before, asked = clinic.stored()["Course"], coordinator.sees
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    coordinator.presses("Undo (for an hour)")
    assert coordinator.sees == asked
    assert questions(second) == [asked], "here too it is open again"
    (course,), (was,) = clinic.stored()["Course"], before
    assert {**course, "revision": was["revision"]} == was
    assert [action for _, action, *_ in clinic.history(anna.row)[-2:]] == ["course_given", "course_not_given"]
    assert "Undo (for an hour)" not in coordinator.buttons
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    clinic.passes(hours=1, minutes=1)
    assert "more than 60 minutes ago" in coordinator.presses("Undo (for an hour)")
    assert clinic.rows(Course)[0].status is CourseStatus.GIVEN


def test_many_that_were_noted_at_once_are_open_again_at_once(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, patients = the_day_after(clinic, 3)
    first, *others = sorted(patient.code for patient in patients)
    coordinator.presses(f"{first}?")
    coordinator.presses("Given as planned")
    coordinator.presses("All 2 given as planned")
    coordinator.presses("Yes, do it")
    coordinator.presses("Undo (for an hour)")
    assert coordinator.buttons == [f"{first}: done", *(f"{code}?" for code in others), "All 2 given as planned"]
    open_ = [course for course in clinic.rows(Course) if course.status is CourseStatus.PLANNED]
    assert len(open_) == 2, "and what another press had noted stays noted"


def undo_of(coordinator: Someone) -> str:
    return coordinator.buttons_of(coordinator.last["message_id"])["Undo (for an hour)"]


def test_what_a_colleague_has_answered_since_stays_though_it_is_the_same(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    second = clinic.coordinator()
    coordinator, (anna,) = the_day_after(clinic)
    coordinator.presses(f"{anna.code}?")
    coordinator.presses("Given as planned")
    undo = undo_of(coordinator)
    second.presses(f"{anna.code}: done")
    second.presses("Not given after all")
    second.presses("Yes, do it")
    before = clinic.stored()["Course"]
    assert "changed since" in coordinator.forges(undo), "open again"
    second.presses(f"{anna.code}?")
    second.presses("Given as planned")
    assert "changed since" in coordinator.forges(undo), "given by the second one"
    assert (before[0]["status"], clinic.rows(Course)[0].status) == (CourseStatus.PLANNED, CourseStatus.GIVEN)


def test_of_those_noted_at_once_one_can_be_undone_alone_and_then_the_others(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, patients = the_day_after(clinic, 3)
    coordinator.presses("All 3 given as planned")
    coordinator.presses("Yes, do it")
    undo, last = undo_of(coordinator), max(patients, key=lambda one: one.row.id)
    newest = max(entry.id for entry in clinic.rows(AuditEntry))
    coordinator.forges(f"un:{newest}:{newest}")
    assert [course.status for course in clinic.rows(Course)].count(CourseStatus.PLANNED) == 1
    coordinator.forges(undo)
    assert {course.status for course in clinic.rows(Course)} == {CourseStatus.PLANNED}
    assert "undone already" in coordinator.forges(undo)
    assert last.row.pseudonym in coordinator.sees


@pytest.mark.parametrize("who", [0, 1])
def test_whoever_is_erased_meanwhile_does_not_keep_the_others(clinic_on_each: Clinic, who: int) -> None:
    clinic = clinic_on_each
    coordinator, patients = the_day_after(clinic, 2)
    coordinator.presses("All 2 given as planned")
    coordinator.presses("Yes, do it")
    undo = undo_of(coordinator)
    gone = sorted(patients, key=lambda one: one.code)[who]
    erased(gone)
    coordinator.forges(undo)
    (course,) = clinic.rows(Course)
    assert course.status is CourseStatus.PLANNED


def test_undo_stays_while_one_turns_the_pages(clinic: Clinic) -> None:
    coordinator, _ = the_day_after(clinic, 12)
    coordinator.presses("All 12 given as planned")
    coordinator.presses("Yes, do it")
    coordinator.presses("Next")
    code = next(label for label in coordinator.buttons if label.endswith(": done"))
    coordinator.presses(code)
    coordinator.presses("‹ All asked about")
    coordinator.presses("Undo (for an hour)")
    assert {course.status for course in clinic.rows(Course)} == {CourseStatus.PLANNED}


def test_only_what_was_confirmed_is_undone_there(clinic: Clinic) -> None:
    coordinator, (anna,) = the_day_after(clinic)
    message = coordinator.last["message_id"]
    coordinator.says(f"/series {anna.code} every 4 weeks x 1 from 12 Apr 0.4 g/kg 1 day")
    coordinator.presses("Yes, do it")
    planned = max(entry.id for entry in clinic.rows(AuditEntry))
    before = clinic.stored()["Course"]
    for first, last in ((planned, planned), (planned, 1), (99, planned), (1, 99)):
        coordinator.taps(message, f"wg:2026-03-05:u:0:{first}:{last}", forge=True)
        coordinator.taps(message, f"un:{max(first, last)}:1", forge=True)
    assert clinic.stored()["Course"] == before
