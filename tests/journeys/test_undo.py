"""*Undo*: for an hour, once, for any coordinator of the team, while nothing of it was changed since."""

import pytest

from storage.models import AuditEntry, CancelReason, Course, CourseStatus, Patient, Role, Team
from tests.journeys.scenes import course_open, told
from tests.support import Clinic, Someone

UNDO = "Undo (for an hour)"
CONFIRM = "Yes, do it"


def the_team(clinic: Clinic) -> Team:
    return clinic.rows(Team)[0]


def on_the_card(coordinator: Someone, anna: Someone, button: str, said: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(button)
    coordinator.says(said)
    if button == "Time zone":
        coordinator.presses("Yes, ")
    coordinator.presses(CONFIRM)


def of_the_team(coordinator: Someone, button: str, *said: str) -> None:
    coordinator.says("/team")
    coordinator.presses(button)
    for each in said:
        coordinator.says(each)
    coordinator.presses(CONFIRM)


def schedule_of(clinic: Clinic) -> tuple[object, ...]:
    """All that an undo is to bring back."""
    times = ("prompt_time", "time_zone", "next_prompt_at", "reminder_leads", "days_off", "follow_up")
    return (
        [[getattr(patient, name) for name in times] for patient in clinic.rows(Patient)],
        [(course.planned_start, course.next_reminder_at, course.status) for course in clinic.rows(Course)],
        the_team(clinic),
    )


@pytest.mark.parametrize(
    ("button", "said", "line"),
    [
        ("Check-in time", "20:30", "check-in time: 20:30 → 18:00"),
        ("Time zone", "Zurich", "time zone: Europe/Zurich → Europe/London"),
        ("Reminders", "3", "reminders: 3 days before → 7 days before, the day before and that morning (as"),
    ],
)
def test_a_change_to_a_patients_schedule_is_taken_back_whole(
    clinic_on_each: Clinic, button: str, said: str, line: str
) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    before = schedule_of(clinic)
    on_the_card(coordinator, anna, button, said)
    assert schedule_of(clinic) != before
    coordinator.presses(UNDO)
    assert coordinator.sees.startswith("Undone. All is as it was before. This holds now:\n")
    assert line in coordinator.sees
    assert coordinator.buttons == [f"‹ {anna.code}"]
    assert schedule_of(clinic) == before
    changed, undone = clinic.rows(AuditEntry)[-2:]
    assert (undone.takes_back, undone.action, undone.actor) == (changed.id, changed.action, changed.actor)
    assert (undone.before, undone.after) == (changed.after, changed.before)


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ("Check-in time", ("17:30",)),
        ("Asking once more", ("2",)),
        ("Silence", ("7",)),
        ("Reminder days", ("3",)),
        ("Reminder hour", ("14:00",)),
        ("Hour of “Was it given?”", ("14:00",)),
        ("Weekly summary", ("friday", "9:30")),
        ("Telephone", ("020 7946 0999",)),
        ("Prices", ("EUR", "62.50", "480")),
    ],
)
def test_so_is_a_change_to_the_teams(clinic: Clinic, button: str, said: tuple[str, ...]) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    before = schedule_of(clinic)
    of_the_team(coordinator, button, *said)
    assert schedule_of(clinic) != before
    coordinator.presses(UNDO)
    assert coordinator.sees.startswith("Undone.")
    assert schedule_of(clinic) == before
    coordinator.presses("‹ Team settings")
    assert "Silent counts after: 3 days" in coordinator.sees


