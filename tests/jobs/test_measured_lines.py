"""What is typed about a measurement: read as it is meant, or not at all."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.measuring.measurement_words import words
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.measured_lines import Days, StepLine, StopLine, ValueLine, read_dose, read_steroid, read_value
from jobs.refusals import Refusal

TODAY = date(2026, 3, 20)
DAYS = Days(TODAY, ("en_GB", "fr", "de"))
WORDS = words()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("1250", ValueLine(1250, None, TODAY)),
        ("1250 12 Mar", ValueLine(1250, None, date(2026, 3, 12))),
        ("1250 U/l <195 12 Mar", ValueLine(1250, 195, date(2026, 3, 12))),
        ("1250 (195) 12.3.2026", ValueLine(1250, 195, date(2026, 3, 12))),
        ("1250 yesterday (<195)", ValueLine(1250, 195, TODAY - timedelta(days=1))),
        ("1250u/l < 195", ValueLine(1250, 195, TODAY)),
        ("20,5 ukat/l <3,25", ValueLine(1230, 195, TODAY)),
        ("1250 12 Dec", ValueLine(1250, None, date(2025, 12, 12))),
    ],
)
def test_a_ck_is_read_with_its_limit_and_its_day(text: str, read: ValueLine) -> None:
    assert read_value(CREATINE_KINASE, text, DAYS) == read


@pytest.mark.parametrize(
    "text",
    ["", "12 Mar", "<195", "1250 195", "1250 <195 <200", "1250 kg", "1e3", "-5", "1.2.3", "1250 <1.2.3", "12 50"],
)
def test_what_is_no_ck_is_not_guessed(text: str) -> None:
    with pytest.raises(Refusal):
        read_value(CREATINE_KINASE, text, DAYS)


def test_a_line_that_is_not_read_says_which_of_the_two_it_should_be() -> None:
    for analyte, key in ((CREATINE_KINASE, "measure.not_read_ck"), (WEIGHT, "measure.not_read_weight")):
        with pytest.raises(Refusal) as refused:
            read_value(analyte, "soon", DAYS)
        assert refused.value.key == key


def test_without_its_year_a_day_is_of_the_last_three_hundred_or_else_to_come() -> None:
    assert read_value(WEIGHT, "82 24 May", DAYS).day == TODAY - timedelta(days=300)
    assert read_value(WEIGHT, "82 23 May", DAYS).day == date(2026, 5, 23)


@pytest.mark.parametrize("text", ["", "82,5 <90", "82,5 (90)", "82,5 lb", "82,5 U/l", "82.5.1"])
def test_what_is_no_weight_is_not_guessed(text: str) -> None:
    with pytest.raises(Refusal):
        read_value(WEIGHT, text, DAYS)


@pytest.mark.parametrize(
    ("read", "number"),
    [
        (lambda: read_value(CREATINE_KINASE, "12.500", DAYS), "12.500"),
        (lambda: read_value(CREATINE_KINASE, "12.500 iu/l", DAYS), "12.500"),
        (lambda: read_value(CREATINE_KINASE, "12,500 <195 12 Mar", DAYS), "12,500"),
        (lambda: read_value(CREATINE_KINASE, "1250 <12.500", DAYS), "12.500"),
        (lambda: read_steroid("methylprednisolone 12.500 mg from 1 Mar", DAYS, WORDS), "12.500"),
        (lambda: read_steroid("prednisone 30/12,500", DAYS, WORDS), "12,500"),
        (lambda: read_dose("12.500"), "12.500"),
    ],
)
def test_what_may_be_a_thousand_times_as_much_is_not_guessed_at(read: Callable[[], object], number: str) -> None:
    with pytest.raises(Refusal) as refused:
        read()
    assert refused.value.key == "measure.two_numbers"
    assert refused.value.arguments == {"typed": number, "large": "12500", "small": 12.5}


def test_three_decimals_are_read_where_thousands_cannot_be() -> None:
    assert read_value(WEIGHT, "82.500", DAYS).value == 82.5
    assert read_value(CREATINE_KINASE, "20.833 µkat/l <3,250", DAYS) == ValueLine(1249.98, 195, TODAY)
    assert read_value(CREATINE_KINASE, "0.500", DAYS).value == 0.5


@given(
    value=st.integers(1, 99_999),
    hundredths=st.integers(0, 99),
    mark=st.sampled_from(".,"),
    day=st.dates(TODAY - timedelta(days=290), TODAY),
    pattern=st.sampled_from(
        ["{:%Y-%m-%d}", "{0.day}.{0.month}.{0.year}", "{0.day}/{0.month}", "{:%d %b}", "{:%d %B %Y}"]
    ),
)
def test_a_weight_is_read_with_either_mark_and_any_day_of_the_past(
    value: int, hundredths: int, mark: str, day: date, pattern: str
) -> None:
    line = read_value(WEIGHT, f"{value}{mark}{hundredths:02} kg {pattern.format(day)}", DAYS)
    assert line == ValueLine(float(f"{value}.{hundredths:02}"), None, day)


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_the_reading(text: str) -> None:
    for read in (
        lambda: read_value(CREATINE_KINASE, text, DAYS),
        lambda: read_value(WEIGHT, text, DAYS),
        lambda: read_steroid(text, DAYS, WORDS),
        lambda: read_dose(text),
    ):
        with suppress(Refusal):
            assert read() is not None


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("prednisone 15", StepLine("prednisone", 15, None, TODAY, None)),
        ("prednisone 30/20 from 1 Mar", StepLine("prednisone", 30, 20, date(2026, 3, 1), None)),
        ("prednisone 30 mg / 20 mg 1 Mar", StepLine("prednisone", 30, 20, date(2026, 3, 1), None)),
        ("prednisone 30/0", StepLine("prednisone", 30, 0, TODAY, None)),
        ("prednisone 20/20", StepLine("prednisone", 20, None, TODAY, None)),
        (
            "Prednison 12,5mg ab 1. März bis 30. März",
            StepLine("Prednison", 12.5, None, date(2026, 3, 1), date(2026, 3, 30)),
        ),
        ("prednisone 15 du 1 mars au 30 mars", StepLine("prednisone", 15, None, date(2026, 3, 1), date(2026, 3, 30))),
        ("PREDNISONE 15 MG FROM 1 MAR", StepLine("PREDNISONE", 15, None, date(2026, 3, 1), None)),
        ("prednisone 15 to 30 Mar", StepLine("prednisone", 15, None, TODAY, date(2026, 3, 30))),
        ("methyl prednisolone 4", StepLine("methyl prednisolone", 4, None, TODAY, None)),
        ("stop prednisone", StopLine("prednisone", TODAY)),
        ("prednisone stop 3 Mar", StopLine("prednisone", date(2026, 3, 3))),
        ("arrêt prednisone le 3 mars", StopLine("prednisone", date(2026, 3, 3))),
        ("stop prednisone on 3 Mar", StopLine("prednisone", date(2026, 3, 3))),
    ],
)
def test_a_steroid_is_read_with_its_doses_and_its_days(text: str, read: StepLine | StopLine) -> None:
    assert read_steroid(text, DAYS, WORDS) == read


@pytest.mark.parametrize(
    "text",
    [
        *("", "prednisone", "15", "15 prednisone", "stop", "prednisone 15 from", "prednisone 15 from 1 Mar to"),
        *(
            "prednisone 15/10/5",
            "prednisone 15 from soon",
            "prednisone 15 from to 30 Mar",
            "p 15",
            "prednisone 15 mg mg",
            f"{'p' * 41} 15",
        ),
    ],
)
def test_what_is_no_steroid_is_not_guessed(text: str) -> None:
    with pytest.raises(Refusal):
        read_steroid(text, DAYS, WORDS)


@pytest.mark.parametrize("text", ["prednisone", "15", "15 prednisone", "prednisone fifteen"])
def test_a_steroid_is_a_name_and_after_it_a_dose(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_steroid(text, DAYS, WORDS)
    assert refused.value.key == "measure.not_read_steroid"


@pytest.mark.parametrize(
    ("text", "doses"),
    [
        ("15", (15, None)),
        (" 12,5 mg ", (12.5, None)),
        ("30/20", (30, 20)),
        ("30/0", (30, 0)),
        ("20 mg/20 mg", (20, None)),
    ],
)
def test_a_dose_alone_is_of_each_day_or_of_two_in_turn(text: str, doses: tuple[float, float | None]) -> None:
    assert read_dose(text) == doses


@pytest.mark.parametrize("text", ["", "fifteen", "30/20/10", "15 from 1 Mar", "prednisone 15"])
def test_what_is_no_dose_alone_is_not_guessed(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_dose(text)
    assert refused.value.key == "measure.no_dose"
