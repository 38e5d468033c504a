"""What must not change an answer, whatever the diary."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.csv_files import read_folder
from jobs.cycle import Course
from jobs.inputs import Inputs
from jobs.scores import Diary
from jobs.wearing_off import analyse
from jobs.wearing_off.contrast import Contrast
from jobs.wearing_off.noise import Noise
from jobs.wearing_off.pooling import PooledRegimen
from jobs.wearing_off.simulation import look
from jobs.wearing_off.thresholds import Thresholds
from tests.jobs.test_csv_files import COURSES, DIARY, LABS, STEROIDS
from tests.jobs.wearing_off.examples import Span, courses_on, day, diary_with

LENGTH = 140
NO_FLOORS = Thresholds(least_sigma=0.0, least_spread=0.0)


@st.composite
def spans(draw: st.DrawFn) -> tuple[Span, ...]:
    """Two to five courses of one to four days, up to two regimens in a row."""
    found: list[Span] = []
    start = 0
    count = draw(st.integers(2, 5))
    change = draw(st.integers(1, 6))
    for k in range(count):
        length = draw(st.integers(1, 4))
        found.append((start, start + length - 1, "A" if k < change else "B"))
        start += length + draw(st.integers(12, 34))
    return tuple(found)


def diaries() -> st.SearchStrategy[dict[int, float]]:
    scores = st.one_of(st.none(), st.integers(0, 10), st.integers(0, 10), st.integers(0, 10))
    return st.lists(scores, min_size=LENGTH, max_size=LENGTH).map(
        lambda given: {number: float(score) for number, score in enumerate(given) if score is not None}
    )


def answer(
    courses: tuple[Course, ...], scores: Mapping[int, float], thresholds: Thresholds = NO_FLOORS
) -> tuple[tuple[Contrast, ...], dict[str, PooledRegimen | None]]:
    """Scores may leave the scale here: the estimates know of none."""
    seen = look(courses, {day(number): score for number, score in scores.items()}, day(LENGTH - 1), thresholds)
    return seen.contrasts, seen.regimens


def differences(contrasts: tuple[Contrast, ...]) -> list[float]:
    return [contrast.difference for contrast in contrasts if contrast.difference is not None]


def noises(regimens: Mapping[str, PooledRegimen | None]) -> list[Noise]:
    return [pool.noise for pool in regimens.values() if pool is not None]


def limits(regimens: Mapping[str, PooledRegimen | None]) -> list[tuple[float, float, float]]:
    return [(pool.pooled.estimate, pool.pooled.low, pool.pooled.high) for pool in regimens.values() if pool is not None]


def flat(rows: list[tuple[float, float, float]]) -> list[float]:
    return [figure for row in rows for figure in row]


@settings(max_examples=30)
@given(spans(), diaries(), st.floats(-20, 20))
def test_a_constant_changes_nothing(own: tuple[Span, ...], scores: dict[int, float], constant: float) -> None:
    contrasts, regimens = answer(courses_on(own), scores)
    shifted = answer(courses_on(own), {number: score + constant for number, score in scores.items()})
    assert differences(shifted[0]) == pytest.approx(differences(contrasts), abs=1e-8)
    assert flat(limits(shifted[1])) == pytest.approx(flat(limits(regimens)), abs=1e-5)


@settings(max_examples=30)
@given(spans(), diaries(), st.floats(-1, 1))
def test_a_straight_trend_changes_no_two_sided_difference_and_no_noise(
    own: tuple[Span, ...], scores: dict[int, float], slope: float
) -> None:
    contrasts, regimens = answer(courses_on(own), scores)
    tilted = answer(courses_on(own), {number: score + slope * number for number, score in scores.items()})
    for before, after in zip(contrasts, tilted[0], strict=True):
        if before.kind == "two_sided":
            assert after.difference == pytest.approx(before.difference, abs=1e-8)
    for noise, again in zip(noises(regimens), noises(tilted[1]), strict=True):
        assert again.rho == pytest.approx(noise.rho, abs=1e-5)
        assert again.sigma == pytest.approx(noise.sigma, abs=1e-5)


@settings(max_examples=30)
@given(spans(), diaries(), st.floats(0.1, 10))
def test_without_floors_the_scale_carries_through(
    own: tuple[Span, ...], scores: dict[int, float], factor: float
) -> None:
    _, regimens = answer(courses_on(own), scores)
    scaled = answer(courses_on(own), {number: factor * score for number, score in scores.items()})
    assert flat(limits(scaled[1])) == pytest.approx([factor * each for each in flat(limits(regimens))], abs=1e-6)


@settings(max_examples=30)
@given(spans(), diaries())
def test_bad_mirrors_good(own: tuple[Span, ...], scores: dict[int, float]) -> None:
    _, regimens = answer(courses_on(own), scores)
    mirrored = answer(courses_on(own), {number: 10 - score for number, score in scores.items()})
    swapped = [(-estimate, -high, -low) for estimate, low, high in limits(regimens)]
    assert flat(limits(mirrored[1])) == pytest.approx(flat(swapped), abs=1e-8)


@settings(max_examples=30)
@given(spans(), diaries(), st.integers(-4000, 4000))
def test_the_calendar_does_not_matter(own: tuple[Span, ...], scores: dict[int, float], days: int) -> None:
    moved_by = timedelta(days=days)
    courses, diary = courses_on(own), diary_with(scores)
    moved_courses = [replace(course, start=course.start + moved_by, end=course.end + moved_by) for course in courses]
    moved_diary = Diary(tuple(replace(entry, day=entry.day + moved_by) for entry in diary.days))
    today = day(LENGTH - 1)
    here = analyse(courses, diary, today).symptoms["pain"]
    there = analyse(moved_courses, moved_diary, today + moved_by).symptoms["pain"]
    assert there.counts == here.counts
    assert [effect.verdict for effect in there.regimens] == [effect.verdict for effect in here.regimens]
    for one, other in zip(here.courses, there.courses, strict=True):
        assert other.difference == pytest.approx(one.difference, abs=1e-9)


@settings(max_examples=30)
@given(spans(), diaries(), st.randoms(use_true_random=False))
def test_the_order_of_what_comes_in_does_not_matter(
    own: tuple[Span, ...], scores: dict[int, float], chance: Random
) -> None:
    courses, diary = list(courses_on(own)), diary_with(scores)
    days = list(diary.days)
    chance.shuffle(courses)
    chance.shuffle(days)
    today = day(LENGTH - 1)
    assert analyse(courses, Diary(tuple(days)), today) == analyse(courses_on(own), diary, today)


@settings(max_examples=30)
@given(spans(), diaries(), st.integers(-5, LENGTH))
def test_any_day_can_be_looked_at_and_the_counts_add_up(
    own: tuple[Span, ...], scores: dict[int, float], today: int
) -> None:
    for found in analyse(courses_on(own), diary_with(scores), day(today)).symptoms.values():
        counts = found.counts
        assert counts.of == len(found.courses) == sum(effect.of for effect in found.regimens)
        assert counts.of == counts.usable + counts.provisional + counts.not_enough_data
        assert counts.usable == counts.returns + counts.small_rise + counts.does_not_return + counts.unclear
        assert sum(effect.usable for effect in found.regimens) == counts.usable
        assert all(effect.start <= day(today) for effect in found.courses)
        assert sum(effect.provisional for effect in found.courses[:-1]) == 0
        for effect in found.courses:
            assert (effect.difference is None) == (effect.reason is not None) == (effect.kind is None)
            assert (effect.verdict == "not_enough_data") == (effect.difference is None)
        for regimen in found.regimens:
            assert 0 <= regimen.rho <= 0.9
            assert regimen.sigma >= 0.5
            if regimen.estimate is not None and regimen.low is not None and regimen.low99 is not None:
                assert regimen.low99 < regimen.low < regimen.estimate


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(["courses.csv", "diary.csv", "labs.csv", "steroids.csv"]), st.binary()))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, files: dict[str, bytes]) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert isinstance(read_folder(folder), list)


@settings(max_examples=60)
@given(st.lists(st.lists(st.sampled_from(["", "0", "5", "-1", "2026-01-05", "2026-13-01", "given", "x", '"']))))
def test_no_cells_break_the_reader(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("cells")
    lines = [",".join(row) for row in rows]
    for name, header in (
        ("courses.csv", COURSES),
        ("diary.csv", DIARY),
        ("labs.csv", LABS),
        ("steroids.csv", STEROIDS),
    ):
        (folder / name).write_text("\n".join([header, *lines]))
    assert isinstance(read_folder(folder), Inputs | list)
