"""An alert that nobody has seen in time is told to others too, once, by day; and acknowledged by one for all."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.local.faults import Fault
from storage.database import Database
from storage.models import Alert, AuditEntry, MessageKind, OutboxMessage, Role, Team
from tests.journeys.test_alerts import alerts_to, evening, redelivered, ruled
from tests.journeys.test_own_copy import received, rows
from tests.support import Clinic, Someone

CONFIRM = "Yes, do it"
UNSEEN = "Not seen by anybody yet; told to others too, Mon 2 Mar 2026, 20:00"


@pytest.fixture
def clinic(sqlite_database: Database) -> Iterator[Clinic]:
    """As a new team is: after two hours others are told."""
    with Clinic(sqlite_database, escalate_after=120) as running:
        yield running


@pytest.fixture
def clinic_on_each(database: Database) -> Iterator[Clinic]:
    with Clinic(database, escalate_after=120) as running:
        yield running


def unseen_set(member: Someone, after: str, to: str | None = None) -> None:
    member.says("/alerts")
    member.presses("If nobody has seen it")
    member.presses(after)
    if to is not None:
        member.presses(to)
    member.presses(CONFIRM)


def test_after_two_hours_the_coordinators_are_told_once_and_all_messages_say_so(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    first = clinician.last["message_id"]
    clinic.passes(hours=1, minutes=56)
    assert alerts_to(coordinator) == []
    clinic.passes(minutes=1)
    assert coordinator.sees == (
        f"Alert: {anna.code}\n\nPain 8 on 1 day (Mon 2 Mar 2026)\nRule: Pain 8 or more\n{UNSEEN}"
    )
    assert coordinator.buttons == ["Seen", "Patient's card"]
    assert clinician.message(first)["text"].endswith(UNSEEN)
    assert len(alerts_to(clinician)) == 1
    clinic.passes(days=1)
    assert len(alerts_to(coordinator)) == 1
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_unseen"]
    assert (entry.actor, entry.patient_id, entry.after) == ("clock", anna.row.id, {"alert": 1})
    coordinator.presses("Seen")
    assert coordinator.sees.endswith("Seen by you, Tue 3 Mar 2026, 20:00")
    assert clinician.message(first)["text"].endswith("Seen by a colleague, Tue 3 Mar 2026, 20:00")
    assert "Not seen" not in clinician.message(first)["text"]


def test_what_was_seen_in_time_is_told_to_nobody_else(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinician.presses("Seen")
    clinic.passes(days=1)
    assert alerts_to(coordinator) == []
    assert [(alert.escalate_at, alert.escalated_at) for alert in clinic.rows(Alert)] == [(None, None)]


def test_in_the_evening_the_rest_is_waited_for_in_the_morning(clinic: Clinic) -> None:
    clinic.clinician()
    coordinator, anna = clinic.coordinator(), clinic.patient("19:00")
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-02 19:00"))
    anna.says("8 2 2 4")
    clinic.becomes(clinic.local("2026-03-03 08:59"))
    assert alerts_to(coordinator) == []
    clinic.becomes(clinic.local("2026-03-03 09:00"))
    assert len(alerts_to(coordinator)) == 1


def test_where_everybody_has_it_the_coordinators_hear_it_a_second_time_and_both_messages_are_renewed(
    clinic: Clinic,
) -> None:
    both, anna = clinic.coordinator(), clinic.patient()
    both.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(hours=1, minutes=57)
    first, second = (m for m in both.messages if str(m.get("text")).startswith("Alert: "))
    assert first["text"].endswith(UNSEEN)
    assert second["text"].endswith(UNSEEN)
    both.presses("Seen", first)
    for message in (first, second):
        shown = both.message(message["message_id"])
        assert shown["text"].endswith("Seen by you, Mon 2 Mar 2026, 20:00")
        assert list(both.buttons_of(message["message_id"])) == ["Chart", "Patient's card"]


HOURS = "(only the hours from 08:00 to 20:00 count)"


def test_coordinators_who_are_told_anyway_are_said_to_be_told_once_more(clinic: Clinic) -> None:
    coordinator = clinic.coordinator()
    coordinator.says("/alerts")
    assert f"If nobody presses Seen: told to the coordinators too, after 2 hours {HOURS}" in coordinator.sees
    coordinator.presses("Tell coordinators too")
    coordinator.presses(CONFIRM)
    coordinator.presses("‹ Alerts")
    assert f"If nobody presses Seen: told to the coordinators once more, after 2 hours {HOURS}" in coordinator.sees
    coordinator.presses("If nobody has seen it")
    assert "How long after the patient's answer?\nNow: told to the coordinators once more" in coordinator.sees


def test_a_chosen_member_is_told_in_place_of_the_coordinators(clinic: Clinic) -> None:
    clinician, coordinator, chosen, anna = (
        clinic.clinician(),
        clinic.coordinator(),
        clinic.clinician(),
        clinic.patient(),
    )
    unseen_set(clinician, "after 4 hours", "no. 3")
    assert clinician.sees == "Done. If nobody presses Seen: told to no. 3 too, after 4 hours."
    clinician.presses("‹ Alerts")
    assert "If nobody presses Seen: told to no. 3 too, after 4 hours" in clinician.sees
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-03 08:30"))
    anna.says("/yesterday")
    anna.says("8 2 2 4")
    clinic.passes(hours=4)
    assert (len(alerts_to(chosen)), len(alerts_to(clinician)), len(alerts_to(coordinator))) == (2, 1, 0)


def test_once_the_chosen_one_has_left_the_coordinators_are_told(clinic: Clinic) -> None:
    clinician, coordinator, chosen, anna = (
        clinic.clinician(),
        clinic.coordinator(),
        clinic.clinician(),
        clinic.patient(),
    )
    unseen_set(clinician, "after 2 hours", "no. 3")
    chosen.says("/staff")
    for button in ("no. 3", "Leave the team", CONFIRM):
        chosen.presses(button)
    clinician.says("/alerts")
    assert "told to the coordinators too, after 2 hours" in clinician.sees
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(hours=2)
    assert len(alerts_to(coordinator)) == 1


def test_the_chosen_one_cannot_be_reached_and_the_coordinators_are_told(clinic: Clinic) -> None:
    clinician, coordinator, chosen, anna = (
        clinic.clinician(),
        clinic.coordinator(),
        clinic.clinician(),
        clinic.patient(),
    )
    unseen_set(clinician, "after 2 hours", "no. 3")
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.world.misbehave(Fault("forbidden", "sendMessage", chat_id=chosen.account))
    clinic.passes(hours=2)
    clinic.passes(minutes=1)
    assert len(alerts_to(chosen)) == 1
    assert len(alerts_to(coordinator)) == 1
    assert len(alerts_to(clinician)) == 1


def test_a_team_may_want_it_never_or_at_another_time(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinician.says("/alerts")
    assert "If nobody presses Seen: told to the coordinators too, after 2 hours" in clinician.sees
    clinician.presses("If nobody has seen it")
    assert "Only the hours from 08:00 to 20:00 count" in clinician.sees
    for said in ("5 min", "13 h", "soon", "0", "-3"):
        clinician.says(said)
        assert clinician.sees.startswith("Please press one of the times, or type one between 30 minutes and 12 hours")
    clinician.presses("Never")
    assert clinician.sees == (
        "If nobody presses Seen\nuntil now: told to the coordinators too, after 2 hours\n"
        "from now on: nobody else is told\n\n"
        "It holds at once, also for alerts that nobody has seen yet.\n\nIs that right?"
    )
    clinician.presses(CONFIRM)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(days=2)
    assert alerts_to(coordinator) == []
    coordinator.says("/alerts")
    coordinator.presses("If nobody has seen it")
    coordinator.says("90 min")
    coordinator.says("no. 7")
    assert coordinator.sees.startswith("Please press one of the buttons.")
    coordinator.presses("The coordinators")
    coordinator.presses(CONFIRM)
    assert coordinator.sees == "Done. If nobody presses Seen: told to the coordinators too, after 90 minutes."
    assert [team.escalate_after for team in clinic.rows(Team)] == [90]
    coordinator.says("/history")
    assert "nobody else is told → told to the coordinators too, after 90 minutes" in coordinator.sees


def test_what_is_seen_while_it_is_on_its_way_to_others_is_not_told_to_them(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=coordinator.account))
    clinic.passes(hours=2)
    assert alerts_to(coordinator) == []
    clinician.presses("Seen")
    clinic.passes(minutes=5)
    assert alerts_to(coordinator) == []
    clinic.passes(minutes=1)
    assert not any(row.untold for row in clinic.rows(OutboxMessage))


def test_whoever_erases_everything_takes_a_waiting_alert_along(clinic: Clinic) -> None:
    clinic.clinician()
    coordinator, anna = clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    anna.says("/privacy")
    for button in ("Have everything erased", "Go on to erasing", "Yes, erase everything"):
        anna.presses(button)
    clinic.passes(hours=3)
    assert clinic.rows(Alert) == []
    assert alerts_to(coordinator) == []


def test_an_outage_over_the_moment_tells_it_when_it_is_over(clinic: Clinic) -> None:
    clinic.clinician()
    coordinator, anna = clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.clock.move_to(clinic.clock.now() + timedelta(days=3))
    clinic.restart()
    assert len(alerts_to(coordinator)) == 1


def test_a_press_told_twice_and_the_patients_copy(clinic: Clinic) -> None:
    clinic.clinician()
    coordinator, anna = clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(hours=1, minutes=57)
    coordinator.presses("Seen")
    before = clinic.stored()
    redelivered(clinic)
    assert clinic.stored() == before
    anna.says("/mydata")
    files = received(anna)
    (alert,) = rows(files["alerts.csv"])
    assert alert["escalated_at"].startswith("2026-03-02T20:00")
    kinds = [row["kind"] for row in rows(files["messages.csv"]) if row["alert_id"] == alert["id"]]
    assert kinds.count(MessageKind.ALERT_UNSEEN.value) == 1


def test_another_teams_staff_hear_nothing_of_it(clinic: Clinic) -> None:
    clinic.another_team("Rheumatology")
    clinic.clinician()
    theirs, anna = clinic.coordinator("Rheumatology"), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(days=1)
    assert alerts_to(theirs) == []


def test_what_only_a_leaver_had_is_told_to_others_even_where_nobody_else_was_to_be_told(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    assert alerts_to(coordinator) == []
    leaves(clinician)
    clinic.calm()
    assert len(alerts_to(coordinator)) == 1


def test_a_slip_corrected_in_time_alarms_nobody_when_a_reader_leaves_meanwhile(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("10 2 2 4")
    leaves(clinician)
    clinic.passes(minutes=1)
    anna.says("pain 1")
    clinic.passes(days=1)
    assert alerts_to(coordinator) == alerts_to(clinician) == []


def leaves(member: Someone) -> None:
    member.says("/staff")
    member.presses("no. 1")
    member.presses("Leave the team")
    member.presses(CONFIRM)


def test_another_delay_holds_for_what_nobody_has_seen_yet(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    unseen_set(clinician, "Never")
    clinic.passes(hours=20)
    assert alerts_to(coordinator) == []
    unseen_set(clinician, "after 8 hours", "The coordinators")
    clinic.becomes(clinic.local("2026-03-04 01:00"))
    assert len(alerts_to(coordinator)) == 1, "eight hours of the team's day since the alert"


def test_whoever_was_chosen_and_left_meanwhile_is_not_chosen(clinic: Clinic) -> None:
    clinician, coordinator = clinic.clinician(), clinic.coordinator()
    third = clinic.clinician()
    coordinator.says("/alerts")
    coordinator.presses("If nobody has seen it")
    coordinator.presses("after 4 hours")
    coordinator.presses("no. 3")
    preview = coordinator.last
    third.says("/staff")
    third.presses("no. 3")
    third.presses("Leave the team")
    third.presses(CONFIRM)
    before = clinic.rows(Team)
    said = coordinator.presses(CONFIRM, preview)
    assert "has left the team meanwhile, so nothing was changed" in said
    assert clinic.rows(Team) == before
    assert clinician.sees


def test_whoever_was_chosen_hears_what_their_leaving_changes_and_the_history_says_so(clinic: Clinic) -> None:
    clinician, coordinator = clinic.clinician(), clinic.coordinator()
    unseen_set(coordinator, "after 4 hours", "no. 1")
    clinician.says("/staff")
    clinician.presses("no. 1")
    clinician.presses("Leave the team")
    assert "Alerts that nobody has seen go to the coordinators from then on." in clinician.sees
    clinician.presses(CONFIRM)
    coordinator.says("/history")
    assert "told to no. 1 too, after 4 hours → told to the coordinators too, after 4 hours" in coordinator.sees
