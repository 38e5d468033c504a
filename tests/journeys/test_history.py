"""The latest changes in words: when, who, what, from what to what."""

import pytest

from bot.local import seed
from storage.database import Database
from storage.models import Role
from tests.support import Clinic, Someone


def change(coordinator: Someone, anna: Someone, button: str, said: str) -> None:
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses(button)
    coordinator.says(said)
    coordinator.presses("Yes, do it")


def entries(member: Someone) -> list[str]:
    """Without their heading, newest first."""
    return member.sees.split("\n\n")[1:]


def test_a_patients_history_says_when_who_and_from_what_to_what(clinic: Clinic) -> None:
    mine, colleague, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    change(mine, anna, "Check-in time", "20:30")
    clinic.passes(minutes=5)
    change(colleague, anna, "Reminders", "3")
    anna.says("/settings")
    anna.presses("Large buttons")
    mine.says(f"/history {anna.code}")
    assert mine.sees.startswith(f"{anna.code}: the latest changes\n\n")
    assert entries(mine) == [
        "Mon 2 Mar 2026, 10:05, the patient\nlarge buttons: off → on",
        "Mon 2 Mar 2026, 10:05, a colleague, no. 2\nreminders: 7 days before, the day before and that morning "
        "(as the team has it) → 3 days before",
        "Mon 2 Mar 2026, 10:00, you\ncheck-in time: 18:00 → 20:30",
        "Mon 2 Mar 2026, 10:00, the patient\njoined the diary",
        "Mon 2 Mar 2026, 10:00, the operator\npatient invited",
    ]
    mine.presses(f"‹ {anna.code}")
    mine.presses("History")
    assert len(entries(mine)) == 5, "and from the card"


