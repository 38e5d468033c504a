"""Links that are none of ours: a slip is told so, a guesser is stopped, and nobody else notices."""

import logging

import pytest

from jobs import guessing
from storage.models import Chat, Role, WrongLink
from tests.support import Clinic

LATER = "so I open none for an hour"
NONE_OF_OURS = "not one of ours"


def test_after_ten_wrong_links_not_even_a_right_one_is_looked_up_for_an_hour(clinic_on_each: Clinic) -> None:
    clinic, link = clinic_on_each, clinic_on_each.invitation(Role.CLINICIAN)
    mallory = clinic.someone()
    for k in range(guessing.MOST_OF_ONE):
        mallory.says(f"/start guess-{k}")
        assert NONE_OF_OURS in mallory.sees
    before = clinic.stored()
    used = clinic.invitation(Role.CLINICIAN)
    clinic.someone().says(f"/start {used}")
    for token in ("guess", link, used):
        mallory.says(f"/start {token}")
        assert LATER in mallory.sees, "the same answer, whatever it was"
    assert clinic.rows(WrongLink) == [WrongLink(**row) for row in before["WrongLink"]]
    clinic.passes(minutes=59)
    mallory.says(f"/start {link}")
    assert LATER in mallory.sees
    clinic.passes(minutes=1)
    mallory.says(f"/start {link}")
    assert "You are on the team" in mallory.sees, "the link itself was spared"


def test_a_slip_costs_nothing_and_is_forgotten(clinic: Clinic) -> None:
    anna, link = clinic.someone(), clinic.invitation(Role.PATIENT)
    for typed in (link[:-1], link + "x", link.swapcase()):
        anna.says(f"/start {typed}")
    assert len(clinic.rows(WrongLink)) == 3
    anna.says(f"/start {link}")
    assert "Which language" in anna.sees
    clinic.passes(hours=2)
    assert clinic.rows(WrongLink) == []


def test_the_same_guess_told_again_counts_once(clinic: Clinic) -> None:
    mallory = clinic.someone()
    mallory.says("/start guess")
    for again in (clinic.world.redeliver, clinic.world.duplicate):
        again(max(clinic.world.mailbox.history))
        clinic.calm()
    assert len(clinic.rows(WrongLink)) == 1


def test_what_is_kept_of_a_guess_is_not_what_was_typed(clinic: Clinic) -> None:
    mallory = clinic.someone()
    mallory.says("/start my-secret-guess")
    (kept,) = clinic.rows(WrongLink)
    assert kept.telegram_id == mallory.account
    assert "guess" not in repr(kept)
    assert clinic.rows(Chat) == []


def test_used_and_expired_links_are_no_guesses(clinic: Clinic) -> None:
    link = clinic.invitation(Role.CLINICIAN)
    clinic.someone().says(f"/start {link}")
    anna = clinic.someone()
    for _ in range(guessing.MOST_OF_ONE + 1):
        anna.says(f"/start {link}")
    assert "has been used already" in anna.sees
    assert clinic.rows(WrongLink) == []


def test_a_flood_of_guesses_from_many_accounts_keeps_nobody_out_who_has_a_link(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(guessing, "MOST_OF_ALL", 6)
    anna, ben = clinic.someone(), clinic.someone()
    anna.says("/start slip")
    for k in range(5):
        clinic.someone().says(f"/start guess-{k}")
    flooded = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert [record.getMessage() for record in flooded] == [
        "More than 6 links that are none of ours were opened within an hour"
    ]
    newcomer, link = clinic.someone(), clinic.invitation(Role.PATIENT)
    newcomer.says(f"/start {link}")
    assert "Which language" in newcomer.sees, "a first link is opened for anybody"
    ben.says("/start guess")
    assert NONE_OF_OURS in ben.sees
    ben.says("/start guess-again")
    assert LATER in ben.sees, "one guess each, while it lasts"
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert LATER in anna.sees
    clinic.passes(hours=1)
    anna.says(f"/start {clinic.invitation(Role.PATIENT)}")
    assert "Which language" in anna.sees


def test_whoever_is_erased_leaves_no_guess_behind(clinic: Clinic) -> None:
    anna = clinic.patient()
    anna.says("/start guess")
    assert len(clinic.rows(WrongLink)) == 1
    anna.says("/privacy")
    for button in ("Have everything erased", "Go on to erasing", "Yes, erase everything"):
        anna.presses(button)
    assert clinic.rows(WrongLink) == []
    assert clinic.rows(Chat) == []
