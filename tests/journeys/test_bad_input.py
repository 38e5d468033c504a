"""What nobody should send, and somebody will: each gets a short answer or none, and changes nothing."""

from collections.abc import Callable
from typing import Any

from storage.models import Answer, Chat, OutboxMessage, Role
from tests.journeys.nasty import FORGED, HARMLESS
from tests.journeys.scenes import PHONE
from tests.support import TEAM, Clinic, Someone
from tests.whole import part_of

WENT_WRONG = "Something went wrong"
NOT_KEPT = "I cannot read pictures, voice messages or files, and nothing of it was kept."


def asked(clinic: Clinic) -> Someone:
    anna = clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    return anna


def without_messages(stored: dict[str, Any]) -> dict[str, Any]:
    """Forms aside: to be refused by one is no change either, and its row says when."""
    return {table: rows for table, rows in stored.items() if table != "Dialogue"}


def test_pictures_stickers_and_voice_are_not_kept_and_the_way_to_the_team_is_said(clinic: Clinic) -> None:
    anna, world = asked(clinic), clinic.world
    before, question = clinic.stored(), anna.sees
    sends: tuple[Callable[[], int], ...] = (
        lambda: world.send_sticker(anna.account),
        lambda: world.send_photo(anna.account, caption="7"),
        lambda: world.send_voice(anna.account),
        lambda: world.send_document(anna.account),
        lambda: world.share_contact(anna.account, "+442079460000"),
    )
    for send in sends:
        send()
        clinic.calm()
        assert NOT_KEPT in anna.sees
        assert PHONE in anna.sees
    assert clinic.stored() == before
    assert question in anna.everything


def test_an_album_of_pictures_is_answered_once(clinic: Clinic) -> None:
    anna, world = asked(clinic), clinic.world
    said = len(anna.messages)
    for _ in range(10):
        world.send_photo(anna.account, album="12")
    clinic.calm()
    assert len(anna.messages) == said + 1
    assert NOT_KEPT in anna.sees
    world.send_photo(anna.account, album="13")
    clinic.calm()
    assert len(anna.messages) == said + 2