def test_the_teams_history_says_whom_it_is_about(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    clinic.planned(anna, "2026-03-20", days=2, dose=0.8)
    coordinator.says("/team")
    coordinator.presses("Weekly summary")
    for said in ("Friday", "9:30"):
        coordinator.says(said)
    coordinator.presses("Yes, do it")
    coordinator.presses("Undo")
    coordinator.says("/history")
    when = "Mon 2 Mar 2026, 10:00"
    assert entries(coordinator) == [
        f"{when}, you, by undo\nday of the summary: Friday → Monday; hour of the summary: 09:30 → 08:00",
        f"{when}, you\nday of the summary: Monday → Friday; hour of the summary: 08:00 → 09:30",
        f"{when}, the operator\n{anna.code}: course planned for Fri 20 Mar 2026, 2 days, 0.8 g/kg a day",
        f"{when}, the patient\n{anna.code}: joined the diary",
        f"{when}, the operator\n{anna.code}: patient invited",
        f"{when}, you\njoined: coordinators",
        f"{when}, the operator\ninvitation made for coordinators",
        f"{when}, the operator\nteam made",
    ]
    coordinator.presses("‹ Team settings")
    coordinator.presses("History")
    assert len(entries(coordinator)) == 8


def test_it_stops_at_fifteen(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for minute in range(10, 30):
        change(coordinator, anna, "Check-in time", f"18:{minute}")
    coordinator.says("/history")
    assert len(entries(coordinator)) == 15
    assert entries(coordinator)[0].endswith("18:28 → 18:29")
    assert entries(coordinator)[-1].endswith("18:14 → 18:15")


def test_older_changes_are_reached_by_a_button_and_the_newest_again(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    for minute in range(10, 30):
        change(coordinator, anna, "Check-in time", f"18:{minute}")
    coordinator.says(f"/history {anna.code}")
    assert coordinator.buttons == ["Older ›", f"‹ {anna.code}"]
    coordinator.presses("Older ›")
    assert entries(coordinator)[0].endswith("18:13 → 18:14")
    assert entries(coordinator)[-1].endswith("patient invited")
    assert coordinator.buttons == ["‹ Newest", f"‹ {anna.code}"]
    coordinator.presses("‹ Newest")
    assert entries(coordinator)[0].endswith("18:28 → 18:29")
    coordinator.says("/history")
    coordinator.presses("Older ›")
    assert entries(coordinator)[-1].endswith("team made")


def test_a_course_that_moved_with_its_followers_is_one_change(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/series {anna.code} every 4 weeks x 3 from 12 Mar 0.8 g/kg 1 day")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/move {anna.code} 12 Mar to 17 Mar and later")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/move {anna.code} 17 Mar to 18 Mar only")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/history {anna.code}")
    moved_alone, moved, planned, *_ = entries(coordinator)
    assert moved_alone.endswith("Tue 17 Mar 2026 → Wed 18 Mar 2026")
    assert moved.endswith("Thu 12 Mar 2026 → Tue 17 Mar 2026, and 2 later courses with it")
    assert "Thu 12 Mar 2026" in planned
    assert planned.endswith(", and 2 later courses with it")


def test_what_the_demo_begins_with_has_its_planned_series_as_one_change(sqlite_database: Database) -> None:
    with Clinic(sqlite_database, start=seed.START) as clinic:
        planted = clinic.write(lambda session: seed.plant(session, "Demo"))
        # Above the patients of the demo.
        clinic.next_account = 2001
        chris = clinic.someone()
        chris.says(f"/start {planted.coordinator_token}")
        chris.says(f"/history {seed.CASE_PSEUDONYM}")
        assert chris.sees.count("course planned for") == 1
        assert "and 5 later courses with it" in chris.sees


def test_another_teams_is_not_shown(clinic: Clinic) -> None:
    anna = clinic.patient()
    clinic.another_team("Rheumatology")
    stranger = clinic.coordinator("Rheumatology")
    stranger.says("/history")
    assert anna.code not in stranger.sees
    stranger.says(f"/history {anna.code}")
    assert stranger.sees.startswith("There is no patient")


def test_alerts_are_told_of_only_to_their_readers(clinic: Clinic) -> None:
    coordinator, doctor, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    doctor.says("/alerts")
    for pressed in ("Add a rule", "Pain", "A value", "7", "1", "Yes, do it"):
        doctor.presses(pressed)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("8 7 7 7")
    coordinator.says(f"/history {anna.code}")
    assert "alert" not in coordinator.sees
    coordinator.says("/history")
    assert "alert rule added: Pain 7 or more" in coordinator.sees, "the rules are every coordinator's to see"
    assert "an alert was raised" not in coordinator.sees
    doctor.says("/alerts")
    doctor.presses("Tell coordinators")
    doctor.presses("Yes, do it")
    coordinator.says(f"/history {anna.code}")
    assert "the patient\nan alert was raised" in coordinator.sees


def test_of_whoever_had_all_erased_there_is_only_that(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    code = anna.code
    change(coordinator, anna, "Check-in time", "20:30")
    anna.says("/withdraw")
    for button in ("Yes, stop the diary", "Have everything erased", "Go on to erasing", "Yes, erase"):
        anna.presses(button)
    coordinator.says("/history")
    about = [entry for entry in entries(coordinator) if code in entry]
    assert about == [f"Mon 2 Mar 2026, 10:00, the patient\n{code}: had everything erased"]


def test_what_does_not_exist_is_said_so(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/history P-9999")
    assert "P-9999" in coordinator.sees
    assert "latest changes" not in coordinator.sees
    before = clinic.stored()
    for data in ("hi:", "hi:999", "hi:x", "hi:team:x"):
        assert coordinator.forges(data).startswith("This has changed meanwhile")
    assert clinic.stored() == before


@pytest.mark.parametrize(
    ("language", "who", "what"),
    [
        ("en", "a colleague, no. 1{by}", "{code}: check-in time: {change}"),
        ("fr", "un membre de l’équipe, n° 1{by}", "{code}\u00a0: heure du questionnaire\u00a0: {change}"),
        ("de", "jemand aus dem Team, Nr. 1{by}", "{code}: Uhrzeit der Tagesfragen: {change}"),
    ],
)
def test_it_is_told_in_the_readers_language(clinic: Clinic, language: str, who: str, what: str) -> None:
    coordinator, anna, reader = clinic.coordinator(), clinic.patient(), clinic.someone(language)
    reader.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    change(coordinator, anna, "Check-in time", "20:30")
    coordinator.presses("Undo (for an hour)")
    reader.says("/history")
    by = {"en": ", by undo", "fr": ", par retour en arrière", "de": ", durch Rückgängigmachen"}[language]
    undone, done, *_ = (entry.split(", 10:00, ")[1] for entry in entries(reader))
    assert done == f"{who}\n{what}".format(by="", code=anna.code, change="18:00 → 20:30")
    assert undone == f"{who}\n{what}".format(by=by, code=anna.code, change="20:30 → 18:00")
    assert clinic.world.refused() == []
