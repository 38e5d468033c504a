"""A patient comes in by an invitation: every step, and what happens to those who have none."""

from datetime import timedelta

import pytest

from bot.local.faults import Fault
from bot.texts import languages
from storage.models import Chat, Course, Patient, PatientStatus, Role
from tests.journeys.scenes import PHONE, newcomer
from tests.support import TEAM, Clinic, Someone

STRANGER = "This is the Infusion Diary. Patients note a few numbers in it each day, for their clinic."
PATIENTS_MENU = [
    *("today", "yesterday", "infusions", "settings", "pause", "chart", "mydata", "privacy", "withdraw", "help"),
]


def test_each_step_says_what_it_is_about(clinic: Clinic) -> None:
    anna = newcomer(clinic)
    assert TEAM in anna.sees
    assert "Which language" in anna.sees
    assert "English" in anna.buttons

    anna.presses("English")
    assert "not an emergency service" in anna.sees
    assert PHONE in anna.sees
    anna.presses("Continue")
    assert "not end-to-end encrypted" in anna.sees
    assert "Do you agree?" in anna.sees
    anna.presses("I agree")
    assert "Is it 10:00 where you are?" in anna.sees
    anna.presses("Yes, Europe/London")
    assert "At what time" in anna.sees
    anna.presses("18:00")
    assert (
        "All is set. Your first check-in comes on Mon 2 Mar 2026, 18:00, and then every day at 18:00 (Europe/London)."
    ) in anna.sees
    assert len(anna.messages) == 1, "one message, edited in place"
    assert anna.row.status is PatientStatus.ACTIVE
    assert anna.row.consent_version == "2026-4"
    assert anna.row.consented_at == clinic.clock.now()
    assert clinic.world.refused() == []


def test_what_cannot_be_read_is_said_at_each_step_and_the_question_stays(clinic: Clinic) -> None:
    anna = newcomer(clinic)
    anna.says("Klingon")
    assert "Please press one of the buttons" in anna.sees
    assert "English" in anna.buttons
    anna.says("english")
    assert "What this diary is" in anna.sees
    anna.says("ok")
    assert anna.sees == (
        "Please press Continue when you have read the text above.\n\n"
        "Have you read what this diary is, and what it is not?"
    )
    anna.presses("Continue")
    anna.says("maybe")
    assert anna.sees == "Please press one of the buttons.\n\nDo you agree to take part?"
    assert anna.buttons == ["I agree", "No, thank you", "‹ Back"]
    anna.presses("I agree")
    anna.says("Gondor-upon-Anduin")
    assert anna.sees == (
        "I know no place called “Gondor-upon-Anduin”. "
        "Please type a large city in the same time zone, such as Zurich or New York."
    )
    anna.says("<b>Minas & Tirith")
    assert "no place called “<b>Minas & Tirith”" in anna.sees
    anna.says("Zurich")
    anna.presses("Yes, Europe/Zurich")
    assert "At what time" in anna.sees
    anna.says("at tea time")
    assert "cannot read “at tea time” as a time" in anna.sees
    anna.says("25:00")
    assert "cannot read “25:00” as a time" in anna.sees
    anna.says("half past " + "six " * 500)
    assert "as a time" in anna.sees
    anna.says("6:30 pm")
    assert "All is set" in anna.sees
    assert anna.row.time_zone == "Europe/Zurich"
    assert anna.row.prompt_time.isoformat("minutes") == "18:30"
    assert clinic.world.refused() == []


def test_going_back_asks_the_question_before_again(clinic: Clinic) -> None:
    anna = newcomer(clinic, "English", "Continue", "I agree")
    anna.says("Auckland")
    anna.presses("Yes, Pacific/Auckland")
    anna.presses("‹ Back")
    assert "where you are" in anna.sees
    anna.presses("Yes, Europe/London")
    anna.presses("20:00")
    assert anna.row.time_zone == "Europe/London"


