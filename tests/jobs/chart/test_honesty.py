"""What a page must say beside its finding, and that nothing on it reads as more or other than it is."""

from dataclasses import replace
from itertools import pairwise

import pytest

from bot.drawing.finding_marks import warnings
from bot.drawing.pages import Answered
from jobs.chart.answer import RegimenMark
from jobs.chart.facts import ChartFacts
from jobs.chart.forest import draw_forest, groups_shown
from jobs.chart.overlay import draw_overlay
from jobs.chart.pages import patient_page, patient_papers, team_page
from jobs.chart.shapes import overlay_panels, panels_shown, points_axis, whole_numbers
from jobs.chart.sheet import Sheet
from jobs.chart.symptoms import draw_symptoms
from jobs.record import Record
from jobs.steroids import SteroidStep
from tests.jobs.chart.examples import DAY, ENGLISH, RECORDS, START, TEXTS, a_diary, a_team, page, page_of
from tests.jobs.chart.test_chart import words_on

every_state = pytest.mark.parametrize("name", RECORDS)


def warned(record: Record) -> str:
    answered = Answered(record, ENGLISH)
    return warnings(answered.analysis.symptoms["pain"], answered.names, ENGLISH)


# --- on the picture, too -------------------------------------------------------------------------------------------


@every_state
def test_the_picture_says_what_it_is_no_proof_of(name: str) -> None:
    for sheet in (patient_page(page(name)), patient_papers(page(name))[0]):
        written = " ".join(words_on(sheet))
        assert "it is no proof that the infusion's effect ended, and no treatment advice." in written
        assert "Single courses are not corrected for their number." in written


def test_the_teams_picture_says_so_too() -> None:
    assert "no proof that the infusion's effect ended" in " ".join(words_on(team_page(a_team(3))))


def test_the_picture_names_the_warnings_in_few_words() -> None:
    assert (
        "Bear in mind: steroid dose changed (courses 15–17, 19–21); may include a slow drift (courses 5, 7)."
        in " ".join(words_on(patient_page(page("the case, whole"))))
    )


def test_few_and_uneven_answers_moved_courses_and_steroid_steps_are_each_a_warning() -> None:
    whole = a_diary(200, 7)
    assert warned(whole) == ""
    seldom = replace(whole, entries=whole.entries[::2])
    assert warned(seldom) == "Bear in mind: few answers (Regimen 1)."
    weeks_before = {course.start - k * DAY for course in whole.courses for k in range(1, 5)}
    uneven = replace(whole, entries=tuple(entry for entry in whole.entries if entry.day not in weeks_before))
    assert warned(uneven).startswith("Bear in mind: uneven answers (Regimen 1)")
    moved = [replace(c, planned_start=c.start + 2 * DAY) if c.number in (3, 4, 6) else c for c in whole.courses]
    assert warned(replace(whole, all_courses=tuple(moved))) == "Bear in mind: moved earlier (courses 3–4, 6)."
    steps = (
        SteroidStep(START, START + 60 * DAY, "prednisone", 30.0),
        SteroidStep(START + 61 * DAY, None, "prednisone", 20.0),
    )
    assert "steroid dose changed (course 3)" in warned(replace(whole, steroids=steps))


def test_a_reference_at_the_end_of_the_scale_and_a_course_nobody_confirmed_are_a_warning() -> None:
    assert warned(RECORDS["all 10"]).startswith("Bear in mind: high mid-course already (Regimen 1, Regimen 2)")
    whole = a_diary(200, 7)
    courses = tuple(replace(c, status="planned") if c.number == 5 else c for c in whole.courses)
    assert warned(replace(whole, all_courses=courses)) == "Bear in mind: not confirmed as given (course 5)."


def test_many_courses_are_counted_rather_than_named() -> None:
    whole = a_diary(340, 12)
    moved = [replace(c, planned_start=c.start + 2 * DAY) if c.number % 2 else c for c in whole.courses]
    assert warned(replace(whole, all_courses=tuple(moved))) == "Bear in mind: moved earlier (5 courses)."


# --- the same everywhere -------------------------------------------------------------------------------------------


def test_regimens_used_in_turn_stand_in_the_same_order_in_every_panel() -> None:
    facts = page("regimens in turn")
    assert [group.regimen.regimen for group in groups_shown(facts.answers[0])] == ["A", "B"]
    for draw in (draw_overlay, draw_symptoms):
        sheet = Sheet(1080)
        draw(sheet, facts, 0)
        names = sorted((box[0], words) for words, box in sheet.text_boxes() if words in ("Regimen A", "Regimen B"))
        assert [words for _, words in names] == ["Regimen A", "Regimen B"]


def test_the_regimens_used_last_are_shown_and_it_is_said_of_how_many() -> None:
    record = a_diary(300, 10, regimens=10, names=("A", "B", "C", "D", "A", "B", "E", "A", "A", "A"))
    facts = page_of(record)
    panels = overlay_panels(facts.courses, facts.scores(0), facts.today)
    assert [panel.regimen.regimen_short for panel in panels] == ["A", "B", "C", "D", "E"]
    assert [panel.regimen.regimen_short for panel in panels_shown(panels)] == ["A", "B", "E"]
    assert "the latest 3 of 5 regimens" in words_on(patient_page(facts))


