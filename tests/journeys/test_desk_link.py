"""How the care team gets to its desk: by the button beside the writing line, and by a link that the bot sends."""

import pytest

from bot.texts import languages, texts_in
from jobs import staffing
from storage.models import DeskTicket, Role, Staff
from tests.support import Clinic, Someone

URL = "https://diary.example.org"


@pytest.fixture
def with_a_desk(clinic: Clinic) -> Clinic:
    clinic.restarted(desk_url=URL)
    return clinic


def button_of(member: Someone) -> tuple[str, str]:
    """What it says and opens; nothing where it opens the commands."""
    found = member.clinic.world.menu_button(member.account)
    return (found["text"], found["web_app"]["url"]) if found["type"] == "web_app" else ("", "")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CLINICIAN])
@pytest.mark.parametrize("language", languages())
def test_whoever_joins_the_staff_has_a_button_in_their_language(with_a_desk: Clinic, role: Role, language: str) -> None:
    member = with_a_desk.someone(language)
    member.says(f"/start {with_a_desk.invitation(role)}")
    assert button_of(member) == (texts_in(language)("desk.menu_button"), f"{URL}/desk/")


def test_the_button_reads_as_they_do_and_goes_when_they_leave(with_a_desk: Clinic) -> None:
    nora, clara = with_a_desk.coordinator(), with_a_desk.clinician()
    clara.says("/language")
    clara.presses("Deutsch")
    assert button_of(clara)[0] == "Schreibtisch"
    with_a_desk.write(
        lambda session: staffing.remove(session, "staff:1", session.get_one(Staff, 2), with_a_desk.clock.now())
    )
    with_a_desk.calm()
    assert button_of(clara) == ("", "")
    assert button_of(nora)[0] == "Desk"


def test_patients_and_strangers_have_none(with_a_desk: Clinic) -> None:
    anna, stranger = with_a_desk.patient(), with_a_desk.someone()
    stranger.says("/help")
    stranger.says("/desk")
    anna.says("/desk")
    assert "is for the care team" in anna.sees
    assert button_of(anna) == button_of(stranger) == ("", "")
    assert with_a_desk.rows(DeskTicket) == []


def test_whoever_joined_before_there_was_a_desk_is_given_the_button_at_the_next_start(clinic: Clinic) -> None:
    nora, blocked, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    clinic.world.block(blocked.account)
    clinic.calm()
    assert button_of(nora) == ("", "")
    clinic.restarted(desk_url=URL)
    clinic.calm()
    assert button_of(nora) == ("Desk", f"{URL}/desk/")
    assert button_of(anna) == button_of(blocked) == ("", "")
    clinic.restarted(desk_url="https://another.example.org")
    clinic.calm()
    assert button_of(nora) == ("Desk", "https://another.example.org/desk/")


def test_the_link_is_another_each_time_and_one_request_delivered_twice_makes_one(with_a_desk: Clinic) -> None:
    nora = with_a_desk.coordinator()
    nora.says("/desk")
    first = nora.sees
    assert f"{URL}/desk/enter?ticket=" in first
    with_a_desk.world.duplicate(max(with_a_desk.world.updates))
    with_a_desk.calm()
    assert nora.sees.startswith("A link to the desk has been made for this already.")
    assert len(with_a_desk.rows(DeskTicket)) == 1
    nora.says("/desk")
    assert nora.sees != first
    assert len(with_a_desk.rows(DeskTicket)) == 2


def test_no_preview_of_the_link_is_fetched(with_a_desk: Clinic) -> None:
    nora = with_a_desk.coordinator()
    nora.says("/desk")
    assert nora.last["link_preview_options"] == {"is_disabled": True}


def test_where_there_is_no_desk_it_is_said_and_nothing_is_made(clinic: Clinic) -> None:
    nora = clinic.coordinator()
    nora.says("/desk")
    assert "has not set up a page" in nora.sees
    assert clinic.rows(DeskTicket) == []
    assert clinic.world.menu_buttons == {}
