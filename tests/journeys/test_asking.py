"""A coordinator says on which days a patient is asked, and whether once more; the patient sees it and can change it."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from storage.models import MessageKind, OutboxMessage, PatientStatus, Role
from tests.support import Clinic, Someone

UNDO = "Undo (for an hour)"


@pytest.fixture
def following_up(database: Database) -> Iterator[Clinic]:
    with Clinic(database, follow_up_after=180) as clinic:
        yield clinic


def opens(coordinator: Someone, anna: Someone, button: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(button)


def asked(anna: Someone) -> int:
    return sum("1 of 4" in text or "This day is closed" in text for text in anna.everything)


def test_days_are_turned_one_by_one_and_taken_together(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Days off")
    assert "Now: no day." in coordinator.sees
    before = anna.row
    coordinator.presses("Monday")
    coordinator.presses("Tuesday")
    coordinator.presses("Sunday")
    coordinator.presses("Sunday")
    assert "nothing would be asked on: Monday and Tuesday. Nothing is changed yet." in coordinator.sees
    coordinator.presses("Go on with these")
    assert "until now: no day\nfrom now on: Monday and Tuesday" in coordinator.sees
    assert "The next check-in comes on Wed 4 Mar 2026, 18:00." in coordinator.sees
    assert "they see it in /settings" in coordinator.sees
    assert anna.row == before
    coordinator.presses("Yes, do it")
    assert coordinator.sees == f"Done. {anna.code} is asked nothing on: Monday and Tuesday."
    assert anna.row.next_prompt_at == clinic.local("2026-03-04 18:00")
    for day in (2, 3, 4):
        clinic.becomes(clinic.local(f"2026-03-0{day} 18:00"))
    assert asked(anna) == 1
    anna.says("/settings")
    assert "every day but Monday and Tuesday" in anna.sees
    coordinator.says(f"/patient {anna.code}")
    assert "Not asked on: Monday and Tuesday" in coordinator.sees
    assert clinic.world.refused() == []


def test_one_day_of_the_week_stays(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Days off")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Go on with these"):
        coordinator.presses(day)
    assert coordinator.sees.startswith("One day of the week, at least, must stay.")
    coordinator.presses("Friday")
    coordinator.presses("Go on with these")
    coordinator.presses("Yes, do it")
    assert anna.row.days_off == "012356"


@pytest.mark.parametrize(
    ("typed", "days"),
    [("Saturday, Sunday", "56"), ("sun and sat", "56"), ("Mittwoch", "2"), ("samedi et dimanche", "56")],
)
def test_days_can_be_typed(clinic: Clinic, typed: str, days: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Days off")
    coordinator.says(typed)
    coordinator.presses("Yes, do it")
    assert anna.row.days_off == days
    opens(coordinator, anna, "Days off")
    coordinator.says("none")
    coordinator.presses("Yes, do it")
    assert anna.row.days_off == ""


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("yesterday", "I cannot read “yesterday” as a day of the week."),
        ("Monday and then some", "I cannot read “then” as a day of the week."),
        ("di", "I cannot read “di” as a day of the week."),
        ("mon tue wed thu fri sat sun", "One day of the week, at least, must stay."),
        ("none", "It is set like that already."),
    ],
)
def test_what_cannot_be_is_said_so(clinic: Clinic, typed: str, said: str) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Days off")
    before = anna.row
    coordinator.says(typed)
    assert coordinator.sees.startswith(said)
    assert "Yes, do it" not in coordinator.buttons
    assert anna.row == before


def test_days_off_are_undone_and_the_question_comes_after_all(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Days off")
    coordinator.says("monday")
    coordinator.presses("Yes, do it")
    coordinator.presses(UNDO)
    assert "days off: Monday → no day" in coordinator.sees
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert asked(anna) == 1


def test_a_pause_ends_on_no_day_off(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    anna.says("/pause")
    anna.presses("Again from Mon 9 Mar 2026")
    assert anna.row.status is PatientStatus.PAUSED
    opens(coordinator, anna, "Days off")
    coordinator.says("monday")
    assert "The next check-in comes on Tue 10 Mar 2026, 18:00." in coordinator.sees


def test_the_follow_up_is_turned_off_also_for_today_and_on_again(following_up: Clinic) -> None:
    clinic = following_up
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    opens(coordinator, anna, "Asking once more")
    assert "no longer be asked once more" in coordinator.sees
    coordinator.presses("Yes, do it")
    assert coordinator.sees == f"Done. {anna.code} is not asked once more."
    clinic.becomes(clinic.local("2026-03-02 21:00"))
    assert [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.FOLLOW_UP] == []
    anna.says("/settings")
    assert "I do not ask again" in anna.sees
    coordinator.says(f"/patient {anna.code}")
    assert "Not asked once more" in coordinator.sees
    opens(coordinator, anna, "Asking once more")
    coordinator.presses("Yes, do it")
    assert anna.row.follow_up
    coordinator.presses(UNDO)
    assert not anna.row.follow_up


def test_where_the_team_asks_nobody_again_that_is_said(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for said in ("no longer be asked once more", "in /team that is set to never"):
        opens(coordinator, anna, "Asking once more")
        assert said in coordinator.sees
        coordinator.presses("Yes, do it")


def test_what_the_patient_changed_meanwhile_is_not_overwritten(following_up: Clinic) -> None:
    clinic = following_up
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Asking once more")
    anna.says("/settings")
    anna.presses("Ask only once a day")
    coordinator.presses("Yes, do it")
    assert "This has changed meanwhile" in coordinator.sees
    assert not anna.row.follow_up


def test_an_old_button_for_days_does_nothing(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    opens(coordinator, anna, "Days off")
    coordinator.presses("Cancel")
    before = clinic.stored()
    for data in ("f:days_off:days:t0", "f:days_off:days:=0", "f:days_off:+:+"):
        assert coordinator.forges(data).startswith("This button is no longer in use")
    assert clinic.stored() == before


@pytest.mark.parametrize(
    ("language", "button", "day"), [("fr", "Jours libres", "lundi"), ("de", "Freie Tage", "Montag")]
)
def test_it_speaks_the_coordinators_language(clinic: Clinic, language: str, button: str, day: str) -> None:
    anna, coordinator = clinic.patient(), clinic.someone(language)
    coordinator.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    opens(coordinator, anna, button)
    coordinator.says(day)
    assert day in coordinator.sees
    coordinator.presses(coordinator.buttons[0])
    assert anna.row.days_off == "0"
