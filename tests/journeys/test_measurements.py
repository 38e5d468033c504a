"""What the care team measures: entered in one line or by buttons, asked about again, corrected, seen in the charts."""

import pytest
from sqlmodel import Session

from jobs import record
from jobs.record import Record
from storage.models import Measurement, PatientStatus, Role, SteroidDose
from tests.journeys.test_alerts import redelivered, withdrawn
from tests.support import TEAM, Clinic, Someone

CONFIRM = "Yes, do it"
DOSES = "patient;from;to;drug;dose_mg;alternate_dose_mg"


def seen(clinic: Clinic, anna: Someone) -> Record:
    """What the patient's chart is drawn from."""
    patient, now = anna.row, clinic.clock.now()

    def read(session: Session) -> Record:
        return record.read(session, patient, now)

    return clinic.read(read)  # type: ignore[no-any-return]


def steps(clinic: Clinic, anna: Someone) -> list[tuple[str, str, str | None, float, float | None]]:
    return [
        (s.drug, s.start.isoformat(), s.end.isoformat() if s.end else None, s.dose_mg, s.alternate_dose_mg)
        for s in seen(clinic, anna).steroids
    ]


def entered(member: Someone, line: str) -> None:
    member.says(line)
    member.presses(CONFIRM)
    assert "Noted" in member.sees


def entered_in(member: Someone, line: str) -> None:
    member.says(line)
    member.presses("Ja, bestätigen")
    assert "Notiert" in member.sees


def table(*lines: str) -> str:
    return "/import\n" + "\n".join(lines)


@pytest.mark.parametrize("role", [Role.CLINICIAN, Role.COORDINATOR])
def test_a_ck_in_one_line_is_shown_and_kept_after_one_tap(clinic_on_each: Clinic, role: Role) -> None:
    clinic = clinic_on_each
    member = clinic.clinician() if role is Role.CLINICIAN else clinic.coordinator()
    anna = clinic.patient()
    member.says(f"/ck {anna.code} 1250 <195 20 Feb")
    assert "CK 1,250 U/l (upper limit 195)" in member.sees
    assert "Fri 20 Feb 2026" in member.sees
    assert clinic.rows(Measurement) == [], "nothing before it is confirmed"
    member.presses(CONFIRM)
    assert "Noted" in member.sees
    kept = seen(clinic, anna)
    assert [(day.isoformat(), value) for day, value in kept.creatine_kinase] == [("2026-02-20", 1250.0)]
    assert kept.upper_limit == 195
    actor, action, before, after = clinic.history(anna.row)[-1]
    assert (actor.startswith("staff:"), action, before) == (True, "measurement_added", None)
    assert after["value"] == 1250


def test_without_an_upper_limit_the_last_known_one_is_proposed_and_said(clinic: Clinic) -> None:
    doctor, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    doctor.says(f"/ck {anna.code} 1250")
    assert "upper limit" not in doctor.sees
    entered(doctor, f"/ck {anna.code} 1250 (195) yesterday")
    doctor.says(f"/ck {ben.code} 300")
    assert "CK 300 U/l (upper limit 195)" in doctor.sees
    assert "the last one that your team entered" in doctor.sees
    entered(doctor, f"/ck {ben.code} 300 <170")
    doctor.says(f"/ck {anna.code} 900")
    assert "(upper limit 195)" in doctor.sees
    assert "the last known one of this patient" in doctor.sees
    doctor.presses("‹ Back")
    doctor.presses("Not known")
    assert "Shall I note this?" in doctor.sees
    assert "upper limit" not in doctor.sees


