"""What is impossible, what is doubted, and how steroid steps stand together."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs import measured
from jobs.doubts import Doubt
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


def test_a_doubt_says_the_value_and_beside_what_it_is_unusual() -> None:
    assert measured.doubt_of(WEIGHT, 24.0) == Doubt("measure.doubt.low", {"value": 24.0, "unit": "kg", "limit": 25.0})
    assert measured.doubt_of(CREATINE_KINASE, 120_000) == Doubt(
        "measure.doubt.high", {"value": 120_000, "unit": "U/l", "limit": 100_000.0}
    )
    for weight, per_cent in ((100.4, 26), (59.7, 25)):
        assert measured.doubt_of(WEIGHT, weight, 80.0) == Doubt(
            "measure.doubt.change", {"value": weight, "earlier": 80.0, "per_cent": per_cent}
        )


@pytest.mark.parametrize(
    ("value", "doubted"), [(784.0, False), (785.0, True), (1280.0, True), (12_500.0, True), (31.5, False), (31.4, True)]
)
def test_a_ck_may_be_a_few_times_the_last_one_and_a_digit_too_many_is_asked_about(value: float, doubted: bool) -> None:
    doubt = Doubt("measure.doubt.times", {"value": value, "earlier": 157.0, "times": 5.0})
    assert measured.doubt_of(CREATINE_KINASE, value, 157.0) == (doubt if doubted else None)
    assert measured.doubt_of(CREATINE_KINASE, value) is None, "without one before it"


def taken(dose: float, alternate: float | None = None, drug: str = "prednisone", on: int = 2) -> SteroidStep:
    return SteroidStep(date(2026, 3, on), None, drug, dose, alternate)


@pytest.mark.parametrize(
    ("dose", "doubted"), [(149.0, False), (150.0, True), (300.0, True), (6.1, False), (6.0, True), (3.0, True)]
)
def test_a_dose_far_from_the_one_before_is_asked_about(dose: float, doubted: bool) -> None:
    known = [taken(5.0, on=1), taken(17.5, 30.0, on=2), taken(900.0, drug="methylprednisolone", on=3)]
    doubt = Doubt("measure.doubt.dose_times", {"value": dose, "earlier": 30.0, "times": 5.0})
    assert measured.doubt_of_dose(taken(dose, on=9), known) == (doubt if doubted else None)
    assert measured.doubt_of_dose(taken(dose, on=1), known) is None, "none before it"


@pytest.mark.parametrize(
    ("limit", "doubted"), [(974.0, False), (975.0, True), (1570.0, True), (39.1, False), (39.0, True)]
)
def test_an_upper_limit_far_from_the_last_is_asked_about(limit: float, doubted: bool) -> None:
    doubt = Doubt("measure.doubt.limit", {"value": limit, "earlier": 195.0, "times": 5.0})
    assert measured.doubt_of_limit(limit, 195.0) == (doubt if doubted else None)
    assert measured.doubt_of_limit(limit, None) is None
    assert measured.doubt_of_limit(None, 195.0) is None


@pytest.mark.parametrize("doses", [(1000.0, None), (1000.0, 1000.0), (0.0, 20.0), (20.0, 0.0)])
def test_up_to_a_gram_of_a_steroid_a_day_is_usual(doses: tuple[float, float | None]) -> None:
    assert measured.doubt_of_dose(taken(*doses)) is None
    measured.check_dose(*doses)


@pytest.mark.parametrize("doses", [(1000.5, None), (1000.5, 20.0), (20.0, 1000.5)])
def test_more_than_a_gram_on_either_day_is_doubted(doses: tuple[float, float | None]) -> None:
    assert measured.doubt_of_dose(taken(*doses)) == Doubt("measure.doubt.dose", {"dose": 1000.5, "limit": 1000.0})
    measured.check_dose(*doses)


def refused(check: Callable[..., None], *what: object) -> str | None:
    """The key of the refusal."""
    try:
        check(*what)
    except Refusal as refusal:
        return refusal.key
    return None


@pytest.mark.parametrize(
    ("analyte", "possible", "impossible"),
    [(CREATINE_KINASE, (0.5, 1_000_000), (-1, 0, 1_000_001)), (WEIGHT, (0.5, 500), (-1, 0, 500.1))],
)
def test_a_value_is_above_nothing_and_not_above_the_most_that_can_be(
    analyte: str, possible: tuple[float, ...], impossible: tuple[float, ...]
) -> None:
    assert {refused(measured.check_value, analyte, value) for value in possible} == {None}
    assert {refused(measured.check_value, analyte, value) for value in impossible} == {"refusal.measured_value"}


def test_an_upper_limit_is_above_nothing_and_at_most_ten_thousand() -> None:
    assert {refused(measured.check_limit, limit) for limit in (0.5, 10_000)} == {None}
    assert {refused(measured.check_limit, limit) for limit in (-1, 0, 10_001)} == {"refusal.upper_limit"}


def test_a_steroid_has_a_dose_on_one_of_two_days_at_least_and_at_most_ten_grams() -> None:
    possible = ((0.5, None), (10_000, None), (0, 0.5), (0.5, 0), (20, 10_000))
    assert {refused(measured.check_dose, *doses) for doses in possible} == {None}
    impossible = ((0, None), (0, 0), (-1, None), (10_001, None), (10_001, 20), (20, 10_001))
    assert {refused(measured.check_dose, *doses) for doses in impossible} == {"refusal.steroid_dose"}


def test_a_steroid_may_end_on_its_first_day_and_up_to_a_year_ahead() -> None:
    year = TODAY + measured.FARTHEST_AHEAD
    assert year == date(2027, 3, 21)
    assert [refused(measured.check_end, end, TODAY, TODAY) for end in (TODAY, year)] == [None, None]
    assert refused(measured.check_end, TODAY - timedelta(days=1), TODAY, TODAY) == "refusal.steroid_ends_before_start"
    assert refused(measured.check_end, year + timedelta(days=1), TODAY, TODAY) == "refusal.steroid_end_far"


def test_the_day_is_neither_to_come_nor_two_years_ago() -> None:
    measured.check_day(TODAY, TODAY)
    measured.check_day(date(2024, 3, 18), TODAY)
    for day in (TODAY + timedelta(days=1), date(2024, 3, 17)):
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


NOTHING = (None, None)
ENDED = (step(0, None), None)


@pytest.mark.parametrize(
    ("known", "new", "outcome"),
    [
        # Beside one another.
        (step(0, 4), step(5, None), NOTHING),
        (step(10, None), step(0, 9), NOTHING),
        # The one that runs ends the day before, whether or not the new one has an end.
        (step(0, None), step(5, None), ENDED),
        (step(0, None), step(5, 3), ENDED),
        # One whose end is planned ends sooner, unless days of it would be left over.
        (step(0, 20), step(5, 15), (step(0, 20), None)),
        (step(0, 20), step(20, 5), (step(0, 20), None)),
        (step(0, 20), step(5, None), (step(0, 20), None)),
        (step(0, 20), step(5, 14), (None, "refusal.steroid_overlaps")),
        # Before one that begins later the new one has to end.
        (step(10, None), step(0, None), (None, "refusal.steroid_later_step")),
        (step(10, None), step(0, 10), (None, "refusal.steroid_overlaps")),
        (step(10, 5), step(0, 30), (None, "refusal.steroid_overlaps")),
        # From one day on there is one dose.
        (step(0, None), step(0, None, dose=20), (None, "refusal.steroid_overlaps")),
        (step(0, None), step(0, 3), (None, "refusal.steroid_overlaps")),
        (step(0, None), step(0, None), (None, "refusal.steroid_already")),
        (step(0, 20), step(0, None), (None, "refusal.steroid_already")),
        (step(0, 20), step(0, 20), (None, "refusal.steroid_already")),
    ],
)
def test_a_new_step_ends_the_one_before_it_or_is_refused(
    known: SteroidStep, new: SteroidStep, outcome: tuple[SteroidStep | None, str | None]
) -> None:
    for steps in ([known], [step(-30, 29), known], [known, step(0, None, "dexamethasone")]):
        try:
            found: tuple[SteroidStep | None, str | None] = measured.fitted(new, steps), None
        except Refusal as refusal:
            found = None, refusal.key
        assert found == outcome


def test_the_same_again_is_there_also_where_it_was_ended_since_and_another_drug_or_dose_is_not() -> None:
    ended, again = step(0, 20), step(0, None)
    assert measured.is_there(again, ended)
    assert measured.is_there(replace(again, drug="Prednison"), ended)
    for other in (replace(again, drug="dexamethasone"), replace(again, dose_mg=20.0), step(1, None), step(0, 19)):
        assert not measured.is_there(other, ended)


def test_a_name_of_two_words_keeps_one_blank_and_has_room_for_forty_letters() -> None:
    assert measured.drug_named("  methyl \n prednisolone ") == "methyl prednisolone"
    assert measured.drug_named("x" * 40) == "x" * 40
    assert measured.drug_named("ü" * 20) == "ü" * 20


@pytest.mark.parametrize("text", ["", "p", "15", "a:b", "x" * 41, "ü" * 21, "<b>", "a\nb;c"])
def test_what_is_no_drug_or_fits_on_no_button_is_no_name(text: str) -> None:
    assert measured.drug_named(text) is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Prednison", "prednisone"),
        ("DEXAMÉTHASONE", "dexamethasone"),
        ("Prednisolon", "prednisolone"),
        ("Méthylprednisolone", "methylprednisolone"),
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
