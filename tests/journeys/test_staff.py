"""Who is on the care team: the screen, labels, roles that a coordinator changes, and links into the team."""

import pytest

from bot.local.faults import Fault
from storage.models import AuditEntry, Invitation, Role, Staff
from tests.support import TEAM, Clinic, Someone

CONFIRM = "Yes, do it"
UNDO = "Undo (for an hour)"
GONE = "This has changed meanwhile, so nothing was done."
OLD_BUTTON = "This button is no longer in use. Nothing was changed."
LAST = "A team needs a coordinator who can be reached, and there would be none. Invite another first: /staff"


def opened(member: Someone, whom: str, button: str) -> str:
    """Their `/staff`, a member of it, a button there; the toast."""
    member.says("/staff")
    member.presses(whom)
    return member.presses(button)


def becomes(coordinator: Someone, whom: str, role: str) -> None:
    opened(coordinator, whom, "Change the role")
    coordinator.presses(role)
    coordinator.presses(CONFIRM)


def menu(member: Someone) -> list[str]:
    return [entry["command"] for entry in member.clinic.world.commands_for(member.account, member.language)]


def roles(clinic: Clinic) -> list[tuple[bool, bool]]:
    return [(staff.coordinator, staff.clinician) for staff in clinic.rows(Staff)]


def history(clinic: Clinic, action: str) -> list[AuditEntry]:
    return [entry for entry in clinic.rows(AuditEntry) if entry.action == action]


def test_a_coordinator_sees_who_is_on_the_team_and_what_can_be_done(clinic: Clinic) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    clinic.passes(days=1)
    both = clinic.coordinator()
    both.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    clinic.world.block(clinician.account)
    clinic.calm()
    coordinator.says("/staff")
    assert coordinator.sees == (
        f"{TEAM}\nOn the care team: 3 members\n\n"
        "no. 1 · coordinator · since Mon 2 Mar 2026 · you\n"
        "no. 2 · clinician · since Mon 2 Mar 2026 · cannot be reached\n"
        "no. 3 · coordinator and clinician · since Tue 3 Mar 2026\n\n"
        "No names are kept: each has a number, and a short label if you give one."
    )
    assert coordinator.buttons == ["no. 1", "no. 2", "no. 3", "Invite a clinician", "Invite a coordinator"]
    coordinator.presses("no. 2")
    assert coordinator.buttons == ["Change the role", "Label", "Remove from the team", "‹ Care team"]
    coordinator.presses("‹ Care team")
    coordinator.presses("no. 1")
    assert coordinator.buttons == ["Change the role", "Label", "Leave the team", "‹ Care team"]


def test_a_clinician_sees_the_team_and_can_do_something_about_themself_alone(clinic: Clinic) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    clinician.says("/staff")
    assert "no. 1 · coordinator" in clinician.sees
    assert clinician.buttons == ["no. 2"]
    clinician.presses("no. 2")
    assert clinician.buttons == ["Label", "Leave the team", "‹ Care team"]
    before = clinic.stored()
    for data in ("sf:member:1", "sf:roles:1", "sf:roles:2", "sf:label:1", "sf:remove:1", "sf:leave:1"):
        assert clinician.forges(data).startswith(GONE), data
    for role in ("clinician", "coordinator"):
        assert clinician.forges(f"sf:invite:{role}").startswith(GONE)
    for data in ("f:staff_roles:role:both", "f:staff_remove:+:+"):
        assert clinician.forges(data) == OLD_BUTTON
    assert clinic.stored() == before
    assert coordinator.sees.startswith("no. 2 has opened a link"), "they heard nothing else"


