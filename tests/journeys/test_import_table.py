"""Many values at once, as a pasted table: every fault by its line, and nothing is stored until all is right."""

from storage.erasing import erase_patient
from storage.models import Dialogue, Measurement, SteroidDose
from tests.journeys.test_alerts import redelivered, withdrawn
from tests.journeys.test_measurements import CONFIRM, DOSES, entered, seen, steps, table
from tests.support import Clinic


def test_a_pasted_table_is_previewed_and_stored_by_one_confirmation(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna, ben = clinic.coordinator(), clinic.patient(), clinic.patient()
    entered(coordinator, f"/weight {anna.code} 80 1 Feb")
    pasted = table(
        f"{anna.code};2026-02-20;CK;1250,5;U/l;195",
        f"{ben.code.lower()};2026-02-21;ck;20;ukat/l;",
        f"{anna.code};2026-02-01;weight;80;kg",
        f"{anna.code};22.02.2026;weight;95,5;kg",
        f"{ben.code};2026-02-24;CK;60;U/l;",
    )
    coordinator.says(pasted)
    assert "4 new lines of " in coordinator.sees
    assert anna.code in coordinator.sees
    assert ben.code in coordinator.sees
    assert "Fri 20 Feb 2026 to Tue 24 Feb 2026" in coordinator.sees
    assert "1 more line is there already" in coordinator.sees
    assert "Line 4: 95.5 kg is 19 % away from the last weight, 80 kg. Is it right?" in coordinator.sees
    assert "Line 5: The last CK was 1,200 U/l. 60 U/l is at least 5 times" in coordinator.sees
    assert len(clinic.rows(Measurement)) == 1
    coordinator.presses(CONFIRM)
    assert "4 lines of" in coordinator.sees
    assert [value for _, value in seen(clinic, anna).creatine_kinase] == [1250.5]
    assert [value for _, value in seen(clinic, ben).creatine_kinase] == [1200.0, 60.0]
    assert [value for _, value in seen(clinic, anna).weights] == [80.0, 95.5]
    assert [action for _, action, _, _ in clinic.history(ben.row)][-1] == "measurement_added"
    coordinator.says(pasted)
    assert "All 5 lines are there already" in coordinator.sees
    assert clinic.world.refused() == []


def test_pasted_steroid_doses_fit_to_each_other_and_to_what_is_running(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    entered(doctor, f"/steroid {anna.code} prednisone 40 from 1 Jan")
    doctor.says(
        table(
            "patient\tfrom\tto\tdrug\tdose_mg\talternate_dose_mg",
            f"{anna.code}\t2026-02-01\t\tprednisone\t30\t20",
            f"{anna.code}\t2026-02-15\t\tPrednison\t12,5\t",
        )
    )
    assert "Line 2: This ends prednisone from Thu 1 Jan 2026 on Sat 31 Jan 2026" in doctor.sees
    doctor.presses(CONFIRM)
    assert steps(clinic, anna) == [
        ("prednisone", "2026-01-01", "2026-01-31", 40.0, None),
        ("prednisone", "2026-02-01", "2026-02-14", 30.0, 20.0),
        ("prednisone", "2026-02-15", None, 12.5, None),
    ]


def test_every_fault_is_told_by_line_and_nothing_is_stored(clinic: Clinic) -> None:
    other = clinic.another_team("Rheumatology")
    doctor, anna, ben, carl = clinic.clinician(), clinic.patient(), clinic.patient(), clinic.patient(team=other)
    withdrawn(clinic, ben)
    before = clinic.stored()
    doctor.says(
        table(
            f"{anna.code};2026-02-20;CK;1250;U/l;195",
            f"{anna.code};20.2.;CK;1250;U/l;195",
            f"{anna.code};2026-03-05;CK;many;U/l;195",
            f"{anna.code};2026-02-20;LDH;1250;U/l;195",
            f"{carl.code};2026-02-20;CK;1250;U/l;195",
            f"{ben.code};2026-02-20;CK;1250;U/l;195",
            f"{anna.code};2026-02-20;CK;1250;mg",
            f"{anna.code};2026-02-20;CK",
            f"{anna.code};2026-02-20;CK;1250;U/l;195",
            f"{anna.code};2026-02-20;CK;1250;U/l;",
            f"{anna.code};2020-02-20;weight;900;kg",
            ";2026-02-20;weight;80;kg",
        )
    )
    for said in (
        "Nothing was kept. There are 13 things to put right:",
        "Line 2, date: “20.2.” is no date. Expected: YYYY-MM-DD",
        "Line 3, date: 2026-03-05 is still to come",
        "Line 3, value: “many” is no number",
        "Line 4, analyte: “LDH” is not known. Expected one of: CK, weight",
        f"Line 5, patient: there is no patient “{carl.code}” on your team",
        f"Line 6, patient: {ben.code} has stopped the diary",
        "Line 7, unit: “mg” is not known. Expected one of: U/l, IU/l, ukat/l",
        "Line 8: the number of cells is 3. It should be these: patient, date, analyte, value, unit, upper_limit",
        "Line 9: this is the same as line 1",
        "Line 10: this is the same as line 1",
        "Line 11, date: 2020-02-20 is more than two years ago",
        "Line 11, value: 900 is out of range. Expected: more than 0, up to 500",
        "Line 12, patient: the cell is empty",
    ):
        assert said in doctor.sees, said
    assert doctor.buttons == []
    assert clinic.stored() == before


def test_the_table_may_come_as_the_next_message_and_again_where_it_has_faults(clinic: Clinic) -> None:
    doctor, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    doctor.says("/import")
    assert "Please send the table as your next message" in doctor.sees
    doctor.says(f"{anna.code};2026-02-20;CK;900\nP-0000;30.02.2026;CK;900\n{ben.code};2026-02-20;weight;8000")
    assert "There are 6 things to put right" in doctor.sees
    for said in ("Line 1: the number of cells is 4", "Line 2, date", "Line 2, patient", "Line 3, value: 8000 is out"):
        assert said in doctor.sees, "all at once"
    doctor.says(f"{anna.code};2026-02-20;CK;900;U/l;195\n{ben.code};2026-02-20;weight;80;kg")
    assert f"1. {anna.code}: CK 900 U/l (upper limit 195), Fri 20 Feb 2026" in doctor.sees
    assert f"2. {ben.code}: Weight 80 kg, Fri 20 Feb 2026" in doctor.sees
    redelivered(clinic)
    doctor.presses(CONFIRM)
    assert len(clinic.rows(Measurement)) == 2
    doctor.says("/import")
    doctor.presses("Cancel, change nothing")
    doctor.says(f"{anna.code};2026-02-21;CK;900;U/l;195")
    assert "Shall I keep" not in doctor.sees


def test_what_was_entered_or_imported_is_taken_back_for_an_hour(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    doctor, coordinator, anna, ben = clinic.clinician(), clinic.coordinator(), clinic.patient(), clinic.patient()
    entered(doctor, f"/steroid {anna.code} prednisone 30 from 1 Feb")
    entered(doctor, f"/ck {ben.code} 900 <195 20 Feb")
    doctor.presses("Undo (for an hour)")
    assert "Undone." in doctor.sees
    assert clinic.rows(Measurement) == []
    doctor.presses("‹ Entered values")
    assert "Nothing yet." in doctor.sees
    entered(doctor, f"/steroid {anna.code} prednisone 15")
    doctor.presses("Undo (for an hour)")
    assert steps(clinic, anna) == [("prednisone", "2026-02-01", None, 30.0, None)], "it runs on"
    doctor.says(table(DOSES, f"{anna.code};2026-02-20;;prednisone;10;", f"{ben.code};2026-02-20;;prednisone;10;"))
    doctor.presses(CONFIRM)
    assert len(clinic.rows(SteroidDose)) == 3
    undo = doctor.buttons_of(doctor.last["message_id"])["Undo (for an hour)"]
    doctor.presses("Undo (for an hour)")
    assert steps(clinic, anna) == [("prednisone", "2026-02-01", None, 30.0, None)]
    assert steps(clinic, ben) == []
    assert "undone already" in doctor.forges(undo)
    coordinator.says(f"/series {anna.code} every 4 weeks x 2 from 12 Mar 0.8 g/kg 1 day")
    coordinator.presses(CONFIRM)
    planned = coordinator.buttons_of(coordinator.last["message_id"])["Undo (for an hour)"]
    before = clinic.stored()
    assert "changed meanwhile" in doctor.forges(planned), "what coordinators do, they take back"
    assert clinic.stored() == before


def test_a_table_full_of_faults_is_told_in_as_many_messages_as_it_takes(clinic: Clinic) -> None:
    doctor = clinic.clinician()
    written = len(doctor.messages)
    doctor.says(table(*[f"P-00{k:02};2026-02-20;CK;{k};U/l;195" for k in range(10, 90)]))
    told = "\n".join(doctor.everything[written:])
    assert [k for k in range(1, 81) if f"Line {k}, patient" not in told] == []
    assert clinic.world.refused() == []


def test_of_a_table_that_somebody_was_faster_with_nothing_is_kept_twice(clinic: Clinic) -> None:
    doctor, coordinator, anna = clinic.clinician(), clinic.coordinator(), clinic.patient()
    line = f"{anna.code};2026-02-20;CK;1250;U/l;195"
    doctor.says(table(line, f"{anna.code};2026-02-21;CK;1300;U/l;195"))
    redelivered(clinic)
    entered(coordinator, f"/ck {anna.code} 1250 <195 20 Feb")
    doctor.presses(CONFIRM)
    assert "changed meanwhile" in doctor.sees
    assert len(clinic.rows(Measurement)) == 1


def test_a_table_that_waits_is_gone_with_the_patient_who_is_erased(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    doctor.says(table(f"{anna.code.removeprefix('P-').lower()};2026-02-20;CK;1250;U/l;195"))
    confirm = doctor.buttons_of(doctor.last["message_id"])[CONFIRM]
    patient = anna.row
    clinic.write(lambda session: erase_patient(session, patient.team_id, patient.id))
    assert "no longer in use" in doctor.taps(doctor.last["message_id"], confirm, forge=True)
    assert clinic.rows(Measurement) == []
    assert all("1250" not in str(dialogue.state) for dialogue in clinic.rows(Dialogue))


def test_so_is_one_in_which_they_have_only_a_line_that_was_there_already(clinic: Clinic) -> None:
    doctor, anna, ben = clinic.clinician(), clinic.patient(), clinic.patient()
    known = f"{anna.code.removeprefix('P-').lower()};2026-02-20;CK;1250;U/l;195"
    doctor.says(table(known))
    doctor.presses(CONFIRM)
    doctor.says(table(known, f"{ben.code};2026-02-20;CK;410;U/l;195"))
    patient = anna.row
    clinic.write(lambda session: erase_patient(session, patient.team_id, patient.id))
    assert all("1250" not in str(dialogue.state) for dialogue in clinic.rows(Dialogue))
    assert doctor.presses(CONFIRM).startswith("This button is no longer in use")


def test_of_a_table_that_is_kept_the_form_keeps_nothing(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    doctor.says(table(f"{anna.code};2026-02-20;CK;1250;U/l;195"))
    confirm = doctor.buttons_of(doctor.last["message_id"])[CONFIRM]
    doctor.presses(CONFIRM)
    assert len(clinic.rows(Measurement)) == 1
    assert all("1250" not in str(dialogue.state) for dialogue in clinic.rows(Dialogue)), "nor of what is removed later"
    done = doctor.sees
    doctor.taps(doctor.last["message_id"], confirm, forge=True)
    assert doctor.sees == done


def test_without_a_table_it_says_how_and_a_wrong_header_is_told(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    doctor.says("/import")
    assert "P-7KQ4;2026-03-12;CK;1250;U/l;195" in doctor.sees
    doctor.says(table("patient;date;value", f"{anna.code};2026-02-20;1250"))
    assert "Line 1, analyte: the column is missing" in doctor.sees
    doctor.says(table("Dear doctor, please see the values"))
    assert "Line 1: the number of cells is 2" in doctor.sees
    doctor.says(table(f"{'P' * 3900};2026-02-20;CK;1250;U/l;195"))
    assert "Line 1, patient: there is no patient" in doctor.sees
    assert clinic.world.refused() == []
