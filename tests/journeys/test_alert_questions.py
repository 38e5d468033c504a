"""A team is told at once of its own questions, too; and a line that is typed again corrects nothing."""

from storage.models import AuditEntry, MessageKind, OutboxMessage
from tests.journeys.test_alert_settings import fills_in
from tests.journeys.test_alerts import alerts_to, evening, notices, ruled
from tests.journeys.test_own_items import adds, asks_stairs
from tests.support import Clinic

WORDED = "Sleep <i>& rest</i>"


def test_a_rule_can_be_about_a_question_of_the_teams_own(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    adds(clinician, WORDED)
    asks_stairs(clinician)
    clinician.says("/alerts")
    clinician.presses("Add a rule")
    offered = ["Pain", "Tiredness", "Weakness", "Pain on exertion", WORDED]
    assert clinician.buttons[:-1] == offered, "stairs are not: fewer are worse, and none climbed says nothing"
    clinician.presses(WORDED)
    assert clinician.sees.startswith(f"{WORDED}: what shall it look for?")
    clinician.presses("A value")
    assert clinician.sees == f"{WORDED}: from which value on?\n0 very badly – 10 very well"
    for button in ("8", "1", "Yes, do it"):
        clinician.presses(button)
    assert clinician.sees == f"Done. The rule holds from the next answer on: {WORDED} 8 or more."
    evening(clinic, anna, 3, "1 1 1 1 9 5")
    assert clinician.sees == f"Alert: {anna.code}\n\n{WORDED} 9 on 1 day (Tue 3 Mar 2026)\nRule: {WORDED} 8 or more"
    assert len(notices(anna)) == 1
    clinician.says("/alerts")
    assert f"1. {WORDED} 8 or more" in clinician.sees


def test_it_stays_readable_when_the_question_is_asked_no_more(clinic: Clinic) -> None:
    clinician, coordinator = clinic.clinician(), clinic.coordinator()
    adds(clinician, WORDED)
    fills_in(clinician, WORDED, "A value", "8", "1", "Yes, do it")
    clinician.says("/questions")
    clinician.presses(f"Stop: {WORDED}")
    clinician.presses("Yes, do it")
    clinician.says("/alerts")
    assert f"1. {WORDED} 8 or more" in clinician.sees
    clinician.presses("Remove rule 1")
    clinician.presses("Yes, do it")
    assert clinician.sees == f"Done. The rule has ended: {WORDED} 8 or more."
    clinician.says("/alerts")
    clinician.presses("Add a rule")
    assert WORDED not in clinician.buttons
    coordinator.says("/history")
    assert coordinator.sees.count(f"{WORDED} 8 or more") == 2, "added, and ended"


def test_a_question_that_is_not_asked_makes_no_rule(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    adds(clinician, WORDED)
    fills_in(clinician)
    before = clinic.stored()
    for item in ("own:99", "stairs", "own:x"):
        clinician.forges(f"f:alert_rule:item:{item}")
        assert clinician.sees.startswith("Please press one of the buttons.")
    assert clinic.stored()["AlertRule"] == before["AlertRule"] == []


def test_of_two_clinicians_one_stops_the_question_and_the_others_form_ends(clinic: Clinic) -> None:
    one, other = clinic.clinician(), clinic.clinician()
    adds(one, WORDED)
    fills_in(other, WORDED, "A value", "8", "1")
    one.says("/questions")
    one.presses(f"Stop: {WORDED}")
    one.presses("Yes, do it")
    other.presses("Yes, do it")
    assert "This has changed meanwhile" in other.sees
    assert [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_rule_added"] == []


def test_the_same_line_typed_again_corrects_nothing(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    alert = clinician.last["message_id"]
    shown = clinician.message(alert)["text"]
    for _ in range(2):
        anna.says("8 2 2 4")
        assert clinician.message(alert)["text"] == shown
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1
    assert [row for row in clinic.rows(OutboxMessage) if row.kind is MessageKind.ALERT_CHANGED] == []
    anna.says("9 2 2 4")
    assert "Corrected by the patient since: Mon 2 Mar 2026: 9" in clinician.message(alert)["text"]