def test_a_used_an_expired_and_an_unknown_link_each_say_so_and_leave_no_row(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    used = clinic.invitation(Role.COORDINATOR)
    clinic.someone().says(f"/start {used}")
    old, old_for_staff = clinic.invitation(Role.PATIENT), clinic.invitation(Role.CLINICIAN)
    clinic.clock.move_to(clinic.clock.now() + timedelta(days=14))
    before = clinic.stored()
    ben = clinic.someone()
    for token, said in (
        (used, "has been used already"),
        (old, "has expired"),
        (old_for_staff, "has expired"),
        ("made-up", "not one of ours"),
        ("a" * 64, "not one of ours"),
        ("Straße ☃ '; DROP TABLE chat; --", "not one of ours"),
    ):
        ben.says(f"/start {token}")
        assert said in ben.sees
    assert clinic.stored()["Chat"] == before["Chat"]
    assert clinic.stored()["Patient"] == before["Patient"]
    assert clinic.stored()["Invitation"] == before["Invitation"]


def test_a_new_link_makes_the_earlier_one_useless(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/invite")
    first = coordinator.sees.partition("start=")[2].split()[0]
    coordinator.says("/roster")
    coordinator.presses("P-")
    coordinator.presses("Make a new invitation link")
    assert coordinator.sees.startswith("Here is a new link for P-")
    assert "The earlier link no longer works." in coordinator.sees
    second = coordinator.sees.partition("start=")[2].split()[0]
    anna = clinic.someone()
    anna.says(f"/start {first}")
    assert "has expired" in anna.sees
    anna.says(f"/start {second}")
    assert "Which language" in anna.sees


def test_a_link_that_expires_while_it_is_being_followed_says_so_in_the_patients_words(clinic: Clinic) -> None:
    anna = newcomer(clinic, "English", "Continue")
    clinic.passes(days=14)
    anna.presses("I agree")
    assert "This link has expired. Please ask your clinic for a new one." in anna.sees
    assert "/roster" not in anna.sees
    assert anna.buttons == []
    assert clinic.rows(Patient)[0].consented_at is None


def test_a_link_that_somebody_else_used_meanwhile_says_so(clinic: Clinic) -> None:
    link = clinic.invitation(Role.PATIENT)
    anna, ben = clinic.someone(), clinic.someone()
    for person in (anna, ben):
        person.says(f"/start {link}")
        for button in ("English", "Continue", "I agree", "Yes, Europe/London"):
            person.presses(button)
    anna.says("18:00")
    ben.says("18:00")
    assert "All is set" in anna.sees
    assert "has been used already" in ben.sees
    assert clinic.rows(Patient)[0].chat_id == anna.row.chat_id


def test_opening_ones_own_link_again_changes_nothing(clinic: Clinic) -> None:
    link = clinic.invitation(Role.PATIENT)
    anna = clinic.someone()
    anna.says(f"/start {link}")
    anna.presses("English")
    old_buttons = anna.buttons_of(anna.last["message_id"])
    anna.says(f"/start {link}")
    old, new = anna.messages
    assert "What this diary is" in anna.sees, "it goes on where it stood"
    assert anna.taps(old["message_id"], old_buttons["Continue"], forge=True).startswith("This button is no longer in")
    for button in ("Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button, anna.message(new["message_id"]))
    joined = clinic.stored()
    clinic.passes(days=20)
    joined_later = clinic.stored()
    anna.says(f"/start {link}")
    assert "Your diary" in anna.sees
    assert clinic.stored() == joined_later
    assert [row["id"] for row in joined["Patient"]] == [row["id"] for row in joined_later["Patient"]]


def test_nobody_can_open_a_link_that_is_not_for_them(clinic: Clinic) -> None:
    anna, coordinator = clinic.patient(), clinic.coordinator()
    other, for_staff = clinic.invitation(Role.PATIENT), clinic.invitation(Role.CLINICIAN)
    other_team = clinic.invitation(Role.COORDINATOR, clinic.another_team("Rheumatology"))
    before = clinic.stored()
    for link in (other, for_staff):
        anna.says(f"/start {link}")
        assert "You keep a diary here already" in anna.sees
    for link in (other, other_team):
        coordinator.says(f"/start {link}")
        assert "You are on a care team here" in coordinator.sees
    assert clinic.stored() == before
    ben = clinic.someone()
    ben.says(f"/start {other}")
    assert "Which language" in ben.sees, "it stays valid for the person it was made for"


def test_a_member_of_the_team_can_take_the_other_role_too(clinic: Clinic) -> None:
    both = clinic.coordinator()
    assert "/roster" in both.sees
    assert "/summary" not in both.sees
    both.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    assert "/roster" in both.sees
    assert "/summary" in both.sees
    commands = [entry["command"] for entry in clinic.world.commands_for(both.account, "en")]
    assert commands == [
        *("roster", "summary", "chart", "invite", "patient", "move", "series", "history", "team", "notes"),
        *("ck", "steroid", "weight", "measurements", "import", "alerts", "desk", "questions", "instructions"),
        *("prices", "staff", "export", "language", "help"),
    ]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.CLINICIAN])
def test_the_welcome_names_every_command_of_the_menu(clinic: Clinic, role: Role, language: str) -> None:
    member = clinic.someone(language)
    member.says(f"/start {clinic.invitation(role)}")
    commands = [entry["command"] for entry in clinic.world.commands_for(member.account, language)]
    assert commands[-1] == "help"
    assert [command for command in commands if f"/{command}" not in member.sees] == []
    assert member.sees.count("/help") == 1


@pytest.mark.parametrize(
    ("role", "first"),
    [
        (Role.CLINICIAN, ["summary", "chart", "notes", "ck", "steroid"]),
        (Role.COORDINATOR, ["roster", "invite", "patient", "move", "series"]),
    ],
)
def test_the_menu_begins_with_what_the_role_uses_most_and_ends_with_what_is_set_once(
    clinic: Clinic, role: Role, first: list[str]
) -> None:
    member = clinic.someone()
    member.says(f"/start {clinic.invitation(role)}")
    commands = [entry["command"] for entry in clinic.world.commands_for(member.account, "en")]
    assert commands[:5] == first
    assert commands[-2:] == ["language", "help"]
    assert commands.index("staff") > commands.index("alerts")


def test_the_menu_of_a_patient_offers_what_a_patient_can_do(clinic: Clinic) -> None:
    anna = clinic.patient()
    commands = [entry["command"] for entry in clinic.world.commands_for(anna.account, "en")]
    assert commands == PATIENTS_MENU


def test_a_stranger_is_offered_no_more_than_the_help_and_a_patient_from_joining_on(clinic: Clinic) -> None:
    def offered(someone: Someone) -> list[str]:
        return [entry["command"] for entry in clinic.world.commands_for(someone.account, "en")]

    anna = newcomer(clinic, "English", "Continue", "I agree", "Yes, Europe/London")
    assert offered(anna) == offered(clinic.someone()) == ["help"]
    anna.presses("18:00")
    assert offered(anna) == PATIENTS_MENU


def test_a_menu_that_got_lost_comes_again_with_the_help(clinic: Clinic) -> None:
    clinic.calm()  # the menu for strangers is out
    clinic.world.misbehave(Fault("bad_request", "setMyCommands"))
    anna = clinic.patient()
    assert [entry["command"] for entry in clinic.world.commands_for(anna.account, "en")] == ["help"]
    anna.says("/help")
    assert [entry["command"] for entry in clinic.world.commands_for(anna.account, "en")][:2] == ["today", "yesterday"]


@pytest.mark.parametrize("said", ["/start", "/help", "hello", "7", "/today", "/roster", "/chart P-7KQ4", "/nonsense"])
def test_a_stranger_is_told_in_two_lines_what_this_is_and_leaves_no_row(clinic: Clinic, said: str) -> None:
    stranger = clinic.someone()
    stranger.says(said)
    assert stranger.sees.startswith(STRANGER)
    assert stranger.sees.count("\n") == 1
    assert len(stranger.messages) == 1
    assert clinic.rows(Chat) == []


def test_whatever_else_a_stranger_sends_leaves_no_row_either(clinic: Clinic) -> None:
    world, stranger = clinic.world, clinic.someone()
    world.send_sticker(stranger.account)
    world.send_photo(stranger.account)
    world.send_voice(stranger.account)
    clinic.calm()
    assert stranger.everything == [stranger.sees] * 3
    assert stranger.sees.startswith(STRANGER)
    edited = world.say(stranger.account, "hello")
    clinic.calm()
    world.edit(stranger.account, edited, "hello?")
    clinic.calm()
    assert len(stranger.messages) == 4, "an edit gets no answer"
    for data in ("c:0:20260302:answer:0:7", "ro:0", "f:join:consent:yes", "f:plan_course:start:2026-03-12"):
        assert stranger.forges(data) == "This button is no longer in use. Nothing was changed."
    world.block(stranger.account)
    world.unblock(stranger.account)
    clinic.calm()
    assert clinic.rows(Chat) == []
    assert clinic.world.refused() == []


def test_an_invitation_that_nobody_wants_is_withdrawn_and_taken_up_again_for_an_hour(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.someone()
    coordinator.says("/invite")
    link = coordinator.sees.split("?start=")[1].split()[0]
    (row,) = clinic.rows(Patient)
    coordinator.says(f"/series {row.pseudonym} every 4 weeks x 1 from 20 Mar 0.8 g/kg 1 day")
    coordinator.presses("Yes, do it")
    (course,) = clinic.rows(Course)
    coordinator.says(f"/patient {row.pseudonym}")
    coordinator.presses("Withdraw the invitation")
    assert f"{row.pseudonym} has not joined. The link stops working" in coordinator.sees
    assert clinic.rows(Patient) == [row], "nothing before it is confirmed"
    coordinator.presses("Yes, do it")
    dropped = coordinator.last
    anna.says(f"/start {link}")
    assert "This link has expired" in anna.sees
    for form in (f"o:plan_course:{row.id}", f"o:move_course:{course.id}", f"co:{course.id}"):
        assert coordinator.forges(form) == f"{row.pseudonym} keeps no diary here: nothing can be changed."
    coordinator.says("/roster")
    assert coordinator.sees.startswith("No patients yet.")
    coordinator.presses("Undo (for an hour)", dropped)
    coordinator.says(f"/patient {row.pseudonym}")
    assert "Withdraw the invitation" in coordinator.buttons
    anna.says(f"/start {link}")
    assert "This link has expired" in anna.sees, "it stays useless"
    coordinator.presses("Make a new invitation link")
    anna.says(f"/start {coordinator.sees.split('?start=')[1].split()[0]}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        anna.presses(button)
    coordinator.says(f"/patient {row.pseudonym}")
    assert "Withdraw the invitation" not in coordinator.buttons
    assert "has joined already" in coordinator.forges(f"o:drop_invitation:{row.id}")