def test_a_member_of_staff_is_told_that_only_text_is_read(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    before = clinic.stored()
    clinic.world.send_photo(coordinator.account)
    clinic.calm()
    assert "I read text, buttons and CSV files only" in coordinator.sees
    coordinator.says("good morning")
    assert "/roster" in coordinator.sees
    assert clinic.stored() == before


def test_an_edited_message_changes_nothing_and_the_patient_is_told(clinic: Clinic) -> None:
    anna = asked(clinic)
    typed = clinic.world.say(anna.account, "7")
    clinic.calm()
    clinic.world.edit(anna.account, typed, "3")
    clinic.calm()
    assert "I do not see what you edit in a message" in anna.sees
    assert [value for *_, value in anna.answers] == [7]


def test_a_command_that_does_not_exist_gets_the_help(clinic: Clinic) -> None:
    anna = asked(clinic)
    for said in ("/nonsense", "/roster", "/invite", "/patient P-7KQ4", "/summary", "/notes", "/help"):
        anna.says(said)
        assert "/today – today's check-in" in anna.sees
        assert "not an emergency service" in anna.sees
    assert anna.answers == []


def test_a_command_that_does_not_exist_is_said_to_be_none_before_the_help(clinic: Clinic) -> None:
    anna, coordinator = asked(clinic), clinic.coordinator()
    for member, title in ((anna, "Your diary\n"), (coordinator, f"You are on the team {TEAM}")):
        for said in ("/nonsense", "/todya 7", "/Roster_"):
            member.says(said)
            assert member.sees.startswith(f"I do not know that command.\n\n{title}")
        member.says("/help")
        assert member.sees.startswith(title)
    assert anna.answers == []


def test_a_command_of_others_says_whose_it_is_before_the_help(clinic: Clinic) -> None:
    anna, coordinator, clinician = clinic.patient(), clinic.coordinator(), clinic.clinician()
    anna.says("/roster")
    assert anna.sees.startswith("/roster is for coordinators.\n\nYour diary\n")
    coordinator.says("/today")
    assert coordinator.sees.startswith(f"/today is for patients.\n\nYou are on the team {TEAM}")
    coordinator.says("/summary")
    assert coordinator.sees.startswith("/summary is for clinicians.\n\nYou are on the team")
    clinician.says("/invite")
    assert clinician.sees.startswith("/invite is for coordinators.\n\nYou are on the team")


def test_in_a_group_the_bot_says_that_a_diary_is_private_and_leaves(clinic: Clinic) -> None:
    anna = asked(clinic)
    group, before = -100500, clinic.stored()
    clinic.world.add_to_group(anna.account, group, "Family")
    clinic.calm()
    assert [m["text"] for m in clinic.world.messages(group) if "text" in m] == [
        "A diary is private, so I do not work in groups. Please write to me directly."
    ]
    assert not clinic.world.chats[group].bot_is_member
    assert clinic.stored() == before


def test_what_is_said_or_pressed_in_a_group_is_no_answer(clinic: Clinic) -> None:
    anna, group = asked(clinic), -100501
    before = clinic.stored()
    clinic.world.add_to_group(anna.account, group, "Family")
    clinic.world.say_in_group(anna.account, group, f"/today@{clinic.world.username}")
    clinic.world.say_in_group(anna.account, group, f"/start@{clinic.world.username} abc")
    query = clinic.world.press(anna.account, 1, "c:0:20260302:answer:0:7", chat_id=group, forge=True)
    clinic.calm()
    said = [answer.text for answer in clinic.world.callback_answers(group) if answer.query_id == query]
    assert said == ["This button belongs to someone else's chat."]
    assert clinic.stored() == before


def test_somebody_elses_button_answers_nothing_for_them(clinic: Clinic) -> None:
    anna, ben = clinic.patient(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    theirs = anna.buttons_of(anna.last["message_id"])["7"]
    query = clinic.world.press(ben.account, anna.last["message_id"], theirs, chat_id=anna.account, forge=True)
    clinic.calm()
    assert [a.text for a in clinic.world.callback_answers(anna.account) if a.query_id == query] == [
        "This button belongs to someone else's chat."
    ]
    assert clinic.rows(Answer) == []
    ben.taps(ben.last["message_id"], theirs, forge=True)
    assert anna.answers == [], "in one's own chat it answers one's own question"
    assert [value for *_, value in ben.answers] == [7]


def test_anothers_prompt_cannot_be_proved_delivered(clinic: Clinic) -> None:
    anna, ben = clinic.patient(), clinic.patient()
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    before = [row.model_dump() for row in clinic.rows(OutboxMessage)]
    ben.forges(anna.buttons_of(anna.last["message_id"])["7"])
    assert [row.model_dump() for row in clinic.rows(OutboxMessage)] == before


def test_no_forged_button_does_anything_for_a_patient(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna = asked(clinic)
    before = clinic.stored()
    for data in part_of((*FORGED, *HARMLESS), 3):
        toast = anna.forges(data)
        assert toast, f"{data!r} is answered"
        assert WENT_WRONG not in toast
        assert WENT_WRONG not in " ".join(anna.everything), f"{data!r} was understood"
        assert clinic.stored() == before, f"{data!r} changed nothing"
    assert clinic.world.unanswered_callbacks() == []


def test_no_forged_button_does_anything_for_staff(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    both = clinic.coordinator()
    both.says("/start " + clinic.invitation(Role.CLINICIAN))
    both.says("/roster")
    before = clinic.stored()
    for data in part_of((*FORGED, *HARMLESS), 3):
        both.forges(data)
        assert WENT_WRONG not in " ".join(both.everything), f"{data!r} was understood"
        assert without_messages(clinic.stored()) == without_messages(before), f"{data!r} changed nothing"
    assert clinic.world.unanswered_callbacks() == []


def test_no_forged_button_does_anything_in_an_open_form(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    before = clinic.stored()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Plan a course")
    for value in ("0001-01", "9999-12", "2500-01", "0000-00", "2026-13-01", "", "-", "x" * 20, "9999-12-31", "\x00"):
        coordinator.forges(f"f:plan_course:start:{value}")
        assert WENT_WRONG not in " ".join(coordinator.everything), value
    assert "on which day does the course begin?" in coordinator.sees
    coordinator.presses("Cancel")
    assert without_messages(clinic.stored()) == without_messages(before)


def test_a_chat_that_was_blocked_and_opened_again_goes_on(clinic: Clinic) -> None:
    anna = asked(clinic)
    anna.presses("3")
    clinic.world.block(anna.account)
    clinic.calm()
    assert [chat.unreachable_since is None for chat in clinic.rows(Chat)] == [False]
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    clinic.world.unblock(anna.account)
    anna.says("/start")
    assert [chat.unreachable_since for chat in clinic.rows(Chat)] == [None]
    clinic.becomes(clinic.local("2026-03-04 18:00"))
    assert "Wed 4 Mar 2026 · 1 of 4" in anna.sees