def test_a_result_typed_as_the_limit_is_asked_about(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/ck {anna.code} 157 <195 1 Feb")
    doctor.says(f"/ck {anna.code}")
    doctor.presses("Yesterday")
    assert "Please type the CK" in doctor.sees, "the result first: it is what one has in hand"
    doctor.says("160")
    doctor.says("1570")
    assert "The last upper limit was 195 U/l. 1,570 U/l is at least 5 times as high, or as low." in doctor.sees
    doctor.presses("‹ Back")
    doctor.presses("195")
    assert "CK 160 U/l (upper limit 195)" in doctor.sees


def test_a_steroid_far_from_the_dose_before_is_asked_about(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/steroid {anna.code} prednisone 30/17.5 from 1 Feb")
    doctor.says(f"/steroid {anna.code} prednisone 300 from yesterday")
    assert "The dose before was 30 mg a day. 300 mg is at least 5 times as much, or as little." in doctor.sees
    doctor.presses("‹ Back")
    doctor.says("40")
    assert "Shall I note this?" in doctor.sees


def test_a_weight_with_a_comma_and_one_that_is_far_from_the_last(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    entered(coordinator, f"/weight {anna.code} 82,5 kg 1 Feb")
    coordinator.says(f"/weight {anna.code.removeprefix('P-').lower()} 60")
    assert "60 kg is 27 % away from the last weight, 82.5 kg. Is it right?" in coordinator.sees
    coordinator.says("yes please")
    assert "Please press a button" in coordinator.sees
    coordinator.presses("Yes, it is right")
    assert "Shall I note this?" in coordinator.sees
    coordinator.presses(CONFIRM)
    assert [value for _, value in seen(clinic, anna).weights] == [82.5, 60.0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/ck {code} 3", "3 U/l is unusually low"),
        ("/ck {code} 1.25", "1.25 U/l is unusually low"),
        ("/ck {code} 120000", "120,000 U/l is unusually high"),
        ("/ck {code} 1570", "The last CK was 157 U/l. 1,570 U/l is at least 5 times as high, or as low. Is it right?"),
        ("/weight {code} 24", "24 kg is unusually low"),
        ("/weight {code} 301", "301 kg is unusually high"),
        ("/steroid {code} prednisone 1500", "1,500 mg a day is unusually much"),
    ],
)
def test_what_is_implausible_is_asked_about_again(clinic: Clinic, line: str, said: str) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/ck {anna.code} 157 1 Feb")
    doctor.says(line.format(code=anna.code))
    assert said in doctor.sees
    assert doctor.buttons == ["Yes, it is right", "‹ Back", "Cancel, change nothing"]
    doctor.presses("‹ Back")
    doctor.says("60")
    assert "Shall I note this?" in doctor.sees
    assert "Is it right?" not in doctor.sees


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/ck {code} 1250 5 Mar", "Thu 5 Mar 2026 is still to come"),
        ("/ck {code} 1250 2023-12-01", "more than two years ago"),
        ("/ck {code} 0", "above 0"),
        ("/ck {code} 9999999", "at most 1,000,000"),
        ("/ck {code} -5", "I cannot read this"),
        ("/ck {code} high", "I cannot read this"),
        ("/ck {code} 1250 mg", "I cannot read “mg” as a date"),
        ("/ck {code} 1250 <0", "An upper limit is above 0"),
        ("/ck {code} 1250 30 Feb", "There is no “30 Feb”: that month ends on Sat 28 Feb 2026."),
        (
            "/steroid {code} prednisone 15 from 29.2.2026",
            "There is no “29.2.2026”: that month ends on Sat 28 Feb 2026.",
        ),
        ("/ck {code} 1250 someday", "I cannot read “someday” as a date"),
        ("/weight {code} heavy", "I cannot read this"),
        ("/weight {code} 600", "at most 500 kg"),
        ("/steroid {code} prednisone", "I cannot read this"),
        ("/steroid {code} 15 prednisone", "I cannot read this"),
        ("/steroid {code} prednisone 0", "A dose is above 0"),
        ("/steroid {code} prednisone 15 from 5 Mar", "is still to come"),
        ("/steroid {code} prednisone 15 from 1 Mar to 27 Feb", "is before the first day"),
        ("/steroid {code} prednisone 15 from 1 Mar to 2028-03-01", "more than a year ahead"),
        ("/steroid {code} stop prednisone", "there is nothing to end"),
        ("/ck P-0000 1250", "There is no patient “P-0000”"),
        ("/ck 1250", "There is no patient “1250”"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(clinic: Clinic, line: str, said: str) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    before = clinic.stored()
    doctor.says(line.format(code=anna.code))
    assert said in doctor.sees
    assert clinic.stored() == before
    assert clinic.world.refused() == []


def test_the_same_value_on_the_same_day_is_said_to_be_there_and_another_stands_beside_it(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/ck {anna.code} 1250 <195")
    doctor.says(f"/ck {anna.code} 1250 <195")
    assert "1,250 U/l on Mon 2 Mar 2026 is there already" in doctor.sees
    doctor.says(f"/ck {anna.code} 1300 <195")
    assert "That day there is already: CK 1,250 U/l (upper limit 195)" in doctor.sees
    doctor.presses(CONFIRM)
    assert [value for _, value in seen(clinic, anna).creatine_kinase] == [1250.0, 1300.0]


def test_a_new_steroid_step_ends_the_running_one_the_day_before(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/steroid {anna.code} prednisone 30/20 from 1 Feb")
    doctor.says(f"/steroid {anna.code} Prednisone 15 mg from 1 Mar to 30 Mar")
    assert "prednisone 15 mg a day, Sun 1 Mar 2026 to Mon 30 Mar 2026" in doctor.sees
    assert "This ends what is running now, on Sat 28 Feb 2026: prednisone 30 mg and 20 mg on alternate" in doctor.sees
    assert "After Mon 30 Mar 2026, no prednisone is noted" in doctor.sees
    doctor.presses(CONFIRM)
    assert steps(clinic, anna) == [
        ("prednisone", "2026-02-01", "2026-02-28", 30.0, 20.0),
        ("prednisone", "2026-03-01", "2026-03-30", 15.0, None),
    ]
    actions = [action for _, action, _, _ in clinic.history(anna.row)]
    assert actions[-2:] == ["steroid_ended", "steroid_added"]
    doctor.says(f"/steroid {anna.code} prednisone 10 from 20 Feb to 25 Feb")
    assert "prednisone is noted for these days already" in doctor.sees
    doctor.says(f"/steroid {anna.code} prednisone 10 from 20 Jan")
    assert "A later dose of prednisone begins on Sun 1 Feb 2026" in doctor.sees
    doctor.says(f"/steroid {anna.code} prednisone 15 from 1 Mar")
    assert "is there already" in doctor.sees
    doctor.says(f"/steroid {anna.code} dexamethasone 4 from 20 Feb")
    assert "Shall I note this?" in doctor.sees, "another drug stands beside it"
    assert len(clinic.rows(SteroidDose)) == 2


def test_a_new_dose_ends_a_running_one_whose_end_was_planned(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    entered(coordinator, f"/steroid {anna.code} prednisone 30/20 from 1 Feb to 30 Mar")
    coordinator.says(f"/steroid {anna.code} prednisone 15")
    assert "prednisone 15 mg a day, from Mon 2 Mar 2026, still taken" in coordinator.sees
    assert "This ends what is running now, on Sun 1 Mar 2026: prednisone 30 mg and 20 mg on" in coordinator.sees
    assert steps(clinic, anna) == [("prednisone", "2026-02-01", "2026-03-30", 30.0, 20.0)], "it is not confirmed yet"
    coordinator.presses(CONFIRM)
    assert steps(clinic, anna) == [
        ("prednisone", "2026-02-01", "2026-03-01", 30.0, 20.0),
        ("prednisone", "2026-03-02", None, 15.0, None),
    ]
    coordinator.says(table(DOSES, f"{anna.code};2026-02-10;2026-03-01;prednisone;10;"))
    assert "Line 2, from: " in coordinator.sees, "of two spans in a table one is a slip"


def test_a_steroid_is_ended_on_its_last_day(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/steroid {anna.code} prednisone 15 from 1 Feb")
    doctor.says(f"/steroid {anna.code} stop Prednisone 27 Feb")
    assert "It is taken for the last time on Fri 27 Feb 2026" in doctor.sees
    doctor.presses(CONFIRM)
    assert steps(clinic, anna) == [("prednisone", "2026-02-01", "2026-02-27", 15.0, None)]
    doctor.says(f"/steroid {anna.code} stop prednisone 27 Feb")
    assert "ends on Fri 27 Feb 2026 already" in doctor.sees
    doctor.says(f"/steroid {anna.code} stop prednisone")
    assert "No prednisone is noted for Mon 2 Mar 2026" in doctor.sees
    entered(doctor, f"/steroid {anna.code} prednisone stop 20 Feb")
    assert steps(clinic, anna)[0][2] == "2026-02-20", "an end can be corrected"


def test_a_steroid_with_the_longest_name_still_fits_on_its_buttons(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/steroid {anna.code} {'ü' * 20} 15 from 1 Feb")
    doctor.says(f"/steroid {anna.code}")
    doctor.presses("ü" * 20)
    doctor.presses("Cancel")
    doctor.says(f"/measurements {anna.code}")
    doctor.presses("End a steroid")
    doctor.presses("ü" * 20)
    doctor.says("3 Apr")
    assert "It is taken for the last time on Fri 3 Apr 2026" in doctor.sees, "an end may be prescribed ahead"
    doctor.presses(CONFIRM)
    assert clinic.world.refused() == []


def test_by_buttons_from_the_card_of_a_patient(clinic: Clinic) -> None:
    coordinator, anna = clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("CK")
    coordinator.presses("Yesterday")
    coordinator.says("12 or so")
    assert "I cannot read “12 or so” as a number" in coordinator.sees
    coordinator.says("840")
    coordinator.presses("Not known")
    coordinator.presses(CONFIRM)
    coordinator.presses("‹ Entered values")
    assert "1. CK 840 U/l, Sun 1 Mar 2026" in coordinator.sees
    coordinator.presses("Weight")
    coordinator.presses("Today")
    coordinator.says("71,2")
    coordinator.presses(CONFIRM)
    coordinator.presses("‹ Entered values")
    coordinator.presses("Steroid")
    coordinator.presses("prednisolone")
    coordinator.presses("Yesterday")
    coordinator.presses("Still taken")
    coordinator.says("30/20")
    coordinator.presses(CONFIRM)
    coordinator.presses("‹ Entered values")
    coordinator.presses("End a steroid")
    coordinator.presses("prednisolone")
    coordinator.presses("Today")
    coordinator.presses(CONFIRM)
    assert steps(clinic, anna) == [("prednisolone", "2026-03-01", "2026-03-02", 30.0, 20.0)]
    assert [value for _, value in seen(clinic, anna).weights] == [71.2]
    assert clinic.world.refused() == []


def test_below_a_chart_a_clinician_finds_the_way_to_what_was_entered(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/weight {anna.code} 82.5")
    doctor.says(f"/chart {anna.code}")
    chart = doctor.last
    doctor.presses("Values and steroids")
    assert "1. Weight 82.5 kg" in doctor.sees
    assert doctor.last["message_id"] != chart["message_id"]


def test_what_was_wrong_is_removed_after_one_question_and_the_audit_keeps_it(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/ck {anna.code} 1250 <195")
    clinic.passes(minutes=1)
    entered(doctor, f"/steroid {anna.code} prednisone 15")
    doctor.says(f"/measurements {anna.code}")
    assert "1. prednisone 15 mg a day" in doctor.sees
    assert "2. CK 1,250 U/l" in doctor.sees
    data = doctor.buttons_of(doctor.last["message_id"])["Remove 2"]
    listed = doctor.last["message_id"]
    doctor.presses("Remove 2")
    assert "Shall I remove this?" in doctor.sees
    assert len(clinic.rows(Measurement)) == 1
    doctor.presses(CONFIRM)
    assert "Removed." in doctor.sees
    assert seen(clinic, anna).creatine_kinase == ()
    _, action, before, after = clinic.history(anna.row)[-1]
    assert (action, before["value"], before["taken_on"], after) == ("measurement_removed", 1250.0, "2026-03-02", None)
    assert "changed meanwhile" in doctor.taps(listed, data, forge=True)
    doctor.says(f"/measurements {anna.code}")
    doctor.presses("Remove 1")
    doctor.presses("Cancel")
    assert len(steps(clinic, anna)) == 1


def test_of_two_at_once_the_second_is_told_that_it_changed(clinic: Clinic) -> None:
    doctor, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    doctor.says(f"/steroid {anna.code} prednisone 15 from 1 Feb")
    coordinator.says(f"/steroid {anna.code} prednisone 20 from 10 Feb")
    coordinator.presses(CONFIRM)
    doctor.presses(CONFIRM)
    assert "changed meanwhile" in doctor.sees
    assert [dose for _, _, _, dose, _ in steps(clinic, anna)] == [20.0]


def test_what_telegram_tells_twice_is_noted_once(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    doctor.says(f"/ck {anna.code} 1250 <195")
    redelivered(clinic)
    assert "Shall I note this?" in doctor.sees
    doctor.presses(CONFIRM)
    redelivered(clinic)
    assert len(clinic.rows(Measurement)) == 1
    assert "Noted" in doctor.sees


def test_a_second_tap_and_an_old_button_change_nothing(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    doctor.says(f"/ck {anna.code} 1250 <195")
    first = doctor.last["message_id"]
    data = doctor.buttons_of(first)[CONFIRM]
    doctor.says(f"/weight {anna.code} 82.5")
    assert "no longer in use" in doctor.taps(first, data, forge=True)
    assert clinic.rows(Measurement) == []
    doctor.presses(CONFIRM)
    doctor.forges("f:weight:+:+")
    assert len(clinic.rows(Measurement)) == 1


def test_whoever_has_left_is_measured_no_more(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/ck {anna.code} 1250 <195")
    doctor.says(f"/ck {anna.code} 900 <195")
    withdrawn(clinic, anna)
    doctor.presses(CONFIRM)
    assert "has stopped the diary" in doctor.sees
    doctor.says(f"/measurements {anna.code}")
    assert "CK 1,250" in doctor.sees
    assert doctor.buttons == []
    doctor.says(f"/weight {anna.code} 82.5")
    assert "has stopped the diary" in doctor.sees
    assert len(clinic.rows(Measurement)) == 1
    assert anna.row.status is PatientStatus.WITHDRAWN


def test_a_code_of_another_team_is_no_code(clinic: Clinic) -> None:
    other = clinic.another_team("Rheumatology")
    doctor, anna = clinic.clinician(other), clinic.patient(team=TEAM)
    doctor.says(f"/ck {anna.code} 1250")
    assert "There is no patient" in doctor.sees
    doctor.forges(f"me:ck:{anna.row.id}")
    assert clinic.rows(Measurement) == []


def test_lines_are_read_in_the_readers_language(clinic: Clinic) -> None:
    anna = clinic.patient()
    doctor = clinic.someone("de")
    doctor.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    entered_in(doctor, f"/ck {anna.code} 1250 (195) 20. Februar")
    entered_in(doctor, f"/steroid {anna.code} Prednison 12,5/10 ab 1. Februar bis 28. Februar")
    assert steps(clinic, anna) == [("prednisone", "2026-02-01", "2026-02-28", 12.5, 10.0)]
    nurse = clinic.someone("fr")
    nurse.says(f"/start {clinic.invitation(Role.COORDINATOR)}")
    nurse.says(f"/steroid {anna.code} prednisone 10 du 1 mars au 15 mars")
    assert "prednisone 10 mg par jour, du dim. 1er mars 2026 au dim. 15 mars 2026" in nurse.sees


def test_from_what_was_entered_a_coordinator_comes_back_to_the_card(clinic: Clinic) -> None:
    doctor, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    coordinator.says(f"/patient {anna.code}")
    coordinator.presses("Values and steroids")
    coordinator.presses(f"‹ {anna.code}")
    assert "Daily check-in" in coordinator.sees
    doctor.says(f"/measurements {anna.code}")
    assert f"‹ {anna.code}" not in doctor.buttons, "cards are the coordinators'"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("/ck {code} 12,500 <195", "“12,500” can be read in two ways. Please send 12500 or 12.5."),
        ("/ck {code} 12.500", "“12.500” can be read in two ways. Please send 12500 or 12.5."),
        ("/ck {code} 1250 <1.000", "“1.000” can be read in two ways. Please send 1000 or 1."),
        ("/steroid {code} methylprednisolone 1.000", "“1.000” can be read in two ways. Please send 1000 or 1."),
    ],
)
def test_a_number_that_can_be_read_in_two_ways_is_not_guessed_at(clinic: Clinic, typed: str, said: str) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    doctor.says(typed.format(code=anna.code))
    assert doctor.sees == said
    assert clinic.rows(Measurement) == []
    assert steps(clinic, anna) == []
