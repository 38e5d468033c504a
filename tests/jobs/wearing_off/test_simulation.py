"""A fast slice of `make simulate`, and the simulator itself. Fixed seed; tolerances are four binomial errors."""

import math
from datetime import timedelta
from functools import partial
from io import StringIO
from pathlib import Path

import numpy as np
import pytest

from jobs.wearing_off.simulation import FIRST_DAY, Cell, Flares, Moving, Part, draw, look
from jobs.wearing_off.windows import pre_infusion_window
from tests.simulate import __main__ as simulate
from tests.simulate.cells import BEYOND, LOOKS, TABLE, WEEKLY, Row, one
from tests.simulate.measure import ever, measure, summary, verdicts_after_each_course
from tests.simulate.running import Progress, run, workers
from tests.simulate.tables import POSSIBLE, RETURNS, beyond_chance

SEED = 7
ROWS = {row.cell.name: row for row in TABLE}


def within(share: float, expected: float, diaries: int) -> bool:
    return abs(share - expected) <= 4 * math.sqrt(max(expected * (1 - expected), 1 / diaries) / diaries)


@pytest.mark.parametrize(
    ("name", "diaries"),
    [
        ("no effect, rho 0.65, K = 5", 400),
        ("no effect, trend -4, K = 5", 300),
        ("A = 2, K = 8", 300),
        ("A = 3, K = 3", 300),
        ("A = 2, K = 8, missing 35 % at random", 300),
        ("floor: mu 0.5, A = 2, K = 5", 300),
    ],
)
def test_a_cell_of_the_table_comes_out(name: str, diaries: int) -> None:
    row: Row = ROWS[name]
    assert row.document is not None
    found = summary([measure(row.cell, SEED, number) for number in range(diaries)], "A")
    assert within(found.up, row.document.up, diaries)
    assert row.document.coverage is not None
    assert within(found.coverage, row.document.coverage, diaries)
    assert found.mean == pytest.approx(row.document.mean, abs=4 * (row.document.half or 1) / 2 / math.sqrt(diaries))
    assert found.half == pytest.approx(row.document.half, rel=0.08)


def test_looking_after_every_course_calls_no_effect_rarely_and_a_strong_one_mostly() -> None:
    for name, diaries in (("no effect", 150), ("A = 3", 60)):
        (row,) = [row for row in LOOKS if row.cell.name == name]
        looks = [
            verdicts_after_each_course(one(name, 8, row.cell.parts[0].rise), SEED, number) for number in range(diaries)
        ]
        assert row.document is not None
        for called, expected in zip((RETURNS, POSSIBLE), row.document, strict=True):
            assert within(ever(looks, called, 8), expected[2], diaries)


# The simulator


def test_a_diary_is_always_the_same_for_its_seed_and_number() -> None:
    cell = one("x", 4, 2, missing=0.2)
    again = draw(cell, 1, 5)
    assert np.array_equal(draw(cell, 1, 5).scores, again.scores, equal_nan=True)
    assert not np.array_equal(draw(cell, 2, 5).scores[:60], again.scores[:60], equal_nan=True)
    assert not np.array_equal(draw(cell, 1, 6).scores[:60], again.scores[:60], equal_nan=True)


def test_courses_and_scores_are_drawn_as_the_document_says() -> None:
    for number in range(50):
        diary = draw(one("x", 6, 2, trend=4.0), SEED, number)
        assert len(diary.courses) == 7
        gaps = [(b.start - a.start).days for a, b in zip(diary.courses, diary.courses[1:], strict=False)]
        assert all(21 <= gap <= 42 for gap in gaps)
        assert {(course.end - course.start).days for course in diary.courses} == {1}
        assert diary.last_day - diary.courses[-1].end == timedelta(days=21)
        assert set(diary.scores) <= set(range(11))


def test_the_ramp_climbs_to_its_peak_and_is_gone_on_the_third_day() -> None:
    diary = draw(one("x", 2, 2, sd=1e-9, intervals=(30, 30)), SEED, 0)
    before = [(day - FIRST_DAY).days for day in pre_infusion_window(diary.courses[1]).days()]
    assert diary.expected[before[0] - 1] == 3
    # rounded: 3 + 2 * (1 .. 7) / 7, then 3 + 1.34 and 3 + 0.66
    assert diary.scores[before].tolist() == [3, 4, 4, 4, 4, 5, 5]
    assert diary.scores[30:33].tolist() == [4, 4, 3]
    assert set(diary.scores[:20]) == {3.0}


def test_the_noise_has_the_spread_and_correlation_asked_for() -> None:
    scores = np.concatenate([draw(one("x", 15, mean=5.0, sd=1.5), SEED, number).scores for number in range(40)])
    # rounding adds a twelfth to the variance
    assert scores.std() == pytest.approx(math.sqrt(1.5**2 + 1 / 12), rel=0.04)
    seen = np.corrcoef(scores[:-1], scores[1:])[0, 1]
    assert seen == pytest.approx(0.65 * 1.5**2 / (1.5**2 + 1 / 12), abs=0.03)


