"""What is in the files, what is not, and that each of their columns is explained."""

import json
import re
import zipfile
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from jobs import leaving
from jobs.own_data.facts import OwnData
from jobs.research import Wanted, schema, write_workbook
from storage.database import Database
from storage.models import CancelReason, Patient
from tests.jobs.own_data.test_collect import filled
from tests.jobs.research.support import ALL, NOW, exported, rows
from tests.storage.support import TEAM, committing, joined_patient, rows_of, team_of

ACCOUNT = 5_550_020
TODAY = date(2026, 3, 2)


@pytest.fixture
def held(sqlite_database: Database) -> Database:
    """A team with two patients of whom everything is held, and another team."""
    with committing(sqlite_database) as session:
        team_of(session).telephone = "+44 20 7946 0123"
        filled(session, 5_550_010, "Rheumatology", "theirs")
        filled(session, ACCOUNT, TEAM, "=mark")
        filled(session, ACCOUNT + 1, TEAM, "other")
    return sqlite_database


def everything(folder: Path) -> str:
    return "\n".join(path.read_text("utf-8-sig") for path in sorted(folder.rglob("*")) if path.is_file())


def test_every_column_of_every_file_is_in_the_dictionary_with_its_meaning(held: Database, tmp_path: Path) -> None:
    folder = exported(held, tmp_path / "out")
    explained: dict[str, list[str]] = {}
    for line in rows(folder, schema.DICTIONARY):
        assert line["meaning"], line
        assert line["type"], line
        explained.setdefault(line["file"], []).append(line["column"])
    written = {path.name: path.read_text("utf-8-sig").splitlines()[0].split(",") for path in folder.glob("*.csv")}
    del written[schema.DICTIONARY]
    assert explained == written


def test_numbers_have_a_unit_and_what_has_a_code_says_it(held: Database, tmp_path: Path) -> None:
    known = {(line["file"], line["column"]): line for line in rows(exported(held, tmp_path / "out"), schema.DICTIONARY)}
    without = {"revision", "number"}
    numbers = {key: line for key, line in known.items() if line["type"].startswith(("number", "whole"))}
    assert all(line["unit"] for (_, column), line in numbers.items() if column not in without)
    assert known["diary.csv", "pain"]["code"] == "LOINC 72514-3"
    assert known["diary.csv", "tiredness"]["code"] == "", "no LOINC code is a daily 0-10 item of it"
    assert "2157-6" in known["measurements.csv", "value"]["code"]
    assert known["answers.csv", "value"]["allowed"] == "from 0, at most 99, or skipped"


def test_all_that_is_held_on_a_patient_is_in_a_table_or_left_out_for_a_reason() -> None:
    tables = {table.rows: table for table in schema.TABLES}
    for rows_of_kind in fields(OwnData):
        if rows_of_kind.name in schema.ROWS_LEFT_OUT:
            continue
        table = tables[rows_of_kind.name]
        written = {column.of for column in table.all_columns} | {"pseudonym"}
        held = {field.name for field in fields(table.kind)}
        left_out = schema.LEFT_OUT.get(table.kind, set())
        assert held - written - left_out == set(), table.file
        assert left_out <= held, "nothing is left out that is not there"
        assert not left_out & {column.of for column in table.columns if not column.is_made}, table.file


def test_nothing_in_it_says_who_it_is(held: Database, tmp_path: Path) -> None:
    wanted = Wanted(bundles=True)
    folder = exported(held, tmp_path / "out", wanted)
    said = everything(folder)
    for secret in (
        str(ACCOUNT),
        str(ACCOUNT + 1),
        "+44 20 7946 0123",
        "mark note",
        "other note",
        "theirs",
        "staff:",
        "token",
    ):
        assert secret not in said, secret
    assert not (folder / schema.NOTES.file).exists()
    with held.reading() as session:
        theirs, *mine = [patient.pseudonym for patient in rows_of(session, Patient)]
    assert theirs not in said
    assert all(code in said for code in mine)
    bundles = {path.stem: json.loads(path.read_text()) for path in (folder / "fhir").iterdir()}
    assert set(bundles) == set(mine)
    assert all(bundle["resourceType"] == "Bundle" for bundle in bundles.values())


