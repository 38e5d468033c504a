"""A clinician has the team's diaries handed out for research; and who was brought in from elsewhere joins."""

import csv
import io
import json
import zipfile
from typing import Any

import pytest
from sqlmodel import Session

from bot.team import export_forms
from jobs import leaving, research
from jobs.csv_files import FolderInputs, read_folder
from storage import teams
from storage.models import AuditEntry, Drawing, Patient, PatientStatus, Staff
from tests.jobs.wearing_off.examples import CASE
from tests.support import TEAM, Clinic, Someone


def received(doctor: Someone) -> dict[str, bytes]:
    """The files of the newest document."""
    document = next(message["document"] for message in reversed(doctor.messages) if "document" in message)
    with zipfile.ZipFile(io.BytesIO(doctor.clinic.world.files.find(document["file_id"]).content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rows(content: bytes) -> list[dict[str, Any]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def answered(clinic: Clinic, *patients: Someone) -> None:
    clinic.becomes(clinic.local("2026-03-02 18:00"))
    for each in patients:
        each.says("3 2 skip 4")
        each.says("pain 5")
        each.presses("Add a note")
        each.says("My sister Carla drove me")


def documents(member: Someone) -> int:
    return sum("document" in message for message in member.messages)


def test_it_is_counted_confirmed_and_sent_as_one_file(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    anna, ben, doctor = clinic.patient(), clinic.patient(), clinic.clinician()
    answered(clinic, anna, ben)
    doctor.says("/export")
    assert "As what?" in doctor.sees
    doctor.presses("Tables")
    assert "2 patients, 2 days, 10 answers" in doctor.sees
    told = "Patients were told that their diary can be given out for research; that is no consent to "
    assert f"{told}your study, which needs its own approval." in doctor.sees
    assert documents(doctor) == 0, "not before it is confirmed"
    doctor.presses("Yes, do it")
    assert doctor.last["document"]["file_name"] == "infusion-diary-export-2026-03-02.zip"
    assert doctor.sees.startswith("The diaries of 2 patients, under codes.")
    files = received(doctor)
    assert {row["patient"] for row in rows(files["patients.csv"])} == {anna.code, ben.code}
    values = [(row["item"], row["revision"], row["value"]) for row in rows(files["answers.csv"])]
    assert values[:4] == [("pain", "1", "3"), ("pain", "2", "5"), ("tiredness", "1", "2"), ("weakness", "1", "skipped")]
    assert f"{told}a study, which needs its own approval." in files["README.txt"].decode("utf-8-sig")
    assert files["tables.xlsx"].startswith(b"PK")
    assert not any(b"Carla" in content for content in files.values())
    assert "notes.csv" not in files
    noted = [(row.actor, row.after) for row in clinic.rows(AuditEntry) if row.action == "data_exported"]
    assert noted == [(f"staff:{clinic.rows(Staff)[0].id}", {"patients": 2})]
    coordinator = clinic.coordinator()
    coordinator.says("/history")
    assert "exported the team’s diaries for research: 2 patients" in coordinator.sees


def test_as_fhir_it_is_a_bundle_a_patient(clinic: Clinic) -> None:
    anna, doctor = clinic.patient(), clinic.clinician()
    answered(clinic, anna)
    doctor.says("/export")
    doctor.presses("FHIR")
    doctor.presses("Yes, do it")
    files = received(doctor)
    assert set(files) == {f"fhir/{anna.code}.json", "README.txt"}
    assert json.loads(files[f"fhir/{anna.code}.json"])["resourceType"] == "Bundle"
    assert str(anna.account) not in files[f"fhir/{anna.code}.json"].decode()


def test_nothing_of_another_team_and_nobody_who_has_stopped_is_in_it(clinic: Clinic) -> None:
    clinic.another_team("Rheumatology")
    anna, ben, stranger = clinic.patient(), clinic.patient(), clinic.patient(team="Rheumatology")
    answered(clinic, anna, ben, stranger)

    def stop(session: Session) -> None:
        leaving.withdraw(session, session.get_one(Patient, ben.row.id), clinic.clock.now())

    clinic.write(stop)
    doctor = clinic.clinician()
    doctor.says("/export")
    doctor.presses("Tables")
    assert "1 patient, 1 day, 5 answers" in doctor.sees
    assert "1 patient who has stopped the diary is left out." in doctor.sees
    doctor.presses("Yes, do it")
    assert {row["patient"] for row in rows(received(doctor)["diary.csv"])} == {anna.code}


def test_where_nobody_keeps_a_diary_that_is_said(clinic: Clinic) -> None:
    doctor = clinic.clinician()
    doctor.says("/export")
    assert "there is nothing to export" in doctor.sees
    assert clinic.rows(Drawing) == []


def test_a_coordinator_sees_no_answers_and_exports_none(clinic: Clinic) -> None:
    anna, doctor, coordinator = clinic.patient(), clinic.clinician(), clinic.coordinator()
    answered(clinic, anna)
    coordinator.says("/export")
    assert "/export is for clinicians" in coordinator.sees
    doctor.says("/export")
    for data in ("f:export:what:tables", "f:export:+:+"):
        assert coordinator.forges(data) == "This button is no longer in use. Nothing was changed."
    assert clinic.rows(Drawing) == []


def test_whoever_leaves_the_team_before_it_is_made_is_sent_nothing(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, doctor = clinic.patient(), clinic.clinician()
    answered(clinic, anna)
    renderer, drawn = clinic.bot.running.renderer, clinic.bot.running.renderer.draw

    made: list[Any] = []

    async def after_they_left(asked: Any) -> Any:
        made.append(asked)
        clinic.write(lambda session: session.delete(session.get_one(Staff, clinic.rows(Staff)[0].id)))
        return await drawn(asked)

    monkeypatch.setattr(renderer, "draw", after_they_left)
    doctor.says("/export")
    doctor.presses("Tables")
    doctor.presses("Yes, do it")
    assert len(made) == 1
    assert documents(doctor) == 0


def test_whoever_has_everything_erased_while_it_waits_is_not_in_it(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, ben, doctor = clinic.patient(), clinic.patient(), clinic.clinician()
    answered(clinic, anna, ben)
    code, number = ben.code, ben.row.id
    renderer, drawn = clinic.bot.running.renderer, clinic.bot.running.renderer.draw
    made: list[Any] = []

    async def erased_meanwhile(asked: Any) -> Any:
        made.append(await drawn(asked))
        if len(made) == 1:
            clinic.write(lambda session: leaving.erase(session, session.get_one(Patient, number), clinic.clock.now()))
        return made[-1]

    monkeypatch.setattr(renderer, "draw", erased_meanwhile)
    doctor.says("/export")
    doctor.presses("Tables")
    doctor.presses("Yes, do it")
    assert code.encode() not in received(doctor)["patients.csv"]
    assert documents(doctor) == 1


def test_where_it_cannot_be_made_that_is_said(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, doctor = clinic.patient(), clinic.clinician()
    answered(clinic, anna)

    async def broken(*_: object) -> None:
        raise RuntimeError("the worker has gone")

    monkeypatch.setattr(clinic.bot.running.renderer, "draw", broken)
    doctor.says("/export")
    doctor.presses("Tables")
    doctor.presses("Yes, do it")
    for _ in range(3):
        clinic.passes(minutes=1)
    assert "The file could not be made." in doctor.sees


def test_what_is_too_much_for_the_chat_is_the_operators(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    anna, doctor = clinic.patient(), clinic.clinician()
    answered(clinic, anna)
    monkeypatch.setitem(export_forms.MOST_DAYS, "bundles", 0)
    doctor.says("/export")
    doctor.presses("FHIR")
    assert "python -m bot export" in doctor.sees
    doctor.presses("Tables")
    assert "1 patient, 1 day" in doctor.sees, "tables are still to be had"


def test_it_is_kept_for_an_hour_and_asked_for_twice_made_twice(clinic: Clinic) -> None:
    anna, doctor = clinic.patient(), clinic.clinician()
    answered(clinic, anna)
    for _ in range(2):
        doctor.says("/export")
        doctor.presses("Tables")
        doctor.presses("Yes, do it")
    assert documents(doctor) == 2
    clinic.passes(hours=25)
    assert clinic.rows(Drawing) == []


def test_a_diary_from_elsewhere_goes_on_once_its_patient_joins(clinic: Clinic) -> None:
    inputs = read_folder(CASE, stored_on=clinic.start.date())
    assert isinstance(inputs, FolderInputs)

    def bring_in(session: Session) -> str:
        team = teams.team_named(session, TEAM)
        assert team is not None
        return research.store_case(session, team, inputs, clinic.clock.now())[0]

    code = clinic.write(bring_in)
    clinic.passes(days=3)
    coordinator = clinic.coordinator()
    coordinator.says(f"/patient {code}")
    assert "imported, not joined yet" in coordinator.sees
    coordinator.presses("Make a new invitation link")
    token = coordinator.sees.split("start=")[1].split()[0]
    anna = clinic.someone()
    anna.says(f"/start {token}")
    for button in ("English", "Continue", "I agree", "Yes, Europe/London"):
        anna.presses(button)
    anna.says("18:00")
    assert anna.code == code
    assert anna.row.status is PatientStatus.ACTIVE
    clinic.becomes(clinic.local("2026-03-05 18:00"))
    assert "pain" in anna.sees
    anna.says("1 1 1 1")
    doctor = clinic.clinician()
    doctor.says("/export")
    doctor.presses("Tables")
    assert "1 patient, 631 days, 2,252 answers" in doctor.sees.replace("2252", "2,252")
    coordinator.says(f"/patient {code}")
    assert "Make a new invitation link" not in coordinator.buttons
