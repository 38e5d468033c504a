"""Verdicts, confirmation, onset, relief, caveats: each rule by itself, on both sides of its edge."""

from dataclasses import replace

import numpy as np
import pytest

from jobs.steroids import SteroidStep, dose_changes, dose_on, mean_dose
from jobs.wearing_off import analyse
from jobs.wearing_off.caveats import Caveat
from jobs.wearing_off.comparison import PooledDifference, pooled_differences, steroid_doses
from jobs.wearing_off.contrast import contrasts, cycle_windows
from jobs.wearing_off.noise import Noise
from jobs.wearing_off.onset import Onset, onset
from jobs.wearing_off.pooling import Pooled, PooledRegimen, pool
from jobs.wearing_off.thresholds import Thresholds
from jobs.wearing_off.verdict import Verdict, confirmed, interval_verdict, regimen_verdict
from tests.jobs.wearing_off.examples import (
    CASE_LAST_DAY,
    FIVE,
    case,
    courses_on,
    day,
    diary_with,
    pain,
    peaks,
    series,
    steady,
)


@pytest.mark.parametrize(
    ("difference", "low", "high", "verdict"),
    [
        (1.0, 0.1, 1.9, "returns"),
        (0.999, 0.1, 1.9, "small_rise"),
        (1.0, 0.0, 2.0, "unclear"),
        (0.999, 0.0, 1.499, "does_not_return"),
        (0.2, -1.1, 1.5, "unclear"),
        (-3.0, -4.0, -2.0, "does_not_return"),
        (0.5, -2.0, 3.0, "unclear"),
        (1.2, -0.1, 1.4, "unclear"),
        (1.0, -0.1, 1.4, "unclear"),
        # means of whole scores that miss a threshold by rounding alone
        (1 - 1e-12, 0.1, 1.9, "returns"),
        (0.2, 1e-12, 0.4, "does_not_return"),
    ],
)
def test_an_interval_has_one_verdict(difference: float, low: float, high: float, verdict: Verdict) -> None:
    assert interval_verdict(difference, low, high) == verdict


def regimen(*differences: float, sigma: float = 0.5, provisional: bool = False) -> PooledRegimen:
    """A regimen of uncorrelated courses with these differences."""

    def of(chosen: tuple[float, ...]) -> Pooled:
        return pool(chosen, 0.2 * np.eye(len(chosen)), sigma)

    return PooledRegimen(
        members=(),
        provisional=provisional,
        noise=Noise(0.6, sigma, 10, 0.6),
        pooled=of(differences),
        without_latest=of(differences[:-1]) if len(differences) > 1 else None,
        intervals={},
    )


def test_three_courses_make_a_verdict_and_two_do_not() -> None:
    assert regimen_verdict(regimen(2.0, 2.0)) == "not_enough_data"
    assert regimen_verdict(regimen(2.0, 2.0, 2.0)) == "returns"
    assert regimen_verdict(regimen(2.0, 2.0, 2.0, provisional=True)) == "not_enough_data"
    assert regimen_verdict(None) == "not_enough_data"


def test_a_return_of_three_courses_is_only_possible_until_it_shows_at_99_per_cent() -> None:
    sure, likely = regimen(1.5, 1.5, 1.5, sigma=1.5), regimen(1.5, 1.5, 1.5, sigma=2.0)
    assert sure.pooled.strict_low > 0
    assert (confirmed(sure), regimen_verdict(sure)) == (True, "returns")
    assert likely.pooled.strict_low < 0 < likely.pooled.low
    assert (confirmed(likely), regimen_verdict(likely)) == (False, "possible_return")


def test_a_return_is_confirmed_when_it_already_held_without_the_latest_of_four_courses() -> None:
    held = regimen(1.0, 1.0, 1.0, 3.0, sigma=2.2)
    assert held.pooled.strict_low < 0 < held.pooled.low
    assert held.without_latest is not None
    assert held.without_latest.low < 0
    assert regimen_verdict(held) == "possible_return"
    steadier = regimen(2.3, 2.3, 2.3, 0.0, sigma=2.2)
    assert steadier.without_latest is not None
    assert steadier.pooled.strict_low < 0 < steadier.pooled.low
    assert steadier.without_latest.low > 0
    assert regimen_verdict(steadier) == "returns"


def test_two_remaining_courses_confirm_nothing() -> None:
    three = regimen(3.0, 3.0, 0.1, sigma=2.0)
    assert three.pooled.strict_low < 0 < three.pooled.low
    assert three.without_latest is not None
    assert three.without_latest.low > 0
    assert regimen_verdict(three) == "possible_return"


