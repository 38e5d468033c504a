"""A table of values sent as a CSV file: the same whole-or-nothing check as of a pasted one, and files that are none."""

import pytest

from bot.local.records import Request
from bot.local.specification import Upload
from jobs.measured_table import MOST_BYTES, MOST_LINES
from storage.models import Measurement, Role
from tests.journeys.test_alerts import redelivered, withdrawn
from tests.journeys.test_bad_input import NOT_KEPT
from tests.journeys.test_measurements import CONFIRM, seen, steps
from tests.support import Clinic, Someone

CSV = "text/csv"


def sends(member: Someone, content: bytes | str, name: str = "values.csv", **more: str) -> None:
    written = content.encode() if isinstance(content, str) else content
    member.clinic.world.send_document(member.account, name, written, mime_type=CSV, **more)
    member.clinic.calm()


def fetched(clinic: Clinic) -> list[Request]:
    return [request for request in clinic.world.requests if request.method == "getFile"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(("separator", "decimals"), [(",", "82.5"), (";", "82,5"), ("\t", "82,5")])
def test_a_file_is_previewed_and_kept_by_one_confirmation(
    clinic: Clinic, encoding: str, separator: str, decimals: str
) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    lines = [
        ["patient", "date", "analyte", "value", "unit", "upper_limit"],
        [anna.code, "2026-02-20", "CK", "1250", "U/l", "195"],
        [anna.code, "2026-02-21", "weight", decimals, "kg", ""],
    ]
    sends(doctor, "\r\n".join(separator.join(cells) for cells in lines).encode(encoding))
    assert f"2 new lines of {anna.code}" in doctor.sees
    assert clinic.rows(Measurement) == [], "nothing before it is confirmed"
    doctor.presses(CONFIRM)
    assert [value for _, value in seen(clinic, anna).creatine_kinase] == [1250.0]
    assert [value for _, value in seen(clinic, anna).weights] == [82.5]
    assert clinic.world.refused() == []


def test_a_file_of_steroid_doses_on_alternate_days(clinic_on_each: Clinic) -> None:
    clinic = clinic_on_each
    coordinator, anna = clinic.coordinator(), clinic.patient()
    sends(
        coordinator,
        "patient;from;to;drug;dose_mg;alternate_dose_mg\n"
        f"{anna.code};2026-02-01;;prednisone;30;20\n{anna.code};2026-02-15;2026-03-20;Prednison;12,5;\n",
    )
    coordinator.presses(CONFIRM)
    assert steps(clinic, anna) == [
        ("prednisone", "2026-02-01", "2026-02-14", 30.0, 20.0),
        ("prednisone", "2026-02-15", "2026-03-20", 12.5, None),
    ]


def test_of_a_file_with_faults_every_one_is_told_by_line_and_nothing_is_kept(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    before = clinic.stored()
    sends(
        doctor,
        "patient,date,analyte,value,unit,upper_limit\n"
        f"{anna.code},2026-02-20,CK,1250,U/l,195\n"
        f'{anna.code},2026-02-21,CK,"1,250",U/l,195\n'
        f"{anna.code},2026-04-21,CK,1250,U/l,195\n"
        "P-0000,2026-02-20,CK,1250,U/l,195\n",
    )
    assert "There are 3 things to put right" in doctor.sees
    for said in ("Line 3, value: “1,250” is no number", "Line 4, date: 2026-04-21", "Line 5, patient: there is no"):
        assert said in doctor.sees
    assert doctor.buttons == []
    assert clinic.stored() == before


def test_a_file_full_of_faults_is_answered_by_a_file_that_lists_every_one(clinic: Clinic) -> None:
    doctor = clinic.clinician()
    sends(doctor, "\n".join(f"P-00{k:03};2026-02-20;CK;{k};U/l;195" for k in range(100, 500)))
    assert "There are 400 things to put right" in doctor.sees
    answer = doctor.last["document"]
    assert answer["file_name"] == "faults.txt"
    told = clinic.world.file(answer["file_id"]).content.decode("utf-8-sig").splitlines()
    assert [line.partition(",")[0] for line in told] == [f"Line {k}" for k in range(1, 401)]


@pytest.mark.parametrize(
    "content",
    [
        "P-7KQ4;2026-02-20;CK;1250;U/l;195\nP-7KQ4;2026-02-21;Größe;3;kg".encode("latin-1"),
        "P-7KQ4;2026-02-20;CK;1250;U/l;195\n".encode("utf-16"),
        "P-7KQ4;2026-02-20;CK;1250;U/l;195\n".encode("utf-16-le"),
        b"PK\x03\x04\x14\x00\x06\x00",
    ],
)
def test_what_is_not_in_utf_8_is_refused_with_what_would_be_right(clinic: Clinic, content: bytes) -> None:
    doctor = clinic.clinician()
    before = clinic.stored()
    sends(doctor, content)
    assert "the text is not UTF-8. Save it as CSV in UTF-8." in doctor.sees
    assert f"Line {2 if b'CK' in content and b'Gr' in content else 1}: " in doctor.sees
    assert clinic.stored() == before


def test_what_is_too_large_or_too_long_or_empty_is_refused(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    line = f"{anna.code};2026-02-20;CK;1250;U/l;195\n"
    before = clinic.stored()
    sends(doctor, "x" * (MOST_BYTES + 1))
    assert "This file is too large, so nothing was kept" in doctor.sees
    assert not fetched(clinic), "it is not even fetched"
    sends(doctor, f"{anna.code};2026-02-20;CK;1;U/l;\n" * (MOST_LINES + 1))
    assert "there are 501 lines. At most 500" in doctor.sees
    sends(doctor, "\ufeff\n\n")
    assert "the file is empty" in doctor.sees
    assert clinic.stored() == before
    sends(doctor, line, album="1")
    sends(doctor, line, album="1")
    assert [text for text in doctor.everything if "One file at a time" in text] == [doctor.sees]
    assert clinic.rows(Measurement) == []


def test_a_file_of_unsaid_size_is_measured_when_it_is_there(clinic: Clinic) -> None:
    doctor = clinic.clinician()
    document = clinic.world.files.document(Upload("values.csv", b"x" * (MOST_BYTES + 1), CSV))
    del document["file_size"]
    clinic.world.write(doctor.account, {"document": document})
    clinic.calm()
    assert "This file is too large, so nothing was kept" in doctor.sees


def test_a_file_that_telegram_does_not_hand_out_is_asked_for_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    line = f"{anna.code};2026-02-20;CK;1250;U/l;195"
    monkeypatch.setattr("bot.local.methods.DOWNLOAD_LIMIT_BYTES", 5)
    sends(doctor, line)
    assert "I could not get this file from Telegram" in doctor.sees
    monkeypatch.undo()
    sends(doctor, line)
    doctor.presses(CONFIRM)
    assert len(clinic.rows(Measurement)) == 1


def test_a_file_told_twice_is_kept_once(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    sends(doctor, f"{anna.code};2026-02-20;CK;1250;U/l;195")
    redelivered(clinic)
    assert "1 new line of" in doctor.sees
    doctor.presses(CONFIRM)
    redelivered(clinic)
    sends(doctor, f"{anna.code};2026-02-20;CK;1250;U/l;195")
    assert "This 1 line is there already" in doctor.sees
    assert len(clinic.rows(Measurement)) == 1


def test_patients_and_strangers_are_not_read_and_another_teams_codes_are_none(clinic: Clinic) -> None:
    other = clinic.another_team("Rheumatology")
    anna, stranger, doctor = clinic.patient(), clinic.someone(), clinic.clinician(other)
    line = f"{anna.code};2026-02-20;CK;1250;U/l;195"
    before = clinic.stored()
    sends(anna, line)
    assert NOT_KEPT in anna.sees
    sends(stranger, line)
    assert "open the personal link that your clinic gives you" in stranger.sees
    assert not fetched(clinic)
    sends(doctor, line)
    assert f"there is no patient “{anna.code}” on your team" in doctor.sees
    assert clinic.stored() == before


def test_whoever_has_left_is_named_as_such(clinic: Clinic) -> None:
    doctor, anna = clinic.clinician(), clinic.patient()
    withdrawn(clinic, anna)
    sends(doctor, f"{anna.code};2026-02-20;CK;1250;U/l;195")
    assert f"Line 1, patient: {anna.code} has stopped the diary" in doctor.sees


@pytest.mark.parametrize(
    ("language", "kept", "confirm", "wrong"),
    [
        ("de", "1 neue Zeile", "Ja, bestätigen", "der Text ist nicht UTF-8"),
        ("fr", "1 nouvelle ligne", "Oui, je confirme", "le texte n’est pas en UTF-8"),
    ],
)
def test_it_is_the_same_in_other_languages(clinic: Clinic, language: str, kept: str, confirm: str, wrong: str) -> None:
    anna, member = clinic.patient(), clinic.someone(language)
    member.says(f"/start {clinic.invitation(Role.CLINICIAN)}")
    sends(member, f"{anna.code};20.02.2026;{'Gewicht' if language == 'de' else 'poids'};82,5;kg")
    assert kept in member.sees
    member.presses(confirm)
    assert [value for _, value in seen(clinic, anna).weights] == [82.5]
    sends(member, "Größe".encode("latin-1"))
    assert wrong in member.sees


def test_an_animation_is_no_file_to_import(clinic: Clinic) -> None:
    doctor = clinic.clinician()
    file = {"file_id": "a", "file_unique_id": "b", "file_size": 10}
    about = {"width": 1, "height": 1, "duration": 1}
    clinic.world.write(doctor.account, {"animation": file | about, "document": file})
    clinic.calm()
    assert "I read text, buttons and CSV files only" in doctor.sees
