"""`python -m bot report`, as an operator runs it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from sqlmodel import Session

from bot.local import seed
from bot.report_command import fault_in_words
from bot.texts import catalogue
from jobs.csv_table import Fault, FaultCode
from storage.database import Database
from storage.writer import Writer
from tests.jobs.chart.examples import CASE

ROOT = Path(__file__).parents[2]


def report(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "report", *arguments],
        cwd=ROOT,
        env={"PATH": "", "PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(CASE, tmp_path / "case"))


def test_on_the_case_it_says_the_methods_figures_and_writes_all_three_files(tmp_path: Path) -> None:
    files = {name: tmp_path / f"case.{name}" for name in ("json", "png", "pdf")}
    run = report("--from", str(CASE), *(word for name, file in files.items() for word in (f"--{name}", str(file))))
    assert (run.returncode, run.stderr) == (0, "")
    assert (
        "pain was 2.9 points higher in the week before a course than mid-course (95 % interval 2.4 to 3.4" in run.stdout
    )
    assert "Regimen 2 (2 × 0.8 g/kg): cannot tell yet, 2 of 3 courses needed." in run.stdout
    assert "Regimens side by side" in run.stdout
    assert "no proof that the infusion's effect ended" in run.stdout
    written = json.loads(files["json"].read_text(encoding="utf-8"))
    pain = written["symptoms"]["pain"]["regimens"]
    assert [round(pain["1"][key], 3) for key in ("estimate", "low", "high", "se")] == [2.918, 2.415, 3.422, 0.213]
    assert [pain[name]["verdict"] for name in "123"] == ["returns", "not_enough_data", "does_not_return"]
    assert files["png"].read_bytes().startswith(b"\x89PNG")
    assert files["pdf"].read_bytes().startswith(b"%PDF-")


def test_it_can_be_looked_at_on_an_earlier_day() -> None:
    run = report("--from", str(CASE), "--today", "1998-09-04")
    assert run.returncode == 0
    assert "1 of 3 courses needed" in run.stdout
    assert "Regimen 3" not in run.stdout


def test_bad_files_are_told_all_at_once_with_file_line_and_column(folder: Path) -> None:
    courses = (folder / "courses.csv").read_text().splitlines()
    courses[2] = courses[2].replace("1998-08-03,1998-08-07", "1998-13-03,1998-08-07")
    (folder / "courses.csv").write_text("\n".join(courses))
    diary = (folder / "diary.csv").read_text().splitlines()
    diary[4] = diary[4].replace(",3,", ",11,", 1)
    diary[8] = "1998-05-18,1,2"
    (folder / "diary.csv").write_text("\n".join(diary))
    run = report("--from", str(folder), "--json", str(folder / "none.json"))
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.splitlines() == [
        "courses.csv, line 3, column start: “1998-13-03” is no date. Expected: YYYY-MM-DD",
        "diary.csv, line 5, column pain: 11 is out of range. Expected: 0 to 10",
        "diary.csv, line 9: the number of cells is 3. It should be 7, as in the header.",
    ]
    assert not (folder / "none.json").exists()


def test_a_folder_that_is_not_there_and_a_file_that_cannot_be_written_end_with_2(tmp_path: Path) -> None:
    run = report("--from", str(tmp_path / "nowhere"))
    assert (run.returncode, "no such folder" in run.stderr) == (2, True)
    run = report("--from", str(CASE), "--png", str(tmp_path / "nowhere" / "case.png"))
    assert (run.returncode, "cannot be written" in run.stderr, "Traceback" in run.stderr) == (2, True, False)


def test_it_wants_a_patient_or_a_folder_and_not_both() -> None:
    assert report().returncode == 2
    assert report("P-7KQ4", "--from", str(CASE)).returncode == 2


def test_a_patient_of_the_database_is_reported_without_any_telegram(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'diary.sqlite'}"
    database = Database(url)
    database.migrate()
    writer = Writer(database)

    def plant(session: Session) -> None:
        seed.plant(session, "Neuromuscular clinic")

    writer.submit(plant).result()
    writer.close()
    database.close()
    run = report(seed.CASE_PSEUDONYM, "--today", "1999-08-12", DATABASE_URL=url)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.startswith("P-7KQ4, diary from")
    assert "2.9 points higher" in run.stdout
    unknown = report("P-0000", DATABASE_URL=url)
    assert (unknown.returncode, "no patient “P-0000”" in unknown.stderr) == (2, True)


def test_every_fault_that_files_can_have_has_its_words() -> None:
    keys = {message.id for message in catalogue("en")}
    for code in FaultCode.__args__:  # type: ignore[attr-defined]
        assert f"cli.fault.{code}" in keys
        words = fault_in_words(Fault("diary.csv", 3, "pain", code, "12", "0..10"))
        assert words.startswith("diary.csv, line 3, column pain: ")


def test_each_wrong_number_says_what_would_be_right(folder: Path) -> None:
    (folder / "steroids.csv").write_text("from,to,drug,dose_mg\n1998-07-06,,prednisone,abc\n1998-07-06,,x,\n")
    (folder / "labs.csv").write_text("date,analyte,value,unit\n1998-07-06,CK,-3,U/l\n1998-07-06,CK,3,mg\n")
    assert report("--from", str(folder)).stderr.splitlines() == [
        "labs.csv, line 2, column value: -3 is out of range. Expected: more than 0",
        "labs.csv, line 3, column unit: “mg” is not known. Expected one of: U/l, IU/l, ukat/l",
        "steroids.csv, line 2, column dose_mg: “abc” is no number. Expected: 0 or more",
        "steroids.csv, line 3, column dose_mg: the cell is empty. Expected: 0 or more",
    ]


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("0..10", "0 to 10"),
        (">0..5", "more than 0, up to 5"),
        (">=1998-07-06", "1998-07-06 or later"),
        (">1998-07-10", "later than 1998-07-10"),
        ("<1998-07-10", "earlier than 1998-07-10"),
        (">0", "more than 0"),
        (">=0", "0 or more"),
        ("1900-01-01..2199-12-31", "1900-01-01 to 2199-12-31"),
        ("~prednisone", "a name, such as prednisone"),
        ("U/l|IU/l|ukat/l", "U/l, IU/l, ukat/l"),
        ("date,pain", "date, pain"),
        ("given|planned|cancelled", "given, planned, cancelled"),
        ("YYYY-MM-DD", "YYYY-MM-DD"),
    ],
)
def test_what_would_be_right_is_said_in_words(form: str, words: str) -> None:
    assert fault_in_words(Fault("courses.csv", 3, "start", "cell_empty", "", form)).endswith(f"Expected: {words}")
