"""The CSV files: what a spreadsheet, a computer and `report --from` make of them."""

import csv
import io
import re
import zipfile
from datetime import date, timedelta
from pathlib import Path

import pytest

from jobs.csv_files import FolderInputs, read_folder
from jobs.inputs import LabValue
from jobs.own_data import NoteRow, OwnData, csv_zip
from jobs.own_data.cells import guarded, unguarded
from jobs.own_data.facts import ItemSetRow, MeasurementRow, SteroidRow
from jobs.own_data.tables import tables
from jobs.scores import DiaryDay
from jobs.steroids import SteroidStep
from tests.jobs.own_data.support import (
    ITEMS,
    LONDON,
    NOW,
    answer,
    course,
    day_row,
    files_of,
    lines_of,
    own_item,
    read_back,
    who,
)

DAY = timedelta(days=1)
FIRST = date(2026, 3, 28)


def diary() -> OwnData:
    """Three days over a clock change, one without an answer; a correction, a skipped question, courses of all kinds."""
    return OwnData(
        who(),
        days=tuple(day_row(FIRST + k * DAY) for k in range(3)),
        answers=(
            answer(FIRST, "pain", 7),
            answer(FIRST, "pain", 3, revision=2),
            answer(FIRST, "tiredness", None),
            *(answer(FIRST + DAY, item, k, late=True) for k, item in enumerate(ITEMS)),
        ),
        courses=(
            course(4, date(2026, 2, 1), "given", regimen="A"),
            course(5, date(2026, 3, 1), "cancelled"),
            course(6, date(2026, 4, 5), "planned"),
        ),
        measurements=(
            MeasurementRow(1, "CK", FIRST, 210.5, "U/l", 190.0, NOW),
            MeasurementRow(2, "weight", FIRST, 80.0, "kg", None, NOW),
        ),
        steroids=(SteroidRow(1, "prednisone", FIRST, None, 10.0, 5.0, NOW),),
    )


def text_of(data: OwnData, file: str) -> list[list[str]]:
    return lines_of(files_of(csv_zip(data, NOW, "words"))[file])


def test_every_answer_is_there_once_with_every_revision() -> None:
    _, *lines = text_of(diary(), "answers.csv")
    assert [line[:4] for line in lines[:3]] == [
        ["2026-03-28", "pain", "1", "7"],
        ["2026-03-28", "pain", "2", "3"],
        ["2026-03-28", "tiredness", "1", "skipped"],
    ]
    assert len(lines) == 7


def test_the_diary_shows_what_counts_a_line_a_day() -> None:
    _, *lines = text_of(diary(), "diary.csv")
    assert lines == [
        ["2026-03-28", "3", "", "", "", "2026-03-28T21:00:00", "on_time"],
        ["2026-03-29", "0", "1", "2", "3", "2026-03-29T21:00:00", "late"],
    ]


def test_what_a_team_asks_beside_has_columns_after_the_four_and_its_words_in_a_file(tmp_path: Path) -> None:
    data = OwnData(
        who(language="fr"),
        answers=(
            *(answer(FIRST, item, 2) for item in ITEMS),
            answer(FIRST, "stairs", 12),
            answer(FIRST, "own:7", 0, wording="own"),
            answer(FIRST + DAY, "own:7", None, wording="own"),
        ),
        own_items=(*own_item(7, "en", "fr"), *own_item(8, "de")),
        item_sets=(ItemSetRow(FIRST, "team", ("stairs", "own:7"), NOW), ItemSetRow(FIRST, "patient", None, NOW)),
    )
    header, *lines = text_of(data, "diary.csv")
    assert header[:7] == ["date", *ITEMS, "stairs", "own:7"]
    assert [line[:7] for line in lines] == [
        ["2026-03-28", "2", "2", "2", "2", "12", "0"],
        ["2026-03-29", "", "", "", "", "", ""],
    ]
    assert [line[:4] for line in text_of(data, "questions.csv")[1:]] == [
        ["own:7", "en", "yes", "Sleep en"],
        ["own:7", "fr", "no", "Sleep fr"],
        ["own:8", "de", "yes", "Sleep de"],
    ]
    assert [line[:3] for line in text_of(data, "question_sets.csv")[1:]] == [
        ["2026-03-28", "team", "stairs own:7"],
        ["2026-03-28", "patient", ""],
    ]
    assert read_back(csv_zip(data, NOW, "words")) == data
    for file, lines_ in (("diary.csv", text_of(data, "diary.csv")), ("courses.csv", text_of(diary(), "courses.csv"))):
        (tmp_path / file).write_text("\n".join(",".join(line) for line in lines_))
    inputs = read_folder(tmp_path)
    assert isinstance(inputs, FolderInputs), inputs
    assert inputs.diary.days == (DiaryDay(FIRST, 2, 2, 2, 2),), "the report reads the four alone"


def test_moments_are_told_as_they_were_on_the_wall() -> None:
    _, *lines = text_of(diary(), "answers.csv")
    assert [lines[k][4] for k in (0, 3)] == ["2026-03-28T20:00:00+00:00", "2026-03-29T21:00:00+01:00"]
    abroad = OwnData(who(), days=(day_row(FIRST, "Pacific/Apia"),), answers=(answer(FIRST, "pain", 1),))
    assert text_of(abroad, "answers.csv")[1][4] == "2026-03-29T09:00:00+13:00"