def test_a_look_knows_nothing_of_later_days() -> None:
    diary = draw(one("x", 3), SEED, 0)
    today = diary.courses[2].start
    known = {when: score for when, score in diary.by_day.items() if when <= today}
    assert look(diary.courses, diary.by_day, today) == look(diary.courses, known, today)


def test_days_go_missing_at_the_rate_asked_for_and_more_when_well() -> None:
    full = [draw(one("x", 8), SEED, number).scores for number in range(60)]
    at_random = np.concatenate([draw(one("x", 8, missing=0.35), SEED, number).scores for number in range(60)])
    assert np.isnan(at_random).mean() == pytest.approx(0.35, abs=0.02)
    when_well = [draw(one("x", 8, missing=0.4, missing_how="when_well"), SEED, number).scores for number in range(60)]
    well = np.concatenate([scores <= np.median(scores) for scores in full])
    gone = np.isnan(np.concatenate(when_well))
    assert gone[well].mean() == pytest.approx(0.6, abs=0.03)
    assert gone[~well].mean() == pytest.approx(0.2, abs=0.03)


def test_courses_come_forward_when_symptoms_do_and_remember_their_plan() -> None:
    moved = draw(one("x", 8, moving=Moving(4.0)), SEED, 1)
    as_planned = draw(one("x", 8, moving=Moving(11.0)), SEED, 1)
    assert [course.start for course in as_planned.courses] == [course.planned_start for course in as_planned.courses]
    gaps = [
        ((b.planned_start or b.start) - (a.planned_start or a.start)).days - (b.start - a.start).days
        for a, b in zip(moved.courses, moved.courses[1:], strict=False)
    ]
    assert max(gaps) > 0
    assert all(0 <= gap <= 8 for gap in gaps)


def test_flares_raise_the_level_for_a_week_at_a_time() -> None:
    quiet, flaring = (
        np.concatenate([draw(one("x", 15, sd=0.5, flares=each), SEED, k).scores for k in range(20)])
        for each in (None, Flares())
    )
    share = 1 - (1 - 1 / 40) ** 7
    assert flaring.mean() - quiet.mean() == pytest.approx(3 * share, abs=0.1)


def test_regimens_follow_each_other_and_a_rise_belongs_to_the_cycle_it_ends() -> None:
    cell = Cell("x", (Part("A", 2, 3.0), Part("B", 1)), sd=1e-9)
    diary = draw(cell, SEED, 0)
    assert [course.regimen for course in diary.courses] == ["A", "A", "B", "B"]
    eves = [diary.scores[(course.start - FIRST_DAY).days - 1] for course in diary.courses[1:]]
    assert eves == [6, 6, 3]


# The command


def test_the_tables_are_written_between_the_marks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "method.md"
    page.write_text(f"before\n{simulate.BEGIN}\nold\n{simulate.END}\nafter\n")
    arguments = ["--diaries", "4", "--cells", "no effect, K = 3", "--processes", "1", "--write", str(page)]
    assert simulate.main(arguments) == 0
    text = page.read_text()
    assert text.startswith(f"before\n{simulate.BEGIN}\n4 diaries a cell, seed")
    assert text.endswith(f"{simulate.END}\nafter\n")
    assert "| no effect, K = 3 | 0.021 / " in text
    assert "old" not in text
    assert "100 %" in capsys.readouterr().err


def test_a_page_without_the_marks_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "method.md"
    page.write_text("nothing")
    assert simulate.main(["--diaries", "1", "--cells", "no such cell", "--write", str(page)]) == 2
    assert page.read_text() == "nothing"


def test_every_cell_has_a_name_of_its_own_among_its_kind() -> None:
    for cells in ([row.cell for row in TABLE], [row.cell for row in LOOKS], WEEKLY, BEYOND):
        names = [cell.name for cell in cells]
        assert len(set(names)) == len(names)
        assert all(draw(cell, SEED, 0).courses for cell in cells)


def test_a_share_that_chance_explains_is_not_marked() -> None:
    assert not beyond_chance(0.030, 0.023, 2000)
    assert beyond_chance(0.045, 0.023, 2000)
    assert not beyond_chance(0.0005, 0.0, 2000)


def test_progress_ends_at_a_hundred_per_cent() -> None:
    stream = StringIO()
    progress = Progress(4, stream)
    for _ in range(2):
        progress.add(2, "a cell")
    progress.close()
    assert stream.getvalue().count("100 %") == 1


def test_several_processes_give_what_one_gives() -> None:
    arguments = partial(measure, one("no effect, K = 3", 3), SEED)
    with workers(1) as alone:
        expected = run(alone, arguments, 60, Progress(60, StringIO()), "")
    with workers(2) as both:
        assert run(both, arguments, 60, Progress(60, StringIO()), "") == expected
