"""A pasted table: each line read as it was written, or its fault told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import measured
from jobs.csv_table import Fault
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.measured import Value
from jobs.measured_table import Line, read, text_of
from jobs.steroids import SteroidStep

TODAY = date(2026, 3, 20)
LOCALES = ("en_GB", "fr", "de")

values = st.builds(
    Value,
    st.just(CREATINE_KINASE),
    st.dates(TODAY - timedelta(days=700), TODAY),
    st.integers(1, 99_999).map(float),
    st.one_of(st.none(), st.integers(1, 999).map(float)),
)


def faults(*lines: str) -> list[tuple[int | None, str | None, str]]:
    return [(fault.line, fault.column, fault.code) for fault in read("\n".join(lines), TODAY, LOCALES)[1]]


@given(
    entries=st.lists(
        st.tuples(st.sampled_from(["P-7KQ4", "P-2ACE"]), values),
        min_size=1,
        max_size=9,
        unique_by=lambda each: (each[0], each[1].day, each[1].value),
    ),
    mark=st.sampled_from(["\t", ";", ","]),
    headed=st.booleans(),
)
def test_what_is_written_is_read(entries: list[tuple[str, Value]], mark: str, headed: bool) -> None:
    rows = [
        (
            code,
            entry.day.isoformat(),
            "CK",
            f"{entry.value:g}",
            "U/l",
            f"{entry.upper_limit:g}" if entry.upper_limit else "",
        )
        for code, entry in entries
    ]
    header = [("patient", "date", "analyte", "value", "unit", "upper_limit")] if headed else []
    found, wrong = read("\n".join(mark.join(row) for row in [*header, *rows]), TODAY, LOCALES)
    assert wrong == []
    assert [(line.code, line.entry) for line in found] == entries
    assert [line.number for line in found] == [k + headed for k in range(1, len(entries) + 1)]


@given(st.text(alphabet='P-7KQ4;,\t\n"2026.CKckg/lU0 patiendrugfom', max_size=200))
def test_whatever_is_pasted_is_read_or_has_a_fault(text: str) -> None:
    found, wrong = read(text, TODAY, LOCALES)
    assert found or wrong


def test_a_comma_is_a_decimal_mark_where_it_does_not_part_the_cells() -> None:
    assert read("P-7KQ4;2026-03-12;poids;82,5;kg", TODAY, LOCALES) == (
        [Line(1, "P-7KQ4", Value(WEIGHT, date(2026, 3, 12), 82.5))],
        [],
    )
    assert faults("P-7KQ4,2026-03-12,weight,82,5,kg") == [
        (1, "unit", "not_a_choice"),
        (1, "upper_limit", "not_a_number"),
    ]
    # Where commas part the cells, one within a cell may be of thousands.
    assert faults('P-7KQ4,2026-03-12,weight,"82,5",kg') == [(1, "value", "not_a_number")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("P-7KQ4;2026-03-12;CK;12.500;U/l;195", (1, "value", "12500|12.5")),
        ("P-7KQ4;2026-03-12;CK;12,500;U/l;195", (1, "value", "12500|12.5")),
        ("P-7KQ4,2026-03-12,CK,1.250,U/l,195", (1, "value", "1250|1.25")),
        ("P-7KQ4;2026-03-12;CK;1250;U/l;1.000", (1, "upper_limit", "1000|1")),
        ("patient;from;to;drug;dose_mg\nP-7KQ4;2026-03-12;;methylprednisolone;1.000", (2, "dose_mg", "1000|1")),
    ],
)
def test_what_may_be_a_thousand_times_as_much_is_not_guessed_at(line: str, told: tuple[int, str, str]) -> None:
    found, wrong = read(line, TODAY, LOCALES)
    assert [line.entry for line in found] == [None]
    assert [(fault.line, fault.column, fault.expected) for fault in wrong if fault.code == "two_numbers"] == [told]


def test_three_decimals_are_taken_where_thousands_cannot_be() -> None:
    assert faults("P-7KQ4;2026-03-12;CK;20,833;µkat/l;3,250", "P-7KQ4;2026-03-12;weight;82,500;kg") == []


def test_the_same_value_with_another_upper_limit_is_the_same_line_twice() -> None:
    assert faults("P-7KQ4;2026-03-12;CK;1250;U/l;195", "P-7KQ4;2026-03-12;CK;1250;U/l") == [(2, None, "line_twice")]


def test_steroid_doses_are_read_by_their_header() -> None:
    found, wrong = read(
        "code;from;to;drug;dose_mg;alternate_dose_mg\nP-7KQ4;1.3.2026;2026-03-30;Prednisone;30;20\n", TODAY, LOCALES
    )
    assert wrong == []
    assert found[0].entry == SteroidStep(date(2026, 3, 1), date(2026, 3, 30), "Prednisone", 30, 20)


def test_each_fault_has_its_line_and_its_column() -> None:
    header = "patient;from;to;drug;dose_mg"
    assert faults(
        header,
        "P-7KQ4;2026-03-21;;prednisone;15",
        "P-7KQ4;2026-03-01;2026-02-01;prednisone;15",
        "P-7KQ4;2026-03-01;2028-03-01;prednisone;15",
        "P-7KQ4;2026-03-01;;;0",
        "P-7KQ4;2026-03-01;;a:b;15",
        "P-7KQ4;1.3.;;prednisone;ten",
        "P-7KQ4;29.2.2026;;prednisone;15",
    ) == [
        (2, "from", "in_future"),
        (3, "to", "ends_before_start"),
        (4, "to", "out_of_range"),
        (5, "dose_mg", "out_of_range"),
        (5, "drug", "cell_empty"),
        (6, "drug", "not_a_choice"),
        (7, "dose_mg", "not_a_number"),
        (7, "from", "not_a_date"),
        (8, "from", "no_such_day"),
    ]
    assert faults("") == [(None, None, "empty_file")]
    assert faults(header) == [(None, None, "empty_file")]
    assert faults('P-7KQ4;2026-03-12;"CK;1250') == [(1, None, "not_csv")]
    assert faults("patient;from;drug") == [(1, "dose_mg", "column_missing")]


def told(*lines: str) -> list[tuple[int | None, str | None, str, str, str]]:
    """Line, column, code, what was found, what would be right; of a table there is no file to be named."""
    wrong = read("\n".join(lines), TODAY, LOCALES)[1]
    assert {fault.file for fault in wrong} == {""}
    return [(fault.line, fault.column, fault.code, fault.found, fault.expected) for fault in wrong]


CHOICES = f"{CREATINE_KINASE}|{WEIGHT}"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("P-7KQ4;1.3.;CK;1250;U/l", ("date", "not_a_date", "1.3.", "YYYY-MM-DD")),
        ("P-7KQ4;2026-03-21;CK;1250;U/l", ("date", "in_future", "2026-03-21", "")),
        ("P-7KQ4;2024-03-17;CK;1250;U/l", ("date", "long_ago", "2024-03-17", "")),
        ("P-7KQ4;2026-03-12;iron;5;U/l", ("analyte", "not_a_choice", "iron", CHOICES)),
        ("P-7KQ4;2026-03-12;weight;82;lb", ("unit", "not_a_choice", "lb", "kg")),
        ("P-7KQ4;2026-03-12;CK;1250;kg", ("unit", "not_a_choice", "kg", "U/l|IU/l|ukat/l")),
        ("P-7KQ4;2026-03-12;CK;0;U/l", ("value", "out_of_range", "0", ">0..1000000")),
        ("P-7KQ4;2026-03-12;CK;20000;µkat/l", ("value", "out_of_range", "20000", ">0..16666.66667")),
        ("P-7KQ4;2026-03-12;weight;500.5;kg", ("value", "out_of_range", "500.5", ">0..500")),
        ("P-7KQ4;2026-03-12;CK;1250;U/l;0", ("upper_limit", "out_of_range", "0", ">0..10000")),
        ("P-7KQ4;2026-03-12;CK;20;µkat/l;200", ("upper_limit", "out_of_range", "200", ">0..166.6666667")),
        (";2026-03-12;CK;1250;U/l", ("patient", "cell_empty", "", "~P-7KQ4")),
        ("P-7KQ4;;CK;1250;U/l", ("date", "cell_empty", "", "YYYY-MM-DD")),
        ("P-7KQ4;2026-03-12;;1250;U/l", ("analyte", "cell_empty", "", CHOICES)),
        ("P-7KQ4;2026-03-12;CK;;U/l", ("value", "cell_empty", "", ">0")),
        ("P-7KQ4;2026-03-12;CK;1250;", ("unit", "cell_empty", "", "U/l|kg")),
        ("P-7KQ4;2026-03-12;weight;82;", ("unit", "cell_empty", "", "U/l|kg")),
    ],
)
def test_a_fault_in_a_value_says_what_was_found_and_what_would_be_right(
    line: str, fault: tuple[str, str, str, str]
) -> None:
    assert told(line) == [(1, *fault)]
    assert [line.entry for line in read(line, TODAY, LOCALES)[0]] in ([None], [])


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("2026-03-01;;prednisone;0;", ("dose_mg", "out_of_range", "0", ">0..10000")),
        ("2026-03-01;;prednisone;0;0", ("dose_mg", "out_of_range", "0", ">0..10000")),
        ("2026-03-01;;prednisone;10001;", ("dose_mg", "out_of_range", "10001", "0..10000")),
        ("2026-03-01;;prednisone;20;10001", ("alternate_dose_mg", "out_of_range", "10001", "0..10000")),
        ("2026-03-01;;prednisone;20;1.000", ("alternate_dose_mg", "two_numbers", "1.000", "1000|1")),
        ("2026-03-01;;a:b;20;", ("drug", "not_a_choice", "a:b", "~prednisone")),
        ("2026-03-01;2026-02-28;prednisone;20;", ("to", "ends_before_start", "2026-02-28", ">=2026-03-01")),
        ("2026-03-01;2027-03-22;prednisone;20;", ("to", "out_of_range", "2027-03-22", "<2027-03-21")),
        (";;prednisone;20;", ("from", "cell_empty", "", "YYYY-MM-DD")),
        (";2026-03-30;prednisone;20;", ("from", "cell_empty", "", "YYYY-MM-DD")),
        ("2026-03-01;;;20;", ("drug", "cell_empty", "", "~prednisone")),
        ("2026-03-01;;prednisone;;", ("dose_mg", "cell_empty", "", ">0")),
    ],
)
def test_a_fault_in_a_dose_says_what_was_found_and_what_would_be_right(
    cells: str, fault: tuple[str, str, str, str]
) -> None:
    header = "patient;from;to;drug;dose_mg;alternate_dose_mg"
    assert told(header, f"P-7KQ4;{cells}") == [(2, *fault)]
    assert [line.entry for line in read(f"{header}\nP-7KQ4;{cells}", TODAY, LOCALES)[0]] == [None]


@pytest.mark.parametrize(
    ("cells", "step"),
    [
        ("2026-03-01;2026-03-01;prednisone;20;", (date(2026, 3, 1), 20, None)),
        ("2026-03-20;2027-03-21;prednisone;10000;", (date(2027, 3, 21), 10_000, None)),
        ("2026-03-01;;prednisone;0;20", (None, 0, 20)),
        ("2026-03-01;;prednisone;20;0", (None, 20, 0)),
        ("2026-03-01;;prednisone;20;20", (None, 20, None)),
        ("2026-03-01;;prednisone;20", (None, 20, None)),
        ("2024-03-18;;prednisone;12,5;7,5", (None, 12.5, 7.5)),
    ],
)
def test_a_dose_is_read_with_its_end_and_that_of_the_other_day(
    cells: str, step: tuple[date | None, float, float | None]
) -> None:
    header = "patient;from;to;drug;dose_mg;alternate_dose_mg"
    found, wrong = read(f"{header}\nP-7KQ4;{cells}", TODAY, LOCALES)
    assert wrong == []
    (entry,) = [line.entry for line in found]
    assert isinstance(entry, SteroidStep)
    assert (entry.end, entry.dose_mg, entry.alternate_dose_mg) == step


def test_a_value_is_of_the_last_two_years_and_in_any_of_the_units() -> None:
    lines = (
        "P-7KQ4;2024-03-18;Creatine  Kinase;1250;IU/l;195",
        "P-7KQ4;20.3.2026;ck;20;ukat/l;3.25",
        "P-7KQ4;2026-03-20;Gewicht;82;KG",
    )
    found, wrong = read("\n".join(lines), TODAY, LOCALES)
    assert wrong == []
    assert [line.entry for line in found] == [
        Value(CREATINE_KINASE, TODAY - measured.FARTHEST_BACK, 1250, 195),
        Value(CREATINE_KINASE, TODAY, 1200, 195),
        Value(WEIGHT, TODAY, 82),
    ]


def test_a_line_of_too_few_or_too_many_cells_says_so_and_of_its_cells_only_those_that_come_first() -> None:
    columns = "patient,date,analyte,value,unit,upper_limit"
    assert told("P-7KQ4;1.3.;CK", "P-2ACE;2026-03-12;CK;1250;U/l;195;more", "P-7KQ4;2026-03-12;weight;82;lb;0;x") == [
        (1, None, "wrong_cells_in_line", "3", columns),
        (1, "date", "not_a_date", "1.3.", "YYYY-MM-DD"),
        (2, None, "wrong_cells_in_line", "7", columns),
        (3, None, "wrong_cells_in_line", "7", columns),
    ]
    assert faults("P-7KQ4;2026-03-12;iron") == [(1, None, "wrong_cells_in_line"), (1, "analyte", "not_a_choice")]
    assert faults("P-7KQ4;2026-03-12;CK;ten") == [(1, None, "wrong_cells_in_line"), (1, "value", "not_a_number")]
    assert faults("patient;from;drug;dose_mg", "P-7KQ4;soon;p") == [
        (2, None, "wrong_number_of_cells"),
        (2, "from", "not_a_date"),
    ]
    header = "patient;date;analyte;value;unit"
    assert told(header, "P-7KQ4;2026-03-12;CK;1250") == [(2, None, "wrong_number_of_cells", "4", "5")]
    assert told(header, "P-7KQ4;2026-03-12;CK;1250;U/l;195") == [(2, None, "wrong_number_of_cells", "6", "5")]
    found, _ = read("P-7KQ4;2026-03-12;CK", TODAY, LOCALES)
    assert found == [Line(1, "P-7KQ4", None)], "whose it is can be asked all the same"


def test_an_empty_cell_at_the_end_of_a_line_may_have_been_lost() -> None:
    assert faults("patient;date;analyte;value;unit;upper_limit", "P-7KQ4;2026-03-12;CK;1250;U/l") == []
    assert faults("patient;from;drug;dose_mg;to", "P-7KQ4;2026-03-12;prednisone;20") == []


def test_a_column_may_be_called_code_or_pseudonym_and_stand_anywhere() -> None:
    for name in ("Pseudonym", "CODE"):
        found, wrong = read(f"unit,value,analyte,date,{name}\nkg,82.5,weight,2026-03-12,P-7KQ4", TODAY, LOCALES)
        assert (found, wrong) == ([Line(2, "P-7KQ4", Value(WEIGHT, date(2026, 3, 12), 82.5))], [])


def test_without_a_column_that_it_needs_a_table_is_not_read_and_the_fault_names_it() -> None:
    wanted = "patient,date,analyte,value,unit"
    assert told("date;analyte;value;unit", "2026-03-12;CK;1250;U/l") == [
        (1, "patient", "column_missing", "date,analyte,value,unit", wanted)
    ]
    assert told("patient;analyte;value;unit") == [(1, "date", "column_missing", "patient,analyte,value,unit", wanted)]
    assert told("drug;from;dose_mg", "prednisone;2026-03-12;20") == [
        (1, "patient", "column_missing", "drug,from,dose_mg", "patient,from,drug,dose_mg")
    ]


def test_the_first_line_with_anything_in_it_tells_what_parts_the_cells() -> None:
    assert faults("", "  ", "P-7KQ4\t2026-03-12\tweight\t82,5\tkg") == []
    assert faults("P-7KQ4,2026-03-12,weight,82.5,kg") == []


def test_faults_come_by_line_and_then_by_column_and_what_is_about_the_line_comes_first() -> None:
    assert faults("P-7KQ4;2026-03-21;CK;0;lb", 'P-7KQ4;"', "P-7KQ4;2026-03-12;CK") == [
        (1, "date", "in_future"),
        (1, "unit", "not_a_choice"),
        (1, "value", "out_of_range"),
        (2, None, "not_csv"),
        (3, None, "wrong_cells_in_line"),
    ]


def test_the_same_line_twice_names_the_first_of_them_however_the_code_is_written() -> None:
    line = "2026-03-12;CK;1250;U/l"
    assert told(f"P-7KQ4;{line}", f"P-2ACE;{line}", f"7kq4;{line}", f"p-7kq4;{line}") == [
        (3, None, "line_twice", "", "1"),
        (4, None, "line_twice", "", "1"),
    ]
    header = "patient;from;drug;dose_mg"
    assert told(header, "P-7KQ4;2026-03-12;prednisone;20", "P-7KQ4;2026-03-12;prednisone;20") == [
        (3, None, "line_twice", "", "2")
    ]
    assert told("P-7KQ4;soon;CK;1250;U/l", "P-7KQ4;soon;CK;1250;U/l")[0][2] == "not_a_date", "no entry, nothing twice"


def test_a_quotation_mark_that_nothing_closes_is_told_in_its_line() -> None:
    assert [fault[:3] for fault in told('P-7KQ4;2026-03-12;"CK;1250;U/l')] == [(1, None, "not_csv")]


def test_five_hundred_lines_are_read_and_one_more_is_none() -> None:
    lines = [f"P-7KQ4;2026-03-12;CK;{1000 + k};U/l" for k in range(501)]
    assert len(read("\n".join(lines[:500]), TODAY, LOCALES)[0]) == 500
    found, wrong = read("\n".join(lines), TODAY, LOCALES)
    assert (found, wrong) == ([], [Fault("", None, None, "too_many_lines", "501", "500")])


def test_nothing_is_read_from_nothing_and_the_columns_are_told() -> None:
    expected = "patient,date,analyte,value,unit,upper_limit"
    assert told("", " ") == [(None, None, "empty_file", "", expected)]


def test_a_fault_that_is_noted_later_stands_in_the_line_as_it_was_pasted() -> None:
    line = Line(7, "P-7KQ4", None)
    assert line.fault("patient", "has_left", "P-7KQ4") == Fault("", 7, "patient", "has_left", "P-7KQ4", "")
    assert line.fault("to", "dose_overlaps", "x", "y") == Fault("", 7, "to", "dose_overlaps", "x", "y")


def test_lines_end_as_on_any_machine() -> None:
    for end in ("\n", "\r\n", "\r"):
        found, wrong = read(f"P-7KQ4;2026-03-12;CK;1250;U/l{end}P-7KQ4;2026-03-13;CK;900;U/l{end}", TODAY, LOCALES)
        assert ([line.number for line in found], wrong) == ([1, 2], [])


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_text_in_utf_8_with_or_without_its_mark(mark: bytes) -> None:
    assert text_of(mark + "P-7KQ4;µkat/l\n".encode()) == "P-7KQ4;µkat/l\n"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"\xff\n\n", 1),
        (b"\n\xff", 2),
        ("P-7KQ4\nGrüße\n".encode("latin-1"), 2),
        ("P-7KQ4".encode("utf-16"), 1),
        (b"\x00P-7KQ4", 1),
        (b"P-7KQ4\n\nP\x00\n", 3),
    ],
)
def test_any_other_file_is_told_where_it_is_none(content: bytes, line: int) -> None:
    assert text_of(content) == Fault("", line, None, "not_utf8", "", "UTF-8")
