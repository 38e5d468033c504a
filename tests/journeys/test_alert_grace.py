"""A slip of the thumb that is corrected within a few minutes alarms nobody; what stays is told."""

import pytest
from sqlmodel import Session, select

from bot.local.faults import Fault
from jobs.alerts import GRACE
from storage.models import Alert, AuditEntry, MessageKind, MessageState, OutboxMessage
from tests.journeys.scenes import EMERGENCY, PHONE
from tests.journeys.test_alerts import TOLD, alerts_to, evening, grace_passes, notices, redelivered, ruled
from tests.journeys.test_leaving import erased, stopped
from tests.journeys.test_own_copy import set_language
from tests.support import Clinic


def six_oclock(clinic: Clinic, day: int = 2) -> None:
    clinic.becomes(clinic.local(f"2026-03-{day:02} 18:00"))


def audited(clinic: Clinic) -> list[str]:
    return [entry.action for entry in clinic.rows(AuditEntry) if entry.action.startswith("alert_")][1:]


def outcome(clinic: Clinic) -> set[tuple[str, str]]:
    """What became of the messages about alerts."""
    kinds = (MessageKind.ALERT, MessageKind.ALERT_NOTICE, MessageKind.ALERT_CHANGED)
    return {(row.kind.value, row.state.value) for row in clinic.rows(OutboxMessage) if row.kind in kinds}


