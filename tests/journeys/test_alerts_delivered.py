"""Alerts that did not arrive, or not yet: somebody on the team hears of it, and nobody who should not."""

from sqlmodel import Session

from bot.local.faults import Fault
from jobs import staffing
from storage import chats
from storage.models import OutboxMessage
from tests.journeys.test_alerts import OLD_BUTTON, OTHERS, alerts_to, evening, grace_passes, notices, ruled, withdrawn
from tests.journeys.test_own_copy import received, rows
from tests.support import Clinic, Someone


def test_while_one_of_several_is_reached_the_coordinators_are_left_in_peace(clinic: Clinic) -> None:
    gone, there, coordinator, anna = clinic.clinician(), clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("forbidden", "sendMessage", chat_id=gone.account))
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.passes(minutes=1)
    assert len(alerts_to(there)) == 1
    assert alerts_to(coordinator) == []


def test_one_that_may_have_arrived_is_sent_once_more_unless_seen_proves_it(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", chat_id=clinician.account))
    evening(clinic, anna, 2, "8 2 2 4")
    clinician.presses("Seen")
    clinic.passes(minutes=5)
    assert len(alerts_to(clinician)) == 1
    evening(clinic, anna, 3, "1 2 2 4")
    clinic.world.misbehave(Fault("reset_after_accepting", "sendMessage", chat_id=clinician.account))
    evening(clinic, anna, 4, "8 2 2 4")
    clinic.passes(minutes=5)
    assert len(alerts_to(clinician)) == 3
    assert clinician.sees.startswith("(This may reach you twice.)\n\nAlert: ")


def test_what_is_seen_while_it_is_on_its_way_to_another_is_shown_there_too(clinic: Clinic) -> None:
    first, second, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=second.account))
    evening(clinic, anna, 2, "8 2 2 4")
    assert alerts_to(second) == []
    first.presses("Seen")
    clinic.passes(minutes=2)
    assert "Seen by a colleague, Mon 2 Mar 2026, 18:03" in second.sees
    assert second.buttons == ["Chart"]


def leaves_the_team(session: Session, member: Someone) -> None:
    someone = chats.who_is(session, member.account)
    assert someone is not None
    staffing.leave(session, someone.the_staff, member.clinic.clock.now())


def test_whoever_has_left_the_team_gets_nothing_and_can_press_nothing(clinic: Clinic) -> None:
    leaver, stayer, anna = clinic.clinician(), clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    alert = leaver.last["message_id"]
    clinic.write(lambda session: leaves_the_team(session, leaver))
    for label in ("Seen", "Chart"):
        assert leaver.presses(label, leaver.message(alert)) == OLD_BUTTON
    stayer.presses("Seen")
    assert "Seen by" not in leaver.message(alert)["text"]
    evening(clinic, anna, 3, "1 2 2 4")
    evening(clinic, anna, 4, "8 2 2 4")
    assert (len(alerts_to(leaver)), len(alerts_to(stayer))) == (1, 2)


def test_whoever_leaves_while_it_waits_gets_nothing_and_the_coordinators_do(clinic: Clinic) -> None:
    leaver, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=leaver.account))
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.write(lambda session: leaves_the_team(session, leaver))
    clinic.passes(minutes=2)
    clinic.passes(minutes=1)
    assert alerts_to(leaver) == []
    assert len(alerts_to(coordinator)) == 1


def test_another_team_hears_nothing_and_can_press_nothing(clinic: Clinic) -> None:
    clinic.another_team(OTHERS)
    mine, theirs = clinic.clinician(), clinic.clinician(OTHERS)
    anna, ben = clinic.patient(), clinic.patient(team=OTHERS)
    ruled(clinic)
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    anna.says("9 9 9 9")
    ben.says("9 9 9 9")
    grace_passes(clinic)
    assert len(alerts_to(mine)) == 1
    assert alerts_to(theirs) == notices(ben) == []
    before = clinic.stored()
    for data in ("as:1", "al:end:1"):
        assert theirs.forges(data).startswith("This has changed meanwhile")
    for data in ("as:1", "al:", "al:add"):
        assert ben.forges(data) == anna.forges(data) == OLD_BUTTON
    assert clinic.stored() == before
    theirs.says("/alerts")
    assert "There is no rule" in theirs.sees


def test_what_was_raised_before_the_patient_stopped_is_told_and_nothing_after_it(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=clinician.account))
    evening(clinic, anna, 2, "8 2 2 4")
    withdrawn(clinic, anna)
    clinic.passes(minutes=5)
    anna.says("/today")
    anna.says("9")
    assert len(alerts_to(clinician)) == 1, "the patient has read that the team is told"
    assert alerts_to(coordinator) == []
    assert len(notices(anna)) == 1
    clinician.presses("Seen")
    assert "Seen by you" in clinician.sees
    assert {row.untold for row in clinic.rows(OutboxMessage)} == {False}


def test_an_outage_tells_it_when_it_is_over_and_after_two_days_somebody_else(clinic: Clinic) -> None:
    clinician, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    ruled(clinic)
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=clinician.account, times=None))
    evening(clinic, anna, 2, "8 2 2 4")
    assert alerts_to(coordinator) == []
    clinic.passes(days=2, minutes=1)
    clinic.passes(minutes=1)
    assert len(alerts_to(coordinator)) == 1


def test_whoever_pauses_and_answers_all_the_same_is_not_overlooked(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    anna.says("/pause")
    anna.presses("Again from Mon 9 Mar 2026")
    anna.says("/today")
    anna.says("9 2 2 4")
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1


def test_the_patients_own_copy_has_it(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    ruled(clinic, 8, days=2)
    for day in (2, 3):
        clinic.becomes(clinic.local(f"2026-03-{day:02} 18:00"))
        ben.says("9 9 9 9")
        evening(clinic, anna, day, "8 2 2 4")
    clinician.presses("Seen", next(m for m in clinician.messages if anna.code in m["text"]))
    anna.says("/mydata")
    files = received(anna)
    (alert,) = rows(files["alerts.csv"])
    assert (alert["item"], alert["kind"], alert["threshold"], alert["days"]) == ("pain", "value", "8", "2")
    assert alert["seen"] == '{"2026-03-02": 8, "2026-03-03": 8}'
    assert alert["acknowledged_at"].startswith("2026-03-03T18:03")
    assert {row["alert_id"] for row in rows(files["messages.csv"]) if row["kind"] == "alert"} == {alert["id"]}
