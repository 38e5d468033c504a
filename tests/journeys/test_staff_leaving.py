"""A member leaves the team, or is removed from it: from that moment on they are a stranger, with all they had."""

from collections.abc import Iterator

import pytest

from bot.local.faults import Fault
from storage.database import Database
from storage.models import (
    Dialogue,
    Drawing,
    Invitation,
    MessageKind,
    MessageState,
    OutboxMessage,
    Role,
    Staff,
)
from tests.journeys.test_alerts import alerts_to, evening, redelivered, ruled
from tests.journeys.test_joining import STRANGER
from tests.journeys.test_staff import CONFIRM, GONE, OLD_BUTTON, history, menu, opened, roles
from tests.support import TEAM, Clinic, Someone

LEFT = f"You have left the team {TEAM}. The buttons above no longer work."
REMOVED = f"You are no longer on the team {TEAM}."


@pytest.fixture
def clinic(sqlite_database: Database) -> Iterator[Clinic]:
    """As a new team is: after two hours others are told."""
    with Clinic(sqlite_database, escalate_after=120) as running:
        yield running


def leaves(member: Someone, number: int) -> None:
    opened(member, f"no. {number}", "Leave the team")
    member.presses(CONFIRM)


def removes(coordinator: Someone, number: int) -> None:
    opened(coordinator, f"no. {number}", "Remove from the team")
    coordinator.presses(CONFIRM)


