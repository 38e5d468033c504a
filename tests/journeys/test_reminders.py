"""The reminders before an infusion: when they come, what they say, and when they do not come."""

from storage.models import Role
from tests.journeys.scenes import PHONE
from tests.support import Clinic, Someone


def reminders(anna: Someone) -> list[str]:
    return [text for text in anna.everything if text.startswith("Your infusion is ")]


def test_reminders_come_seven_days_and_one_day_before_and_that_morning(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-16", days=3)
    for number, (day, when) in enumerate((("09", "in 7 days"), ("15", "tomorrow"), ("16", "today")), start=1):
        clinic.becomes(clinic.local(f"2026-03-{day} 08:59"))
        assert len(reminders(anna)) == number - 1
        clinic.becomes(clinic.local(f"2026-03-{day} 09:00"))
        assert reminders(anna)[number - 1 :] == [
            f"Your infusion is {when}: Mon 16 Mar 2026. It takes 3 days.\n\n"
            f"If you cannot come, call your care team on {PHONE}."
        ]
    clinic.passes(days=30)
    assert len(reminders(anna)) == 3
    assert clinic.world.refused() == []


def test_a_reminder_keeps_the_wall_clock_across_a_clock_change(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-30")
    clinic.becomes(clinic.local("2026-03-23 09:00"))
    assert "in 7 days" in reminders(anna)[-1]
    clinic.becomes(clinic.local("2026-03-29 08:59"))
    assert len(reminders(anna)) == 1
    clinic.becomes(clinic.local("2026-03-29 09:00"))
    assert "tomorrow" in reminders(anna)[-1]


def test_a_patient_elsewhere_is_reminded_in_their_own_morning(clinic: Clinic) -> None:
    zone = "Pacific/Auckland"
    anna = clinic.someone()
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in ("English", "Continue", "I agree"):
        anna.presses(button)
    anna.says("Auckland")
    anna.presses("Yes, Pacific/Auckland")
    anna.presses("18:00")
    clinic.planned(anna, "2026-03-16")
    clinic.becomes(clinic.local("2026-03-09 08:59", zone))
    assert reminders(anna) == []
    clinic.becomes(clinic.local("2026-03-09 09:00", zone))
    assert "in 7 days: Mon 16 Mar 2026." in reminders(anna)[-1]
    clinic.becomes(clinic.local("2026-03-16 09:00", zone))
    assert "today" in reminders(anna)[-1]


def test_of_a_course_planned_late_only_the_reminders_still_ahead_come(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-04")
    clinic.passes(minutes=1)
    assert reminders(anna) == []
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    clinic.becomes(clinic.local("2026-03-04 09:00"))
    assert ["tomorrow" in reminders(anna)[0], "today" in reminders(anna)[1]] == [True, True]


def test_a_reminder_that_could_not_be_sent_for_half_a_day_is_not_sent_late(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-16")
    clinic.becomes(clinic.local("2026-03-09 21:30"))
    assert reminders(anna) == []


def test_a_reminder_after_an_hour_of_silence_says_how_far_it_is_now(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-16")
    clinic.becomes(clinic.local("2026-03-09 12:00"))
    assert "in 7 days" in reminders(anna)[-1]


def test_a_reminder_of_a_later_course_does_not_call_it_the_next_one(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-13", days=1)
    clinic.planned(anna, "2026-03-20", days=1)
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Reminders")
    coordinator.says("14")
    coordinator.presses("Yes, do it")
    clinic.becomes(clinic.local("2026-03-06 09:00"))
    assert [text.split("\n")[0] for text in reminders(anna)] == ["Your infusion is in 14 days: Fri 20 Mar 2026."]


def test_the_list_of_infusions_says_how_long_only_where_it_is_more_than_a_day(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-16", days=1)
    clinic.planned(anna, "2026-04-13", days=2)
    anna.says("/infusions")
    assert anna.sees == "Your next infusions\n– Mon 16 Mar 2026\n– Mon 13 Apr 2026, over 2 days"
    clinic.becomes(clinic.local("2026-03-16 09:00"))
    assert reminders(anna)[-1].startswith("Your infusion is today: Mon 16 Mar 2026.\n\n")
    clinic.becomes(clinic.local("2026-03-17 12:00"))
    anna.says("/infusions")
    assert anna.sees == "Your next infusions\n– Mon 13 Apr 2026, over 2 days", "what is over is not to come"


def test_several_courses_are_each_reminded_of(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-10")
    clinic.planned(anna, "2026-03-17")
    clinic.becomes(clinic.local("2026-03-10 09:00"))
    said = reminders(anna)[-2:]
    assert any("is today: Tue 10 Mar 2026." in text for text in said)
    assert any("is in 7 days: Tue 17 Mar 2026." in text for text in said)


def test_a_daily_question_never_mentions_the_infusion_even_on_its_eve(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-03")
    clinic.calm()
    assert "infusion is tomorrow" in anna.sees, "the reminder is there before the questions come"
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    for value in ("3", "2", "2", "4"):
        assert "infusion" not in anna.sees.lower()
        anna.presses(value)
    assert "infusion" not in anna.sees.lower()