def test_what_patients_wrote_comes_only_where_it_is_asked_for(held: Database, tmp_path: Path) -> None:
    folder = exported(held, tmp_path / "out", Wanted(notes=True, bundles=True))
    assert {row["text"] for row in rows(folder, "notes.csv")} == {"'=mark note", "other note"}
    assert "It may identify people" in (folder / schema.README).read_text("utf-8-sig")


def withdrawn(session: Session, account: int) -> str:
    patient = joined_patient(session, account)
    leaving.withdraw(session, patient, NOW)
    return patient.pseudonym


def test_whoever_has_stopped_is_left_out_unless_asked_for_and_the_erased_are_nowhere(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with committing(sqlite_database) as session:
        kept = filled(session, ACCOUNT, TEAM, "kept").pseudonym
        stopped = withdrawn(session, ACCOUNT + 1)
        gone = filled(session, ACCOUNT + 2, TEAM, "gone")
        leaving.erase(session, gone, NOW)
    without = exported(sqlite_database, tmp_path / "without", Wanted(bundles=True))
    assert [row["patient"] for row in rows(without, "patients.csv")] == [kept]
    assert stopped not in everything(without)
    everyone = exported(sqlite_database, tmp_path / "with", ALL)
    assert {row["patient"]: row["status"] for row in rows(everyone, "patients.csv")} == {
        kept: "active", stopped: "withdrawn",
    }  # fmt: skip
    assert gone.pseudonym not in everything(everyone)


def test_no_cell_can_run(held: Database, tmp_path: Path) -> None:
    folder = exported(held, tmp_path / "out")
    for path in folder.glob("*.csv"):
        for row in rows(folder, path.name):
            assert not [cell for cell in row.values() if re.match(r"\s*[=+\-@]", cell)], path.name
    assert "'=mark drug" in {row["drug"] for row in rows(folder, "steroids.csv")}


def test_the_workbook_says_the_same_as_numbers_dates_and_text_that_is_no_formula(
    held: Database, tmp_path: Path
) -> None:
    folder = exported(held, tmp_path / "out")
    write_workbook(folder)
    with zipfile.ZipFile(folder / schema.WORKBOOK) as book:
        sheets = {name: book.read(name).decode() for name in book.namelist() if "worksheets/" in name}
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
    assert names == [
        *("about", "dictionary", "wordings", "diary", "patients", "questions", "question_sets", "diary_days"),
        *("answers", "courses", "measurements", "steroids", "settings_changes", "notes"),
    ]
    said = "".join(sheets.values())
    assert "<f>" not in said, "no formula"
    assert ">=mark drug<" in said, "without a guard"
    steroids = sheets[f"xl/worksheets/sheet{names.index('steroids') + 1}.xml"]
    # Excel counts days from the end of 1899.
    assert f"<v>{(TODAY - date(1899, 12, 30)) / timedelta(days=1):.0f}</v>" in steroids
    assert "<v>10</v>" in steroids, "the dose is a number"


def test_what_no_sheet_holds_goes_on_in_another(held: Database, tmp_path: Path) -> None:
    folder = exported(held, tmp_path / "out")
    write_workbook(folder, most_lines=4)
    with zipfile.ZipFile(folder / schema.WORKBOOK) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        numbered = {name: book.read(f"xl/worksheets/sheet{k}.xml").decode() for k, name in enumerate(names, 1)}
    answers = [text for name, text in numbered.items() if name.startswith("answers")]
    assert len(answers) == 2
    assert sum(text.count("<row ") - 1 for text in answers) == len(rows(folder, "answers.csv")) == 6


def test_why_a_course_was_cancelled_has_the_codes_of_the_table() -> None:
    assert list(schema.CANCEL_REASONS) == list(CancelReason)
