"""`/alerts`: a team sets its rules by buttons, sees how often each would have told it, and what the patient reads."""

import pytest

from storage.models import AuditEntry
from tests.journeys.scenes import PHONE
from tests.journeys.test_alerts import TOLD, alerts_to, evening, grace_passes, ruled
from tests.journeys.test_own_copy import set_language
from tests.support import Clinic, Someone


def test_a_rule_that_has_ended_tells_nothing_and_what_it_told_can_be_seen(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic)
    evening(clinic, anna, 2, "8 2 2 4")
    alert = clinician.last
    clinician.says("/alerts")
    clinician.presses("Remove rule 1")
    assert clinician.sees == "This rule ends: Pain 8 or more. What it has told stays as it is. Is that right?"
    clinician.presses("Yes, do it")
    assert clinician.sees == "Done. The rule has ended: Pain 8 or more."
    clinician.presses("‹ Alerts")
    assert "There is no rule: nobody hears of an answer before the weekly summary." in clinician.sees
    evening(clinic, anna, 3, "1 2 2 4")
    evening(clinic, anna, 4, "9 2 2 4")
    assert len(alerts_to(clinician)) == 1
    clinician.presses("Seen", alert)
    assert "Seen by you" in clinician.message(alert["message_id"])["text"]
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_rule_ended"]
    assert entry.before == {"rule": 1, "item": "pain", "kind": "value", "threshold": 8, "days": 1}


def fills_in(member: Someone, *buttons: str) -> None:
    member.says("/alerts")
    for button in ("Add a rule", *buttons):
        member.presses(button)


def test_a_rule_is_set_by_buttons_and_the_preview_says_how_often_it_would_have_told(clinic: Clinic) -> None:
    clinician, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    for day, pains in enumerate(("99", "91", "19", "11", "91", "91"), 2):
        evening(clinic, anna, day, f"{pains[0]} 2 2 4")
        ben.says(f"{pains[1]} 2 2 4")
    clinician.says("/alerts")
    assert "There is no rule: nobody hears of an answer before the weekly summary." in clinician.sees
    clinician.presses("Add a rule")
    assert clinician.buttons[:4] == ["Pain", "Tiredness", "Weakness", "Pain on exertion"]
    clinician.presses("Pain")
    clinician.presses("A value")
    assert "Pain: from which value on?" in clinician.sees
    clinician.presses("9")
    assert clinician.sees.startswith("Pain 9 or more: on how many answered days in a row?")
    clinician.presses("2")
    assert clinician.sees == (
        "New rule: Pain 9 or more on 2 answered days in a row.\n\n"
        "In the last 90 days it would have told the team 2 times (1 of 2 patients). At most 2 in one week.\n"
        "Is that right?"
    )
    assert alerts_to(clinician) == []
    clinician.presses("‹ Back")
    clinician.presses("1")
    assert "it would have told the team 4 times (2 of 2 patients)." in clinician.sees
    clinician.presses("Yes, do it")
    assert clinician.sees == "Done. The rule holds from the next answer on: Pain 9 or more."
    clinician.presses("‹ Alerts")
    assert "1. Pain 9 or more\n" in clinician.sees
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_rule_added"]
    assert entry.after == {"rule": 1, "item": "pain", "kind": "value", "threshold": 9, "days": 1}
    evening(clinic, ben, 8, "9 2 2 4")
    assert f"Alert: {ben.code}" in clinician.sees


