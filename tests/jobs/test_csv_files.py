"""The folder of CSV files: what is read, and how every fault is told with its place and what would be right."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from shutil import copytree

import pytest

from jobs.csv_files import FolderInputs, read_folder
from jobs.csv_table import Fault
from jobs.inputs import CourseDose, Inputs, LabValue
from tests.jobs.wearing_off.examples import CASE, case

COURSES = "planned_start,start,end,dose_g_per_kg_per_day,regimen,status"
DIARY = "date,pain,tiredness,weakness,exertion_pain,entered_at,timeliness"
LABS = "date,analyte,value,unit,source"
STEROIDS = "from,to,drug,dose_mg,alternate_dose_mg"

GOOD = {
    "courses.csv": [COURSES, "2026-01-01,2026-01-01,2026-01-02,0.4,A,given"],
    "diary.csv": [DIARY, "2026-01-05,1,2,3,4,2026-01-05T20:00,on_time"],
}


def write(folder: Path, files: Mapping[str, list[str]]) -> Path:
    for name, lines in {**GOOD, **files}.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def read(folder: Path, files: Mapping[str, list[str]]) -> Inputs:
    found = read_folder(write(folder, files))
    assert isinstance(found, Inputs), found
    return found


def refused(folder: Path, files: Mapping[str, list[str]]) -> list[Fault]:
    found = read_folder(write(folder, files))
    assert isinstance(found, list), found
    return found


def only_fault(folder: Path, name: str, lines: list[str]) -> tuple[int | None, str | None, str, str, str]:
    (fault,) = refused(folder, {name: lines})
    assert fault.file == name
    return fault.line, fault.column, fault.code, fault.found, fault.expected


def test_the_case_is_read_as_it_stands() -> None:
    found = read_folder(CASE)
    assert isinstance(found, Inputs)
    expected = case()
    assert found.courses == expected.courses
    assert found.diary == expected.diary
    assert (found.labs, found.steroids) == (expected.labs, expected.steroids)
    assert found.doses[1] == CourseDose(0.4, None)


@pytest.mark.parametrize("change", ["bom", "crlf", "cr", "blank lines", "quotes", "spaces", "capitals"])
def test_what_spreadsheets_do_to_a_file_changes_nothing(tmp_path: Path, change: str) -> None:
    copytree(CASE, tmp_path / "case", ignore=lambda *_: ["__pycache__"])
    for path in (tmp_path / "case").glob("*.csv"):
        lines = path.read_text().splitlines()
        text = {
            "bom": "\ufeff" + "\n".join(lines),
            "crlf": "\r\n".join(lines) + "\r\n",
            "cr": "\r".join(lines),
            "blank lines": "\n\n" + "\n\n".join(lines) + "\n,,,,,,\n\n",
            "quotes": "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines),
            "spaces": "\n".join(line.replace(",", " , ") for line in lines),
            "capitals": "\n".join([lines[0].upper(), *lines[1:]]),
        }[change]
        path.write_bytes(text.encode())
    assert read_folder(tmp_path / "case") == read_folder(CASE)


def test_labs_and_steroids_may_be_absent(tmp_path: Path) -> None:
    found = read(tmp_path, {})
    assert (found.labs, found.steroids, len(found.courses), len(found.diary.days)) == ((), (), 1, 1)


def test_rows_may_come_in_any_order_and_numbers_follow_dates(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {"courses.csv": [COURSES, ",2026-02-01,2026-02-01,0.4,B,given", ",2026-01-01,2026-01-01,0.8,A,given"]},
    )
    assert [(course.number, course.regimen) for course in found.courses] == [(1, "A"), (2, "B")]
    assert found.doses[1].grams_per_kg_per_day == 0.8


def test_a_cancelled_course_keeps_its_number_and_one_without_a_regimen_is_named_by_its_dose(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "courses.csv": [
                COURSES,
                "2026-01-01,2026-01-01,2026-01-05,0.4,,given",
                "2026-01-20,,,,,cancelled",
                "2026-02-01,,,0.8,,planned",
            ]
        },
    )
    assert [(course.number, course.regimen, course.status) for course in found.courses] == [
        (1, "5x0.4", "given"),
        (3, "1x0.8", "planned"),
    ]
    assert found.doses == {1: CourseDose(0.4), 3: CourseDose(0.8)}
    assert isinstance(found, FolderInputs)
    assert found.cancelled == ((2, date(2026, 1, 20)),)
    assert (found.courses[1].start, found.courses[1].end) == (date(2026, 2, 1), date(2026, 2, 1))


def test_weights_limits_decimals_and_open_steroid_steps_are_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        {
            "courses.csv": [f"{COURSES},weight_kg", ",2026-01-01,2026-01-02,0.4,A,given,81.5"],
            "diary.csv": [DIARY, "2026-01-05,2.04,,,,,", "2026-01-06,,,,,,"],
            "labs.csv": [f"{LABS},upper_limit", "2026-01-01,CK,200,U/l,x,195"],
            "steroids.csv": [STEROIDS, "2026-01-01,,prednisone,20,"],
        },
    )
    assert found.doses[1].weight_kg == 81.5
    assert [(entry.pain, entry.tiredness) for entry in found.diary.days] == [(2.04, None)]
    assert found.labs[0].upper_limit == 195
    assert (found.steroids[0].end, found.steroids[0].mean_dose) == (None, 20)


@pytest.mark.parametrize(
    ("entered", "timeliness", "late"),
    [
        ("2026-01-05T20:00", "on_time", False),
        ("2026-01-06T09:00", "late", True),
        ("2026-01-06T09:00", "", True),
        ("2026-01-05T23:59", "", False),
        ("", "", False),
    ],
)
def test_an_entry_made_on_a_later_day_is_late(tmp_path: Path, entered: str, timeliness: str, late: bool) -> None:
    found = read(tmp_path, {"diary.csv": [DIARY, f"2026-01-05,1,2,3,4,{entered},{timeliness}"]})
    assert found.diary.days[0].late is late


def diary_line(line: str) -> list[str]:
    return [DIARY, "2026-01-04,1,2,3,4,,", line]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("2026-01-05,11,2,3,4,,", (3, "pain", "out_of_range", "11", "0..10")),
        ("2026-01-05,-1,2,3,4,,", (3, "pain", "out_of_range", "-1", "0..10")),
        ("2026-01-05,1,2,x,4,,", (3, "weakness", "not_a_number", "x", "0..10")),
        ("2026-01-05,nan,2,3,4,,", (3, "pain", "not_a_number", "nan", "0..10")),
        ("2026-01-05,1_0,2,3,4,,", (3, "pain", "not_a_number", "1_0", "0..10")),
        ('2026-01-05,"1,5",2,3,4,,', (3, "pain", "not_a_number", "1,5", "0..10")),
        ("05/01/2026,1,2,3,4,,", (3, "date", "not_a_date", "05/01/2026", "YYYY-MM-DD")),
        ("2026-02-30,1,2,3,4,,", (3, "date", "not_a_date", "2026-02-30", "YYYY-MM-DD")),
        ("20260105,1,2,3,4,,", (3, "date", "not_a_date", "20260105", "YYYY-MM-DD")),
        ("0026-01-05,1,2,3,4,,", (3, "date", "out_of_range", "0026-01-05", "1900-01-01..2199-12-31")),
        (",1,2,3,4,,", (3, "date", "cell_empty", "", "YYYY-MM-DD")),
        ("2026-01-04,1,2,3,4,,", (3, "date", "date_twice", "2026-01-04", "line 2")),
        ("2026-01-05,1,2,3,4,8 pm,", (3, "entered_at", "not_a_moment", "8 pm", "YYYY-MM-DDTHH:MM")),
        ("2026-01-05,1,2,3,4,,early", (3, "timeliness", "not_a_choice", "early", "on_time|late")),
        ("2026-01-05,1,2,3,4", (3, None, "wrong_number_of_cells", "5", "7")),
        ("2026-01-05,1,5,2,3,4,,", (3, None, "wrong_number_of_cells", "8", "7")),
    ],
)
def test_a_fault_of_the_diary_has_its_place(tmp_path: Path, line: str, fault: tuple[object, ...]) -> None:
    assert only_fault(tmp_path, "diary.csv", diary_line(line)) == fault


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",,2026-02-01,0.4,A,given", (3, "start", "cell_empty", "", "YYYY-MM-DD")),
        (",2026-02-01,,0.4,A,given", (3, "end", "cell_empty", "", "YYYY-MM-DD")),
        (",,,0.4,A,planned", (3, "start", "cell_empty", "", "YYYY-MM-DD")),
        (",,,,,cancelled", (3, "start", "cell_empty", "", "YYYY-MM-DD")),
        (",2026-02-02,2026-02-01,0.4,A,given", (3, "end", "ends_before_start", "2026-02-01", ">=2026-02-02")),
        (",2026-02-02,2062-02-02,0.4,A,given", (3, "end", "out_of_range", "2062-02-02", "<2027-02-03")),
        (",2026-02-01,2026-02-01,0,A,given", (3, "dose_g_per_kg_per_day", "out_of_range", "0", ">0..5")),
        (",2026-02-01,2026-02-01,,A,given", (3, "dose_g_per_kg_per_day", "cell_empty", "", ">0..5")),
        (",2026-02-01,2026-02-01,0.4,A,done", (3, "status", "not_a_choice", "done", "given|planned|cancelled")),
        (",2026-02-01,2026-02-01,0.4,A,", (3, "status", "cell_empty", "", "given|planned|cancelled")),
        (",2026-01-02,2026-01-03,0.4,A,given", (3, "start", "overlap", "2026-01-02", ">2026-01-02")),
        ("tomorrow,2026-02-01,2026-02-01,0.4,A,given", (3, "planned_start", "not_a_date", "tomorrow", "YYYY-MM-DD")),
    ],
)
def test_a_fault_of_the_courses_has_its_place(tmp_path: Path, line: str, fault: tuple[object, ...]) -> None:
    assert only_fault(tmp_path, "courses.csv", [*GOOD["courses.csv"], line]) == fault


@pytest.mark.parametrize(
    ("name", "lines", "fault"),
    [
        ("labs.csv", [LABS, "2026-01-01,CK,0,U/l,"], (2, "value", "out_of_range", "0", ">0")),
        ("labs.csv", [LABS, "2026-01-01,,5,U/l,"], (2, "analyte", "cell_empty", "", "CK")),
        ("labs.csv", [LABS, "2026-01-01,CK,5,,"], (2, "unit", "cell_empty", "", "U/l")),
        ("labs.csv", [LABS, "2026-01-01,CK,5,mmol/l,"], (2, "unit", "not_a_choice", "mmol/l", "U/l|IU/l|ukat/l")),
        (
            "steroids.csv",
            [STEROIDS, "2026-01-02,2026-01-01,p,5,"],
            (2, "to", "ends_before_start", "2026-01-01", ">=2026-01-02"),
        ),
        ("steroids.csv", [STEROIDS, "2026-01-02,,p,-5,"], (2, "dose_mg", "out_of_range", "-5", ">=0")),
        ("steroids.csv", [STEROIDS, "2026-01-02,,p,abc,"], (2, "dose_mg", "not_a_number", "abc", ">=0")),
        ("steroids.csv", [STEROIDS, "2026-01-02,,p,,"], (2, "dose_mg", "cell_empty", "", ">=0")),
        ("steroids.csv", [STEROIDS, "2026-01-02,,,5,"], (2, "drug", "cell_empty", "", "~prednisone")),
        ("steroids.csv", [STEROIDS, f"2026-01-02,,p,{'9' * 400},"], (2, "dose_mg", "out_of_range", "9" * 400, ">=0")),
        (
            "steroids.csv",
            [STEROIDS, "2026-01-01,2026-01-09,p,5,", "2026-01-09,,p,5,"],
            (3, "from", "overlap", "2026-01-09", ">2026-01-09"),
        ),
        # What goes on for ever should end before the next begins.
        (
            "steroids.csv",
            [STEROIDS, "2026-01-01,,p,5,", "2026-02-01,2026-02-09,p,4,", "2026-02-10,,p,3,"],
            (2, "to", "cell_empty", "", "<2026-02-01"),
        ),
    ],
)
def test_a_fault_of_the_other_files_has_its_place(
    tmp_path: Path, name: str, lines: list[str], fault: tuple[object, ...]
) -> None:
    assert only_fault(tmp_path, name, lines) == fault


def test_semicolons_are_refused_by_name(tmp_path: Path) -> None:
    lines = [line.replace(",", ";") for line in GOOD["diary.csv"]]
    assert only_fault(tmp_path, "diary.csv", lines) == (1, None, "wrong_separator", ";", ",")


def test_a_missing_column_is_named_beside_those_that_are_there(tmp_path: Path) -> None:
    lines = ["date,pain,tired,weakness,exertion_pain", "2026-01-05,1,2,3,4"]
    assert only_fault(tmp_path, "diary.csv", lines) == (
        1,
        "tiredness",
        "column_missing",
        "date,pain,tired,weakness,exertion_pain",
        "date,pain,tiredness,weakness,exertion_pain",
    )


def test_a_column_that_comes_twice_is_refused(tmp_path: Path) -> None:
    lines = ["date,pain,pain,tiredness,weakness,exertion_pain", "2026-01-05,1,9,2,3,4"]
    assert only_fault(tmp_path, "diary.csv", lines)[:3] == (1, "pain", "column_twice")


def test_an_empty_file_and_one_in_another_encoding_are_refused(tmp_path: Path) -> None:
    assert only_fault(tmp_path, "diary.csv", [])[2] == "empty_file"
    write(tmp_path, {})
    (tmp_path / "diary.csv").write_bytes(f"{DIARY}\n2026-01-05,1,2,3,4,,\n# M\xfcller".encode("latin-1"))
    (fault,) = refused_as_it_is(tmp_path)
    assert (fault.file, fault.line, fault.code, fault.expected) == ("diary.csv", 3, "not_utf8", "UTF-8")


def refused_as_it_is(folder: Path) -> list[Fault]:
    found = read_folder(folder)
    assert isinstance(found, list)
    return found


def test_a_quotation_mark_that_is_never_closed_is_told_with_its_line_and_hides_nothing_after_it(tmp_path: Path) -> None:
    assert only_fault(tmp_path, "diary.csv", diary_line('2026-01-05,"1,2,3,4,,'))[:3] == (3, None, "not_csv")
    lines = [DIARY, "2026-01-03,11,2,3,4,,", '2026-01-04,"1,2,3,4,,', "", "2026-01-05,1,2,x,4,,", '2026-01-06,1,"2"3,,']
    found = refused(tmp_path, {"diary.csv": lines})
    assert [(fault.line, fault.column, fault.code) for fault in found] == [
        (2, "pain", "out_of_range"),
        (3, None, "not_csv"),
        (5, "weakness", "not_a_number"),
        (6, None, "not_csv"),
    ]


def test_a_header_that_is_no_csv_is_the_only_fault_of_its_file(tmp_path: Path) -> None:
    lines = [f'"{DIARY}', "2026-01-05,11,2,3,4,,"]
    assert only_fault(tmp_path, "diary.csv", lines)[:3] == (1, None, "not_csv")


def test_a_cell_of_several_lines_is_told_where_it_begins(tmp_path: Path) -> None:
    lines = [DIARY, '2026-01-05,1,2,3,4,,"two', 'lines"']
    assert only_fault(tmp_path, "diary.csv", lines)[:3] == (2, "timeliness", "not_a_choice")


def test_a_course_within_an_earlier_one_is_told_even_when_it_is_not_its_neighbour(tmp_path: Path) -> None:
    lines = [
        COURSES,
        ",2020-01-01,2020-01-20,0.4,A,given",
        ",2020-01-05,2020-01-06,,A,given",
        ",2020-01-08,,,A,cancelled",
        ",2020-01-10,2020-01-11,0.4,A,given",
        ",2020-01-21,2020-01-21,0.4,A,given",
    ]
    found = refused(tmp_path, {"courses.csv": lines})
    assert [(fault.line, fault.code, fault.expected) for fault in found] == [
        (3, "cell_empty", ">0..5"),
        (3, "overlap", ">2020-01-20"),
        (5, "overlap", ">2020-01-20"),
    ]


def test_what_is_to_be_stored_holds_nothing_that_is_still_to_come_but_plans(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "courses.csv": [COURSES, ",2026-01-01,2026-01-04,0.4,A,given", ",2026-05-01,2026-05-01,0.4,A,planned"],
            "diary.csv": [DIARY, "2026-01-02,1,2,3,4,,", "2062-01-02,1,2,3,4,,"],
            "labs.csv": [LABS, "2026-02-01,CK,200,U/l,"],
        },
    )
    found = read_folder(tmp_path, stored_on=date(2026, 1, 2))
    assert isinstance(found, list)
    assert [(fault.file, fault.line, fault.column, fault.code) for fault in found] == [
        ("courses.csv", 2, "end", "in_future"),
        ("diary.csv", 3, "date", "in_future"),
        ("labs.csv", 2, "date", "in_future"),
    ]
    assert isinstance(read_folder(tmp_path), FolderInputs), "a report may look ahead"


def test_a_bad_dose_hides_no_fault_in_the_dates_of_a_steroid(tmp_path: Path) -> None:
    lines = [STEROIDS, "2026-01-01,2026-01-09,p,x,", "2026-01-05,2026-01-04,p,,", "2026-01-08,,p,5,"]
    found = refused(tmp_path, {"steroids.csv": lines})
    assert [(fault.line, fault.column, fault.code) for fault in found] == [
        (2, "dose_mg", "not_a_number"),
        (3, "dose_mg", "cell_empty"),
        (3, "to", "ends_before_start"),
        (4, "from", "overlap"),
    ]


def test_a_file_that_cannot_be_read_is_a_fault_and_no_crash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {})
    (tmp_path / "labs.csv").mkdir()
    (fault,) = refused_as_it_is(tmp_path)
    assert (fault.file, fault.line, fault.code, fault.found) == ("labs.csv", None, "not_readable", "Is a directory")
    (tmp_path / "labs.csv").rmdir()

    def forbidden(path: Path, *_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", forbidden)
    found = refused_as_it_is(tmp_path)
    assert [(fault.file, fault.code, fault.found) for fault in found] == [
        (name, "not_readable", "Permission denied") for name in ("courses.csv", "diary.csv", "labs.csv", "steroids.csv")
    ]


def test_a_folder_that_may_not_be_looked_into_is_a_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", forbidden)
    (fault,) = refused_as_it_is(tmp_path)
    assert (fault.file, fault.code, fault.found) == (str(tmp_path), "not_readable", "Permission denied")


@pytest.mark.parametrize(
    ("name", "value", "unit", "units"),
    [
        ("CK", "900", "U/l", 900),
        ("ck", "900", "U/L", 900),
        ("Creatine  Kinase", "900", "IU/l", 900),
        ("CK", "900", "u / l", 900),
        ("CK", "0.13", "ukat/l", 7.8),
        ("CK", "15", "\u00b5kat/L", 900),
        ("CK", "15", "\u03bckat/l", 900),
    ],
)
def test_creatine_kinase_is_known_by_both_names_and_kept_in_units(
    tmp_path: Path, name: str, value: str, unit: str, units: float
) -> None:
    lines = [f"{LABS},upper_limit", f"2026-01-01,{name},{value},{unit},x,{value}"]
    assert read(tmp_path, {"labs.csv": lines}).labs == (LabValue(date(2026, 1, 1), "CK", units, "U/l", units),)


def test_another_laboratory_value_is_kept_as_it_stands(tmp_path: Path) -> None:
    found = read(tmp_path, {"labs.csv": [LABS, "2026-01-01,CK-MB,5,ug/l,"]})
    assert found.labs == (LabValue(date(2026, 1, 1), "CK-MB", 5, "ug/l"),)


def test_a_missing_folder_and_missing_files_are_said(tmp_path: Path) -> None:
    (fault,) = refused_as_it_is(tmp_path / "nowhere")
    assert fault.code == "no_folder"
    assert [(fault.file, fault.code) for fault in refused_as_it_is(tmp_path)] == [
        ("courses.csv", "no_file"),
        ("diary.csv", "no_file"),
    ]


def test_all_faults_of_all_files_are_told_at_once_by_file_and_line(tmp_path: Path) -> None:
    found = refused(
        tmp_path,
        {
            "steroids.csv": [STEROIDS, "x,,p,5,"],
            "diary.csv": [DIARY, "2026-01-05,11,12,3,4,,", "2026-01-06,1,2,3,y,,"],
            "courses.csv": [COURSES, "a,b,c,d,e,f"],
        },
    )
    assert [(fault.file, fault.line, fault.column) for fault in found] == [
        ("courses.csv", 2, "dose_g_per_kg_per_day"),
        ("courses.csv", 2, "end"),
        ("courses.csv", 2, "planned_start"),
        ("courses.csv", 2, "start"),
        ("courses.csv", 2, "status"),
        ("diary.csv", 2, "pain"),
        ("diary.csv", 2, "tiredness"),
        ("diary.csv", 3, "exertion_pain"),
        ("steroids.csv", 2, "from"),
    ]
