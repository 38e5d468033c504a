"""A patient whose time zone cannot be read, by a hand in the database or a tzdata that lost it, stops nobody else."""

import pytest
from sqlmodel import Session

from storage.models import Patient, PatientStatus
from tests.bot.desk.at_the_desk import AtTheDesk, words
from tests.delivery.support import fails_to_connect
from tests.support import Clinic, Someone

NAMED = "Not shown, since their time zone cannot be read: {code}. Whoever runs the bot can set it right."


def loses_zone(clinic: Clinic, anna: Someone) -> None:
    number = anna.row.id

    def lose(session: Session) -> None:
        session.get_one(Patient, number).time_zone = "Mars/Olympus"

    clinic.write(lose)


def two(clinic: Clinic) -> tuple[Someone, Someone]:
    """One of them without a zone; each with a course that is over on the 5th."""
    anna, ben = clinic.patient(), clinic.patient()
    for patient in (anna, ben):
        clinic.planned(patient, "2026-03-04", days=1)
    loses_zone(clinic, anna)
    return anna, ben


def test_the_roster_has_the_others_and_names_this_one(clinic: Clinic) -> None:
    coordinator, (anna, ben) = clinic.coordinator(), two(clinic)
    coordinator.says("/roster")
    coordinator.presses(next(button for button in coordinator.buttons if "All" in button))
    assert "2 patients" in coordinator.sees
    assert f"{ben.code} · active" in coordinator.sees
    assert NAMED.format(code=anna.code) in coordinator.sees
    assert ben.code in coordinator.buttons
    assert anna.code not in coordinator.buttons


def test_a_roster_of_nobody_else_is_not_empty(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    loses_zone(clinic, anna)
    coordinator.says("/roster")
    assert NAMED.format(code=anna.code) in coordinator.sees
    assert "No patients yet" not in coordinator.sees


def test_the_desk_has_the_others_too_and_in_its_calendar_everyone(clinic: Clinic) -> None:
    coordinator, doctor, (anna, ben) = clinic.coordinator(), clinic.clinician(), two(clinic)
    clinic.becomes(clinic.local("2026-03-06 10:00"))
    with AtTheDesk(clinic) as desk:
        for member in (coordinator, doctor):
            with desk.client(member) as client:
                roster, calendar = client.get("/desk/roster?group=all").text, client.get("/desk/calendar").text
            assert ben.code in roster
            assert NAMED.format(code=anna.code) in words(roster)
            assert f'href="/desk/patients/{anna.code}"' not in roster
            assert anna.code in calendar
            assert ben.code in calendar


def test_nor_does_one_who_has_stopped(clinic: Clinic) -> None:
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    for patient in (anna, ben):
        clinic.planned(patient, "2026-03-14", days=1)
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    loses_zone(clinic, anna)
    with AtTheDesk(clinic) as desk, desk.client(coordinator) as client:
        calendar = client.get("/desk/calendar").text
    assert anna.code in calendar
    assert ben.code in calendar


def test_their_card_and_their_page_say_why_they_cannot_be_shown(clinic: Clinic) -> None:
    coordinator, doctor, (anna, ben) = clinic.coordinator(), clinic.clinician(), two(clinic)
    said = f"{anna.code} cannot be shown, since their time zone cannot be read. Whoever runs the bot can set it right."
    coordinator.says(f"/patient {anna.code}")
    assert coordinator.sees == said
    assert coordinator.forges(f"pt:{anna.row.id}") == said
    coordinator.says(f"/patient {ben.code}")
    assert "active" in coordinator.sees
    with AtTheDesk(clinic) as desk, desk.client(doctor) as client:
        for part in ("", "/chart.json", "/findings", "/page.pdf"):
            shown = client.get(f"/desk/patients/{anna.code}{part}")
            assert shown.status_code == 409
            assert said in words(shown.text)
        assert client.get(f"/desk/patients/{ben.code}").status_code == 200


def test_that_they_have_stopped_is_told_with_the_dates_as_the_teams_clock_has_them(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    clinic.planned(anna, "2026-03-14", days=1)
    fails_to_connect(clinic, monkeypatch, 1)
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    assert "has stopped" not in coordinator.sees
    loses_zone(clinic, anna)
    clinic.passes(hours=1)
    assert f"{anna.code} has stopped the diary" in coordinator.sees
    assert "Still planned: Sat 14 Mar 2026." in coordinator.sees


def test_the_question_whether_courses_were_given_comes_of_the_others(clinic: Clinic) -> None:
    coordinator, (anna, ben) = clinic.coordinator(), two(clinic)
    clinic.becomes(clinic.local("2026-03-05 09:00"))
    assert coordinator.sees.startswith("1 course is over and not confirmed")
    assert ben.code in coordinator.sees
    assert anna.code not in coordinator.sees


def test_the_teams_limit_of_silence_is_changed_all_the_same(clinic: Clinic) -> None:
    coordinator, _ = clinic.coordinator(), two(clinic)
    coordinator.says("/team")
    coordinator.presses("Silence")
    coordinator.says("5")
    coordinator.presses("Yes, do it")
    coordinator.says("/team")
    assert "Silent counts after: 5 days" in coordinator.sees


def test_this_patient_can_still_stop_and_read_who_sees_what(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.planned(anna, "2026-03-14", days=1)
    loses_zone(clinic, anna)
    anna.says("/privacy")
    assert "wrong on our side" not in anna.sees
    anna.says("stop")
    anna.presses("Yes, stop the diary")
    assert anna.sees.startswith("Your diary stopped on Mon 2 Mar 2026")
    assert anna.row.status is PatientStatus.WITHDRAWN