def test_a_99_per_cent_interval_that_begins_at_0_confirms_nothing() -> None:
    sure = regimen(1.5, 1.5, 1.5, sigma=1.5)
    assert confirmed(replace(sure, without_latest=None)) is True
    touching = replace(sure, pooled=replace(sure.pooled, strict_low=0.0), without_latest=None)
    assert confirmed(touching) is False


def test_a_return_is_confirmed_by_the_teams_own_thresholds() -> None:
    four = regimen(2.3, 2.3, 2.3, 0.0, sigma=2.2)
    assert regimen_verdict(four, Thresholds(fewest_courses=4)) == "possible_return", "three remain without the latest"
    small = regimen(0.5, 0.5, 0.5, sigma=0.5)
    assert confirmed(small, Thresholds(rise=0.5)) is True
    assert regimen_verdict(small, Thresholds(rise=0.5)) == "returns"


def test_what_does_not_return_is_not_confirmed_either() -> None:
    assert confirmed(regimen(0.5, 0.5, 0.5, sigma=0.5)) is False
    assert regimen_verdict(regimen(0.5, 0.5, 0.5, sigma=0.5)) == "small_rise"
    assert confirmed(regimen(0.0, 0.0, 0.0)) is False


# Onset


def test_symptoms_are_back_from_the_first_day_of_a_rise_that_lasts_until_the_course() -> None:
    found = pain(FIVE, series(peaks, 130))
    # days 21 to 27 hold 1 to 7: the mean of 20, 21 and 22 is 1
    assert [effect.onset.cycle_day for effect in found.courses if effect.onset] == [21] * 4
    first = found.courses[0].onset
    assert first is not None
    assert (first.day, first.days_before) == (day(20), 8)


def test_a_bad_spell_in_mid_cycle_is_no_onset() -> None:
    scores = series(lambda number: 6.0 if number in (20, 21) or 36 <= number < 42 else 0.0, 42)
    onset = pain(((0, 0, "A"), (42, 42, "A")), scores, today=42).courses[0].onset
    assert onset is not None
    # the mean of days 34 to 36, counted from 0, is 2
    assert onset.cycle_day == 35


def test_a_rise_that_is_over_before_the_course_has_no_onset() -> None:
    scores = series(lambda number: 8.0 if number in (21, 22, 23) else 0.0, 60)
    effect = pain(FIVE[:2], scores).courses[0]
    assert (effect.verdict, effect.onset) == ("returns", None)


def test_missing_days_neither_begin_nor_end_a_rise() -> None:
    scores = series(peaks, 130, without=(23, 24))
    effect = pain(FIVE, scores).courses[0]
    assert effect.onset is not None
    assert effect.onset.cycle_day == 21


def test_the_onset_never_reaches_into_the_reference_window() -> None:
    scores = series(lambda number: 0.0 if number < 14 else 5.0, 28)
    effect = pain(((0, 0, "A"), (28, 28, "A")), scores, today=28).courses[0]
    assert effect.onset is None or effect.onset.cycle_day > 18


def onset_of(scores: dict[int, float]) -> Onset | None:
    by_day = {day(number): score for number, score in scores.items()}
    (contrast,) = contrasts(cycle_windows(courses_on(FIVE[:2]), by_day, day(28)), day(28))
    return onset(contrast, by_day)


def test_three_days_that_rise_by_less_than_a_point_are_no_onset_yet() -> None:
    # the mean of days 19 to 21 is two thirds
    found = onset_of(series(lambda number: 1.0 if number >= 20 else 0.0, 28))
    assert found is not None
    assert found.day == day(20)


def test_a_single_day_among_missing_ones_ends_no_rise() -> None:
    scores = series(lambda number: 2.0 if number >= 20 and number != 22 else 0.0, 28, without=(21, 23, 24))
    found = onset_of(scores)
    assert found is not None
    # of days 19 to 21 two were observed, and their mean is 1
    assert found.day == day(19)


def test_where_nothing_can_be_compared_there_is_no_onset() -> None:
    rise = series(lambda number: 8.0 if number >= 20 else 0.0, 28)
    assert onset_of(rise) is not None
    for without in (range(21, 25), range(4, 18)):
        assert onset_of({number: score for number, score in rise.items() if number not in without}) is None


# Relief


def test_relief_is_three_days_before_against_days_four_to_ten_after() -> None:
    scores = {-4: 1.0, 12: 9.0, **dict.fromkeys(range(-3, 0), 8.0), **dict.fromkeys(range(5), 9.0)}
    scores |= dict.fromkeys(range(5, 12), 2.0)
    (relief,) = pain(((0, 1, "A"),), scores).reliefs
    assert (relief.n_before, relief.before, relief.n_after, relief.after) == (3, 8.0, 7, 2.0)
    assert (relief.points, relief.per_cent) == (6.0, 75.0)


