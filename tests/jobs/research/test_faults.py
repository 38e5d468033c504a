"""What is wrong in an export's files is told by file and line, all of it at once."""

from pathlib import Path

import pytest

from bot.report_command import fault_in_words
from jobs import research
from jobs.own_data.facts import WEEKDAYS
from jobs.refusals import Refusal
from storage.database import Database
from tests.jobs.own_data.test_collect import filled
from tests.jobs.research.support import NOW, exported, found, imported, rewritten
from tests.storage.support import TEAM, committing, everything_in

COLUMN_OF_PAIN = "pain,1,7,"
CANCELLED = ",2,,,0.4,,mark regimen,cancelled"
# What is changed by hand in which file, and what is told: line, column, what is wrong, what would be right.
FAULTS = [
    ("about.csv", ("schema_version,1", "schema_version,9"), (2, "value", "not_a_choice", "1")),
    ("patients.csv", (",active,", ",well,"), (2, "status", "not_a_choice", "active|paused|withdrawn")),
    ("patients.csv", (",active,", ",paused,"), (2, "paused_until", "cell_empty", "YYYY-MM-DD")),
    ("patients.csv", ("Europe/London", "Mars"), (2, "time_zone", "not_a_choice", "Europe/Zurich")),
    ("patients.csv", (",18:00,", ",six,"), (2, "prompt_time", "not_a_time", "HH:MM")),
    (
        "patients.csv",
        (",yes,none,", f",yes,{' '.join(WEEKDAYS)},"),
        (2, "days_off", "not_a_choice", "none|Saturday Sunday"),
    ),
    ("patients.csv", ("P-", "Anna "), (2, "patient", "not_a_choice", "P-7KQ4")),
    ("questions.csv", ("own:1", "sleep"), (2, "item", "not_a_choice", "own:1")),
    ("question_sets.csv", ("own:1", "own:7"), (2, "items", "not_known", "questions.csv")),
    ("diary_days.csv", ("2026-03-02", "2 March"), (2, "date", "not_a_date", "YYYY-MM-DD")),
    ("answers.csv", (COLUMN_OF_PAIN, "pain,1,11,"), (2, "value", "out_of_range", "0..10")),
    ("answers.csv", (COLUMN_OF_PAIN, "pain,1,7.5,"), (2, "value", "not_whole", "0..99")),
    ("answers.csv", (COLUMN_OF_PAIN, "pain,1,,"), (2, "value", "cell_empty", "")),
    ("answers.csv", (COLUMN_OF_PAIN, "pain,2,7,"), (3, "revision", "twice", "")),
    ("answers.csv", (COLUMN_OF_PAIN, "joy,1,7,"), (2, "item", "not_known", "questions.csv")),
    ("answers.csv", (",no,typed,", ",perhaps,typed,"), (2, "late", "not_a_choice", "yes|no")),
    ("answers.csv", ("+00:00", ""), (2, "answered_at", "not_an_instant", "YYYY-MM-DDTHH:MM:SS+00:00")),
    ("courses.csv", (",0.4,", ",6,"), (2, "dose_g_per_kg_per_day", "out_of_range", ">0..5")),
    ("courses.csv", (",planned,", ",given,"), (2, "start", "cell_empty", "YYYY-MM-DD")),
    # What is wrong in them would stop the drawing of the whole team's page.
    (
        "courses.csv",
        (f"2026-05-01{CANCELLED}", f"2026-04-02{CANCELLED[:-9]}planned"),
        (3, "planned_start", "overlap", ">2026-04-02"),
    ),
    ("courses.csv", ("2026-04-01,2,,", "2026-04-01,2,2026-04-01,"), (2, "start", "not_empty", "status=given")),
    ("courses.csv", ("2026-04-01,2,,", "2026-04-01,2,,2026-03-02"), (2, "end", "not_empty", "status=given")),
    ("courses.csv", (",planned,,", ",planned,clinic,"), (2, "cancelled_because", "not_empty", "status=cancelled")),
    (
        "courses.csv",
        ("2026-04-01,2,,,0.4,,,planned", "2025-02-01,2,2025-02-01,2026-02-02,0.4,,,given"),
        (2, "end", "out_of_range", "<2026-02-02"),
    ),
    ("patients.csv", (",,2026-03-02T", ",,0001-03-02T"), (2, "created_at", "out_of_range", "1900-01-01..2199-12-31")),
    ("diary_days.csv", ("2026-03-02,", "2199-03-02,"), (2, "date", "in_future", "")),
    ("answers.csv", ("2026-03-02,", "2199-03-02,"), (2, "date", "in_future", "")),
    ("notes.csv", ("2026-03-02,", "2199-03-02,"), (2, "date", "in_future", "")),
    ("measurements.csv", ("2026-03-02,", "2199-03-02,"), (2, "date", "in_future", "")),
    ("measurements.csv", (",210.5,", ",0,"), (2, "value", "out_of_range", ">0")),
    ("measurements.csv", (",210.5,", f",{'9' * 60},"), (2, "value", "out_of_range", ">0")),
    ("steroids.csv", (",10,5,", f",{'9' * 60},5,"), (2, "dose_mg", "out_of_range", ">=0")),
    ("measurements.csv", ("U/l", "nkat/l"), (2, "unit", "not_a_choice", "U/l")),
    ("steroids.csv", ("2026-03-02,,", "2026-03-02,2026-03-01,"), (2, "to", "ends_before_start", ">=2026-03-02")),
    ("steroids.csv", ("mark drug", "x" * 41), (2, "drug", "too_long", "40")),
]