def test_who_leaves_is_told_what_it_means_and_is_a_stranger_then(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, clinician, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    clinician.says("/chart")
    opened(clinician, "no. 2", "Leave the team")
    assert clinician.sees == (
        f"You (no. 2, clinician) leave {TEAM}. Your access ends at once: buttons in old messages, open questions and "
        "messages on their way. What the bot has sent you stays in this chat until you delete it. To come back you "
        "need a new invitation.\n\n"
        "The team will have no clinician: nobody gets the weekly summary, and alerts go to the coordinators.\n\n"
        "Is that right?"
    )
    clinician.presses(CONFIRM)
    assert clinician.sees == LEFT
    assert clinician.buttons == []
    assert menu(clinician) == ["help"]
    chart = next(m for m in clinician.messages if clinic.world.buttons(m))
    assert clinician.presses(anna.code, chart) == OLD_BUTTON
    for said in ("/summary", "/help", "/staff", "hello", f"/chart {anna.code}"):
        clinician.says(said)
        assert clinician.sees.startswith(STRANGER)
    assert coordinator.sees == "no. 2 is no longer on the team. Links into the team that they had made no longer work."
    coordinator.presses("‹ Care team")
    assert "no. 2" not in coordinator.sees
    coordinator.says("/history")
    assert "a colleague, no. 2\nleft the team: no. 2" in coordinator.sees
    (entry,) = history(clinic, "staff_left")
    assert entry.before == {"member": 2, "number": 2, "coordinator": False, "clinician": True}
    assert clinic.world.refused() == []


def test_who_is_removed_hears_of_it_and_has_a_strangers_menu(clinic: Clinic) -> None:
    coordinator, other, clinician = clinic.coordinator(), clinic.coordinator(), clinic.clinician()
    opened(coordinator, "no. 3", "Remove from the team")
    assert coordinator.sees.startswith(f"no. 3 (clinician) is removed from {TEAM}. Access ends at once")
    assert roles(clinic)[2] == (False, True), "not before it is confirmed"
    coordinator.presses(CONFIRM)
    assert coordinator.sees == "Done. no. 3 is no longer on the team."
    assert coordinator.buttons == ["‹ Care team"], "no undo: nobody comes back without a new invitation"
    assert clinician.sees.startswith(REMOVED)
    assert menu(clinician) == ["help"]
    assert other.sees.startswith("no. 3 is no longer on the team.")
    assert history(clinic, "staff_removed")[0].actor == "staff:1"
    before = clinic.stored()
    assert coordinator.forges("sf:remove:3").startswith(GONE)
    assert clinic.stored() == before


def test_an_open_form_is_gone_and_so_is_what_a_finished_one_said(clinic: Clinic) -> None:
    coordinator, leaver, anna = clinic.coordinator(), clinic.coordinator(), clinic.patient()
    leaver.says(f"/patient {anna.code}")
    leaver.presses("Check-in time")
    open_form = leaver.last
    removes(coordinator, 2)
    asked = leaver.message(open_form["message_id"])
    assert leaver.presses(clinic.world.buttons(asked)[0][0], asked) == OLD_BUTTON
    leaver.says("20:30")
    assert leaver.sees.startswith(STRANGER)
    assert anna.row.prompt_time.isoformat("minutes") == "18:00"
    assert [row for row in clinic.rows(Dialogue) if row.chat_id == 2] == []


def test_what_waits_for_them_is_not_sent_and_no_page_is_drawn_for_them(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, leaver, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    clinic.world.misbehave(Fault("server_error", "sendPhoto", chat_id=leaver.account))
    leaver.says(f"/chart {anna.code}")
    said = len(leaver.messages)
    waiting = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.CHART_ASKED]
    assert [row.state for row in waiting] == [MessageState.UNSURE], "it goes once more"
    assert len(clinic.rows(Drawing)) == 1
    removes(coordinator, 2)
    clinic.passes(minutes=10)
    (row,) = [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.CHART_ASKED]
    assert (row.state, row.drawing_id) == (MessageState.WITHDRAWN, None)
    assert clinic.rows(Drawing) == []
    assert [text.startswith(REMOVED) for text in leaver.everything[said:]] == [True]


def test_a_page_that_others_wait_for_too_is_drawn(clinic: Clinic) -> None:
    coordinator, leaver, stayer = clinic.coordinator(), clinic.clinician(), clinic.clinician()
    clinic.patient()
    clinic.world.misbehave(Fault("server_error", "sendPhoto", chat_id=stayer.account, times=1))
    clinic.world.misbehave(Fault("server_error", "sendPhoto", chat_id=leaver.account, times=None))
    clinic.becomes(clinic.local("2026-03-09 08:00"))
    removes(coordinator, 2)
    clinic.passes(minutes=5)
    assert any(m.get("photo") for m in stayer.messages)
    assert not any(m.get("photo") for m in leaver.messages)


def test_the_weekly_summary_and_news_pass_them_by(clinic: Clinic) -> None:
    coordinator, leaver, stayer = clinic.coordinator(), clinic.coordinator(), clinic.clinician()
    leaver.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    anna = clinic.patient()
    leaves(leaver, 2)
    said = len(leaver.messages)
    anna.says("/withdraw")
    anna.presses("Yes, stop the diary")
    clinic.becomes(clinic.local("2026-03-09 08:00"))
    assert len(leaver.messages) == said
    assert anna.code in coordinator.sees
    assert len(stayer.messages) > 1


def test_links_into_the_team_that_they_made_no_longer_work_but_their_patients_do(clinic: Clinic) -> None:
    coordinator, leaver = clinic.coordinator(), clinic.coordinator()
    tokens = []
    for button in ("Invite a clinician", "Invite a coordinator"):
        leaver.says("/staff")
        leaver.presses(button)
        tokens.append(leaver.sees.partition("start=")[2].split()[0])
    leaver.says("/invite")
    patients_link = leaver.sees.partition("start=")[2].split()[0]
    others = clinic.invitation(Role.CLINICIAN)
    leaves(leaver, 2)
    for token in tokens:
        leaver.says(f"/start {token}")
        assert "has expired" in leaver.sees
    assert (
        len([row for row in clinic.rows(Invitation) if row.used_at is None and row.expires_at > clinic.clock.now()])
        == 2
    )
    anna, ben = clinic.someone(), clinic.someone()
    anna.says(f"/start {patients_link}")
    assert "Which language" in anna.sees
    ben.says(f"/start {others}")
    assert "As a clinician" in ben.sees
    assert any(said.startswith("no. 2 is no longer on the team.") for said in coordinator.everything)


def test_the_link_by_which_they_came_leads_nowhere_and_a_new_one_makes_a_new_member(clinic: Clinic) -> None:
    _, member = clinic.coordinator(), clinic.someone()
    token = clinic.invitation(Role.CLINICIAN)
    member.says(f"/start {token}")
    leaves(member, 2)
    member.says(f"/start {token}")
    assert "has been used already" in member.sees
    assert len(clinic.rows(Staff)) == 2
    member.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    assert "/roster" in member.sees
    assert [(staff.number, staff.coordinator) for staff in clinic.rows(Staff)] == [(1, True), (2, False), (3, True)]
    assert menu(member)[0] == "roster"


def test_who_has_left_may_join_another_team_or_keep_a_diary(clinic: Clinic) -> None:
    clinic.another_team("Rheumatology")
    _, one, two = clinic.coordinator(), clinic.clinician(), clinic.clinician()
    leaves(one, 2)
    leaves(two, 3)
    one.says(f"/start {clinic.invitation(Role.CLINICIAN, 'Rheumatology')}")
    assert "You are on the team Rheumatology" in one.sees
    two.says(f"/start {clinic.invitation(Role.PATIENT)}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London", "18:00"):
        two.presses(button)
    assert two.row.chat_id is not None
    one.says("/staff")
    assert "no. 1 · clinician" in one.sees, "numbers are each team's own"


def test_a_leaving_that_is_told_twice_says_the_same_and_does_nothing_more(clinic: Clinic) -> None:
    coordinator, member = clinic.coordinator(), clinic.clinician()
    leaves(member, 2)
    before = clinic.stored()
    redelivered(clinic)
    assert member.sees == LEFT
    assert clinic.stored() == before
    assert sum("no longer on the team" in text for text in coordinator.everything) == 1


def test_who_changes_their_mind_stays(clinic: Clinic) -> None:
    _, member = clinic.coordinator(), clinic.clinician()
    opened(member, "no. 2", "Leave the team")
    member.presses("Cancel")
    assert roles(clinic)[1] == (False, True)
    member.says("/summary")
    assert not member.sees.startswith(STRANGER)


def test_an_alert_that_only_the_leaver_had_is_told_to_others_at_once(clinic: Clinic) -> None:
    coordinator, leaver, anna = clinic.coordinator(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    alert = leaver.last
    assert alerts_to(coordinator) == []
    leaves(leaver, 2)
    clinic.passes(minutes=1)
    assert len(alerts_to(coordinator)) == 1
    assert leaver.presses("Seen", alert) == OLD_BUTTON
    coordinator.presses("Seen")
    assert "Seen by" not in leaver.message(alert["message_id"])["text"]


def test_an_alert_that_somebody_else_has_too_waits_its_time(clinic: Clinic) -> None:
    coordinator, leaver, _, anna = clinic.coordinator(), clinic.clinician(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    leaves(leaver, 2)
    clinic.passes(minutes=1)
    assert alerts_to(coordinator) == []


@pytest.mark.parametrize("blocked", [True, False])
def test_a_message_that_is_too_late_for_whoever_came_back_is_not_sent(clinic: Clinic, *, blocked: bool) -> None:
    """Removed, and on another team by the time at which it could be said."""
    clinic.another_team("Rheumatology")
    coordinator, member = clinic.coordinator(), clinic.clinician()
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=member.account, times=1))
    removes(coordinator, 2)
    if not blocked:
        member.says(f"/start {clinic.invitation(Role.CLINICIAN, 'Rheumatology')}")
    clinic.passes(minutes=5)
    assert any(text.startswith(REMOVED) for text in member.everything) == blocked
