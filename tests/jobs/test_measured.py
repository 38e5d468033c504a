"""What is impossible, what is doubted, and how steroid steps stand together."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import measured
from jobs.inputs import CREATINE_KINASE, WEIGHT
from jobs.refusals import Refusal
from jobs.steroids import SteroidStep

TODAY = date(2026, 3, 20)
spans = st.tuples(st.integers(0, 60), st.one_of(st.none(), st.integers(0, 30)))


def step(start: int, length: int | None, drug: str = "prednisone", dose: float = 15) -> SteroidStep:
    first = TODAY + timedelta(days=start)
    return SteroidStep(first, None if length is None else first + timedelta(days=length), drug, dose)


@pytest.mark.parametrize(
    ("analyte", "value", "doubted"),
    [
        *((CREATINE_KINASE, 4.9, True), (CREATINE_KINASE, 5, False)),
        *((CREATINE_KINASE, 100_000, False), (CREATINE_KINASE, 100_001, True)),
        *((WEIGHT, 24.9, True), (WEIGHT, 25, False), (WEIGHT, 300, False), (WEIGHT, 300.1, True)),
    ],
)
def test_outside_the_usual_range_a_value_is_doubted(analyte: str, value: float, doubted: bool) -> None:
    assert (measured.doubt_of(analyte, value) is not None) == doubted


@pytest.mark.parametrize(("weight", "doubted"), [(88.0, False), (72.0, False), (88.1, True), (71.9, True)])
def test_a_change_of_more_than_a_tenth_is_doubted(weight: float, doubted: bool) -> None:
    assert (measured.doubt_of(WEIGHT, weight, 80.0) is not None) == doubted


def test_the_day_is_neither_to_come_nor_two_years_ago() -> None:
    measured.check_day(TODAY, TODAY)
    measured.check_day(TODAY - measured.FARTHEST_BACK, TODAY)
    for day in (TODAY + timedelta(days=1), TODAY - measured.FARTHEST_BACK - timedelta(days=1)):
        with pytest.raises(Refusal):
            measured.check_day(day, TODAY)


@given(known=st.lists(spans, max_size=4), new=spans)
def test_steps_of_one_drug_never_overlap_whatever_is_entered(
    known: list[tuple[int, int | None]], new: tuple[int, int | None]
) -> None:
    standing: list[SteroidStep] = []
    for start, length in [*known, new]:
        wanted = step(start, length)
        try:
            ended = measured.fitted(wanted, standing)
        except Refusal:
            continue
        if ended is not None:
            standing.remove(ended)
            last = wanted.start - timedelta(days=1)
            standing.append(SteroidStep(ended.start, last, ended.drug, ended.dose_mg))
        standing.append(wanted)
        days = sorted((each.start, each.last) for each in standing)
        assert all(one[1] < other[0] for one, other in pairwise(days))


@pytest.mark.parametrize("text", ["", "p", "15", "a:b", "x" * 41, "ü" * 21, "<b>", "a\nb;c"])
def test_what_is_no_drug_or_fits_on_no_button_is_no_name(text: str) -> None:
    assert measured.drug_named(text) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Prednison", "prednisone"),
        ("DEXAMÉTHASONE", "dexamethasone"),
        ("Deflazacort", "Deflazacort"),
        ("Budesonid", "budesonid"),
    ],
)
def test_one_drug_has_one_name_in_every_language(typed: str, kept: str) -> None:
    assert measured.spelt(typed, ["Deflazacort"]) == kept
    assert measured.spelt("prednisolone", ["prednisone"]) == "prednisolone"


def test_another_drug_stands_beside_and_capitals_do_not_matter() -> None:
    running = step(0, None)
    assert measured.fitted(step(5, None, "dexamethasone"), [running]) is None
    assert measured.fitted(step(5, None, "Prednisone"), [running]) == running
    with pytest.raises(Refusal) as refused:
        measured.fitted(step(0, None, "PREDNISONE"), [running])
    assert refused.value.key == "refusal.steroid_already"
