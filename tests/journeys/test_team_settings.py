"""A coordinator sees all that the team has set, and changes it: what follows is said before, and happens after."""

import pytest

from storage.models import Course, MessageKind, OutboxMessage, Patient, Role, Staff, Team
from tests.support import TEAM, Clinic, Someone


def the_team(clinic: Clinic, name: str = TEAM) -> Team:
    return next(team for team in clinic.rows(Team) if team.name == name)


def opens(coordinator: Someone, button: str) -> None:
    coordinator.says("/team")
    coordinator.presses(button)


def changes(coordinator: Someone, button: str, *pressed: str) -> None:
    opens(coordinator, button)
    for each in (*pressed, "Yes, do it"):
        coordinator.presses(each)
    assert coordinator.sees.startswith("Done.\n"), coordinator.sees


def test_everything_that_is_set_stands_on_one_screen(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/team")
    assert coordinator.sees == (
        f"{TEAM}\n\nTelephone: +44 20 7946 0123\nCheck-in time offered to new patients: 18:00\n"
        "Whoever has not answered is asked once more: never\nSilent counts after: 3 days without an answer\n"
        "Reminders of infusions: 7 days before, the day before and that morning, at 09:00\n"
        "Whether a course was given is asked at: 09:00\n"
        "Weekly summary: every Monday at 08:00, next on Mon 9 Mar 2026, 08:00 (Europe/London)\n"
        "Infusion chairs: not set\nWords with the reminders: none yet\n"
        "Prices: no price for a gram, no price for a day in hospital\nAlerts: 0 rules"
    )
    assert coordinator.buttons == [
        *("Telephone", "Check-in time", "Asking once more", "Silence", "Reminder days", "Reminder hour"),
        *(
            "Hour of “Was it given?”",
            "Weekly summary",
            "Infusion chairs",
            "Text with reminders",
            "Prices",
            "Alerts",
            "History",
        ),
    ]


@pytest.mark.parametrize(
    ("button", "pressed", "column", "value", "line"),
    [
        ("Check-in time", ("17", "17:30"), "prompt_time", "17:30:00", "offered to new patients: 17:30"),
        ("Asking once more", ("after 3 hours",), "follow_up_after", "180", "is asked once more: after 3 hours"),
        ("Silence", ("5 days",), "silent_after", "5", "Silent counts after: 5 days"),
        ("Reminder days", ("the day before and that",), "reminder_leads", "[1, 0]", "the day before and that morning"),
        ("Reminder hour", ("07", "07:45"), "reminder_time", "07:45:00", "that morning, at 07:45"),
        ("Hour of “Was", ("07", "07:30"), "confirmation_time", "07:30:00", "course was given is asked at: 07:30"),
        ("Weekly summary", ("Thursday", "13", "13:00"), "summary_weekday", "3", "every Thursday at 13:00, next on Thu"),
        ("Telephone", ("No number",), "telephone", "None", "Telephone: none is set"),
        ("Infusion chairs", ("8",), "chairs", "8", "Infusion chairs: 8 chairs"),
    ],
)
def test_each_is_changed_by_buttons_alone(
    clinic: Clinic, button: str, pressed: tuple[str, ...], column: str, value: str, line: str
) -> None:
    coordinator = clinic.coordinator()
    opens(coordinator, button)
    for each in pressed:
        coordinator.presses(each)
    assert "Is that right?" in coordinator.sees
    assert str(getattr(the_team(clinic), column)) != value, "nothing is changed before it is confirmed"
    coordinator.presses("Yes, do it")
    assert str(getattr(the_team(clinic), column)) == value
    coordinator.presses("‹ Team settings")
    assert line in coordinator.sees
    assert clinic.world.refused() == []


@pytest.mark.parametrize(
    ("button", "typed", "column", "value"),
    [
        ("Check-in time", ("6.30 pm",), "prompt_time", "18:30:00"),
        ("Check-in time", ("17", "5"), "prompt_time", "17:05:00"),
        ("Check-in time", ("17", "19:10"), "prompt_time", "19:10:00"),
        ("Asking once more", ("90 min",), "follow_up_after", "90"),
        ("Asking once more", ("2",), "follow_up_after", "120"),
        ("Silence", ("6",), "silent_after", "6"),
        ("Hour of “Was", ("7.30 am",), "confirmation_time", "07:30:00"),
        ("Reminder days", ("10, 3",), "reminder_leads", "[10, 3]"),
        ("Weekly summary", ("freitag", "9:30"), "summary_weekday", "4"),
        ("Telephone", ("020 7946 0999",), "telephone", "020 7946 0999"),
        ("Infusion chairs", (" 200",), "chairs", "200"),
    ],
)
def test_each_can_be_typed_too(clinic: Clinic, button: str, typed: tuple[str, ...], column: str, value: str) -> None:
    coordinator = clinic.coordinator()
    opens(coordinator, button)
    for each in typed:
        coordinator.says(each)
    coordinator.presses("Yes, do it")
    assert str(getattr(the_team(clinic), column)) == value


@pytest.mark.parametrize(
    ("button", "typed", "said"),
    [
        ("Check-in time", "tea", "I cannot read “tea” as a time of day."),
        ("Check-in time", "25", "I cannot read “25” as a time of day."),
        ("Asking once more", "20 min", "Please press a button, or type from 30 minutes to 12 hours"),
        ("Asking once more", "13", "Please press a button, or type from 30 minutes to 12 hours"),
        ("Asking once more", "soon", "Please press a button, or type from 30 minutes to 12 hours"),
        ("Silence", "1", "Please press a button, or type a number of days from 2 to 14."),
        ("Silence", "15", "Please press a button, or type a number of days from 2 to 14."),
        ("Silence", "3", "It is set like that already."),
        ("Hour of “Was", "9:00", "It is set like that already."),
        ("Hour of “Was", "noonish", "I cannot read “noonish” as a time of day."),
        ("Reminder days", "7 1 0", "It is set like that already."),
        ("Reminder days", "61", "At most 5 reminders, from 0 to 60 days before the course."),
        ("Weekly summary", "s", "I cannot read “s” as a day of the week."),
        ("Infusion chairs", "0", "Please press a button, or type a number of chairs from 1 to 200."),
        ("Infusion chairs", "201", "Please press a button, or type a number of chairs from 1 to 200."),
        ("Infusion chairs", "a few", "Please press a button, or type a number of chairs from 1 to 200."),
        ("Infusion chairs", "none", "It is set like that already."),
        ("Telephone", "ask the porter", "“ask the porter” is not a telephone number."),
    ],
)
def test_what_cannot_be_is_said_so_and_changes_nothing(clinic: Clinic, button: str, typed: str, said: str) -> None:
    coordinator = clinic.coordinator()
    before = the_team(clinic)
    opens(coordinator, button)
    coordinator.says(typed)
    assert coordinator.sees.startswith(said)
    assert "Yes, do it" not in coordinator.buttons
    assert the_team(clinic) == before


def test_the_hour_of_reminders_moves_those_that_are_to_come_and_says_how_many(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    clinic.planned(anna, "2026-03-03")
    clinic.planned(ben, "2026-03-20")
    coordinator.says(f"/patient {ben.code}")
    coordinator.presses("Reminders")
    coordinator.says("2")
    coordinator.presses("Yes, do it")
    opens(coordinator, "Reminder hour")
    coordinator.says("14:00")
    assert "It is for all your patients (2)." in coordinator.sees
    assert (
        "Reminders that are no longer sent: 2; sent instead: 2. "
        "Patients with a course to come for whom this is so: 2." in coordinator.sees
    )
    coordinator.presses("Yes, do it")
    at = [course.next_reminder_at for course in clinic.rows(Course)]
    assert at == [clinic.local("2026-03-02 14:00"), clinic.local("2026-03-18 14:00")], "today's is not sent twice"
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    clinic.becomes(clinic.local("2026-03-03 14:00"))
    sent = [row.dedupe_key for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.INFUSION_REMINDER]
    assert len(sent) == len(set(sent))


def test_the_days_of_reminders_are_for_those_who_follow_the_team(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    clinic.planned(ben, "2026-03-20")
    coordinator.says(f"/patient {ben.code}")
    coordinator.presses("Reminders")
    coordinator.says("2")
    coordinator.presses("Yes, do it")
    opens(coordinator, "Reminder days")
    coordinator.says("3")
    assert (
        "Patients who follow the team: 1. Patients who have days of their own, and keep them: 1. "
        "Reminders that are no longer sent: 3; sent instead: 1. "
        "Patients with a course to come for whom this is so: 1."
    ) in coordinator.sees
    coordinator.presses("Yes, do it")
    assert [course.next_reminder_lead for course in clinic.rows(Course)] == [3, 2]

    coordinator.says(f"/patient {ben.code}")
    coordinator.presses("Reminders")
    coordinator.presses("As the team has it")
    assert "to 3 days before (as the team has it). Is that right?" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert [course.next_reminder_lead for course in clinic.rows(Course)] == [3, 3]
    assert ben.row.reminder_leads is None


def test_the_summary_comes_on_its_new_day(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    clinic.clinician()
    changes(coordinator, "Weekly summary", "Wednesday", "07", "07:15")
    assert clinic.rows(Staff)[1].next_summary_at == clinic.local("2026-03-04 07:15")
    clinic.becomes(clinic.local("2026-03-04 07:15"))
    summaries = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.WEEKLY_SUMMARY]
    assert len(summaries) == 1
    assert clinic.rows(Staff)[1].next_summary_at == clinic.local("2026-03-11 07:15")


def test_the_silence_limit_says_how_many_count_as_silent_and_the_roster_goes_by_it(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for day in (2, 3, 4, 5):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
    coordinator.says("/roster")
    assert "silent since Mon 2 Mar 2026" in coordinator.sees
    opens(coordinator, "Silence")
    coordinator.presses("7 days")
    assert "Silent by the limit until now: 1. By the new one: 0." in coordinator.sees
    coordinator.presses("Yes, do it")
    coordinator.says("/roster")
    assert "silent since" not in coordinator.sees
    assert anna.code in coordinator.sees


def test_a_new_patient_is_offered_the_teams_time_and_the_others_keep_theirs(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient("19:00")
    opens(coordinator, "Check-in time")
    coordinator.says("16:20")
    assert "It is for new patients only" in coordinator.sees
    assert "Your patients so far (1) keep the time they have." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert anna.row.prompt_time.hour == 19
    ben = clinic.someone()
    ben.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London"):
        ben.presses(button)
    assert "16:20" in ben.buttons


def test_asking_once_more_says_whom_it_is_about(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.patient()
    changes(coordinator, "Asking once more", "after 2 hours")
    anna.says("/settings")
    anna.presses("Ask only once a day")
    opens(coordinator, "Asking once more")
    coordinator.presses("after one hour")
    assert "Patients whom it is about: 1. Patients who have turned it off, and stay so: 1." in coordinator.sees
    coordinator.presses("‹ Back")
    coordinator.presses("Never")
    assert "none of your patients (2) is asked once more" in coordinator.sees


def test_of_two_coordinators_the_second_is_told_that_the_first_changed_it(clinic: Clinic) -> None:
    first, second = clinic.coordinator(), clinic.coordinator()
    opens(second, "Silence")
    second.presses("7 days")
    changes(first, "Silence", "5 days")
    second.presses("Yes, do it")
    assert "This has changed meanwhile" in second.sees
    assert the_team(clinic).silent_after == 5


def test_two_coordinators_can_change_two_things_at_once(clinic: Clinic) -> None:
    first, second = clinic.coordinator(), clinic.coordinator()
    opens(second, "Silence")
    second.presses("7 days")
    changes(first, "Reminder hour", "08", "08:00")
    second.presses("Yes, do it")
    assert second.sees.startswith("Done.")
    assert (the_team(clinic).silent_after, the_team(clinic).reminder_time.hour) == (7, 8)


def test_the_other_team_keeps_its_own(clinic: Clinic) -> None:
    other = clinic.another_team("Rheumatology")
    before = the_team(clinic, other)
    theirs = clinic.patient(team=other)
    course = clinic.planned(theirs, "2026-03-20")
    changes(clinic.coordinator(), "Reminder hour", "08", "08:00")
    assert the_team(clinic, other) == before
    assert next(row for row in clinic.rows(Course) if row.id == course.id).next_reminder_at == course.next_reminder_at


def test_a_press_that_is_delivered_twice_opens_or_changes_once(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    opens(coordinator, "Silence")
    coordinator.presses("5 days")
    data, message = coordinator.buttons_of(coordinator.last["message_id"])["Yes, do it"], coordinator.last["message_id"]
    coordinator.presses("Yes, do it")
    done, stored = coordinator.sees, clinic.stored()
    coordinator.taps(message, data, forge=True)
    assert coordinator.sees == done
    assert clinic.stored() == stored


@pytest.mark.parametrize(
    ("language", "said", "label"),
    [
        ("fr", "Rappels des perfusions", "Jours des rappels"),
        ("de", "Erinnerungen an Infusionen", "Tage der Erinnerung"),
    ],
)
def test_it_speaks_the_coordinators_language(clinic: Clinic, language: str, said: str, label: str) -> None:
    coordinator = clinic.someone(language)
    coordinator.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    coordinator.says("/team")
    assert said in coordinator.sees
    coordinator.presses(label)
    coordinator.says("2")
    coordinator.presses(coordinator.buttons[0])
    assert the_team(clinic).reminder_leads == [2]


def test_a_patient_who_has_left_is_not_counted(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20")
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    opens(coordinator, "Reminder hour")
    coordinator.says("14:00")
    assert "(0)" in coordinator.sees
    assert "no longer sent: 0; sent instead: 0." in coordinator.sees
    coordinator.presses("Yes, do it")
    assert [course.next_reminder_at for course in clinic.rows(Course)] == [None]
    assert [patient.pseudonym for patient in clinic.rows(Patient)] == [anna.code]