def test_an_hour_that_came_twice_is_still_one_moment() -> None:
    day = date(2026, 10, 25)
    moments = [NOW.replace(month=10, day=25, hour=hour, minute=30) for hour in (0, 1)]
    days = (day_row(day),)
    rows = tuple(answer(day, "pain", k, k + 1, answered_at=at, received_at=at) for k, at in enumerate(moments))
    _, *lines = text_of(OwnData(who(), days=days, answers=rows), "answers.csv")
    assert [line[4] for line in lines] == ["2026-10-25T01:30:00+01:00", "2026-10-25T01:30:00+00:00"]


def test_the_report_can_be_computed_from_the_files(tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(csv_zip(diary(), NOW, ""))) as opened:
        opened.extractall(tmp_path)
    inputs = read_folder(tmp_path)
    assert isinstance(inputs, FolderInputs), inputs
    assert inputs.diary.days == (
        DiaryDay(FIRST, pain=3),
        DiaryDay(FIRST + DAY, 0, 1, 2, 3, late=True),
    )
    assert [(each.start, each.status, each.regimen) for each in inputs.courses] == [
        (date(2026, 2, 1), "given", "A"),
        (date(2026, 4, 5), "planned", "1x0.4"),
    ]
    assert inputs.labs == (LabValue(FIRST, "CK", 210.5, "U/l", 190.0),)
    assert inputs.steroids == (SteroidStep(FIRST, None, "prednisone", 10.0, 5.0),)


def test_what_is_written_is_read_again() -> None:
    data = diary()
    assert read_back(csv_zip(data, NOW, "words")) == data


def test_a_spreadsheet_with_decimal_commas_gets_semicolons() -> None:
    archive = csv_zip(diary(), NOW, "words", separator=";")
    assert lines_of(files_of(archive)["labs.csv"], ";")[1][3] == "210,5"
    assert read_back(archive, ";") == diary()


@pytest.mark.parametrize("mark", ["=", "+", "-", "@", "＝", "\t=", " =", '"='])
def test_no_cell_is_a_formula(mark: str) -> None:
    note = NoteRow(FIRST, f"{mark}HYPERLINK(A1)", NOW, NOW)
    cell = text_of(OwnData(who(), notes=(note,)), "notes.csv")[1][1]
    assert cell == f"'{note.text}" or cell.startswith("'")
    assert unguarded(cell) == note.text


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_no_cell_is_a_formula_for_a_spreadsheet_that_splits_otherwise(separator: str) -> None:
    texts = [f"bad{mark}{space}{quote}=1+1" for mark in ",;\t|\n\r" for space in ("", " ") for quote in ("", '"')]
    data = OwnData(who(), notes=tuple(NoteRow(FIRST, text, NOW, NOW) for text in texts))
    text = files_of(csv_zip(data, NOW, ""))["notes.csv"]
    pieces = re.split(rf"[{re.escape(separator)}\r\n]", text)
    assert not [piece for piece in pieces if piece.strip(' "\t')[:1] in tuple("=+-@")]
    assert {row.text for row in read_back(csv_zip(data, NOW, "")).notes} == set(texts)


def test_words_that_are_no_formula_stay_as_they_are() -> None:
    for text in ("better than yesterday - much", "a=b", "7 + 3", "it's fine", "me@example.org", "0.4"):
        assert guarded(text) == text


def test_no_reminders_at_all_are_not_the_teams_reminders() -> None:
    for leads in (None, (), (7, 1, 0)):
        assert read_back(csv_zip(OwnData(who(reminder_leads=leads)), NOW, "")).who.reminder_leads == leads


def test_the_same_data_make_the_same_bytes() -> None:
    assert csv_zip(diary(), NOW, "words") == csv_zip(diary(), NOW, "words")
    with zipfile.ZipFile(io.BytesIO(csv_zip(diary(), NOW, "words"))) as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(2026, 4, 1, 11, 0, 0)}


def test_the_words_come_first_with_lines_as_windows_ends_them() -> None:
    archive = csv_zip(diary(), NOW, "Das bin ich.\nÜber mich\n")
    assert next(iter(files_of(archive))) == "README.txt"
    assert files_of(archive)["README.txt"] == "Das bin ich.\r\nÜber mich\r\n"


def test_files_without_a_line_are_there_too() -> None:
    files = files_of(csv_zip(OwnData(who(consent_version=None, consented_at=None)), NOW, ""))
    assert list(files) == ["README.txt", *(table.file for table in tables(OwnData(who())))]
    for name, text in files.items():
        if name.endswith(".csv") and name != "patient.csv":
            assert len(list(csv.reader(io.StringIO(text)))) == 1


def test_a_day_without_a_row_is_told_in_the_patients_zone() -> None:
    assert text_of(OwnData(who(time_zone=LONDON), answers=(answer(FIRST + DAY, "pain", 1),)), "answers.csv")[1][
        4
    ].endswith("+01:00")