def test_relief_needs_two_days_before_and_four_after() -> None:
    scores = {-1: 8.0, -2: 8.0, **dict.fromkeys(range(5, 9), 2.0)}
    assert pain(((0, 1, "A"),), scores).reliefs[0].points == 6.0
    for absent in (-1, 5):
        fewer = {number: score for number, score in scores.items() if number != absent}
        assert pain(((0, 1, "A"),), fewer, today=20).reliefs[0].points is None


def test_relief_from_nothing_is_no_percentage_and_the_next_course_ends_it() -> None:
    scores = {-1: 0.0, -2: 0.0, **dict.fromkeys(range(4, 20), 2.0)}
    spans = ((0, 0, "A"), (8, 8, "A"))
    relief = pain(spans, scores).reliefs[0]
    assert (relief.n_after, relief.points, relief.per_cent) == (4, -2.0, None)


def test_a_next_course_that_comes_at_once_leaves_no_day_after() -> None:
    scores = dict.fromkeys(range(-3, 20), 2.0)
    for next_on, n_after in ((4, 0), (5, 1)):
        relief = pain(((0, 0, "A"), (next_on, next_on, "A")), scores).reliefs[0]
        assert (relief.n_after, relief.after, relief.points) == (n_after, None, None)


def test_relief_from_a_single_point_has_a_percentage() -> None:
    scores = {-1: 1.0, -2: 1.0, **dict.fromkeys(range(4, 11), 0.0)}
    assert pain(FIVE[:1], scores).reliefs[0].per_cent == 100.0


def test_a_course_to_come_has_given_no_relief() -> None:
    assert [each.course for each in pain(FIVE, series(peaks, 130), today=56).reliefs] == [1, 2, 3]


# Caveats


def caveats(scores: dict[int, float], **marks: range) -> list[Caveat]:
    diary = diary_with(scores, marks.get("late", range(0)), marks.get("not_asked", range(0)))
    return list(analyse(courses_on(FIVE), diary, day(129)).symptoms["pain"].caveats)


def test_a_full_diary_on_time_needs_no_caveat() -> None:
    assert caveats(series(steady, 130)) == []


def test_under_65_per_cent_of_window_days_answered_is_said() -> None:
    # each reference window has 14 days, each week before 7: 84 in all
    without = [number for number in range(130) if number % 5 in (1, 3)]
    found = caveats(series(steady, 130, without=without))
    (few,) = [caveat for caveat in found if caveat.code == "few_answered"]
    assert (few.regimen, few.numbers["days"]) == ("A", 84)
    compared = [start + back for start in (28, 56, 84, 112) for back in (*range(-24, -10), *range(-7, 0))]
    assert few.numbers["answered"] == len(set(compared) - set(without)) < 0.65 * 84
    assert not [caveat for caveat in caveats(series(steady, 130, without=range(0, 130, 4))) if "few" in caveat.code]


def test_windows_answered_unevenly_by_more_than_25_points_are_said() -> None:
    before = [start - back for start in (28, 56, 84, 112) for back in (1, 3)]
    found = caveats(series(steady, 130, without=before))
    (uneven,) = found
    assert uneven.code == "uneven_answers"
    assert uneven.numbers == {"answered_pre": 20, "days_pre": 28, "answered_ref": 56, "days_ref": 56}
    assert caveats(series(steady, 130, without=before[:-1])) == []


def test_days_on_which_nobody_asked_do_not_count_as_skipped() -> None:
    before = [start - back for start in (28, 56, 84, 112) for back in (1, 3)]
    diary = diary_with(series(steady, 130, without=before), not_asked=before)
    assert analyse(courses_on(FIVE), diary, day(129)).symptoms["pain"].caveats == ()


def test_a_day_on_which_nobody_asked_and_that_was_answered_counts_as_answered() -> None:
    before = [start - back for start in (28, 56, 84, 112) for back in (1, 3)]
    answered = [start - back for start in (28, 56, 84, 112) for back in (2, 4)]
    diary = diary_with(series(steady, 130, without=before), not_asked=answered)
    (uneven,) = analyse(courses_on(FIVE), diary, day(129)).symptoms["pain"].caveats
    assert (uneven.numbers["answered_pre"], uneven.numbers["days_pre"]) == (20, 28)