def test_what_was_told_and_corrected_afterwards_counts_and_what_was_corrected_in_time_does_not(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    ruled(clinic, 9)
    evening(clinic, anna, 2, "9 2 2 4")
    anna.says("pain 1")
    clinic.becomes(clinic.local("2026-03-03 18:00"))
    anna.says("9 2 2 4")
    anna.says("pain 1")
    grace_passes(clinic)
    assert len(alerts_to(clinician)) == 1
    fills_in(clinician, "Pain", "A value", "8", "1")
    assert "it would have told the team 1 time (1 of 1 patients).\nIs" in clinician.sees


def test_a_new_rule_tells_what_goes_on_with_the_next_answer(clinic: Clinic) -> None:
    clinician, anna = clinic.clinician(), clinic.patient()
    for day in range(2, 11):
        evening(clinic, anna, day, "8 2 2 4")
    fills_in(clinician, "Pain", "A value", "8", "3", "Yes, do it")
    assert alerts_to(clinician) == []
    evening(clinic, anna, 11, "9 2 2 4")
    assert "Pain … 8, 8, 8, 8, 8, 8, 9 on 10 days (Mon 2 Mar 2026 to Wed 11 Mar 2026)" in clinician.sees


def test_there_are_few_rules_and_none_twice(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    fills_in(clinician, "Pain", "A value", "8", "3", "Yes, do it")
    fills_in(clinician, "Pain", "A value", "8", "3")
    assert clinician.sees.startswith("There is this rule already. Please choose otherwise, or press Cancel.")
    clinician.presses("Cancel, change nothing")
    for threshold in (3, 4, 5, 6):
        ruled(clinic, threshold, kind="rise")
    clinician.says("/alerts")
    assert "Add a rule" not in clinician.buttons
    assert clinician.forges("al:add").startswith("A team has at most 5 rules, so that alerts stay few.")


def test_of_two_who_add_the_second_is_told_that_the_first_did(clinic: Clinic) -> None:
    first, second = clinic.clinician(), clinic.coordinator()
    fills_in(second, "Pain", "A rise over", "2", "3")
    fills_in(first, "Weakness", "A value", "8", "3", "Yes, do it")
    second.presses("Yes, do it")
    assert "This has changed meanwhile" in second.sees
    second.says("/alerts")
    assert "1. Weakness 8 or more on 3 answered days in a row" in second.sees
    assert "2." not in second.sees


@pytest.mark.parametrize("typed", ["11", "0", "-1", "8.5", "lots"])
def test_what_is_no_threshold_is_refused_and_asked_again(clinic: Clinic, typed: str) -> None:
    clinician = clinic.clinician()
    fills_in(clinician, "Pain", "A value")
    clinician.says(typed)
    assert clinician.sees.startswith("Please press one of the buttons. Nothing was changed.\n\nPain: from which value")
    clinician.says("8")
    assert "on how many answered days" in clinician.sees


@pytest.mark.parametrize(
    "data", ["al", "al:end:", "al:end:99", "al:readers:", "al:add:1", "al:end:²", "as:", "as:99", "as:²"]
)
def test_a_forged_button_changes_nothing(clinic: Clinic, data: str) -> None:
    clinician = clinic.clinician()
    ruled(clinic)
    clinician.says("/alerts")
    before = clinic.stored()
    assert clinician.forges(data).startswith(("This button is no longer", "This has changed meanwhile"))
    assert clinic.stored() == before


def test_the_team_sets_what_the_patient_reads_and_the_rest_always_follows(clinic: Clinic) -> None:
    coordinator, clinician, anna, ben = clinic.coordinator(), clinic.clinician(), clinic.patient(), clinic.patient()
    set_language(clinic, ben, "de")
    ruled(clinic)
    coordinator.says("/alerts")
    coordinator.presses("What the patient reads")
    coordinator.presses("English")
    assert f"Now: {TOLD}" in coordinator.sees
    coordinator.says("The nurses of <ward 3> & Dr Marsh's team know now.")
    preview = coordinator.sees
    assert preview.startswith("A patient then reads:\n\nThe nurses of <ward 3> & Dr Marsh's team know now.\n\nIf you")
    assert f"call your care team on {PHONE}." in preview
    evening(clinic, anna, 2, "8 2 2 4")
    assert anna.sees.startswith(TOLD), "not before it is confirmed"
    coordinator.presses("Yes, do it")
    evening(clinic, anna, 3, "1 2 2 4")
    clinic.becomes(clinic.local("2026-03-04 18:00"))
    ben.says("8 2 2 4")
    evening(clinic, anna, 4, "8 2 2 4")
    assert anna.sees.startswith("The nurses of <ward 3> & Dr Marsh's team know now.\n\n")
    assert "This is not an emergency service" in anna.sees
    assert PHONE in anna.sees
    assert ben.sees.startswith("Ihr Behandlungsteam erfährt jetzt"), "German is not set"
    (entry,) = [entry for entry in clinic.rows(AuditEntry) if entry.action == "alert_words_set"]
    assert entry.before == {"en": None}
    assert entry.after == {"en": "The nurses of <ward 3> & Dr Marsh's team know now."}
    clinician.says("/alerts")
    for label in ("What the patient reads", "English", "The usual words", "Yes, do it"):
        clinician.presses(label)
    evening(clinic, anna, 5, "1 2 2 4")
    evening(clinic, anna, 6, "8 2 2 4")
    assert anna.sees.startswith(TOLD)


def test_what_is_typed_is_what_patients_read_whichever_word_it_is(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinician.says("/alerts")
    clinician.presses("What the patient reads")
    clinician.presses("English")
    clinician.says("usual")
    assert clinician.sees.startswith("A patient then reads:\n\nusual\n")


def test_words_that_are_too_long_are_refused(clinic: Clinic) -> None:
    clinician = clinic.clinician()
    clinician.says("/alerts")
    clinician.presses("What the patient reads")
    clinician.presses("English")
    clinician.says("x" * 401)
    assert clinician.sees.startswith("At most 400 characters can be kept. Please write it shorter.")
    clinician.says("x" * 400)
    assert clinician.sees.startswith("A patient then reads:\n\n" + "x" * 400)