@pytest.fixture
def folder(sqlite_database: Database, tmp_path: Path) -> Path:
    with committing(sqlite_database) as session:
        filled(session, 5_550_020, TEAM, "mark")
    return exported(sqlite_database, tmp_path / "out")


@pytest.mark.parametrize(("file", "change", "told"), FAULTS)
def test_each_fault_is_told_with_its_place(
    folder: Path, file: str, change: tuple[str, str], told: tuple[int, str, str, str]
) -> None:
    rewritten(folder, file, change)
    faults = [each for each in research.check(folder, NOW) if each.file == file]
    line, column, code, expected = told
    assert (line, column, code, expected) in {(each.line, each.column, each.code, each.expected) for each in faults}
    assert all(fault_in_words(each) for each in faults)


def test_they_are_told_all_at_once(folder: Path) -> None:
    rewritten(folder, "answers.csv", (COLUMN_OF_PAIN, "pain,1,11,"))
    rewritten(folder, "courses.csv", (",0.4,", ",6,"))
    (folder / "steroids.csv").unlink()
    assert [(each.file, each.line) for each in research.check(folder, NOW)] == [
        ("answers.csv", 2), ("courses.csv", 2), ("steroids.csv", None),
    ]  # fmt: skip


def test_without_its_version_or_the_whole_header_nothing_is_guessed(folder: Path) -> None:
    rewritten(folder, "about.csv", ("schema_version,1", "version,1"))
    assert [(each.file, each.code) for each in research.check(folder, NOW)] == [("about.csv", "cell_empty")]
    (folder / "about.csv").unlink()
    assert [(each.file, each.code) for each in research.check(folder, NOW)] == [("about.csv", "no_file")]


def test_a_stranger_is_told_in_every_file_that_names_them(folder: Path) -> None:
    rewritten(folder, "patients.csv", ("P-", "P-Z"))
    assert {each.code for each in research.check(folder, NOW)} == {"not_known"}


def test_a_team_that_holds_something_is_left_as_it_is(sqlite_database: Database, folder: Path) -> None:
    with committing(sqlite_database) as session:
        before = everything_in(session)
        with pytest.raises(Refusal):
            research.store_export(session, found(session, TEAM), folder, NOW)
        assert everything_in(session) == before


def test_it_is_brought_in_once(sqlite_database: Database, folder: Path) -> None:
    imported(sqlite_database, folder, "Elsewhere")
    with pytest.raises(Refusal):
        imported(sqlite_database, folder, "Elsewhere")