def test_where_nobody_asked_in_any_week_before_there_is_nothing_to_be_uneven() -> None:
    before = [start - back for start in (28, 56, 84, 112) for back in range(1, 8)]
    diary = diary_with(series(steady, 130, without=before), not_asked=before)
    found = analyse(courses_on(FIVE), diary, day(129)).symptoms["pain"].caveats
    assert [each.code for each in found] == ["course_left_out"] * 4


def test_as_many_answers_as_the_threshold_asks_for_are_not_few() -> None:
    compared = [start + back for start in (28, 56, 84, 112) for back in (*range(-24, -10), *range(-7, 0))]
    for missing, is_few in ((42, False), (43, True)):
        diary = diary_with(series(steady, 130, without=compared[::2] + compared[1 : 2 * (missing - 42) : 2]))
        found = analyse(courses_on(FIVE), diary, day(129), Thresholds(fewest_answered=0.5)).symptoms["pain"].caveats
        assert ("few_answered" in {each.code for each in found}) is is_few


def test_each_regimen_has_the_caveats_of_its_own_courses() -> None:
    spans = tuple((28 * k, 28 * k, "AABBB"[k]) for k in range(5))
    before = [start - back for start in (84, 112) for back in (1, 3, 5)]
    (uneven,) = [each for each in pain(spans, series(steady, 130, without=before)).caveats if each.code != "one_sided"]
    assert (uneven.code, uneven.regimen) == ("uneven_answers", "B")
    assert uneven.numbers == {"answered_pre": 8, "days_pre": 14, "answered_ref": 28, "days_ref": 28}


def test_a_course_left_out_says_why_in_numbers() -> None:
    found = pain(FIVE[:2], series(steady, 60, without=(21, 22, 23, 24))).caveats
    (left_out,) = [each for each in found if each.code != "uneven_answers"]
    assert (left_out.code, left_out.regimen, left_out.course) == ("course_left_out", "A", 2)
    assert left_out.numbers == {"reason": "few_days", "n_pre": 3, "n_ref": 14, "days_ref": 14, "interval": 28}


def test_late_entries_within_the_windows_are_counted() -> None:
    (late,) = caveats(series(steady, 130), late=range(24))
    # of days 0 to 23: 4 to 17 and 21 to 23
    assert (late.code, late.numbers["late"], late.numbers["answered"]) == ("late_entries", 17, 14 * 5 + 7 * 4)
    assert caveats(series(steady, 130), late=range(4)) == []


def test_a_reference_at_the_end_of_the_scale_is_said_since_nothing_can_rise_there() -> None:
    (ceiling,) = caveats(series(lambda number: 10.0 if number < 60 else 8.9, 130))
    assert (ceiling.code, ceiling.regimen) == ("ceiling", "A")
    assert ceiling.numbers == {"courses": 2, "of": 4, "level": 9.0}
    assert caveats(series(lambda _: 9.0, 130))[0].numbers["courses"] == 4
    (ceiling, _) = caveats(series(lambda _: 10.0, 130, without=range(21, 25)))
    assert ceiling.numbers == {"courses": 3, "of": 3, "level": 9.0}, "a course left out is none of them"
    assert caveats(series(lambda _: 8.9, 130)) == []


STEPS = (SteroidStep(day(-50), day(29), "prednisone", 30, 20), SteroidStep(day(30), day(200), "prednisone", 20))


def test_a_step_in_the_steroid_dose_is_said_for_each_course_that_compares_days_across_it() -> None:
    def concerned(change_on: int) -> list[int | None]:
        steps = (replace(STEPS[0], end=day(change_on - 1)), replace(STEPS[1], start=day(change_on)))
        found = analyse(courses_on(FIVE), diary_with(series(steady, 130)), day(129), steroids=steps)
        return [each.course for each in found.symptoms["pain"].caveats if each.code == "steroid_change"]

    (said,) = [
        each
        for each in analyse(courses_on(FIVE), diary_with(series(steady, 130)), day(129), steroids=STEPS)
        .symptoms["pain"]
        .caveats
        if each.code == "steroid_change"
    ]
    assert (said.regimen, said.course) == ("A", 2)
    assert said.numbers == {"day": day(30).isoformat(), "drug": "prednisone", "before": 25, "after": 20}
    assert concerned(4) == []
    assert concerned(5) == [2]
    assert concerned(30) == [2]
    assert concerned(40) == [2, 3]
    assert concerned(129) == [5]


def test_steroid_doses_average_alternate_days_and_are_never_added_across_drugs() -> None:
    both = (*STEPS, SteroidStep(day(30), day(39), "hydrocortisone", 10))
    assert dose_on(both, day(0)) == {"prednisone": 25}
    assert dose_on(both, day(30)) == {"prednisone": 20, "hydrocortisone": 10}
    assert mean_dose(STEPS, day(20), day(39)) == {"prednisone": 22.5}
    changes = [(change.day, change.drug, change.before, change.after) for change in dose_changes(both, day(100))]
    assert changes == [
        (day(30), "hydrocortisone", 0, 10),
        (day(30), "prednisone", 25, 20),
        (day(40), "hydrocortisone", 10, 0),
    ]
    assert dose_changes((), day(100)) == ()


