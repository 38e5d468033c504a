"""`python -m bot report`, as an operator runs it."""

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.report_command import fault_in_words
from bot.commands.report_outputs import write_all
from bot.local import seed
from bot.texts import catalogue
from jobs import admission
from jobs.csv_table import Fault, FaultCode
from storage.database import Database
from tests.bot.shell import left_as_it_was
from tests.jobs.chart.examples import CASE
from tests.storage.support import committing

ROOT = Path(__file__).parents[2]


def report(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same as in a process of its own, without waiting for one to start."""
    with left_as_it_was():
        done = CliRunner().invoke(app, ["report", *arguments], env={"DATABASE_URL": None, **environment})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def really_report(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
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
    outputs = [word for name, file in files.items() for word in (f"--{name}", str(file))]
    run = really_report("--from", str(CASE), *outputs)
    assert (run.returncode, run.stderr) == (0, "")
    assert "2.9 points higher in the week before a course than mid-course (95 % interval 2.4 to 3.4" in run.stdout
    assert "Pain: cannot tell yet. Regimen 2 (2 × 0.8 g/kg): 2 of 3 courses needed." in run.stdout
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


def test_a_folder_that_is_not_there_ends_with_2(tmp_path: Path) -> None:
    run = report("--from", str(tmp_path / "nowhere"))
    assert (run.returncode, "no such folder" in run.stderr) == (2, True)


def test_a_file_that_cannot_be_read_ends_with_2(folder: Path) -> None:
    (folder / "labs.csv").unlink()
    (folder / "labs.csv").mkdir()
    run = report("--from", str(folder))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.startswith("labs.csv: it cannot be read (Is a directory).")


def test_either_all_files_are_written_or_none_and_every_one_that_cannot_be_is_named(tmp_path: Path) -> None:
    good, taken, below = tmp_path / "good.json", tmp_path / "folder.png", tmp_path / "old.txt" / "case.pdf"
    good.write_text("as before")
    taken.mkdir()
    (tmp_path / "old.txt").write_text("")
    run = report("--from", str(CASE), "--json", str(good), "--png", str(taken), "--pdf", str(below))
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.splitlines() == [
        f"{taken} cannot be written: Is a directory",
        f"{below} cannot be written: Not a directory",
    ]
    assert good.read_text() == "as before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder.png", "good.json", "old.txt"]


def test_files_keep_their_permissions_links_stay_links_and_a_device_stays_a_device(tmp_path: Path) -> None:
    private, link = tmp_path / "private", tmp_path / "link"
    private.write_text("x" * 100)
    private.chmod(0o600)
    link.symlink_to(private)
    assert write_all({link: b"new", Path("/dev/null"): b"gone", tmp_path / "fresh": b"fresh"}) == []
    assert link.is_symlink()
    assert (private.read_bytes(), private.stat().st_mode & 0o777) == (b"new", 0o600)
    assert Path("/dev/null").is_char_device()
    assert {path.name for path in tmp_path.iterdir()} == {"private", "link", "fresh"}


def test_two_outputs_cannot_have_one_file(tmp_path: Path) -> None:
    run = report("--from", str(CASE), "--png", str(tmp_path / "case"), "--pdf", str(tmp_path / "." / "case"))
    assert (run.returncode, "same file" in run.stderr) == (2, True)


def test_whoever_stops_reading_the_words_still_gets_the_files_and_no_traceback(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "bot", "report", "--from", str(CASE), "--json", str(tmp_path / "case.json")]
    run = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, timeout=110, check=False)
    os.close(writing)
    assert (run.returncode, run.stderr) == (0, b"")
    assert json.loads((tmp_path / "case.json").read_text())["today"] == "2000-01-30"


def test_the_heading_names_the_entries_and_apart_from_them_the_day_it_is_looked_at() -> None:
    def heading(*today: str) -> str:
        return report("--from", str(CASE), *today).stdout.splitlines()[0]

    assert heading() == "case, diary from Mon 11 May 1998 to Sun 30 Jan 2000"
    assert heading("--today", "2000-09-07") == f"{heading()}, looked at on Thu 7 Sept 2000"
    assert heading("--today", "1998-05-01") == "case, no diary entry until Fri 1 May 1998"


def test_cancelled_courses_values_that_are_not_used_and_pain_that_grew_are_said(folder: Path) -> None:
    (folder / "labs.csv").write_text("date,analyte,value,unit\n1998-07-06,ck,3,ukat/l\n1998-07-06,AST,3,U/l\n")
    with (folder / "courses.csv").open("a") as file:
        file.write("1998-08-20,,,,,cancelled\n1999-09-01,,,,,cancelled\n")
    target = folder / "case.json"
    run = report("--from", str(folder), "--json", str(target), "--today", "1999-01-20")
    assert run.returncode == 0
    assert "Cancelled, so that no cycle ends with it: course 3 (Thu 20 Aug 1998)." in run.stdout
    assert "Of the laboratory values only CK is used, not: AST." in run.stdout
    growing = next(line for line in run.stdout.splitlines() if line.startswith("8   "))
    assert growing.endswith("+0.2    –")
    written = json.loads(target.read_text())
    assert written["cancelled"][0] == {"course": 3, "date": "1998-08-20"}
    assert [row["course"] for row in written["courses"]][:4] == [1, 2, 4, 5]
    assert {(row["analyte"], row["value"], row["unit"]) for row in written["labs"]} == {
        ("CK", 180, "U/l"),
        ("AST", 3, "U/l"),
    }


def test_a_regimen_without_a_name_is_called_by_its_dose_once(folder: Path) -> None:
    courses = (folder / "courses.csv").read_text()
    (folder / "courses.csv").write_text(courses.replace(",1,given", ",,given"))
    run = report("--from", str(folder))
    assert "\nPain: returns. 5 × 0.4 g/kg: 2.9 points higher" in run.stdout
    assert "5x0.4" not in run.stdout


def test_prices_make_a_cost_where_weights_are_known(folder: Path) -> None:
    prices = ("--price-per-gram", "40", "--price-per-day", "500", "--currency", "GBP")
    unknown = report("--from", str(folder), *prices)
    assert unknown.returncode == 0
    assert "Regimen 1, Regimen 2, Regimen 3: the cost is not known, since not every course has a weight." in (
        unknown.stdout
    )
    header, *lines = (folder / "courses.csv").read_text().splitlines()
    weighed = "\n".join([f"{header},weight_kg", *(f"{line},90" for line in lines)])
    (folder / "courses.csv").write_text(weighed)
    known = report("--from", str(folder), *prices)
    costs = next(line for line in known.stdout.splitlines() if "GBP" in line)
    # 0.8 g/kg of 90 kg at 40, and a day at 500, every 28 days
    assert costs.endswith("3,380 GBP")
    assert "not known" not in known.stdout


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--price-per-gram", "40"), "needs its currency"),
        (("--price-per-gram", "40", "--currency", "euros"), "three capital letters"),
        (("--currency", "EUR"), "needs a price"),
        (("--price-per-day", "inf", "--currency", "EUR"), "needs a price"),
    ],
)
def test_prices_that_cannot_be_meant_are_refused(options: tuple[str, ...], said: str) -> None:
    run = report("--from", str(CASE), *options)
    assert (run.returncode, run.stdout, said in run.stderr) == (2, "", True)


def test_it_wants_one_source_and_says_which_columns_are_optional() -> None:
    assert report().returncode == 2
    assert report("P-7KQ4", "--from", str(CASE)).returncode == 2
    assert report("--team", "North", "--from", str(CASE)).returncode == 2
    told = report("--help", COLUMNS="200").stdout
    assert "weight_kg" in told
    assert "upper_limit" in told


@pytest.fixture
def url(planted: Path, tmp_path: Path) -> str:
    """A database with the demo's team, and another team with one patient of its own."""
    file = tmp_path / "diary.sqlite"
    file.write_bytes(planted.read_bytes())
    database = Database(f"sqlite:///{file}")
    with committing(database) as session:
        south, _ = admission.team_called(session, "South", seed.ZONE, None, seed.START)
        seed._patient(session, south, 2001, "P-SSSS", date(1999, 1, 1))
    database.close()
    return f"sqlite:///{file}"


def test_a_patient_of_the_database_is_reported_without_any_telegram(url: str) -> None:
    run = report(seed.CASE_PSEUDONYM, DATABASE_URL=url)
    assert (run.returncode, run.stderr) == (0, "")
    # On the diary's last day, as with files, and not today.
    assert run.stdout.splitlines()[0] == "P-7KQ4, diary from Mon 11 May 1998 to Wed 11 Aug 1999"
    assert "2.9 points higher" in run.stdout
    later = report(seed.CASE_PSEUDONYM, "--today", "1999-08-12", DATABASE_URL=url)
    assert later.stdout.splitlines()[0].endswith("to Wed 11 Aug 1999, looked at on Thu 12 Aug 1999")
    unknown = report("P-0000", DATABASE_URL=url)
    assert (unknown.returncode, "no patient “P-0000”" in unknown.stderr) == (2, True)
    priced = report(seed.CASE_PSEUDONYM, "--price-per-day", "1", "--currency", "EUR", DATABASE_URL=url)
    assert (priced.returncode, "has its own prices" in priced.stderr) == (2, True)


def test_a_team_has_a_page_and_a_print_with_its_patients_behind_it_and_nobody_elses(url: str, tmp_path: Path) -> None:
    png, pdf = tmp_path / "team.png", tmp_path / "team.pdf"
    run = report("--team", "neuromuscular  CLINIC", "--png", str(png), "--pdf", str(pdf), DATABASE_URL=url)
    assert (run.returncode, run.stderr) == (0, "")
    heading, _, *lines = run.stdout.splitlines()
    assert heading == "Neuromuscular clinic, Wed 11 Aug 1999: 3 diaries"
    assert len(lines) == 3
    assert any(line.startswith("P-7KQ4: does not return, Regimen 3: ") for line in lines)
    assert any("; no answer for " in line for line in lines)
    assert "P-SSSS" not in run.stdout
    assert png.read_bytes().startswith(b"\x89PNG")
    assert len(re.findall(rb"/Type /Page\b", pdf.read_bytes())) >= 4
    other = report("--team", "South", DATABASE_URL=url)
    assert [line.partition(":")[0] for line in other.stdout.splitlines()[2:]] == ["P-SSSS"]


def test_an_unknown_team_is_told_beside_the_known_ones_and_a_team_has_no_json(url: str, tmp_path: Path) -> None:
    for who in ((), (seed.CASE_PSEUDONYM,)):
        run = report(*who, "--team", "East", DATABASE_URL=url)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr == "There is no team “East”. There is: Neuromuscular clinic, South\n"
    run = report("--team", "South", "--json", str(tmp_path / "team.json"), DATABASE_URL=url)
    assert (run.returncode, "no JSON" in run.stderr) == (2, True)
    run = report(seed.CASE_PSEUDONYM, "--team", "South", DATABASE_URL=url)
    assert (run.returncode, "no patient" in run.stderr) == (2, True)


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
