"""Each rule of windows, courses and days at its edge, through the whole answer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.cycle import Course
from jobs.scores import Diary, DiaryDay
from jobs.wearing_off import analyse
from jobs.wearing_off.contrast import CycleWindows, cycle_windows, known_courses
from jobs.wearing_off.effects import CourseEffect, SymptomAnalysis
from jobs.wearing_off.thresholds import Thresholds
from tests.jobs.wearing_off.examples import (
    CHANGING,
    FIVE,
    courses_on,
    day,
    diary_with,
    jagged,
    pain,
    peaks,
    series,
    steady,
)


def newest(last_infusion: int, today: int, observed_after: int) -> CourseEffect:
    """The second course, of a diary with so many entries in the reference window after it."""
    scores = {**series(steady, 28), **{last_infusion + 4 + k: 2.0 for k in range(observed_after)}}
    return pain(((0, 0, "A"), (28, last_infusion, "A")), scores, today).courses[0]


@pytest.mark.parametrize(
    ("today", "observed_after", "kind", "provisional"),
    [
        (28, 0, "one_sided", True),
        (36, 3, "one_sided", True),
        (45, 3, "one_sided", True),
        (46, 3, "one_sided", False),
        (36, 4, "two_sided", False),
    ],
)
def test_a_newest_one_sided_course_is_provisional_until_its_reference_window_is_over(
    today: int, observed_after: int, kind: str, provisional: bool
) -> None:
    effect = newest(29, today, observed_after)
    assert (effect.kind, effect.provisional) == (kind, provisional)


def test_a_course_before_another_regimen_is_one_sided_for_good_and_never_provisional() -> None:
    effect = pain(((0, 0, "A"), (28, 28, "B")), series(steady, 60), today=29).courses[0]
    assert (effect.kind, effect.provisional, effect.regimen) == ("one_sided", False, "A")
    later = pain(((0, 0, "A"), (28, 28, "B")), series(steady, 60)).courses[0]
    assert (later.kind, later.difference) == ("one_sided", effect.difference)


def test_a_provisional_course_stands_for_the_regimen_only_while_there_is_no_other() -> None:
    found = pain(FIVE[:2], series(steady, 29))
    regimen = found.regimen("A")
    assert (regimen.courses, regimen.usable, regimen.provisional, regimen.df) == (1, 0, True, 4)
    assert regimen.verdict == "not_enough_data"
    assert found.courses[0].provisional
    (said,) = found.caveats
    assert (said.code, said.course, said.numbers) == ("provisional", 2, {"until": day(28 + 17).isoformat()})
    settled = pain(FIVE[:2], series(steady, 29), today=28 + 17)
    assert [each.code for each in settled.caveats] == ["one_sided"]


def test_four_days_make_a_window_and_three_do_not() -> None:
    for observed, reason in ((4, None), (3, "few_days")):
        without = range(21, 28 - observed)
        assert pain(FIVE[:2], series(steady, 60, without=without)).courses[0].reason == reason
        reference = range(4 + observed, 18)
        effect = pain(FIVE[:2], series(steady, 60, without=reference)).courses[0]
        assert (effect.reason, effect.n_ref, effect.ref_mean is None) == (reason, observed, observed == 3)


@pytest.mark.parametrize("nothing_on", [range(21, 28), range(4, 18), range(4, 28)])
def test_a_window_without_a_single_day_is_few_days_and_gives_no_day_a_weight(nothing_on: range) -> None:
    effect = pain(FIVE[:2], series(steady, 60, without=nothing_on)).courses[0]
    assert (effect.reason, effect.difference, effect.kind) == ("few_days", None, None)
    assert (effect.weight_pre, effect.weight_ref, effect.weight_next_ref) == (None, None, None)


def test_a_course_left_out_for_few_days_has_no_weights_either() -> None:
    effect = pain(FIVE[:2], series(steady, 60, without=range(21, 25))).courses[0]
    assert (effect.n_pre, effect.n_ref, effect.reason) == (3, 14, "few_days")
    assert (effect.weight_pre, effect.weight_ref, effect.weight_next_ref) == (None, None, None)


def test_fifteen_days_from_the_last_infusion_are_enough_and_fourteen_are_not() -> None:
    usable = pain(((0, 1, "A"), (16, 16, "A")), series(steady, 40)).courses[0]
    assert (usable.reason, usable.days_ref, usable.n_ref) == (None, 4, 4)
    short = pain(((0, 1, "A"), (15, 15, "A")), series(steady, 40)).courses[0]
    assert (short.reason, short.n_pre, short.n_ref, short.days_ref) == ("too_short", 7, 3, 3)


def test_a_cycle_that_is_too_short_still_says_which_days_there_are() -> None:
    scores = series(steady, 60, without=(5, 9))
    found = pain(((0, 0, "A"), (14, 14, "A"), (24, 24, "A"), (29, 29, "A")), scores)
    assert [(effect.n_pre, effect.n_ref, effect.days_ref) for effect in found.courses] == [
        (6, 2, 3),
        (7, 0, 0),
        (7, 0, 0),
    ]
    assert [effect.pre_mean for effect in found.courses] == [None] * 3
    (left_out, *_) = [caveat for caveat in found.caveats if caveat.code == "course_left_out"]
    assert (left_out.numbers["n_pre"], left_out.numbers["n_ref"], left_out.numbers["days_ref"]) == (6, 2, 3)
    running = pain(((0, 0, "A"), (14, 14, "A")), scores, today=10).running
    assert running is not None
    assert (running.too_short, running.n_ref, running.ref_mean) == (True, 2, None)


def test_the_settled_days_after_a_course_count_only_where_that_cycle_is_long_enough() -> None:
    spans = ((0, 0, "A"), (28, 28, "A"))
    long, short = (pain((*spans, (on, on, "A")), series(steady, 60)).courses[0] for on in (43, 42))
    assert (long.days_next_ref, long.n_next_ref, long.kind) == (4, 4, "two_sided")
    assert (short.days_next_ref, short.n_next_ref, short.kind) == (0, 0, "one_sided")
    assert pain(FIVE, series(steady, 130)).courses[-1].days_next_ref == 14


def windows_on(today: int, *starts: int) -> tuple[CycleWindows, ...]:
    scores = {day(number): 2.0 for number in range(200)}
    return cycle_windows(courses_on((start, start, "A") for start in starts), scores, day(today))


def test_the_week_before_is_there_once_it_is_over_and_holds_nothing_later_than_today() -> None:
    (running,) = windows_on(27, 0, 28)
    assert (running.complete, running.pre, running.n_pre) == (False, None, 0)
    over, begun = windows_on(34, 0, 28)
    assert (over.complete, over.n_pre, over.n_ref, over.days_ref) == (True, 7, 14, 14)
    assert (begun.complete, begun.n_ref, begun.days_ref) == (False, 3, 14)


def test_a_cycle_that_is_too_short_has_days_and_no_windows() -> None:
    short, _ = windows_on(60, 0, 14)
    assert (short.too_short, short.window, short.reference, short.pre) == (True, None, None, None)
    assert (short.n_pre, short.n_ref, short.days_ref) == (7, 3, 3)


def test_what_starts_after_today_is_planned() -> None:
    known = known_courses(reversed(courses_on(FIVE)), day(56))
    assert [(course.number, course.status) for course in known] == [
        *((number, "given") for number in (1, 2, 3)),
        *((number, "planned") for number in (4, 5)),
    ]


def test_the_week_before_a_course_counts_from_the_first_infusion_day_on() -> None:
    scores = series(peaks, 130)
    eve, first_day = (pain(FIVE, scores, today=today) for today in (55, 56))
    assert [effect.course for effect in eve.courses] == [2]
    assert [effect.course for effect in first_day.courses] == [2, 3]
    assert eve.running is not None
    assert (eve.running.course, eve.running.next_course, eve.running.n_pre) == (2, 3, 7)


def test_the_running_course_is_shown_and_neither_labelled_nor_pooled() -> None:
    scores = series(peaks, 130)
    found = pain(FIVE, scores, today=108)
    assert [effect.course for effect in found.courses] == [2, 3, 4]
    running = found.running
    assert running is not None
    assert (running.course, running.regimen, running.next_course, running.next_start) == (4, "A", 5, day(112))
    assert (running.n_pre, running.pre_mean, running.n_ref, running.ref_mean) == (4, 2.5, 14, 0.0)
    quiet = pain(FIVE, {number: 0.0 if number > 104 else score for number, score in scores.items()}, today=108)
    assert quiet.regimens == found.regimens
    assert quiet.courses == found.courses


def test_without_a_next_course_nothing_is_running_towards_it() -> None:
    running = pain(FIVE, series(peaks, 130)).running
    assert running is not None
    assert (running.next_course, running.next_start, running.n_pre, running.pre_mean) == (None, None, 0, None)
    assert (running.n_ref, running.ref_mean) == (14, 0.0)


def test_the_running_courses_settled_days_have_a_mean_from_the_fourth_on() -> None:
    third, fourth = (pain(FIVE, series(steady, 130), today=today).running for today in (6, 7))
    assert third is not None
    assert fourth is not None
    assert (third.n_ref, third.ref_mean) == (3, None)
    assert fourth.n_ref == 4
    assert fourth.ref_mean == pytest.approx(2 + 0.02 * 5.5)


def test_a_running_course_with_the_next_one_at_once_has_no_settled_days() -> None:
    running = pain(((0, 0, "A"), (4, 4, "A")), series(steady, 4)).running
    assert running is not None
    assert (running.too_short, running.n_ref, running.ref_mean) == (True, 0, None)


def test_what_comes_after_today_does_not_exist_yet() -> None:
    scores = series(jagged, 132)
    for today in range(0, 132, 3):
        seen = {number: score for number, score in scores.items() if number <= today}
        assert pain(CHANGING, scores, today) == pain(CHANGING, seen, today)


def test_a_planned_date_stands_in_and_says_so() -> None:
    courses = list(courses_on(FIVE))
    courses[4] = replace(courses[4], status="planned")
    found = analyse(courses, diary_with(series(peaks, 130)), day(115)).symptoms["pain"]
    assert [effect.status for effect in found.courses] == ["given", "given", "given", "planned"]
    assert found.courses[-1].verdict == "returns"
    assert [(each.code, each.course) for each in found.caveats] == [("planned_date", 5), ("provisional", 5)]
    the_day_after = analyse(courses, diary_with(series(peaks, 130)), day(113)).symptoms["pain"]
    assert [(each.code, each.course) for each in the_day_after.caveats] == [("planned_date", 5), ("provisional", 5)]


@pytest.mark.parametrize("days", [1, 3])
def test_until_its_days_are_over_a_planned_course_is_neither_counted_nor_complained_of(days: int) -> None:
    *before, last = courses_on(FIVE)
    planned = replace(last, end=last.start + timedelta(days=days - 1), status="planned")
    scores = diary_with(series(peaks, 130))
    for today in (planned.start - timedelta(days=3), planned.start, planned.end):
        found = analyse([*before, planned], scores, today).symptoms["pain"]
        assert found.caveats == ()
        assert [effect.course for effect in found.courses] == [2, 3, 4]
        assert (found.regimen("A").of, found.regimen("A").usable, len(found.reliefs)) == (3, 3, 4)
        assert found.running is not None
        assert (found.running.course, found.running.next_course) == (4, 5)
    noted = analyse([*before, replace(planned, status="given")], scores, planned.start).symptoms["pain"]
    assert [effect.course for effect in noted.courses] == [2, 3, 4, 5], "somebody said so on the day itself"
    over = analyse([*before, planned], scores, planned.end + timedelta(days=1)).symptoms["pain"]
    assert [effect.course for effect in over.courses] == [2, 3, 4, 5]


def test_the_first_course_too_may_stand_on_a_planned_date_only() -> None:
    courses = [replace(course, status="planned") for course in courses_on(FIVE)]
    found = analyse(courses, diary_with(series(peaks, 130)), day(60)).symptoms["pain"]
    assert [each.course for each in found.caveats if each.code == "planned_date"] == [1, 2, 3]


def test_a_diary_without_courses_and_courses_without_a_diary() -> None:
    nothing = analyse((), diary_with(series(steady, 30)), day(30)).symptoms["pain"]
    assert (nothing.courses, nothing.regimens, nothing.running) == ((), (), None)
    silent = analyse(courses_on(FIVE), Diary(()), day(130)).symptoms["pain"]
    assert {(effect.reason, effect.n_pre, effect.n_ref) for effect in silent.courses} == {("few_days", 0, 0)}
    with pytest.raises(KeyError):
        silent.regimen("B")
    regimen = silent.regimen("A")
    assert (regimen.courses, regimen.of, regimen.estimate, regimen.verdict) == (0, 4, None, "not_enough_data")
    assert (regimen.sigma, regimen.rho, regimen.provisional) == (0.5, 0.6, False)


def test_before_the_first_course_there_is_nothing_to_say() -> None:
    found = analyse(courses_on(FIVE), Diary(()), day(-1)).symptoms["pain"]
    assert (found.courses, found.regimens, found.running) == ((), (), None)


def test_a_skipped_item_is_missing_for_its_symptom_and_not_for_the_mean() -> None:
    days = tuple(DiaryDay(day(number), tiredness=2.0, weakness=4.0) for number in range(130))
    symptoms = analyse(courses_on(FIVE), Diary(days), day(129)).symptoms
    assert symptoms["pain"].courses[0].reason == "few_days"
    assert symptoms["mean"].courses[0].pre_mean == 3.0
    assert symptoms["mean"].regimen("A").verdict == "does_not_return"


def test_a_regimen_that_comes_back_is_pooled_with_its_earlier_courses() -> None:
    spans = tuple((28 * k, 28 * k, "AABBAA"[k]) for k in range(6))
    found = pain(spans, series(steady, 170))
    assert [(effect.regimen, effect.courses) for effect in found.regimens] == [("A", 3), ("B", 2)]


def test_thresholds_are_settings() -> None:
    scores = series(lambda number: peaks(number) / 4, 130)
    courses, diary = courses_on(FIVE), diary_with(scores)
    assert analyse(courses, diary, day(129)).symptoms["pain"].regimen("A").verdict == "returns"
    stricter = Thresholds(rise=1.5)
    assert analyse(courses, diary, day(129), stricter).symptoms["pain"].regimen("A").verdict == "small_rise"
    more = Thresholds(fewest_courses=5)
    assert analyse(courses, diary, day(129), more).symptoms["pain"].regimen("A").verdict == "not_enough_data"


def test_every_threshold_reaches_the_answer() -> None:
    def found(settings: Thresholds) -> SymptomAnalysis:
        spans = tuple((28 * k, 28 * k, "AAAABBBBB"[k]) for k in range(9))
        scores = series(lambda number: 0.1 * (number % 28) + (0.3 * number % 0.7), 250)
        return analyse(courses_on(spans), diary_with(scores), day(249), settings).symptoms["pain"]

    usual = found(Thresholds())
    (rise,), (level,) = usual.pooled_differences, usual.level_differences
    assert rise.result is not None
    assert level.result is not None
    assert (rise.result.worse_excluded, level.result.worse_excluded) == (True, True)
    assert usual.courses[0].verdict == "returns"
    noisy = found(Thresholds(least_sigma=3.0, usual_rho=0.5))
    assert (noisy.regimen("A").sigma, noisy.regimen("B").sigma) == (3.0, 3.0)
    assert found(Thresholds(least_spread=4.0)).regimen("A").s == 4.0
    assert found(Thresholds(rise=9.0, important_rise=9.0)).courses[0].verdict == "small_rise"
    assert found(Thresholds(onset_rise=9.0)).courses[0].onset is None
    assert usual.courses[0].onset is not None
    assert found(Thresholds(fewest_courses=9)).regimen("A").verdict == "not_enough_data"
    assert [each.code for each in usual.caveats] == ["one_sided"]
    assert "ceiling" in {each.code for each in found(Thresholds(ceiling=0.5)).caveats}
    narrow = found(Thresholds(worse_margin=0.001))
    (rise,), (level,) = narrow.pooled_differences, narrow.level_differences
    assert rise.result is not None
    assert level.result is not None
    assert (rise.result.worse_excluded, level.result.worse_excluded) == (False, False)


def test_overlapping_courses_are_refused() -> None:
    with pytest.raises(ValueError, match="starts before"):
        analyse(courses_on(((0, 4, "A"), (3, 3, "A"))), Diary(()), day(10))


def test_a_day_with_two_entries_is_refused() -> None:
    with pytest.raises(ValueError, match="two entries"):
        Diary((DiaryDay(day(1), pain=1), DiaryDay(day(1), pain=2)))


def test_a_score_off_the_scale_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 10"):
        DiaryDay(day(1), pain=11)


def test_a_moved_course_takes_its_windows_with_it() -> None:
    courses = list(courses_on(FIVE))
    courses[2] = Course(3, day(50), day(50), "A", "given", planned_start=day(56))
    found = analyse(courses, diary_with(series(steady, 130)), day(129)).symptoms["pain"]
    assert found.courses[1].start == day(56) - timedelta(days=6)
    (moved,) = [caveat for caveat in found.caveats if caveat.code == "moved_earlier"]
    assert (moved.course, moved.numbers) == (3, {"days": 6})
    for moved_to, code, days in ((58, "moved_later", 2), (57, "moved_later", 1), (55, "moved_earlier", 1)):
        courses[2] = replace(courses[2], start=day(moved_to), end=day(moved_to))
        found = analyse(courses, diary_with(series(steady, 130)), day(129)).symptoms["pain"]
        assert [(each.code, each.course, each.numbers) for each in found.caveats] == [(code, 3, {"days": days})]
