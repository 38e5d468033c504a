"""The answer: the worked examples to the fourth decimal, the case to the third."""

import pytest

from jobs.wearing_off import analyse
from jobs.wearing_off.effects import Counts, CourseEffect, RegimenEffect
from jobs.wearing_off.thresholds import Thresholds
from tests.jobs.wearing_off.examples import (
    CASE_LAST_DAY,
    CHANGING,
    FIVE,
    case,
    courses_on,
    day,
    diary_with,
    jagged,
    pain,
    peaks,
    series,
    steady,
)


def course_figures(effect: CourseEffect) -> tuple[float, float, float]:
    assert effect.difference is not None
    assert effect.low is not None
    assert effect.high is not None
    return effect.difference, effect.low, effect.high


def regimen_figures(effect: RegimenEffect) -> tuple[float, float, float, float, float]:
    assert effect.estimate is not None
    assert effect.se is not None
    assert effect.low is not None
    assert effect.high is not None
    assert effect.low99 is not None
    return effect.estimate, effect.se, effect.low, effect.high, effect.low99


def approx(*figures: float, digits: int = 4) -> object:
    return pytest.approx(figures, abs=0.5 * 10**-digits + 1e-9)


def test_a_straight_trend_is_no_return() -> None:
    found = pain(FIVE, series(steady, 130))
    assert [effect.kind for effect in found.courses] == ["two_sided"] * 4
    for effect in found.courses:
        assert course_figures(effect) == approx(0, -0.8637, 0.8637)
    regimen = found.regimen("A")
    assert (regimen.courses, regimen.df, regimen.sigma, regimen.rho) == (4, 7, 0.5, 0.6)
    assert regimen_figures(regimen) == approx(0, 0.1963, -0.4643, 0.4643, -0.6871)
    assert (regimen.verdict, regimen.confirmed, regimen.returning) == ("does_not_return", False, 0)


def test_a_rise_of_four_in_each_week_before_a_course_returns() -> None:
    found = pain(FIVE, series(peaks, 130))
    for effect in found.courses:
        assert course_figures(effect) == approx(4, 3.1363, 4.8637)
        assert effect.verdict == "returns"
    regimen = found.regimen("A")
    assert regimen_figures(regimen) == approx(4, 0.1963, 3.5357, 4.4643, 3.3129)
    assert (regimen.verdict, regimen.confirmed, regimen.returning) == ("returns", True, 4)


def test_the_newest_course_is_provisional_and_not_pooled() -> None:
    found = pain(FIVE, series(peaks, 130), today=87)
    second, third, fourth = found.courses
    for effect in (second, third):
        assert course_figures(effect) == approx(4, 3.0611, 4.9389)
        assert not effect.provisional
    assert course_figures(fourth) == approx(4, 2.9605, 5.0395)
    assert (fourth.kind, fourth.provisional, fourth.n_next_ref) == ("one_sided", True, 0)
    regimen = found.regimen("A")
    assert (regimen.courses, regimen.of, regimen.df) == (2, 3, 5)
    assert regimen_figures(regimen)[:4] == approx(4, 0.2713, 3.3025, 4.6975)
    assert (regimen.verdict, regimen.confirmed) == ("not_enough_data", False)
    assert (found.counts.returns, found.counts.provisional, found.counts.of) == (2, 1, 3)


CHANGING_FIGURES = {
    2: ("two_sided", 6, 13, 10, 0.2843, -2.2686, 2.8372),
    3: ("two_sided", 6, 10, 12, 0.3932, -2.1658, 2.9521),
    4: ("one_sided", 6, 12, 12, -0.3333, -3.0974, 2.4307),
    5: ("two_sided", 7, 12, 12, -0.0278, -3.3796, 3.3241),
}


def test_a_jagged_diary_with_gaps_and_a_change_of_regimen() -> None:
    found = pain(CHANGING, series(jagged, 132))
    for effect in found.courses:
        kind, n_pre, n_ref, n_next_ref, *figures = CHANGING_FIGURES[effect.course]
        assert (effect.kind, effect.n_pre, effect.n_ref, effect.n_next_ref) == (kind, n_pre, n_ref, n_next_ref)
        assert course_figures(effect) == approx(*figures)
        assert effect.verdict == "unclear"
    assert [effect.regimen for effect in found.courses] == ["A", "A", "A", "B"]
    first, second = found.regimens
    assert regimen_figures(first) == approx(0.1147, 0.6738, -1.5340, 1.7634, -2.3833)
    assert (first.courses, first.df, first.verdict) == (3, 6, "unclear")
    assert (first.sigma, first.rho, first.s) == approx(2.2393, 0.2571, 1.8748)
    assert (second.courses, second.df, second.verdict) == (1, 4, "not_enough_data")
    assert (second.se, second.sigma, second.rho) == approx(1.2073, 2.1159, 0.3273)
    assert first.se is not None
    half = 4.302653 * first.se  # of Student's t, 2 degrees of freedom
    assert (first.low_df_small, first.high_df_small) == approx(0.1147 - half, 0.1147 + half, digits=3)