def test_steroid_doses_are_known_by_regimen_from_the_first_step_on() -> None:
    spans = ((0, 0, "A"), (20, 20, "B"), (40, 40, "A"))
    found = analyse(courses_on(spans), diary_with(series(steady, 60)), day(59), steroids=STEPS).steroids
    # A: 25 mg on days 0 to 19, 20 mg on days 40 to 59; B: 25 mg on ten days, 20 mg on ten
    assert found == {"A": {"prednisone": 22.5}, "B": {"prednisone": 22.5}}
    late = (replace(STEPS[0], start=day(1)), STEPS[1])
    found = analyse(courses_on(spans), diary_with(series(steady, 60)), day(59), steroids=late).steroids
    assert found == {"B": {"prednisone": 22.5}}
    assert analyse(courses_on(spans), diary_with(series(steady, 60)), day(59)).steroids == {}


def test_steroid_doses_are_of_courses_begun_and_of_regimens_begun_since_the_first_step() -> None:
    courses = courses_on(((0, 0, "A"), (20, 20, "B")))
    assert steroid_doses(courses, STEPS, day(19)) == {"A": {"prednisone": 25}}
    assert steroid_doses(courses, STEPS, day(20)) == {"A": {"prednisone": 25}, "B": {"prednisone": 25}}
    assert set(steroid_doses(courses, (replace(STEPS[0], start=day(0)),), day(30))) == {"A", "B"}


def test_a_steroid_step_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(ValueError, match="before it starts"):
        SteroidStep(day(2), day(1), "prednisone", 5)
    with pytest.raises(ValueError, match="below 0"):
        SteroidStep(day(1), day(2), "prednisone", -5)


# Between regimens


def test_on_the_case_the_rise_is_smaller_under_the_third_regimen_and_a_worse_one_excluded() -> None:
    inputs = case()
    found = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY).symptoms["pain"]
    pairs = {(each.earlier, each.later): each for each in found.pooled_differences}
    assert list(pairs) == [("1", "2"), ("1", "3"), ("2", "3")]
    two: PooledDifference = pairs["1", "2"]
    assert (two.courses_later, two.reason, two.result) == (2, "few_courses", None)
    three = pairs["1", "3"].result
    assert three is not None
    assert three.difference == pytest.approx(-0.0038 - 2.9183, abs=1e-4)
    assert three.se == pytest.approx((0.2130**2 + 0.0955**2) ** 0.5, abs=1e-4)
    assert (three.worse_excluded, three.better_excluded) == (True, False)


def test_two_regimens_of_three_courses_each_are_compared_later_less_earlier() -> None:
    pools = {"A": regimen(0.0, 0.0, 0.0), "B": regimen(2.0, 2.0, 2.0), "C": regimen(1.0, 1.0), "D": None}
    ab, ac, ad, bc, bd, cd = pooled_differences(pools)
    assert ab.result is not None
    assert (ab.earlier, ab.later, ab.reason, ab.result.difference) == ("A", "B", None, 2.0)
    for few, counts in ((ac, (3, 2)), (ad, (3, 0)), (bc, (3, 2)), (bd, (3, 0)), (cd, (2, 0))):
        assert (few.courses_earlier, few.courses_later) == counts
        assert (few.reason, few.result) == ("few_courses", None)
    (_, da, *_) = pooled_differences({"C": None, "D": None, "A": pools["A"]})
    assert (da.courses_earlier, da.courses_later, da.result) == (0, 3, None)
    (provisional,) = pooled_differences({"A": pools["A"], "B": regimen(2.0, 2.0, 2.0, provisional=True)})
    assert (provisional.courses_later, provisional.result) == (0, None)
    wide = pooled_differences(pools, Thresholds(worse_margin=5.0))[0].result
    assert wide is not None
    assert (ab.result.worse_excluded, wide.worse_excluded) == (False, True)


def test_the_margin_of_worse_lies_on_neither_side_by_accident() -> None:
    inputs = case()
    found = analyse(inputs.courses, inputs.diary, CASE_LAST_DAY).symptoms["pain"]
    for each in found.pooled_differences:
        if each.result is not None:
            assert each.result.worse_excluded == (each.result.high < 1)
            assert each.result.better_excluded == (each.result.low > -1)
