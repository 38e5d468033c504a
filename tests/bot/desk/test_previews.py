"""What the desk shows of a message is what its reader gets."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from bot.desk.previews import KINDS, PSEUDONYM, Example, preview
from bot.texts import languages, plain
from storage import teams
from storage.database import Database
from storage.models import Team
from storage.questions import STANDARD, DiaryQuestion
from tests.journeys.test_alerts import evening, ruled
from tests.journeys.test_own_copy import set_language
from tests.support import TEAM, Clinic, Someone

MONDAY = "2026-03-02 18:00"
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def team_of(clinic: Clinic) -> Team:
    found = clinic.read(lambda session: teams.team_named(session, TEAM))
    assert isinstance(found, Team)
    return found


def shown(clinic: Clinic, kind: str, language: str = "en") -> str:
    """At this moment, as a chat shows it."""
    screen = preview(kind, Example(team_of(clinic), STANDARD, clinic.clock.now()), language)
    assert screen is not None
    return plain(screen.text)


def buttons(clinic: Clinic, kind: str) -> list[str]:
    screen = preview(kind, Example(team_of(clinic), STANDARD, clinic.clock.now()), "en")
    assert screen is not None
    return [button.text for row in screen.keyboard for button in row]


def instructed(clinic: Clinic, **written: str) -> None:
    def write(session: Session) -> None:
        team = session.get_one(Team, 1)
        team.instructions = written
        session.add(team)

    clinic.write(write)


def asked(clinic: Clinic, language: str = "en") -> Someone:
    anna = clinic.patient()
    set_language(clinic, anna, language)
    clinic.becomes(clinic.local(MONDAY))
    return anna


@pytest.mark.parametrize("language", languages())
def test_the_question_is_the_one_that_the_patient_gets(clinic: Clinic, language: str) -> None:
    anna = asked(clinic, language)
    assert anna.sees == shown(clinic, "prompt", language)


def test_so_are_its_buttons_and_the_second_asking(sqlite_database: Database) -> None:
    with Clinic(sqlite_database, follow_up_after=180) as clinic:
        anna = asked(clinic)
        assert anna.buttons == buttons(clinic, "prompt")
        clinic.becomes(clinic.local("2026-03-02 21:00"))
        assert anna.sees == shown(clinic, "follow_up")


@pytest.mark.parametrize("language", languages())
def test_the_reminder_has_the_teams_instructions_in_its_readers_language(clinic: Clinic, language: str) -> None:
    instructed(clinic, en="Drink <a lot>.", fr="Buvez beaucoup.")
    anna = clinic.patient()
    set_language(clinic, anna, language)
    clinic.planned(anna, "2026-03-16", days=2)
    clinic.becomes(clinic.local("2026-03-09 09:00"))
    assert anna.sees == shown(clinic, "reminder", language)
    assert ("Buvez beaucoup." if language == "fr" else "Drink <a lot>.") in anna.sees


def test_a_move_an_alert_and_the_question_about_a_course_are_what_is_sent(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.planned(anna, "2026-03-06", days=2)
    coordinator.says(f"/move {anna.code} 9 Mar")
    coordinator.presses("Yes, do it")
    assert shown(clinic, "moved") in anna.everything
    evening(clinic, anna, 3, "9 2 2 4")
    assert anna.sees == shown(clinic, "alert")
    clinic.becomes(clinic.local("2026-03-11 12:00"))
    assert coordinator.sees.replace(anna.code, PSEUDONYM) == shown(clinic, "confirming")


def test_what_the_team_never_sends_has_no_preview() -> None:
    team = Team(id=1, name="A", time_zone="Europe/London", follow_up_after=None, reminder_leads=[], created_at=NOW)
    example = Example(team, STANDARD, NOW)
    assert [kind for kind in KINDS if preview(kind, example, "en") is None] == ["follow_up", "reminder"]


def test_the_teams_own_questions_are_counted_in_its_place() -> None:
    team = Team(id=1, name="A", time_zone="Europe/London", created_at=NOW)
    own = DiaryQuestion("own:1", "en", {"en": {"name": "Itch", "low": "none", "high": "worst"}})
    screen = preview("prompt", Example(team, (*STANDARD, own), NOW), "fr")
    assert screen is not None
    assert "1 sur 5" in screen.text