def test_so_are_the_words_with_reminders(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    for words in ("Bring water.", "Bring a book."):
        coordinator.says("/instructions")
        coordinator.presses("English")
        coordinator.says(words)
        coordinator.presses(CONFIRM)
    coordinator.presses(UNDO)
    assert the_team(clinic).instructions == {"en": "Bring water."}
    assert "text with reminders, in English" in coordinator.sees


def test_a_course_that_was_moved_goes_back_and_the_patient_is_not_left_in_the_wrong_belief(clinic: Clinic) -> None:
    coordinator, anna = course_open(clinic)
    coordinator.presses("Move")
    coordinator.says("19 March 2026")
    coordinator.presses(CONFIRM)
    assert len(told(anna)) == 1
    coordinator.presses(UNDO)
    assert "course moved: Thu 19 Mar 2026 → Thu 12 Mar 2026" in coordinator.sees
    assert anna.starts == ["2026-03-12"]
    assert len(told(anna)) == 2
    assert "Thu 12 Mar 2026" in told(anna)[-1]


def plans_a_series(coordinator: Someone, anna: Someone) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a series")
    for said in ("20 March 2026", "2", "0.8", "4", "3"):
        coordinator.says(said)
    coordinator.presses(CONFIRM)


def test_a_series_is_taken_back_as_a_whole_and_what_was_planned_before_stays(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    for said in ("10 March 2026", "2", "0.8"):
        coordinator.says(said)
    coordinator.presses(CONFIRM)
    clinic.passes(minutes=1)
    plans_a_series(coordinator, anna)
    assert len(anna.starts) == 4
    coordinator.presses(UNDO)
    assert coordinator.sees.count(" not planned any more") == 3
    assert "planned for" not in coordinator.sees, "none of them stands"
    assert anna.starts == ["2026-03-10"]
    (heard,) = told(anna)
    assert heard.count(" is cancelled") == 3, "of which they had heard, in one message again"
    coordinator.says(f"/history {anna.code}")
    assert coordinator.sees.count("you, by undo\ncourse of") == 3
    undone = [entry.takes_back for entry in clinic.rows(AuditEntry) if entry.action == "course_cancelled"]
    planned = [entry.id for entry in clinic.rows(AuditEntry) if entry.action == "course_planned"]
    assert undone == planned[1:]
    assert [course.cancelled_because for course in clinic.rows(Course)] == [None, *[CancelReason.MISTAKE] * 3]


def test_of_two_changes_at_one_moment_each_is_undone_by_itself(clinic: Clinic) -> None:
    """As in the demo, where the clock stands still."""
    coordinator, anna = clinic.coordinator(), clinic.patient()
    plans_a_series(coordinator, anna)
    first = coordinator.last["message_id"]
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    for said in ("10 March 2026", "2", "0.8"):
        coordinator.says(said)
    coordinator.presses(CONFIRM)
    planned = anna.starts
    assert planned == ["2026-03-10", "2026-03-20", "2026-04-17", "2026-05-15"]
    coordinator.presses(UNDO)
    assert anna.starts == planned[1:]
    coordinator.presses(UNDO, coordinator.message(first))
    assert coordinator.message(first)["text"].startswith("Undone.")
    assert anna.starts == []


def test_of_two_moves_of_one_course_at_one_moment_the_last_is_undone_and_then_the_first(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    moved = []
    for day in ("25 Mar", "30 Mar"):
        coordinator.says(f"/move {anna.code} {day}")
        coordinator.presses(CONFIRM)
        moved.append(coordinator.last)
    before = clinic.stored()
    assert coordinator.presses(UNDO, moved[0]).startswith("Something of this was changed since"), "the second is on top"
    assert clinic.stored() == before
    coordinator.presses(UNDO, moved[1])
    assert anna.starts == ["2026-03-25"]
    coordinator.presses(UNDO, moved[0])
    assert anna.starts == ["2026-03-20"]


def test_a_series_of_which_one_was_moved_stays_whole(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    plans_a_series(coordinator, anna)
    undo = coordinator.buttons_of(coordinator.last["message_id"])[UNDO]
    coordinator.presses("‹ P-")
    coordinator.presses("Fri 17 Apr")
    coordinator.presses("Move")
    coordinator.says("18 April 2026")
    coordinator.presses("Only this course")
    coordinator.presses(CONFIRM)
    before = clinic.stored()
    assert coordinator.forges(undo).startswith("Something of this was changed since")
    assert clinic.stored() == before
    assert anna.starts == ["2026-03-20", "2026-04-18", "2026-05-15"]


def test_a_patient_who_was_told_is_told_again_of_the_time_that_holds(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    on_the_card(coordinator, anna, "Check-in time", "20:30")
    assert "now comes at 20:30" in anna.sees
    coordinator.presses(UNDO)
    assert "now comes at 18:00" in anna.sees
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert "How strong was your pain today?" in anna.sees


def test_any_coordinator_of_the_team_can_and_none_of_another(clinic: Clinic) -> None:
    first, second, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    clinic.another_team("Rheumatology")
    stranger = clinic.coordinator("Rheumatology")
    on_the_card(first, anna, "Check-in time", "20:30")
    undo = first.buttons_of(first.last["message_id"])[UNDO]
    before = clinic.stored()
    assert stranger.forges(undo).startswith("This has changed meanwhile")
    assert anna.forges(undo).startswith("This button is no longer in use")
    assert clinic.stored() == before
    second.says("/roster")
    second.forges(undo)
    assert anna.row.prompt_time.hour == 18
    assert clinic.rows(AuditEntry)[-1].actor == "staff:2"


def test_it_works_until_an_hour_has_passed(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    on_the_card(coordinator, anna, "Check-in time", "20:30")
    clinic.passes(minutes=60)
    coordinator.presses(UNDO)
    assert anna.row.prompt_time.hour == 18
    on_the_card(coordinator, anna, "Check-in time", "20:30")
    clinic.passes(minutes=61)
    before = clinic.stored()
    assert coordinator.presses(UNDO).startswith("This was more than 60 minutes ago")
    assert clinic.stored() == before


def test_it_works_once_also_when_all_has_become_as_it_was(clinic: Clinic) -> None:
    first, second, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    on_the_card(first, anna, "Check-in time", "20:30")
    message = first.last
    undo = first.buttons_of(message["message_id"])[UNDO]
    first.presses(UNDO)
    second.says("/roster")
    assert second.forges(undo).startswith("This has been undone already.")
    on_the_card(second, anna, "Check-in time", "20:30")
    before = clinic.stored()
    assert first.forges(undo).startswith("This has been undone already.")
    assert clinic.stored() == before


def test_a_late_press_on_the_form_does_not_say_again_that_it_is_done(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Check-in time")
    coordinator.says("20:30")
    confirm = coordinator.buttons_of(coordinator.last["message_id"])[CONFIRM]
    coordinator.presses(CONFIRM)
    coordinator.presses(UNDO)
    coordinator.forges(confirm)
    assert coordinator.sees.startswith("Undone.")
    assert anna.row.prompt_time.hour == 18


def test_what_was_changed_since_by_whomever_is_not_overwritten(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    on_the_card(coordinator, anna, "Check-in time", "20:30")
    anna.says("/settings")
    for button in ("Change the time", "21", "21:00"):
        anna.presses(button)
    before = clinic.stored()
    assert coordinator.presses(UNDO).startswith("Something of this was changed since")
    assert clinic.stored() == before


def test_what_somebody_else_has_set_to_the_same_since_stays(clinic: Clinic) -> None:
    coordinator, second, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    for who, said in ((coordinator, "20:30"), (second, "21:00"), (second, "20:30")):
        on_the_card(who, anna, "Check-in time", said)
    before = schedule_of(clinic)
    assert "changed since" in coordinator.presses(UNDO)
    assert schedule_of(clinic) == before
    second.presses(UNDO)
    assert anna.row.prompt_time.hour == 21, "theirs alone, and then the one before it"


def test_changes_are_undone_one_after_the_other_the_newest_first(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    before = schedule_of(clinic)
    undo = []
    for said in ("20:30", "21:00"):
        on_the_card(coordinator, anna, "Check-in time", said)
        undo.append(coordinator.buttons_of(coordinator.last["message_id"])[UNDO])
    for data in reversed(undo):
        coordinator.forges(data)
    assert schedule_of(clinic) == before


def test_what_was_planned_and_what_was_cancelled_are_said_as_they_are_now(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/series {anna.code} every 4 weeks x 1 from 20 Mar 0.8 g/kg 1 day")
    coordinator.presses(CONFIRM)
    coordinator.presses(UNDO)
    heard = "\n\nWhat the patient has been told is told anew, as it is now."
    assert coordinator.sees.endswith(f"This holds now:\ncourse of Fri 20 Mar 2026 not planned any more{heard}")
    clinic.planned(anna, "2026-04-10")
    coordinator.says(f"/patient {anna.code}")
    for button in ("Fri 10 Apr", "Cancel", "Not said", CONFIRM, UNDO):
        coordinator.presses(button)
    assert coordinator.sees.endswith(f"course of Fri 10 Apr 2026 planned again, as before it was cancelled{heard}")


def test_of_whoever_hears_nothing_it_says_so(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    (row,) = clinic.rows(Patient)
    coordinator.says(f"/series {row.pseudonym} every 4 weeks x 1 from 20 Mar 0.8 g/kg 1 day")
    coordinator.presses(CONFIRM)
    coordinator.presses(UNDO)
    assert coordinator.sees.endswith("\n\nThe patient has not joined yet: please tell them yourself.")


def test_a_course_that_was_given_since_is_not_moved_back(clinic: Clinic) -> None:
    clinic.becomes(clinic.local("2026-03-02 23:40"))
    coordinator, anna = course_open(clinic)
    coordinator.presses("Move")
    coordinator.says("3 March 2026")
    coordinator.presses(CONFIRM)
    undo = coordinator.buttons_of(coordinator.last["message_id"])[UNDO]
    clinic.passes(minutes=30)
    coordinator.presses("‹ P-")
    coordinator.presses("Tue 3 ")
    coordinator.presses("Was given")
    for said in ("3 March 2026", "1", "0.4"):
        coordinator.says(said)
    coordinator.presses(CONFIRM)
    assert [course.status for course in anna.courses] == [CourseStatus.GIVEN]
    before = clinic.stored()
    assert coordinator.forges(undo).startswith("Something of this was changed since")
    assert clinic.stored() == before


def test_a_course_that_was_cancelled_since_is_not_moved_back(clinic: Clinic) -> None:
    coordinator, _ = course_open(clinic)
    coordinator.presses("Move")
    coordinator.says("3 March 2026")
    coordinator.presses(CONFIRM)
    undo = coordinator.buttons_of(coordinator.last["message_id"])[UNDO]
    coordinator.presses("‹ P-")
    coordinator.presses("Tue 3 ")
    coordinator.presses("Cancel")
    coordinator.presses("Not said")
    coordinator.presses(CONFIRM)
    before = clinic.stored()
    assert coordinator.forges(undo).startswith("Something of this was changed since")
    assert clinic.stored() == before


def test_a_course_is_not_moved_back_into_the_past(clinic: Clinic) -> None:
    coordinator, _ = course_open(clinic, "2026-03-02")
    clinic.becomes(clinic.local("2026-03-02 23:30"))
    coordinator.says("/roster")
    coordinator.presses("P-")
    coordinator.presses("Mon 2 ")
    coordinator.presses("Move")
    coordinator.says("5 March 2026")
    coordinator.presses(CONFIRM)
    clinic.passes(minutes=45)
    before = clinic.stored()
    assert "is in the past" in coordinator.presses(UNDO)
    assert clinic.stored() == before


def test_of_a_patient_who_has_left_nothing_is_undone(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    on_the_card(coordinator, anna, "Check-in time", "20:30")
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    before = clinic.stored()
    assert coordinator.presses(UNDO).startswith("This has changed meanwhile")
    assert clinic.stored() == before


def test_a_press_that_is_delivered_again_shows_what_was_done_and_does_nothing(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    on_the_card(coordinator, anna, "Check-in time", "20:30")
    coordinator.presses(UNDO)
    done, stored = coordinator.sees, clinic.stored()
    clinic.world.redeliver(max(clinic.world.mailbox.history))
    clinic.calm()
    assert coordinator.sees == done
    assert clinic.stored() == stored


@pytest.mark.parametrize("language", ["fr", "de"])
def test_it_speaks_the_coordinators_language(clinic: Clinic, language: str) -> None:
    anna, coordinator = clinic.patient(), clinic.someone(language)
    coordinator.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses({"fr": "Heure des questions", "de": "Fragezeit"}[language])
    coordinator.says("20:30")
    coordinator.presses(coordinator.buttons[0])
    coordinator.presses({"fr": "Revenir en arrière", "de": "Rückgängig"}[language])
    assert "20:30 → 18:00" in coordinator.sees
    assert anna.row.prompt_time.hour == 18


@pytest.mark.parametrize("entry", ["un:", "un:0", "un:999", "un:1", "un:1:2", "un:x"])
def test_what_no_button_says_does_nothing(clinic: Clinic, entry: str) -> None:
    coordinator = clinic.coordinator()
    before = clinic.stored()
    assert coordinator.forges(entry).startswith("This has changed meanwhile")
    assert clinic.stored() == before