def test_a_large_team_is_shown_in_pages(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    for _ in range(13):
        clinic.clinician()
    coordinator.says("/staff")
    assert "On the care team: 14 members" in coordinator.sees
    assert "no. 12 ·" in coordinator.sees
    assert "no. 13 ·" not in coordinator.sees
    coordinator.presses("Next ›")
    assert "no. 13 ·" in coordinator.sees
    assert "no. 14" in coordinator.buttons
    coordinator.forges("sf:page:999")
    assert "no. 14 ·" in coordinator.sees, "the last page"


@pytest.mark.parametrize("whose", ["no. 2", "no. 1"])
def test_a_label_tells_two_apart_also_in_the_history(clinic: Clinic, whose: str) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    by = coordinator if whose == "no. 1" else clinician
    opened(by, whose, "Label")
    assert "No full name, please." in by.sees
    by.says("x" * 25)
    assert by.sees.startswith("A label has at most 24 characters; this one is longer.")
    by.says("\u2800 \u200b\u2060")
    assert by.sees.startswith("A label needs at least one letter or number."), "nor one that nobody sees"
    by.says("  ward \u200b  7 <b>\u2060")
    assert by.sees == f"Done: {whose} has the new label."
    coordinator.says("/staff")
    assert f"ward 7 <b> ({whose}) · " in coordinator.sees
    assert f"ward 7 <b> ({whose})" in coordinator.buttons
    other = clinic.coordinator()
    opened(other, "no. 3", "Label")
    other.says("WARD 7 <B>")
    assert "Somebody else on the team has that label." in other.sees
    other.presses("Cancel")
    other.says("/history")
    assert f"a colleague, ward 7 <b> ({whose})\nlabel of {whose} changed" in other.sees
    opened(by, "ward 7", "Label")
    by.presses("No label")
    assert by.sees == f"Done: {whose} has no label any more."
    assert clinic.world.refused() == []


def test_a_label_that_was_replaced_stands_nowhere_any_more(clinic: Clinic) -> None:
    coordinator, other, _ = clinic.coordinator(), clinic.coordinator(), clinic.clinician()
    opened(coordinator, "no. 3", "Label")
    coordinator.says("Dr Anna Schmidt")
    opened(other, "Dr Anna Schmidt (no. 3)", "Label")
    opened(coordinator, "Dr Anna Schmidt (no. 3)", "Label")
    coordinator.says("ward 7")
    assert "Schmidt" not in str(clinic.stored())
    other.says("ward 8")
    assert "This has changed meanwhile" in other.sees


def test_another_role_is_previewed_told_and_gives_another_menu_and_other_rights(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    anna = clinic.patient()
    opened(coordinator, "no. 2", "Change the role")
    assert coordinator.sees == "Which role is no. 2 to have?\nNow: clinician"
    coordinator.presses("coordinator and clinician")
    assert coordinator.sees == (
        "Role of no. 2\nuntil now: clinician\nfrom now on: coordinator and clinician\n\n"
        "They are told at once.\n\nIs that right?"
    )
    assert roles(clinic) == [(True, False), (False, True)]
    coordinator.presses(CONFIRM)
    assert coordinator.sees == "Done. The role of no. 2 is now: coordinator and clinician."
    assert roles(clinic) == [(True, False), (True, True)]
    assert clinician.sees.startswith("A coordinator has changed your role. It is now: coordinator and clinician")
    assert "/roster" in clinician.sees
    assert menu(clinician)[0] == "roster"
    clinician.says(f"/patient {anna.code}")
    assert anna.code in clinician.sees
    (entry,) = history(clinic, "staff_roles_changed")
    assert (entry.before or {})["coordinator"] is False
    coordinator.says("/history")
    assert "you\nrole of no. 2: coordinator and clinician (before: clinician)" in coordinator.sees
    clinic.passes(minutes=1)
    becomes(coordinator, "no. 2", "clinician")
    assert "It is now: clinician" in clinician.sees
    assert menu(clinician)[0] != "roster"
    assert clinician.forges("ro:0") == OLD_BUTTON
    assert clinic.world.refused() == []


def test_a_role_is_given_back_by_undo_and_the_member_hears_of_it(clinic: Clinic) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    becomes(coordinator, "no. 2", "coordinator and clinician")
    clinic.passes(minutes=1)
    coordinator.presses(UNDO)
    assert coordinator.sees.startswith("Undone")
    assert roles(clinic) == [(True, False), (False, True)]
    assert "It is now: clinician" in clinician.sees
    assert "roster" not in menu(clinician)


def test_an_undo_brings_nobody_back_and_leaves_no_team_without_a_coordinator(clinic: Clinic) -> None:
    first, second = clinic.coordinator(), clinic.clinician()
    becomes(first, "no. 2", "coordinator and clinician")
    undo = first.last
    opened(second, "no. 1", "Change the role")
    second.presses("clinician")
    second.presses(CONFIRM)
    assert first.presses(UNDO, undo).startswith(GONE), "no coordinator any more"
    third = clinic.coordinator()
    becomes(third, "no. 2", "coordinator")
    undo_of_third = third.last
    opened(second, "no. 2", "Leave the team")
    second.presses(CONFIRM)
    assert third.presses(UNDO, undo_of_third).startswith(GONE)
    assert roles(clinic) == [(False, True), (False, False), (True, False)]


def test_one_who_gives_up_the_role_themself_has_another_menu_at_once_and_no_undo(clinic: Clinic) -> None:
    coordinator, _ = clinic.coordinator(), clinic.coordinator()
    coordinator.says("/roster")
    opened(coordinator, "no. 1", "Change the role")
    coordinator.presses("clinician")
    assert "Links into the team that this member has made and nobody has used stop working." in coordinator.sees
    coordinator.presses(CONFIRM)
    assert coordinator.buttons == ["‹ Care team"]
    assert menu(coordinator)[0] == "summary"
    assert not any(text.startswith("A coordinator has changed") for text in coordinator.everything)
    assert coordinator.forges("ro:0") == OLD_BUTTON


def test_the_last_coordinator_stays_one_and_is_told_what_to_do(clinic: Clinic) -> None:
    coordinator, _ = clinic.coordinator(), clinic.clinician()
    opened(coordinator, "no. 1", "Change the role")
    coordinator.presses("clinician")
    assert coordinator.sees.startswith(LAST)
    coordinator.presses("coordinator and clinician")
    coordinator.presses(CONFIRM)
    assert roles(clinic)[0] == (True, True)
    assert opened(coordinator, "no. 1", "Leave the team") == LAST
    assert roles(clinic)[0] == (True, True)
    away = clinic.coordinator()
    clinic.world.block(away.account)
    clinic.calm()
    assert opened(coordinator, "no. 1", "Leave the team") == LAST, "the other cannot be reached"
    clinic.world.unblock(away.account)
    clinic.calm()
    opened(coordinator, "no. 1", "Leave the team")
    coordinator.presses(CONFIRM)
    assert roles(clinic)[0] == (False, False)


def test_who_was_the_last_one_when_it_was_confirmed_counts(clinic: Clinic) -> None:
    first, second = clinic.coordinator(), clinic.coordinator()
    for member, number in ((first, "no. 1"), (second, "no. 2")):
        opened(member, number, "Leave the team")
    asked = second.last["message_id"]
    first.presses(CONFIRM)
    second.presses(CONFIRM)
    assert second.message(asked)["text"] == LAST
    assert roles(clinic) == [(False, False), (True, False)]


def test_what_is_no_role_is_refused_and_asked_again(clinic: Clinic) -> None:
    coordinator, _ = clinic.coordinator(), clinic.clinician()
    opened(coordinator, "no. 2", "Change the role")
    coordinator.says("surgeon")
    assert coordinator.sees.startswith("Please press one of the roles.")
    coordinator.presses("clinician")
    assert coordinator.sees.startswith("It is set like that already")
    before = clinic.stored()
    for data in ("sf:roles:99", "sf:member:99", "sf:nothing", "sf:roles:", "sf:leave:2", "sf:remove:1", "sf:page:x"):
        assert coordinator.forges(data).startswith(GONE), data
    assert clinic.stored() == before


def test_two_who_change_the_same_member_overwrite_nothing_unseen(clinic: Clinic) -> None:
    first, second, clinician = clinic.coordinator(), clinic.coordinator(), clinic.clinician()
    for member in (first, second):
        opened(member, "no. 3", "Change the role")
    first.presses("coordinator and clinician")
    second.presses("coordinator")
    first.presses(CONFIRM)
    second.presses(CONFIRM)
    assert second.sees.startswith(GONE)
    assert roles(clinic)[2] == (True, True)
    assert sum(text.startswith("A coordinator has changed") for text in clinician.everything) == 1


def test_a_member_is_invited_by_a_link_that_works_once(clinic: Clinic) -> None:
    coordinator, ben = clinic.coordinator(), clinic.someone()
    coordinator.says("/staff")
    coordinator.presses("Invite a clinician")
    assert coordinator.sees.startswith(f"This link leads into the team {TEAM}, as: clinician. Give it to nobody else")
    token = coordinator.sees.partition("start=")[2].split()[0]
    ben.says(f"/start {token}")
    assert "As a clinician" in ben.sees
    clinic.someone().says(f"/start {token}")
    assert roles(clinic) == [(True, False), (False, True)]
    (entry,) = [entry for entry in history(clinic, "staff_invited") if entry.actor == "staff:1"]
    assert (entry.after or {})["role"] == "clinician"


def test_an_invitation_that_is_told_twice_is_made_once(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/staff")
    coordinator.presses("Invite a coordinator")
    made = len(clinic.rows(Invitation))
    clinic.world.mailbox.redeliver(max(clinic.world.mailbox.history))
    with clinic.world.changed:
        clinic.world.changed.notify_all()
    clinic.calm()
    assert len(clinic.rows(Invitation)) == made


def test_the_member_hears_of_it_when_they_can_be_reached_again(clinic: Clinic) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=clinician.account))
    becomes(coordinator, "no. 2", "coordinator")
    assert "roster" not in menu(clinician)
    clinic.passes(minutes=2)
    assert "It is now: coordinator" in clinician.sees
    assert "roster" in menu(clinician)


@pytest.mark.parametrize("language", ["fr", "de"])
def test_it_reads_in_the_readers_language(clinic: Clinic, language: str) -> None:
    member = clinic.someone(language)
    member.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    clinic.clinician()
    member.says("/staff")
    for number in range(2):
        member.taps(member.last["message_id"], f"sf:member:{number + 1}")
        member.forges("sf:")
    assert "no. 1" not in member.sees
    assert ("suivi médical" if language == "fr" else "Behandlung") in member.sees
    assert clinic.world.refused() == []


def test_whoever_becomes_a_clinician_gets_the_next_weekly_summary_and_whoever_is_none_any_more_does_not(
    clinic: Clinic,
) -> None:
    coordinator, other = clinic.coordinator(), clinic.clinician()
    clinic.patient()
    becomes(coordinator, "no. 1", "coordinator and clinician")
    opened(coordinator, "no. 2", "Change the role")
    coordinator.presses("coordinator")
    coordinator.presses(CONFIRM)
    said = len(other.messages)
    clinic.becomes(clinic.local("2026-03-09 08:00"))
    assert any(text.startswith(f"{TEAM}, Mon 9 Mar 2026: 1 diary") for text in coordinator.everything)
    assert len(other.messages) == said


def test_links_that_nobody_has_used_are_listed_and_withdrawn_by_a_tap(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    coordinator.says("/staff")
    assert "nobody has used" not in coordinator.sees
    coordinator.presses("Invite a clinician")
    link = coordinator.sees.split("?start=")[1].split()[0]
    coordinator.says("/staff")
    assert (
        "Links into the team that nobody has used yet\n"
        "1. clinician, until Mon 16 Mar 2026, 10:00, made by: no. 1" in coordinator.sees
    )
    number = clinic.rows(Invitation)[-1].id
    clinician.says("/staff")
    assert "nobody has used" not in clinician.sees
    before = clinic.stored()
    assert clinician.forges(f"sf:link:{number}").startswith(GONE)
    assert clinic.stored() == before
    assert coordinator.presses("Withdraw link 1") == "This link no longer works."
    assert "nobody has used" not in coordinator.sees
    assert coordinator.buttons == ["no. 1", "no. 2", "Invite a clinician", "Invite a coordinator"]
    stranger = clinic.someone()
    stranger.says(f"/start {link}")
    assert "This link has expired" in stranger.sees
    assert coordinator.forges(f"sf:link:{number}").startswith(GONE), "once is enough"
    assert len(history(clinic, "staff_invitation_withdrawn")) == 1
    coordinator.says("/history")
    assert "link into the team withdrawn, for clinician" in coordinator.sees


def test_coordinators_hear_who_has_joined(clinic: Clinic) -> None:
    coordinator, other = clinic.coordinator(), clinic.coordinator()
    assert coordinator.sees == (
        "no. 2 has opened a link into the team, and is on it now as: coordinator. "
        "If you did not expect anybody, please look."
    )
    clinician = clinic.clinician()
    assert coordinator.sees == other.sees
    assert "no. 3" in other.sees
    told = len(coordinator.messages)
    clinician.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    assert "no. 3 has opened a link into the team, and is on it now as: coordinator and clinician" in other.sees
    assert len(coordinator.messages) == told + 1
    assert not any("has opened a link" in said for said in clinician.everything)


def test_a_member_of_staff_chooses_the_language_and_the_menu_follows(clinic: Clinic) -> None:
    coordinator, clinician = clinic.coordinator(), clinic.clinician()
    for member in (coordinator, clinician):
        member.says("/language")
        assert member.buttons == ["Deutsch", "English", "Français"]
        member.presses("Deutsch")
        assert member.sees == "Ich schreibe Ihnen auf Deutsch. Welche Sprache möchten Sie?"
        menu_now = clinic.world.commands_for(member.account, member.language)
        assert {"command": "help", "description": "Was ich kann"} in menu_now
    assert len(history(clinic, "language_changed")) == 2
    before = clinic.stored()
    coordinator.forges("la:xx")
    coordinator.presses("Deutsch")
    assert clinic.stored() == before
    coordinator.says("/history")
    assert "English → Deutsch" in coordinator.sees


def test_the_language_that_was_chosen_on_the_way_in_stays_for_whoever_joins_the_team(clinic: Clinic) -> None:
    clinic.coordinator()
    newcomer = clinic.someone()
    newcomer.says(f"/start {clinic.invitation(Role.PATIENT)}")
    newcomer.presses("Deutsch")
    newcomer.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    assert "Sie gehören zum Team" in newcomer.sees
