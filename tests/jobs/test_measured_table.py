"""A pasted table: each line read as it was written, or its fault told."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.measured import Value
from jobs.measured_table import Line, read
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
