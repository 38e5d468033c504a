"""What patients set for themselves."""

from collections.abc import Iterator

import pytest

from storage.database import Database
from storage.models import MessageKind, OutboxMessage
from tests.support import Clinic


@pytest.fixture
def following_up(database: Database) -> Iterator[Clinic]:
    with Clinic(database, follow_up_after=180) as clinic:
        yield clinic


def test_they_are_shown_as_they_are(following_up: Clinic) -> None:
    anna = following_up.patient()
    anna.says("/settings")
    assert anna.sees == (
        "Your settings\n\nCheck-in: every day at 18:00 (Europe/London)\n"
        "When you have not answered: I ask once more that evening\nNumbers: in two rows\nLanguage: English"
    )
    assert anna.buttons == ["Change the time", "Days off", "Time zone", "Do not ask again", "Large buttons", "Language"]


def test_the_time_is_changed_in_two_taps_and_the_next_check_in_comes_then(following_up: Clinic) -> None:
    clinic = following_up
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Change the time")
    assert "You are asked at 18:00 now." in anna.sees
    assert anna.buttons == [*(f"{hour:02}" for hour in range(24)), "Back"]
    anna.presses("20")
    assert anna.buttons == ["20:00", "20:15", "20:30", "20:45", "Back"]
    anna.presses("20:30")
    assert "every day at 20:30" in anna.sees
    assert ("patient:1", "prompt_time_changed", {"prompt_time": "18:00"}, {"prompt_time": "20:30"}) in clinic.history(
        anna.row
    )
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    assert "How strong" not in anna.sees
    clinic.becomes(clinic.local("2026-03-02 20:30"))
    assert "How strong was your pain today?" in anna.sees
    told = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.PROMPT_TIME_CHANGED]
    assert told == [], "whoever does it need not be told of it"


def test_the_follow_up_is_turned_off_and_on(following_up: Clinic) -> None:
    clinic = following_up
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Do not ask again")
    assert "I do not ask again" in anna.sees
    anna.presses("Ask once more")
    assert "I ask once more that evening" in anna.sees
    assert [entry[1:] for entry in clinic.history(anna.row) if entry[1] == "follow_up_changed"] == [
        ("follow_up_changed", {"follow_up": True}, {"follow_up": False}),
        ("follow_up_changed", {"follow_up": False}, {"follow_up": True}),
    ]


def test_where_the_team_follows_nobody_up_it_is_no_setting(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    assert anna.buttons == ["Change the time", "Days off", "Time zone", "Large buttons", "Language"]


def test_another_language_is_spoken_at_once_and_in_the_menu(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    anna.presses("Language")
    assert {"English", "Deutsch", "Français", "Back"} == set(anna.buttons)
    anna.presses("Deutsch")
    assert "Ihre Einstellungen" in anna.sees
    described = {entry["command"]: entry["description"] for entry in clinic.world.commands_for(anna.account, "en")}
    assert described["settings"] == "Ihre Einstellungen"
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("drei zwei zwei vier")
    assert [answer[3] for answer in anna.answers] == [3, 2, 2, 4]


@pytest.mark.parametrize("data", ["st:time:2575", "st:time:9999", "st:hour:99", "st:language:xx", "st:x", "st:time:"])
def test_a_forged_button_changes_nothing(clinic: Clinic, data: str) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    before = clinic.stored()
    anna.forges(data)
    assert clinic.stored() == before
    assert clinic.world.unanswered_callbacks() == []


def test_back_leads_to_the_settings(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/settings")
    overview = anna.sees
    for button in ("Change the time", "Language"):
        anna.presses(button)
        anna.presses("Back")
        assert anna.sees == overview