def test_a_slip_that_is_changed_in_time_is_told_to_nobody(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    for value in ("10", "2", "2", "4"):
        anna.presses(value)
    assert "Noted, thank you" in anna.sees
    assert "told" not in anna.sees, "it is not true yet"
    clinic.passes(minutes=2)
    anna.presses("Change")
    anna.presses("Pain: 10")
    anna.presses("1")
    assert "Pain: 1" in anna.sees
    assert clinic.rows(Alert) == []
    clinic.passes(minutes=10)
    assert alerts_to(clinician) == notices(anna) == []
    assert audited(clinic) == ["alert_raised", "alert_taken_back"]
    assert outcome(clinic) == {("alert", "withdrawn"), ("alert_notice", "withdrawn")}
    coordinator = clinic.coordinator()
    coordinator.says("/alerts")
    coordinator.presses("Tell coordinators too")
    coordinator.presses("Yes, do it")
    coordinator.says(f"/history {anna.code}")
    assert "an alert was taken back: corrected before anybody was told" in coordinator.sees


def test_a_correction_that_the_rule_still_holds_for_changes_nothing(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.passes(minutes=2)
    anna.says("pain 9")
    clinic.passes(minutes=1)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1, "three minutes after it was first said"
    assert clinician.sees.endswith("Corrected by the patient since: Mon 2 Mar 2026: 9")
    assert audited(clinic) == ["alert_raised"]


@pytest.mark.parametrize("again", ["9", "skip"])
def test_after_it_was_taken_back_the_same_day_can_raise_it_again(clinic_on_each: Clinic, again: str) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.passes(minutes=1)
    anna.says("pain 1")
    clinic.passes(minutes=1)
    anna.says(f"pain {again}")
    clinic.passes(minutes=1)
    assert alerts_to(clinician) == [], "the time begins anew"
    clinic.passes(minutes=2)
    assert len(alerts_to(clinician)) == len(notices(anna)) == (again == "9")
    assert all("Pain 9 on 1 day" in told and "Corrected" not in told for told in alerts_to(clinician))


def test_once_it_is_told_a_correction_is_shown_and_nothing_is_unsaid(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "10 2 2 4")
    anna.says("pain 1")
    grace_passes(clinic)
    assert clinician.sees.endswith("Corrected by the patient since: Mon 2 Mar 2026: 1")
    assert audited(clinic) == ["alert_raised"]
    assert len(clinic.rows(Alert)) == len(notices(anna)) == 1


def test_yesterday_filled_in_may_break_a_run_that_nobody_has_heard_of(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 8, days=2)
    evening(clinic, anna, 2, "8 2 2 4")
    clinic.becomes(clinic.local("2026-03-04 09:00"))
    anna.says("/today")
    anna.says("8 2 2 4")
    anna.says("/yesterday")
    anna.says("1 2 2 4")
    grace_passes(clinic)
    assert alerts_to(clinician) == notices(anna) == []


def test_two_rules_that_one_check_in_meets_are_two_alerts_and_one_notice(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    ruled(clinic, item="weakness")
    six_oclock(clinic)
    for value in ("9", "2", "9", "4"):
        anna.presses(value)
        clinic.passes(minutes=0.25)
    clinic.passes(minutes=1.75)
    assert [len(alerts_to(clinician)), len(notices(anna))] == [0, 0]
    clinic.passes(minutes=0.25)
    assert [len(alerts_to(clinician)), len(notices(anna))] == [1, 1]
    clinic.passes(minutes=5)
    assert [len(alerts_to(clinician)), len(notices(anna))] == [2, 1]


def test_of_two_the_one_that_was_a_slip_is_taken_back_alone(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    ruled(clinic, item="weakness")
    six_oclock(clinic)
    anna.says("9 2 9 4")
    anna.says("pain 1")
    grace_passes(clinic)
    (told,) = alerts_to(clinician)
    assert "Weakness 9 on 1 day" in told
    assert len(notices(anna)) == 1


def test_what_an_outage_held_up_is_noticed_once(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    ruled(clinic, item="weakness")
    six_oclock(clinic)
    anna.presses("9")
    clinic.passes(minutes=0.5)
    anna.says("weakness 9")
    clinic.passes(minutes=30)
    assert (len(alerts_to(clinician)), len(notices(anna))) == (2, 1)


def test_a_restart_within_it_changes_nothing(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.restart()
    assert alerts_to(clinician) == []
    anna.says("pain 1")
    clinic.restart()
    grace_passes(clinic)
    assert alerts_to(clinician) == []
    anna.says("pain 9")
    clinic.restart()
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1


def test_a_correction_that_telegram_tells_twice_takes_back_what_it_did_and_no_more(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    anna.says("pain 1")
    before = clinic.stored()
    redelivered(clinic)
    assert clinic.stored() == before
    grace_passes(clinic)
    assert alerts_to(clinician) == notices(anna) == []


def test_whoever_stops_within_it_is_told_of_all_the_same_and_hears_it(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    stopped(anna)
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == 1
    assert anna.sees == (
        f"{TOLD}\n\nThis is not an emergency service, and it is not certain that somebody reads it at once. "
        f"If you feel unwell, call your care team on {PHONE}. {EMERGENCY}"
    ), "nothing can be changed any more"


def test_whoever_has_everything_erased_within_it_has_this_erased_too(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    erased(anna)
    grace_passes(clinic)
    assert alerts_to(clinician) == notices(anna) == []
    assert clinic.rows(Alert) == []


def test_whoever_blocks_the_bot_within_it_is_told_of_and_reads_nothing(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.world.block(anna.account)
    clinic.calm()
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == 1
    assert notices(anna) == []


def test_a_reader_who_blocks_the_bot_within_it_is_stood_in_for_and_the_patient_reads_the_truth(clinic: Clinic) -> None:
    clinician, coordinator = clinic.clinician(), clinic.coordinator()
    anna = clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.world.block(clinician.account)
    clinic.calm()
    grace_passes(clinic)
    clinic.passes(minutes=1)
    assert len(alerts_to(coordinator)) == 1
    assert anna.sees.startswith(TOLD)


def test_where_the_only_reader_blocks_the_bot_within_it_the_patient_is_not_told_otherwise(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.world.block(clinician.account)
    clinic.calm()
    grace_passes(clinic)
    assert anna.sees.startswith("What you entered is kept, but nobody on your care team can be reached")


def test_a_rule_that_ends_within_it_has_still_been_met_and_can_still_be_a_slip(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    ben.says("10 2 2 4")
    clinician.says("/alerts")
    clinician.presses("Remove rule 1")
    clinician.presses("Yes, do it")
    ben.says("pain 1")
    grace_passes(clinic)
    (told,) = alerts_to(clinician)
    assert anna.code in told


def test_while_neither_has_heard_of_it_a_late_correction_takes_it_back_too(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")

    def held_up(session: Session) -> None:
        """As in an outage: it is due, and was not sent for certain."""
        for message in session.exec(select(OutboxMessage).where(OutboxMessage.state == MessageState.PENDING)):
            message.due_at += GRACE

    clinic.write(held_up)
    clinic.passes(minutes=4)
    anna.says("pain 1")
    clinic.passes(minutes=10)
    assert alerts_to(clinician) == notices(anna) == []


def test_what_the_patient_has_read_of_is_told_though_it_was_corrected_before_it_got_through(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    clinic.world.misbehave(Fault("server_error", "sendMessage", chat_id=clinician.account))
    anna.says("10 2 2 4")
    grace_passes(clinic)
    assert alerts_to(clinician) == []
    assert anna.sees.startswith(TOLD)
    anna.says("pain 1")
    clinic.passes(minutes=2)
    assert clinician.sees.endswith("Corrected by the patient since: Mon 2 Mar 2026: 1")


def test_the_notice_is_in_the_patients_language(clinic: Clinic) -> None:
    anna, ben = clinic.patient(), clinic.patient()
    clinic.clinician()
    for member, language in ((anna, "fr"), (ben, "de")):
        set_language(clinic, member, language)
    ruled(clinic)
    six_oclock(clinic)
    for member in (anna, ben):
        member.says("9 2 2 4")
    grace_passes(clinic)
    assert anna.sees.startswith("Votre équipe soignante est avertie maintenant")
    assert ben.sees.startswith("Ihr Behandlungsteam erfährt jetzt")


def test_a_slip_that_was_corrected_while_the_bot_was_down_is_told_to_nobody(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.is_down(minutes=30, meanwhile=lambda: clinic.world.say(anna.account, "pain 1"))
    clinic.passes(minutes=5)
    assert "Pain: 1" in anna.sees
    assert alerts_to(clinician) == notices(anna) == []


def test_what_nobody_corrected_while_the_bot_was_down_is_told_soon_after(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.is_down(minutes=30)
    clinic.passes(minutes=0.25)
    assert len(alerts_to(clinician)) == len(notices(anna)) == 1


def test_who_could_not_be_reached_reads_what_was_done_once_they_can(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    six_oclock(clinic)
    anna.says("10 2 2 4")
    clinic.world.block(anna.account)
    clinic.passes(minutes=4)
    assert len(alerts_to(clinician)) == 1
    assert notices(anna) == []
    clinic.world.unblock(anna.account)
    anna.says("/today")
    clinic.passes(minutes=1)
    assert len(notices(anna)) == 1
    clinic.passes(days=1)
    assert len(notices(anna)) == 1
