"""`python -m bot export` and `import`, as an operator types them."""

import zipfile
from pathlib import Path
from shutil import copytree

import pytest

from storage.database import Database
from storage.locks import Lock
from storage.models import AuditEntry, Patient, PatientStatus
from tests.bot.test_command_line import Operator
from tests.jobs.research.support import contents, rewritten, rows
from tests.jobs.wearing_off.examples import CASE
from tests.storage.support import TEAM, everything_in, rows_of


@pytest.fixture
def operator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: Path) -> Operator:
    """Someone at a shell, with the clinic of the demo."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "diary.sqlite").write_bytes(planted.read_bytes())
    known = Operator(tmp_path)
    known.sets(DATABASE_URL=f"sqlite:///{tmp_path}/diary.sqlite")
    return known


def held_by(operator: Operator) -> Database:
    return Database(operator.environment["DATABASE_URL"])


def test_a_team_is_handed_out_brought_in_elsewhere_and_handed_out_again(operator: Operator) -> None:
    typed = operator.really_types("export", "--team", TEAM, "--to", "one", "--excel", "--fhir")
    assert typed.said == "one: the diaries of 3 patients.\n"
    folder = operator.folder / "one"
    assert (folder / "tables.xlsx").exists()
    assert len(list((folder / "fhir").iterdir())) == 3
    made = [folder, *folder.rglob("*")]
    assert {path.stat().st_mode & 0o077 for path in made} == {0}, "health data is for its owner alone"
    assert folder.stat().st_mode & 0o077 == 0, "health data is for its owner alone"
    changes = [(row["patient"], row["change"]) for row in rows(folder, "settings_changes.csv")]
    assert changes == [("P-9XRT", "paused")], "pauses are promised, and one of the demo's patients has paused"
    typed = operator.types("import", "one", "--team", "Elsewhere", "--zone", "Europe/London")
    assert typed.out.startswith("Elsewhere: 3 patients, 605 diary days, 2056 answers are stored.\n")
    assert "diary.csv, was not read" in typed.out
    assert operator.types("export", "--team", "Elsewhere", "--to", "two").code == 0
    one = {name: content for name, content in contents(folder).items() if name.endswith((".csv", ".txt"))}
    assert one == contents(operator.folder / "two")
    with held_by(operator).reading() as session:
        noted = [(entry.actor, entry.action, entry.after) for entry in rows_of(session, AuditEntry)]
    assert noted.count(("operator", "data_exported", {"patients": 3})) == 2
    assert [action for _, action, _ in noted].count("patient_imported") == 3


def test_as_one_zip(operator: Operator) -> None:
    assert operator.types("export", "--team", TEAM, "--to", "out.zip").code == 0
    with zipfile.ZipFile(operator.folder / "out.zip") as archive:
        assert archive.testzip() is None
        assert {"patients.csv", "answers.csv", "dictionary.csv", "README.txt"} <= set(archive.namelist())
    assert {path.name for path in operator.folder.iterdir()} <= {
        *("out.zip", "diary.sqlite", "diary.sqlite-wal", "diary.sqlite-shm"),
    }, "nothing else is left behind"


def test_what_is_there_already_is_not_written_over(operator: Operator) -> None:
    (operator.folder / "one").mkdir()
    (operator.folder / "one" / "mine.txt").write_text("kept")
    for target in ("one", "one/mine.txt"):
        typed = operator.types("export", "--team", TEAM, "--to", target)
        assert typed.code == 2
        assert f"{target} is there already." in typed.error
    assert (operator.folder / "one" / "mine.txt").read_text() == "kept"


def test_where_it_cannot_be_written_and_a_team_that_is_not_there_are_said(operator: Operator) -> None:
    typed = operator.types("export", "--team", TEAM, "--to", "no/such/folder")
    assert (typed.code, "cannot be written" in typed.error) == (2, True)
    typed = operator.types("export", "--team", "Nobody", "--to", "out")
    assert (typed.code, f"There is: {TEAM}" in typed.error) == (2, True)
    assert not (operator.folder / "out").exists()


def test_with_a_fault_nothing_is_stored_and_each_is_told(operator: Operator) -> None:
    operator.types("export", "--team", TEAM, "--to", "one")
    rewritten(operator.folder / "one", "steroids.csv", (",30,", ",thirty,"))
    rewritten(operator.folder / "one", "patients.csv", (",active,", ",well,"))
    before = all_rows(operator)
    typed = operator.types("import", "one", "--team", "Elsewhere")
    assert typed.code == 2
    assert "patients.csv, line 2, column status: “well” is not known." in typed.error
    assert "steroids.csv, line 2, column dose_mg: “thirty” is no number." in typed.error
    assert all_rows(operator) == before


def all_rows(operator: Operator) -> object:
    with held_by(operator).reading() as session:
        return everything_in(session)


def test_the_form_of_the_case_comes_in_beside_others_and_gives_the_same_answer(operator: Operator) -> None:
    typed = operator.types("import", str(CASE), "--team", TEAM)
    assert typed.code == 0
    assert f"{TEAM}: 1 patient, 630 diary days, 2248 answers are stored." in typed.out
    with held_by(operator).reading() as session:
        patient = rows_of(session, Patient)[-1]
    assert f"The patient is called {patient.pseudonym}." in typed.out
    assert (patient.status, patient.chat_id, patient.next_prompt_at) == (PatientStatus.ACTIVE, None, None)
    here = operator.types("report", patient.pseudonym, "--team", TEAM).out.splitlines()
    there = operator.types("report", "--from", str(CASE)).out.splitlines()
    assert here[1:] == there[1:]


def test_halves_are_no_answers_of_a_diary(operator: Operator) -> None:
    folder = Path(copytree(CASE, operator.folder / "case"))
    rewritten(folder, "diary.csv", ("1998-05-11,2,", "1998-05-11,2.5,"))
    before = all_rows(operator)
    typed = operator.types("import", "case", "--team", TEAM)
    assert typed.code == 2
    assert "diary.csv, line 2, column pain: 2.5 is no whole number." in typed.error
    assert all_rows(operator) == before
    assert operator.types("report", "--from", "case").code == 0, "an answer may be computed from them"


def test_while_the_bot_runs_on_the_file_nothing_is_brought_in(operator: Operator) -> None:
    lock = Lock(held_by(operator), "run")
    assert lock.acquire()
    typed = operator.types("import", str(CASE), "--team", TEAM)
    lock.release()
    assert (typed.code, "A bot runs on this database already." in typed.error) == (2, True)


def test_an_export_goes_into_a_team_that_has_nobody(operator: Operator) -> None:
    operator.types("export", "--team", TEAM, "--to", "one")
    typed = operator.types("import", "one", "--team", TEAM)
    assert (typed.code, "has patients or questions already" in typed.error) == (2, True)
    assert rows(operator.folder / "one", "patients.csv")