def test_a_regimen_whose_doses_differ_is_not_given_the_first_ones_dose() -> None:
    record = a_diary(200, 7)
    doses = tuple(replace(dose, grams_per_kg_per_day=0.4 if k < 3 else 1.0) for k, dose in enumerate(record.doses))
    facts = page_of(replace(record, all_doses=doses))
    assert facts.sentence.startswith("Regimen 1 (doses vary): ")
    sheet = Sheet(1080)
    draw_overlay(sheet, facts, 0)
    assert "doses vary" in words_on(sheet)
    assert not any("g/kg" in words for words in words_on(sheet))


def test_a_median_and_a_mean_are_labelled_as_such() -> None:
    measures = [row[0] for row in page("the case").tables[0].rows]
    assert {"pain before courses, mean (range)", "CK before courses, median (range)"} <= set(measures)


# --- nothing reads as something else -------------------------------------------------------------------------------


def with_interval(facts: ChartFacts, low: float, high: float) -> ChartFacts:
    """Every regimen's interval, of every symptom."""

    def changed(mark: RegimenMark) -> RegimenMark:
        return mark if mark.estimate is None else replace(mark, low=low, high=high)

    answers = tuple(replace(a, regimens=tuple(changed(mark) for mark in a.regimens)) for a in facts.answers)
    return replace(facts, answers=answers)


def arrows_on(sheet: Sheet) -> int:
    return sum(len(shape) == 3 for ink in sheet.inks if ink.closed for shape in ink.shapes)


@pytest.mark.parametrize("draw", [draw_forest, draw_symptoms])
def test_an_interval_cut_by_the_axis_has_an_arrow_and_the_key_says_what_it_is(draw: object) -> None:
    assert callable(draw)
    inside, cut = Sheet(1080), Sheet(1080)
    draw(inside, page("the case, whole"), 0)
    draw(cut, with_interval(page("the case, whole"), -30.0, 30.0), 0)
    assert (arrows_on(inside), TEXTS.cut_interval in words_on(inside)) == (0, False)
    # Two regimens, and each interval has two ends; the key has one.
    rows = 1 if draw is draw_forest else 4
    assert (arrows_on(cut), TEXTS.cut_interval in words_on(cut)) == (2 * 2 * rows + 1, True)


@pytest.mark.parametrize("level", [-9.0, 9.0])
def test_an_estimate_far_from_zero_is_drawn_and_its_axis_reaches_it(level: float) -> None:
    case = page("the case, whole")
    answers = tuple(
        replace(
            answer,
            regimens=tuple(replace(mark, estimate=level, low=level - 1, high=level + 1) for mark in answer.regimens),
        )
        for answer in case.answers
    )
    sheet = Sheet(1080)
    draw_symptoms(sheet, replace(case, answers=answers), 0)
    diamonds = [
        shape
        for ink in sheet.inks
        if ink.closed
        for shape in ink.shapes
        if len(shape) == 4 and ink.pen.fill == "#1f5f99"
    ]
    assert len(diamonds) == 4 * 3
    assert TEXTS.cut_interval not in words_on(sheet)


def test_the_numbers_of_an_axis_are_evenly_spaced_whatever_its_length() -> None:
    for low, high, most in ((-1, 4, 6.8), (-1, 5, 4.5), (-5, 14, 5), (-14, 14, 3)):
        numbers = whole_numbers(low - 0.35, high + 0.35, most)
        assert 0 in numbers
        assert len(numbers) <= most + 1
        assert len({b - a for a, b in pairwise(numbers)}) == 1
    assert whole_numbers(-1.15, 5.15, 8) == (-1, 0, 1, 2, 3, 4, 5)


def test_the_axis_of_differences_holds_every_mark() -> None:
    assert points_axis([9.2, -8.0], [12.0, -9.5], 1.0) == (-10, 12)
    assert points_axis([], [], 1.0) == (-1, 2)


def test_courses_without_any_answer_are_not_said_to_be_missing() -> None:
    for name in ("all missing", "none asked"):
        assert TEXTS.no_answers_to_compare in words_on(patient_page(page(name)))
        assert TEXTS.nothing_to_compare not in words_on(patient_page(page(name)))
    assert TEXTS.nothing_to_compare in words_on(patient_page(page("1 course")))


def test_the_teams_key_explains_the_hatched_week_where_one_is_seen() -> None:
    with_week = [row for row in a_team(22).rows if any(course.status == "planned" for course in row.courses)]
    assert TEXTS.planned_week_before in words_on(team_page(replace(a_team(22), rows=tuple(with_week[:1]))))
    without = [row for row in a_team(22).rows if all(course.status == "given" for course in row.courses)]
    assert TEXTS.planned_week_before not in words_on(team_page(replace(a_team(22), rows=tuple(without))))