def test_three_of_seven_days_are_not_enough_and_say_so() -> None:
    whole = pain(CHANGING, series(jagged, 132))
    found = pain(CHANGING, series(jagged, 132, without=range(105, 109)))
    last = found.courses[-1]
    assert (last.verdict, last.reason, last.n_pre, last.difference) == ("not_enough_data", "few_days", 3, None)
    assert found.courses[:-1] == whole.courses[:-1]
    assert found.regimen("A") == whole.regimen("A")
    left = found.regimen("B")
    assert (left.estimate, left.of, left.usable, left.courses, left.returning) == (None, 1, 0, 0, 0)
    assert (last.share_after, last.pre_mean, last.next_ref_mean, last.onset) == (None, None, None, None)
    assert last.ref_mean == whole.courses[-1].ref_mean is not None


def test_a_difference_is_made_of_the_means_and_the_weights_that_are_shown_beside_it() -> None:
    for effect in pain(CHANGING, series(jagged, 132)).courses:
        assert effect.pre_mean is not None
        assert effect.ref_mean is not None
        assert effect.share_after is not None
        before = (1 - effect.share_after) * effect.ref_mean
        after = effect.share_after * (effect.next_ref_mean or 0.0)
        assert effect.difference == pytest.approx(effect.pre_mean - before - after)
        assert (effect.weight_pre, effect.weight_ref) == pytest.approx(
            (1 / effect.n_pre, (effect.share_after - 1) / effect.n_ref)
        )
        if effect.kind == "one_sided":
            assert (effect.share_after, effect.next_ref_mean, effect.weight_next_ref) == (0.0, None, None)
        else:
            assert effect.next_ref_mean is not None
            assert effect.weight_next_ref == pytest.approx(-effect.share_after / effect.n_next_ref)


def test_a_rise_of_the_last_days_that_is_no_return_has_no_onset() -> None:
    (effect,) = pain(FIVE[:2], series(lambda number: 3.0 if number in (26, 27) else 0.0, 29)).courses
    assert (effect.verdict, effect.onset) == ("unclear", None)


def test_the_counts_are_those_of_the_verdicts() -> None:
    silent = series(jagged, 132, without=range(105, 109))
    large = Thresholds(rise=9.0, important_rise=9.5)
    risen = analyse(courses_on(FIVE), diary_with(series(peaks, 130)), day(129), large).symptoms["pain"]
    for found, counts in (
        (pain(FIVE, series(peaks, 130)), Counts(4, 4, 0, 4, 0, 0, 0, 0)),
        (risen, Counts(4, 4, 0, 0, 4, 0, 0, 0)),
        (pain(FIVE, series(steady, 130)), Counts(4, 4, 0, 0, 0, 4, 0, 0)),
        (pain(CHANGING, silent), Counts(4, 3, 0, 0, 0, 0, 3, 1)),
    ):
        assert found.counts == counts


def test_courses_fourteen_days_apart_are_too_short_each() -> None:
    found = pain(tuple((start, start, "A") for start in range(0, 71, 14)), series(jagged, 90))
    assert {(effect.verdict, effect.reason) for effect in found.courses} == {("not_enough_data", "too_short")}
    assert found.regimen("A").verdict == "not_enough_data"
    assert len([caveat for caveat in found.caveats if caveat.code == "course_left_out"]) == 5


def test_on_the_case_pain_returns_under_the_first_regimen_and_not_under_the_third() -> None:
    inputs = case()
    found = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY).symptoms["pain"]
    first, second, third = found.regimens
    assert (first.courses, first.of, first.returning, first.df) == (4, 4, 4, 7)
    assert regimen_figures(first)[:4] == approx(2.918, 0.213, 2.415, 3.422, digits=3)
    assert (first.rho, first.sigma, first.s) == approx(0.463, 0.5, 0.549, digits=3)
    assert (first.verdict, first.confirmed) == ("returns", True)
    differences = [effect.difference for effect in found.courses if effect.regimen == "1"]
    assert differences == pytest.approx([3.17, 2.36, 2.87, 3.28], abs=0.005)
    assert [effect.kind for effect in found.courses if effect.regimen == "1"][-1] == "one_sided"

    assert (second.courses, second.estimate, second.verdict) == (2, 0.0, "not_enough_data")
    own = [effect for effect in found.courses if effect.regimen == "2"]
    assert [(effect.difference, effect.verdict) for effect in own] == [(0.0, "does_not_return")] * 2

    assert (third.courses, third.of, third.verdict) == (13, 14, "does_not_return")
    assert (third.estimate, third.low, third.high) == approx(-0.004, -0.206, 0.199, digits=3)
    (left_out,) = [effect for effect in found.courses if effect.verdict == "not_enough_data"]
    assert (left_out.course, left_out.n_pre) == (14, 3)


def test_on_the_case_symptoms_are_back_in_the_third_week_and_the_first_course_took_pain_from_ten_to_one() -> None:
    inputs = case()
    found = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY).symptoms["pain"]
    assert found.onset is not None
    assert (found.onset.courses, found.onset.returning) == (4, 4)
    assert (found.onset.median, found.onset.earliest, found.onset.latest) == (17.5, 17, 22)
    relief = found.reliefs[0]
    assert relief.before == 10.0
    assert relief.after == pytest.approx(5 / 7)
    assert relief.per_cent == pytest.approx(100 * (10 - 5 / 7) / 10)


def test_the_five_rows_of_the_case_agree() -> None:
    inputs = case()
    symptoms = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY).symptoms
    assert list(symptoms) == ["pain", "tiredness", "weakness", "exertion_pain", "mean"]
    for found in symptoms.values():
        assert [effect.verdict for effect in found.regimens] == ["returns", "not_enough_data", "does_not_return"]
        assert (found.counts.returns, found.counts.usable, found.counts.of) == (4, 19, 20)
